package insight

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestSegments(t *testing.T) {
	eu := dated("2026-01-01", Counts{60, 30, 10}, Counts{0, 2, 9})
	eu.Name = "EU"
	eu.Themes = append(eu.Themes,
		themeOf("support", feedback.Positive, Counts{20, 1, 0}), themeOf("features", feedback.Neutral, Counts{50, 1, 0}),
		themeOf("usability", feedback.Positive, Counts{20, 1, 0}), themeOf("reliability", feedback.Negative, Counts{0, 0, 3}))
	got := Segments([]feedback.Slice{
		sliceOf("", Counts{3, 0, 4}), eu, sliceOf("APAC", Counts{20, 10, 70}), sliceOf("US", Counts{120, 60, 20}),
	}, "region", nil)
	var names []string
	for _, s := range got.Segments {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"EU", "US", "APAC"}, names); diff != "" { // EU and US both score 50
		t.Error(diff)
	}
	if got.Responses != 400 || got.Absent != 7 || got.NPS.Exact != 25 || got.By != "region" {
		t.Errorf("%+v", got)
	}
	first := got.Segments[0]
	want := npsContrast(Counts{140, 70, 90}, Counts{60, 30, 10})
	if first.Gap.Interval != want.Interval || first.Gap.P != want.P || *first.Gap.Q < want.P || first.Beside != nil {
		t.Errorf("gap %+v, want %+v", first.Gap, want)
	}
	if diff := cmp.Diff([]SegmentDriver{
		{"support", feedback.Positive, 21, Wilson(21, 100)},
		{"usability", feedback.Positive, 21, Wilson(21, 100)},
		{"price_value", feedback.Negative, 11, Wilson(11, 100)},
	}, first.Strongest); diff != "" {
		t.Error(diff)
	}
}

func TestSuppression(t *testing.T) {
	parts := []feedback.Slice{
		sliceOf("a", Counts{Promoters: 9}), sliceOf("b", Counts{Promoters: 10}), sliceOf("c", Counts{Promoters: 900}), sliceOf("d", Counts{}),
	}
	want := map[string]bool{"a": true, "b": false, "c": false, "d": true}
	for _, s := range Segments(parts, "team", nil).Segments {
		if s.Suppressed != want[s.Name] || (s.NPS == nil) != s.Suppressed || s.Suppressed && (s.Gap != nil || s.Strongest != nil) {
			t.Errorf("%+v", s)
		}
	}
}

func TestSegmentsBeside(t *testing.T) {
	customers := []feedback.Slice{sliceOf("north", Counts{50, 20, 30}), sliceOf("south", Counts{40, 40, 20}), sliceOf("west", Counts{30, 0, 0})}
	employees := []feedback.Slice{
		sliceOf("north", Counts{5, 10, 15}), sliceOf("south", Counts{4, 4, 4}), sliceOf("west", Counts{1, 2, 3}),
		sliceOf("head office", Counts{9, 9, 9}), sliceOf("", Counts{7, 0, 0}),
	}
	got := map[string]Segment{}
	for _, s := range Segments(customers, "unit", employees).Segments {
		got[s.Name] = s
	}
	if _, there := got["head office"]; there || len(got) != 3 {
		t.Errorf("units without customers are not listed: %+v", got)
	}
	north := got["north"]
	want := npsContrast(Counts{5, 10, 15}, Counts{50, 20, 30})
	if north.Beside == nil || north.Beside.Exact != number(Counts{5, 10, 15}.NPS()) || north.BesideGap.Interval != want.Interval || north.BesideGap.P != want.P {
		t.Errorf("north %+v", north)
	}
	if s := got["west"]; s.NPS == nil || s.Beside != nil || s.BesideGap != nil || s.BesideResponses != 6 {
		t.Errorf("six employees are too few to be shown: %+v", s)
	}
}

func TestSegmentsOfRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(22, 1))
	for range 500 {
		parts, beside := randomSlices(random), randomSlices(random)
		got := Segments(parts, "region", beside)
		sane(t, "segments", got)
		sum := 0
		for _, s := range got.Segments {
			sum += s.Responses
			if !s.Suppressed && s.Responses < MinSegment {
				t.Errorf("shown: %+v", s)
			}
			for _, c := range appendContrast(appendContrast(nil, s.Gap), s.BesideGap) {
				inOrder(t, "gap", c.Interval)
			}
		}
		if sum != got.Responses {
			t.Errorf("%d responses in segments, %d in all", sum, got.Responses)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(Segments(shuffled(5, parts), "region", shuffled(6, beside)))
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Error(diff)
		}
	}
}
