package analysis

import (
	"slices"
	"strings"
	"unicode"
)

// The finders below return where the piece of their kind that begins at a cell ends, or 0.

// url finds URLs that may tell who wrote: with a query, a fragment, a user, or something like a token in the path.
func (f *finder) url(i int) int {
	end := i
	for _, lead := range []string{"http://", "https://", "www."} {
		if f.begins(i, lead) {
			end = i + len(lead)
		}
	}
	if i < f.noURL {
		return 0
	}
	if end == i {
		return f.bareURL(i)
	}
	first := end
	end = f.urlEnd(first)
	if !f.tells(first, end) {
		f.noURL = end
		return 0
	}
	return end
}

// bareURL finds URLs without http:// that have a query.
func (f *finder) bareURL(i int) int {
	const longestHost = 64
	if !f.equals {
		return 0
	}
	end, dot := i, 0
	for end-i <= longestHost && (isLabelRune(f.peek(end)) || f.peek(end) == '-' || f.peek(end) == '.') {
		if f.peek(end) == '.' {
			dot = end
		}
		end++
	}
	if dot == 0 || end-dot < 3 || f.peek(end) != '/' && f.peek(end) != '?' {
		return 0
	}
	path := end
	if end = f.urlEnd(path); !slices.ContainsFunc(f.cells[path:end], func(c glyph) bool { return c.r == '=' }) {
		f.noURL = end
		return 0
	}
	return end
}

// urlEnd returns where a URL that goes on at a cell ends; a sign that ends the sentence is not part of it.
func (f *finder) urlEnd(first int) int {
	end := first
	for end < len(f.cells) && isURLRune(f.cells[end].r) {
		end++
	}
	for end > first && strings.ContainsRune(".,;:!?)'*", f.cells[end-1].r) {
		end--
	}
	return end
}

// token finds JSON Web Tokens: a header, which is a JSON object in base 64 and so begins with eyJ, a payload and a signature.
func (f *finder) token(i int) int {
	const shortest = 36
	if i < f.noToken || f.peek(i) != 'e' || f.peek(i+1) != 'y' || f.peek(i+2) != 'J' {
		return 0
	}
	end, dots := i, 0
	for ; ; end++ {
		c := f.peek(end)
		if c == '.' && isBase64Rune(f.peek(end+1)) {
			dots++
		} else if !isBase64Rune(c) {
			break
		}
	}
	if dots != 2 || end-i < shortest {
		f.noToken = end
		return 0
	}
	return end
}

// isBase64Rune reports whether a rune is one of URL-safe base 64.
func isBase64Rune(r rune) bool { return isNumeral(r) || isASCIILetter(r) || r == '-' || r == '_' }

