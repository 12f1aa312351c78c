package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// paperWidth is the width of A4 without its margins, in pixels.
const paperWidth = 688

// paperCheck finds what a printed page must not have: controls, a dark ground, something wider than the paper.
const paperCheck = `(() => {
	const wrong = [];
	const shown = (e) => e.checkVisibility() && e.getClientRects().length > 0;
	for (const e of document.querySelectorAll("nav, footer, button, input, select, .drop, .exports")) if (shown(e)) wrong.push("shows " + e.outerHTML.slice(0, 80));
	for (const e of [document.documentElement, document.body]) {
		const ground = getComputedStyle(e).backgroundColor;
		if (ground !== "rgb(255, 255, 255)" && ground !== "rgba(0, 0, 0, 0)") wrong.push("has the ground " + ground);
	}
	for (const e of document.querySelectorAll("main *")) {
		if (shown(e) && !e.closest("svg, .unseen") && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1) wrong.push("cuts off " + e.outerHTML.slice(0, 120));
	}
	return wrong.slice(0, 5);
})()`

// On paper every page is what one reads and nothing else, light also where the screen is dark. With -screens the pages
// are printed.
func TestPrint(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	b := browse(t, s, "en")
	pages := shownPages(b.upload("q,why are you unhappy,mail\n3,Late delivery,a@example.org\n10,Great app,b@example.org\n11,what,c@example.org\n"))
	dark := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		b.open(pages[name])
		b.do(chromedp.EmulateViewport(paperWidth, 1000))
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: dark})
		for _, wrong := range script[[]string](b, paperCheck) {
			t.Errorf("%s %s", name, wrong)
		}
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: dark})
		b.printed(name)
	}
}

// printed keeps the page on paper, when pictures are asked for.
func (b *browser) printed(name string) {
	b.t.Helper()
	if *screens == "" {
		return
	}
	out, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true)})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screens, name+".pdf"), out.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
