package analysis

import "strings"

// Russian in Latin letters, as people type it without a Russian keyboard. Longer spellings come first.
var latinRussian = []struct{ latin, cyrillic string }{
	{"shch", "щ"},
	{"sch", "щ"},
	{"yo", "е"},
	{"jo", "е"},
	{"zh", "ж"},
	{"kh", "х"},
	{"ts", "ц"},
	{"ch", "ч"},
	{"sh", "ш"},
	{"yu", "ю"},
	{"ju", "ю"},
	{"ya", "я"},
	{"ja", "я"},
	{"iy", "ий"},
	{"yy", "ый"},
	{"ey", "ей"},
	{"oy", "ой"},
	{"ay", "ай"},
	{"uy", "уй"},
	{"a", "а"},
	{"b", "б"},
	{"v", "в"},
	{"g", "г"},
	{"d", "д"},
	{"e", "е"},
	{"z", "з"},
	{"i", "и"},
	{"j", "й"},
	{"k", "к"},
	{"l", "л"},
	{"m", "м"},
	{"n", "н"},
	{"o", "о"},
	{"p", "п"},
	{"r", "р"},
	{"s", "с"},
	{"t", "т"},
	{"u", "у"},
	{"f", "ф"},
	{"h", "х"},
	{"c", "ц"},
	{"y", "ы"},
	{"w", "в"},
	{"x", "кс"},
	{"q", "к"},
	{"'", "ь"},
	{"4", "ч"},
}

// latinOf is how a Russian letter is typed in Latin ones.
var latinOf = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "ch", 'ш': "sh",
	'щ': "sch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
}

// romanized returns a Russian text in Latin letters.
func romanized(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		if latin, ok := latinOf[r]; ok {
			b.WriteString(latin)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// toCyrillic turns the words in Latin letters into Russian ones; the tokens keep their place in the text. A word that
// is longer in Cyrillic letters stays as it is.
func (f *folded) toCyrillic() {
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind != word {
			continue
		}
		runes := f.runes[t.from:t.to]
		cyrillic := []rune(cyrillicOf(string(runes)))
		if len(cyrillic) > len(runes) {
			continue
		}
		t.to = t.from + int32(copy(runes, cyrillic))
		t.hash = hashOf(string(cyrillic))
	}
}

func cyrillicOf(latin string) string {
	var b strings.Builder
next:
	for len(latin) > 0 {
		for _, s := range latinRussian {
			if strings.HasPrefix(latin, s.latin) {
				b.WriteString(s.cyrillic)
				latin = latin[len(s.latin):]
				continue next
			}
		}
		r := []rune(latin)[0]
		b.WriteRune(r)
		latin = latin[len(string(r)):]
	}
	return b.String()
}
