package index

import (
	"context"
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
)

// Attribute describes an attribute of a workspace's responses, to be filtered and divided by.
type Attribute struct {
	Name string
	// Values is how many distinct values the responses have, from 1; maxValues + 1 (1,001) stands for any more. A blank value
	// is one, too.
	Values int
	// Countable says that responses can be divided by it: it is survey, or has at most 1,000 distinct values.
	Countable bool
	// Numeric says that all values are numbers or dates; see [feedback.Ordinal]. A numeric attribute can be filtered by ranges
	// even when it is not countable; one that is neither numeric nor countable cannot be filtered by at all.
	Numeric bool
}

// Attributes lists the attributes that the responses of the workspace have, touchpoint and survey among them, by name. An
// attribute that none has any more is left out, unless it once had more than 1,000 values that are no numbers: those are
// not followed. Errors: [feedback.Unavailable] while the index is being made.
func (x *Index) Attributes(ctx context.Context, ws string) (out []Attribute, err error) {
	err = x.counting(ctx, ws, &feedback.Filter{}, func(c *columns, rows bitset) error {
		out = c.describe(rows)
		return nil
	})
	return out, err
}

// describe describes the attributes of the rows.
func (c *columns) describe(rows bitset) []Attribute {
	all := []Attribute{values(&c.survey, &c.surveys, rows)}
	all[0].Name = "survey"
	for name, column := range c.attributes {
		var a Attribute
		switch {
		case column.over:
			a = Attribute{Values: maxValues + 1}
		case column.numbers != nil:
			a = Attribute{Values: column.numbers.distinct(rows), Numeric: true}
		default:
			a = values(&column.codes, &column.dictionary, rows)
		}
		a.Name = name
		all = append(all, a)
	}
	all = slices.DeleteFunc(all, func(a Attribute) bool { return a.Values == 0 })
	slices.SortFunc(all, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// values describes a column of codes.
func values(column *codes, names *dictionary, rows bitset) Attribute {
	counts := make([]uint32, len(names.names))
	for block := range rows.blocks() {
		column.count(counts, block)
	}
	a := Attribute{Countable: true, Numeric: true}
	for code, n := range counts {
		if code == 0 || n == 0 {
			continue
		}
		a.Values++
		if _, ok := feedback.Ordinal(names.names[code]); !ok {
			a.Numeric = false
		}
	}
	return a
}

// distinct counts the distinct numbers of the rows, up to one more than maxValues.
func (n *numbers) distinct(rows bitset) int {
	seen := map[float64]bool{}
	for row := range rows.rows() {
		if number := n.at(row); !math.IsNaN(number) {
			seen[number] = true
		}
		if len(seen) > maxValues {
			break
		}
	}
	return len(seen)
}
