// Package analysis turns a text into a [feedback.Analysis]: its language, and for every statement themes, sentiment and
// kinds with the words that decided. It is pure: the same text gives the same analysis, whatever came before. It also
// trains and evaluates the models it uses.
package analysis

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"weak"

	"verbatim/corpora"
	"verbatim/feedback"
	"verbatim/models"
)

// Hint is what is known of a text's language before it is read: what travels with its row (Lang, in any form that
// platforms send) and the languages its survey declares.
type Hint struct {
	Lang     string
	Declared []string
}

// Analyzer analyses texts. It loads the model of a language at the first text in it. Safe for concurrent use.
type Analyzer struct {
	models   *models.Set
	language *Detector
	taggers  map[string]*lazyTagger
	taxonomy *feedback.Taxonomy
	nothing  func() map[uint64]bool // the answers of all languages that say nothing
	scratch  sync.Pool
	books    books
}

type lazyTagger struct {
	once   sync.Once
	tagger *tagger
	err    error
}

// tagger is what tags texts of one language: the model of the signs, that of the n-grams on top of it, and the lexicon.
type tagger struct {
	signs, grams *models.Linear // grams are the language's own, or those of all for texts of undetermined language
	lexicon      *lexicon
	own          bool
}

// New returns an Analyzer over a set of models. An error wraps models.ErrDamaged when a file is damaged.
func New(set *models.Set) (*Analyzer, error) {
	a := &Analyzer{models: set, taggers: map[string]*lazyTagger{feedback.Undetermined: {}}}
	a.scratch.New = func() any { return &scratch{} }
	a.nothing = sync.OnceValue(nothingAnywhere)
	a.books.held = map[weak.Pointer[feedback.Taxonomy]]*phrasebook{}
	var err error
	if a.language, err = NewDetector(set); err != nil {
		return nil, err
	}
	if a.taxonomy, err = corpora.DefaultTaxonomy(); err != nil {
		return nil, fmt.Errorf("analysis: %w", err)
	}
	for _, lang := range corpora.Languages() {
		if set.Has(lang) {
			a.taggers[lang] = &lazyTagger{}
		}
	}
	return a, nil
}

// Languages returns the codes of the supported languages, sorted.
func (a *Analyzer) Languages() []string {
	var langs []string
	for lang := range a.taggers {
		if lang != feedback.Undetermined {
			langs = append(langs, lang)
		}
	}
	slices.Sort(langs)
	return langs
}

// Taxonomy returns the default taxonomy.
func (a *Analyzer) Taxonomy() *feedback.Taxonomy { return a.taxonomy }

// Stamp names the versions on counts of no analyses at all, as every figure carries them.
func Stamp(tab *feedback.Crosstab) {
	if tab.Model == "" {
		tab.Model, tab.Taxonomy = Version, "default@1"
	}
}

// Load loads the models of every language, so that no text waits for one. Without it they are loaded when needed.
func (a *Analyzer) Load() error {
	for _, lang := range append(a.Languages(), feedback.Undetermined) {
		if _, err := a.tagger(lang); err != nil {
			return err
		}
	}
	return nil
}

// tagger returns what tags texts of the language, or nil when it is not supported.
func (a *Analyzer) tagger(lang string) (*tagger, error) {
	lazy := a.taggers[lang]
	if lazy == nil {
		return nil, nil
	}
	lazy.once.Do(func() { lazy.tagger, lazy.err = openTagger(a.models, lang) })
	return lazy.tagger, lazy.err
}

func openTagger(set *models.Set, lang string) (*tagger, error) {
	t := &tagger{lexicon: newLexicon(&corpora.Lexicon{}, nil), own: lang != feedback.Undetermined}
	var err error
	if t.signs, err = set.Linear(models.Signs); err != nil {
		return nil, err
	}
	if !t.own {
		t.grams, err = set.Linear(models.Shared)
		return t, err
	}
	if t.grams, err = set.Linear(lang); err != nil {
		return nil, err
	}
	t.lexicon, err = openLexicon(lang)
	return t, err
}

func nothingAnywhere() map[uint64]bool {
	all := map[uint64]bool{}
	for _, lang := range corpora.Languages() {
		source, err := corpora.LexiconOf(lang)
		if err != nil {
			panic(err) // cannot happen: the tests parse every lexicon that is built in
		}
		addNothing(all, source)
	}
	return all
}

// Analyze analyses a text. A taxonomy of nil stands for the default one; themes that it lacks are not reported, and its
// phrases are looked for. It is read once, so that it must not change afterwards. Offsets are bytes. An error wraps
// models.ErrDamaged when a model that the text needs is damaged.
func (a *Analyzer) Analyze(text string, hint Hint, taxonomy *feedback.Taxonomy) (*feedback.Analysis, error) {
	if taxonomy == nil {
		taxonomy = a.taxonomy
	}
	s := a.scratch.Get().(*scratch)
	defer a.scratch.Put(s)
	out := &feedback.Analysis{Language: a.language.Detect(text, hint), Taxonomy: taxonomy.Ref(), Model: Version}
	t, err := a.tagger(out.Language.Code)
	if err != nil || t == nil {
		return out, err
	}
	out.Language.Supported = t.own
	s.text.fold(text)
	if out.Language.Code == "ru" && !strings.ContainsFunc(text, isCyrillic) {
		s.text.toCyrillic()
	}
	if saysNothing(&s.text, t.lexicon.nothing) || !t.own && saysNothing(&s.text, a.nothing()) {
		out.Sentiment = &feedback.SentimentScore{Label: feedback.Neutral}
		out.Kinds = []feedback.Kind{feedback.Other}
		if len(s.text.tokens) > 0 {
			out.Statements = []feedback.Statement{nothingSaid(text, &s.text)}
		}
		return out, nil
	}
	s.tag(t)
	if err := s.findOwn(a, taxonomy, out.Language.Code); err != nil {
		return nil, err
	}
	s.gather(t, out)
	return out, nil
}

// findOwn finds the phrases of the taxonomy.
func (s *scratch) findOwn(a *Analyzer, taxonomy *feedback.Taxonomy, lang string) (err error) {
	if s.own = s.own[:0]; s.taxonomy != taxonomy { // as a rule it is that of the text before
		if s.book, err = a.books.of(taxonomy); err != nil {
			return err
		}
		s.taxonomy = taxonomy
	}
	table, err := s.book.table(lang)
	if table != nil {
		s.own = table.find(&s.text, lang, s.own)
	}
	return err
}

func nothingSaid(text string, f *folded) feedback.Statement {
	start, end := int(f.tokens[0].start), int(f.tokens[len(f.tokens)-1].end)
	return feedback.Statement{
		Span:      feedback.Span{Start: start, End: end, Text: text[start:end]},
		Sentiment: feedback.SentimentScore{Label: feedback.Neutral},
		Kinds:     []feedback.Kind{feedback.Other},
	}
}

func isCyrillic(r rune) bool { return r >= 0x0400 && r <= 0x052F }
