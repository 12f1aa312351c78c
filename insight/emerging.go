package insight

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"verbatim/feedback"
)

// EmergingDrivers finds the drivers whose share of the base rose from the earlier time to the recent one more than chance
// explains: among all responses and, when by names an attribute, within each of its segments, of which the slices are
// one each. Tested is every (driver, segment) with at least [MinMentions] mentions over both times, where the base has at
// least [MinSegment] responses at each; q is over all of them. The p values are two-sided although only rises are listed:
// the search looked both ways. Responses without the attribute count among all responses only.
func EmergingDrivers(recent, earlier []feedback.Slice, by string) EmergingReport {
	report := EmergingReport{
		Recent: datesOf(recent).String(), Earlier: datesOf(earlier).String(), By: by, Drivers: []Emerging{},
		Method: sliceMethod(shareTest, recent, earlier),
	}
	now, then := tallies(recent), tallies(earlier)
	tested := rises("", total(now), total(then))
	if by != "" {
		delete(now, "")
		for _, name := range slices.Sorted(maps.Keys(now)) {
			if before := then[name]; before != nil {
				tested = append(tested, rises(name, now[name], before)...)
			}
		}
	}
	report.Family = len(tested)
	family := make([]*Contrast, len(tested))
	for i := range tested {
		family[i] = &tested[i].Rise
	}
	setQ(family, BH)
	for _, e := range tested {
		if e.Rise.Value > 0 && *e.Rise.Q <= MaxQ {
			report.Drivers = append(report.Drivers, e)
		}
	}
	slices.SortFunc(report.Drivers, compareEmerging)
	return report
}

// rises compares the drivers of a segment that can be compared.
func rises(segment string, now, then *tally) []Emerging {
	n1, n2 := now.base.N(), then.base.N()
	if min(n1, n2) < MinSegment {
		return nil
	}
	var out []Emerging
	for _, key := range driverKeys(now, then) {
		k1, k2 := now.mentions(key), then.mentions(key)
		if k1+k2 < MinMentions {
			continue
		}
		out = append(out, Emerging{
			Segment: segment, Theme: key.Theme, Sentiment: key.Sentiment,
			RecentMentions: k1, EarlierMentions: k2,
			RecentShare: Wilson(k1, n1), EarlierShare: Wilson(k2, n2),
			Rise: shareContrast(k1, n1, k2, n2),
		})
	}
	return out
}

// compareEmerging puts the largest rises first, then orders by segment and driver.
func compareEmerging(a, b Emerging) int {
	return cmp.Or(
		cmp.Compare(shown(b.Rise.Value), shown(a.Rise.Value)),
		strings.Compare(a.Segment, b.Segment),
		compareKeys(feedback.DriverKey{Theme: a.Theme, Sentiment: a.Sentiment}, feedback.DriverKey{Theme: b.Theme, Sentiment: b.Sentiment}),
	)
}

// datesOf are the first and the last time of the slices.
func datesOf(parts []feedback.Slice) feedback.Dates {
	var all feedback.Dates
	for i := range parts {
		d := parts[i].Dates
		if d.First.IsZero() {
			continue
		}
		if all.First.IsZero() || d.First.Before(all.First) {
			all.First = d.First
		}
		if d.Last.After(all.Last) {
			all.Last = d.Last
		}
	}
	return all
}
