package insight

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"verbatim/feedback"
)

// randomWeights gives every response a weight that does not vary among those with the same drivers, stratum and group.
func randomWeights(seed uint64, p feedback.Patterns) feedback.Patterns {
	random := rand.New(rand.NewPCG(seed, 11))
	weights := map[string]float64{}
	out := p
	out.Patterns = append([]feedback.Pattern(nil), p.Patterns...)
	for i, pattern := range out.Patterns {
		key := fmt.Sprint(pattern.Drivers, pattern.Stratum, pattern.Score.Group())
		if weights[key] == 0 {
			weights[key] = 0.2 + 3*random.Float64()
		}
		w := weights[key]
		out.Patterns[i].W = w * float64(out.Patterns[i].N)
		out.Patterns[i].W2 = w * w * float64(out.Patterns[i].N)
	}
	return out
}

// rowByRow is (weighted) least squares with a dummy for every stratum and the HC3 covariance, a row a response: the
// textbook's formulas without any of our shortcuts.
func rowByRow(p feedback.Patterns, weighted bool) (coefficients, errors []float64) {
	k, strata := len(p.Keys), len(p.Strata)
	var rows [][]float64
	var x, weights []float64
	for _, pattern := range p.Patterns {
		row := make([]float64, k+strata)
		for _, d := range pattern.Drivers {
			row[d] = 1
		}
		row[k+pattern.Stratum] = 1
		w := 1.0
		if weighted {
			w = pattern.W / float64(pattern.N)
		}
		for range pattern.N {
			rows, weights = append(rows, row), append(weights, w)
			x = append(x, float64(groupIndex(pattern.Score.Group())-1))
		}
	}
	z := mat.NewDense(len(rows), k+strata, nil)
	weightedZ := mat.NewDense(len(rows), k+strata, nil)
	for i, row := range rows {
		z.SetRow(i, row)
		for j, value := range row {
			weightedZ.Set(i, j, weights[i]*value)
		}
	}
	var cross, inverse, beta, onX mat.Dense
	cross.Mul(weightedZ.T(), z)
	if err := inverse.Inverse(&cross); err != nil {
		return nil, nil
	}
	onX.Mul(weightedZ.T(), mat.NewDense(len(x), 1, x))
	beta.Mul(&inverse, &onX)
	meat := mat.NewDense(k+strata, k+strata, nil)
	for i := range rows {
		row := mat.NewVecDense(k+strata, rows[i])
		h := weights[i] * mat.Inner(row, &inverse, row)
		e := weights[i] * (x[i] - mat.Dot(row, beta.ColView(0))) / (1 - h)
		meat.RankOne(meat, e*e, row, row)
	}
	var half, covariance mat.Dense
	half.Mul(&inverse, meat)
	covariance.Mul(&half, &inverse)
	for j := range k {
		coefficients = append(coefficients, beta.At(j, 0))
		errors = append(errors, math.Sqrt(covariance.At(j, j)))
	}
	return coefficients, errors
}

