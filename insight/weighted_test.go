package insight

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func unweighted(c Counts) WeightedCounts {
	ones := func(n int) Weight { return Weight{N: n, Sum: float64(n), Squares: float64(n)} }
	return WeightedCounts{Promoters: ones(c.Promoters), Passives: ones(c.Passives), Detractors: ones(c.Detractors)}
}

func TestWeightedImpactByHand(t *testing.T) {
	// T: 40 promoters of weight 2 and 40 detractors of weight 1; R: 60 promoters and 90 passives of weight 1.
	theme := WeightedCounts{Promoters: Weight{40, 80, 160}, Detractors: Weight{40, 40, 40}}
	base := WeightedCounts{Promoters: Weight{100, 140, 220}, Passives: Weight{90, 90, 90}, Detractors: Weight{40, 40, 40}}
	got := WeightedImpact(base, theme)
	mT, mR, f := 1.0/3, 0.4, 120.0/270
	nT, nR := 120.0*120/200, 150.0
	vT, vR := 1-mT*mT, 0.4-0.16
	near(t, "gap", got.Gap, 100*(mT-mR), 1e-9)
	near(t, "impact", got.Value, 100*f*(mT-mR), 1e-9)
	near(t, "impact as a difference", got.Value, 100*(100.0/270-mR), 1e-9)
	near(t, "SE of the gap", got.GapSE, 100*math.Sqrt(vT/nT+vR/nR), 1e-9)
	near(t, "SE", got.SE, 100*math.Sqrt(f*f*(vT/nT+vR/nR)+(mT-mR)*(mT-mR)*f*f*(1-f)*(1-f)*(1/nT+1/nR)), 1e-9)
	near(t, "p", got.P, normalP(got.Gap/got.GapSE), 1e-12)
	if got.Exact || got.Approximate || got.Undefined {
		t.Errorf("%+v", got)
	}
}

func TestWeightsOfOneChangeNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		base := randomCounts(random, 90)
		theme := randomPart(random, base)
		want, got := ThemeImpact(base, theme), WeightedImpact(unweighted(base), unweighted(theme))
		for what, pair := range map[string][2]float64{
			"value": {got.Value, want.Value}, "SE": {got.SE, want.SE}, "gap": {got.Gap, want.Gap}, "gap SE": {got.GapSE, want.GapSE},
			"p": {got.P, want.P}, "low": {got.Low, want.Low}, "high": {got.High, want.High}, "Z": {got.Z, want.Z},
		} {
			near(t, what, pair[0], pair[1], 1e-9)
		}
		if got.Exact != want.Exact || got.Undefined != want.Undefined || got.Approximate != want.Approximate {
			t.Errorf("base %+v, theme %+v: %+v, want %+v", base, theme, got, want)
		}
	}
}

func TestRoundingMakesNoVariance(t *testing.T) {
	third := func(n int) Weight { return Weight{N: n, Sum: float64(n) / 3, Squares: float64(n) / 9} }
	for n := 1; n < 200; n++ {
		promoters := WeightedCounts{Promoters: third(n)}
		if got := promoters.squaredError(); got != 0 {
			t.Errorf("%d promoters vary by %g", n, got)
		}
		if got := promoters.all().effective(); got > float64(n) || got < 1 {
			t.Errorf("%d responses count as %v", n, got)
		}
		base := WeightedCounts{Promoters: third(n + 40), Detractors: third(200)}
		whole := base
		if got := WeightedImpact(base, whole); !got.Undefined || got.P != 1 {
			t.Errorf("a theme in every response: %+v", got)
		}
	}
}

func TestWeightedImportanceIsThatOfCopies(t *testing.T) {
	p := randomPatterns(23, 7, 3, 200, 3)
	copies := p
	copies.Patterns = slices.Clone(p.Patterns)
	for i := range p.Patterns {
		w := 1 + i%4 // a response of weight 3 weighs as much as three
		p.Patterns[i].W, p.Patterns[i].W2 = float64(w*p.Patterns[i].N), float64(w*w*p.Patterns[i].N)
		copies.Patterns[i].N *= w
	}
	weighted := Drivers(crosstabOf(p), p, Options{Weighted: true})
	want := Importance(copies, p.Keys)
	compared := 0
	for _, d := range weighted.Drivers {
		if d.Importance != nil {
			near(t, d.Theme, float64(*d.Importance), want.Shares[slices.Index(p.Keys, d.Key())], 1e-9)
			compared++
		}
	}
	if compared != len(p.Keys) {
		t.Fatalf("only %d drivers have an importance", compared)
	}
	for j, e := range Effects(p, p.Keys, true) {
		near(t, "effect", e.Value, Effects(copies, p.Keys, false)[j].Value, 1e-9)
	}
}

