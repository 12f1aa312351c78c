package insight

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
)

// MinMentions is the number of mentions from which a driver gets a q value, an importance and maybe a rank.
const MinMentions = 10

// MaxQ is the largest q value of a ranked driver.
const MaxQ = 0.05

// Options vary the report; the zero Options give the contract's.
type Options struct {
	// FDR is how p values become q values: [BH] when empty.
	FDR Adjustment
	// Stratified makes the exact p values (small drivers) condition on the language, when patterns know several.
	Stratified bool
	// RelativeWeights adds Johnson's relative weights beside the importances.
	RelativeWeights bool
	// Weighted makes the NPS, the base's NPS, shares, impacts (see [WeightedImpact]), importances and effects weighted, when
	// the patterns have weights other than 1 that pass [CheckWeights]; Method.Weights says whether. Numbers of responses,
	// odds ratios and rates never are.
	Weighted bool
	// ScoredWeights are the weights of all scored responses. Without them the NPS of these is weighted only when all of
	// them are in the base.
	ScoredWeights *WeightedCounts
	// Effects adds effects per mention (see [Effects]) and impacts per 100 mentions.
	Effects bool
	// Bootstrap is the number of draws behind the intervals of the importances (see [Bootstrap]); none when 0.
	Bootstrap int
	// PenaltyReward adds the penalty–reward contrast of the comments (see [PenaltyRewards]).
	PenaltyReward bool
	// By names what the strata of the patterns are: language when empty.
	By string
	// Taggers adds what the impacts would be without the tagger's errors (see [CorrectForTagger]), for the drivers in it.
	Taggers map[feedback.DriverKey]Tagger
	// SuggestionPatterns are the patterns of the suggestion text; without them its drivers have no importance.
	SuggestionPatterns feedback.Patterns
}

// Drivers ranks what makes promoters and detractors. A driver is a (theme, positive) or (theme, negative) of the crosstab
// with at least one mention. Ranked ones come first by the size of their impact, then the not significant, then those
// with too few mentions, both by the size of their impact as well; sizes that agree to six decimals are ordered by theme
// id, then positive before negative. Patterns must be those of the crosstab's base; without any there is no importance.
// The same counts give the same report, whatever the order of themes and patterns.
func Drivers(tab feedback.Crosstab, patterns feedback.Patterns, opts Options) DriverReport {
	ranking, strata := rank(tab.Base, tab.Themes, patterns, opts)
	if opts.Taggers != nil {
		ranking.correct(CountsOf(tab.Base), opts.Taggers)
	}
	nps := scoredNPS(&tab, patterns, &ranking, &opts)
	report := DriverReport{
		Responses: tab.Responses,
		Commented: tab.Commented,
		Unscored:  tab.Unscored,
		Mismatch:  tab.Mismatch,
		NPS:       nps,
		Ranking:   ranking,
		Method:    methodOf(tab, opts, &ranking.Model, strata),
	}
	report.Method.add(&ranking, &opts)
	if opts.PenaltyReward {
		report.PenaltyReward = PenaltyRewards(patterns, opts.FDR, ranking.isWeighted())
	}
	if tab.SuggestionBase.Total() > 0 {
		suggestions, _ := rank(tab.SuggestionBase, tab.SuggestionThemes, opts.SuggestionPatterns, opts)
		report.Suggestions = &suggestions
	}
	return report
}

func methodOf(tab feedback.Crosstab, opts Options, model *ImportanceResult, strata int) Method {
	m := Method{
		NPSInterval: "adjusted-wald",
		Impact:      "leave-theme-out",
		Interval:    0.95,
		Test:        "z, exact permutation under 30",
		FDR:         BH,
		Seed:        seed,
		Importance:  "LMG",
		R2:          number(model.R2),
		Model:       tab.Model,
		Taxonomy:    tab.Taxonomy,
	}
	if opts.FDR == BY || opts.FDR == Holm {
		m.FDR = opts.FDR
	}
	if !model.Exact && model.Permutations > 0 {
		largest := number(model.MaxError())
		m.ImportanceError = &largest
	}
	if opts.RelativeWeights {
		m.RelativeWeights = "Johnson"
	}
	if strata > 1 {
		m.Controls = []string{opts.strata()}
		if opts.Stratified {
			m.Test = "z, exact permutation within " + opts.strata() + " under 30"
		}
	}
	return m
}

// add says how the figures that were asked for were made.
func (m *Method) add(r *Ranking, opts *Options) {
	m.Weights = r.Weights
	if r.isWeighted() {
		n := number(r.EffectiveN)
		m.EffectiveN = &n
	}
	m.BootstrapDraws = r.Bootstrap.Draws
	if opts.Effects {
		m.Effects = "least squares within strata, HC3"
	}
	if opts.PenaltyReward {
		m.PenaltyReward = PenaltyRewardCaution
	}
}

