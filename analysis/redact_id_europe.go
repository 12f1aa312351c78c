package analysis

import (
	"slices"
	"strings"
)

// The checks take a code of the shape that idSchemes gives: ASCII digits and upper-case letters, signs left out.

func isHetu(code []byte) bool {
	const checks, centuries = "0123456789ABCDEFHJKLMNPRSTUVWXY", "ABCDEFUVWXY"
	number := code[6 : len(code)-1]
	if len(number) == 4 { // the century is a letter
		if !strings.ContainsRune(centuries, rune(number[0])) {
			return false
		}
		number = number[1:]
	}
	return isDMY(code) && checks[(numberOf(code[:6])*1000+numberOf(number))%31] == code[len(code)-1]
}

func isPersonnummer(code []byte) bool {
	if len(code) == 12 {
		const firstYear, lastYear = 1900, 2015 // later ones are rather the time of an order
		if year := numberOf(code[:4]); year < firstYear || year > lastYear {
			return false
		}
		code = code[2:]
	}
	day := numberOf(code[4:6])
	if day > 60 { // a coordination number
		day -= 60
	}
	return isDay(numberOf(code[2:4]), day) && luhn(code)
}

func isFodselsnummer(code []byte) bool {
	day := numberOf(code[:2])
	if day > 40 { // a D number
		day -= 40
	}
	return isDay(numberOf(code[2:4]), day) && weighted(code, "3761894521")%11 == 0 && weighted(code, "54327654321")%11 == 0
}

// isCPR checks the digits of numbers given before 2007; those since have none.
func isCPR(code []byte) bool { return isDMY(code) && weighted(code, "4327654321")%11 == 0 }

func isKennitala(code []byte) bool {
	return isDMY(code) && weighted(code, "327654321")%11 == 0 && (code[9] == '9' || code[9] == '0')
}

func isBaltic(code []byte) bool {
	check := weighted(code, "1234567891") % 11
	if check == 10 {
		check = weighted(code, "3456789123") % 11 % 10
	}
	return code[0] >= '1' && code[0] <= '6' && isYMD(code[1:]) && check == digitAt(code, 10)
}

func isLatvian(code []byte) bool {
	return isDMY(code) && (1+weighted(code, "A584216379"))%11%10 == digitAt(code, 10)
}

// isNewLatvian checks numbers given since 2017, which hold no date and have no check digit.
func isNewLatvian(code []byte) bool { return code[0] == '3' && code[1] >= '2' }

func isPESEL(code []byte) bool {
	month := numberOf(code[2:4])
	if month > 20 { // born since 2000
		month -= 20
	}
	return isDay(month, numberOf(code[4:6])) && weighted(code, "13791379131")%10 == 0
}

func isCzech(code []byte) bool {
	month := numberOf(code[2:4])
	if month > 50 { // women
		month -= 50
	}
	if month > 20 { // where a day had more births than numbers
		month -= 20
	}
	return isDay(month, numberOf(code[4:6])) && numberOf(code[:9])%11%10 == digitAt(code, 9)
}

func isCNP(code []byte) bool {
	check := weighted(code, "279146358279") % 11
	if check == 10 {
		check = 1
	}
	county := numberOf(code[7:9])
	return code[0] >= '1' && isYMD(code[1:]) && (county >= 1 && county <= 52 || county >= 70 && county <= 83) && check == digitAt(code, 12)
}

func isEGN(code []byte) bool {
	month := numberOf(code[2:4])
	return month < 60 && isDay(month%20, numberOf(code[4:6])) && weighted(code, "2485A9736")%11%10 == digitAt(code, 9)
}

func isTCKimlik(code []byte) bool {
	odd, even := 0, 0
	for at := range 9 {
		if at%2 == 0 {
			odd += digitAt(code, at)
		} else {
			even += digitAt(code, at)
		}
	}
	tenth := (odd*7 + even*9) % 10
	return code[0] != '0' && tenth == digitAt(code, 9) && (odd+even+tenth)%10 == digitAt(code, 10)
}

func isDNI(code []byte) bool {
	const checks = "TRWAGMYFPDXBNJZSQVHLCKE"
	number := append([]byte{}, code[:len(code)-1]...)
	if k := strings.IndexByte("XYZ", number[0]); k >= 0 { // a foreigner
		number[0] = '0' + byte(k)
	}
	return isNumeral(rune(number[0])) && checks[numberOf(number)%23] == code[len(code)-1]
}

