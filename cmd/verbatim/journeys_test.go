package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// total is how many comments the search page says there are.
func (b *browser) total() int {
	b.t.Helper()
	digits := regexp.MustCompile(`[0-9]+`).FindString(strings.ReplaceAll(b.text("#results h2"), ",", ""))
	n, err := strconv.Atoi(digits)
	if err != nil {
		b.t.Fatalf("the page says %q", b.text("#results h2"))
	}
	return n
}

// From the overview to a driver, to its comments, to one of them, and a correction that all counts know.
func TestJourneyFromDriverToCorrection(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/")
	if got := b.text(".hero"); !strings.Contains(got, "+15") {
		t.Errorf("the score is %q", got)
	}
	b.follow(`.pair section:nth-child(2) .rows tbody tr:first-child a`)
	if b.path() != "/drivers/support/negative" || b.count(".hits .hit") == 0 || b.count("svg.line") != 1 {
		t.Fatalf("%s has %d comments", b.path(), b.count(".hits .hit"))
	}
	b.follow(`a[href^="/search?theme=support"]`)
	before := b.total()
	if before < 50 || b.count(".chips .chip") != 1 {
		t.Fatalf("%d comments, %d chips", before, b.count(".chips .chip"))
	}
	b.follow(`.hits .hit .meta a`)
	b.do(chromedp.Click(chromedp.CSS(".correct > summary")))
	script[bool](b, `[...document.querySelectorAll('.correct input[name=theme][value=support]')].forEach(i => i.parentElement.querySelector('select').value = ''), true`)
	script[bool](b, `document.querySelector('.correct select[name=theme]').value = 'price_value', true`)
	b.follow(".correct button.main")
	if got := b.text(".notice"); !strings.Contains(got, "Saved") || !strings.Contains(b.text("aside"), "Corrected by hand") {
		t.Errorf("the page says %q", got)
	}
	b.open("/search?theme=support%3Anegative")
	if got := b.total(); got != before-1 {
		t.Errorf("%d comments after the correction, %d before", got, before)
	}
	b.open("/drivers/support/negative")
	if got := b.text(".facts"); !strings.Contains(got, strconv.Itoa(before-1)) && !strings.Contains(got, "80") {
		t.Errorf("the driver has %q", got)
	}
}

// Search answers while one types, goes on at the end of the list, and the address holds the whole state.
func TestJourneySearch(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/search")
	all := b.total()
	b.do(chromedp.SendKeys(chromedp.CSS(`input[name="match"]`), "support"))
	b.until(`location.search === "?match=support" && document.querySelectorAll(".hit mark").length > 0 && !document.querySelector("#results[aria-busy]")`)
	found := b.total()
	if found == 0 || found >= all || script[string](b, `document.activeElement.name`) != "match" {
		t.Errorf("%d of %d comments; %s has the focus", found, all, script[string](b, `document.activeElement.name`))
	}
	b.do(chromedp.Click(chromedp.CSS(`input[name="group"][value="detractor"]`)))
	b.until(`location.search.includes("group=detractor") && !document.querySelector("#results[aria-busy]")`)
	narrower := b.total()
	if narrower >= found || !script[bool](b, `document.querySelector('input[name=group][value=detractor]').checked`) {
		t.Errorf("%d of %d", narrower, found)
	}
	at := b.path()
	b.open("/")
	b.open(at) // a link is a report
	if b.total() != narrower || script[string](b, `document.querySelector('input[name=match]').value`) != "support" {
		t.Errorf("%s shows %d", at, b.total())
	}
	b.do(chromedp.Click(chromedp.CSS(".chips .chip")))
	b.until(`document.querySelectorAll(".chips .chip").length === 1`)

	b.open("/search")
	script[bool](b, `window.first = document.querySelector(".hit"), true`)
	for rounds := 0; b.count(".hit") < 100 && rounds < 40; rounds++ {
		n := b.count(".hit")
		script[bool](b, `scrollTo(0, document.body.scrollHeight), true`)
		b.until(fmt.Sprintf(`document.querySelectorAll(".hit").length > %d`, n))
	}
	links := script[int](b, `new Set([...document.querySelectorAll(".hit .meta a")].map(a => a.href)).size`)
	if n := b.count(".hit"); n < 100 || links != n || !script[bool](b, `window.first.isConnected`) || b.path() != "/search" {
		t.Errorf("%d comments, %d different, at %s", n, links, b.path())
	}
	script[bool](b, `document.querySelectorAll(".hit")[80].scrollIntoView(), true`)
	y := script[int](b, `Math.round(scrollY)`)
	b.follow(".hit:nth-child(81) .meta a")
	b.do(chromedp.NavigateBack())
	b.until(fmt.Sprintf(`location.pathname === "/search" && Math.abs(scrollY - %d) < 400`, y))
}

