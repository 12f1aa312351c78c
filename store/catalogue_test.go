package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestTaxonomies(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	if _, err := s.Taxonomy(ctx, ws, ""); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("none yet: %v", err)
	}
	one := feedback.Taxonomy{Name: "shop", Version: 17, Themes: []feedback.Theme{{ID: "price", Names: map[string]string{"en": "Price", "zh": "价格"}}}}
	two := feedback.Taxonomy{Name: "shop", Themes: []feedback.Theme{{ID: "price"}, {ID: "price/fees"}}}
	other := feedback.Taxonomy{Name: "bank", Themes: []feedback.Theme{{ID: "fees"}}}
	for i, c := range []struct {
		put  feedback.Taxonomy
		want string
	}{{one, "shop@1"}, {one, "shop@1"}, {two, "shop@2"}, {other, "bank@1"}, {two, "shop@3"}, {one, "shop@4"}, {two, "shop@5"}} {
		got, err := s.PutTaxonomy(ctx, ws, c.put)
		if err != nil || got.Ref() != c.want {
			t.Fatalf("put %d: %s, %v; want %s", i, got.Ref(), err, c.want)
		}
		current, err := s.Taxonomy(ctx, ws, "")
		if diff := cmp.Diff(got, current); diff != "" || err != nil {
			t.Errorf("put %d: %s %v", i, diff, err)
		}
	}
	for ref, want := range map[string]string{"shop@1": "shop@1", "shop@2": "shop@2", "bank@1": "bank@1", "shop": "shop@5", "bank": "bank@1"} {
		if got, err := s.Taxonomy(ctx, ws, ref); err != nil || got.Ref() != want {
			t.Errorf("%s: %s, %v", ref, got.Ref(), err)
		}
	}
	one.Version = 1
	if got, err := s.Taxonomy(ctx, ws, "shop@1"); err != nil || !cmp.Equal(one, got) {
		t.Error(cmp.Diff(one, got), err)
	}
	for ref, code := range map[string]feedback.Code{
		"shop@9": feedback.NotFound, "none": feedback.NotFound, "shop@": feedback.Invalid, "shop@x": feedback.Invalid, "@1": feedback.NotFound,
	} {
		if _, err := s.Taxonomy(ctx, ws, ref); feedback.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", ref, err, code)
		}
	}
	if _, err := s.Taxonomy(ctx, "other", "shop"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace: %v", err)
	}
}

func TestTaxonomyRefuses(t *testing.T) {
	s := open(t)
	for name, taxonomy := range map[string]feedback.Taxonomy{
		"no name":      {},
		"name with @":  {Name: "a@1"},
		"empty id":     {Name: "a", Themes: []feedback.Theme{{}}},
		"repeated id":  {Name: "a", Themes: []feedback.Theme{{ID: "x"}, {ID: "x"}}},
		"invalid text": {Name: "a", Themes: []feedback.Theme{{ID: "\xff"}}},
	} {
		if _, err := s.PutTaxonomy(t.Context(), ws, taxonomy); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names, err := s.Workspaces(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("workspaces %v, %v", names, err)
	}
}

func TestImports(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	later := Import{ID: "a", File: "later.csv", Digest: "d2", StartedAt: start.Add(time.Hour)}
	first := Import{ID: "b", File: "erste Umfrage.csv", Digest: "d1", StartedAt: start}
	for _, i := range []Import{later, first} {
		if err := s.BeginImport(ctx, ws, i); err != nil {
			t.Fatal(err)
		}
	}
	first.FinishedAt, first.Read, first.Created, first.Updated, first.Unchanged, first.Rejected = start.Add(time.Minute), 10, 4, 3, 2, 1
	if err := s.FinishImport(ctx, ws, first); err != nil {
		t.Fatal(err)
	}
	check := func(want ...Import) {
		t.Helper()
		got, err := s.Imports(ctx, ws)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	check(first, later)
	if err := s.BeginImport(ctx, ws, first); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("begun again: %v", err)
	}
	if err := s.BeginImport(ctx, ws, later); err != nil { // it was left unfinished
		t.Error(err)
	}
	if _, err := s.DeleteImport(ctx, ws, "b"); err != nil {
		t.Fatal(err)
	}
	again := Import{ID: "b", File: "once more.csv", StartedAt: start}
	if err := s.BeginImport(ctx, ws, again); err != nil { // it was undone
		t.Error(err)
	}
	check(again, later)
	for name, i := range map[string]Import{"no id": {}, "bad name": {ID: "x", File: "\xff"}} {
		if err := s.BeginImport(ctx, ws, i); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.FinishImport(ctx, ws, Import{ID: "never"}); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("never begun: %v", err)
	}
	if err := s.BeginImport(ctx, ws, Import{ID: "now"}); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Imports(ctx, ws); err != nil || time.Since(list[len(list)-1].StartedAt) > time.Hour {
		t.Errorf("%+v, %v", list, err)
	}
}
