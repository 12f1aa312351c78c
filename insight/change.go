package insight

import "math"

// Difference is a change in NPS points (after minus before, −200 to 200) with its interval, its Z statistic and the
// two-sided p value of no change.
type Difference struct {
	Estimate
	Z float64
	P float64
}

// WaveSize says how many responses each of two waves needs to detect a change of Points with 80 % power at the 5 % level.
type WaveSize struct {
	Points    float64
	Responses int
}

// Change compares two waves or segments. Adjusted is the one to report, Plain is for comparison with other tools.
// Needed holds the wave sizes for 3, 5 and 10 points at the variance of the two waves together; Detectable is the
// smallest change, in points, that waves of the present sizes detect with 80 % power. When a wave is empty nothing is
// known: change 0, interval ±200, p 1, Detectable 200 and no Needed.
type Change struct {
	Adjusted   Difference
	Plain      Difference
	Detectable float64
	Needed     []WaveSize
}

// ChangeBetween compares two waves of different respondents.
func ChangeBetween(before, after Counts) Change {
	return PairedChange(before, after, [3][3]int{})
}

// PairedChange compares two waves that share respondents. Pairs counts those who answered both, by their group before
// (row) and after (column), each in the order promoter, passive, detractor; their covariance lowers (or raises) the
// standard error. Before and after count all respondents, the shared ones among them.
func PairedChange(before, after Counts, pairs [3][3]int) Change {
	n1, n2 := float64(before.N()), float64(after.N())
	if n1 == 0 || n2 == 0 {
		none := Difference{Estimate: Estimate{Low: -200, High: 200}, P: 1}
		return Change{Adjusted: none, Plain: none, Detectable: 200}
	}
	shared := 2 * sumOfProducts(pairs)
	m1, s1 := adjusted(float64(before.Promoters), float64(before.Detractors), n1)
	m2, s2 := adjusted(float64(after.Promoters), float64(after.Detractors), n2)
	cautious := s1 + s2 - shared/(n1+3)/(n2+3)
	if cautious <= 0 {
		cautious = s1 + s2 // pairs that are not among the waves: as if there were none
	}
	plain := math.Max(0, before.squaredError()+after.squaredError()-shared/n1/n2)
	delta := after.mean() - before.mean()
	if plain == 0 && delta != 0 {
		plain = cautious // all answers of each wave agree: Wald's error of 0 would make Z infinite
	}
	all := Counts{before.Promoters + after.Promoters, before.Passives + after.Passives, before.Detractors + after.Detractors}
	change := Change{
		Adjusted:   difference(m2-m1, math.Sqrt(cautious)),
		Plain:      difference(delta, math.Sqrt(plain)),
		Detectable: math.Min(200, 100*(z95+z80)*math.Sqrt(cautious)),
	}
	for _, points := range []float64{3, 5, 10} {
		change.Needed = append(change.Needed, WaveSize{Points: points, Responses: NeededPerWave(all.variance(), points)})
	}
	return change
}

// sumOfProducts is Σ(x₁−x̄₁)(x₂−x̄₂) over respondents who answered twice.
func sumOfProducts(pairs [3][3]int) float64 {
	var n, s1, s2, s12 int
	for i, row := range pairs {
		for j, c := range row {
			n += c
			s1 += c * (1 - i)
			s2 += c * (1 - j)
			s12 += c * (1 - i) * (1 - j)
		}
	}
	if n == 0 {
		return 0
	}
	return float64(s12) - float64(s1)*float64(s2)/float64(n)
}

func difference(delta, se float64) Difference {
	d := Difference{Estimate: estimate(delta, se, 200), P: 1}
	if se > 0 {
		d.Z = delta / se
		d.P = normalP(d.Z)
	}
	return d
}

// NeededPerWave is the number of responses that each of two waves needs to detect a change of the given NPS points
// (not 0) with 80 % power at the 5 % level, when x has the variance (0–1; 0.61 is typical). A change of 0 points cannot be
// detected by any number: the answer is then 0.
func NeededPerWave(variance, points float64) int {
	if points == 0 {
		return 0
	}
	delta := points / 100
	return int(math.Ceil(2 * variance * (z95 + z80) * (z95 + z80) / (delta * delta)))
}
