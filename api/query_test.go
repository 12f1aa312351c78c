package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestFilterOfQuery(t *testing.T) {
	yes := true
	want := feedback.Filter{
		Surveys: []string{"a", "b,c", "d"}, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Languages: []string{"fi", "und"}, Themes: []feedback.ThemeCondition{{Theme: "price_value", Sentiment: "negative"}, {Theme: "support/hours"}},
		Sentiments: []feedback.Sentiment{"positive", "mixed"}, Kinds: []feedback.Kind{"praise"}, Groups: []feedback.Group{"promoter", "passive"},
		Mismatch: &yes, Match: `refund* "a, b"`,
		Where: []feedback.Condition{
			{Attribute: "region", Op: feedback.Equal, Values: []string{"EU", "Berlin, Mitte"}}, {Attribute: "age", Op: feedback.GreaterOrEqual, Values: []string{"30"}},
		},
	}
	query, err := url.ParseQuery(`survey=a,b\,c&survey=d&from=2026-01-01&to=2026-03-31&language=FI,und&theme=price_value:negative,support/hours&` +
		`sentiment=positive,mixed&kind=praise&group=promoter&group=passive&mismatch=true&match=refund*+%22a,+b%22&where=region=EU&where=region=Berlin,+Mitte&where=age>=30`)
	if err != nil {
		t.Fatal(err)
	}
	c := call{query: query}
	if err := c.check(filterParams); err != nil {
		t.Fatal(err)
	}
	got, err := c.filter()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBlankParametersAreNone(t *testing.T) {
	c := call{query: url.Values{"theme": {"", " "}, "language": {","}, "from": {""}, "match": {" "}}}
	got, err := c.filter()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(feedback.Filter{}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSplitList(t *testing.T) {
	for value, want := range map[string][]string{
		"": {""}, "a": {"a"}, "a,b": {"a", "b"}, `a\,b`: {"a,b"}, `a\,,b`: {"a,", "b"}, `\`: {`\`}, `a\b`: {`a\b`}, ",": {"", ""},
	} {
		if diff := cmp.Diff(want, splitList(value)); diff != "" {
			t.Errorf("%q: %s", value, diff)
		}
	}
}

func TestNameOf(t *testing.T) {
	for name, want := range map[string]string{
		"score": "score", "a<b>": "a?b?", "näkö": "näkö", "a\x00b\n": "a?b?", "\xff": "?", strings.Repeat("é", 50): strings.Repeat("é", 40) + "…",
	} {
		if got := nameOf(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestHideFilter(t *testing.T) {
	f := feedback.Filter{Where: []feedback.Condition{{Attribute: "ok"}, {Attribute: `a"b`}}}
	err := hideFilter(feedback.Errorf(feedback.Invalid, "attribute %q is unknown: there is region", `a"b`), &f)
	if p := problemOf(err); p.Detail != "an attribute in where is unknown: there is region" || p.Errors[0].Location != "query.where" {
		t.Errorf("%+v", p)
	}
	if err := hideFilter(feedback.Errorf(feedback.Unavailable, "x"), &f); feedback.CodeOf(err) != feedback.Unavailable {
		t.Error(err)
	}
}

// A parameter that must have a form may be left out, but not be blank: the API refuses it, and pages, whose forms send it, leave it out.
func TestBlankParameters(t *testing.T) {
	w := newWorld(t)
	for query, status := range map[string]int{
		"sentiment=": 400, "language=fi,": 400, "limit=": 400, "sort=%C2%A0": 400, "where=": 400, "from=": 400, "match=": 200, "survey=": 200, "survey=a,": 200,
	} {
		if got := w.do(t, http.MethodGet, "/v1/search?"+query, ""); got.status != status {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	if f, err := ReadFilter(url.Values{"sentiment": {""}, "where": {" ", "region=EU"}, "from": {""}}); err != nil || len(f.Where) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}
