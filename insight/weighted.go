package insight

import (
	"math"

	"verbatim/feedback"
)

// mostWeight bounds mean weights: far from 1 their squares leave the range of floating-point numbers.
const mostWeight = 1e9

// Words of [Method.Weights].
const (
	WeightsUsed     = "used"              // in all that is weighted
	WeightsBaseOnly = "used for the base" // the NPS of all scored responses is not weighted: their weights were not given
	WeightsNone     = "none"              // asked for, but every response weighs 1
	WeightsRefused  = "refused"           // asked for, but CheckWeights says that they cannot be right
)

// CheckWeights answers with an error of code [feedback.Invalid] that names the first pattern whose weights cannot be
// right: Σw or Σw² negative, zero or not finite, a mean weight outside 1e−9 to 1e9, or a Σw² that no weights with this sum
// have. Patterns without responses are not looked at. A single bad weight hides when the sums of its pattern look right:
// whoever reads the weights has to check each.
func CheckWeights(patterns feedback.Patterns) error {
	for i := range patterns.Patterns {
		p := &patterns.Patterns[i]
		if !inBase(p) {
			continue
		}
		n, mean := float64(p.N), p.W/float64(p.N)
		switch {
		case !positiveFinite(p.W):
			return feedback.Errorf(feedback.Invalid, "weight of pattern %d: the sum is %v; weights must be finite and above 0", i, p.W)
		case mean > mostWeight || mean < 1/mostWeight:
			return feedback.Errorf(feedback.Invalid, "weight of pattern %d: the mean is %v; scale the weights so that their mean is about 1", i, mean)
		case !positiveFinite(p.W2) || p.W2 < p.W*p.W/n*(1-1e-9) || p.W2 > p.W*p.W*(1+1e-9):
			return feedback.Errorf(feedback.Invalid, "weight of pattern %d: %d weights with the sum %v cannot have %v as sum of squares", i, p.N, p.W, p.W2)
		}
	}
	return nil
}

func positiveFinite(x float64) bool { return x > 0 && !math.IsInf(x, 0) }

// weightsOf says whether the patterns are to be weighted when that is asked for.
func weightsOf(patterns feedback.Patterns) string {
	if CheckWeights(patterns) != nil {
		return WeightsRefused
	}
	for i := range patterns.Patterns {
		if p := &patterns.Patterns[i]; inBase(p) && (p.W != float64(p.N) || p.W2 != float64(p.N)) {
			return WeightsUsed
		}
	}
	return WeightsNone
}

func (w *Weight) add(o Weight) {
	w.N += o.N
	w.Sum += o.Sum
	w.Squares += o.Squares
}

func (w *WeightedCounts) add(o WeightedCounts) {
	w.Promoters.add(o.Promoters)
	w.Passives.add(o.Passives)
	w.Detractors.add(o.Detractors)
}

// all sums the groups up.
func (w *WeightedCounts) all() Weight {
	sum := w.Promoters
	sum.add(w.Passives)
	sum.add(w.Detractors)
	return sum
}

// counts drops the weights.
func (w *WeightedCounts) counts() Counts {
	return Counts{Promoters: w.Promoters.N, Passives: w.Passives.N, Detractors: w.Detractors.N}
}

// valid reports whether figures can be made of the weights.
func (w *WeightedCounts) valid() bool {
	all := w.all()
	return positiveFinite(all.Sum) && positiveFinite(all.Squares) && all.Sum < 1e100 && all.Squares > 1e-100 &&
		min(w.Promoters.Sum, w.Passives.Sum, w.Detractors.Sum) >= 0
}

// effective is (Σw)²/Σw², kept between 1 and the number of responses, where it can only leave by rounding; 0 without any.
func (w Weight) effective() float64 {
	if w.N == 0 || w.Sum <= 0 || w.Squares <= 0 {
		return 0
	}
	return min(float64(w.N), max(1, w.Sum*w.Sum/w.Squares))
}

// without takes a part away; what has no responses has no weight, whatever rounding leaves.
func (w Weight) without(part Weight) Weight {
	if w.N <= part.N {
		return Weight{}
	}
	return Weight{N: w.N - part.N, Sum: max(0, w.Sum-part.Sum), Squares: max(0, w.Squares-part.Squares)}
}

func (w *WeightedCounts) without(part WeightedCounts) WeightedCounts {
	return WeightedCounts{
		Promoters:  w.Promoters.without(part.Promoters),
		Passives:   w.Passives.without(part.Passives),
		Detractors: w.Detractors.without(part.Detractors),
	}
}

// shares gives the weighted shares of promoters and detractors, 0 without weight.
func (w *WeightedCounts) shares() (p, d float64) {
	if sum := w.all().Sum; sum > 0 {
		return w.Promoters.Sum / sum, w.Detractors.Sum / sum
	}
	return 0, 0
}

