package insight

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// themesOf makes a survey in which every theme is alone in its comments: detractors, passives and promoters that praise
// it and that blame it, beside 300 comments of each group about nothing, whose mean is 0.
func themesOf(themes map[string][2]Counts) feedback.Patterns {
	p := feedback.Patterns{Strata: []string{"en"}, Patterns: []feedback.Pattern{{Score: 9, N: 300}, {Score: 7, N: 300}, {Score: 1, N: 300}}}
	for theme, counts := range themes {
		for i, sentiment := range []feedback.Sentiment{feedback.Positive, feedback.Negative} {
			p.Keys = append(p.Keys, feedback.DriverKey{Theme: theme, Sentiment: sentiment})
			for score, n := range map[feedback.Score]int{9: counts[i].Promoters, 8: counts[i].Passives, 0: counts[i].Detractors} {
				p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: []int{len(p.Keys) - 1}, Score: score, N: n})
			}
		}
	}
	return p
}

func TestPenaltyRewards(t *testing.T) {
	p := themesOf(map[string][2]Counts{
		"clean":  {{35, 40, 25}, {2, 18, 80}},  // +10, −78
		"dull":   {{34, 33, 33}, {33, 34, 33}}, // +1, 0
		"extra":  {{80, 18, 2}, {25, 40, 35}},  // +78, −10
		"linear": {{60, 30, 10}, {11, 30, 59}}, // +50, −48
		"odd":    {{20, 30, 50}, {50, 30, 20}}, // −30, +30
		"rare":   {{60, 30, 10}, {0, 0, 9}},    // +50, too few
	})
	got := PenaltyRewards(p, BH, false)
	want := []struct {
		theme           string
		class           Kano
		reward, penalty float64
		asymmetry       float64
		name            string
	}{
		{"clean", MustHave, 10, -78, -68.0 / 88, "frustrator"},
		{"dull", Unclear, 1, 0, 1, "delighter"},
		{"extra", Delighter, 78, -10, 68.0 / 88, "delighter"},
		{"linear", Performance, 50, -48, 2.0 / 98, "hybrid"},
		{"odd", Unclear, -30, 30, 0, ""},
		{"rare", FewMentions, 0, 0, 0, ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d themes", len(got))
	}
	var ps, qs []float64
	rare := got[5]
	shift := float64(rare.Reward.Value) - 50 // the nine complaints about rare are in the base, which moves it
	near(t, "shift", shift, 100*9.0/909, 1e-9)
	for i, w := range want {
		g := got[i]
		if g.Theme != w.theme || g.Class != w.class {
			t.Errorf("%s: %s, want %s %s", g.Theme, g.Class, w.theme, w.class)
		}
		if w.class == FewMentions {
			continue
		}
		near(t, w.theme, float64(g.Reward.Value), w.reward+shift, 1e-9)
		near(t, w.theme, float64(g.Penalty.Value), w.penalty+shift, 1e-9)
		near(t, w.theme, float64(g.Contrast.Value), w.reward+w.penalty+2*shift, 1e-9)
		ps, qs = append(ps, float64(g.Contrast.P)), append(qs, float64(*g.Contrast.Q))
	}
	nearAll(t, "q", qs, AdjustBH(ps), 0)
	if rare.Contrast != nil || rare.Penalty != nil || rare.NegativeMentions != 9 || rare.Asymmetry != nil {
		t.Errorf("%+v", rare)
	}
}

func TestKanoClasses(t *testing.T) {
	sure, unsure := 0.01, 0.2
	cases := []struct {
		reward, rewardP, penalty, penaltyP, q float64
		want                                  Kano
	}{
		{10, sure, -50, sure, 0.05, MustHave},
		{10, unsure, -50, sure, 0.01, MustHave},
		{-60, sure, 10, sure, 0.01, Unclear}, // praise costs
		{50, sure, -10, sure, 0.05, Delighter},
		{-10, sure, 60, sure, 0.01, Unclear},
		{30, sure, -30, sure, 0.06, Performance},
		{30, unsure, -30, sure, 0.06, Unclear},
		{30, sure, -30, unsure, 0.06, Unclear},
		{-30, sure, 30, sure, 0.06, Unclear},
	}
	for _, c := range cases {
		reward, penalty := Effect{Estimate: Estimate{Value: c.reward}, P: c.rewardP}, Effect{Estimate: Estimate{Value: c.penalty}, P: c.penaltyP}
		if got := kanoOf(&reward, &penalty, c.reward+c.penalty, c.q); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestAsymmetry(t *testing.T) {
	p := themesOf(map[string][2]Counts{
		"clean": {{35, 40, 25}, {2, 18, 80}}, "extra": {{80, 18, 2}, {25, 40, 35}},
		"linear": {{60, 30, 10}, {11, 30, 59}}, "odd": {{20, 30, 50}, {50, 30, 20}},
	})
	for i, want := range []float64{-68.0 / 88, 68.0 / 88, 2.0 / 98} {
		near(t, "asymmetry", float64(*PenaltyRewards(p, BH, false)[i].Asymmetry), want, 1e-9)
	}
	if odd := PenaltyRewards(p, BH, false)[3]; odd.Asymmetry != nil || odd.AsymmetryClass != "" {
		t.Errorf("neither reward nor cost: %+v", odd)
	}
	for class, values := range map[string][]float64{
		"frustrator": {-1, -0.71}, "dissatisfier": {-0.7, -0.21}, "hybrid": {-0.2, 0, 0.2}, "satisfier": {0.21, 0.7}, "delighter": {0.71, 1},
	} {
		for _, value := range values {
			if got := asymmetryClass(value); got != class {
				t.Errorf("%g is %s", value, got)
			}
		}
	}
}

func TestTheContrastUsesTheCovariance(t *testing.T) {
	// With a single theme the base is all without it: SE² of r + q is v₊n/(n−1)² + v₋n/(n−1)² + 4·v₀n/(n−1)².
	p := themesOf(map[string][2]Counts{"linear": {{60, 30, 10}, {11, 30, 59}}})
	c := PenaltyRewards(p, BH, false)[0].Contrast
	squared := 0.0
	for _, side := range []struct {
		counts Counts
		times  float64
	}{{Counts{60, 30, 10}, 1}, {Counts{11, 30, 59}, 1}, {Counts{300, 300, 300}, 4}} {
		n := float64(side.counts.N())
		squared += side.times * side.counts.variance() * n / (n - 1) / (n - 1)
	}
	half := float64(c.High-c.Low) / 2 / z95
	near(t, "SE²", half*half, 1e4*squared, 1e-6)
}

func TestRewardsAreEffects(t *testing.T) {
	p := randomPatterns(17, 10, 3, 400, 5)
	effects := Effects(p, p.Keys, false)
	for _, theme := range PenaltyRewards(p, BH, false) {
		for _, e := range effects {
			if e.Key.Theme != theme.Theme {
				continue
			}
			shown := theme.Reward
			if e.Key.Sentiment == feedback.Negative {
				shown = theme.Penalty
			}
			if diff := cmp.Diff(interval(e.Value, e.Low, e.High), *shown); diff != "" {
				t.Error(diff)
			}
		}
	}
	r := Drivers(crosstabOf(p), p, Options{PenaltyReward: true})
	if diff := cmp.Diff(PenaltyRewards(p, BH, false), r.PenaltyReward); diff != "" {
		t.Error(diff)
	}
	if r.Method.PenaltyReward != PenaltyRewardCaution {
		t.Error("no caution")
	}
	if diff := cmp.Diff(r.PenaltyReward, PenaltyRewards(reordered(p), BH, false)); diff != "" {
		t.Error(diff)
	}
}

func TestCollinearPolaritiesHaveNoContrast(t *testing.T) {
	p := feedback.Patterns{
		Keys:   []feedback.DriverKey{{Theme: "a", Sentiment: feedback.Positive}, {Theme: "a", Sentiment: feedback.Negative}},
		Strata: []string{"en"},
		Patterns: []feedback.Pattern{
			{Drivers: []int{0, 1}, Score: 9, N: 20}, {Drivers: []int{0, 1}, Score: 2, N: 30}, {Score: 9, N: 40}, {Score: 3, N: 9},
		},
	}
	if got := PenaltyRewards(p, BH, false)[0]; got.Contrast != nil || got.Penalty != nil || got.Reward == nil || got.Class != Unclear {
		t.Errorf("%+v", got)
	}
}

func BenchmarkPenaltyRewards(b *testing.B) {
	p := randomPatterns(71, 40, 12, 20_000, 100)
	for b.Loop() {
		PenaltyRewards(p, BH, false)
	}
}