// rank measures, tests and orders the drivers; strata is how many the patterns have.
func rank(scores feedback.Scores, themes []feedback.ThemeCounts, patterns feedback.Patterns, opts Options) (r Ranking, strata int) {
	base := CountsOf(scores)
	r = Ranking{
		Base:    Base{base.N(), base.Promoters, base.Passives, base.Detractors, number(base.NPS())},
		Drivers: []Driver{},
		Neutral: neutral(base, themes),
	}
	for _, t := range themes {
		polar := t.Sentiment == feedback.Positive || t.Sentiment == feedback.Negative
		if polar && t.Scores.Total() > 0 {
			r.Drivers = append(r.Drivers, measure(base, t))
		}
	}
	// Ordered by key first, so that neither the test nor the sampling depends on the order of the crosstab.
	slices.SortFunc(r.Drivers, func(a, b Driver) int { return compareKeys(a.Key(), b.Key()) })
	keys := make([]feedback.DriverKey, len(r.Drivers))
	for i := range r.Drivers {
		keys[i] = r.Drivers[i].Key()
	}
	if opts.Weighted && len(patterns.Patterns) > 0 {
		r.Weights = weightsOf(patterns)
	}
	if r.isWeighted() {
		r.reweigh(patterns, keys)
	}
	t := tabulate(patterns, keys)
	r.byLanguage(&t, opts)
	selected, family := r.test(opts.FDR)
	r.weigh(patterns, len(t.base), opts)
	if opts.Effects {
		for i := range r.Drivers {
			perHundred := number(r.Drivers[i].Detail.PerHundred)
			r.Drivers[i].PerHundred = &perHundred
		}
	}
	slices.SortStableFunc(r.Drivers, compareDrivers)
	for i := range selected {
		place, d := i+1, &r.Drivers[i]
		d.Rank = &place
		d.Detail.Selected = selectedInterval(&d.Detail.Impact, selected, family)
	}
	return r, len(t.base)
}

// measure computes what a driver's own counts tell.
func measure(base Counts, t feedback.ThemeCounts) Driver {
	theme := CountsOf(t.Scores)
	rest := base.without(theme)
	impact := ThemeImpact(base, theme)
	table := FourfoldOf(base, theme)
	odds := table.OddsRatio()
	return Driver{
		Theme: t.Theme, Sentiment: t.Sentiment,
		Mentions: theme.N(), Share: number(share(theme.N(), base.N())),
		Promoters: theme.Promoters, Passives: theme.Passives, Detractors: theme.Detractors,
		NPSImpact:    interval(impact.Value, impact.Low, impact.High),
		OddsRatio:    interval(odds.Value, odds.Low, odds.High),
		PValue:       PValue(impact.P),
		AssociationP: PValue(table.AssociationP()),
		Detail: Detail{
			Impact: impact, ThemeNPS: theme.NPS(), RestNPS: rest.NPS(),
			PerHundred:    100 * impact.Value / float64(theme.N()),
			DetractorRate: Wilson(theme.Detractors, theme.Detractors+rest.Detractors),
			PromoterRate:  Wilson(theme.Promoters, theme.Promoters+rest.Promoters),
			RateDifference: Newcombe(theme.Detractors, theme.Detractors+rest.Detractors,
				theme.Promoters, theme.Promoters+rest.Promoters),
		},
	}
}

// strata names the strata.
func (o *Options) strata() string { return cmp.Or(o.By, "language") }

// correct adds what the comments' drivers would be without the tagger's errors.
func (r *Ranking) correct(base Counts, taggers map[feedback.DriverKey]Tagger) {
	for i := range r.Drivers {
		d := &r.Drivers[i]
		corrected, err := CorrectForTagger(base, Counts{d.Promoters, d.Passives, d.Detractors}, taggers[d.Key()])
		if err != nil {
			d.NotCorrected = err.Error()
			continue
		}
		d.Corrected = &corrected
	}
}

// byLanguage adds what several strata tell: the association over them and, when asked for, the exact p within them.
func (r *Ranking) byLanguage(t *tabulation, opts Options) {
	if len(t.base) < 2 {
		return
	}
	for i := range r.Drivers {
		d, strata := &r.Drivers[i], t.strata(i)
		tables := make([]Fourfold, len(strata))
		for s, stratum := range strata {
			tables[s] = FourfoldOf(stratum.Base, stratum.Theme)
		}
		if combined, ok := MantelHaenszelOf(tables); ok {
			d.Detail.ByLanguage = &combined
			d.Stratified = stratified(opts.strata(), &combined, tables)
		}
		if opts.Stratified && d.Detail.Impact.Exact {
			d.Detail.Impact.P = StratifiedPermutationP(strata)
			d.PValue = PValue(d.Detail.Impact.P)
		}
	}
}

