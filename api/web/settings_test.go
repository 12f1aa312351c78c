package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

var secretField = regexp.MustCompile(`id="secret" value="([^"]+)"`)

// secret is what a page shows once.
func (p page) secret(t *testing.T) string {
	t.Helper()
	found := secretField.FindStringSubmatch(p.body)
	if p.status != http.StatusOK || found == nil {
		t.Fatalf("%d %s", p.status, p.body)
	}
	return strings.NewReplacer("&#43;", "+", "&amp;", "&").Replace(found[1])
}

// submit sends a form of a page.
func (w *world) submit(path string, form url.Values) page {
	w.t.Helper()
	form.Set("token", w.tokenOf("/account"))
	return w.post(path, form)
}

// Every form of the pages takes its token.
func TestEveryFormTakesAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "boss@example.org", store.Admin)
	boss, other := w.as(ws, "boss@example.org"), w.as(ws, "boss@example.org")
	foreign := other.tokenOf("/account")
	for route := range w.pages.roles {
		method, path := filled(route, nil)
		if method != http.MethodPost || path == "/import" { // TestForeignForms sends a file
			continue
		}
		for _, token := range []string{"", foreign} {
			if p := boss.post(path, url.Values{"token": {token}}); p.status != http.StatusForbidden {
				t.Errorf("%s with a token of another browser: %d", path, p.status)
			}
		}
	}
	if boss.get("/", "en").status != http.StatusOK {
		t.Error("a form without its token ends the session")
	}
}

func TestKeysPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if p := w.post("/settings/keys", url.Values{"name": {"x"}, "scope": {"admin"}}); p.status != http.StatusConflict || !strings.Contains(p.body, "Make an account for yourself first") {
		t.Errorf("a key that locks everybody out: %d", p.status)
	}
	w.member(ws, "boss@example.org", store.Admin)
	boss := w.as(ws, "boss@example.org")
	for name, form := range map[string]url.Values{
		"up to 200": {"scope": {"read"}}, "Choose what the key may do": {"name": {"x"}}, "has passed": {"name": {"x"}, "scope": {"read"}, "expires": {"2001-01-01"}},
		"or is none": {"name": {"x"}, "scope": {"read"}, "expires": {"soon"}},
	} {
		if p := boss.submit("/settings/keys", form); p.status != http.StatusBadRequest || !strings.Contains(p.body, name) {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	secret := boss.submit("/settings/keys", url.Values{"name": {"platform"}, "scope": {"read", "ingest"}, "expires": {"2199-12-31"}}).secret(t)
	works := func(secret string) bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/v1/nps", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		return w.fresh().send(r).status == http.StatusOK
	}
	id := secret[3:13]
	list := boss.get("/settings/keys", "en").body
	if !works(secret) || !strings.Contains(list, "vb_"+id+"_…") || strings.Contains(list, secret) {
		t.Errorf("%s", list)
	}
	if p := boss.get("/settings/keys/"+id+"/rotate", "en"); !strings.Contains(p.body, "platform") || !works(secret) {
		t.Errorf("asking rotates: %s", p.body)
	}
	if p := boss.submit("/settings/keys/"+id+"/rotate", url.Values{"overlap": {"9999"}}); p.status != http.StatusBadRequest {
		t.Errorf("an overlap of its own: %d", p.status)
	}
	second := boss.submit("/settings/keys/"+id+"/rotate", url.Values{"overlap": {"0"}}).secret(t)
	if works(secret) || !works(second) {
		t.Error("the rotation is none")
	}
	boss.get("/settings/keys/"+id+"/revoke", "en")
	if !works(second) {
		t.Error("asking revokes")
	}
	if p := boss.submit("/settings/keys/"+id+"/revoke", url.Values{}); p.header.Get("Location") != "/settings/keys?done=1" || works(second) {
		t.Errorf("%d: it works on", p.status)
	}
	if p := boss.submit("/settings/keys/"+id+"/rotate", url.Values{"overlap": {"0"}}); p.status != http.StatusConflict {
		t.Errorf("a revoked key is rotated: %d", p.status)
	}
	if log := boss.get("/settings/audit", "en").body; !strings.Contains(log, "revoked a key") || !strings.Contains(log, "boss@example.org") {
		t.Error(log)
	}
}

func TestWebhooksPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "boss@example.org", store.Admin)
	boss := w.as(ws, "boss@example.org")
	for said, form := range map[string]url.Values{
		"begin with https":       {"url": {"http://example.com"}, "event": {"response.analysed"}},
		"must be a public one":   {"url": {"https://127.0.0.1/"}, "event": {"response.analysed"}},
		"at least one event":     {"url": {"https://example.com/"}},
		"cannot be understood":   {"url": {"https://example.com/"}, "event": {"response.analysed"}, "filter": {"match=x"}},
		"at least one event.</p": {"url": {"https://example.com/"}, "event": {"webhook.test"}},
	} {
		if p := boss.submit("/settings/webhooks", form); p.status != http.StatusBadRequest || !strings.Contains(p.body, said) {
			t.Errorf("%s: %d", said, p.status)
		}
	}
	p := boss.submit("/settings/webhooks", url.Values{"url": {"https://example.com/hook"}, "event": {"detractor.received"}, "filter": {"region=EU"}})
	secret := p.secret(t)
	list, err := w.pages.Store.Webhooks(t.Context(), ws)
	if err != nil || len(list) != 1 || list[0].Secret != secret || list[0].Filter != "region=EU" {
		t.Fatalf("%+v %v", list, err)
	}
	at := "/settings/webhooks/" + list[0].ID
	one := func() store.Webhook {
		t.Helper()
		hook, err := w.pages.Store.Webhook(t.Context(), ws, list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		return hook
	}
	boss.submit(at+"/test", url.Values{})
	body := boss.get(at, "en").body
	replay := regexp.MustCompile(`action="(` + at + `/deliveries/[^"]+/replay)"`).FindStringSubmatch(body)
	if replay == nil || !strings.Contains(body, "waiting") || strings.Contains(body, secret) {
		t.Fatal(body)
	}
	if p := boss.submit(replay[1], url.Values{}); p.header.Get("Location") != at+"?done=1" {
		t.Errorf("%d %s", p.status, p.body)
	}
	if body := boss.get(at+"?status=failed", "en").body; !strings.Contains(body, "Nothing was sent yet") {
		t.Error(body)
	}
	boss.submit(at+"/disable", url.Values{})
	if hook := one(); hook.Status != store.WebhookDisabled {
		t.Errorf("%+v", hook)
	}
	if p := boss.submit(at+"/test", url.Values{}); p.status != http.StatusConflict {
		t.Errorf("a test of a disabled one: %d", p.status)
	}
	boss.submit(at+"/enable", url.Values{})
	if hook := one(); hook.Status != store.WebhookActive {
		t.Errorf("%+v", hook)
	}
	if got := boss.submit(at+"/rotate", url.Values{"overlap": {"24"}}).secret(t); got == secret || one().OldSecret != secret {
		t.Error("the rotation is none")
	}
	boss.get(at+"/delete", "en")
	one()
	boss.submit(at+"/delete", url.Values{})
	if _, err := w.pages.Store.Webhook(t.Context(), ws, list[0].ID); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("it is there: %v", err)
	}
	for _, said := range []string{"made a webhook", "sent a test", "sent something again", "disabled a webhook", "enabled a webhook", "gave a webhook a new secret", "removed a webhook"} {
		if !strings.Contains(boss.get("/settings/audit", "en").body, said) {
			t.Errorf("the log does not say: %s", said)
		}
	}
}

func TestRetentionPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := time.Now().AddDate(-2, 0, 0)
	w.put(feedback.Response{ID: "a", Survey: "old", Score: 3, SubmittedAt: long}, feedback.Response{ID: "b", Survey: "old", Score: 3, SubmittedAt: time.Now()},
		feedback.Response{ID: "c", Survey: "other", Score: 3, SubmittedAt: long})
	form := func() url.Values { return url.Values{"survey": {"", "old", "other"}, "days": {"", "365", ""}} }
	p := w.post("/settings/retention", form())
	if p.status != http.StatusOK || !strings.Contains(p.body, "The next run erases responses for good: 1.") {
		t.Errorf("%d %s", p.status, p.body)
	}
	if kept, err := w.pages.Store.Retention(t.Context(), ws); err != nil || len(kept) > 0 {
		t.Errorf("looking saves: %+v %v", kept, err)
	}
	sure := form()
	sure.Set("confirmed", "1")
	if p := w.post("/settings/retention", sure); p.path != "/settings/retention?done=1" || !strings.Contains(p.body, "365 days") {
		t.Errorf("%s %s", p.path, p.body)
	}
	kept, err := w.pages.Store.Retention(t.Context(), ws)
	if err != nil || len(kept) != 1 || kept[0] != (store.Retention{Survey: "old", Days: 365}) {
		t.Errorf("%+v %v", kept, err)
	}
	for _, days := range []string{"soon", "-1", "1.5", "99999"} {
		if p := w.post("/settings/retention", url.Values{"survey": {"old"}, "days": {days}, "confirmed": {"1"}}); p.status != http.StatusBadRequest || !strings.Contains(p.body, "whole numbers") {
			t.Errorf("%s: %d", days, p.status)
		}
	}
}

func TestPeoplePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(b *world, token, email, role string) page {
		return b.post("/settings/people", url.Values{"token": {token}, "email": {email}, "name": {"<b>" + email}, "role": {role}})
	}
	if p := invite(w, w.token(), "first@example.org", "viewer"); p.status != http.StatusBadRequest || !strings.Contains(p.body, "must be an admin") {
		t.Errorf("%d %s", p.status, p.body)
	}
	link := invite(w, w.token(), "first@example.org", "admin").secret(t)
	if !strings.HasPrefix(link, w.URL+"/welcome/") {
		t.Fatal(link)
	}
	b := w.fresh()
	at := strings.TrimPrefix(link, w.URL)
	b.post(at, url.Values{"token": {b.tokenOf("/login")}, "password": {goodPassword}, "again": {goodPassword}})
	boss := w.as(ws, "first@example.org")
	for email, said := range map[string]string{"nonsense": "not an e-mail", "FIRST@example.org": "already"} {
		if p := invite(boss, boss.tokenOf("/account"), email, "viewer"); p.status != http.StatusBadRequest || !strings.Contains(p.body, said) {
			t.Errorf("%s: %d", email, p.status)
		}
	}
	member := w.member(ws, "m@example.org", store.Viewer)
	view := w.as(ws, "m@example.org")
	path := "/settings/people/" + member.ID
	if p := boss.submit(path+"/role", url.Values{"role": {"analyst"}}); p.header.Get("Location") != "/settings/people?done=1" || view.get("/", "en").status != http.StatusSeeOther {
		t.Error("a change of the role leaves the session")
	}
	view = w.as(ws, "m@example.org")
	if p := view.get("/import", "en"); p.status != http.StatusOK {
		t.Errorf("the analyst cannot import: %d", p.status)
	}
	boss.submit(path+"/end", url.Values{})
	if view.get("/", "en").status != http.StatusSeeOther {
		t.Error("the session is not ended")
	}
	if again := boss.submit(path+"/link", url.Values{}).secret(t); !strings.HasPrefix(again, w.URL+"/welcome/") {
		t.Error(again)
	}
	if p := boss.get(path+"/remove", "en"); !strings.Contains(p.body, "m@example.org") {
		t.Error(p.body)
	}
	boss.submit(path+"/remove", url.Values{})
	people, err := w.pages.Store.People(t.Context(), ws)
	if err != nil || len(people) != 1 {
		t.Errorf("%+v %v", people, err)
	}
	for _, do := range []string{"/remove", "/role"} {
		if p := boss.submit("/settings/people/"+people[0].ID+do, url.Values{"role": {"viewer"}}); p.status != http.StatusConflict || !strings.Contains(p.body, "last admin") {
			t.Errorf("%s of the last admin: %d", do, p.status)
		}
	}
	if body := boss.get("/settings/people", "en").body; strings.Contains(body, "<b>first") || !strings.Contains(body, "(you)") {
		t.Error(body)
	}
}

func TestCorrectionSaysWho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(feedback.Response{ID: "a", Score: 2, Comment: "The delivery was late"})
	w.member(ws, "anna@example.org", store.Admin)
	w.member(ws, "reader@example.org", store.Viewer)
	anna := w.as(ws, "anna@example.org")
	anna.submit("/responses/default/a/correct", url.Values{"theme": {"price_value"}, "polarity": {"negative"}, "sentiment": {"negative"}})
	body := w.as(ws, "reader@example.org").get("/responses/default/a", "en").body
	if !strings.Contains(body, "Corrected by hand (anna@example.org)") || strings.Contains(body, "/correct") {
		t.Error(body)
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	names := map[string]string{"ac_1": "a@example.org", "k1": "key x"}
	for text, want := range map[string]string{
		"ac_1": "a@example.org", "ac_1 a@example.org": "a@example.org", "ac_1 admin": "a@example.org, admin", "ac_2 gone@example.org": "gone@example.org",
		"ac_2": "ac_2", "k1": "key x", "my survey": "my survey", "": "", "local": "local",
	} {
		if got := named(text, names); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestAuditPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range auditShown + 10 {
		if err := w.pages.Store.SetRetention(t.Context(), ws, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.put(feedback.Response{ID: "a", Score: 2, Comment: "Late"})
	if err := w.pages.Store.Delete(t.Context(), ws, feedback.Key{Survey: "default", ID: "a"}); err != nil {
		t.Fatal(err)
	}
	first := w.get("/settings/audit", "en").body
	older := regexp.MustCompile(`class="next"><a href="([^"]+)"`).FindStringSubmatch(first)
	if older == nil || !strings.Contains(first, "deleted a response") {
		t.Fatal(first)
	}
	if body := w.get(strings.ReplaceAll(older[1], "&amp;", "&"), "en").body; strings.Count(body, "<tr><th scope=\"row\"") != 11 {
		t.Error(body)
	}
	if body := w.get("/settings/audit?action=delete-response", "en").body; strings.Count(body, "<tr><th scope=\"row\"") != 1 || !strings.Contains(body, "at the machine") {
		t.Error(body)
	}
	for _, odd := range []string{"?action=nonsense", "?before=-1", "?before=soon"} {
		if p := w.get("/settings/audit"+odd, "en"); p.status != http.StatusOK {
			t.Errorf("%s: %d", odd, p.status)
		}
	}
}
