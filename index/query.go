package index

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/feedback"
)

// maxQuery is the longest text query, in code points.
const maxQuery = 1000

// atomKind is what a part of a query asks for.
type atomKind int

const (
	wordAtom   atomKind = iota // the word in any form that its language's stems know
	phraseAtom                 // the words side by side
	prefixAtom                 // words that begin so
	fuzzyAtom                  // words up to one or two letters away
)

// atom is a word, a phrase, a prefix or a fuzzy word of a query.
type atom struct {
	kind atomKind
	text string
}

// clause asks for one of its atoms; excluded: for none.
type clause struct {
	any      []atom
	excluded bool
}

// parseQuery reads a text query: words, "phrases", prefix*, fuzzy~, -exclusion, and OR between alternatives. All clauses
// must hold. What is no syntax is words. A [feedback.TooLarge] error past 1,000 code points.
func parseQuery(text string) ([]clause, error) {
	if utf8.RuneCountInString(text) > maxQuery {
		return nil, feedback.Errorf(feedback.TooLarge, "match is longer than %d characters: shorten it", maxQuery)
	}
	var (
		clauses []clause
		or      bool // an OR stands between the last clause and this part
	)
	parts := splitQuery(text)
	for i, part := range parts {
		last := len(clauses) - 1
		if part.isOr && last >= 0 && !clauses[last].excluded && !or && i+1 < len(parts) && !parts[i+1].isOr && !parts[i+1].excluded {
			or = true
			continue
		}
		if or {
			clauses[last].any = append(clauses[last].any, part.atom)
		} else {
			clauses = append(clauses, clause{any: []atom{part.atom}, excluded: part.excluded})
		}
		or = false
	}
	return clauses, nil
}

// part is a piece of a query between spaces, or between quotes.
type part struct {
	atom
	excluded bool
	isOr     bool
}

// splitQuery cuts a query into parts. A quote without its partner is a space.
func splitQuery(text string) []part {
	var parts []part
	runes := []rune(text)
	for i := 0; i < len(runes); {
		if unicode.IsSpace(runes[i]) || closing(runes[i]) != 0 && quoteEnd(runes, i) < 0 {
			i++
			continue
		}
		start := i
		for i < len(runes) && runes[i] == '-' {
			i++
		}
		if i < len(runes) && closing(runes[i]) != 0 {
			if end := quoteEnd(runes, i); end > 0 {
				parts = append(parts, part{atom: atom{phraseAtom, string(runes[i+1 : end])}, excluded: i > start})
				i = end + 1
				continue
			}
		}
		for i < len(runes) && !unicode.IsSpace(runes[i]) && closing(runes[i]) == 0 {
			i++
		}
		parts = append(parts, wordPart(string(runes[start:i])))
	}
	return parts
}

// closing gives the partner of an opening quote, 0 for other characters.
func closing(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '“', '„':
		return '”'
	case '«':
		return '»'
	case '「':
		return '」'
	}
	return 0
}

// quoteEnd finds where the quote that opens at i closes, −1 when it does not.
func quoteEnd(runes []rune, i int) int {
	partner := closing(runes[i])
	for end := i + 1; end < len(runes); end++ {
		if runes[end] == partner || partner == '”' && runes[end] == '“' {
			return end
		}
	}
	return -1
}

// wordPart reads a part without quotes.
func wordPart(text string) part {
	word := strings.TrimLeft(text, "-")
	p := part{atom: atom{wordAtom, word}, excluded: word != text && word != "", isOr: text == "OR"}
	if stem, ok := strings.CutSuffix(word, "*"); ok && stem != "" {
		p.atom = atom{prefixAtom, stem}
	} else if stem, ok := strings.CutSuffix(word, "~"); ok && stem != "" {
		p.atom = atom{fuzzyAtom, stem}
	}
	return p
}
