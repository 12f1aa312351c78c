package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/insight"
)

// document is a report with everything in it: a period without a response, a segment that is suppressed, and quotes in
// three scripts, one of them longer than is shown.
func document(tb testing.TB, language string) Document {
	tb.Helper()
	themes, err := defaultTaxonomy()
	if err != nil {
		tb.Fatal(err)
	}
	tab := crosstab(survey())
	return Document{
		Language: language, Drivers: realistic(), Scores: tab.Scored, Trend: trendFixture(), Segments: []insight.SegmentsReport{segmentsFixture()},
		Quotes: quotesFixture(), Filter: []string{"--where region=EU", "--from 2026-01-01"}, Taxonomy: themes, Version: "1.2.3",
		Dates: feedback.Dates{First: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), Last: time.Date(2026, 5, 30, 23, 0, 0, 0, time.UTC)},
	}
}

func trendFixture() *insight.TrendReport {
	r := &insight.TrendReport{Period: feedback.Month, TimeZone: "UTC", Undated: 7}
	late := insight.DriverTrend{Theme: "delivery_logistics", Sentiment: feedback.Negative, Mentions: 41}
	for i, c := range []insight.Counts{{Promoters: 40, Passives: 20, Detractors: 12}, {}, {Promoters: 30, Passives: 22, Detractors: 31}, {Promoters: 44, Passives: 20, Detractors: 20}} {
		p := insight.TrendPoint{Name: fmt.Sprintf("2026-%02d", i+1), Responses: c.N(), Commented: c.N()}
		var share *insight.Interval
		if c.N() > 0 {
			nps, part := insight.NPS(c.Promoters, c.Passives, c.Detractors), insight.Wilson(c.Detractors/2, c.N())
			p.NPS, share = &nps, &part
		}
		if i > 1 {
			q := insight.PValue(0.021)
			p.Change = &insight.Contrast{Interval: points(-4, -19.5, 11.5), P: 0.0105, Q: &q}
		}
		r.Points = append(r.Points, p)
		late.Points = append(late.Points, insight.SharePoint{Base: c.N(), Share: share})
	}
	r.Drivers = []insight.DriverTrend{late}
	return r
}

func segmentsFixture() insight.SegmentsReport {
	north, south, q := insight.NPS(60, 30, 20), insight.NPS(50, 31, 51), insight.PValue(0.004)
	return insight.SegmentsReport{
		By: "region", Responses: 250, NPS: insight.NPS(110, 61, 71), Absent: 5,
		Segments: []insight.Segment{
			{
				Name: "North", Responses: 110, NPS: &north, Gap: &insight.Contrast{Interval: points(37, 17, 55), P: 0.002, Q: &q},
				Strongest: []insight.SegmentDriver{{Theme: "usability", Sentiment: feedback.Positive, Mentions: 20, Share: insight.Wilson(20, 100)}}, Beside: &south,
			},
			{Name: "", Responses: 132, NPS: &south},
			{Name: "Isles", Responses: 8, Suppressed: true},
		},
	}
}

func quotesFixture() []DriverQuotes {
	return []DriverQuotes{
		{Theme: "service_staff", Sentiment: feedback.Positive, Quotes: []Quote{
			{ID: "r7", Survey: "q1", Score: 10, Language: "ar", Text: "كان الموظفون لطفاء جدا", Start: 4, End: 12},
			{ID: "r8", Survey: "q1", Score: 9, Language: "zh", Text: "店员很热情，下次还来。", Start: 0, End: 5},
		}},
		{Theme: "delivery_logistics", Sentiment: feedback.Negative, Quotes: []Quote{
			{ID: "r9", Survey: "q1", Score: 0, Language: "en", Text: strings.Repeat("I waited and waited. ", 20) + "The parcel came late & broken <again>." + strings.Repeat(" Never more.", 20), Start: 424, End: 440},
			{ID: "r10", Score: feedback.Unscored, Language: feedback.Undetermined, Text: "late", Start: 9, End: 12},
		}},
	}
}

func htmlOf(tb testing.TB, d Document) string {
	tb.Helper()
	var out bytes.Buffer
	if err := HTML(&out, d); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// node is an element of a page with the names of those around it.
type node struct {
	element
	inside []string
}

// parsePage reads a page as strictly as XML is, which pages need not be but ours are.
func parsePage(t *testing.T, out string) []node {
	t.Helper()
	in := xml.NewDecoder(strings.NewReader(out))
	var all []node
	var open []int
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			n := node{element: element{name: token.Name.Local, attr: map[string]string{}}}
			for _, a := range token.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			for _, i := range open {
				n.inside = append(n.inside, all[i].name)
			}
			open = append(open, len(all))
			all = append(all, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, i := range open {
				all[i].text += string(token)
			}
		}
	}
}

// texts are what elements with the name say.
func texts(all []node, name string) []string {
	var list []string
	for _, n := range all {
		if n.name == name {
			list = append(list, strings.Join(strings.Fields(n.text), " "))
		}
	}
	return list
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

// minusNothing is 0, 0.0 or 0,0 with a minus sign before it.
var minusNothing = regexp.MustCompile(`−0([.,]0+)?([^.,0-9].|$)`)

func checkHeadings(t *testing.T, all []node) {
	t.Helper()
	level := 0
	for _, n := range all {
		if len(n.name) != 2 || n.name[0] != 'h' || n.name == "hr" {
			continue
		}
		next := int(n.name[1] - '0')
		if next > level+1 || level == 0 && next != 1 || level > 0 && next == 1 {
			t.Errorf("%s %q follows a heading of level %d", n.name, n.text, level)
		}
		level = next
		if strings.TrimSpace(n.text) == "" {
			t.Errorf("%s is empty", n.name)
		}
	}
}

func checkTables(t *testing.T, all []node) {
	t.Helper()
	tables, captions := 0, 0
	for _, n := range all {
		switch n.name {
		case "table":
			tables++
		case "caption":
			captions++
			if n.text == "" {
				t.Error("an empty caption")
			}
		case "th":
			if s := n.attr["scope"]; s != "col" && s != "row" {
				t.Errorf("the scope of %q is %q", n.text, s)
			}
		}
	}
	if tables != captions || tables < 7 {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
}

// checkPictures checks that pictures say what they show, and that nothing is drawn outside.
func checkPictures(t *testing.T, all []node) {
	t.Helper()
	percent := regexp.MustCompile(`^-?[0-9.]+%$`)
	pictures := 0
	for _, n := range all {
		if n.name == "svg" && !slices.Contains(n.inside, "svg") {
			pictures++
			said := n.attr["aria-hidden"] == "true" || n.attr["role"] == "img" && n.attr["aria-label"] != ""
			if row := n.attr["role"] == "img" && slices.Contains(n.inside, "td"); !said && !row {
				t.Errorf("a picture without words: %v", n.attr)
			}
		}
		for name, value := range n.attr {
			if !percent.MatchString(value) {
				continue
			}
			x, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
			if err != nil || x < 0 || x > 100 {
				t.Errorf("%s has %s=%q", n.name, name, value)
			}
		}
		if n.name == "rect" && n.attr["width"] != "" && strings.HasPrefix(n.attr["width"], "-") {
			t.Errorf("a bar of width %s", n.attr["width"])
		}
	}
	if pictures < 12 {
		t.Errorf("only %d pictures", pictures)
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

func BenchmarkHTML(b *testing.B) {
	d := document(b, "en")
	for b.Loop() {
		if err := HTML(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}
