package webhooks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

func TestResponsesAreTold(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, nil)
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.DetractorReceived}, Filter: "survey=nps region=EU"})
	all := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.ResponseAnalysed}, IncludeText: true})
	elsewhere := h.hook(t, "other", store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.ResponseAnalysed, store.DetractorReceived}})
	us := answer("us", 2)
	us.Attributes = map[string]string{"region": "US"}
	silent := answer("silent", 3)
	silent.Comment, silent.Analysis = "", nil
	h.put(t, ws, answer("bad", 3), answer("good", 10), us, silent)
	h.work(t, Options{})
	var got []string
	for range 5 {
		r := rec.next(t)
		secret := hook.Secret
		if r.Type == store.ResponseAnalysed {
			secret = all.Secret
		}
		if err := r.verify(secret); err != nil {
			t.Errorf("%v: %s", err, r.body)
		}
		if r.verify(elsewhere.Secret) == nil {
			t.Error("another secret fits, too")
		}
		if hasText := strings.Contains(r.body, "late"); hasText != (r.Type == store.ResponseAnalysed) {
			t.Errorf("texts in %s", r.body)
		}
		if strings.Contains(r.body, "ann@") || strings.Contains(r.body, "region") || strings.Contains(r.body, "evidence") {
			t.Errorf("too much in %s", r.body)
		}
		if r.Data["survey"] != "nps" || r.Data["group"] == nil || r.Timestamp.IsZero() || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s", r.body)
		}
		got = append(got, fmt.Sprint(r.Type, " ", r.Data["id"]))
	}
	slices.Sort(got)
	want := []string{"detractor.received bad", "detractor.received silent", "response.analysed bad", "response.analysed good", "response.analysed us"}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, d := range append(h.settled(t, &hook), h.settled(t, &all)...) {
		if d.Status != store.DeliveryDelivered || d.Attempts != 1 || d.Code != http.StatusNoContent || d.Problem != "" || d.LastAt.IsZero() {
			t.Errorf("%+v", d)
		}
	}
	if list := h.settled(t, &elsewhere); len(list) != 0 {
		t.Errorf("the other workspace is told of %+v", list)
	}
}

func TestADetractorIsToldOfOnce(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, nil)
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.DetractorReceived, store.ResponseAnalysed}})
	h.work(t, Options{})
	r := answer("r", 8)
	h.put(t, ws, r)
	if got := rec.next(t); got.Type != store.ResponseAnalysed {
		t.Errorf("%s", got.body)
	}
	r.Score = 2
	h.put(t, ws, r)
	if got := []store.WebhookEvent{rec.next(t).Type, rec.next(t).Type}; !slices.Contains(got, store.DetractorReceived) || !slices.Contains(got, store.ResponseAnalysed) {
		t.Errorf("%v", got)
	}
	r.Score = 1
	h.put(t, ws, r)
	if got := rec.next(t); got.Type != store.ResponseAnalysed {
		t.Errorf("%s", got.body)
	}
	if list := h.settled(t, &hook); len(list) != 4 {
		t.Errorf("%+v", list)
	}
}

// TestWhatWasDeletedIsNotSent deletes responses while they wait.
func TestWhatWasDeletedIsNotSent(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, nil)
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.DetractorReceived}, Filter: "region=EU"})
	moved := answer("moved", 3)
	h.put(t, ws, answer("gone", 3), answer("stays", 3), moved)
	ref := store.WebhookRef{Workspace: ws, ID: hook.ID}
	r := &runner{Worker: New(h.store, h.index, Options{Private: true}), ref: ref}
	read, filter, err := r.webhook(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.follow(t.Context(), &read, &filter); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Delete(t.Context(), ws, feedback.Key{Survey: "nps", ID: "gone"}); err != nil {
		t.Fatal(err)
	}
	moved.Attributes = map[string]string{"region": "US"}
	h.put(t, ws, moved)
	h.work(t, Options{})
	if got := rec.next(t); got.Data["id"] != "stays" {
		t.Errorf("%s", got.body)
	}
	list := h.settled(t, &hook)
	if len(list) != 3 || list[0].Status != store.DeliverySkipped || list[0].Key.ID != "" || list[1].Status != store.DeliveryDelivered || list[2].Status != store.DeliverySkipped {
		t.Errorf("%+v", list)
	}
	if _, err := h.store.Replay(t.Context(), ws, hook.ID, list[0].ID); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("replay of a deleted one: %v", err)
	}
	if len(rec.got) != 0 {
		t.Errorf("%+v", <-rec.got)
	}
}

// TestARestartSendsTheRest stops a worker whose attempts hang; another one sends all, under the same ids.
func TestARestartSendsTheRest(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, func(n int, _ http.ResponseWriter, r *http.Request) int {
		if n <= perWebhook {
			<-r.Context().Done()
			return 0
		}
		return 200
	})
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.ResponseAnalysed}})
	want := map[string]bool{}
	for i := range 20 {
		h.put(t, ws, answer(fmt.Sprintf("r%d", i), 5))
		want[fmt.Sprintf("r%d", i)] = true
	}
	stop := h.work(t, Options{})
	ids := map[any]string{}
	for range perWebhook {
		got := rec.next(t)
		ids[got.Data["id"]] = got.id
	}
	stop()
	h.put(t, ws, answer("late", 5))
	want["late"] = true
	h.work(t, Options{})
	for len(want) > 0 {
		got := rec.next(t)
		if before := ids[got.Data["id"]]; before != "" && before != got.id {
			t.Errorf("%v was %s and is %s", got.Data["id"], before, got.id)
		}
		delete(want, got.Data["id"].(string))
	}
	for _, d := range h.settled(t, &hook) {
		if d.Status != store.DeliveryDelivered || d.Attempts != 1 {
			t.Errorf("%+v", d)
		}
	}
}

