package insight

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"verbatim/feedback"
)

const (
	// DefaultDraws is how many bootstrap samples are drawn unless asked otherwise.
	DefaultDraws = 1000
	// leastDraws are drawn however much they cost; mostDraws bounds what may be asked for.
	leastDraws, mostDraws = 100, 100_000
	// bootstrapWork bounds the draws by what they cost, roughly in nanoseconds.
	bootstrapWork = 5e8
	// exactInDraws is the largest number of drivers whose importance is exact in every draw. Above it, it comes from
	// pairsInDraws antithetic pairs of orders, the same in all draws.
	exactInDraws, pairsInDraws = 10, 6
	// topDrivers is how many drivers are at the top.
	topDrivers = 3
)

// BootstrapOptions vary [Bootstrap]; the zero value gives 1,000 draws of LMG importances.
type BootstrapOptions struct {
	// Draws is how many samples are asked for: [DefaultDraws] when 0 or less, at most 100,000.
	Draws int
	// RelativeWeights makes the importances Johnson's relative weights instead of LMG.
	RelativeWeights bool
	// Weighted makes all figures weighted; the weights must pass [CheckWeights].
	Weighted bool
}

// Bootstrapped are figures with the 95 % interval that resampling gives them, in the order of the drivers: the 2.5 % and
// 97.5 % points of the figure over the draws (percentile method), widened where the figure itself lies outside.
type Bootstrapped struct {
	// Draws is how many samples were drawn. It is less than asked for, but at least 100, when these would take over about a
	// second.
	Draws int
	// Orders is how many orders of the drivers an importance in a draw is the mean of; 0 when it is exact.
	Orders int
	// Importance is in R² units, Impact in NPS points.
	Importance, Impact []Interval
	// Top3 is the share of draws, 0–1, in which the driver was among the three with the largest impact in size; drivers of
	// equal impact come in the order of keys, and one without mentions in the draw is never among them.
	Top3 []float64
}

// Bootstrap draws responses with replacement, as many as there are, and computes importance and impact of the drivers in
// keys anew each time: what could have come out with other respondents of the same kind. Patterns hold how many
// responses are alike, so a draw is one of the multinomial distribution over them, from a fixed seed.
//
// Above ten drivers each draw averages only a few orders of entering (see [Importance]). They are the same in every
// draw, and what these few orders get wrong on the responses as they are is subtracted, so that the interval shows
// sampling and not the choice of orders. When weighted, a drawn response has the mean weight of its pattern.
func Bootstrap(patterns feedback.Patterns, keys []feedback.DriverKey, opts BootstrapOptions) Bootstrapped {
	ps := profilesOf(patterns, keys, opts.Weighted)
	model := ps.moments().regression()
	observed := func() []float64 {
		if opts.RelativeWeights {
			return model.relativeWeights()
		}
		return model.lmg().Shares
	}()
	return ps.bootstrap(observed, opts)
}

// bootstrap is Bootstrap when the importances of the responses as they are have been computed.
func (ps *profiles) bootstrap(observed []float64, opts BootstrapOptions) Bootstrapped {
	out := Bootstrapped{Importance: make([]Interval, ps.k), Impact: make([]Interval, ps.k), Top3: make([]float64, ps.k)}
	if ps.k == 0 || len(ps.rows) == 0 {
		return out
	}
	b := newBootstrap(ps, opts.RelativeWeights)
	out.Orders = 2 * len(b.orders)
	out.Draws = b.affordable(opts.Draws)
	m := ps.moments()
	impact := make([]float64, ps.k)
	m.impacts(impact)
	bias := make([]float64, ps.k)
	for j, fromFew := range b.importance(m) {
		bias[j] = fromFew - observed[j]
	}
	importances, impacts := b.draws(out.Draws, out.Top3)
	for j := range ps.k {
		for i := range importances[j] {
			importances[j][i] = math.Max(0, importances[j][i]-bias[j])
		}
		out.Importance[j] = percentiles(observed[j], importances[j])
		out.Impact[j] = percentiles(impact[j], impacts[j])
	}
	return out
}

// bootstrap holds what all draws share.
type bootstrap struct {
	ps       *profiles
	sampler  *resampler
	weight   []float64 // mean weight by cell
	model    regression
	walk     *walk
	orders   [][]int // every one is taken forwards and backwards
	relative bool
}

