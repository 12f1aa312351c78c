package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/store"
)

func TestPutGetDelete(t *testing.T) {
	w := newWorld(t)
	body := `{"id":"r1","score":1,"comment":"The delivery was late and the box was broken."}`
	first := decode[ResponseResult](t, w.put(t, body))
	if first.Status != store.Created || first.Survey != "default" || first.Analysis == nil || first.Analysis.Sentiment.Label != feedback.Negative {
		t.Errorf("%+v", first)
	}
	if again := decode[ResponseResult](t, w.put(t, body)); again.Status != store.Unchanged || again.Analysis == nil {
		t.Errorf("again: %+v", again)
	}
	changed := strings.Replace(body, `"score":1`, `"score":2`, 1)
	if again := decode[ResponseResult](t, w.put(t, changed)); again.Status != store.Updated {
		t.Errorf("changed: %+v", again)
	}
	got := decode[StoredResponse](t, w.get(t, "/v1/responses/r1"))
	if got.Score != 2 || got.Comment == "" || got.Analysis == nil {
		t.Errorf("%+v", got)
	}
	if page := decode[SearchPage](t, w.get(t, "/v1/search?match=delivery")); page.Total != 1 || page.Hits[0].Response.ID != "r1" {
		t.Errorf("%+v", page)
	}
	gone := w.do(t, http.MethodDelete, "/v1/responses/r1", "")
	if gone.status != http.StatusNoContent || gone.body != "" {
		t.Errorf("delete: %+v", gone)
	}
	if p := w.do(t, http.MethodGet, "/v1/responses/r1", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("after: %+v", p)
	}
	if p := w.do(t, http.MethodDelete, "/v1/responses/r1", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("twice: %+v", p)
	}
	if p := w.do(t, http.MethodPost, "/v1/responses", body).problem(t); p.Code != feedback.Deleted || p.Status != http.StatusGone {
		t.Errorf("back: %+v", p)
	}
	if results := decode[[]ResponseResult](t, w.put(t, "["+body+"]")); results[0].Status != store.Rejected || results[0].Problem.Code != feedback.Deleted {
		t.Errorf("back in an array: %+v", results)
	}
	if page := decode[SearchPage](t, w.get(t, "/v1/search")); page.Total != 0 || len(page.Hits) != 0 {
		t.Errorf("the index has it still: %+v", page)
	}
}

func TestEveryFieldIsKept(t *testing.T) {
	w := newWorld(t)
	w.put(t, `{"id":4711,"survey":"s","score":"9 - Very likely","text":" Gut. ","suggestion":"Mehr.","lang":"de","submitted_at":"2026-03-31",
		"updated_at":"2026-04-01T10:00:00.5+02:00","respondent":"u1","touchpoint":"app","weight":1.5,
		"attributes":{"region":"EU","age":34.50,"vip":true,"none":null,"blank":"","meta":{"airline":{"name":"X"}},"tags":["a",1,null,false]}}`)
	got := decode[StoredResponse](t, w.get(t, "/v1/responses/4711?survey=s"))
	want := feedback.Response{
		Survey: "s", ID: "4711", Score: 9, Comment: " Gut. ", Suggestion: "Mehr.", Lang: "de",
		SubmittedAt: time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2026, 4, 1, 8, 0, 0, 5e8, time.UTC),
		Respondent: "u1", Touchpoint: "app", Weight: 1.5,
		Attributes: map[string]string{"region": "EU", "age": "34.50", "vip": "true", "meta.airline.name": "X", "tags": "a; 1; false"},
	}
	if diff := cmp.Diff(want, got.Response); diff != "" {
		t.Error(diff)
	}
	if got.Analysis == nil || got.SuggestionAnalysis == nil {
		t.Error("analyses are missing")
	}
}

