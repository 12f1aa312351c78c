package analysis

import (
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token is made of.
type tokenKind uint8

const (
	word     tokenKind = iota // letters of a script with spaces
	solid                     // one character of a script without spaces
	number                    // digits
	symbol                    // an emoji or another sign
	stop                      // punctuation that ends a sentence
	comma                     // punctuation that ends a clause
	mark                      // other punctuation
	newline                   // a line break
	stripped                  // a URL or an @name
)

// token is a piece of a text. Start and End are bytes of the text; from and to are positions in the folded runes.
type token struct {
	start, end int32
	from, to   int32
	hash       uint64 // of the folded runes
	kind       tokenKind
	negated    bool
}

// folded is a text cut into tokens with its letters folded: lower case, full width to ASCII, ё to е, no stretched
// letters, no marks that writers leave out. It is scratch that is used again.
type folded struct {
	text   string
	runes  []rune
	tokens []token
}

const hashSeed, hashPrime = 14695981039346656037, 1099511628211

func mix(h uint64, r rune) uint64 { return (h ^ uint64(r)) * hashPrime } // FNV-1a over runes

func hashOf(text string) uint64 {
	h := uint64(hashSeed)
	for _, r := range text {
		h = mix(h, r)
	}
	return h
}

// fold cuts the text.
func (f *folded) fold(text string) {
	f.text, f.runes, f.tokens = text, f.runes[:0], f.tokens[:0]
	for i := 0; i < len(text); {
		if n := strippedLength(text, i); n > 0 {
			f.tokens = append(f.tokens, token{start: int32(i), end: int32(i + n), kind: stripped})
			i += n
			continue
		}
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		f.add(r, i, size)
		i += size
	}
	for i := range f.tokens {
		t := &f.tokens[i]
		h := uint64(hashSeed)
		for _, r := range f.runes[t.from:t.to] {
			h = mix(h, r)
		}
		t.hash = h
	}
}

// add appends a rune to the last token or begins a new one.
func (f *folded) add(r rune, at, size int) {
	r, kind := classify(r)
	end := int32(at + size)
	var last *token
	if n := len(f.tokens); n > 0 && f.tokens[n-1].end == int32(at) {
		last = &f.tokens[n-1]
	}
	switch kind {
	case space:
		return
	case ignored: // joins what stands before it
		if last != nil {
			last.end = end
		}
		return
	case apostrophe:
		if last != nil && last.kind == word && shortEnding(f.text[at+size:]) {
			f.extend(last, '\'', end)
			return
		}
		kind = mark
	}
	if last != nil && last.kind == kind && (kind == word || kind == number) {
		if !f.stretched(last, r) {
			f.extend(last, r, end)
		}
		last.end = end
		return
	}
	n := int32(len(f.runes))
	f.runes = append(f.runes, r)
	f.tokens = append(f.tokens, token{start: int32(at), end: end, from: n, to: n + 1, kind: kind})
}

func (f *folded) extend(t *token, r rune, end int32) {
	f.runes = append(f.runes, r)
	t.to, t.end = t.to+1, end
}

// stretched reports whether the rune would be the third of its kind in a row ("sooooo").
func (f *folded) stretched(t *token, r rune) bool {
	n := len(f.runes)
	return t.kind == word && t.to-t.from >= 2 && f.runes[n-1] == r && f.runes[n-2] == r
}

// shortEnding reports whether one or two letters follow ("don't", "we're"). More of them are a word of their own, and the
// apostrophe ends an article ("l'accueil", "dell'ordine").
func shortEnding(text string) bool {
	letters := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			break
		}
		if letters++; letters > 2 {
			return false
		}
	}
	return letters > 0
}

// Kinds that never become a token.
const (
	space tokenKind = 100 + iota
	ignored
	apostrophe
)

// classify folds a rune and says what it is.
func classify(r rune) (rune, tokenKind) {
	if r < utf8.RuneSelf {
		return asciiFold[r], asciiKind[r]
	}
	if r >= 0xFF01 && r <= 0xFF5E { // full width
		r -= 0xFEE0
		return asciiFold[r], asciiKind[r]
	}
	if folded, ok := foldRune[r]; ok {
		return folded, word
	}
	if kind, ok := punctuation[r]; ok {
		return r, kind
	}
	return classifyWide(r)
}

