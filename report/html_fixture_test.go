package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	if pictures < 7 {
		t.Errorf("only %d pictures", pictures)
	}
}
