package index

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// What the index should say, worked out from responses one by one, in the plainest way.

// holds reports whether a filter, its text query apart, chooses a response.
func holds(f *feedback.Filter, a *feedback.Analysed) bool {
	language, sentiment := "", feedback.Sentiment("")
	an := &feedback.Analysis{}
	if a.Analysis != nil {
		an = a.Analysis
		language = an.Language.Code
		if an.Sentiment != nil {
			sentiment = an.Sentiment.Label
		}
	}
	for i := range f.Where {
		value, present := a.Attribute(f.Where[i].Attribute)
		if !f.Where[i].Holds(value, present) {
			return false
		}
	}
	timed := !a.SubmittedAt.IsZero()
	hasKind := slices.ContainsFunc(f.Kinds, an.HasKind)
	hasTheme := slices.ContainsFunc(f.Themes, func(c feedback.ThemeCondition) bool { return an.Has(c.Theme, c.Sentiment) })
	return (len(f.Surveys) == 0 || slices.Contains(f.Surveys, a.Survey)) &&
		(f.From.IsZero() || timed && !a.SubmittedAt.Before(f.From)) &&
		(f.Until.IsZero() || timed && a.SubmittedAt.Before(f.Until)) &&
		(len(f.Languages) == 0 || slices.Contains(f.Languages, language)) &&
		(len(f.Themes) == 0 || hasTheme) &&
		(len(f.Sentiments) == 0 || slices.Contains(f.Sentiments, sentiment)) &&
		(len(f.Kinds) == 0 || hasKind) &&
		(len(f.Groups) == 0 || slices.Contains(f.Groups, a.Score.Group())) &&
		(f.Mismatch == nil || a.Analysis.Mismatch(a.Score) == *f.Mismatch)
}

func inBase(a *feedback.Analysed) bool {
	return a.Score.Scored() && a.Commented() && a.Analysis != nil && a.Analysis.Language.Tagged()
}

// topLevel lists the distinct top-level themes with their polarity.
func topLevel(a *feedback.Analysis) map[feedback.DriverKey]bool {
	out := map[feedback.DriverKey]bool{}
	for _, t := range a.Themes {
		out[feedback.DriverKey{Theme: feedback.ParentTheme(t.Theme), Sentiment: t.Sentiment}] = true
	}
	return out
}

func referenceCrosstab(all []*feedback.Analysed) feedback.Crosstab {
	out := feedback.Crosstab{Languages: map[string]int{}}
	comments, suggestions := map[feedback.DriverKey]*feedback.Scores{}, map[feedback.DriverKey]*feedback.Scores{}
	models, taxonomies := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		if at := a.SubmittedAt; !at.IsZero() {
			if out.Dates.First.IsZero() || at.Before(out.Dates.First) {
				out.Dates.First = at
			}
			if out.Dates.Last.IsZero() || at.After(out.Dates.Last) {
				out.Dates.Last = at
			}
		}
		if a.Analysis != nil {
			out.Languages[a.Analysis.Language.Code]++
			models[a.Analysis.Model], taxonomies[a.Analysis.Taxonomy] = true, true
		} else {
			out.Languages[""]++
		}
		if !a.Score.Scored() {
			out.Unscored++
			continue
		}
		out.Responses++
		if a.Commented() {
			out.Commented++
		}
		out.Scored[a.Score]++
		if a.Analysis.Mismatch(a.Score) {
			out.Mismatch++
		}
		if inBase(a) {
			out.Base[a.Score]++
			tally(comments, a.Analysis, a.Score)
		}
		if s := a.SuggestionAnalysis; s != nil && s.Language.Tagged() {
			out.SuggestionBase[a.Score]++
			tally(suggestions, s, a.Score)
		}
	}
	out.Themes, out.SuggestionThemes = listed(comments), listed(suggestions)
	out.Model = strings.Join(slices.Sorted(maps.Keys(models)), ",")
	out.Taxonomy = strings.Join(slices.Sorted(maps.Keys(taxonomies)), ",")
	return out
}

func tally(counts map[feedback.DriverKey]*feedback.Scores, a *feedback.Analysis, score feedback.Score) {
	for key := range topLevel(a) {
		if counts[key] == nil {
			counts[key] = &feedback.Scores{}
		}
		counts[key][score]++
	}
}

func listed(counts map[feedback.DriverKey]*feedback.Scores) []feedback.ThemeCounts {
	var list []feedback.ThemeCounts
	for _, theme := range slices.Sorted(maps.Keys(themesOf(counts))) {
		for _, s := range []feedback.Sentiment{feedback.Positive, feedback.Neutral, feedback.Negative} {
			if scores := counts[feedback.DriverKey{Theme: theme, Sentiment: s}]; scores != nil {
				list = append(list, feedback.ThemeCounts{Theme: theme, Sentiment: s, Scores: *scores})
			}
		}
	}
	return list
}

