package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/corpora"
	"verbatim/feedback"
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

const ws = feedback.DefaultWorkspace

// world is a server with pages and all that is behind them, and a browser without scripts.
type world struct {
	*httptest.Server
	t       testing.TB
	pages   *Pages
	uploads string // the folder
	client  *http.Client
	api     http.Handler
}

// newWorld opens an empty folder.
func newWorld(tb testing.TB) *world {
	tb.Helper()
	analyzer, err := embedded()
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	st, err := store.Open(tb.Context(), dir)
	if err != nil {
		tb.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	x, err := index.Open(tb.Context(), filepath.Join(dir, "index"), st, index.Options{Logger: logger})
	if err != nil {
		tb.Fatal(err)
	}
	in := &ingest.Ingester{Analyst: &ingest.Analyst{Analyzer: analyzer, Redact: analysis.Redactor{Mode: analysis.RedactMark}}, Store: st}
	uploads, err := ingest.NewUploads(in, filepath.Join(dir, "uploads"), 4<<20, logger)
	if err != nil {
		tb.Fatal(err)
	}
	retagger := ingest.NewRetagger(in, ingest.RetaggerOptions{Logger: logger, Ready: x.Prepare})
	pages, err := New(Deps{Store: st, Index: x, Ingester: in, Uploads: uploads, Retagger: retagger, Logger: logger})
	if err != nil {
		tb.Fatal(err)
	}
	handler, err := api.New(api.Deps{Store: st, Index: x, Ingester: in, Uploads: uploads, Analyzer: analyzer, Logger: logger, Pages: pages, Retagger: retagger})
	if err != nil {
		tb.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{Server: httptest.NewServer(handler), t: tb, pages: pages, uploads: filepath.Join(dir, "uploads"), api: handler, client: &http.Client{Jar: jar}}
	ctx, stop := context.WithCancel(context.WithoutCancel(tb.Context()))
	var following sync.WaitGroup
	following.Go(func() { x.Follow(ctx) })
	following.Go(func() { uploads.Run(ctx) })
	following.Go(func() { retagger.Run(ctx) })
	tb.Cleanup(func() {
		w.client.CloseIdleConnections()
		w.Close()
		stop()
		following.Wait()
		x.Close()
		st.Close()
	})
	w.waitReady()
	return w
}

// eventually asks until a condition holds.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 3000 {
		if holds() {
			return
		}
		<-tick.C
	}
	w.t.Fatalf("never: %s", what)
}

func (w *world) waitReady() {
	w.t.Helper()
	w.eventually("ready", func() bool {
		r, err := http.Get(w.URL + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// demo loads the built-in survey.
func (w *world) demo() *world {
	w.t.Helper()
	reader, err := ingest.NewReader(bytes.NewReader(corpora.DemoSurvey()), "nordvik.csv", ingest.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer reader.Close()
	if _, err := w.pages.Ingester.Import(w.t.Context(), ws, "demo", reader, nil); err != nil {
		w.t.Fatal(err)
	}
	w.indexed()
	return w
}

func (w *world) indexed() {
	w.t.Helper()
	seq, err := w.pages.Store.LastSeq(w.t.Context(), ws)
	if err == nil {
		err = w.pages.Index.WaitFor(w.t.Context(), ws, seq)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// put stores responses.
func (w *world) put(responses ...feedback.Response) {
	w.t.Helper()
	out, err := w.pages.Ingester.Put(w.t.Context(), ws, responses)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, o := range out {
		if o.Problem != nil {
			w.t.Fatal(o.Problem)
		}
	}
	w.indexed()
}

// page is an answer.
type page struct {
	status int
	header http.Header
	body   string
	path   string // where redirects led
}

func (w *world) send(r *http.Request) page {
	w.t.Helper()
	answer, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return page{answer.StatusCode, answer.Header, string(body), answer.Request.URL.RequestURI()}
}

// get asks for a page as a browser of the language does.
func (w *world) get(path, language string) page {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	r.Header.Set("Accept-Language", language)
	return w.send(r)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (w *world) token() string {
	w.t.Helper()
	found := tokenField.FindStringSubmatch(w.get("/import", "en").body)
	if found == nil {
		w.t.Fatal("the page has no token")
	}
	return found[1]
}

// post sends a form with its token.
func (w *world) post(path string, form url.Values) page {
	w.t.Helper()
	if _, ok := form["token"]; !ok {
		form.Set("token", w.token())
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	return w.send(r)
}

// upload sends a file.
func (w *world) upload(token, name, content string) page {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("token", token)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		w.t.Fatal(err)
	}
	io.WriteString(part, content)
	form.Close()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+"/import", &body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Accept", "text/html")
	return w.send(r)
}

// kept is how many files lie in the folder of uploads.
func (w *world) kept() int {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.uploads, "*.upload"))
	if err != nil {
		w.t.Fatal(err)
	}
	return len(files)
}
