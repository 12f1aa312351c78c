package store

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"verbatim/feedback"
)

func TestPutOnce(t *testing.T) {
	s := open(t)
	once := Once{Key: "k", Request: sha256.Sum256([]byte("one"))}
	batch := samples(3)
	batch[2] = batch[0] // unchanged
	put := func(o Once, n int) ([]PutResult, bool, error) {
		return s.PutOnce(t.Context(), ws, o, Prepare(batch[:n]))
	}
	first, again, err := put(once, 3)
	if err != nil || again || first[0].Status != Created || first[2].Status != Unchanged {
		t.Fatal(first, again, err)
	}
	second, again, err := put(once, 3)
	if err != nil || !again || fmt.Sprint(second) != fmt.Sprint(first) {
		t.Errorf("%v %v %v", second, again, err)
	}
	if _, _, err := put(Once{Key: "k", Request: sha256.Sum256([]byte("two"))}, 3); feedback.CodeOf(err) != feedback.Conflict {
		t.Error(err)
	}
	if third, again, err := put(Once{Key: "l", Request: once.Request}, 3); err != nil || again || third[0].Status != Unchanged {
		t.Error(third, again, err)
	}
	if err := s.Delete(t.Context(), ws, batch[0].Key()); err != nil {
		t.Fatal(err)
	}
	gone := Once{Key: "m"}
	for range 2 {
		results, _, err := put(gone, 1)
		if err != nil || results[0].Status != Rejected || results[0].Problem.Code != feedback.Deleted {
			t.Error(results, err)
		}
	}
}

// TestOnceIsForgotten ages a key by a day.
func TestOnceIsForgotten(t *testing.T) {
	s := open(t)
	batch := Prepare(samples(1))
	if _, _, err := s.PutOnce(t.Context(), ws, Once{Key: "old"}, batch); err != nil {
		t.Fatal(err)
	}
	err := s.write(t.Context(), "age", 1, func(x *txn) error {
		_, err := x.exec(`UPDATE once SET at = at - ?`, onceFor.Milliseconds()+1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"old", "new"} {
		results, again, err := s.PutOnce(t.Context(), ws, Once{Key: key, Request: sha256.Sum256([]byte(key))}, batch)
		if err != nil || again || results[0].Status != Unchanged {
			t.Error(key, results, again, err)
		}
	}
	kept := 0
	if err := s.read(t.Context(), "count", ws, `SELECT 1 FROM once WHERE workspace = ?`, []any{ws}, func([]any) error { kept++; return nil }); err != nil || kept != 2 {
		t.Error(kept, err)
	}
}

func TestUploads(t *testing.T) {
	s := open(t)
	if _, err := s.Upload(t.Context(), ws, "i1"); feedback.CodeOf(err) != feedback.NotFound {
		t.Error(err)
	}
	if _, err := s.Import(t.Context(), ws, "i1"); feedback.CodeOf(err) != feedback.NotFound {
		t.Error(err)
	}
	want := Upload{Workspace: ws, ID: "i1", Spool: "f", Options: "{}", State: Queued}
	if err := s.BeginImport(t.Context(), ws, Import{ID: "i1", File: "a.csv"}); err != nil {
		t.Fatal(err)
	}
	for _, state := range []UploadState{Queued, Running, Done} {
		want.State = state
		if err := s.SaveUpload(t.Context(), &want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Upload(t.Context(), ws, "i1")
		pending, err2 := s.PendingUploads(t.Context(), ws)
		if err != nil || err2 != nil || got != want || (len(pending) == 1) != (state != Done) {
			t.Errorf("%+v %v %v %v", got, pending, err, err2)
		}
	}
}
