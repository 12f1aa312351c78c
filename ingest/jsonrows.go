package ingest

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
)

// nameSet numbers the names of columns in the order in which they first appear.
type nameSet struct {
	index map[string]int
	list  []string
}

// number gives the column of a name, a new one if need be; −1 when there are too many.
func (s *nameSet) number(name []byte) int {
	if n, ok := s.index[string(name)]; ok {
		return n
	}
	if len(s.list) >= maxColumns {
		return -1
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	n := len(s.list)
	s.index[string(name)] = n
	s.list = append(s.list, string(name))
	return n
}

// jsonLines reads JSON Lines: an object on each line.
type jsonLines struct {
	in     *window
	lineNo int
	parser jsonParser
}

func (j *jsonLines) close() error { return nil }

func (j *jsonLines) next(rec *record) error {
	line, tooLong, ok, err := j.in.line('\n')
	if err != nil {
		return err
	}
	if !ok {
		return io.EOF
	}
	j.lineNo++
	rec.reset(j.lineNo)
	if tooLong {
		rec.problem = tooLongJSON
		return nil
	}
	if line = bytes.TrimSpace(line); len(line) > 0 {
		j.parser.parse(line, rec)
	}
	return nil
}

var tooLongJSON = tooLarge(RuleLineLong, "the JSON object is longer than 16 MB: shorten it", maxRecord>>20)

// jsonArray reads the objects of one array. Records are numbered by element.
type jsonArray struct {
	in     *window
	number int
	opened bool
	ended  bool // the array is
	nested bool // the array is the value of a name, and more may follow it
	parser jsonParser
}

func (j *jsonArray) close() error { return nil }

// wrapped finds an array that is the value of "responses", as LimeSurvey and Qualtrics write it, or of "data", as
// Formbricks does.
var wrapped = regexp.MustCompile(`^\s*\{\s*"(?:responses|data)"\s*:\s*\[`)

// numbered finds the start of a record that lies under its own number, as some versions of LimeSurvey write it.
var numbered = regexp.MustCompile(`^\{\s*"\d+"\s*:\s*(\{)`)

// unnested gives the record that an element holds under its number, else the element.
func unnested(element []byte) []byte {
	at := numbered.FindSubmatchIndex(element)
	if at == nil || element[len(element)-1] != '}' {
		return element
	}
	if inner := bytes.TrimSpace(element[at[2] : len(element)-1]); json.Valid(inner) {
		return inner
	}
	return element
}

// isArray reports whether a JSON file is an array of objects and not lines.
func isArray(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && text[0] == '[' || wrapped.Match(text)
}

func (j *jsonArray) next(rec *record) error {
	if !j.opened {
		if err := j.open(); err != nil {
			return err
		}
	}
	if j.ended {
		return j.behind(rec)
	}
	element, fate, err := j.element()
	if err != nil {
		return err
	}
	j.number++
	rec.reset(j.number)
	element = bytes.TrimSpace(element)
	switch {
	case fate == elementTooLong:
		rec.problem = tooLongJSON
	case fate == elementCut:
		rec.problem = breaks(RuleArrayOpen, "the array does not end: the file is cut off, get it again")
	case len(element) > 0:
		j.parser.parse(unnested(element), rec)
	}
	return nil
}

// behind makes a row of what follows the array, which would otherwise be lost unseen.
func (j *jsonArray) behind(rec *record) error {
	for !j.nested {
		text := bytes.TrimSpace(j.in.data())
		j.in.skip(len(j.in.data()))
		if len(text) > 0 {
			j.nested = true
			j.number++
			rec.reset(j.number)
			rec.problem = breaks(RuleArrayTrailing, "there is more behind the end of the array: put all objects into one array, or one on each line")
			return nil
		}
		if j.in.eof {
			break
		}
		if err := j.in.more(); err != nil {
			return err
		}
	}
	return io.EOF
}

// open passes over what stands before the first element.
func (j *jsonArray) open() error {
	j.opened = true
	for {
		if i := bytes.IndexByte(j.in.data(), '['); i >= 0 {
			j.in.skip(i + 1)
			return nil
		}
		if j.in.eof {
			return io.EOF
		}
		if err := j.in.more(); err != nil {
			return err
		}
	}
}

// elementFate is what became of an element of the array.
type elementFate int

const (
	elementWhole elementFate = iota
	elementTooLong
	elementCut // the file ends before the array does
)

// element gives the text up to the comma or bracket behind the next element.
func (j *jsonArray) element() (text []byte, fate elementFate, err error) {
	var scan elementScan
	searched := 0
	for {
		data := j.in.data()
		if i := scan.end(data[searched:]); i >= 0 {
			j.ended = data[searched+i] == ']'
			j.in.skip(searched + i + 1)
			return data[:searched+i], fate, nil
		}
		if j.in.eof {
			j.ended = true
			j.in.skip(len(data))
			return nil, elementCut, nil
		}
		searched = len(data)
		if j.in.full() || fate == elementTooLong {
			fate, searched = elementTooLong, 0
			j.in.skip(len(data))
		}
		if err := j.in.more(); err != nil {
			return nil, fate, err
		}
	}
}

// elementScan finds the end of an element over several pieces of it.
type elementScan struct {
	depth          int
	quoted, escape bool
}

// end gives the position of the comma or bracket behind the element, or −1 when it goes on.
func (s *elementScan) end(piece []byte) int {
	for i, b := range piece {
		switch {
		case s.escape:
			s.escape = false
		case s.quoted:
			s.escape, s.quoted = b == '\\', b != '"'
		case b == '"':
			s.quoted = true
		case b == '{' || b == '[':
			s.depth++
		case s.depth == 0 && (b == ',' || b == ']'):
			return i
		case s.depth > 0 && (b == '}' || b == ']'):
			s.depth--
		}
	}
	return -1
}
