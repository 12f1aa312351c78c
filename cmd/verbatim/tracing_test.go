package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// A collector gets spans with routes, and nothing of what people wrote or who they are. One that does not answer harms nobody.
func TestTraces(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		io.Copy(&got, r.Body)
	}))
	defer collector.Close()
	binary := binary(t)
	for _, endpoint := range []string{collector.URL, "http://127.0.0.1:1"} {
		s := start(t, binary, t.TempDir(), "--otlp-endpoint", endpoint)
		if !s.post(7) || s.get(t, "/v1/responses/k7", nil) != http.StatusOK {
			t.Fatal("not stored")
		}
		s.stop(t)
	}
	mu.Lock()
	defer mu.Unlock()
	if !bytes.Contains(got.Bytes(), []byte("GET /v1/responses/:id")) {
		t.Errorf("no span of the route in %q", got.String())
	}
	for _, text := range []string{"kiosk", "token7", "were rude", "/k7"} {
		if bytes.Contains(got.Bytes(), []byte(text)) {
			t.Errorf("%s is in a span", text)
		}
	}
}
