package ingest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/store"
)

// survey makes a CSV file of n responses; every 50th has a score that is refused.
func survey(n int) string {
	var out strings.Builder
	out.WriteString("id,score,comment,region\n")
	for i := range n {
		score := strconv.Itoa(i % 11)
		if i%50 == 49 {
			score = "eleven"
		}
		fmt.Fprintf(&out, "r%d,%s,The staff were rude on day %d,EU\n", i, score, i)
	}
	return out.String()
}

// open opens a file given as text.
func open(t *testing.T, data string) *Reader {
	t.Helper()
	r, err := NewReader(strings.NewReader(data), "nps.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// begin records an import, as whoever imports a file does.
func begin(t *testing.T, s *store.Store, id string) {
	t.Helper()
	if err := s.BeginImport(t.Context(), ws, store.Import{ID: id, File: "nps.csv"}); err != nil {
		t.Fatal(err)
	}
}

func TestImportCounts(t *testing.T) {
	i := newIngester(t)
	const n = 1200
	before := put(t, i, feedback.Response{Survey: "nps", ID: "r0", Score: 10, Comment: "Before"}, feedback.Response{Survey: "nps", ID: "r1", Score: 1})
	if err := i.Store.Delete(t.Context(), ws, before[1].Key); err != nil {
		t.Fatal(err)
	}
	begin(t, i.Store, "first")
	var steps []Imported
	got, err := i.Import(t.Context(), ws, "first", open(t, survey(n)), func(c Imported) { steps = append(steps, c) })
	if err != nil {
		t.Fatal(err)
	}
	// 24 scores are wrong, r0 is replaced, r1 was deleted.
	want := Imported{Read: n, Created: n - 24 - 2, Updated: 1, Rejected: 24 + 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(steps) != 3 || steps[0].Read != batchRows || steps[1].Read != 2*batchRows || steps[2] != got {
		t.Errorf("after was told %+v", steps)
	}
	for _, s := range append(steps, got) {
		if s.Read != s.Created+s.Updated+s.Unchanged+s.Rejected {
			t.Errorf("%+v does not add up", s)
		}
	}
	if n := stored(t, i.Store); n != want.Created+want.Updated {
		t.Errorf("%d are stored", n)
	}
	checkImported(t, i.Store, "first")

	begin(t, i.Store, "second")
	got, err = i.Import(t.Context(), ws, "second", open(t, survey(n)), nil)
	if diff := cmp.Diff(Imported{Read: n, Unchanged: n - 24 - 1, Rejected: 24 + 1}, got); diff != "" || err != nil {
		t.Errorf("again: %v %s", err, diff)
	}
}

// checkImported checks that everything stored is analysed and belongs to the import.
func checkImported(t *testing.T, s *store.Store, id string) {
	t.Helper()
	err := s.Scan(t.Context(), ws, func(a feedback.Analysed) error {
		if a.Import != id || a.Survey != "nps" || a.Analysis == nil || !a.Analysis.Has("service_staff", feedback.Negative) {
			return fmt.Errorf("%s: import %q, %+v", a.Key(), a.Import, a.Analysis)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestImportOfNothing(t *testing.T) {
	i := newIngester(t)
	got, err := i.Import(t.Context(), ws, "x", open(t, "id,score,comment\n"), func(Imported) { t.Error("there was no batch") })
	if err != nil || got != (Imported{}) {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = i.Import(t.Context(), ws, "x", open(t, "id,score,comment\n1,eleven,a\n"), nil)
	if err != nil || got != (Imported{Read: 1, Rejected: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// An import that was interrupted keeps what it counted, goes on where it ended, and can be undone as one.
func TestImportGoesOnAfterACancel(t *testing.T) {
	i := newIngester(t)
	const n = 1300
	begin(t, i.Store, "file")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got, err := i.Import(ctx, ws, "file", open(t, survey(n)), func(Imported) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the import ended with %v", err)
	}
	if diff := cmp.Diff(Imported{Read: batchRows, Created: batchRows - 10, Rejected: 10}, got); diff != "" {
		t.Error(diff)
	}
	if n := stored(t, i.Store); n != got.Created {
		t.Errorf("%d are stored, %d were counted", n, got.Created)
	}
	if got, err := i.Import(ctx, ws, "file", open(t, survey(n)), nil); !errors.Is(err, context.Canceled) || got != (Imported{}) {
		t.Errorf("under a context that has ended: %+v, %v", got, err)
	}

	begin(t, i.Store, "file")
	got, err = i.Import(t.Context(), ws, "file", open(t, survey(n)), nil)
	if diff := cmp.Diff(Imported{Read: n, Unchanged: batchRows - 10, Created: n - batchRows - 16, Rejected: 26}, got); diff != "" || err != nil {
		t.Errorf("again: %v %s", err, diff)
	}
	checkImported(t, i.Store, "file")
	if undone, err := i.Store.DeleteImport(t.Context(), ws, "file"); err != nil || undone != n-26 {
		t.Errorf("undone: %d, %v", undone, err)
	}
}

// Whatever ends an import, what was counted is stored and nothing else is.
func TestImportCountsOnlyWhatIsStored(t *testing.T) {
	broken := errors.New("the disk is gone")
	t.Run("rows", func(t *testing.T) {
		i := newIngester(t)
		got, err := i.Import(t.Context(), ws, "x", &rowList{rows: english(700), err: broken}, nil)
		if !errors.Is(err, broken) || got != (Imported{Read: 700, Created: 700}) || stored(t, i.Store) != 700 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("damaged model", func(t *testing.T) {
		rows := english(2000)
		rows[650].Response.Comment, rows[650].Response.Lang = finnish, "fi"
		i := newIngester(t)
		i.Analyst = &Analyst{Analyzer: withoutFinnish()}
		got, err := i.Import(t.Context(), ws, "x", &rowList{rows: rows}, nil)
		checkDamaged(t, err)
		if got != (Imported{Read: 650, Created: 650}) || stored(t, i.Store) != 650 {
			t.Errorf("%+v", got)
		}
		// With the models whole again the same import goes on.
		i.Analyst = &Analyst{Analyzer: analyzer()}
		got, err = i.Import(t.Context(), ws, "x", &rowList{rows: rows}, nil)
		if err != nil || got != (Imported{Read: 2000, Created: 1350, Unchanged: 650}) {
			t.Errorf("again: %+v, %v", got, err)
		}
	})
	t.Run("store", func(t *testing.T) {
		dir := t.TempDir()
		s, err := store.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		i := &Ingester{Analyst: &Analyst{Analyzer: analyzer()}, Store: s}
		got, err := i.Import(t.Context(), ws, "x", &rowList{rows: rowsOf(1500)}, func(Imported) {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		if feedback.CodeOf(err) != feedback.Unavailable || got != (Imported{Read: 500, Created: 495, Rejected: 5}) {
			t.Errorf("%+v, %v", got, err)
		}
		if s, err = store.Open(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if n := stored(t, s); n != 495 {
			t.Errorf("%d are stored", n)
		}
	})
	t.Run("workspace", func(t *testing.T) {
		i := newIngester(t)
		got, err := i.Import(t.Context(), "No Such/Name", "x", &rowList{rows: english(3)}, nil)
		if feedback.CodeOf(err) != feedback.Invalid || got != (Imported{}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
