package insight

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestDriversJSON(t *testing.T) {
	p := survey()
	tab := crosstabOf(p)
	tab.Responses, tab.Unscored, tab.Mismatch = 230, 4, 2
	tab.Scored[9] += 12 // without a comment
	tab.Themes = append(tab.Themes, themeOf("support", feedback.Neutral, Counts{1, 2, 0}), themeOf("usability", feedback.Positive, Counts{3, 1, 0}))
	tab.SuggestionBase = scoresOf(Counts{30, 10, 10})
	tab.SuggestionThemes = []feedback.ThemeCounts{themeOf("features", feedback.Negative, Counts{8, 2, 1})}
	report := Drivers(tab, p, Options{})
	report.Rejected = 7
	got, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := readGolden(t, "testdata/drivers.json", got)
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Error(diff)
	}
}

func TestDriversOfTheContract(t *testing.T) {
	tab := feedback.Crosstab{
		Responses: 3012, Commented: 2950, Unscored: 12,
		Scored: scoresOf(Counts{1299, 751, 950}),
		Base:   scoresOf(Counts{1279, 736, 935}),
		Themes: []feedback.ThemeCounts{themeOf("service_staff", feedback.Negative, Counts{31, 70, 309})},
	}
	r := Drivers(tab, feedback.Patterns{}, Options{})
	d := r.Drivers[0]
	if r.Base.N != 2950 || r.Base.NPS.String() != "11.661017" || d.Share.String() != "0.138983" || d.Mentions != 410 || *d.Rank != 1 {
		t.Errorf("got %+v, %+v", r.Base, d)
	}
	if d.Importance != nil {
		t.Errorf("importance %v without patterns", *d.Importance)
	}
	sameRatio(t, "association_p", float64(d.AssociationP), 9.5560228e-87) // chisq.test(…, correct = FALSE)
}

// fiveDrivers has a driver of every status, ties and mentions that do not count.
func fiveDrivers() feedback.Crosstab {
	return feedback.Crosstab{
		Base: scoresOf(Counts{400, 300, 300}),
		Themes: []feedback.ThemeCounts{
			themeOf("zeal", feedback.Negative, Counts{0, 0, 9}),
			themeOf("alpha", feedback.Negative, Counts{4, 3, 3}),
			themeOf("beta", feedback.Negative, Counts{0, 10, 50}),
			themeOf("beta", feedback.Positive, Counts{0, 10, 50}),
			themeOf("aleph", feedback.Negative, Counts{0, 10, 50}),
			themeOf("beta", feedback.Neutral, Counts{100, 0, 0}),
			themeOf("alpha", feedback.Neutral, Counts{}),
			themeOf("gamma", feedback.Positive, Counts{200, 10, 10}),
			themeOf("delta", feedback.Positive, Counts{10, 6, 8}),
			themeOf("omega", feedback.Positive, Counts{}),
			themeOf("one", feedback.Positive, Counts{1, 0, 0}),
		},
	}
}

