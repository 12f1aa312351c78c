package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
	"verbatim/insight"
)

// pointsText writes a figure in points with its interval.
func pointsText(i *insight.Interval, decimals int) string {
	return fmt.Sprintf("%s (%s to %s)", signed(float64(i.Value), decimals), signed(float64(i.Low), decimals), signed(float64(i.High), decimals))
}

// scoreText writes a score with its interval; a dot without one.
func scoreText(v *insight.NPSValue) string {
	if v == nil {
		return "·"
	}
	return fmt.Sprintf("%s (%s to %s)", signed(float64(v.Exact), 1), signed(float64(v.Low), 1), signed(float64(v.High), 1))
}

// contrastText writes a difference with its interval and q, or p outside a family; a dot without one.
func contrastText(c *insight.Contrast, unit float64) []string {
	if c == nil {
		return []string{"·", "·"}
	}
	p := probability(float64(c.P))
	if c.Q != nil {
		p = probability(float64(*c.Q))
	}
	scaled := insight.Interval{
		Value: c.Value * insight.Number(unit), Low: c.Low * insight.Number(unit), High: c.High * insight.Number(unit),
	}
	return []string{pointsText(&scaled, 1), p}
}

func percent(n insight.Number) string { return fixed(100*float64(n), 1) + " %" }

func driverName(theme string, s feedback.Sentiment) string {
	if s == feedback.Positive {
		return "+ " + printable(theme)
	}
	return "− " + printable(theme)
}

// mostTrends is how many drivers a trend's table shows.
const mostTrends = 8

func trendText(r *insight.TrendReport) string {
	var out strings.Builder
	if len(r.Points) == 0 {
		fmt.Fprintf(&out, "No scored response has a time, so there is no trend (without a time: %d).\n", r.Undated)
		return out.String()
	}
	g := grid{{"responses", string(r.Period), "NPS (95 % interval)", "change", "q"}}
	for i := range r.Points {
		p := &r.Points[i]
		g = append(g, record([]string{strconv.Itoa(p.Responses), p.Name, scoreText(p.NPS)}, contrastText(p.Change, 1)))
	}
	g.write(&out)
	if len(r.Drivers) > 0 {
		out.WriteString("\nShare of the scored comments that mention a driver\n\n")
		trendGrid(r).write(&out)
	}
	fmt.Fprintf(&out, "\nPeriods in %s", r.TimeZone)
	if r.Undated > 0 {
		fmt.Fprintf(&out, "; scored responses without a time: %d", r.Undated)
	}
	fmt.Fprintf(&out, ". Change: against the period before, adjusted Wald; q: %s over all changes.\n", r.Method.FDR)
	return out.String()
}

// trendGrid shows the drivers with the most mentions.
func trendGrid(r *insight.TrendReport) grid {
	drivers := mostMentioned(r.Drivers)
	title := []string{"", string(r.Period)}
	for _, d := range drivers {
		title = append(title, driverName(d.Theme, d.Sentiment))
	}
	g := grid{title}
	for i := range r.Points {
		row := []string{"", r.Points[i].Name}
		for _, d := range drivers {
			cell := "·"
			if share := d.Points[i].Share; share != nil {
				cell = percent(share.Value)
			}
			row = append(row, cell)
		}
		g = append(g, row)
	}
	return g
}

