package analysis

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"verbatim/corpora"
	"verbatim/feedback"
	"verbatim/models"
)

// analyzer is one for all tests: it is safe for concurrent use and its models are large.
var analyzer = sync.OnceValue(func() *Analyzer {
	a, err := New(models.Embedded())
	if err != nil {
		panic(err)
	}
	return a
})

func analyze(t *testing.T, text, lang string) *feedback.Analysis {
	t.Helper()
	a, err := analyzer().Analyze(text, Hint{Lang: lang}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Tags that nobody would argue about; what is arguable is for eval.
func TestAnalyze(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		sentiment  feedback.Sentiment
		themes     []feedback.StatementTheme
	}{
		{"en", "The staff were rude", feedback.Negative, []feedback.StatementTheme{{Theme: "service_staff", Sentiment: feedback.Negative}}},
		{"en", "The staff were very friendly, but the food was awful.", feedback.Mixed, []feedback.StatementTheme{
			{Theme: "service_staff", Sentiment: feedback.Positive}, {Theme: "food_drink", Sentiment: feedback.Negative},
		}},
		{"en", "Delivery was late and the box was damaged", feedback.Negative, []feedback.StatementTheme{{Theme: "delivery_logistics", Sentiment: feedback.Negative}}},
		{"fi", "Henkilökunta oli todella ystävällistä", feedback.Positive, []feedback.StatementTheme{{Theme: "service_staff", Sentiment: feedback.Positive}}},
		{"ru", "Очень вежливый персонал", feedback.Positive, []feedback.StatementTheme{{Theme: "service_staff", Sentiment: feedback.Positive}}},
		{"zh", "价格太贵了", feedback.Negative, []feedback.StatementTheme{{Theme: "price_value", Sentiment: feedback.Negative}}},
	} {
		a := analyze(t, c.text, c.lang)
		if a.Sentiment.Label != c.sentiment {
			t.Errorf("%q is %s (%g), want %s", c.text, a.Sentiment.Label, a.Sentiment.Score, c.sentiment)
		}
		for _, want := range c.themes {
			if !a.Has(want.Theme, want.Sentiment) {
				t.Errorf("%q has no %v: %+v", c.text, want, a.Themes)
			}
		}
	}
}

func TestAnalyzeNothing(t *testing.T) {
	for _, text := range []string{"n/a", "-", "asdf", "", "   ", "…"} {
		a := analyze(t, text, "")
		if len(a.Themes) > 0 || a.Sentiment == nil || a.Sentiment.Label != feedback.Neutral || !cmp.Equal(a.Kinds, []feedback.Kind{feedback.Other}) {
			t.Errorf("%q: %+v", text, a)
		}
	}
}

// A word of contrast parts statements also behind a comma, whatever the models think of either side.
func TestContrastPartsStatements(t *testing.T) {
	for lang, text := range map[string]string{"en": "Great staff, but prices rose", "fi": "Mukava henkilökunta, mutta hinnat nousivat", "ru": "Отличный персонал, но цены выросли"} {
		if a := analyze(t, text, lang); len(a.Statements) != 2 {
			t.Errorf("%q: %d statements, want 2", text, len(a.Statements))
		}
	}
}

func TestUnsupportedLanguageGetsNoTags(t *testing.T) {
	a := analyze(t, "Обслужването беше много добро и бързо", "")
	if a.Language.Code != "bg" || a.Language.Supported || a.Sentiment != nil || len(a.Themes)+len(a.Statements)+len(a.Kinds)+len(a.Urgency) > 0 {
		t.Errorf("%+v", a)
	}
}

// texts that are hard to cut, and one of each kind.
var hardTexts = []string{
	"Great staff, but prices rose 😍😍 and the app (v2.1) crashes!!! Why??? I will switch to another provider.",
	"服务很好，就是太贵了。下次不来了", "服務態度很差！！！", "Soooo bad...never again\n\n\nreally", "ﬁne \u202eevil\u202c Z̸̢̛a̴l̵g̶o̷",
	"Ужасно. Поддержка не отвечает, верните деньги!", "Ei toimi ollenkaan, mutta asiakaspalvelu oli hyvä :)", "\x00\x01", "a\xffb bad service",
	strings.Repeat("bad ", 3000), "http://example.com @me", "10/10", "👍👍👍", "price", "\u200fالخدمة سيئة جداً", "0!\u0596",
}

// Whatever the text: spans lie in it, on borders of runes, and say what stands there; the order is that of the contract.
func checkAnalysis(t *testing.T, text string, a *feedback.Analysis) {
	t.Helper()
	check := func(s feedback.Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) || text[s.Start:s.End] != s.Text {
			t.Fatalf("%q: span %+v", text, s)
		}
		if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
			t.Fatalf("%q: span %+v cuts a rune", text, s)
		}
	}
	for i, tag := range a.Themes {
		if len(tag.Evidence) == 0 || tag.Confidence <= 0 || tag.Confidence > 1 || tag.Sentiment == feedback.Mixed {
			t.Fatalf("%q: theme %+v", text, tag)
		}
		for _, s := range tag.Evidence {
			check(s)
		}
		if i > 0 && a.Themes[i-1].Evidence[0].Start > tag.Evidence[0].Start {
			t.Fatalf("%q: themes out of order: %+v", text, a.Themes)
		}
	}
	last := 0
	for _, s := range a.Statements {
		check(s.Span)
		if s.Start < last || s.Sentiment.Label == feedback.Mixed || len(s.Kinds) == 0 {
			t.Fatalf("%q: statement %+v", text, s)
		}
		last = s.End
	}
	if a.Sentiment != nil && (a.Sentiment.Score < -1 || a.Sentiment.Score > 1) {
		t.Fatalf("%q: sentiment %+v", text, a.Sentiment)
	}
}

