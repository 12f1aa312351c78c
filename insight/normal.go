package insight

import "math"

const (
	z95 = 1.959963984540054  // 97.5 % point of the normal distribution: 95 % intervals
	z80 = 0.8416212335729143 // 80 % point: power
)

// normalP is the two-sided p value of a standard normal statistic.
func normalP(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// normalQuantile gives z such that a standard normal lies within ±z with probability level, 0 ≤ level < 1.
func normalQuantile(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }

// chiSquaredP is the probability that χ² with df ≥ 1 degrees of freedom is at least x. Degrees of freedom are whole here,
// so that the incomplete gamma function is a finite sum.
func chiSquaredP(x float64, df int) float64 {
	if x <= 0 {
		return 1
	}
	half := x / 2
	if df%2 == 0 {
		term, sum := 1.0, 1.0
		for i := 1; i < df/2; i++ {
			term *= half / float64(i)
			sum += term
		}
		return math.Exp(-half) * sum
	}
	term, sum := math.Sqrt(half)/math.Gamma(1.5), 0.0
	for i := 1; i <= (df-1)/2; i++ {
		sum += term
		term *= half / (float64(i) + 0.5)
	}
	return math.Erfc(math.Sqrt(half)) + math.Exp(-half)*sum
}