func TestCheckWeights(t *testing.T) {
	good := feedback.Pattern{Score: 9, N: 2, W: 3, W2: 5} // 1 and 2
	cases := []struct {
		name    string
		pattern feedback.Pattern
		words   string // of the error, empty when there is none
	}{
		{"good", good, ""},
		{"one response", feedback.Pattern{Score: 9, N: 1, W: 0.5, W2: 0.25}, ""},
		{"no responses", feedback.Pattern{Score: 9, W: -1}, ""},
		{"unscored", feedback.Pattern{Score: feedback.Unscored, N: 3}, ""},
		{"none", feedback.Pattern{Score: 9, N: 2}, "the sum is 0"},
		{"negative", feedback.Pattern{Score: 9, N: 2, W: -3, W2: 5}, "the sum is -3"},
		{"not a number", feedback.Pattern{Score: 9, N: 2, W: math.NaN(), W2: 5}, "the sum is NaN"},
		{"infinite", feedback.Pattern{Score: 9, N: 2, W: math.Inf(1), W2: 5}, "the sum is +Inf"},
		{"huge", feedback.Pattern{Score: 9, N: 1, W: 1e300, W2: 5}, "the mean is 1e+300"},
		{"tiny", feedback.Pattern{Score: 9, N: 1, W: 1e-300, W2: 5}, "the mean is 1e-300"},
		{"no squares", feedback.Pattern{Score: 9, N: 2, W: 3}, "cannot have 0"},
		{"squares too small", feedback.Pattern{Score: 9, N: 2, W: 3, W2: 4}, "cannot have 4"},
		{"squares too large", feedback.Pattern{Score: 9, N: 2, W: 3, W2: 10}, "cannot have 10"},
		{"squares not a number", feedback.Pattern{Score: 9, N: 2, W: 3, W2: math.NaN()}, "cannot have NaN"},
	}
	for _, c := range cases {
		err := CheckWeights(feedback.Patterns{Patterns: []feedback.Pattern{good, c.pattern}})
		if c.words == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), "weight of pattern 1: ") || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWeightedReport(t *testing.T) {
	p := randomWeights(7, randomPatterns(7, 8, 3, 300, 5))
	tab := crosstabOf(p)
	plain, r := Drivers(tab, p, Options{}), Drivers(tab, p, Options{Weighted: true})
	base := WeightedCountsOf(p)
	near(t, "NPS", float64(r.NPS.Exact), float64(WeightedNPS(base).Exact), 1e-9)
	near(t, "base NPS", float64(r.Base.NPS), float64(r.NPS.Exact), 1e-9)
	near(t, "effective n", float64(*r.Method.EffectiveN), r.NPS.EffectiveN, 1e-6)
	if r.Method.Weights != WeightsUsed || plain.Method.Weights != "" || plain.Method.EffectiveN != nil {
		t.Errorf("method %+v", r.Method)
	}
	total, moved := 0.0, 0
	for _, d := range r.Drivers {
		var with WeightedCounts
		for _, pattern := range p.Patterns {
			for _, i := range pattern.Drivers {
				if p.Keys[i] == d.Key() {
					one := WeightedCountsOf(feedback.Patterns{Patterns: []feedback.Pattern{pattern}})
					with.add(one)
				}
			}
		}
		want := WeightedImpact(base, with)
		near(t, "impact", float64(d.NPSImpact.Value), want.Value, 1e-9)
		near(t, "low", float64(d.NPSImpact.Low), want.Low, 1e-9)
		near(t, "p", float64(d.PValue), want.P, 1e-9)
		with1, all := with.all(), base.all()
		near(t, "share", float64(d.Share), with1.Sum/all.Sum, 1e-12)
		if d.Importance != nil {
			total += float64(*d.Importance)
		}
		for _, before := range plain.Drivers {
			if before.Key() != d.Key() {
				continue
			}
			if diff := cmp.Diff(before.OddsRatio, d.OddsRatio); diff != "" || before.Mentions != d.Mentions {
				t.Errorf("%s: counts are weighted: %s", d.Theme, diff)
			}
			if math.Abs(float64(before.NPSImpact.Value-d.NPSImpact.Value)) > 1e-3 {
				moved++
			}
		}
	}
	near(t, "importances", total, float64(r.Method.R2), 1e-9)
	if moved < 4 {
		t.Errorf("only %d impacts differ from the unweighted ones", moved)
	}
}

func TestWhatBecomesOfTheWeights(t *testing.T) {
	p := randomPatterns(9, 6, 2, 200, 4) // all weights are 1
	tab := crosstabOf(p)
	ones, plain := Drivers(tab, p, Options{Weighted: true}), Drivers(tab, p, Options{})
	if ones.Method.Weights != WeightsNone {
		t.Errorf("weights of 1: %q", ones.Method.Weights)
	}
	ones.Method.Weights, ones.Weights = "", ""
	if diff := cmp.Diff(plain, ones); diff != "" {
		t.Errorf("weights of 1 change the report: %s", diff)
	}
	bad := randomWeights(9, p)
	bad.Patterns[3].W = -1
	if got := Drivers(tab, bad, Options{Weighted: true}).Method.Weights; got != WeightsRefused {
		t.Errorf("negative weight: %q", got)
	}
	good := randomWeights(9, p)
	wider := tab
	wider.Scored[9] += 50 // without a comment
	r := Drivers(wider, good, Options{Weighted: true})
	if r.Method.Weights != WeightsBaseOnly || r.NPS.Exact != Drivers(wider, p, Options{}).NPS.Exact || r.Method.EffectiveN == nil {
		t.Errorf("weights of the base only: %+v", r.Method)
	}
	scored := WeightedCountsOf(good)
	scored.Promoters.add(Weight{N: 50, Sum: 25, Squares: 12.5})
	r = Drivers(wider, good, Options{Weighted: true, ScoredWeights: &scored})
	if r.Method.Weights != WeightsUsed || r.NPS.Exact != WeightedNPS(scored).Exact {
		t.Errorf("all weights: %+v, %+v", r.Method, r.NPS)
	}
	if none := Drivers(tab, feedback.Patterns{}, Options{Weighted: true}); none.Method.Weights != "" {
		t.Errorf("without patterns: %q", none.Method.Weights)
	}
}

func TestWeightedReportKnowsNoOrder(t *testing.T) {
	p := randomWeights(19, randomPatterns(19, 8, 3, 200, 4))
	want, err := json.Marshal(Drivers(crosstabOf(p), p, everything))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(Drivers(crosstabOf(reordered(p)), reordered(p), everything))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}