func TestSpans(t *testing.T) {
	for _, text := range hardTexts {
		for _, lang := range []string{"", "en", "zh"} {
			checkAnalysis(t, text, analyze(t, text, lang))
		}
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, text := range hardTexts {
		f.Add(text, "en")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		checkAnalysis(t, text, analyze(t, text, lang))
	})
}

// The same text gives the same analysis, whatever is analysed before or beside it.
func TestAnalyzeIsPure(t *testing.T) {
	var want []string
	for _, text := range hardTexts {
		data, err := json.Marshal(analyze(t, text, ""))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, string(data))
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range hardTexts {
				k := (i*7 + worker) % len(hardTexts)
				data, err := json.Marshal(analyze(t, hardTexts[k], ""))
				if err != nil || string(data) != want[k] {
					t.Errorf("%q: %s, then %s (%v)", hardTexts[k], want[k], data, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestTaxonomyLimitsThemes(t *testing.T) {
	taxonomy := &feedback.Taxonomy{Name: "own", Version: 3, Themes: []feedback.Theme{{ID: "food_drink"}}}
	a, err := analyzer().Analyze("The staff were rude and the food was awful", Hint{Lang: "en"}, taxonomy)
	if err != nil || a.Taxonomy != "own@3" {
		t.Fatalf("%v, %v", a, err)
	}
	for _, tag := range a.Themes {
		if tag.Theme != "food_drink" {
			t.Errorf("%s is not in the taxonomy", tag.Theme)
		}
	}
}

func TestDamagedModelIsRefused(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"language.bin", "signs.bin", "en.bin"} {
		data, err := models.Embedded().File(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	files["en.bin"] = &fstest.MapFile{Data: files["en.bin"].Data[:1000]}
	a, err := New(models.Open(files))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Analyze("The staff were rude to me and to others", Hint{Lang: "en"}, nil); !errors.Is(err, models.ErrDamaged) || !strings.Contains(err.Error(), "en.bin") {
		t.Errorf("%v, want a damaged model that is named", err)
	}
}

func TestUrgency(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		want       []feedback.Urgency
	}{
		{"en", "I will cancel my contract and my lawyer will contact you", []feedback.Urgency{feedback.ChurnRisk, feedback.LegalThreat}},
		{"en", "Lovely staff and quick delivery", nil},
		{"en", "Excellent and very clear contract, my lawyer was delighted", nil},
	} {
		if got := analyze(t, c.text, c.lang).Urgency; !cmp.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}

// benchmarkTexts are hand-written comments of the four first languages, mixed.
// benchmarkTexts returns comments of 60 to 105 characters in all languages, mixed.
func benchmarkTexts(b *testing.B) (texts []string, langs []string, size int) {
	b.Helper()
	const each = 20
	for i := range each {
		for _, lang := range corpora.Languages() {
			comments, err := corpora.Comments(lang)
			if err != nil {
				b.Fatal(err)
			}
			comments = slices.DeleteFunc(comments, func(c corpora.Comment) bool {
				n := utf8.RuneCountInString(c.Text)
				return n < 60 || n > 105
			})
			if i < len(comments) {
				texts = append(texts, comments[i].Text)
				langs = append(langs, lang)
				size += utf8.RuneCountInString(comments[i].Text)
			}
		}
	}
	return texts, langs, size / len(texts)
}

func BenchmarkAnalyze(b *testing.B) {
	texts, _, size := benchmarkTexts(b)
	if err := analyzer().Load(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := analyzer().Analyze(texts[i%len(texts)], Hint{}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
	b.ReportMetric(float64(size), "characters/comment")
}
