package insight

import (
	"cmp"
	"slices"

	"verbatim/feedback"
)

// profile is what the responses with the same drivers in the same stratum are: rows of a regression that differ in x
// alone, and so share their leverage.
type profile struct {
	drivers []int // columns, ascending
	stratum int
	groups  [3]Weight // detractors, passives, promoters: x is the index minus one
}

// profiles are the distinct profiles of some patterns, in an order that does not depend on that of the patterns.
type profiles struct {
	k      int
	strata int
	rows   []profile
}

// tallied is a pattern on its way into a profile.
type tallied struct {
	profile
	group  int
	weight Weight
}

// profilesOf sums the patterns up by the drivers in keys and the stratum. Without weights every response weighs 1.
func profilesOf(patterns feedback.Patterns, keys []feedback.DriverKey, weighted bool) profiles {
	position, names := strataByName(patterns)
	column := columnsOf(patterns.Keys, keys)
	entries := make([]tallied, 0, len(patterns.Patterns))
	for _, p := range patterns.Patterns {
		if !inBase(&p) {
			continue
		}
		e := tallied{profile: profile{stratum: position[p.Stratum]}, group: groupIndex(p.Score.Group())}
		e.weight = Weight{N: p.N, Sum: float64(p.N), Squares: float64(p.N)}
		if weighted {
			e.weight.Sum, e.weight.Squares = p.W, p.W2
		}
		for _, d := range p.Drivers {
			if j := column[d]; j >= 0 {
				e.drivers = append(e.drivers, j)
			}
		}
		slices.Sort(e.drivers)
		entries = append(entries, e)
	}
	return profiles{k: len(keys), strata: len(names), rows: mergeEntries(entries)}
}

// inBase reports whether a pattern has responses that belong to a group.
func inBase(p *feedback.Pattern) bool { return p.N > 0 && p.Score.Scored() }

func groupIndex(group feedback.Group) int {
	switch group {
	case feedback.Promoter:
		return 2
	case feedback.Passive:
		return 1
	default:
		return 0
	}
}

// mergeEntries adds up what belongs to one profile. Weights are added in ascending order, since a sum of floating-point
// numbers depends on the order.
func mergeEntries(entries []tallied) []profile {
	slices.SortFunc(entries, func(a, b tallied) int {
		return cmp.Or(
			compareProfiles(&a.profile, &b.profile), cmp.Compare(a.group, b.group),
			cmp.Compare(a.weight.Sum, b.weight.Sum), cmp.Compare(a.weight.Squares, b.weight.Squares),
		)
	})
	var rows []profile
	for i := range entries {
		e := &entries[i]
		if len(rows) == 0 || compareProfiles(&rows[len(rows)-1], &e.profile) != 0 {
			rows = append(rows, e.profile)
		}
		rows[len(rows)-1].groups[e.group].add(e.weight)
	}
	return rows
}

func compareProfiles(a, b *profile) int {
	return cmp.Or(cmp.Compare(a.stratum, b.stratum), slices.Compare(a.drivers, b.drivers))
}

// counts gives the weighted responses of all profiles and those with each driver.
func (ps *profiles) counts() (base WeightedCounts, drivers []WeightedCounts) {
	drivers = make([]WeightedCounts, ps.k)
	for i := range ps.rows {
		row := WeightedCounts{Detractors: ps.rows[i].groups[0], Passives: ps.rows[i].groups[1], Promoters: ps.rows[i].groups[2]}
		base.add(row)
		for _, j := range ps.rows[i].drivers {
			drivers[j].add(row)
		}
	}
	return base, drivers
}

// moments are the sums that a regression of x on the drivers within strata needs. Every response counts with some value
// v: its weight, how often a bootstrap drew it, or its squared residual.
type moments struct {
	k, strata             int
	total, balance, outer []float64 // by stratum: Σv, Σvx and Σvx²
	sums                  []float64 // by stratum, by driver: Σv of the responses with the driver
	balances              []float64 // by driver: Σvx
	pairs                 []float64 // k×k, upper half: Σv of the responses with both drivers
}

func newMoments(k, strata int) *moments {
	return &moments{
		k: k, strata: strata,
		total: make([]float64, strata), balance: make([]float64, strata), outer: make([]float64, strata),
		sums: make([]float64, strata*k), balances: make([]float64, k), pairs: make([]float64, k*k),
	}
}

// moments sums the profiles up by weight.
func (ps *profiles) moments() *moments {
	m := newMoments(ps.k, ps.strata)
	for i := range ps.rows {
		p := &ps.rows[i]
		m.add(p, p.groups[0].Sum, p.groups[1].Sum, p.groups[2].Sum)
	}
	return m
}

func (m *moments) clear() {
	for _, s := range [][]float64{m.total, m.balance, m.outer, m.sums, m.balances, m.pairs} {
		clear(s)
	}
}

// add counts the detractors, passives and promoters of a profile with the values given.
func (m *moments) add(p *profile, detractors, passives, promoters float64) {
	v, balance := detractors+passives+promoters, promoters-detractors
	m.total[p.stratum] += v
	m.balance[p.stratum] += balance
	m.outer[p.stratum] += promoters + detractors
	sums := m.sums[p.stratum*m.k : (p.stratum+1)*m.k]
	for at, i := range p.drivers {
		sums[i] += v
		m.balances[i] += balance
		row := m.pairs[i*m.k : (i+1)*m.k]
		for _, j := range p.drivers[at:] {
			row[j] += v
		}
	}
}

// all gives Σv, Σvx and Σvx² over the strata.
func (m *moments) all() (total, balance, outer float64) {
	for s := range m.total {
		total += m.total[s]
		balance += m.balance[s]
		outer += m.outer[s]
	}
	return total, balance, outer
}

// regression takes the means of the strata out, as [tabulation.regression] does.
func (m *moments) regression() regression {
	k := m.k
	r := regression{k: k, xx: make([]float64, k*k), xy: make([]float64, k)}
	m.regress(&r)
	return r
}

// regress is regression into memory that is there already.
func (m *moments) regress(r *regression) {
	k := m.k
	total, balance, outer := m.all()
	r.total, r.yy = aboutMean(total, balance, outer), 0
	copy(r.xx, m.pairs)
	copy(r.xy, m.balances)
	for s, n := range m.total {
		if n <= 0 {
			continue
		}
		r.yy += aboutMean(n, m.balance[s], m.outer[s])
		sums := m.sums[s*k : (s+1)*k]
		for i, sum := range sums {
			if sum == 0 {
				continue
			}
			r.xy[i] -= sum * m.balance[s] / n
			row := r.xx[i*k : (i+1)*k]
			for j := i; j < k; j++ {
				row[j] -= sum * sums[j] / n
			}
		}
	}
	for i := range k {
		for j := range i {
			r.xx[i*k+j] = r.xx[j*k+i]
		}
	}
}

// aboutMean is the sum of squares of x about its mean; rounding does not make one out of a constant x.
func aboutMean(n, balance, outer float64) float64 {
	if n <= 0 {
		return 0
	}
	if s := outer - balance*balance/n; s > 1e-12*outer {
		return s
	}
	return 0
}
