package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"verbatim/feedback"
	"verbatim/insight"
)

// rankedBySign parts the ranked drivers into those that raise the NPS and those that lower it, both in order of rank.
func rankedBySign(drivers []insight.Driver) (up, down []*insight.Driver) {
	for i := range drivers {
		switch d := &drivers[i]; {
		case d.Rank == nil:
		case d.NPSImpact.Value < 0:
			down = append(down, d)
		default:
			up = append(up, d)
		}
	}
	return up, down
}

// rankings adds the two rankings, on one scale.
func (p *page) rankings(d *Document) {
	w := p.W
	up, down := rankedBySign(d.Drivers.Drivers)
	few, insignificant := 0, 0
	for i := range d.Drivers.Drivers {
		switch d.Drivers.Drivers[i].Status {
		case insight.TooFew:
			few++
		case insight.NotSignificant:
			insignificant++
		}
	}
	if few+insignificant > 0 {
		p.More = fmt.Sprintf(w.MoreDrivers, w.count(insignificant), w.count(few))
	}
	if len(up)+len(down) == 0 {
		p.NoDrivers = fmt.Sprintf(w.NothingRanked, w.decimal(insight.MaxQ, 2), w.count(insight.MinMentions))
		return
	}
	reach := reachOf(append(impactsOf(up), impactsOf(down)...))
	p.Promoters = w.impactRows(d, up, reach, w.MakesPromoters)
	p.Detractors = w.impactRows(d, down, reach, w.MakesDetractors)
}

func impactsOf(drivers []*insight.Driver) []insight.Interval {
	list := make([]insight.Interval, len(drivers))
	for i, d := range drivers {
		list[i] = d.NPSImpact
	}
	return list
}

// impactRows draws a bar for each driver.
func (w *words) impactRows(d *Document, drivers []*insight.Driver, reach float64, caption string) *rowChart {
	impacts := impactsOf(drivers)
	s := impactScale(impacts, reach)
	c := &rowChart{W: w, Caption: caption, Name: w.Driver, Figure: w.Impact, Ticks: w.tickMarks(s, 4)}
	approximate := false
	for i, driver := range drivers {
		row := chartRow{
			Name: w.theme(driver.Theme, d.Taxonomy), Tag: w.polarity(driver.Sentiment),
			Value: w.points(driver.NPSImpact.Value), Interval: w.span(driver.NPSImpact.Low, driver.NPSImpact.High),
			Facts: []string{w.mentions(driver.Mentions, driver.Share), w.perHundred(driver)},
		}
		row.Said = fmt.Sprintf(w.ImpactOf, row.Value, row.Interval)
		row.bar(s, impacts[i])
		if driver.Detail.Impact.Approximate {
			row.Interval, approximate = "≈ "+row.Interval, true
		}
		c.Rows = append(c.Rows, row)
	}
	if approximate {
		c.Notes = append(c.Notes, w.Approximate)
	}
	return c
}

// mentions writes how many mention a driver, and their share.
func (w *words) mentions(n int, share insight.Number) string {
	return fmt.Sprintf("%s%s%s (%s)", w.Mentions, w.Colon, w.count(n), w.percent(float64(share), 1))
}

// impact writes a driver's impact with its interval.
func (w *words) impact(d *insight.Driver) string {
	return fmt.Sprintf("%s%s%s (%s)", w.Impact, w.Colon, w.points(d.NPSImpact.Value), w.span(d.NPSImpact.Low, d.NPSImpact.High))
}

// perHundred writes what an average mention brings or costs, times 100.
func (w *words) perHundred(d *insight.Driver) string {
	return w.PerHundred + w.Colon + w.localized(signed(d.Detail.PerHundred, 2))
}

// themeWeights sums up the drivers of each theme that has an importance, the most important first.
func themeWeights(w *words, d *Document) []themeWeight {
	var list []themeWeight
	at := map[string]int{}
	weighed := map[string]bool{}
	for i := range d.Drivers.Drivers {
		driver := &d.Drivers.Drivers[i]
		k, known := at[driver.Theme]
		if !known {
			k = len(list)
			at[driver.Theme] = k
			list = append(list, themeWeight{Theme: driver.Theme, Name: w.theme(driver.Theme, d.Taxonomy)})
		}
		if driver.Sentiment == feedback.Positive {
			list[k].Positive += driver.Mentions
		} else {
			list[k].Negative += driver.Mentions
		}
		if driver.Importance != nil {
			list[k].Importance += float64(*driver.Importance)
			weighed[driver.Theme] = true
		}
	}
	list = slices.DeleteFunc(list, func(t themeWeight) bool { return !weighed[t.Theme] })
	slices.SortFunc(list, func(a, b themeWeight) int {
		return cmp.Or(cmp.Compare(b.Importance, a.Importance), cmp.Compare(a.Theme, b.Theme))
	})
	for i := range list {
		t := &list[i]
		t.Number, t.Performance = i+1, insight.Wilson(t.Positive, t.Positive+t.Negative)
	}
	return list
}

// driverTable holds all figures of all drivers.
func driverTable(w *words, d *Document, caption string, drivers []insight.Driver) dataTable {
	t := dataTable{Caption: caption, Name: 1, Head: []string{
		w.Rank, w.Driver, w.Mentions, w.Share, w.Promoters, w.Passives, w.Detractors,
		w.Impact, w.Interval, w.PerHundred, w.OddsRatio, w.QValue, w.Importance,
	}}
	for i := range drivers {
		driver := &drivers[i]
		rank, q, importance := "–", w.TooFew, "–"
		if driver.Rank != nil {
			rank = strconv.Itoa(*driver.Rank)
		}
		if driver.QValue != nil {
			q = w.probability(*driver.QValue)
		}
		if driver.Importance != nil {
			importance = w.decimal(float64(*driver.Importance), 3)
		}
		span := w.span(driver.NPSImpact.Low, driver.NPSImpact.High)
		if driver.Detail.Impact.Approximate {
			span = "≈ " + span
		}
		t.Rows = append(t.Rows, []string{
			rank, w.driver(driver.Theme, driver.Sentiment, d.Taxonomy), w.count(driver.Mentions), w.percent(float64(driver.Share), 1),
			w.count(driver.Promoters), w.count(driver.Passives), w.count(driver.Detractors),
			w.points(driver.NPSImpact.Value), span, w.localized(signed(driver.Detail.PerHundred, 2)),
			w.localized(ratio(float64(driver.OddsRatio.Value))), q, importance,
		})
	}
	return t
}
