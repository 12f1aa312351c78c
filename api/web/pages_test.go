package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"verbatim/feedback"
)

// everyPage are addresses of pages with the demo survey.
var everyPage = []string{
	"/", "/?where=region%3DDACH&from=2026-01-01&to=2026-06-30", "/drivers", "/drivers?language=fi", "/drivers/support/negative",
	"/drivers/food_drink/positive?where=region%3DCEE", "/compare", "/compare?before=region%3DDACH&after=region%3DNordics", "/compare?before=2026-03&after=2026-04",
	"/compare?before=nonsense&after=", "/compare?before=region%3DDACH&after=region%3DDACH", "/search", "/search?match=app*+OR+support&sort=score&group=detractor&group=passive",
	"/search?theme=support%3Anegative&kind=complaint&sentiment=negative&mismatch=false&where=age_band%3C%3E", "/search?match=zzzz", "/responses/nordvik/N-0001",
	"/responses/nordvik/N-0708", "/import", "/themes", "/themes/edit", "/themes/edit?theme=price_value", "/themes/edit?parent=price_value",
	"/nothing", "/responses/nordvik/none", "/drivers/nothing/negative", "/search?from=soon",
	"/settings/people", "/settings/keys", "/settings/webhooks", "/settings/retention", "/settings/redaction", "/settings/audit", "/welcome/none",
}

// inline is what a strict policy would not run or apply.
var inline = regexp.MustCompile(`(?i)<script>|<script [^>]*[^r]>|<style|\sstyle=|\son[a-z]+=|javascript:`)

// keyShown is a key in the place of its words.
var keyShown = regexp.MustCompile(`>\s*[a-z]+\.[a-z_.]+\s*<`)

func TestPagesAreSound(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	for _, language := range languages {
		for _, path := range everyPage {
			p := w.get(path, language)
			name := language + " " + path
			if p.status >= http.StatusInternalServerError || !strings.Contains(p.body, `<html lang="`+htmlLanguage(language)+`">`) || !strings.HasSuffix(p.body, "</html>\n") {
				t.Errorf("%s: %d %.300s", name, p.status, p.body)
			}
			if found := inline.FindString(p.body); found != "" {
				t.Errorf("%s has inline code: %s", name, found)
			}
			for _, not := range []string{"%!", "NaN", "Inf<", "ZgotmplZ", "<no value>", "http://", "//"} {
				if i := strings.Index(strings.ReplaceAll(p.body, "http://www.w3.org/2000/svg", ""), not); i >= 0 {
					t.Errorf("%s has %q: %.80s", name, not, p.body[max(0, i-40):])
				}
			}
			if found := keyShown.FindString(p.body); found != "" {
				t.Errorf("%s shows a key: %s", name, found)
			}
			if len(p.body) > 150<<10 {
				t.Errorf("%s has %d bytes", name, len(p.body))
			}
			if policy := p.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: policy %q", name, policy)
			}
			if p.header.Get("X-Content-Type-Options") != "nosniff" || p.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: headers %v", name, p.header)
			}
		}
	}
}

func TestStatusesOfPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	for path, want := range map[string]int{
		"/": 200, "/nothing": 404, "/drivers/nothing/negative": 404, "/drivers/support/neutral": 404, "/responses/nordvik/none": 404,
		"/search?from=soon": 400, "/search?sort=best": 400, "/search?cursor=x": 400, "/search?survey=a%00b": 400, "/search?where=nosuch%3D1": 400,
		"/compare?before=nonsense&after=2026": 400, "/compare?before=2026&after=2026-Q1": 400, "/import/none": 404, "/assets/none.js": 404,
	} {
		if p := w.get(path, "en"); p.status != want || strings.Contains(p.body, "soon") && !strings.Contains(path, "search") {
			t.Errorf("%s: %d, want %d: %.200s", path, p.status, want, p.body)
		}
	}
	r, err := http.Get(w.URL + "/nothing") // a program gets a problem
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("a program got %s", got)
	}
}

func TestEmptyServerLeadsToImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/", "/drivers", "/drivers/support/negative", "/search", "/compare", "/themes", "/import"} {
		if p := w.get(path, "en"); p.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, p.status, p.body)
		}
	}
	if p := w.get("/", "en"); !strings.Contains(p.body, `href="/import">Import a file`) {
		t.Error(p.body)
	}
}

func TestTooLittleIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(feedback.Response{ID: "a", Score: feedback.Unscored, Comment: "The delivery was late"})
	if p := w.get("/", "en"); !strings.Contains(p.body, "No response has a score") || strings.Contains(p.body, "hero\"") {
		t.Error(p.body)
	}
	w.put(feedback.Response{ID: "b", Score: 9, Comment: "The delivery was fast"})
	if p := w.get("/", "en"); !strings.Contains(p.body, "Too few responses for a firm figure") {
		t.Error(p.body)
	}
}

// What people write changes no element of a page.
func TestCommentsAreEscaped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const evil = `<script>alert(1)</script>"'><img src=x onerror=1> late delivery </p></li><!--`
	zalgo := "d" + strings.Repeat("\u0301\u0322", 200) + "elivery"
	w.put(
		feedback.Response{Survey: evil[:20], ID: "a/b?c=" + evil[:10], Score: 3, Comment: evil, Suggestion: evil, Respondent: evil[:30], Touchpoint: "<b>", Attributes: map[string]string{"<i>x": "<u>y", "plan": "\u202eoorP"}},
		feedback.Response{Survey: "<b>2", ID: "b", Score: 2, Comment: "\u202e" + evil + zalgo, Respondent: evil[:30], Attributes: map[string]string{"<i>x": "z", "plan": "b"}},
		feedback.Response{ID: "long", Score: 1, Comment: strings.Repeat("The delivery was late and nobody called. ", 730)},
	)
	for _, path := range []string{
		"/", "/search", "/search?match=script", "/drivers", "/drivers/delivery_logistics/negative", "/responses/%3Cscript%3Ealert(1)%3C/a%2Fb%3Fc=%3Cscript%3Ea",
		"/responses/default/long", "/search?match=%3Cscript%3E%22%27", "/search?survey=%3Cscript%3Ealert(1)%3C&where=%3Ci%3Ex%3D%3Cu%3Ey", "/compare?before=%3Cscript%3E&after=%3Cb%3E",
	} {
		p := w.get(path, "en")
		if p.status >= 500 || strings.HasPrefix(path, "/responses") && p.status != http.StatusOK && !strings.Contains(path, "%3C/") {
			t.Errorf("%s: %d", path, p.status)
		}
		for _, not := range []string{"<script>alert", "<img", "<b>", "<i>", "<u>", "</p></li><!--"} {
			if strings.Contains(p.body, not) {
				t.Errorf("%s has %s", path, not)
			}
		}
		if len(p.body) > 150<<10 {
			t.Errorf("%s has %d bytes", path, len(p.body))
		}
	}
	key := feedback.Key{Survey: evil[:20], ID: "a/b?c=" + evil[:10]}
	p := w.get(responseAddress(key), "en")
	if p.status != http.StatusOK || !strings.Contains(p.body, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("%d %s", p.status, p.body)
	}
	if !strings.Contains(p.body, "Other answers of this respondent") {
		t.Error("the respondent's other answer is missing")
	}
	if strings.Contains(w.get("/search", "en").body[:3000], "\u202e") {
		t.Error("a mark that turns the direction is left outside of a comment")
	}
}

func TestLanguageOfPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for accept, want := range map[string]string{"fi-FI,fi;q=0.9": "fi", "zh-TW": "zh-Hans", "ru": "ru", "de,sv;q=0.8": "en", "": "en", "x;;;": "en", "uk,ru;q=0.5": "ru"} {
		if p := w.get("/", accept); !strings.Contains(p.body, `<html lang="`+want+`">`) {
			t.Errorf("%q: %.60s", accept, p.body)
		}
	}
	p := w.post("/language", url.Values{"language": {"ru"}, "back": {"/search?match=a"}})
	if p.path != "/search?match=a" || !strings.Contains(p.body, `<html lang="ru">`) {
		t.Errorf("%s %.60s", p.path, p.body)
	}
	if p := w.post("/language", url.Values{"language": {"xx"}}); p.status != http.StatusBadRequest {
		t.Error(p.status)
	}
}

