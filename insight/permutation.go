package insight

import "math"

// Stratum is a part of the base, such as the responses in one language, with those of them that have a theme.
type Stratum struct {
	Name        string
	Base, Theme Counts
}

// PermutationP is the two-sided p value of the gap between responses with and without a theme when which responses have
// it is left to chance: the probability, over all ways to choose as many responses from the base, that the gap is at
// least as far from its expectation 0 as the one observed. It is exact: the promoters, passives and detractors among the
// chosen follow the multivariate hypergeometric distribution, and distances are compared in whole numbers, so that ties
// count without any tolerance. It is 1 when the theme has all responses or none, or when x is constant. The work grows
// with the square of the smaller side, or with its size alone when a group is empty.
func PermutationP(base, theme Counts) float64 {
	theme, n, k := smallerSide(base, theme)
	if k == 0 || base.constant() {
		return 1
	}
	// The gap is linear in Σx of the chosen, whose expectation is k·Σx/n: compare n·Σx with k·Σx of the base.
	observed := distance(n*theme.balance(), k*base.balance())
	p := 0.0
	for s, probability := range balanceDistribution(base, k) {
		if distance(n*(s-k), k*base.balance()) >= observed {
			p += probability
		}
	}
	return math.Min(1, p)
}

// StratifiedPermutationP is [PermutationP] when chance chooses within each stratum as many responses as there have the
// theme; the distributions of the strata are convolved. It answers whether the theme matters within languages, whatever
// differs between them. Distances from the expectation are compared with a tolerance of 1e−9 of the observed one (at
// least 1e−9 responses), since the expectation is a sum of fractions.
func StratifiedPermutationP(strata []Stratum) float64 {
	distribution := []float64{1} // of Σx over the chosen, from −chosen to chosen
	chosen, observed, expected := 0, 0, 0.0
	useRest := restIsSmaller(strata)
	for _, s := range strata {
		theme := s.Theme
		if useRest {
			theme = s.Base.without(theme)
		}
		k := theme.N()
		if k == 0 {
			continue
		}
		distribution = convolve(distribution, balanceDistribution(s.Base, k))
		chosen += k
		observed += theme.balance()
		expected += float64(k) * s.Base.mean()
	}
	far := math.Abs(float64(observed) - expected)
	far -= 1e-9 * math.Max(1, far)
	p := 0.0
	for s, probability := range distribution {
		if math.Abs(float64(s-chosen)-expected) >= far {
			p += probability
		}
	}
	return math.Min(1, p)
}

// smallerSide returns the counts of the side with fewer responses, with or without the theme, since the gap is as
// extreme seen from either; n is the size of the base and k that of the side.
func smallerSide(base, theme Counts) (side Counts, n, k int) {
	if rest := base.without(theme); rest.N() < theme.N() {
		theme = rest
	}
	return theme, base.N(), theme.N()
}

func restIsSmaller(strata []Stratum) bool {
	with, without := 0, 0
	for _, s := range strata {
		with += s.Theme.N()
		without += s.Base.without(s.Theme).N()
	}
	return without < with
}

func distance(a, b int) int { return max(a-b, b-a) }

// balanceDistribution gives the distribution of Σx over k responses drawn from base without replacement, k ≤ n: entry
// s+k is the probability of Σx = s.
func balanceDistribution(base Counts, k int) []float64 {
	out := make([]float64, 2*k+1)
	promoters := logChoose(base.Promoters, k)
	passives := logChoose(base.Passives, k)
	detractors := logChoose(base.Detractors, k)
	all := logChoose(base.N(), k)
	for p := max(0, k-base.Passives-base.Detractors); p <= min(k, base.Promoters); p++ {
		for d := max(0, k-p-base.Passives); d <= min(k-p, base.Detractors); d++ {
			out[p-d+k] += math.Exp(promoters[p] + detractors[d] + passives[k-p-d] - all[k])
		}
	}
	return out
}

// logChoose gives the logarithms of n over 0 … n over min(k, n), each from the one before: for the small k needed here
// that is more precise than the log-gamma function.
func logChoose(n, k int) []float64 {
	k = min(k, n)
	out := make([]float64, k+1)
	for i := range k {
		out[i+1] = out[i] + math.Log(float64(n-i)/float64(i+1))
	}
	return out
}

// convolve gives the distribution of the sum of two independent variables.
func convolve(a, b []float64) []float64 {
	out := make([]float64, len(a)+len(b)-1)
	for i, p := range a {
		for j, q := range b {
			out[i+j] += p * q
		}
	}
	return out
}
