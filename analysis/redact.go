package analysis

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// RedactionMode says what stands in the place of personal data.
type RedactionMode int

// The modes of redaction. RedactOff, the zero value, leaves texts as they are.
const (
	RedactOff  RedactionMode = iota
	RedactMark               // the kind, as "[email]"
	RedactHash               // the kind and a keyed hash of what stood there, as "[email:3fa9c2d1b07e]"
)

// redactionModes are the names of the modes.
var redactionModes = []string{"off", "mark", "hash"}

// String is what [ParseRedactionMode] reads.
func (m RedactionMode) String() string { return redactionModes[m] }

// ParseRedactionMode reads "off", "mark" or "hash".
func ParseRedactionMode(name string) (RedactionMode, error) {
	mode := slices.Index(redactionModes, name)
	if mode < 0 {
		return RedactOff, fmt.Errorf("redaction mode %q is unknown: it is off, mark or hash", name)
	}
	return RedactionMode(mode), nil
}

// Redactor replaces personal data in texts. The zero value replaces nothing. Safe for concurrent use.
//
// With RedactHash the mark carries the first 48 bits of the HMAC-SHA256 of the kind and the value under Key, so that the
// same address in two comments can be told to be the same and cannot be read. Upper and lower case, and in numbers
// spaces and signs, make no difference. Whoever has the key can try out all telephone numbers, so it must be secret,
// random, at least 16 bytes long, and not kept beside the texts. Without a key the marks are those of RedactMark.
type Redactor struct {
	Mode RedactionMode
	Key  []byte
}

// Redaction says what a Redactor took out: the kind, and the bytes of the text that was given, from Start up to but
// without End. What stood there is not kept.
type Redaction struct {
	Kind       RedactionKind
	Start, End int
}

// RedactionKind is the kind of personal data that a Redaction took out.
type RedactionKind string

// The kinds of personal data that a Redactor knows.
const (
	RedactedURL   RedactionKind = "url"   // only with a query, a fragment, a user or something like a token
	RedactedToken RedactionKind = "token" // a JSON Web Token (RFC 7519)
	RedactedEmail RedactionKind = "email"
	RedactedIBAN  RedactionKind = "iban"
	RedactedCard  RedactionKind = "card" // a payment card
	RedactedID    RedactionKind = "id"   // the number of a person in a national register, tax, health or social insurance
	RedactedPhone RedactionKind = "phone"
	RedactedName  RedactionKind = "name" // an @name
)

var redactionKinds = []RedactionKind{
	RedactedURL, RedactedToken, RedactedEmail, RedactedIBAN, RedactedCard, RedactedID, RedactedPhone, RedactedName,
}

// Redact is [Redactor.Redact] with RedactMark.
func Redact(text string) (string, []Redaction) { return Redactor{Mode: RedactMark}.Redact(text) }

