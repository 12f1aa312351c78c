package corpora

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestParseComments(t *testing.T) {
	text := "# English\n== telecom\n" +
		"2\tWaited three weeks {-delivery_logistics} and nobody called back. {-support}\n" +
		"== museum test\n\n7\t服务很好，{+service_staff}就是太贵了。{-price_value}\n5\tn/a {other}\n6\tWhy no app? {question 0features}\n"
	comments, err := ParseComments("x.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range comments {
		got = append(got, fmt.Sprintf("%d %s %v %d %q %s %v %v", c.Line, c.Industry, c.Test, c.Score, c.Text, c.Sentiment(), c.Themes(), c.Kinds()))
		for _, s := range c.Statements {
			if c.Text[s.Start:s.End] != s.Text {
				t.Errorf("line %d: span %d–%d is %q, not %q", c.Line, s.Start, s.End, c.Text[s.Start:s.End], s.Text)
			}
		}
	}
	want := []string{
		`3 telecom false 2 "Waited three weeks and nobody called back." negative [{delivery_logistics negative} {support negative}] [complaint]`,
		`6 museum true 7 "服务很好，就是太贵了。" mixed [{service_staff positive} {price_value negative}] [praise complaint]`,
		`7 museum true 5 "n/a" neutral [] [other]`,
		`8 museum true 6 "Why no app?" neutral [{features neutral}] [question]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseCommentsNamesFileAndLine(t *testing.T) {
	for text, want := range map[string]string{
		"== a b c":                          "x.txt:1: write «== industry»",
		"== a\n5 no tab {other}":            "x.txt:2: no tab",
		"== a\n11\tx {other}":               "x.txt:2: score",
		"== a\n5\tno label":                 "x.txt:2: the line does not end in a label",
		"== a\n5\ttail {other} more":        "x.txt:2: the line does not end in a label",
		"== a\n5\tx {+nothing_known}":       "x.txt:2: label \"+nothing_known\"",
		"== a\n5\tx {+support -features}":   "x.txt:2: label \"+support -features\" praises and complains",
		"== a\n5\tx {other} y} {complaint}": "x.txt:2: the line does not end in a label",
	} {
		if _, err := ParseComments("x.txt", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s…", text, err, want)
		}
	}
}

func TestParseLexicon(t *testing.T) {
	lexicon, err := ParseLexicon("x.txt", "[names]\nprice_value = Price\n[negators]\nnot >3\nkana <2 # late\n[price_value]\npric*\n-over priced\n+bargain\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &Lexicon{
		Names: map[string]string{"price_value": "Price"},
		Sections: map[string][]Term{
			Negators:      {{Text: "not", After: 3}, {Text: "kana", Before: 2}},
			"price_value": {{Text: "pric", Prefix: true}, {Text: "over priced", Polarity: feedback.Negative}, {Text: "bargain", Polarity: feedback.Positive}},
		},
	}
	if diff := cmp.Diff(want, lexicon); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		"word":                "x.txt:1: a term before",
		"[nowhere]":           "x.txt:1: unknown section",
		"[negators]\nnot":     "x.txt:2: negator",
		"[names]\nprice":      "x.txt:2: write",
		"[price_value]\n+*":   "x.txt:2: an empty term",
		"[negators]\nnot >no": "x.txt:2: negator",
	} {
		if _, err := ParseLexicon("x.txt", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s…", text, err, want)
		}
	}
}

// large are the languages with the most comments and terms, small those with the fewest.
var (
	large = map[string]bool{"en": true, "zh": true, "ru": true, "fi": true}
	small = map[string]bool{"bn": true, "ca": true, "el": true, "et": true, "eu": true, "fa": true, "he": true, "hr": true, "hu": true, "sk": true, "sw": true}
)

func TestComments(t *testing.T) {
	for _, lang := range Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			comments, err := Comments(lang)
			if err != nil {
				t.Fatal(err)
			}
			least := 250
			switch {
			case large[lang]:
				least = 700
			case small[lang]:
				least = 150
			}
			test := 0
			seen := map[feedback.StatementTheme]int{}
			for i := range comments {
				if comments[i].Test {
					test++
				}
				for _, theme := range comments[i].Themes() {
					seen[theme]++
				}
			}
			if len(comments) < least || 5*test < len(comments) {
				t.Errorf("%d comments, %d of them in test industries; want %d and a fifth", len(comments), test, least)
			}
			for _, id := range ThemeIDs {
				for _, polarity := range []feedback.Sentiment{feedback.Positive, feedback.Negative} {
					if seen[feedback.StatementTheme{Theme: id, Sentiment: polarity}] == 0 {
						t.Errorf("no %s %s", polarity, id)
					}
				}
			}
			nearDuplicates(t, comments)
		})
	}
}

// nearDuplicates fails for comments that share most of their letter trigrams: nobody writes the same thing twice.
func nearDuplicates(t *testing.T, comments []Comment) {
	t.Helper()
	const most, fewest = 0.6, 10
	var sets [][]string
	for i := range comments {
		sets = append(sets, trigrams(comments[i].Text))
	}
	for i, a := range sets {
		for j, b := range sets[:i] {
			if len(a) < fewest || len(b) < fewest || float64(min(len(a), len(b))) <= most*float64(max(len(a), len(b))) {
				continue
			}
			both := common(a, b)
			if share := float64(both) / float64(len(a)+len(b)-both); share > most {
				t.Errorf("lines %d and %d are nearly the same: %q", comments[j].Line, comments[i].Line, comments[i].Text)
			}
		}
	}
}

// common counts the strings that stand in both sorted lists.
func common(a, b []string) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			n++
			a, b = a[1:], b[1:]
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return n
}

// trigrams returns the distinct runs of three letters or digits, sorted.
func trigrams(text string) []string {
	var letters []rune
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters = append(letters, r)
		}
	}
	var list []string
	for i := 0; i+3 <= len(letters); i++ {
		list = append(list, string(letters[i:i+3]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestTestIndustriesAreTheSameEverywhere(t *testing.T) {
	where := map[string]bool{}
	for _, lang := range Languages() {
		comments, err := Comments(lang)
		if err != nil {
			t.Fatal(err)
		}
		for i := range comments {
			c := &comments[i]
			if test, ok := where[c.Industry]; ok && test != c.Test {
				t.Errorf("%s:%d: %s is a test industry in one place and not in another", lang, c.Line, c.Industry)
			}
			where[c.Industry] = c.Test
		}
	}
}

func TestLexicons(t *testing.T) {
	for _, lang := range Languages() {
		lexicon, err := LexiconOf(lang)
		if err != nil {
			t.Fatal(err)
		}
		least := 40
		if large[lang] {
			least = 100
		}
		for _, id := range ThemeIDs {
			if lexicon.Names[id] == "" {
				t.Errorf("%s: %s has no name", lang, id)
			}
			if n := len(lexicon.Sections[id]); n < least {
				t.Errorf("%s: %s has %d terms, want %d", lang, id, n, least)
			}
		}
		for _, section := range sections[:14] {
			if len(lexicon.Sections[section]) == 0 {
				t.Errorf("%s: [%s] is empty", lang, section)
			}
		}
	}
}

func TestConcepts(t *testing.T) {
	ids, err := ConceptIDs()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages() {
		concepts, err := Concepts(lang)
		if err != nil {
			t.Fatal(err)
		}
		for i := range concepts {
			if _, ok := ids[concepts[i].ID]; !ok {
				t.Errorf("%s: %s is not in the inventory", lang, concepts[i].ID)
			}
		}
	}
}

func TestParseConcepts(t *testing.T) {
	concepts, err := ParseConcepts("x.txt", "# German\nqueue = schlange*, anstehen\n")
	want := []Concept{{ID: "queue", Terms: []Term{{Text: "schlange", Prefix: true}, {Text: "anstehen"}}}}
	if diff := cmp.Diff(want, concepts); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for text, want := range map[string]string{
		"queue":                 "x.txt:1: write each concept once",
		"a = b\na = c":          "x.txt:2: write each concept once",
		"queue = schlange*,, x": "x.txt:1: an empty term",
	} {
		if _, err := ParseConcepts("x.txt", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s…", text, err, want)
		}
	}
}

func TestDefaultTaxonomy(t *testing.T) {
	taxonomy, err := DefaultTaxonomy()
	if err != nil {
		t.Fatal(err)
	}
	if taxonomy.Ref() != "default@1" || len(taxonomy.Themes) != 20 {
		t.Errorf("%s with %d themes", taxonomy.Ref(), len(taxonomy.Themes))
	}
	theme, ok := taxonomy.Theme("price_value")
	if !ok || theme.Name("fi") == theme.Name("en") || theme.Name("xx") != theme.Name("en") {
		t.Errorf("names of price_value: %v", theme.Names)
	}
}
