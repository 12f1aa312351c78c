package ingest

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Contact data is what reaches or names a person: e-mail, telephone, name, address, IP address. It is of no use for
// what Verbatim does, so a column of it is not even read.

// contactWords are words of column names that alone mean contact data.
var contactWords = wordSet(`email emails mail phone phones telephone tel fax cellphone msisdn firstname lastname fullname surname
	forename ip ipaddress ipaddr ipv4 ipv6 address streetaddress recipientemail latitude longitude ssn iban passport skype whatsapp telegram
	почта емейл емэйл имейл мейл телефон телефона тел мобильный имя фамилия отчество фио адрес айпи паспорт инн снилс
	sähköposti sähköpostiosoite puhelin puhelinnumero puhnro gsm etunimi sukunimi nimi osoite katuosoite kotiosoite henkilötunnus hetu`)

// contactParts are parts of names in Chinese, which has no spaces between words.
var contactParts = []string{
	"邮箱", "邮件", "电邮", "电话", "手机号", "手机", "姓名", "名字", "称呼", "地址", "住址", "身份证", "微信", "收件人", "联系方式", "联系人", "来自ip", "ip地址",
}

// contactNames are words in whose company "name" is that of a person and not of a shop.
var contactNames = wordSet(`first last full middle family given customer client contact person user respondent recipient guest patient
	passenger employee member your nick display sender`)

// contactWhole are words that mean contact data when nothing stands beside them.
var contactWhole = wordSet("street mobilenumber networkid recipient username vastaanottaja получатель")

// harmless are words that turn a column about telephones or mails into one that names nobody: phone model, email domain.
var harmless = wordSet(`model brand type os domain campaign template status opened sent consent opt optin subscribed provider carrier
	plan rating score support count verified marketing service contract operator тип модель марка malli merkki tyyppi`)

func wordSet(text string) map[string]bool {
	out := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		out[word] = true
	}
	return out
}

// namesContact reports whether a column's name says that contact data is in it. The last part of a nested name counts:
// person.email.
func namesContact(name string) bool {
	text := strings.ToLower(norm.NFKC.String(name))
	for _, part := range contactParts {
		if strings.Contains(text, part) {
			return !slices.ContainsFunc([]string{"型号", "品牌", "类型", "系统"}, func(s string) bool { return strings.Contains(text, s) })
		}
	}
	words := wordsOf(name)
	if len(words) == 0 || len(words) > 4 { // a question about a telephone is not a telephone number
		return false
	}
	if slices.ContainsFunc(words, func(w string) bool { return harmless[w] }) {
		return false
	}
	for i, word := range words {
		if contactWords[word] || contactWords[strings.Join(words[i:], "")] {
			return true
		}
		if word == "name" && (len(words) == 1 || i > 0 && contactNames[words[i-1]]) {
			return true
		}
	}
	return contactWhole[strings.Join(words, "")]
}

var oneWord = strings.NewReplacer("e-mail", "email", "E-mail", "email", "E-Mail", "email", "IP-", "ip ", "ip-", "ip ")

// wordsOf splits a name at spaces, signs and capitals: "recipientEmail", "E-mail", "First_Name".
func wordsOf(name string) []string {
	name = oneWord.Replace(norm.NFKC.String(name))
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = word[:0]
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			continue
		}
		lowerNext := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && lowerNext) {
			end()
		}
		word = append(word, unicode.ToLower(r))
	}
	end()
	return out
}

// contactSample is how many values of a column are looked at.
const contactSample = 50

// contactCensus counts, in the first values of each column, those that look like contact data.
type contactCensus struct{ seen, contact []int }

// add looks at a row.
func (c *contactCensus) add(rec *record) {
	for i, value := range rec.values {
		if i >= len(c.seen) {
			c.seen, c.contact = append(c.seen, 0), append(c.contact, 0)
		}
		if c.seen[i] >= contactSample || len(value) == 0 {
			continue
		}
		value = bytes.TrimSpace(value)
		if len(value) == 0 {
			continue
		}
		c.seen[i]++
		if isEmail(value) || isPhone(value) {
			c.contact[i]++
		}
	}
}

// most reports whether most of a column's values are e-mail addresses or telephone numbers.
func (c *contactCensus) most(column int) bool {
	return column < len(c.seen) && c.contact[column]*2 > c.seen[column]
}

// isEmail reports whether the value is one e-mail address.
func isEmail(value []byte) bool {
	at := bytes.IndexByte(value, '@')
	if at <= 0 || len(value) > 254 || bytes.IndexByte(value[at+1:], '@') >= 0 || bytes.ContainsAny(value, " \t\n,;/\"") {
		return false
	}
	dot := bytes.LastIndexByte(value[at+1:], '.')
	return dot > 0 && at+1+dot < len(value)-1
}

// isPhone reports whether the value is a telephone number as people write it. Bare digits are one only in the forms of
// Chinese and Russian mobiles: anything else may be an order, a date or a count.
func isPhone(value []byte) bool {
	digits, signs := 0, 0
	for i, b := range value {
		switch {
		case b >= '0' && b <= '9':
			digits++
		case b == '+' && i == 0:
		case b == ' ' || b == '-' || b == '(' || b == ')' || b == '.':
			signs++
		default:
			return false
		}
	}
	if digits < 8 || digits > 15 {
		return false
	}
	first := value[0]
	switch {
	case first == '+' || first == '(':
		return true
	case signs == 0:
		return digits == 11 && (first == '1' && value[1] >= '3' || first == '8' && value[1] == '9')
	case first == '0' && value[1] != '.':
		return !looksDate(value)
	}
	return digits >= 10 && digits <= 11 && signs >= 2 && !looksDate(value)
}

// looksDate tells 01.02.2026 and 2026-01-02 10 from telephone numbers: a group of four digits that is a year.
func looksDate(value []byte) bool {
	groups := bytes.FieldsFunc(value, func(r rune) bool { return r < '0' || r > '9' })
	return len(groups) >= 3 && (len(groups[0]) == 4 || len(groups[2]) == 4) && len(groups[1]) <= 2
}
