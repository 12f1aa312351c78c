package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/store"
)

// A filter survives being written as a query.
func TestFilterQuery(t *testing.T) {
	yes := true
	for _, f := range []feedback.Filter{
		{},
		{Surveys: []string{"a,b", "c d"}, Languages: []string{"fi", "und"}, Match: `late "very rude" -app`},
		{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
		{From: time.Date(2026, 1, 1, 9, 30, 0, 0, time.UTC), Until: time.Date(2026, 1, 1, 9, 30, 0, 1e6, time.UTC)},
		{Themes: []feedback.ThemeCondition{{Theme: "support", Sentiment: feedback.Negative}, {Theme: "features"}}, Sentiments: []feedback.Sentiment{feedback.Mixed}},
		{Kinds: []feedback.Kind{feedback.Praise}, Groups: []feedback.Group{feedback.Detractor, feedback.Passive}, Mismatch: &yes},
		{Where: []feedback.Condition{
			{Attribute: "region", Op: feedback.Equal, Values: []string{"EU, north", "a=b"}},
			{Attribute: "plan", Op: feedback.NotEqual, Values: []string{""}},
			{Attribute: "age", Op: feedback.GreaterOrEqual, Values: []string{"30"}},
		}},
	} {
		written := FilterQuery(&f)
		sent, err := url.ParseQuery(written.Encode())
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadFilter(sent)
		if diff := cmp.Diff(f, got); diff != "" || err != nil {
			t.Errorf("%v: %s %v", written, diff, err)
		}
	}
}

func TestReadFilterRefuses(t *testing.T) {
	for name, value := range map[string]string{"from": "soon", "theme": "No theme", "taxonomy": "default", "where": "nothing", "survey": "a\x00b", "group": "fan"} {
		_, err := ReadFilter(url.Values{name: {value}, "other": {"x"}})
		if p := ProblemOf(err); p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != "query."+name {
			t.Errorf("%s=%s: %+v", name, value, p)
		}
	}
}

// pageStub is a page of a test.
type pageStub struct{}

func (pageStub) Mount(engine *gin.Engine) {
	engine.GET("/page", func(c *gin.Context) { c.String(http.StatusOK, "page of "+WorkspaceOf(c.Request.Context())) })
}

func (pageStub) Role(string, string) store.Role { return store.Viewer }

func (pageStub) Refuse(c *gin.Context, p *Problem) { c.String(p.Status, "no page") }

// Readers of pages get pages, programs get problems, and the guards stand before both.
func TestPagesBesideTheAPI(t *testing.T) {
	w := newWorld(t)
	deps := w.api.Deps
	deps.Pages = pageStub{}
	handler, err := New(deps)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, host, accept string
		status             int
		body               string
	}{
		{"/page", "localhost", "*/*", 200, "page of default"},
		{"/none", "localhost", "text/html,*/*", 404, "no page"},
		{"/page", "evil.example", "text/html", 421, "no page"},
		{"/v1/none", "localhost", "text/html,*/*", 404, `{"type"`},
		{"/none", "localhost", "*/*", 404, `{"type"`},
		{"/none", "localhost", "application/json, text/html", 404, `{"type"`},
	} {
		answer := record(t, handler, c.path, c.host, c.accept)
		if answer.Code != c.status || len(answer.Body.String()) < len(c.body) || answer.Body.String()[:len(c.body)] != c.body {
			t.Errorf("%+v: %d %s", c, answer.Code, answer.Body)
		}
	}
}

func record(t *testing.T, h http.Handler, path, host, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+path, nil)
	r.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer
}

// With keys alone an admin's opens the pages, for its own workspace.
func TestPagesTakeAnAdminsKey(t *testing.T) {
	w := newWorld(t)
	deps := w.api.Deps
	deps.Pages = pageStub{}
	handler, err := New(deps)
	if err != nil {
		t.Fatal(err)
	}
	read, admin := w.as(t, "acme", store.ScopeRead), w.as(t, "acme", store.ScopeAdmin)
	for _, c := range []struct {
		secret string
		status int
		body   string
	}{{"", 401, "{"}, {"nonsense", 401, "{"}, {read.secret, 403, "{"}, {admin.secret, 200, "page of acme"}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://verbatim.example/page", nil)
		if c.secret != "" {
			r.Header.Set("Authorization", "Bearer "+c.secret)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != c.status || !strings.HasPrefix(answer.Body.String(), c.body) {
			t.Errorf("%q: %d %s", c.secret, answer.Code, answer.Body)
		}
	}
}
