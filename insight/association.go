package insight

import "math"

// Fourfold counts detractors and promoters with and without a theme: the 2×2 table of its association.
type Fourfold struct {
	DetractorsWith, DetractorsWithout int
	PromotersWith, PromotersWithout   int
}

// FourfoldOf takes the detractors and promoters of a base and of those of it that have the theme.
func FourfoldOf(base, theme Counts) Fourfold {
	rest := base.without(theme)
	return Fourfold{
		DetractorsWith: theme.Detractors, DetractorsWithout: rest.Detractors,
		PromotersWith: theme.Promoters, PromotersWithout: rest.Promoters,
	}
}

// margins returns the row sums (detractors, promoters), the column sums (with, without) and the total.
func (t Fourfold) margins() (detractors, promoters, with, without, n float64) {
	a, b, c, e := t.cells()
	return a + b, c + e, a + c, b + e, a + b + c + e
}

func (t Fourfold) cells() (a, b, c, e float64) {
	return float64(t.DetractorsWith), float64(t.DetractorsWithout), float64(t.PromotersWith), float64(t.PromotersWithout)
}

// OddsRatio is the odds of the theme among detractors over those among promoters, with half a response added to every
// cell (Haldane), so that it and its 95 % interval are always finite and above 0. Above 1 the theme goes with detractors.
// LogSE is the standard error of its logarithm, on which the interval is centred.
type OddsRatio struct {
	Value, Low, High float64
	LogSE            float64
}

// OddsRatio computes the odds ratio of the table.
func (t Fourfold) OddsRatio() OddsRatio {
	a, b, c, e := t.cells()
	a, b, c, e = a+0.5, b+0.5, c+0.5, e+0.5
	log := math.Log(a) + math.Log(e) - math.Log(b) - math.Log(c)
	se := math.Sqrt(1/a + 1/b + 1/c + 1/e)
	return OddsRatio{Value: math.Exp(log), Low: math.Exp(log - z95*se), High: math.Exp(log + z95*se), LogSE: se}
}

// AssociationP is the two-sided p value of independence: Fisher's exact test when an expected cell is under 5, else
// Pearson's χ² without correction. It is 1 when a row or column is empty.
func (t Fourfold) AssociationP() float64 {
	detractors, promoters, with, without, n := t.margins()
	if detractors*promoters*with*without == 0 {
		return 1
	}
	if math.Min(detractors, promoters)*math.Min(with, without)/n < 5 {
		return t.fisher()
	}
	a, b, c, e := t.cells()
	root := (a*e - b*c) / math.Sqrt(detractors*promoters) / math.Sqrt(with*without) * math.Sqrt(n)
	return normalP(root) // χ² with one degree of freedom is the square of a normal
}

// fisher sums the probabilities of all tables with the same margins that are at most as probable as this one, with the
// relative tolerance 1e−7 of R's fisher.test.
func (t Fourfold) fisher() float64 {
	d, p, with, _, _ := t.margins()
	detractors, promoters, k := int(d), int(p), int(with)
	low, high := max(0, k-promoters), min(k, detractors)
	probability := make([]float64, high-low+1)
	for i := range probability {
		x := low + i
		if i == 0 {
			continue // log probability, up to a constant
		}
		ratio := float64(detractors-x+1) / float64(x) * float64(k-x+1) / float64(promoters-k+x)
		probability[i] = probability[i-1] + math.Log(ratio)
	}
	most := probability[0]
	for _, l := range probability {
		most = math.Max(most, l)
	}
	observed := probability[t.DetractorsWith-low] + math.Log1p(1e-7)
	extreme, all := 0.0, 0.0
	for _, l := range probability {
		all += math.Exp(l - most)
		if l <= observed {
			extreme += math.Exp(l - most)
		}
	}
	return extreme / all
}

// Wilson is the rate k/n with its Wilson 95 % interval, all in 0–1. When n is 0 the rate is 0 and the interval 0–1.
func Wilson(k, n int) Interval {
	if n == 0 {
		return Interval{High: 1}
	}
	p, size := float64(k)/float64(n), float64(n)
	z2 := z95 * z95
	centre := (p + z2/(2*size)) / (1 + z2/size)
	half := z95 / (1 + z2/size) * math.Sqrt(p*(1-p)/size+z2/(4*size*size))
	low, high := math.Max(0, centre-half), math.Min(1, centre+half)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return interval(p, low, high)
}

// Newcombe is the difference k1/n1 − k2/n2 of two independent rates, −1 to 1, with Newcombe's hybrid 95 % interval made
// of the two Wilson intervals.
func Newcombe(k1, n1, k2, n2 int) Interval {
	a, b := Wilson(k1, n1), Wilson(k2, n2)
	difference := float64(a.Value - b.Value)
	return interval(difference,
		difference-math.Hypot(float64(a.Value-a.Low), float64(b.High-b.Value)),
		difference+math.Hypot(float64(a.High-a.Value), float64(b.Value-b.Low)))
}