// test sets q values and statuses; it returns how many drivers were selected from a family of how many.
func (r *Ranking) test(adjustment Adjustment) (selected, family int) {
	var members []*Driver
	var p []float64
	for i := range r.Drivers {
		d := &r.Drivers[i]
		d.Status = TooFew
		if d.Mentions >= MinMentions {
			members = append(members, d)
			p = append(p, float64(d.PValue))
		}
	}
	for i, q := range adjustment.Adjust(p) {
		value := PValue(q)
		members[i].QValue = &value
		members[i].Status = NotSignificant
		if q <= MaxQ {
			members[i].Status = Ranked
			selected++
		}
	}
	return selected, len(members)
}

// weigh sets the importances of the family, and what else comes from its model, when there are patterns.
func (r *Ranking) weigh(patterns feedback.Patterns, strata int, opts Options) {
	if strata == 0 {
		return
	}
	var members []*Driver
	var keys []feedback.DriverKey
	for i := range r.Drivers {
		if d := &r.Drivers[i]; d.Status != TooFew {
			members = append(members, d)
			keys = append(keys, d.Key())
		}
	}
	t := tabulate(patterns, keys)
	model := t.regression()
	var ps profiles
	if r.isWeighted() || opts.Effects || opts.Bootstrap > 0 {
		ps = profilesOf(patterns, keys, r.isWeighted())
	}
	if r.isWeighted() {
		model = ps.moments().regression()
	}
	r.Model = model.lmg()
	for i, d := range members {
		importance := number(r.Model.Shares[i])
		d.Importance = &importance
		d.Detail.ImportanceError = r.Model.Errors[i]
	}
	if opts.RelativeWeights {
		for i, weight := range model.relativeWeights() {
			value := number(weight)
			members[i].RelativeWeight = &value
		}
	}
	if opts.Effects {
		setEffects(members, ps.fit().effects(keys))
	}
	if opts.Bootstrap > 0 {
		r.Bootstrap = ps.bootstrap(r.Model.Shares, BootstrapOptions{Draws: opts.Bootstrap})
		setBootstrap(members, &r.Bootstrap)
	}
}

// setEffects gives the drivers of the model their effects and all figures that go with these.
func setEffects(members []*Driver, effects []Effect) {
	for i, d := range members {
		d.Effect = effectInterval(&effects[i])
		d.Detail.Effect = &effects[i]
	}
}

// setBootstrap gives the drivers of the model what the draws tell.
func setBootstrap(members []*Driver, b *Bootstrapped) {
	for i, d := range members {
		top := number(b.Top3[i])
		d.ImportanceInterval, d.Top3 = &b.Importance[i], &top
		d.Detail.BootstrapImpact = &b.Impact[i]
	}
}

// selectedInterval widens the interval of a ranked driver to the level that the selection asks for.
func selectedInterval(i *Impact, selected, family int) *Interval {
	z := normalQuantile(FCRLevel(selected, family, MaxQ))
	wide := interval(i.Value, i.Value-z*i.SE, i.Value+z*i.SE)
	return &wide
}

// neutral counts the neutral mentions by theme.
func neutral(base Counts, themes []feedback.ThemeCounts) []Neutral {
	out := []Neutral{}
	for _, t := range themes {
		c := CountsOf(t.Scores)
		if t.Sentiment != feedback.Neutral || c.N() == 0 {
			continue
		}
		out = append(out, Neutral{
			Theme: t.Theme, Mentions: c.N(), Share: number(share(c.N(), base.N())),
			Promoters: c.Promoters, Passives: c.Passives, Detractors: c.Detractors,
		})
	}
	slices.SortFunc(out, func(a, b Neutral) int { return strings.Compare(a.Theme, b.Theme) })
	return out
}

// share is part/whole, 0 when the whole is nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// compareKeys orders by theme id, then positive before negative.
func compareKeys(a, b feedback.DriverKey) int {
	return cmp.Or(
		strings.Compare(a.Theme, b.Theme),
		cmp.Compare(slices.Index(feedback.Sentiments, a.Sentiment), slices.Index(feedback.Sentiments, b.Sentiment)),
	)
}

// compareDrivers puts ranked before not significant before too few, and larger impacts first; the drivers are in the
// order of their keys already, which a stable sort keeps for ties. Impacts are compared as they are shown: the same counts
// seen from the other side may differ in the last bit.
func compareDrivers(a, b Driver) int {
	return cmp.Or(
		cmp.Compare(order(a.Status), order(b.Status)),
		-cmp.Compare(shownSize(a.NPSImpact.Value), shownSize(b.NPSImpact.Value)),
	)
}

func order(s Status) int { return slices.Index([]Status{Ranked, NotSignificant, TooFew}, s) }

func shownSize(n Number) float64 { return math.Round(1e6 * math.Abs(float64(n))) }
