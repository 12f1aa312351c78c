package index

import (
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
)

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

// readNumbers reads a plain column; nil when it is empty.
func readNumbers[T plain](d *decoder) []T {
	size := binary.Size(T(0))
	n := d.length(size)
	if n == 0 {
		return nil
	}
	column := make([]T, n)
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
	c.ids.bytes = readNumbers[uint8](d)
	c.surveys.fill(d.strings())
	d.codes(&c.survey)
	c.live = readNumbers[uint64](d)
	c.answers = readNumbers[uint8](d)
	c.tones = readNumbers[uint8](d)
	c.times = moments{seconds: readNumbers[uint32](d), millis: readNumbers[uint16](d), wide: readNumbers[int64](d)}
	c.weights = readNumbers[float64](d)
	for range d.length(8) {
		if parts := d.strings(); len(parts) == 3 {
			c.origins.code(origin{language: parts[0], model: parts[1], taxonomy: parts[2]})
		}
	}
	d.codes(&c.origin)
	c.themes.fill(d.strings())
	for range d.length(8) {
		c.sets.code(readNumbers[member](d))
	}
	d.codes(&c.comment)
	d.codes(&c.suggestion)
	for range d.length(8) {
		name := d.string()
		c.attributes[name] = d.attribute()
	}
	return c
}

func (d *decoder) attribute() *attribute {
	a := newAttribute()
	switch d.int() {
	case heldOver:
		return &attribute{over: true}
	case heldNumbers:
		return &attribute{numbers: &numbers{narrow: readNumbers[float32](d), wide: readNumbers[float64](d)}}
	case heldCodes:
		a.fill(d.strings())
		d.codes(&a.codes)
	default:
		d.fail("it holds an attribute in a way that this program does not know")
	}
	return a
}

func (d *decoder) codes(c *codes) {
	switch d.int() {
	case 4:
		c.wide = readNumbers[uint32](d)
	case 2:
		c.middle = readNumbers[uint16](d)
	default:
		c.narrow = readNumbers[uint8](d)
	}
}

func (d *dictionary) fill(names []string) {
	for _, name := range names {
		d.code(name, math.MaxInt)
	}
}
