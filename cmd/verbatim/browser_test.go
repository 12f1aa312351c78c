package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// screens makes TestScreens write pictures of every page.
var screens = flag.String("screens", "", "folder to write pictures of the pages to")

// needed fails a test where CI says that a browser must be there, and skips it elsewhere.
func needed(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("BROWSER_TESTS") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// chromium finds the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	needed(t, "there is no Chromium: `make deps` installs it")
	return ""
}

// axeScript reads axe-core, which finds what keeps people from using a page.
func axeScript(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(cache, "verbatim", "axe-*.min.js"))
	if err != nil || len(found) == 0 {
		needed(t, "there is no axe-core: `make deps` fetches it")
	}
	script, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// browser is a tab of a real browser. What goes wrong in it fails the test: errors in the console, requests to others.
type browser struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // a tab lives as long as its test
	url string

	mu       sync.Mutex
	troubles []string
}

// browse opens a tab for the server, in a language.
func browse(t *testing.T, s *server, language string) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.Flag("accept-lang", language), chromedp.DisableGPU,
		chromedp.WindowSize(1280, 900),
	)
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, url: s.url}
	t.Cleanup(b.check)
	b.do() // opens the tab
	b.ctx, cancel = context.WithTimeout(ctx, browserPatience)
	t.Cleanup(cancel)
	if err := chromedp.Listen(b.ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

// browserPatience is how long a test of a tab may take.
const browserPatience = 5 * time.Minute

// call runs a command of the protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// run runs an action that answers something.
func perform[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepPatience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		at, _ := chromedp.Run(b.ctx, chromedp.Location())
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 2000)`))
		b.t.Fatalf("at %s: %v\n%s", at, err, text)
	}
	return value
}

// stepPatience is how long a step may take.
const stepPatience = 30 * time.Second

// script runs a script that answers something.
func script[T any](b *browser, text string) T {
	b.t.Helper()
	return perform(b, chromedp.Evaluate[T](text))
}

// listen notes what must not happen.
func (b *browser) listen(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		trouble = fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			trouble = fmt.Sprintf("console: %v", e.Args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of 4") {
			trouble = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") { // the browser draws its own controls from data
			trouble = "a request to " + e.Request.URL
		}
	}
	if trouble != "" {
		b.mu.Lock()
		b.troubles = append(b.troubles, trouble)
		b.mu.Unlock()
	}
}

func (b *browser) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, trouble := range b.troubles {
		b.t.Error(trouble)
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if len(actions) == 0 {
		if err := chromedp.Do(b.ctx); err != nil {
			b.t.Fatal(err)
		}
	}
	for _, action := range actions {
		perform(b, action)
	}
}

// open goes to a page.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url+path), chromedp.WaitReady(chromedp.CSS("footer")))
}

// text is what the first element of the selector shows.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return strings.TrimSpace(script[string](b, `(document.querySelector(`+quoted(selector)+`) || {innerText: ""}).innerText`))
}

// count counts the elements of a selector.
func (b *browser) count(selector string) int {
	b.t.Helper()
	return script[int](b, `document.querySelectorAll(`+quoted(selector)+`).length`)
}

// path is where the tab is, with the query.
func (b *browser) path() string {
	b.t.Helper()
	return strings.TrimPrefix(perform(b, chromedp.Location()), b.url)
}

// until waits for a condition in the page, which may be on its way.
func (b *browser) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepPatience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		if held, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`)); err == nil && held {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("never: %s (at %s)\n%s", condition, b.path(), b.text("main"))
		}
	}
}

// follow clicks and waits for the page that comes.
func (b *browser) follow(selector string) {
	b.t.Helper()
	script[bool](b, `window.before = true`)
	b.do(chromedp.Click(chromedp.CSS(selector)))
	b.loaded()
}

