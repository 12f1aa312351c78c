package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/insight"
)

// Fragments are the charts, tables and figures of [HTML] one by one, in one language, for pages that put them together in
// their own way. Charts are SVG and tables with class names, without styles and scripts of their own; each has its figures
// in a table.
type Fragments struct {
	w        *words
	taxonomy *feedback.Taxonomy
}

// NewFragments makes the fragments of a language, one of [Languages]; anything else is written in English. The taxonomy
// gives the themes their names; nil shows their ids.
func NewFragments(language string, taxonomy *feedback.Taxonomy) *Fragments {
	return &Fragments{wordsOf(language), taxonomy}
}

// executed runs a template of ours over values of ours.
func executed(name string, data any) string {
	var out strings.Builder
	if err := htmlPage.ExecuteTemplate(&out, name, data); err != nil {
		panic(fmt.Sprintf("report: template %s: %v", name, err)) // cannot happen: a builder takes everything, and tests run each
	}
	return out.String()
}

func fragment(name string, data any) template.HTML {
	return template.HTML(executed(name, data)) //nolint:gosec // the template has escaped it
}

// Count writes a whole number.
func (f *Fragments) Count(n int) string { return f.w.count(n) }

// Whole writes NPS points without decimals, with their sign.
func (f *Fragments) Whole(points int) string { return f.w.whole(points) }

// Points writes NPS points with one decimal and their sign.
func (f *Fragments) Points(points insight.Number) string { return f.w.points(points) }

// Span writes the interval of NPS points.
func (f *Fragments) Span(low, high insight.Number) string { return f.w.span(low, high) }

// Decimal writes a number with so many decimals.
func (f *Fragments) Decimal(x float64, decimals int) string { return f.w.decimal(x, decimals) }

// Percent writes a share, 0–1, with so many decimals.
func (f *Fragments) Percent(share float64, decimals int) string { return f.w.percent(share, decimals) }

// ShareSpan writes the interval of a share, 0–1.
func (f *Fragments) ShareSpan(i insight.Interval) string { return f.w.shareSpan(i) }

// Probability writes a p or q value.
func (f *Fragments) Probability(p insight.PValue) string { return f.w.probability(p) }

// Day writes the day of a time in UTC; empty for the zero time.
func (f *Fragments) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return f.w.day(t)
}

// Dates writes the days of the first and the last response; empty without times.
func (f *Fragments) Dates(d feedback.Dates) string { return f.w.dates(d) }

// Theme names a theme, safe to stand beside other text.
func (f *Fragments) Theme(id string) string { return f.w.theme(id, f.taxonomy) }

// Polarity says in a word what a sentiment of a theme is: praise, complaints, neutral.
func (f *Fragments) Polarity(s feedback.Sentiment) string { return f.w.polarity(s) }

// Driver names a theme with its polarity.
func (f *Fragments) Driver(key feedback.DriverKey) string {
	return f.w.driver(key.Theme, key.Sentiment, f.taxonomy)
}

// Group names a group, the unscored with "".
func (f *Fragments) Group(g feedback.Group) string {
	if g == "" {
		return f.w.Unscored
	}
	return f.w.group(g)
}

// Plain makes a short text that is not ours fit to stand beside others: without control characters and marks that turn
// the direction.
func (f *Fragments) Plain(text string) string { return unmarked(text) }

// Scores draws how many gave each score: the bar of the groups, and the columns with their table. Both are empty without
// scores.
func (f *Fragments) Scores(scores *feedback.Scores) (groups, columns template.HTML) {
	if scores.Total() == 0 {
		return "", ""
	}
	c := newScoresChart(f.w, scores)
	return fragment("groups", c), fragment("scores", c) + f.figures(c.Table)
}

func (f *Fragments) figures(t dataTable) template.HTML {
	return fragment("figures", figures{f.w.Figures, t})
}

// Linked says where the page of a driver is; "" for nowhere.
type Linked func(key feedback.DriverKey) string

