package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// awaitRetag waits until nothing of a workspace is being tagged anew, and the counts know of it.
func (w *world) awaitRetag(tb testing.TB, workspace string) {
	tb.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 10_000 {
		_, running, err := w.api.Store.RunningRetag(tb.Context(), workspace)
		if err != nil {
			tb.Fatal(err)
		}
		if lag, err := w.api.Index.Lag(tb.Context(), workspace); err == nil && lag == 0 && !running {
			return
		}
		<-tick.C
	}
	tb.Fatal("it is still being tagged anew")
}

// parkingThemes are all built-in themes and one of one's own below location_access.
func parkingThemes(w *world, phrases string) string {
	var list []string
	for _, theme := range w.api.Analyzer.Taxonomy().Themes {
		list = append(list, fmt.Sprintf(`{"id":%q}`, theme.ID))
	}
	list = append(list, `{"id":"location_access/parking","names":{"en":"Parking","fi":"Pysäköinti"},"phrases":`+phrases+`}`)
	return `{"themes":[` + strings.Join(list, ",") + `]}`
}

const parkingPhrases = `{"en":["parking","car park"],"fi":["pysäköinti"]}`

// putParking stores twelve responses, four of which are about parking.
func putParking(t *testing.T, w *world) {
	t.Helper()
	for i := range 12 {
		text := []string{"The delivery was late and expensive", "Parking was a terrible nightmare", "Friendly staff, great food"}[i%3]
		w.put(t, fmt.Sprintf(`{"id":"r%d","survey":"s","score":%d,"comment":%q}`, i, i%11, text))
	}
	w.awaitRetag(t, "default")
}

func (w *world) themeCount(t *testing.T, query, theme string) int {
	t.Helper()
	n := 0
	for _, c := range decode[SearchPage](t, w.get(t, "/v1/search?limit=1"+query)).Counts.Themes {
		if c.Theme == theme {
			n += c.N
		}
	}
	return n
}

func TestOwnThemeFromPreviewToDiff(t *testing.T) {
	w := newWorld(t)
	putParking(t, w)
	body := parkingThemes(w, parkingPhrases)
	preview := decode[TaxonomyPreview](t, w.do(t, http.MethodPost, "/v1/taxonomy/preview", body).body)
	at := slices.IndexFunc(preview.Themes, func(p ThemePreview) bool { return p.Theme == "location_access/parking" })
	if at < 0 || preview.Comments != 12 {
		t.Fatalf("%+v", preview)
	}
	if p := preview.Themes[at]; p.Gained != 4 || p.Before != 0 || len(p.Examples) != 4 || p.Examples[0].Evidence[0].Text != "Parking" || p.Examples[0].Sentiment != feedback.Negative {
		t.Errorf("%+v", p)
	}
	if n := w.themeCount(t, "", "location_access/parking"); n != 0 {
		t.Errorf("a preview tags %d", n)
	}
	put := decode[feedback.Taxonomy](t, w.do(t, http.MethodPut, "/v1/taxonomy", body).body)
	if put.Ref() != "default@2" {
		t.Errorf("%s", put.Ref())
	}
	w.awaitRetag(t, "default")
	if n := w.themeCount(t, "", "location_access/parking"); n != 4 {
		t.Errorf("%d are tagged with the new theme", n)
	}
	if n := w.themeCount(t, "&taxonomy=default%401", "location_access/parking"); n != 0 {
		t.Errorf("%d are under the version before", n)
	}
	if n := w.themeCount(t, "&theme=location_access%2Fparking:negative", "location_access/parking"); n != 4 {
		t.Errorf("%d are found", n)
	}
	status := decode[RetagStatus](t, w.get(t, "/v1/taxonomy/retag"))
	if status.State != "done" || status.Total != 12 || status.Done != 12 || status.Taxonomy != "default@2" {
		t.Errorf("%+v", status)
	}
	if events := w.get(t, "/v1/taxonomy/retag/events"); !strings.HasPrefix(events, "event: end\ndata: {") {
		t.Errorf("%s", events)
	}
	versions := decode[TaxonomyVersions](t, w.get(t, "/v1/taxonomy/versions")).Versions
	if len(versions) != 2 || versions[0].State != "current" || versions[1].State != "earlier" || versions[1].Taxonomy != "default@1" {
		t.Errorf("%+v", versions)
	}
	diff := decode[TaxonomyDiff](t, w.get(t, "/v1/taxonomy/diff?from=1"))
	if !slices.Equal(diff.Added, []string{"location_access/parking"}) || diff.Comments != 12 || len(diff.Themes) == 0 {
		t.Errorf("%+v", diff)
	}
	if !slices.Contains(diff.Themes, ThemeMoved{"location_access/parking", 0, 4, 4, 0}) {
		t.Errorf("%+v", diff.Themes)
	}
	if got := decode[StoredResponse](t, w.get(t, "/v1/responses/r1?survey=s")); !got.Analysis.Has("location_access/parking", feedback.Negative) {
		t.Errorf("%+v", got.Analysis)
	}
}

