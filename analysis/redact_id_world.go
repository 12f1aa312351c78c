package analysis

import (
	"slices"
	"strings"
)

// The checks take a code of the shape that idSchemes gives: ASCII digits and upper-case letters, signs left out.

// isSSN checks the ranges of American numbers, which have no check digit.
func isSSN(code []byte) bool {
	area := numberOf(code[:3])
	return area > 0 && area != 666 && area < 900 && numberOf(code[3:5]) > 0 && numberOf(code[5:]) > 0
}

func isSIN(code []byte) bool { return code[0] != '0' && code[0] != '8' && luhn(code) }

func isChinese(code []byte) bool {
	const checks = "10X98765432"
	year, region := numberOf(code[6:10]), numberOf(code[:2])
	return region >= 11 && region <= 83 && year >= 1900 && year < 2030 && isYMD(code[8:]) &&
		checks[weighted(code, "79A584216379A5842")%11] == code[17]
}

func isMyNumber(code []byte) bool {
	check := 11 - weighted(code, "65432765432")%11
	if check > 9 {
		check = 0
	}
	return check == digitAt(code, 11) && !sameDigits(code)
}

func isThai(code []byte) bool {
	sum := 0
	for at := range 12 {
		sum += (13 - at) * digitAt(code, at)
	}
	return code[0] >= '1' && code[0] <= '8' && (11-sum%11)%10 == digitAt(code, 12)
}

// isAadhaar checks Indian numbers with Verhoeff's scheme, which reckons in the symmetries of a pentagon.
func isAadhaar(code []byte) bool {
	c := 0
	for n := range code {
		c = turned(c, verhoeffPlaces[n%8][digitAt(code, len(code)-1-n)])
	}
	return code[0] >= '2' && c == 0
}

// turned multiplies two symmetries of a pentagon: 0 to 4 are turns, 5 to 9 are flips.
func turned(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b)%5 + 5
	case b < 5:
		return (a-b)%5 + 5
	}
	return (a - b + 5) % 5
}

// verhoeffPlaces holds by place of a digit what it becomes.
var verhoeffPlaces = func() (places [8][10]int) {
	step := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	for d := range 10 {
		places[0][d] = d
	}
	for n := 1; n < 8; n++ {
		for d := range 10 {
			places[n][d] = places[n-1][step[d]]
		}
	}
	return places
}()

func isTeudatZehut(code []byte) bool { return luhn(code) && !sameDigits(code) }

func isIranian(code []byte) bool {
	check := weighted(code, "A98765432") % 11
	if check > 1 {
		check = 11 - check
	}
	return check == digitAt(code, 9) && !sameDigits(code)
}

func isIIN(code []byte) bool {
	check := weighted(code, "123456789AB") % 11
	if check == 10 {
		check = weighted(code, "3456789AB12") % 11
	}
	return isYMD(code) && code[6] >= '1' && code[6] <= '6' && check == digitAt(code, 11)
}

func isCURP(code []byte) bool {
	sum := 0
	for at, c := range code[:17] {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		if c > 'N' { // Ñ comes after N
			v++
		}
		sum += (18 - at) * v
	}
	return strings.IndexByte("HMX", code[10]) >= 0 && isYMD(code[4:]) && (10-sum%10)%10 == digitAt(code, 17)
}

func isTaiwanese(code []byte) bool {
	v := strings.IndexByte("ABCDEFGHJKLMNPQRSTUVXYWZIO", code[0]) + 10
	sum := v/10 + v%10*9 + weighted(code[1:], "876543211")
	return strings.IndexByte("1289", code[1]) >= 0 && sum%10 == 0
}

// isNRIC checks numbers of Singapore's citizens (S, T) and of foreigners there (F, G).
func isNRIC(code []byte) bool {
	sum := weighted(code[1:], "2765432")
	if code[0] == 'T' || code[0] == 'G' { // since 2000
		sum += 4
	}
	switch code[0] {
	case 'S', 'T':
		return "JZIHGFEDCBA"[sum%11] == code[8]
	case 'F', 'G':
		return "XWUTRQPNMLK"[sum%11] == code[8]
	}
	return false
}

func isSouthAfrican(code []byte) bool { return isYMD(code) && code[10] <= '2' && luhn(code) }

func isEmirates(code []byte) bool { return string(code[:3]) == "784" && luhn(code) }

func isCUIT(code []byte) bool {
	check := 11 - weighted(code, "5432765432")%11
	switch check {
	case 11:
		check = 0
	case 10:
		check = 9
	}
	return slices.Contains([]string{"20", "23", "24", "27"}, string(code[:2])) && check == digitAt(code, 10)
}

func isRUT(code []byte) bool {
	body, sum := code[:len(code)-1], 0
	for n := range body {
		sum += (n%6 + 2) * digitAt(body, len(body)-1-n)
	}
	return "0K987654321"[sum%11] == code[len(code)-1]
}

func isCPF(code []byte) bool {
	first, second := 0, 0
	for at := range 9 {
		first += (10 - at) * digitAt(code, at)
		second += (11 - at) * digitAt(code, at)
	}
	first = first * 10 % 11 % 10
	second = (second + 2*first) * 10 % 11 % 10
	return !sameDigits(code) && first == digitAt(code, 9) && second == digitAt(code, 10)
}
