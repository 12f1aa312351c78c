package analysis

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"verbatim/corpora"
)

// foldedTokens gives the folded tokens of a text, words and numbers only.
func foldedTokens(text string) string {
	var f folded
	f.fold(text)
	var words []string
	for _, t := range f.tokens {
		if t.kind <= symbol {
			words = append(words, string(f.runes[t.from:t.to]))
		}
	}
	return strings.Join(words, " ")
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Great STAFF":                    "great staff",
		"Soooooo goood!!!":               "soo good",
		"Don’t go, don't":                "don't go don't",
		"L'accueil, dell’ordine":         "l accueil dell ordine",
		"Mail [email] or [phone]":        "mail or",
		"Ещё всё":                        "еще все",
		"ＡＢＣ　１２":                         "abc 00",
		"服務很差":                           "服 务 很 差",
		"3 weeks":                        "0 weeks",
		"@acme_help see https://x.y/z?q": "see",
		"mail@ home":                     "mail home",
		"Zürich café":                    "zürich café",
		"الخِدمة":                        "الخدمه",
		"good👍🏽 bye":                     "good 👍 bye",
		"ขอบคุณ":                         "ข อ บ คุ ณ",
	} {
		if got := strings.ReplaceAll(foldedTokens(text), "ค ุ", "คุ"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Whatever is equal for a reader is equal for the models.
func TestFoldEquates(t *testing.T) {
	for _, pair := range [][2]string{
		{"服务很差", "服務很差"},
		{"GREAT", "great"},
		{"ещё", "еще"},
		{"ｇｏｏｄ", "good"},
		{"sooooo", "soooooooo"},
		{"5 days", "7 days"},
		{"e\u0301te\u0301", "ete"},
	} {
		if a, b := foldedTokens(pair[0]), foldedTokens(pair[1]); a != b {
			t.Errorf("%q folds to %q, %q to %q", pair[0], a, pair[1], b)
		}
	}
}

func TestClauses(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en", "Great staff, but prices rose.", "Great staff,|but prices rose."},
		{"en", "Fast delivery. Rude driver!", "Fast delivery.|Rude driver!"},
		{"en", "It costs 4.50 a month, e.g. too much", "It costs 4.50 a month,|e.g. too much"},
		{"en", "Dr. Smith was lovely", "Dr. Smith was lovely"},
		{"en", "Bad service.Never again", "Bad service.|Never again"},
		{"en", "Nice app 😍 but slow", "Nice app 😍|but slow"},
		{"en", "line one\nline two", "line one|line two"},
		{"en", "Good!!! 👍", "Good!!! 👍"},
		{"en", "well, ok", "well, ok"},
		{"fi", "Henkilökunta oli mukavaa mutta hinta nousi", "Henkilökunta oli mukavaa|mutta hinta nousi"},
		{"ru", "Персонал вежливый, но цены выросли", "Персонал вежливый,|но цены выросли"},
		{"zh", "服务很好，就是太贵了。下次不来了", "服务很好，|就是太贵了。|下次不来了"},
	} {
		source, err := corpora.LexiconOf(c.lang)
		if err != nil {
			t.Fatal(err)
		}
		var f folded
		f.fold(c.text)
		var got []string
		for _, s := range clauses(&f, newLexicon(source, nil).find(&f, nil), nil) {
			start, end := f.span(s)
			got = append(got, c.text[start:end])
		}
		if diff := cmp.Diff(strings.Split(c.want, "|"), got); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

func TestLexiconFindsTerms(t *testing.T) {
	l := newLexicon(&corpora.Lexicon{Sections: map[string][]corpora.Term{
		"price_value":       {{Text: "pric", Prefix: true}, {Text: "over priced", Polarity: "negative"}, {Text: "太贵"}, {Text: "pitkä odot", Prefix: true}},
		corpora.Complaining: {{Text: "bad"}},
		corpora.Praising:    {{Text: "not bad"}},
	}}, nil)
	for text, want := range map[string]string{
		"Prices went up":        "Prices",
		"it is over priced":     "over priced",
		"这个太贵了":                 "太贵",
		"pitkä odotusaika":      "pitkä odotusaika",
		"not bad at all":        "not bad", // and not the bad inside it
		"the apricot was fine":  "",
		"BAD, really bad price": "BAD bad price",
	} {
		var f folded
		f.fold(text)
		var got []string
		for _, m := range l.find(&f, nil) {
			got = append(got, text[f.tokens[m.from].start:f.tokens[m.to-1].end])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNegationReachesAsFarAsItsScope(t *testing.T) {
	l := newLexicon(&corpora.Lexicon{Sections: map[string][]corpora.Term{
		corpora.Negators: {{Text: "not", After: 2}, {Text: "ei", Before: 1}},
	}}, nil)
	for text, want := range map[string]string{
		"not very good service": "very good",
		"not bad, good":         "bad",
		"hyvä ei":               "hyvä",
		"good service":          "",
	} {
		var f folded
		f.fold(text)
		f.negate(l.find(&f, nil))
		var got []string
		for _, tok := range f.tokens {
			if tok.negated {
				got = append(got, text[tok.start:tok.end])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSaysNothing(t *testing.T) {
	nothing := nothingAnywhere()
	for text, want := range map[string]bool{
		"": true, "n/a": true, "N/A.": true, "-": true, "…": true, "asdfgh": true, "фыва": true, "xxxx": true, "нет": true,
		"无": true, "ei mitään": true, "10/10": true, "5": true, "none": true,
		"👍": false, "good": false, "price": false, "was": false, "hinta": false, "no signal": false, "poor": false,
	} {
		var f folded
		f.fold(text)
		if got := saysNothing(&f, nothing); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"Great 👍🏽", "服務", "a\u0301b", "@", "http://", "\xff\xfe", "e.g. 4.5", "ﬁ İ"} {
		f.Add(seed)
	}
	source, err := corpora.LexiconOf("en")
	if err != nil {
		f.Fatal(err)
	}
	l := newLexicon(source, nil)
	f.Fuzz(func(t *testing.T, text string) {
		var g folded
		g.fold(text)
		last := int32(0)
		for _, tok := range g.tokens {
			if tok.start < last || tok.end <= tok.start || int(tok.end) > len(text) || tok.to < tok.from {
				t.Fatalf("%q: token %+v after %d", text, tok, last)
			}
			if utf8.ValidString(text) && !utf8.RuneStart(text[tok.start]) {
				t.Fatalf("%q: token %+v begins inside a rune", text, tok)
			}
			last = tok.end
		}
		at := 0
		for _, c := range clauses(&g, l.find(&g, nil), nil) {
			if c.from != at || c.to <= c.from {
				t.Fatalf("%q: clause %+v after %d", text, c, at)
			}
			at = c.to
		}
		if at != len(g.tokens) {
			t.Fatalf("%q: clauses end at %d of %d tokens", text, at, len(g.tokens))
		}
	})
}
