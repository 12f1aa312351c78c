package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// Limits of a stream of lines.
const (
	maxLine    = 1 << 20   // bytes of one
	chunkLines = 250       // lines that are handled at a time
	chunkBytes = 256 << 10 // bytes of them
)

// streamIdle is how long a stream may make no progress, in either direction.
const streamIdle = 60 * time.Second

// line is a line of a stream. A long one has no text.
type line struct {
	number int // from 1, blank ones counted
	text   []byte
	long   bool
}

// lineReader takes a stream apart into lines.
type lineReader struct {
	in   *bufio.Reader
	read int
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(r, 64<<10)}
}

// chunk reads lines that are not blank: at least one, and as many more as are there already, so that no line waits for
// another to arrive. The error is what comes after them, io.EOF at the end of the stream.
func (l *lineReader) chunk() (lines []line, err error) {
	for size := 0; len(lines) < chunkLines && size < chunkBytes && (len(lines) == 0 || l.in.Buffered() > 0); {
		next, err := l.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return lines, err // the rest of a line that was cut off says nothing
		}
		if next.long || len(bytes.TrimSpace(next.text)) > 0 {
			lines = append(lines, next)
			size += len(next.text)
		}
		if err != nil {
			return lines, err
		}
	}
	return lines, nil
}

// next reads a line, with or without an end.
func (l *lineReader) next() (line, error) {
	l.read++
	out := line{number: l.read}
	for {
		piece, err := l.in.ReadSlice('\n')
		switch {
		case out.long:
		case len(out.text)+len(piece) > maxLine+1:
			out.long, out.text = true, nil
		default:
			out.text = append(out.text, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		out.text = bytes.TrimRight(out.text, "\r\n")
		if out.number == 1 {
			out.text = bytes.TrimPrefix(out.text, []byte("\ufeff"))
		}
		return out, err
	}
}

// patient is a stream whose time limit is one on progress: every read and every write has streamIdle for itself.
type patient struct {
	io.Reader
	io.Writer
	control *http.ResponseController
}

// Read reads within its time, and puts off that of the answer. Servers in tests may know no deadlines.
func (p *patient) Read(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(answerTime))
	_ = p.control.SetReadDeadline(time.Now().Add(streamIdle))
	return p.Reader.Read(b)
}

// Write writes and flushes within its time.
func (p *patient) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(streamIdle))
	n, err := p.Writer.Write(b)
	if err == nil {
		err = p.control.Flush()
	}
	return n, err
}
