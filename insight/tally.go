package insight

import (
	"maps"
	"slices"
	"strings"

	"verbatim/feedback"
)

// tally is what the reports about slices need of one or several crosstabs: all scored responses, those of the base, and
// those of the base that mention a driver.
type tally struct {
	scored    Counts
	commented int
	base      Counts
	drivers   map[feedback.DriverKey]Counts
}

func tallyOf(tab *feedback.Crosstab) *tally {
	t := &tally{
		scored: CountsOf(tab.Scored), commented: tab.Commented, base: CountsOf(tab.Base),
		drivers: map[feedback.DriverKey]Counts{},
	}
	for _, theme := range tab.Themes {
		polar := theme.Sentiment == feedback.Positive || theme.Sentiment == feedback.Negative
		if c := atMost(CountsOf(theme.Scores), t.base); polar && c.N() > 0 {
			t.drivers[feedback.DriverKey{Theme: theme.Theme, Sentiment: theme.Sentiment}] = c
		}
	}
	return t
}

// add counts other responses as well.
func (t *tally) add(o *tally) {
	t.scored = together(t.scored, o.scored)
	t.commented += o.commented
	t.base = together(t.base, o.base)
	for key, c := range o.drivers {
		t.drivers[key] = together(t.drivers[key], c)
	}
}

// mentions counts the responses of the base that mention the driver; a tally that is nil has none.
func (t *tally) mentions(key feedback.DriverKey) int {
	if t == nil {
		return 0
	}
	return t.drivers[key].N()
}

// tallies sums up slices by name.
func tallies(parts []feedback.Slice) map[string]*tally {
	out := map[string]*tally{}
	for i := range parts {
		t := tallyOf(&parts[i].Crosstab)
		if known := out[parts[i].Name]; known != nil {
			known.add(t)
		} else {
			out[parts[i].Name] = t
		}
	}
	return out
}

// total sums up tallies.
func total(parts map[string]*tally) *tally {
	all := tallyOf(&feedback.Crosstab{})
	for _, t := range parts {
		all.add(t)
	}
	return all
}

// driverKeys lists the drivers that any of the tallies has, by theme id, then polarity.
func driverKeys(parts ...*tally) []feedback.DriverKey {
	keys := map[feedback.DriverKey]bool{}
	for _, t := range parts {
		for key := range t.drivers {
			keys[key] = true
		}
	}
	return slices.SortedFunc(maps.Keys(keys), compareKeys)
}

// versions joins the distinct versions among those named, each of which may be several joined by commas.
func versions(lists ...string) string {
	known := map[string]bool{}
	for _, list := range lists {
		for version := range strings.SplitSeq(list, ",") {
			if version != "" {
				known[version] = true
			}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(known)), ",")
}

func together(a, b Counts) Counts {
	return Counts{a.Promoters + b.Promoters, a.Passives + b.Passives, a.Detractors + b.Detractors}
}

// atMost cuts a part that is larger than the whole, which no index returns: shares stay within 0–1.
func atMost(part, whole Counts) Counts {
	return Counts{min(part.Promoters, whole.Promoters), min(part.Passives, whole.Passives), min(part.Detractors, whole.Detractors)}
}
