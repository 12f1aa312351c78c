package index

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"

	"verbatim/feedback"
)

// indexed are the languages with stems of their own.
var indexed = []string{"ar", "ckb", "da", "de", "en", "es", "fa", "fi", "fr", "hi", "hr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr"}

func analyze(t *testing.T, field, text string) analysis.TokenStream {
	t.Helper()
	analyzer, err := newAnalyzers().named(field)
	if err != nil {
		t.Fatal(err)
	}
	return analyzer.Analyze(clean(text))
}

func terms(tokens analysis.TokenStream) string {
	var list []string
	for _, token := range tokens {
		list = append(list, strings.ReplaceAll(string(token.Term), foldedMark, "~"))
	}
	return strings.Join(list, " ")
}

func TestFieldOfLanguages(t *testing.T) {
	for _, lang := range indexed {
		if got := fieldOf(lang); got != lang {
			t.Errorf("%s: %q", lang, got)
		}
		if _, err := newAnalyzers().named(lang); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
	}
	for lang, want := range map[string]string{"zh": "cjk", "ja": "cjk", "ko": "cjk", "nb": "no", "nn": "no", "pl": "", "und": "", "": "", "xx": ""} {
		if got := fieldOf(lang); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
	if _, err := newAnalyzers().named("xx"); err == nil {
		t.Error("an analyzer that does not exist")
	}
}

func TestStems(t *testing.T) {
	tests := []struct{ field, text, want string }{
		{"en", "the late Deliveries weren’t refunded", "late deliveri weren’t refund"},
		{"de", "große Häuser", "gross haus"},
		{"fr", "l'avion était en retard", "avion retard"},
		{"ru", "курьеры опоздали", "курьер опозда"},
		{"fi", "toimituksista", "toimituks"},
		{"sv", "leveranserna", "leverans"},
		{"ar", "والخدمات", "خدم"},
		{"cjk", "物流很慢，app好", "物流 流很 很慢 app 好"},
		{"cjk", "ｶﾞｽ", "ガス"},
		{"cjk", "배송이 빨라요", "배송 송이 빨라 라요"},
		{"plain", "Ça va? ÉTÉ ＡＰＰ ﬁn", "ça ~ca va été ~ete app fin"},
		{"plain", "ещё ё", "ещё ~еще ё ~е"},
		{"plain", "Άριστη εξυπηρέτησης", "άριστη ~αριστη εξυπηρέτησης ~εξυπηρετησησ"},
		{"plain", "İyi e\u0301te\u0301", "iyi été ~ete"},
		{"plain", "好的 don’t 3.5 a_b", "好 的 don’t ~don't 3.5 a_b"},
		{"plain", "?! 👍 …", ""},
	}
	for _, test := range tests {
		if got := terms(analyze(t, test.field, test.text)); got != test.want {
			t.Errorf("%s of %q: got %q, want %q", test.field, test.text, got, test.want)
		}
	}
}

// TestOffsetsAreThoseOfTheText checks every analyzer on texts that tempt them to lose count.
func TestOffsetsAreThoseOfTheText(t *testing.T) {
	texts := []string{
		"The late delivery", "می\u200cخواهم بسته\u200cها را", "İSTANBUL'da çok GÜZEL", "ȺȺȺȺ's fine", "l’été, c'est l'hiver",
		"ﬁnance ｶﾞｽ ㎏ ½", "物流很慢　很慢", "e\u0301te\u0301 n\u0303", "большое спасибо, ещё", "Straße STRASSE ẞ", "👍🏽 great👨‍👩‍👧", "\u202bالتوصيل\u202c متأخر",
	}
	for _, field := range append([]string{plainField, cjkField}, indexed...) {
		for _, text := range texts {
			last := 0
			for _, token := range analyze(t, field, text) {
				if token.Start < last || token.End > len(text) || !utf8.RuneStart(text[token.Start]) || token.End < len(text) && !utf8.RuneStart(text[token.End]) {
					t.Errorf("%s of %q: %q at %d to %d", field, text, token.Term, token.Start, token.End)
				}
				last = token.Start
			}
		}
	}
	for _, token := range analyze(t, "fa", texts[1]) {
		if word := texts[1][token.Start:token.End]; strings.ContainsAny(word, " \u200c") {
			t.Errorf("Persian %q marks %q", token.Term, word)
		}
	}
}

func TestCleanKeepsOffsets(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain ä", "plain ä"},
		{"a\xffb\xc3", "a b "},
		{"\xe4\xb8", "  "},
		{"物\xff流\ufffd", "物 流\ufffd"},
	}
	for _, test := range tests {
		got := string(clean(test.text))
		if got != test.want || len(got) != len(test.text) {
			t.Errorf("%q: got %q", test.text, got)
		}
	}
}

// broken is an analyzer with the faults that stemmers have had.
type broken struct{ panics bool }

func (b broken) Analyze(text []byte) analysis.TokenStream {
	if b.panics {
		panic("index out of range")
	}
	return analysis.TokenStream{
		{Term: []byte("good"), Start: 0, End: 2},
		{Term: []byte("late"), Start: 1, End: len(text) + 1},
		{Term: []byte("early"), Start: -1, End: 1},
		{Term: []byte("none"), Start: 1, End: 1},
		{Start: 0, End: 1},
	}
}

func TestBrokenAnalyzerDoesNoHarm(t *testing.T) {
	if got := terms(guarded{broken{panics: true}}.Analyze([]byte("word"))); got != "" {
		t.Errorf("of one that panics: %q", got)
	}
	if got := terms(guarded{broken{}}.Analyze([]byte("word"))); got != "good" {
		t.Errorf("of one that cannot count: %q", got)
	}
}

func TestDocuments(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	made := texts{analyzers: x.analyzers}
	both := suggest(comment("a", 1, "fi", "x"), "zh", "y")
	silent := comment("b", 1, "", "")
	tests := []struct {
		name string
		o    operation
		want string
	}{
		{"deleted", operation{row: 7}, ""},
		{"silent", operation{row: 7, analysed: &silent}, ""},
		{"both texts", operation{row: 7, analysed: &both}, "c:plain c:fi s:plain s:cjk"},
		{"not analysed", operation{row: 7, analysed: &feedback.Analysed{Response: feedback.Response{Comment: "x"}}}, "c:plain"},
	}
	for _, test := range tests {
		doc, err := made.document(test.o)
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		if doc != nil {
			for _, field := range doc.Fields {
				fields = append(fields, field.Name())
				if field.Options().IsStored() || field.Options().IncludeDocValues() {
					t.Errorf("%s: %s keeps the text", test.name, field.Name())
				}
			}
			if row, err := rowOf(doc.ID()); row != 7 || err != nil {
				t.Errorf("%s: row %d, %v", test.name, row, err)
			}
		}
		if got := strings.Join(fields, " "); got != test.want {
			t.Errorf("%s: fields %q, want %q", test.name, got, test.want)
		}
	}
	if _, err := rowOf("no row"); feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("an id that is no row's: %v", err)
	}
}
