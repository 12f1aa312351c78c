package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWhatWasAcknowledgedIsThereAfterARestart stops a server with a closed folder and opens another on it.
func TestWhatWasAcknowledgedIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	var search, nps, drivers string
	t.Run("before", func(t *testing.T) {
		w, follow := open(t, dir)
		follow()
		w.put(t, sample)
		if got := w.do(t, http.MethodDelete, "/v1/responses/r5?survey=s", ""); got.status != http.StatusNoContent {
			t.Fatal(got)
		}
		w.ready(t)
		search, nps, drivers = w.get(t, "/v1/search?match=delivery"), w.get(t, "/v1/nps"), w.get(t, "/v1/drivers")
	})
	w, follow := open(t, dir)
	follow()
	w.ready(t)
	if got := w.get(t, "/v1/search?match=delivery"); got != search {
		t.Errorf("search: %s, before %s", got, search)
	}
	if got := w.get(t, "/v1/nps"); got != nps {
		t.Errorf("nps: %s, before %s", got, nps)
	}
	if got := w.get(t, "/v1/drivers"); got != drivers {
		t.Errorf("drivers: %s, before %s", got, drivers)
	}
	if got := w.do(t, http.MethodGet, "/v1/responses/r5?survey=s", ""); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
}

// TestPagesKeepTheirPlaceWhileOthersWrite walks pages with writes in between: nothing is shown twice.
func TestPagesKeepTheirPlaceWhileOthersWrite(t *testing.T) {
	w := newWorld(t)
	for i := range 9 {
		w.put(t, fmt.Sprintf(`{"id":"r%d","comment":"Slow support","submitted_at":"2026-01-0%d"}`, i, i+1))
	}
	var got []string
	for page, next := 0, "&cursor="; next != ""; page++ {
		p := decode[SearchPage](t, w.get(t, "/v1/search?match=support&sort=newest&limit=2"+next))
		got = append(got, ids(p)...)
		if next = ""; p.Next != nil {
			next = "&cursor=" + *p.Next
		}
		w.put(t, fmt.Sprintf(`{"id":"new%d","comment":"Slow support","submitted_at":"2026-02-0%d"}`, page, page+1))
	}
	if want := []string{"r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1", "r0"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// TestSlowBody sends half a body and then nothing.
func TestSlowBody(t *testing.T) {
	w := newWorld(t)
	slow := httptest.NewUnstartedServer(http.HandlerFunc(w.api.serve))
	slow.Config.ReadHeaderTimeout, slow.Config.ReadTimeout = time.Minute, 50*time.Millisecond
	slow.Start()
	defer slow.Close()
	body, end := io.Pipe()
	defer end.Close()
	go io.WriteString(end, `{"text":`) // returns when it was read
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, slow.URL+"/v1/analyze", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := slow.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	p := answered{answer.StatusCode, answer.Header, string(read)}.problem(t)
	if p.Status != http.StatusRequestTimeout || !strings.Contains(p.Detail, "too long") {
		t.Errorf("%+v", p)
	}
}

// TestGivenUp asks with a context that has ended: nothing is stored, and it is not the server's fault.
func TestGivenUp(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/v1/responses", strings.NewReader(sample))
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	w.api.engine.ServeHTTP(recorder, r)
	if recorder.Code != closedRequest || strings.Contains(w.logs.String(), "level=ERROR") {
		t.Errorf("%d: %s", recorder.Code, w.logs)
	}
	if p := decode[SearchPage](t, w.get(t, "/v1/search")); p.Total != 0 {
		t.Errorf("%+v", p)
	}
}
