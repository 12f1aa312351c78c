package report

import (
	"html/template"

	"verbatim/feedback"
	"verbatim/insight"
)

// ShareChanges draws how the shares of comments that mention each driver differ between two choices of responses, in
// percentage points with intervals, at most so many drivers; the table has all. What raises the NPS is drawn in the colour
// of praise: more praise, fewer complaints. Both are empty when no driver has enough mentions.
func (f *Fragments) ShareChanges(r *insight.ComparisonReport, most int) (chart, table template.HTML) {
	if len(r.Drivers) == 0 {
		return "", ""
	}
	w := f.w
	shown := r.Drivers[:min(len(r.Drivers), most)]
	changes := make([]insight.Interval, len(shown))
	for i := range shown {
		c := shown[i].ShareChange.Interval
		changes[i] = insight.Interval{Value: 100 * c.Value, Low: 100 * c.Low, High: 100 * c.High}
	}
	reach := reachOf(changes)
	s := scale{low: -float64(reach), high: float64(reach), margin: 3}
	c := &rowChart{W: w, Caption: w.AllDriversCaption, Name: w.Driver, Figure: w.Change, Ticks: w.tickMarks(s, 4)}
	for i := range shown {
		d := &shown[i]
		row := chartRow{
			Name: w.theme(d.Theme, f.taxonomy), Tag: w.polarity(d.Sentiment),
			Value: w.points(changes[i].Value), Interval: w.span(changes[i].Low, changes[i].High),
			Facts: []string{w.percent(float64(d.BeforeShare.Value), 1) + " → " + w.percent(float64(d.AfterShare.Value), 1)},
		}
		row.Said = w.Change + " " + row.Value + ", " + row.Interval
		row.bar(s, changes[i])
		if d.Sentiment == feedback.Negative { // fewer complaints are good
			row.Class = map[string]string{"up": "down", "down": "up"}[row.Class]
		}
		if d.ShareChange.Q == nil || *d.ShareChange.Q > insight.MaxQ {
			row.Class += " muted"
		}
		c.Rows = append(c.Rows, row)
	}
	return fragment("rows", c), f.figures(f.changeTable(r))
}

func (f *Fragments) changeTable(r *insight.ComparisonReport) dataTable {
	w := f.w
	t := dataTable{Caption: w.AllDriversCaption, Head: []string{
		w.Driver, "1: " + w.Mentions, "1: " + w.Share, "2: " + w.Mentions, "2: " + w.Share, w.Change, w.Interval, w.QValue,
		"1: " + w.Impact, "2: " + w.Impact,
	}}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		q := "–"
		if d.ShareChange.Q != nil {
			q = w.probability(*d.ShareChange.Q)
		}
		t.Rows = append(t.Rows, []string{
			w.driver(d.Theme, d.Sentiment, f.taxonomy),
			w.count(d.BeforeMentions), w.percent(float64(d.BeforeShare.Value), 1), w.count(d.AfterMentions), w.percent(float64(d.AfterShare.Value), 1),
			w.points(100 * d.ShareChange.Value), w.span(100*d.ShareChange.Low, 100*d.ShareChange.High), q,
			w.points(d.ImpactBefore.Value), w.points(d.ImpactAfter.Value),
		})
	}
	return t
}
