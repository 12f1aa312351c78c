package index

import (
	"cmp"
	"slices"
	"time"

	"verbatim/feedback"
)

// division says in which piece of a dimension each row is. Parts are numbered in no order; a row without a value is in the piece
// with the empty name, and so is one whose value is empty.
type division struct {
	pieces  []piece
	column  *codes   // of a dimension of values: the value of each row
	table   []uint32 // and the piece of each value
	periods *periods // of a dimension of time, in place of both
}

// piece is a value or a period; see [feedback.Slice].
type piece struct {
	name  string
	start time.Time
}

// divide prepares to number the rows by a dimension. The zero dimension has one piece without a name.
func (c *columns) divide(by feedback.Dimension, rows bitset) (*division, error) {
	switch {
	case by.Attribute == "language":
		return c.divideByLanguage(), nil
	case by.Attribute == "survey":
		return newDivision(&c.survey, c.surveys.names), nil
	case by.Attribute == "" && by.Period == "":
		return newDivision(&codes{}, []string{""}), nil
	case by.Attribute == "":
		if _, err := feedback.ParsePeriod(string(by.Period)); err != nil {
			return nil, err
		}
		return c.divideByTime(by, rows), nil
	}
	a, err := c.attribute(by.Attribute)
	if err != nil {
		return nil, err
	}
	if !a.countable() {
		return nil, feedback.Errorf(feedback.Invalid,
			"attribute %q has over %d distinct numbers or dates: it can be filtered by (%s>=30), but not grouped by", by.Attribute, maxValues, by.Attribute)
	}
	return newDivision(&a.codes, a.names), nil
}

func (c *columns) divideByLanguage() *division {
	names := make([]string, len(c.origins.list))
	for code, o := range c.origins.list {
		names[code] = o.language
	}
	return newDivision(&c.origin, names)
}

// newDivision makes one piece of each distinct name; a row with a code is in that of names[code].
func newDivision(column *codes, names []string) *division {
	out := &division{column: column, table: make([]uint32, len(names))}
	numbers := map[string]uint32{}
	for code, name := range names {
		number, ok := numbers[name]
		if !ok {
			number = uint32(len(out.pieces))
			numbers[name] = number
			out.pieces = append(out.pieces, piece{name: name})
		}
		out.table[code] = number
	}
	return out
}

// number writes the piece of each of the rows, which ascend. It may find pieces that were not there yet.
func (k *division) number(to, rows []uint32) {
	if k.periods == nil {
		k.column.translate(to, k.table, rows)
		return
	}
	for i, row := range rows {
		to[i] = k.piece(k.periods.times.at(int(row)))
	}
}

// sizes counts the rows of each piece.
func (k *division) sizes(rows bitset) []int {
	var (
		sizes   = make([]int, len(k.pieces))
		numbers [blockSize]uint32
	)
	for block := range rows.blocks() {
		k.number(numbers[:], block)
		sizes = append(sizes, make([]int, len(k.pieces)-len(sizes))...)
		for _, number := range numbers[:len(block)] {
			sizes[number]++
		}
	}
	return sizes
}

// order lists the pieces that have rows: by time, or by name; the one without a name is last.
func (k *division) order(sizes []int) []int {
	var order []int
	for number, n := range sizes {
		if n > 0 {
			order = append(order, number)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := k.pieces[a], k.pieces[b]
		return cmp.Or(cmp.Compare(bit(x.name == ""), bit(y.name == "")), x.start.Compare(y.start), cmp.Compare(x.name, y.name))
	})
	return order
}
