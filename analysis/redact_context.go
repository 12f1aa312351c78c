package analysis

import (
	"strings"
	"unicode/utf8"
)

// numberContext is what the words before a number say that it is.
type numberContext int

const (
	aboutNothing numberContext = iota
	aboutPhone                 // the words name a telephone number
	aboutCalling               // the words speak of calling, a little before
	aboutOrder                 // the words name another number
	aboutNumber                // the words name a number, and do not say of what
	aboutMoney
)

// contextOf says what the words before a cell tell about the number there.
func (f *finder) contextOf(i int) numberContext {
	near := f.near(i)
	lead := linkWords.strip(strings.TrimRight(near, contextSigns))
	named := numberWords.strip(lead) // "order no. 123"
	switch {
	case moneySigns.end(lead):
		return aboutMoney
	case phoneWords.end(lead):
		return aboutPhone
	case orderWords.end(lead) || orderWords.end(named):
		return aboutOrder
	case phoneWords.end(named):
		return aboutPhone
	case callWords.within(near):
		return aboutCalling
	case len(named) < len(lead):
		return aboutNumber
	}
	return aboutNothing
}

// contextSigns may stand between a word and the number it names.
const contextSigns = " .:()-=#№º°：（、،"

// near returns the text before a cell, in lower case: what follows the number before it, 40 characters at most.
func (f *finder) near(i int) string {
	const most = 40
	first := i
	for first > 0 && i-first < most && !isNumeral(f.cells[first-1].r) {
		first--
	}
	var b strings.Builder
	for _, c := range f.cells[first:i] {
		b.WriteRune(c.r)
	}
	return strings.ToLower(b.String())
}

// wordList holds words or a few words in a row, lower case, by their first and by their last byte.
type wordList struct {
	byFirst, byLast [256][]listed
}

// listed is a word of a list, or a few in a row. An open one stands for all words that begin so.
type listed struct {
	text string
	open bool
}

// wordListOf reads words with "|" between; one that ends with * is open.
func wordListOf(list string) *wordList {
	p := &wordList{}
	for word := range strings.SplitSeq(list, "|") {
		text, open := strings.CutSuffix(word, "*")
		first, last := text[0], text[len(text)-1]
		p.byFirst[first] = append(p.byFirst[first], listed{text, open})
		p.byLast[last] = append(p.byLast[last], listed{text, open})
	}
	return p
}

// end reports whether a text ends with one of the words.
func (p *wordList) end(text string) bool { return len(p.cut(text)) < len(text) }

// cut returns a text without the word at its end, if there is one.
func (p *wordList) cut(text string) string {
	if text == "" {
		return ""
	}
	for _, w := range p.byLast[text[len(text)-1]] {
		if rest, ok := strings.CutSuffix(text, w.text); ok && beginsWord(text, len(rest)) {
			return rest
		}
	}
	return text
}

// strip returns a text without the words and signs at its end.
func (p *wordList) strip(text string) string {
	for {
		rest := strings.TrimRight(p.cut(text), contextSigns)
		if len(rest) == len(text) {
			return rest
		}
		text = rest
	}
}

// within reports whether one of the words stands in a text.
func (p *wordList) within(text string) bool {
	for at := range len(text) {
		for _, w := range p.byFirst[text[at]] {
			if strings.HasPrefix(text[at:], w.text) && beginsWord(text, at) && (w.open || endsWord(text, at+len(w.text))) {
				return true
			}
		}
	}
	return false
}

// beginsWord reports whether the word at a byte of a text is not the rest of a longer one.
func beginsWord(text string, at int) bool {
	first, _ := utf8.DecodeRuneInString(text[at:])
	last, _ := utf8.DecodeLastRuneInString(text[:at])
	return !isWordRune(first) || !isWordRune(last) || isSolid(first)
}

// endsWord reports whether the word that ends at a byte of a text does not go on.
func endsWord(text string, at int) bool {
	next, _ := utf8.DecodeRuneInString(text[at:])
	return !isWordRune(next) || isSolid(next)
}
