package analysis

import (
	"cmp"
	"math/bits"
	"slices"
	"unicode"

	"verbatim/corpora"
	"verbatim/feedback"
)

// sign is what a term of a lexicon says: theme i without judgement, praising or complaining (3i, 3i+1, 3i+2), or one of
// the signs below.
type sign int16

const (
	firstSign sign = 100 + iota
	signNegator
	signContrast
	signIntensifier
	signDiminisher
	signSuggestion
	signQuestion
	signPraise
	signComplaint
	signUrgency            // and the following, in the order of feedback.Urgencies
	signConcept sign = 200 // a phrase of a concept
)

// sectionSigns are the signs of the sections, in a fixed order: what is found first counts first.
var sectionSigns = []struct {
	section string
	sign    sign
}{
	{corpora.Negators, signNegator},
	{corpora.Contrast, signContrast},
	{corpora.Intensifiers, signIntensifier},
	{corpora.Diminishers, signDiminisher},
	{corpora.Suggestions, signSuggestion},
	{corpora.Questions, signQuestion},
	{corpora.Praising, signPraise},
	{corpora.Complaining, signComplaint},
}

// phrase is a term of a lexicon, cut into tokens.
type phrase struct {
	key           uint64
	concept       uint64 // hash of the concept's id, when the phrase is of a concept and not of a section
	tokens        uint32 // where the hashes of its tokens begin
	length        uint8  // tokens
	prefix        bool   // the last token may go on
	before, after int8   // a negator's scope
	sign          sign
}

// lexicon finds the terms of a language in a text.
type lexicon struct {
	phrases []phrase        // those with the same key beside each other, in the order they were added
	hashes  []uint64        // of the phrases' tokens
	slots   []uint32        // open addressing: 1 + the first phrase with the key, or 0
	known   [1 << 14]uint64 // a bit for each key: most words are none
	nothing map[uint64]bool
}

// Keys of phrases: one word is its hash, the beginning of a word is that of its runes and a salt, two words are both,
// and a word with the beginning of another is the word and the first rune of the other.
func prefixKey(hash uint64) uint64 { return hash ^ saltPrefix }

func beginningKey(word uint64, next rune) uint64 { return pairKey(word, mix(saltPrefix, next)) }

const saltPrefix = 0x2545F4914F6CDD1D

// match is a term found: the tokens from up to but without to.
type match struct {
	from, to int32
	phrase   *phrase
}

// openLexicon reads the terms and concepts of a language.
func openLexicon(lang string) (*lexicon, error) {
	source, err := corpora.LexiconOf(lang)
	if err != nil {
		return nil, err
	}
	concepts, err := corpora.Concepts(lang)
	if err != nil {
		return nil, err
	}
	return newLexicon(source, concepts), nil
}

func newLexicon(source *corpora.Lexicon, concepts []corpora.Concept) *lexicon {
	l := &lexicon{nothing: map[uint64]bool{}}
	for _, s := range sectionSigns {
		l.addAll(source.Sections[s.section], s.sign)
	}
	for i, u := range feedback.Urgencies {
		l.addAll(source.Sections[string(u)], signUrgency+sign(i))
	}
	for i, id := range corpora.ThemeIDs {
		l.addAll(source.Sections[id], sign(3*i))
	}
	for i := range concepts {
		l.addTerms(concepts[i].Terms, phrase{sign: signConcept, concept: hashOf(concepts[i].ID)})
	}
	addNothing(l.nothing, source)
	l.index()
	return l
}

// index sorts the phrases by their keys and fills the slots.
func (l *lexicon) index() {
	slices.SortStableFunc(l.phrases, func(a, b phrase) int { return cmp.Compare(a.key, b.key) })
	l.phrases, l.hashes = slices.Clip(l.phrases), slices.Clip(l.hashes)
	l.slots = make([]uint32, 1<<bits.Len(uint(2*len(l.phrases))))
	for i := range l.phrases {
		key := l.phrases[i].key
		if i > 0 && l.phrases[i-1].key == key {
			continue
		}
		l.known[key>>50] |= 1 << (key >> 44 & 63)
		slot := l.slot(key)
		for l.slots[slot] != 0 {
			slot = (slot + 1) % uint64(len(l.slots))
		}
		l.slots[slot] = uint32(i + 1)
	}
}

