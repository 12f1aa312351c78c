package insight

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"verbatim/feedback"
)

var typicalTagger = Tagger{Sensitivity: Audited{80, 100}, Specificity: Audited{490, 500}}

func TestCorrectForTagger(t *testing.T) {
	base, theme := Counts{500, 300, 200}, Counts{6, 14, 40}
	got, err := CorrectForTagger(base, theme, typicalTagger)
	if err != nil {
		t.Fatal(err)
	}
	prevalence := (0.06 + 0.98 - 1) / (0.8 + 0.98 - 1)
	ppv, npv := 0.8*prevalence/0.06, 0.98*(1-prevalence)/0.94
	near(t, "prevalence", float64(got.Prevalence.Value), prevalence, 1e-12)
	near(t, "PPV", float64(got.PPV), ppv, 1e-12)
	near(t, "NPV", float64(got.NPV), npv, 1e-12)
	near(t, "attenuation", float64(got.Attenuation), ppv+npv-1, 1e-12)
	near(t, "gap", float64(got.Gap.Value), -92.198582/(ppv+npv-1), 1e-5)
	near(t, "impact", float64(got.NPSImpact.Value), prevalence*-92.198582/(ppv+npv-1), 1e-6)
	observed := ThemeImpact(base, theme)
	if got.NPSImpact.High-got.NPSImpact.Low <= Number(observed.High-observed.Low) || got.Approximate {
		t.Errorf("the audit adds no uncertainty: %+v", got)
	}
}

func TestAPerfectTaggerChangesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 1))
	const audit = 1e9
	for range 300 {
		base := randomCounts(random, 300)
		theme := randomPart(random, base)
		got, err := CorrectForTagger(base, theme, Tagger{Audited{audit, audit}, Audited{audit, audit}})
		if theme.N() == 0 || theme.N() == base.N() {
			if feedback.CodeOf(err) != feedback.Unsupported {
				t.Errorf("%v of %v: %v", theme, base, err)
			}
			continue
		}
		want := ThemeImpact(base, theme)
		if err != nil {
			t.Fatal(err)
		}
		if want.GapSE == 0 {
			continue // no variance to compare
		}
		near(t, "prevalence", float64(got.Prevalence.Value), share(theme.N(), base.N()), 1e-9)
		near(t, "gap", float64(got.Gap.Value), want.Gap, 1e-6)
		near(t, "gap low", float64(got.Gap.Low), math.Max(-200, want.Gap-z95*want.GapSE), 0.01)
		near(t, "impact", float64(got.NPSImpact.Value), want.Value, 1e-6)
		near(t, "impact low", float64(got.NPSImpact.Low), math.Max(-200, want.Low), 0.01)
		near(t, "impact high", float64(got.NPSImpact.High), math.Min(200, want.High), 0.01)
	}
}

func TestSlopesOfTheCorrection(t *testing.T) {
	r := ratesOf(0.1, typicalTagger)
	const h = 1e-6
	for name, factor := range map[string]func(rates) (float64, [3]float64){"gap": rates.gapFactor, "impact": rates.impactFactor} {
		_, slope := factor(r)
		for i := range slope {
			low, high := r, r
			*[]*float64{&low.observed, &low.sensitivity, &low.specificity}[i] -= h
			*[]*float64{&high.observed, &high.sensitivity, &high.specificity}[i] += h
			a, _ := factor(low)
			b, _ := factor(high)
			near(t, name, slope[i], (b-a)/(2*h), 1e-6)
		}
	}
}

