package index

import "slices"

// codes holds a small number for each row, in as few bytes as the largest needs: exactly one of the three is in use. It
// may be shorter than the rows: 0 beyond its end.
type codes struct {
	narrow []uint8 // in use at first
	middle []uint16
	wide   []uint32
}

// unsigned are the types that a column of codes can have.
type unsigned interface{ uint8 | uint16 | uint32 }

// put sets a row's code.
func (c *codes) put(row int, code uint32) {
	if code == 0 && row >= c.size() {
		return
	}
	switch {
	case c.wide == nil && c.middle == nil && code <= 0xff:
		put(&c.narrow, row, uint8(code))
	case c.wide == nil && code <= 0xffff:
		if c.middle == nil {
			c.middle, c.narrow = widened[uint16](c.narrow), nil
		}
		put(&c.middle, row, uint16(code))
	default:
		if c.wide == nil {
			c.wide = widened[uint32](c.narrow)
			if c.middle != nil {
				c.wide = widened[uint32](c.middle)
			}
			c.narrow, c.middle = nil, nil
		}
		put(&c.wide, row, code)
	}
}

// widened copies a column into a wider one, which is never nil.
func widened[To, From unsigned](from []From) []To {
	to := make([]To, len(from), len(from)+len(from)/8+1)
	for i, code := range from {
		to[i] = To(code)
	}
	return to
}

// size is how many rows the column reaches.
func (c *codes) size() int { return max(len(c.narrow), len(c.middle), len(c.wide)) }

func (c *codes) at(row int) uint32 {
	switch {
	case row >= c.size():
		return 0
	case c.wide != nil:
		return c.wide[row]
	case c.middle != nil:
		return uint32(c.middle[row])
	default:
		return uint32(c.narrow[row])
	}
}

// largest is the largest code.
func (c *codes) largest() uint32 {
	switch {
	case len(c.wide) > 0:
		return slices.Max(c.wide)
	case len(c.middle) > 0:
		return uint32(slices.Max(c.middle))
	case len(c.narrow) > 0:
		return uint32(slices.Max(c.narrow))
	default:
		return 0
	}
}

// keep drops the rows whose code does not pass; pass holds 1 or 0 for every code.
func (c *codes) keep(set bitset, pass []uint64) {
	switch {
	case c.wide != nil:
		keep(set, c.wide, pass)
	case c.middle != nil:
		keep(set, c.middle, pass)
	default:
		var all [256]uint64 // as many as a byte has values, so that the compiler leaves the bounds check out
		copy(all[:], pass)
		keepBytes(set, c.narrow, &all)
	}
}

// count adds to counts how many of the rows, which ascend, have each code.
func (c *codes) count(counts []uint32, rows []uint32) {
	rows, beyond := within(rows, c.size())
	counts[0] += uint32(beyond)
	switch {
	case c.wide != nil:
		histogram(counts, c.wide, rows)
	case c.middle != nil:
		histogram(counts, c.middle, rows)
	default:
		histogram(counts, c.narrow, rows)
	}
}

func histogram[T unsigned](counts []uint32, column []T, rows []uint32) {
	for _, row := range rows {
		counts[column[row]]++
	}
}

// translate writes for each of the rows, which ascend, what the table has for its code.
func (c *codes) translate(to, table, rows []uint32) {
	inside, _ := within(rows, c.size())
	switch {
	case c.wide != nil:
		translate(to, table, c.wide, inside)
	case c.middle != nil:
		translate(to, table, c.middle, inside)
	default:
		translate(to, table, c.narrow, inside)
	}
	for i := len(inside); i < len(rows); i++ {
		to[i] = table[0]
	}
}

func translate[T unsigned](to, table []uint32, column []T, rows []uint32) {
	for i, row := range rows {
		to[i] = table[column[row]]
	}
}

// within returns those of the rows, which ascend, that are lower than the end, and how many are not.
func within(rows []uint32, end int) (inside []uint32, beyond int) {
	if len(rows) == 0 || int(rows[len(rows)-1]) < end {
		return rows, 0
	}
	n, _ := slices.BinarySearch(rows, uint32(end))
	return rows[:n], len(rows) - n
}
