package report

import (
	"cmp"
	"slices"

	"verbatim/feedback"
	"verbatim/insight"
)

// suggestionMost is how many of the themes that suggestions mention are listed.
const suggestionMost = 12

// wish is what suggestions mention: a theme with praise, with complaints or with neither, which is how most wishes read.
type wish struct {
	theme     string
	sentiment feedback.Sentiment
	mentions  int
	driver    *insight.Driver // nil for neither
}

// wishesOf lists what the suggestions mention, the most mentioned first.
func wishesOf(r *insight.Ranking) []wish {
	var list []wish
	for i := range r.Drivers {
		driver := &r.Drivers[i]
		list = append(list, wish{driver.Theme, driver.Sentiment, driver.Mentions, driver})
	}
	for _, n := range r.Neutral {
		list = append(list, wish{n.Theme, feedback.Neutral, n.Mentions, nil})
	}
	slices.SortFunc(list, func(a, b wish) int {
		return cmp.Or(cmp.Compare(b.mentions, a.mentions), cmp.Compare(a.theme, b.theme), cmp.Compare(a.sentiment, b.sentiment))
	})
	return list[:min(len(list), suggestionMost)]
}

// suggestionRows draws what suggestions mention, the most mentioned first; nil without any.
func suggestionRows(w *words, d *Document) *rowChart {
	r := d.Drivers.Suggestions
	list := wishesOf(r)
	if len(list) == 0 {
		return nil
	}
	shares := make([]insight.Interval, len(list))
	s := scale{margin: 3}
	for i := range list {
		shares[i] = insight.Wilson(list[i].mentions, max(r.Base.N, list[i].mentions))
		s.high = max(s.high, float64(shares[i].High))
	}
	c := &rowChart{W: w, Caption: w.Suggests, Name: w.Theme, Figure: w.Share}
	for _, x := range s.ticks(4) {
		c.Ticks = append(c.Ticks, chartTick{At: s.at(x), Label: w.percent(x, stepDecimals(100*roundStep(s.high, 4)))})
	}
	c.Ticks[0].Class = "zero"
	for i := range list {
		c.Rows = append(c.Rows, w.wishRow(d, &list[i], s, shares[i]))
	}
	return c
}

func (w *words) wishRow(d *Document, l *wish, s scale, share insight.Interval) chartRow {
	row := chartRow{
		Name: w.theme(l.theme, d.Taxonomy), Tag: w.polarity(l.sentiment),
		Value: w.percent(float64(share.Value), 1), Interval: w.shareSpan(share),
		Facts: []string{w.Mentions + w.Colon + w.count(l.mentions)},
	}
	row.bar(s, share)
	switch l.sentiment {
	case feedback.Neutral:
		row.Class = "none"
	case feedback.Negative:
		row.Class = "down"
	}
	if l.driver != nil && l.driver.Status != insight.TooFew {
		row.Facts = append(row.Facts, w.impact(l.driver))
	}
	row.Said = row.Value + w.Comma + row.Interval
	return row
}
