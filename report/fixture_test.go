package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/corpora"
	"verbatim/feedback"
	"verbatim/insight"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// keys are the drivers of the survey, ordered by theme, then polarity.
var keys = []feedback.DriverKey{
	{Theme: "delivery_logistics", Sentiment: feedback.Negative},
	{Theme: "food_drink", Sentiment: feedback.Negative},
	{Theme: "price_value", Sentiment: feedback.Positive},
	{Theme: "price_value", Sentiment: feedback.Negative},
	{Theme: "service_staff", Sentiment: feedback.Positive},
	{Theme: "support", Sentiment: feedback.Negative},
	{Theme: "usability", Sentiment: feedback.Positive},
}

// survey is a survey in two languages: late deliveries and support make detractors, the staff makes promoters, prices and
// ease of use go with both, and hardly anybody speaks of food.
func survey() feedback.Patterns {
	p := feedback.Patterns{Keys: slices.Clone(keys), Strata: []string{"en", "fi"}}
	for _, r := range []struct {
		score   feedback.Score
		en, fi  int
		drivers []int
	}{
		{0, 14, 5, []int{0}},
		{2, 9, 2, []int{0, 5}},
		{3, 6, 7, []int{5}},
		{5, 4, 1, []int{0, 3}},
		{6, 11, 9, nil},
		{6, 2, 0, []int{1}},
		{7, 12, 4, []int{3}},
		{8, 21, 13, []int{2, 6}},
		{8, 3, 1, []int{0}},
		{9, 18, 9, []int{4}},
		{9, 7, 5, []int{2, 4}},
		{10, 26, 8, []int{4, 6}},
		{10, 31, 12, nil},
		{10, 1, 1, []int{1, 3}},
	} {
		for stratum, n := range []int{r.en, r.fi} {
			if n > 0 {
				p.Patterns = append(p.Patterns, feedback.Pattern{Drivers: r.drivers, Score: r.score, Stratum: stratum, N: n, W: float64(n), W2: float64(n)})
			}
		}
	}
	return p
}

// crosstab counts the survey as an index does.
func crosstab(p feedback.Patterns) feedback.Crosstab {
	tab := feedback.Crosstab{Model: "2026.11", Taxonomy: "default@1", Languages: map[string]int{"en": 165, "fi": 77}}
	themes := make([]feedback.ThemeCounts, len(p.Keys))
	for i, key := range p.Keys {
		themes[i].Theme, themes[i].Sentiment = key.Theme, key.Sentiment
	}
	for _, pattern := range p.Patterns {
		tab.Base[pattern.Score] += pattern.N
		for _, d := range pattern.Drivers {
			themes[d].Scores[pattern.Score] += pattern.N
		}
	}
	tab.Themes = themes
	tab.Themes = append(tab.Themes, feedback.ThemeCounts{Theme: "price_value", Sentiment: feedback.Neutral, Scores: feedback.Scores{7: 3}})
	tab.Scored = tab.Base
	tab.Scored[10] += 8 // without a comment
	tab.Commented = tab.Base.Total() + 4
	tab.Unscored = 4
	tab.Mismatch = 2
	tab.Responses = tab.Scored.Total() + tab.Unscored
	tab.SuggestionBase = feedback.Scores{2: 9, 7: 6, 9: 12}
	tab.SuggestionThemes = []feedback.ThemeCounts{
		{Theme: "features", Sentiment: feedback.Negative, Scores: feedback.Scores{2: 3, 7: 4, 9: 5}},
		{Theme: "support", Sentiment: feedback.Negative, Scores: feedback.Scores{2: 4}},
	}
	return tab
}

// realistic is the report of the survey.
func realistic() *insight.DriverReport {
	p := survey()
	r := insight.Drivers(crosstab(p), p, insight.Options{})
	r.Rejected = 3
	return &r
}

// empty is the report of a file without rows.
func empty() *insight.DriverReport {
	r := insight.Drivers(feedback.Crosstab{}, feedback.Patterns{}, insight.Options{})
	return &r
}

// onlyTooFew is the report of a survey that is too small to rank anything.
func onlyTooFew() *insight.DriverReport {
	p := feedback.Patterns{
		Keys: []feedback.DriverKey{{Theme: "support", Sentiment: feedback.Negative}}, Strata: []string{"en"},
		Patterns: []feedback.Pattern{{Drivers: []int{0}, Score: 1, N: 1, W: 1, W2: 1}, {Score: 9, N: 1, W: 1, W2: 1}},
	}
	r := insight.Drivers(feedback.Crosstab{
		Responses: 2, Commented: 2, Scored: feedback.Scores{1: 1, 9: 1}, Base: feedback.Scores{1: 1, 9: 1},
		Themes: []feedback.ThemeCounts{{Theme: "support", Sentiment: feedback.Negative, Scores: feedback.Scores{1: 1}}}, Model: "2026.11", Taxonomy: "default@1",
	}, p, insight.Options{})
	return &r
}

// defaultTaxonomy is made once: it comes from the lexicons of all languages.
var defaultTaxonomy = sync.OnceValues(corpora.DefaultTaxonomy)

func taxonomy(t *testing.T) *feedback.Taxonomy {
	t.Helper()
	out, err := defaultTaxonomy()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// render writes a report that can be written.
func render(t *testing.T, format Format, r *insight.DriverReport, themes *feedback.Taxonomy) string {
	t.Helper()
	var out bytes.Buffer
	if err := Drivers(&out, format, &Document{Drivers: r, Taxonomy: themes}, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// ranked makes a report of ranked drivers with the impacts.
func ranked(impacts ...insight.Interval) *insight.DriverReport {
	r := realistic()
	drivers := make([]insight.Driver, len(impacts))
	for i, impact := range impacts {
		place := i + 1
		drivers[i] = r.Drivers[0]
		drivers[i].Rank, drivers[i].NPSImpact = &place, impact
	}
	r.Drivers = drivers
	return r
}

// golden compares with a file of testdata, byte for byte.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (go test ./report -update writes it anew): %s", path, diff)
	}
}
