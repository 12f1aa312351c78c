package insight

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"verbatim/feedback"
)

const (
	// exactDrivers is the largest number of drivers whose 2^k models are all fitted.
	exactDrivers = 15
	// seed starts the permutations of larger models; it is part of the output.
	seed = 1
	// mostPairs and leastPairs bound how many antithetic pairs of permutations are drawn; in between, work bounds the
	// multiplications, of which a pair costs about k³/3.
	mostPairs, leastPairs = 1024, 32
	work                  = 2e8
)

// ImportanceResult divides the R² that drivers add among them. Shares are in R² units, in the order of the drivers, and
// sum to R2. When Exact is false they are means over Permutations orders and Errors are their Monte-Carlo standard
// errors; else Errors are 0.
type ImportanceResult struct {
	Shares       []float64
	Errors       []float64
	R2           float64
	Exact        bool
	Permutations int
}

// MaxError is the largest Monte-Carlo standard error.
func (r *ImportanceResult) MaxError() float64 {
	most := 0.0
	for _, e := range r.Errors {
		most = math.Max(most, e)
	}
	return most
}

// Importance regresses x on the drivers in keys, always controlling for the stratum when there is more than one, and
// divides the R² that the drivers add by LMG: the mean, over all orders in which drivers can enter, of what each adds
// (Lindeman, Merenda and Gold; Shapley value; R relaimpo type "lmg"). Up to 15 drivers it is exact, above that it averages
// random orders and their reverses, drawn from a fixed seed. A driver that is a combination of those before it adds
// nothing there, so that perfectly collinear drivers share what they explain together.
func Importance(patterns feedback.Patterns, keys []feedback.DriverKey) ImportanceResult {
	t := tabulate(patterns, keys)
	return t.regression().lmg()
}

// lmg divides R² exactly or by sampling, whichever the number of columns allows.
func (r regression) lmg() ImportanceResult {
	if r.total <= 0 || r.k == 0 {
		return ImportanceResult{Shares: make([]float64, r.k), Errors: make([]float64, r.k), Exact: true}
	}
	if r.k <= exactDrivers {
		return r.exactLMG()
	}
	pairs := int(work / (float64(r.k) * float64(r.k) * float64(r.k) / 3))
	return r.sampledLMG(min(mostPairs, max(leastPairs, pairs)))
}

// exactLMG weighs what a column adds to each subset S of the others with |S|!(k−|S|−1)!/k! = 1/(k·C(k−1,|S|)).
func (r regression) exactLMG() ImportanceResult {
	r2 := r.allSubsets()
	weight := make([]float64, r.k)
	choose := 1.0
	for size := range weight {
		weight[size] = 1 / (float64(r.k) * choose)
		choose *= float64(r.k-1-size) / float64(size+1)
	}
	out := ImportanceResult{Shares: make([]float64, r.k), Errors: make([]float64, r.k), R2: r2[len(r2)-1], Exact: true}
	for set := range r2 {
		w := 0.0
		if size := bits.OnesCount(uint(set)); size < r.k {
			w = weight[size]
		}
		for j := range r.k {
			if bit := 1 << j; set&bit == 0 {
				out.Shares[j] += w * math.Max(0, r2[set|bit]-r2[set])
			}
		}
	}
	return out
}

// allSubsets gives R² for every set of columns; bit j of the index stands for column j.
func (r regression) allSubsets() []float64 {
	out := make([]float64, 1<<r.k)
	size := r.k + 1 // y is the last column
	levels := make([][]float64, r.k+1)
	for i := range levels {
		levels[i] = make([]float64, size*size)
	}
	for i := range r.k {
		copy(levels[0][i*size:], r.xx[i*r.k:(i+1)*r.k])
		levels[0][i*size+r.k] = r.xy[i]
	}
	r.extend(out, levels, 0, 0)
	return out
}

// extend fits the sets that add a column from next on to set. levels[0] holds the cross-products (upper half) of what
// set leaves unexplained; the levels after it are room for the deeper sets.
func (r regression) extend(out []float64, levels [][]float64, set, next int) {
	size, a := r.k+1, levels[0]
	for j := next; j < r.k; j++ {
		with := set | 1<<j
		out[with] = out[set]
		pivot, y := a[j*size+j], a[j*size+r.k]
		b := levels[1]
		if pivot <= pivotTolerance*r.xx[j*r.k+j] {
			copy(b, a)
		} else {
			out[with] += y * y / pivot / r.total
			for i := j + 1; i < r.k; i++ {
				ratio := a[j*size+i] / pivot
				for m := i; m < size; m++ {
					b[i*size+m] = a[i*size+m] - ratio*a[j*size+m]
				}
			}
		}
		if j+1 < r.k {
			r.extend(out, levels[1:], with, j+1)
		}
	}
}

// sampledLMG averages over random orders, each with its reverse: who comes early in one comes late in the other, so the
// pair's mean varies less. The pairs are independent, which gives the standard error.
func (r regression) sampledLMG(pairs int) ImportanceResult {
	out := ImportanceResult{Shares: make([]float64, r.k), Errors: make([]float64, r.k), Permutations: 2 * pairs}
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // reproducible sampling is the point, nothing here is secret
	w := newWalk(r)
	order, squares, gain := make([]int, r.k), make([]float64, r.k), make([]float64, r.k)
	for i := range order {
		order[i] = i
	}
	for range pairs {
		random.Shuffle(r.k, func(i, j int) { order[i], order[j] = order[j], order[i] })
		clear(gain)
		w.add(gain, order, 1)
		w.add(gain, order, -1)
		for j, g := range gain {
			g /= 2 * r.total
			out.Shares[j] += g
			squares[j] += g * g
		}
	}
	n := float64(pairs)
	for j, sum := range out.Shares {
		out.Shares[j] = sum / n
		out.Errors[j] = math.Sqrt(math.Max(0, squares[j]-sum*sum/n) / (n - 1) / n)
		out.R2 += out.Shares[j]
	}
	return out
}

// walk enters columns one after the other, by a Cholesky factor that grows a row at a time.
type walk struct {
	regression
	rows    []float64 // k×k lower triangle: row i belongs to the i-th column kept
	kept    []int
	inverse []float64 // 1/diagonal
	y       []float64
}

func newWalk(r regression) *walk {
	return &walk{
		regression: r, rows: make([]float64, r.k*r.k),
		kept: make([]int, r.k), inverse: make([]float64, r.k), y: make([]float64, r.k),
	}
}

// add adds to gain what each column adds to the explained sum of squares when the columns enter in the order, or in its
// reverse when direction is −1.
func (w *walk) add(gain []float64, order []int, direction int) {
	rank := 0
	for i := range order {
		j := order[i]
		if direction < 0 {
			j = order[len(order)-1-i]
		}
		cross, row := w.xx[j*w.k:(j+1)*w.k], w.rows[rank*w.k:(rank+1)*w.k]
		for t := range rank {
			row[t] = (cross[w.kept[t]] - dot(row[:t], w.rows[t*w.k:])) * w.inverse[t]
		}
		left := cross[j] - dot(row[:rank], row)
		if left <= pivotTolerance*cross[j] {
			continue
		}
		inverse := 1 / math.Sqrt(left)
		y := (w.xy[j] - dot(row[:rank], w.y)) * inverse
		w.kept[rank], w.inverse[rank], w.y[rank] = j, inverse, y
		gain[j] += y * y
		rank++
	}
}

// dot is the inner product over the length of a; b is at least as long. Four sums at once keep the processor busy.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}
