package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/store"
)

const goodPassword = "nine blue herons"

// member makes an account with a password.
func (w *world) member(workspace, email string, role store.Role) store.Person {
	w.t.Helper()
	if err := w.pages.Store.CreateWorkspace(w.t.Context(), workspace); err != nil && feedback.CodeOf(err) != feedback.Conflict {
		w.t.Fatal(err)
	}
	p, link, err := w.pages.Store.AddPerson(w.t.Context(), workspace, store.NewPerson{Email: email, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.pages.Store.UseLink(w.t.Context(), link, goodPassword, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// fresh is another browser, which follows no redirect.
func (w *world) fresh() *world {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	view := *w
	view.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.t.Cleanup(view.client.CloseIdleConnections)
	return &view
}

// logIn logs in through the page.
func (w *world) logIn(workspace, email, password string) page {
	w.t.Helper()
	return w.post("/login", url.Values{"token": {w.tokenOf("/login")}, "workspace": {workspace}, "email": {email}, "password": {password}})
}

// as is a browser in which somebody has logged in.
func (w *world) as(workspace, email string) *world {
	w.t.Helper()
	view := w.fresh()
	if p := view.logIn(workspace, email, goodPassword); p.status != http.StatusSeeOther || p.header.Get("Location") != "/" {
		w.t.Fatalf("log-in: %d %s", p.status, p.body)
	}
	return view
}

func (w *world) tokenOf(path string) string {
	w.t.Helper()
	found := tokenField.FindStringSubmatch(w.get(path, "en").body)
	if found == nil {
		w.t.Fatalf("%s has no token", path)
	}
	return found[1]
}

// roleWanted is the role that a route is to take, told by its path alone: what is not named takes an admin.
func roleWanted(route string) store.Role {
	is := func(pattern string) bool { return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(route) }
	switch {
	case is(`GET /assets/:name|POST /language|(GET|POST) /login|POST /logout|(GET|POST) /welcome/:link`):
		return api.RoleOpen
	case is(`GET /|GET /drivers.*|GET /compare|GET /search|GET /themes|GET /themes/diff|GET /themes/events|GET /responses/:survey/:id|(GET|POST) /account.*`):
		return store.Viewer
	case is(`POST /responses/.*|POST /searches.*|(GET|POST) /themes/.*|(GET|POST) /imports?(/.*)?`):
		return store.Analyst
	}
	return store.Admin
}

// filled is the path of a route with what stands in its places; other places get none.
func filled(route string, ids map[string]string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, regexp.MustCompile(`:(\w+)`).ReplaceAllStringFunc(path, func(place string) string {
		if id, ok := ids[place[1:]]; ok {
			return id
		}
		return "none"
	})
}

func (w *world) ask(method, path, token string) page {
	w.t.Helper()
	if method == http.MethodGet {
		return w.get(path, "en")
	}
	return w.post(path, url.Values{"token": {token}})
}

// Every route of the pages is tried with every role, and without a session. Who may not gets nothing; who may is not kept out.
func TestEveryPageTakesItsRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	viewers := map[store.Role]*world{}
	for _, role := range []store.Role{store.Admin, store.Analyst, store.Viewer} { // the admin first
		w.member(ws, string(role)+"@example.org", role)
		viewers[role] = w.as(ws, string(role)+"@example.org")
	}
	nobody := w.fresh()
	ids := map[string]string{"theme": "support", "polarity": "negative", "survey": "nordvik", "id": "N-0001"}
	for _, route := range slices.Sorted(maps.Keys(w.pages.roles)) {
		want := roleWanted(route)
		if got := w.pages.Role(strings.Fields(route)[0], strings.Fields(route)[1]); got != want {
			t.Errorf("%s takes %s, want %s", route, got, want)
		}
		method, path := filled(route, ids)
		p := nobody.ask(method, path, nobody.tokenOf("/login"))
		led := p.status == http.StatusSeeOther && strings.HasPrefix(p.header.Get("Location"), "/login")
		if led == (want == api.RoleOpen) && path != "/logout" || led && p.body != "" && strings.Contains(p.body, "Verbatim</a>") {
			t.Errorf("%s without a session: %d to %s", route, p.status, p.header.Get("Location"))
		}
		if route == "POST /logout" {
			continue
		}
		for role, view := range viewers {
			p := view.ask(method, path, view.tokenOf("/account"))
			may := want == api.RoleOpen || role.Allows(want)
			if refused := p.status == http.StatusForbidden && strings.Contains(p.body, "This is not allowed"); refused == may || p.status >= 500 {
				t.Errorf("%s as %s: %d", route, role, p.status)
			}
			if strings.HasPrefix(p.header.Get("Location"), "/login?next") {
				t.Errorf("%s as %s asks for a log-in", route, role)
			}
		}
	}
	if got := w.pages.Role(http.MethodGet, "/forgotten"); got != store.Admin {
		t.Errorf("a route that says nothing takes %s", got)
	}
}

// What a session of another workspace asks for is not there, whatever ids it knows, and nothing changes.
func TestForeignSessionGetsNothing(t *testing.T) {
	t.Parallel()
	const theirs = "bravo-thing"
	w := newWorld(t)
	ctx, s := t.Context(), w.pages.Store
	w.put(feedback.Response{ID: theirs, Survey: theirs, Score: 3, Comment: "The delivery was late, " + theirs})
	owner := w.member(ws, theirs+"@example.org", store.Admin)
	second := w.member(ws, "second@"+theirs+".example", store.Viewer)
	w.member("acme", "boss@example.org", store.Admin)
	key, _, err := s.CreateKey(ctx, ws, store.NewKey{Name: theirs, Scopes: []store.Scope{store.ScopeRead}})
	if err != nil {
		t.Fatal(err)
	}
	hook, err := s.CreateWebhook(ctx, ws, store.Webhook{URL: "https://example.com/" + theirs, Events: []store.WebhookEvent{store.ResponseAnalysed}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := s.TestWebhook(ctx, ws, hook.ID, "{}")
	for _, err := range []error{err, s.BeginImport(ctx, ws, store.Import{ID: theirs, File: theirs}), s.SetRetention(ctx, ws, []store.Retention{{Survey: theirs, Days: 9000}})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	boss := w.as(ws, theirs+"@example.org")
	session, err := s.Sessions(ctx, ws, owner.ID)
	if err != nil || len(session) != 1 {
		t.Fatal(session, err)
	}
	upload := boss.upload(boss.tokenOf("/account"), theirs+".csv", "score,comment\n9,"+theirs+"\n").header.Get("Location")
	ids := map[string]string{
		"survey": theirs, "id": theirs, "person": second.ID, "key": key.ID, "webhook": hook.ID, "delivery": sent.ID, "import": theirs,
		"upload": strings.TrimPrefix(upload, "/import/"), "session": session[0].ID, "theme": "delivery_logistics", "polarity": "negative",
	}
	held := func() string {
		t.Helper()
		people, err1 := s.People(ctx, ws)
		keys, err2 := s.Keys(ctx, ws)
		hooks, err3 := s.Webhooks(ctx, ws)
		sent, err4 := s.Deliveries(ctx, ws, hook.ID, "", "", 10)
		kept, err5 := s.Retention(ctx, ws)
		audit, err6 := s.Audit(ctx, ws, 0, 100)
		return fmt.Sprintf("%+v %+v %+v %+v %+v %+v %v", people, keys, hooks, sent, kept, audit, []error{err1, err2, err3, err4, err5, err6})
	}
	var shown strings.Builder
	for _, route := range slices.Sorted(maps.Keys(w.pages.roles)) {
		if method, path := filled(route, ids); method == http.MethodGet {
			shown.WriteString(boss.get(path, "en").body)
		}
	}
	if n := strings.Count(shown.String(), theirs); n < 20 {
		t.Errorf("the owner sees their things %d times: the test tries nothing", n)
	}
	before := held()
	foreign := w.as("acme", "boss@example.org")
	for _, route := range slices.Sorted(maps.Keys(w.pages.roles)) {
		if route == "POST /logout" {
			continue
		}
		method, path := filled(route, ids)
		p := foreign.ask(method, path, foreign.tokenOf("/account"))
		body := strings.ReplaceAll(strings.ReplaceAll(p.body, path, ""), url.QueryEscape(path), "") // the address itself
		if strings.Contains(body, theirs) || strings.Contains(body, hook.ID) || strings.Contains(body, second.ID) {
			t.Errorf("%s shows theirs: %d %s", route, p.status, body)
		}
	}
	if after := held(); after != before {
		t.Errorf("theirs changed:\n%s\n%s", before, after)
	}
}

// Sessions get files of the API that pages lead to, and nothing else of it.
func TestSessionsAndTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	w.member(ws, "boss@example.org", store.Admin)
	boss, nobody := w.as(ws, "boss@example.org"), w.fresh()
	for _, path := range []string{"/v1/export/responses?format=csv", "/v1/export/drivers?format=csv"} {
		if p := boss.get(path, "en"); p.status != http.StatusOK || len(p.body) < 1000 {
			t.Errorf("%s: %d", path, p.status)
		}
		if p := nobody.get(path, "en"); p.status != http.StatusUnauthorized {
			t.Errorf("%s without a session: %d", path, p.status)
		}
	}
	for _, path := range []string{"/v1/nps", "/v1/keys", "/v1/responses/N-0001?survey=nordvik", "/v1/audit"} {
		if p := boss.get(path, "en"); p.status != http.StatusUnauthorized {
			t.Errorf("a session gets %s: %d", path, p.status)
		}
	}
	if p := boss.post("/v1/responses", url.Values{"token": {boss.tokenOf("/account")}}); p.status != http.StatusUnauthorized {
		t.Errorf("a session changes something: %d", p.status)
	}
	w.member("acme", "other@example.org", store.Admin)
	if p := w.as("acme", "other@example.org").get("/v1/export/responses?format=csv", "en"); p.status != http.StatusOK || strings.Count(p.body, "\n") > 1 {
		t.Errorf("another workspace's file: %d %.300s", p.status, p.body)
	}
}
