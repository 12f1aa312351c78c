package insight

import (
	"math"
	"slices"
)

// Adjustment is a way to correct p values for how many of them there are.
type Adjustment string

// The adjustments, named as in the output. BH controls the false discovery rate, BY does so under any dependence, Holm
// controls the chance of any error.
const (
	BH   Adjustment = "BH"
	BY   Adjustment = "BY"
	Holm Adjustment = "holm"
)

// AdjustBH gives the Benjamini–Hochberg q values of the p values, in their order, as R's p.adjust does.
func AdjustBH(p []float64) []float64 { return stepUp(p, float64(len(p))) }

// AdjustBY gives the Benjamini–Yekutieli q values, valid under any dependence.
func AdjustBY(p []float64) []float64 {
	harmonic := 0.0
	for i := range p {
		harmonic += 1 / float64(i+1)
	}
	return stepUp(p, float64(len(p))*harmonic)
}

// AdjustHolm gives Holm's adjusted p values, for a few planned comparisons.
func AdjustHolm(p []float64) []float64 {
	q := make([]float64, len(p))
	most := 0.0
	for rank, i := range ascending(p) {
		most = math.Max(most, math.Min(1, p[i]*float64(len(p)-rank)))
		q[i] = most
	}
	return q
}

// Adjust applies the adjustment; an empty or unknown one stands for [BH].
func (a Adjustment) Adjust(p []float64) []float64 {
	switch a {
	case BY:
		return AdjustBY(p)
	case Holm:
		return AdjustHolm(p)
	default:
		return AdjustBH(p)
	}
}

// FCRLevel is the level, 0–1, that intervals of the selected among a family need so that a share of at most q of the
// shown intervals misses (Benjamini and Yekutieli 2005). It is 1−q for a family of none.
func FCRLevel(selected, family int, q float64) float64 {
	if family == 0 {
		return 1 - q
	}
	return 1 - float64(selected)*q/float64(family)
}

// stepUp is q(i) = min over j ≥ i of p(j)·factor/j, at most 1.
func stepUp(p []float64, factor float64) []float64 {
	q := make([]float64, len(p))
	least := 1.0
	for rank, i := range slices.Backward(ascending(p)) {
		least = math.Min(least, p[i]*factor/float64(rank+1))
		q[i] = least
	}
	return q
}

// ascending gives the indices of p from the smallest value to the largest.
func ascending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	return order
}
