package insight

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// smallCell is the number of responses up to which the responses of a cell are drawn one by one: that is faster than
// drawing their number.
const smallCell = 16

// resampler draws as many responses as there are, with replacement, and counts how often each cell (a group of a profile)
// was drawn: the multinomial distribution. It costs about as much as there are cells, not responses.
type resampler struct {
	random *rand.PCG
	n      int
	large  []largeCell
	small  []int32   // the cell of every response that is in a small one
	drawn  []float64 // by cell, 3·profile + group
}

type largeCell struct {
	cell, n int
}

func newResampler(ps *profiles) *resampler {
	s := &resampler{random: rand.NewPCG(seed, 1), drawn: make([]float64, 3*len(ps.rows))}
	for i := range ps.rows {
		for g, w := range ps.rows[i].groups {
			s.n += w.N
			cell := 3*i + g
			if w.N > smallCell {
				s.large = append(s.large, largeCell{cell, w.N})
				continue
			}
			for range w.N {
				s.small = append(s.small, int32(cell))
			}
		}
	}
	return s
}

// draw makes a sample: how many of what is left fall into each large cell, and the rest one by one.
func (s *resampler) draw() {
	clear(s.drawn)
	left, of := s.n, s.n
	for i, c := range s.large {
		n := left
		if i < len(s.large)-1 || len(s.small) > 0 {
			n = s.binomial(left, float64(c.n)/float64(of))
		}
		s.drawn[c.cell] = float64(n)
		left -= n
		of -= c.n
	}
	for range left {
		s.drawn[s.small[s.below(len(s.small))]]++
	}
}

// uniform is in (0, 1].
func (s *resampler) uniform() float64 { return float64(s.random.Uint64()>>11+1) * 0x1p-53 }

// below is a whole number from 0 to n−1; the 64 bits behind it make its bias immaterial.
func (s *resampler) below(n int) int {
	high, _ := bits.Mul64(s.random.Uint64(), uint64(n))
	return int(high)
}

// binomial draws how many of n trials succeed with probability p each.
func (s *resampler) binomial(n int, p float64) int {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - s.binomial(n, 1-p)
	case float64(n)*p < 10:
		return s.invert(n, p)
	default:
		return s.reject(n, p)
	}
}

// invert walks along the distribution until the probability drawn is used up: for small expectations.
func (s *resampler) invert(n int, p float64) int {
	odds := p / (1 - p)
	probability := math.Exp(float64(n) * math.Log1p(-p))
	u, k := s.uniform(), 0
	for u > probability && k < n {
		u -= probability
		k++
		probability *= odds * float64(n-k+1) / float64(k)
	}
	return k
}

// reject is the transformed rejection of Hörmann (1993, algorithm BTRS): a ratio of uniforms whose hat fits the binomial so
// closely that most draws are accepted without its probabilities.
func (s *resampler) reject(n int, p float64) int {
	mean := float64(n) * p
	deviation := math.Sqrt(mean * (1 - p))
	b := 1.15 + 2.53*deviation
	a := -0.0873 + 0.0248*b + 0.01*p
	accept := 0.92 - 4.2/b
	for {
		u, v := s.uniform()-0.5, s.uniform()
		room := 0.5 - math.Abs(u)
		k := math.Floor((2*a/room+b)*u + mean + 0.5)
		if room >= 0.07 && v <= accept {
			return int(k)
		}
		if room <= 0 || k < 0 || k > float64(n) {
			continue
		}
		scale := (2.83 + 5.1/b) * deviation
		if v*scale/(a/(room*room)+b) <= relativeProbability(n, p, int(k)) {
			return int(k)
		}
	}
}

// relativeProbability is the probability of k successes over that of the most probable number: near that a product of
// ratios, which is faster than logarithms.
func relativeProbability(n int, p float64, k int) float64 {
	const near = 25
	mode, odds := int(float64(n+1)*p), p/(1-p)
	if distance(k, mode) > near {
		return math.Exp(logFactorial(mode) + logFactorial(n-mode) - logFactorial(k) - logFactorial(n-k) +
			float64(k-mode)*math.Log(odds))
	}
	above, below := 1.0, 1.0
	for i := mode + 1; i <= k; i++ {
		above *= odds * float64(n-i+1)
		below *= float64(i)
	}
	for i := k + 1; i <= mode; i++ {
		above *= float64(i)
		below *= odds * float64(n-i+1)
	}
	return above / below
}

func logFactorial(n int) float64 {
	value, _ := math.Lgamma(float64(n) + 1)
	return value
}
