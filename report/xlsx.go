package report

import (
	"compress/flate"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"

	"verbatim/feedback"
	"verbatim/insight"
)

// XLSX writes the document as a workbook: a summary, the drivers with a chart of their impacts, and, where there is
// something to show, suggestions, segments, the trend and quotes; the method comes last. Figures are true numbers, not
// rounded but shown so. The same document gives the same bytes. An error wraps that of the writer.
func XLSX(w io.Writer, d Document) error {
	s := &sheets{book: newBook(), d: &d, words: sheetWordsIn(d.Language)}
	s.summary()
	s.drivers()
	if d.Drivers.Suggestions != nil && len(d.Drivers.Suggestions.Drivers) > 0 {
		s.driverTable(s.words.suggestions, d.Drivers.Suggestions.Drivers)
	}
	s.segments()
	s.trend()
	s.quotes()
	s.method()
	if err := s.book.writeTo(w, s.title(), flate.DefaultCompression); err != nil {
		return fmt.Errorf("report: xlsx: %w", err)
	}
	return nil
}

// sheets makes the sheets of a document.
type sheets struct {
	book  *book
	d     *Document
	words *sheetWords
}

func (s *sheets) title() string {
	if s.d.Title != "" {
		return cellText(s.d.Title)
	}
	return s.words.title
}

// theme names a theme in the document's language.
func (s *sheets) theme(id string) string {
	if s.d.Taxonomy != nil {
		if theme, ok := s.d.Taxonomy.Theme(id); ok {
			return theme.Name(s.d.Language)
		}
	}
	return id
}

// driver names a driver in a few letters: Support −.
func (s *sheets) driver(theme string, sentiment feedback.Sentiment) string {
	return s.theme(theme) + " " + polaritySign(&insight.Driver{Sentiment: sentiment})
}

// column writes values below each other and returns the row after them.
func (s *sheets) column(sheet string, column, row int, style sheetStyle, values ...any) int {
	for i, value := range values {
		s.book.set(sheet, column, row+i, value, style)
	}
	return row + len(values)
}

// summary is the first sheet: the score, its groups, what moves it most, and the distribution of the scores.
func (s *sheets) summary() {
	w, r, sheet := s.words, s.d.Drivers, s.words.summary
	s.book.sheet(sheet)
	s.book.set(sheet, 1, 1, s.title(), sheetStyle{kind: kindTitle})
	s.book.set(sheet, 1, 2, s.about(), sheetStyle{kind: kindText, muted: true})
	s.book.do(func() error { return s.book.file.SetRowHeight(sheet, 1, 28) }, func() error { return s.book.file.SetRowHeight(sheet, 4, 26) })
	row := s.column(sheet, 1, 4, sheetStyle{kind: kindLabel}, w.nps, w.interval, w.responses, w.commented, w.unscored, w.rejected, w.mismatch, w.base)
	if scored(r) > 0 {
		s.book.set(sheet, 2, 4, r.NPS.Exact, sheetStyle{kind: kindBig})
		s.book.set(sheet, 2, 5, r.NPS.Low, sheetStyle{kind: kindScore})
		s.book.set(sheet, 3, 5, r.NPS.High, sheetStyle{kind: kindScore})
	}
	s.column(sheet, 2, 6, sheetStyle{kind: kindCount}, r.Responses, r.Commented, r.Unscored, r.Rejected, r.Mismatch, r.Base.N)
	row = s.groups(sheet, row+1)
	row = s.strongest(sheet, row+1, w.raises, func(d *insight.Driver) bool { return d.NPSImpact.Value > 0 })
	s.strongest(sheet, row+1, w.lowers, func(d *insight.Driver) bool { return d.NPSImpact.Value < 0 })
	s.scores(sheet)
	for i, width := range []float64{38, 18, 12, 12, 4, 12, 12, 12} {
		s.book.width(sheet, i+1, width)
	}
	lines := false
	s.book.do(func() error { return s.book.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &lines}) })
	s.book.layout(sheet)
}

// about says which responses the document is about.
func (s *sheets) about() string {
	parts := []string{s.words.everything}
	if len(s.d.Filter) > 0 {
		parts[0] = strings.Join(s.d.Filter, " ")
	}
	if dates := s.dates(); dates != "" {
		parts = append(parts, dates)
	}
	return strings.Join(parts, " · ")
}

// dates needs no word of a language.
func (s *sheets) dates() string {
	if s.d.Dates.First.IsZero() {
		return ""
	}
	return day(s.d.Dates.First) + " – " + day(s.d.Dates.Last)
}

// captions writes the titles of a small table.
func (s *sheets) captions(sheet string, column, row int, titles ...string) int {
	for i, title := range titles {
		s.book.set(sheet, column+i, row, title, sheetStyle{kind: kindHeader, right: i > 0})
	}
	return row + 1
}