func TestCorrectForTaggerRefuses(t *testing.T) {
	base, theme := Counts{500, 300, 200}, Counts{6, 14, 40}
	good := Audited{95, 100}
	tests := []struct {
		name   string
		theme  Counts
		tagger Tagger
		code   feedback.Code
		says   string
	}{
		{"nothing tagged", Counts{}, Tagger{good, good}, feedback.Unsupported, "0 of 1000"},
		{"everything tagged", base, Tagger{good, good}, feedback.Unsupported, "1000 of 1000"},
		{"no better than chance", theme, Tagger{Audited{50, 100}, Audited{50, 100}}, feedback.Unsupported, "sensitivity of 0.500"},
		{"worse than chance", theme, Tagger{Audited{10, 100}, Audited{10, 100}}, feedback.Unsupported, "half"},
		{"all tags may be errors", theme, Tagger{good, Audited{94, 100}}, feedback.Unsupported, "half"},
		{"most tags may be errors", theme, Tagger{good, Audited{96, 100}}, feedback.Unsupported, "half"},
		{"an audit of nothing", theme, Tagger{good, Audited{}}, feedback.Unsupported, "specificity"},
		{"an audit of nine", theme, Tagger{Audited{9, 9}, good}, feedback.Unsupported, "sensitivity"},
		{"more right than there are", theme, Tagger{Audited{11, 10}, good}, feedback.Invalid, "sensitivity 11 of 10"},
		{"a negative rate", theme, Tagger{good, Audited{-1, 10}}, feedback.Invalid, "specificity -1 of 10"},
	}
	for _, test := range tests {
		_, err := CorrectForTagger(base, test.theme, test.tagger)
		if feedback.CodeOf(err) != test.code || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := CorrectForTagger(Counts{}, Counts{}, Tagger{good, good}); feedback.CodeOf(err) != feedback.Unsupported {
		t.Errorf("no responses: %v", err)
	}
}

func TestCorrectionsOfRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(32, 1))
	corrected := 0
	for range 3000 {
		base := randomCounts(random, []int{1, 5, 300}[random.IntN(3)])
		theme := randomPart(random, base)
		of := [2]int{random.IntN(200), random.IntN(200)}
		tagger := Tagger{Audited{of[0] - random.IntN(of[0]/4+1), of[0]}, Audited{of[1] - random.IntN(of[1]/4+1), of[1]}}
		got, err := CorrectForTagger(base, theme, tagger)
		if err != nil {
			continue
		}
		corrected++
		sane(t, "correction", got)
		inOrder(t, "prevalence", got.Prevalence)
		near(t, "identity", float64(got.PPV+got.NPV-1), float64(got.Attenuation), 1e-9)
		near(t, "impact", float64(got.NPSImpact.Value), float64(got.Prevalence.Value*got.Gap.Value), 1e-9)
		if got.Attenuation < MinAttenuation {
			t.Errorf("%+v", got)
		}
	}
	if corrected < 300 {
		t.Errorf("only %d corrections", corrected)
	}
}

// The intervals hold the truth in about 95 of 100 surveys, each tagged and audited anew.
func TestCorrectionsCoverTheTruth(t *testing.T) {
	const surveys, responses, audits = 1500, 1500, 150
	const prevalence, sensitivity, specificity = 0.12, 0.8, 0.98
	random := rand.New(rand.NewPCG(33, 1))
	chance := func(p float64, n int) (k int) {
		for range n {
			if random.Float64() < p {
				k++
			}
		}
		return k
	}
	truth := [3]float64{prevalence, -40 - 30, prevalence * (-40 - 30)}
	covered := [3]int{}
	for range surveys {
		var base, theme Counts
		for range responses {
			promoter, passive, tag := 0.5, 0.3, 1-specificity // NPS 30
			if random.Float64() < prevalence {
				promoter, passive, tag = 0.2, 0.2, sensitivity // NPS −40
			}
			group := feedback.Detractor
			if draw := random.Float64(); draw < promoter {
				group = feedback.Promoter
			} else if draw < promoter+passive {
				group = feedback.Passive
			}
			base.add(group, 1)
			if random.Float64() < tag {
				theme.add(group, 1)
			}
		}
		got, err := CorrectForTagger(base, theme, Tagger{
			Audited{chance(sensitivity, audits), audits}, Audited{chance(specificity, 3*audits), 3 * audits},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, interval := range []Interval{got.Prevalence, got.Gap, got.NPSImpact} {
			if float64(interval.Low) <= truth[i] && truth[i] <= float64(interval.High) {
				covered[i]++
			}
		}
	}
	for i, name := range []string{"prevalence", "gap", "impact"} {
		rate := float64(covered[i]) / surveys
		t.Logf("%s: %.3f", name, rate)
		if rate < 0.93 || rate > 0.98 {
			t.Errorf("%s: %.3f of the intervals hold the truth", name, rate)
		}
	}
}

func TestCorrectionWhenEachSideAgrees(t *testing.T) {
	got, err := CorrectForTagger(Counts{Promoters: 80, Detractors: 20}, Counts{Detractors: 20}, Tagger{Audited{100, 100}, Audited{1e6, 1e6}})
	if err != nil || got.Gap.Value.String() != "-200" || got.Gap.High < -190 {
		t.Errorf("twenty responses that agree are not certain: %+v, %v", got.Gap, err)
	}
	alike, err := CorrectForTagger(Counts{Promoters: 90}, Counts{Promoters: 30}, typicalTagger)
	if err != nil || alike.Gap.Value != 0 || alike.Gap.Low >= 0 || alike.Gap.High <= 0 {
		t.Errorf("all promoters: %+v, %v", alike.Gap, err)
	}
	if one, err := CorrectForTagger(Counts{Promoters: 11}, Counts{Promoters: 1}, Tagger{Audited{10, 10}, Audited{500, 500}}); err != nil || !one.Approximate {
		t.Errorf("one response: %+v, %v", one, err)
	}
}
