package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestCorrectionsLieOverAnalyses(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	a := sample(2)
	put(t, s, Created, a, sample(3))
	c := feedback.Correction{
		Key: a.Key(), By: "ann", Sentiment: new(feedback.Positive), Kinds: &[]feedback.Kind{feedback.Praise},
		Themes: &[]feedback.StatementTheme{{Theme: a.Analysis.Themes[0].Theme, Sentiment: feedback.Positive}},
	}
	for range 2 { // the second says nothing new
		if err := s.Correct(ctx, ws, c); err != nil {
			t.Fatal(err)
		}
	}
	want := a
	want.Analysis = c.Apply(a.Analysis)
	check := func(when string) {
		t.Helper()
		got, err := s.Get(ctx, ws, a.Key())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: get: %s %v", when, diff, err)
		}
		changes, err := s.Changes(ctx, ws, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, changes[0].Analysed); diff != "" {
			t.Errorf("%s: changes: %s", when, diff)
		}
	}
	check("corrected")
	retagged := a
	retagged.Analysis = analyse(a.Comment, "2027.01", "default@2")
	if _, err := s.Retag(ctx, ws, []feedback.Analysed{retagged}); err != nil {
		t.Fatal(err)
	}
	want.Analysis = c.Apply(retagged.Analysis)
	check("retagged")
	a = retagged
	a.Score, a.SubmittedAt = 1, start.AddDate(1, 0, 0)
	put(t, s, Updated, a)
	want = a
	want.Analysis = c.Apply(a.Analysis)
	check("put again")

	list, err := s.Corrections(ctx, ws)
	if diff := cmp.Diff([]feedback.Correction{c}, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got := kinds(t, s); got != "put r000002, put r000003, correct r000002, retag r000002, put r000002" {
		t.Errorf("log %q", got)
	}
}

func TestCorrectionsReplaceAndGo(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	a := sample(2)
	put(t, s, Created, a)
	var none []feedback.StatementTheme
	for _, c := range []feedback.Correction{
		{Key: a.Key(), By: "ann", Sentiment: new(feedback.Negative)},
		{Key: a.Key(), By: "bob", Themes: &none}, // "no themes" is not "nothing about themes"
	} {
		if err := s.Correct(ctx, ws, c); err != nil {
			t.Fatal(err)
		}
	}
	got := get(t, s, a.ID)
	if len(got.Analysis.Themes) != 0 || *got.Analysis.Sentiment != *a.Analysis.Sentiment {
		t.Errorf("themes %v, sentiment %v", got.Analysis.Themes, got.Analysis.Sentiment)
	}
	for range 2 { // there is nothing to take back the second time
		if err := s.Correct(ctx, ws, feedback.Correction{Key: a.Key(), By: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(a, get(t, s, a.ID)); diff != "" {
		t.Error(diff)
	}
	if got := kinds(t, s); got != "put r000002, correct r000002, correct r000002, correct r000002" {
		t.Errorf("log %q", got)
	}
}

func TestCorrectRefuses(t *testing.T) {
	s := open(t)
	a := sample(2)
	put(t, s, Created, a)
	for _, c := range []struct {
		name string
		code feedback.Code
		c    feedback.Correction
	}{
		{"missing", feedback.NotFound, feedback.Correction{Key: keyOf(3), Sentiment: new(feedback.Positive)}},
		{"sentiment", feedback.Invalid, feedback.Correction{Key: a.Key(), Sentiment: new(feedback.Sentiment("good"))}},
		{"mixed theme", feedback.Invalid, feedback.Correction{Key: a.Key(), Themes: &[]feedback.StatementTheme{{Theme: "support", Sentiment: feedback.Mixed}}}},
		{"theme without id", feedback.Invalid, feedback.Correction{Key: a.Key(), Themes: &[]feedback.StatementTheme{{Sentiment: feedback.Positive}}}},
		{"kind", feedback.Invalid, feedback.Correction{Key: a.Key(), Kinds: &[]feedback.Kind{"rant"}}},
		{"corrector", feedback.Invalid, feedback.Correction{Key: a.Key(), By: "\xff"}},
		{"theme", feedback.Invalid, feedback.Correction{Key: a.Key(), Themes: &[]feedback.StatementTheme{{Theme: "a\x00", Sentiment: feedback.Positive}}}},
	} {
		if err := s.Correct(t.Context(), ws, c.c); feedback.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got := kinds(t, s); got != "put r000002" {
		t.Errorf("log %q", got)
	}
}
