package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"verbatim/feedback"
	"verbatim/insight"
)

// trendView is the score over time, and that of the drivers that matter most.
type trendView struct {
	Chart       lineChart
	Table       dataTable
	Drivers     []lineChart
	DriverTable dataTable
}

const (
	trendLabels      = 6 // periods that are named under the wide chart
	driverTrendsMost = 6
)

// trend adds the score over time. Without any dates it says so; when no trend was asked for there is nothing to say.
func (p *page) trend(d *Document) {
	w := p.W
	if d.Trend == nil || len(d.Trend.Points) == 0 {
		if d.Dates.First.IsZero() {
			p.NoTrend = w.NoDates
		}
		return
	}
	t := d.Trend
	v := &trendView{Table: dataTable{Caption: w.TrendCaption, Head: []string{w.Period, w.Responses, w.NPS, w.Interval, w.Change, w.Interval, w.QValue}}}
	points := make([]linePoint, len(t.Points))
	for i := range t.Points {
		point := &t.Points[i]
		points[i].Name = point.Name
		if point.NPS != nil {
			points[i].Interval = &insight.Interval{Value: point.NPS.Exact, Low: min(point.NPS.Low, point.NPS.Exact), High: max(point.NPS.High, point.NPS.Exact)}
		}
		v.Table.Rows = append(v.Table.Rows, w.trendRow(point))
	}
	s := spanOf(points)
	decimals := stepDecimals(roundStep(s.high-s.low, 4))
	v.Chart = newLineChart(points, s, trendLabels, func(x float64) string { return w.localized(signed(x, decimals)) })
	first, last := &t.Points[0], &t.Points[len(t.Points)-1]
	v.Chart.Said = fmt.Sprintf(w.TrendChart, first.Name+" – "+last.Name)
	v.driverTrends(w, d)
	p.Trend = v
}

func (w *words) trendRow(point *insight.TrendPoint) []string {
	row := []string{point.Name, w.count(point.Responses), "–", "–", "–", "–", "–"}
	if point.NPS != nil {
		row[2], row[3] = w.points(point.NPS.Exact), w.span(point.NPS.Low, point.NPS.High)
	}
	if c := point.Change; c != nil {
		row[4], row[5] = w.points(c.Value), w.span(c.Low, c.High)
		if c.Q != nil {
			row[6] = w.probability(*c.Q)
		}
	}
	return row
}

// driverTrends adds small charts of the drivers that are ranked highest, all on one scale.
func (v *trendView) driverTrends(w *words, d *Document) {
	impact := map[feedback.DriverKey]insight.Number{}
	rank := map[feedback.DriverKey]int{}
	for i := range d.Drivers.Drivers {
		driver := &d.Drivers.Drivers[i]
		impact[driver.Key()], rank[driver.Key()] = driver.NPSImpact.Value, i
	}
	key := func(t *insight.DriverTrend) feedback.DriverKey {
		return feedback.DriverKey{Theme: t.Theme, Sentiment: t.Sentiment}
	}
	var shown []*insight.DriverTrend
	for i := range d.Trend.Drivers {
		if t := &d.Trend.Drivers[i]; len(t.Points) == len(d.Trend.Points) {
			if _, known := rank[key(t)]; known {
				shown = append(shown, t)
			}
		}
	}
	slices.SortStableFunc(shown, func(a, b *insight.DriverTrend) int { return cmp.Compare(rank[key(a)], rank[key(b)]) })
	shown = shown[:min(len(shown), driverTrendsMost)]
	if len(shown) == 0 || len(d.Trend.Points) < 2 {
		return
	}
	lists := make([][]linePoint, len(shown))
	v.DriverTable = dataTable{Caption: w.DriverTrendsCaption, Head: []string{w.Driver}}
	for _, p := range d.Trend.Points {
		v.DriverTable.Head = append(v.DriverTable.Head, p.Name)
	}
	for i, t := range shown {
		name := w.driver(t.Theme, t.Sentiment, d.Taxonomy)
		row := []string{name}
		for k := range t.Points {
			lists[i] = append(lists[i], linePoint{d.Trend.Points[k].Name, t.Points[k].Share})
			row = append(row, w.shareCell(t.Points[k].Share))
		}
		v.DriverTable.Rows = append(v.DriverTable.Rows, row)
	}
	s := spanOf(lists...)
	s.low = 0
	for i, t := range shown {
		c := newLineChart(lists[i], s, 2, func(x float64) string { return w.percent(x, stepDecimals(100*roundStep(s.high, 4))) })
		c.Title, c.Tag, c.Small, c.Class = w.theme(t.Theme, d.Taxonomy), w.polarity(t.Sentiment), true, "up"
		if impact[key(t)] < 0 {
			c.Class = "down"
		}
		c.Said = fmt.Sprintf(w.ShareTrendChart, c.Title+w.Comma+c.Tag)
		v.Drivers = append(v.Drivers, c)
	}
}

