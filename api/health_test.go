package api

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/models"
)

func TestReadyWhenTheIndexHasCaughtUp(t *testing.T) {
	dir := t.TempDir()
	t.Run("before", func(t *testing.T) { // stored by a server whose index never followed
		w, _ := open(t, dir)
		<-w.api.ready.loaded
		if got := w.do(t, http.MethodPost, "/v1/responses", sample); got.status != http.StatusOK {
			t.Fatal(got)
		}
		if got := decode[Readiness](t, w.get(t, "/readyz")); got != (Readiness{"ready", 5, 0, 5}) {
			t.Errorf("%+v", got) // new changes do not take readiness away
		}
	})
	w, follow := open(t, dir)
	<-w.api.ready.loaded
	p := w.do(t, http.MethodGet, "/readyz", "").problem(t)
	if p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "change 0 of 5") {
		t.Errorf("%+v", p)
	}
	for _, path := range []string{"/v1/search", "/v1/nps", "/v1/drivers"} {
		if p := w.do(t, http.MethodGet, path, "").problem(t); p.Code != feedback.Unavailable {
			t.Errorf("%s: %+v", path, p)
		}
	}
	w.get(t, "/healthz")
	follow()
	w.ready(t)
	if got := decode[Readiness](t, w.get(t, "/readyz")); got != (Readiness{"ready", 5, 5, 0}) {
		t.Errorf("%+v", got)
	}
	w.get(t, "/v1/search")
}

func TestNotReadyBeforeTheModelsAreLoaded(t *testing.T) {
	w := newWorld(t)
	loaded := w.api.ready.loaded
	w.api.ready.loaded = make(chan struct{})
	if p := w.do(t, http.MethodGet, "/readyz", "").problem(t); p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "being opened") {
		t.Errorf("%+v", p)
	}
	w.api.ready.loaded = loaded
	w.get(t, "/readyz")
}

// TestDamagedModel loads models of which one is cut off.
func TestDamagedModel(t *testing.T) {
	entries, err := os.ReadDir("../models")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".bin") {
			continue
		}
		data, err := os.ReadFile("../models/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == "fi.bin" {
			data = data[:len(data)/2]
		}
		files[e.Name()] = &fstest.MapFile{Data: data}
	}
	analyzer, err := analysis.New(models.Open(files))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	deps := w.api.Deps
	deps.Analyzer = analyzer
	damaged, err := newServer(deps)
	if err != nil {
		t.Fatal(err)
	}
	<-damaged.ready.loaded
	w.api.ready, w.api.Analyzer = readiness{loaded: damaged.ready.loaded, failure: damaged.ready.failure}, analyzer
	if p := w.do(t, http.MethodGet, "/readyz", "").problem(t); p.Code != feedback.Unavailable || !strings.Contains(p.Detail, "models cannot be loaded") {
		t.Errorf("%+v", p)
	}
	p := w.do(t, http.MethodPost, "/v1/analyze", `[{"text":"Toimitus oli myöhässä ja laatikko oli rikki.","lang":"fi"}]`).problem(t)
	if p.Status != http.StatusInternalServerError || strings.Contains(p.Detail, "fi.bin") {
		t.Errorf("%+v", p)
	}
	if log := w.logs.String(); !strings.Contains(log, "fi.bin") || !strings.Contains(log, "api: analyze") {
		t.Error(log)
	}
}

func TestStoreThatIsClosed(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	if err := w.api.Store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"GET", "/v1/responses/r1"}, {"DELETE", "/v1/responses/r1"}, {"POST", "/v1/responses"}, {"GET", "/v1/search"}, {"GET", "/readyz"}} {
		body := ""
		if c[0] == "POST" {
			body = sample
		}
		p := w.do(t, c[0], c[1], body).problem(t)
		if p.Code != feedback.Unavailable || strings.Contains(p.Detail, ".db") {
			t.Errorf("%v: %+v", c, p)
		}
	}
}