func TestEffectsAreThoseOfTheRows(t *testing.T) {
	compared := 0
	for seed := range uint64(12) {
		p := randomPatterns(seed, 1+int(seed)%7, 1+int(seed)%4, 60, 5)
		for i := range p.Patterns { // enough of every driver that no row stands alone
			p.Patterns[i].N++
			if i < 4*len(p.Keys) {
				p.Patterns[i].Drivers = []int{i % len(p.Keys)}
			}
		}
		p = randomWeights(seed, p)
		for _, weighted := range []bool{false, true} {
			want, errors := rowByRow(p, weighted)
			if want == nil {
				continue
			}
			compared++
			for j, e := range Effects(p, p.Keys, weighted) {
				near(t, "effect", e.Value, 100*want[j], 1e-8)
				near(t, "standard error", e.SE, 100*errors[j], 1e-8)
				near(t, "low", e.Low, e.Value-z95*e.SE, 1e-9)
				sameRatio(t, "p", e.P, math.Erfc(math.Abs(want[j]/errors[j])/math.Sqrt2))
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d comparisons", compared)
	}
}

// oneDriver is the example of statistics.md, section 3.
func oneDriver() feedback.Patterns {
	return feedback.Patterns{
		Keys:   []feedback.DriverKey{{Theme: "price_value", Sentiment: feedback.Negative}},
		Strata: []string{"en"},
		Patterns: []feedback.Pattern{
			{Drivers: []int{0}, Score: 9, N: 6},
			{Drivers: []int{0}, Score: 7, N: 14},
			{Drivers: []int{0}, Score: 3, N: 40},
			{Score: 9, N: 494},
			{Score: 7, N: 286},
			{Score: 3, N: 160},
		},
	}
}

func TestTheEffectOfASingleDriverIsTheGap(t *testing.T) {
	p := oneDriver()
	e := Effects(p, p.Keys, false)[0]
	near(t, "effect", e.Value, -92.198582, 1e-6)
	// Leverage is 1/n on either side: SE² = v_T·n_T/(n_T−1)² + v_R·n_R/(n_R−1)².
	theme, rest := Counts{6, 14, 40}, Counts{494, 286, 160}
	near(t, "SE", e.SE, 100*math.Sqrt(theme.variance()*60/59/59+rest.variance()*940/939/939), 1e-9)
	if e.Mentions != 60 || e.Aliased || e.Undefined || e.Approximate {
		t.Errorf("%+v", e)
	}
	for seed := range uint64(10) {
		p := randomPatterns(seed, 1, 1, 80, 4)
		tab := crosstabOf(p)
		impact := ThemeImpact(CountsOf(tab.Base), CountsOf(tab.Themes[0].Scores))
		near(t, "gap", Effects(p, p.Keys, false)[0].Value, impact.Gap, 1e-9)
	}
}

func TestCollinearDriversAreAliased(t *testing.T) {
	p := survey()
	alone := Effects(p, p.Keys, false)
	p.Keys = append(p.Keys, feedback.DriverKey{Theme: "twin"}, feedback.DriverKey{Theme: "language"}, feedback.DriverKey{Theme: "never"})
	for i := range p.Patterns {
		pattern := &p.Patterns[i]
		pattern.Drivers = append([]int(nil), pattern.Drivers...)
		if len(pattern.Drivers) > 0 && pattern.Drivers[0] == 0 {
			pattern.Drivers = append(pattern.Drivers, 3)
		}
		if pattern.Stratum == 1 {
			pattern.Drivers = append(pattern.Drivers, 4)
		}
	}
	got := Effects(p, p.Keys, false)
	for j, e := range got {
		if e.Aliased != (j >= 3) {
			t.Errorf("%s: aliased %v", e.Key.Theme, e.Aliased)
		}
		if j >= 3 && (e.Estimate != Estimate{} || e.P != 1 || e.Z != 0) {
			t.Errorf("%s: %+v", e.Key.Theme, e)
		}
		if j < 3 {
			near(t, e.Key.Theme, e.Value, alone[j].Value, 1e-9)
			near(t, e.Key.Theme, e.SE, alone[j].SE, 1e-9)
		}
	}
	if first := Effects(p, []feedback.DriverKey{p.Keys[3], p.Keys[0]}, false); first[0].Aliased || !first[1].Aliased {
		t.Error("not the later of the two is aliased")
	}
}

func TestWhatOneResponseDecidesIsUndefined(t *testing.T) {
	p := survey()
	p.Keys = append(p.Keys, feedback.DriverKey{Theme: "once"})
	p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: []int{0, 3}, Score: 10, N: 1})
	alone, got := Effects(survey(), survey().Keys, false), Effects(p, p.Keys, false)
	once := got[3]
	if !once.Undefined || once.P != 1 || once.SE != 0 || once.Low != -widestGap || once.High != widestGap {
		t.Errorf("%+v", once)
	}
	for j := range 3 {
		near(t, "the others", got[j].Value, alone[j].Value, 1e-9)
		near(t, "the others", got[j].SE, alone[j].SE, 1e-9)
		if got[j].Undefined {
			t.Errorf("driver %d: %+v", j, got[j])
		}
	}
}

func TestAPerfectFitIsNotCertain(t *testing.T) {
	p := feedback.Patterns{
		Keys:     []feedback.DriverKey{{Theme: "a"}},
		Strata:   []string{"en"},
		Patterns: []feedback.Pattern{{Drivers: []int{0}, Score: 2, N: 50}, {Score: 10, N: 50}},
	}
	e := Effects(p, p.Keys, false)[0]
	near(t, "effect", e.Value, -200, 1e-9)
	// Adjusted Wald of 0 and 50 of 50: (p+¾)/53, (d+¾)/53.
	_, squared := adjusted(50, 0, 50)
	near(t, "SE", e.SE, 100*math.Sqrt(2*squared), 1e-9)
	if e.P > 1e-6 {
		t.Errorf("p %v", e.P)
	}
	for i := range p.Patterns {
		p.Patterns[i].Score = 9
	}
	if e := Effects(p, p.Keys, false)[0]; e.Value != 0 || e.P != 1 || e.SE <= 0 {
		t.Errorf("constant x: %+v", e)
	}
}

func TestRoundingIsNoResidual(t *testing.T) {
	p := feedback.Patterns{
		Keys:   []feedback.DriverKey{{Theme: "a"}, {Theme: "b"}},
		Strata: []string{"en", "fi"},
		Patterns: []feedback.Pattern{
			{Drivers: []int{0}, Score: 2, N: 37},
			{Score: 7, N: 41},
			{Drivers: []int{1}, Score: 10, N: 23},
			{Drivers: []int{0}, Score: 2, N: 31, Stratum: 1},
			{Score: 7, N: 29, Stratum: 1},
			{Drivers: []int{0, 1}, Score: 7, N: 17, Stratum: 1},
		},
	}
	for i := range p.Patterns {
		p.Patterns[i].W, p.Patterns[i].W2 = float64(p.Patterns[i].N)/3, float64(p.Patterns[i].N)/9
	}
	for _, weighted := range []bool{false, true} {
		for j, e := range Effects(p, p.Keys, weighted) {
			near(t, "effect", e.Value, []float64{-100, 100}[j], 1e-9)
			if e.SE < 1 {
				t.Errorf("SE %g of %s", e.SE, e.Key.Theme)
			}
		}
	}
}

