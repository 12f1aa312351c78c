package insight

import (
	"cmp"
	"slices"
	"strings"

	"verbatim/feedback"
)

// DriverSegment is how often those with one value of an attribute mention a driver. Base counts their scored comments;
// under [MinSegment] of them the segment is suppressed and has no figures but its size. Share is of the base, 0–1; Gap is
// that share minus the share of all other segments, nil when there are none. Its q is over the segments shown.
type DriverSegment struct {
	Name       string    `json:"name"`
	Base       int       `json:"base"`
	Suppressed bool      `json:"suppressed"`
	Mentions   int       `json:"mentions"`
	Share      *Interval `json:"share"`
	Gap        *Contrast `json:"gap,omitempty"`
}

// DriverSegmentsReport is how often a driver is mentioned by the values of an attribute. All is the share over all
// segments; it is 0 to 1 without a base. Segments are ordered by share, the largest first, then by name; suppressed ones
// come last. Never nil.
type DriverSegmentsReport struct {
	By       string          `json:"by"`
	All      Interval        `json:"all"`
	Segments []DriverSegment `json:"segments"`
	Method   SliceMethod     `json:"method"`
}

// DriverSegments compares how often a driver is mentioned, over the values of the attribute by, one slice each; the slice
// with the empty name holds the responses without it and is left out.
func DriverSegments(parts []feedback.Slice, by string, key feedback.DriverKey) DriverSegmentsReport {
	report := DriverSegmentsReport{By: by, Segments: []DriverSegment{}, Method: sliceMethod(shareTest, parts)}
	here := tallies(parts)
	delete(here, "")
	all := total(here)
	k, n := all.mentions(key), all.base.N()
	report.All = Wilson(k, n)
	for name, t := range here {
		report.Segments = append(report.Segments, driverSegment(name, t.mentions(key), t.base.N(), k, n))
	}
	slices.SortFunc(report.Segments, compareDriverSegments)
	var gaps []*Contrast
	for i := range report.Segments {
		gaps = appendContrast(gaps, report.Segments[i].Gap)
	}
	setQ(gaps, BH)
	return report
}

// driverSegment measures a segment with k of n against the rest of allK of allN.
func driverSegment(name string, k, n, allK, allN int) DriverSegment {
	s := DriverSegment{Name: name, Base: n, Suppressed: n < MinSegment}
	if s.Suppressed {
		return s
	}
	share := Wilson(k, n)
	s.Mentions, s.Share = k, &share
	if allN > n {
		gap := shareContrast(k, n, allK-k, allN-n)
		s.Gap = &gap
	}
	return s
}

func compareDriverSegments(a, b DriverSegment) int {
	if a.Suppressed != b.Suppressed {
		if a.Suppressed {
			return 1
		}
		return -1
	}
	order := 0
	if !a.Suppressed {
		order = cmp.Compare(shown(b.Share.Value), shown(a.Share.Value))
	}
	return cmp.Or(order, strings.Compare(a.Name, b.Name))
}
