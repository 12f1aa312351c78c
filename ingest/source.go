package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"verbatim/feedback"
)

// headSize is how much of a file is looked at to tell its format, delimiter and width of characters.
const headSize = 64 << 10

// content is the bytes of a file, unzipped, to be read from the start as often as needed.
type content struct {
	name    string
	file    io.ReadSeeker
	base    int64     // where the file starts in file
	closer  io.Closer // what close closes; nil when the caller owns it
	temp    string    // temporary file that close removes, if it is still there
	gzipped bool
	coded   coded
	head    []byte // the first bytes
	digest  string // hex sha256
	census  census
}

// openContent opens a file by path.
func openContent(path string) (*content, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, feedback.Errorf(feedback.NotFound, "%s: there is no such file: check the path", path)
	case err != nil:
		return nil, feedback.Errorf(feedback.Invalid, "%s cannot be opened: %w", path, err)
	case info.IsDir():
		return nil, feedback.Errorf(feedback.Invalid, "%s is a folder: name the files in it", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, feedback.Errorf(feedback.Invalid, "%s cannot be opened: %w", path, err)
	}
	if !info.Mode().IsRegular() { // a named pipe
		defer file.Close()
		return newContent(file, path, "")
	}
	c := &content{name: path, file: file, closer: file}
	return c, c.lookOver()
}

// newContent takes over a stream. One that can seek is read where it is; any other is copied to a temporary file.
func newContent(r io.Reader, name, tempDir string) (*content, error) {
	c := &content{name: name}
	if seeker, ok := r.(io.ReadSeeker); ok && seekable(r) {
		if at, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			c.file, c.base = seeker, at
			return c, c.lookOver()
		}
	}
	if err := c.spool(r, tempDir); err != nil {
		return c, err
	}
	return c, c.lookOver()
}

// seekable is false for files that are no files: terminals and pipes may accept Seek and still not go back.
func seekable(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return true
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// tempPrefix begins the names of temporary files; excelPrefix those of excelize.
const (
	tempPrefix  = "verbatim-"
	excelPrefix = "excelize-"
)

func (c *content) spool(r io.Reader, dir string) error {
	temp, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "%s: no temporary file can be made: %w", c.name, err)
	}
	c.file, c.closer, c.temp = temp, temp, temp.Name()
	if os.Remove(c.temp) == nil { // where the system allows it, not even a killed process leaves comments behind
		c.temp = ""
	}
	if _, err := io.Copy(temp, r); err != nil {
		return feedback.Errorf(feedback.Unavailable, "%s cannot be read to its end: %w", c.name, err)
	}
	return nil
}

// close releases what the content opened itself.
func (c *content) close() error {
	if c.closer == nil {
		return nil
	}
	err := c.closer.Close()
	c.closer = nil
	if c.temp != "" {
		err = errors.Join(err, os.Remove(c.temp))
	}
	return err
}

// open gives the bytes from the start, unzipped. Only one stream can be open at a time.
func (c *content) open() (io.Reader, error) {
	if _, err := c.file.Seek(c.base, io.SeekStart); err != nil {
		return nil, feedback.Errorf(feedback.Unavailable, "%s cannot be read: %w", c.name, err)
	}
	if !c.gzipped {
		return c.coded.open(c.file), nil
	}
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(c.file, 64<<10))
	if err != nil {
		return nil, c.damaged(err)
	}
	return c.coded.open(unzipped), nil
}

// lookOver reads the whole file once: for its digest, its encoding, and to know before the first row that all of it can
// be read.
func (c *content) lookOver() error {
	magic := make([]byte, 2)
	raw, err := c.open()
	if err != nil {
		return err
	}
	n, err := io.ReadFull(raw, magic)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return feedback.Errorf(feedback.Unavailable, "%s cannot be read: %w", c.name, err)
	}
	c.gzipped = n == 2 && magic[0] == 0x1f && magic[1] == 0x8b
	if err := c.lookCoded(); err != nil {
		return err
	}
	in, err := c.open()
	if err != nil {
		return err
	}
	digest := sha256.New()
	head := &limited{left: headSize}
	if _, err := io.CopyBuffer(io.MultiWriter(digest, head, &c.census), onlyReader{in}, make([]byte, 64<<10)); err != nil {
		return c.damaged(err)
	}
	c.census.finish()
	c.digest, c.head = hex.EncodeToString(digest.Sum(nil)), head.data
	if len(bytes.TrimSpace(trimMark(c.head))) == 0 && c.census.size <= headSize {
		return feedback.Errorf(feedback.Invalid, "%s is empty: it needs a header and rows", c.name)
	}
	return nil
}

func (c *content) damaged(err error) error {
	if c.gzipped {
		return feedback.Errorf(feedback.Invalid, "%s is cut off or damaged (%w): get the file again", c.name, err)
	}
	return feedback.Errorf(feedback.Unavailable, "%s cannot be read: %w", c.name, err)
}

// onlyReader hides WriteTo, with which io.CopyBuffer would pass over the buffer.
type onlyReader struct{ io.Reader }

// limited keeps the first bytes written to it.
type limited struct {
	data []byte
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.left)
	l.data = append(slices.Grow(l.data, keep), p[:keep]...)
	l.left -= keep
	return len(p), nil
}
