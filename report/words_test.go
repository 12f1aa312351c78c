package report

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"verbatim/feedback"
)

// No word is missing in any language, and formats take the same figures in all of them.
func TestEveryLanguageHasEveryWord(t *testing.T) {
	verb := regexp.MustCompile(`%(\[\d\])?[a-z]`)
	verbs := func(text string) []string {
		list := verb.FindAllString(strings.ReplaceAll(text, "%%", ""), -1)
		slices.Sort(list)
		return list
	}
	same := []string{"NPS", "q", "–"} // what languages share
	en := reflect.ValueOf(english)
	for _, language := range Languages {
		w := wordsOf(language)
		if !strings.HasPrefix(w.Lang, language) {
			t.Errorf("%s has the words of %s", language, w.Lang)
		}
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			name, text, first := v.Type().Field(i).Name, v.Field(i).String(), en.Field(i).String()
			if text == "" {
				t.Errorf("%s lacks %s", language, name)
			}
			if !slices.Equal(verbs(text), verbs(first)) {
				t.Errorf("%s: %s takes %q, in English %q", language, name, verbs(text), verbs(first))
			}
			if language != "en" && text == first && utf8.RuneCountInString(text) > 2 && !slices.Contains(same, text) {
				t.Errorf("%s: %s is the English %q", language, name, text)
			}
		}
	}
	if wordsOf("sv") != &english || wordsOf("") != &english {
		t.Error("other languages are not written in English")
	}
}

func TestFiguresByLanguage(t *testing.T) {
	first, last := time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC)
	for language, want := range map[string][]string{
		"en": {"1,234,567", "+12.3", "−0.5", "0.0", "13.9%", "<0.0001", "1,234.50", "−4.0 to +10.2", "3\u00a0Jan\u00a02026\u00a0– 30\u00a0Nov\u00a02026"},
		"zh": {"1,234,567", "+12.3", "−0.5", "0.0", "13.9%", "<0.0001", "1,234.50", "−4.0 至 +10.2", "2026年1月3日\u00a0– 2026年11月30日"},
		"ru": {"1\u00a0234\u00a0567", "+12,3", "−0,5", "0,0", "13,9\u00a0%", "<0,0001", "1\u00a0234,50", "−4,0…+10,2", "03.01.2026\u00a0– 30.11.2026"},
		"fi": {"1\u00a0234\u00a0567", "+12,3", "−0,5", "0,0", "13,9\u00a0%", "<0,0001", "1\u00a0234,50", "−4,0…+10,2", "3.1.2026\u00a0– 30.11.2026"},
	} {
		w := wordsOf(language)
		got := []string{
			w.count(1234567), w.points(12.345), w.points(-0.5), w.points(-0.04), w.percent(0.1389, 1), w.probability(0), w.decimal(1234.5, 2),
			w.span(-4, 10.2), w.dates(feedback.Dates{First: first, Last: last}),
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
		if w.dates(feedback.Dates{}) != "" || strings.Contains(w.dates(feedback.Dates{First: first, Last: first}), "–") {
			t.Errorf("%s: no date or one day is written as a range", language)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234: "−1,234"} {
		if got := english.localized(strings.Replace(fixed(float64(n), 0), "-", "−", 1)); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("word ", 200) + "the evidence" + strings.Repeat(" more", 200)
	for _, c := range []struct {
		name, text            string
		start, end            int
		before, marked, after string
	}{
		{"short", "the staff was kind", 4, 9, "the ", "staff", " was kind"},
		{"all", "价格", 0, 2, "", "价格", ""},
		{"code points", "価格は高い", 3, 5, "価格は", "高い", ""},
		{"none", "late", 0, 0, "", "", "late"},
		{"beyond", "late", 2, 9, "", "", "late"},
		{"backwards", "late", 3, 1, "", "", "late"},
		{"negative", "late", -1, 2, "", "", "late"},
		{"lines", "a\nb\x00\tc", 2, 3, "a ", "b", " c"},
		{"long", long, 1000, 1012, "… " + strings.Repeat("word ", 20), "the evidence", strings.Repeat(" more", 37) + " …"},
	} {
		before, marked, after := excerpt(c.text, c.start, c.end)
		if before != c.before || marked != c.marked || after != c.after {
			t.Errorf("%s: %q %q %q", c.name, before, marked, after)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("the staff was kind", 4, 9)
	f.Add(strings.Repeat("e\u0301", 400), 390, 395)
	f.Add(strings.Repeat("长文本没有空格", 90), 600, 605)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		before, marked, after := excerpt(text, start, end)
		if n := utf8.RuneCountInString(before + marked + after); n > quoteMost+4 {
			t.Errorf("%d code points", n)
		}
		whole := strings.TrimSuffix(strings.TrimPrefix(before, "… ")+marked+after, " …")
		if !strings.Contains(printable(text)+" …", whole) {
			t.Errorf("%q is not in the text", whole)
		}
	})
}
