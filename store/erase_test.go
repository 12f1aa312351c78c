package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// finishAll finishes every erasure.
func finishAll(t *testing.T, s *Store) []Erasure {
	t.Helper()
	list, err := s.Unfinished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err = s.FinishErasures(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Pages are split, emptied and filled at random; secure_delete alone leaves pieces of deleted rows in such a file.
func TestErasureLeavesNothingInTheFiles(t *testing.T) {
	for seed := range uint64(2) {
		dir := t.TempDir()
		s := openIn(t, dir)
		r := rand.New(rand.NewPCG(seed, 1))
		people := map[string]bool{}
		for round := range 15 {
			batch := make([]feedback.Analysed, 200)
			for i := range batch {
				n := r.IntN(3000)
				a := sample(n)
				a.ID = fmt.Sprintf("id%08x", uint32(n)*2654435761)
				a.Comment = strings.Repeat("other text ", 1+r.IntN(60))
				a.SubmittedAt = start.AddDate(0, 0, round)
				a.Analysis, a.Suggestion, a.SuggestionAnalysis = nil, "", nil
				if n%50 == 7 {
					a.ID, a.Respondent = "marker"+a.ID, fmt.Sprintf("marker-person%d", n%500)
					a.Comment = strings.Repeat("marker text ", 1+r.IntN(60))
					people[a.Respondent] = true
				}
				batch[i] = a
			}
			if _, err := s.Put(t.Context(), ws, batch); err != nil {
				t.Fatal(err)
			}
		}
		for person := range people {
			if _, err := s.EraseRespondent(t.Context(), ws, person); err != nil {
				t.Fatal(err)
			}
		}
		if done := finishAll(t, s); len(done) != len(people) || done[0].FinishedAt.IsZero() || done[0].Gone["responses"] == 0 {
			t.Errorf("%+v", done)
		}
		if onDisk(t, dir, "marker") {
			t.Errorf("seed %d: pieces are left on the disk", seed)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestErasure(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	a, b, c := sample(1), sample(2), sample(3)
	a.Respondent, b.Respondent, c.Respondent = "p", "p", "q"
	put(t, s, Created, a, b, c)
	if err := s.Correct(ctx, ws, feedback.Correction{Key: a.Key(), Sentiment: new(feedback.Positive)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EraseRespondent(ctx, "other", "p"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace: %v", err)
	}
	e, err := s.EraseRespondent(ctx, ws, "p")
	if err != nil || e.Gone["responses"] != 2 || e.Gone["analyses"] != 2 || e.Gone["corrections"] != 1 {
		t.Fatalf("%+v, %v", e, err)
	}
	if got, err := s.Erasure(ctx, ws, e.ID); err != nil || !got.FinishedAt.IsZero() || got.Gone["responses"] != 2 || !got.Person {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Erasure(ctx, "other", e.ID); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace reads it: %v", err)
	}
	if _, err := s.EraseRespondent(ctx, ws, "p"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("twice: %v", err)
	}
	finishAll(t, s)
	changes, err := s.Changes(ctx, ws, 0, 100)
	if err != nil || len(changes) != 6 {
		t.Fatalf("%v, %v", changes, err)
	}
	for _, change := range changes {
		if (change.Key == feedback.Key{}) != (change.Analysed == nil) {
			t.Errorf("%+v", change)
		}
	}
	if results, err := s.Put(ctx, ws, []feedback.Analysed{a}); err != nil || results[0].Status != Rejected {
		t.Errorf("it came back: %v, %v", results, err)
	}
}

// An erasure that a crash interrupted goes on where it was.
func TestErasureSurvivesACrash(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	a := sample(1)
	a.Comment, a.Respondent = "marker", "p"
	put(t, s, Created, a)
	if _, err := s.EraseRespondent(t.Context(), ws, "p"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir)
	if done := finishAll(t, s); len(done) != 1 {
		t.Errorf("%+v", done)
	}
	if list, err := s.Unfinished(t.Context()); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	if onDisk(t, dir, a.ID) || onDisk(t, dir, "marker") {
		t.Error("it is on the disk")
	}
}

func TestRetention(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	when := start.AddDate(0, 0, 100)
	var batch []feedback.Analysed
	for i := range 2500 { // one a minute, in three surveys; every hundredth without a time arrived now
		a := sample(i)
		a.Survey, a.SubmittedAt = []string{"short", "long", "kept"}[i%3], when.AddDate(0, 0, -i%100)
		if i%100 == 0 {
			a.SubmittedAt = time.Time{}
		}
		batch = append(batch, a)
	}
	put(t, s, Created, batch...)
	for _, bad := range [][]Retention{{{"a", -1}}, {{"a", 1}, {"a", 2}}, {{"a", 40000}}, {{"a\x00", 1}}} {
		if err := s.SetRetention(ctx, ws, bad); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	want := []Retention{{"", 50}, {"kept", 0}, {"short", 10}}
	if err := s.SetRetention(ctx, ws, want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Retention(ctx, ws); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, %v", got, err)
	}
	expired := 0
	for _, a := range batch {
		limit := map[string]int{"short": 10, "long": 50, "kept": 1 << 20}[a.Survey]
		if !a.SubmittedAt.IsZero() && a.SubmittedAt.Before(when.AddDate(0, 0, -limit)) {
			expired++
		}
	}
	e, some, err := s.Expire(ctx, ws, when)
	if err != nil || !some || e.Gone["responses"] != expired || expired < maxGroup {
		t.Fatalf("%+v, %v, %v, want %d", e, some, err, expired)
	}
	finishAll(t, s)
	if _, some, err := s.Expire(ctx, ws, when); some || err != nil {
		t.Errorf("again: %v, %v", some, err)
	}
	e, _, err = s.Expire(ctx, ws, time.Now().AddDate(1, 0, 0)) // by then those without a time are a year old, too
	if left := len(batch) - expired - 833; err != nil || e.Gone["responses"] != left {
		t.Errorf("%+v, %v, want %d", e, err, left)
	}
}

func TestRestoreErasesAgain(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := openIn(t, dir)
	a, b, c := sample(1), sample(2), sample(3)
	a.Respondent, a.Comment, b.Respondent, c.Respondent, c.Comment = "p", "marker", "q", "p", "marker"
	put(t, s, Created, a, b)
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(ctx, dir, file); err != nil { // while it is open
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := Backup(ctx, dir, file); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("over another: %v", err)
	}
	put(t, s, Created, c)
	if _, err := s.EraseRespondent(ctx, ws, "p"); err != nil {
		t.Fatal(err)
	}
	finishAll(t, s)
	restore := func(o RestoreOptions, dir string) (int, error) {
		return Restore(ctx, file, dir, o, func() error { return nil })
	}
	if _, err := restore(RestoreOptions{Force: true}, dir); feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("into an open store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := restore(RestoreOptions{}, dir); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("without force: %v", err)
	}
	if n, err := restore(RestoreOptions{Force: true}, dir); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	fresh := t.TempDir()
	if n, err := restore(RestoreOptions{Erasures: filepath.Join(dir, ErasuresFile)}, fresh); n != 1 || err != nil {
		t.Fatalf("elsewhere: %d, %v", n, err)
	}
	for _, dir := range []string{dir, fresh} {
		s := openIn(t, dir)
		if get(t, s, b.ID).Comment != b.Comment {
			t.Error("the other person is gone")
		}
		for _, gone := range []feedback.Analysed{a, c} {
			if results, err := s.Put(ctx, ws, []feedback.Analysed{gone}); err != nil || results[0].Status != Rejected {
				t.Errorf("%+v, %v", results, err)
			}
		}
		if onDisk(t, dir, "marker") || onDisk(t, dir, a.ID) {
			t.Error("it is on the disk")
		}
	}
}

func TestRestoreRefusesDamage(t *testing.T) {
	dir, file := closedStore(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(t.Context(), dir, backup); err != nil {
		t.Fatal(err)
	}
	change(t, backup, func(b []byte) []byte { return b[:len(b)/2] })
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Restore(t.Context(), backup, dir, RestoreOptions{Force: true}, func() error { return nil })
	if feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the store is another: %v", err)
	}
	if err := Backup(t.Context(), t.TempDir(), filepath.Join(dir, "x")); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("%v", err)
	}
}

func TestErasuresFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ErasuresFile)
	for _, lines := range []string{`{"id":"1","respondent":"aa"}` + "\n", `{"id":"2","respo`, `{"id":"3","respondent":"bb"}` + "\n"} {
		if err := appendTo(path, []byte(lines)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := readErasures(path)
	if err != nil || len(list) != 2 || list[1].ID != "3" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := appendTo(path, []byte("nonsense\n{}\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := readErasures(path); feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("%v", err)
	}
}
