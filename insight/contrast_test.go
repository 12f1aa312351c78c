package insight

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"verbatim/feedback"
)

// randomCrosstab makes up the counts of a few or of many responses, sometimes of none, with up to four drivers.
func randomCrosstab(random *rand.Rand) feedback.Crosstab {
	most := []int{0, 1, 3, 20, 400}[random.IntN(5)]
	scored := randomCounts(random, most)
	base := randomPart(random, scored)
	tab := feedback.Crosstab{
		Responses: scored.N(), Commented: base.N(), Scored: scoresOf(scored), Base: scoresOf(base),
		Model: "2026.11", Taxonomy: "default@1",
	}
	for i := range random.IntN(5) {
		theme := randomPart(random, base)
		switch random.IntN(6) {
		case 0:
			theme = base
		case 1:
			theme = Counts{}
		}
		sentiment := feedback.Sentiments[random.IntN(len(feedback.Sentiments))]
		tab.Themes = append(tab.Themes, themeOf(fmt.Sprintf("theme_%d", i), sentiment, theme))
	}
	return tab
}

// randomSlices makes up slices of the segments a, b, … and perhaps of the responses without a value.
func randomSlices(random *rand.Rand) []feedback.Slice {
	var parts []feedback.Slice
	for i := range random.IntN(6) {
		parts = append(parts, feedback.Slice{Name: string(rune('a' + i)), Crosstab: randomCrosstab(random)})
	}
	if random.IntN(2) == 0 {
		parts = append(parts, feedback.Slice{Crosstab: randomCrosstab(random)})
	}
	return parts
}

// sliceOf is a slice of scored responses without comments.
func sliceOf(name string, c Counts) feedback.Slice {
	return feedback.Slice{Name: name, Crosstab: feedback.Crosstab{Responses: c.N(), Scored: scoresOf(c)}}
}

// sane checks that every figure of a report is finite, in its JSON too.
func sane(t *testing.T, what string, report any) {
	t.Helper()
	finite(t, what, reflect.ValueOf(report))
	data, err := json.Marshal(report)
	if err != nil || bytes.Contains(data, []byte("NaN")) || bytes.Contains(data, []byte(`"drivers":null`)) {
		t.Errorf("%s: %s, %v", what, data, err)
	}
}

// inOrder checks that an interval holds its figure.
func inOrder(t *testing.T, what string, i Interval) {
	t.Helper()
	if !(i.Low <= i.Value && i.Value <= i.High) {
		t.Errorf("%s: %+v", what, i)
	}
}

func TestNPSContrast(t *testing.T) {
	got := npsContrast(Counts{500, 300, 200}, Counts{560, 280, 260}) // statistics.md, section 2
	near(t, "change", float64(got.Value), -2.727273, 1e-6)
	near(t, "p", float64(got.P), 0.436835, 1e-6)
	near(t, "low", float64(got.Low), -2.711720-1.959963984540054*3.487527, 2e-6)
	near(t, "high", float64(got.High), -2.711720+1.959963984540054*3.487527, 2e-6)
}

func TestNPSContrastOfAHandful(t *testing.T) {
	tests := []struct {
		name          string
		before, after Counts
		value         Number
		certain       bool // p under 0.05
	}{
		{"nothing before", Counts{}, Counts{1, 2, 3}, 0, false},
		{"nothing after", Counts{1, 2, 3}, Counts{}, 0, false},
		{"one promoter, many promoters", Counts{Promoters: 1}, Counts{Promoters: 1e6}, 0, false},
		{"one promoter, nearly all promoters", Counts{Promoters: 1}, Counts{Promoters: 999, Passives: 1}, -0.1, false},
		{"one promoter, one detractor", Counts{Promoters: 1}, Counts{Detractors: 1}, -200, false},
		{"all promoters, all detractors", Counts{Promoters: 60}, Counts{Detractors: 60}, -200, true},
	}
	for _, test := range tests {
		got := npsContrast(test.before, test.after)
		inOrder(t, test.name, got.Interval)
		near(t, test.name, float64(got.Value), float64(test.value), 1e-9)
		if (got.P < 0.05) != test.certain {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

func TestShareContrast(t *testing.T) {
	got := shareContrast(40, 200, 6, 500) // statistics.md, section 4
	near(t, "difference", float64(got.Value), 0.188, 1e-9)
	near(t, "low", float64(got.Low), 0.136531, 1e-6)
	near(t, "high", float64(got.High), 0.249200, 1e-6)
	if want := (Fourfold{40, 160, 6, 494}).AssociationP(); float64(got.P) != want {
		t.Errorf("p = %v, want %v", got.P, want)
	}
	unknown := Contrast{Interval: Interval{Low: -1, High: 1}, P: 1}
	if got := shareContrast(0, 0, 3, 9); got != unknown {
		t.Errorf("nothing on one side: %+v", got)
	}
	if got := shareContrast(3, 9, 0, 0); got != unknown {
		t.Errorf("nothing on the other side: %+v", got)
	}
}

func TestVersions(t *testing.T) {
	for want, lists := range map[string][]string{
		"":                {"", ""},
		"2026.10,2026.11": {"2026.11", "2026.10,2026.11", ""},
	} {
		if got := versions(lists...); got != want {
			t.Errorf("%q: %q, want %q", lists, got, want)
		}
	}
}

func TestCountsBeyondTheWholeAreCut(t *testing.T) {
	tab := feedback.Crosstab{Base: scoresOf(Counts{5, 5, 5}), Themes: []feedback.ThemeCounts{themeOf("x", feedback.Positive, Counts{9, 3, 0})}}
	got := tallyOf(&tab)
	if n := got.mentions(feedback.DriverKey{Theme: "x", Sentiment: feedback.Positive}); n != 8 {
		t.Errorf("%d mentions, want 8", n)
	}
}
