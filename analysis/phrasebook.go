package analysis

import (
	"slices"
	"strings"
	"sync"

	"verbatim/corpora"
	"verbatim/feedback"
)

// Confidence of a tag that a phrase made: found as it is written, in another form of its words, or as what another
// language calls the same (ownthemes_test.go measures phrases).
const (
	confidenceWritten   = 0.95
	confidenceInflected = 0.9
	confidenceConcept   = 0.7
)

// phrasebook is what a version of a taxonomy means for tagging: which of the built-in themes are reported, and the phrases
// of its themes, which are read for a language when the first text in it comes. Safe for concurrent use.
type phrasebook struct {
	reported [20]bool // by output of the models
	themes   []feedback.Theme
	concepts [][]uint64 // of each theme, the concepts its phrases are terms of

	mu     sync.Mutex
	tables map[string]*phraseTable
}

// ownPhrase is a phrase of a theme, cut into words.
type ownPhrase struct {
	theme int
	words []ownWord
	most  float64 // confidence when found as it is written
}

// ownWord is a word of a phrase.
type ownWord struct {
	hash   uint64 // of the word as written; of digits, of those digits
	stem   uint64 // of its stem, 0 where only the word as written counts
	runes  []rune // where forms are told by their letters, else nil
	gerund bool
	prefix bool // it may go on
}

// phraseTable finds the phrases of a language. starts holds them by the first letters of their first word.
type phraseTable struct {
	inflection inflection
	phrases    []ownPhrase
	starts     map[uint64][]int32
}

// ownMatch is a phrase found: the tokens from up to but without to.
type ownMatch struct {
	from, to   int
	theme      int
	confidence float64
}

// newPhrasebook reads a taxonomy. An error means that a built-in file of concepts is broken.
func newPhrasebook(taxonomy *feedback.Taxonomy) (*phrasebook, error) {
	b := &phrasebook{tables: map[string]*phraseTable{}}
	for i := range taxonomy.Themes {
		t := &taxonomy.Themes[i]
		if o := slices.Index(corpora.ThemeIDs, t.ID); o >= 0 {
			b.reported[o] = true
		}
		if len(t.Phrases) == 0 {
			continue
		}
		var concepts []uint64
		if t.AcrossLanguages {
			var err error
			if concepts, err = conceptsOf(t); err != nil {
				return nil, err
			}
		}
		b.themes, b.concepts = append(b.themes, *t), append(b.concepts, concepts)
	}
	return b, nil
}

