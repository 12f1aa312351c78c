package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"verbatim/feedback"
)

func TestUnknownPathsAndMethods(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/v1", "/v1/", "/v1/nothing", "/v1/search/", "/v1/responses/", "/v1/responses/a/b", "/V1/search", "//v1/search", "/nothing", "/schemas/X", "/openapi.yaml"} {
		if p := w.do(t, http.MethodGet, path, "").problem(t); p.Code != feedback.NotFound || p.Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/v1/search", "GET"},
		{"GET", "/v1/responses", "POST"},
		{"PATCH", "/v1/responses/r1", "GET, DELETE"},
		{"POST", "/healthz", "GET"},
		{"OPTIONS", "/v1/nps", "GET"},
		{"BREW", "/v1/nps", "GET"},
	} {
		got := w.do(t, c.method, c.path, "")
		p := got.problem(t)
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != c.allow || !strings.Contains(p.Detail, c.allow) {
			t.Errorf("%s %s: %+v %s", c.method, c.path, p, got.header.Get("Allow"))
		}
	}
}

func TestHeadIsGetWithoutBody(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]int{"/healthz": 200, "/v1/search": 200, "/nothing": 404} {
		if got := w.do(t, http.MethodHead, path, ""); got.status != want || got.body != "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestRequestIDAndHeaders(t *testing.T) {
	w := newWorld(t)
	got := w.do(t, http.MethodGet, "/v1/nps", "", requestID, "abc-1")
	if got.header.Get(requestID) != "abc-1" || got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", got.header)
	}
	other := w.do(t, http.MethodGet, "/nothing", "", requestID, "a b")
	if id := other.header.Get(requestID); !plainID.MatchString(id) || len(id) < 20 {
		t.Errorf("%q", id)
	}
	w.put(t, `{"id":"r"}`)
	w.get(t, "/v1/responses/r")
	for _, want := range []string{
		`msg="api: request" method=GET route=/v1/nps status=200 duration=\S+ request_id=abc-1`,
		`method=GET route=/v1/responses/:id status=200`, `route="" status=404`, `method=POST route=/v1/responses status=200`,
	} {
		if !regexp.MustCompile(want).MatchString(w.logs.String()) {
			t.Errorf("no %s in %s", want, w.logs.String())
		}
	}
}

func TestPanicsAreProblems(t *testing.T) {
	w := newWorld(t)
	w.api.engine.GET("/panic", func(*gin.Context) { panic("SECRETMARK") })
	w.api.engine.GET("/late", func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		c.Writer.Flush()
		panic(errors.New("SECRETMARK"))
	})
	p := w.do(t, http.MethodGet, "/panic", "").problem(t)
	if p.Status != http.StatusInternalServerError || p.Code != feedback.Internal {
		t.Errorf("%+v", p)
	}
	answer, err := w.Client().Get(w.URL + "/late")
	if err == nil {
		_, err = fmt.Fscan(answer.Body, new(string), new(string))
		answer.Body.Close()
	}
	if err == nil || err.Error() == "EOF" {
		t.Errorf("a half answer looks whole: %v", err)
	}
	if log := w.logs.String(); strings.Contains(log, "SECRETMARK") || strings.Count(log, `msg="api: panic"`) != 2 || !strings.Contains(log, "middleware_test.go") {
		t.Error(log)
	}
	w.get(t, "/healthz")
}

// TestHumaRepeatsNothing goes around our own wrapper, into the traps that Huma has.
func TestHumaRepeatsNothing(t *testing.T) {
	w := newWorld(t)
	type input struct {
		N    int `query:"n" maximum:"10"`
		Body struct {
			Name string `json:"name" maxLength:"3"`
		}
	}
	huma.Register(w.api.huma, huma.Operation{Method: http.MethodPost, Path: "/trap"}, func(context.Context, *input) (*struct{}, error) {
		return nil, errors.New("SECRETMARK")
	})
	for path, want := range map[string]int{"/trap": 500, "/trap?n=SECRETMARK": 422, "/trap?n=99": 422} {
		for _, body := range []string{`{"name":"a"}`, `{"name":"SECRETMARK"}`, `{"SECRETMARK":1}`, `SECRETMARK`} {
			got := w.do(t, http.MethodPost, path, body)
			got.problem(t)
			if strings.Contains(got.body, "SECRETMARK") || body == `{"name":"a"}` && got.status != want || got.status < 400 {
				t.Errorf("%s %s: %+v", path, body, got)
			}
		}
	}
}