func TestRanking(t *testing.T) {
	r := Drivers(fiveDrivers(), feedback.Patterns{}, Options{})
	type place struct {
		Rank   int
		Status Status
		Key    string
	}
	var got []place
	for _, d := range r.Drivers {
		rank := 0
		if d.Rank != nil {
			rank = *d.Rank
		}
		got = append(got, place{rank, d.Status, d.Theme + ":" + string(d.Sentiment)})
		if (d.QValue == nil) != (d.Status == TooFew) || (d.Detail.Selected == nil) != (d.Rank == nil) {
			t.Errorf("%s: q %v, status %s, selected %v", d.Theme, d.QValue, d.Status, d.Detail.Selected)
		}
	}
	want := []place{
		{1, Ranked, "gamma:positive"},
		{2, Ranked, "aleph:negative"}, // the same impact three times: theme id, then positive first
		{3, Ranked, "beta:positive"},
		{4, Ranked, "beta:negative"},
		{0, NotSignificant, "delta:positive"},
		{0, NotSignificant, "alpha:negative"},
		{0, TooFew, "zeal:negative"},
		{0, TooFew, "one:positive"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Neutral{{Theme: "beta", Mentions: 100, Share: 0.1, Promoters: 100}}, r.Neutral); diff != "" {
		t.Error(diff)
	}
}

func TestQValuesAreOfTheFamily(t *testing.T) {
	for _, adjustment := range []Adjustment{BH, BY, Holm} {
		r := Drivers(fiveDrivers(), feedback.Patterns{}, Options{FDR: adjustment})
		var p, q []float64
		for _, d := range r.Drivers {
			if d.Mentions >= MinMentions {
				p = append(p, float64(d.PValue))
				q = append(q, float64(*d.QValue))
			}
		}
		nearAll(t, string(adjustment), q, adjustment.Adjust(p), 0)
		if r.Method.FDR != adjustment {
			t.Errorf("method says %s", r.Method.FDR)
		}
	}
	if got := Drivers(fiveDrivers(), feedback.Patterns{}, Options{FDR: "bonferroni"}).Method.FDR; got != BH {
		t.Errorf("an unknown adjustment is called %s", got)
	}
}

func TestTheLimitsAreInclusive(t *testing.T) {
	r := Ranking{Drivers: []Driver{{Mentions: MinMentions, PValue: MaxQ}, {Mentions: MinMentions - 1}}}
	if selected, family := r.test(BH); selected != 1 || family != 1 || r.Drivers[0].Status != Ranked || r.Drivers[1].Status != TooFew {
		t.Errorf("%d of %d: %+v", selected, family, r.Drivers)
	}
}

func TestDetailOfADriver(t *testing.T) {
	tab := feedback.Crosstab{
		Base: scoresOf(Counts{500, 300, 200}),
		Themes: []feedback.ThemeCounts{
			themeOf("price_value", feedback.Negative, Counts{6, 14, 40}),
			themeOf("features", feedback.Negative, Counts{10, 6, 4}),
		},
	}
	d := Drivers(tab, feedback.Patterns{}, Options{}).Drivers[0]
	near(t, "SE", d.Detail.Impact.SE, 0.876685, 1e-6)
	near(t, "theme NPS", d.Detail.ThemeNPS, -56.666667, 1e-6)
	near(t, "rest NPS", d.Detail.RestNPS, 35.531915, 1e-6)
	near(t, "per 100 mentions", d.Detail.PerHundred, -5.531915/0.6, 1e-6)
	near(t, "detractor rate", float64(d.Detail.DetractorRate.Low), 0.150452, 5e-7)
	near(t, "promoter rate", float64(d.Detail.PromoterRate.High), 0.025930, 5e-7)
	near(t, "difference", float64(d.Detail.RateDifference.High), 0.249200, 5e-7)
	// One of two is selected: level 1 − 0.05/2, whose normal point is qnorm(0.9875) = 2.241402728.
	near(t, "selected low", float64(d.Detail.Selected.Low), d.Detail.Impact.Value-2.241402728*d.Detail.Impact.SE, 1e-8)
	if d.Detail.ByLanguage != nil {
		t.Error("there is only one language")
	}
}

func TestImportanceInTheReport(t *testing.T) {
	p := survey()
	r := Drivers(crosstabOf(p), p, Options{RelativeWeights: true})
	total, weights := 0.0, 0.0
	for _, d := range r.Drivers {
		total += float64(*d.Importance)
		weights += float64(*d.RelativeWeight)
	}
	near(t, "importances", total, float64(r.Method.R2), 1e-12)
	near(t, "relative weights", weights, float64(r.Method.R2), 1e-12)
	near(t, "R²", float64(r.Method.R2), 0.3241707954, 1e-9)
	if diff := cmp.Diff([]string{"language"}, r.Method.Controls); diff != "" {
		t.Error(diff)
	}
	if r.Method.ImportanceError != nil || r.Method.RelativeWeights != "Johnson" {
		t.Errorf("method %+v", r.Method)
	}
	if r.Drivers[0].Detail.ByLanguage == nil {
		t.Error("two languages, and nothing over them")
	}
}

func TestTheModelHoldsTheFamily(t *testing.T) {
	p := survey()
	p.Keys = append(p.Keys, feedback.DriverKey{Theme: "rare", Sentiment: feedback.Negative})
	p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: []int{3}, Score: 0, N: 9})
	r := Drivers(crosstabOf(p), p, Options{})
	last := r.Drivers[len(r.Drivers)-1]
	if last.Theme != "rare" || last.Importance != nil || last.QValue != nil || last.Status != TooFew || last.PValue >= 1 {
		t.Errorf("nine mentions: %+v", last)
	}
	near(t, "R²", float64(r.Method.R2), Importance(p, p.Keys[:3]).R2, 1e-12)
}