func (w *words) shareCell(i *insight.Interval) string {
	if i == nil {
		return "–"
	}
	return w.percent(float64(i.Value), 1)
}

// segmentView is the score by the values of an attribute.
type segmentView struct {
	Title string
	Chart *rowChart
}

// newSegmentView draws a dot for each segment; nil without any.
func newSegmentView(w *words, d *Document, r *insight.SegmentsReport) *segmentView {
	if len(r.Segments) == 0 {
		return nil
	}
	by := unmarked(r.By)
	var all []insight.Interval
	for i := range r.Segments {
		if nps := r.Segments[i].NPS; nps != nil && !r.Segments[i].Suppressed {
			all = append(all, insight.Interval{Value: nps.Exact, Low: nps.Low, High: nps.High})
		}
	}
	s := dotScale(all, float64(r.NPS.Exact))
	c := &rowChart{W: w, Caption: fmt.Sprintf(w.SegmentsCaption, by), Name: w.Segment, Figure: w.NPS, Ticks: w.tickMarks(s, 6)}
	c.Ticks = append(c.Ticks, chartTick{At: s.at(float64(r.NPS.Exact)), Class: "reference"})
	for i := range r.Segments {
		c.Rows = append(c.Rows, w.segmentRow(d, &r.Segments[i], s))
	}
	if r.Absent > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf(w.Absent, w.count(r.Absent)))
	}
	return &segmentView{Title: fmt.Sprintf(w.SegmentsBy, by), Chart: c}
}

// dotScale holds all intervals and the figure of all.
func dotScale(list []insight.Interval, all float64) scale {
	s := scale{low: all - 1, high: all + 1, margin: 3}
	for _, i := range list {
		s.low = min(s.low, float64(i.Low), float64(i.Value))
		s.high = max(s.high, float64(i.High), float64(i.Value))
	}
	return s
}

func (w *words) segmentRow(d *Document, g *insight.Segment, s scale) chartRow {
	row := chartRow{Name: unmarked(g.Name), Value: "–"}
	about := w.Responses + w.Colon + w.count(g.Responses)
	if strings.TrimSpace(row.Name) == "" {
		row.Name = w.Unknown
	}
	if g.Suppressed || g.NPS == nil {
		row.Facts = []string{about + " · " + w.Suppressed}
		return row
	}
	row.Value, row.Interval = w.points(g.NPS.Exact), w.span(g.NPS.Low, g.NPS.High)
	row.Said = fmt.Sprintf(w.SegmentChart, row.Value, row.Interval)
	row.dot(s, insight.Interval{Value: g.NPS.Exact, Low: g.NPS.Low, High: g.NPS.High})
	if g.Gap != nil {
		about += " · " + w.Gap + w.Colon + w.points(g.Gap.Value) + " (" + w.span(g.Gap.Low, g.Gap.High) + ")"
		if g.Gap.Q != nil {
			about += w.Comma + w.QValue + "\u00a0" + w.probability(*g.Gap.Q)
		}
	}
	if g.Beside != nil {
		about += " · " + w.Beside + w.Colon + w.points(g.Beside.Exact) + " (" + w.span(g.Beside.Low, g.Beside.High) + ")"
	}
	row.Facts = []string{about}
	var strongest []string
	for _, t := range g.Strongest {
		strongest = append(strongest, w.driver(t.Theme, t.Sentiment, d.Taxonomy)+" "+w.percent(float64(t.Share.Value), 0))
	}
	if len(strongest) > 0 {
		row.Facts = append(row.Facts, w.Strongest+w.Colon+strings.Join(strongest, "; "))
	}
	return row
}
