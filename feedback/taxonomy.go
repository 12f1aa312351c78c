package feedback

import (
	"fmt"
	"strings"
)

// Theme is what a statement can be about. ID is "theme" or "parent/child"; Names are keyed by ISO 639-1 code. Description
// is for people.
//
// Phrases tag the statements they stand in, beside what the models find of a built-in theme; they are keyed by the code of
// their language, or [EveryLanguage]. A phrase is found in the other forms of its words too; a * at its end lets its last
// word go on, and a phrase in double quotes is found as it is written only. AcrossLanguages also looks for what other
// languages call the same.
type Theme struct {
	ID              string              `json:"id"`
	Names           map[string]string   `json:"names"`
	Description     string              `json:"description,omitempty"`
	Phrases         map[string][]string `json:"phrases,omitempty"`
	AcrossLanguages bool                `json:"across_languages,omitempty"`
}

// EveryLanguage is the code of phrases that stand in texts of all languages, such as names.
const EveryLanguage = "*"

// Name returns the theme's name in the language, else in English, else its id.
func (t Theme) Name(lang string) string {
	if n, ok := t.Names[lang]; ok {
		return n
	}
	if n, ok := t.Names["en"]; ok {
		return n
	}
	return t.ID
}

// Taxonomy is a versioned tree of themes, owned by a workspace.
type Taxonomy struct {
	Name    string  `json:"name"`
	Version int     `json:"version"`
	Themes  []Theme `json:"themes"` // in the order of their ids
}

// Ref names the taxonomy and its version: default@1.
func (t *Taxonomy) Ref() string { return fmt.Sprintf("%s@%d", t.Name, t.Version) }

// Theme returns the theme with the id, and whether there is one.
func (t *Taxonomy) Theme(id string) (Theme, bool) {
	for _, theme := range t.Themes {
		if theme.ID == id {
			return theme, true
		}
	}
	return Theme{}, false
}

// ParentTheme returns the parent's id of "parent/child", or the id itself when it is top-level.
func ParentTheme(id string) string {
	if parent, _, ok := strings.Cut(id, "/"); ok {
		return parent
	}
	return id
}

// DriverKey is a driver: a theme with a polarity, positive or negative.
type DriverKey struct {
	Theme     string    `json:"theme"`
	Sentiment Sentiment `json:"sentiment"`
}
