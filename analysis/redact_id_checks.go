package analysis

import "strings"

// The checks take a code of the shape that idSchemes gives: ASCII digits and upper-case letters, signs left out.

// digitAt returns the value of the digit at a place.
func digitAt(code []byte, at int) int { return int(code[at] - '0') }

// numberOf returns the value of digits; at most 18 of them.
func numberOf(code []byte) int {
	v := 0
	for at := range code {
		v = v*10 + digitAt(code, at)
	}
	return v
}

// weighted returns the sum of the first digits, each times its weight: a digit, or A for 10 and B for 11.
func weighted(code []byte, weights string) int {
	sum := 0
	for at, w := range weights {
		if w >= 'A' {
			w += '0' + 10 - 'A'
		}
		sum += digitAt(code, at) * int(w-'0')
	}
	return sum
}

// isDay reports whether two-digit numbers are a day of some year.
func isDay(month, day int) bool { return month >= 1 && month <= 12 && day >= 1 && day <= 31 }

// isYMD reports whether a code begins with a date as YYMMDD.
func isYMD(code []byte) bool { return isDay(numberOf(code[2:4]), numberOf(code[4:6])) }

// isDMY reports whether a code begins with a date as DDMMYY.
func isDMY(code []byte) bool { return isDay(numberOf(code[2:4]), numberOf(code[:2])) }

// sameDigits reports whether a code is one digit repeated, which many check digits let pass.
func sameDigits(code []byte) bool { return strings.Trim(string(code), string(code[:1])) == "" }

// iso7064 reports whether the last digit checks the others by ISO 7064, MOD 11,10.
func iso7064(code []byte) bool {
	p := 10
	for at := range len(code) - 1 {
		s := (p + digitAt(code, at)) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == digitAt(code, len(code)-1)
}
