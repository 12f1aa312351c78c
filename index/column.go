package index

import "verbatim/feedback"

// maxValues is how many distinct values an attribute may have and still be countable.
const maxValues = 1000

// dictionary gives strings small numbers, in the order of their first appearance. Number 0 stands for absent.
type dictionary struct {
	names []string // names[code]; names[0] is never looked up
	codes map[string]int
}

func newDictionary() dictionary {
	return dictionary{names: []string{""}, codes: map[string]int{}}
}

// code returns the number of the name, a new one if there is none yet, and 0 when the dictionary has limit names already.
func (d *dictionary) code(name string, limit int) int {
	if code, ok := d.codes[name]; ok {
		return code
	}
	if len(d.names) > limit {
		return 0
	}
	code := len(d.names)
	d.names = append(d.names, name)
	d.codes[name] = code
	return code
}

// column holds one string for each row by its number. It may be shorter than the rows: absent beyond its end.
type column[T uint8 | uint16 | uint32] struct {
	dictionary
	rows []T // the code of each row
}

func newColumn[T uint8 | uint16 | uint32]() column[T] {
	return column[T]{dictionary: newDictionary()}
}

// name sets the row's string; the empty string is absent.
func (c *column[T]) name(row int, value string) {
	code := 0
	if value != "" {
		code = c.code(value, int(^T(0)))
	}
	put(&c.rows, row, T(code))
}

func (c *column[T]) at(row int) int {
	if row < len(c.rows) {
		return int(c.rows[row])
	}
	return 0
}

// put sets a row of a plain column and grows it with zeros where needed.
func put[T any](column *[]T, row int, value T) {
	if row >= len(*column) {
		*column = append(*column, make([]T, row+1-len(*column))...)
	}
	(*column)[row] = value
}

// attribute is the column of an attribute. Past maxValues distinct values it lets go of them and is not countable.
type attribute struct {
	column[uint16]
	over bool
}

func newAttribute() *attribute { return &attribute{column: newColumn[uint16]()} }

func (a *attribute) set(row int, value string, present bool) {
	if a.over {
		return
	}
	code := 0
	if present {
		if code = a.code(value, maxValues); code == 0 {
			*a = attribute{over: true}
			return
		}
	} else if row >= len(a.rows) {
		return
	}
	put(&a.rows, row, uint16(code))
}

// pass tells for every value, and at 0 for its absence, whether the condition holds.
func (d *dictionary) pass(condition *feedback.Condition) []uint64 {
	pass := make([]uint64, max(1, len(d.names)))
	for code := range pass {
		value := ""
		if code > 0 {
			value = d.names[code]
		}
		if condition.Holds(value, code > 0) {
			pass[code] = 1
		}
	}
	return pass
}

// passNames tells for every value whether it is one of the names; with absent, the empty name stands for absence.
func (d *dictionary) passNames(names []string) []uint64 {
	pass := make([]uint64, max(1, len(d.names)))
	for _, name := range names {
		if code, ok := d.codes[name]; ok {
			pass[code] = 1
		} else if name == "" {
			pass[0] = 1
		}
	}
	return pass
}

// themeSets holds for each row of one text three sets of themes, one for each polarity, as bits: width words for the
// first polarity, then the second, then the third. It may be shorter than the rows: empty beyond its end.
type themeSets struct {
	width int
	bits  []uint64
}

// row returns the words of a row, nil when it has none.
func (t *themeSets) row(row int) []uint64 {
	size := t.width * polarities
	if (row+1)*size > len(t.bits) {
		return nil
	}
	return t.bits[row*size : (row+1)*size]
}

// has reports whether a row has a theme with a polarity.
func (t *themeSets) has(row, polarity, theme int) bool {
	words := t.row(row)
	return words != nil && theme>>6 < t.width && words[polarity*t.width+theme>>6]&(1<<(theme&63)) != 0
}

// add puts a theme into a row's set; the sets are wide enough.
func (t *themeSets) add(row, polarity, theme int) {
	size := t.width * polarities
	if end := (row + 1) * size; end > len(t.bits) {
		t.bits = append(t.bits, make([]uint64, end-len(t.bits))...)
	}
	t.bits[row*size+polarity*t.width+theme>>6] |= 1 << (theme & 63)
}

// widen makes room for more themes.
func (t *themeSets) widen(width int) {
	if t.width == width {
		return
	}
	old := *t
	*t = themeSets{width: width}
	if len(old.bits) == 0 {
		return
	}
	sets := len(old.bits) / old.width
	t.bits = make([]uint64, sets*width)
	for i := range sets {
		copy(t.bits[i*width:], old.bits[i*old.width:(i+1)*old.width])
	}
}