func themesOf[V any](counts map[feedback.DriverKey]V) map[string]bool {
	themes := map[string]bool{}
	for key := range counts {
		themes[key.Theme] = true
	}
	return themes
}

// flat is a pattern with names instead of numbers.
type flat struct {
	Drivers, Stratum string
	Score            feedback.Score
	N                int
	W, W2            float64
}

// languageOf is the stratum of [Index.Patterns].
func languageOf(a *feedback.Analysed) string { return a.Analysis.Language.Code }

func referencePatterns(all []*feedback.Analysed, stratum func(*feedback.Analysed) string) []flat {
	sums := map[string]*flat{}
	for _, a := range all {
		if !inBase(a) {
			continue
		}
		var names []string
		for key := range topLevel(a.Analysis) {
			if key.Sentiment != feedback.Neutral {
				names = append(names, key.Theme+":"+string(key.Sentiment))
			}
		}
		slices.Sort(names)
		f := flat{Drivers: strings.Join(names, " "), Stratum: stratum(a), Score: a.Score}
		key := fmt.Sprint(f)
		if sums[key] == nil {
			sums[key] = &f
		}
		w := a.Weight
		if w == 0 {
			w = 1
		}
		sums[key].N++
		sums[key].W += w
		sums[key].W2 += w * w
	}
	var list []flat
	for _, f := range sums {
		list = append(list, *f)
	}
	return list
}

func flatten(p feedback.Patterns) []flat {
	var list []flat
	for _, pattern := range p.Patterns {
		var names []string
		for _, d := range pattern.Drivers {
			names = append(names, p.Keys[d].Theme+":"+string(p.Keys[d].Sentiment))
		}
		slices.Sort(names)
		list = append(list, flat{
			Drivers: strings.Join(names, " "), Stratum: p.Strata[pattern.Stratum],
			Score: pattern.Score, N: pattern.N, W: pattern.W, W2: pattern.W2,
		})
	}
	return list
}

// randomFilter makes a filter with some of its fields set.
func randomFilter(r *rand.Rand) feedback.Filter {
	var f feedback.Filter
	some := func() bool { return r.IntN(6) == 0 }
	if some() {
		f.Surveys = []string{"survey0", "survey9"}
	}
	if some() {
		f.From = time.Date(2026, 1, 1+r.IntN(40), r.IntN(24), 0, 0, 0, time.UTC)
	}
	if some() {
		f.Until = time.Date(2026, 2, 12+r.IntN(20), r.IntN(24), 0, 0, 0, time.UTC)
	}
	if some() {
		f.Languages = []string{pick(r, "en", "fi", "zh", "xx", "und", "")}
	}
	if some() {
		f.Themes = append(f.Themes, feedback.ThemeCondition{Theme: pick(r, "support", "support/hours", "usability", "never")})
		f.Themes = append(f.Themes, feedback.ThemeCondition{Theme: "delivery_logistics", Sentiment: feedback.Sentiments[r.IntN(3)]})
	}
	if some() {
		f.Sentiments = []feedback.Sentiment{feedback.Sentiments[r.IntN(4)], feedback.Mixed}
	}
	if some() {
		f.Kinds = []feedback.Kind{feedback.Kinds[r.IntN(5)], feedback.Other}
	}
	if some() {
		f.Groups = []feedback.Group{feedback.Groups[r.IntN(3)]}
	}
	if some() {
		f.Mismatch = new(r.IntN(2) == 0)
	}
	for range r.IntN(3) {
		f.Where = append(f.Where, randomCondition(r))
	}
	return f
}

func randomCondition(r *rand.Rand) feedback.Condition {
	switch r.IntN(5) {
	case 0:
		op := []feedback.Op{feedback.Less, feedback.LessOrEqual, feedback.Greater, feedback.GreaterOrEqual}[r.IntN(4)]
		return feedback.Condition{Attribute: "age", Op: op, Values: []string{"40"}}
	case 1:
		return feedback.Condition{Attribute: "touchpoint", Op: feedback.NotEqual, Values: []string{"web"}}
	case 2:
		return feedback.Condition{Attribute: "survey", Op: feedback.Equal, Values: []string{"survey1", "survey2"}}
	case 3:
		return feedback.Condition{Attribute: "plan", Op: feedback.NotEqual, Values: []string{"EU", "US"}}
	default:
		return feedback.Condition{Attribute: "region", Op: feedback.Equal, Values: []string{pick(r, "EU", "US", "", "Mars")}}
	}
}