// A file becomes comments, and is taken back.
func TestJourneyImport(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	b := browse(t, s, "fi")
	b.open("/")
	if got := b.text("h1"); got != "Täällä ei ole vielä mitään" {
		t.Errorf("an empty server says %q", got)
	}
	b.follow(".button.main")
	rows := []string{"Arvosana,Palaute,Alue"}
	for i := range 40 {
		rows = append(rows, fmt.Sprintf("%d,%s %d,%s", []int{2, 10, 12, 9}[i%4], []string{"Toimitus oli myöhässä", "Sovellus on helppo", "mitä", "Ystävällinen henkilökunta"}[i%4], i, []string{"Pohjoinen", "Etelä"}[i/20]))
	}
	at := b.upload(strings.Join(rows, "\n") + "\n")
	if got := b.text(".sample"); !strings.Contains(got, "Toimitus oli myöhässä") || !strings.Contains(got, "Pohjoinen") {
		t.Errorf("%s shows %q", at, got)
	}
	b.follow(`button[value="check"]`)
	b.until(`document.body.innerText.includes("Mitään ei ole vielä tallennettu")`)
	b.follow(`button[value="import"]`)
	b.until(`document.body.innerText.includes("Tuotu.")`)
	if got := b.text(".facts"); !strings.Contains(got, "30") || !strings.Contains(got, "10") {
		t.Errorf("imported: %q", got)
	}
	b.follow(".actions .main")
	if got := b.text(".hero-row"); !strings.Contains(got, "30") {
		t.Errorf("the overview says %q", got)
	}
	b.open("/import")
	b.follow(".data form button")
	if got := b.text(".notice"); !strings.Contains(got, "30") {
		t.Errorf("taken back: %q", got)
	}
	b.open("/")
	if got := b.text("h1"); got != "Täällä ei ole vielä mitään" {
		t.Errorf("afterwards the server says %q", got)
	}
}

// dropScript drops a file on the page as a mouse does.
const dropScript = `(() => {
	const data = new DataTransfer();
	data.items.add(new File(["score,comment\n9,Great app\n"], "dropped.csv"));
	dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
	return true;
})()`

func TestJourneyDropAndLanguage(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "ru")
	b.open("/import")
	script[bool](b, `window.before = true`)
	script[bool](b, dropScript)
	b.loaded()
	if got := b.text("h1"); got != "dropped.csv" {
		t.Errorf("dropped: %q", got)
	}
	b.open("/search?match=app")
	if got := script[string](b, `document.documentElement.lang`); got != "ru" {
		t.Errorf("the browser's language is Russian, the page's %s", got)
	}
	b.follow(`button[lang="zh"]`)
	if got := script[string](b, `document.documentElement.lang`); got != "zh-Hans" || b.path() != "/search?match=app" {
		t.Errorf("%s at %s", got, b.path())
	}
}

