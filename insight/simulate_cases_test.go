package insight

import (
	"fmt"
	"math"
	"math/rand/v2"

	"verbatim/feedback"
)

// chances are the shares of promoters and detractors in a population.
type chances struct{ promoters, detractors float64 }

func (c chances) mean() float64 { return c.promoters - c.detractors }

// sample draws n answers.
func (c chances) sample(random *rand.Rand, n int) (out Counts) {
	for range n {
		switch u := random.Float64(); {
		case u < c.promoters:
			out.Promoters++
		case u < c.promoters+c.detractors:
			out.Detractors++
		default:
			out.Passives++
		}
	}
	return out
}

// binomial draws how many of n happen.
func binomial(random *rand.Rand, n int, p float64) int {
	k := 0
	for range n {
		if random.Float64() < p {
			k++
		}
	}
	return k
}

// covers is 1 when the truth lies between the ends; a hair of rounding is forgiven.
func covers(low, high, truth float64) float64 {
	if low <= truth+1e-9 && truth-1e-9 <= high {
		return 1
	}
	return 0
}

// simulations are all cases of the document, in its order.
func simulations() []simulation {
	var all []simulation
	for _, population := range []chances{{0.5, 0.2}, {0.3, 0.3}, {0.7, 0.05}, {0.1, 0.6}} {
		for _, n := range []int{10, 50, 200, 1000} {
			all = append(all, npsCoverage(population, n))
		}
	}
	for _, n := range [][2]int{{50, 50}, {200, 200}, {1000, 1000}, {30, 300}} {
		all = append(all, changeCoverage(chances{0.5, 0.2}, chances{0.4, 0.3}, n))
	}
	for _, theme := range []chances{{0.1, 0.7}, {0.8, 0.05}} {
		for _, size := range []struct {
			n int
			f float64
		}{{50, 0.1}, {50, 0.4}, {200, 0.05}, {200, 0.1}, {200, 0.3}, {1000, 0.02}, {1000, 0.1}, {1000, 0.3}} {
			all = append(all, impactCoverage(theme, chances{0.55, 0.15}, size.n, size.f))
		}
	}
	for _, g := range []twoRates{{20, 30, 0.1, 0.1}, {50, 80, 0.1, 0.05}, {50, 80, 0.3, 0.3}, {200, 500, 0.2, 0.012}, {1000, 1500, 0.05, 0.02}} {
		all = append(all, oddsCoverage(g), newcombeCoverage(g))
	}
	for _, g := range []twoRates{{n1: 10, rate1: 0.1}, {n1: 50, rate1: 0.05}, {n1: 200, rate1: 0.02}, {n1: 200, rate1: 0.4}} {
		all = append(all, wilsonCoverage(g.n1, g.rate1))
	}
	for _, n := range []int{50, 200, 1000} {
		all = append(all, effectCoverage(n))
	}
	return append(all,
		falseDiscoveries(300, 0, 0), falseDiscoveries(1000, 0, 0), falseDiscoveries(300, 0, 0.8),
		falseDiscoveries(1000, 10, 0), falseDiscoveries(1000, 10, 0.8))
}

func npsCoverage(population chances, n int) simulation {
	truth := 100 * population.mean()
	s := simulation{
		Method: "NPS interval", Case: fmt.Sprintf("n = %d, promoters %g, detractors %g", n, population.promoters, population.detractors),
		AtLeast: 94, AtMost: 96, Contrast: true,
		Draw: func(random *rand.Rand) outcome {
			c := population.sample(random, n)
			v := NPS(c.Promoters, c.Passives, c.Detractors)
			return outcome{covers(float64(v.Low), float64(v.High), truth), covers(v.Plain.Low, v.Plain.High, truth)}
		},
	}
	if n < 200 {
		s.AtMost = 97
	}
	if n < 50 {
		s.AtLeast, s.AtMost = 93, 99
	}
	return s
}