func (l *lexicon) slot(key uint64) uint64 { return key >> 16 % uint64(len(l.slots)) }

// with returns the phrases that have the key.
func (l *lexicon) with(key uint64) []phrase {
	if !l.knows(key) {
		return nil
	}
	for slot := l.slot(key); l.slots[slot] != 0; slot = (slot + 1) % uint64(len(l.slots)) {
		first := int(l.slots[slot]) - 1
		if l.phrases[first].key != key {
			continue
		}
		last := first + 1
		for last < len(l.phrases) && l.phrases[last].key == key {
			last++
		}
		return l.phrases[first:last]
	}
	return nil
}

func addNothing(nothing map[uint64]bool, source *corpora.Lexicon) {
	var f folded
	for _, term := range source.Sections[corpora.Nothing] {
		f.fold(term.Text)
		nothing[f.wordsHash()] = true
	}
}

func (l *lexicon) addAll(terms []corpora.Term, s sign) { l.addTerms(terms, phrase{sign: s}) }

// addTerms adds terms that say what the phrase says.
func (l *lexicon) addTerms(terms []corpora.Term, says phrase) {
	var f folded
	for _, term := range terms {
		p := says
		p.prefix, p.before, p.after = term.Prefix, int8(term.Before), int8(term.After)
		switch term.Polarity {
		case feedback.Positive:
			p.sign++
		case feedback.Negative:
			p.sign += 2
		}
		f.fold(term.Text)
		if n := len(f.tokens); n > 0 {
			p.prefix = p.prefix && f.tokens[n-1].kind != solid // anything may follow there anyway
			l.add(p, &f)
		}
	}
}

// add adds a phrase of the tokens.
func (l *lexicon) add(p phrase, f *folded) {
	first := f.tokens[0].hash
	switch n := len(f.tokens); {
	case n == 1 && p.prefix:
		p.key = prefixKey(first)
	case n == 1:
		p.key = first
	case n == 2 && p.prefix:
		p.key = beginningKey(first, f.runes[f.tokens[1].from])
	default:
		p.key = pairKey(first, f.tokens[1].hash)
	}
	p.tokens, p.length = uint32(len(l.hashes)), uint8(min(longestPhraseTokens, len(f.tokens)))
	for _, t := range f.tokens[:p.length] {
		l.hashes = append(l.hashes, t.hash)
	}
	l.phrases = append(l.phrases, p)
}

func pairKey(a, b uint64) uint64 { return (a ^ b*31) * hashPrime }

func (l *lexicon) knows(key uint64) bool { return l.known[key>>50]&(1<<(key>>44&63)) != 0 }

// find appends the terms in the text to found, in order of their first token; a term inside a longer one is left out.
func (l *lexicon) find(f *folded, found []match) []match {
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind >= stop && t.kind != mark {
			continue
		}
		found = l.try(f, t.hash, i, found)
		if i+1 < len(f.tokens) {
			next := &f.tokens[i+1]
			found = l.try(f, pairKey(t.hash, next.hash), i, found)
			if next.kind == word {
				found = l.try(f, beginningKey(t.hash, f.runes[next.from]), i, found)
			}
		}
		if t.kind == word {
			found = l.findPrefix(f, i, found)
		}
	}
	return outermost(found)
}

func (l *lexicon) findPrefix(f *folded, i int, found []match) []match {
	t := &f.tokens[i]
	h := uint64(hashSeed)
	for _, r := range f.runes[t.from:t.to] {
		h = mix(h, r)
		list := l.with(prefixKey(h))
		for j := range list {
			found = append(found, match{int32(i), int32(i + 1), &list[j]})
		}
	}
	return found
}