// Everything can be reached with the keyboard alone, and one sees where one is.
func TestJourneyKeyboard(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/")
	press := func(key string) { b.do(chromedp.KeyEvent(key)) }
	to := func(condition string) { // tabs until it is there
		t.Helper()
		for range 200 {
			press(kb.Tab)
			if script[bool](b, `(e => `+condition+`)(document.activeElement)`) {
				if !script[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
					t.Errorf("no focus is seen on %s", condition)
				}
				return
			}
		}
		t.Fatalf("Tab does not reach %s at %s", condition, b.path())
	}
	enter := func() {
		t.Helper()
		script[bool](b, `window.before = true`)
		press(kb.Enter)
		b.loaded()
	}
	press(kb.Tab)
	if got := script[string](b, `document.activeElement.className`); got != "skip" {
		t.Errorf("the first stop is %q", got)
	}
	to(`(e.getAttribute("href") || "") === "/drivers/support/negative"`)
	enter()
	to(`(e.getAttribute("href") || "").startsWith("/search?theme=support")`)
	enter()
	to(`e.name === "match"`)
	b.do(chromedp.KeyEvent("wait"))
	b.until(`location.search.includes("match=wait") && !document.querySelector("#results[aria-busy]")`)
	to(`e.name === "group" && e.value === "detractor"`)
	press(" ")
	b.until(`location.search.includes("group=detractor") && document.activeElement.value === "detractor"`)
	to(`e.matches(".hit .tag")`)
	if !script[bool](b, `[...document.activeElement.closest(".hit").querySelectorAll(".ev")].some(e => getComputedStyle(e).backgroundColor !== "rgba(0, 0, 0, 0)")`) {
		t.Error("the evidence of the tag under the keyboard is not shown")
	}
	b.open("/drivers")
	to(`e.matches(".drop > summary")`)
	press(kb.Enter)
	to(`e.name === "from"`)
	press(kb.Escape)
	if script[bool](b, `document.querySelector(".drop").open`) || !script[bool](b, `document.activeElement.matches(".drop > summary")`) {
		t.Error("Escape does not close the filter")
	}
	to(`e.name === "language" && e.value === "fi"`)
	enter()
	if got := b.text("h1"); got != "Tekijät" {
		t.Errorf("the page is called %q", got)
	}
}

// Without scripts the pages do the same, by forms and links.
func TestPagesWithoutScripts(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("/search")
	b.do(chromedp.SetValue(chromedp.CSS(`input[name="match"]`), "support"), chromedp.Click(chromedp.CSS(`input[name="group"][value="detractor"]`)))
	b.do(chromedp.Click(chromedp.CSS(".searchbar button")), chromedp.WaitReady(chromedp.CSS(".hit mark")))
	if at := b.path(); !strings.Contains(at, "match=support") || !strings.Contains(at, "group=detractor") || strings.Contains(at, "from=") {
		t.Errorf("the form leads to %s", at)
	}
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("score,comment\n9,Great app\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open("/import")
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{file}))
	b.do(chromedp.Click(chromedp.CSS(".dropzone button")), chromedp.WaitReady(chromedp.CSS(".mapping")))
	b.do(chromedp.Click(chromedp.CSS(`button[value="import"]`)), chromedp.WaitReady(chromedp.CSS("#progress .button, #progress .facts")))
}

// A subtheme of one's own: seen before it is saved, then tagged in the background, then in the counts and in the diff.
func TestJourneyTheme(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/themes")
	b.follow(`.branch a[href="/themes/edit?parent=price_value"]`)
	script[bool](b, `document.querySelector('input[name="name.en"]').value = 'Roaming', true`)
	script[bool](b, `document.querySelector('textarea[name="phrases.en"]').value = 'price*\nexpensive', true`)
	b.follow(`button[value="preview"]`)
	if b.count("#preview .hit mark") == 0 || !strings.Contains(b.text("#preview"), "Roaming") {
		t.Fatalf("the preview shows %q", b.text("#preview"))
	}
	b.open("/search?theme=price_value%2Froaming")
	if b.count(".hits .hit") != 0 {
		t.Error("a preview tags")
	}
	b.open("/themes/edit?parent=price_value")
	script[bool](b, `document.querySelector('input[name="name.en"]').value = 'Roaming', true`)
	script[bool](b, `document.querySelector('textarea[name="phrases.en"]').value = 'price*\nexpensive', true`)
	b.follow(`button[value="save"]`)
	if got := b.text(".notice"); !strings.Contains(got, "Saved as a new version") {
		t.Errorf("the page says %q", got)
	}
	b.until(`!document.querySelector("#progress[data-running]") && document.querySelector('a[href="/themes/diff?from=1"]') !== null`)
	b.open("/search?theme=price_value%2Froaming")
	if b.total() == 0 {
		t.Error("nothing is tagged")
	}
	b.open("/themes")
	b.follow(`a[href="/themes/diff?from=1"]`)
	if got := b.text("main"); !strings.Contains(got, "Added") || !strings.Contains(got, "Roaming") {
		t.Errorf("the comparison says %q", got)
	}
}
