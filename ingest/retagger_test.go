package ingest

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"verbatim/feedback"
	"verbatim/store"
)

// ownTheme stores a taxonomy of all built-in themes and one of one's own.
func ownTheme(t *testing.T, i *Ingester, phrases ...string) (version string) {
	t.Helper()
	builtIn := i.Analyst.Analyzer.Taxonomy()
	themes := []feedback.Theme{{ID: "mine", Phrases: map[string][]string{"en": phrases}}}
	for _, theme := range builtIn.Themes {
		themes = append(themes, feedback.Theme{ID: theme.ID})
	}
	own, err := i.Analyst.Analyzer.NewTaxonomy(themes)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := i.Store.ReplaceTaxonomy(t.Context(), ws, *builtIn, own)
	if err != nil {
		t.Fatal(err)
	}
	return stored.Ref()
}

// steps tags until nothing is left to do, or so many batches.
func steps(t *testing.T, i *Ingester, most int) {
	t.Helper()
	r := NewRetagger(i, RetaggerOptions{})
	for range most {
		running, ok, err := i.Store.RunningRetag(t.Context(), ws)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		if err := r.step(t.Context(), running); err != nil {
			t.Fatal(err)
		}
	}
}

// mentions counts the responses that have the theme, and those that another version tagged or none.
func mentions(t *testing.T, s *store.Store, version string) (n, other int) {
	t.Helper()
	err := s.Scan(t.Context(), ws, func(a feedback.Analysed) error {
		if a.Analysis == nil || a.Analysis.Taxonomy != version {
			other++
		} else if a.Analysis.Has("mine", "") {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, other
}

func TestRetagFollowsWhatChanges(t *testing.T) {
	i := newIngester(t)
	var batch []feedback.Response
	for n := range 1200 {
		text := "The delivery was late"
		if n%3 == 0 {
			text = "The charging point was broken"
		}
		batch = append(batch, feedback.Response{Survey: "s", ID: fmt.Sprintf("r%04d", n), Respondent: fmt.Sprintf("p%d", n), Score: 3, Comment: text})
	}
	put(t, i, batch...)
	version := ownTheme(t, i, "charging point")
	steps(t, i, 1) // the first 500 are tagged
	if n, other := mentions(t, i.Store, "default@1"); n != 0 || other != 0 {
		t.Errorf("%d have tags of the next version, %d none", n, other)
	}
	late, err := i.Prepare(t.Context(), ws, []feedback.Response{{Survey: "s", ID: "late", Score: 3, Comment: "A charging point would help"}})
	if err != nil {
		t.Fatal(err)
	}
	put(
		t, i, feedback.Response{Survey: "s", ID: "r0000", Score: 3, Comment: "Now the food is cold"},
		feedback.Response{Survey: "s", ID: "r0001", Score: 3, Comment: "Both charging points are taken"},
		feedback.Response{Survey: "s", ID: "new", Score: 3, Comment: "No charging point at all"},
	)
	for _, respondent := range []string{"p3", "p900"} { // one that is tagged, and one that is not
		if _, err := i.Store.EraseRespondent(t.Context(), ws, respondent); err != nil {
			t.Fatal(err)
		}
	}
	positive := []feedback.StatementTheme{{Theme: "mine", Sentiment: feedback.Positive}}
	if err := i.Store.Correct(t.Context(), ws, feedback.Correction{Key: feedback.Key{Survey: "s", ID: "r0002"}, By: "me", Themes: &positive}); err != nil {
		t.Fatal(err)
	}
	steps(t, i, 100)
	// 400 of before, one less by its new text and two by erasure, one more by its new text, one new, one corrected.
	if n, other := mentions(t, i.Store, version); n != 400-1-2+1+1+1 || other != 0 {
		t.Errorf("%d have the theme, %d tags of another version", n, other)
	}
	if current, err := i.Store.CurrentTaxonomy(t.Context(), ws); err != nil || current != version {
		t.Errorf("%q is read: %v", current, err)
	}
	// What was on its way in while the version changed is tagged with the new one before it counts.
	if _, err := i.PutPrepared(t.Context(), ws, late); err != nil {
		t.Fatal(err)
	}
	if _, other := mentions(t, i.Store, version); other != 1 {
		t.Errorf("%d are read with tags of the version before", other)
	}
	steps(t, i, 100)
	if n, other := mentions(t, i.Store, version); n != 401 || other != 0 {
		t.Errorf("%d have the theme, %d tags of another version", n, other)
	}
	// Sending what is stored again changes nothing.
	if got := shown(put(t, i, batch[10])); got[0] != "s/r0010 unchanged" {
		t.Errorf("%q", got)
	}
}

func TestRetagGoesOnAfterACrash(t *testing.T) {
	dir := t.TempDir()
	openStore := func() *Ingester {
		s, err := store.Open(context.WithoutCancel(t.Context()), dir)
		if err != nil {
			t.Fatal(err)
		}
		return &Ingester{Analyst: &Analyst{Analyzer: analyzer()}, Store: s}
	}
	i := openStore()
	var batch []feedback.Response
	for n := range 1700 {
		batch = append(batch, feedback.Response{Survey: "s", ID: strconv.Itoa(n), Score: 3, Comment: "The charging point was broken"})
	}
	put(t, i, batch...)
	version := ownTheme(t, i, "charging point")
	for range 10 { // what is in memory is lost after each batch
		steps(t, i, 1)
		if err := i.Store.Close(); err != nil {
			t.Fatal(err)
		}
		i = openStore()
	}
	defer i.Store.Close()
	if n, other := mentions(t, i.Store, version); n != 1700 || other != 0 {
		t.Errorf("%d have the theme, %d tags of another version", n, other)
	}
}
