package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"verbatim/store"
)

const goodPassword = "nine blue herons"

// linkOf runs a command of people that shows a link, and returns its path.
func linkOf(t *testing.T, binary, data string, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, append(append([]string{"people"}, args...), "--data", data, "--url", "http://pages.example/")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	path, ok := strings.CutPrefix(strings.TrimSpace(string(out)), "http://pages.example")
	if !ok || !strings.HasPrefix(path, "/welcome/") {
		t.Fatalf("%q", out)
	}
	return path
}

// fill types into a field.
func (b *browser) fill(selector, text string) {
	b.t.Helper()
	script[bool](b, `document.querySelector(`+quoted(selector)+`).value = "", true`)
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// join sets a password with a link.
func (b *browser) join(path string) {
	b.t.Helper()
	b.open(path)
	b.fill(`input[name="password"]`, goodPassword)
	b.fill(`input[name="again"]`, goodPassword)
	b.follow("main button.main")
}

// logIn logs in from the page that asks for it.
func (b *browser) logIn(email string) {
	b.t.Helper()
	b.fill(`input[name="email"]`, email)
	b.fill(`input[name="password"]`, goodPassword)
	b.follow("main button.main")
}

func TestPeopleCommand(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	run := func(args ...string) (string, int) {
		t.Helper()
		cmd := exec.Command(binary, append(append([]string{"people"}, args...), "--data", data)...)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := run("add", "v@example.org"); code != exitFailed || !strings.Contains(out, "first account must be an admin") {
		t.Errorf("%d %s", code, out)
	}
	first := linkOf(t, binary, data, "add", "Boss@Example.org", "--role", "admin", "--name", "Boss")
	linkOf(t, binary, data, "add", "v@example.org")
	if second := linkOf(t, binary, data, "reset", "boss@example.org"); second == first {
		t.Error("the link is the same")
	}
	if out, code := run("remove", "boss@example.org"); code != exitFailed || !strings.Contains(out, "last admin") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := run("remove", "v@example.org"); code != exitOK {
		t.Errorf("%d %s", code, out)
	}
	out, _ := run("list", "--format", "json")
	var people []store.Person
	if err := json.Unmarshal([]byte(out), &people); err != nil || len(people) != 1 || people[0].Email != "boss@example.org" || people[0].Name != "Boss" || people[0].LinkUntil.IsZero() {
		t.Errorf("%s %v", out, err)
	}
	if out, _ := run("list", "--format", "table"); !strings.Contains(out, "boss@example.org  Boss  admin") {
		t.Error(out)
	}
	if out, code := run("add"); code != exitUsage {
		t.Errorf("%d %s", code, out)
	}
	for _, name := range []string{"remove", "reset"} {
		if out, code := run(name, "nobody@example.org"); code != exitFailed || !strings.Contains(out, "no such account") {
			t.Errorf("%s: %d %s", name, code, out)
		}
	}
}

// An account alone lets the server listen on any address, and closes pages and API to whoever has none.
func TestServeWithAccounts(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	out, err := exec.Command(binary, "serve", "--data", data, "--addr", "0.0.0.0:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "verbatim people add") {
		t.Errorf("%v %s", err, out)
	}
	path := linkOf(t, binary, data, "add", "boss@example.org", "--role", "admin")
	s := start(t, binary, data, "--addr", "0.0.0.0:0")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for at, want := range map[string]int{"/": 401, "/settings/keys": 401, "/v1/nps": 401, "/v1/keys": 401, "/login": 200, path: 200, "/healthz": 200} {
		if got := statusWith(t, client, http.MethodGet, s.url+at, "", ""); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
	s.stop(t)
	if log := s.stderr.String(); strings.Contains(log, path[len("/welcome/"):]) {
		t.Error(log)
	}
}

// The first admin comes by a link of the command line, invites a reader, who cannot open settings; and what one saw is gone
// once one has logged out.
func TestJourneyAccounts(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	path := linkOf(t, binary, data, "add", "boss@example.org", "--role", "admin", "--name", "The Boss")
	s := start(t, binary, data, "--demo")
	b := browse(t, s, "en")
	b.open("/search?match=support")
	if got := b.path(); !strings.HasPrefix(got, "/login?next=") {
		t.Fatalf("nobody is asked to log in: %s", got)
	}
	b.join(path)
	if got := b.text(".notice"); !strings.Contains(got, "Your password is set") {
		t.Fatalf("%s says %q", b.path(), got)
	}
	b.open("/search?match=support")
	b.fill(`input[name="email"]`, "boss@example.org")
	b.fill(`input[name="password"]`, "not the password")
	b.follow("main button.main")
	if got := b.text("[role=alert]"); !strings.Contains(got, "do not fit together") {
		t.Errorf("the page says %q", got)
	}
	b.logIn("boss@example.org")
	if b.path() != "/search?match=support" || b.total() == 0 || b.text(".who a") != "The Boss" {
		t.Errorf("%s shows %q", b.path(), b.text(".who"))
	}
	b.follow(`nav a[href="/settings"]`)
	b.fill(`input[name="email"]`, "reader@example.org")
	b.follow("main .stack button.main")
	link := script[string](b, `document.querySelector("#secret").value`)
	if !strings.HasPrefix(link, s.url+"/welcome/") {
		t.Fatalf("the link is %q", link)
	}
	b.follow(".actions .main")
	if got := b.text(".list"); !strings.Contains(got, "reader@example.org") || strings.Contains(b.text("main"), link) {
		t.Errorf("the list says %q", got)
	}
	seen := b.path()
	b.follow(".who button")
	if got := b.path(); got != "/login" {
		t.Errorf("the log-out leads to %s", got)
	}
	b.do(chromedp.NavigateBack())
	b.until(`location.pathname === "/login"`)
	if got := b.text("body"); strings.Contains(got, "reader@example.org") || b.count(".who") != 0 {
		t.Errorf("back at %s after the log-out the page shows %q", seen, got)
	}
	b.join(strings.TrimPrefix(link, s.url))
	b.logIn("reader@example.org")
	if b.path() != "/" || b.count(`nav a[href="/settings"]`) != 0 || b.count(`nav a[href="/import"]`) != 0 || b.count(`nav a[href="/search"]`) != 1 {
		t.Errorf("%s offers %q", b.path(), b.text("nav"))
	}
	b.open("/settings/people")
	if got := b.text("main"); !strings.Contains(got, "This is not allowed") || strings.Contains(got, "boss@example.org") {
		t.Errorf("a reader sees %q", got)
	}
	b.follow(".who button")
	s.stop(t)
	if log := s.stderr.String(); strings.Contains(log, goodPassword) || strings.Contains(log, link[strings.LastIndex(link, "/")+1:]) || strings.Contains(log, "boss@") {
		t.Error(log)
	}
}

// A key that the page makes opens the API, and no longer once it is revoked. A session that ends while one types leads to
// the log-in and back.
func TestJourneyKey(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	path := linkOf(t, binary, data, "add", "boss@example.org", "--role", "admin")
	s := start(t, binary, data, "--demo")
	b := browse(t, s, "fi")
	b.join(path)
	b.logIn("boss@example.org")
	b.open("/settings/keys")
	b.fill(`input[name="name"]`, "alusta")
	b.do(chromedp.Click(chromedp.CSS(`input[name="scope"][value="read"]`)))
	b.follow("main .stack button.main")
	secret := script[string](b, `document.querySelector("#secret").value`)
	if got := statusWith(t, http.DefaultClient, http.MethodGet, s.url+"/v1/nps", secret, ""); got != http.StatusOK {
		t.Errorf("the key gets %d", got)
	}
	if got := statusWith(t, http.DefaultClient, http.MethodGet, s.url+"/v1/nps", "", ""); got != http.StatusUnauthorized {
		t.Errorf("without it: %d", got)
	}
	b.follow(".actions .main")
	b.follow(`a[href$="/revoke"]`)
	b.follow("main button.main")
	if got := statusWith(t, http.DefaultClient, http.MethodGet, s.url+"/v1/nps", secret, ""); got != http.StatusUnauthorized {
		t.Errorf("the revoked key gets %d", got)
	}
	b.open("/search")
	b.do(chromedp.SendKeys(chromedp.CSS(`input[name="match"]`), "toimitus"))
	b.until(`location.search.includes("match=toimitus") && !document.querySelector("#results[aria-busy]")`)
	script[bool](b, `fetch("/account").then(r => r.text()).then(text => {
		const page = new DOMParser().parseFromString(text, "text/html");
		return fetch("/logout", {method: "POST", redirect: "manual", body: new URLSearchParams({token: page.querySelector("[name=token]").value})});
	}).then(() => { window.out = true; }), true`)
	b.until(`window.out`)
	b.do(chromedp.SendKeys(chromedp.CSS(`input[name="match"]`), "x"))
	b.until(`location.pathname === "/login"`)
	b.logIn("boss@example.org")
	if got := b.path(); !strings.HasPrefix(got, "/search") {
		t.Errorf("the log-in leads to %s", got)
	}
}

// The settings are done with the keyboard alone, and without scripts.
func TestJourneySettingsByKeyboard(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	path := linkOf(t, binary, data, "add", "boss@example.org", "--role", "admin")
	s := start(t, binary, data)
	b := browse(t, s, "en")
	b.join(path)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	to := func(condition string) {
		t.Helper()
		for range 60 {
			b.do(chromedp.KeyEvent(kb.Tab))
			if script[bool](b, `(e => `+condition+`)(document.activeElement)`) {
				if !script[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
					t.Errorf("no focus is seen on %s", condition)
				}
				return
			}
		}
		t.Fatalf("Tab does not reach %s at %s", condition, b.path())
	}
	write := func(name, text string) { to(`e.name === "` + name + `"`); b.do(chromedp.KeyEvent(text)) }
	enter := func(selector string) {
		t.Helper()
		script[bool](b, `window.before = true`)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.until(`!window.before && document.readyState === "complete" && document.querySelector(` + quoted(selector) + `)`)
	}
	b.open("/login")
	write("email", "boss@example.org")
	write("password", goodPassword)
	enter(".who")
	to(`e.getAttribute("href") === "/settings"`)
	enter(`.tabs [aria-current][href$="people"]`)
	write("email", "anna@example.org")
	to(`e.name === "role"`)
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	to(`e.matches(".stack button.main")`)
	enter("#secret")
	to(`e.matches(".actions .main")`)
	enter(`.list select`)
	if got := b.text(".list"); !strings.Contains(got, "anna@example.org") || script[string](b, `document.querySelector('select[aria-label*="anna"]').value`) != "analyst" {
		t.Errorf("the list says %q", got)
	}
	to(`e.matches('a[href$="/remove"][aria-label*="anna"]')`)
	enter(`form[action$="/remove"]`)
	to(`e.matches("main button.main")`)
	enter(".notice")
	if got := b.text(".list"); strings.Contains(got, "anna@example.org") {
		t.Errorf("the list says %q", got)
	}
	b.open("/settings/webhooks")
	write("url", "https://example.com/hook")
	to(`e.value === "detractor.received"`)
	b.do(chromedp.KeyEvent(" "))
	to(`e.matches(".stack button.main")`)
	enter("#secret")
	b.open("/settings/retention")
	write("days", "365")
	to(`e.matches(".actions .main")`)
	enter(`[name="confirmed"]`)
	to(`e.matches(".actions .main")`)
	enter(".notice")
	if got := b.text(".list"); !strings.Contains(got, "365 days") {
		t.Errorf("retention says %q", got)
	}
}

// settingsPages are the pages of accounts and settings, with something on each.
func settingsPages(t *testing.T, b *browser) map[string]string {
	t.Helper()
	pages := map[string]string{"account": "/account", "redaction": "/settings/redaction"}
	for _, tab := range []string{"people", "keys", "webhooks", "retention", "audit"} {
		pages[tab] = "/settings/" + tab
	}
	b.open("/settings/people")
	b.fill(`input[name="email"]`, "margareta.lindqvist-heikkinen@customer-experience.example.org")
	b.fill(`input[name="name"]`, "Margareta Lindqvist-Heikkinen")
	b.follow("main .stack button.main")
	b.open("/settings/keys")
	b.fill(`input[name="name"]`, "survey platform")
	b.do(chromedp.Click(chromedp.CSS(`input[name="scope"][value="ingest"]`)), chromedp.Click(chromedp.CSS(`input[name="scope"][value="read"]`)))
	b.follow("main .stack button.main")
	b.open("/settings/webhooks")
	b.fill(`input[name="url"]`, "https://hooks.example.invalid/verbatim/detractors")
	b.do(chromedp.Click(chromedp.CSS(`input[value="detractor.received"]`)), chromedp.Click(chromedp.CSS(`input[value="driver.changed"]`)))
	b.follow("main .stack button.main")
	b.follow(".actions .main")
	pages["webhook"] = b.path()
	b.follow(".actions form:first-child button")
	pages["confirm"] = pages["webhook"] + "/rotate"
	b.open("/settings/people")
	pages["remove"] = script[string](b, `new URL(document.querySelector('a[href$="/remove"][aria-label*="margareta"]').href).pathname`)
	return pages
}

// Accounts and settings: axe-core finds nothing and nothing is wider than the screen, as TestScreens has it for other pages.
func TestSettingsScreens(t *testing.T) {
	unraced(t)
	t.Parallel()
	axe := axeScript(t)
	binary, data := binary(t), t.TempDir()
	path := linkOf(t, binary, data, "add", "boss@example.org", "--role", "admin")
	s := start(t, binary, data, "--demo")
	b := browse(t, s, "en")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 3*browserPatience) // with -screens there are many
	defer cancel()
	b.ctx = ctx
	sight := func(name, at, language string) {
		t.Helper()
		for _, look := range sights {
			checked := language == "en" || look.name == "phone-dark"
			if !checked && *screens == "" {
				continue
			}
			b.look(look.width, look.dark)
			if at != "" {
				b.open(at)
			}
			title := strings.Join([]string{name, language, look.name}, "-")
			if checked {
				b.accessible(axe, title)
			}
			if over := script[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s is %d pixels too wide", title, over)
			}
			b.picture(title)
		}
	}
	sight("welcome", path, "en")
	sight("welcome-gone", "/welcome/none", "en")
	b.join(path)
	sight("login", "/login", "en")
	b.logIn("boss@example.org")
	pages := settingsPages(t, b)
	for _, language := range []string{"en", "zh", "ru", "fi"} {
		b.open("/")
		b.follow(`button[lang="` + language + `"]`)
		for _, name := range slices.Sorted(maps.Keys(pages)) {
			sight(name, pages[name], language)
		}
		b.open("/settings/retention")
		b.fill(`tbody tr:nth-child(2) input[name="days"]`, "30")
		b.follow(".actions .main")
		sight("retention-check", "", language)
		b.open(pages["confirm"])
		b.follow("main button.main")
		sight("secret", "", language)
	}
}