// mean is Σwx/Σw, 0 without weight.
func (w *WeightedCounts) mean() float64 {
	p, d := w.shares()
	return p - d
}

// squaredError is the squared standard error of the mean: the weighted variance of x over the effective number of
// responses.
func (w *WeightedCounts) squaredError() float64 {
	n := w.all().effective()
	if n == 0 {
		return 0
	}
	p, d := w.shares()
	return math.Max(0, p+d-(p-d)*(p-d)) / n
}

// adjustedError is the squared standard error that the adjusted-Wald method gives the mean, never 0.
func (w *WeightedCounts) adjustedError() float64 {
	n := w.all().effective()
	p, d := w.shares()
	_, squared := adjusted(p*n, d*n, n)
	return squared
}

// WeightedImpact is [ThemeImpact] with weights: f = Σw of the theme over Σw of all, m = Σwx/Σw in either side T and R,
// and impact = f·(m_T − m_R). With n = (Σw)²/Σw² inside each side and v the weighted variance of x there,
//
//	SE² = f²·(v_T/n_T + v_R/n_R) + (m_T − m_R)²·f²(1−f)²·(1/n_T + 1/n_R),
//
// which takes weights as unrelated to x inside a side (Kish) and is the formula of ThemeImpact when all are 1. P comes
// from Z; where ThemeImpact takes the exact permutation distribution this does too, of the responses without weights:
// that is exact for scores that have nothing to do with the theme, whatever the weights. Approximate goes by the
// effective numbers.
func WeightedImpact(base, theme WeightedCounts) Impact {
	rest := base.without(theme)
	all, with, without := base.all(), theme.all(), rest.all()
	nT, nR := with.effective(), without.effective()
	if nR == 0 {
		m := 100 * base.mean()
		return Impact{Estimate: Estimate{Low: m - 100, High: m + 100}, P: 1, Undefined: true, Approximate: true}
	}
	if nT == 0 {
		return Impact{P: 1, Approximate: true}
	}
	gap, f := theme.mean()-rest.mean(), min(1, with.Sum/all.Sum)
	gapSquared := theme.squaredError() + rest.squaredError()
	ofShare := f * (1 - f) * gap
	se := math.Sqrt(f*f*gapSquared + ofShare*ofShare*(1/nT+1/nR))
	i := Impact{
		Estimate: estimate(f*gap, se, math.MaxFloat64),
		Gap:      100 * gap, GapSE: 100 * math.Sqrt(gapSquared), P: 1,
		Approximate: min(nT, nR) < approximateSide,
	}
	if gapSquared > 0 {
		i.Z = i.Gap / i.GapSE
		i.P = normalP(i.Z)
	}
	if min(with.N, without.N) < smallSide || gapSquared == 0 {
		i.P, i.Exact = PermutationP(base.counts(), theme.counts()), true
	}
	return i
}

// reweigh replaces the base's NPS and the drivers' shares, impacts and their tests by weighted ones. Numbers of responses,
// odds ratios and rates stay those of the responses as they are.
func (r *Ranking) reweigh(patterns feedback.Patterns, keys []feedback.DriverKey) {
	ps := profilesOf(patterns, keys, true)
	base, drivers := ps.counts()
	all := base.all()
	r.EffectiveN = all.effective()
	r.Base.NPS = number(100 * base.mean())
	for i := range r.Drivers {
		d, theme := &r.Drivers[i], drivers[i]
		with, rest := theme.all(), base.without(theme)
		impact := WeightedImpact(base, theme)
		d.Share = number(min(1, with.Sum/all.Sum))
		d.NPSImpact = interval(impact.Value, impact.Low, impact.High)
		d.PValue = PValue(impact.P)
		d.Detail.Impact = impact
		d.Detail.ThemeNPS, d.Detail.RestNPS = 100*theme.mean(), 100*rest.mean()
		d.Detail.PerHundred = 100 * impact.Value / float64(d.Mentions)
	}
}

// scoredNPS is the NPS of all scored responses, weighted when their weights are known.
func scoredNPS(tab *feedback.Crosstab, patterns feedback.Patterns, r *Ranking, opts *Options) NPSValue {
	if opts.Weighted && opts.ScoredWeights != nil && opts.ScoredWeights.valid() {
		return WeightedNPS(*opts.ScoredWeights)
	}
	if r.Weights == WeightsUsed && tab.Scored.Total() == tab.Base.Total() {
		ps := profilesOf(patterns, nil, true)
		base, _ := ps.counts()
		return WeightedNPS(base)
	}
	if r.Weights == WeightsUsed {
		r.Weights = WeightsBaseOnly
	}
	return NPS(tab.Scored.Groups())
}
