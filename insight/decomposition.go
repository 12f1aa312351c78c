package insight

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"verbatim/feedback"
)

// Decomposition splits the change of an NPS by one driver, in points: Rest + Volume + Severity is the change.
type Decomposition struct {
	// Rest is the change among those who do not mention the driver.
	Rest float64
	// Volume is that more or fewer mention it, at the average gap between those who do and the rest.
	Volume float64
	// Severity is that this gap widened or narrowed, at the average share.
	Severity float64
}

// side is a score split by a driver: m = rest + share·gap.
type side struct {
	share, rest, gap float64
	noRest, noGap    bool
}

// Decompose splits the change from the base before to the base after exactly, with midpoint weights: with f the share that
// mentions the driver and g the gap between its NPS and that of the rest, Volume = Δf·(g₁+g₂)/2 and Severity =
// Δg·(f₁+f₂)/2. Where a side cannot know its gap, since nobody mentions the driver, or its rest, since everybody does, the
// other side's stands in, so that only what was seen counts as a change; when both lack a rest, all change is severity.
// Without responses on a side nothing is known and all parts are 0.
func Decompose(before, after, beforeTheme, afterTheme Counts) Decomposition {
	if before.N() == 0 || after.N() == 0 {
		return Decomposition{}
	}
	a, b := splitBy(before, beforeTheme), splitBy(after, afterTheme)
	switch {
	case a.noRest && b.noRest: // the rest of both is 0, the gap the score itself
	case a.noRest:
		a.rest, a.gap = b.rest, a.gap-b.rest
	case b.noRest:
		b.rest, b.gap = a.rest, b.gap-a.rest
	}
	if a.noGap {
		a.gap = b.gap
	}
	if b.noGap {
		b.gap = a.gap
	}
	return Decomposition{
		Rest:     100 * (b.rest - a.rest),
		Volume:   100 * (b.share - a.share) * (a.gap + b.gap) / 2,
		Severity: 100 * (b.gap - a.gap) * (a.share + b.share) / 2,
	}
}

// splitBy splits the score of a base that is not empty. Without a rest the gap holds the whole score.
func splitBy(base, theme Counts) side {
	theme = atMost(theme, base)
	rest := base.without(theme)
	s := side{share: share(theme.N(), base.N()), rest: rest.mean(), noRest: rest.N() == 0, noGap: theme.N() == 0}
	if !s.noGap {
		s.gap = theme.mean() - s.rest
	}
	return s
}

// Mix splits the change of the NPS of all scored responses over the segments of the attribute by, with midpoint weights:
// a segment's Within is its average share times the change of its NPS, its Mix the change of its share times its average
// NPS as far as that is above the average NPS of all, so that a segment that grows helps when it scores better than the
// rest. The sums are exact. A segment that is missing on a side is taken to have scored there as on the other: all of its
// part is Mix.
//
// Segments that have responses, but under [MinSegment], on a side are pooled into one, and the smallest others with them
// until that one is large enough: nobody's own figures can be read off. Without responses on a side there is nothing to
// split: all parts are 0.
func Mix(by string, before, after []feedback.Slice) MixReport {
	report := MixReport{By: by, Segments: []SegmentMix{}}
	segments := pairsOf(tallies(before), tallies(after))
	var all segmentPair
	for _, s := range segments {
		all.before, all.after = together(all.before, s.before), together(all.after, s.after)
	}
	middle := (all.before.mean() + all.after.mean()) / 2
	mix, within := 0.0, 0.0
	for _, s := range pool(segments) {
		m := SegmentMix{
			Name: s.name, Pooled: s.pooled,
			BeforeShare: number(share(s.before.N(), all.before.N())), AfterShare: number(share(s.after.N(), all.after.N())),
			BeforeNPS: number(s.before.NPS()), AfterNPS: number(s.after.NPS()),
		}
		if all.before.N() > 0 && all.after.N() > 0 {
			partMix, partWithin := s.parts(all, middle)
			m.Mix, m.Within = number(partMix), number(partWithin)
			mix, within = mix+partMix, within+partWithin
		}
		report.Segments = append(report.Segments, m)
	}
	report.Mix, report.Within = number(mix), number(within)
	return report
}

// segmentPair is a segment on both sides.
type segmentPair struct {
	name          string
	pooled        int
	before, after Counts
}

// pairsOf lists the segments that have scored responses on a side, by name.
func pairsOf(before, after map[string]*tally) []segmentPair {
	byName := map[string]segmentPair{}
	for name, t := range before {
		byName[name] = segmentPair{name: name, before: t.scored}
	}
	for name, t := range after {
		s := byName[name]
		s.name, s.after = name, t.scored
		byName[name] = s
	}
	var out []segmentPair
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if s := byName[name]; s.before.N()+s.after.N() > 0 {
			out = append(out, s)
		}
	}
	return out
}

// small says that a side has responses, but too few to be shown.
func (s segmentPair) small() bool {
	few := func(c Counts) bool { return c.N() > 0 && c.N() < MinSegment }
	return few(s.before) || few(s.after)
}

// pool joins the segments that are too small, and then the next smallest, into one that comes last.
func pool(segments []segmentPair) []segmentPair {
	var shown, joined []segmentPair
	for _, s := range segments {
		if s.small() {
			joined = append(joined, s)
		} else {
			shown = append(shown, s)
		}
	}
	if len(joined) == 0 {
		return shown
	}
	var one segmentPair
	join := func(s segmentPair) {
		one.before, one.after = together(one.before, s.before), together(one.after, s.after)
		one.pooled++
	}
	for _, s := range joined {
		join(s)
	}
	for len(shown) > 0 && (one.pooled == 1 || one.small()) {
		next := slices.MinFunc(shown, func(a, b segmentPair) int {
			return cmp.Or(cmp.Compare(a.before.N()+a.after.N(), b.before.N()+b.after.N()), strings.Compare(a.name, b.name))
		})
		join(next)
		shown = slices.DeleteFunc(shown, func(s segmentPair) bool { return s.name == next.name })
	}
	if one.pooled == 1 {
		one.name, one.pooled = joined[0].name, 0
	}
	return append(shown, one)
}

// parts are the segment's mix and within, in points.
func (s segmentPair) parts(all segmentPair, middle float64) (mix, within float64) {
	w1, w2 := share(s.before.N(), all.before.N()), share(s.after.N(), all.after.N())
	m1, m2 := s.before.mean(), s.after.mean()
	if s.before.N() == 0 {
		m1 = m2
	}
	if s.after.N() == 0 {
		m2 = m1
	}
	return 100 * (w2 - w1) * ((m1+m2)/2 - middle), 100 * (m2 - m1) * (w1 + w2) / 2
}