func TestNullAndAbsentAreTheSame(t *testing.T) {
	w := newWorld(t)
	w.put(t, `{"id":"r","score":null,"comment":null,"weight":null,"attributes":null,"submitted_at":null,"lang":null}`)
	got := decode[StoredResponse](t, w.get(t, "/v1/responses/r"))
	if got.Score.Scored() || got.Analysis != nil || got.Weight != 0 || got.Attributes != nil || !got.SubmittedAt.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestArrayRejectsOneByOne(t *testing.T) {
	w := newWorld(t)
	got := decode[[]ResponseResult](t, w.put(t, `[{"id":"a","score":3},{"id":"b","score":11},{"score":3},17,{"id":"c","comment":"`+
		strings.Repeat("ä", feedback.MaxComment+1)+`"},{"id":"d","score":0},{"id":"d","score":1},{"id":{},"survey":"x"}]`))
	type line struct {
		ID, Survey, Location string
		Status               store.Status
		HTTP                 int
	}
	want := []line{
		{"a", "default", "", store.Created, 0},
		{"b", "default", "body[1].score", store.Rejected, 400},
		{"", "default", "body[2].id", store.Rejected, 400},
		{"", "default", "body[3]", store.Rejected, 400},
		{"c", "default", "body[4].comment", store.Rejected, 413},
		{"d", "default", "", store.Created, 0},
		{"d", "default", "", store.Updated, 0},
		{"", "x", "body[7].id", store.Rejected, 400},
	}
	var lines []line
	for _, r := range got {
		l := line{ID: r.ID, Survey: r.Survey, Status: r.Status}
		if r.Problem != nil {
			l.Location, l.HTTP = r.Problem.Errors[0].Location, r.Problem.Status
		}
		lines = append(lines, l)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if page := decode[SearchPage](t, w.get(t, "/v1/search")); page.Total != 2 {
		t.Errorf("%d stored", page.Total)
	}
}

func TestOlderIsStale(t *testing.T) {
	w := newWorld(t)
	w.put(t, `{"id":"r","score":9,"updated_at":"2026-02-02"}`)
	got := decode[ResponseResult](t, w.put(t, `{"id":"r","score":1,"updated_at":"2026-02-01"}`))
	if got.Status != store.Unchanged || got.Reason != store.Stale {
		t.Errorf("%+v", got)
	}
	if stored := decode[StoredResponse](t, w.get(t, "/v1/responses/r")); stored.Score != 9 {
		t.Errorf("%+v", stored)
	}
}

func TestPersonalDataIsReplacedBeforeStoring(t *testing.T) {
	w := newWorld(t)
	w.put(t, `{"id":"r","comment":"Write to jane.doe@example.com, the delivery was late."}`)
	stored := decode[StoredResponse](t, w.get(t, "/v1/responses/r"))
	if strings.Contains(stored.Comment, "jane.doe") {
		t.Errorf("%q", stored.Comment)
	}
	runes := []rune(stored.Comment)
	for _, s := range stored.Analysis.Statements {
		if string(runes[s.Start:s.End]) != s.Text {
			t.Errorf("%+v is not a piece of what is stored", s)
		}
	}
}

func TestAnyIDInThePath(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"a/b", "a+b", "a b", "100%", "ä#?&", "..", "a//b", "bulk", "😀"} {
		body, err := json.Marshal(map[string]any{"id": id, "survey": "x & y", "score": 5})
		if err != nil {
			t.Fatal(err)
		}
		w.put(t, string(body))
		path := "/v1/responses/" + url.PathEscape(id) + "?survey=" + url.QueryEscape("x & y")
		if got := decode[StoredResponse](t, w.get(t, path)); got.ID != id {
			t.Errorf("%q came back as %q", id, got.ID)
		}
		if gone := w.do(t, http.MethodDelete, path, ""); gone.status != http.StatusNoContent {
			t.Errorf("%q: %+v", id, gone)
		}
	}
}

func TestStoredButNotIndexed(t *testing.T) {
	w, follow := open(t, t.TempDir())
	w.api.patience = 20 * time.Millisecond
	got := w.do(t, http.MethodPost, "/v1/responses?wait=indexed", `{"id":"r","score":9}`)
	if got.status != http.StatusAccepted || decode[ResponseResult](t, got.body).Status != store.Created {
		t.Errorf("%+v", got)
	}
	w.get(t, "/v1/responses/r")
	follow()
	w.ready(t)
	if page := decode[SearchPage](t, w.get(t, "/v1/search")); page.Total != 1 {
		t.Errorf("%+v", page)
	}
}

func TestManyAtATime(t *testing.T) {
	const clients, posts, each = 6, 4, 5
	w := newWorld(t)
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for p := range posts {
				var items []string
				for i := range each {
					items = append(items, fmt.Sprintf(`{"id":"%d-%d-%d","score":%d,"comment":"Nice app, slow support."}`, c, p, i, (c+p+i)%11))
				}
				got := w.do(t, http.MethodPost, "/v1/responses", "["+strings.Join(items, ",")+"]")
				if got.status != http.StatusOK || strings.Count(got.body, `"status":"created"`) != each {
					t.Error(got.status, got.body)
				}
				if search := w.do(t, http.MethodGet, "/v1/search?match=support", ""); search.status != http.StatusOK {
					t.Error(search.status, search.body)
				}
			}
		})
	}
	group.Wait()
	w.ready(t)
	if n := decode[NPSReport](t, w.get(t, "/v1/nps")); n.Responses != clients*posts*each || n.Commented != n.Responses {
		t.Errorf("%+v", n)
	}
}

func TestThousandAtMost(t *testing.T) {
	w := newWorld(t)
	items := strings.Repeat(`{"id":"r","score":5},`, maxItems)
	got := w.do(t, http.MethodPost, "/v1/responses", "["+strings.TrimSuffix(items, ",")+"]")
	if got.status != http.StatusOK || strings.Count(got.body, `"unchanged"`) != maxItems-1 {
		t.Errorf("%d", got.status)
	}
	p := w.do(t, http.MethodPost, "/v1/responses", "["+items+`{"id":"r"}]`).problem(t)
	if p.Code != feedback.TooLarge || !strings.Contains(p.Detail, "1000") {
		t.Errorf("%+v", p)
	}
}