func TestOurs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/": "/", "/search?match=a%20b#x": "/search?match=a%20b#x", "": "/", "search": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/",
		"javascript:alert(1)": "/", "/\t/evil": "/", "/%zz": "/", `\\evil`: "/", "///evil": "/",
	} {
		if got := ours(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
}

// Only forms of pages that this server wrote for this browser change something.
func TestForeignForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(feedback.Response{ID: "a", Score: 9, Comment: "Great app"})
	other := newWorld(t)
	for name, token := range map[string]string{"none": "", "another": "x", "of another server": other.token()} {
		for _, path := range []string{"/responses/default/a/correct", "/language", "/imports/x/undo", "/import/x", "/searches", "/searches/x", "/searches/x/delete", "/themes/edit", "/themes/again", "/themes/cancel"} {
			if p := w.post(path, url.Values{"token": {token}, "language": {"fi"}}); p.status != http.StatusForbidden {
				t.Errorf("%s, token %s: %d", path, name, p.status)
			}
		}
		if p := w.upload(token, "a.csv", "score,comment\n9,fine\n"); p.status != http.StatusForbidden {
			t.Errorf("upload, token %s: %d", name, p.status)
		}
	}
	if w.kept() > 0 {
		t.Error("a foreign file was kept")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://evil.example/", nil)
	r.Header.Set("Accept", "text/html")
	answer := httptest.NewRecorder()
	w.api.ServeHTTP(answer, r)
	if answer.Code != http.StatusMisdirectedRequest || strings.Contains(answer.Body.String(), "Great app") {
		t.Errorf("a name of another's: %d", answer.Code)
	}
}

func TestBlankParametersAreTidied(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	if p := w.get("/search?match=&from=&group=detractor&to=+", "en"); p.path != "/search?group=detractor" {
		t.Error(p.path)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	total := 0
	for name := range assets {
		p := w.get(assetURL(name), "en")
		if p.status != http.StatusOK || !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, p.status, p.header)
		}
		if p := w.get("/assets/"+name, "en"); p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept without its digest", name)
		}
		if strings.HasSuffix(name, ".js") && len(p.body) > 20<<10 {
			t.Errorf("%s has %d bytes", name, len(p.body))
		}
		total += len(p.body)
	}
	if total > 50<<10 {
		t.Errorf("assets have %d bytes", total)
	}
}

// Typing through all pages of a search gives every comment once.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	next, seen := "/search?where=region%3DDACH", map[string]int{}
	for next != "" {
		body := w.get(next, "en").body
		for _, m := range regexp.MustCompile(`<a href="(/responses/[^"]+)">`).FindAllStringSubmatch(body, -1) {
			seen[m[1]]++
		}
		next = ""
		if m := regexp.MustCompile(`id="next" href="([^"]+)"`).FindStringSubmatch(body); m != nil {
			next = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) < 80 {
		t.Errorf("%d comments", len(seen))
	}
	for link, n := range seen {
		if n != 1 {
			t.Errorf("%s comes %d times", link, n)
		}
	}
	if !strings.Contains(w.get("/search?where=region%3DDACH", "en").body, fmt.Sprintf("Comments: %d<", len(seen))) {
		t.Error("the total is another")
	}
}

func BenchmarkPages(b *testing.B) {
	w := newWorld(b).demo()
	for _, path := range []string{"/", "/drivers", "/drivers/support/negative", "/search?match=app*", "/responses/nordvik/N-0001"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+path, nil)
				answer := httptest.NewRecorder()
				w.api.ServeHTTP(answer, r)
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Code)
				}
			}
		})
	}
}
