package index

import "verbatim/feedback"

// dictionary gives strings small numbers, in the order of their first appearance. Number 0 stands for absent.
type dictionary struct {
	names  []string // names[code]; names[0] is never looked up
	byName map[string]int
}

func newDictionary() dictionary {
	return dictionary{names: []string{""}, byName: map[string]int{}}
}

// code returns the number of the name, a new one if there is none yet, and 0 when the dictionary has limit names already.
func (d *dictionary) code(name string, limit int) int {
	if code, ok := d.byName[name]; ok {
		return code
	}
	if len(d.names) > limit {
		return 0
	}
	code := len(d.names)
	d.names = append(d.names, name)
	d.byName[name] = code
	return code
}

// put sets a row of a plain column and grows it with zeros where needed.
func put[T any](column *[]T, row int, value T) {
	if row == len(*column) {
		*column = append(*column, value)
		return
	}
	if row > len(*column) {
		*column = append(*column, make([]T, row+1-len(*column))...)
	}
	(*column)[row] = value
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

// passNames tells for every value whether it is one of the names; the empty name, unless it is a value, stands for
// absence.
func (d *dictionary) passNames(names []string) []uint64 {
	pass := make([]uint64, max(1, len(d.names)))
	for _, name := range names {
		if code, ok := d.byName[name]; ok {
			pass[code] = 1
		} else if name == "" {
			pass[0] = 1
		}
	}
	return pass
}
