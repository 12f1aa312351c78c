package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// searched waits for the results of the address.
func (b *browser) searched(condition string) {
	b.t.Helper()
	b.until(`(` + condition + `) && !document.querySelector("#results[aria-busy]")`)
}

// typed puts a text into the search field as somebody types it, and waits for what it finds.
func (b *browser) typed(text string) int {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(`input[name="match"]`)))
	script[bool](b, `document.querySelector('input[name=match]').select(), true`)
	if b.do(chromedp.KeyEvent(kb.Backspace)); text != "" {
		b.do(chromedp.KeyEvent(text))
	}
	b.searched(`(new URLSearchParams(location.search).get("match") || "") === ` + quoted(text))
	return b.total()
}

// marked are the words that are highlighted in the hits.
func (b *browser) marked() []string {
	b.t.Helper()
	return script[[]string](b, `[...new Set([...document.querySelectorAll(".hit mark")].map(m => m.innerText.toLowerCase()))]`)
}

const searchFile = `id,score,comment,respondent,channel
1,2,The parcel was late again,anna,shop
2,9,Late is better than never,ben,web
3,3,My parcels were late,cleo,web
4,10,Refunded at once,dora,shop
5,1,The refund never came,anna,web
6,8,Nothing about it,ben,shop
7,4,The paracel got lost,cleo,web
`

// Words, phrases, prefixes, spelling and exclusion, as one types them.
func TestJourneySearchWords(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	b := browse(t, s, "en")
	b.imports(searchFile)
	b.open("/search")
	if n := b.total(); n != 7 {
		t.Fatalf("%d comments", n)
	}
	for _, query := range []struct {
		text  string
		found int
		mark  string
	}{
		{"late", 3, "late"}, {`"was late"`, 1, "was late"}, {"refund*", 2, "refunded"}, {"parcle~", 3, "paracel"}, {"late -parcel*", 1, "late"}, {"refund* OR lost", 3, "lost"}, {"", 7, ""},
	} {
		if n := b.typed(query.text); n != query.found {
			t.Errorf("%s finds %d, want %d", query.text, n, query.found)
		}
		if got := strings.Join(b.marked(), " "); query.mark != "" && !strings.Contains(got, query.mark) && !strings.Contains(query.mark, got) || query.mark == "" && got != "" {
			t.Errorf("%s marks %q", query.text, got)
		}
	}
}

// imports sends a file through the page.
func (b *browser) imports(content string) {
	b.t.Helper()
	b.upload(content)
	b.follow(`button[value="import"]`)
	b.until(`document.querySelector(".actions .main[href]")`)
}

// Every sort of filter narrows, becomes a chip, changes the counts of the others, and goes by its chip.
func TestJourneySearchChips(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/search")
	all := b.total()
	counts := func() string {
		return script[string](b, `[...document.querySelectorAll("#facets .n")].map(n => n.textContent).join()`)
	}
	before := counts()
	for name, choose := range map[string]string{
		"survey": "", "theme": `input[name="theme"][value="support:negative"]`, "group": `input[name="group"][value="detractor"]`, "kind": `input[name="kind"][value="complaint"]`,
		"language": `input[name="language"][value="fi"]`, "where": `input[name="where"][value="region=DACH"]`, "sentiment": `input[name="sentiment"][value="negative"]`,
	} {
		if choose == "" { // of one survey there is no choice
			continue
		}
		script[bool](b, `document.querySelector(`+quoted(choose)+`).click(), true`)
		b.searched(`document.querySelectorAll(".chips .chip").length === 1`)
		n := b.total()
		said := script[string](b, `document.querySelector(`+quoted(choose)+`).parentElement.querySelector(".n").textContent.replace(",", "")`)
		if n == 0 || n >= all || said != strconv.Itoa(n) {
			t.Errorf("%s: %d of %d, the choice says %s", name, n, all, said)
		}
		if name != "where" && counts() == before {
			t.Errorf("%s: the counts are those without it", name)
		}
		b.do(chromedp.Click(chromedp.CSS(".chips .chip")))
		b.searched(`location.search === "" && document.querySelectorAll(".chips .chip").length === 0`)
	}
	script[bool](b, `(i => { i.value = "2026-03-01"; i.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("input[name=from]")) || true`)
	b.searched(`location.search === "?from=2026-03-01"`)
	if n := b.total(); n == 0 || n >= all || b.count(".chips .chip") != 1 {
		t.Errorf("time: %d of %d", n, all)
	}
}