// Rankings are the drivers that raise the NPS and those that lower it as diverging bars with intervals, on one scale. A
// ranking without drivers is empty; Empty says why when both are. More says how many are not shown.
type Rankings struct {
	Up, Down           template.HTML
	NoUp, NoDown       string // in place of a ranking
	Empty, More        string
	UpTitle, DownTitle string
}

// Rankings draws the rankings of a document, at most so many drivers each (0 for all).
func (f *Fragments) Rankings(d *Document, most int, link Linked) Rankings {
	w, p := f.w, &page{W: f.w}
	out := Rankings{
		UpTitle: w.MakesPromoters, DownTitle: w.MakesDetractors, NoUp: w.NothingRaises, NoDown: w.NothingLowers,
	}
	switch {
	case scored(d.Drivers) == 0:
		out.Empty = w.NoResponses
		return out
	case d.Drivers.Base.N == 0:
		out.Empty = w.NoComments
		return out
	case len(d.Drivers.Drivers) == 0:
		out.Empty = w.NoDrivers
		return out
	}
	p.rankings(d)
	out.Empty, out.More = p.NoDrivers, p.More
	up, down := rankedBySign(d.Drivers.Drivers)
	out.Up, out.Down = rankedRows(p.Promoters, up, most, link), rankedRows(p.Detractors, down, most, link)
	return out
}

func rankedRows(c *rowChart, drivers []*insight.Driver, most int, link Linked) template.HTML {
	if c == nil || len(c.Rows) == 0 {
		return ""
	}
	for i, d := range drivers {
		c.Rows[i].Link = link(d.Key())
	}
	if most > 0 && most < len(c.Rows) {
		c.Rows = c.Rows[:most]
		if !slices.ContainsFunc(c.Rows, func(r chartRow) bool { return strings.HasPrefix(r.Interval, "≈") }) {
			c.Notes = nil
		}
	}
	return fragment("rows", c)
}

// Quadrant draws importance against share of praise, wide and narrow, with its table; empty when no theme has an
// importance. Note says how it is read, or why there is none.
func (f *Fragments) Quadrant(d *Document) (chart template.HTML, note string) {
	q := newQuadrant(f.w, themeWeights(f.w, d))
	if q == nil {
		return "", f.w.NoQuadrant
	}
	label := template.HTML(template.HTMLEscapeString(q.Said)) //nolint:gosec // it is escaped
	return `<div class="figure" role="img" aria-label="` + label + `">` + fragment("quadrant", q.Wide) + fragment("quadrant", q.Narrow) +
		`</div>` + f.figures(q.Table), f.w.QuadrantNote
}

// DriverTable lists all figures of all drivers.
func (f *Fragments) DriverTable(d *Document, link Linked) template.HTML {
	t := driverTable(f.w, d, f.w.AllDriversCaption, d.Drivers.Drivers)
	for i := range d.Drivers.Drivers {
		t.Links = append(t.Links, link(d.Drivers.Drivers[i].Key()))
	}
	return fragment("table", t)
}

// Trend draws the NPS by period with its band, and its table; empty without points. Latest says what changed last and
// whether chance explains it; empty when there is one period only.
func (f *Fragments) Trend(t *insight.TrendReport) (chart template.HTML, latest string) {
	if t == nil || len(t.Points) == 0 {
		return "", ""
	}
	p := page{W: f.w}
	d := Document{Trend: t, Drivers: &insight.DriverReport{}}
	p.trend(&d)
	p.short(&d)
	for _, fact := range p.Short {
		latest = fact.Texts[0]
	}
	return fragment("line", p.Trend.Chart) + f.figures(p.Trend.Table), latest
}

// DriverTrend draws the share of comments that mention a driver by period; empty when the report does not follow it.
func (f *Fragments) DriverTrend(t *insight.TrendReport, key feedback.DriverKey) template.HTML {
	if t == nil || len(t.Points) < 2 {
		return ""
	}
	for i := range t.Drivers {
		d := &t.Drivers[i]
		if d.Theme != key.Theme || d.Sentiment != key.Sentiment || len(d.Points) != len(t.Points) {
			continue
		}
		return f.driverTrend(t, d)
	}
	return ""
}

