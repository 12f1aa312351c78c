package insight

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThemeImpact(t *testing.T) {
	got := ThemeImpact(Counts{500, 300, 200}, Counts{6, 14, 40}) // statistics.md, section 3
	nearEstimate(t, "impact", got.Estimate, Estimate{-5.531915, 0.876685, -7.250186, -3.813644}, 1e-6)
	near(t, "gap", got.Gap, -92.198582, 1e-6)
	near(t, "gap SE", got.GapSE, 8.962014, 1e-6)
	near(t, "Z", got.Z, -10.287708, 1e-6)
	sameRatio(t, "p", got.P, math.Erfc(got.Z/-math.Sqrt2))
	near(t, "m_T", (Counts{6, 14, 40}).NPS(), -56.666667, 1e-6)
	near(t, "m_R", (Counts{500, 300, 200}).without(Counts{6, 14, 40}).NPS(), 35.531915, 1e-6)
	if got.Exact || got.Undefined || got.Approximate {
		t.Errorf("60 of 1,000 need no exception: %+v", got)
	}
}

func TestThemeImpactOfTheContract(t *testing.T) {
	got := ThemeImpact(Counts{1279, 736, 935}, Counts{31, 70, 309})
	shown := interval(got.Value, got.Low, got.High)
	want := [3]string{"-12.827172", "-14.308432", "-11.345912"}
	if diff := cmp.Diff(want, [3]string{shown.Value.String(), shown.Low.String(), shown.High.String()}); diff != "" {
		t.Error(diff)
	}
}

