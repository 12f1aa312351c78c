package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestDelete(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	a, b := sample(1), sample(2)
	put(t, s, Created, a, b)
	if err := s.Correct(ctx, ws, feedback.Correction{Key: a.Key(), By: "ann", Sentiment: new(feedback.Positive)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, ws, a.Key()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []feedback.Key{a.Key(), {Survey: "nps", ID: "never"}} {
		if err := s.Delete(ctx, ws, key); feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%s: %v", key, err)
		}
	}
	results, err := s.Put(ctx, ws, []feedback.Analysed{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Status != Rejected || r.Problem.Code != feedback.Deleted {
		t.Errorf("a retried webhook gets %+v", r)
	}
	if results[1].Status != Unchanged {
		t.Errorf("the other gets %+v", results[1])
	}
	if list, err := s.Corrections(ctx, ws); len(list) != 0 || err != nil {
		t.Errorf("corrections %v, %v", list, err)
	}
	if _, err := s.Put(ctx, "other", []feedback.Analysed{a}); err != nil {
		t.Error(err)
	}
	if got := get(t, s, b.ID); got.ID != b.ID {
		t.Error("the other is gone")
	}
	if got := kinds(t, s); got != "put r000001, put r000002, correct r000001, delete r000001" {
		t.Errorf("log %q", got)
	}
}

func TestTombstonesSurviveAndDifferByWorkspace(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	a := sample(1)
	for _, workspace := range []string{"one", "two"} {
		if _, err := s.Put(t.Context(), workspace, []feedback.Analysed{a}); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), workspace, a.Key()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir)
	results, err := s.Put(t.Context(), "one", []feedback.Analysed{a})
	if err != nil || results[0].Status != Rejected {
		t.Errorf("%+v, %v", results, err)
	}
	var hashes, lengths int
	err = s.pool.QueryRowContext(t.Context(), "SELECT count(DISTINCT hash), min(length(hash)) FROM tombstones").Scan(&hashes, &lengths)
	if err != nil || hashes != 2 || lengths != 32 {
		t.Errorf("%d hashes of %d bytes, %v", hashes, lengths, err)
	}
}

// onDisk reports whether a text is anywhere in the folder.
func onDisk(t *testing.T, dir, marker string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(marker)) {
			return true
		}
	}
	return false
}

func TestDeletedTextsLeaveTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	ctx := t.Context()
	put(t, s, Created, samples(50)...)
	a := sample(60)
	a.Comment, a.Suggestion, a.Respondent = "marker-comment", "marker-suggestion", "marker-respondent"
	a.Attributes = map[string]string{"k": "marker-attribute"}
	a.Analysis.Statements[0].Text = "marker-evidence"
	put(t, s, Created, a)
	if err := s.Correct(ctx, ws, feedback.Correction{Key: a.Key(), By: "marker-by", Sentiment: new(feedback.Positive)}); err != nil {
		t.Fatal(err)
	}
	if !onDisk(t, dir, "marker-comment") || !onDisk(t, dir, "marker-by") {
		t.Fatal("this test would not see a text on the disk")
	}
	// A reader is in the way at first; the deletion does not wait for it.
	err := s.Scan(ctx, ws, func(r feedback.Analysed) error {
		if r.ID == sample(0).ID {
			return s.Delete(ctx, ws, a.Key())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, ws, keyOf(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, "marker-") {
		t.Error("a deleted text is still on the disk")
	}
}

func TestDeletedTextsLeaveTheLogWhileOpen(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	a := sample(60)
	a.Comment = "marker-comment"
	put(t, s, Created, a)
	if err := s.Delete(t.Context(), ws, a.Key()); err != nil {
		t.Fatal(err)
	}
	if err := s.BeginImport(t.Context(), ws, Import{ID: "i"}); err != nil { // the writer wipes before it takes this
		t.Fatal(err)
	}
	if onDisk(t, dir, "marker-comment") {
		t.Error("a deleted text is still on the disk")
	}
}

// TestWipingIsTriedAgain has a reader in the way of the first attempt.
func TestWipingIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openIn(t, dir)
		a := sample(60)
		a.Comment = "marker-comment"
		put(t, s, Created, a, sample(1))
		entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			done <- s.Scan(t.Context(), ws, func(r feedback.Analysed) error {
				if r.ID == a.ID {
					close(entered)
					<-leave
				}
				return nil
			})
		}()
		<-entered
		if err := s.Delete(t.Context(), ws, a.Key()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !onDisk(t, dir, "marker-comment") {
			t.Fatal("the reader was not in the way")
		}
		close(leave)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * wipeAgain) // of the bubble's time
		synctest.Wait()
		if onDisk(t, dir, "marker-comment") {
			t.Error("a deleted text is still on the disk")
		}
	})
}

