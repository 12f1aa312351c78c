package api

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/store"
)

// ask is a request that the document allows, and what the answer was.
type ask struct {
	method, path, body string
}

func (a ask) String() string { return a.method + " " + a.path }

// theirs is the name of everything in the other workspace.
const theirs = "bravo-thing"

// asks lists, from the document, requests to every route: with the ids given in the path, and each parameter of the query
// by itself with the name given. A route that somebody adds is in it by that alone.
func asks(d *document, ids []string, name string) []ask {
	var list []ask
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		if path == "/metrics" { // figures of the whole server, which no workspace's key gets: TestMetricsAreForAdminsAndThisMachine
			continue
		}
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			op := d.Paths[path][method]
			body := ""
			for _, m := range op.RequestBody.Content {
				body = string(m.Example)
			}
			for i, id := range ids {
				filled := pathParameter.ReplaceAllString(path, id)
				if i > 0 && filled == path {
					break
				}
				list = append(list, ask{strings.ToUpper(method), filled, body})
				for _, p := range op.Parameters {
					if p.In == "query" && p.Name != "wait" {
						list = append(list, ask{strings.ToUpper(method), filled + "?" + p.Name + "=" + name, body})
					}
				}
			}
		}
	}
	return list
}

// settle takes out of an answer what differs between any two: times, secrets and ids of keys.
var settle = regexp.MustCompile(`(wh|msg|evt|dlv)_[a-z2-7]{16,26}|/v1/hooks/[A-Z2-7]{26}|whsec_[A-Za-z0-9+/=]+|"[a-z_]+_at":"[^"]*"|"at":"[^"]*"|vb_[a-z2-7]{10}_[a-z2-7]{32}|"old_secret_until":"[^"]*"|"(id|key|actor|object)":"[a-z2-7]{10}"`)

func (w *world) answer(t *testing.T, a ask) string {
	t.Helper()
	got := w.do(t, a.method, a.path, a.body)
	return fmt.Sprintf("%d %s %s", got.status, got.header.Get("Content-Type"), settle.ReplaceAllString(got.body, "…"))
}

