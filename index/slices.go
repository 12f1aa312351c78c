package index

import (
	"context"
	"slices"

	"verbatim/feedback"
)

// Slices counts the responses of the workspace that the filter chooses for each value of a dimension: the values of an
// attribute, of survey or of language by name, or calendar periods by time; only those that have responses. Responses
// without a value or a time are in the slice with the empty name, the last. The zero dimension gives one slice of all.
// Errors as for [Index.Search], and [feedback.Invalid] for an attribute or a period that cannot be grouped by.
func (x *Index) Slices(ctx context.Context, ws string, f feedback.Filter, by feedback.Dimension) (out []feedback.Slice, err error) {
	err = x.counting(ctx, ws, &f, func(c *columns, rows bitset) error {
		k, err := c.divide(by, rows)
		if err == nil {
			out = c.slices(rows, k)
		}
		return err
	})
	return out, err
}

// StratifiedPatterns is [Index.Patterns] with the values of a dimension as strata in place of the languages, in the order
// of [Index.Slices] and named like those; a stratum has responses in the base. Errors as for [Index.Slices].
func (x *Index) StratifiedPatterns(ctx context.Context, ws string, f feedback.Filter, by feedback.Dimension) (out feedback.Patterns, err error) {
	err = x.counting(ctx, ws, &f, func(c *columns, rows bitset) error {
		k, err := c.divide(by, rows)
		if err == nil {
			out = c.patterns(rows, k)
		}
		return err
	})
	return out, err
}

// counting calls count with the rows that the filter chooses.
func (x *Index) counting(ctx context.Context, ws string, f *feedback.Filter, count func(c *columns, rows bitset) error) error {
	s, err := x.choose(ctx, ws, f)
	if err != nil {
		return err
	}
	defer s.close()
	var failed error
	err = s.counting(func(c *columns, rows bitset) { failed = count(c, rows) })
	if err != nil {
		return err
	}
	return failed
}

// slices counts the rows of each piece of the division. The rows are put in the order of the pieces first, so that a piece's
// counts are made, and stay in the processor's cache, one piece at a time.
func (c *columns) slices(rows bitset, k *division) []feedback.Slice {
	sizes := k.sizes(rows)
	order := k.order(sizes)
	next := make([]int, len(sizes)) // where the next row of a piece goes
	total := 0
	for _, number := range order {
		next[number] = total
		total += sizes[number]
	}
	sorted := make([]uint32, total)
	var numbers [blockSize]uint32
	for block := range rows.blocks() {
		k.number(numbers[:], block)
		for i, row := range block {
			number := numbers[i]
			sorted[next[number]] = row
			next[number]++
		}
	}
	var out []feedback.Slice
	for _, number := range order {
		t := c.newCounter(sizes[number])
		for block := range slices.Chunk(sorted[:sizes[number]], blockSize) {
			t.add(block)
		}
		sorted = sorted[sizes[number]:]
		out = append(out, feedback.Slice{Name: k.pieces[number].name, Start: k.pieces[number].start, Crosstab: t.crosstab()})
	}
	return out
}
