package insight

import "math"

// smallSide is the number of responses with or without a theme below which the normal approximation gives way to the
// exact distribution.
const smallSide = 30

// approximateSide is the number of responses with or without a theme below which intervals cover noticeably less than
// they say.
const approximateSide = 20

// Impact is what a theme does to the NPS: the NPS of all responses minus the NPS of those without the theme, in points,
// with its 95 % interval. It equals share × Gap, so impacts of several themes do not add up to the NPS. If the theme
// scored like the rest, the NPS would change by −Value.
type Impact struct {
	Estimate
	// Gap is the NPS with the theme minus the NPS without it; GapSE its standard error and Z their ratio, 0 when GapSE is 0.
	Gap, GapSE, Z float64
	// P is the two-sided p value of Gap = 0, from Z or, when Exact, from the permutation distribution.
	P     float64
	Exact bool
	// Undefined says that nothing is left without the theme (or that there are no responses). Then Value, SE and Gap are
	// 0, P is 1, and the interval is all that an NPS of the rest from −100 to 100 would allow.
	Undefined bool
	// Approximate says that one side has under 20 responses: the interval covers somewhat less than 95 %.
	Approximate bool
}

// ThemeImpact computes the leave-theme-out impact from the responses of the base and those of them with the theme. The
// standard error takes the theme's share as random (delta method). P comes from Z, or from the exact permutation
// distribution when either side has under 30 responses or when no response of either side differs from its own
// (then Z does not exist). A theme without responses has impact 0 ± 0 and p 1.
func ThemeImpact(base, theme Counts) Impact {
	rest := base.without(theme)
	n, nT, nR := float64(base.N()), float64(theme.N()), float64(rest.N())
	if nR == 0 {
		m := base.NPS()
		return Impact{Estimate: Estimate{Low: m - 100, High: m + 100}, P: 1, Undefined: true, Approximate: true}
	}
	if nT == 0 {
		return Impact{P: 1, Approximate: true}
	}
	// Differences of fractions over a common denominator: exactly 0 when they are equal.
	gap := float64(theme.balance()*rest.N()-rest.balance()*theme.N()) / nT / nR
	value := float64(base.balance()*rest.N()-rest.balance()*base.N()) / n / nR
	f := nT / n
	gapSquared := theme.squaredError() + rest.squaredError()
	se := math.Sqrt(f*f*gapSquared + gap*gap*f*(1-f)/n)
	i := Impact{
		Estimate: estimate(value, se, math.MaxFloat64),
		Gap:      100 * gap, GapSE: 100 * math.Sqrt(gapSquared), P: 1,
		Approximate: min(nT, nR) < approximateSide,
	}
	if gapSquared > 0 {
		i.Z = i.Gap / i.GapSE
		i.P = normalP(i.Z)
	}
	if min(nT, nR) < smallSide || gapSquared == 0 {
		i.P, i.Exact = PermutationP(base, theme), true
	}
	return i
}