// as makes a view of the server with a key of a workspace.
func (w *world) as(t *testing.T, workspace string, scopes ...store.Scope) *world {
	t.Helper()
	if err := w.api.Store.CreateWorkspace(t.Context(), workspace); err != nil && feedback.CodeOf(err) != feedback.Conflict {
		t.Fatal(err)
	}
	_, secret, err := w.api.Store.CreateKey(t.Context(), workspace, store.NewKey{Name: workspace, Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	view := *w
	view.secret = secret
	return &view
}

// fill puts something of every sort into a workspace, all of it named after theirs, and returns the ids.
func fill(t *testing.T, w *world, workspace string) []string {
	t.Helper()
	ctx, s := t.Context(), w.api.Store
	key, _, err := s.CreateKey(ctx, workspace, store.NewKey{Name: theirs, Scopes: []store.Scope{store.ScopeRead}})
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, strings.NewReplacer(`"r1","survey":"s"`, `"`+theirs+`"`, `"s"`, `"`+theirs+`"`, "region", theirs, "delivery", theirs).Replace(sample))
	search, err := s.CreateSearch(ctx, workspace, theirs, "match="+theirs)
	if err != nil {
		t.Fatal(err)
	}
	taxonomy := feedback.Taxonomy{Name: "default", Themes: []feedback.Theme{{ID: "price_value", Names: map[string]string{"en": theirs}}}}
	_, err = s.ReplaceTaxonomy(ctx, workspace, *w.api.Analyzer.Taxonomy(), taxonomy)
	w.awaitRetag(t, workspace)
	for _, err := range []error{
		err,
		s.PutSurvey(ctx, workspace, feedback.Survey{Name: theirs, Languages: []string{"fi"}}),
		s.PutBenchmark(ctx, workspace, feedback.Benchmark{Name: theirs, Source: theirs, Date: "2026-01-01"}),
		s.BeginImport(ctx, workspace, store.Import{ID: theirs, File: theirs}),
		s.FinishImport(ctx, workspace, store.Import{ID: theirs, File: theirs}), // its events end
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return []string{theirs, key.ID, search.ID, "2"}
}

// TestAForeignKeyGetsNothing tries every route of the document with the key of one workspace and the ids of another one.
// The same requests go to a server that has no other workspace: the answers are the same to the byte, refusals and counts
// included, so that nothing of the other one shows, not even that it is there. Nor does anything of it change.
func TestAForeignKeyGetsNothing(t *testing.T) {
	w, alone := newWorld(t), newWorld(t)
	d := describe(t, w)
	bravo := w.as(t, "bravo", store.ScopeAdmin)
	ids := fill(t, bravo, "bravo")
	held := snapshot(t, d, bravo, ids)
	if !strings.Contains(fmt.Sprint(held), theirs) {
		t.Error("the owner sees nothing: the test tries nothing")
	}
	views := [2]*world{w.as(t, "alpha", store.ScopeAdmin), alone.as(t, "alpha", store.ScopeAdmin)}
	all := asks(d, append(ids, "a1"), theirs)
	for _, reads := range []bool{true, false, true} { // as it is, then changes, then what became of them
		for _, v := range views {
			v.put(t, `[{"id":"a1","score":9,"comment":"Friendly staff"},{"id":"a2","score":2,"comment":"Late again"}]`)
		}
		for _, a := range all {
			if reads != (a.method == http.MethodGet) {
				continue
			}
			got, want := views[0].answer(t, a), views[1].answer(t, a)
			for _, v := range views { // how far that is at a moment is chance
				v.awaitRetag(t, "alpha")
			}
			if got != want {
				t.Errorf("%s tells that there is another workspace: %s", a, cmp.Diff(want, got))
			}
		}
	}
	if diff := cmp.Diff(held, snapshot(t, d, bravo, ids)); diff != "" {
		t.Errorf("theirs changed: %s", diff)
	}
}

// snapshot is all that a workspace's own admin gets.
func snapshot(t *testing.T, d *document, w *world, ids []string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, a := range asks(d, ids, theirs) {
		if a.method == http.MethodGet {
			all[a.String()] = w.answer(t, a)
		}
	}
	return all
}

// TestEveryRouteNeedsAKey sends every route of the document without a key, with keys that are none, and with keys whose
// scope does not do.
func TestEveryRouteNeedsAKey(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	ingest, read := w.as(t, "alpha", store.ScopeIngest), w.as(t, "alpha", store.ScopeRead)
	w.api.failures = newLimiter(1, 1e9)
	for _, a := range asks(d, []string{"1"}, "x") {
		open := !strings.HasPrefix(a.path, "/v1/") || strings.HasPrefix(a.path, hooksPath) // a platform's signature is its key
		for _, header := range [][]string{nil, {"Authorization", "Bearer vb_aaaaaaaaaa_" + strings.Repeat("a", 32)}, {"Authorization", "Basic eDp5"}, {"Authorization", ingest.secret}} {
			got := w.do(t, a.method, a.path, a.body, header...)
			if open != (got.status != http.StatusUnauthorized) || open == (got.header.Get("WWW-Authenticate") != "") {
				t.Errorf("%s with %v: %d %v", a, header, got.status, got.header)
			}
			if !open {
				got.problem(t)
			}
		}
		if got := w.do(t, a.method, a.path, a.body, "Host", "verbatim.example"); got.status == http.StatusMisdirectedRequest {
			t.Errorf("%s: with keys every name of the server is right", a)
		}
		may := func(v *world) bool { return v.do(t, a.method, a.path, a.body).status != http.StatusForbidden }
		path, _, _ := strings.Cut(a.path, "?")
		free := open || path == "/v1/analyze" || path == "/v1/workspace"
		takes := path == "/v1/responses" || path == "/v1/responses/bulk" || path == "/v1/imports" // with the scope ingest
		if a.method != http.MethodGet && !takes && !free && (may(ingest) || may(read)) {
			t.Errorf("%s is done without admin", a)
		}
		secretive := slices.ContainsFunc([]string{"/v1/keys", "/v1/audit", "/v1/sources", "/v1/webhooks"}, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
		if secretive {
			if may(ingest) || may(read) {
				t.Errorf("%s is shown without admin", a)
			}
			continue
		}
		if a.method == http.MethodGet && (!may(read) || !free && may(ingest)) {
			t.Errorf("%s: read %v, ingest %v", a, may(read), may(ingest))
		}
		if a.method == http.MethodPost && takes && (may(read) || !may(ingest)) {
			t.Errorf("%s: read %v, ingest %v", a, may(read), may(ingest))
		}
	}
	forbidden := read.do(t, http.MethodGet, "/v1/keys", "")
	if got := forbidden.header.Get("WWW-Authenticate"); got != `Bearer realm="verbatim", error="insufficient_scope", scope="admin"` {
		t.Error(got)
	}
}

// A route that nobody noted the scope of takes an admin.
func TestUnknownRoutesNeedAdmin(t *testing.T) {
	w := newWorld(t)
	w.api.engine.GET("/v1/forgotten", noted)
	read, admin := w.as(t, "alpha", store.ScopeRead), w.as(t, "alpha", store.ScopeAdmin)
	for v, want := range map[*world]int{w: 401, read: 403, admin: 200} {
		if got := v.do(t, http.MethodGet, "/v1/forgotten", ""); got.status != want {
			t.Errorf("%d, want %d", got.status, want)
		}
	}
}

func TestReadyzSaysNoCountsWithKeys(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	w.as(t, "alpha", store.ScopeAdmin)
	if got := w.get(t, "/readyz"); got != "{\"status\":\"ready\"}\n" {
		t.Error(got)
	}
	w.api.ready.caught.Store(false)
	w.api.ready.target = map[string]int64{"default": 1 << 40}
	if p := w.do(t, http.MethodGet, "/readyz", "").problem(t); p.Status != http.StatusServiceUnavailable || strings.ContainsAny(p.Detail, "0123456789") {
		t.Errorf("%+v", p)
	}
}

func BenchmarkAdmit(b *testing.B) {
	w := newWorld(b)
	w.api.rates = newLimiter(1e9, 1e9)
	_, secret, err := w.api.Store.CreateKey(b.Context(), "default", store.NewKey{Name: "x", Scopes: []store.Scope{store.ScopeRead}})
	if err != nil {
		b.Fatal(err)
	}
	w.api.engine.GET("/v1/bench", noted)
	w.api.scopes["GET /v1/bench"], w.api.scopes["GET /open"] = store.ScopeRead, scopeOpen
	w.api.engine.GET("/open", noted)
	for _, path := range []string{"/open", "/v1/bench"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sendWith(b, w.api.engine, path, secret)
			}
		})
	}
}