func (f *Fragments) driverTrend(t *insight.TrendReport, d *insight.DriverTrend) template.HTML {
	w := f.w
	table := dataTable{Caption: w.DriverTrendsCaption, Head: []string{w.Period, w.Mentions, w.Share, w.Interval}}
	points := make([]linePoint, len(d.Points))
	for i := range d.Points {
		p := &d.Points[i]
		points[i] = linePoint{t.Points[i].Name, p.Share}
		row := []string{t.Points[i].Name, w.count(p.Mentions), w.shareCell(p.Share), "–"}
		if p.Share != nil {
			row[3] = w.shareSpan(*p.Share)
		}
		table.Rows = append(table.Rows, row)
	}
	s := spanOf(points)
	s.low = 0
	decimals := stepDecimals(100 * roundStep(s.high, 4))
	c := newLineChart(points, s, trendLabels, func(x float64) string { return w.percent(x, decimals) })
	c.Said = fmt.Sprintf(w.ShareTrendChart, w.driver(d.Theme, d.Sentiment, f.taxonomy))
	chart := fragment("line", c)
	if d.Sentiment == feedback.Negative {
		chart = `<div class="down">` + chart + `</div>`
	}
	return chart + f.figures(table)
}

// DriverSegments draws how often each segment mentions a driver, at most so many segments; empty without any.
func (f *Fragments) DriverSegments(r *insight.DriverSegmentsReport, key feedback.DriverKey, most int, link func(segment string) string) template.HTML {
	w := f.w
	s := scale{low: 0, high: max(float64(r.All.High), 0.01), margin: 3}
	for i := range r.Segments {
		if share := r.Segments[i].Share; share != nil {
			s.high = max(s.high, float64(share.High))
		}
	}
	c := &rowChart{W: w, Caption: fmt.Sprintf(w.SegmentsBy, unmarked(r.By)), Name: w.Segment, Figure: w.Share}
	decimals := stepDecimals(100 * roundStep(s.high, 4))
	for _, x := range s.ticks(4) {
		tick := chartTick{At: s.at(x), Label: w.percent(x, decimals)}
		if x == 0 {
			tick.Class = "zero"
		}
		c.Ticks = append(c.Ticks, tick)
	}
	c.Ticks = append(c.Ticks, chartTick{At: s.at(float64(r.All.Value)), Class: "reference"})
	for i := range r.Segments[:min(len(r.Segments), most)] {
		c.Rows = append(c.Rows, w.driverSegmentRow(&r.Segments[i], s, link))
	}
	if len(c.Rows) == 0 {
		return ""
	}
	if key.Sentiment == feedback.Negative {
		return `<div class="down">` + fragment("rows", c) + `</div>`
	}
	return fragment("rows", c)
}

func (w *words) driverSegmentRow(g *insight.DriverSegment, s scale, link func(segment string) string) chartRow {
	row := chartRow{Name: unmarked(g.Name), Value: "–", Link: link(g.Name)}
	if g.Suppressed || g.Share == nil {
		row.Said = w.Suppressed
		row.Facts = []string{w.Responses + w.Colon + w.count(g.Base) + " · " + w.Suppressed}
		return row
	}
	row.Value, row.Interval = w.percent(float64(g.Share.Value), 1), w.shareSpan(*g.Share)
	row.Said = w.Share + " " + row.Value + ", " + row.Interval
	row.dot(s, *g.Share)
	about := w.Mentions + w.Colon + w.count(g.Mentions)
	if g.Gap != nil && g.Gap.Q != nil {
		about += " · " + w.Gap + w.Colon + w.localized(signed(100*float64(g.Gap.Value), 1)) + w.Comma + w.QValue + "\u00a0" + w.probability(*g.Gap.Q)
	}
	row.Facts = []string{about}
	return row
}

// Method says what the figures of a document rest on and how they were made.
func (f *Fragments) Method(d *Document) template.HTML {
	return fragment("method", methodFacts(f.w, d))
}
