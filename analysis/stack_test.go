package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The signs know the truth up to a factor of two, the n-grams are noise: the stack must find both out.
func TestStackFindsWhatEachModelIsWorth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var cases []stackCase
	for range 4000 {
		var c stackCase
		c.target = &[outputs]int8{}
		for o := range outputs {
			truth := random.NormFloat64() * 2
			c.signs[o], c.grams[o] = float32(truth/2), float32(random.NormFloat64())
			if o < outPositive || o > outNegative {
				c.target[o] = drawn(random, 1/(1+math.Exp(-truth)))
			}
		}
		p, q, _ := softmax3(2*c.signs[outPositive], 2*c.signs[outNeutral], 2*c.signs[outNegative])
		label := outNegative
		if x := random.Float64(); x < float64(p) {
			label = outPositive
		} else if x < float64(p+q) {
			label = outNeutral
		}
		c.target[label] = 1
		cases = append(cases, c)
	}
	s := fitStack(cases)
	for _, o := range []int{0, outPositive, outSuggestion, outQuestion} {
		if math.Abs(float64(s.signs[o])-2) > 0.25 || math.Abs(float64(s.grams[o])) > 0.15 || math.Abs(float64(s.bias[o]-s.bias[outputs-1])) > 0.3 {
			t.Errorf("output %d: signs × %.2f, n-grams × %.2f, bias %.2f; want 2, 0, 0", o, s.signs[o], s.grams[o], s.bias[o])
		}
	}
}

func drawn(random *rand.Rand, p float64) int8 {
	if random.Float64() < p {
		return 1
	}
	return 0
}