// conceptsOf finds the concepts that the phrases of a theme are terms of.
func conceptsOf(t *feedback.Theme) (list []uint64, err error) {
	for _, lang := range sortedKeys(t.Phrases) {
		concepts, err := corpora.Concepts(lang)
		if err != nil {
			return nil, err
		}
		for _, c := range concepts {
			if slices.ContainsFunc(t.Phrases[lang], func(phrase string) bool { return isTerm(phrase, c.Terms) }) {
				list = append(list, hashOf(c.ID))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// table returns what finds the phrases in texts of a language; nil when there are none.
func (b *phrasebook) table(lang string) (*phraseTable, error) {
	if len(b.themes) == 0 {
		return nil, nil //nolint:nilnil // no table is an answer
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.tables[lang]; ok {
		return t, nil
	}
	t, err := b.read(lang)
	if err != nil {
		return nil, err
	}
	b.tables[lang] = t
	return t, nil
}

// read makes the table of a language: its own phrases, those of every language, and what it calls the concepts. In a text
// of undetermined language all phrases are looked for as they are written.
func (b *phrasebook) read(lang string) (*phraseTable, error) {
	t := &phraseTable{inflection: inflectionOf(lang), starts: map[uint64][]int32{}}
	concepts, err := corpora.Concepts(lang)
	if err != nil {
		return nil, err
	}
	for i := range b.themes {
		phrases := b.themes[i].Phrases
		for _, code := range sortedKeys(phrases) {
			if code == lang || code == feedback.EveryLanguage || lang == feedback.Undetermined {
				t.addAll(phrases[code], i, confidenceWritten)
			}
		}
		for _, c := range concepts {
			if _, found := slices.BinarySearch(b.concepts[i], hashOf(c.ID)); found {
				t.addTerms(c.Terms, i)
			}
		}
	}
	if len(t.phrases) == 0 {
		return nil, nil //nolint:nilnil // no table is an answer
	}
	return t, nil
}

func (t *phraseTable) addAll(phrases []string, theme int, most float64) {
	for _, phrase := range phrases {
		t.add(phrase, theme, most)
	}
}

// addTerms adds the terms of a concept.
func (t *phraseTable) addTerms(terms []corpora.Term, theme int) {
	for _, term := range terms {
		phrase := term.Text
		if term.Prefix {
			phrase += "*"
		}
		t.add(phrase, theme, confidenceConcept)
	}
}

// add adds a phrase. One without words finds nothing.
func (t *phraseTable) add(phrase string, theme int, most float64) {
	text, prefix, exact := readPhrase(phrase)
	var f folded
	f.fold(text)
	own := ownPhrase{theme: theme, most: most}
	for i := range f.tokens {
		if token := &f.tokens[i]; token.kind <= symbol {
			own.words = append(own.words, t.word(&f, token, exact))
		}
	}
	if len(own.words) == 0 || len(own.words) > longestPhraseTokens {
		return
	}
	last := &own.words[len(own.words)-1]
	last.prefix = prefix
	number := int32(len(t.phrases))
	t.phrases = append(t.phrases, own)
	first := firstWord(&f)
	start := startOf(f.runes[first.from:first.to])
	t.starts[start] = append(t.starts[start], number)
	if stem := t.stemStart(f.runes[first.from:first.to]); stem != start && !exact {
		t.starts[stem] = append(t.starts[stem], number)
	}
}

// readPhrase tells what a phrase asks for besides its words: that the last one may go on, or that all stand as written.
func readPhrase(phrase string) (text string, prefix, exact bool) {
	phrase = strings.TrimSpace(phrase)
	if n := len(phrase); n > 2 && phrase[0] == '"' && phrase[n-1] == '"' {
		return phrase[1 : n-1], false, true
	}
	text, prefix = strings.CutSuffix(phrase, "*")
	return text, prefix, false
}

// firstWord is the first token that is no punctuation.
func firstWord(f *folded) *token {
	i := slices.IndexFunc(f.tokens, func(t token) bool { return t.kind <= symbol })
	return &f.tokens[i]
}

func (t *phraseTable) word(f *folded, token *token, exact bool) ownWord {
	w := ownWord{hash: writtenHash(f, token)}
	if exact || token.kind != word {
		return w
	}
	runes := slices.Clone(f.runes[token.from:token.to])
	w.gerund = t.inflection.gerund && isGerund(runes)
	if t.inflection.stem != nil {
		w.stem = hashOf(t.inflection.stemOf(string(runes)))
	}
	if t.inflection.changed > 0 {
		w.runes = runes
	}
	return w
}

// writtenHash is the hash of a token; digits, which are folded into one for the models, count as they are written.
func writtenHash(f *folded, t *token) uint64 {
	if t.kind == number {
		return hashOf(f.text[t.start:t.end])
	}
	return t.hash
}

// longestStart is how many letters of a phrase's first word lead to it: the letters that stay when a word is inflected.
const longestStart = 3

func startOf(runes []rune) uint64 {
	h := uint64(hashSeed)
	for _, r := range runes[:min(len(runes), longestStart)] {
		h = mix(h, r)
	}
	return h
}

// stemStart is the start of a word's stem: Arabic stems begin behind an article.
func (t *phraseTable) stemStart(runes []rune) uint64 {
	if t.inflection.stem == nil {
		return startOf(runes)
	}
	return startOf([]rune(t.inflection.stemOf(string(runes))))
}
