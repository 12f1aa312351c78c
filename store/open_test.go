package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"verbatim/feedback"
)

// file returns the path of a closed store of 300 responses.
func closedStore(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	s := openIn(t, dir)
	put(t, s, Created, samples(300)...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, fileName)
}

// change rewrites a file.
func change(t *testing.T, file string, edit func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, edit(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesDamage(t *testing.T) {
	for name, edit := range map[string]func([]byte) []byte{
		"text":           func([]byte) []byte { return []byte(strings.Repeat("score,comment\n9,fine\n", 500)) },
		"damaged header": func(b []byte) []byte { return append(bytes.Repeat([]byte{0xa5}, 100), b[100:]...) },
		"damaged schema": func(b []byte) []byte {
			return append(append(b[:100:100], bytes.Repeat([]byte{0xa5}, 3000)...), b[3100:]...)
		},
		"cut off":          func(b []byte) []byte { return b[:len(b)/2] },
		"cut off by a bit": func(b []byte) []byte { return b[:len(b)-1] },
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := closedStore(t)
			change(t, file, edit)
			_, err := Open(t.Context(), dir)
			if feedback.CodeOf(err) != feedback.Corrupt || !strings.Contains(err.Error(), file) {
				t.Errorf("%v", err)
			}
			change(t, file, func([]byte) []byte { return nil })
			openIn(t, dir) // the refusal left no lock
		})
	}
}

func TestDamageInTheMiddle(t *testing.T) {
	dir, file := closedStore(t)
	change(t, file, func(b []byte) []byte {
		middle := len(b) / 2 / 4096 * 4096
		return append(append(b[:middle:middle], bytes.Repeat([]byte{0xa5}, 3*4096)...), b[middle+3*4096:]...)
	})
	s := openIn(t, dir)
	if err := s.Check(t.Context()); feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("check: %v", err)
	}
	err := s.Scan(t.Context(), ws, func(feedback.Analysed) error { return nil })
	if feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("scan: %v", err)
	}
}

func TestDamagedValues(t *testing.T) {
	for table, statement := range map[string]string{
		"analysis":   `UPDATE analyses SET body = '{"language":"secret'`,
		"attributes": `UPDATE responses SET attributes = 'secret'`,
		"correction": `UPDATE corrections SET body = 'secret'`,
	} {
		s := open(t)
		a := sample(1)
		put(t, s, Created, a)
		if err := s.Correct(t.Context(), ws, feedback.Correction{Key: a.Key(), By: "ann"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Correct(t.Context(), ws, feedback.Correction{Key: a.Key(), Sentiment: new(feedback.Positive)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		_, err := s.Get(t.Context(), ws, a.Key())
		if feedback.CodeOf(err) != feedback.Corrupt || !strings.Contains(err.Error(), table) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", table, err)
		}
	}
}

// foreign makes a database and runs a statement in it.
func foreign(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenLeavesForeignFilesAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	foreign(t, file, "CREATE TABLE notes (note TEXT)")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); feedback.CodeOf(err) != feedback.Corrupt || !strings.Contains(err.Error(), file+" is a database of another program") {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, %v", err)
	}
}

func TestOpenRefusesNewerVersions(t *testing.T) {
	dir, file := closedStore(t)
	foreign(t, file, "INSERT INTO verbatim_schema VALUES (99, 0)")
	if _, err := Open(t.Context(), dir); feedback.CodeOf(err) != feedback.Unsupported || !strings.Contains(err.Error(), "99") {
		t.Errorf("%v", err)
	}
}

func TestMigrationsRunOnceAndWhole(t *testing.T) {
	ctx := t.Context()
	s := open(t)
	db, err := openDatabase(filepath.Join(t.TempDir(), "x.db"), writerSettings, "immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps := []string{schema, "CREATE TABLE more (x INTEGER); INSERT INTO more VALUES (1)", "CREATE TABLE broken (x INTEGER); NONSENSE"}
	if err := migrate(ctx, db, 0, steps[:1]); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time continues where the first failed
		version, err := schemaVersion(ctx, db, "x.db")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.fail("open", migrate(ctx, db, version, steps)); err == nil {
			t.Fatal("a broken step passes")
		}
	}
	if version, err := schemaVersion(ctx, db, "x.db"); version != 2 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
	var tables, rows int
	err = db.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM sqlite_master WHERE name = 'broken'), (SELECT count(*) FROM more)").Scan(&tables, &rows)
	if err != nil || tables != 0 || rows != 1 {
		t.Errorf("%d broken tables, %d rows, %v", tables, rows, err)
	}
}

func TestOpenOnlyOnce(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	_, err := Open(t.Context(), dir)
	if feedback.CodeOf(err) != feedback.Unavailable || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("%v", err)
	}
	put(t, s, Created, sample(1)) // the attempt did no harm
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
}

func TestOpenFolders(t *testing.T) {
	odd := filepath.Join(t.TempDir(), "a b?c#d%41&e", "ü")
	s := openIn(t, odd)
	put(t, s, Created, sample(1))
	if _, err := os.Stat(filepath.Join(odd, fileName)); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(odd)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := t.TempDir()
	if err := os.Mkdir(filepath.Join(blocked, fileName), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), blocked} {
		if _, err := Open(t.Context(), dir); feedback.CodeOf(err) != feedback.Unavailable {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestClosed(t *testing.T) {
	dir, _ := closedStore(t)
	s := openIn(t, dir)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, key := context.Background(), keyOf(1)
	for name, call := range map[string]func() error{
		"put":        func() error { _, err := s.Put(ctx, ws, samples(1)); return err },
		"get":        func() error { _, err := s.Get(ctx, ws, key); return err },
		"get many":   func() error { _, err := s.GetMany(ctx, ws, []feedback.Key{key}); return err },
		"delete":     func() error { return s.Delete(ctx, ws, key) },
		"changes":    func() error { _, err := s.Changes(ctx, ws, 0, 1); return err },
		"scan":       func() error { return s.Scan(ctx, ws, func(feedback.Analysed) error { return nil }) },
		"check":      func() error { return s.Check(ctx) },
		"workspaces": func() error { _, err := s.Workspaces(ctx); return err },
	} {
		if err := call(); feedback.CodeOf(err) != feedback.Unavailable || !strings.Contains(err.Error(), "closed") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s = openIn(t, dir)
	if got := len(ids(t, s)); got != 300 {
		t.Errorf("%d responses after opening again", got)
	}
}
