package webhooks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker")) // Bleve's own, one set for the process
}

const ws = "acme"

// house is a store with its index, in which workers can be started and stopped.
type house struct {
	store *store.Store
	index *index.Index
}

func newHouse(tb testing.TB) *house {
	tb.Helper()
	dir := tb.TempDir()
	h := &house{}
	var err error
	if h.store, err = store.Open(tb.Context(), dir); err != nil {
		tb.Fatal(err)
	}
	if h.index, err = index.Open(tb.Context(), filepath.Join(dir, "index"), h.store, index.Options{}); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() {
		if err := h.index.Follow(ctx); err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(func() {
		cancel()
		following.Wait()
		for _, shut := range []func() error{h.index.Close, h.store.Close} {
			if err := shut(); err != nil {
				tb.Error(err)
			}
		}
	})
	return h
}

// work runs a worker until stop is called, or the test ends.
func (h *house) work(tb testing.TB, o Options) (stop func()) {
	tb.Helper()
	o.Private = true
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	worker := New(h.store, h.index, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(stop)
	return stop
}

// hook creates a webhook.
func (h *house) hook(tb testing.TB, workspace string, w store.Webhook) store.Webhook {
	tb.Helper()
	made, err := h.store.CreateWebhook(tb.Context(), workspace, w)
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

// put stores responses.
func (h *house) put(tb testing.TB, workspace string, list ...feedback.Analysed) {
	tb.Helper()
	if _, err := h.store.Put(tb.Context(), workspace, list); err != nil {
		tb.Fatal(err)
	}
}

// answer is a response of a survey about deliveries.
func answer(id string, score feedback.Score) feedback.Analysed {
	return feedback.Analysed{
		Response: feedback.Response{
			Survey: "nps", ID: id, Score: score, Comment: "The delivery was late", Respondent: "ann@example.com", Attributes: map[string]string{"region": "EU"},
			SubmittedAt: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC),
		},
		Analysis: &feedback.Analysis{
			Language: feedback.Language{Code: "en", Supported: true}, Sentiment: &feedback.SentimentScore{Label: feedback.Negative, Score: -0.7},
			Kinds:   []feedback.Kind{feedback.Complaint},
			Themes:  []feedback.ThemeTag{{Theme: "delivery_logistics", Sentiment: feedback.Negative, Evidence: []feedback.Span{{Start: 4, End: 12, Text: "delivery"}}}},
			Urgency: []feedback.Urgency{}, Model: "m", Taxonomy: "default@1",
		},
	}
}

// received is what a receiver got.
type received struct {
	id   string
	body string
	event
	header http.Header
}

type event struct {
	Type      store.WebhookEvent
	Timestamp time.Time
	Data      map[string]any
}

// receiver stands for a remote party: it notes what it gets and answers as told.
type receiver struct {
	*httptest.Server
	got chan received
}

// newReceiver answers with the status that the function gives for each request, numbered from 1; nil for always 204.
func newReceiver(tb testing.TB, status func(n int, w http.ResponseWriter, r *http.Request) int) *receiver {
	tb.Helper()
	rec := &receiver{got: make(chan received, 100_000)}
	var mu sync.Mutex
	n := 0
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		got := received{id: r.Header.Get("webhook-id"), body: string(body), header: r.Header}
		if err := json.Unmarshal(body, &got.event); err != nil {
			tb.Error(err)
		}
		mu.Lock()
		n++
		number := n
		mu.Unlock()
		rec.got <- got
		code := http.StatusNoContent
		if status != nil {
			code = status(number, w, r)
		}
		if code > 0 {
			w.WriteHeader(code)
		}
	}))
	tb.Cleanup(rec.Close)
	return rec
}

// next waits for the next request.
func (r *receiver) next(tb testing.TB) received {
	tb.Helper()
	select {
	case got := <-r.got:
		return got
	case <-time.After(30 * time.Second):
		tb.Fatal("nothing was received")
		return received{}
	}
}

// verify checks a request as a receiver would, with its own code.
func (r *received) verify(secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(r.header.Get("webhook-timestamp"), 10, 64)
	if age := time.Since(time.Unix(seconds, 0)).Abs(); err != nil || age > 5*time.Minute {
		return fmt.Errorf("the timestamp is %v old, %w", age, err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", r.id, seconds, r.body)
	want := mac.Sum(nil)
	for signature := range strings.FieldsSeq(r.header.Get("webhook-signature")) {
		version, encoded, _ := strings.Cut(signature, ",")
		if got, err := base64.StdEncoding.DecodeString(encoded); version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return errors.New("no signature fits")
}

// settled waits until nothing waits for a webhook and returns its log, the oldest first.
func (h *house) settled(tb testing.TB, hook *store.Webhook) []store.Delivery {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := h.store.Webhook(ctx, hook.Workspace, hook.ID)
		if err != nil {
			tb.Fatal(err)
		}
		if now.Waiting == 0 {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatal("deliveries are still waiting")
		}
	}
	list, err := h.store.Deliveries(ctx, hook.Workspace, hook.ID, "", "", 1000)
	if err != nil {
		tb.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}
