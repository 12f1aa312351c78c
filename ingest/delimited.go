package ingest

import (
	"bytes"
	"fmt"
	"io"
)

// dialect is how a delimited file is written.
type dialect struct {
	delimiter byte // 0: a single column
	newline   byte // '\n', or '\r' in files of old Macs
	quotes    bool
	skipLines int // lines before the header: "sep=;"
}

// delimited reads CSV and TSV as people make them. Quoted values may hold delimiters, doubled quotes and line ends.
// A stray quote in a value is a character like any other, as long as the value ends on its line; a quote that opens and
// does not properly close costs the row where it opens, not the rest of the file: reading goes on at the next line, and
// until a row has the width of the header again, rows of another width are taken for the rest of the quoted text.
type delimited struct {
	dialect
	in       *window
	lineNo   int    // of the next line, from 1
	width    int    // columns of the header; 0 before it is known
	scratch  []byte // values that had to be rewritten
	opened   int    // line of the quote that never closed; 0 when there is none
	onlyText bool   // every line is one value
}

func newDelimited(src io.Reader, d dialect) (*delimited, error) {
	out := &delimited{dialect: d, in: newWindow(src), lineNo: 1}
	for range d.skipLines {
		if _, _, _, err := out.in.line(d.newline); err != nil {
			return nil, err
		}
		out.lineNo++
	}
	return out, nil
}

func (d *delimited) close() error { return nil }

func (d *delimited) next(rec *record) error {
	for {
		data := d.in.data()
		rec.reset(d.lineNo)
		d.scratch = d.scratch[:0]
		n, outcome := d.parse(data, rec)
		switch {
		case len(data) == 0 && d.in.eof:
			return io.EOF
		case (outcome == cut || outcome == unclosed) && !d.in.eof && !d.in.full():
			if err := d.in.more(); err != nil {
				return err
			}
		case outcome == whole || outcome == cut && d.in.eof:
			d.advance(data[:n])
			d.checkWidth(rec)
			return nil
		default:
			return d.reject(rec, outcome)
		}
	}
}

// advance passes over what was parsed, counting lines.
func (d *delimited) advance(parsed []byte) {
	d.lineNo += bytes.Count(parsed, []byte{d.newline})
	d.in.skip(len(parsed))
}

// reject gives up a row at the end of its first line.
func (d *delimited) reject(rec *record, why outcome) error {
	_, tooLong, _, err := d.in.line(d.newline)
	if err != nil {
		return err
	}
	d.lineNo++
	rec.values = rec.values[:0]
	if tooLong || why == cut {
		rec.problem = tooLarge(RuleLineLong, fmt.Sprintf("the line is longer than %d MB: shorten it", maxRecord>>20), maxRecord>>20)
		return nil
	}
	d.opened = rec.line
	rec.problem = breaks(RuleQuoteOpen, `a quote (") that opens in this line is not closed properly: double the quotes inside a text, and close it`)
	return nil
}

// checkWidth rejects a row with more values than the header has names: an unquoted delimiter in a text would otherwise
// lose its end unseen. Missing values at the end are blank.
func (d *delimited) checkWidth(rec *record) {
	if d.width == 0 {
		return
	}
	n := len(rec.values)
	for n > d.width && len(bytes.TrimSpace(rec.values[n-1])) == 0 {
		n--
	}
	switch {
	case n > d.width:
		rec.problem = breaks(RuleManyValues, fmt.Sprintf(
			"there are %d values for %d columns: put texts that contain the delimiter (%s) in quotes", n, d.width, d.delimiterName()), n, d.width, d.delimiterName())
	case d.opened > 0 && len(rec.values) != d.width && !rec.blank():
		rec.problem = breaks(RuleShiftedValues, fmt.Sprintf(
			"there are %d values for %d columns: this is probably the rest of the text whose quote opens in line %d", n, d.width, d.opened), n, d.width, d.opened)
	case len(rec.values) == d.width:
		d.opened = 0
	}
}

func (d *delimited) delimiterName() string {
	if d.delimiter == '\t' {
		return "tab"
	}
	return string(rune(d.delimiter))
}

// outcome is how the parse of a row went.
type outcome int

const (
	whole     outcome = iota // the row ends in the data
	cut                      // the data ends before the row; the values are right if there is no more data
	unclosed                 // the data ends within quotes
	broken                   // a quote within quoted text of several lines is neither doubled nor at its end
	notQuoted                // a value begins with a quote, but is not a quoted one
)