func TestSampledImportanceHasAnError(t *testing.T) {
	p := randomPatterns(41, 30, 2, 800, 5)
	r := Drivers(crosstabOf(p), p, Options{})
	if r.Method.ImportanceError == nil || *r.Method.ImportanceError <= 0 || *r.Method.ImportanceError > 0.01 {
		t.Errorf("Monte-Carlo error %v", r.Method.ImportanceError)
	}
}

func TestStratifiedOption(t *testing.T) {
	p := survey()
	tab := crosstabOf(p)
	plain, stratified := Drivers(tab, p, Options{}), Drivers(tab, p, Options{Stratified: true})
	byKey := func(r DriverReport, key feedback.DriverKey) Driver {
		return r.Drivers[slices.IndexFunc(r.Drivers, func(d Driver) bool { return d.Key() == key })]
	}
	for i, key := range p.Keys {
		counted := tabulate(p, p.Keys)
		want := byKey(plain, key)
		got := byKey(stratified, key)
		if want.Detail.Impact.Exact {
			sameRatio(t, "within languages", float64(got.PValue), StratifiedPermutationP(counted.strata(i)))
		} else {
			sameRatio(t, "by Z", float64(got.PValue), float64(want.PValue))
		}
	}
	if plain.Method.Test == stratified.Method.Test {
		t.Error("the method does not say it")
	}
}

func TestSuggestionsHaveTheirOwnRanking(t *testing.T) {
	p := survey()
	tab := crosstabOf(p)
	if r := Drivers(tab, p, Options{}); r.Suggestions != nil {
		t.Errorf("suggestions without any: %+v", r.Suggestions)
	}
	tab.SuggestionBase, tab.SuggestionThemes = tab.Base, tab.Themes
	r := Drivers(tab, p, Options{SuggestionPatterns: p})
	if diff := cmp.Diff(r.Ranking, *r.Suggestions); diff != "" {
		t.Errorf("the same counts rank differently: %s", diff)
	}
	if r := Drivers(tab, p, Options{}); r.Suggestions.Drivers[0].Importance != nil {
		t.Error("an importance without patterns")
	}
}

// edges are crosstabs at which a formula divides by nothing.
func edges() map[string]feedback.Patterns {
	keys := []feedback.DriverKey{{Theme: "a", Sentiment: feedback.Positive}, {Theme: "a", Sentiment: feedback.Negative}, {Theme: "b", Sentiment: feedback.Negative}}
	make2 := func(patterns ...feedback.Pattern) feedback.Patterns {
		return feedback.Patterns{Keys: keys, Strata: []string{"en", "fi"}, Patterns: patterns}
	}
	return map[string]feedback.Patterns{
		"no responses":            {},
		"keys and no responses":   make2(),
		"all promoters":           make2(feedback.Pattern{Drivers: []int{0}, Score: 9, N: 40}, feedback.Pattern{Score: 10, N: 60}),
		"all passives":            make2(feedback.Pattern{Drivers: []int{0, 2}, Score: 7, N: 40}, feedback.Pattern{Score: 8, N: 60, Stratum: 1}),
		"one response":            make2(feedback.Pattern{Drivers: []int{0, 1, 2}, Score: 0, N: 1}),
		"one mention":             make2(feedback.Pattern{Drivers: []int{2}, Score: 0, N: 1}, feedback.Pattern{Score: 10, N: 200}),
		"theme in every response": make2(feedback.Pattern{Drivers: []int{0}, Score: 9, N: 40}, feedback.Pattern{Drivers: []int{0, 1}, Score: 2, N: 40}),
		"collinear":               make2(feedback.Pattern{Drivers: []int{0, 1}, Score: 9, N: 40}, feedback.Pattern{Drivers: []int{2}, Score: 2, N: 40}),
		"theme is the language":   make2(feedback.Pattern{Drivers: []int{0}, Score: 9, N: 40}, feedback.Pattern{Drivers: []int{2}, Score: 2, N: 40, Stratum: 1}),
		"no passives, apart":      make2(feedback.Pattern{Drivers: []int{2}, Score: 1, N: 50}, feedback.Pattern{Drivers: []int{0}, Score: 10, N: 50}),
		"no detractors":           make2(feedback.Pattern{Drivers: []int{0}, Score: 10, N: 50}, feedback.Pattern{Drivers: []int{2}, Score: 7, N: 50}),
		"huge":                    make2(feedback.Pattern{Drivers: []int{0}, Score: 10, N: 50_000_000}, feedback.Pattern{Drivers: []int{2}, Score: 0, N: 40_000_000}, feedback.Pattern{Score: 7, N: 1}),
	}
}