// loaded waits for another page than the one that was marked.
func (b *browser) loaded() {
	b.t.Helper()
	b.until(`!window.before && document.readyState === "complete"`)
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// violation is what axe-core finds.
type violation struct {
	ID    string
	Help  string
	Nodes []struct{ HTML, FailureSummary string }
}

// accessible runs axe-core with the rules of WCAG 2.2 AA.
func (b *browser) accessible(axe, name string) {
	b.t.Helper()
	script[bool](b, axe+";true")
	found := perform(b, chromedp.Evaluate[[]violation](
		`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations)`, chromedp.EvalAwaitPromise))
	for _, v := range found {
		for _, node := range v.Nodes[:min(len(v.Nodes), 3)] {
			b.t.Errorf("%s: %s: %s: %.200s: %s", name, v.ID, v.Help, node.HTML, node.FailureSummary)
		}
	}
}

// look sets the size of the tab and whether it is dark.
func (b *browser) look(width int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(width, 900))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// shownPages are addresses of every page with the demo survey.
func shownPages(upload string) map[string]string {
	return map[string]string{
		"overview": "/", "drivers": "/drivers", "driver": "/drivers/support/negative", "compare": "/compare",
		"compared": "/compare?before=" + url.QueryEscape("region=DACH") + "&after=" + url.QueryEscape("region=Nordics"),
		"search":   "/search?match=support&group=detractor&group=passive", "comment": "/responses/nordvik/N-0037", "themes": "/themes", "theme": "/themes/edit?theme=location_access", "import": "/import",
		"mapping": upload, "missing": "/nothing", "empty-search": "/search?match=zzzz",
	}
}

// sights are the screens that pages are looked at on.
var sights = []struct {
	name  string
	width int64
	dark  bool
}{{"desk", 1280, false}, {"desk-dark", 1280, true}, {"phone", 390, false}, {"phone-dark", 390, true}}

// Every page: axe-core finds nothing, and nothing is wider than the screen; in English on all screens, in the other
// languages on a phone. With -screens every language is drawn on every screen.
func TestScreens(t *testing.T) {
	unraced(t)
	t.Parallel()
	axe := axeScript(t)
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	pages := shownPages(b.upload("q,why are you unhappy,mail\n3,Late delivery,a@example.org\n10,Great app,b@example.org\n11,what,c@example.org\n"))
	for _, language := range []string{"en", "zh", "ru", "fi"} {
		b.open("/")
		b.follow(`button[lang="` + language + `"]`)
		for _, sight := range sights {
			checked := language == "en" || sight.name == "phone-dark"
			if !checked && *screens == "" {
				continue
			}
			b.look(sight.width, sight.dark)
			for _, name := range slices.Sorted(maps.Keys(pages)) {
				b.open(pages[name])
				title := strings.Join([]string{name, language, sight.name}, "-")
				if checked {
					b.accessible(axe, title)
				}
				if over := script[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s is %d pixels too wide", title, over)
				}
				b.picture(title)
			}
		}
	}
}

// The reference of the API: axe-core finds nothing, and nothing is wider than the screen.
func TestReferenceScreens(t *testing.T) {
	unraced(t)
	t.Parallel()
	axe := axeScript(t)
	b := browse(t, start(t, binary(t), t.TempDir()), "en")
	for _, sight := range []int{0, 3} { // a desk in the light, and a phone in the dark
		b.look(sights[sight].width, sights[sight].dark)
		for _, page := range []string{"", "/responses", "/insight", "/schemas", "/problems"} {
			b.open("/docs" + page)
			title := "docs" + strings.ReplaceAll(page, "/", "-") + "-" + sights[sight].name
			b.accessible(axe, title)
			if over := script[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s is %d pixels too wide", title, over)
			}
			b.picture(title)
		}
	}
}

// picture keeps what the tab shows, when pictures are asked for.
func (b *browser) picture(title string) {
	b.t.Helper()
	if *screens == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*screens, title+".png"), perform(b, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// upload sends a file through the form and returns where its columns are shown.
func (b *browser) upload(content string) string {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "answers.csv")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.open("/import")
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{file}))
	b.follow(".dropzone button")
	return b.path()
}

// unraced leaves a test that takes minutes, and has nothing to find there, out of runs with the race detector; CI runs it without.
func unraced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("left out with the race detector: go test ./cmd/verbatim -run 'Screens|QualityTable|Thousands|Chaos'")
	}
}