func TestDeleteRespondent(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	batch := samples(6)
	for i := range batch {
		batch[i].Respondent = []string{"p1", "p2", ""}[i%3]
	}
	put(t, s, Created, batch...)
	if n, err := s.DeleteRespondent(ctx, ws, "p1"); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	for _, respondent := range []string{"p1", "nobody", ""} { // "" is nobody, not everybody without a name
		if n, err := s.DeleteRespondent(ctx, ws, respondent); n != 0 || feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%q: %d, %v", respondent, n, err)
		}
	}
	results, err := s.Put(ctx, ws, batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if want := map[bool]Status{true: Rejected, false: Unchanged}[i%3 == 0]; r.Status != want {
			t.Errorf("%s: %s, want %s", r.Key, r.Status, want)
		}
	}
}

func TestDeleteImport(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	from := func(n int, importID, comment string) feedback.Analysed {
		a := sample(n)
		a.Import, a.Comment, a.Analysis, a.SuggestionAnalysis, a.Suggestion = importID, comment, nil, nil, ""
		return a
	}
	for _, id := range []string{"A", "B"} {
		if err := s.BeginImport(ctx, ws, Import{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, Created, from(1, "A", "x"), from(2, "A", "x"), from(3, "A", "x"), from(4, "A", "x"), from(5, "", "x"), from(6, "A", "x"))
	put(t, s, Updated, from(2, "B", "newer"))
	put(t, s, Unchanged, from(3, "B", "x"), from(4, "", "x"), from(5, "B", "x"))
	put(t, s, Created, from(7, "B", "x"))

	undo := func(id string, want int) {
		t.Helper()
		if n, err := s.DeleteImport(ctx, ws, id); n != want || err != nil {
			t.Errorf("undo %s: %d, %v; want %d", id, n, err, want)
		}
	}
	left := func() (ids string) {
		t.Helper()
		if err := s.Scan(ctx, ws, func(a feedback.Analysed) error { ids += a.ID[6:] + a.Import + " "; return nil }); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	undo("A", 2) // 1 and 6; 2 was replaced by B, 3 and 4 were delivered by others as well
	if got, want := left(), "2B 3B 4 5 7B "; got != want {
		t.Errorf("after A: %q, want %q", got, want)
	}
	undo("B", 3)
	if got, want := left(), "4 5 "; got != want {
		t.Errorf("after B: %q, want %q", got, want)
	}
	put(t, s, Created, from(8, "D", "x"))
	put(t, s, Unchanged, from(8, "E", "x"))
	put(t, s, Updated, from(8, "F", "newer"))
	undo("F", 1) // what E delivered was something else
	undo("A", 0) // it is known, and there is nothing left of it
	for _, id := range []string{"never", ""} {
		if _, err := s.DeleteImport(ctx, ws, id); feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
	put(t, s, Created, from(1, "A", "x"), from(2, "A", "x")) // it may come again
	list, err := s.Imports(ctx, ws)
	if err != nil || len(list) != 2 || list[0].UndoneAt.IsZero() || list[1].UndoneAt.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
	if diff := cmp.Diff([]string{"r000001", "r000002", "r000004", "r000005"}, ids(t, s)); diff != "" {
		t.Error(diff)
	}
}

func ids(t *testing.T, s *Store) (list []string) {
	t.Helper()
	if err := s.Scan(t.Context(), ws, func(a feedback.Analysed) error { list = append(list, a.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}