func TestThemeImpactAtTheEdges(t *testing.T) {
	tests := []struct {
		name        string
		base, theme Counts
		want        Impact
	}{
		{"no responses", Counts{}, Counts{}, Impact{Estimate: Estimate{Low: -100, High: 100}, P: 1, Undefined: true, Approximate: true}},
		{"theme in every response", Counts{60, 20, 20}, Counts{60, 20, 20}, Impact{Estimate: Estimate{Low: -60, High: 140}, P: 1, Undefined: true, Approximate: true}},
		{"theme in none", Counts{60, 20, 20}, Counts{}, Impact{P: 1, Approximate: true}},
		{"all promoters", Counts{Promoters: 90}, Counts{Promoters: 40}, Impact{P: 1, Exact: true}},
		{"one response", Counts{Detractors: 1}, Counts{Detractors: 1}, Impact{Estimate: Estimate{Low: -200, High: 0}, P: 1, Undefined: true, Approximate: true}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, ThemeImpact(test.base, test.theme)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestThemeImpactWithoutVarianceOnEitherSide(t *testing.T) {
	got := ThemeImpact(Counts{Promoters: 60, Detractors: 40}, Counts{Detractors: 40})
	if !got.Exact || got.Z != 0 || got.GapSE != 0 {
		t.Errorf("Z does not exist here: %+v", got)
	}
	// One way in C(100, 40) to choose exactly the detractors, and none is as far on the other side.
	sameRatio(t, "p", got.P, 1/1.374623414580281150126736e28)
	near(t, "impact", got.Value, -80, 1e-9)
}

func TestSmallSidesAreExact(t *testing.T) {
	base := Counts{50, 30, 20}
	tests := []struct {
		theme              Counts
		exact, approximate bool
	}{
		{Counts{4, 3, 12}, true, true},
		{Counts{5, 3, 12}, true, false},
		{Counts{10, 7, 12}, true, false},
		{Counts{10, 8, 12}, false, false},
		{Counts{40, 20, 10}, false, false},
		{Counts{41, 20, 10}, true, false},
		{Counts{45, 26, 10}, true, true},
	}
	for _, test := range tests {
		got := ThemeImpact(base, test.theme)
		if got.Exact != test.exact || got.Approximate != test.approximate {
			t.Errorf("%+v: exact %v, approximate %v", test.theme, got.Exact, got.Approximate)
		}
	}
}

func TestImpactIsShareTimesGap(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for range 500 {
		base := randomCounts(random, 40)
		theme := randomPart(random, base)
		got := ThemeImpact(base, theme)
		if got.Undefined {
			continue
		}
		near(t, "impact", got.Value, share(theme.N(), base.N())*got.Gap, 1e-9)
		if theme.N() > 0 {
			near(t, "impact", got.Value, base.NPS()-base.without(theme).NPS(), 1e-9)
			near(t, "SE", got.SE, influenceSE(base, theme), 1e-9)
		}
	}
}

// influenceSE adds up the influence of every response, IF = (x − m) − (1 − Z)(x − m_R)/(1 − f).
func influenceSE(base, theme Counts) float64 {
	rest := base.without(theme)
	n, f, sum := float64(base.N()), share(theme.N(), base.N()), 0.0
	add := func(count int, x, z float64) {
		influence := (x - base.mean()) - (1-z)*(x-rest.mean())/(1-f)
		sum += float64(count) * influence * influence
	}
	add(theme.Promoters, 1, 1)
	add(theme.Passives, 0, 1)
	add(theme.Detractors, -1, 1)
	add(rest.Promoters, 1, 0)
	add(rest.Passives, 0, 0)
	add(rest.Detractors, -1, 0)
	return 100 * math.Sqrt(sum) / n
}

func TestPermutationP(t *testing.T) {
	tests := []struct {
		base, theme Counts
		want        float64
		// R: s <- -k:k; E <- k*(P-D)/n; sum(o[abs(s-E) >= abs(a-d-E) - 1e-9]), o[a-d+k+1] the sum over a, d of
		// exp(lchoose(P,a) + lchoose(D,d) + lchoose(M,k-a-d) - lchoose(n,k))
	}{
		{Counts{500, 300, 200}, Counts{6, 14, 40}, 4.328617783e-18},
		{Counts{500, 300, 200}, Counts{2, 3, 15}, 8.745100008e-08},
		{Counts{30, 20, 50}, Counts{5, 0, 1}, 0.01323443919},
		{Counts{500, 300, 200}, Counts{8, 7, 5}, 0.4720436892},
		{Counts{10, 5, 10}, Counts{2, 1, 2}, 1},
		{Counts{6, 3, 1}, Counts{5, 3, 1}, 1},
		{Counts{1000, 0, 10}, Counts{0, 0, 4}, 4.872232381e-09},
		{Counts{50, 30, 20}, Counts{45, 28, 10}, 0.000730081423},
		{Counts{}, Counts{}, 1},
		{Counts{5, 5, 5}, Counts{}, 1},
		{Counts{5, 5, 5}, Counts{5, 5, 5}, 1},
		{Counts{0, 70, 0}, Counts{0, 12, 0}, 1},
	}
	for _, test := range tests {
		sameRatio(t, "PermutationP", PermutationP(test.base, test.theme), test.want)
	}
}

func TestPermutationPByTryingAll(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 40 {
		base := randomCounts(random, 4)
		theme := randomPart(random, base)
		sameRatio(t, "PermutationP", PermutationP(base, theme), triedP(base, theme))
		sameRatio(t, "in one stratum", StratifiedPermutationP([]Stratum{{Base: base, Theme: theme}}), triedP(base, theme))
	}
}

// triedP goes through every subset of the base that is as large as the theme.
func triedP(base, theme Counts) float64 {
	var x []int
	for i, n := range []int{base.Promoters, base.Passives, base.Detractors} {
		for range n {
			x = append(x, 1-i)
		}
	}
	n, k := len(x), theme.N()
	extreme, all := 0, 0
	for set := range 1 << n {
		size, sum := 0, 0
		for i, v := range x {
			if set>>i&1 == 1 {
				size, sum = size+1, sum+v
			}
		}
		if size != k {
			continue
		}
		all++
		if distance(n*sum, k*base.balance()) >= distance(n*theme.balance(), k*base.balance()) {
			extreme++
		}
	}
	return float64(extreme) / float64(all)
}

func TestStratifiedPermutationP(t *testing.T) {
	tests := []struct {
		strata []Stratum
		want   float64 // R: as above, the distributions of the strata convolved
	}{
		{[]Stratum{{"en", Counts{100, 60, 40}, Counts{1, 2, 9}}, {"fi", Counts{20, 50, 80}, Counts{2, 1, 4}}}, 0.0008688285188},
		{[]Stratum{{"en", Counts{10, 10, 10}, Counts{2, 2, 2}}, {"fi", Counts{5, 5, 20}, Counts{}}, {"ru", Counts{3, 3, 3}, Counts{2, 0, 1}}}, 0.8213548903},
		{[]Stratum{{"en", Counts{20, 10, 5}, Counts{18, 9, 1}}, {"fi", Counts{8, 8, 8}, Counts{6, 5, 5}}}, 0.03228352185},
		{nil, 1},
		{[]Stratum{{"en", Counts{}, Counts{}}}, 1},
	}
	for _, test := range tests {
		sameRatio(t, "StratifiedPermutationP", StratifiedPermutationP(test.strata), test.want)
	}
}

func TestStratifiedPermutationPCountsTies(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for range 150 {
		strata := make([]Stratum, 3)
		for i := range strata {
			strata[i].Base = randomCounts(random, 4)
			strata[i].Theme = randomPart(random, strata[i].Base)
		}
		sameRatio(t, "StratifiedPermutationP", StratifiedPermutationP(strata), wholeNumbersP(strata))
	}
}

// wholeNumbersP compares distances over a common denominator and always looks at the side with the theme.
func wholeNumbersP(strata []Stratum) float64 {
	denominator := 1
	for _, s := range strata {
		denominator *= max(1, s.Base.N())
	}
	distribution, k, observed, expected := []float64{1}, 0, 0, 0
	for _, s := range strata {
		size := s.Theme.N()
		distribution = convolve(distribution, balanceDistribution(s.Base, size))
		k += size
		observed += s.Theme.balance()
		expected += denominator / max(1, s.Base.N()) * size * s.Base.balance()
	}
	p := 0.0
	for i, probability := range distribution {
		if distance(denominator*(i-k), expected) >= distance(denominator*observed, expected) {
			p += probability
		}
	}
	return p
}