func newBootstrap(ps *profiles, relative bool) *bootstrap {
	b := &bootstrap{ps: ps, sampler: newResampler(ps), relative: relative}
	b.model = regression{k: ps.k, xx: make([]float64, ps.k*ps.k), xy: make([]float64, ps.k)}
	b.walk = newWalk(b.model)
	b.weight = make([]float64, 0, 3*len(ps.rows))
	for i := range ps.rows {
		for _, w := range ps.rows[i].groups {
			b.weight = append(b.weight, w.Sum/float64(max(1, w.N)))
		}
	}
	if ps.k <= exactInDraws || relative {
		return b
	}
	random := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // reproducible sampling is the point, nothing here is secret
	for range pairsInDraws {
		b.orders = append(b.orders, random.Perm(ps.k))
	}
	return b
}

// affordable bounds the number of draws by their work. The factors are nanoseconds, measured on one machine; they need
// not be right, since the bound only keeps the time from growing without end.
func (b *bootstrap) affordable(asked int) int {
	if asked <= 0 {
		asked = DefaultDraws
	}
	k := float64(b.ps.k)
	cost := 3*float64(len(b.sampler.small)) + 60*float64(len(b.sampler.large)) + float64(b.ps.strata)*k*k/2
	for i := range b.ps.rows {
		d := float64(len(b.ps.rows[i].drivers))
		cost += 10 + 4*d + d*d
	}
	switch {
	case b.relative:
		cost += 100 * k * k * k
	case len(b.orders) == 0:
		cost += math.Exp2(k) * (20 + k*k/2)
	default:
		cost += 2 * float64(len(b.orders)) * (k*k*k/6 + 10*k*k)
	}
	return min(asked, mostDraws, max(leastDraws, int(bootstrapWork/cost)))
}

// draws computes the figures of every sample, by driver, and counts who is at the top.
func (b *bootstrap) draws(n int, top []float64) (importances, impacts [][]float64) {
	k := b.ps.k
	importances, impacts = make([][]float64, k), make([][]float64, k)
	for j := range k {
		importances[j], impacts[j] = make([]float64, n), make([]float64, n)
	}
	m, impact, order := newMoments(k, b.ps.strata), make([]float64, k), make([]int, k)
	for i := range n {
		b.sample(m)
		m.impacts(impact)
		for j, share := range b.importance(m) {
			importances[j][i], impacts[j][i] = share, impact[j]
		}
		for _, j := range largest(impact, order) {
			if m.pairs[j*k+j] > 0 {
				top[j] += 1 / float64(n)
			}
		}
	}
	for j := range top {
		top[j] = math.Min(1, top[j])
	}
	return importances, impacts
}

// sample draws responses and sums them up.
func (b *bootstrap) sample(m *moments) {
	b.sampler.draw()
	m.clear()
	for i := range b.ps.rows {
		n, w := b.sampler.drawn[3*i:3*i+3], b.weight[3*i:3*i+3]
		if n[0]+n[1]+n[2] > 0 {
			m.add(&b.ps.rows[i], n[0]*w[0], n[1]*w[1], n[2]*w[2])
		}
	}
}

// importance divides R² among the drivers.
func (b *bootstrap) importance(m *moments) []float64 {
	m.regress(&b.model)
	if b.relative {
		return b.model.relativeWeights()
	}
	if len(b.orders) == 0 {
		return b.model.lmg().Shares
	}
	gain := make([]float64, b.ps.k)
	if b.model.total <= 0 {
		return gain
	}
	b.walk.regression = b.model
	for _, order := range b.orders {
		b.walk.add(gain, order, 1)
		b.walk.add(gain, order, -1)
	}
	for j := range gain {
		gain[j] /= 2 * float64(len(b.orders)) * b.model.total
	}
	return gain
}

// impacts gives every driver's impact in points (see [ThemeImpact]); 0 without mentions or when nothing is left without
// the driver.
func (m *moments) impacts(out []float64) {
	total, balance, _ := m.all()
	for j := range out {
		out[j] = 0
		with := m.pairs[j*m.k+j]
		if rest := total - with; with > 0 && rest > 1e-12*total {
			out[j] = 100 * (balance/total - (balance-m.balances[j])/rest)
		}
	}
}

// largest gives the places of the values that are largest in size, in no more memory than order has.
func largest(values []float64, order []int) []int {
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(math.Abs(values[a]), math.Abs(values[b])) })
	return order[:min(topDrivers, len(order))]
}

// percentiles gives a figure the 2.5 % and 97.5 % points of its draws as interval, interpolated between draws.
func percentiles(value float64, draws []float64) Interval {
	slices.Sort(draws)
	point := func(share float64) float64 {
		at := share * float64(len(draws)-1)
		below := int(at)
		above := min(below+1, len(draws)-1)
		return draws[below] + (at-float64(below))*(draws[above]-draws[below])
	}
	return interval(value, math.Min(value, point(0.025)), math.Max(value, point(0.975)))
}
