package insight

import (
	"math"

	"verbatim/feedback"
)

const (
	// fullLeverage is the leverage from which a response alone decides what the model says of it.
	fullLeverage = 1 - 1e-9
	// noError is a standard error, in units of x, that only rounding leaves: the drivers explain x without rest.
	noError = 1e-9
	// widestGap is the largest difference of two scores, in points.
	widestGap = 200
)

// Effect is what one mention of a driver goes with when the other drivers and the stratum stay the same: the coefficient
// of the driver in a regression of x, in NPS points per mention, with its HC3 standard error and 95 % interval. It is not
// bounded by ±200, since the model adds drivers up.
type Effect struct {
	Key      feedback.DriverKey
	Mentions int
	Estimate
	// Z is Value over SE and P the two-sided p value of no effect; Z is 0 and P is 1 when SE is 0.
	Z, P float64
	// Aliased says that the driver is a combination of those before it (and of the strata), or never varies: the model
	// knows no effect of its own, all figures are 0 and P is 1.
	Aliased bool
	// Undefined says that a single response decides the value, so that nothing tells how sure it is: SE is 0, P is 1 and
	// the interval reaches at least from −200 to 200.
	Undefined bool
	// Approximate says that fewer than 20 responses have the driver or do not: the interval covers somewhat less than
	// 95 %.
	Approximate bool
}

// Effects regresses x on the drivers in keys with a fixed effect for every stratum, by least squares, and gives the
// effects in the order of keys. The standard errors are HC3 (MacKinnon and White 1985: squared residuals over (1 −
// leverage)²), computed from patterns, as responses with the same drivers share their leverage. With a single driver and
// stratum the effect is the NPS with the driver minus that without. Of collinear drivers the later ones are Aliased, as
// in R's lm. Where the drivers explain x without any rest HC3 would be 0; then the standard error is the adjusted-Wald
// one of the difference between the responses with the driver and those without.
//
// When weighted, it is weighted least squares with the same sandwich, Σw²e²/(1 − leverage)²; for its leverage a
// response is taken to have the weight Σw²/Σw of those with its drivers, stratum and group, which is exact when weights do
// not vary among these. The weights must pass [CheckWeights].
func Effects(patterns feedback.Patterns, keys []feedback.DriverKey, weighted bool) []Effect {
	ps := profilesOf(patterns, keys, weighted)
	return ps.fit().effects(keys)
}

// fit is a regression of x on the drivers within strata, in units of x.
type fit struct {
	k            int
	coefficients []float64
	covariance   []float64 // k×k, HC3
	aliased      []bool
	alone        []bool // a single response decides the coefficient
	base         WeightedCounts
	drivers      []WeightedCounts
}

// effects turns the fit into points.
func (f *fit) effects(keys []feedback.DriverKey) []Effect {
	out := make([]Effect, len(keys))
	for j, key := range keys {
		n := f.drivers[j].all().N
		e := Effect{Key: key, Mentions: n, P: 1, Aliased: f.aliased[j], Undefined: f.alone[j]}
		e.Approximate = min(n, f.base.all().N-n) < approximateSide
		switch {
		case e.Aliased:
		case e.Undefined:
			value := 100 * f.coefficients[j]
			e.Estimate = Estimate{Value: value, Low: math.Min(value, -widestGap), High: math.Max(value, widestGap)}
		default:
			e.Estimate = estimate(f.coefficients[j], f.standardError(j), math.MaxFloat64)
			e.Z = e.Value / e.SE
			e.P = normalP(e.Z)
		}
		out[j] = e
	}
	return out
}

// standardError is that of a driver's coefficient, never 0.
func (f *fit) standardError(j int) float64 {
	if se := math.Sqrt(math.Max(0, f.covariance[j*f.k+j])); se > noError {
		return se
	}
	rest := f.base.without(f.drivers[j])
	return math.Sqrt(f.drivers[j].adjustedError() + rest.adjustedError())
}

// sumError is the standard error of the sum of two coefficients, never 0.
func (f *fit) sumError(i, j int) float64 {
	squared := f.covariance[i*f.k+i] + f.covariance[j*f.k+j] + 2*f.covariance[i*f.k+j]
	if se := math.Sqrt(math.Max(0, squared)); se > noError {
		return se
	}
	return math.Hypot(f.standardError(i), f.standardError(j))
}

// fit estimates the coefficients and their covariance.
func (ps *profiles) fit() *fit {
	m := ps.moments()
	r := m.regression()
	f := &fit{k: ps.k, coefficients: make([]float64, ps.k), alone: make([]bool, ps.k)}
	f.base, f.drivers = ps.counts()
	var inverse []float64
	inverse, f.aliased = r.invert()
	for i := range f.coefficients {
		f.coefficients[i] = dot(inverse[i*ps.k:(i+1)*ps.k], r.xy)
	}
	meat := ps.meat(newProjection(m, inverse), f)
	f.covariance = sandwich(inverse, meat.about(m), ps.k)
	return f
}

