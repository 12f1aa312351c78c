package insight

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestCompare(t *testing.T) {
	side := func(c, price, support Counts) feedback.Crosstab {
		return feedback.Crosstab{
			Responses: c.N(), Commented: c.N(), Scored: scoresOf(c), Base: scoresOf(c),
			Themes: []feedback.ThemeCounts{
				themeOf("support", feedback.Positive, support), themeOf("price_value", feedback.Negative, price),
				themeOf("cleanliness", feedback.Negative, Counts{0, 0, 9}), themeOf("features", feedback.Neutral, Counts{90, 9, 9}),
			},
		}
	}
	before := side(Counts{500, 300, 200}, Counts{6, 14, 40}, Counts{90, 20, 10})
	after := side(Counts{560, 280, 260}, Counts{10, 30, 140}, Counts{99, 22, 11})
	after.Model, after.Taxonomy = "2026.11", "default@1"
	got := Compare(before, after, CompareOptions{Before: "Q1", After: "Q2"})
	if got.Before.Label != "Q1" || got.After.Label != "Q2" || got.Before.NPS.Value != 30 || got.After.Base.N != 1100 || got.Mix != nil {
		t.Errorf("%+v", got)
	}
	change := ChangeBetween(Counts{500, 300, 200}, Counts{560, 280, 260})
	near(t, "change", float64(got.Change.Value), change.Plain.Value, 1e-12)
	near(t, "p", float64(got.Change.P), change.Adjusted.P, 1e-12)
	near(t, "detectable", float64(got.Detectable), change.Detectable, 1e-12)
	if len(got.Needed) != 3 || got.Needed[2].Points != 10 || got.Needed[2].Responses != change.Needed[2].Responses || got.Change.Q != nil {
		t.Errorf("needed %+v", got.Needed)
	}
	if len(got.Drivers) != 2 || got.Drivers[0].Theme != "price_value" || got.Drivers[1].Theme != "support" {
		t.Fatalf("drivers %+v", got.Drivers)
	}
	price := got.Drivers[0]
	near(t, "impact", float64(price.ImpactBefore.Value), -5.531915, 1e-6)
	near(t, "share", float64(price.ShareChange.Value), 180.0/1100-0.06, 1e-12)
	if price.BeforeMentions != 60 || price.AfterMentions != 180 || price.Volume >= 0 || !(*price.ShareChange.Q < 1e-10) {
		t.Errorf("price %+v", price)
	}
	near(t, "the parts", float64(price.Rest+price.Volume+price.Severity), -30.0/11, 1e-9)
	near(t, "q of the same share", float64(*got.Drivers[1].ShareChange.Q), 1, 1e-9)
}

func TestCompareOptions(t *testing.T) {
	before, after := sliceOf("EU", Counts{60, 40, 0}), sliceOf("EU", Counts{50, 40, 10})
	got := Compare(before.Crosstab, after.Crosstab, CompareOptions{
		FDR: Holm, Pairs: [3][3]int{{50, 5, 5}, {0, 35, 5}, {}},
		By: "region", BeforeParts: []feedback.Slice{before}, AfterParts: []feedback.Slice{after},
	})
	if got.Method.FDR != Holm || got.Mix == nil || got.Mix.By != "region" || got.Mix.Within.String() != "-20" {
		t.Errorf("%+v", got)
	}
	alone := Compare(before.Crosstab, after.Crosstab, CompareOptions{})
	if !(got.Change.P < alone.Change.P) || alone.Method.FDR != BH {
		t.Errorf("pairing did not help: %v against %v", got.Change.P, alone.Change.P)
	}
}

func TestCompareWithNothing(t *testing.T) {
	some := dated("2026-01-01", Counts{60, 30, 10}, Counts{1, 2, 9}).Crosstab
	for name, sides := range map[string][2]feedback.Crosstab{"before": {{}, some}, "after": {some, {}}, "both": {}} {
		got := Compare(sides[0], sides[1], CompareOptions{})
		sane(t, name, got)
		if got.Change.Interval != (Interval{Low: -200, High: 200}) || got.Change.P != 1 || got.Needed == nil || got.Drivers == nil {
			t.Errorf("%s: %+v", name, got.Change)
		}
		for _, d := range got.Drivers {
			if d.ShareChange.Interval != (Interval{Low: -1, High: 1}) || d.ShareChange.P != 1 || d.Rest != 0 || d.Volume != 0 || d.Severity != 0 {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestCompareRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 1))
	for range 1000 {
		before, after := randomCrosstab(random), randomCrosstab(random)
		got := Compare(before, after, CompareOptions{})
		sane(t, "comparison", got)
		inOrder(t, "change", got.Change.Interval)
		want := 0.0
		if got.Before.Base.N > 0 && got.After.Base.N > 0 {
			want = float64(got.After.Base.NPS - got.Before.Base.NPS)
		}
		last := math.Inf(1)
		for _, d := range got.Drivers {
			near(t, "the parts", float64(d.Rest+d.Volume+d.Severity), want, 1e-9)
			inOrder(t, "share", d.ShareChange.Interval)
			effect := math.Abs(float64(d.Volume + d.Severity))
			if effect > last+1e-6 || max(d.BeforeMentions, d.AfterMentions) < MinMentions || !(*d.ShareChange.Q >= d.ShareChange.P-1e-12) {
				t.Errorf("%+v", d)
			}
			last = effect
		}
		mixed := before
		mixed.Themes = shuffled(3, before.Themes)
		x, _ := json.Marshal(got)
		y, _ := json.Marshal(Compare(mixed, after, CompareOptions{}))
		if diff := cmp.Diff(string(x), string(y)); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	before := crosstabOf(randomPatterns(61, 40, 1, 20_000, 5))
	after := crosstabOf(randomPatterns(62, 40, 1, 20_000, 5))
	b.ReportAllocs()
	for b.Loop() {
		Compare(before, after, CompareOptions{})
	}
}
