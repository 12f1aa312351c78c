package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/ingest"
)

// totalOf is how many comments a search page says there are.
func (w *world) totalOf(query string) string {
	w.t.Helper()
	m := regexp.MustCompile(`Comments: ([0-9,]+)`).FindStringSubmatch(w.get("/search?"+query, "en").body)
	if m == nil {
		return ""
	}
	return m[1]
}

func TestCorrection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(feedback.Response{ID: "a", Score: 2, Comment: "The delivery was late"}, feedback.Response{ID: "b", Score: 2, Comment: "The delivery was slow"})
	const complaints, praise = "theme=delivery_logistics%3Anegative", "theme=price_value%3Apositive"
	before := w.totalOf(complaints)
	if before != "2" || w.totalOf(praise) != "0" {
		t.Fatalf("%s complaints", before)
	}
	p := w.post("/responses/default/a/correct", url.Values{
		"theme": {"delivery_logistics", "price_value", "", "price_value"}, "polarity": {"", "positive", "positive", "positive"}, "sentiment": {"positive"}, "kind": {"praise"},
	})
	if p.status != http.StatusOK || !strings.Contains(p.body, "Corrected by hand (web)") || !strings.Contains(p.body, "All figures count it so") || !strings.Contains(p.body, "by hand</td>") {
		t.Errorf("%d %s", p.status, p.body)
	}
	if w.totalOf(complaints) != "1" || w.totalOf(praise) != "1" {
		t.Errorf("%s and %s", w.totalOf(complaints), w.totalOf(praise))
	}
	p = w.post("/responses/default/a/correct", url.Values{"undo": {"1"}})
	if strings.Contains(p.body, "Corrected by hand") || w.totalOf(complaints) != before {
		t.Errorf("not taken back: %s", p.body)
	}
	for name, form := range map[string]url.Values{
		"no theme of ours": {"theme": {"nonsense"}, "polarity": {"positive"}, "sentiment": {"positive"}},
		"no sentiment":     {"sentiment": {"great"}}, "no kind": {"sentiment": {"positive"}, "kind": {"rant"}},
	} {
		if p := w.post("/responses/default/a/correct", form); p.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	if p := w.post("/responses/default/none/correct", url.Values{"undo": {"1"}}); p.status != http.StatusNotFound {
		t.Error(p.status)
	}
}

const answers = "when,q1,why,mail\n" +
	"2026-01-02,3,The delivery was late,a@example.org\n" +
	"2026-01-03,10,Great app and friendly staff,b@example.org\n" +
	"2026-01-04,11,What a score,c@example.org\n" +
	"2026-01-05,9,=HYPERLINK(1),d@example.org\n"

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.upload(w.token(), `C:\files\answers.csv`, answers)
	if p.status != http.StatusOK || !strings.Contains(p.body, "<bdi>answers.csv</bdi>") || !strings.Contains(p.body, "The delivery was late") || !strings.Contains(p.body, "<code>mail</code>") {
		t.Fatalf("%d %s", p.status, p.body)
	}
	form := url.Values{"map.score": {"q1"}, "map.comment": {"why"}, "map.submitted_at": {"when"}, "survey_name": {"winter"}, "do": {"check"}}
	at := p.path
	w.post(at, form)
	w.eventually("checked", func() bool { p = w.get(at, "en"); return strings.Contains(p.body, "Nothing is stored yet") })
	if w.totalOf("") != "0" || !strings.Contains(p.body, "score must be") && !strings.Contains(p.body, "whole number") {
		t.Errorf("checked: %s", p.body)
	}
	if !strings.Contains(p.body, `<option value="why" selected>`) {
		t.Error("the mapping is forgotten")
	}
	form.Set("do", "import")
	w.post(at, form)
	w.eventually("imported", func() bool { p = w.get(at, "en"); return strings.Contains(p.body, "Imported.") })
	if got := w.totalOf("survey=winter"); got != "3" {
		t.Errorf("%s stored", got)
	}
	csv := w.get(at+"/rejected.csv", "en")
	if !strings.HasPrefix(csv.body, "\ufeffLine,Column,Reason\r\n4,q1,") || csv.header.Get("Content-Disposition") == "" {
		t.Error(csv.body)
	}
	if p := w.get("/import", "en"); !strings.Contains(p.body, "new 3, changed 0, unchanged 0, rejected 1") {
		t.Error(p.body)
	}
	undo := regexp.MustCompile(`action="(/imports/[^"]+)"`).FindStringSubmatch(p.body)
	if p := w.post(undo[1], url.Values{}); !strings.Contains(p.body, "Responses removed: 3") || !strings.Contains(p.body, "undone") {
		t.Error(p.body)
	}
	if got := w.totalOf(""); got != "0" {
		t.Errorf("%s left", got)
	}
}

func TestImportOfTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, content := range map[string]string{"empty.csv": "", "picture.xlsx": "PK\x03\x04 no", "one.csv": "x\n", "zip.gz": "\x1f\x8b\x08 no"} {
		p := w.upload(w.token(), name, content)
		if p.status != http.StatusOK || name != "one.csv" && !strings.Contains(p.body, `role="alert"`) {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
		w.post(p.path, url.Values{"do": {"import"}})
		w.eventually("failed", func() bool { return strings.Contains(w.get(p.path, "en").body, `role="alert"`) })
	}
	p := w.upload(w.token(), "a.csv", answers)
	w.post(p.path, url.Values{"map.score": {"no such column"}, "do": {"check"}})
	w.eventually("failed", func() bool { return strings.Contains(w.get(p.path, "en").body, `role="alert"`) })
	if p := w.upload(w.token(), "", ""); p.path != "/import" {
		t.Error(p.path)
	}
}

// Only so many files wait for their import.
func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.token()
	first := w.upload(token, "first.csv", answers).path
	for i := range 20 {
		w.upload(token, fmt.Sprintf("%d.csv", i), answers)
	}
	if n := w.kept(); n != 20 {
		t.Errorf("%d files", n)
	}
	if p := w.get(first, "en"); p.status != http.StatusNotFound {
		t.Errorf("the oldest is there: %d", p.status)
	}
	if p := w.upload(token, "large.csv", "comment\n"+strings.Repeat("The delivery was late\n", 300_000)); p.status != http.StatusRequestEntityTooLarge || w.kept() != 20 {
		t.Errorf("%d; %d files", p.status, w.kept())
	}
}

// A driver's page leads to its comments, and its phrases and words to theirs.
func TestDriverLeadsToItsComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	body := w.get("/drivers", "en").body
	if !strings.Contains(body, `href="/drivers/support/negative"`) {
		t.Fatal("no link to the driver")
	}
	page := w.get("/drivers/support/negative?where=plan%3DPlus", "en").body
	for _, want := range []string{"Customer support", "/search?theme=support%3Anegative&amp;where=plan%3DPlus", "Where it is strongest", "q value", "95% interval"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	words := regexp.MustCompile(`href="/search\?(match=[^"]+)"><bdi>[^<]+</bdi> <span class="n">(\d+)`).FindAllStringSubmatch(page, -1)
	if len(words) == 0 {
		t.Fatal("no words")
	}
	for _, m := range words {
		if total := w.totalOf(strings.ReplaceAll(m[1], "&amp;", "&")); total == "" || total == "0" {
			t.Errorf("%s: %s comments", m[1], total)
		}
	}
}

// The pages and the API say the same.
func TestPagesAgreeWithTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	const filter = "where=region%3DDACH&from=2026-01-01"
	nps := w.get("/v1/nps?"+filter, "en").body
	value := regexp.MustCompile(`"nps":\{"value":(-?\d+)`).FindStringSubmatch(nps)
	if value == nil {
		t.Fatal(nps)
	}
	shown := regexp.MustCompile(`<strong>((?:&#43;|−)?\d+)</strong>`).FindStringSubmatch(w.get("/?"+filter, "en").body)
	if shown == nil || strings.NewReplacer("&#43;", "", "−", "-").Replace(shown[1]) != value[1] {
		t.Errorf("the page shows %v, the API answers %s", shown, value[1])
	}
	total := regexp.MustCompile(`"total":(\d+)`).FindStringSubmatch(w.get("/v1/search?match=app&"+filter, "en").body)
	if got := w.totalOf("match=app&" + filter); got != total[1] {
		t.Errorf("the page finds %s, the API %s", got, total[1])
	}
}

// The progress of an import comes as events in the words of the page, until its end; a second click starts nothing more.
func TestProgressOfImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.upload(w.token(), "a.csv", "score,comment\n"+strings.Repeat("3,The delivery was late\n", 3000)).path
	for _, do := range []string{"check", "check", "import", "import"} {
		w.post(at, url.Values{"do": {do}})
		events := w.get(at+"/events", "fi")
		lines := strings.Split(strings.TrimSpace(events.body), "\n")
		if events.header.Get("Content-Type") != "text/event-stream" || lines[max(0, len(lines)-2)] != "event: end" {
			t.Errorf("%s: %v %q", do, events.header, events.body)
		}
	}
	if got := w.totalOf("survey=a"); got != "3,000" {
		t.Errorf("%s comments", got)
	}
	p := w.get("/import", "en")
	if n := strings.Count(p.body, `/undo"`); n != 1 || !strings.Contains(p.body, `href="`+at+`"`) {
		t.Errorf("%d imports: %s", n, p.body)
	}
	if p := w.get("/v1/imports/"+strings.TrimPrefix(at, "/import/"), "en"); !strings.Contains(p.body, `"state":"done"`) {
		t.Errorf("the API does not know it: %s", p.body)
	}
	if p := w.get("/import/none/events", "en"); p.status != http.StatusNotFound {
		t.Error(p.status)
	}
}