func TestWebPagesAreKeptOut(t *testing.T) {
	w := newWorld(t)
	post := func(header ...string) answered {
		return w.do(t, http.MethodPost, "/v1/responses", `{"id":"r"}`, header...)
	}
	if got := post("Sec-Fetch-Site", "cross-site"); got.problem(t).Status != http.StatusForbidden {
		t.Errorf("%+v", got)
	}
	if got := post("Origin", "https://evil.example"); got.problem(t).Status != http.StatusForbidden {
		t.Errorf("%+v", got)
	}
	if got := post("Origin", w.URL); got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	for host, want := range map[string]int{
		"evil.example": 421, "127.0.0.1.evil.example:80": 421, "10.0.0.1": 421, "0.0.0.0": 421, "": 200,
		"localhost": 200, "LOCALHOST:8080": 200, "app.localhost": 200, "127.0.0.1:1": 200, "127.9.9.9": 200, "[::1]:8080": 200, "[::1]": 200,
	} {
		if got := w.do(t, http.MethodGet, "/v1/search", "", "Host", host); got.status != want {
			t.Errorf("%s: %+v", host, got)
		}
	}
}

func TestProblemOf(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   feedback.Code
		status int
		detail string
	}{
		{feedback.Errorf(feedback.Invalid, "what is wrong"), feedback.Invalid, 400, "what is wrong"},
		{fmt.Errorf("store: get: %w", feedback.Errorf(feedback.NotFound, "there is none")), feedback.NotFound, 404, "there is none"},
		{feedback.Errorf(feedback.Conflict, "c"), feedback.Conflict, 409, "c"},
		{feedback.Errorf(feedback.Deleted, "d"), feedback.Deleted, 410, "d"},
		{feedback.Errorf(feedback.TooLarge, "t"), feedback.TooLarge, 413, "t"},
		{feedback.Errorf(feedback.Unsupported, "u"), feedback.Unsupported, 501, "u"},
		{feedback.Errorf(feedback.Forbidden, "f"), feedback.Forbidden, 401, "f"},
		{feedback.Errorf(feedback.Unavailable, "store: /secret/path: %w", errors.New("disk")), feedback.Unavailable, 503, ""},
		{feedback.Errorf(feedback.Corrupt, "/secret/path"), feedback.Corrupt, 500, ""},
		{feedback.Errorf(feedback.Internal, "/secret/path"), feedback.Internal, 500, ""},
		{errors.New("/secret/path"), feedback.Internal, 500, ""},
		{context.Canceled, feedback.Unavailable, 499, ""},
		{fmt.Errorf("/secret/path: %w", context.DeadlineExceeded), feedback.Unavailable, 503, ""},
		{fmt.Errorf("x: %w", newProblem(feedback.Conflict, "own")), feedback.Conflict, 409, "own"},
	} {
		p := problemOf(c.err)
		if p.Code != c.code || p.Status != c.status || c.detail != "" && p.Detail != c.detail || p.Title == "" || strings.Contains(p.Detail, "secret") {
			t.Errorf("%v: %+v", c.err, p)
		}
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := New(Deps{}); err == nil {
		t.Error("New without parts")
	}
}

func TestNewServerHasLimits(t *testing.T) {
	w := newWorld(t)
	h, err := New(w.api.Deps)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer("127.0.0.1:0", h)
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout <= s.ReadTimeout || s.IdleTimeout == 0 || s.MaxHeaderBytes > 1<<20 || s.Addr != "127.0.0.1:0" {
		t.Errorf("%+v", s)
	}
	recorder := httptest.NewRecorder()
	s.Handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/healthz", nil))
	if recorder.Code != http.StatusOK || recorder.Body.String() != "{\"status\":\"ok\"}\n" {
		t.Errorf("%d %s", recorder.Code, recorder.Body)
	}
}
