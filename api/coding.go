package api

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"verbatim/feedback"
)

// The codings that bodies may have, in either direction.
const (
	codingGzip = "gzip"
	codingZstd = "zstd"
)

// maxWindow is how much memory a body in zstd may make the server take, in bytes.
const maxWindow = 8 << 20

// leastCoded is how many bytes are worth to be compressed.
const leastCoded = 1024

// decode unpacks the body of a request. How much comes out is limited where it is read.
func (s *server) decode(c *gin.Context) {
	var body io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(c.GetHeader("Content-Encoding"))) {
	case "", "identity":
		return
	case codingGzip, "x-gzip":
		packed := &lateGzip{from: c.Request.Body}
		body = packed
	case codingZstd:
		var in *zstd.Decoder
		in, err = zstd.NewReader(c.Request.Body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			defer in.Close()
			body = in
		}
	}
	if err != nil || body == nil {
		c.Header("Accept-Encoding", codingGzip+", "+codingZstd)
		s.refuse(c, statusProblem(http.StatusUnsupportedMediaType, feedback.Unsupported, "the body must be plain, or packed with gzip or zstd"))
		return
	}
	c.Request.Body, c.Request.ContentLength = io.NopCloser(body), -1
	c.Request.Header.Del("Content-Encoding")
	c.Next()
}

// lateGzip reads the header of a packed stream when the stream is read.
type lateGzip struct {
	from io.Reader
	in   *gzip.Reader
}

// Read unpacks.
func (l *lateGzip) Read(p []byte) (int, error) {
	if l.in == nil {
		in, err := gzip.NewReader(l.from)
		if err != nil {
			return 0, err
		}
		l.in = in
	}
	return l.in.Read(p)
}

// encode packs the answer as the client wants it.
func (s *server) encode(c *gin.Context) {
	c.Writer.Header().Add("Vary", "Accept-Encoding")
	coding := acceptedCoding(c.GetHeader("Accept-Encoding"))
	if coding == "" {
		return
	}
	w := &coded{ResponseWriter: c.Writer, coding: coding}
	c.Writer = w
	c.Next()
	w.close() // not after a panic: then the answer is cut off
}

// acceptedCoding chooses zstd over gzip where both are as welcome, "" for neither.
func acceptedCoding(header string) string {
	best, most := "", 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != codingGzip && name != codingZstd {
			continue
		}
		weight := 1.0
		if text, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if weight > most || weight == most && weight > 0 && name == codingZstd {
			best, most = name, weight
		}
	}
	return best
}

// packer is what a compressor can do.
type packer interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

// packers are compressors to use again: each takes some hundred kilobytes.
var packers = map[string]*sync.Pool{
	codingGzip: {New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is one
		return w
	}},
	codingZstd: {New: func() any {
		w, _ := zstd.NewWriter(io.Discard, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10)) // the options are right
		return w
	}},
}

// coded packs what is written, when that is worth it: the first write decides.
type coded struct {
	gin.ResponseWriter
	coding  string
	packer  packer
	decided bool
}

// Unwrap is for http.ResponseController.
func (w *coded) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *coded) decide(size int) {
	if w.decided {
		return
	}
	w.decided = true
	header := w.Header()
	media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	text := strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml") || strings.HasSuffix(media, "javascript")
	if !text || media == "text/event-stream" || header.Get("Content-Encoding") != "" || size < leastCoded && media != linesType {
		return
	}
	w.packer, _ = packers[w.coding].Get().(packer)
	w.packer.Reset(w.ResponseWriter)
	header.Set("Content-Encoding", w.coding)
	header.Del("Content-Length")
}

// Write packs, or does not.
func (w *coded) Write(p []byte) (int, error) {
	if w.decide(len(p)); w.packer != nil {
		return w.packer.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// WriteString is Write for a string.
func (w *coded) WriteString(text string) (int, error) { return w.Write([]byte(text)) }

// Flush sends what was written so far.
func (w *coded) Flush() { _ = w.FlushError() }

// FlushError is Flush for http.ResponseController.
func (w *coded) FlushError() error {
	if w.packer != nil {
		if err := w.packer.Flush(); err != nil {
			return err
		}
	}
	w.ResponseWriter.Flush()
	return nil
}

// close ends the packed answer. An error has been one of the connection, and nobody is there to be told.
func (w *coded) close() {
	if w.packer == nil {
		return
	}
	_ = w.packer.Close()
	w.packer.Reset(io.Discard)
	packers[w.coding].Put(w.packer)
	w.packer = nil
}