func changeCoverage(before, after chances, n [2]int) simulation {
	truth := 100 * (after.mean() - before.mean())
	return simulation{
		Method: "change of the NPS", Case: fmt.Sprintf("%d and %d answers", n[0], n[1]), AtLeast: 94, AtMost: 97, Contrast: true,
		Draw: func(random *rand.Rand) outcome {
			c := ChangeBetween(before.sample(random, n[0]), after.sample(random, n[1]))
			return outcome{covers(c.Adjusted.Low, c.Adjusted.High, truth), covers(c.Plain.Low, c.Plain.High, truth)}
		},
	}
}

// impactCoverage draws which answers have the theme as well: its share is random, as in the formula.
func impactCoverage(theme, rest chances, n int, f float64) simulation {
	truth := 100 * f * (theme.mean() - rest.mean())
	expected := f * float64(n)
	s := simulation{
		Method: "impact", Case: fmt.Sprintf("n = %d, f = %g: %g mentions, theme NPS %+.0f", n, f, expected, 100*theme.mean()),
		AtLeast: 93, AtMost: 96,
		Draw: func(random *rand.Rand) outcome {
			k := binomial(random, n, f)
			with, base := theme.sample(random, k), rest.sample(random, n-k)
			base = Counts{base.Promoters + with.Promoters, base.Passives + with.Passives, base.Detractors + with.Detractors}
			i := ThemeImpact(base, with)
			return outcome{ours: covers(i.Low, i.High, truth)}
		},
	}
	if expected < approximateSide {
		s.AtLeast = 80 // "interval approximate" in the output
	}
	return s
}

// effectCoverage draws answers whose chances a complaint and a praise of one theme shift, by −50 and +30 points whether the
// other is there or not; those who complain praise less.
func effectCoverage(n int) simulation {
	keys := []feedback.DriverKey{{Theme: "theme", Sentiment: feedback.Positive}, {Theme: "theme", Sentiment: feedback.Negative}}
	chance := [4]chances{{0.5, 0.2}, {0.7, 0.1}, {0.3, 0.5}, {0.5, 0.4}} // neither, praise, complaint, both
	return simulation{
		Method: "effect per mention (HC3)", Case: fmt.Sprintf("n = %d, a fifth complains", n), AtLeast: 93, AtMost: 97,
		Draw: func(random *rand.Rand) outcome {
			p := feedback.Patterns{Keys: keys, Strata: []string{"en"}}
			var size [4]int
			for range n {
				cell, praise := 0, 0.3
				if random.Float64() < 0.2 {
					cell, praise = 2, 0.15
				}
				if random.Float64() < praise {
					cell++
				}
				size[cell]++
			}
			drivers := [4][]int{nil, {0}, {1}, {0, 1}}
			for cell, k := range size {
				c := chance[cell].sample(random, k)
				for i, n := range [3]int{c.Detractors, c.Passives, c.Promoters} {
					score := feedback.Score(4 + 3*i)
					p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: drivers[cell], Score: score, N: n, W: float64(n), W2: float64(n)})
				}
			}
			complaint := Effects(p, keys, false)[1]
			return outcome{ours: covers(complaint.Low, complaint.High, -50)}
		},
	}
}

// twoRates are the chances of a theme among detractors and among promoters.
type twoRates struct {
	n1, n2       int
	rate1, rate2 float64
}

func (g twoRates) String() string {
	return fmt.Sprintf("%g of %d against %g of %d", g.rate1, g.n1, g.rate2, g.n2)
}

func oddsCoverage(g twoRates) simulation {
	truth := math.Log(g.rate1) - math.Log1p(-g.rate1) - math.Log(g.rate2) + math.Log1p(-g.rate2)
	return simulation{
		Method: "odds ratio", Case: g.String(), AtLeast: 94, AtMost: 100,
		Draw: func(random *rand.Rand) outcome {
			a, c := binomial(random, g.n1, g.rate1), binomial(random, g.n2, g.rate2)
			o := Fourfold{a, g.n1 - a, c, g.n2 - c}.OddsRatio()
			return outcome{ours: covers(math.Log(o.Low), math.Log(o.High), truth)}
		},
	}
}

