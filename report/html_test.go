package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/insight"
)

func htmlOf(tb testing.TB, d Document) string {
	tb.Helper()
	var out bytes.Buffer
	if err := HTML(&out, d); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func TestPageGolden(t *testing.T) {
	golden(t, "document.html", htmlOf(t, document(t, "en")))
	d := Document{Language: "fi", Drivers: empty()}
	golden(t, "empty.html", htmlOf(t, d))
}

// What a browser, a screen reader and a strict reader need, in every language.
func TestPagesAreSound(t *testing.T) {
	for _, language := range Languages {
		t.Run(language, func(t *testing.T) {
			out := htmlOf(t, document(t, language))
			for _, not := range []string{"<script", "javascript:", "href=", "src=", "url(", "@import", "ZgotmplZ", "%!", "NaN", "Inf", "{{"} {
				if strings.Contains(out, not) {
					t.Errorf("the page has %q", not)
				}
			}
			if zero := minusNothing.FindString(out); zero != "" {
				t.Errorf("the page has %q", zero)
			}
			all := parsePage(t, out)
			if all[0].name != "html" || all[0].attr["lang"] == "" {
				t.Errorf("the page starts with %v", all[0])
			}
			checkHeadings(t, all)
			checkTables(t, all)
			checkPictures(t, all)
		})
	}
}

// What is not ours changes no element of the page and turns no direction.
func TestPageEscapes(t *testing.T) {
	const evil = `<script>alert(1)</script>"'><img src=x onerror=1>]]>&amp;{{.}}</title></style><!--`
	tame, hostile := document(t, "en"), document(t, "en")
	fill := func(d *Document, text string) {
		d.Title, d.Version, d.Filter = text, text, []string{text}
		d.Drivers.Method.Model, d.Drivers.Method.Controls = text, []string{text}
		themes := &feedback.Taxonomy{}
		for i := range d.Drivers.Drivers {
			themes.Themes = append(themes.Themes, feedback.Theme{ID: d.Drivers.Drivers[i].Theme, Names: map[string]string{"en": text}})
		}
		d.Taxonomy = themes
		d.Segments[0].By, d.Segments[0].Segments[0].Name = text, text
		for i := range d.Quotes {
			q := &d.Quotes[i].Quotes[0]
			q.ID, q.Survey, q.Language, q.Text, q.Start, q.End = text, text, text, text, 1, 5
		}
	}
	fill(&tame, "harmless text")
	fill(&hostile, "\u202e"+evil+"\u2067\x00\x1b\xff")
	names := func(all []node) map[string]int {
		counts := map[string]int{}
		for _, n := range all {
			if n.name != "title" || !slices.Contains(n.inside, "svg") { // labels that are cut have one
				counts[n.name]++
			}
		}
		return counts
	}
	out := htmlOf(t, hostile)
	all := parsePage(t, out)
	if diff := cmp.Diff(names(parsePage(t, htmlOf(t, tame))), names(all)); diff != "" {
		t.Errorf("elements differ: %s", diff)
	}
	for _, n := range all {
		for name := range n.attr {
			if strings.HasPrefix(name, "on") || name == "src" {
				t.Errorf("%s has %s", n.name, name)
			}
		}
	}
	if got := texts(all, "h1"); len(got) != 1 || got[0] != evil {
		t.Errorf("the title is %q", got)
	}
	for _, quote := range all {
		if quote.name == "blockquote" && quote.attr["dir"] != "auto" {
			t.Errorf("a quote without a direction: %v", quote.attr)
		}
	}
	before, _, _ := strings.Cut(out, "<blockquote")
	if strings.ContainsAny(before, "\u202e\u2067\x00\x1b") {
		t.Error("a mark that turns the direction is left in a name")
	}
}

// The same document gives the same bytes, whatever the order of the quotes' drivers and of the themes.
func TestPageIsDeterministic(t *testing.T) {
	want := htmlOf(t, document(t, "ru"))
	for range 5 {
		d := document(t, "ru")
		slices.Reverse(d.Quotes)
		themes := *d.Taxonomy
		themes.Themes = slices.Clone(themes.Themes)
		slices.Reverse(themes.Themes)
		d.Taxonomy = &themes
		if diff := cmp.Diff(want, htmlOf(t, d)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// Every figure of the ranking stands on the page, and every driver.
func TestPageShowsEveryDriver(t *testing.T) {
	d := document(t, "en")
	all := parsePage(t, htmlOf(t, d))
	cells := map[string]bool{}
	for _, n := range all {
		if n.name == "td" || n.name == "th" || n.name == "strong" {
			cells[strings.TrimSpace(n.text)] = true
		}
	}
	for i := range d.Drivers.Drivers {
		driver := &d.Drivers.Drivers[i]
		w := &english
		for _, want := range []string{
			w.driver(driver.Theme, driver.Sentiment, d.Taxonomy), w.points(driver.NPSImpact.Value),
			w.localized(signed(driver.Detail.PerHundred, 2)),
		} {
			if !cells[want] {
				t.Errorf("%s %s: no cell with %q", driver.Theme, driver.Sentiment, want)
			}
		}
	}
	if got := texts(all, "mark"); !slices.Equal(got, []string{"الموظفون", "店员很热情", "parcel came late"}) {
		t.Errorf("marked: %q", got)
	}
}

func TestPageSaysWhatIsNotThere(t *testing.T) {
	silent := realistic()
	silent.Drivers, silent.Suggestions = nil, nil
	unread := insight.Drivers(feedback.Crosstab{Responses: 5, Commented: 5, Scored: feedback.Scores{9: 3, 2: 2}}, feedback.Patterns{}, insight.Options{})
	noWishes := realistic()
	noWishes.Suggestions = &insight.Ranking{Base: insight.Base{N: 3}}
	dates := document(t, "en").Dates
	for _, language := range Languages {
		w := wordsOf(language)
		notRanked := fmt.Sprintf(w.NothingRanked, w.decimal(insight.MaxQ, 2), "10")
		for _, c := range []struct {
			name      string
			document  Document
			has, lack []string
		}{
			{"nothing", Document{Drivers: empty()}, []string{w.NoResponses, w.Method}, []string{w.MakesPromoters, w.Trend, "+100", "−100"}},
			{"no comments", Document{Drivers: &unread, Scores: feedback.Scores{9: 3, 2: 2}}, []string{w.NoComments, w.NoDates, "+20"}, []string{w.AllDrivers, w.NoResponses}},
			{"no drivers", Document{Drivers: silent, Dates: dates}, []string{w.NoDrivers}, []string{w.NoDates, w.Quadrant + "</h2>", w.Suggests}},
			{"nothing ranked", Document{Drivers: onlyTooFew()}, []string{notRanked, w.NoQuadrant, w.AllDriversCaption}, []string{w.MakesPromotersNote}},
			{"only detractors", Document{Drivers: ranked(points(-3, -4, -2))}, []string{w.NothingRaises}, []string{w.NothingLowers}},
			{"only promoters", Document{Drivers: ranked(points(3, 2, 4))}, []string{w.NothingLowers}, []string{w.NothingRaises}},
			{"no wishes", Document{Drivers: noWishes}, []string{w.NoSuggestions}, nil},
			{"no filter", Document{Drivers: realistic()}, []string{w.AllResponses}, []string{"<code>"}},
		} {
			c.document.Language = language
			all := parsePage(t, htmlOf(t, c.document))
			text := all[0].text
			_, text, _ = strings.Cut(text, "}\n}\n") // what follows the style
			for _, want := range c.has {
				if !strings.Contains(text, strings.TrimSuffix(want, "</h2>")) {
					t.Errorf("%s, %s: the page lacks %q", language, c.name, want)
				}
			}
			for _, not := range c.lack {
				if slices.Contains(append(texts(all, "h2"), texts(all, "p")...), strings.TrimSuffix(not, "</h2>")) || strings.HasSuffix(not, "100") && strings.Contains(text, not) {
					t.Errorf("%s, %s: the page has %q", language, c.name, not)
				}
			}
		}
	}
}

func TestPageErrorsOfTheWriterComeBack(t *testing.T) {
	d := document(t, "en")
	size := len(htmlOf(t, d))
	for _, room := range []int{0, size / 2, size - 1} {
		if err := HTML(&closing{room}, d); !errors.Is(err, errGone) || !strings.HasPrefix(err.Error(), "report: html: ") {
			t.Errorf("%d of %d bytes: %v", room, size, err)
		}
	}
}

// Text is readable on its ground, in light, dark and print: 4.5 for text, 3 for what is drawn (WCAG 2.2).
func TestContrast(t *testing.T) {
	out := htmlOf(t, Document{Drivers: empty()})
	schemes := regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(out, -1)
	if len(schemes) != 3 {
		t.Fatalf("%d colour schemes", len(schemes))
	}
	for _, scheme := range schemes {
		colours := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(scheme, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, c := range []struct {
			text, ground string
			least        float64
		}{
			{"ink", "page", 4.5},
			{"soft", "page", 4.5},
			{"ink", "mark-up", 4.5},
			{"ink", "mark-down", 4.5},
			{"up", "page", 3},
			{"down", "page", 3},
			{"up", "down", 1.2}, // apart in grey
		} {
			a, b := colours[c.text]+0.05, colours[c.ground]+0.05
			if ratio := max(a, b) / min(a, b); ratio < c.least || len(colours) < 10 {
				t.Errorf("%s on %s: %.2f in %v", c.text, c.ground, ratio, slices.Sorted(maps.Keys(colours)))
			}
		}
	}
}

// Any counts make a page that can be read, and nothing is drawn outside of it.
func TestPageOfAnyCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		p := feedback.Patterns{Keys: slices.Clone(keys), Strata: []string{"en", "fi"}}
		for range random.IntN(12) {
			n := 1 + random.IntN(1<<random.IntN(12))
			pattern := feedback.Pattern{Score: feedback.Score(random.IntN(11)), Stratum: random.IntN(2), N: n, W: float64(n), W2: float64(n)}
			for k := range p.Keys {
				if random.IntN(3) == 0 {
					pattern.Drivers = append(pattern.Drivers, k)
				}
			}
			p.Patterns = append(p.Patterns, pattern)
		}
		tab := crosstab(p)
		r := insight.Drivers(tab, p, insight.Options{})
		d := document(t, Languages[random.IntN(len(Languages))])
		d.Drivers, d.Scores = &r, tab.Scored
		out := htmlOf(t, d)
		for _, not := range []string{"NaN", "Inf", "%!"} {
			if strings.Contains(out, not) {
				t.Errorf("the page has %q", not)
			}
		}
		all := parsePage(t, out)
		checkHeadings(t, all)
		checkPictures(t, all)
	}
}

func BenchmarkHTML(b *testing.B) {
	d := document(b, "en")
	for b.Loop() {
		if err := HTML(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}
