package index

import (
	"bufio"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
)

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

// plain are the types that a column can have. Every one is as long in a file as in memory.
type plain interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int64 | ~float32 | ~float64
}

// numbersOf writes a plain column.
func numbersOf[T plain](e *encoder, column []T) {
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
	numbersOf(e, c.ids.bytes)
	e.strings(c.surveys.names[1:])
	e.codes(&c.survey)
	numbersOf(e, c.live)
	numbersOf(e, c.answers)
	numbersOf(e, c.tones)
	numbersOf(e, c.times.seconds)
	numbersOf(e, c.times.millis)
	numbersOf(e, c.times.wide)
	numbersOf(e, c.weights)
	e.int(len(c.origins.list) - 1)
	for _, o := range c.origins.list[1:] {
		e.strings([]string{o.language, o.model, o.taxonomy})
	}
	e.codes(&c.origin)
	e.strings(c.themes.names[1:])
	e.int(c.sets.size() - 1)
	for code := 1; code < c.sets.size(); code++ {
		numbersOf(e, c.sets.set(uint32(code)))
	}
	e.codes(&c.comment)
	e.codes(&c.suggestion)
	e.int(len(c.attributes))
	for _, name := range slices.Sorted(maps.Keys(c.attributes)) {
		e.string(name)
		e.attribute(c.attributes[name])
	}
}

// How a snapshot holds an attribute.
const (
	heldOver = iota
	heldCodes
	heldNumbers
)

func (e *encoder) attribute(a *attribute) {
	switch {
	case a.over:
		e.int(heldOver)
	case a.numbers != nil:
		e.int(heldNumbers)
		numbersOf(e, a.numbers.narrow)
		numbersOf(e, a.numbers.wide)
	default:
		e.int(heldCodes)
		e.strings(a.names[1:])
		e.codes(&a.codes)
	}
}

// codes writes how many bytes a code has, and the codes.
func (e *encoder) codes(c *codes) {
	switch {
	case c.wide != nil:
		e.int(4)
		numbersOf(e, c.wide)
	case c.middle != nil:
		e.int(2)
		numbersOf(e, c.middle)
	default:
		e.int(1)
		numbersOf(e, c.narrow)
	}
}
