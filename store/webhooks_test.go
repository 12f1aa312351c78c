package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

func newHook(t *testing.T, s *Store, workspace string) Webhook {
	t.Helper()
	w, err := s.CreateWebhook(t.Context(), workspace, Webhook{URL: "https://example.com/", Events: []WebhookEvent{ResponseAnalysed}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWebhookStartsAtNow(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(1), sample(2))
	w := newHook(t, s, ws)
	if w.Cursor != 2 || w.Status != WebhookActive || len(w.Secret) != len("whsec_")+44 || w.Workspace != ws {
		t.Errorf("%+v", w)
	}
	if other := newHook(t, s, ws); other.ID == w.ID || other.Secret == w.Secret {
		t.Errorf("%+v", other)
	}
}

func TestWebhooksOfAWorkspaceAreItsOwn(t *testing.T) {
	s, ctx := open(t), t.Context()
	w := newHook(t, s, "one")
	ref := WebhookRef{"one", w.ID}
	d, err := s.TestWebhook(ctx, "one", w.ID, "{}")
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"get":        func() error { _, err := s.Webhook(ctx, "two", w.ID); return err },
		"delete":     func() error { return s.DeleteWebhook(ctx, "two", w.ID) },
		"rotate":     func() error { _, err := s.RotateWebhook(ctx, "two", w.ID, 0); return err },
		"enable":     func() error { _, err := s.EnableWebhook(ctx, "two", w.ID); return err },
		"test":       func() error { _, err := s.TestWebhook(ctx, "two", w.ID, "{}"); return err },
		"deliveries": func() error { _, err := s.Deliveries(ctx, "two", w.ID, "", "", 10); return err },
		"replay":     func() error { _, err := s.Replay(ctx, "two", w.ID, d.ID); return err },
		"enqueue":    func() error { return s.Enqueue(ctx, WebhookRef{"two", w.ID}, 9, []Delivery{{ID: "x"}}) },
	} {
		if err := try(); feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := s.Webhooks(ctx, "two"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	due, err := s.Due(ctx, ref, 10)
	if err != nil || len(due) != 1 || due[0].ID != d.ID {
		t.Errorf("%+v, %v", due, err)
	}
	if err := s.DeleteWebhook(ctx, "one", w.ID); err != nil {
		t.Fatal(err)
	}
	if due, err := s.Due(ctx, ref, 10); err != nil || len(due) != 0 {
		t.Errorf("a removed webhook leaves %+v, %v", due, err)
	}
}

func TestEnqueueOnce(t *testing.T) {
	s, ctx := open(t), t.Context()
	w := newHook(t, s, ws)
	ref := WebhookRef{ws, w.ID}
	key := feedback.Key{Survey: "nps", ID: "r1"}
	list := []Delivery{{ID: "a", Event: ResponseAnalysed, Key: key}, {ID: "a", Event: ResponseAnalysed, Key: key}, {ID: "b", Event: ResponseAnalysed, Key: key}}
	if err := s.Enqueue(ctx, ref, 5, list); err != nil {
		t.Fatal(err)
	}
	if err := s.Enqueue(ctx, ref, 5, []Delivery{{ID: "c"}}); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("the same changes again: %v", err)
	}
	due, err := s.Due(ctx, ref, 10)
	if err != nil || len(due) != 2 || due[0].ID != "a" || due[1].ID != "b" {
		t.Fatalf("%+v, %v", due, err)
	}
	due[0].Status, due[0].Due, due[0].Attempts, due[0].Code = DeliveryDelivered, time.Time{}, 1, 200
	due[1].Status, due[1].Due = DeliverySkipped, time.Time{}
	if err := s.Settle(ctx, ref, due, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Enqueue(ctx, ref, 6, list); err != nil {
		t.Fatal(err)
	}
	if due, err = s.Due(ctx, ref, 10); err != nil || len(due) != 1 || due[0].ID != "b" {
		t.Errorf("what was skipped comes back, what was delivered does not: %+v, %v", due, err)
	}
}

func TestSettleAndDisable(t *testing.T) {
	s, ctx := open(t), t.Context()
	w := newHook(t, s, ws)
	ref := WebhookRef{ws, w.ID}
	if _, err := s.TestWebhook(ctx, ws, w.ID, "{}"); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Due(ctx, ref, 10)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	d := waiting[0]
	d.Attempts, d.Due, d.Problem = 1, time.Now().Add(time.Hour).Truncate(time.Millisecond), "the receiver answered 500"
	if err := s.Settle(ctx, ref, []Delivery{d}, ""); err != nil {
		t.Fatal(err)
	}
	next, err := s.NextDue(ctx, ref)
	if err != nil || !next.Equal(d.Due) {
		t.Errorf("%v, %v", next, err)
	}
	if w, err = s.Webhook(ctx, ws, w.ID); err != nil || w.FailingSince.IsZero() || w.Waiting != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	if err := s.Settle(ctx, ref, []Delivery{d}, "for a reason"); err != nil {
		t.Fatal(err)
	}
	if active, err := s.ActiveWebhooks(ctx); err != nil || len(active) != 0 {
		t.Errorf("%v, %v", active, err)
	}
	if err := s.EnqueueWatched(ctx, ref, 3, "{}", nil); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("a disabled webhook is queued for: %v", err)
	}
	if w, err = s.EnableWebhook(ctx, ws, w.ID); err != nil || w.Status != WebhookActive || w.DisabledReason != "" || !w.FailingSince.IsZero() {
		t.Errorf("%+v, %v", w, err)
	}
	due, err := s.Due(ctx, ref, 10)
	if err != nil || len(due) != 1 || due[0].Attempts != 0 {
		t.Errorf("what waited is due at once: %+v, %v", due, err)
	}
	if err := s.EnqueueWatched(ctx, ref, 3, `{"looks":1}`, []Delivery{{ID: "d", Event: DriverChanged, Payload: "{}"}}); err != nil {
		t.Error(err)
	}
	if w, err = s.Webhook(ctx, ws, w.ID); err != nil || w.Watched != `{"looks":1}` || w.WatchedSeq != 3 || w.WatchedAt.IsZero() || w.Waiting != 2 {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestReplayWhileSettling replays a delivery between its attempt and the record of that: it is attempted again.
func TestReplayWhileSettling(t *testing.T) {
	s, ctx := open(t), t.Context()
	w := newHook(t, s, ws)
	ref := WebhookRef{ws, w.ID}
	made, err := s.TestWebhook(ctx, ws, w.ID, "{}")
	if err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(ctx, ref, 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("%+v, %v", due, err)
	}
	if _, err := s.Replay(ctx, ws, w.ID, made.ID); err != nil {
		t.Fatal(err)
	}
	due[0].Status, due[0].Due, due[0].Attempts, due[0].Code = DeliveryDelivered, time.Time{}, 1, 200
	if err := s.Settle(ctx, ref, due, ""); err != nil {
		t.Fatal(err)
	}
	if next, err := s.NextDue(ctx, ref); err != nil || next.IsZero() {
		t.Errorf("the replay is lost: %v", err)
	}
}

// TestDeletingTakesResponsesOutOfTheLog deletes a person: the queue and the log know nothing of the response any more.
func TestDeletingTakesResponsesOutOfTheLog(t *testing.T) {
	dir := t.TempDir()
	s, ctx := openIn(t, dir), t.Context()
	w := newHook(t, s, ws)
	ref := WebhookRef{ws, w.ID}
	a := sample(1)
	a.ID, a.Respondent = "marker-response", "ann"
	put(t, s, Created, a)
	if err := s.Enqueue(ctx, ref, 1, []Delivery{{ID: "x", Event: ResponseAnalysed, Key: a.Key()}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DeleteRespondent(ctx, ws, "ann"); err != nil {
		t.Fatal(err)
	}
	list, err := s.Deliveries(ctx, ws, w.ID, "", "", 10)
	if err != nil || len(list) != 1 || list[0].Key != (feedback.Key{}) || list[0].Status != DeliverySkipped || !list[0].Due.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
	if due, err := s.Due(ctx, ref, 10); err != nil || len(due) != 0 {
		t.Errorf("%+v, %v", due, err)
	}
}

func TestWebhookRefused(t *testing.T) {
	s := open(t)
	for name, spoil := range map[string]func(*Webhook){
		"url: no address":    func(w *Webhook) { w.URL = "" },
		"url: NUL":           func(w *Webhook) { w.URL = "https://example.com/\x00" },
		"events: none":       func(w *Webhook) { w.Events = nil },
		"events: unknown":    func(w *Webhook) { w.Events = []WebhookEvent{"x"} },
		"events: test":       func(w *Webhook) { w.Events = []WebhookEvent{WebhookTest} },
		"events: twice":      func(w *Webhook) { w.Events = []WebhookEvent{DriverChanged, DriverChanged} },
		"filter: no such":    func(w *Webhook) { w.Filter = "group=x" },
		"filter: text query": func(w *Webhook) { w.Filter = "match=late" },
		"filter: quotation":  func(w *Webhook) { w.Filter = `a="b` },
	} {
		w := Webhook{URL: "https://example.com/", Events: []WebhookEvent{DriverChanged}}
		spoil(&w)
		field, _, _ := strings.Cut(name, " ")
		if _, err := s.CreateWebhook(t.Context(), ws, w); feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkEnqueue(b *testing.B) {
	s := open(b)
	w, err := s.CreateWebhook(b.Context(), ws, Webhook{URL: "https://example.com/", Events: []WebhookEvent{ResponseAnalysed}})
	if err != nil {
		b.Fatal(err)
	}
	seq := int64(0)
	for b.Loop() {
		list := make([]Delivery, 256)
		for i := range list {
			seq++
			list[i] = Delivery{ID: fmt.Sprintf("msg_%022d", seq), Event: ResponseAnalysed, Key: feedback.Key{Survey: "nps", ID: "r"}}
		}
		if err := s.Enqueue(b.Context(), WebhookRef{ws, w.ID}, seq, list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "queued/s")
}
