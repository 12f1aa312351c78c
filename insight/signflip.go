package insight

import "math"

// SignFlips tells whether the pooled responses say the opposite of the strata (Simpson's paradox): whether the theme goes
// with detractors when the strata are added up and with promoters within them, or the other way round. Such a driver must
// not be acted on before looking at the strata. The direction within strata is that of the Mantel–Haenszel odds ratio. It
// is false when either says nothing (an odds ratio of 1), when fewer than two strata are informative, and when neither the
// pooled association nor that within strata is significant at 5 %: then both signs may be chance.
func SignFlips(tables []Fourfold) bool {
	var all Fourfold
	within, size, informative := 0.0, 0.0, 0
	for _, t := range tables {
		all.DetractorsWith += t.DetractorsWith
		all.DetractorsWithout += t.DetractorsWithout
		all.PromotersWith += t.PromotersWith
		all.PromotersWithout += t.PromotersWithout
		if detractors, promoters, with, without, n := t.margins(); detractors*promoters*with*without > 0 {
			a, b, c, e := t.cells()
			within += (a*e - b*c) / n
			size += (a*e + b*c) / n
			informative++
		}
	}
	a, b, c, e := all.cells()
	balanced := math.Abs(within) <= 1e-12*size // a sum of fractions: not exactly 0 when it should be
	if informative < 2 || balanced || within*(a*e-b*c) >= 0 {
		return false
	}
	combined, _ := MantelHaenszelOf(tables)
	return combined.UncorrectedP <= MaxQ || all.AssociationP() <= MaxQ
}
