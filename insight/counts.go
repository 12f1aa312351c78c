package insight

import (
	"math"

	"verbatim/feedback"
)

// Counts counts responses by group. None is negative.
type Counts struct {
	Promoters, Passives, Detractors int
}

// CountsOf sums the scores of each group.
func CountsOf(scores feedback.Scores) Counts {
	promoters, passives, detractors := scores.Groups()
	return Counts{Promoters: promoters, Passives: passives, Detractors: detractors}
}

// N returns the number of responses.
func (c Counts) N() int { return c.Promoters + c.Passives + c.Detractors }

// NPS returns promoters minus detractors per 100 responses, −100 to 100; 0 without responses.
func (c Counts) NPS() float64 { return 100 * c.mean() }

// balance is Σx.
func (c Counts) balance() int { return c.Promoters - c.Detractors }

// mean is m = Σx/n, 0 without responses.
func (c Counts) mean() float64 {
	if c.N() == 0 {
		return 0
	}
	return float64(c.balance()) / float64(c.N())
}

// variance is p + d − m², from whole numbers so that it is exactly 0 when x is constant; 0 without responses.
func (c Counts) variance() float64 {
	n, s := c.N(), c.balance()
	if n == 0 {
		return 0
	}
	return float64((c.Promoters+c.Detractors)*n-s*s) / float64(n) / float64(n)
}

// squaredError is the squared standard error of the mean, v/n; 0 without responses.
func (c Counts) squaredError() float64 { return c.variance() / float64(max(c.N(), 1)) }

// add counts n responses of the group; a response without a group is not counted.
func (c *Counts) add(group feedback.Group, n int) {
	switch group {
	case feedback.Promoter:
		c.Promoters += n
	case feedback.Passive:
		c.Passives += n
	case feedback.Detractor:
		c.Detractors += n
	}
}

// without returns the responses that are not among part. A part that is larger than the whole, which no index returns,
// leaves nothing rather than a negative count.
func (c Counts) without(part Counts) Counts {
	return Counts{
		Promoters:  max(0, c.Promoters-part.Promoters),
		Passives:   max(0, c.Passives-part.Passives),
		Detractors: max(0, c.Detractors-part.Detractors),
	}
}

// constant reports whether all responses are of one group (or there are none).
func (c Counts) constant() bool {
	return max(c.Promoters, c.Passives, c.Detractors) == c.N()
}

// Estimate is a figure with its standard error and 95 % interval, all in one unit.
type Estimate struct {
	Value, SE, Low, High float64
}

// estimate makes the interval value ± z·se in points from figures in units of x, within ±limit points.
func estimate(value, se, limit float64) Estimate {
	value, se = 100*value, 100*se
	return Estimate{
		Value: value, SE: se,
		Low:  math.Max(-limit, value-z95*se),
		High: math.Min(limit, value+z95*se),
	}
}
