package ingest

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may lie in each other.
const maxDepth = 64

// jsonParser turns an object into the values of a record: nested objects flatten to "meta.airline", lists of plain
// values are joined with "; ", other lists are left out, numbers keep their text, null is blank. It takes everything
// that is JSON, and besides that bare control characters in strings and the NaN of Python.
//
// encoding/json would do the same at a tenth of the speed, since the names are not known beforehand.
type jsonParser struct {
	names   *nameSet
	data    []byte
	at      int
	path    []byte // name of the object being read, with a dot at its end
	scratch []byte // values that are not found in data as they are
	depth   int
}

var (
	errJSON    = errors.New("is not a valid JSON object")
	errDepth   = errors.New("has objects nested more than 64 deep")
	errColumns = errors.New("brings the number of different field names above 16384: turn names that are values into values")
)

// parse reads an object into rec; what is wrong becomes the record's problem.
func (p *jsonParser) parse(text []byte, rec *record) {
	p.data, p.at, p.path, p.scratch, p.depth = text, 0, p.path[:0], p.scratch[:0], 0
	err := errJSON
	if len(text) > 0 && text[0] == '{' {
		err = p.object(rec)
	}
	p.space()
	if err == nil && p.at != len(text) {
		err = errJSON
	}
	if err != nil {
		rec.values = rec.values[:0]
		rec.problem = p.problem("this "+err.Error(), err)
	}
}

func (p *jsonParser) problem(message string, err error) *problem {
	switch {
	case errors.Is(err, errDepth):
		return breaks(RuleJSONDeep, message, maxDepth)
	case errors.Is(err, errColumns):
		return breaks(RuleJSONNames, message, maxColumns)
	}
	return breaks(RuleNotJSON, message+" (byte "+strconv.Itoa(p.at+1)+"): write one object with its fields", p.at+1)
}

func (p *jsonParser) space() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// take passes over b if it comes next.
func (p *jsonParser) take(b byte) bool {
	p.space()
	if p.at < len(p.data) && p.data[p.at] == b {
		p.at++
		return true
	}
	return false
}

func (p *jsonParser) object(rec *record) error {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return errDepth
	}
	if p.at++; p.take('}') {
		return nil
	}
	base := len(p.path)
	for {
		if p.space(); p.at == len(p.data) || p.data[p.at] != '"' {
			return errJSON
		}
		key, err := p.text()
		if err != nil {
			return err
		}
		if !p.take(':') {
			return errJSON
		}
		p.path = append(p.path, key...)
		if err := p.member(rec); err != nil {
			return err
		}
		p.path = p.path[:base]
		if p.take('}') {
			return nil
		}
		if !p.take(',') {
			return errJSON
		}
	}
}

// member reads the value whose name is the path.
func (p *jsonParser) member(rec *record) error {
	p.space()
	if p.at < len(p.data) && p.data[p.at] == '{' {
		p.path = append(p.path, '.')
		return p.object(rec)
	}
	if p.at < len(p.data) && p.data[p.at] == '[' {
		value, plain, err := p.list()
		if err != nil || !plain {
			return err
		}
		return p.set(rec, value)
	}
	value, err := p.scalar()
	if err != nil {
		return err
	}
	return p.set(rec, value)
}

func (p *jsonParser) set(rec *record, value []byte) error {
	column := p.names.number(p.path)
	if column < 0 {
		return errColumns
	}
	for len(rec.values) <= column {
		rec.values = append(rec.values, nil)
	}
	rec.values[column] = value
	return nil
}

// list reads an array; plain is false when there is more in it than plain values.
func (p *jsonParser) list() (joined []byte, plain bool, err error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, false, errDepth
	}
	plain = true
	if p.at++; p.take(']') {
		return nil, true, nil
	}
	for {
		item, isPlain, err := p.item()
		if err != nil {
			return nil, false, err
		}
		plain = plain && isPlain
		if len(joined) > 0 && len(item) > 0 {
			joined = append(joined, "; "...)
		}
		joined = append(joined, item...)
		if p.take(']') {
			return joined, plain, nil
		}
		if !p.take(',') {
			return nil, false, errJSON
		}
	}
}

