package webhooks

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"verbatim/feedback"
	"verbatim/store"
)

// many stores n responses that no other call stored.
func (h *house) many(b *testing.B, n int, round *int) {
	b.Helper()
	for from := 0; from < n; from += 1000 {
		*round++
		var list []feedback.Analysed
		for i := range min(1000, n-from) {
			list = append(list, answer(fmt.Sprintf("r%d-%d", *round, i), 3))
		}
		h.put(b, ws, list...)
	}
}

// BenchmarkFollow queues: from the change log to deliveries that are stored.
func BenchmarkFollow(b *testing.B) {
	const n = 5000
	h := newHouse(b)
	hook := h.hook(b, ws, store.Webhook{URL: "https://example.com/", Events: []store.WebhookEvent{store.ResponseAnalysed}})
	round, queued := 0, 0
	r := &runner{Worker: New(h.store, h.index, Options{}), ref: store.WebhookRef{Workspace: ws, ID: hook.ID}}
	r.most = 1 << 30
	for b.Loop() {
		b.StopTimer()
		h.many(b, n, &round)
		b.StartTimer()
		read, filter, err := r.webhook(b.Context())
		if err == nil {
			err = r.follow(b.Context(), &read, &filter)
		}
		if err != nil {
			b.Fatal(err)
		}
		queued += n
	}
	b.ReportMetric(float64(queued)/b.Elapsed().Seconds(), "queued/s")
}

// answering takes every delivery at once, without a network.
type answering struct{ n atomic.Int64 }

// RoundTrip answers 204.
func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	a.n.Add(1)
	return &http.Response{StatusCode: http.StatusNoContent, Body: io.NopCloser(strings.NewReader("")), Request: r}, err
}

// BenchmarkSend sends what is queued and notes that: without a network, and to a server on loopback.
func BenchmarkSend(b *testing.B) {
	rec := newReceiver(b, nil)
	for name, client := range map[string]*http.Client{"no network": {Transport: &answering{}}, "loopback": NewClient(true, nil)} {
		b.Run(name, func(b *testing.B) {
			const n = 5000
			h := newHouse(b)
			hook := h.hook(b, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.ResponseAnalysed}})
			r := &runner{Worker: New(h.store, h.index, Options{Private: true, Client: client}), ref: store.WebhookRef{Workspace: ws, ID: hook.ID}}
			round, sent := 0, 0
			for b.Loop() {
				b.StopTimer()
				h.many(b, n, &round)
				read, filter, err := r.webhook(b.Context())
				if err == nil {
					err = r.follow(b.Context(), &read, &filter)
				}
				b.StartTimer()
				if err == nil {
					err = r.send(b.Context())
				}
				if err != nil {
					b.Fatal(err)
				}
				for len(rec.got) > 0 {
					<-rec.got
				}
				sent += n
			}
			client.CloseIdleConnections()
			b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}
