package insight

import (
	"math"

	"verbatim/feedback"
)

// MinAttenuation is the least PPV + NPV − 1 at which figures are corrected: below, more than half of a gap is lost to the
// tagger's errors and the correction would be mostly guesswork.
const MinAttenuation = 0.5

// Audited is a rate found in an audit: Right of Of comments.
type Audited struct {
	Right int `json:"right"`
	Of    int `json:"of"`
}

// Tagger is how well a driver is tagged in some language, as labelled comments show (`verbatim eval`).
type Tagger struct {
	// Sensitivity is of the comments that have the driver, how many are tagged with it.
	Sensitivity Audited `json:"sensitivity"`
	// Specificity is of the comments that do not have it, how many are not tagged with it.
	Specificity Audited `json:"specificity"`
}

// Corrected holds what a driver's figures would be without the tagger's errors. The intervals carry the uncertainty of the
// responses and of the audit.
type Corrected struct {
	// Prevalence is the share of the base that has the driver, 0–1 (Rogan and Gladen 1978).
	Prevalence Interval `json:"prevalence"`
	// PPV is the share of tagged responses that have the driver, NPV the share of the others that do not.
	PPV Number `json:"ppv"`
	NPV Number `json:"npv"`
	// Attenuation is PPV + NPV − 1: how much of the true gap is left in the observed one.
	Attenuation Number `json:"attenuation"`
	// Gap is the NPS of those who have the driver minus that of the rest, in points; NPSImpact is Prevalence × Gap.
	Gap       Interval `json:"gap"`
	NPSImpact Interval `json:"nps_impact"`
	// Approximate says that under 20 responses have the driver or under 20 have not, or that an audited rate rests on under
	// 20 comments: the intervals cover somewhat less than 95 %.
	Approximate bool `json:"approximate,omitempty"`
}

// CorrectForTagger removes the tagger's errors from the figures of a driver that theme of base are tagged with, on the
// assumption that the errors do not depend on the score. With π the observed share, s the sensitivity, c the specificity
// and J = s+c−1, the prevalence is (π+c−1)/J, the gap is the observed one times π(1−π)J/((π+c−1)(s−π)), which is its
// division by PPV + NPV − 1, and the impact is the observed one times (1−π)/(s−π): only missed mentions change it. The
// intervals are of the delta method; the audited rates enter with the variance of Agresti and Coull's estimate (two
// successes and two failures more), which is above 0 also when the audit found no error. The p value of the driver
// stays: errors that do not depend on the score cannot make a gap where there is none.
//
// [feedback.Invalid] errors name a rate that is none. [feedback.Unsupported] errors refuse the correction: when all or no
// responses are tagged, when a rate rests on fewer than [MinMentions] comments, and when PPV + NPV − 1 is under
// [MinAttenuation].
func CorrectForTagger(base, theme Counts, tagger Tagger) (Corrected, error) {
	if err := tagger.check(); err != nil {
		return Corrected{}, err
	}
	theme = atMost(theme, base)
	rest := base.without(theme)
	if theme.N() == 0 || rest.N() == 0 {
		return Corrected{}, feedback.Errorf(feedback.Unsupported, "no correction for the tagger: %d of %d responses are tagged, some must be and some not", theme.N(), base.N())
	}
	r := ratesOf(share(theme.N(), base.N()), tagger)
	prevalence := (r.observed + r.specificity - 1) / r.j()
	if !(r.j() > 0 && prevalence > 0 && prevalence < 1 && r.attenuation() >= MinAttenuation) {
		return Corrected{}, feedback.Errorf(feedback.Unsupported,
			"no correction for the tagger: with a sensitivity of %.3f and a specificity of %.3f at a share of %.3f less than half of the gap would be left",
			r.sensitivity, r.specificity, r.observed)
	}
	gap := float64(theme.balance()*rest.N()-rest.balance()*theme.N()) / float64(theme.N()) / float64(rest.N())
	gapSquared := theme.squaredError() + rest.squaredError()
	if gapSquared == 0 { // all answers of each side agree: Wald's error of 0 would be too sure
		_, s1 := adjusted(float64(theme.Promoters), float64(theme.Detractors), float64(theme.N()))
		_, s2 := adjusted(float64(rest.Promoters), float64(rest.Detractors), float64(rest.N()))
		gapSquared = s1 + s2
	}
	observedSquared := r.observed * (1 - r.observed) / float64(base.N())
	factor := func(f float64, slope [3]float64) Interval { // gap times a function of the rates with its slopes
		e := estimate(gap*f, math.Sqrt(f*f*gapSquared+gap*gap*r.squared(slope, observedSquared)), 200)
		return interval(e.Value, e.Low, e.High)
	}
	se := math.Sqrt(r.squared([3]float64{1 / r.j(), -prevalence / r.j(), (1 - prevalence) / r.j()}, observedSquared))
	return Corrected{
		Prevalence:  interval(prevalence, math.Max(0, prevalence-z95*se), math.Min(1, prevalence+z95*se)),
		PPV:         number(r.sensitivity * prevalence / r.observed),
		NPV:         number(r.specificity * (1 - prevalence) / (1 - r.observed)),
		Attenuation: number(r.attenuation()),
		Gap:         factor(r.gapFactor()),
		NPSImpact:   factor(r.impactFactor()),
		Approximate: min(theme.N(), rest.N(), tagger.Sensitivity.Of, tagger.Specificity.Of) < approximateSide,
	}, nil
}

