package report

import "strings"

// method is the last sheet: how the figures were made, and what the columns mean.
func (s *sheets) method() {
	w, m, sheet := s.words, &s.d.Drivers.Method, s.words.method
	s.book.sheet(sheet)
	s.book.set(sheet, 1, 1, w.method, sheetStyle{kind: kindTitle})
	filter, dates := w.everything, w.noDates
	if len(s.d.Filter) > 0 {
		filter = strings.Join(s.d.Filter, " ")
	}
	if known := s.dates(); known != "" {
		dates = known
	}
	importanceError := ""
	if m.ImportanceError != nil {
		importanceError = fixed(float64(*m.ImportanceError), 4)
	}
	row := 3
	for _, line := range []struct {
		name  string
		value any
	}{
		{w.filter, filter},
		{w.dates, dates},
		{w.responses, s.d.Drivers.Responses},
		{w.base, s.d.Drivers.Base.N},
		{w.npsInterval, m.NPSInterval},
		{w.estimator, m.Impact},
		{w.test, m.Test},
		{w.fdr, string(m.FDR)},
		{w.importanceOf, m.Importance},
		{w.r2, fixed(float64(m.R2), 3)},
		{w.importanceError, importanceError},
		{w.controls, strings.Join(m.Controls, ", ")},
		{w.seed, m.Seed},
		{w.model, m.Model},
		{w.taxonomy, m.Taxonomy},
		{w.version, s.d.Version},
	} {
		if value := sheetValue(line.value); value != nil {
			s.book.set(sheet, 1, row, line.name, sheetStyle{kind: kindLabel})
			s.book.set(sheet, 2, row, value, sheetStyle{kind: kindProse})
			row++
		}
	}
	row++
	for _, note := range []string{w.impactIs, w.perHundredIs, w.oddsIs, w.rankedIs, w.importanceIs, w.suppressedIs, w.words} {
		s.book.set(sheet, 2, row, note, sheetStyle{kind: kindProse})
		lines := cells(note)/(methodWidth-6) + 1
		s.book.do(func() error { return s.book.file.SetRowHeight(sheet, row, lineHeight*float64(lines)+3) })
		row++
	}
	s.book.width(sheet, 1, 38)
	s.book.width(sheet, 2, methodWidth)
	s.book.layout(sheet)
}

const methodWidth = 90 // characters of the column of notes
