package insight

import (
	"fmt"
	"testing"

	"verbatim/feedback"
)

// referenceCases are the inputs, cases.json, which the scripts behind the fixtures read as well. Counts are promoters,
// passives, detractors; tables are detractors with and without the theme, then promoters.
type referenceCases struct {
	NPS []struct {
		Name   string
		Counts [3]int
	}
	Weighted []struct {
		Name string
		X    []int
		W    []float64
		// Theme is 1 for a response that has the theme.
		Theme []int
	}
	Change []struct {
		Name          string
		Before, After [3]int
		Pairs         [3][3]int
	}
	Impact []struct {
		Name        string
		Base, Theme [3]int
	}
	Stratified []struct {
		Name        string
		Base, Theme [][3]int
	}
	Association []struct {
		Name  string
		Table [4]int
	}
	Strata []struct {
		Name   string
		Tables [][4]int
	}
	Adjust []struct {
		Name string
		P    []float64
	}
	Columns []struct {
		Name string
		Rows [][]float64
	}
	Patterns []struct {
		Name     string
		Drivers  int
		Patterns []feedback.Pattern
	}
	WeightedPatterns []struct {
		Name     string
		Drivers  int
		Patterns []feedback.Pattern
		Weights  []float64 // of every response of a pattern
	} `json:"weighted_patterns"`
	Words []struct {
		Name                  string
		Prior                 float64
		Documents             [2]int // of promoters, of detractors
		Promoters, Detractors []int  // by word
	}
	Tagger []struct {
		Name                     string
		Base, Theme              [3]int
		Sensitivity, Specificity [2]int
	}
	Decomposition []struct {
		Name          string
		Before, After [3]int
		BeforeTheme   [3]int `json:"before_theme"`
		AfterTheme    [3]int `json:"after_theme"`
	}
}

// ourFigures computes every figure of every case.
func ourFigures(t *testing.T) figures {
	t.Helper()
	var cases referenceCases
	readReferenceFile(t, "cases.json", &cases)
	f := figures{}
	f.ofNPS(&cases)
	f.ofChange(&cases)
	f.ofImpact(&cases)
	f.ofAssociation(&cases)
	f.ofStrata(&cases)
	f.ofImportance(&cases)
	f.ofWords(&cases)
	f.ofTagger(t, &cases)
	f.ofDecomposition(&cases)
	for _, c := range cases.Adjust {
		for _, method := range []Adjustment{BH, BY, Holm} {
			f.set("multiplicity", c.Name, string(method), method.Adjust(c.P)...)
		}
	}
	return f
}

func countsFrom(c [3]int) Counts { return Counts{Promoters: c[0], Passives: c[1], Detractors: c[2]} }

func (f figures) ofNPS(cases *referenceCases) {
	for _, c := range cases.NPS {
		v := NPS(c.Counts[0], c.Counts[1], c.Counts[2])
		f.set("NPS", c.Name, "NPS", float64(v.Exact))
		f.set("NPS", c.Name, "plain SE", v.Plain.SE)
		f.set("NPS", c.Name, "plain interval", v.Plain.Low, v.Plain.High)
		f.set("NPS", c.Name, "adjusted mean and SE", v.Adjusted.Value, v.Adjusted.SE)
		f.set("NPS", c.Name, "adjusted interval", float64(v.Low), float64(v.High))
	}
	for _, c := range cases.Weighted {
		var p, with feedback.Patterns
		for i, x := range c.X {
			pattern := feedback.Pattern{Score: feedback.Score(7 + 3*x), N: 1, W: c.W[i], W2: c.W[i] * c.W[i]}
			p.Patterns = append(p.Patterns, pattern)
			if c.Theme[i] == 1 {
				with.Patterns = append(with.Patterns, pattern)
			}
		}
		v, impact := WeightedNPS(WeightedCountsOf(p)), WeightedImpact(WeightedCountsOf(p), WeightedCountsOf(with))
		f.set("weighted NPS", c.Name, "NPS", float64(v.Exact))
		f.set("weighted NPS", c.Name, "effective n", v.EffectiveN)
		f.set("weighted NPS", c.Name, "plain SE", v.Plain.SE)
		f.set("weighted impact", c.Name, "impact", impact.Value)
		f.set("weighted impact", c.Name, "SE", impact.SE)
	}
}