func (s *sheets) groups(sheet string, row int) int {
	n := scored(s.d.Drivers)
	row = s.captions(sheet, 1, row, s.words.group, s.words.count, s.words.share)
	for _, g := range []struct {
		name string
		n    int
		ink  string
	}{
		{s.words.promoters, s.d.Drivers.NPS.Promoters, colourPromoter},
		{s.words.passives, s.d.Drivers.NPS.Passives, ""},
		{s.words.detractors, s.d.Drivers.NPS.Detractors, inkDetractor},
	} {
		s.book.set(sheet, 1, row, g.name, sheetStyle{kind: kindText, ink: g.ink})
		s.book.set(sheet, 2, row, g.n, sheetStyle{kind: kindCount})
		if n > 0 {
			s.book.set(sheet, 3, row, float64(g.n)/float64(n), sheetStyle{kind: kindShare})
		}
		row++
	}
	return row
}

// inkDetractor is the colour of detractors, darker so that it can be read as text on white.
const inkDetractor = "#A8500F"

// strongest lists the ranked drivers of one direction, at most five.
func (s *sheets) strongest(sheet string, row int, title string, has func(d *insight.Driver) bool) int {
	const most = 5
	row = s.captions(sheet, 1, row, title, s.words.impact, s.words.low, s.words.high)
	n := 0
	for i := range s.d.Drivers.Drivers {
		d := &s.d.Drivers.Drivers[i]
		if d.Rank == nil || !has(d) || n == most {
			continue
		}
		n++
		s.book.set(sheet, 1, row, s.driver(d.Theme, d.Sentiment), sheetStyle{kind: kindText})
		s.book.set(sheet, 2, row, d.NPSImpact.Value, sheetStyle{kind: kindImpact, ink: inkOf(d)})
		s.book.set(sheet, 3, row, d.NPSImpact.Low, sheetStyle{kind: kindImpact})
		s.book.set(sheet, 4, row, d.NPSImpact.High, sheetStyle{kind: kindImpact})
		row++
	}
	if n == 0 {
		s.book.set(sheet, 1, row, "–", sheetStyle{kind: kindText})
		row++
	}
	return row
}

func inkOf(d *insight.Driver) string {
	if d.NPSImpact.Value < 0 {
		return inkDetractor
	}
	return colourPromoter
}

// scores puts the distribution of the scores beside the summary, with columns in the colours of the groups.
func (s *sheets) scores(sheet string) {
	n := s.d.Scores.Total()
	if n == 0 {
		return
	}
	const column, first = 6, 5
	s.captions(sheet, column, first-1, s.words.score, s.words.count, s.words.share)
	for score, count := range s.d.Scores {
		s.book.set(sheet, column, first+score, score, sheetStyle{kind: kindCount})
		s.book.set(sheet, column+1, first+score, count, sheetStyle{kind: kindCount})
		s.book.set(sheet, column+2, first+score, float64(count)/float64(n), sheetStyle{kind: kindShare})
	}
	// One series for each group, since a series has one colour; blanks keep the columns in place.
	var series []excelize.ChartSeries
	for i, g := range []struct {
		name, colour string
		from, to     int
	}{{s.words.detractors, colourDetractor, 0, 6}, {s.words.passives, "#9A9A9A", 7, 8}, {s.words.promoters, colourPromoter, 9, 10}} {
		at := column + 5 + i
		for score := g.from; score <= g.to; score++ {
			s.book.set(sheet, at, first+score, s.d.Scores[score], sheetStyle{kind: kindCount, muted: true})
		}
		s.book.set(sheet, at, first-1, g.name, sheetStyle{kind: kindText, muted: true})
		series = append(series, s.series(sheet, [3]int{column, at, first - 1}, 11, g.colour))
	}
	s.chart(sheet, column+4, first-1, &excelize.Chart{
		Type: excelize.ColStacked, Series: series, Title: chartTitle(s.words.scores),
		Dimension: excelize.ChartDimension{Width: 520, Height: 300},
	})
}

// series is a series of a chart over n rows below a title. Columns are those of the categories and the values, and the
// row of the titles.
func (s *sheets) series(sheet string, at [3]int, n int, colour string) excelize.ChartSeries {
	categories, values, title := at[0], at[1], at[2]
	return excelize.ChartSeries{
		Name:       strings.Split(reference(sheet, values, title, title), ":")[0],
		Categories: reference(sheet, categories, title+1, title+n),
		Values:     reference(sheet, values, title+1, title+n),
		Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}},
	}
}

func chartTitle(text string) []excelize.RichTextRun {
	return []excelize.RichTextRun{{Text: text, Font: &excelize.Font{Bold: true, Size: 12, Color: inkHeader}}}
}

// chart puts a chart on a sheet that does not change its size when rows are filtered.
func (s *sheets) chart(sheet string, column, row int, chart *excelize.Chart) {
	at, err := excelize.CoordinatesToCellName(column, row)
	tight, full := uint(40), 100
	chart.GapWidth, chart.Overlap = &tight, &full
	chart.Format = excelize.GraphicOptions{Positioning: "absolute"}
	chart.Legend = excelize.ChartLegend{Position: "bottom"}
	chart.Border = excelize.ChartLine{Type: excelize.ChartLineNone}
	chart.XAxis.Font, chart.YAxis.Font = excelize.Font{Color: "#333333", Size: 10}, excelize.Font{Color: "#333333", Size: 9}
	s.book.do(func() error { return err }, func() error { return s.book.file.AddChart(sheet, at, chart) })
}