// Redact replaces personal data in a text by marks and says what it replaced, in the order of the text. Digits of all
// scripts and full-width characters count. For telephone numbers and national ids precision goes before recall: order
// numbers, dates and prices stay. The result is valid UTF-8 (with RedactOff the text itself), at most ten times as long
// as the text, and redacting it again in any mode changes nothing.
func (d Redactor) Redact(text string) (string, []Redaction) {
	if d.Mode == RedactOff {
		return text, nil
	}
	if !mayBePersonal(text) {
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	f := newFinder(text)
	for f.pass() { // a mark may uncover what stood against it, such as a@b.com@name
	}
	if len(f.found) == 0 {
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	slices.SortFunc(f.found, func(a, b finding) int { return a.Start - b.Start })
	var out strings.Builder
	redactions := make([]Redaction, len(f.found))
	last := 0
	for i, found := range f.found {
		out.WriteString(strings.ToValidUTF8(text[last:found.Start], "\uFFFD"))
		out.WriteString(d.mark(found))
		redactions[i], last = found.Redaction, found.End
	}
	out.WriteString(strings.ToValidUTF8(text[last:], "\uFFFD"))
	return out.String(), redactions
}

// hashDigits is the length of the hash in a mark: among a million values, two with the same mark are improbable.
const hashDigits = 12

func (d Redactor) mark(found finding) string {
	if d.Mode != RedactHash || len(d.Key) == 0 {
		return "[" + string(found.Kind) + "]"
	}
	h := hmac.New(sha256.New, d.Key)
	h.Write([]byte(string(found.Kind) + "\x00" + found.value))
	return "[" + string(found.Kind) + ":" + hex.EncodeToString(h.Sum(nil))[:hashDigits] + "]"
}

// markLength returns the length in bytes of the mark that the text begins with, or 0.
func markLength(text string) int {
	if text == "" || text[0] != '[' {
		return 0
	}
	for _, kind := range redactionKinds {
		rest, ok := strings.CutPrefix(text[1:], string(kind))
		if !ok || rest == "" {
			continue
		}
		if rest[0] == ']' {
			return len(kind) + 2
		}
		if rest[0] == ':' && len(rest) > hashDigits+1 && rest[hashDigits+1] == ']' && strings.Trim(rest[1:hashDigits+1], "0123456789abcdef") == "" {
			return len(kind) + hashDigits + 3
		}
	}
	return 0
}

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

// glyph is a character of the text in plain form, or markRune, and the bytes that it stands for.
type glyph struct {
	r          rune
	start, end int32
}

// markRune stands for a whole mark: nothing begins in one, ends in one or reaches over one.
const markRune rune = -1

func cellsOf(text string) []glyph {
	cells := make([]glyph, 0, len(text))
	for i := 0; i < len(text); {
		if n := markLength(text[i:]); n > 0 {
			cells = append(cells, glyph{markRune, int32(i), int32(i + n)})
			i += n
			continue
		}
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

// finder looks for personal data in cells.
type finder struct {
	cells   []glyph
	found   []finding
	done    int  // where the last piece ends
	noURL   int  // up to where a URL would be part of one that tells nothing
	noToken int  // the same for a token
	ats     bool // an @ is somewhere, without which there is no address
	equals  bool // a = is somewhere, without which a URL without http:// tells nothing
}

// finding is a piece of personal data, and in a form that does not depend on how it is written what stood there.
type finding struct {
	Redaction
	value string
}

// piece is a part of the cells, from up to but without to.
type piece struct {
	kind     RedactionKind
	from, to int
}

func newFinder(text string) *finder {
	f := &finder{cells: cellsOf(text)}
	for _, c := range f.cells {
		f.ats = f.ats || c.r == '@'
		f.equals = f.equals || c.r == '='
	}
	return f
}

// pass replaces everything that it sees by marks and reports whether there was anything.
func (f *finder) pass() bool {
	var pieces []piece
	f.done, f.noURL, f.noToken = 0, 0, 0
	for i := 0; i < len(f.cells); {
		p, ok := f.at(i)
		if !ok {
			i++
			continue
		}
		pieces = append(pieces, p)
		i, f.done = p.to, p.to
	}
	if len(pieces) == 0 {
		return false
	}
	var cells []glyph
	last := 0
	for _, p := range pieces {
		start, end := f.cells[p.from].start, f.cells[p.to-1].end
		f.found = append(f.found, finding{Redaction{p.kind, int(start), int(end)}, f.value(p)})
		cells = append(cells, f.cells[last:p.from]...)
		cells = append(cells, glyph{markRune, start, end})
		last = p.to
	}
	f.cells = append(cells, f.cells[last:]...)
	return true
}

// value returns what stands in a piece, the same however it is written.
func (f *finder) value(p piece) string {
	words := p.kind == RedactedURL || p.kind == RedactedToken || p.kind == RedactedEmail || p.kind == RedactedName
	var b strings.Builder
	for _, c := range f.cells[p.from:p.to] {
		if words || isWordRune(c.r) {
			b.WriteRune(unicode.ToLower(c.r))
		}
	}
	return b.String()
}

// at returns the piece of personal data that begins at a cell.
func (f *finder) at(i int) (piece, bool) {
	c := f.cells[i].r
	if i > f.done && isWordRune(c) && isWordRune(f.cells[i-1].r) && !isSolid(f.cells[i-1].r) {
		return piece{}, false // within a word
	}
	for _, k := range kindsFrom(c) {
		if end := f.find(k, i); end > i {
			return piece{k, i, end}, true
		}
	}
	return piece{}, false
}

// What may begin with a letter, a digit and so on, in the order in which it is looked for.
var (
	fromLetter  = []RedactionKind{RedactedURL, RedactedToken, RedactedEmail, RedactedIBAN, RedactedID}
	fromForeign = []RedactionKind{RedactedEmail}
	fromDigit   = []RedactionKind{RedactedEmail, RedactedID, RedactedCard, RedactedPhone}
	fromSign    = []RedactionKind{RedactedPhone}
	fromAt      = []RedactionKind{RedactedName}
)

func kindsFrom(c rune) []RedactionKind {
	switch {
	case isNumeral(c):
		return fromDigit
	case isASCIILetter(c):
		return fromLetter
	case c == '@':
		return fromAt
	case c == '+' || c == '(':
		return fromSign
	case c >= 0x80:
		return fromForeign
	}
	return nil
}

// find returns where the piece of a kind that begins at a cell ends, or 0.
func (f *finder) find(kind RedactionKind, i int) int {
	switch kind {
	case RedactedURL:
		return f.url(i)
	case RedactedToken:
		return f.token(i)
	case RedactedEmail:
		return f.email(i)
	case RedactedIBAN:
		return f.iban(i)
	case RedactedCard:
		return f.card(i)
	case RedactedID:
		return f.id(i)
	case RedactedPhone:
		return f.phone(i)
	}
	return f.name(i)
}

// peek returns the cell's rune, or 0 outside the text.
func (f *finder) peek(i int) rune {
	if i < 0 || i >= len(f.cells) {
		return 0
	}
	return f.cells[i].r
}

func isNumeral(r rune) bool { return r >= '0' && r <= '9' }

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func isWordRune(r rune) bool { return isNumeral(r) || r == '_' || unicode.IsLetter(r) }

// isSolid reports whether a rune's script writes words without spaces, so that anything may follow it.
func isSolid(r rune) bool { return withoutSpaces(r) || r >= 0xAC00 && r <= 0xD7AF }
