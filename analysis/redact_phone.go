package analysis

import (
	"slices"
	"strings"
)

// numberRun is a run of digits in groups, as telephone numbers are written.
type numberRun struct {
	digits     []rune
	groups     []int  // digits in each
	separators []rune // between groups
	plus       bool   // it begins with +
	end        int    // the cell after it
}

// phone finds telephone numbers: international ones with their +, numbers in the patterns of a country, and others only
// after words such as "tel" or "call me".
func (f *finder) phone(i int) int {
	if f.continues(i) {
		return 0
	}
	n := f.numberAt(i)
	after := f.peek(n.end)
	if len(n.digits) < 6 || len(n.digits) > 15 || isWordRune(after) && !isSolid(after) && f.extension(n.end) == n.end {
		return 0
	}
	if after == ' ' {
		after = f.peek(n.end + 1)
	}
	if strings.ContainsRune("$€£¥₽₹₴₺₩₫฿₪%‰°", after) || n.isDate() || isWordRune(f.peek(i-2)) && f.peek(i-1) == '-' {
		return 0
	}
	if n.plus {
		if len(n.digits) < 8 || n.digits[0] == '0' {
			return 0
		}
		return f.extension(n.end)
	}
	var is bool
	switch f.contextOf(i) {
	case aboutPhone:
		is = true
	case aboutCalling:
		is = n.isPlausible() || n.isNational()
	case aboutNothing:
		is = n.isNational()
	}
	if !is {
		return 0
	}
	return f.extension(n.end)
}

// extension returns where the extension ends that follows a number, as in 555-0132 x12, or the cell itself.
func (f *finder) extension(i int) int {
	const longest = 5
	k := i
	if f.peek(k) == ' ' {
		k++
	}
	if f.begins(k, "ext") {
		k += 2
		for f.peek(k+1) == '.' || f.peek(k+1) == ' ' {
			k++
		}
	} else if !f.begins(k, "x") {
		return i
	}
	end := k + 1
	for isNumeral(f.peek(end)) && end-k <= longest {
		end++
	}
	if end == k+1 || isWordRune(f.peek(end)) && !isSolid(f.peek(end)) {
		return i
	}
	return end
}

// continues reports whether the digits at a cell go on from others, as the minutes of a time or the cents of a price do.
func (f *finder) continues(i int) bool {
	return isNumeral(f.peek(i-1)) || i > 1 && strings.ContainsRune("+.,:/-", f.peek(i-1)) && isNumeral(f.peek(i-2))
}

// numberAt reads the run of digits at a cell: one separator, or a bracket and a space, may stand between two groups.
func (f *finder) numberAt(i int) numberRun {
	n := numberRun{}
	open := f.begins(i, "(+")
	n.plus = open || f.begins(i, "+")
	switch {
	case open:
		i += len("(+")
	case n.plus:
		i += len("+")
	}
	for {
		if f.peek(i) == '(' && !open {
			open = true
			i++
		}
		start := i
		for isNumeral(f.peek(i)) {
			n.digits = append(n.digits, f.peek(i))
			i++
		}
		if i == start {
			return n
		}
		n.groups = append(n.groups, i-start)
		n.end = i
		separator := rune(0)
		if open && f.peek(i) == ')' {
			open, separator, n.end = false, ')', i+1
			i++
		}
		if isPhoneSeparator(f.peek(i)) {
			separator = f.peek(i)
			i++
		}
		bracket := f.peek(i) == '(' && !open
		if !bracket && (separator == 0 || !isNumeral(f.peek(i))) || len(n.digits) > 15 {
			return n
		}
		n.separators = append(n.separators, separator)
	}
}

func isPhoneSeparator(c rune) bool { return c == ' ' || c == '-' || c == '.' || c == '/' }

// isDate reports whether the run begins with a date, in any order of day, month and year.
func (n *numberRun) isDate() bool {
	if len(n.groups) < 3 || n.plus || n.separators[0] != n.separators[1] || !strings.ContainsRune("./- ", n.separators[0]) {
		return false
	}
	if len(n.separators) > 2 && n.separators[2] == n.separators[0] && n.groups[0] < 4 { // goes on in the same way
		return false
	}
	a, b, c := n.value(0), n.value(1), n.value(2)
	day := func(v int) bool { return v >= 1 && v <= 31 }
	year := func(v, digits int) bool { return digits == 4 && v >= 1900 && v < 2100 || digits == 2 }
	return n.groups[1] <= 2 && (n.groups[0] <= 2 && day(a) && day(b) && year(c, n.groups[2]) ||
		n.groups[0] == 4 && year(a, 4) && day(b) && n.groups[2] <= 2 && day(c))
}

func (n *numberRun) value(group int) int {
	first := 0
	for _, size := range n.groups[:group] {
		first += size
	}
	v := 0
	for _, d := range n.digits[first : first+min(n.groups[group], 6)] {
		v = v*10 + int(d-'0')
	}
	return v
}

// isNational reports whether the run has a pattern that countries use and little else does.
func (n *numberRun) isNational() bool {
	d := string(n.digits)
	size, groups := len(d), n.groups
	if n.separators != nil && slices.Contains(n.separators, '.') && slices.ContainsFunc(n.separators, func(c rune) bool { return c != '.' }) {
		return false // 12.50 and a number after it
	}
	if n.isGrouped() {
		return true
	}
	switch {
	case size == 11 && d[0] == '8' && (d[1] == '9' || len(groups) >= 4 && groups[0] == 1 && groups[1] == 3): // Russia
		return len(groups) == 1 || groups[0] == 1 || groups[0] == 4
	case size == 11 && d[0] == '1' && d[1] >= '3': // China, mobile
		return len(groups) == 1 || slices.Equal(groups, []int{3, 4, 4})
	case strings.HasPrefix(d, "00") && d[2] != '0' && groups[0] >= 4 && groups[0] <= 6: // with the 00 before a country
		return size >= 11
	case d[0] == '0' && d[1] != '0' && len(groups) == 1: // with the 0 before an area
		return size == 10 || size == 11
	case d[0] == '0' && d[1] != '0' && groups[0] >= 2:
		return size >= 9 && size <= 12
	}
	return false
}

// isPlausible reports whether the run may be a telephone number where the text speaks of calling.
func (n *numberRun) isPlausible() bool {
	round := strings.HasSuffix(string(n.digits), "0000")
	return len(n.digits) >= 7 && len(n.digits) <= 13 && !round && (len(n.groups) > 1 || len(n.digits) >= 8)
}

// isGrouped reports whether the groups alone show whose country's number it is.
func (n *numberRun) isGrouped() bool {
	d := n.digits
	switch {
	case slices.Equal(n.groups, []int{3, 3, 4}): // North America
		return d[0] >= '2' && d[3] >= '2'
	case slices.Equal(n.groups, []int{1, 3, 3, 4}):
		return d[0] == '1' && d[1] >= '2' && d[4] >= '2'
	case slices.Equal(n.groups, []int{5, 5}): // India
		return d[0] >= '6'
	case slices.Equal(n.groups, []int{3, 3, 2, 2}): // Türkiye
		return d[0] == '5'
	case slices.Equal(n.groups, []int{3, 2, 2, 2}): // Spain
		return d[0] == '6' || d[0] == '7'
	case slices.Equal(n.groups, []int{2, 5, 4}): // Brazil
		return d[2] == '9' && n.separators[1] == '-'
	}
	return false
}
