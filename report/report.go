// Package report renders insights: as a table for people, as JSON and CSV for programs, as SVG for documents. What the
// page shows, the API returns and a file holds are renderings of one value.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"verbatim/feedback"
	"verbatim/insight"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	JSONL    Format = "jsonl" // a JSON object on each line
	CSV      Format = "csv"
	SVG      Format = "svg"
	Workbook Format = "xlsx"
	Parquet  Format = "parquet"
	Page     Format = "html"
)

// Formats lists the formats of a driver report.
var Formats = []Format{Table, JSON, CSV, Workbook, Parquet, SVG, Page}

// ParseFormat reads a format's name; an [feedback.Invalid] error lists those that are allowed.
func ParseFormat(text string, allowed []Format) (Format, error) {
	if slices.Contains(allowed, Format(text)) {
		return Format(text), nil
	}
	names := make([]string, len(allowed))
	for i, f := range allowed {
		names[i] = string(f)
	}
	return "", feedback.Errorf(feedback.Invalid, "format %q is unknown: it is one of %s", text, strings.Join(names, ", "))
}

// Drivers writes the ranking of a document. The table, workbook and page hold what is around it as well; the other formats
// hold the ranking, JSON with the quotes when the document has some. Themes go by their ids, which filters take, and in
// pictures by their names in the taxonomy. The same document gives the same bytes. An error wraps that of the writer;
// [feedback.Unsupported] is one for a format that is not among [Formats].
func Drivers(w io.Writer, format Format, d *Document, opts CSVOptions) error {
	switch format {
	case Table:
		return driversTable(w, d)
	case JSON:
		if len(d.Quotes) == 0 {
			return writeJSON(w, d.Drivers)
		}
		return writeJSON(w, struct {
			*insight.DriverReport
			Quotes []DriverQuotes `json:"quotes"`
		}{d.Drivers, d.Quotes})
	case CSV:
		return DriversCSV(w, d.Drivers, opts)
	case SVG:
		return driversSVG(w, d.Drivers, d.Taxonomy)
	case Workbook:
		return XLSX(w, *d)
	case Parquet:
		return DriversParquet(w, d.Drivers, Choice{Filter: d.Filter, Dates: d.Dates})
	case Page:
		return HTML(w, *d)
	}
	return feedback.Errorf(feedback.Unsupported, "report: drivers cannot be written as %q", string(format))
}

// writeJSON writes one indented object and a line feed.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	return nil
}
