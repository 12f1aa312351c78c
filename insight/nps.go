package insight

import (
	"math"

	"verbatim/feedback"
)

// NPSValue is a Net Promoter Score. Value is rounded to a whole number, half away from zero; Exact is not. Low and High
// are the adjusted-Wald 95 % interval, which is centred a little nearer to 0 than Exact. Without responses nothing is
// known: Value and Exact are 0 and the interval is −100 to 100.
type NPSValue struct {
	Value      int    `json:"value"`
	Exact      Number `json:"exact"`
	Low        Number `json:"low"`
	High       Number `json:"high"`
	Promoters  int    `json:"promoters"`
	Passives   int    `json:"passives"`
	Detractors int    `json:"detractors"`
	// Adjusted and Plain (Wald) are the two estimates behind it, in points; Plain is for comparison with other tools and
	// useless when all answers agree (SE 0).
	Adjusted Estimate `json:"-"`
	Plain    Estimate `json:"-"`
	// EffectiveN is the number of responses, or (Σw)²/Σw² when they are weighted.
	EffectiveN float64 `json:"-"`
}

// NPS computes the score from the number of promoters, passives and detractors, with the adjusted-Wald interval (three
// quarters of a response more in each outer group, three more in all: Rocks 2016, The American Statistician).
func NPS(promoters, passives, detractors int) NPSValue {
	c := Counts{Promoters: promoters, Passives: passives, Detractors: detractors}
	v := npsOf(c, c.mean(), float64(promoters), float64(detractors), float64(c.N()))
	v.Value = roundedNPS(c)
	return v
}

// npsOf makes the estimates from (effective) numbers of promoters, detractors and responses.
func npsOf(c Counts, mean, p, d, n float64) NPSValue {
	v := NPSValue{Promoters: c.Promoters, Passives: c.Passives, Detractors: c.Detractors, EffectiveN: n}
	if n == 0 {
		v.Low, v.High = -100, 100
		v.Adjusted = Estimate{Low: -100, High: 100}
		v.Plain = v.Adjusted
		return v
	}
	v.Value = int(math.Round(100 * mean))
	v.Exact = number(100 * mean)
	v.Plain = estimate(mean, math.Sqrt(math.Max(0, (p+d)/n-mean*mean)/n), 100)
	centre, squared := adjusted(p, d, n)
	v.Adjusted = estimate(centre, math.Sqrt(squared), 100)
	v.Low, v.High = number(v.Adjusted.Low), number(v.Adjusted.High)
	return v
}

// adjusted returns m′ and SE′² of the adjusted-Wald method.
func adjusted(p, d, n float64) (mean, squaredError float64) {
	n += 3
	p, d = (p+0.75)/n, (d+0.75)/n
	mean = p - d
	return mean, (p + d - mean*mean) / n
}

// roundedNPS rounds in whole numbers, since 100·m as a float may lie on the wrong side of a half.
func roundedNPS(c Counts) int {
	n, s := c.N(), c.balance()
	if n == 0 {
		return 0
	}
	if s < 0 {
		return -((200*-s + n) / (2 * n))
	}
	return (200*s + n) / (2 * n)
}

// Weight sums up the weighted responses of one group: how many, Σw and Σw². Weights are not negative.
type Weight struct {
	N       int
	Sum     float64
	Squares float64
}

// WeightedCounts are weighted responses by group.
type WeightedCounts struct {
	Promoters, Passives, Detractors Weight
}

// WeightedCountsOf sums the weights of the patterns by group.
func WeightedCountsOf(patterns feedback.Patterns) WeightedCounts {
	var w WeightedCounts
	for _, p := range patterns.Patterns {
		var to *Weight
		switch p.Score.Group() {
		case feedback.Promoter:
			to = &w.Promoters
		case feedback.Passive:
			to = &w.Passives
		case feedback.Detractor:
			to = &w.Detractors
		default:
			continue
		}
		to.N += p.N
		to.Sum += p.W
		to.Squares += p.W2
	}
	return w
}

// WeightedNPS computes Σwx/Σw with the same intervals at the effective number of responses (Σw)²/Σw². When the weights
// sum to nothing it answers as [NPS] does without responses.
func WeightedNPS(w WeightedCounts) NPSValue {
	c := Counts{Promoters: w.Promoters.N, Passives: w.Passives.N, Detractors: w.Detractors.N}
	sum := w.Promoters.Sum + w.Passives.Sum + w.Detractors.Sum
	squares := w.Promoters.Squares + w.Passives.Squares + w.Detractors.Squares
	if sum <= 0 || squares <= 0 {
		return npsOf(c, 0, 0, 0, 0)
	}
	n := sum * sum / squares
	p, d := w.Promoters.Sum/sum, w.Detractors.Sum/sum
	return npsOf(c, p-d, p*n, d*n, n)
}
