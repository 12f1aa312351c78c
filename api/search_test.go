package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func ids(page SearchPage) []string {
	var out []string
	for _, h := range page.Hits {
		out = append(out, h.Response.ID)
	}
	return out
}

func TestFilters(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	for query, want := range map[string]string{
		"":                                "r1 r2 r3 r4 r5",
		"survey=s":                        "r1 r2 r3 r5",
		"survey=s,other":                  "r1 r2 r3 r4 r5",
		"survey=other&survey=none":        "r4",
		`survey=s\,other`:                 "",
		"survey=":                         "r1 r2 r3 r4 r5",
		"from=2026-02-01&to=2026-02-10":   "r2",
		"to=2026-03-31":                   "r1 r2 r3 r4",
		"to=2026-03-30":                   "r1 r2 r3",
		"from=2026-02-10T00:00:01Z":       "r3 r4",
		"language=EN":                     "r1 r2",
		"language=en,fi":                  "r1 r2 r5",
		"group=promoter,detractor":        "r1 r2 r5",
		"group=passive":                   "r3",
		"where=region=EU":                 "r1 r3",
		"where=region=EU&where=region=US": "r1 r2 r3",
		"where=region%3DEU&where=age>=50": "",
		"where=age%3E%3D34":               "r1 r2",
		"where=region!=EU":                "r2 r4 r5",
		"match=broken":                    "r1",
		`match="delivery+was"`:            "r1",
		"match=deliv*":                    "r1 r4",
		"match=delivery+-box":             "r4",
		"theme=delivery_logistics:negative&language=en": "r1",
		"sentiment=negative&language=en":                "r1",
		"kind=praise&language=en":                       "r2",
		"survey=s&group=detractor&from=2026-01-01":      "r1",
	} {
		page := decode[SearchPage](t, w.get(t, "/v1/search?"+strings.ReplaceAll(query, `"`, "%22")))
		got := ids(page)
		slices.Sort(got)
		if strings.Join(got, " ") != want || page.Total != len(got) {
			t.Errorf("%s: %v of %d, want %s", query, got, page.Total, want)
		}
	}
	yes := decode[SearchPage](t, w.get(t, "/v1/search?mismatch=true"))
	no := decode[SearchPage](t, w.get(t, "/v1/search?mismatch=false"))
	if yes.Total+no.Total != 5 || slices.Contains(ids(yes), "r1") {
		t.Errorf("mismatch: %v and %v", ids(yes), ids(no))
	}
}

func TestSurveyWithComma(t *testing.T) {
	w := newWorld(t)
	w.put(t, `[{"id":"1","survey":"a,b"},{"id":"2","survey":"a"}]`)
	if page := decode[SearchPage](t, w.get(t, "/v1/search?survey="+url.QueryEscape(`a\,b`))); !slices.Equal(ids(page), []string{"1"}) {
		t.Errorf("%v", ids(page))
	}
}

func TestSortAndPages(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	for sort, want := range map[string]string{
		"&sort=oldest": "r1 r2 r3 r4 r5", "&sort=newest": "r4 r3 r2 r1 r5", "": "r4 r3 r2 r1 r5", "&sort=score": "r1 r5 r3 r2 r4",
	} {
		var got []string
		path := "/v1/search?limit=2" + sort
		for next := path; next != ""; {
			page := decode[SearchPage](t, w.get(t, next))
			if got, next = append(got, ids(page)...), ""; page.Next != nil {
				next = path + "&cursor=" + url.QueryEscape(*page.Next)
			}
			if page.Total != 5 || len(page.Hits) > 2 {
				t.Fatalf("%+v", page)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", sort, got)
		}
	}
	first := decode[SearchPage](t, w.get(t, "/v1/search?limit=2"))
	p := w.do(t, http.MethodGet, "/v1/search?limit=2&group=promoter&cursor="+*first.Next, "").problem(t)
	if p.Code != feedback.Invalid || !strings.Contains(p.Detail, "cursor") {
		t.Errorf("%+v", p)
	}
}

func TestHighlightsAreCodePoints(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	body := w.get(t, "/v1/search?match=delivery&survey=other")
	page := decode[SearchPage](t, body)
	if len(page.Hits) != 1 || len(page.Hits[0].Highlights) != 2 {
		t.Fatal(body)
	}
	for _, h := range page.Hits[0].Highlights {
		text := map[string]string{"comment": page.Hits[0].Response.Comment, "suggestion": page.Hits[0].Response.Suggestion}[h.Field]
		if got := string([]rune(text)[h.Start:h.End]); got != h.Text || got != "delivery" {
			t.Errorf("%+v is %q", h, got)
		}
	}
	if keys := keysOf(t, body); !slices.Equal(keys, []string{"total", "hits", "next", "counts"}) {
		t.Errorf("keys %v", keys)
	}
}

func TestHighlightsThatDoNotFitAreLeftOut(t *testing.T) {
	h := SearchHit{}
	h.highlight("comment", "aé😀b", []feedback.Span{{Start: 0, End: 1}, {Start: 2, End: 3}, {Start: 3, End: 7}, {Start: 1, End: 3}, {Start: 7, End: 8}, {Start: 8, End: 9}, {Start: 9, End: 12}})
	want := []Highlight{
		{"comment", feedback.Span{Start: 0, End: 1, Text: "a"}},
		{"comment", feedback.Span{Start: 2, End: 3, Text: "😀"}},
		{"comment", feedback.Span{Start: 3, End: 4, Text: "b"}},
	}
	if diff := cmp.Diff(want, h.Highlights); diff != "" {
		t.Error(diff)
	}
}

func TestCounts(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	got := decode[SearchPage](t, w.get(t, "/v1/search?limit=1")).Counts
	if diff := cmp.Diff(GroupCounts{Promoter: 1, Passive: 1, Detractor: 2, Unscored: 1}, got.Groups); diff != "" {
		t.Error(diff)
	}
	if got.Languages[0] != (LanguageCount{"en", 2}) || !slices.Contains(got.Languages, LanguageCount{"fi", 1}) {
		t.Errorf("%+v", got.Languages)
	}
	if !slices.Contains(got.Themes, ThemeCount{"service_staff", feedback.Positive, 1}) {
		t.Errorf("%+v", got.Themes)
	}
	if n := got.Sentiments; n.Negative == 0 || n.Positive == 0 || n.Positive+n.Neutral+n.Negative+n.Mixed > 4 {
		t.Errorf("%+v", n)
	}
	if got.Kinds.Praise == 0 || got.Kinds.Complaint == 0 {
		t.Errorf("%+v", got.Kinds)
	}
	empty := w.get(t, "/v1/search?survey=none")
	if !strings.Contains(empty, `"total":0,"hits":[],"next":null,"counts":{"themes":[],"groups":{"promoter":0`) {
		t.Error(empty)
	}
}