func TestCorrectionsSurviveRetaggingAndDeletedThemes(t *testing.T) {
	w := newWorld(t)
	putParking(t, w)
	w.do(t, http.MethodPut, "/v1/taxonomy", parkingThemes(w, parkingPhrases))
	w.awaitRetag(t, "default")
	themes := []feedback.StatementTheme{{Theme: "location_access/parking", Sentiment: feedback.Positive}}
	if err := w.api.Store.Correct(t.Context(), "default", feedback.Correction{Key: feedback.Key{Survey: "s", ID: "r0"}, By: "me", Themes: &themes}); err != nil {
		t.Fatal(err)
	}
	w.do(t, http.MethodPut, "/v1/taxonomy", `{"themes":[{"id":"price_value"},{"id":"location_access"}]}`)
	w.awaitRetag(t, "default")
	if got := decode[feedback.Taxonomy](t, w.get(t, "/v1/taxonomy")); len(got.Themes) != 2 {
		t.Fatalf("%d themes", len(got.Themes))
	}
	// What a person said stays, though the theme is gone: it counts for its parent and under its id.
	if n := w.themeCount(t, "&theme=location_access:positive", "location_access/parking"); n != 1 {
		t.Errorf("%d are left of the correction", n)
	}
}

func TestNewerTaxonomyWins(t *testing.T) {
	w, follow := open(t, t.TempDir()) // nobody tags yet
	<-w.api.ready.loaded
	w.do(t, http.MethodPost, "/v1/responses", `{"id":"r","survey":"s","score":3,"comment":"Parking was a terrible nightmare"}`)
	for i, phrases := range []string{`{"en":["garage"]}`, `{"en":["parking lot"]}`, parkingPhrases} {
		if got := decode[feedback.Taxonomy](t, w.do(t, http.MethodPut, "/v1/taxonomy", parkingThemes(w, phrases)).body); got.Version != i+2 {
			t.Errorf("version %d", got.Version)
		}
	}
	if got := decode[feedback.Taxonomy](t, w.get(t, "/v1/taxonomy")); got.Ref() != "default@1" {
		t.Errorf("%s is read before anything is tagged with it", got.Ref())
	}
	follow()
	w.awaitRetag(t, "default")
	var states []string
	for _, v := range decode[TaxonomyVersions](t, w.get(t, "/v1/taxonomy/versions")).Versions {
		states = append(states, v.Taxonomy+" "+v.State)
	}
	if want := []string{"default@4 current", "default@3 replaced", "default@2 replaced", "default@1 earlier"}; !slices.Equal(states, want) {
		t.Errorf("%q", states)
	}
	if p := w.do(t, http.MethodGet, "/v1/nps?taxonomy=default%403", "").problem(t); p.Code != feedback.Invalid {
		t.Errorf("a version that was never read: %+v", p)
	}
}

