package insight

import (
	"cmp"
	"slices"
	"strings"

	"verbatim/feedback"
)

// strongest is how many drivers a segment shows.
const strongest = 3

// Segments compares the values of the attribute by, one slice each; the slice with the empty name holds the responses
// without it. Beside holds the same attribute's slices under another filter, or is nil; a segment that is only there is
// left out.
//
// Segments under [MinSegment] scored responses are suppressed: their figures would be noise, and in a small team would tell
// who said what. The total is always shown, so that the score of a single suppressed segment can be computed from it:
// where that matters, do not give readers the table of a team of five.
func Segments(parts []feedback.Slice, by string, beside []feedback.Slice) SegmentsReport {
	report := SegmentsReport{By: by, Segments: []Segment{}, Method: sliceMethod(npsTest, parts, beside)}
	here, there := tallies(parts), tallies(beside)
	if absent := here[""]; absent != nil {
		report.Absent = absent.scored.N()
	}
	delete(here, "")
	delete(there, "")
	all := total(here)
	report.Responses, report.NPS = all.scored.N(), npsOfCounts(all.scored)
	var gaps, besideGaps []*Contrast
	for name, t := range here {
		s := Segment{Name: name, Responses: t.scored.N(), Commented: t.commented, Suppressed: t.scored.N() < MinSegment}
		if other := there[name]; other != nil {
			s.BesideResponses = other.scored.N()
		}
		if !s.Suppressed {
			s.measure(t, all.scored.without(t.scored))
			if s.BesideResponses >= MinSegment {
				s.measureBeside(t.scored, there[name].scored)
			}
		}
		report.Segments = append(report.Segments, s)
	}
	slices.SortFunc(report.Segments, compareSegments)
	for i := range report.Segments {
		gaps = appendContrast(gaps, report.Segments[i].Gap)
		besideGaps = appendContrast(besideGaps, report.Segments[i].BesideGap)
	}
	setQ(gaps, BH)
	setQ(besideGaps, BH)
	return report
}

// measure fills in the figures of a segment that is shown.
func (s *Segment) measure(t *tally, others Counts) {
	nps := npsOfCounts(t.scored)
	s.NPS = &nps
	if others.N() > 0 {
		gap := npsContrast(others, t.scored)
		s.Gap = &gap
	}
	keys := driverKeys(t)
	slices.SortStableFunc(keys, func(a, b feedback.DriverKey) int { return cmp.Compare(t.mentions(b), t.mentions(a)) })
	for _, key := range keys[:min(len(keys), strongest)] {
		k := t.mentions(key)
		s.Strongest = append(s.Strongest, SegmentDriver{
			Theme: key.Theme, Sentiment: key.Sentiment, Mentions: k, Share: Wilson(k, t.base.N()),
		})
	}
}

func (s *Segment) measureBeside(own, other Counts) {
	nps := npsOfCounts(other)
	gap := npsContrast(other, own)
	s.Beside, s.BesideGap = &nps, &gap
}

// compareSegments puts those shown first, by NPS as shown, and breaks ties by name.
func compareSegments(a, b Segment) int {
	if a.Suppressed != b.Suppressed {
		if a.Suppressed {
			return 1
		}
		return -1
	}
	order := 0
	if !a.Suppressed {
		order = cmp.Compare(shown(b.NPS.Exact), shown(a.NPS.Exact))
	}
	return cmp.Or(order, strings.Compare(a.Name, b.Name))
}

func appendContrast(family []*Contrast, c *Contrast) []*Contrast {
	if c == nil {
		return family
	}
	return append(family, c)
}
