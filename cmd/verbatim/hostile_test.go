package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// hostile are texts that change a page which is careless with them: code, marks that turn the direction, letters that pile
// up, and the longest comment there may be, with and without a place to break it.
func hostile() map[string]string {
	const code = `</p></li></ol><script>window.harmed=1</script><img src=x onerror="window.harmed=2"><svg onload="window.harmed=3"><a href="javascript:window.harmed=4">x</a>{{.Token}}<!--`
	return map[string]string{
		"code": code + " The delivery was late", "turned": "\u202e\u2067\u200f The delivery was late \u202e\u2066 and never", "rtl": "التوصيل متأخر جدا ולא ענו לי \u202e" + code,
		"zalgo": "The d" + strings.Repeat("\u0301\u0322\u0489\u033f", 300) + "elivery was l" + strings.Repeat("\u030d\u0353", 300) + "ate",
		"long":  strings.Repeat("The delivery was late and nobody called. ", 731), "unbroken": "late " + strings.Repeat("x", 29_900), "wide": "delivery " + strings.Repeat("﷽", 3000),
		"spaces": "The delivery" + strings.Repeat("\n\t \u00a0\u3000", 500) + "was late",
	}
}

// harmless finds what a comment must not do to a page.
const harmless = `(() => {
	const wrong = [], root = document.documentElement;
	if (window.harmed !== undefined) wrong.push("code ran: " + window.harmed);
	if (document.querySelector("main script, main img, main [onload], main [onerror], a[href^='javascript']")) wrong.push("markup of a comment is in the page");
	if (root.scrollWidth > root.clientWidth) wrong.push("too wide by " + (root.scrollWidth - root.clientWidth));
	if (!document.querySelector("footer .languages button")) wrong.push("the end of the page is missing");
	for (const e of [document.body, document.querySelector("nav"), document.querySelector("footer")]) if (getComputedStyle(e).direction !== "ltr") wrong.push("the direction is turned");
	const brand = document.querySelector(".brand").getBoundingClientRect();
	if (brand.left > innerWidth / 2) wrong.push("the page is turned");
	for (const h of document.querySelectorAll(".hits .hit, .statements")) if (h.getBoundingClientRect().height > (h.matches(".hit") ? 1400 : 40000)) wrong.push("a hit is " + Math.round(h.getBoundingClientRect().height) + " high");
	return wrong;
})()`

// Whatever people write, nothing of it runs, and every page that shows it keeps its shape.
func TestHostileComments(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	texts := hostile()
	var responses []map[string]any
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		short := string([]rune(texts[name])[:min(60, len([]rune(texts[name])))])
		word := strings.Join(strings.FieldsFunc(short, func(r rune) bool { return r < ' ' }), " ")
		responses = append(responses, map[string]any{
			"id": name, "survey": "s", "score": 2, "comment": texts[name], "suggestion": texts[name], "respondent": "same",
			"touchpoint": word, "attributes": map[string]string{"<i>plan": word, "region": word}, "submitted_at": "2026-01-02",
		})
	}
	body, err := json.Marshal(responses)
	if err != nil {
		t.Fatal(err)
	}
	if !send(http.MethodPost, s.url+"/v1/responses?wait=indexed", string(body)) {
		t.Fatal("the comments are refused")
	}
	b := browse(t, s, "en")
	quote := strings.NewReplacer(`"`, `""`)
	var file strings.Builder
	file.WriteString("score,comment,<b>x\n")
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&file, "2,\"%s\",\"%s\"\n<script>window.harmed=5</script>,x,y\n", quote.Replace(texts[name]), quote.Replace(texts["code"]))
	}
	pages := []string{
		"/", "/drivers", "/drivers/delivery_logistics/negative", "/search", "/search?match=late", "/search?match=" + url.QueryEscape(texts["code"][:40]),
		"/compare?before=" + url.QueryEscape("<script>=1") + "&after=x%3D1", b.upload(file.String()),
	}
	for name := range texts {
		pages = append(pages, "/responses/s/"+name)
	}
	for _, width := range []int64{1280, 390} {
		b.look(width, false)
		for _, path := range pages {
			b.open(path)
			for _, wrong := range script[[]string](b, harmless) {
				t.Errorf("%s at %d: %s", path, width, wrong)
			}
			b.picture("hostile" + strings.NewReplacer("/", "-", "?", "-", "&", "-").Replace(path[:min(len(path), 40)]) + "-" + map[int64]string{1280: "desk", 390: "phone"}[width])
		}
	}
}
