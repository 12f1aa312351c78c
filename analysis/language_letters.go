package analysis

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	lastLetter  = 0x2000 // the table looks letters up below it
	mostLetters = 600    // of a text: more would not change the verdict
)

// script is what a letter belongs to: first the shared scripts in the order of tableScripts, then Han, kana and hangul,
// then those of one language each.
type script uint8

const (
	noScript script = 0xFF - iota
	wordBorder
	ignoredLetter
)

const (
	latin script = iota
	cyrillic
	arabic
	devanagari
	han
	kana
	hangul
	firstSingle // and the scripts of singleScripts after it
)

// singleScripts are the blocks of scripts that one language uses, as far as customers go.
var singleScripts = []struct {
	lang        string
	first, last rune
}{
	{"el", 0x0370, 0x03FF},
	{"hy", 0x0530, 0x058F},
	{"he", 0x0590, 0x05FF},
	{"bn", 0x0980, 0x09FF},
	{"pa", 0x0A00, 0x0A7F},
	{"gu", 0x0A80, 0x0AFF},
	{"or", 0x0B00, 0x0B7F},
	{"ta", 0x0B80, 0x0BFF},
	{"te", 0x0C00, 0x0C7F},
	{"kn", 0x0C80, 0x0CFF},
	{"ml", 0x0D00, 0x0D7F},
	{"si", 0x0D80, 0x0DFF},
	{"th", 0x0E00, 0x0E7F},
	{"lo", 0x0E80, 0x0EFF},
	{"bo", 0x0F00, 0x0FFF},
	{"my", 0x1000, 0x109F},
	{"ka", 0x10A0, 0x10FF},
	{"am", 0x1200, 0x137F},
	{"km", 0x1780, 0x17FF},
	{"el", 0x1F00, 0x1FFF},
}

// sharedBlocks are the blocks of scripts that several languages share.
var sharedBlocks = []struct {
	script      script
	first, last rune
}{
	{latin, 'A', 'Z'},
	{latin, 'a', 'z'},
	{latin, 0x00AA, 0x024F},
	{latin, 0x1E00, 0x1EFF},
	{cyrillic, 0x0400, 0x052F},
	{arabic, 0x0600, 0x06FF},
	{arabic, 0x0750, 0x077F},
	{devanagari, 0x0900, 0x097F},
	{hangul, 0x1100, 0x11FF},
}

// letterMap says of every character below lastLetter which script and which position of its alphabet it is, in lower
// case. Position 0 is a letter that the alphabet lacks.
type letterMap [lastLetter]struct {
	script   script
	position uint8
}

func newLetterMap(t *languageTable) *letterMap {
	m := &letterMap{}
	for r := range m {
		m[r].script = noScript
	}
	mark := func(s script, first, last rune) {
		for r := first; r <= last; r++ {
			if unicode.IsLetter(r) || unicode.Is(unicode.M, r) {
				m[r].script = s
			}
		}
	}
	for _, b := range sharedBlocks {
		mark(b.script, b.first, b.last)
	}
	for i, b := range singleScripts {
		mark(firstSingle+script(i), b.first, b.last)
	}
	for i, s := range t.scripts {
		for position, r := range s.alphabet {
			m[r].script, m[r].position = script(i), uint8(position+1)
		}
	}
	for r := range rune(lastLetter) {
		if lower := lowerLetter(r); lower != r && lower < lastLetter && m[r].script != noScript {
			m[r].position = m[lower].position
		}
	}
	for _, r := range []rune{'ª', 'º'} { // signs among the letters
		m[r].script = noScript
	}
	for r := range m {
		if leftOut(rune(r)) {
			m[r].script = ignoredLetter
		}
	}
	return m
}

// leftOut reports whether a character belongs to the letter before it and most writers leave it out: combining marks, the
// vowel signs of Arabic and its stretching.
func leftOut(r rune) bool {
	return r >= 0x0300 && r <= 0x036F || r >= 0x0610 && r <= 0x061A || r >= 0x064B && r <= 0x065F || r == 0x0640 || r == 0x00AD
}

func lowerLetter(r rune) rune {
	if r == 'İ' {
		return 'i'
	}
	return unicode.ToLower(r)
}

// letters holds a text's letters in reading order, word borders between them. It is scratch that is used again.
type letters struct {
	found    []foundLetter
	han      []rune
	counts   [firstSingle + script(64)]int // by script
	position []uint8                       // of one script's letters, for scriptTable.costs
	combined bool                          // some mark stands apart from its letter
}

type foundLetter struct {
	script   script
	position uint8
}