func newcombeCoverage(g twoRates) simulation {
	truth := g.rate1 - g.rate2
	return simulation{
		Method: "difference of rates (Newcombe)", Case: g.String(), AtLeast: 93.5, AtMost: 99, Contrast: true,
		Draw: func(random *rand.Rand) outcome {
			a, c := binomial(random, g.n1, g.rate1), binomial(random, g.n2, g.rate2)
			i := Newcombe(a, g.n1, c, g.n2)
			p1, p2 := share(a, g.n1), share(c, g.n2)
			half := z95 * math.Sqrt(p1*(1-p1)/float64(g.n1)+p2*(1-p2)/float64(g.n2))
			return outcome{covers(float64(i.Low), float64(i.High), truth), covers(p1-p2-half, p1-p2+half, truth)}
		},
	}
}

func wilsonCoverage(n int, rate float64) simulation {
	return simulation{
		Method: "rate (Wilson)", Case: fmt.Sprintf("%g of %d", rate, n), AtLeast: 92, AtMost: 99, Contrast: true,
		Draw: func(random *rand.Rand) outcome {
			k := binomial(random, n, rate)
			i, p := Wilson(k, n), share(k, n)
			half := z95 * math.Sqrt(p*(1-p)/float64(n))
			return outcome{covers(float64(i.Low), float64(i.High), rate), covers(p-half, p+half, rate)}
		},
	}
}

// falseDiscoveries ranks 40 drivers, of which the first go with low scores (genuine says how many), and counts which share of the ranked
// ones does not; plain ranks by p ≤ .05 without correction. Together (0–1) is how much naming one theme goes with naming
// others.
func falseDiscoveries(n, genuine int, together float64) simulation {
	const drivers = 40
	name := fmt.Sprintf("%d drivers, %d real, n = %d", drivers, genuine, n)
	if together > 0 {
		name += ", named together"
	}
	most := 5.0
	if genuine == 0 {
		most = 10 // Z is not normal enough far out where mentions are few: the document says so
	}
	return simulation{
		Method: "false discoveries", Case: name, AtMost: most, Contrast: true,
		Draw: func(random *rand.Rand) outcome {
			report := Drivers(madeUp(random, n, drivers, genuine, together), feedback.Patterns{}, Options{})
			var ranked, wrong, plain, plainWrong int
			for i := range report.Drivers {
				d := &report.Drivers[i]
				none := d.Theme[0] == 'n'
				if d.Status == Ranked {
					ranked++
					wrong += count(none)
				}
				if d.Status != TooFew && d.PValue <= 0.05 {
					plain++
					plainWrong += count(none)
				}
			}
			return outcome{share(wrong, ranked), share(plainWrong, plain)}
		},
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// madeUp is a survey with themes real_00 … and null_00 …, which 3 to 20 in a hundred answers name.
func madeUp(random *rand.Rand, n, drivers, genuine int, together float64) feedback.Crosstab {
	var tab feedback.Crosstab
	themes := make([]feedback.ThemeCounts, drivers)
	for d := range themes {
		name := fmt.Sprintf("null_%02d", d)
		if d < genuine {
			name = fmt.Sprintf("real_%02d", d)
		}
		themes[d] = feedback.ThemeCounts{Theme: name, Sentiment: feedback.Negative}
	}
	for range n {
		score, chance := 10, random.Float64()
		if chance < 0.25 {
			score = 3
		} else if chance < 0.5 {
			score = 7
		}
		talks := 1 - together + 2*together*random.Float64()
		tab.Base[score]++
		for d := range themes {
			rate := talks * (0.03 + 0.17*float64(d%10)/9)
			if d < genuine && score == 3 {
				rate *= 2
			}
			if random.Float64() < rate {
				themes[d].Scores[score]++
			}
		}
	}
	tab.Scored, tab.Themes = tab.Base, themes
	return tab
}
