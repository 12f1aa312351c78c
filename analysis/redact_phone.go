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
// after a word such as "tel".
func (r *redactor) phone(i int) int {
	c := r.peek(i)
	if c != '+' && c != '(' && !isNumeral(c) || isNumeral(r.peek(i-1)) || strings.ContainsRune("+.,:/", r.peek(i-1)) && i > 0 && isNumeral(r.peek(i-2)) {
		return 0
	}
	n := r.numberAt(i)
	if len(n.digits) < 6 || len(n.digits) > 15 || isWordRune(r.peek(n.end)) && !isSolid(r.peek(n.end)) {
		return 0
	}
	before, after := r.before(i), r.peek(n.end)
	if after == ' ' {
		after = r.peek(n.end + 1)
	}
	if strings.ContainsRune("$€£¥₽₹₴%", after) || strings.HasSuffix(before, "-") || n.isDate() {
		return 0
	}
	switch {
	case n.plus:
		if len(n.digits) < 8 || n.digits[0] == '0' {
			return 0
		}
		return n.end
	case endsInOneOf(before, moneySigns):
		return 0
	case endsInOneOf(before, phoneWords):
		return n.end
	case endsInOneOf(before, orderWords) || !n.isNational():
		return 0
	}
	return n.end
}

// numberAt reads the run of digits at a cell: one separator, or a bracket and a space, may stand between two groups.
func (r *redactor) numberAt(i int) numberRun {
	n := numberRun{}
	if r.peek(i) == '+' {
		n.plus = true
		i++
	}
	open := false
	for {
		if r.peek(i) == '(' && !open {
			open = true
			i++
		}
		start := i
		for isNumeral(r.peek(i)) {
			n.digits = append(n.digits, r.peek(i))
			i++
		}
		if i == start {
			return n
		}
		n.groups = append(n.groups, i-start)
		n.end = i
		separator := rune(0)
		if open && r.peek(i) == ')' {
			open, separator, n.end = false, ')', i+1
			i++
		}
		if isPhoneSeparator(r.peek(i)) {
			separator = r.peek(i)
			i++
		}
		bracket := r.peek(i) == '(' && !open
		if !bracket && (separator == 0 || !isNumeral(r.peek(i))) || len(n.digits) > 15 {
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
	switch {
	case slices.Equal(groups, []int{3, 3, 4}) && d[0] >= '2' && d[3] >= '2', // North America
		slices.Equal(groups, []int{1, 3, 3, 4}) && d[0] == '1' && d[1] >= '2' && d[4] >= '2':
		return true
	case size == 11 && d[0] == '8' && (d[1] == '9' || len(groups) >= 4 && groups[0] == 1 && groups[1] == 3): // Russia
		return len(groups) == 1 || groups[0] == 1 || groups[0] == 4
	case size == 11 && d[0] == '1' && d[1] >= '3': // China, mobile
		return len(groups) == 1 || slices.Equal(groups, []int{3, 4, 4})
	case d[0] == '0' && d[1] != '0' && len(groups) == 1: // with the 0 before an area
		return size == 10 || size == 11
	case d[0] == '0' && d[1] != '0' && groups[0] >= 2:
		return size >= 9 && size <= 12
	}
	return false
}

// before returns the text in front of a cell, in lower case, without the spaces and signs that end it but for a dash
// against the cell.
func (r *redactor) before(i int) string {
	const most = 20
	if r.peek(i-1) == '-' && i > 1 && isWordRune(r.peek(i-2)) {
		return "-"
	}
	var b strings.Builder
	for k := max(0, i-most); k < i; k++ {
		b.WriteRune(r.cells[k].r)
	}
	return strings.TrimRight(strings.ToLower(b.String()), " .:(-")
}

// phoneWords announce a telephone number, orderWords any other, moneySigns a sum; each as the text before it ends.
const (
	phoneWords = "tel|phone|phone number|telephone number|mobile number|my number|telephone|mobile|cell|call|call me|call me at|call me on|whatsapp|fax|sms|text me at|my number is|reach me at|" +
		"telefon|handy|mobil|telefonnummer|téléphone|appelez|appelez-moi au|portable|teléfono|móvil|celular|telefone|telefono|cellulare|" +
		"puh|puhelin|puhelinnumero|numeroni on|telefoon|bel|тел|телефон|номер телефона|звоните|моб|мобильный|电话|手机|手机号|电话是|電話|携帯|전화|" +
		"هاتف|الهاتف|फ़ोन|फोन|dt|sđt|điện thoại|hp|telp|โทร"
	orderWords = "order|order no|order number|order nr|order id|invoice|ref|reference|ticket|tracking|tracking number|case|account|customer|id|no|nr|" +
		"number|#|№|n°|sku|ean|isbn|bestellung|bestellnummer|rechnung|commande|pedido|ordine|encomenda|tilaus|tilausnumero|tilausnro|заказ|заказа|номер|" +
		"номер заказа|订单|订单号|单号|运单号|快递单号|注文番号|주문번호|sipariş|zamówienie|objednávka|serial|serial number|version|model"
	moneySigns = "$|€|£|¥|₽|₹|₴|usd|eur|gbp|rub"
)

// endsInOneOf reports whether the text ends in one of the words, which "|" separates, and no letter stands before it.
func endsInOneOf(text, words string) bool {
	for word := range strings.SplitSeq(words, "|") {
		if rest, ok := strings.CutSuffix(text, word); ok {
			last := []rune(rest)
			if len(last) == 0 || !isWordRune(last[len(last)-1]) || isSolid([]rune(word)[0]) {
				return true
			}
		}
	}
	return false
}
