package report

import (
	"encoding/csv"
	"fmt"
	"io"

	"verbatim/feedback"
	"verbatim/insight"
)

// SliceFormats lists the formats of trends, segments, comparisons and emerging drivers.
var SliceFormats = []Format{Table, JSON, CSV}

// Slices are the reports about parts of the responses.
type Slices interface {
	insight.TrendReport | insight.SegmentsReport | insight.ComparisonReport | insight.EmergingReport | insight.BenchmarkReport | insight.WordsReport
}

// Write writes a report about parts of the responses in one of [SliceFormats]. The same report gives the same bytes. An
// error wraps that of the writer; [feedback.Unsupported] is one for another format.
func Write[T Slices](w io.Writer, format Format, r *T) error {
	switch format {
	case JSON:
		return writeJSON(w, r)
	case CSV:
		return writeCSV(w, recordsOf(any(r)))
	case Table:
		text := textOf(any(r))
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("report: table: %w", err)
		}
		return nil
	}
	return feedback.Errorf(feedback.Unsupported, "report: this cannot be written as %q", string(format))
}

func textOf(r any) string {
	switch r := r.(type) {
	case *insight.TrendReport:
		return trendText(r)
	case *insight.SegmentsReport:
		return segmentsText(r)
	case *insight.ComparisonReport:
		return comparisonText(r)
	case *insight.EmergingReport:
		return emergingText(r)
	case *insight.BenchmarkReport:
		return benchmarksText(r)
	case *insight.WordsReport:
		return wordsText(r)
	}
	return ""
}

func recordsOf(r any) [][]string {
	switch r := r.(type) {
	case *insight.TrendReport:
		return trendRecords(r)
	case *insight.SegmentsReport:
		return segmentRecords(r)
	case *insight.ComparisonReport:
		return comparisonRecords(r)
	case *insight.EmergingReport:
		return emergingRecords(r)
	case *insight.BenchmarkReport:
		return benchmarkRecords(r)
	case *insight.WordsReport:
		return wordRecords(r)
	}
	return nil
}

// writeCSV writes records (RFC 4180: UTF-8, CRLF) and defuses the cells that a spreadsheet would run.
func writeCSV(w io.Writer, records [][]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, record := range records {
		for i := range record {
			record[i] = Defuse(record[i])
		}
	}
	if err := out.WriteAll(records); err != nil {
		return fmt.Errorf("report: csv: %w", err)
	}
	return nil
}
