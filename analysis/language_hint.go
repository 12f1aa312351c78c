package analysis

import (
	"slices"
	"strings"

	"verbatim/feedback"
)

// expectation is what a Hint leads to expect, in ISO 639-1 codes.
type expectation struct {
	lang     string
	declared [16]string
	n        int
}

// What is said of a language when only the hint or the survey says it.
const hintAlone, declaredAlone = 0.5, 0.4

func (e *expectation) set(hint Hint) {
	e.lang = hintCode(hint.Lang)
	for _, lang := range hint.Declared {
		if code := hintCode(lang); code != "" && e.n < len(e.declared) {
			e.declared[e.n] = code
			e.n++
		}
	}
}

// bonus returns the nats that a language is ahead of others before the text is read.
func (e *expectation) bonus(code string) float64 {
	hinted, declared := e.lang == code, slices.Contains(e.declared[:e.n], code)
	switch {
	case hinted && declared:
		return bothBonus
	case hinted:
		return hintBonus
	case declared:
		return declaredBonus
	}
	return 0
}

// alone returns the language of a text that does not tell its own: the hint, or the only one declared.
func (e *expectation) alone() feedback.Language {
	switch {
	case e.lang != "":
		return feedback.Language{Code: e.lang, Confidence: hintAlone}
	case e.n == 1:
		return feedback.Language{Code: e.declared[0], Confidence: declaredAlone}
	}
	return feedback.Language{Code: feedback.Undetermined}
}

// hintCode returns the ISO 639-1 code that a platform means by "EN", "zh-CN", "pt_BR.UTF-8", "deu", "English (UK)",
// "suomi", or "" when it means none ("default", "auto").
func hintCode(hint string) string {
	if len(hint) == 2 && hint[0] >= 'a' && hint[1] >= 'a' { // the usual form
		return knownCode(hint)
	}
	hint = strings.ToLower(strings.TrimSpace(hint))
	if code := knownCode(hint); code != "" {
		return code
	}
	if i := strings.IndexAny(hint, "-_.,;/@( "); i > 0 {
		return knownCode(hint[:i])
	}
	return ""
}

// knownCode looks a hint up in lower case.
func knownCode(hint string) string {
	if code, ok := hintNames[hint]; ok {
		return code
	}
	if len(hint) == 2 {
		if i := strings.Index(isoCodes, hint); i >= 0 && i%3 == 0 {
			return isoCodes[i : i+2]
		}
	}
	return ""
}

// isoCodes are the codes of ISO 639-1, but for those that hintNames reads in another way.
const isoCodes = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br ca ce ch co cr cs cu cv cy da de dv dz ee el en eo " +
	"es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj " +
	"kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nd ne ng nl no nr nv ny oc oj " +
	"om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to " +
	"tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"

// hintNames maps what else platforms send: names in English and in the language itself, codes of ISO 639-2, withdrawn
// codes, and codes of countries where languages were meant.
var hintNames = hintNamesOf(`
ar ara arabic العربية عربي
bg bul bulgarian български
bn ben bengali bangla বাংলা
ca cat catalan català
cs ces cze cz czech čeština česky
da dan dk danish dansk
de deu ger german deutsch
el ell gre gr greek ελληνικά
en eng english inglés anglais englisch
es spa spanish español espanol castellano castilian
et est estonian eesti
eu eus baq basque euskara
fa fas per persian farsi فارسی
fi fin finnish suomi
fr fra fre french français francais
gl glg galician galego
he heb iw hebrew עברית
hi hin hindi हिन्दी हिंदी
hr hrv bs bos croatian bosnian hrvatski bosanski
hu hun hungarian magyar
id ind in indonesian bahasa
it ita italian italiano
ja jpn jp japanese 日本語
ko kor korean 한국어
lt lit lithuanian lietuvių
lv lav latvian latviešu
mk mkd mac macedonian македонски
ms msa may malay melayu
nl nld dut dutch nederlands flemish
no nor nb nob nn nno norwegian norsk bokmål nynorsk
pl pol polish polski
pt por portuguese português
ro ron rum mo romanian română
ru rus russian русский
sk slk slo slovak slovenčina
sl slv slovenian slovene slovenščina
sr srp serbian српски srpski
sv swe swedish svenska
sw swa swahili kiswahili
th tha thai ไทย
tl fil tgl filipino tagalog
tr tur turkish türkçe turkce
uk ukr ua ukrainian українська
ur urd urdu اردو
vi vie vn vietnamese việt tiếng
zh zho chi cmn yue cn chinese mandarin cantonese 中文 汉语 漢語 简体中文 繁體中文
`)

func hintNamesOf(lines string) map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(lines) {
		if words := strings.Fields(line); len(words) > 0 {
			for _, name := range words[1:] {
				names[name] = words[0]
			}
		}
	}
	return names
}
