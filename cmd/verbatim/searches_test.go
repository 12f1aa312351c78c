package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A search is saved under a name while the list stands there, opened from the overview, renamed and deleted.
func TestJourneySavedSearch(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	b.open("/search")
	b.do(chromedp.SendKeys(chromedp.CSS(`input[name="match"]`), "support"))
	b.until(`location.search === "?match=support" && !document.querySelector("#results[aria-busy]")`)
	n := b.total()
	b.do(chromedp.Click(chromedp.CSS("#saved > summary")), chromedp.SendKeys(chromedp.CSS("#saved-name"), "Callers"))
	if b.path() != "/search?match=support" {
		t.Errorf("a name is searched for: %s", b.path())
	}
	b.picture("saving-en-desk")
	b.follow("#saved button.main")
	if got := b.text("#saved > summary"); got != "★ Callers" || b.path() != "/search?match=support" || b.total() != n {
		t.Errorf("%q at %s", got, b.path())
	}
	b.open("/")
	b.picture("saved-overview-en-desk")
	b.follow(`a[href="/search?match=support"]`)
	if got := script[string](b, "document.title"); got != "Callers – Verbatim" || b.total() != n {
		t.Errorf("%q", got)
	}
	b.do(chromedp.Click(chromedp.CSS("#saved > summary")), chromedp.SetValue(chromedp.CSS("#saved-name"), "Callers in March"))
	b.follow("#saved button.main")
	if got := b.text("#saved > summary"); got != "★ Callers in March" {
		t.Errorf("renamed: %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS("#saved > summary")))
	b.follow("#saved button:not(.main)")
	if got := b.text("#saved > summary"); got != "Saved searches" || b.count("#saved li") != 0 {
		t.Errorf("deleted: %q", got)
	}
}
