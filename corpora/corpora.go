// Package corpora holds what the team writes by hand: labelled comments, lexicons, the default taxonomy with its names
// in every supported language, and the demo survey. README.md beside it describes the formats.
package corpora

import (
	"embed"
	"fmt"
	"path"
	"sort"
	"strings"

	"verbatim/feedback"
)

//go:embed comments/*.txt lexicons/*.txt concepts/*.txt demo/*.csv
var files embed.FS

// ThemeIDs lists the themes of the default taxonomy, in the order of design and documentation.
var ThemeIDs = []string{
	"price_value", "product_quality", "features", "usability", "reliability", "performance_speed", "design_appearance",
	"service_staff", "support", "delivery_logistics", "ordering_payment", "billing_fees", "location_access",
	"ambience_comfort", "cleanliness", "food_drink", "selection_availability", "communication_information",
	"safety_trust", "returns_warranty",
}

// Languages returns the ISO 639-1 codes of the languages with a lexicon, sorted: the supported languages.
func Languages() []string {
	entries, err := files.ReadDir("lexicons")
	if err != nil {
		panic(fmt.Sprintf("corpora: embedded lexicons: %v", err)) // cannot happen: go:embed checked the folder
	}
	var langs []string
	for _, e := range entries {
		langs = append(langs, strings.TrimSuffix(e.Name(), ".txt"))
	}
	sort.Strings(langs)
	return langs
}

// Comments returns the hand-written comments of a language, in the order of the file. An error names file and line.
func Comments(lang string) ([]Comment, error) {
	name := path.Join("comments", lang+".txt")
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("corpora: no comments in %q: %w", lang, err)
	}
	return ParseComments(name, string(data))
}

// LexiconOf returns the lexicon of a language. An error names file and line.
func LexiconOf(lang string) (*Lexicon, error) {
	name := path.Join("lexicons", lang+".txt")
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("corpora: no lexicon for %q: %w", lang, err)
	}
	return ParseLexicon(name, string(data))
}

// DemoSurvey returns the built-in demo survey as a CSV file.
func DemoSurvey() []byte {
	data, err := files.ReadFile("demo/survey.csv")
	if err != nil {
		panic(fmt.Sprintf("corpora: embedded demo survey: %v", err)) // cannot happen: go:embed checked the file
	}
	return data
}

// DefaultTaxonomy returns the taxonomy default@1 with the themes' names in every supported language.
func DefaultTaxonomy() (*feedback.Taxonomy, error) {
	names := map[string]map[string]string{}
	for _, lang := range Languages() {
		lexicon, err := LexiconOf(lang)
		if err != nil {
			return nil, err
		}
		for id, name := range lexicon.Names {
			if names[id] == nil {
				names[id] = map[string]string{}
			}
			names[id][lang] = name
		}
	}
	t := &feedback.Taxonomy{Name: "default", Version: 1}
	for _, id := range ThemeIDs {
		t.Themes = append(t.Themes, feedback.Theme{ID: id, Names: names[id]})
	}
	sort.Slice(t.Themes, func(i, j int) bool { return t.Themes[i].ID < t.Themes[j].ID })
	return t, nil
}
