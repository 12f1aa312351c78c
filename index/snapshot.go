package index

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// A snapshot is the columns in a file: magic, version, the columns (all numbers little-endian, lengths before contents),
// and a CRC-32C over everything before it. It is written beside, synced and renamed, so that a crash leaves the old one.
const (
	snapshotMagic   = "VBINDEX\n"
	snapshotVersion = 1
)

// errSnapshot says that a snapshot is not one of ours or damaged.
var errSnapshot = errors.New("damaged")

// save writes the columns to the file, durably. The columns may be read meanwhile, not changed.
func (c *columns) save(path string) (err error) {
	temporary := path + ".tmp"
	f, err := os.Create(temporary)
	if err != nil {
		return fmt.Errorf("index: save columns: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("index: save columns: %w", errors.Join(err, f.Close(), os.Remove(temporary)))
		}
	}()
	w := &encoder{w: bufio.NewWriterSize(f, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	w.bytes([]byte(snapshotMagic))
	w.int(snapshotVersion)
	w.columns(c)
	w.bytes(binary.LittleEndian.AppendUint32(nil, w.sum.Sum32()))
	if err := errors.Join(w.err, w.w.Flush(), f.Sync()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename in the folder durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// loadColumns reads a snapshot. The error is fs.ErrNotExist when there is none, and errSnapshot with the reason when it
// cannot be used.
func loadColumns(path string) (*columns, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r := &decoder{r: bufio.NewReaderSize(f, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli)), left: info.Size()}
	if string(r.bytes(len(snapshotMagic))) != snapshotMagic {
		r.fail("it does not start like one")
	}
	if version := r.int(); version != snapshotVersion {
		r.fail(fmt.Sprintf("its version is %d, this program reads %d", version, snapshotVersion))
	}
	c := r.columns()
	want := r.sum.Sum32()
	if sum := r.bytes(4); r.err == nil && binary.LittleEndian.Uint32(sum) != want {
		r.fail("its checksum is wrong")
	}
	if r.left != 0 {
		r.fail("it goes on after its end")
	}
	if r.err == nil {
		r.err = c.check()
	}
	return c, r.err
}

// encoder writes a snapshot and keeps the first error.
type encoder struct {
	w       *bufio.Writer
	sum     hash.Hash32
	scratch []byte
	err     error
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
		e.sum.Write(b)
	}
}

func (e *encoder) int(n int) {
	e.scratch = binary.LittleEndian.AppendUint64(e.scratch[:0], uint64(n))
	e.bytes(e.scratch)
}

func (e *encoder) string(s string) {
	e.int(len(s))
	e.bytes([]byte(s))
}

func (e *encoder) strings(list []string) {
	e.int(len(list))
	for _, s := range list {
		e.string(s)
	}
}

// numbers writes a plain column.
func numbers[T uint8 | uint16 | uint32 | uint64 | int64 | float64](e *encoder, column []T) {
	e.int(len(column))
	for part := range slices.Chunk(column, 1<<14) {
		if e.err != nil {
			return
		}
		e.scratch, e.err = binary.Append(e.scratch[:0], binary.LittleEndian, part)
		e.bytes(e.scratch)
	}
}

func (e *encoder) columns(c *columns) {
	e.int(int(c.seq))
	e.string(c.taxonomy)
	e.strings(c.ids)
	numbers(e, c.live)
	numbers(e, c.score)
	numbers(e, c.marks)
	numbers(e, c.sentiment)
	numbers(e, c.kinds)
	numbers(e, c.times)
	numbers(e, c.weights)
	encodeColumn(e, &c.survey)
	encodeColumn(e, &c.language)
	encodeColumn(e, &c.model)
	encodeColumn(e, &c.tagging)
	e.strings(c.themes.names[1:])
	for _, sets := range []*themeSets{&c.comment, &c.suggestion} {
		e.int(sets.width)
		numbers(e, sets.bits)
	}
	e.int(len(c.attributes))
	for _, name := range slices.Sorted(maps.Keys(c.attributes)) {
		a := c.attributes[name]
		e.string(name)
		e.int(int(bit(a.over)))
		if !a.over {
			encodeColumn(e, &a.column)
		}
	}
}

func encodeColumn[T uint8 | uint16 | uint32](e *encoder, c *column[T]) {
	e.strings(c.names[1:])
	numbers(e, c.rows)
}

// decoder reads a snapshot and keeps the first error; it never asks for more memory than the file is long.
type decoder struct {
	r       io.Reader
	sum     hash.Hash32
	left    int64 // bytes of the file
	scratch []byte
	err     error
}

func (d *decoder) fail(reason string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errSnapshot, reason)
	}
}

