package insight

import (
	"cmp"
	"slices"

	"verbatim/feedback"
)

// pivotTolerance is the share of a column's sum of squares that must remain, after the columns before it are taken out,
// for it to count as more than a combination of them.
const pivotTolerance = 1e-9

// regression holds what a linear regression of y on k columns needs: centred cross-products, in any common scale.
type regression struct {
	k     int
	xx    []float64 // k×k, row by row
	xy    []float64 // k
	yy    float64   // of y, centred as the columns are
	total float64   // of y about its mean: what R² is a share of; more than yy when strata were taken out
}

// tabulation is what patterns say about a choice of drivers, in whole numbers and thus in any order of the patterns. The
// strata are in the order of their names and only those with responses are there.
type tabulation struct {
	names   []string
	base    []Counts   // by stratum
	drivers [][]Counts // by driver, by stratum
	pairs   []int      // k×k: responses that have both drivers
}

// tabulate counts the patterns for the drivers in keys. A driver that the patterns do not know stays empty.
func tabulate(patterns feedback.Patterns, keys []feedback.DriverKey) tabulation {
	k := len(keys)
	position, names := strataByName(patterns)
	t := tabulation{names: names, base: make([]Counts, len(names)), drivers: make([][]Counts, k), pairs: make([]int, k*k)}
	for j := range t.drivers {
		t.drivers[j] = make([]Counts, len(names))
	}
	column := columnsOf(patterns.Keys, keys)
	present := make([]int, 0, k)
	for _, p := range patterns.Patterns {
		if p.N <= 0 || !p.Score.Scored() {
			continue
		}
		group, stratum := p.Score.Group(), position[p.Stratum]
		t.base[stratum].add(group, p.N)
		present = present[:0]
		for _, d := range p.Drivers {
			if j := column[d]; j >= 0 {
				present = append(present, j)
			}
		}
		for _, i := range present {
			t.drivers[i][stratum].add(group, p.N)
			for _, j := range present {
				t.pairs[i*k+j] += p.N
			}
		}
	}
	return t
}

// columnsOf gives for each of the patterns' keys its place among the wanted keys, or −1.
func columnsOf(have, wanted []feedback.DriverKey) []int {
	place := make(map[feedback.DriverKey]int, len(wanted))
	for j, key := range wanted {
		place[key] = j
	}
	column := make([]int, len(have))
	for i, key := range have {
		column[i] = -1
		if j, ok := place[key]; ok {
			column[i] = j
		}
	}
	return column
}

// strataByName numbers the strata that have scored responses in the order of their names.
func strataByName(patterns feedback.Patterns) (position []int, names []string) {
	var used []int
	for _, p := range patterns.Patterns {
		for len(position) <= p.Stratum {
			position = append(position, -1)
		}
		if p.N > 0 && p.Score.Scored() && position[p.Stratum] < 0 {
			position[p.Stratum] = 0
			used = append(used, p.Stratum)
		}
	}
	name := func(stratum int) string {
		if stratum < len(patterns.Strata) {
			return patterns.Strata[stratum]
		}
		return ""
	}
	slices.SortFunc(used, func(a, b int) int { return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a, b)) })
	for i, stratum := range used {
		position[stratum] = i
		names = append(names, name(stratum))
	}
	return position, names
}

// regression regresses x on the drivers within strata: taking each stratum's mean out of x and the drivers is the same as
// a dummy for every stratum that is always in the model (Frisch and Waugh).
func (t *tabulation) regression() regression {
	k := len(t.drivers)
	r := regression{k: k, xx: make([]float64, k*k), xy: make([]float64, k)}
	var all Counts
	within := 0.0 // Σ n·variance over strata
	for _, c := range t.base {
		all = Counts{all.Promoters + c.Promoters, all.Passives + c.Passives, all.Detractors + c.Detractors}
		within += c.variance() * float64(c.N())
	}
	r.yy, r.total = within, all.variance()*float64(all.N())
	for i, driver := range t.drivers {
		for j := i; j < k; j++ {
			sum := float64(t.pairs[i*k+j])
			for s, c := range t.base {
				sum -= product(driver[s].N(), t.drivers[j][s].N(), c.N())
			}
			r.xx[i*k+j], r.xx[j*k+i] = sum, sum
		}
		for s, c := range t.base {
			r.xy[i] += float64(driver[s].balance()) - product(driver[s].N(), c.balance(), c.N())
		}
	}
	return r
}

// product is a·b/n, what a cross-product loses when both sides are centred; exactly a when b = n.
func product(a, b, n int) float64 { return float64(a*b) / float64(n) }

// strata gives a driver's counts by stratum.
func (t *tabulation) strata(driver int) []Stratum {
	out := make([]Stratum, len(t.names))
	for s, name := range t.names {
		out[s] = Stratum{Name: name, Base: t.base[s], Theme: t.drivers[driver][s]}
	}
	return out
}