// try appends the phrases with the key that stand at token i.
func (l *lexicon) try(f *folded, key uint64, i int, found []match) []match {
	list := l.with(key)
	for j := range list {
		if p := &list[j]; i+int(p.length) <= len(f.tokens) && l.matches(f, p, i) {
			found = append(found, match{int32(i), int32(i) + int32(p.length), p})
		}
	}
	return found
}

func (l *lexicon) matches(f *folded, p *phrase, i int) bool {
	last := int(p.length) - 1
	for k, h := range l.hashes[p.tokens:][:p.length] {
		t := &f.tokens[i+k]
		if t.hash == h {
			continue
		}
		if k < last || !p.prefix || !f.begins(t, h) {
			return false
		}
	}
	return true
}

// begins reports whether the token begins with the runes of that hash.
func (f *folded) begins(t *token, hash uint64) bool {
	h := uint64(hashSeed)
	for _, r := range f.runes[t.from:t.to] {
		h = mix(h, r)
		if h == hash {
			return true
		}
	}
	return false
}

// outermost leaves out the matches that lie inside a longer one of their kind. They are in order of their first token.
func outermost(found []match) []match {
	kept := found[:0]
	for i := range found {
		m := found[i]
		inside := false
		for j := i - 1; j >= 0 && found[j].from == m.from && !inside; j-- {
			inside = found[j].covers(&m)
		}
		for j := i + 1; j < len(found) && found[j].from == m.from && !inside; j++ {
			inside = found[j].covers(&m)
		}
		for j := len(kept) - 1; j >= 0 && kept[j].from > m.from-longestPhraseTokens && !inside; j-- {
			inside = kept[j].covers(&m)
		}
		if !inside {
			kept = append(kept, m)
		}
	}
	return kept
}

const longestPhraseTokens = 12

// covers reports whether another match of the same kind lies inside this one.
func (m *match) covers(other *match) bool {
	return (m.phrase.concept == 0) == (other.phrase.concept == 0) && m.from <= other.from && other.to <= m.to && m.to-m.from > other.to-other.from
}

// wordsHash is the hash of the text's words, whatever stands between them.
func (f *folded) wordsHash() uint64 {
	h := uint64(hashSeed)
	for _, t := range f.tokens {
		if t.kind <= number {
			h = (h ^ t.hash) * hashPrime
		}
	}
	return h
}

// saysNothing reports whether a text has nothing to say: no words and no emoji, an answer such as "n/a", or keys struck
// at random.
func saysNothing(f *folded, nothing map[uint64]bool) bool {
	words, symbols := 0, 0
	var only *token
	for i := range f.tokens {
		switch t := &f.tokens[i]; t.kind {
		case word, solid:
			words++
			only = t
		case symbol:
			symbols++
		}
	}
	if symbols > 0 {
		return false
	}
	if words == 0 || nothing[f.wordsHash()] {
		return true
	}
	return words == 1 && only.kind == word && struckAtRandom(f.runes[only.from:only.to])
}

// rows of common keyboards, on which a hand slides.
var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"}

// struckAtRandom reports whether a word is a slide over a row of keys ("asdfgh") or one letter again and again.
func struckAtRandom(runes []rune) bool {
	if len(runes) < 3 {
		return len(runes) == 1 && !unicode.IsDigit(runes[0]) && runes[0] < 0x250 || len(runes) == 2 && runes[0] == runes[1] && runes[0] < 0x250
	}
	slides := 0
	for i := 1; i < len(runes); i++ {
		if runes[i] == runes[i-1] || nextOnRow(runes[i-1], runes[i]) {
			slides++
		}
	}
	return len(runes) >= 4 && slides == len(runes)-1
}

func nextOnRow(a, b rune) bool {
	for _, row := range rows {
		runes := []rune(row)
		if i := slices.Index(runes, a); i >= 0 && i+1 < len(runes) && runes[i+1] == b {
			return true
		}
	}
	return false
}
