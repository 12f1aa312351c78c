package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

func noted(c *gin.Context) { c.Status(http.StatusOK) }

// sendWith sends a GET with a key through the handler, without a network.
func sendWith(b *testing.B, h http.Handler, path, secret string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+path, nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		b.Fatal(answer.Code, answer.Body)
	}
}

// The life of a key over HTTP: from a server without keys to one that lets nobody in without.
func TestKeysOverHTTP(t *testing.T) {
	w := newWorld(t)
	if got := decode[Workspace](t, w.get(t, "/v1/workspace")); got.KeysRequired || got.Workspace != "default" || len(got.Scopes) != 3 || got.Taxonomy != "default@1" {
		t.Errorf("%+v", got)
	}
	if p := w.do(t, http.MethodPost, "/v1/keys", `{"name":"x","scopes":["read"]}`).problem(t); p.Status != http.StatusBadRequest || p.Errors[0].Location != "body.scopes" {
		t.Errorf("a first key that may not make others: %+v", p)
	}
	first := decode[SecretKey](t, w.do(t, http.MethodPost, "/v1/keys", `{"name":"boss","scopes":["admin"]}`).body)
	if w.do(t, http.MethodGet, "/v1/nps", "").status != http.StatusUnauthorized {
		t.Error("a server with a key answers without")
	}
	w.secret = first.Secret
	got := decode[Workspace](t, w.get(t, "/v1/workspace"))
	if !got.KeysRequired || got.Key != first.Key.ID || len(got.Scopes) != 1 {
		t.Errorf("%+v", got)
	}
	second := decode[SecretKey](t, w.do(t, http.MethodPost, "/v1/keys", `{"name":"platform","scopes":["ingest","read"],"expires_at":"2199-01-01T00:00:00Z"}`).body)
	list := w.get(t, "/v1/keys")
	keys := decode[AccessKeys](t, list).Keys
	if len(keys) != 2 || keys[1].ID != second.Key.ID || keys[1].ExpiresAt.Year() != 2199 || strings.Contains(list, second.Secret[14:]) || keys[0].LastUsedAt.IsZero() {
		t.Errorf("%s", list)
	}
	rotated := decode[SecretKey](t, w.do(t, http.MethodPost, "/v1/keys/"+second.Key.ID+"/rotate", `{"overlap_hours":0}`).body)
	works := func(secret string) bool {
		view := *w
		view.secret = secret
		return view.do(t, http.MethodGet, "/v1/nps", "").status == http.StatusOK
	}
	if rotated.Key.ID != second.Key.ID || works(second.Secret) || !works(rotated.Secret) {
		t.Error("the old secret works after a rotation without overlap, or the new one does not")
	}
	if got := w.do(t, http.MethodDelete, "/v1/keys/"+second.Key.ID, ""); got.status != http.StatusNoContent || works(rotated.Secret) {
		t.Errorf("%+v", got)
	}
	if p := w.do(t, http.MethodPost, "/v1/keys/"+second.Key.ID+"/rotate", `{}`).problem(t); p.Code != feedback.Conflict {
		t.Errorf("%+v", p)
	}
	for _, path := range []string{"/v1/keys/none", "/v1/keys/%ff", "/v1/keys/" + strings.Repeat("x", 200)} {
		if p := w.do(t, http.MethodDelete, path, "").problem(t); p.Code != feedback.NotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	w.checkAudit(t, first.Key.ID, second.Key.ID)
	if log := w.logs.String(); strings.Contains(log, first.Secret) || strings.Contains(log, first.Secret[14:]) {
		t.Error("the log has a secret")
	}
}

func (w *world) checkAudit(t *testing.T, boss, other string) {
	t.Helper()
	want := []string{boss + " revoke-key " + other, boss + " rotate-key " + other, boss + " create-key " + other, store.Local + " create-key " + boss}
	var got []string
	for path := "/v1/audit?limit=1"; path != ""; {
		page := decode[AuditPage](t, w.get(t, path))
		for _, e := range page.Entries {
			got = append(got, e.Actor+" "+e.Action+" "+e.Object)
		}
		if path = ""; page.Next != nil {
			path = fmt.Sprintf("/v1/audit?limit=1&cursor=%d", *page.Next)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestBadBodiesOfKeys(t *testing.T) {
	w := newWorld(t).as(t, "alpha", store.ScopeAdmin)
	key := decode[SecretKey](t, w.do(t, http.MethodPost, "/v1/keys", `{"name":"x","scopes":["read"]}`).body).Key.ID
	for _, c := range []struct{ method, path, body, location string }{
		{"POST", "/v1/keys", `{"scopes":["read"]}`, "body.name"},
		{"POST", "/v1/keys", `{"name":"SECRETMARK"}`, "body.scopes"},
		{"POST", "/v1/keys", `{"name":"x","scopes":["SECRETMARK"]}`, "body.scopes"},
		{"POST", "/v1/keys", `{"name":"x","scopes":"read"}`, "body.scopes"},
		{"POST", "/v1/keys", `{"name":"x","scopes":["read"],"expires_at":"SECRETMARK"}`, "body.expires_at"},
		{"POST", "/v1/keys", `{"name":"x","scopes":["read"],"expires_at":"2001-01-01T00:00:00Z"}`, "body.expires_at"},
		{"POST", "/v1/keys", `{"name":"x","scopes":["read"],"expires_at":"9999-01-01T00:00:00Z"}`, "body.expires_at"},
		{"POST", "/v1/keys", `{"name":"x","scopes":["read"],"workspace":"bravo"}`, "body.workspace"},
		{"POST", "/v1/keys", `[]`, "body"},
		{"POST", "/v1/keys", `7`, "body"},
		{"POST", "/v1/keys/" + key + "/rotate", `{"overlap_hours":-1}`, "body.overlap_hours"},
		{"POST", "/v1/keys/" + key + "/rotate", `{"overlap_hours":721}`, "body.overlap_hours"},
		{"POST", "/v1/keys/" + key + "/rotate", `{"overlap_hours":"SECRETMARK"}`, "body.overlap_hours"},
		{"PUT", "/v1/surveys/s", `{"kind":"SECRETMARK"}`, "body.kind"},
		{"PUT", "/v1/surveys/s", `{"languages":["SECRETMARK"]}`, "body.languages"},
		{"PUT", "/v1/surveys/s", `{"languages":"fi"}`, "body.languages"},
		{"PUT", "/v1/surveys/s", `{"retention_days":-1}`, "body.retention_days"},
		{"PUT", "/v1/surveys/s", `{"retention_days":1e99}`, "body.retention_days"},
		{"PUT", "/v1/surveys/s", `{"name":"t"}`, "body.name"},
		{"PUT", "/v1/surveys/%01", `{}`, "path.survey"},
		{"GET", "/v1/surveys/%ff", ``, "path.survey"},
		{"DELETE", "/v1/surveys/%ff", ``, "path.survey"},
		{"PUT", "/v1/taxonomy", `{}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":{"id":"price_value"}}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"SECRETMARK"}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value/SECRETMARK"}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value"},{"id":"price_value"}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value","hidden":true}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value","names":{"SECRETMARK":"x"}}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value","names":{"en":" "}}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"price_value","description":"` + strings.Repeat("x", 1001) + `"}]}`, "body.themes"},
		{"GET", "/v1/taxonomy/SECRETMARK", ``, "path.version"},
		{"GET", "/v1/taxonomy/0", ``, "path.version"},
		{"GET", "/v1/audit?cursor=SECRETMARK", ``, "query.cursor"},
		{"GET", "/v1/audit?limit=201", ``, "query.limit"},
	} {
		got := w.do(t, c.method, c.path, c.body)
		p := got.problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != c.location || strings.Contains(got.body, "SECRETMARK") {
			t.Errorf("%s %s %s: %s", c.method, c.path, c.body, got.body)
		}
	}
}

func TestSurveysAndTaxonomyOverHTTP(t *testing.T) {
	w := newWorld(t)
	if p := w.do(t, http.MethodGet, "/v1/surveys/nps%2F2026", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("%+v", p)
	}
	put := decode[feedback.Survey](t, w.do(t, http.MethodPut, "/v1/surveys/nps%2F2026", `{"kind":"employee","languages":["fi"],"retention_days":30}`).body)
	if got := decode[feedback.Survey](t, w.get(t, "/v1/surveys/nps%2F2026")); got.Name != "nps/2026" || got.Kind != put.Kind || got.RetentionDays != 30 {
		t.Errorf("%+v", got)
	}
	if got := decode[Surveys](t, w.get(t, "/v1/surveys")).Surveys; len(got) != 1 {
		t.Errorf("%+v", got)
	}
	stored := decode[ResponseResult](t, w.put(t, `{"id":"r","survey":"nps/2026","comment":"ok 123"}`))
	if stored.Analysis.Language.Code != "fi" {
		t.Errorf("the declared language is not taken: %+v", stored.Analysis.Language)
	}
	if w.do(t, http.MethodDelete, "/v1/surveys/nps%2F2026", "").status != http.StatusNoContent || w.do(t, http.MethodDelete, "/v1/surveys/nps%2F2026", "").status != http.StatusNotFound {
		t.Error("delete")
	}
	builtIn := decode[feedback.Taxonomy](t, w.get(t, "/v1/taxonomy"))
	body := `{"themes":[{"id":"price_value","names":{"en":"Fares"},"description":"what it costs"}]}`
	own := decode[feedback.Taxonomy](t, w.do(t, http.MethodPut, "/v1/taxonomy", body).body)
	if own.Ref() != "default@2" || len(own.Themes) != 1 || own.Themes[0].Name("en") != "Fares" || own.Themes[0].Name("fi") != mustTheme(t, &builtIn, "price_value").Name("fi") {
		t.Errorf("%+v", own)
	}
	w.awaitRetag(t, "default")
	if again := decode[feedback.Taxonomy](t, w.do(t, http.MethodPut, "/v1/taxonomy", body).body); again.Version != 2 {
		t.Errorf("the same content makes version %d", again.Version)
	}
	for version, n := range map[string]int{"/1": len(builtIn.Themes), "/2": 1, "": 1} {
		if got := decode[feedback.Taxonomy](t, w.get(t, "/v1/taxonomy"+version)); len(got.Themes) != n {
			t.Errorf("version %q has %d themes", version, len(got.Themes))
		}
	}
	if p := w.do(t, http.MethodGet, "/v1/taxonomy/3", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("%+v", p)
	}
	comment := `"The delivery was late and far too expensive."`
	result := decode[ResponseResult](t, w.put(t, `{"id":"t","score":2,"comment":`+comment+`}`))
	tagged := decode[AnalyzedText](t, w.do(t, http.MethodPost, "/v1/analyze", `{"text":`+comment+`}`).body)
	for _, a := range []*feedback.Analysis{result.Analysis, tagged.Analysis} {
		if a.Taxonomy != "default@2" || len(a.Themes) != 1 || a.Themes[0].Theme != "price_value" {
			t.Errorf("%+v", a)
		}
	}
}

func mustTheme(t *testing.T, taxonomy *feedback.Taxonomy, id string) feedback.Theme {
	t.Helper()
	theme, ok := taxonomy.Theme(id)
	if !ok {
		t.Fatal(id)
	}
	return theme
}

func TestRatesOfKeys(t *testing.T) {
	w := newWorld(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	w.api.now = func() time.Time { return now }
	w.api.rates = newLimiter(2, 3)
	a, b := w.as(t, "alpha", store.ScopeRead), w.as(t, "alpha", store.ScopeRead)
	for left := 2; left >= 0; left-- {
		got := a.do(t, http.MethodGet, "/v1/workspace", "")
		if got.status != http.StatusOK || got.header.Get("RateLimit-Remaining") != strconv.Itoa(left) || got.header.Get("RateLimit-Limit") != "3" {
			t.Errorf("%d left: %d %v", left, got.status, got.header)
		}
	}
	got := a.do(t, http.MethodGet, "/v1/workspace", "")
	if p := got.problem(t); p.Status != http.StatusTooManyRequests || p.Code != feedback.Unavailable || got.header.Get("Retry-After") != "1" || got.header.Get("RateLimit-Reset") != "2" {
		t.Errorf("%+v %v", p, got.header)
	}
	if got := b.do(t, http.MethodGet, "/v1/workspace", ""); got.status != http.StatusOK {
		t.Errorf("another key waits as well: %d", got.status)
	}
	now = now.Add(500 * time.Millisecond)
	if got := a.do(t, http.MethodGet, "/v1/workspace", ""); got.status != http.StatusOK {
		t.Errorf("no token after half a second: %d", got.status)
	}
}

func TestFailuresAreLimitedAndRightKeysPass(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.api.now = func() time.Time { return now }
	right := w.as(t, "alpha", store.ScopeRead)
	wrong := *w
	wrong.secret = "vb_wrong"
	statuses := map[int]int{}
	for range failuresAtOnce + 5 {
		got := wrong.do(t, http.MethodGet, "/v1/nps", "")
		got.problem(t)
		statuses[got.status]++
	}
	if statuses[http.StatusUnauthorized] != failuresAtOnce || statuses[http.StatusTooManyRequests] != 5 {
		t.Errorf("%v", statuses)
	}
	if got := wrong.do(t, http.MethodGet, "/v1/nps", ""); got.header.Get("Retry-After") != "3" {
		t.Errorf("%v", got.header)
	}
	if got := right.do(t, http.MethodGet, "/v1/nps", ""); got.status != http.StatusOK {
		t.Errorf("a right key from the same address: %d", got.status)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(1, 2)
	now := time.Unix(0, 0)
	for i := range 2 * mostClients {
		l.take(strconv.Itoa(i), now)
	}
	if n := len(l.buckets); n > mostClients+1 {
		t.Errorf("%d buckets", n)
	}
	if _, ok := l.take("one more", now); ok {
		t.Error("those that are not counted one by one have no limit")
	}
	if _, ok := l.take("one more", now.Add(time.Hour)); !ok || len(l.buckets) > 2 {
		t.Errorf("%d buckets after an hour", len(l.buckets))
	}
	for range 2 {
		l.take("clock", now.Add(2*time.Hour))
	}
	if _, ok := l.take("clock", now); ok {
		t.Error("a clock that was set back gives tokens")
	}
}

func TestAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"1.2.3.4:5": "1.2.3.4", "[::ffff:1.2.3.4]:5": "1.2.3.4", "[2001:db8:1:2:3::4]:5": "2001:db8:1:2::/64", "[2001:db8:1:2:9::]:1": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:5": "fe80::/64", "pipe": "",
	} {
		if got := address(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s: %s", remote, got)
		}
	}
}

func TestMetricsAreForAdminsAndThisMachine(t *testing.T) {
	w := newWorld(t)
	read, other, admin := w.as(t, "default", store.ScopeRead), w.as(t, "alpha", store.ScopeAdmin), w.as(t, "default", store.ScopeAdmin)
	proxied := []string{"X-Forwarded-For", "10.0.0.9"}
	for _, c := range []struct {
		as     *world
		header []string
		want   int
	}{{w, nil, 200}, {w, proxied, 401}, {read, proxied, 403}, {other, proxied, 403}, {admin, proxied, 200}} {
		if got := c.as.do(t, http.MethodGet, "/metrics", "", c.header...); got.status != c.want {
			t.Errorf("%v: %d, want %d", c.header, got.status, c.want)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	w := newWorld(t)
	const app = "https://app.example.com"
	preflight := []string{"Origin", app, "Access-Control-Request-Method", "POST"}
	if got := w.do(t, http.MethodOptions, "/v1/responses", "", preflight...); got.status == http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("closed by default: %+v", got)
	}
	deps := w.api.Deps
	deps.Origins = []string{app}
	open, err := newServer(deps)
	if err != nil {
		t.Fatal(err)
	}
	<-open.ready.loaded
	server := httptest.NewServer(http.HandlerFunc(open.serve))
	defer server.Close()
	o := &world{Server: server, api: open, logs: w.logs}
	if got := o.do(t, http.MethodOptions, "/v1/responses", "", preflight...); got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != app ||
		!strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Authorization") || got.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%+v", got)
	}
	if got := o.do(t, http.MethodPost, "/v1/responses", `{"id":"r"}`, "Origin", app, "Sec-Fetch-Site", "cross-site"); got.status != http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != app {
		t.Errorf("%+v", got)
	}
	evil := o.do(t, http.MethodPost, "/v1/responses", `{"id":"r"}`, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if evil.status != http.StatusForbidden || evil.header.Get("Access-Control-Allow-Origin") != "" || !slices.Contains(evil.header.Values("Vary"), "Origin") {
		t.Errorf("%+v", evil)
	}
	for _, bad := range []string{"*", "app.example.com", "https://app.example.com/path", "null"} {
		deps.Origins = []string{bad}
		if _, err := newServer(deps); err == nil {
			t.Errorf("%s is an origin", bad)
		}
	}
}
