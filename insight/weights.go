package insight

import (
	"math"

	"verbatim/feedback"
)

// RelativeWeights divides the R² that the drivers in keys add by Johnson's relative weights, in the order of keys. Other
// tools show these; they are a rough stand-in for [Importance] that can order drivers differently (Thomas, Zumbo, Kwan
// and Schweitzer 2014 advise against them), so show them beside it and by their name. The stratum is controlled for as
// there. Their sum is the same R².
func RelativeWeights(patterns feedback.Patterns, keys []feedback.DriverKey) []float64 {
	t := tabulate(patterns, keys)
	return t.regression().relativeWeights()
}

// relativeWeights correlates the columns, replaces them by the nearest orthogonal ones, and carries what those explain
// back: with R = VDVᵀ, Λ = VD^½Vᵀ, β = Λ⁻¹r, the weights are Λ²β² element by element. Directions without variance, which
// collinear columns leave, are left out. Columns that never vary weigh 0.
func (r regression) relativeWeights() []float64 {
	k := r.k
	out := make([]float64, k)
	if r.total <= 0 || r.yy <= 0 {
		return out
	}
	correlation, withY := r.correlations()
	values, vectors := eigen(correlation, k)
	lambda, beta := make([]float64, k*k), make([]float64, k)
	for e, value := range values {
		if value <= pivotTolerance {
			continue
		}
		root, onY := math.Sqrt(value), 0.0
		for i := range k {
			onY += vectors[i*k+e] * withY[i]
		}
		for i := range k {
			beta[i] += vectors[i*k+e] * onY / root
			for j := range k {
				lambda[i*k+j] += vectors[i*k+e] * root * vectors[j*k+e]
			}
		}
	}
	for j := range k {
		for l := range k {
			out[j] += lambda[j*k+l] * lambda[j*k+l] * beta[l] * beta[l] * r.yy / r.total
		}
	}
	return out
}

// correlations gives the correlation matrix of the columns and their correlations with y, 0 for a column that never
// varies.
func (r regression) correlations() (columns, withY []float64) {
	k := r.k
	columns, withY = make([]float64, k*k), make([]float64, k)
	scale := make([]float64, k)
	for i := range k {
		if v := r.xx[i*k+i]; v > 0 {
			scale[i] = 1 / math.Sqrt(v)
		}
	}
	for i := range k {
		for j := range k {
			columns[i*k+j] = r.xx[i*k+j] * scale[i] * scale[j]
		}
		withY[i] = r.xy[i] * scale[i] / math.Sqrt(r.yy)
	}
	return columns, withY
}

// eigen gives the eigenvalues of a symmetric n×n matrix and its eigenvectors, one a column, by Jacobi's rotations. The
// matrix is used up.
func eigen(a []float64, n int) (values, vectors []float64) {
	vectors = make([]float64, n*n)
	for i := range n {
		vectors[i*n+i] = 1
	}
	const sweeps = 50 // it converges quadratically: under ten in practice
	for range sweeps {
		off := 0.0
		for p := range n {
			for q := p + 1; q < n; q++ {
				off += a[p*n+q] * a[p*n+q]
				rotate(a, vectors, n, p, q)
			}
		}
		if off < 1e-28 {
			break
		}
	}
	values = make([]float64, n)
	for i := range n {
		values[i] = a[i*n+i]
	}
	return values, vectors
}

// rotate makes the element (p, q) zero.
func rotate(a, vectors []float64, n, p, q int) {
	if a[p*n+q] == 0 {
		return
	}
	theta := (a[q*n+q] - a[p*n+p]) / (2 * a[p*n+q])
	t := math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(theta, 1))
	c := 1 / math.Hypot(t, 1)
	s := t * c
	for i := range n {
		x, y := a[i*n+p], a[i*n+q]
		a[i*n+p], a[i*n+q] = c*x-s*y, s*x+c*y
	}
	for i := range n {
		x, y := a[p*n+i], a[q*n+i]
		a[p*n+i], a[q*n+i] = c*x-s*y, s*x+c*y
	}
	for i := range n {
		x, y := vectors[i*n+p], vectors[i*n+q]
		vectors[i*n+p], vectors[i*n+q] = c*x-s*y, s*x+c*y
	}
}
