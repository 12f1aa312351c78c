package index

import (
	"math"
	"time"

	"verbatim/feedback"
)

// cell is a stretch of time for which the period is looked up once, in milliseconds. Time zones are hours apart, or nearly.
const cell = int64(time.Hour / time.Millisecond)

// maxCells is how many cells are remembered: 478 years of them.
const maxCells = 1 << 22

// What a cell can say besides the number of a piece.
const (
	unknownCell = 0         // the piece without a time, which no cell has
	splitCell   = 1<<32 - 1 // a period ends within the cell
)

// periods finds the period of a time, and gives it a piece when it is new. Part 0 is for no time.
type periods struct {
	times  *moments
	period feedback.Period
	loc    *time.Location
	pieces map[int64]uint32 // by the start in Unix milliseconds
	cells  []uint32         // the pieces of the cells from the first on
	first  int64            // the first cell
}

func (c *columns) divideByTime(by feedback.Dimension, rows bitset) *division {
	p := &periods{times: &c.times, period: by.Period, loc: by.Location, pieces: map[int64]uint32{}}
	if p.loc == nil {
		p.loc = time.UTC
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for block := range rows.blocks() {
		low, high := c.times.span(block)
		first, last = min(first, low), max(last, high)
	}
	if first <= last {
		p.first = floor(first, cell)
		p.cells = make([]uint32, min(maxCells, floor(last, cell)-p.first+1))
	}
	return &division{pieces: []piece{{}}, periods: p}
}

// floor divides and rounds down.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// piece returns the piece of a time.
func (k *division) piece(at int64) uint32 {
	p := k.periods
	if at == noTime {
		return 0
	}
	i := floor(at, cell) - p.first
	if i < 0 || i >= int64(len(p.cells)) {
		return k.find(at)
	}
	if p.cells[i] == unknownCell {
		start := (p.first + i) * cell
		if p.cells[i] = k.find(start); p.cells[i] != k.find(start+cell-1) {
			p.cells[i] = splitCell
		}
	}
	if p.cells[i] == splitCell {
		return k.find(at)
	}
	return p.cells[i]
}

// find works the period of a time out.
func (k *division) find(at int64) uint32 {
	p := k.periods
	start := p.period.Start(moment(at), p.loc)
	number, ok := p.pieces[start.UnixMilli()]
	if !ok {
		number = uint32(len(k.pieces))
		p.pieces[start.UnixMilli()] = number
		k.pieces = append(k.pieces, piece{name: p.period.Name(start), start: start})
	}
	return number
}
