package store

import (
	"strconv"
	"strings"
	"testing"

	"verbatim/feedback"
)

func TestSearches(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	late, err := s.CreateSearch(ctx, "alpha", " Late parcels ", "match=late")
	if err != nil || late.Name != "Late parcels" || late.CreatedAt.IsZero() {
		t.Fatalf("%+v, %v", late, err)
	}
	if _, err := s.CreateSearch(ctx, "bravo", "Late parcels", "match=other"); err != nil { // another workspace's name is its own
		t.Fatal(err)
	}
	rude, err := s.CreateSearch(ctx, "alpha", "A rude one", "match=rude")
	if err != nil {
		t.Fatal(err)
	}
	renamed, err := s.UpdateSearch(ctx, "alpha", late.ID, "Zu spät", "match=late&sort=oldest")
	if err != nil || renamed.Query != "match=late&sort=oldest" || !renamed.CreatedAt.Equal(late.CreatedAt) {
		t.Errorf("%+v, %v", renamed, err)
	}
	if list, err := s.SavedSearches(ctx, "alpha"); err != nil || len(list) != 2 || list[0] != rude || list[1] != renamed {
		t.Errorf("%+v, %v", list, err)
	}
	for name, refused := range map[string]struct {
		err  error
		want feedback.Code
	}{
		"a name that is taken":        {second(s.CreateSearch(ctx, "alpha", "A rude one", "")), feedback.Conflict},
		"another's name":              {second(s.UpdateSearch(ctx, "alpha", late.ID, "A rude one", "")), feedback.Conflict},
		"no name":                     {second(s.CreateSearch(ctx, "alpha", " ", "")), feedback.Invalid},
		"a long name":                 {second(s.CreateSearch(ctx, "alpha", strings.Repeat("x", 201), "")), feedback.TooLarge},
		"a long query":                {second(s.CreateSearch(ctx, "alpha", "x", strings.Repeat("x", 8001))), feedback.TooLarge},
		"another workspace's":         {second(s.SavedSearch(ctx, "bravo", late.ID)), feedback.NotFound},
		"another workspace's, change": {second(s.UpdateSearch(ctx, "bravo", late.ID, "x", "")), feedback.NotFound},
		"another workspace's, delete": {s.DeleteSearch(ctx, "bravo", late.ID), feedback.NotFound},
	} {
		if feedback.CodeOf(refused.err) != refused.want {
			t.Errorf("%s: %v", name, refused.err)
		}
	}
	if err := s.DeleteSearch(ctx, "alpha", late.ID); err != nil {
		t.Error(err)
	}
	log, err := s.Audit(ctx, "alpha", 0, 10)
	if err != nil || len(log) != 4 || log[0].Action != "delete-search" || log[0].Object != late.ID {
		t.Errorf("%+v, %v", log, err)
	}
	for i := range MaxSearches - 1 {
		if _, err := s.CreateSearch(ctx, "alpha", strconv.Itoa(i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CreateSearch(ctx, "alpha", "one more", ""); feedback.CodeOf(err) != feedback.TooLarge {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }
