package insight

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestBinomialDraws(t *testing.T) {
	cases := []struct {
		n int
		p float64
	}{{1, 0.3}, {12, 0.5}, {40, 0.1}, {40, 0.9}, {200, 0.045}, {50, 0.4}, {100, 0.5}, {1000, 0.03}, {300, 0.8}}
	s := newResampler(&profiles{})
	const draws = 40_000
	for _, c := range cases {
		seen := make([]int, c.n+1)
		for range draws {
			seen[s.binomial(c.n, c.p)]++
		}
		// χ² against the exact probabilities, rare numbers together.
		chi, df, rare, expectedRare := 0.0, -1, 0, 0.0
		for k, count := range seen {
			logP := logFactorial(c.n) - logFactorial(k) - logFactorial(c.n-k) + float64(k)*math.Log(c.p) + float64(c.n-k)*math.Log1p(-c.p)
			expected := draws * math.Exp(logP)
			if expected < 10 {
				rare, expectedRare = rare+count, expectedRare+expected
				continue
			}
			chi += (float64(count) - expected) * (float64(count) - expected) / expected
			df++
		}
		if expectedRare > 5 {
			chi += (float64(rare) - expectedRare) * (float64(rare) - expectedRare) / expectedRare
			df++
		} else if rare > 20 {
			t.Errorf("n %d, p %g: %d rare numbers, %.1f expected", c.n, c.p, rare, expectedRare)
		}
		if p := chiSquaredP(chi, df); p < 1e-3 {
			t.Errorf("n %d, p %g: χ² %.1f with %d degrees of freedom, p %.2g", c.n, c.p, chi, df, p)
		}
	}
	for _, c := range []struct {
		n    int
		p    float64
		want int
	}{{0, 0.5, 0}, {9, 0, 0}, {9, 1, 9}, {9, 1.5, 9}} {
		if got := s.binomial(c.n, c.p); got != c.want {
			t.Errorf("n %d, p %g: %d", c.n, c.p, got)
		}
	}
}

func TestADrawIsMultinomial(t *testing.T) {
	ps := profiles{k: 0, strata: 1, rows: []profile{
		{groups: [3]Weight{{N: 400}, {}, {N: 7}}}, {groups: [3]Weight{{N: 1}, {N: 90}, {N: 2}}}, {groups: [3]Weight{{}, {}, {N: 500}}},
	}}
	for name, rows := range map[string][]profile{"small cells": ps.rows, "large cells only": ps.rows[2:], "nothing": nil} {
		s := newResampler(&profiles{rows: rows})
		const draws = 4000
		cells := 3 * len(rows)
		sums, squares, apart := make([]float64, cells), make([]float64, cells), 0.0
		for range draws {
			s.draw()
			if got := sum(s.drawn); got != float64(s.n) {
				t.Fatalf("%s: %v of %d responses drawn", name, got, s.n)
			}
			for cell, n := range s.drawn {
				sums[cell] += n
				squares[cell] += n * n
			}
			if cells > 8 {
				apart += (s.drawn[0] - 400) * (s.drawn[8] - 500)
			}
		}
		for cell, total := range sums {
			expected := float64(rows[cell/3].groups[cell%3].N)
			share := expected / float64(s.n)
			mean, variance := total/draws, squares[cell]/draws-total/draws*total/draws
			near(t, name, mean, expected, 4*math.Sqrt(expected*(1-share)/draws))
			near(t, name, variance, expected*(1-share), 0.15*expected)
		}
		if cells > 8 { // the covariance is −n·p·q
			near(t, "covariance", apart/draws, -400*500/1000.0, 20)
		}
	}
}

func TestTheBootstrapAgreesWithTheFormulas(t *testing.T) {
	p := oneDriver()
	got := Bootstrap(p, p.Keys, BootstrapOptions{Draws: 3000})
	impact := got.Impact[0]
	near(t, "impact", float64(impact.Value), -5.531915, 1e-6)
	near(t, "low", float64(impact.Low), -7.250186, 0.12) // the delta method's
	near(t, "high", float64(impact.High), -3.813644, 0.12)
	near(t, "importance", float64(got.Importance[0].Value), Importance(p, p.Keys).Shares[0], 1e-12)
	if got.Draws != 3000 || got.Orders != 0 || got.Top3[0] < 1-1e-9 {
		t.Errorf("%+v", got)
	}
	// One driver's importance is R² = r², whose standard error by the delta method is about 2r·SE(r).
	i := got.Importance[0]
	if width := float64(i.High - i.Low); width < 0.05 || width > 0.13 || i.Low <= 0 {
		t.Errorf("importance %+v", i)
	}
}

func TestImpactsOfMoments(t *testing.T) {
	for seed := range uint64(10) {
		p := randomPatterns(seed, 8, 3, 80, 4)
		ps := profilesOf(p, p.Keys, false)
		got := make([]float64, ps.k)
		ps.moments().impacts(got)
		tab := crosstabOf(p)
		for j, value := range got {
			near(t, "impact", value, ThemeImpact(CountsOf(tab.Base), CountsOf(tab.Themes[j].Scores)).Value, 1e-9)
		}
	}
}

func TestMomentsAreTheTabulation(t *testing.T) {
	for seed := range uint64(10) {
		p := randomPatterns(seed, 9, 4, 120, 4)
		counted := tabulate(p, p.Keys)
		ps := profilesOf(p, p.Keys, false)
		want, got := counted.regression(), ps.moments().regression()
		nearAll(t, "xx", got.xx, want.xx, 1e-9)
		nearAll(t, "xy", got.xy, want.xy, 1e-9)
		nearAll(t, "yy, total", []float64{got.yy, got.total}, []float64{want.yy, want.total}, 1e-9)
	}
}

func TestTheBootstrapIsReproducible(t *testing.T) {
	for _, drivers := range []int{6, 16} {
		p := randomWeights(5, randomPatterns(5, drivers, 3, 200, 20))
		for _, opts := range []BootstrapOptions{{Draws: 60}, {Draws: 60, RelativeWeights: true}, {Draws: 60, Weighted: true}} {
			want := Bootstrap(p, p.Keys, opts)
			if diff := cmp.Diff(want, Bootstrap(reordered(p), p.Keys, opts)); diff != "" {
				t.Error(diff)
			}
			near(t, "top three", sum(want.Top3), 3, 1e-9)
			for j := range p.Keys {
				for _, i := range []Interval{want.Importance[j], want.Impact[j]} {
					if i.Low > i.Value || i.High < i.Value || i.Low == i.High {
						t.Errorf("%d drivers, %+v: %+v", drivers, opts, i)
					}
				}
			}
		}
	}
}

func TestFewOrdersDoNotWidenTheInterval(t *testing.T) {
	p := randomPatterns(13, 12, 2, 600, 6)
	ps := profilesOf(p, p.Keys, false)
	few := Bootstrap(p, p.Keys, BootstrapOptions{Draws: 400})
	if few.Orders != 2*pairsInDraws {
		t.Fatalf("%d orders", few.Orders)
	}
	b := newBootstrap(&ps, false)
	b.orders = nil // exact in every draw
	importances, _ := b.draws(400, make([]float64, ps.k))
	exact := Importance(p, p.Keys).Shares
	for j := range p.Keys {
		want := percentiles(exact[j], importances[j])
		width := float64(want.High - want.Low)
		near(t, "low", float64(few.Importance[j].Low), float64(want.Low), 0.1*width)
		near(t, "high", float64(few.Importance[j].High), float64(want.High), 0.1*width)
	}
}

func TestTopThree(t *testing.T) {
	p := feedback.Patterns{Strata: []string{"en"}, Patterns: []feedback.Pattern{{Score: 9, N: 4000}, {Score: 7, N: 3000}}}
	for d, n := range []int{900, 700, 300, 290, 20} {
		p.Keys = append(p.Keys, feedback.DriverKey{Theme: strconv.Itoa(d), Sentiment: feedback.Negative})
		p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: []int{d}, Score: 2, N: n})
	}
	top := Bootstrap(p, p.Keys, BootstrapOptions{}).Top3
	nearAll(t, "the first two", top[:2], []float64{1, 1}, 1e-9)
	if top[2] < 0.5 || top[2] > 0.9 || top[3] < 0.1 || top[4] != 0 {
		t.Errorf("top three: %v", top)
	}
	near(t, "sum", sum(top), 3, 1e-9)
}

func TestWorkBoundsTheDraws(t *testing.T) {
	small := randomPatterns(1, 5, 2, 50, 4)
	if got := Bootstrap(small, small.Keys, BootstrapOptions{}).Draws; got != DefaultDraws {
		t.Errorf("%d draws of a small survey", got)
	}
	large := randomPatterns(1, 40, 12, 20_000, 100)
	ps := profilesOf(large, large.Keys, false)
	b := newBootstrap(&ps, false)
	if got := b.affordable(DefaultDraws); got >= DefaultDraws || got < leastDraws {
		t.Errorf("%d draws of a large survey", got)
	}
	if got := b.affordable(7); got != 7 {
		t.Errorf("%d of 7 draws", got)
	}
	r := Drivers(crosstabOf(small), small, Options{Bootstrap: 80})
	if r.Method.BootstrapDraws != 80 {
		t.Errorf("the method says %d draws", r.Method.BootstrapDraws)
	}
}

func TestBootstrapOfNothing(t *testing.T) {
	if got := Bootstrap(feedback.Patterns{}, nil, BootstrapOptions{}); got.Draws != 0 || len(got.Impact) != 0 {
		t.Errorf("%+v", got)
	}
}

func BenchmarkBootstrap(b *testing.B) {
	for _, drivers := range []int{10, 40} {
		p := randomPatterns(71, drivers, 12, 20_000, 100) // a million responses
		b.Run(strconv.Itoa(drivers), func(b *testing.B) {
			b.ReportAllocs()
			draws := 0
			for b.Loop() {
				draws = Bootstrap(p, p.Keys, BootstrapOptions{}).Draws
			}
			b.ReportMetric(float64(draws), "draws")
		})
	}
}

func TestWhatFewOrdersGetWrongIsSubtracted(t *testing.T) {
	// Five drivers that nearly always come together share what they explain, which few orders divide at random.
	p := randomPatterns(29, 12, 2, 500, 6)
	for i := range p.Patterns {
		pattern := &p.Patterns[i]
		pattern.Drivers = slices.DeleteFunc(slices.Clone(pattern.Drivers), func(d int) bool { return d < 5 })
		if pattern.Score < 6 && i%2 == 0 {
			pattern.Drivers = slices.Concat([]int{0, 1, 2, 3, 4}, pattern.Drivers)
		} else if i%40 == 0 {
			pattern.Drivers = slices.Concat([]int{i % 5}, pattern.Drivers)
		}
	}
	ps := profilesOf(p, p.Keys, false)
	exact := Importance(p, p.Keys).Shares
	b := newBootstrap(&ps, false)
	worst := 0.0
	for j, fromFew := range b.importance(ps.moments()) {
		worst = math.Max(worst, math.Abs(fromFew-exact[j]))
	}
	if worst < 0.02 {
		t.Fatalf("the few orders are off by %g at most: the example shows nothing", worst)
	}
	few := Bootstrap(p, p.Keys, BootstrapOptions{Draws: 300}).Importance
	b.orders = nil // exact in every draw
	importances, _ := b.draws(300, make([]float64, ps.k))
	for j := range p.Keys {
		want := percentiles(exact[j], importances[j])
		near(t, "low", float64(few[j].Low), float64(want.Low), 0.4*worst)
		near(t, "high", float64(few[j].High), float64(want.High), 0.4*worst)
	}
}

func TestADriverThatIsNotDrawnIsNotAtTheTop(t *testing.T) {
	p := feedback.Patterns{
		Keys:     []feedback.DriverKey{{Theme: "often"}, {Theme: "once"}},
		Strata:   []string{"en"},
		Patterns: []feedback.Pattern{{Score: 9, N: 300}, {Drivers: []int{0}, Score: 3, N: 300}, {Drivers: []int{1}, Score: 0, N: 1}},
	}
	top := Bootstrap(p, p.Keys, BootstrapOptions{}).Top3
	near(t, "often", top[0], 1, 1e-9)
	near(t, "once", top[1], 1-math.Exp(-1), 0.05) // the chance to be drawn at all
}

func TestAConstantXHasNoSpread(t *testing.T) {
	s := newResampler(&profiles{})
	for range 1000 {
		if n := 1e9 * s.uniform(); aboutMean(n, n, n) != 0 || aboutMean(n, -n, n) != 0 || aboutMean(n, 0, 0) != 0 {
			t.Fatalf("a constant x with the weight %v varies", n)
		}
	}
	near(t, "half and half", aboutMean(10, 0, 10), 10, 0)
}