// parse reads one row from the start of data. n is its length with its line end.
func (d *delimited) parse(data []byte, rec *record) (n int, result outcome) {
	end := bytes.IndexByte(data, d.newline)
	line, n, result := data, len(data), cut
	if end >= 0 {
		line, n, result = data[:end], end+1, whole
	}
	if d.onlyText {
		rec.values = append(rec.values, trimReturn(line))
		return n, result
	}
	if !d.quotes || bytes.IndexByte(line, '"') < 0 {
		rec.values = d.split(rec.values, trimReturn(line))
		return n, result
	}
	return d.parseQuoted(data, rec)
}

func trimReturn(line []byte) []byte { return bytes.TrimSuffix(line, []byte{'\r'}) }

// split cuts a line at the delimiters.
func (d *delimited) split(values [][]byte, line []byte) [][]byte {
	if d.delimiter == 0 {
		return append(values, line)
	}
	for {
		i := bytes.IndexByte(line, d.delimiter)
		if i < 0 {
			return append(values, line)
		}
		values, line = append(values, line[:i]), line[i+1:]
	}
}

// parseQuoted reads a row whose first line has a quote.
func (d *delimited) parseQuoted(data []byte, rec *record) (n int, result outcome) {
	at := 0
	for {
		value, length, outcome := d.value(data[at:])
		if outcome != whole {
			return 0, outcome
		}
		rec.values = append(rec.values, value)
		at += length
		switch {
		case at == len(data):
			return at, cut
		case data[at] == d.newline:
			return at + 1, whole
		case data[at] == '\r' && at+1 == len(data):
			return len(data), cut
		case data[at] == '\r' && data[at+1] == d.newline:
			return at + 2, whole
		}
		at++ // the delimiter
	}
}

// value reads one value; length is where its delimiter or line end stands.
func (d *delimited) value(data []byte) (value []byte, length int, result outcome) {
	open := 0
	for open < len(data) && data[open] == ' ' {
		open++
	}
	if open < len(data) && data[open] == '"' {
		value, length, result = d.quoted(data[open:])
		if result != notQuoted {
			return value, open + length, result
		}
	}
	length = d.bareEnd(data)
	value = data[:length]
	if length == len(data) || data[length] == d.newline {
		value = trimReturn(value)
	}
	return value, length, whole
}

// bareEnd is the length of a value without quotes.
func (d *delimited) bareEnd(data []byte) int {
	for i, b := range data {
		if b == d.newline || b == d.delimiter && d.delimiter != 0 {
			return i
		}
	}
	return len(data)
}

// quoted reads a value that begins with a quote. length is what stands before its delimiter or line end.
func (d *delimited) quoted(data []byte) (value []byte, length int, result outcome) {
	start, stray := len(d.scratch), false
	at := 1
	for {
		quote := bytes.IndexByte(data[at:], '"')
		if stray && (quote < 0 || bytes.IndexByte(data[at:at+quote], d.newline) >= 0) {
			d.scratch = d.scratch[:start]
			return nil, 0, notQuoted // a text that begins with a word in quotes
		}
		if quote < 0 {
			return nil, 0, unclosed
		}
		d.appendText(data[at : at+quote])
		at += quote + 1
		switch end, closes := d.closes(data[at:]); {
		case at < len(data) && data[at] == '"':
			d.scratch = append(d.scratch, '"')
			at++
		case closes:
			return d.scratch[start:], at + end, whole
		case bytes.IndexByte(data[:at], d.newline) >= 0:
			return nil, 0, broken
		default:
			stray = true
			d.scratch = append(d.scratch, '"')
		}
	}
}

// closes reports whether a quote before data closes its value: only spaces stand before the delimiter or the line end.
func (d *delimited) closes(data []byte) (end int, ok bool) {
	for end < len(data) && data[end] == ' ' {
		end++
	}
	if end == len(data) {
		return end, true
	}
	switch b := data[end]; {
	case b == d.newline || b == d.delimiter && d.delimiter != 0:
		return end, true
	case b == '\r':
		return end, end+1 == len(data) || data[end+1] == d.newline
	}
	return 0, false
}

// appendText appends quoted text, in which "\r\n" becomes a plain line end.
func (d *delimited) appendText(text []byte) {
	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			d.scratch = append(d.scratch, text...)
			return
		}
		d.scratch = append(d.scratch, text[:i]...)
		if i+1 == len(text) || text[i+1] != '\n' {
			d.scratch = append(d.scratch, '\n')
		}
		text = text[i+1:]
	}
}
