package webhooks

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// party stands for a remote party in a bubble, where there is no network: it notes when it is asked, and for what.
type party struct {
	mu     sync.Mutex
	status func(n int) int
	at     []time.Time
	ids    []string
}

// RoundTrip answers.
func (p *party) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.ids = append(p.at, time.Now()), append(p.ids, r.Header.Get(headerID))
	return &http.Response{StatusCode: p.status(len(p.at)), Body: io.NopCloser(strings.NewReader("a secret of theirs")), Header: http.Header{}, Request: r}, nil
}

// seen is when it was asked so far, and for which deliveries.
func (p *party) seen() (at []time.Time, ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.at), slices.Clone(p.ids)
}

// bubbleWaiting is how many deliveries may wait for a webhook in a bubble.
const bubbleWaiting = 300

// bubble runs a worker over a store within a bubble, whose clock jumps when everybody waits.
func bubble(t *testing.T, p *party, test func(t *testing.T, h *house, hook store.Webhook)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		h := &house{store: s}
		hook := h.hook(t, ws, store.Webhook{URL: "https://example.com/hook", Events: []store.WebhookEvent{store.ResponseAnalysed}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			worker := New(s, nil, Options{Client: &http.Client{Transport: p}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
			worker.most = bubbleWaiting
			done <- worker.Run(ctx)
		}()
		test(t, h, hook)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// wait lets the bubble's time pass.
func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestAReceiverThatIsDownForThreeDays(t *testing.T) {
	var up atomic.Bool
	p := &party{status: func(int) int {
		if up.Load() {
			return 200
		}
		return 503
	}}
	bubble(t, p, func(t *testing.T, h *house, hook store.Webhook) {
		t.Helper()
		h.put(t, ws, answer("r1", 3))
		wait(giveUp + 15*time.Hour)
		at, ids := p.seen()
		id := ids[0]
		for i := 1; i < len(at); i++ {
			gap, want := at[i].Sub(at[i-1]), Delay(id, i)
			if gap < want || gap > want+time.Second || ids[i] != id {
				t.Errorf("attempt %d of %s came after %v, want %v", i+1, ids[i], gap, want)
			}
		}
		if n := len(at); n < 12 || n > 14 {
			t.Errorf("%d attempts", n)
		}
		now, err := h.store.Webhook(t.Context(), ws, hook.ID)
		if err != nil || now.Status != store.WebhookDisabled || now.DisabledReason != "every attempt failed for three days" || !now.FailingSince.Before(now.DisabledAt) {
			t.Fatalf("%+v, %v", now, err)
		}
		list, err := h.store.Deliveries(t.Context(), ws, hook.ID, store.DeliveryFailed, "", 10)
		if err != nil || len(list) != 1 || list[0].Attempts != len(at) || list[0].Problem != "the receiver answered 503" || !list[0].Due.IsZero() {
			t.Errorf("%+v, %v", list, err)
		}
		// Nothing is sent now, and nothing is forgotten.
		before := len(at)
		h.put(t, ws, answer("r2", 3))
		wait(time.Hour)
		if at, _ = p.seen(); len(at) != before {
			t.Error("a disabled webhook is called")
		}
		up.Store(true)
		if _, err := h.store.EnableWebhook(t.Context(), ws, hook.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.Replay(t.Context(), ws, hook.ID, id); err != nil {
			t.Fatal(err)
		}
		wait(time.Minute)
		_, ids = p.seen()
		if got := ids[before:]; len(got) != 2 || got[0] != id && got[1] != id {
			t.Errorf("%v", got)
		}
		now, err = h.store.Webhook(t.Context(), ws, hook.ID)
		if err != nil || now.Status != store.WebhookActive || !now.FailingSince.IsZero() || now.Waiting != 0 {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

func TestAReceiverThatComesBack(t *testing.T) {
	p := &party{status: func(n int) int { return map[bool]int{true: 500, false: 200}[n <= 3] }}
	bubble(t, p, func(t *testing.T, h *house, hook store.Webhook) {
		t.Helper()
		h.put(t, ws, answer("r1", 3))
		wait(time.Hour)
		list, err := h.store.Deliveries(t.Context(), ws, hook.ID, "", "", 10)
		if err != nil || len(list) != 1 || list[0].Status != store.DeliveryDelivered || list[0].Attempts != 4 || list[0].Problem != "" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestTheQueueIsBounded has more to tell than may wait.
func TestTheQueueIsBounded(t *testing.T) {
	var up atomic.Bool
	p := &party{status: func(int) int { return map[bool]int{true: 200, false: 500}[up.Load()] }}
	bubble(t, p, func(t *testing.T, h *house, hook store.Webhook) {
		t.Helper()
		const responses = bubbleWaiting + 3*batchSize
		for from := 0; from < responses; from += 1000 {
			var list []feedback.Analysed
			for i := from; i < min(from+1000, responses); i++ {
				list = append(list, answer(fmt.Sprint("r", i), 3))
			}
			h.put(t, ws, list...)
		}
		wait(time.Minute)
		now, err := h.store.Webhook(t.Context(), ws, hook.ID)
		if err != nil || now.Waiting < bubbleWaiting || now.Waiting > bubbleWaiting+batchSize {
			t.Errorf("%d wait, %v", now.Waiting, err)
		}
		up.Store(true)
		_, before := p.seen()
		wait(12 * time.Hour)
		_, after := p.seen()
		sent := map[string]bool{}
		for _, id := range after[len(before):] {
			if sent[id] {
				t.Fatalf("%s came twice", id)
			}
			sent[id] = true
		}
		if len(sent) != responses {
			t.Errorf("%d of %d were sent", len(sent), responses)
		}
	})
}

func TestTheLogIsForgottenAfterAMonth(t *testing.T) {
	p := &party{status: func(int) int { return 200 }}
	bubble(t, p, func(t *testing.T, h *house, hook store.Webhook) {
		t.Helper()
		h.put(t, ws, answer("r1", 3))
		wait(keepLog - time.Hour)
		list, err := h.store.Deliveries(t.Context(), ws, hook.ID, "", "", 10)
		if err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		wait(3 * time.Hour)
		list, err = h.store.Deliveries(t.Context(), ws, hook.ID, "", "", 10)
		if err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
