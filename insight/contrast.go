package insight

import (
	"math"

	"verbatim/feedback"
)

// The tests that a [SliceMethod] names.
const (
	npsTest   = "z (adjusted Wald)"
	shareTest = "chi-squared, Fisher exact under an expected 5"
)

// npsContrast is the NPS after minus the NPS before, of different respondents.
func npsContrast(before, after Counts) Contrast {
	change := ChangeBetween(before, after)
	return contrastOf(change.Plain.Value, change.Adjusted)
}

// contrastOf shows the plain difference, as an NPS is shown plain, so that figures of a report can be subtracted by its
// reader. Interval and test are the adjusted ones. With a handful of responses these may lie beside the plain difference:
// the interval is then widened to hold it, and p is 1 when the two do not even point the same way.
func contrastOf(plain float64, adjusted Difference) Contrast {
	c := Contrast{
		Interval: interval(plain, math.Min(plain, adjusted.Low), math.Max(plain, adjusted.High)),
		P:        PValue(adjusted.P),
	}
	if plain*adjusted.Value <= 0 {
		c.P = 1
	}
	return c
}

// shareContrast is the share k1/n1 minus k2/n2 of different responses, −1 to 1, with Newcombe's interval and the p value
// of the fourfold table. Without responses on a side nothing is known: 0, −1 to 1 and p 1.
func shareContrast(k1, n1, k2, n2 int) Contrast {
	if n1 == 0 || n2 == 0 {
		return Contrast{Interval: interval(0, -1, 1), P: 1}
	}
	// The table does not mind what its rows are called.
	table := Fourfold{DetractorsWith: k1, DetractorsWithout: n1 - k1, PromotersWith: k2, PromotersWithout: n2 - k2}
	return Contrast{Interval: Newcombe(k1, n1, k2, n2), P: PValue(math.Min(1, table.AssociationP()))}
}

// setQ corrects the p values of a family.
func setQ(family []*Contrast, adjustment Adjustment) {
	p := make([]float64, len(family))
	for i, c := range family {
		p[i] = float64(c.P)
	}
	for i, q := range adjustment.Adjust(p) {
		value := PValue(q)
		family[i].Q = &value
	}
}

// sliceMethod describes a report; model and taxonomy are those of all slices.
func sliceMethod(test string, parts ...[]feedback.Slice) SliceMethod {
	m := SliceMethod{
		NPSInterval: "adjusted-wald",
		Share:       "wilson, differences newcombe",
		Interval:    0.95,
		Test:        test,
		FDR:         BH,
		MinSegment:  MinSegment,
		Seed:        seed,
	}
	var models, taxonomies []string
	for _, list := range parts {
		for i := range list {
			models, taxonomies = append(models, list[i].Model), append(taxonomies, list[i].Taxonomy)
		}
	}
	m.Model, m.Taxonomy = versions(models...), versions(taxonomies...)
	return m
}

// shown is the figure in millionths, as far as it is written: orders compare this, so that the last bits of a sum do not
// decide.
func shown(n Number) float64 { return math.Round(1e6 * float64(n)) }