// invert gives the inverse of the cross-products of the columns that are no combination of those before them, with zeros
// for the others, by Gauss and Jordan's elimination in place.
func (r regression) invert() (inverse []float64, aliased []bool) {
	k := r.k
	a := append([]float64(nil), r.xx...)
	aliased = make([]bool, k)
	for j := range k {
		pivot := a[j*k+j]
		if pivot <= pivotTolerance*r.xx[j*k+j] {
			aliased[j] = true
			continue
		}
		row := a[j*k : (j+1)*k]
		row[j] = 1
		for c := range row {
			row[c] /= pivot
		}
		for i := range k {
			if i == j {
				continue
			}
			other := a[i*k : (i+1)*k]
			factor := other[j]
			other[j] = 0
			for c := range row {
				other[c] -= factor * row[c]
			}
		}
	}
	for i := range k {
		for j := range k {
			if aliased[i] || aliased[j] {
				a[i*k+j] = 0
			}
		}
	}
	return a, aliased
}

// projection tells the leverage of a profile: with z its drivers less their means in the stratum, of weight W, a response
// of weight w has w·(1/W + zᵀAz), A being the inverse of the cross-products.
type projection struct {
	*moments
	inverse []float64
	means   []float64 // by stratum, by driver
	onMeans []float64 // A·means
	squares []float64 // by stratum: meansᵀ·A·means
}

func newProjection(m *moments, inverse []float64) *projection {
	size := m.strata * m.k
	p := &projection{moments: m, inverse: inverse, means: make([]float64, size), onMeans: make([]float64, size), squares: make([]float64, m.strata)}
	for s := range m.strata {
		means, onMeans := p.means[s*m.k:(s+1)*m.k], p.onMeans[s*m.k:(s+1)*m.k]
		for j := range means {
			means[j] = m.sums[s*m.k+j] / m.total[s]
		}
		for j := range onMeans {
			onMeans[j] = dot(inverse[j*m.k:(j+1)*m.k], means)
		}
		p.squares[s] = dot(means, onMeans)
	}
	return p
}

// perWeight is the leverage of a response of weight 1.
func (p *projection) perWeight(row *profile) float64 {
	onMeans := p.onMeans[row.stratum*p.k : (row.stratum+1)*p.k]
	sum := p.squares[row.stratum]
	for _, i := range row.drivers {
		sum -= 2 * onMeans[i]
		for _, j := range row.drivers {
			sum += p.inverse[i*p.k+j]
		}
	}
	return 1/p.total[row.stratum] + math.Max(0, sum)
}

// moves marks the coefficients that a response of the profile moves.
func (p *projection) moves(row *profile, weight float64, marks []bool) {
	for j := range marks {
		move := -p.onMeans[row.stratum*p.k+j]
		for _, i := range row.drivers {
			move += p.inverse[j*p.k+i]
		}
		if math.Abs(weight*move) > noError {
			marks[j] = true
		}
	}
}

// meat sums up the squared residuals over (1 − leverage)². A response that alone decides what the model says of it has no
// residual; the coefficients that it moves are marked instead.
func (ps *profiles) meat(p *projection, f *fit) *moments {
	out := newMoments(ps.k, ps.strata)
	for i := range ps.rows {
		row := &ps.rows[i]
		fitted, leverage := p.fitted(row, f.coefficients), p.perWeight(row)
		var v [3]float64
		for g, w := range row.groups {
			if w.N == 0 {
				continue
			}
			h := leverage * w.Squares / w.Sum
			if h >= fullLeverage {
				p.moves(row, w.Squares/w.Sum, f.alone)
				continue
			}
			e := (float64(g-1) - fitted) / (1 - h)
			v[g] = w.Squares * e * e
		}
		out.add(row, v[0], v[1], v[2])
	}
	return out
}

// fitted is what the model says of x.
func (p *projection) fitted(row *profile, coefficients []float64) float64 {
	s := row.stratum
	sum := p.balance[s]/p.total[s] - dot(p.means[s*p.k:(s+1)*p.k], coefficients)
	for _, j := range row.drivers {
		sum += coefficients[j]
	}
	return sum
}

// about gives Σv·zzᵀ, k×k, where z are the drivers less their means in the strata of other moments.
func (m *moments) about(other *moments) []float64 {
	k := m.k
	out := append([]float64(nil), m.pairs...)
	for s, v := range m.total {
		for i := range k {
			mean := other.sums[s*k+i] / other.total[s]
			for j := i; j < k; j++ {
				meanJ := other.sums[s*k+j] / other.total[s]
				out[i*k+j] += v*mean*meanJ - mean*m.sums[s*k+j] - meanJ*m.sums[s*k+i]
			}
		}
	}
	for i := range k {
		for j := range i {
			out[i*k+j] = out[j*k+i]
		}
	}
	return out
}

// sandwich is A·M·A for symmetric k×k matrices.
func sandwich(a, m []float64, k int) []float64 {
	half, out := make([]float64, k*k), make([]float64, k*k)
	for i := range k {
		for j := range k {
			half[i*k+j] = dot(a[i*k:(i+1)*k], m[j*k:(j+1)*k])
		}
	}
	for i := range k {
		for j := range k {
			out[i*k+j] = dot(half[i*k:(i+1)*k], a[j*k:(j+1)*k])
		}
	}
	return out
}
