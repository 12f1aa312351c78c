package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/feedback"
	"verbatim/insight"
)

// Choice says which responses a file is about; it travels with the figures.
type Choice struct {
	// Filter is the choice in words, one condition in each: --where region=EU. Empty means all responses.
	Filter []string
	// Dates are the first and the last time of the responses; zero when none has a time.
	Dates feedback.Dates
}

// CSVOptions vary a CSV file; the zero CSVOptions give the contract's.
type CSVOptions struct {
	// BOM begins the file with a byte order mark, without which some spreadsheets take UTF-8 for an old code page.
	BOM bool
	// Method, when it is not nil, adds the columns filter, n (responses that the ranking rests on), model, taxonomy and dates
	// to the end of each line.
	Method *Choice
}

const byteOrderMark = "\ufeff"

// DriversCSV writes a line for each driver of the comments, then for each of the suggestions (RFC 4180: UTF-8, CRLF).
// Cells that a spreadsheet would run are defused (see [Defuse]). An error wraps that of the writer.
func DriversCSV(w io.Writer, r *insight.DriverReport, opts CSVOptions) error {
	if opts.BOM {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return fmt.Errorf("report: csv: %w", err)
		}
	}
	rows := [][]string{{
		"text", "rank", "status", "theme", "sentiment", "mentions", "share", "promoters", "passives", "detractors",
		"nps_impact", "nps_impact_low", "nps_impact_high", "odds_ratio", "odds_ratio_low", "odds_ratio_high",
		"p_value", "q_value", "association_p", "importance",
	}}
	rows = appendDrivers(rows, "comment", r.Drivers)
	if r.Suggestions != nil {
		rows = appendDrivers(rows, "suggestion", r.Suggestions.Drivers)
	}
	if opts.Method != nil {
		addMethod(rows, r, opts.Method)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		for i := range row {
			row[i] = Defuse(row[i])
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("report: csv: %w", err)
	}
	return nil
}

// addMethod lengthens each row by what the figures rest on.
func addMethod(rows [][]string, r *insight.DriverReport, choice *Choice) {
	rows[0] = append(rows[0], "filter", "n", "model", "taxonomy", "dates")
	for i := 1; i < len(rows); i++ {
		base := r.Base.N
		if i > len(r.Drivers) {
			base = r.Suggestions.Base.N
		}
		rows[i] = append(rows[i], strings.Join(choice.Filter, " "), strconv.Itoa(base), r.Method.Model, r.Method.Taxonomy, choice.Dates.String())
	}
}

func appendDrivers(rows [][]string, text string, drivers []insight.Driver) [][]string {
	for i := range drivers {
		d := &drivers[i]
		rank, q, importance := "", "", ""
		if d.Rank != nil {
			rank = strconv.Itoa(*d.Rank)
		}
		if d.QValue != nil {
			q = d.QValue.String()
		}
		if d.Importance != nil {
			importance = d.Importance.String()
		}
		rows = append(rows, []string{
			text, rank, string(d.Status), d.Theme, string(d.Sentiment), strconv.Itoa(d.Mentions), d.Share.String(),
			strconv.Itoa(d.Promoters), strconv.Itoa(d.Passives), strconv.Itoa(d.Detractors),
			d.NPSImpact.Value.String(), d.NPSImpact.Low.String(), d.NPSImpact.High.String(),
			d.OddsRatio.Value.String(), d.OddsRatio.Low.String(), d.OddsRatio.High.String(),
			d.PValue.String(), q, d.AssociationP.String(), importance,
		})
	}
	return rows
}

// Defuse puts an apostrophe before a cell that a spreadsheet would run as a formula: one that begins, blanks aside, with
// = + - @ or their full-width forms, or with a tab or a line end. Decimal numbers stay numbers.
func Defuse(cell string) string {
	text := strings.TrimLeftFunc(cell, unicode.IsSpace)
	if cell == "" || !strings.ContainsRune("\t\r\n", rune(cell[0])) && (text == "" || !strings.ContainsAny(firstRune(text), "=+-@＝＋－＠")) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil && strings.Trim(cell, "+-.0123456789eE") == "" { // -1 and -1e-3, not -Inf
		return cell
	}
	return "'" + cell
}

func firstRune(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