// read gathers the letters of a text but for those of URLs, @names and e-mail addresses. Of a long text the first ones
// suffice.
func (l *letters) read(text string, m *letterMap) {
	l.reset()
	chunk := 0 // where in found the letters begin that an @ would make a part of an address
	for i := 0; i < len(text) && len(l.found) < mostLetters; {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r == '@':
			l.found = l.found[:chunk]
			size = nameLength(text[i:])
			l.border()
		case (r|0x20 == 'h' || r|0x20 == 'w') && strippedLength(text, i) > 0:
			size = strippedLength(text, i)
		default:
			l.add(r, m)
		}
		if r >= utf8.RuneSelf || !isMailByte(byte(r)) {
			chunk = len(l.found)
		}
		i += size
	}
	l.border()
	for _, f := range l.found {
		if f.script != wordBorder {
			l.counts[f.script]++
		}
	}
}

func (l *letters) reset() {
	l.found, l.han, l.combined = l.found[:0], l.han[:0], false
	l.counts = [len(l.counts)]int{}
}

func (l *letters) border() {
	if n := len(l.found); n > 0 && l.found[n-1].script != wordBorder {
		l.found = append(l.found, foundLetter{script: wordBorder})
	}
}

func (l *letters) add(r rune, m *letterMap) {
	if r >= 0xFF21 && r <= 0xFF5A { // full width
		r -= 0xFEE0
	}
	if r < lastLetter {
		switch f := m[r]; {
		case f.script == ignoredLetter:
			l.combined = l.combined || r <= 0x036F
		case f.script != noScript:
			n := len(l.found)
			if f.position > 0 && n >= 2 && l.found[n-1] == foundLetter(f) && l.found[n-2] == foundLetter(f) {
				return // "soooo"
			}
			l.found = append(l.found, foundLetter(f))
		default:
			l.border()
		}
		return
	}
	l.addWide(r)
}

func (l *letters) addWide(r rune) {
	switch {
	case r >= firstHan && r <= lastHan, r >= 0x3400 && r <= 0x4DBF, r >= 0xF900 && r <= 0xFAFF, r >= 0x20000 && r <= 0x323AF:
		l.found = append(l.found, foundLetter{script: han})
		if r >= firstHan && r <= lastHan {
			l.han = append(l.han, r)
		}
	case r >= 0x3041 && r <= 0x30FF && r != 0x30FB, r >= 0x31F0 && r <= 0x31FF, r >= 0xFF66 && r <= 0xFF9F:
		l.found = append(l.found, foundLetter{script: kana})
	case r >= 0xAC00 && r <= 0xD7AF, r >= 0x3131 && r <= 0x318E:
		l.found = append(l.found, foundLetter{script: hangul})
	case r >= 0x200B && r <= 0x200D: // joins
	default:
		l.border()
	}
}

// isMailByte reports whether a character may stand before the @ of an address.
func isMailByte(b byte) bool { return isWordByte(b) || b == '.' || b == '-' || b == '+' || b == '%' }

// nameLength returns the length of the @name or of the domain that follows an @.
func nameLength(text string) int {
	last := rune('@')
	for i, r := range text {
		if i > 0 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' && r != '-' {
			return i
		}
		if last != '@' && last < utf8.RuneSelf && isSolid(r) { // a sentence after a domain
			return i
		}
		last = r
	}
	return len(text)
}

// composed returns the text with marks joined to their letters.
func composed(text string) string { return norm.NFC.String(text) }

// weight is how much a letter of a script says beside a Latin one: a character may be a whole word.
func (s script) weight() int {
	switch s {
	case latin:
		return 1
	case han:
		return 8
	case kana, hangul:
		return 5
	}
	return 3
}

// dominant returns the script that most of the text is written in, and its share; Han counts with kana where there is some.
func (l *letters) dominant() (most script, share float64) {
	most = noScript
	total, best := 0, 0
	for s := range script(len(l.counts)) {
		n := l.counts[s] * s.weight()
		total += n
		if s == kana && n > 0 {
			n += l.counts[han] * han.weight()
		}
		if n > best {
			most, best = s, n
		}
	}
	if total == 0 {
		return noScript, 0
	}
	return most, float64(best) / float64(total)
}

// words returns the number of words of a script.
func (l *letters) words(s script) int {
	n := 0
	for i, f := range l.found {
		if f.script == s && (i == 0 || l.found[i-1].script != s) {
			n++
		}
	}
	return n
}

// of returns the positions of one script's letters with borders around words.
func (l *letters) of(s script) []uint8 {
	l.position = append(l.position[:0], 0)
	for _, f := range l.found {
		if f.script != s {
			f.position = 0
		}
		l.position = append(l.position, f.position)
	}
	return l.position
}
