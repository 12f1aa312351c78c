package webhooks

import (
	"fmt"
	"testing"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// survey makes responses: of each ten, late are detractors who complain of deliveries, the others promoters who praise staff.
func survey(name string, n, late int) []feedback.Analysed {
	list := make([]feedback.Analysed, n)
	for i := range list {
		list[i] = answer(fmt.Sprintf("%s%d", name, i), 2)
		if i%10 >= late {
			list[i].Score = feedback.Score(7 + i%4)
			list[i].Analysis.Themes = []feedback.ThemeTag{{Theme: "price_value", Sentiment: feedback.Sentiments[i%3]}}
		}
	}
	return list
}

func TestDriversThatChangedAreTold(t *testing.T) {
	h := newHouse(t)
	rec := newReceiver(t, nil)
	hook := h.hook(t, ws, store.Webhook{URL: rec.URL, Events: []store.WebhookEvent{store.DriverChanged}, Filter: "region=EU"})
	h.put(t, ws, survey("first", 400, 0)...)
	index := func() {
		t.Helper()
		last, err := h.store.LastSeq(t.Context(), ws)
		if err == nil {
			err = h.index.WaitFor(t.Context(), ws, last)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	index()
	worker := New(h.store, h.index, Options{Private: true, DriversEvery: time.Nanosecond})
	r := &runner{Worker: worker, ref: store.WebhookRef{Workspace: ws, ID: hook.ID}}
	pass := func() {
		t.Helper()
		if _, err := r.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pass()
	pass()
	if len(rec.got) > 0 {
		t.Errorf("the first look tells %s", (<-rec.got).body)
	}
	h.put(t, ws, survey("second", 400, 5)...)
	index()
	pass()
	worker.client.CloseIdleConnections()
	told := map[string]received{}
	for len(rec.got) > 0 {
		got := <-rec.got
		if err := got.verify(hook.Secret); err != nil || got.Type != store.DriverChanged {
			t.Errorf("%v: %s", err, got.body)
		}
		told[fmt.Sprint(got.Data["change"], got.Data["theme"], got.Data["sentiment"])] = got
	}
	got, ok := told["became_significantdelivery_logisticsnegative"]
	if !ok || got.Data["mentions"] != 200.0 || got.Data["base"] != 800.0 || got.Data["fdr"] != "BH" || got.Data["q_value"].(float64) > 0.05 || fmt.Sprint(got.Data["filter"]) != "[region=EU]" {
		t.Errorf("%+v", told)
	}
	count := len(h.settled(t, &hook))
	pass()
	if again := len(h.settled(t, &hook)); again != count {
		t.Errorf("nothing moved, and %d more are told", again-count)
	}
	// A worker that is started anew goes on from what the last one saw.
	next := &runner{Worker: worker, ref: r.ref}
	if _, err := next.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := len(h.settled(t, &hook)); again != count {
		t.Errorf("a restart tells %d more", again-count)
	}
}

func TestDriversAreLookedAtNowAndThen(t *testing.T) {
	h := newHouse(t)
	hook := h.hook(t, ws, store.Webhook{URL: "http://127.0.0.1:1/", Events: []store.WebhookEvent{store.DriverChanged}, Filter: "shop=7"})
	r := &runner{Worker: New(h.store, h.index, Options{Private: true}), ref: store.WebhookRef{Workspace: ws, ID: hook.ID}}
	again, err := r.pass(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	looked := r.looked
	if _, err := r.pass(t.Context()); err != nil || !r.looked.Equal(looked) || looked.IsZero() || again > lookEvery {
		t.Errorf("looked at %v and %v, again in %v, %v", looked, r.looked, again, err)
	}
}
