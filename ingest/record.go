package ingest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode"

	"verbatim/feedback"
)

// maxRecord is the longest row that is read into memory, in bytes of UTF-8; a longer one is rejected.
const maxRecord = 16 << 20

// maxColumns is the largest number of columns, that of Excel. Nested objects keyed by values make more.
const maxColumns = 16384

// record is one row as the file has it. Values are those of the columns, in order; the bytes hold until the next row is
// read. A row that cannot be read has a problem and no values worth using.
type record struct {
	line    int // from 1: the line where it starts, the row of a sheet, the element of a JSON array
	values  [][]byte
	problem *problem
}

// problem is why a row or one of its values cannot be used.
type problem struct {
	code    feedback.Code
	rule    Rule
	args    []string // of the rule
	column  string
	message string
}

func (r *record) reset(line int) {
	r.line, r.values, r.problem = line, r.values[:0], nil
}

// blank reports whether nothing stands in the row but spaces and control characters.
func (r *record) blank() bool {
	if r.problem != nil {
		return false
	}
	for _, v := range r.values {
		if bytes.IndexFunc(v, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.IsControl(r) }) >= 0 {
			return false
		}
	}
	return true
}

// value gives the value of a column; blank when the row is too short or the column is none (−1).
func (r *record) value(column int) []byte {
	if column < 0 || column >= len(r.values) {
		return nil
	}
	return r.values[column]
}

// rows is a pass over the rows of a file.
type rows interface {
	// next reads the next row into rec; io.EOF after the last.
	next(rec *record) error
	close() error
}

// window is a piece of a stream that grows up to maxRecord bytes: what is unread and already in memory.
type window struct {
	src io.Reader
	buf []byte
	pos int // of the first unread byte
	eof bool
}

func newWindow(src io.Reader) *window { return &window{src: src, buf: make([]byte, 0, 64<<10)} }

// data is what is unread. It holds until the next call of more.
func (w *window) data() []byte { return w.buf[w.pos:] }

// full reports whether the window has reached its largest size.
func (w *window) full() bool { return len(w.buf)-w.pos >= maxRecord }

func (w *window) skip(n int) { w.pos += n }

// more fills the window behind what is unread, and doubles it when it is all unread: a long row that is looked at again
// after each call costs no more than a few times its length. At the end of the stream eof is set.
func (w *window) more() error {
	if w.pos > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
		w.pos = 0
	}
	if len(w.buf) == cap(w.buf) {
		w.buf = slices.Grow(w.buf, cap(w.buf))
	}
	n, err := io.ReadFull(w.src, w.buf[len(w.buf):min(cap(w.buf), maxRecord)])
	w.buf = w.buf[:len(w.buf)+n]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		w.eof = true
		return nil
	}
	return err
}

// line gives the next line without its end; ok is false at the end of the stream. A line of more than maxRecord bytes
// is passed over: tooLong.
func (w *window) line(newline byte) (line []byte, tooLong, ok bool, err error) {
	searched := 0
	for {
		if i := bytes.IndexByte(w.data()[searched:], newline); i >= 0 {
			line = w.data()[:searched+i]
			w.skip(len(line) + 1)
			return line, tooLong, true, nil
		}
		if w.eof {
			line = w.data()
			w.skip(len(line))
			return line, tooLong, len(line) > 0 || tooLong, nil
		}
		searched = len(w.data())
		if w.full() || tooLong {
			tooLong, searched = true, 0
			w.skip(len(w.data()))
		}
		if err := w.more(); err != nil {
			return nil, false, false, err
		}
	}
}
