package ingest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
)

// coded says that the text of a file is in Base64, as RemoteControl of LimeSurvey hands over an export: alone, or as the
// result of the JSON-RPC answer. skip is how many bytes stand before it.
type coded struct {
	is   bool
	skip int64
}

// rpcResult finds the result of an answer of JSON-RPC.
var rpcResult = regexp.MustCompile(`^\s*\{[^{}\[\]]{0,200}?"result"\s*:\s*"`)

// lookCoded finds out whether the file is in Base64: a text of its letters that begins, decoded, with a JSON object.
func (c *content) lookCoded() error {
	in, err := c.open()
	if err != nil {
		return err
	}
	head := make([]byte, 1024)
	n, err := io.ReadFull(in, head)
	if n == 0 || err != nil && n == len(head) {
		return nil // what is wrong with it is found out by reading it whole
	}
	head = head[:n]
	skip := len(rpcResult.Find(head))
	if skip == 0 {
		skip = len(head) - len(bytes.TrimLeft(head, " \t\r\n"))
	}
	text := head[skip:]
	text = text[:min(len(text), 400)/4*4]
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, _ = base64.StdEncoding.Decode(decoded, text) // the file may be shorter than that
	if start := bytes.TrimSpace(decoded[:n]); n >= 12 && wrappedStart.Match(start) {
		c.coded = coded{is: true, skip: int64(skip)}
	}
	return nil
}

var wrappedStart = regexp.MustCompile(`^\{\s*"responses"\s*:`)

// open gives the plain text of a file.
func (c coded) open(in io.Reader) io.Reader {
	if !c.is {
		return in
	}
	buffered := bufio.NewReaderSize(in, 64<<10)
	if _, err := io.CopyN(io.Discard, buffered, c.skip); err != nil {
		return failing{err}
	}
	return base64.NewDecoder(base64.StdEncoding, &letters{in: buffered})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// letters passes on the letters of Base64 up to the first other character, such as the quote behind a result. In JSON a
// slash may be escaped.
type letters struct {
	in  *bufio.Reader
	end bool
}

// Read implements io.Reader.
func (l *letters) Read(p []byte) (n int, err error) {
	for n < len(p) && !l.end {
		b, err := l.in.ReadByte()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		switch {
		case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '+' || b == '/' || b == '=':
			p[n] = b
			n++
		case b == '\\' || b == '\n' || b == '\r':
		default:
			l.end = true
		}
	}
	if n == 0 && l.end {
		return 0, io.EOF
	}
	return n, nil
}
