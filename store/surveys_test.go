package store

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestSurveys(t *testing.T) {
	s, ctx := open(t), t.Context()
	nps := feedback.Survey{Name: "nps", Kind: feedback.Relationship, Touchpoint: "mail", Question: "Why this score?", Languages: []string{"fi", "sv"}, RetentionDays: 365}
	bare := feedback.Survey{Name: "bare", Languages: []string{}}
	for _, survey := range []feedback.Survey{nps, bare} {
		if err := s.PutSurvey(ctx, "acme", survey); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Survey(ctx, "acme", "nps"); err != nil || !cmp.Equal(nps, got) {
		t.Error(cmp.Diff(nps, got), err)
	}
	if got, err := s.Surveys(ctx, "acme"); err != nil || !cmp.Equal([]feedback.Survey{bare, nps}, got) {
		t.Error(got, err)
	}
	settings, err := s.Settings(ctx, "acme")
	if want := map[string][]string{"nps": {"fi", "sv"}}; err != nil || !cmp.Equal(want, settings.Languages) || settings.Taxonomy != nil {
		t.Errorf("%+v, %v", settings, err)
	}
	nps.Languages = []string{"de"}
	if err := s.PutSurvey(ctx, "acme", nps); err != nil {
		t.Fatal(err)
	}
	taxonomy, err := s.PutTaxonomy(ctx, "acme", feedback.Taxonomy{Name: "shop", Themes: []feedback.Theme{{ID: "price"}}})
	if err != nil {
		t.Fatal(err)
	}
	settings, err = s.Settings(ctx, "acme") // what was held is forgotten
	if err != nil || !cmp.Equal([]string{"de"}, settings.Languages["nps"]) || !cmp.Equal(&taxonomy, settings.Taxonomy) {
		t.Errorf("%+v, %v", settings, err)
	}
	if settings, err := s.Settings(ctx, "other"); err != nil || len(settings.Languages) > 0 || settings.Taxonomy != nil {
		t.Errorf("another workspace's: %+v, %v", settings, err)
	}
	if _, err := s.Survey(ctx, "other", "nps"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace's: %v", err)
	}
	if err := s.DeleteSurvey(ctx, "other", "nps"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace's: %v", err)
	}
	if err := s.DeleteSurvey(ctx, "acme", "nps"); err != nil {
		t.Error(err)
	}
	if settings, err := s.Settings(ctx, "acme"); err != nil || len(settings.Languages) > 0 {
		t.Errorf("%+v, %v", settings, err)
	}
	if err := s.PutSurvey(ctx, "acme", feedback.Survey{Name: "x", Kind: "y"}); feedback.CodeOf(err) != feedback.Invalid {
		t.Error(err)
	}
}

func TestReplaceTaxonomyCountsFromTheBase(t *testing.T) {
	s, ctx := open(t), t.Context()
	base := feedback.Taxonomy{Name: "default", Themes: []feedback.Theme{{ID: "price"}, {ID: "food"}}}
	own := feedback.Taxonomy{Name: "default", Themes: []feedback.Theme{{ID: "price", Description: "what it costs"}}}
	for _, want := range []string{"default@2", "default@2"} {
		if got, err := s.ReplaceTaxonomy(ctx, ws, base, own); err != nil || got.Ref() != want {
			t.Errorf("%s, %v; want %s", got.Ref(), err, want)
		}
	}
	if got, err := s.Taxonomy(ctx, ws, "default@1"); err != nil || len(got.Themes) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.ReplaceTaxonomy(ctx, ws, base, feedback.Taxonomy{Name: "@"}); feedback.CodeOf(err) != feedback.Invalid {
		t.Error(err)
	}
}

func TestAudit(t *testing.T) {
	s, ctx := open(t), t.Context()
	put(t, s, Created, sample(1), sample(2))
	key, _ := createKey(t, s, ws, ScopeAdmin)
	with := WithActor(ctx, key.ID)
	a, b := sample(1), sample(2)
	for _, err := range []error{
		s.PutSurvey(with, ws, feedback.Survey{Name: "nps"}),
		s.DeleteSurvey(with, ws, "nps"),
		s.Delete(with, ws, a.Key()),
		s.PutBenchmark(with, ws, feedback.Benchmark{Name: "rival", Source: "x", Date: "2026-01-01"}),
		s.DeleteBenchmark(with, ws, "rival"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.DeleteRespondent(with, ws, b.Respondent); err != nil {
		t.Fatal(err)
	}
	for _, refused := range []error{s.DeleteSurvey(with, ws, "none"), s.RevokeKey(with, ws, "none"), s.Delete(with, ws, a.Key())} {
		if refused == nil {
			t.Error("not refused")
		}
	}
	list, err := s.Audit(ctx, ws, 0, MaxAudit)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		who := map[string]string{key.ID: "key", Local: Local}[e.Actor]
		object := map[string]string{key.ID: "key"}[e.Object]
		if object == "" {
			object = e.Object
		}
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Seq, who, e.Action, object))
		if e.At.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	want := []string{
		"7 key delete-respondent ", "6 key delete-benchmark rival", "5 key put-benchmark rival", "4 key delete-response nps",
		"3 key delete-survey nps", "2 key put-survey nps", "1 local create-key key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	page, err := s.Audit(ctx, ws, 3, 1)
	if err != nil || len(page) != 1 || page[0].Seq != 2 {
		t.Errorf("%+v, %v", page, err)
	}
	if other, err := s.Audit(ctx, "other", 0, 10); err != nil || len(other) != 0 {
		t.Errorf("another workspace's: %+v, %v", other, err)
	}
	for _, c := range [][2]int{{-1, 1}, {0, 0}, {0, MaxAudit + 1}} {
		if _, err := s.Audit(ctx, ws, int64(c[0]), c[1]); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%v: %v", c, err)
		}
	}
}
