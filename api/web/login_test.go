package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/api"
	"verbatim/store"
)

// sessionCookie is what an answer says of the session's cookie.
func sessionCookie(p page) *http.Cookie {
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		if strings.HasSuffix(c.Name, "verbatim_session") {
			return c
		}
	}
	return nil
}

func TestLogInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if p := w.fresh().get("/login", "en"); p.header.Get("Location") != "/" {
		t.Errorf("a log-in that nobody needs: %d %s", p.status, p.header.Get("Location"))
	}
	w.member(ws, "anna@example.org", store.Admin)
	b := w.fresh()
	if p := b.get("/search?match=a%26b", "en"); p.status != http.StatusSeeOther || p.header.Get("Location") != "/login?next=%2Fsearch%3Fmatch%3Da%2526b" {
		t.Errorf("%d %s", p.status, p.header.Get("Location"))
	}
	if p := b.get("/login?next=%2Fsearch", "en"); !strings.Contains(p.body, `name="next" value="/search"`) || strings.Contains(p.body, "<nav") {
		t.Error(p.body)
	}
	wrong := b.logIn(ws, "anna@example.org", "wrong password")
	unknown := b.logIn(ws, "nobody@example.org", goodPassword)
	same := func(p page) string {
		return tokenField.ReplaceAllString(strings.NewReplacer("anna@", "", "nobody@", "").Replace(p.body), "")
	}
	if wrong.status != http.StatusForbidden || unknown.status != wrong.status || sessionCookie(wrong) != nil {
		t.Errorf("%d %d", wrong.status, unknown.status)
	}
	if diff := cmp.Diff(same(wrong), same(unknown)); diff != "" {
		t.Errorf("the page tells whether there is an account: %s", diff)
	}
	p := b.logIn(ws, " ANNA@example.org", goodPassword)
	c := sessionCookie(p)
	if p.status != http.StatusSeeOther || c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("%d %+v", p.status, c)
	}
	if p := b.get("/", "en"); p.status != http.StatusOK || !strings.Contains(p.body, "anna@example.org") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", p.status, p.body)
	}
	again := sessionCookie(b.post("/login", url.Values{"token": {b.tokenOf("/account")}, "email": {"anna@example.org"}, "password": {goodPassword}}))
	old := w.fresh()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/", nil)
	r.AddCookie(c)
	if p := old.send(r); again == nil || again.Value == c.Value || p.status != http.StatusUnauthorized {
		t.Errorf("the session before a log-in works on: %d", p.status)
	}
	token := b.tokenOf("/account")
	if p := b.post("/logout", url.Values{"token": {token}}); p.header.Get("Location") != "/login" || sessionCookie(p).MaxAge >= 0 {
		t.Errorf("%d %v", p.status, p.header)
	}
	if p := b.get("/", "en"); p.status != http.StatusSeeOther {
		t.Errorf("logged out: %d", p.status)
	}
	r, _ = http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/", nil)
	r.AddCookie(again)
	if p := w.fresh().send(r); p.status != http.StatusUnauthorized {
		t.Errorf("the session works after the log-out: %d", p.status)
	}
}

func TestLogInLeadsToOwnPagesOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "anna@example.org", store.Admin)
	for next, want := range map[string]string{"/search?match=x": "/search?match=x", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/", "javascript:alert(1)": "/"} {
		b := w.fresh()
		p := b.post("/login", url.Values{"token": {b.tokenOf("/login")}, "next": {next}, "email": {"anna@example.org"}, "password": {goodPassword}})
		if got := p.header.Get("Location"); got != want {
			t.Errorf("%q leads to %q", next, got)
		}
		if got := b.get("/login?next="+url.QueryEscape(next), "en").header.Get("Location"); got != want {
			t.Errorf("%q leads somebody who has logged in to %q", next, got)
		}
	}
}

