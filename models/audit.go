package models

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Audit is how well a label is found in a language, on labelled comments that no model was trained on.
type Audit struct {
	Language string
	Label    string // theme:sentiment
	// Of With comments that have the label Found get it; of Without comments that do not have it Spared do not get it.
	With, Found     int
	Without, Spared int
}

// Audits reads the audits of themes with polarity from part A of the quality table. An error says which line is not as
// `verbatim eval` writes it.
func (s *Set) Audits() ([]Audit, error) {
	table, err := s.File("quality.txt")
	if err != nil {
		return nil, err
	}
	part, _, _ := strings.Cut(string(table), "# Part B")
	var audits []Audit
	language, wanted, n := "", false, 0
	for number, line := range strings.Split(part, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 4 || strings.HasPrefix(line, "#") || fields[0] == "lang" {
			continue
		}
		if !strings.HasPrefix(line, " ") {
			language, wanted = fields[0], fields[2] == "themes_polarity"
			if n, err = strconv.Atoi(fields[3]); err != nil {
				return nil, fmt.Errorf("%w: quality.txt: line %d: %w", ErrDamaged, number+1, err)
			}
			continue
		}
		if !wanted {
			continue
		}
		a, err := auditOf(fields, n)
		if err != nil {
			return nil, fmt.Errorf("%w: quality.txt: line %d: %w", ErrDamaged, number+1, err)
		}
		a.Language = language
		audits = append(audits, a)
	}
	return audits, nil
}

// auditOf reads label, n, precision, recall, F1 and specificity; the rates are in percent of n comments.
func auditOf(fields []string, n int) (Audit, error) {
	if len(fields) != 6 {
		return Audit{}, fmt.Errorf("it has %d columns instead of 6", len(fields))
	}
	with, err := strconv.Atoi(fields[1])
	if err != nil {
		return Audit{}, err
	}
	recall, err := strconv.ParseFloat(fields[3], 64)
	if err != nil {
		return Audit{}, err
	}
	specificity, err := strconv.ParseFloat(fields[5], 64)
	if err != nil {
		return Audit{}, err
	}
	count := func(percent float64, of int) int { return int(math.Round(percent / 100 * float64(of))) }
	return Audit{Label: fields[0], With: with, Found: count(recall, with), Without: n - with, Spared: count(specificity, n-with)}, nil
}