// Why rows are refused is said in the language of the page, with the words of every rule.
func TestRejectionsInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, language := range languages {
		for _, rule := range ingest.Rules {
			if _, ok := w.pages.looks[language].words["rejected."+string(rule)]; !ok {
				t.Errorf("%s has no words for %s", language, rule)
			}
		}
	}
	rows := []string{"score,comment,date", "11,=late,2026-01-02", "3,fine,soon", "3,a,2026-01-02,b", `3,"a`, "3,fine,", "3," + strings.Repeat("x", feedback.MaxComment+1) + ","}
	p := w.upload(w.token(), "a.csv", strings.Join(rows, "\r\n"))
	at := p.path
	w.post(at, url.Values{"map.score": {"score"}, "map.comment": {"comment"}, "map.submitted_at": {"date"}, "do": {"check"}})
	w.eventually("checked", func() bool { return !strings.Contains(w.get(at, "en").body, "data-running") })
	seen := map[string]string{}
	for _, language := range languages {
		lines := strings.Split(strings.TrimSpace(w.get(at+"/rejected.csv", language).body), "\r\n")
		if len(lines) != 6 || strings.Contains(strings.Join(lines, ""), "%!") {
			t.Errorf("%s: %q", language, lines)
		}
		for i, line := range lines {
			if other, ok := seen[line]; ok {
				t.Errorf("line %d is the same in %s and %s: %s", i, other, language, line)
			}
			seen[line] = language
		}
		if body := w.get(at, language).body; !strings.Contains(body, "11") || strings.Contains(body, "%!") {
			t.Errorf("%s: %s", language, body)
		}
	}
}

// A search is kept under a name, opened, renamed and deleted, and is one of its workspace only.
func TestSavedSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t).demo()
	const query = "group=detractor&match=support&sort=newest"
	p := w.post("/searches", url.Values{"name": {" Angry  <b>callers "}, "query": {"sort=newest&match=support&group=detractor"}})
	if p.path != "/search?"+query || !strings.Contains(p.body, "<title>Angry &lt;b&gt;callers – Verbatim</title>") {
		t.Fatalf("%s: %s", p.path, p.body)
	}
	for _, path := range []string{"/", "/search", "/search?match=x"} {
		if p := w.get(path, "fi"); !strings.Contains(p.body, `href="/search?`+strings.ReplaceAll(query, "&", "&amp;")+`"`) {
			t.Errorf("%s does not list it", path)
		}
	}
	at := regexp.MustCompile(`formaction="(/searches/[a-z2-7]+)"`).FindStringSubmatch(p.body)[1]
	if p := w.post(at, url.Values{"name": {"Callers"}, "query": {query}}); !strings.Contains(p.body, "<bdi>Callers</bdi></summary>") {
		t.Errorf("%s: %s", p.path, p.body)
	}
	for form, want := range map[*url.Values]int{
		{"name": {"Callers"}, "query": {"match=other"}}:           http.StatusBadRequest,
		{"name": {""}, "query": {"match=other"}}:                  http.StatusBadRequest,
		{"name": {"x"}, "query": {"next=https://evil.example"}}:   http.StatusBadRequest,
		{"name": {"x"}, "query": {"//evil.example"}}:              http.StatusBadRequest,
		{"name": {"x"}, "query": {"match=a&where=nosuch%3C%3E1"}}: http.StatusBadRequest,
	} {
		if p := w.post("/searches", *form); p.status != want || strings.Contains(p.body, `href="https://evil`) {
			t.Errorf("%v: %d", form, p.status)
		}
	}
	if p := w.post(at+"/delete", url.Values{"query": {query}}); p.path != "/search?"+query || strings.Contains(p.body, "Callers") {
		t.Errorf("%s: %s", p.path, p.body)
	}
	if p := w.post(at+"/delete", url.Values{"query": {query}}); p.status != http.StatusNotFound {
		t.Error(p.status)
	}
}

// A file whose columns are unclear, or chosen wrongly, says so before anything is imported, and can still be read.
func TestColumnsCanBeChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.upload(w.token(), "unclear.csv", "rating,评分,text\n3,4,The delivery was late\n9,10,Great app\n")
	if !strings.Contains(p.body, `name="map.score"`) || !strings.Contains(p.body, `<option value="评分">`) {
		t.Fatalf("there is no choice: %s", p.body)
	}
	at, form := p.path, url.Values{"map.score": {"text"}, "map.comment": {"评分"}, "do": {"look"}}
	if p = w.post(at, form); strings.Count(p.body, `class="refused"`) != 2 || !strings.Contains(p.body, "No row can be read with these columns") || strings.Contains(p.body, "data-running") {
		t.Errorf("nothing is said of the wrong columns: %s", p.body)
	}
	if p = w.post(at, url.Values{"map.score": {""}, "map.comment": {""}, "do": {"import"}}); !strings.Contains(p.body, "Say which column holds the score") {
		t.Errorf("a file is imported without scores and comments: %s", p.body)
	}
	form.Set("do", "import")
	w.post(at, form)
	w.eventually("imported", func() bool { p = w.get(at, "en"); return !strings.Contains(p.body, "data-running") })
	if !strings.Contains(p.body, "Nothing was imported") || strings.Contains(p.body, "Imported.") {
		t.Errorf("%s", p.body)
	}
}
