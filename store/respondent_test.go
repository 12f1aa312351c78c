package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestByRespondent(t *testing.T) {
	s := open(t)
	batch := samples(12)
	for i := range batch {
		batch[i].Respondent = []string{"ann", "bo", ""}[i%3]
	}
	batch[0].SubmittedAt = feedback.Analysed{}.SubmittedAt // no time: last
	put(t, s, Created, batch...)
	for _, c := range []struct {
		workspace, respondent string
		limit                 int
		want                  []feedback.Analysed
	}{
		{ws, "ann", 10, []feedback.Analysed{batch[9], batch[6], batch[3], batch[0]}},
		{ws, "bo", 2, []feedback.Analysed{batch[10], batch[7]}},
		{ws, "", 10, nil},
		{ws, "nobody", 10, nil},
		{"other", "ann", 10, nil},
	} {
		got, err := s.ByRespondent(t.Context(), c.workspace, c.respondent, c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s of %s: %s %v", c.respondent, c.workspace, diff, err)
		}
	}
}

func TestCorrectionOfOne(t *testing.T) {
	s := open(t)
	a := sample(2)
	put(t, s, Created, a)
	if got, err := s.Correction(t.Context(), ws, a.Key()); got != nil || err != nil {
		t.Errorf("nobody said anything: %+v %v", got, err)
	}
	want := feedback.Correction{Key: a.Key(), By: "ann", Sentiment: new(feedback.Neutral)}
	if err := s.Correct(t.Context(), ws, want); err != nil {
		t.Fatal(err)
	}
	got, err := s.Correction(t.Context(), ws, a.Key())
	if diff := cmp.Diff(&want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := s.Correction(t.Context(), "other", a.Key()); got != nil || err != nil {
		t.Errorf("another workspace: %+v %v", got, err)
	}
}