func (f figures) ofChange(cases *referenceCases) {
	for _, c := range cases.Change {
		got := PairedChange(countsFrom(c.Before), countsFrom(c.After), c.Pairs)
		f.set("change", c.Name, "plain SE", got.Plain.SE)
		for label, d := range map[string]Difference{"plain": got.Plain, "adjusted": got.Adjusted} {
			f.set("change", c.Name, label+" change, SE, Z", d.Value, d.SE, d.Z)
			f.set("change", c.Name, label+" interval", d.Low, d.High)
			f.set("change", c.Name, label+" p", d.P)
		}
		var sizes []float64
		for _, needed := range got.Needed {
			sizes = append(sizes, float64(needed.Responses))
		}
		f.set("change", c.Name, "wave size for 3, 5, 10 points", sizes...)
	}
}

func (f figures) ofImpact(cases *referenceCases) {
	for _, c := range cases.Impact {
		base, theme := countsFrom(c.Base), countsFrom(c.Theme)
		got := ThemeImpact(base, theme)
		f.set("impact", c.Name, "impact", got.Value)
		f.set("impact", c.Name, "SE", got.SE)
		f.set("impact", c.Name, "interval", got.Low, got.High)
		f.set("impact", c.Name, "gap, SE, Z", got.Gap, got.GapSE, got.Z)
		if !got.Exact {
			f.set("impact", c.Name, "p", got.P)
		}
		if _, _, side := smallerSide(base, theme); side <= 90 { // what the enumeration of the reference can do
			f.set("impact", c.Name, "exact p", PermutationP(base, theme))
		}
	}
	for _, c := range cases.Stratified {
		var strata []Stratum
		for i := range c.Base {
			strata = append(strata, Stratum{Base: countsFrom(c.Base[i]), Theme: countsFrom(c.Theme[i])})
		}
		f.set("impact", c.Name, "exact p within strata", StratifiedPermutationP(strata))
	}
}

func (f figures) ofAssociation(cases *referenceCases) {
	for _, c := range cases.Association {
		t := Fourfold{c.Table[0], c.Table[1], c.Table[2], c.Table[3]}
		detractors, promoters := t.DetractorsWith+t.DetractorsWithout, t.PromotersWith+t.PromotersWithout
		d, p := Wilson(t.DetractorsWith, detractors), Wilson(t.PromotersWith, promoters)
		between := Newcombe(t.DetractorsWith, detractors, t.PromotersWith, promoters)
		odds := t.OddsRatio()
		f.set("association", c.Name, "Wilson, detractors", float64(d.Low), float64(d.High))
		f.set("association", c.Name, "Wilson, promoters", float64(p.Low), float64(p.High))
		f.set("association", c.Name, "Newcombe", float64(between.Low), float64(between.High))
		f.set("association", c.Name, "odds ratio", odds.Value, odds.Low, odds.High)
		f.set("association", c.Name, "log SE", odds.LogSE)
		f.set("association", c.Name, "Fisher p", t.fisher())
		f.set("association", c.Name, "p", t.AssociationP())
	}
}

func (f figures) ofStrata(cases *referenceCases) {
	for _, c := range cases.Strata {
		var tables []Fourfold
		for _, t := range c.Tables {
			tables = append(tables, Fourfold{t[0], t[1], t[2], t[3]})
		}
		got, _ := MantelHaenszelOf(tables)
		f.set("Mantel-Haenszel", c.Name, "odds ratio", got.OddsRatio, got.Low, got.High)
		f.set("Mantel-Haenszel", c.Name, "corrected p", got.P)
		f.set("Mantel-Haenszel", c.Name, "uncorrected p", got.UncorrectedP)
		f.set("Mantel-Haenszel", c.Name, "Breslow-Day", got.Heterogeneity)
		f.set("Mantel-Haenszel", c.Name, "Breslow-Day p", got.HeterogeneityP)
	}
}

func (f figures) ofImportance(cases *referenceCases) {
	for _, c := range cases.Columns {
		model := regressionOf(crossProducts(c.Rows))
		lmg := model.lmg()
		f.set("importance", c.Name, "R2", lmg.R2)
		f.set("importance", c.Name, "LMG", lmg.Shares...)
		f.set("importance", c.Name, "Johnson", model.relativeWeights()...)
	}
	for _, c := range cases.Patterns {
		p := patternsFrom(c.Drivers, c.Patterns)
		lmg := Importance(p, p.Keys)
		f.set("importance", c.Name, "R2", lmg.R2)
		f.set("importance", c.Name, "LMG", lmg.Shares...)
		f.set("importance", c.Name, "Johnson", RelativeWeights(p, p.Keys)...)
		f.ofEffects(c.Name, p, false)
	}
	for _, c := range cases.WeightedPatterns {
		p := patternsFrom(c.Drivers, c.Patterns)
		for i, w := range c.Weights {
			pattern := &p.Patterns[i]
			pattern.W, pattern.W2 = w*float64(pattern.N), w*w*float64(pattern.N)
		}
		f.ofEffects(c.Name, p, true)
	}
}