func classifyWide(r rune) (rune, tokenKind) {
	switch {
	case withoutSpaces(r):
		return simplified(r), solid
	case unicode.IsLetter(r):
		return unicode.ToLower(r), word
	case r >= 0x0610 && r <= 0x061A, r >= 0x064B && r <= 0x065F, r == 0x0640, // Arabic vowel signs and tatweel
		r >= 0x0300 && r <= 0x036F, // combining marks over Latin, Greek and Cyrillic
		r >= 0x200B && r <= 0x200F, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0x1F3FB && r <= 0x1F3FF:
		return r, ignored
	case unicode.Is(unicode.M, r):
		return r, word // vowel signs of Indic scripts
	case unicode.IsDigit(r):
		return r, number
	case unicode.IsSpace(r):
		return r, space
	case unicode.IsPunct(r):
		return r, mark
	}
	return r, symbol
}

// withoutSpaces reports whether the rune's script is written without spaces between words.
func withoutSpaces(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r >= 0x20000 && r <= 0x2FA1F, // Han
		r >= 0x3040 && r <= 0x30FF, r >= 0xFF66 && r <= 0xFF9F, // kana
		r >= 0x0E01 && r <= 0x0E4E, r >= 0x0E80 && r <= 0x0EDF, // Thai, Lao
		r >= 0x1780 && r <= 0x17DD, r >= 0x1000 && r <= 0x109F: // Khmer, Burmese
		return true
	}
	return false
}

var asciiFold, asciiKind = asciiTables()

func asciiTables() (fold [utf8.RuneSelf]rune, kind [utf8.RuneSelf]tokenKind) {
	for r := range rune(utf8.RuneSelf) {
		fold[r] = unicode.ToLower(r)
		switch {
		case r >= '0' && r <= '9':
			fold[r], kind[r] = '0', number // "3 weeks" and "5 weeks" say the same
		case unicode.IsLetter(r):
			kind[r] = word
		case r == '\n' || r == '\r':
			kind[r] = newline
		case r <= ' ' || r == 0x7F:
			kind[r] = space
		case r == '.' || r == '!' || r == '?':
			kind[r] = stop
		case r == ',' || r == ';' || r == ':':
			kind[r] = comma
		case r == '\'':
			kind[r] = apostrophe
		default:
			kind[r] = mark
		}
	}
	return fold, kind
}

// foldRune folds letters that writers use in two ways.
var foldRune = map[rune]rune{
	'ё': 'е', 'Ё': 'е', 'ѐ': 'е',
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ى': 'ي', 'ة': 'ه',
	'İ': 'i', 'ſ': 's',
	'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ώ': 'ω', 'ϊ': 'ι', 'ϋ': 'υ', 'ΐ': 'ι', 'ΰ': 'υ', 'ς': 'σ', // Greek is often
	'Ά': 'α', 'Έ': 'ε', 'Ή': 'η', 'Ί': 'ι', 'Ό': 'ο', 'Ύ': 'υ', 'Ώ': 'ω', // typed without accents or in capitals
}

var punctuation = map[rune]tokenKind{
	'。': stop, '！': stop, '？': stop, '…': stop, '؟': stop, '।': stop, '．': stop, '｡': stop, '‼': stop, '⁉': stop,
	'，': comma, '、': comma, '；': comma, '：': comma, '،': comma, '؛': comma,
	'’': apostrophe, '‘': apostrophe, 'ʼ': apostrophe,
}

// strippedLength returns the length in bytes of the URL, @name or redaction mark that begins at i, or 0.
func strippedLength(text string, i int) int {
	if i > 0 && isWordByte(text[i-1]) {
		return 0
	}
	switch text[i] {
	case '[': // what stands for personal data says nothing about the service
		return markLength(text[i:])
	case '@':
		n := 1
		for i+n < len(text) && isWordByte(text[i+n]) {
			n++
		}
		if n > 1 {
			return n
		}
	case 'h', 'w', 'H', 'W':
		return urlLength(text[i:])
	}
	return 0
}

// prefixLength returns the length of the first of the prefixes that the text has, or 0.
func prefixLength(text string, prefixes []string) int {
	for _, p := range prefixes {
		if len(text) >= len(p) && equalFold(text[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// urlLength returns the length of the URL that the text begins with, or 0.
func urlLength(text string) int {
	n := prefixLength(text, []string{"http://", "https://", "www."})
	if n == 0 || n == len(text) {
		return 0
	}
	for n < len(text) && text[n] > ' ' && text[n] < utf8.RuneSelf {
		n++
	}
	return n
}

func equalFold(a, lower string) bool {
	for i := range len(a) {
		if a[i] != lower[i] && a[i]+'a'-'A' != lower[i] {
			return false
		}
	}
	return true
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
