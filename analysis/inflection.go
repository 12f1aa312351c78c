package analysis

import (
	"github.com/blevesearch/snowballstem"
	arabicstem "github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"

	"verbatim/feedback"
)

// inflection says which forms of a word are the same word in a language: those with one Snowball stem, or those that
// differ in their last letters only, where there is no stemmer or it knows too little. Where words do not change it is the
// zero inflection.
type inflection struct {
	stem    func(env *snowballstem.Env) bool
	changed int  // how many of its last letters a long word may change; 0 for none
	ending  int  // how many letters the form has in their place at most
	gerund  bool // a word that ends in -ing names an activity, and is no form of the verb
}

// inflectionOf returns that of a language.
func inflectionOf(lang string) inflection {
	switch lang {
	case "en":
		return inflection{stem: english.Stem, gerund: true}
	case "fi": // aamiainen, aamiaisella; langaton, langattomassa
		return inflection{stem: finnish.Stem, changed: 3, ending: 7}
	case "zh", "ja", "th", "vi", feedback.Undetermined:
		return inflection{}
	}
	if stem, ok := stemmers[lang]; ok {
		return inflection{stem: stem}
	}
	return inflection{changed: 2, ending: 4}
}

var stemmers = map[string]func(env *snowballstem.Env) bool{
	"ar": arabicstem.Stem, "da": danish.Stem, "de": german.Stem, "es": spanish.Stem, "fr": french.Stem, "hu": hungarian.Stem,
	"it": italian.Stem, "nl": dutch.Stem, "no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem,
	"sv": swedish.Stem, "tr": turkish.Stem,
}

// stemOf returns the stem of a folded word, the word itself in a language without a stemmer.
func (n *inflection) stemOf(word string) string {
	if n.stem == nil {
		return word
	}
	env := snowballstem.NewEnv(word)
	n.stem(env)
	if env.Current() == "" {
		return word
	}
	return env.Current()
}

// How many letters two forms of a word have in common at least, and how many letters a word has beside those that change
// for that many to change.
const (
	fewestKept   = 3
	keptOfChange = 4
)

// sameButEnding reports whether form is the word with another ending.
func (n *inflection) sameButEnding(word, form []rune) bool {
	kept := 0
	for kept < len(word) && kept < len(form) && word[kept] == form[kept] {
		kept++
	}
	changed := max(1, min(n.changed, len(word)-keptOfChange)) // short words have short endings
	return kept >= fewestKept && len(word)-kept <= changed && len(form)-kept <= min(n.ending, len(word)) && len(form) >= len(word)-1
}

// isGerund reports whether an English word ends as the name of an activity does.
func isGerund(word []rune) bool {
	n := len(word)
	return n > 4 && word[n-3] == 'i' && word[n-2] == 'n' && word[n-1] == 'g'
}