func mostMentioned(all []insight.DriverTrend) []*insight.DriverTrend {
	list := make([]*insight.DriverTrend, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	slices.SortStableFunc(list, func(a, b *insight.DriverTrend) int { return cmp.Compare(b.Mentions, a.Mentions) })
	return list[:min(len(list), mostTrends)]
}

func segmentsText(r *insight.SegmentsReport) string {
	var out strings.Builder
	fmt.Fprintf(&out, "NPS %s by %s, scored responses %d", scoreText(&r.NPS), printable(r.By), r.Responses)
	if r.Absent > 0 {
		fmt.Fprintf(&out, " (without %s: %d)", printable(r.By), r.Absent)
	}
	out.WriteString("\n\n")
	if len(r.Segments) == 0 {
		fmt.Fprintf(&out, "No scored response has the attribute %s.\n", printable(r.By))
		return out.String()
	}
	beside := false
	for i := range r.Segments {
		beside = beside || r.Segments[i].Beside != nil
	}
	title := []string{"responses", "segment", "NPS (95 % interval)", "against the others", "q"}
	if beside {
		title = append(title, "beside", "difference", "q")
	}
	g := grid{title}
	for i := range r.Segments {
		g = append(g, segmentRow(&r.Segments[i], beside))
	}
	g.write(&out)
	fmt.Fprintf(&out, "\nSegments with under %d scored responses are suppressed. q: %s over the segments shown.\n", r.Method.MinSegment, r.Method.FDR)
	return out.String()
}

func segmentRow(s *insight.Segment, beside bool) []string {
	if s.Suppressed {
		row := []string{strconv.Itoa(s.Responses), printable(s.Name), "too few", "·", "·"}
		if beside {
			row = append(row, "·", "·", "·")
		}
		return row
	}
	row := record([]string{strconv.Itoa(s.Responses), printable(s.Name), scoreText(s.NPS)}, contrastText(s.Gap, 1))
	if beside {
		row = record(row, []string{scoreText(s.Beside)}, contrastText(s.BesideGap, 1))
	}
	return row
}

func comparisonText(r *insight.ComparisonReport) string {
	var out strings.Builder
	grid{
		{"responses", "", "NPS (95 % interval)"},
		{strconv.Itoa(r.Before.Responses), printable(r.Before.Label), scoreText(&r.Before.NPS)},
		{strconv.Itoa(r.After.Responses), printable(r.After.Label), scoreText(&r.After.NPS)},
	}.write(&out)
	fmt.Fprintf(&out, "\nChange %s, p = %s.", pointsText(&r.Change.Interval, 1), probability(float64(r.Change.P)))
	if len(r.Needed) > 0 {
		fmt.Fprintf(&out, " Samples of these sizes detect %s points with 80 %% power;\n", fixed(float64(r.Detectable), 1))
		var needed []string
		for _, n := range r.Needed {
			needed = append(needed, fmt.Sprintf("%d for %s", n.Responses, fixed(float64(n.Points), 0)))
		}
		fmt.Fprintf(&out, "each side needs about %s points.", strings.Join(needed, ", "))
	}
	out.WriteString("\n")
	if len(r.Drivers) > 0 {
		out.WriteString("\nWhat changed in the comments, and what it did to their NPS\n\n")
		changeGrid(r.Drivers).write(&out)
		out.WriteString("\nVolume: more or fewer mentions. Severity: a wider or narrower gap to those who do not mention it. Rest: everybody else.\n" +
			"The three add up to the change of the NPS of all scored comments.\n")
	}
	if r.Mix != nil {
		mixText(&out, r.Mix)
	}
	return out.String()
}

func changeGrid(drivers []insight.DriverChange) grid {
	g := grid{{"mentions", "driver", "before", "after", "change of share", "q", "volume", "severity", "rest"}}
	for i := range drivers {
		d := &drivers[i]
		g = append(g, record(
			[]string{
				fmt.Sprintf("%d → %d", d.BeforeMentions, d.AfterMentions), driverName(d.Theme, d.Sentiment),
				percent(d.BeforeShare.Value), percent(d.AfterShare.Value),
			},
			contrastText(&d.ShareChange, 100),
			[]string{signed(float64(d.Volume), 2), signed(float64(d.Severity), 2), signed(float64(d.Rest), 2)}))
	}
	return g
}

func mixText(out *strings.Builder, m *insight.MixReport) {
	fmt.Fprintf(out, "\nOf the change, %s points come from the mix of %s and %s from within.\n\n",
		signed(float64(m.Mix), 2), printable(m.By), signed(float64(m.Within), 2))
	g := grid{{"share", printable(m.By), "share after", "NPS", "NPS after", "mix", "within"}}
	for i := range m.Segments {
		s := &m.Segments[i]
		g = append(g, []string{
			percent(s.BeforeShare), printable(s.Name), percent(s.AfterShare), signed(float64(s.BeforeNPS), 1), signed(float64(s.AfterNPS), 1),
			signed(float64(s.Mix), 2), signed(float64(s.Within), 2),
		})
	}
	g.write(out)
}

func emergingText(r *insight.EmergingReport) string {
	var out strings.Builder
	fmt.Fprintf(&out, "Drivers that rose: %s against %s", printable(r.Recent), printable(r.Earlier))
	if r.By != "" {
		fmt.Fprintf(&out, ", in all and by %s", printable(r.By))
	}
	fmt.Fprintf(&out, " (%d tested, q ≤ %.2f, %s)\n\n", r.Family, insight.MaxQ, r.Method.FDR)
	if len(r.Drivers) == 0 {
		out.WriteString("None rose more than chance explains.\n")
		return out.String()
	}
	g := grid{{"mentions", "driver", "earlier", "recent", "rise of share", "q", "segment"}}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		g = append(g, record(
			[]string{
				fmt.Sprintf("%d → %d", d.EarlierMentions, d.RecentMentions), driverName(d.Theme, d.Sentiment),
				percent(d.EarlierShare.Value), percent(d.RecentShare.Value),
			},
			contrastText(&d.Rise, 100), []string{printable(d.Segment)}))
	}
	g.write(&out)
	return out.String()
}

