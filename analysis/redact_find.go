package analysis

import (
	"strings"
	"unicode"
)

// The finders below return where the piece of their kind that begins at a cell ends, or 0.

// url finds URLs that may tell who wrote: with a query, a fragment, a user, or something like a token in the path.
func (r *redactor) url(i int) int {
	end := i
	for _, lead := range []string{"http://", "https://", "www."} {
		if r.begins(i, lead) {
			end = i + len(lead)
		}
	}
	if end == i || i < r.noURL {
		return 0
	}
	first := end
	for end < len(r.cells) && isURLRune(r.cells[end].r) {
		end++
	}
	for end > first && strings.ContainsRune(".,;:!?)'*", r.cells[end-1].r) {
		end--
	}
	if !r.tells(first, end) {
		r.noURL = end
		return 0
	}
	return end
}

func (r *redactor) begins(i int, lead string) bool {
	for k := range len(lead) {
		c := r.peek(i + k)
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != rune(lead[k]) {
			return false
		}
	}
	return true
}

// isURLRune reports whether a URL may go on with a rune; brackets are left to the marks.
func isURLRune(r rune) bool {
	return r > ' ' && !strings.ContainsRune("\"<>[]{}|\\^`", r) && !isSolid(r) && (r < 0x80 || unicode.IsLetter(r))
}

// tells reports whether the rest of a URL holds more than a public address.
func (r *redactor) tells(from, to int) bool {
	const longest = 20 // letters and digits mixed, in a part of the path that is no token
	letters, digits, slash := 0, 0, false
	for _, c := range r.cells[from:to] {
		switch {
		case c.r == '?' || c.r == '#' || c.r == '@' || c.r == '=':
			return true
		case c.r == '/':
			letters, digits, slash = 0, 0, true
		case isNumeral(c.r):
			digits++
		case isASCIILetter(c.r):
			letters++
		}
		if slash && (digits >= 6 || digits >= 3 && letters+digits >= longest) {
			return true
		}
	}
	return false
}

// email finds e-mail addresses.
func (r *redactor) email(i int) int {
	at := i
	for at < len(r.cells) && at-i <= 64 && isMailRune(r.cells[at].r) {
		at++
	}
	if r.peek(at) != '@' || !isLabelRune(r.peek(i)) {
		return 0
	}
	end, dot := at+1, 0
	for end < len(r.cells) {
		c := r.cells[end].r
		if c == '.' && isLabelRune(r.peek(end+1)) && end > at+1 {
			dot = end
		} else if !isLabelRune(c) && (c != '-' || end == at+1) {
			break
		}
		end++
	}
	for end > 0 && r.cells[end-1].r == '-' {
		end--
	}
	if dot == 0 || end-dot < 3 {
		return 0
	}
	return end
}

func isMailRune(r rune) bool {
	return isLabelRune(r) || r == '.' || r == '_' || r == '%' || r == '+' || r == '-' || r == '\''
}

// isLabelRune reports whether a rune may be in a part of a domain's name. Chinese and the like may, but in comments they
// are the sentence around it.
func isLabelRune(r rune) bool {
	return isNumeral(r) || isASCIILetter(r) || r >= 0x80 && unicode.IsLetter(r) && !isSolid(r)
}

// name finds @names.
func (r *redactor) name(i int) int {
	const longestSolid, cutSolid = 10, 4 // characters: a longer run is a name and the sentence after it
	if r.peek(i) != '@' || i != r.done && isWordRune(r.peek(i-1)) && !isSolid(r.peek(i-1)) {
		return 0
	}
	if first := r.peek(i + 1); first != '_' && !unicode.IsLetter(first) {
		return 0
	}
	end, solids := i+1, 0
	for end < len(r.cells) && (isWordRune(r.cells[end].r) || r.cells[end].r == '.' || r.cells[end].r == '-') {
		if isSolid(r.cells[end].r) {
			solids++
		}
		end++
	}
	if solids > longestSolid {
		end = i + 1 + cutSolid
	}
	for r.cells[end-1].r == '.' || r.cells[end-1].r == '-' {
		end--
	}
	return end
}

// ibanLengths holds the length of an IBAN after its country's code.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23" +
	"GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15" +
	"PK24PL28PS29PT25QA29RO24RS22SA24SC31SD18SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20"

// iban finds IBANs whose check digits are right, in groups or not.
func (r *redactor) iban(i int) int {
	if !isASCIILetter(r.peek(i)) || !isASCIILetter(r.peek(i+1)) || !isNumeral(r.peek(i+2)) || !isNumeral(r.peek(i+3)) {
		return 0
	}
	country := strings.ToUpper(string([]rune{r.peek(i), r.peek(i + 1)}))
	k := strings.Index(ibanLengths, country)
	if k < 0 {
		return 0
	}
	length := int(ibanLengths[k+2]-'0')*10 + int(ibanLengths[k+3]-'0')
	code := make([]rune, 0, length)
	end := i
	for len(code) < length {
		c := r.peek(end)
		switch {
		case isNumeral(c) || isASCIILetter(c):
			code = append(code, c)
		case (c == ' ' || c == '-') && (isNumeral(r.peek(end+1)) || isASCIILetter(r.peek(end+1))):
		default:
			return 0
		}
		end++
	}
	if isNumeral(r.peek(end)) || isASCIILetter(r.peek(end)) || !ibanChecks(code) {
		return 0
	}
	return end
}

// ibanChecks reports whether an IBAN, its first four characters moved to the end and letters read as 10 to 35, leaves 1
// when divided by 97 (ISO 13616).
func ibanChecks(code []rune) bool {
	rest := 0
	for k := range code {
		c := code[(k+4)%len(code)]
		if isNumeral(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return rest == 1
}

// card finds numbers of payment cards whose check digit is right: 13 to 19 digits, in groups of at least four or not.
func (r *redactor) card(i int) int {
	if !isNumeral(r.peek(i)) || isNumeral(r.peek(i-1)) {
		return 0
	}
	digits := make([]rune, 0, 19)
	end, separator := 0, rune(0)
	for k := i; len(digits) <= 19; k++ {
		c := r.peek(k)
		if isNumeral(c) {
			digits = append(digits, c)
			if !isWordRune(r.peek(k+1)) && isCard(digits) {
				end = k + 1
			}
			continue
		}
		if len(digits) < 4 || c != ' ' && c != '-' || separator != 0 && c != separator || !isNumeral(r.peek(k+1)) {
			break
		}
		separator = c
	}
	return end
}

// isCard checks length, issuer and check digit (Luhn) of a card's number.
func isCard(digits []rune) bool {
	n := len(digits)
	if n < 13 || n > 19 || n == 13 && digits[0] != '4' {
		return false
	}
	issuer := 0
	for _, d := range digits[:4] {
		issuer = issuer*10 + int(d-'0')
	}
	if issuer < 2200 || issuer > 2204 && issuer < 2221 || issuer > 2720 && issuer < 3000 || issuer >= 7000 {
		return false
	}
	sum := 0
	for k, d := range digits {
		v := int(d - '0')
		if (n-k)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
