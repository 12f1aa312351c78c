package insight

import (
	"time"

	"verbatim/feedback"
)

// MaxPoints is the largest number of periods in a trend.
const MaxPoints = 3000

// Trend follows the NPS and the share of every driver over the periods of loc (UTC when nil), from the first period with a
// scored response to the last; periods without any are points of their own, with no figures. A change is against the
// period before that has responses, and its q is over all changes of the trend. A slice belongs to the period that holds
// its Start, whatever the order of the slices. [feedback.Invalid] errors say that the period is unknown or that it makes
// more than [MaxPoints] points.
func Trend(parts []feedback.Slice, period feedback.Period, loc *time.Location) (TrendReport, error) {
	if _, err := feedback.ParsePeriod(string(period)); err != nil {
		return TrendReport{}, err
	}
	if loc == nil {
		loc = time.UTC
	}
	report := TrendReport{
		Period: period, TimeZone: loc.String(), Points: []TrendPoint{}, Drivers: []DriverTrend{},
		Method: sliceMethod(npsTest, parts),
	}
	byStart := map[int64]*tally{}
	var first, last time.Time
	for i := range parts {
		t := tallyOf(&parts[i].Crosstab)
		switch n := t.scored.N(); {
		case n == 0:
			continue
		case parts[i].Start.IsZero():
			report.Undated += n
			continue
		}
		start := period.Start(parts[i].Start, loc)
		if known := byStart[start.Unix()]; known != nil {
			known.add(t)
			continue
		}
		byStart[start.Unix()] = t
		if first.IsZero() || start.Before(first) {
			first = start
		}
		if start.After(last) {
			last = start
		}
	}
	if len(byStart) == 0 {
		return report, nil
	}
	starts, err := startsBetween(first, last, period)
	if err != nil {
		return TrendReport{}, err
	}
	points := make([]*tally, len(starts))
	for i, start := range starts {
		points[i] = byStart[start.Unix()]
	}
	report.Points = trendPoints(points, starts, period)
	report.Drivers = driverTrends(points)
	return report, nil
}

// startsBetween lists the periods from first to last, both the starts of one.
func startsBetween(first, last time.Time, period feedback.Period) ([]time.Time, error) {
	var starts []time.Time
	for start := first; !start.After(last); start = period.Next(start) {
		if len(starts) == MaxPoints {
			return nil, feedback.Errorf(feedback.Invalid,
				"period %s makes more than %d points from %s to %s: choose a longer period, or narrow from and to",
				period, MaxPoints, first.Format(time.DateOnly), last.Format(time.DateOnly))
		}
		starts = append(starts, start)
	}
	return starts, nil
}

// trendPoints makes the points; a nil tally is a period without responses.
func trendPoints(points []*tally, starts []time.Time, period feedback.Period) []TrendPoint {
	out := make([]TrendPoint, len(points))
	var family []*Contrast
	var before *tally
	for i, t := range points {
		out[i] = TrendPoint{Name: period.Name(starts[i]), Start: starts[i].Format(time.DateOnly)}
		if t == nil {
			continue
		}
		nps := npsOfCounts(t.scored)
		out[i].Responses, out[i].Commented, out[i].NPS = t.scored.N(), t.commented, &nps
		if before != nil {
			change := npsContrast(before.scored, t.scored)
			out[i].Change = &change
			family = append(family, &change)
		}
		before = t
	}
	setQ(family, BH)
	return out
}

// driverTrends follows the drivers with enough mentions.
func driverTrends(points []*tally) []DriverTrend {
	all := tallyOf(&feedback.Crosstab{})
	for _, t := range points {
		if t != nil {
			all.add(t)
		}
	}
	out := []DriverTrend{}
	for _, key := range driverKeys(all) {
		mentions := all.mentions(key)
		if mentions < MinMentions {
			continue
		}
		trend := DriverTrend{Theme: key.Theme, Sentiment: key.Sentiment, Mentions: mentions, Points: make([]SharePoint, len(points))}
		for i, t := range points {
			if t == nil || t.base.N() == 0 {
				continue
			}
			k, n := t.mentions(key), t.base.N()
			share := Wilson(k, n)
			trend.Points[i] = SharePoint{Mentions: k, Base: n, Share: &share}
		}
		out = append(out, trend)
	}
	return out
}

// npsOfCounts is the NPS of the counts.
func npsOfCounts(c Counts) NPSValue { return NPS(c.Promoters, c.Passives, c.Detractors) }
