package report

import (
	"strconv"

	"verbatim/feedback"
	"verbatim/insight"
)

// cellsOf are the value, low and high of an interval; empty without one.
func cellsOf(i *insight.Interval) []string {
	if i == nil {
		return []string{"", "", ""}
	}
	return []string{i.Value.String(), i.Low.String(), i.High.String()}
}

// scoreCells are the exact score with its interval; empty without one.
func scoreCells(v *insight.NPSValue) []string {
	if v == nil {
		return []string{"", "", ""}
	}
	return []string{v.Exact.String(), v.Low.String(), v.High.String()}
}

// contrastCells are an interval with p and q; empty without one.
func contrastCells(c *insight.Contrast) []string {
	if c == nil {
		return []string{"", "", "", "", ""}
	}
	q := ""
	if c.Q != nil {
		q = c.Q.String()
	}
	return append(cellsOf(&c.Interval), c.P.String(), q)
}

// record joins cells to one record.
func record(parts ...[]string) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// trendRecords has a record for each period, and one for each driver in each period.
func trendRecords(r *insight.TrendReport) [][]string {
	out := [][]string{{
		"period", "start", "theme", "sentiment", "responses", "commented", "nps", "nps_low", "nps_high",
		"change", "change_low", "change_high", "p_value", "q_value", "mentions", "share", "share_low", "share_high",
	}}
	for i := range r.Points {
		p := &r.Points[i]
		out = append(out, record([]string{p.Name, p.Start, "", "", strconv.Itoa(p.Responses), strconv.Itoa(p.Commented)},
			scoreCells(p.NPS), contrastCells(p.Change), []string{"", "", "", ""}))
	}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		for j := range d.Points {
			s, p := &d.Points[j], &r.Points[j]
			out = append(out, record([]string{p.Name, p.Start, d.Theme, string(d.Sentiment), "", strconv.Itoa(s.Base)},
				make([]string, 8), []string{strconv.Itoa(s.Mentions)}, cellsOf(s.Share)))
		}
	}
	return out
}

func segmentRecords(r *insight.SegmentsReport) [][]string {
	out := [][]string{{
		"by", "segment", "responses", "commented", "suppressed", "nps", "nps_low", "nps_high",
		"gap", "gap_low", "gap_high", "p_value", "q_value", "beside", "beside_low", "beside_high",
		"beside_gap", "beside_gap_low", "beside_gap_high", "beside_p_value", "beside_q_value",
	}}
	for i := range r.Segments {
		s := &r.Segments[i]
		out = append(out, record(
			[]string{r.By, s.Name, strconv.Itoa(s.Responses), strconv.Itoa(s.Commented), strconv.FormatBool(s.Suppressed)},
			scoreCells(s.NPS), contrastCells(s.Gap), scoreCells(s.Beside), contrastCells(s.BesideGap)))
	}
	return out
}

// comparisonRecords has a record for the whole, one for each driver, and one for each segment of the mix.
func comparisonRecords(r *insight.ComparisonReport) [][]string {
	out := [][]string{{
		"what", "name", "sentiment", "before_n", "after_n", "before", "before_low", "before_high", "after", "after_low", "after_high",
		"change", "change_low", "change_high", "p_value", "q_value", "volume_or_mix", "severity_or_within", "rest",
	}}
	out = append(out, record([]string{"nps", "", "", strconv.Itoa(r.Before.Responses), strconv.Itoa(r.After.Responses)},
		scoreCells(&r.Before.NPS), scoreCells(&r.After.NPS), contrastCells(&r.Change), []string{"", "", ""}))
	for i := range r.Drivers {
		d := &r.Drivers[i]
		out = append(out, record(
			[]string{"driver_share", d.Theme, string(d.Sentiment), strconv.Itoa(d.BeforeMentions), strconv.Itoa(d.AfterMentions)},
			cellsOf(&d.BeforeShare), cellsOf(&d.AfterShare), contrastCells(&d.ShareChange),
			[]string{d.Volume.String(), d.Severity.String(), d.Rest.String()}))
	}
	if r.Mix == nil {
		return out
	}
	for i := range r.Mix.Segments {
		s := &r.Mix.Segments[i]
		out = append(out, []string{
			"segment_nps", s.Name, "", "", "", s.BeforeNPS.String(), "", "", s.AfterNPS.String(), "", "", "", "", "", "", "",
			s.Mix.String(), s.Within.String(), "",
		})
	}
	return out
}

func emergingRecords(r *insight.EmergingReport) [][]string {
	out := [][]string{{
		"segment", "theme", "sentiment", "recent_mentions", "earlier_mentions", "recent_share", "recent_low", "recent_high",
		"earlier_share", "earlier_low", "earlier_high", "rise", "rise_low", "rise_high", "p_value", "q_value",
	}}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		out = append(out, record(
			[]string{d.Segment, d.Theme, string(d.Sentiment), strconv.Itoa(d.RecentMentions), strconv.Itoa(d.EarlierMentions)},
			cellsOf(&d.RecentShare), cellsOf(&d.EarlierShare), contrastCells(&d.Rise)))
	}
	return out
}

func benchmarkRecords(r *insight.BenchmarkReport) [][]string {
	out := [][]string{{
		"benchmark", "nps", "source", "date", "n", "own_nps", "own_low", "own_high", "gap", "gap_low", "gap_high", "p_value", "q_value",
	}}
	for i := range r.Benchmarks {
		b := &r.Benchmarks[i]
		out = append(out, record([]string{b.Name, insight.Number(b.NPS).String(), b.Source, b.Date, strconv.Itoa(b.N)},
			scoreCells(&r.NPS), contrastCells(&b.Gap)))
	}
	return out
}

func wordRecords(r *insight.WordsReport) [][]string {
	out := [][]string{{"language", "group", "word", "promoters", "detractors", "log_odds", "log_odds_low", "log_odds_high", "z", "p_value", "q_value"}}
	for i := range r.Languages {
		l := &r.Languages[i]
		for _, side := range wordSides(l) {
			for j := range side.words {
				w := &side.words[j]
				out = append(out, record([]string{l.Language, string(side.group), w.Word, strconv.Itoa(w.Promoters), strconv.Itoa(w.Detractors)},
					cellsOf(&w.LogOdds), []string{w.Z.String(), w.P.String(), w.Q.String()}))
			}
		}
	}
	return out
}

// wordSide are the words of a group.
type wordSide struct {
	group feedback.Group
	words []insight.DistinctiveWord
}

func wordSides(l *insight.DistinctiveWordsOf) []wordSide {
	return []wordSide{{feedback.Detractor, l.Detractors}, {feedback.Promoter, l.Promoters}}
}
