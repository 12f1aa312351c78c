package report

import (
	"strings"

	"github.com/xuri/excelize/v2"

	"verbatim/feedback"
	"verbatim/insight"
)

// contrast gives the figures of a difference for a table: value, low, high, p and q.
func contrast(c *insight.Contrast) []any {
	if c == nil {
		return make([]any, 5)
	}
	return []any{c.Value, c.Low, c.High, c.P, c.Q}
}

// npsCells gives a score and its interval for a table.
func npsCells(v *insight.NPSValue) []any {
	if v == nil {
		return make([]any, 3)
	}
	return []any{v.Exact, v.Low, v.High}
}

// segments is one table of the segments of all attributes.
func (s *sheets) segments() {
	w := s.words
	columns := []sheetColumn{
		{w.attribute, kindText},
		{w.segment, kindText},
		{w.count, kindCount},
		{w.commented, kindCount},
		{w.nps, kindScore},
		{w.low, kindScore},
		{w.high, kindScore},
		{w.gap, kindScore},
		{w.low, kindScore},
		{w.high, kindScore},
		{w.p, kindP},
		{w.q, kindP},
		{w.strongest, kindText},
	}
	beside := hasBeside(s.d.Segments)
	if beside {
		columns = append(columns, sheetColumn{w.beside, kindScore}, sheetColumn{w.besideGap, kindScore}, sheetColumn{w.low, kindScore}, sheetColumn{w.high, kindScore})
	}
	var rows []sheetRow
	for i := range s.d.Segments {
		r := &s.d.Segments[i]
		for j := range r.Segments {
			row := s.segment(r.By, &r.Segments[j])
			if beside {
				row.cells = append(row.cells, npsCells(r.Segments[j].Beside)[0])
				row.cells = append(row.cells, contrast(r.Segments[j].BesideGap)[:3]...)
			}
			rows = append(rows, row)
		}
		if r.Absent > 0 {
			row := sheetRow{muted: true, cells: make([]any, len(columns))}
			row.cells[0], row.cells[1], row.cells[2] = r.By, w.absent, r.Absent
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		s.book.table(w.segments, columns, rows)
	}
}

func hasBeside(reports []insight.SegmentsReport) bool {
	for i := range reports {
		for j := range reports[i].Segments {
			if reports[i].Segments[j].Beside != nil {
				return true
			}
		}
	}
	return false
}

func (s *sheets) segment(by string, g *insight.Segment) sheetRow {
	row := sheetRow{muted: g.Suppressed, cells: []any{by, g.Name, g.Responses, g.Commented}}
	row.cells = append(row.cells, npsCells(g.NPS)...)
	row.cells = append(row.cells, contrast(g.Gap)...)
	if g.Suppressed {
		row.cells = append(row.cells[:3], append(make([]any, 9), s.words.suppressed)...)
		return row
	}
	names := make([]string, len(g.Strongest))
	for i, d := range g.Strongest {
		names[i] = s.driver(d.Theme, d.Sentiment)
	}
	row.cells = append(row.cells, strings.Join(names, ", "))
	return row
}

// trend is the score by period with a chart, and a second sheet of how often each driver is mentioned.
func (s *sheets) trend() {
	t, w := s.d.Trend, s.words
	if t == nil || len(t.Points) == 0 {
		return
	}
	columns := []sheetColumn{
		{w.period, kindText},
		{w.start, kindText},
		{w.count, kindCount},
		{w.commented, kindCount},
		{w.nps, kindScore},
		{w.low, kindScore},
		{w.high, kindScore},
		{w.change, kindScore},
		{w.low, kindScore},
		{w.high, kindScore},
		{w.p, kindP},
		{w.q, kindP},
	}
	rows := make([]sheetRow, len(t.Points))
	for i, p := range t.Points {
		cells := append([]any{p.Name, p.Start, p.Responses, p.Commented}, npsCells(p.NPS)...)
		rows[i] = sheetRow{cells: append(cells, contrast(p.Change)...), muted: p.Responses < insight.MinSegment}
	}
	if t.Undated > 0 {
		row := sheetRow{muted: true, cells: make([]any, len(columns))}
		row.cells[0], row.cells[2] = w.undated, t.Undated
		rows = append(rows, row)
	}
	s.book.table(w.trend, columns, rows)
	s.trendChart(len(t.Points), len(rows))
	s.driverTrend(t)
}

// trendChart draws the score and the ends of its interval below a table of so many rows.
func (s *sheets) trendChart(points, rows int) {
	const grey = "#9A9A9A"
	var series []excelize.ChartSeries
	for _, look := range []struct {
		column int
		colour string
		width  float64
		dash   excelize.ChartDashType
		mark   string // a period between two without responses has no line
	}{
		{5, colourPromoter, 2.25, excelize.ChartDashSolid, "circle"},
		{6, grey, 1, excelize.ChartDashDash, "dash"},
		{7, grey, 1, excelize.ChartDashDash, "dash"},
	} {
		one := s.series(s.words.trend, [3]int{1, look.column, 1}, points, look.colour)
		one.Line = excelize.ChartLine{Type: excelize.ChartLineSolid, Dash: look.dash, Width: look.width, Fill: one.Fill}
		one.Marker = excelize.ChartMarker{Symbol: look.mark, Size: 6, Fill: one.Fill, Border: excelize.ChartLine{Type: excelize.ChartLineSolid, Fill: one.Fill}}
		series = append(series, one)
	}
	s.chart(s.words.trend, 1, rows+3, &excelize.Chart{
		Type: excelize.Line, Series: series, Title: chartTitle(s.words.nps), ShowBlanksAs: "gap",
		XAxis:     excelize.ChartAxis{TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:     excelize.ChartAxis{MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "+0;-0;0"}},
		Dimension: excelize.ChartDimension{Width: 900, Height: 320},
	})
}

// driverTrend is a long table, which pivots and filters take: a row for each driver and period.
func (s *sheets) driverTrend(t *insight.TrendReport) {
	w := s.words
	columns := []sheetColumn{
		{w.theme, kindText},
		{w.polarity, kindText},
		{w.period, kindText},
		{w.mentions, kindCount},
		{w.base, kindCount},
		{w.share, kindShare},
		{w.low, kindShare},
		{w.high, kindShare},
		{w.themeID, kindText},
	}
	var rows []sheetRow
	for _, d := range t.Drivers {
		for i, p := range d.Points {
			cells := []any{s.theme(d.Theme), w.polarityOf(d.Sentiment), t.Points[i].Name, p.Mentions, p.Base, nil, nil, nil, d.Theme}
			if p.Share != nil {
				cells[5], cells[6], cells[7] = p.Share.Value, p.Share.Low, p.Share.High
			}
			rows = append(rows, sheetRow{cells: cells})
		}
	}
	if len(rows) > 0 {
		s.book.table(w.driverTrend, columns, rows)
	}
}

// quotes is a table of comments under their driver, with the words that tell it in bold.
func (s *sheets) quotes() {
	w := s.words
	columns := []sheetColumn{
		{w.theme, kindText}, {w.polarity, kindText}, {w.score, kindCount}, {w.quote, kindProse}, {w.language, kindText}, {w.survey, kindText}, {w.id, kindText},
	}
	var rows []sheetRow
	var quotes []Quote
	for _, d := range s.d.Quotes {
		for _, q := range d.Quotes {
			row := sheetRow{cells: []any{s.theme(d.Theme), w.polarityOf(d.Sentiment), nil, q.Text, q.Language, q.Survey, q.ID}}
			if q.Score.Scored() {
				row.cells[2] = int(q.Score)
			}
			rows, quotes = append(rows, row), append(quotes, q)
		}
	}
	if len(rows) == 0 {
		return
	}
	s.book.table(w.quotes, columns, rows)
	for i, q := range quotes {
		s.mark(w.quotes, 4, i+2, &q)
	}
}

// mark makes the evidence of a quote bold.
func (s *sheets) mark(sheet string, column, row int, q *Quote) {
	text := []rune(q.Text)
	start, end := max(0, q.Start), min(q.End, len(text))
	if start >= end || len(q.Text) > mostCellText {
		return
	}
	ink := colourPromoter
	if q.Score.Group() == feedback.Detractor {
		ink = inkDetractor
	}
	plainFont := excelize.Font{Family: typeface, Size: 11}
	var runs []excelize.RichTextRun
	for _, part := range []struct {
		text string
		font *excelize.Font
	}{
		{string(text[:start]), &plainFont},
		{string(text[start:end]), &excelize.Font{Family: typeface, Size: 11, Bold: true, Color: ink}},
		{string(text[end:]), &plainFont},
	} {
		if clean := cellText(part.text); clean != "" {
			runs = append(runs, excelize.RichTextRun{Text: clean, Font: part.font})
		}
	}
	at, err := excelize.CoordinatesToCellName(column, row)
	s.book.do(func() error { return err }, func() error { return s.book.file.SetCellRichText(sheet, at, runs) })
}