// Over HTTPS, here or at a proxy, the cookie is for this host alone; a plain one does not count then.
func TestCookieOverHTTPS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "anna@example.org", store.Admin)
	_, token, err := w.pages.Store.LogIn(t.Context(), ws, "anna@example.org", goodPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(scheme, name string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://localhost/", nil)
		r.AddCookie(&http.Cookie{Name: name, Value: token})
		answer := httptest.NewRecorder()
		w.api.ServeHTTP(answer, r)
		return answer.Code
	}
	for _, c := range []struct {
		scheme, name string
		want         int
	}{{"http", "verbatim_session", 200}, {"http", "__Host-verbatim_session", 200}, {"https", "__Host-verbatim_session", 200}, {"https", "verbatim_session", 401}} {
		if got := ask(c.scheme, c.name); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
	for origin, want := range map[string]string{"https://feedback.example": "__Host-verbatim_session", "http://feedback.example": "verbatim_session"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://feedback.example/login", nil)
		r.Header.Set("Origin", origin)
		answer := httptest.NewRecorder()
		api.SetSession(answer, r, "x")
		if c := sessionCookie(page{header: answer.Header()}); c.Name != want || c.Secure != strings.HasPrefix(origin, "https") {
			t.Errorf("%s: %+v", origin, c)
		}
	}
}

func TestLogInIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "anna@example.org", store.Admin)
	w.member(ws, "bert@example.org", store.Viewer)
	for range accountAtOnce + 5 { // those that succeed do not count
		w.as(ws, "bert@example.org")
	}
	b := w.fresh()
	statuses := map[int]int{}
	for range accountAtOnce + 3 {
		statuses[b.logIn(ws, "anna@example.org", "wrong password").status]++
	}
	if statuses[http.StatusForbidden] != accountAtOnce || statuses[http.StatusTooManyRequests] != 3 {
		t.Errorf("%v", statuses)
	}
	p := b.logIn(ws, "anna@example.org", goodPassword)
	if p.status != http.StatusTooManyRequests || p.header.Get("Retry-After") == "" || !strings.Contains(p.body, "Too many attempts") {
		t.Errorf("%d %s", p.status, p.body)
	}
	w.as(ws, "bert@example.org") // somebody else may
	for range addressAtOnce {
		b.logIn(ws, "nobody@example.org", "wrong password")
	}
	if p := b.logIn(ws, "bert@example.org", goodPassword); p.status != http.StatusTooManyRequests {
		t.Errorf("the address has no limit: %d", p.status)
	}
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, link, err := w.pages.Store.AddPerson(t.Context(), ws, store.NewPerson{Email: "anna@example.org", Role: store.Admin})
	if err != nil {
		t.Fatal(err)
	}
	b := w.fresh()
	at := "/welcome/" + link
	for range 2 { // looking at it does not use it up
		if p := b.get(at, "en"); p.status != http.StatusOK || !strings.Contains(p.body, `value="anna@example.org"`) {
			t.Fatalf("%d %s", p.status, p.body)
		}
	}
	set := func(password, again string) page {
		return b.post(at, url.Values{"token": {b.tokenOf("/login")}, "password": {password}, "again": {again}})
	}
	for _, c := range []struct{ password, again, said string }{
		{"short", "short", "too short"},
		{goodPassword, goodPassword + "x", "differ"},
		{"password1234", "password1234", "first that anybody"},
		{"anna@example.org", "anna@example.org", "first that anybody"},
		{strings.Repeat("long ", 60), strings.Repeat("long ", 60), "too long"},
	} {
		if p := set(c.password, c.again); p.status != http.StatusBadRequest || !strings.Contains(p.body, c.said) || strings.Contains(p.body, `value="`+c.password+`" r`) && c.password != "anna@example.org" {
			t.Errorf("%q: %d %s", c.password, p.status, p.body)
		}
	}
	if p := set(goodPassword, goodPassword); p.status != http.StatusSeeOther || p.header.Get("Location") != "/login?set=1&workspace=default" {
		t.Errorf("%d %s", p.status, p.header.Get("Location"))
	}
	for _, p := range []page{set(goodPassword, goodPassword), b.get(at, "en"), b.get("/welcome/nonsense", "en")} {
		if p.status != http.StatusNotFound || !strings.Contains(p.body, "used already or has expired") {
			t.Errorf("%d %s", p.status, p.body)
		}
	}
	w.as(ws, "anna@example.org")
}

func TestAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(ws, "anna@example.org", store.Admin)
	here, there := w.as(ws, "anna@example.org"), w.as(ws, "anna@example.org")
	change := func(old, password, again string) page {
		return here.post("/account/password", url.Values{"token": {here.tokenOf("/account")}, "old": {old}, "password": {password}, "again": {again}})
	}
	for _, c := range []struct {
		old, password, again, said string
		status                     int
	}{
		{"wrong password", "ten green herons", "ten green herons", "old password is wrong", 403},
		{goodPassword, "short", "short", "too short", 400},
		{goodPassword, "ten green herons", "other", "differ", 400},
	} {
		if p := change(c.old, c.password, c.again); p.status != c.status || !strings.Contains(p.body, c.said) {
			t.Errorf("%+v: %d", c, p.status)
		}
	}
	if p := change(goodPassword, "ten green herons", "ten green herons"); p.header.Get("Location") != "/account?changed=1" {
		t.Errorf("%d %s", p.status, p.body)
	}
	if here.get("/", "en").status != http.StatusOK || there.get("/", "en").status != http.StatusSeeOther {
		t.Error("a change of the password ends the own session, or leaves another")
	}
	if p := there.logIn(ws, "anna@example.org", "ten green herons"); p.status != http.StatusSeeOther {
		t.Error(p.status)
	}
	body := here.get("/account", "en").body
	end := strings.Index(body, "/account/sessions/")
	if end < 0 || !strings.Contains(body, "this one") {
		t.Fatal(body)
	}
	to, _, _ := strings.Cut(body[end:], `"`)
	here.post(to, url.Values{"token": {here.tokenOf("/account")}})
	if there.get("/", "en").status != http.StatusSeeOther || here.get("/", "en").status != http.StatusOK {
		t.Error("the session that was ended works, or the own one does not")
	}
}

// No password, token or link is in the log, whatever goes wrong.
func TestLogsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var log bytes.Buffer
	w.pages.Logger = slog.New(slog.NewTextHandler(&log, nil))
	handler, err := api.New(api.Deps{
		Store: w.pages.Store, Index: w.pages.Index, Ingester: w.pages.Ingester, Analyzer: w.pages.Ingester.Analyst.Analyzer, Logger: w.pages.Logger, Pages: w.pages,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, link, err := w.pages.Store.AddPerson(t.Context(), ws, store.NewPerson{Email: "anna@example.org", Role: store.Admin})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/welcome/" + link, ""},
		{"POST", "/welcome/" + link, "password=" + goodPassword},
		{"POST", "/login", "email=anna@example.org&password=" + goodPassword},
		{"GET", "/?token=" + link, ""},
		{"GET", "/welcome/" + link + "/more", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "http://localhost"+strings.ReplaceAll(c.path, " ", "%20"), strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "verbatim_session", Value: link})
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if text := log.String(); strings.Contains(text, link) || strings.Contains(text, goodPassword) || strings.Contains(text, "anna@") || !strings.Contains(text, "/welcome/:link") {
		t.Error(text)
	}
	_, err = w.pages.Store.UseLink(t.Context(), link, goodPassword, time.Now())
	if err != nil {
		t.Error(err)
	}
}

func TestBrowserOf(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0": "Edge, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17 Safari/605.1.15":   "Safari, macOS",
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0":                                                "Firefox, Linux", "": "", "<script>": "",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%q: %q", agent, got)
		}
	}
}
