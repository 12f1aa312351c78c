package insight

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// mtcars is R's data set: cyl, disp, hp, gear, mpg.
var mtcars = [][5]float64{
	{6, 160, 110, 4, 21},
	{6, 160, 110, 4, 21},
	{4, 108, 93, 4, 22.8},
	{6, 258, 110, 3, 21.4},
	{8, 360, 175, 3, 18.7},
	{6, 225, 105, 3, 18.1},
	{8, 360, 245, 3, 14.3},
	{4, 146.7, 62, 4, 24.4},
	{4, 140.8, 95, 4, 22.8},
	{6, 167.6, 123, 4, 19.2},
	{6, 167.6, 123, 4, 17.8},
	{8, 275.8, 180, 3, 16.4},
	{8, 275.8, 180, 3, 17.3},
	{8, 275.8, 180, 3, 15.2},
	{8, 472, 205, 3, 10.4},
	{8, 460, 215, 3, 10.4},
	{8, 440, 230, 3, 14.7},
	{4, 78.7, 66, 4, 32.4},
	{4, 75.7, 52, 4, 30.4},
	{4, 71.1, 65, 4, 33.9},
	{4, 120.1, 97, 3, 21.5},
	{8, 318, 150, 3, 15.5},
	{8, 304, 150, 3, 15.2},
	{8, 350, 245, 3, 13.3},
	{8, 400, 175, 3, 19.2},
	{4, 79, 66, 4, 27.3},
	{4, 120.3, 91, 5, 26},
	{4, 95.1, 113, 5, 30.4},
	{8, 351, 264, 5, 15.8},
	{6, 145, 175, 5, 19.7},
	{8, 301, 335, 5, 15},
	{4, 121, 109, 4, 21.4},
}

// covariance of the columns; the last one is y.
func covariance(rows [][5]float64, columns ...int) [][]float64 {
	mean := make([]float64, len(columns))
	for _, row := range rows {
		for i, c := range columns {
			mean[i] += row[c] / float64(len(rows))
		}
	}
	out := make([][]float64, len(columns))
	for i := range columns {
		out[i] = make([]float64, len(columns))
		for j := range columns {
			for _, row := range rows {
				out[i][j] += (row[columns[i]] - mean[i]) * (row[columns[j]] - mean[j]) / float64(len(rows)-1)
			}
		}
	}
	return out
}

func nearAll(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range want {
		near(t, what, got[i], want[i], tolerance)
	}
}

func sum(values []float64) float64 {
	s := 0.0
	for _, v := range values {
		s += v
	}
	return s
}

func TestImportanceOfMtcars(t *testing.T) {
	r := regressionOf(covariance(mtcars, 0, 1, 2, 3, 4)) // statistics.md, section 6
	lmg := r.lmg()
	nearAll(t, "LMG", lmg.Shares, []float64{0.2470520, 0.2434996, 0.2109129, 0.0777251}, 5e-8)
	nearAll(t, "relative weights", r.relativeWeights(), []float64{0.2284797, 0.2221469, 0.2321744, 0.0963886}, 5e-8)
	near(t, "R²", lmg.R2, 0.7791896, 5e-8)
	near(t, "sum of relative weights", sum(r.relativeWeights()), 0.7791896, 5e-8)
	if !lmg.Exact || lmg.MaxError() != 0 {
		t.Errorf("four columns are sampled: %+v", lmg)
	}
}

func TestRelativeWeightsAreLMGForTwoColumns(t *testing.T) {
	r := regressionOf(covariance(mtcars, 0, 2, 4))
	nearAll(t, "LMG", r.lmg().Shares, []float64{0.4322255, 0.3084829}, 5e-8)
	for seed := range uint64(20) {
		p := randomPatterns(seed, 2, 3, 60, 9)
		nearAll(t, "relative weights", RelativeWeights(p, p.Keys), Importance(p, p.Keys).Shares, 1e-12)
	}
}

