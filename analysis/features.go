package analysis

// feature is a hashed property of a statement and the tokens it comes from: from up to but without to.
type feature struct {
	hash     uint32
	from, to uint16
}

// features holds what a linear model sees of a statement: n-grams, scaled by 1/√n, and signs (terms of the lexicon and
// properties of the whole), each counting one. It is scratch that is used again.
type features struct {
	grams []feature
	signs []feature
}

// Salts keep the families of features apart.
const (
	saltWord uint64 = (iota + 1) * 0x1E3779B97F4A7C15
	saltPair
	saltChars
	saltNegated
	saltSolid
	saltSign
	saltWhole
	saltConcept
)

// Properties of a whole statement.
const (
	wholeQuestion = iota
	wholeExclamation
	wholeNumber
	wholeSymbol
	wholeLength // and the following four: its length
)

const (
	shortestChars, longestChars = 3, 4
	longestSolid                = 4
	longestWord                 = 24 // runes of a word that character n-grams look at
)

func finish(h uint64) uint32 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return uint32(h >> 32)
}

// extract fills the features of tokens[from:to]; found are the lexicon's terms in the whole text.
func (fs *features) extract(f *folded, from, to int, found []match) {
	fs.extractGrams(f, from, to)
	fs.extractSigns(f, from, to, found)
}

func (fs *features) extractGrams(f *folded, from, to int) {
	fs.grams = fs.grams[:0]
	previous := -1
	for i := from; i < to && i < 1<<16-1; i++ {
		switch f.tokens[i].kind {
		case word, number, symbol:
			fs.addWord(f, i, previous)
			previous = i
		case solid:
			fs.addSolid(f, i, to)
			previous = -1
		case stop, comma:
			previous = -1
		}
	}
}

func (fs *features) extractSigns(f *folded, from, to int, found []match) {
	fs.signs = fs.signs[:0]
	fs.addWhole(f, from, to)
	for i := range found {
		switch m := &found[i]; {
		case int(m.from) < from || int(m.to) > to:
		case m.phrase.concept != 0:
			fs.addConcept(f, m)
		default:
			fs.addSign(f, m)
		}
	}
}

// addConcept adds a concept, and that it is negated.
func (fs *features) addConcept(f *folded, m *match) {
	h := m.phrase.concept ^ saltConcept
	fs.addOnce(feature{finish(h), uint16(m.from), uint16(m.to)})
	if f.tokens[m.from].negated {
		fs.addOnce(feature{finish(mix(h, '!')), uint16(m.from), uint16(m.to)})
	}
}

func (fs *features) addWord(f *folded, i, previous int) {
	t := &f.tokens[i]
	at := uint16(i)
	fs.grams = append(fs.grams, feature{finish(t.hash ^ saltWord), at, at + 1})
	if t.negated {
		fs.grams = append(fs.grams, feature{finish(t.hash ^ saltNegated), at, at + 1})
	}
	if previous >= 0 {
		fs.grams = append(fs.grams, feature{finish(pairKey(f.tokens[previous].hash, t.hash) ^ saltPair), uint16(previous), at + 1})
	}
	if t.kind == word {
		fs.addChars(f.runes[t.from:min(t.to, t.from+longestWord)], at)
	}
}

// addChars adds the n-grams of a word's runes, its borders among them.
func (fs *features) addChars(runes []rune, at uint16) {
	n := len(runes) + 2 // with the borders
	border := func(i int) rune {
		if i == 0 || i == n-1 {
			return '_'
		}
		return runes[i-1]
	}
	for i := 0; i+shortestChars <= n; i++ {
		h := saltChars
		for k := i; k < n && k < i+longestChars; k++ {
			h = mix(h, border(k))
			if k-i+1 >= shortestChars {
				fs.grams = append(fs.grams, feature{finish(h), at, at + 1})
			}
		}
	}
}

// addSolid adds the n-grams that begin at a character of a script without spaces.
func (fs *features) addSolid(f *folded, i, to int) {
	h := saltSolid
	for k := i; k < to && k < i+longestSolid && f.tokens[k].kind == solid; k++ {
		h = mix(h, f.runes[f.tokens[k].from])
		fs.grams = append(fs.grams, feature{finish(h), uint16(i), uint16(k + 1)})
		if f.tokens[i].negated && k-i < 2 {
			fs.grams = append(fs.grams, feature{finish(h ^ saltNegated), uint16(i), uint16(k + 1)})
		}
	}
}

func (fs *features) addSign(f *folded, m *match) {
	h := mix(saltSign, rune(m.phrase.sign))
	if f.tokens[m.from].negated && m.phrase.sign != signNegator {
		h = mix(h, '!')
	}
	fs.addOnce(feature{finish(h), uint16(m.from), uint16(m.to)})
	if s := m.phrase.sign; s < firstSign && s%3 != 0 { // a theme's term that judges also says the theme, and praise or complaint
		fs.addOnce(feature{finish(mix(saltSign, rune(s-s%3))), uint16(m.from), uint16(m.to)})
		h := mix(saltSign, rune(signPraise+s%3-1))
		if f.tokens[m.from].negated {
			h = mix(h, '!')
		}
		fs.addOnce(feature{finish(h), uint16(m.from), uint16(m.to)})
	}
}

// addOnce adds a sign unless it is there: a term that is repeated says no more.
func (fs *features) addOnce(s feature) {
	for i := range fs.signs {
		if fs.signs[i].hash == s.hash {
			return
		}
	}
	fs.signs = append(fs.signs, s)
}

func (fs *features) addWhole(f *folded, from, to int) {
	words := 0
	whole := func(property rune) {
		fs.addOnce(feature{finish(mix(saltWhole, property)), uint16(from), uint16(from)})
	}
	for i := from; i < to; i++ {
		t := &f.tokens[i]
		if t.kind <= symbol {
			words++
		}
		switch {
		case t.kind == number:
			whole(wholeNumber)
		case t.kind == symbol:
			whole(wholeSymbol)
		case t.kind == stop && t.to > t.from:
			switch f.runes[t.from] {
			case '?', '？', '؟':
				whole(wholeQuestion)
			case '!', '！':
				whole(wholeExclamation)
			}
		}
	}
	length := 0
	for _, most := range []int{1, 3, 7, 15} {
		if words > most {
			length++
		}
	}
	whole(wholeLength + rune(length))
}

// negate marks the tokens that negators reach: up to their scope in words, but not past the end of a clause.
func (f *folded) negate(found []match) {
	for i := range found {
		m := &found[i]
		if m.phrase.sign != signNegator {
			continue
		}
		f.negateFrom(int(m.to), 1, int(m.phrase.after))
		f.negateFrom(int(m.from)-1, -1, int(m.phrase.before))
	}
}

func (f *folded) negateFrom(i, step, scope int) {
	for ; scope > 0 && i >= 0 && i < len(f.tokens); i += step {
		t := &f.tokens[i]
		if t.kind == stop || t.kind == comma || t.kind == newline {
			return
		}
		if t.kind <= number {
			t.negated = true
			scope--
		}
	}
}