func TestRetagCanBeCancelledAndBegunAgain(t *testing.T) {
	w, follow := open(t, t.TempDir())
	<-w.api.ready.loaded
	w.do(t, http.MethodPost, "/v1/responses", `{"id":"r","survey":"s","score":3,"comment":"Parking was a terrible nightmare"}`)
	body := parkingThemes(w, parkingPhrases)
	w.do(t, http.MethodPut, "/v1/taxonomy", body)
	if got := w.do(t, http.MethodDelete, "/v1/taxonomy/retag", ""); got.status != http.StatusNoContent {
		t.Errorf("%d", got.status)
	}
	if p := w.do(t, http.MethodDelete, "/v1/taxonomy/retag", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("%+v", p)
	}
	follow()
	w.awaitRetag(t, "default")
	if got := decode[RetagStatus](t, w.get(t, "/v1/taxonomy/retag")); got.State != string(store.RetagCancelled) {
		t.Errorf("%+v", got)
	}
	if got := decode[feedback.Taxonomy](t, w.do(t, http.MethodPut, "/v1/taxonomy", body).body); got.Version != 2 {
		t.Errorf("%s", got.Ref())
	}
	w.awaitRetag(t, "default")
	if got := decode[feedback.Taxonomy](t, w.get(t, "/v1/taxonomy")); got.Version != 2 {
		t.Errorf("%s", got.Ref())
	}
}

func TestTaxonomyProblems(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ method, path, body, location string }{
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"mine","phrases":{"en":["SECRETMARK "]},"hidden":1}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"mine"}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"mine","phrases":{"en":["the and"]}}]}`, "body.themes"},
		{"PUT", "/v1/taxonomy", `{"themes":[{"id":"mine","phrases":{"SECRETMARK":["x"]}}]}`, "body.themes"},
		{"POST", "/v1/taxonomy/preview", `{"themes":[{"id":"a/b","phrases":{"en":["SECRETMARK"]}}]}`, "body.themes"},
		{"POST", "/v1/taxonomy/preview?sample=0", `{"themes":[]}`, "query.sample"},
		{"GET", "/v1/taxonomy/diff", "", "query.from"},
		{"GET", "/v1/taxonomy/diff?from=x", "", "query.from"},
		{"GET", "/v1/nps?taxonomy=SECRETMARK", "", "query.taxonomy"},
	} {
		answer := w.do(t, c.method, c.path, c.body)
		p := answer.problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != c.location || strings.Contains(answer.body, "SECRETMARK") {
			t.Errorf("%s %s: %s", c.method, c.path, answer.body)
		}
	}
	if p := w.do(t, http.MethodGet, "/v1/taxonomy/diff?from=7", "").problem(t); p.Code != feedback.NotFound {
		t.Errorf("%+v", p)
	}
}

// An earlier version stays readable while responses change: what it never tagged, or not this text, is not in it.
func TestEarlierVersionFollowsChanges(t *testing.T) {
	w := newWorld(t)
	putParking(t, w)
	w.do(t, http.MethodPut, "/v1/taxonomy", parkingThemes(w, parkingPhrases))
	w.awaitRetag(t, "default")
	total := func(query string) int {
		return decode[SearchPage](t, w.get(t, "/v1/search?limit=1"+query)).Total
	}
	if a, b := total(""), total("&taxonomy=default%401"); a != 12 || b != 12 {
		t.Errorf("%d and %d", a, b)
	}
	w.put(t, `{"id":"new","survey":"s","score":1,"comment":"Parking again"}`)
	w.put(t, `{"id":"r1","survey":"s","score":1,"comment":"Another text about parking"}`)
	w.put(t, `{"id":"r2","survey":"s","score":1,"comment":"Friendly staff, great food"}`) // another score
	w.do(t, http.MethodDelete, "/v1/responses/r3?survey=s", "")
	w.awaitRetag(t, "default")
	if a, b := total(""), total("&taxonomy=default%401"); a != 12 || b != 10 {
		t.Errorf("%d and %d", a, b)
	}
	if n := total("&taxonomy=default%401&group=detractor&match=friendly"); n != total("&group=detractor&match=friendly") {
		t.Errorf("%d under the earlier version", n)
	}
	hits := decode[SearchPage](t, w.get(t, "/v1/search?taxonomy=default%401&match=nightmare")).Hits
	if len(hits) != 3 || hits[0].Response.Analysis.Taxonomy != "default@1" || hits[0].Response.Analysis.Has("location_access/parking", "") {
		t.Errorf("%+v", hits)
	}
	for _, path := range []string{"/v1/drivers?", "/v1/nps?", "/v1/nps/segments?by=survey&", "/v1/export/responses?format=csv&"} {
		if got := w.do(t, http.MethodGet, path+"taxonomy=default%401", ""); got.status != http.StatusOK || !strings.Contains(got.body, "default@1") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