func (t Tagger) check() error {
	for _, rate := range []struct {
		name string
		Audited
	}{{"sensitivity", t.Sensitivity}, {"specificity", t.Specificity}} {
		if rate.Right < 0 || rate.Of < rate.Right {
			return feedback.Errorf(feedback.Invalid, "%s %d of %d is not a rate: write how many of how many were right", rate.name, rate.Right, rate.Of)
		}
		if rate.Of < MinMentions {
			return feedback.Errorf(feedback.Unsupported, "no correction for the tagger: its %s is known from %d comments, it takes %d", rate.name, rate.Of, MinMentions)
		}
	}
	return nil
}

// rates are the observed share and the audited rates, with the squared errors of the latter.
type rates struct {
	observed, sensitivity, specificity     float64
	sensitivitySquared, specificitySquared float64
}

func ratesOf(observed float64, t Tagger) rates {
	return rates{
		observed:    observed,
		sensitivity: share(t.Sensitivity.Right, t.Sensitivity.Of), sensitivitySquared: t.Sensitivity.squaredError(),
		specificity: share(t.Specificity.Right, t.Specificity.Of), specificitySquared: t.Specificity.squaredError(),
	}
}

func (a Audited) squaredError() float64 {
	n := float64(a.Of) + 4
	p := (float64(a.Right) + 2) / n
	return p * (1 - p) / n
}

// j is Youden's index.
func (r rates) j() float64 { return r.sensitivity + r.specificity - 1 }

// attenuation is PPV + NPV − 1.
func (r rates) attenuation() float64 {
	f, _ := r.gapFactor()
	return 1 / f
}

// squared is the variance of a function of the three independent rates from its slopes.
func (r rates) squared(slope [3]float64, observedSquared float64) float64 {
	return slope[0]*slope[0]*observedSquared + slope[1]*slope[1]*r.sensitivitySquared + slope[2]*slope[2]*r.specificitySquared
}

// gapFactor makes the true gap of the observed one; slopes are to the observed share, sensitivity and specificity.
func (r rates) gapFactor() (f float64, slope [3]float64) {
	tagged, missed := r.observed+r.specificity-1, r.sensitivity-r.observed // J·prevalence and J·(1 − prevalence)
	f = r.observed * (1 - r.observed) * r.j() / (tagged * missed)
	return f, [3]float64{
		f * (1/r.observed - 1/(1-r.observed) - 1/tagged + 1/missed),
		f * (1/r.j() - 1/missed),
		f * (1/r.j() - 1/tagged),
	}
}

// impactFactor makes the true impact of the observed gap.
func (r rates) impactFactor() (f float64, slope [3]float64) {
	missed := r.sensitivity - r.observed
	f = r.observed * (1 - r.observed) / missed
	return f, [3]float64{(1-2*r.observed)/missed + f/missed, -f / missed}
}
