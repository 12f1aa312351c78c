package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/insight"
)

// driversCSV writes a line for each driver of the comments, then for each of the suggestions (RFC 4180, UTF-8).
func driversCSV(w io.Writer, r *insight.DriverReport) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{
		"text", "rank", "status", "theme", "sentiment", "mentions", "share", "promoters", "passives", "detractors",
		"nps_impact", "nps_impact_low", "nps_impact_high", "odds_ratio", "odds_ratio_low", "odds_ratio_high",
		"p_value", "q_value", "association_p", "importance",
	}}
	rows = appendDrivers(rows, "comment", r.Drivers)
	if r.Suggestions != nil {
		rows = appendDrivers(rows, "suggestion", r.Suggestions.Drivers)
	}
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
