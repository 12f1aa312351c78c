package report

import (
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
)

// linkOf is where a driver's page would be.
func linkOf(key feedback.DriverKey) string {
	return "/d/" + key.Theme + "?a=1&b=" + string(key.Sentiment)
}

// all renders every fragment of a document.
func (f *Fragments) all(d *Document) string {
	groups, columns := f.Scores(&d.Scores)
	quadrant, _ := f.Quadrant(d)
	trend, _ := f.Trend(d.Trend)
	r := f.Rankings(d, 0, linkOf)
	out := groups + columns + r.Up + r.Down + quadrant + f.DriverTable(d, linkOf) + trend + f.Method(d)
	for i := range d.Drivers.Drivers {
		out += f.DriverTrend(d.Trend, d.Drivers.Drivers[i].Key())
	}
	return string(out)
}

func TestFragmentsInEveryLanguage(t *testing.T) {
	for _, language := range Languages {
		d := document(t, language)
		f := NewFragments(language, d.Taxonomy)
		out := f.all(&d)
		for _, not := range []string{"<script", "<style", " style=", "ZgotmplZ", "%!", "NaN", "Inf"} {
			if strings.Contains(out, not) {
				t.Errorf("%s: %q in the fragments", language, not)
			}
		}
		page := htmlOf(t, d)
		for name, piece := range map[string]string{"scores": `<svg class="scores"`, "quadrant": `<svg class="quadrant wide"`, "table": `<table class="data">`, "method": `<dl class="method">`} {
			if !strings.Contains(out, piece) || !strings.Contains(page, piece) {
				t.Errorf("%s: no %s", language, name)
			}
		}
		if !strings.Contains(out, `href="/d/service_staff?a=1&amp;b=positive"`) {
			t.Errorf("%s: no link to a driver", language)
		}
		if strings.Contains(page, "href=") {
			t.Errorf("%s: the report on its own has links", language)
		}
	}
}

func TestFragmentsOfNothing(t *testing.T) {
	f := NewFragments("en", nil)
	d := Document{Drivers: empty()}
	groups, columns := f.Scores(&d.Scores)
	quadrant, note := f.Quadrant(&d)
	trend, latest := f.Trend(nil)
	r := f.Rankings(&d, 5, linkOf)
	if groups+columns+quadrant+trend+r.Up+r.Down != "" || latest != "" || note != english.NoQuadrant || r.Empty != english.NoResponses {
		t.Errorf("%q %q %+v", note, latest, r)
	}
	chart, table := f.ShareChanges(&insight.ComparisonReport{}, 5)
	segments := f.DriverSegments(&insight.DriverSegmentsReport{}, feedback.DriverKey{}, 5, func(string) string { return "" })
	if chart+table+segments != "" || f.DriverTrend(nil, feedback.DriverKey{}) != "" {
		t.Error("something was drawn of nothing")
	}
}

func TestRankingsOfTheFirst(t *testing.T) {
	d := document(t, "en")
	f := NewFragments("en", d.Taxonomy)
	if n := strings.Count(string(f.Rankings(&d, 1, linkOf).Down), `scope="row"`); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestDriverSegmentsFragment(t *testing.T) {
	share := insight.Wilson(30, 100)
	q := insight.PValue(0.001)
	r := insight.DriverSegmentsReport{By: "<region>", All: insight.Wilson(40, 300), Segments: []insight.DriverSegment{
		{Name: "<EU>\u202e", Base: 100, Mentions: 30, Share: &share, Gap: &insight.Contrast{Interval: insight.Newcombe(30, 100, 10, 200), Q: &q}},
		{Name: "small", Base: 9, Suppressed: true},
		{Name: "beyond", Base: 9, Suppressed: true},
	}}
	out := string(NewFragments("en", nil).DriverSegments(&r, feedback.DriverKey{Sentiment: feedback.Negative}, 2, func(string) string { return "" }))
	for _, want := range []string{"&lt;EU&gt;", "30.0%", "22% to 40%", "&#43;25.0", "too few responses to show", `<div class="down">`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "beyond") || strings.Contains(out, "\u202e") {
		t.Error(out)
	}
}

// Fewer complaints are drawn in the colour of praise.
func TestShareChangesFragment(t *testing.T) {
	change := func(s feedback.Sentiment, after int) insight.DriverChange {
		q := insight.PValue(0.001)
		return insight.DriverChange{
			Theme: "support", Sentiment: s, BeforeMentions: 30, AfterMentions: after, BeforeShare: insight.Wilson(30, 100), AfterShare: insight.Wilson(after, 100),
			ShareChange: insight.Contrast{Interval: insight.Newcombe(after, 100, 30, 100), Q: &q},
		}
	}
	for _, c := range []struct {
		sentiment feedback.Sentiment
		after     int
		class     string
	}{{feedback.Negative, 10, "up"}, {feedback.Negative, 60, "down"}, {feedback.Positive, 10, "down"}, {feedback.Positive, 60, "up"}} {
		r := insight.ComparisonReport{Drivers: []insight.DriverChange{change(c.sentiment, c.after)}}
		chart, table := NewFragments("en", nil).ShareChanges(&r, 5)
		if !strings.Contains(string(chart), `<rect class="`+c.class+`"`) || !strings.Contains(string(table), "<td class=\"number\">30.0%</td>") {
			t.Errorf("%+v: %s", c, chart)
		}
	}
}
