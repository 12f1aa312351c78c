package index

import (
	"math"
	"slices"

	"verbatim/feedback"
)

// maxValues is how many distinct values an attribute may have and still be countable.
const maxValues = 1000

// attribute is the column of an attribute: a code for each row. Past maxValues distinct values it holds the numbers
// instead when all values are numbers or dates, to be compared and no longer grouped by, and else lets go of all.
type attribute struct {
	dictionary
	codes
	numbers *numbers // past maxValues, when the values are numbers or dates
	over    bool     // past maxValues, and they are not
}

func newAttribute() *attribute { return &attribute{dictionary: newDictionary()} }

func (a *attribute) set(row int, value string, present bool) {
	switch {
	case a.over:
		return
	case a.numbers != nil:
		a.setNumber(row, value, present)
		return
	case !present:
		a.put(row, 0)
		return
	}
	code := a.code(value, maxValues)
	if code == 0 {
		a.becomeNumbers()
		a.set(row, value, present)
		return
	}
	a.put(row, uint32(code))
}

// becomeNumbers lets go of the codes; the values become numbers when they are.
func (a *attribute) becomeNumbers() {
	values := make([]float64, len(a.names))
	values[0] = math.NaN()
	for code, name := range a.names[1:] {
		number, ok := numberOf(name)
		if !ok {
			*a = attribute{over: true}
			return
		}
		values[code+1] = number
	}
	n := &numbers{}
	for row := range a.size() {
		n.put(row, values[a.at(row)])
	}
	*a = attribute{numbers: n}
}

func (a *attribute) setNumber(row int, value string, present bool) {
	number := math.NaN()
	if present {
		var ok bool
		if number, ok = numberOf(value); !ok {
			*a = attribute{over: true}
			return
		}
	}
	a.numbers.put(row, number)
}

// numberOf gives the number that a value stands for in comparisons, NaN when it is blank.
func numberOf(value string) (number float64, ok bool) {
	if value == "" {
		return math.NaN(), true
	}
	return feedback.Ordinal(value)
}

// countable reports whether responses can be grouped by the attribute's values.
func (a *attribute) countable() bool { return !a.over && a.numbers == nil }

// keep drops the rows for which the condition does not hold. Among numbers, values are equal that are the same number, and
// a blank value is an absent one.
func (a *attribute) keep(set bitset, condition *feedback.Condition) {
	if a.numbers != nil {
		a.numbers.keep(set, condition)
	} else {
		a.codes.keep(set, a.pass(condition))
	}
}

// numbers holds a number for each row, in four bytes while they lose nothing by it: whole numbers up to 16 million and
// days do not. NaN stands for absent. It may be shorter than the rows: absent beyond its end.
type numbers struct {
	narrow []float32
	wide   []float64 // in use instead when one does not fit
}

// size is how many rows the column reaches.
func (n *numbers) size() int { return max(len(n.narrow), len(n.wide)) }

func (n *numbers) at(row int) float64 {
	switch {
	case row < len(n.narrow):
		return float64(n.narrow[row])
	case row < len(n.wide):
		return n.wide[row]
	default:
		return math.NaN()
	}
}

func (n *numbers) put(row int, number float64) {
	if number != number && row >= n.size() {
		return
	}
	if n.wide == nil && number == number && float64(float32(number)) != number {
		n.wide = make([]float64, len(n.narrow), len(n.narrow)+1)
		for i, narrow := range n.narrow {
			n.wide[i] = float64(narrow)
		}
		n.narrow = nil
	}
	if n.wide != nil {
		fill(&n.wide, row, math.NaN())
		put(&n.wide, row, number)
	} else {
		fill(&n.narrow, row, float32(math.NaN()))
		put(&n.narrow, row, float32(number))
	}
}

// fill grows a plain column up to a row.
func fill[T any](column *[]T, row int, value T) {
	for row > len(*column) {
		*column = append(*column, value)
	}
}

// keep drops the rows for which the condition does not hold.
func (n *numbers) keep(set bitset, condition *feedback.Condition) {
	holds := comparison(condition)
	for row := range set.rows() {
		if !holds(n.at(row)) {
			set.remove(row)
		}
	}
}

// comparison makes a condition one on numbers; it holds for NaN when it holds for absence.
func comparison(condition *feedback.Condition) func(float64) bool {
	var list []float64
	for _, value := range condition.Values {
		if number, ok := feedback.Ordinal(value); ok {
			list = append(list, number)
		}
	}
	first := math.NaN() // compares with nothing
	if len(list) > 0 {
		first = list[0]
	}
	switch condition.Op {
	case feedback.Equal:
		return func(number float64) bool { return slices.Contains(list, number) }
	case feedback.NotEqual:
		return func(number float64) bool { return !slices.Contains(list, number) }
	case feedback.Less:
		return func(number float64) bool { return number < first }
	case feedback.LessOrEqual:
		return func(number float64) bool { return number <= first }
	case feedback.Greater:
		return func(number float64) bool { return number > first }
	default:
		return func(number float64) bool { return number >= first }
	}
}