// drivers is the sheet of the ranking with a chart of the ranked drivers below the table.
func (s *sheets) drivers() {
	r, sheet := s.d.Drivers, s.words.drivers
	s.driverTable(sheet, r.Drivers)
	if len(r.Drivers) == 0 {
		s.book.set(sheet, 2, 2, s.words.nothing, sheetStyle{kind: kindText, muted: true})
		return
	}
	// The chart covers its own table, with a column for each direction since a series has one colour.
	title := len(r.Drivers) + 4
	s.book.set(sheet, 3, title, s.words.raises, sheetStyle{kind: kindText, muted: true})
	s.book.set(sheet, 4, title, s.words.lowers, sheetStyle{kind: kindText, muted: true})
	n := 0
	for i := range r.Drivers {
		d := &r.Drivers[i]
		if d.Rank == nil || n == svgMost {
			continue
		}
		n++
		side := 3
		if d.NPSImpact.Value < 0 {
			side = 4
		}
		s.book.set(sheet, 2, title+n, s.driver(d.Theme, d.Sentiment), sheetStyle{kind: kindText, muted: true})
		s.book.set(sheet, side, title+n, math.Round(100*float64(d.NPSImpact.Value))/100, sheetStyle{kind: kindImpact, muted: true})
	}
	if n == 0 {
		return
	}
	s.chart(sheet, 1, title-1, &excelize.Chart{
		Type: excelize.BarStacked, Title: chartTitle(s.words.impact),
		Series: []excelize.ChartSeries{
			s.series(sheet, [3]int{2, 3, title}, n, colourPromoter), s.series(sheet, [3]int{2, 4, title}, n, colourDetractor),
		},
		XAxis:     excelize.ChartAxis{ReverseOrder: true, TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:     excelize.ChartAxis{MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "+0.0;-0.0;0"}},
		Dimension: excelize.ChartDimension{Width: 900, Height: uint(chartHeight(n))},
	})
}

// printedDrivers is how many columns of a table of drivers are printed, as far as the status; the rest would make them tiny.
const printedDrivers = 12

// driverTable is a table of drivers, with room below it for a chart.
func (s *sheets) driverTable(sheet string, drivers []insight.Driver) {
	w := s.words
	columns := []sheetColumn{
		{w.rank, kindCount},
		{w.theme, kindText},
		{w.polarity, kindText},
		{w.mentions, kindCount},
		{w.share, kindShare},
		{w.impact, kindImpact},
		{w.low, kindImpact},
		{w.high, kindImpact},
		{w.perHundred, kindImpact},
		{w.q, kindP},
		{w.importance, kindWeight},
		{w.status, kindText},
		{w.promoters, kindCount},
		{w.passives, kindCount},
		{w.detractors, kindCount},
		{w.oddsRatio, kindRatio},
		{w.low, kindRatio},
		{w.high, kindRatio},
		{w.p, kindP},
		{w.associationP, kindP},
		{w.themeID, kindText},
	}
	rows := make([]sheetRow, len(drivers))
	for i := range drivers {
		d := &drivers[i]
		rows[i] = sheetRow{muted: d.Rank == nil, cells: []any{
			nil, s.theme(d.Theme), w.polarityOf(d.Sentiment), d.Mentions, d.Share,
			d.NPSImpact.Value, d.NPSImpact.Low, d.NPSImpact.High, d.Detail.PerHundred, d.QValue, d.Importance,
			w.statusOf(d.Status), d.Promoters, d.Passives, d.Detractors,
			d.OddsRatio.Value, d.OddsRatio.Low, d.OddsRatio.High, d.PValue, d.AssociationP, d.Theme,
		}}
		if d.Rank != nil {
			rows[i].cells[0], rows[i].ink = *d.Rank, map[int]string{5: inkOf(d)}
		}
	}
	s.book.table(sheet, columns, rows)
	last := len(drivers) + 1
	if chart := chartRows(drivers); chart > 0 && sheet == w.drivers {
		last += 3 + chart
	}
	end, err := excelize.CoordinatesToCellName(printedDrivers, last, true)
	s.book.do(func() error { return err }, func() error {
		return s.book.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "'" + sheet + "'!$A$1:" + end, Scope: sheet})
	})
}

// chartRows is how many rows of a sheet the chart of the impacts takes; 0 when there is nothing to draw.
func chartRows(drivers []insight.Driver) int {
	n := 0
	for i := range drivers {
		if drivers[i].Rank != nil {
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return chartHeight(min(n, svgMost))/rowPixels + 1
}

// chartHeight is the height of a chart of n bars.
func chartHeight(n int) int { return 130 + 28*n }

const rowPixels = 20 // of a row