// bytes returns the next n bytes, until the next call; zeros after an error.
func (d *decoder) bytes(n int) []byte {
	if d.err == nil && int64(n) > d.left {
		d.fail("it is cut short")
	}
	if d.err != nil {
		n = min(n, 8)
		return make([]byte, n)
	}
	d.scratch = slices.Grow(d.scratch[:0], n)[:n]
	if _, err := io.ReadFull(d.r, d.scratch); err != nil {
		d.fail(err.Error())
	}
	d.left -= int64(n)
	d.sum.Write(d.scratch)
	return d.scratch
}

func (d *decoder) int() int { return int(binary.LittleEndian.Uint64(d.bytes(8))) }

// length reads how many things of at least the size follow.
func (d *decoder) length(size int) int {
	n := d.int()
	if n < 0 || int64(n) > d.left/int64(size) {
		d.fail("a length in it is too large")
	}
	if d.err != nil {
		return 0
	}
	return n
}

func (d *decoder) string() string { return string(d.bytes(d.length(1))) }

func (d *decoder) strings() []string {
	list := make([]string, d.length(8))
	for i := range list {
		list[i] = d.string()
	}
	return list
}

func readNumbers[T uint8 | uint16 | uint32 | uint64 | int64 | float64](d *decoder) []T {
	size := binary.Size(T(0))
	column := make([]T, d.length(size))
	for part := range slices.Chunk(column, 1<<14) {
		b := d.bytes(len(part) * size)
		if d.err != nil {
			return nil
		}
		if _, err := binary.Decode(b, binary.LittleEndian, part); err != nil {
			d.fail(err.Error())
		}
	}
	return column
}

func (d *decoder) columns() *columns {
	c := newColumns()
	c.seq = int64(d.int())
	c.taxonomy = d.string()
	c.ids = d.strings()
	c.live = readNumbers[uint64](d)
	c.score = readNumbers[uint8](d)
	c.marks = readNumbers[uint8](d)
	c.sentiment = readNumbers[uint8](d)
	c.kinds = readNumbers[uint8](d)
	c.times = readNumbers[int64](d)
	c.weights = readNumbers[float64](d)
	decodeColumn(d, &c.survey)
	decodeColumn(d, &c.language)
	decodeColumn(d, &c.model)
	decodeColumn(d, &c.tagging)
	c.themes.fill(d.strings())
	for _, sets := range []*themeSets{&c.comment, &c.suggestion} {
		*sets = themeSets{width: d.int(), bits: readNumbers[uint64](d)}
	}
	for range d.length(8) {
		a := newAttribute()
		c.attributes[d.string()] = a
		if a.over = d.int() == 1; !a.over {
			decodeColumn(d, &a.column)
		}
	}
	return c
}

func decodeColumn[T uint8 | uint16 | uint32](d *decoder, c *column[T]) {
	c.fill(d.strings())
	c.rows = readNumbers[T](d)
}

func (d *dictionary) fill(names []string) {
	for _, name := range names {
		d.code(name, math.MaxInt)
	}
}

// check makes the index of keys, and refuses columns that do not fit together; with a right checksum only a defect of the
// program writes those.
func (c *columns) check() error {
	n := c.size()
	for _, length := range []int{len(c.score), len(c.marks), len(c.sentiment), len(c.kinds), len(c.times), len(c.survey.rows)} {
		if length != n {
			return fmt.Errorf("%w: its columns differ in length", errSnapshot)
		}
	}
	if len(c.live) > (n+63)/64 {
		return fmt.Errorf("%w: it has live rows beyond the last", errSnapshot)
	}
	c.rowOf = make(map[rowName]uint32, n)
	for row := range c.live.rows() {
		c.rowOf[rowName{c.survey.rows[row], c.ids[row]}] = uint32(row)
	}
	return nil
}