// survey has two languages and three drivers, small enough for lm() in R.
func survey() feedback.Patterns {
	rows := []struct {
		language int
		drivers  []int
		score    feedback.Score
		n        int
	}{
		{0, nil, 9, 40},
		{0, nil, 8, 20},
		{0, nil, 6, 10},
		{0, []int{0}, 0, 15},
		{0, []int{0, 1}, 3, 6},
		{0, []int{0}, 7, 4},
		{0, []int{1}, 10, 18},
		{0, []int{2}, 9, 7},
		{0, []int{1, 2}, 7, 5},
		{1, nil, 9, 8},
		{1, nil, 8, 25},
		{1, nil, 5, 12},
		{1, []int{0}, 2, 11},
		{1, []int{0, 2}, 8, 9},
		{1, []int{1}, 7, 10},
		{1, []int{1, 2}, 10, 6},
		{1, []int{2}, 6, 3},
	}
	p := feedback.Patterns{
		Keys: []feedback.DriverKey{
			{Theme: "reliability", Sentiment: feedback.Negative},
			{Theme: "support", Sentiment: feedback.Positive},
			{Theme: "support", Sentiment: feedback.Negative},
		},
		Strata: []string{"en", "fi"},
	}
	for _, r := range rows {
		p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: r.drivers, Score: r.score, Stratum: r.language, N: r.n})
	}
	return p
}

func TestImportanceControlsForTheLanguage(t *testing.T) {
	p := survey()
	// LMG by its definition over summary(lm(x ~ language + …))$r.squared, and over lm(x ~ …).
	got := Importance(p, p.Keys)
	nearAll(t, "LMG", got.Shares, []float64{0.2738410359, 0.02066868813, 0.02966107129}, 1e-9)
	near(t, "R² added", got.R2, 0.3241707954, 1e-9)
	nearAll(t, "relative weights", RelativeWeights(p, p.Keys), []float64{0.2740358831, 0.02020783575, 0.02992707656}, 1e-9)

	for i := range p.Patterns {
		p.Patterns[i].Stratum = 0
	}
	got = Importance(p, p.Keys)
	nearAll(t, "LMG without control", got.Shares, []float64{0.2830133368, 0.02511823784, 0.01697782402}, 1e-9)
}

func TestImportanceAgreesWithItself(t *testing.T) {
	p := randomPatterns(11, 12, 3, 400, 5)
	tab := tabulate(p, p.Keys)
	r := tab.regression()
	exact, sampled := r.lmg(), r.sampledLMG(512)
	near(t, "sum of the exact", sum(exact.Shares), exact.R2, 1e-12)
	near(t, "sum of the sampled", sum(sampled.Shares), exact.R2, 1e-12)
	near(t, "sum of relative weights", sum(r.relativeWeights()), exact.R2, 1e-12)
	far := 0
	for j := range exact.Shares {
		if sampled.Errors[j] <= 0 {
			t.Errorf("driver %d has no Monte-Carlo error", j)
		}
		if math.Abs(sampled.Shares[j]-exact.Shares[j]) > 2*sampled.Errors[j] {
			far++
		}
		near(t, "sampled", sampled.Shares[j], exact.Shares[j], 4*sampled.Errors[j])
	}
	if far > 3 {
		t.Errorf("%d of 12 sampled shares are over two of their errors off", far)
	}
}

func TestImportanceSumsToR2(t *testing.T) {
	for seed, drivers := range map[uint64]int{1: 1, 2: 3, 3: 7, 4: 15, 5: 16, 6: 24} {
		p := randomPatterns(seed, drivers, 1+int(seed)%4, 150, 6)
		got := Importance(p, p.Keys)
		if got.Exact != (drivers <= exactDrivers) {
			t.Errorf("%d drivers: exact %v", drivers, got.Exact)
		}
		tab := tabulate(p, p.Keys)
		order := make([]int, drivers)
		for i := range order {
			order[i] = i
		}
		gain, r := make([]float64, drivers), tab.regression()
		newWalk(r).add(gain, order, 1)
		near(t, "sum of importances", sum(got.Shares), sum(gain)/r.total, 1e-12)
		near(t, "R²", got.R2, sum(gain)/r.total, 1e-12)
	}
}

func TestCollinearDriversShare(t *testing.T) {
	p := survey()
	alone := Importance(p, p.Keys[:1])
	twin := feedback.DriverKey{Theme: "twin", Sentiment: feedback.Negative}
	p.Keys = append(p.Keys, twin)
	for i, pattern := range p.Patterns {
		if slices.Contains(pattern.Drivers, 0) {
			p.Patterns[i].Drivers = append(slices.Clone(pattern.Drivers), 3)
		}
	}
	got := Importance(p, []feedback.DriverKey{p.Keys[0], twin})
	nearAll(t, "twins", got.Shares, []float64{alone.R2 / 2, alone.R2 / 2}, 1e-12)
	nearAll(t, "relative weights", RelativeWeights(p, []feedback.DriverKey{p.Keys[0], twin}), got.Shares, 1e-12)
	tab := tabulate(p, []feedback.DriverKey{p.Keys[0], twin})
	nearAll(t, "sampled twins", tab.regression().sampledLMG(8).Shares, got.Shares, 1e-12)
}