// The order is the one that is chosen, what is saved is what is shown, and hits lead to similar comments and other answers.
func TestJourneySearchOrder(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	b := browse(t, s, "en")
	b.imports(searchFile)
	b.open("/search?match=late")
	scores := func() string {
		return script[string](b, `[...document.querySelectorAll(".hit .score")].map(e => e.textContent.match(/[0-9]+/)[0]).join()`)
	}
	orders := script[string](b, `[...document.querySelector('select[name=sort]').options].map(o => o.value).join()`)
	if orders != "relevance,newest,oldest,score" {
		t.Errorf("orders: %s", orders)
	}
	script[bool](b, `(s => { s.value = "score"; s.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("select[name=sort]")) || true`)
	b.searched(`location.search.includes("sort=score")`)
	if got := scores(); got != "2,3,9" {
		t.Errorf("by score: %s", got)
	}
	link := script[string](b, `document.querySelector(".exports a").href`)
	answer, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if rows, err := csv.NewReader(answer.Body).ReadAll(); err != nil || len(rows) != 4 {
		t.Errorf("%d rows saved with the header: %v", len(rows), err)
	}
	b.follow(`.hit:first-child .meta a`)
	if got := b.text("main"); !strings.Contains(got, "Other answers of this respondent") || !strings.Contains(got, "The refund never came") {
		t.Errorf("no other answers: %s", got)
	}
	if got := b.text("main"); !strings.Contains(got, "Similar comments") || !strings.Contains(got, "My parcels were late") {
		t.Errorf("no similar comments: %s", got)
	}
}

// Thousands of hits scroll: nothing that was there moves when more comes, and what is far away costs no layout.
func TestJourneySearchThousands(t *testing.T) {
	unraced(t)
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	b := browse(t, s, "en")
	rows := []string{"id,score,comment"}
	for i := range 3000 {
		rows = append(rows, fmt.Sprintf("%d,%d,%s number %d", i, i%11, strings.Repeat("The parcel was late and nobody called. ", 1+i%7), i))
	}
	b.imports(strings.Join(rows, "\n") + "\n")
	b.open("/search")
	for b.count(".hit") < 2000 {
		n := b.count(".hit")
		y := script[float64](b, `window.at = document.querySelector(".hit:last-child"), window.at.scrollIntoView(), window.at.getBoundingClientRect().top`)
		b.until(fmt.Sprintf(`document.querySelectorAll(".hit").length > %d`, n))
		if moved := script[float64](b, `window.at.getBoundingClientRect().top`) - y; moved > 1 || moved < -1 {
			t.Fatalf("after %d hits the list jumps by %.0f pixels", n, moved)
		}
	}
	if links := script[int](b, `new Set([...document.querySelectorAll(".hit .meta a")].map(a => a.href)).size`); links != b.count(".hit") {
		t.Errorf("%d of %d hits are different", links, b.count(".hit"))
	}
	for step := range 40 { // on the way back everything keeps its place, too
		y := script[float64](b, `window.at = [...document.querySelectorAll(".hit")].find(h => h.getBoundingClientRect().top > 0), window.at.getBoundingClientRect().top`)
		b.do(chromedp.Evaluate[chromedp.Void](`new Promise(done => { scrollBy(0, -500); requestAnimationFrame(() => requestAnimationFrame(done)); })`, chromedp.EvalAwaitPromise))
		if moved := script[float64](b, `window.at.getBoundingClientRect().top`) - y; moved > 501 || moved < 499 {
			t.Fatalf("step %d back moves the list by %.0f pixels instead of 500", step, moved)
		}
	}
}
