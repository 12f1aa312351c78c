package store

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// get returns a response that must be there.
func get(tb testing.TB, s *Store, id string) feedback.Analysed {
	tb.Helper()
	a, err := s.Get(tb.Context(), ws, feedback.Key{Survey: "nps", ID: id})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// kinds gives the workspace's change log as "put r000001, delete r000001".
func kinds(tb testing.TB, s *Store) string {
	tb.Helper()
	changes, err := s.Changes(tb.Context(), ws, 0, 1000)
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for i, c := range changes {
		if c.Seq != int64(i+1) {
			tb.Fatalf("entry %d has seq %d", i, c.Seq)
		}
		list = append(list, string(c.Kind)+" "+c.Key.ID)
	}
	return strings.Join(list, ", ")
}

func TestPutKeepsEverything(t *testing.T) {
	full := sample(4)
	full.Lang, full.Weight, full.Import = "en-GB", 1.25, "i1"
	full.UpdatedAt = start.Add(time.Hour)
	full.Attributes = map[string]string{`quote " and \`: "<b>&", "meta.airline": "价格", "empty": ""}
	bare := feedback.Analysed{Response: feedback.Response{Survey: "nps", ID: "bare", Score: feedback.Unscored}}
	zero := feedback.Analysed{Response: feedback.Response{Survey: "nps", ID: "zero", Score: 0, Comment: "0", SubmittedAt: time.UnixMilli(-1).UTC()}}
	untagged := sample(1)
	untagged.Analysis = &feedback.Analysis{Language: feedback.Language{Code: "xx"}, Model: "m", Taxonomy: "t@1"}
	foreign := sample(2)
	foreign.Analysis.Statements[0].Text = "not what is there" // kept as it is, though nothing of ours writes it
	s := open(t)
	for _, want := range []feedback.Analysed{full, bare, zero, untagged, foreign} {
		put(t, s, Created, want)
		if diff := cmp.Diff(want, get(t, s, want.ID)); diff != "" {
			t.Errorf("%s: %s", want.ID, diff)
		}
	}
}

func TestPutTimes(t *testing.T) {
	early, late := start, start.Add(time.Minute)
	for _, c := range []struct {
		name                           string
		submitted, updated             time.Time
		thenSubmitted, thenUpdated     time.Time
		status                         Status
		reason                         string
		sameComment, sameAnalysisModel bool
	}{
		{name: "newer updated_at wins", updated: early, thenUpdated: late, status: Updated},
		{name: "older updated_at loses", updated: late, thenUpdated: early, status: Unchanged, reason: Stale},
		{name: "equal updated_at: the later arrival wins", updated: late, thenUpdated: late, status: Updated},
		{name: "submitted_at where updated_at is missing", submitted: early, thenSubmitted: late, status: Updated},
		{name: "older submitted_at loses", submitted: late, thenSubmitted: early, status: Unchanged, reason: Stale},
		{name: "updated_at counts before submitted_at", submitted: late, updated: early, thenSubmitted: early, thenUpdated: late, status: Updated},
		{name: "submitted_at against updated_at", updated: late, thenSubmitted: early, status: Unchanged, reason: Stale},
		{name: "no times: the later arrival wins", status: Updated},
		{name: "a time against none: the later arrival wins", updated: late, status: Updated},
		{name: "same content", updated: late, thenUpdated: late, sameComment: true, status: Unchanged},
		{name: "a newer version with the same text", updated: early, thenUpdated: late, sameComment: true, status: Updated},
		{name: "less than a millisecond apart is the same", updated: late, thenUpdated: late.Add(time.Microsecond), sameComment: true, status: Unchanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			a := sample(1)
			a.SubmittedAt, a.UpdatedAt = c.submitted, c.updated
			put(t, s, Created, a)
			b := a
			b.SubmittedAt, b.UpdatedAt = c.thenSubmitted, c.thenUpdated
			if !c.sameComment {
				b.Comment = "changed"
				b.Analysis = analyse(b.Comment, "2026.11", "default@1")
			}
			if r := put(t, s, c.status, b)[0]; r.Reason != c.reason {
				t.Errorf("reason %q, want %q", r.Reason, c.reason)
			}
			want, log := a, "put r000001"
			if c.status == Updated {
				want, log = b, "put r000001, put r000001"
			}
			if diff := cmp.Diff(want, get(t, s, a.ID)); diff != "" {
				t.Error(diff)
			}
			if got := kinds(t, s); got != log {
				t.Errorf("log %q, want %q", got, log)
			}
		})
	}
}

func TestPutSameContentFromAnotherModel(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(4))
	again := sample(4)
	again.Analysis = analyse(again.Comment, "2027.01", "default@1")
	again.SuggestionAnalysis = analyse(again.Suggestion, "2027.01", "default@1")
	if r := put(t, s, Updated, again)[0]; r.Reason != Retagged {
		t.Errorf("reason %q", r.Reason)
	}
	put(t, s, Unchanged, again)
	unanalysed := sample(4)
	unanalysed.Analysis, unanalysed.SuggestionAnalysis = nil, nil
	put(t, s, Unchanged, unanalysed)
	if diff := cmp.Diff(again, get(t, s, again.ID)); diff != "" {
		t.Error(diff)
	}
	if got := kinds(t, s); got != "put r000004, retag r000004" {
		t.Errorf("log %q", got)
	}
}

func TestPutRepeatedKeysInOneBatch(t *testing.T) {
	s := open(t)
	first, second, third := sample(1), sample(1), sample(1)
	second.Comment, third.Comment = "second", "third"
	third.SubmittedAt = first.SubmittedAt.Add(-time.Hour)
	results, err := s.Put(t.Context(), ws, []feedback.Analysed{first, second, third, second})
	if err != nil {
		t.Fatal(err)
	}
	want := []PutResult{
		{Key: first.Key(), Status: Created},
		{Key: first.Key(), Status: Updated},
		{Key: first.Key(), Status: Unchanged, Reason: Stale},
		{Key: first.Key(), Status: Unchanged},
	}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Error(diff)
	}
	if got := get(t, s, first.ID).Comment; got != "second" {
		t.Errorf("stored %q", got)
	}
}

func TestPutRejectsWithoutStoppingTheRest(t *testing.T) {
	for _, c := range []struct {
		name string
		code feedback.Code
		make func(*feedback.Analysed)
	}{
		{"no id", feedback.Invalid, func(a *feedback.Analysed) { a.ID = "" }},
		{"no survey", feedback.Invalid, func(a *feedback.Analysed) { a.Survey = "" }},
		{"score 11", feedback.Invalid, func(a *feedback.Analysed) { a.Score = 11 }},
		{"score -2", feedback.Invalid, func(a *feedback.Analysed) { a.Score = -2 }},
		{"NUL in the comment", feedback.Invalid, func(a *feedback.Analysed) { a.Comment = "se\x00cret" }},
		{"NUL in the id", feedback.Invalid, func(a *feedback.Analysed) { a.ID = "se\x00cret" }},
		{"invalid UTF-8", feedback.Invalid, func(a *feedback.Analysed) { a.Suggestion = "secret\xff" }},
		{"NUL in an attribute", feedback.Invalid, func(a *feedback.Analysed) { a.Attributes = map[string]string{"k": "secret\x00"} }},
		{"comment of 10 MB", feedback.TooLarge, func(a *feedback.Analysed) { a.Comment = strings.Repeat("secret ", 10<<20/7) }},
		{"long id", feedback.TooLarge, func(a *feedback.Analysed) { a.ID = strings.Repeat("secret", 1000) }},
		{"long attributes", feedback.TooLarge, func(a *feedback.Analysed) {
			a.Attributes = map[string]string{"a": strings.Repeat("s", 600<<10), "b": strings.Repeat("s", 600<<10)}
		}},
		{"weight NaN", feedback.Invalid, func(a *feedback.Analysed) { a.Weight = math.NaN() }},
		{"negative weight", feedback.Invalid, func(a *feedback.Analysed) { a.Weight = -1 }},
		{"two taxonomies", feedback.Invalid, func(a *feedback.Analysed) { a.SuggestionAnalysis = analyse("", "2026.11", "default@2") }},
		{"infinite confidence", feedback.Invalid, func(a *feedback.Analysed) { a.Analysis.Language.Confidence = math.Inf(1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			bad := sample(1)
			c.make(&bad)
			results, err := s.Put(t.Context(), ws, []feedback.Analysed{sample(2), bad, sample(3)})
			if err != nil {
				t.Fatal(err)
			}
			if results[0].Status != Created || results[1].Status != Rejected || results[2].Status != Created {
				t.Fatalf("%+v", results)
			}
			problem := results[1].Problem
			if problem == nil || problem.Code != c.code || strings.Contains(problem.Message, "secret") {
				t.Errorf("problem %v, want %s without the text", problem, c.code)
			}
			if got := kinds(t, s); got != "put r000002, put r000003" {
				t.Errorf("log %q", got)
			}
		})
	}
}

func TestWorkspaces(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	for _, name := range []string{"", "A", "a b", "a/b", "ä", strings.Repeat("a", 65), "a\n"} {
		if _, err := s.Put(ctx, name, samples(1)); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("put in workspace %q: %v", name, err)
		}
		if _, err := s.LastSeq(ctx, name); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("read of workspace %q: %v", name, err)
		}
	}
	other := sample(1)
	other.Comment = "another tenant's"
	for i, name := range []string{"b_2", "a-1"} {
		a := sample(1)
		if i == 1 {
			a = other
		}
		if results, err := s.Put(ctx, name, []feedback.Analysed{a}); err != nil || results[0].Status != Created {
			t.Fatal(results, err)
		}
	}
	if err := s.Delete(ctx, "b_2", other.Key()); err != nil {
		t.Fatal(err)
	}
	names, err := s.Workspaces(ctx)
	if diff := cmp.Diff([]string{"a-1", "b_2"}, names); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err := s.Get(ctx, "a-1", other.Key())
	if err != nil || got.Comment != other.Comment {
		t.Errorf("the other workspace holds %q, %v", got.Comment, err)
	}
	for name, want := range map[string]int64{"a-1": 1, "b_2": 2, "nobody": 0} {
		if seq, err := s.LastSeq(ctx, name); seq != want || err != nil {
			t.Errorf("%s: seq %d, want %d (%v)", name, seq, want, err)
		}
	}
}

func TestRetag(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	put(t, s, Created, sample(4), sample(5))
	first := get(t, s, "r000004")

	tagged := sample(4)
	tagged.Score, tagged.Touchpoint = 0, "not written" // analyses only
	tagged.Analysis = analyse(tagged.Comment, "2026.11", "default@2")
	tagged.SuggestionAnalysis = analyse(tagged.Suggestion, "2026.11", "default@2")
	missing, changed, untagged := sample(99), sample(5), sample(5)
	changed.Comment += "!"
	untagged.Analysis, untagged.SuggestionAnalysis = nil, nil
	results, err := s.Retag(ctx, ws, []feedback.Analysed{tagged, tagged, missing, changed, untagged})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprint(r.Status, r.Reason, feedback.CodeOf(asError(r.Problem))))
	}
	want := []string{"updated", "unchanged", "rejectednot_found", "unchangedstale", "unchanged"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	now := first
	now.Analysis, now.SuggestionAnalysis = tagged.Analysis, tagged.SuggestionAnalysis
	if diff := cmp.Diff(now, get(t, s, "r000004")); diff != "" {
		t.Error(diff)
	}
	if got := kinds(t, s); got != "put r000004, put r000005, retag r000004" {
		t.Errorf("log %q", got)
	}
}

// asError keeps a nil problem a nil error.
func asError(problem *feedback.Error) error {
	if problem == nil {
		return nil
	}
	return problem
}

// byTaxonomy returns the models of comment and suggestion that ScanTaxonomy gives for the only response.
func byTaxonomy(t *testing.T, s *Store, ref string) string {
	t.Helper()
	var models []string
	err := s.ScanTaxonomy(t.Context(), ws, ref, func(a feedback.Analysed) error {
		for _, analysis := range []*feedback.Analysis{a.Analysis, a.SuggestionAnalysis} {
			if analysis == nil {
				models = append(models, "-")
				continue
			}
			models = append(models, analysis.Model)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(models, "")
}

func TestTaxonomiesLiveSideBySide(t *testing.T) {
	s := open(t)
	a := sample(4)
	with := func(model, taxonomy string) feedback.Analysed {
		a.Analysis, a.SuggestionAnalysis = analyse(a.Comment, model, taxonomy), analyse(a.Suggestion, model, taxonomy)
		return a
	}
	check := func(step string, want map[string]string) {
		t.Helper()
		for ref, models := range want {
			if got := byTaxonomy(t, s, ref); got != models {
				t.Errorf("%s: %s has %q, want %q", step, ref, got, models)
			}
		}
	}
	put(t, s, Created, with("A", "x@1"))
	put(t, s, Updated, with("A", "x@2"))
	check("two versions", map[string]string{"x@1": "AA", "x@2": "AA", "x@3": "--"})
	put(t, s, Updated, with("B", "x@1"))
	check("a new model replaces within its version", map[string]string{"x@1": "BB", "x@2": "AA"})
	a.Score, a.UpdatedAt = 3, start.AddDate(0, 0, 1)
	put(t, s, Updated, with("C", "x@2"))
	check("the same texts with another score", map[string]string{"x@1": "BB", "x@2": "CC"})
	a.Comment += " And more."
	put(t, s, Updated, with("C", "x@2"))
	check("another comment: its old analyses are of a text that is gone", map[string]string{"x@1": "-B", "x@2": "CC"})
	if got := get(t, s, a.ID); got.Analysis.Taxonomy != "x@2" || got.Analysis.Model != "C" {
		t.Errorf("current is %s %s", got.Analysis.Model, got.Analysis.Taxonomy)
	}
	a.Suggestion, a.SuggestionAnalysis = "", nil
	a.Analysis = analyse(a.Comment, "C", "x@2")
	put(t, s, Updated, a)
	check("no suggestion", map[string]string{"x@1": "--", "x@2": "C-"})
}