// item reads one value of an array; plain is false when it is an object or an array, which are left out.
func (p *jsonParser) item() (value []byte, plain bool, err error) {
	p.space()
	if p.at < len(p.data) && (p.data[p.at] == '{' || p.data[p.at] == '[') {
		return nil, false, p.pass()
	}
	value, err = p.scalar()
	return value, true, err
}

// pass reads an object or array that is left out.
func (p *jsonParser) pass() error {
	if p.data[p.at] == '[' {
		_, _, err := p.list()
		return err
	}
	aside := jsonParser{names: &nameSet{}, data: p.data, at: p.at, depth: p.depth}
	err := aside.object(&record{})
	p.at = aside.at
	return err
}

// scalar reads a string, number, true, false or null (blank).
func (p *jsonParser) scalar() ([]byte, error) {
	if p.at == len(p.data) {
		return nil, errJSON
	}
	if p.data[p.at] == '"' {
		return p.text()
	}
	start := p.at
	for p.at < len(p.data) && isWord(p.data[p.at]) {
		p.at++
	}
	word := p.data[start:p.at]
	switch string(word) {
	case "true", "false":
		return word, nil
	case "null", "NaN":
		return nil, nil
	}
	if !isNumber(word) {
		p.at = start
		return nil, errJSON
	}
	return word, nil
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '+' || b == '.'
}

// isNumber reports whether the word is a number of JSON.
func isNumber(word []byte) bool {
	word = bytes.TrimPrefix(word, []byte{'-'})
	digits := countDigits(word)
	if digits == 0 || digits > 1 && word[0] == '0' {
		return false
	}
	if word = word[digits:]; len(word) > 0 && word[0] == '.' {
		digits = countDigits(word[1:])
		if digits == 0 {
			return false
		}
		word = word[1+digits:]
	}
	if len(word) > 0 && word[0]|0x20 == 'e' {
		if word = word[1:]; len(word) > 0 && (word[0] == '-' || word[0] == '+') {
			word = word[1:]
		}
		digits = countDigits(word)
		return digits > 0 && digits == len(word)
	}
	return len(word) == 0
}

func countDigits(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

// text reads a string. The result lies in data when there are no escapes in it, else in scratch.
func (p *jsonParser) text() ([]byte, error) {
	p.at++
	rest := p.data[p.at:]
	quote := bytes.IndexByte(rest, '"')
	if quote >= 0 && bytes.IndexByte(rest[:quote], '\\') < 0 {
		p.at += quote + 1
		return rest[:quote:quote], nil
	}
	start := len(p.scratch)
	for p.at < len(p.data) {
		switch b := p.data[p.at]; b {
		case '"':
			p.at++
			return p.scratch[start:len(p.scratch):len(p.scratch)], nil
		case '\\':
			if !p.escape() {
				return nil, errJSON
			}
		default:
			p.scratch = append(p.scratch, b)
			p.at++
		}
	}
	return nil, errJSON
}

// escape reads what follows a backslash.
func (p *jsonParser) escape() bool {
	if p.at+1 >= len(p.data) {
		return false
	}
	b := p.data[p.at+1]
	if b == 'u' {
		return p.escapeUnicode()
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt`), b)
	if i < 0 {
		return false
	}
	p.scratch = append(p.scratch, "\"\\/\b\f\n\r\t"[i])
	p.at += 2
	return true
}

func (p *jsonParser) escapeUnicode() bool {
	r, ok := p.unit(p.at)
	if !ok {
		return false
	}
	p.at += 6
	if utf16.IsSurrogate(r) {
		low, ok := p.unit(p.at)
		if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
			p.at += 6
		} else {
			r = utf8.RuneError
		}
	}
	p.scratch = utf8.AppendRune(p.scratch, r)
	return true
}

// unit reads \uXXXX at a position.
func (p *jsonParser) unit(at int) (rune, bool) {
	if at+6 > len(p.data) || p.data[at] != '\\' || p.data[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.data[at+2:at+6]), 16, 32)
	return rune(n), err == nil
}
