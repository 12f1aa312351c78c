package analysis

import (
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
	signUrgency // and the following, in the order of feedback.Urgencies
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
	hashes        []uint64 // of its tokens
	prefix        bool     // the last token may go on
	sign          sign
	before, after int32 // a negator's scope
}

// lexicon finds the terms of a language in a text.
type lexicon struct {
	single, pair, first, prefix map[uint64][]phrase // by the hash of one token, of two, of the first of several, of a beginning
	known                       [1 << 10]uint64     // a bit for each key: most words are none
	nothing                     map[uint64]bool
}

// match is a term found: the tokens from up to but without to.
type match struct {
	from, to int32
	phrase   *phrase
}

func newLexicon(source *corpora.Lexicon) *lexicon {
	l := &lexicon{
		single: map[uint64][]phrase{}, pair: map[uint64][]phrase{}, first: map[uint64][]phrase{}, prefix: map[uint64][]phrase{},
		nothing: map[uint64]bool{},
	}
	for _, s := range sectionSigns {
		l.addAll(source.Sections[s.section], s.sign)
	}
	for i, u := range feedback.Urgencies {
		l.addAll(source.Sections[string(u)], signUrgency+sign(i))
	}
	for i, id := range corpora.ThemeIDs {
		l.addAll(source.Sections[id], sign(3*i))
	}
	addNothing(l.nothing, source)
	return l
}

func addNothing(nothing map[uint64]bool, source *corpora.Lexicon) {
	var f folded
	for _, term := range source.Sections[corpora.Nothing] {
		f.fold(term.Text)
		nothing[f.wordsHash()] = true
	}
}

func (l *lexicon) addAll(terms []corpora.Term, s sign) {
	var f folded
	for _, term := range terms {
		p := phrase{prefix: term.Prefix, sign: s, before: int32(term.Before), after: int32(term.After)}
		switch term.Polarity {
		case feedback.Positive:
			p.sign++
		case feedback.Negative:
			p.sign += 2
		}
		f.fold(term.Text)
		for _, t := range f.tokens {
			p.hashes = append(p.hashes, t.hash)
		}
		if n := len(f.tokens); n > 0 && f.tokens[n-1].kind == solid {
			p.prefix = false // anything may follow there anyway
		}
		l.add(p)
	}
}

func (l *lexicon) add(p phrase) {
	table, key := l.pair, uint64(0)
	switch n := len(p.hashes); {
	case n == 0:
		return
	case n == 1 && p.prefix:
		table, key = l.prefix, p.hashes[0]
	case n == 1:
		table, key = l.single, p.hashes[0]
	case n == 2 && p.prefix:
		table, key = l.first, p.hashes[0]
	default:
		key = pairKey(p.hashes[0], p.hashes[1])
	}
	table[key] = append(table[key], p)
	l.known[key>>54] |= 1 << (key >> 48 & 63)
}

func pairKey(a, b uint64) uint64 { return (a ^ b*31) * hashPrime }

func (l *lexicon) knows(key uint64) bool { return l.known[key>>54]&(1<<(key>>48&63)) != 0 }

// find appends the terms in the text to found, in order of their first token; a term inside a longer one is left out.
func (l *lexicon) find(f *folded, found []match) []match {
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind >= stop && t.kind != mark {
			continue
		}
		if l.knows(t.hash) {
			found = f.try(l.single[t.hash], i, found)
			found = f.try(l.first[t.hash], i, found)
		}
		if i+1 < len(f.tokens) {
			if key := pairKey(t.hash, f.tokens[i+1].hash); l.knows(key) {
				found = f.try(l.pair[key], i, found)
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
		if !l.knows(h) {
			continue
		}
		if list := l.prefix[h]; list != nil {
			for j := range list {
				found = append(found, match{int32(i), int32(i + 1), &list[j]})
			}
		}
	}
	return found
}

// try appends the phrases that stand at token i.
func (f *folded) try(list []phrase, i int, found []match) []match {
	for j := range list {
		p := &list[j]
		if i+len(p.hashes) <= len(f.tokens) && f.matches(p, i) {
			found = append(found, match{int32(i), int32(i + len(p.hashes)), p})
		}
	}
	return found
}

func (f *folded) matches(p *phrase, i int) bool {
	last := len(p.hashes) - 1
	for k, h := range p.hashes {
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

// outermost leaves out the matches that lie inside a longer one.
func outermost(found []match) []match {
	return slices.DeleteFunc(found, func(m match) bool {
		for _, o := range found {
			if o.phrase != nil && o.from <= m.from && m.to <= o.to && o.to-o.from > m.to-m.from {
				return true
			}
		}
		return false
	})
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
