package insight

import (
	"cmp"
	"maps"
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
// Segments under [MinSegment] scored responses are suppressed. What the table hides must not be computable as the total
// minus what it shows, so the next smallest segments are suppressed as well until at least two are hidden, with at least
// [MinSegment] responses together. That costs a row now and then, also a large one when there are few segments; leaving it
// to the reader's discretion would undo the suppression just where it matters, in small teams. It protects the readers of
// one report: who may ask with any filter can still subtract two answers. The total itself is always shown.
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
	hidden, hiddenBeside := suppressed(here), suppressed(there)
	var gaps, besideGaps []*Contrast
	for name, t := range here {
		s := Segment{Name: name, Responses: t.scored.N(), Commented: t.commented, Suppressed: hidden[name]}
		s.Protective = s.Suppressed && s.Responses >= MinSegment
		if other := there[name]; other != nil {
			s.BesideResponses = other.scored.N()
		}
		if !s.Suppressed {
			s.measure(t, all.scored.without(t.scored))
			if s.BesideResponses > 0 && !hiddenBeside[name] {
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

// suppressed names the segments whose figures are withheld: those that are too small, then the next smallest.
func suppressed(parts map[string]*tally) map[string]bool {
	names := slices.SortedFunc(maps.Keys(parts), func(a, b string) int {
		return cmp.Or(cmp.Compare(parts[a].scored.N(), parts[b].scored.N()), strings.Compare(a, b))
	})
	hidden := map[string]bool{}
	segments, responses := 0, 0 // that are hidden and have any
	for _, name := range names {
		n := parts[name].scored.N()
		computable := segments == 1 || segments > 1 && responses < MinSegment
		if n >= MinSegment && !computable {
			break
		}
		hidden[name] = true
		if n > 0 {
			segments++
			responses += n
		}
	}
	return hidden
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
