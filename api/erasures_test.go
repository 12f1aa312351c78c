package api

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// inFolder lists the files under the folder that hold a text.
func inFolder(t *testing.T, dir, text string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			files = append(files, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A person who is erased is in no byte of the data folder, and everybody else is as before.
func TestErasedPersonIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	person := []string{"Zanzibarquell was late", "marker-id", "Marker Name", "person/of +note"}
	t.Run("before", func(t *testing.T) { // so that there is a snapshot of the columns, too
		w, follow := open(t, dir)
		follow()
		w.put(t, sample)
		w.put(t, `[{"id":"marker-id1","survey":"s","score":2,"comment":"Zanzibarquell was late.","suggestion":"Faster, Marker Name","respondent":"person/of +note","attributes":{"name":"Marker Name"}},
			{"id":"marker-id2","score":3,"comment":"Zanzibarquell was late again.","respondent":"person/of +note"}]`)
	})
	w, follow := open(t, dir)
	follow()
	w.ready(t)
	for _, text := range person {
		if len(inFolder(t, dir, text)) == 0 {
			t.Fatalf("this test would not see %s", text)
		}
	}
	before := w.get(t, "/v1/search?match=delivery")
	got := w.do(t, http.MethodDelete, "/v1/respondents/person%2Fof%20+note", "")
	r := decode[ErasureReceipt](t, got.body)
	if got.status != http.StatusOK || r.Status != "done" || r.FinishedAt == nil || r.Gone["responses"] != 2 || r.Gone["analyses"] != 3 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if days := r.BackupsGone.Sub(*r.FinishedAt).Hours() / 24; days != 30 {
		t.Errorf("backups expire after %v days", days)
	}
	for _, text := range append(person, "zanzibarquell", "person%2Fof") {
		if files := inFolder(t, dir, text); len(files) != 0 {
			t.Errorf("%s is in %v", text, files)
		}
		if strings.Contains(w.logs.String(), text) || strings.Contains(got.body, text) {
			t.Errorf("%s is in the log or the receipt", text)
		}
	}
	if again := w.get(t, "/v1/erasures/"+r.ID); again != got.body {
		t.Errorf("%s, first %s", again, got.body)
	}
	if after := w.get(t, "/v1/search?match=delivery"); after != before {
		t.Errorf("%s, before %s", after, before)
	}
	if p := decode[SearchPage](t, w.get(t, "/v1/search?match=zanzibarquell")); p.Total != 0 {
		t.Errorf("%+v", p)
	}
	if p := w.do(t, http.MethodDelete, "/v1/respondents/person%2Fof%20+note", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("%+v", p)
	}
	if back := w.do(t, http.MethodPost, "/v1/responses", `{"id":"marker-id1","survey":"s","comment":"x"}`).problem(t); back.Code != feedback.Deleted {
		t.Errorf("%+v", back)
	}
}

// An erasure that cannot be finished at once says so, and is finished after a restart.
func TestErasureGoesOnAfterARestart(t *testing.T) {
	dir := t.TempDir()
	id := ""
	t.Run("before", func(t *testing.T) {
		w, _ := open(t, dir) // nobody runs the eraser
		<-w.api.ready.loaded
		w.do(t, http.MethodPost, "/v1/responses", `{"id":"marker-id","comment":"Slow","respondent":"p"}`)
		begun, err := w.api.Eraser.begin(t.Context(), "default", "p")
		if err != nil {
			t.Fatal(err)
		}
		id = begun.ID
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if one, err := w.api.Eraser.await(ended, "default", id); err != nil || !one.FinishedAt.IsZero() {
			t.Errorf("%+v, %v", one, err)
		}
		got := w.do(t, http.MethodGet, "/v1/erasures/"+id, "")
		if r := decode[ErasureReceipt](t, got.body); got.status != http.StatusAccepted || r.Status != "running" || r.FinishedAt != nil {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	w, follow := open(t, dir)
	follow()
	within, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	one, err := w.api.Eraser.await(within, "default", id)
	if err != nil || one.FinishedAt.IsZero() || len(inFolder(t, dir, "marker-id")) != 0 {
		t.Errorf("%+v, %v, %v", one, err, inFolder(t, dir, "marker-id"))
	}
}

func TestRetentionRoutes(t *testing.T) {
	w := newWorld(t)
	if got := w.get(t, "/v1/retention"); got != `{"retention":[]}`+"\n" {
		t.Errorf("%q", got)
	}
	for _, body := range []string{
		`[]`, `{}`, `{"retention":null}`, `{"retention":[{"survey":"SECRET"}]}`, `{"retention":[{"survey":"SECRET","days":-1}]}`,
		`{"retention":[{"survey":"SECRET","days":1.5}]}`, `{"retention":[{"survey":"SECRET","days":1},{"survey":"SECRET","days":2}]}`,
		`{"retention":[{"survey":"SECRET","days":1,"x":1}]}`, `{"retention":[],"SECRET":1}`,
	} {
		got := w.do(t, http.MethodPut, "/v1/retention", body)
		if p := got.problem(t); p.Status != http.StatusBadRequest || strings.Contains(got.body, "SECRET") {
			t.Errorf("%s: %s", body, got.body)
		}
	}
	w.put(t, sample)
	want := `{"retention":[{"survey":"","days":0},{"survey":"s","days":30}]}` + "\n"
	if got := w.do(t, http.MethodPut, "/v1/retention", want); got.status != http.StatusOK || got.body != want {
		t.Errorf("%+v", got)
	}
	n, err := w.api.Eraser.Expire(t.Context(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || n != 1 { // r1 of January; those of February and without a time are younger
		t.Errorf("%d, %v", n, err)
	}
	if got := w.do(t, http.MethodGet, "/v1/responses/r1?survey=s", ""); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	w.get(t, "/v1/search?match=delivery")
	w.do(t, http.MethodGet, "/v1/search?limit=x", "")
	w.do(t, http.MethodGet, "/v1/responses/SECRET", "")
	w.do(t, http.MethodGet, "/SECRET", "")
	got := w.do(t, http.MethodGet, "/metrics", "")
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Error(got.header)
	}
	for _, line := range []string{
		`verbatim_http_requests_total{method="POST",route="/v1/responses",status="200"} 1`,
		`verbatim_http_requests_total{method="GET",route="none",status="404"} 1`,
		`verbatim_http_requests_total{method="GET",route="/v1/responses/:id",status="404"} 1`,
		`verbatim_problems_total{code="invalid",operation="search"} 1`,
		`verbatim_responses_total{status="created"} 5`,
		`verbatim_search_seconds_count{operation="search"} 2`,
		`verbatim_analysis_seconds_count 1`, `verbatim_store_seconds_count 1`,
		`verbatim_index_lag 0`, `verbatim_store_queue 0`, `verbatim_erasures_running 0`,
	} {
		if !strings.Contains(got.body, "\n"+line+"\n") {
			t.Errorf("%s is missing", line)
		}
	}
	for _, text := range []string{"SECRET", "default", `"s"`} {
		if strings.Contains(got.body, text) {
			t.Errorf("%s is in the figures", text)
		}
	}
}

func BenchmarkErase(b *testing.B) {
	w := newWorld(b)
	var batch []string
	for i := range 1000 {
		batch = append(batch, fmt.Sprintf(`{"id":"other%d","comment":"The delivery was late and the box was broken."}`, i))
	}
	w.put(b, "["+strings.Join(batch, ",")+"]")
	i := 0
	for b.Loop() {
		w.put(b, fmt.Sprintf(`{"id":"r%d","comment":"Slow support","respondent":"p%d"}`, i, i))
		if got := w.do(b, http.MethodDelete, fmt.Sprintf("/v1/respondents/p%d", i), ""); got.status != http.StatusOK {
			b.Fatal(got)
		}
		i++
	}
}
