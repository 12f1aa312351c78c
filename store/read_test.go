package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func keysOf(batch []feedback.Analysed) []feedback.Key {
	keys := make([]feedback.Key, len(batch))
	for i := range batch {
		keys[i] = batch[i].Key()
	}
	return keys
}

func TestGetMany(t *testing.T) {
	s := open(t)
	batch := samples(getChunk*2 + 7)
	put(t, s, Created, batch...)
	asked := slices.Clone(batch)
	slices.Reverse(asked)
	keys := slices.Insert(keysOf(asked), 3, feedback.Key{Survey: "nps", ID: "missing"}, feedback.Key{Survey: "other", ID: batch[0].ID})
	keys = append(keys, asked[0].Key()) // once more
	got, err := s.GetMany(t.Context(), ws, keys)
	if diff := cmp.Diff(append(asked, asked[0]), got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := s.GetMany(t.Context(), ws, nil); len(got) != 0 || err != nil {
		t.Error(got, err)
	}
	if got, err := s.GetMany(t.Context(), "other", keys); len(got) != 0 || err != nil {
		t.Errorf("another workspace gives %d, %v", len(got), err)
	}
}

func TestGetMissing(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(1))
	for _, c := range []struct{ workspace, survey, id string }{
		{ws, "nps", "r1"}, {ws, "NPS", "r000001"}, {"other", "nps", "r000001"}, {ws, "", ""}, {ws, "nps", "r000001' OR '1'='1"},
	} {
		if _, err := s.Get(t.Context(), c.workspace, feedback.Key{Survey: c.survey, ID: c.id}); feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestScanIsOrderedAndOfOneMoment(t *testing.T) {
	s := open(t)
	batch := samples(30)
	batch[7].Survey, batch[8].Survey = "csat", "zzz"
	put(t, s, Created, batch...)
	want := slices.Clone(batch)
	slices.SortFunc(want, func(a, b feedback.Analysed) int {
		return slices.Compare([]string{a.Survey, a.ID}, []string{b.Survey, b.ID})
	})
	var got []feedback.Analysed
	err := s.Scan(t.Context(), ws, func(a feedback.Analysed) error {
		if len(got) == 0 { // writers do not wait for a scan, and it does not see them
			put(t, s, Created, sample(100))
			if err := s.Delete(t.Context(), ws, batch[20].Key()); err != nil {
				return err
			}
		}
		got = append(got, a)
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestScanEnds(t *testing.T) {
	s := open(t)
	put(t, s, Created, samples(200)...)
	enough := errors.New("enough")
	n := 0
	if err := s.Scan(t.Context(), ws, func(feedback.Analysed) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("%d responses, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Scan(ctx, ws, func(feedback.Analysed) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	put(t, s, Created, sample(1000))
}

func TestChangesShowTheStateOfNow(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(1), sample(2), sample(4))
	changed := sample(2)
	changed.Score = 9
	changed.SubmittedAt = changed.SubmittedAt.AddDate(0, 1, 0)
	put(t, s, Updated, changed)
	if err := s.Delete(t.Context(), ws, keyOf(1)); err != nil {
		t.Fatal(err)
	}
	four := sample(4)
	want := []feedback.Change{
		{Seq: 1, Kind: feedback.ChangePut, Key: keyOf(1)},
		{Seq: 2, Kind: feedback.ChangePut, Key: keyOf(2), Analysed: &changed},
		{Seq: 3, Kind: feedback.ChangePut, Key: keyOf(4), Analysed: &four},
		{Seq: 4, Kind: feedback.ChangePut, Key: keyOf(2), Analysed: &changed},
		{Seq: 5, Kind: feedback.ChangeDelete, Key: keyOf(1)},
	}
	for _, c := range []struct {
		after int64
		limit int
		want  []feedback.Change
	}{
		{0, 10, want}, {0, 2, want[:2]}, {2, 2, want[2:4]}, {4, 10, want[4:]}, {5, 10, nil}, {99, 10, nil}, {0, 0, nil}, {0, -1, nil},
	} {
		got, err := s.Changes(t.Context(), ws, c.after, c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("after %d, %d: %s %v", c.after, c.limit, diff, err)
		}
	}
}
