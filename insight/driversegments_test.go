package insight

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestDriverSegments(t *testing.T) {
	slow := feedback.DriverKey{Theme: "delivery_logistics", Sentiment: feedback.Negative}
	part := func(name string, base, mentions int) feedback.Slice {
		s := feedback.Slice{Name: name}
		s.Scored[3], s.Base[3], s.Commented = base+5, base, base
		s.Themes = []feedback.ThemeCounts{{Theme: slow.Theme, Sentiment: slow.Sentiment}}
		s.Themes[0].Scores[3] = mentions
		return s
	}
	got := DriverSegments([]feedback.Slice{
		part("EU", 100, 10), part("US", 100, 30), part("APAC", 9, 9), part("", 50, 50), part("ANZ", 100, 10),
	}, "region", slow)
	var names []string
	for _, s := range got.Segments {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"US", "ANZ", "EU", "APAC"}, names); diff != "" {
		t.Error(diff)
	}
	if got.All != Wilson(59, 309) {
		t.Errorf("all: %+v", got.All)
	}
	us, apac := got.Segments[0], got.Segments[3]
	want := shareContrast(30, 100, 29, 209)
	if us.Mentions != 30 || *us.Share != Wilson(30, 100) || us.Gap.Interval != want.Interval || us.Gap.P != want.P || *us.Gap.Q < want.P {
		t.Errorf("US: %+v, want the gap %+v", us, want)
	}
	if !apac.Suppressed || apac.Share != nil || apac.Gap != nil || apac.Mentions != 0 || apac.Base != 9 {
		t.Errorf("nine comments tell who said what: %+v", apac)
	}
}

func TestDriverSegmentsOfLittle(t *testing.T) {
	key := feedback.DriverKey{Theme: "support", Sentiment: feedback.Positive}
	if got := DriverSegments(nil, "plan", key); got.Segments == nil || len(got.Segments) != 0 || got.All.Low != 0 || got.All.High != 1 {
		t.Errorf("nothing: %+v", got)
	}
	one := feedback.Slice{Name: "only"}
	one.Base[9] = 20
	if got := DriverSegments([]feedback.Slice{one}, "plan", key); got.Segments[0].Gap != nil || got.Segments[0].Share.Value != 0 {
		t.Errorf("a single segment has nothing to differ from: %+v", got.Segments[0])
	}
}
