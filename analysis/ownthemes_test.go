package analysis

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/models"
)

func newAnalyzer(tb testing.TB) *Analyzer {
	tb.Helper()
	a, err := New(models.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// own makes a taxonomy of the themes beside the built-in ones.
func own(tb testing.TB, a *Analyzer, themes ...feedback.Theme) *feedback.Taxonomy {
	tb.Helper()
	all := append([]feedback.Theme{}, themes...)
	for _, t := range a.Taxonomy().Themes {
		if !slices.ContainsFunc(themes, func(o feedback.Theme) bool { return o.ID == t.ID }) {
			all = append(all, feedback.Theme{ID: t.ID})
		}
	}
	out, err := a.NewTaxonomy(all)
	if err != nil {
		tb.Fatal(err)
	}
	out.Version = 2
	return &out
}

func phrased(id, lang string, phrases ...string) feedback.Theme {
	return feedback.Theme{ID: id, Phrases: map[string][]string{lang: phrases}}
}

// tagsOf writes the themes out that a text has of one's own: theme:polarity[words].
func tagsOf(tb testing.TB, a *Analyzer, taxonomy *feedback.Taxonomy, lang, text string) []string {
	tb.Helper()
	got, err := a.Analyze(text, Hint{Lang: lang, Declared: []string{lang}}, taxonomy)
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for _, t := range got.Themes {
		theme, _ := taxonomy.Theme(t.Theme)
		if len(theme.Phrases) == 0 {
			continue
		}
		var words []string
		for _, e := range t.Evidence {
			if text[e.Start:e.End] != e.Text {
				tb.Errorf("%q: evidence %v is not %q", text, e, text[e.Start:e.End])
			}
			words = append(words, e.Text)
		}
		list = append(list, fmt.Sprintf("%s:%s[%s]", t.Theme, t.Sentiment, strings.Join(words, "|")))
	}
	return list
}

func TestOwnPhrases(t *testing.T) {
	a := newAnalyzer(t)
	for _, c := range []struct{ lang, phrase, text, words string }{
		{"en", "charging point", "The Charging Points were all broken", "Charging Points"},
		{"en", "parking", "We went to the park", ""},
		{"en", "battery", "Both batteries died within a week", "batteries"},
		{"en", `"park"`, "All the parks were lovely", ""},
		{"en", `"park"`, "The park was lovely", "park"},
		{"en", "charg*", "I was charged twice", "charged"},
		{"en", "wi-fi", "The wi fi is slow", "wi fi"},
		{"en", "booking.com", "I booked with Booking.com again", "Booking.com"},
		{"en", "5G", "The 5G is fast here", "5G"},
		{"en", "5G", "The 4G is fast here", ""},
		{"en", "bed bath", "Nice bed. Bath was dirty", ""},
		{"en", "🍳", "Every morning 🍳 was great", "🍳"},
		{"fi", "latauspiste", "Latauspisteillä oli jonoa", "Latauspisteillä"},
		{"fi", "aamiainen", "Aamiaisella oli jonoa", "Aamiaisella"},
		{"fi", "kassa", "Kasvot olivat iloiset kassalla", "kassalla"},
		{"fi", "ravintola", "Ravinto-opas oli hyvä", ""},
		{"ru", "ёлка", "Новогодние елки стояли везде", "елки"},
		{"de", "Parkplatz", "Es gab keine Parkplätze", "Parkplätze"},
		{"cs", "parkoviště", "Na parkovišti nebylo místo", "parkovišti"},
		{"pl", "śniadanie", "Śniadania były świetne", "Śniadania"},
		{"ko", "주차장", "주차장이 너무 좁아요", "주차장이"},
		{"zh", "停車", "停车太难了", "停车"},
		{"ja", "駐車場", "駐車場が狭すぎます", "駐車場"},
		{"th", "ที่จอดรถ", "ไม่มีที่จอดรถเลย", "ที่จอดรถ"},
		{"ar", "موقف", "الموقف بعيد جدا عن الفندق", "الموقف"},
		{"en", "a̷b̷o̷u̷t̷ ̷f̷a̷c̷e̷", "It was an about face of the company", "about face"},
	} {
		taxonomy := own(t, a, phrased("mine", c.lang, c.phrase))
		got := strings.Join(tagsOf(t, a, taxonomy, c.lang, c.text), " ")
		if want := "[" + c.words + "]"; c.words == "" && got != "" || c.words != "" && !strings.HasSuffix(got, want) {
			t.Errorf("%s %q in %q: %q, want %q", c.lang, c.phrase, c.text, got, c.words)
		}
	}
}

func TestPhrasesTakeTheStatementsPolarity(t *testing.T) {
	a := newAnalyzer(t)
	taxonomy := own(t, a, phrased("food_drink/breakfast", "en", "breakfast"), phrased("location_access/parking", "en", "parking", "parking garage"))
	got := tagsOf(t, a, taxonomy, "en", "Wonderful breakfast, really delicious. But the parking garage was terrible and expensive!")
	want := []string{"food_drink/breakfast:positive[breakfast]", "location_access/parking:negative[parking garage]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A phrase of a built-in theme adds the tag where the models do not, and its words where they do.
func TestPhrasesOfBuiltInTheme(t *testing.T) {
	a := newAnalyzer(t)
	taxonomy := own(t, a, phrased("returns_warranty", "en", "boomerang desk"))
	got := tagsOf(t, a, taxonomy, "en", "The boomerang desk was terrible, they refused my refund and the return")
	if len(got) != 1 || !strings.HasPrefix(got[0], "returns_warranty:negative[boomerang desk") {
		t.Errorf("got %q", got)
	}
}

func TestPhrasesAcrossLanguages(t *testing.T) {
	a := newAnalyzer(t)
	theme := phrased("mine", "en", "refund")
	if got := tagsOf(t, a, own(t, a, theme), "fi", "En saanut rahojani takaisin, hyvitys puuttuu"); len(got) > 0 {
		t.Errorf("without across_languages: %q", got)
	}
	theme.AcrossLanguages = true
	if got := tagsOf(t, a, own(t, a, theme), "fi", "En saanut rahojani takaisin, hyvitys puuttuu"); len(got) == 0 {
		t.Error("with across_languages: nothing")
	}
}

func TestWithoutPhrasesNothingChanges(t *testing.T) {
	a := newAnalyzer(t)
	taxonomy := own(t, a)
	taxonomy.Version = 1
	for _, text := range []string{"Great staff, but prices rose", "Toimitus kesti kolme viikkoa", "服务很好，就是太贵了"} {
		want, _ := a.Analyze(text, Hint{}, nil)
		got, _ := a.Analyze(text, Hint{}, taxonomy)
		if a, b := mustJSON(t, want), mustJSON(t, got); a != b {
			t.Errorf("%q: %s, want %s", text, b, a)
		}
	}
}

func mustJSON(tb testing.TB, v any) string {
	tb.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

func TestNewTaxonomyRefuses(t *testing.T) {
	a := newAnalyzer(t)
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("phrase %d", i)
	}
	crowd := make([]feedback.Theme, MaxThemes+1)
	for i := range crowd {
		crowd[i] = phrased(fmt.Sprintf("t%d", i), "en", "thing")
	}
	parent := phrased("mine", "en", "thing")
	for want, themes := range map[string][]feedback.Theme{
		"themes must have at least one":                                            nil,
		"themes must be at most 256":                                               crowd,
		"themes[1].id stands twice":                                                {parent, parent},
		"themes[0].id must be":                                                     {phrased("Mine", "en", "thing")},
		"themes[1].id must be":                                                     {parent, phrased("mine/a/b", "en", "thing")},
		"themes[0].id is a subtheme of a theme that is not there":                  {phrased("mine/child", "en", "thing")},
		"themes[0].phrases must have at least one":                                 {{ID: "mine"}},
		"themes[0].phrases must have codes":                                        {phrased("mine", "xx", "thing")},
		"themes[0].phrases must be at most 5000":                                   {phrased("mine", "en", many...)},
		"themes have 5002 phrases together: 5000":                                  {phrased("mine", "en", many[:2501]...), phrased("more", "en", many[:2501]...)},
		"themes[0].phrases.en[1] has no word":                                      {phrased("mine", "en", "thing", "…!?")},
		"themes[0].phrases.en[0] consists of words that are in every other text":   {phrased("mine", "en", "it is the")},
		"themes[0].phrases.ru[0] consists of words that are in every other text":   {phrased("mine", "ru", "и не")},
		"themes[0].phrases.en[0] must be a text of 1 to 100":                       {phrased("mine", "en", "turned \u202egnihtemos")},
		"themes[0].phrases.en[0] has more than 12 words":                           {phrased("mine", "en", strings.Repeat("kwh ", 13))},
		"themes[0].phrases.en[0] is too short to go on":                            {phrased("mine", "en", "q*")},
		"themes[0].phrases.en[0] must be a text of 1 to 100 characters":            {phrased("mine", "en", " ")},
		"themes[0].names must be texts of 1 to 200":                                {{ID: "price_value", Names: map[string]string{"en": " "}}},
		"themes[0].names must have language codes":                                 {{ID: "price_value", Names: map[string]string{"English": "Price"}}},
		"themes[0].description must be a text of at most":                          {{ID: "price_value", Description: strings.Repeat("x", 1001)}},
		"themes[1].id is a subtheme of a theme that is not there: add its parent,": {phrased("a", "en", "thing"), phrased("b/a", "en", "thing")},
	} {
		_, err := a.NewTaxonomy(themes)
		if feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestOwnThemesQuality measures phrases on comments that were written apart from them; README.md shows the table.
func TestOwnThemesQuality(t *testing.T) {
	a := newAnalyzer(t)
	raw, err := os.ReadFile("testdata/ownthemes/themes.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Themes []feedback.Theme }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	taxonomy := own(t, a, file.Themes...)
	text, err := os.ReadFile("testdata/ownthemes/comments.tsv")
	if err != nil {
		t.Fatal(err)
	}
	type count struct{ right, wrong, missed int }
	counts := map[string]*count{}
	add := func(name string) *count {
		if counts[name] == nil {
			counts[name] = &count{}
		}
		return counts[name]
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || line[0] == '#' {
			continue
		}
		got, err := a.Analyze(fields[2], Hint{Lang: fields[0]}, taxonomy)
		if err != nil {
			t.Fatal(err)
		}
		for _, theme := range file.Themes {
			name := theme.ID[strings.LastIndex(theme.ID, "/")+1:]
			has, want := got.Has(theme.ID, ""), strings.Contains(fields[1], name)
			for _, c := range []*count{add(name), add(fields[0]), add("all")} {
				switch {
				case has && want:
					c.right++
				case has:
					c.wrong++
				case want:
					c.missed++
				}
			}
			if has != want {
				t.Logf("%s: has %v, wants %v: %s (%s)", name, has, want, fields[2], got.Language.Code)
			}
		}
	}
	for _, name := range sortedKeys(counts) {
		c := counts[name]
		t.Logf("| %s | %d | %.0f | %.0f |", name, c.right+c.missed, 100*float64(c.right)/float64(c.right+c.wrong), 100*float64(c.right)/float64(c.right+c.missed))
	}
	all := counts["all"]
	if precision := float64(all.right) / float64(all.right+all.wrong); precision < 0.95 {
		t.Errorf("precision is %.2f", precision)
	}
	if recall := float64(all.right) / float64(all.right+all.missed); recall < 0.65 {
		t.Errorf("recall is %.2f", recall)
	}
}

// BenchmarkAnalyzeOwnThemes is BenchmarkAnalyze with a hundred themes of five phrases in every text's language.
func BenchmarkAnalyzeOwnThemes(b *testing.B) {
	a := newAnalyzer(b)
	texts, _, _ := benchmarkTexts(b)
	var themes []feedback.Theme
	for i := range 100 {
		words := strings.Fields(texts[i*len(texts)/100])
		themes = append(themes, phrased(fmt.Sprintf("own%d", i), feedback.EveryLanguage, words[:min(5, len(words))]...))
	}
	taxonomy := own(b, a, slices.DeleteFunc(themes, func(t feedback.Theme) bool {
		_, err := a.NewTaxonomy([]feedback.Theme{t})
		return err != nil
	})...)
	if err := a.Load(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := a.Analyze(texts[i%len(texts)], Hint{}, taxonomy); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}