func TestNoFigureIsEverUndefined(t *testing.T) {
	for name, p := range edges() {
		tab := crosstabOf(p)
		tab.SuggestionBase, tab.SuggestionThemes = tab.Base, tab.Themes
		for _, opts := range []Options{{}, {RelativeWeights: true, Stratified: true, SuggestionPatterns: p}} {
			r := Drivers(tab, p, opts)
			finite(t, name, reflect.ValueOf(r))
			data, err := json.Marshal(r)
			if err != nil || bytes.Contains(data, []byte("NaN")) || bytes.Contains(data, []byte("-0,")) || bytes.Contains(data, []byte(`"drivers":null`)) {
				t.Errorf("%s: %s, %v", name, data, err)
			}
			for _, d := range r.Drivers {
				if d.PValue < 0 || d.PValue > 1 || d.AssociationP < 0 || d.AssociationP > 1 || d.NPSImpact.Low > d.NPSImpact.Value || d.NPSImpact.High < d.NPSImpact.Value {
					t.Errorf("%s: %+v", name, d)
				}
			}
		}
	}
}

// finite walks through every field, those that are not in the JSON as well.
func finite(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Float64:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 && math.Signbit(f) {
			t.Errorf("%s is %v", path, f)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			finite(t, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			finite(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			finite(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default: // whole numbers and words
	}
}

func TestTheOrderOfTheCountsDoesNotMatter(t *testing.T) {
	for _, drivers := range []int{8, 24} {
		p := randomPatterns(51, drivers, 4, 300, 4)
		want, err := json.Marshal(Drivers(crosstabOf(p), p, Options{RelativeWeights: true}))
		if err != nil {
			t.Fatal(err)
		}
		mixed := reordered(p)
		tab := crosstabOf(mixed)
		tab.Themes = shuffled(9, tab.Themes)
		got, err := json.Marshal(Drivers(tab, mixed, Options{RelativeWeights: true}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

// reordered gives the same survey with rows, keys and strata in another order.
func reordered(p feedback.Patterns) feedback.Patterns {
	out := feedback.Patterns{Keys: shuffled(1, p.Keys), Strata: shuffled(2, p.Strata)}
	for _, pattern := range shuffled(3, p.Patterns) {
		var drivers []int
		for _, d := range pattern.Drivers {
			drivers = append(drivers, slices.Index(out.Keys, p.Keys[d]))
		}
		slices.Sort(drivers)
		pattern.Drivers = drivers
		pattern.Stratum = slices.Index(out.Strata, p.Strata[pattern.Stratum])
		out.Patterns = append(out.Patterns, pattern)
	}
	return out
}

func BenchmarkDrivers(b *testing.B) {
	p := randomPatterns(61, 40, 12, 50_000, 5)
	tab := crosstabOf(p)
	b.ReportAllocs()
	for b.Loop() {
		Drivers(tab, p, Options{})
	}
}