func TestTestAndReplay(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, nil)
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.DriverChanged}})
	h.work(t, Options{})
	payload, err := TestPayload(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.store.TestWebhook(t.Context(), ws, hook.ID, payload)
	if err != nil {
		t.Fatal(err)
	}
	first := rec.next(t)
	if first.Type != store.WebhookTest || first.id != d.ID || first.verify(hook.Secret) != nil {
		t.Errorf("%+v", first)
	}
	h.settled(t, &hook)
	rotated, err := h.store.RotateWebhook(t.Context(), ws, hook.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Replay(t.Context(), ws, hook.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	again := rec.next(t)
	if again.id != first.id || again.body != first.body || again.verify(hook.Secret) != nil || again.verify(rotated.Secret) != nil {
		t.Errorf("%+v", again)
	}
	if _, err := h.store.RotateWebhook(t.Context(), ws, hook.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Replay(t.Context(), ws, hook.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	if third := rec.next(t); third.verify(hook.Secret) == nil || third.verify(rotated.Secret) == nil {
		t.Error("a secret that ended still signs")
	}
}

func TestAReceiverThatWantsNoMore(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, func(int, http.ResponseWriter, *http.Request) int { return http.StatusGone })
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.ResponseAnalysed}})
	h.put(t, ws, answer("r1", 5))
	h.work(t, Options{})
	rec.next(t)
	if list := h.settled(t, &hook); list[0].Status != store.DeliveryFailed || list[0].Code != http.StatusGone {
		t.Errorf("%+v", list)
	}
	now, err := h.store.Webhook(t.Context(), ws, hook.ID)
	if err != nil || now.Status != store.WebhookDisabled || !strings.Contains(now.DisabledReason, "410") || now.DisabledAt.IsZero() {
		t.Errorf("%+v, %v", now, err)
	}
	if _, err := h.store.TestWebhook(t.Context(), ws, hook.ID, "{}"); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("a test of a disabled webhook: %v", err)
	}
}

// TestBadReceivers says in the log what is wrong, and nothing of the address.
func TestBadReceivers(t *testing.T) {
	h := newHouse(t)
	other := newReceiver(t, nil)
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request) int
		code   int
		want   string
	}{
		"failure": {func(int, http.ResponseWriter, *http.Request) int { return 500 }, 500, "the receiver answered 500"},
		"redirect": {func(_ int, w http.ResponseWriter, _ *http.Request) int {
			w.Header().Set("Location", other.URL)
			return 307
		}, 307, "redirects are not followed"},
		"no answer": {func(_ int, w http.ResponseWriter, _ *http.Request) int {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return 0
			}
			conn.Close()
			return 0
		}, 0, "the connection to the receiver failed"},
		"endless header": {func(_ int, w http.ResponseWriter, _ *http.Request) int {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
			return 200
		}, 0, "the connection to the receiver failed"},
		"long body": {func(_ int, w http.ResponseWriter, _ *http.Request) int {
			w.WriteHeader(http.StatusOK)
			w.Write([]byte(strings.Repeat("x", 1<<20)))
			return 0
		}, 200, ""},
		"busy": {func(_ int, w http.ResponseWriter, _ *http.Request) int {
			w.Header().Set("Retry-After", "3600")
			return 429
		}, 429, "the receiver answered 429"},
	} {
		t.Run(name, func(t *testing.T) {
			rec := newReceiver(t, c.answer)
			hook := h.hook(t, ws, store.Webhook{URL: rec.URL + "/token", Events: []store.WebhookEvent{store.DriverChanged}})
			worker := New(h.store, h.index, Options{Private: true})
			r := &runner{Worker: worker, ref: store.WebhookRef{Workspace: ws, ID: hook.ID}}
			if _, err := h.store.TestWebhook(t.Context(), ws, hook.ID, `{"type":"webhook.test"}`); err != nil {
				t.Fatal(err)
			}
			if err := r.send(t.Context()); err != nil {
				t.Fatal(err)
			}
			worker.client.CloseIdleConnections()
			list, err := h.store.Deliveries(t.Context(), ws, hook.ID, "", "", 10)
			if err != nil {
				t.Fatal(err)
			}
			d := list[0]
			if d.Code != c.code || !strings.Contains(d.Problem, c.want) || (c.want == "") != (d.Problem == "") || strings.Contains(d.Problem, "token") {
				t.Errorf("%+v", d)
			}
			if wait := d.Due.Sub(d.LastAt); name == "busy" && wait < 59*time.Minute {
				t.Errorf("tried again after %v", wait)
			}
		})
	}
	if len(other.got) > 0 {
		t.Error("a redirect was followed")
	}
}