func TestEffectsKnowNoOrder(t *testing.T) {
	for seed := range uint64(5) {
		p := randomWeights(seed, randomPatterns(seed, 9, 4, 200, 4))
		for _, weighted := range []bool{false, true} {
			if diff := cmp.Diff(Effects(p, p.Keys, weighted), Effects(reordered(p), p.Keys, weighted)); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestScaleOfWeightsDoesNotMatter(t *testing.T) {
	p := randomWeights(3, randomPatterns(3, 6, 3, 150, 4))
	want := Effects(p, p.Keys, true)
	for i := range p.Patterns {
		p.Patterns[i].W *= 1000
		p.Patterns[i].W2 *= 1e6
	}
	for j, e := range Effects(p, p.Keys, true) {
		near(t, "effect", e.Value, want[j].Value, 1e-9)
		near(t, "SE", e.SE, want[j].SE, 1e-9)
	}
}

// everything asks for all that the report can hold.
var everything = Options{
	RelativeWeights: true, Stratified: true, Effects: true, Bootstrap: 100, PenaltyReward: true, Weighted: true,
}

func TestNothingAskedForIsEverUndefined(t *testing.T) {
	surveys := edges()
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 5))
		p := randomPatterns(seed, 1+random.IntN(12), 1+random.IntN(4), random.IntN(40), 1+random.IntN(30))
		surveys[fmt.Sprintf("random %d", seed)] = p
		surveys[fmt.Sprintf("weighted %d", seed)] = randomWeights(seed, p)
	}
	for name, p := range surveys {
		opts := everything
		opts.SuggestionPatterns = p
		tab := crosstabOf(p)
		tab.SuggestionBase, tab.SuggestionThemes = tab.Base, tab.Themes
		r := Drivers(tab, p, opts)
		finite(t, name, reflect.ValueOf(r))
		for _, weighted := range []bool{false, CheckWeights(p) == nil} {
			finite(t, name, reflect.ValueOf(Effects(p, p.Keys, weighted)))
			finite(t, name, reflect.ValueOf(PenaltyRewards(p, BH, weighted)))
			finite(t, name, reflect.ValueOf(Bootstrap(p, p.Keys, BootstrapOptions{Draws: 50, Weighted: weighted})))
		}
		for _, d := range r.Drivers {
			for what, i := range map[string]*Interval{"effect": d.Effect, "importance": d.ImportanceInterval, "impact": &d.NPSImpact} {
				if i != nil && (i.Low > i.Value || i.High < i.Value) {
					t.Errorf("%s: %s of %s: %+v", name, what, d.Theme, *i)
				}
			}
		}
	}
}

func TestTheReportHoldsWhatIsAskedFor(t *testing.T) {
	p := survey()
	tab := crosstabOf(p)
	keysOf := func(opts Options) map[string]bool {
		var report struct {
			Drivers []map[string]any `json:"drivers"`
		}
		data, err := json.Marshal(Drivers(tab, p, opts))
		if err == nil {
			err = json.Unmarshal(data, &report)
		}
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		for key := range report.Drivers[0] {
			keys[key] = true
		}
		return keys
	}
	plain := keysOf(Options{})
	cases := []struct {
		opts Options
		keys []string
	}{
		{Options{Effects: true}, []string{"effect", "per_100_mentions"}},
		{Options{Bootstrap: 50}, []string{"importance_interval", "top3"}},
	}
	for _, c := range cases {
		got := keysOf(c.opts)
		for _, key := range c.keys {
			if plain[key] || !got[key] {
				t.Errorf("%s: by default %v, asked for %v", key, plain[key], got[key])
			}
		}
		if len(got) != len(plain)+len(c.keys) {
			t.Errorf("keys %v", got)
		}
	}
	r := Drivers(tab, p, Options{Effects: true})
	for i, e := range Effects(p, p.Keys, false) {
		for _, d := range r.Drivers {
			if d.Key() == p.Keys[i] {
				near(t, "effect", float64(d.Effect.Value), e.Value, 1e-12)
				near(t, "per 100 mentions", float64(*d.PerHundred), 100*float64(d.NPSImpact.Value)/float64(d.Mentions), 1e-9)
			}
		}
	}
}

func BenchmarkEffects(b *testing.B) {
	p := randomPatterns(71, 40, 12, 20_000, 100)
	b.ReportAllocs()
	for b.Loop() {
		Effects(p, p.Keys, false)
	}
}
