package insight

import "math"

// MantelHaenszel sums up a theme's association over strata such as languages, so that strata which use the score
// differently do not pass for an effect of the theme.
type MantelHaenszel struct {
	// OddsRatio is Σ(a·e/n) / Σ(b·c/n); Low and High its 95 % interval (Robins, Breslow and Greenland's variance).
	// When a sum is 0, half a response is added to every cell, so that all three are finite and above 0.
	OddsRatio, Low, High float64
	// Statistic and P are the Cochran–Mantel–Haenszel test with the continuity correction that R's mantelhaen.test has by
	// default; UncorrectedP is without.
	Statistic, P, UncorrectedP float64
	// Heterogeneity is Breslow and Day's statistic of equal odds ratios (without Tarone's term) with DF degrees of
	// freedom and HeterogeneityP; with one stratum there is nothing to differ: 0, 0 and 1.
	Heterogeneity  float64
	DF             int
	HeterogeneityP float64
}

// MantelHaenszelOf combines the tables of the strata. Strata in which a row or column is empty say nothing and are left
// out; ok is false when none is left.
func MantelHaenszelOf(tables []Fourfold) (result MantelHaenszel, ok bool) {
	informative := make([][4]float64, 0, len(tables))
	for _, t := range tables {
		if detractors, promoters, with, without, _ := t.margins(); detractors*promoters*with*without > 0 {
			a, b, c, e := t.cells()
			informative = append(informative, [4]float64{a, b, c, e})
		}
	}
	if len(informative) == 0 {
		return MantelHaenszel{}, false
	}
	result.cmh(informative)
	if r, s := products(informative); r == 0 || s == 0 {
		for i := range informative {
			for j := range informative[i] {
				informative[i][j] += 0.5
			}
		}
	}
	result.combine(informative)
	result.breslowDay(informative)
	return result, true
}

// products are Σa·e/n and Σb·c/n.
func products(tables [][4]float64) (r, s float64) {
	for _, t := range tables {
		n := t[0] + t[1] + t[2] + t[3]
		r += t[0] * t[3] / n
		s += t[1] * t[2] / n
	}
	return r, s
}

// combine computes the odds ratio with its interval.
func (m *MantelHaenszel) combine(tables [][4]float64) {
	r, s := products(tables)
	var pr, mixed, qs float64
	for _, t := range tables {
		n := t[0] + t[1] + t[2] + t[3]
		p, q := (t[0]+t[3])/n, (t[1]+t[2])/n
		rk, sk := t[0]*t[3]/n, t[1]*t[2]/n
		pr += p * rk
		mixed += p*sk + q*rk
		qs += q * sk
	}
	se := math.Sqrt(pr/(2*r*r) + mixed/(2*r*s) + qs/(2*s*s))
	log := math.Log(r) - math.Log(s)
	m.OddsRatio, m.Low, m.High = r/s, math.Exp(log-z95*se), math.Exp(log+z95*se)
}

// cmh tests conditional independence.
func (m *MantelHaenszel) cmh(tables [][4]float64) {
	delta, variance := 0.0, 0.0
	for _, t := range tables {
		r1, r2, c1, c2 := t[0]+t[1], t[2]+t[3], t[0]+t[2], t[1]+t[3]
		n := r1 + r2
		delta += t[0] - r1*c1/n
		variance += r1 * r2 * c1 * c2 / (n * n * (n - 1))
	}
	delta = math.Abs(delta)
	corrected := delta
	if delta >= 0.5 {
		corrected -= 0.5
	}
	m.Statistic = corrected * corrected / variance
	m.P = chiSquaredP(m.Statistic, 1)
	m.UncorrectedP = chiSquaredP(delta*delta/variance, 1)
}

// breslowDay compares each stratum with what the common odds ratio makes it expect.
func (m *MantelHaenszel) breslowDay(tables [][4]float64) {
	m.DF, m.HeterogeneityP = len(tables)-1, 1
	if m.DF == 0 {
		return
	}
	for _, t := range tables {
		expected := expectedTable(t, m.OddsRatio)
		far := t[0] - expected[0]
		m.Heterogeneity += far * far * (1/expected[0] + 1/expected[1] + 1/expected[2] + 1/expected[3])
	}
	m.HeterogeneityP = chiSquaredP(m.Heterogeneity, m.DF)
}

// expectedTable is the table with these margins and the odds ratio ψ. Each cell is computed by itself, with the table
// turned so that it comes first: as a difference to the margins a small one would be lost.
func expectedTable(t [4]float64, psi float64) [4]float64 {
	return [4]float64{
		expectedCell(t, psi),
		expectedCell([4]float64{t[1], t[0], t[3], t[2]}, 1/psi),
		expectedCell([4]float64{t[2], t[3], t[0], t[1]}, 1/psi),
		expectedCell([4]float64{t[3], t[2], t[1], t[0]}, psi),
	}
}

// expectedCell is the first cell of the table with these margins and the odds ratio ψ: the root of
// A(n−r−c+A) = ψ(r−A)(c−A) that lies within the margins, in the form that does not cancel.
func expectedCell(t [4]float64, psi float64) float64 {
	r, c := t[0]+t[1], t[0]+t[2]
	b := t[2] + t[3] - c + psi*(r+c)
	root := math.Sqrt(math.Max(0, b*b+4*(1-psi)*psi*r*c))
	if b < 0 {
		return (root - b) / (2 * (1 - psi))
	}
	return 2 * psi * r * c / (b + root)
}