func TestSamplingCopesWithCollinearDrivers(t *testing.T) {
	for seed := range uint64(8) {
		p := randomPatterns(seed, 9, 2, 120, 4)
		alone := Importance(p, p.Keys)
		for _, key := range p.Keys { // every driver a second time
			p.Keys = append(p.Keys, feedback.DriverKey{Theme: "twin_" + key.Theme, Sentiment: key.Sentiment})
		}
		for i, pattern := range p.Patterns {
			for _, d := range pattern.Drivers {
				p.Patterns[i].Drivers = append(p.Patterns[i].Drivers, d+9)
			}
		}
		got := Importance(p, p.Keys)
		near(t, "R²", got.R2, alone.R2, 1e-9)
		near(t, "sum", sum(got.Shares), alone.R2, 1e-9)
		near(t, "relative weights", sum(RelativeWeights(p, p.Keys)), alone.R2, 1e-9)
	}
}

func TestPairsOfOrdersAreAntithetic(t *testing.T) {
	// With two columns a pair holds both orders, so that any number of pairs is exact.
	r := regressionOf(covariance(mtcars, 0, 2, 4))
	got := r.sampledLMG(3)
	nearAll(t, "LMG", got.Shares, r.exactLMG().Shares, 1e-12)
	near(t, "Monte-Carlo error", got.MaxError(), 0, 1e-7)
}

func TestTabulateKnowsNoOrder(t *testing.T) {
	for seed := range uint64(4) {
		p := randomPatterns(seed, 6, 5, 100, 4)
		if diff := cmp.Diff(tabulate(p, p.Keys), tabulate(reordered(p), p.Keys), cmp.AllowUnexported(tabulation{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestImportanceOfWhatNeverVaries(t *testing.T) {
	p := feedback.Patterns{
		Keys:   []feedback.DriverKey{{Theme: "always"}, {Theme: "sometimes"}, {Theme: "never"}},
		Strata: []string{"en"},
		Patterns: []feedback.Pattern{
			{Drivers: []int{0}, Score: 10, N: 20}, {Drivers: []int{0, 1}, Score: 1, N: 20}, {Drivers: []int{0}, Score: 1, N: 5},
		},
	}
	got := Importance(p, p.Keys)
	if got.Shares[0] != 0 || got.Shares[2] != 0 || got.Shares[1] <= 0.5 {
		t.Errorf("importances %v", got.Shares)
	}
	weights := RelativeWeights(p, p.Keys)
	nearAll(t, "relative weights", weights, got.Shares, 1e-12)
	for i := range p.Patterns {
		p.Patterns[i].Score = 9
	}
	nearAll(t, "constant x", Importance(p, p.Keys).Shares, []float64{0, 0, 0}, 0)
	nearAll(t, "constant x", RelativeWeights(p, p.Keys), []float64{0, 0, 0}, 0)
	if none := Importance(feedback.Patterns{}, nil); none.R2 != 0 || !none.Exact || len(none.Shares) != 0 {
		t.Errorf("nothing at all: %+v", none)
	}
}

func TestTabulateIgnoresWhatIsNotInTheBase(t *testing.T) {
	p := survey()
	want := tabulate(p, p.Keys)
	p.Strata = append(p.Strata, "aa")
	p.Patterns = append(p.Patterns,
		feedback.Pattern{Drivers: []int{0}, Score: feedback.Unscored, Stratum: 2, N: 9},
		feedback.Pattern{Drivers: []int{1}, Score: 4, Stratum: 2})
	if diff := cmp.Diff(want, tabulate(p, p.Keys), cmp.AllowUnexported(tabulation{})); diff != "" {
		t.Error(diff)
	}
}

func TestSamplingIsReproducible(t *testing.T) {
	p := randomPatterns(21, 20, 2, 200, 5)
	first := Importance(p, p.Keys)
	if diff := cmp.Diff(first, Importance(p, p.Keys)); diff != "" {
		t.Error(diff)
	}
	if first.Permutations != 2*mostPairs {
		t.Errorf("%d permutations", first.Permutations)
	}
}

func BenchmarkLMG(b *testing.B) {
	for name, drivers := range map[string]int{"exact15": 15, "sampled40": 40} {
		p := randomPatterns(31, drivers, 4, 2000, 5)
		t := tabulate(p, p.Keys)
		r := t.regression()
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r.lmg()
			}
		})
	}
}