func isCodiceFiscale(code []byte) bool {
	const months = "ABCDEHLMPRST"
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for at, c := range code[:15] {
		v := int(c - 'A')
		if isNumeral(rune(c)) {
			v = int(c - '0')
		}
		if at%2 == 0 {
			v = odd[v]
		}
		sum += v
	}
	return strings.IndexByte(months, code[8]) >= 0 && int(code[15]-'A') == sum%26
}

// isNIR checks French numbers; the Corsican departments 2A and 2B count as 19 and 18.
func isNIR(code []byte) bool {
	number := slices.Clone(code)
	switch number[6] {
	case 'A':
		number[5], number[6] = '1', '9'
	case 'B':
		number[5], number[6] = '1', '8'
	}
	if !isNumeral(rune(number[6])) {
		return false
	}
	month := numberOf(number[3:5])
	return (number[0] == '1' || number[0] == '2') && (month >= 1 && month <= 12 || month >= 20) &&
		97-numberOf(number[:13])%97 == numberOf(number[13:])
}

// isSteuerID checks German tax numbers: of the first ten digits one stands there twice or three times, the others once.
func isSteuerID(code []byte) bool {
	var counts [10]int
	for at := range 10 {
		counts[digitAt(code, at)]++
	}
	repeated := 0
	for _, n := range counts {
		if n > 1 {
			repeated++
		}
		if n > 3 {
			return false
		}
	}
	return code[0] != '0' && repeated == 1 && iso7064(code)
}

func isOIB(code []byte) bool { return iso7064(code) }

func isBSN(code []byte) bool {
	if len(code) == 8 {
		code = append([]byte{'0'}, code...)
	}
	return !sameDigits(code) && (weighted(code, "98765432")-digitAt(code, 8))%11 == 0
}

// isBelgian checks Belgian numbers; for those born since 2000 a 2 stands before the nine digits.
func isBelgian(code []byte) bool {
	number, check := numberOf(code[:9]), numberOf(code[9:])
	return isYMD(code) && (97-number%97 == check || 97-(2_000_000_000+number)%97 == check)
}

func isNIF(code []byte) bool {
	check := 11 - weighted(code, "98765432")%11
	if check > 9 {
		check = 0
	}
	return strings.IndexByte("1235689", code[0]) >= 0 && check == digitAt(code, 8)
}

func isJMBG(code []byte) bool { return isDMY(code) && weighted(code, "7654327654321")%11 == 0 }

func isAmka(code []byte) bool { return isDMY(code) && luhn(code) }

func isAHV(code []byte) bool {
	return string(code[:3]) == "756" && weighted(code, "1313131313131")%10 == 0
}

func isAustrian(code []byte) bool {
	return code[0] != '0' && isDMY(code[4:]) && weighted(code, "3790584216")%11 == digitAt(code, 3)
}

func isPPS(code []byte) bool {
	const checks = "WABCDEFGHIJKLMNOPQRSTUV"
	sum := weighted(code, "8765432")
	if len(code) == 9 {
		second := strings.IndexByte(checks, code[8])
		if second < 0 {
			return false
		}
		sum += 9 * second
	}
	return checks[sum%23] == code[7]
}

func isNHS(code []byte) bool { return weighted(code, "A987654321")%11 == 0 && !sameDigits(code) }

// isNINO checks the form of British National Insurance numbers, which have no check digit.
func isNINO(code []byte) bool {
	return !strings.ContainsRune("DFIQUV", rune(code[0])) && !strings.ContainsRune("DFIOQUV", rune(code[1])) &&
		!slices.Contains([]string{"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}, string(code[:2])) && code[8] <= 'D'
}

// isHungarian checks personal identifiers; the weights were turned round in 1997.
func isHungarian(code []byte) bool {
	return code[0] != '0' && isYMD(code[1:]) && (weighted(code, "123456789A")%11 == digitAt(code, 10) || weighted(code, "A987654321")%11 == digitAt(code, 10))
}

func isTAJ(code []byte) bool { return weighted(code, "37373737")%10 == digitAt(code, 8) }

func isSNILS(code []byte) bool {
	return !sameDigits(code[:9]) && weighted(code, "987654321")%101%100 == numberOf(code[9:])
}

func isINN(code []byte) bool {
	return weighted(code, "724A359468")%11%10 == digitAt(code, 10) && weighted(code, "3724A359468")%11%10 == digitAt(code, 11) && !sameDigits(code)
}

func isRNOKPP(code []byte) bool {
	sum := weighted(code, "057946A57") - digitAt(code, 0)
	return (sum+11)%11%10 == digitAt(code, 9) && !sameDigits(code)
}
