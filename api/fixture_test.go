package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"verbatim/analysis"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/models"
	"verbatim/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker")) // Bleve's own, one set for the process
}

// embedded is the analyzer over the models that are built in; it takes a while to load.
var embedded = sync.OnceValues(func() (*analysis.Analyzer, error) { return analysis.New(models.Embedded()) })

// world is a server with all that is behind it.
type world struct {
	*httptest.Server
	api     *server
	logs    *lockedBuffer
	secret  string // of the key that do sends, "" for none
	uploads string // the folder
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// open opens a folder; the index follows only when follow is called.
func open(tb testing.TB, dir string) (w *world, follow func()) {
	tb.Helper()
	analyzer, err := embedded()
	if err != nil {
		tb.Fatal(err)
	}
	st, err := store.Open(tb.Context(), dir)
	if err != nil {
		tb.Fatal(err)
	}
	logs := &lockedBuffer{}
	logger := slog.New(slog.NewTextHandler(logs, nil))
	x, err := index.Open(tb.Context(), filepath.Join(dir, "index"), st, index.Options{Logger: logger})
	if err != nil {
		tb.Fatal(err)
	}
	ingester := &ingest.Ingester{Analyst: &ingest.Analyst{Analyzer: analyzer, Redact: analysis.Redactor{Mode: analysis.RedactMark}}, Store: st}
	uploads, err := ingest.NewUploads(ingester, filepath.Join(dir, "uploads"), 4<<20, logger)
	if err != nil {
		tb.Fatal(err)
	}
	retagger := ingest.NewRetagger(ingester, ingest.RetaggerOptions{Logger: logger, Ready: x.Prepare})
	api, err := newServer(Deps{Store: st, Index: x, Analyzer: analyzer, Logger: logger, Ingester: ingester, Uploads: uploads, Retagger: retagger, Eraser: NewEraser(st, x, logger, 30)})
	if err != nil {
		tb.Fatal(err)
	}
	w = &world{Server: httptest.NewServer(http.HandlerFunc(api.serve)), api: api, logs: logs, uploads: filepath.Join(dir, "uploads")}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	tb.Cleanup(func() {
		w.Close()
		cancel()
		following.Wait()
		<-api.ready.loaded
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	return w, func() {
		following.Go(func() {
			if err := uploads.Run(ctx); err != nil {
				tb.Error(err)
			}
		})
		following.Go(func() {
			if err := retagger.Run(ctx); err != nil {
				tb.Error(err)
			}
		})
		following.Go(func() {
			if err := api.Eraser.Run(ctx); err != nil {
				tb.Error(err)
			}
		})
		following.Go(func() {
			if err := x.Follow(ctx); err != nil {
				tb.Error(err)
			}
		})
	}
}

// newWorld is a server on an empty folder with its index following.
func newWorld(tb testing.TB) *world {
	tb.Helper()
	w, follow := open(tb, tb.TempDir())
	<-w.api.ready.loaded
	follow()
	return w
}

// answered is what a request came back with.
type answered struct {
	status int
	header http.Header
	body   string
}

// do sends a request; a body that is not "" is sent as JSON. Header is pairs of name and value.
func (w *world) do(tb testing.TB, method, path, body string, header ...string) answered {
	tb.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(tb.Context(), method, w.URL+path, reader)
	if err != nil {
		tb.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if w.secret != "" {
		r.Header.Set("Authorization", "Bearer "+w.secret)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	answer, err := w.Client().Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answered{answer.StatusCode, answer.Header, string(read)}
}

// get sends a GET and wants 200.
func (w *world) get(tb testing.TB, path string) string {
	tb.Helper()
	got := w.do(tb, http.MethodGet, path, "")
	if got.status != http.StatusOK {
		tb.Fatalf("GET %s: %d %s", path, got.status, got.body)
	}
	return got.body
}

// put posts responses, waits until they are indexed, and returns the answer.
func (w *world) put(tb testing.TB, body string) string {
	tb.Helper()
	got := w.do(tb, http.MethodPost, "/v1/responses?wait=indexed", body)
	if got.status != http.StatusOK {
		tb.Fatalf("POST: %d %s", got.status, got.body)
	}
	return got.body
}

// decode reads JSON that may hold nothing unknown.
func decode[T any](tb testing.TB, body string) T {
	tb.Helper()
	var out T
	in := json.NewDecoder(strings.NewReader(body))
	in.DisallowUnknownFields()
	if err := in.Decode(&out); err != nil {
		tb.Fatalf("%v: %s", err, body)
	}
	return out
}

// problem reads an answer as a problem and checks that it is one.
func (a answered) problem(tb testing.TB) Problem {
	tb.Helper()
	p := decode[Problem](tb, a.body)
	if got := a.header.Get("Content-Type"); got != problemType {
		tb.Errorf("content type %q", got)
	}
	if p.Status != a.status || p.Type != ProblemType(p.Code) || p.Title == "" || p.Detail == "" || p.Code == "" {
		tb.Errorf("status %d with the problem %+v", a.status, p)
	}
	return p
}

// ready waits until the server says that it is.
func (w *world) ready(tb testing.TB) {
	tb.Helper()
	<-w.api.ready.loaded
	last, err := w.api.Store.LastSeq(tb.Context(), "default")
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	if err := w.api.Index.WaitFor(ctx, "default", last); err != nil {
		tb.Fatal(err)
	}
}

// sample is a small survey in two languages.
const sample = `[
	{"id":"r1","survey":"s","score":1,"comment":"The delivery was late and the box was broken.","submitted_at":"2026-01-10","attributes":{"region":"EU","age":34}},
	{"id":"r2","survey":"s","score":10,"comment":"Friendly staff, I love it! 😀 Great prices.","submitted_at":"2026-02-10","attributes":{"region":"US","age":51}},
	{"id":"r3","survey":"s","score":8,"comment":"","submitted_at":"2026-02-11","attributes":{"region":"EU"}},
	{"id":"r4","survey":"other","comment":"😀😀 Die Lieferung war spät, the delivery took weeks.","suggestion":"Please make delivery faster.","submitted_at":"2026-03-31T23:59:59Z"},
	{"id":"r5","survey":"s","score":2,"comment":"Toimitus oli myöhässä ja laatikko oli rikki.","lang":"fi"}
]`