func benchmarksText(r *insight.BenchmarkReport) string {
	var out strings.Builder
	fmt.Fprintf(&out, "Our NPS %s, scored responses %d\n\n", scoreText(&r.NPS), r.Responses)
	if len(r.Benchmarks) == 0 {
		out.WriteString("There are no benchmarks yet: verbatim benchmark add NAME --nps N --source TEXT --date DAY.\n")
		return out.String()
	}
	g := grid{{"NPS", "benchmark", "ours minus theirs", "q", "date", "responses", "source"}}
	for i := range r.Benchmarks {
		b := &r.Benchmarks[i]
		n := "unknown"
		if b.N > 0 {
			n = strconv.Itoa(b.N)
		}
		g = append(g, record([]string{signed(b.NPS, 1), printable(b.Name)}, contrastText(&b.Gap, 1), []string{b.Date, n, printable(b.Source)}))
	}
	g.write(&out)
	out.WriteString("\nA benchmark whose number of responses is unknown is taken as exact: the true interval is wider.\n")
	return out.String()
}

func wordsText(r *insight.WordsReport) string {
	var out strings.Builder
	if len(r.Languages) == 0 {
		out.WriteString("There are no comments to take words from.\n")
	}
	for i := range r.Languages {
		l := &r.Languages[i]
		fmt.Fprintf(&out, "%s: comments of promoters %d, of detractors %d, words tested %d\n", l.Language, l.PromoterComments, l.DetractorComments, l.Family)
		g := grid{{"detractors", "word", "promoters", "z", "q"}}
		for _, side := range wordSides(l) {
			for j := range side.words {
				w := &side.words[j]
				g = append(g, []string{
					strconv.Itoa(w.Detractors), printable(w.Word), strconv.Itoa(w.Promoters), signed(float64(w.Z), 2), probability(float64(w.Q)),
				})
			}
		}
		switch {
		case l.Status == insight.TooFew:
			out.WriteString("too few comments\n\n")
		case len(g) == 1:
			out.WriteString("no word tells them apart\n\n")
		default:
			g.write(&out)
			out.WriteString("\n")
		}
	}
	fmt.Fprintf(&out, "z above 0 goes with detractors (%s).\n", r.Method.Measure)
	return out.String()
}
