package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/store"
)

// newWebhook creates a webhook.
func (w *world) newWebhook(tb testing.TB, body string) WebhookSecret {
	tb.Helper()
	got := w.do(tb, http.MethodPost, "/v1/webhooks", body)
	if got.status != http.StatusOK {
		tb.Fatalf("%d %s", got.status, got.body)
	}
	return decode[WebhookSecret](tb, got.body)
}

func TestWebhooks(t *testing.T) {
	w := newWorld(t)
	made := w.newWebhook(t, `{"url":"https://example.com/hook?token=abc","events":["response.analysed","driver.changed"],"filter":"survey=nps group=detractor"}`)
	hook := made.Webhook
	if !strings.HasPrefix(made.Secret, "whsec_") || hook.Status != store.WebhookActive || hook.IncludeText || len(hook.Events) != 2 || hook.CreatedAt.IsZero() {
		t.Errorf("%+v", made)
	}
	path := "/v1/webhooks/" + hook.ID
	for _, path := range []string{"/v1/webhooks", path} {
		if body := w.get(t, path); !strings.Contains(body, hook.ID) || strings.Contains(body, made.Secret) {
			t.Errorf("%s: %s", path, body)
		}
	}
	rotated := decode[WebhookSecret](t, w.do(t, http.MethodPost, path+"/rotate", `{"overlap_hours":2}`).body)
	if rotated.Secret == made.Secret || rotated.Webhook.OldSecretUntil.IsZero() {
		t.Errorf("%+v", rotated)
	}
	tested := decode[WebhookDelivery](t, w.do(t, http.MethodPost, path+"/test", "").body)
	if tested.Status != store.DeliveryPending || tested.Event != store.WebhookTest || tested.NextAttemptAt.IsZero() {
		t.Errorf("%+v", tested)
	}
	again := w.do(t, http.MethodPost, path+"/deliveries/"+tested.ID+"/replay", "")
	if again.status != http.StatusAccepted || decode[WebhookDelivery](t, again.body).ID != tested.ID {
		t.Errorf("%+v", again)
	}
	for _, c := range []struct{ method, path string }{
		{http.MethodGet, "/v1/webhooks/wh_none"},
		{http.MethodDelete, "/v1/webhooks/wh_none"},
		{http.MethodPost, "/v1/webhooks/wh_none/test"},
		{http.MethodPost, "/v1/webhooks/wh_none/enable"},
		{http.MethodGet, "/v1/webhooks/wh_none/deliveries"},
		{http.MethodPost, path + "/deliveries/msg_none/replay"},
	} {
		if p := w.do(t, c.method, c.path, "").problem(t); p.Code != feedback.NotFound {
			t.Errorf("%v: %+v", c, p)
		}
	}
	if got := w.do(t, http.MethodDelete, path, ""); got.status != http.StatusNoContent {
		t.Errorf("%+v", got)
	}
	if got := w.get(t, "/v1/webhooks"); got != "{\"webhooks\":[]}\n" {
		t.Error(got)
	}
}

func TestDeliveriesAreCutIntoPages(t *testing.T) {
	w := newWorld(t)
	path := "/v1/webhooks/" + w.newWebhook(t, `{"url":"https://example.com/","events":["driver.changed"]}`).Webhook.ID
	var want []string
	for range 7 {
		want = append([]string{decode[WebhookDelivery](t, w.do(t, http.MethodPost, path+"/test", "").body).ID}, want...)
	}
	var got []string
	for before, more := "", true; more; {
		page := decode[WebhookDeliveries](t, w.get(t, path+"/deliveries?limit=3&before="+before))
		for _, d := range page.Deliveries {
			got = append(got, d.ID)
			before = d.ID
		}
		more = page.More
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if page := decode[WebhookDeliveries](t, w.get(t, path+"/deliveries?status=failed")); len(page.Deliveries) != 0 || page.More {
		t.Errorf("%+v", page)
	}
}

func TestBadWebhooks(t *testing.T) {
	w := newWorld(t)
	const secret = "hunter2"
	for _, c := range []struct{ body, location string }{
		{`{"events":["driver.changed"]}`, "url"},
		{`{"url":"http://example.com/hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":"https://ann:hunter2@example.com/","events":["driver.changed"]}`, "url"},
		{`{"url":"https://127.0.0.1/hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":"https://[::ffff:10.0.0.1]/hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":"https://localhost/hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":"ftp://example.com/hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":"https:///hunter2","events":["driver.changed"]}`, "url"},
		{`{"url":7,"events":["driver.changed"]}`, "url"},
		{`{"url":"https://example.com/` + strings.Repeat("x", 3000) + `","events":["driver.changed"]}`, "url"},
		{`{"url":"https://example.com/","events":[]}`, "events"},
		{`{"url":"https://example.com/"}`, "events"},
		{`{"url":"https://example.com/","events":["hunter2"]}`, "events"},
		{`{"url":"https://example.com/","events":["webhook.test"]}`, "events"},
		{`{"url":"https://example.com/","events":["driver.changed","driver.changed"]}`, "events"},
		{`{"url":"https://example.com/","events":["driver.changed"],"filter":"group=hunter2"}`, "filter"},
		{`{"url":"https://example.com/","events":["driver.changed"],"filter":"match=hunter2"}`, "filter"},
		{`{"url":"https://example.com/","events":["driver.changed"],"include_text":"hunter2"}`, "include_text"},
		{`{"url":"https://example.com/","events":["driver.changed"],"secret":"hunter2"}`, "secret"},
	} {
		got := w.do(t, http.MethodPost, "/v1/webhooks", c.body)
		p := got.problem(t)
		if len(p.Errors) != 1 || p.Errors[0].Location != "body."+c.location || strings.Contains(got.body, secret) {
			t.Errorf("%.80s: %s", c.body, got.body)
		}
	}
	if got := w.get(t, "/v1/webhooks"); got != "{\"webhooks\":[]}\n" {
		t.Error(got)
	}
}

func TestWebhooksAreBounded(t *testing.T) {
	w := newWorld(t)
	for range store.MaxWebhooks {
		w.newWebhook(t, `{"url":"https://example.com/","events":["driver.changed"]}`)
	}
	if p := w.do(t, http.MethodPost, "/v1/webhooks", `{"url":"https://example.com/","events":["driver.changed"]}`).problem(t); p.Code != feedback.TooLarge {
		t.Errorf("%+v", p)
	}
}
