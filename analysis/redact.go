package analysis

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redaction says what Redact took out: the kind, and the bytes of the text that was given, from Start up to but without
// End. What stood there is not kept.
type Redaction struct {
	Kind       RedactionKind
	Start, End int
}

// RedactionKind is the kind of personal data that a Redaction took out.
type RedactionKind string

// The kinds of personal data that Redact knows.
const (
	RedactedURL   RedactionKind = "url" // only with a query, a fragment, a user or something like a token
	RedactedEmail RedactionKind = "email"
	RedactedIBAN  RedactionKind = "iban"
	RedactedCard  RedactionKind = "card" // a payment card
	RedactedPhone RedactionKind = "phone"
	RedactedName  RedactionKind = "name" // an @name
)

// Redact replaces personal data in a text by marks such as "[email]" and says what it replaced, in the order of the text.
// Digits of all scripts and full-width characters count. For telephone numbers precision goes before recall: order
// numbers, dates and prices stay. The result is valid UTF-8, and redacting it again changes nothing.
func Redact(text string) (string, []Redaction) {
	if !mayBePersonal(text) {
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	r := redactor{cells: cellsOf(text)}
	for r.pass() { // a mark may uncover what stood against it, such as a@b.com@name
	}
	if len(r.found) == 0 {
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	slices.SortFunc(r.found, func(a, b Redaction) int { return a.Start - b.Start })
	var out strings.Builder
	last := 0
	for _, f := range r.found {
		out.WriteString(strings.ToValidUTF8(text[last:f.Start], "\uFFFD"))
		out.WriteString(f.Kind.mark())
		last = f.End
	}
	out.WriteString(strings.ToValidUTF8(text[last:], "\uFFFD"))
	return out.String(), r.found
}

func (k RedactionKind) mark() string { return "[" + string(k) + "]" }

// mayBePersonal reports whether the text holds anything that personal data needs: a digit, an @ or the beginning of a URL.
func mayBePersonal(text string) bool {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(text[i:])
			if r := plain(r); r == '@' || r >= '0' && r <= '9' || r >= 0x1D400 || r|0x20 == 'w' || r|0x20 == 'h' {
				return true
			}
			i += size - 1
		case c == '@' || c >= '0' && c <= '9':
			return true
		case c == ':' && strings.HasPrefix(text[i:], "://"), c|0x20 == 'w' && len(text)-i > 4 && equalFold(text[i:i+4], "www."):
			return true
		}
	}
	return false
}

// glyph is a character of the text in plain form, and the bytes that it stands for.
type glyph struct {
	r          rune
	start, end int32
}

func cellsOf(text string) []glyph {
	cells := make([]glyph, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		cells = append(cells, glyph{plain(r), int32(i), int32(i + size)})
		i += size
	}
	return cells
}

// plain folds what stands for an ASCII character: digits of all scripts, full width, dashes and spaces.
func plain(r rune) rune {
	switch {
	case r < 0xA0:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r >= 0x2010 && r <= 0x2015, r == 0x2212:
		return '-'
	case r == 0xA0, r == 0x3000, r >= 0x2000 && r <= 0x200A, r == 0x202F:
		return ' '
	case r < 0x0660, r >= 0x3000 && r < 0xA620, r >= 0xAC00 && r < 0xD7B0: // no digits there
		return r
	case unicode.IsDigit(r):
		return '0' + digitValue(r)
	}
	return r
}

// digitValue returns the value of a decimal digit: in every script the ten stand in a row, and rows begin with zero.
func digitValue(r rune) rune {
	for _, block := range unicode.Nd.R16 {
		if r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	return 0
}

// redactor looks for personal data in cells.
type redactor struct {
	cells []glyph
	found []Redaction
	done  int // where the last piece ends
	noURL int // up to where a URL would be part of one that tells nothing
}

// piece is a part of the cells, from up to but without to.
type piece struct {
	kind     RedactionKind
	from, to int
}

// pass replaces everything that the finders see by marks and reports whether there was anything.
func (r *redactor) pass() bool {
	var pieces []piece
	r.done, r.noURL = 0, 0
	for i := 0; i < len(r.cells); {
		p, ok := r.at(i)
		if !ok {
			i++
			continue
		}
		pieces = append(pieces, p)
		i, r.done = p.to, p.to
	}
	if len(pieces) == 0 {
		return false
	}
	var cells []glyph
	last := 0
	for _, p := range pieces {
		start, end := r.cells[p.from].start, r.cells[p.to-1].end
		cells = append(cells, r.cells[last:p.from]...)
		for _, c := range p.kind.mark() {
			cells = append(cells, glyph{c, start, end})
		}
		r.found = append(r.found, Redaction{p.kind, int(start), int(end)})
		last = p.to
	}
	r.cells = append(cells, r.cells[last:]...)
	return true
}

// at returns the piece of personal data that begins at a cell.
func (r *redactor) at(i int) (piece, bool) {
	if i > r.done && isWordRune(r.cells[i-1].r) && isWordRune(r.cells[i].r) && !isSolid(r.cells[i-1].r) {
		return piece{}, false // within a word
	}
	for _, f := range [...]struct {
		kind RedactionKind
		find func(*redactor, int) int
	}{
		{RedactedURL, (*redactor).url},
		{RedactedEmail, (*redactor).email},
		{RedactedIBAN, (*redactor).iban},
		{RedactedCard, (*redactor).card},
		{RedactedPhone, (*redactor).phone},
		{RedactedName, (*redactor).name},
	} {
		if end := f.find(r, i); end > i {
			return piece{f.kind, i, end}, true
		}
	}
	return piece{}, false
}

// peek returns the cell's rune, or 0 outside the text.
func (r *redactor) peek(i int) rune {
	if i < 0 || i >= len(r.cells) {
		return 0
	}
	return r.cells[i].r
}

func isNumeral(r rune) bool { return r >= '0' && r <= '9' }

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func isWordRune(r rune) bool { return isNumeral(r) || r == '_' || unicode.IsLetter(r) }

// isSolid reports whether a rune's script writes words without spaces, so that anything may follow it.
func isSolid(r rune) bool { return withoutSpaces(r) || r >= 0xAC00 && r <= 0xD7AF }