func (f figures) ofEffects(name string, p feedback.Patterns, weighted bool) {
	var values, errors, ps []float64
	for _, e := range Effects(p, p.Keys, weighted) {
		values, errors, ps = append(values, e.Value), append(errors, e.SE), append(ps, e.P)
	}
	f.set("effect per mention", name, "effect", values...)
	f.set("effect per mention", name, "HC3 SE", errors...)
	f.set("effect per mention", name, "p", ps...)
	for i, r := range PenaltyRewards(p, BH, weighted) {
		if c := r.Contrast; c != nil {
			figure := fmt.Sprintf("contrast of theme %d", i+1)
			f.set("penalty and reward", name, figure, float64(c.Value), float64(c.Low), float64(c.High))
			f.set("penalty and reward", name, figure+", p", float64(c.P))
		}
	}
}

func (f figures) ofWords(cases *referenceCases) {
	for _, c := range cases.Words {
		var odds, zs, ps []float64
		for i := range c.Promoters {
			w := compareWord("", Counts{Promoters: c.Promoters[i], Detractors: c.Detractors[i]},
				Counts{Promoters: c.Documents[0], Detractors: c.Documents[1]}, c.Prior)
			odds, zs, ps = append(odds, float64(w.LogOdds.Value)), append(zs, float64(w.Z)), append(ps, float64(w.P))
		}
		f.set("distinctive words", c.Name, "log-odds", odds...)
		f.set("distinctive words", c.Name, "z", zs...)
		f.set("distinctive words", c.Name, "p", ps...)
	}
}

func (f figures) ofTagger(t *testing.T, cases *referenceCases) {
	t.Helper()
	for _, c := range cases.Tagger {
		tagger := Tagger{Audited{c.Sensitivity[0], c.Sensitivity[1]}, Audited{c.Specificity[0], c.Specificity[1]}}
		got, err := CorrectForTagger(countsFrom(c.Base), countsFrom(c.Theme), tagger)
		if err != nil {
			t.Fatal(err)
		}
		f.set("tagger error", c.Name, "prevalence, PPV, NPV", float64(got.Prevalence.Value), float64(got.PPV), float64(got.NPV))
		for name, i := range map[string]Interval{"prevalence": got.Prevalence, "gap": got.Gap, "impact": got.NPSImpact} {
			f.set("tagger error", c.Name, name+" interval", float64(i.Low), float64(i.High))
		}
		f.set("tagger error", c.Name, "gap", float64(got.Gap.Value))
		f.set("tagger error", c.Name, "impact", float64(got.NPSImpact.Value))
	}
}

func (f figures) ofDecomposition(cases *referenceCases) {
	for _, c := range cases.Decomposition {
		d := Decompose(countsFrom(c.Before), countsFrom(c.After), countsFrom(c.BeforeTheme), countsFrom(c.AfterTheme))
		f.set("decomposition", c.Name, "rest, volume, severity", d.Rest, d.Volume, d.Severity)
		f.set("decomposition", c.Name, "sum", d.Rest+d.Volume+d.Severity)
	}
}

// patternsFrom names the drivers and strata of patterns: praise and blame of a theme are neighbours.
func patternsFrom(drivers int, patterns []feedback.Pattern) feedback.Patterns {
	p := feedback.Patterns{Patterns: patterns}
	for d := range drivers {
		polarity := [2]feedback.Sentiment{feedback.Positive, feedback.Negative}[d%2]
		p.Keys = append(p.Keys, feedback.DriverKey{Theme: fmt.Sprintf("theme_%02d", d/2), Sentiment: polarity})
	}
	for i := range patterns {
		patterns[i].W, patterns[i].W2 = float64(patterns[i].N), float64(patterns[i].N)
		for s := len(p.Strata); s <= patterns[i].Stratum; s++ {
			p.Strata = append(p.Strata, fmt.Sprintf("l%02d", s))
		}
	}
	return p
}

// crossProducts of the centred columns of rows.
func crossProducts(rows [][]float64) [][]float64 {
	columns := len(rows[0])
	mean, out := make([]float64, columns), make([][]float64, columns)
	for _, row := range rows {
		for i, v := range row {
			mean[i] += v / float64(len(rows))
		}
	}
	for i := range out {
		out[i] = make([]float64, columns)
		for j := range out[i] {
			for _, row := range rows {
				out[i][j] += (row[i] - mean[i]) * (row[j] - mean[j])
			}
		}
	}
	return out
}