func (f *finder) begins(i int, lead string) bool {
	for k := range len(lead) {
		c := f.peek(i + k)
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
func (f *finder) tells(from, to int) bool {
	const longest = 20 // letters and digits mixed, in a part of the path that is no token
	letters, digits, slash := 0, 0, false
	for _, c := range f.cells[from:to] {
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
func (f *finder) email(i int) int {
	if !f.ats {
		return 0
	}
	at := i
	for at < len(f.cells) && at-i <= 64 && isMailRune(f.cells[at].r) {
		at++
	}
	if f.peek(at) != '@' || !isLabelRune(f.peek(i)) {
		return 0
	}
	end, dot := at+1, 0
	for end < len(f.cells) {
		c := f.cells[end].r
		if c == '.' && isLabelRune(f.peek(end+1)) && end > at+1 {
			dot = end
		} else if !isLabelRune(c) && (c != '-' || end == at+1) {
			break
		}
		end++
	}
	if dot == 0 {
		return 0
	}
	if !f.begins(dot+1, "xn--") { // otherwise no top-level domain has a dash: an ending stands behind it, as in Hungarian
		for k := dot + 1; k < end; k++ {
			if f.cells[k].r == '-' {
				end = k
			}
		}
	}
	if end-dot < 3 {
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
func (f *finder) name(i int) int {
	if before := f.peek(i - 1); i != f.done && isWordRune(before) && !isSolid(before) && !isPrefix(before) {
		return 0
	}
	if first := f.peek(i + 1); first != '_' && !unicode.IsLetter(first) {
		return 0
	}
	end := f.nameEnd(i + 1)
	for _, word := range noNames {
		if end == i+1+len(word) && f.begins(i+1, word) {
			return 0
		}
	}
	return end
}

// nameEnd returns where a name that begins at a cell ends.
func (f *finder) nameEnd(first int) int {
	const longestSolid, cutSolid = 10, 4 // characters: a longer run is a name and the sentence after it
	end := first
	for isBase64Rune(f.peek(end)) {
		end++
	}
	if end > first && isSolid(f.peek(end)) { // in Japanese and the like a Latin name ends where the script changes
		return end
	}
	solids := 0
	for c := f.peek(end); isWordRune(c) || c == '.' || c == '-'; c = f.peek(end) {
		if isSolid(c) {
			solids++
		}
		end++
	}
	if solids > longestSolid {
		end = first + cutSolid
	}
	for f.cells[end-1].r == '.' || f.cells[end-1].r == '-' {
		end--
	}
	return end
}

// isPrefix reports whether a letter's script writes "to" and "and" as letters in front of a word: Hebrew and Arabic.
func isPrefix(r rune) bool { return r >= 0x0590 && r <= 0x06FF }

// noNames are what an @ stands before in chats and short notes without naming anybody.
var noNames = []string{"here", "channel", "everyone", "everybody", "all", "home", "work", "school", "the", "my", "least"}

// ibanLengths holds the length of an IBAN after its country's code.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23" +
	"GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15" +
	"PK24PL28PS29PT25QA29RO24RS22SA24SC31SD18SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20"

// iban finds IBANs whose check digits are right, in groups or not.
func (f *finder) iban(i int) int {
	if !isASCIILetter(f.peek(i)) || !isASCIILetter(f.peek(i+1)) || !isNumeral(f.peek(i+2)) || !isNumeral(f.peek(i+3)) {
		return 0
	}
	country := strings.ToUpper(string([]rune{f.peek(i), f.peek(i + 1)}))
	k := strings.Index(ibanLengths, country)
	if k < 0 {
		return 0
	}
	length := int(ibanLengths[k+2]-'0')*10 + int(ibanLengths[k+3]-'0')
	code := make([]rune, 0, length)
	end := i
	for len(code) < length {
		c := f.peek(end)
		switch {
		case isNumeral(c) || isASCIILetter(c):
			code = append(code, c)
		case (c == ' ' || c == '-') && (isNumeral(f.peek(end+1)) || isASCIILetter(f.peek(end+1))):
		default:
			return 0
		}
		end++
	}
	if isNumeral(f.peek(end)) || isASCIILetter(f.peek(end)) || !ibanChecks(code) {
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
func (f *finder) card(i int) int {
	if !isNumeral(f.peek(i)) || isNumeral(f.peek(i-1)) {
		return 0
	}
	digits := make([]byte, 0, 19)
	end, separator := 0, rune(0)
	for k := i; len(digits) <= 19; k++ {
		c := f.peek(k)
		if isNumeral(c) {
			digits = append(digits, byte(c))
			if next := f.peek(k + 1); (!isWordRune(next) || isSolid(next)) && isCard(digits) {
				end = k + 1
			}
			continue
		}
		if len(digits) < 4 || c != ' ' && c != '-' || separator != 0 && c != separator || !isNumeral(f.peek(k+1)) {
			break
		}
		separator = c
	}
	return end
}

// isCard checks length, issuer and check digit (Luhn) of a card's number.
func isCard(digits []byte) bool {
	n := len(digits)
	if n < 13 || n > 19 {
		return false
	}
	issuer := 0
	for _, d := range digits[:4] {
		issuer = issuer*10 + int(d-'0')
	}
	between := func(low, high int) bool { return issuer >= low && issuer <= high }
	visa, maestro := between(4000, 4999), between(5000, 5099) || between(5600, 6999) // Discover and UnionPay among the latter
	var known bool
	switch n {
	case 13:
		known = visa
	case 14:
		known = between(3000, 3059) || between(3600, 3699) || between(3800, 3999) // Diners Club
	case 15:
		known = between(3400, 3499) || between(3700, 3799) // American Express; device numbers have 15 digits, too
	case 16:
		known = visa || maestro || between(5000, 5999) || between(2200, 2204) || between(2221, 2720) || between(3528, 3589)
	default:
		known = maestro || n == 19 && visa
	}
	return known && luhn(digits)
}

// luhn reports whether the last digit checks the others (ISO/IEC 7812-1).
func luhn(digits []byte) bool {
	sum := 0
	for k, d := range digits {
		v := int(d - '0')
		if (len(digits)-k)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
