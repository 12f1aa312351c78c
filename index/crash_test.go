package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"verbatim/feedback"
)

// following runs Follow until the returned function is called.
func following(t *testing.T, x *Index) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Follow(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("follow: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func waitFor(t *testing.T, x *Index, seq int64) {
	t.Helper()
	if err := x.WaitFor(t.Context(), ws, seq); err != nil {
		t.Fatal(err)
	}
}

// batch makes n responses about a word that tells batches apart.
func batch(name string, from, n int) []feedback.Analysed {
	var all []feedback.Analysed
	for i := from; i < from+n; i++ {
		a := comment(fmt.Sprint("r", i), feedback.Score(i%11), "en", "refund "+name, tag("support", feedback.Sentiments[i%3]))
		a.Attributes = map[string]string{"region": fmt.Sprint("region", i%5)}
		all = append(all, a)
	}
	return all
}

// episode adds one of three episodes to a log.
func episode(log *memoryLog, n int) (last int64) {
	switch n {
	case 0:
		last = log.put(ws, batch("first", 0, 100)...)
	case 1:
		log.delete(ws, feedback.Key{Survey: "s", ID: "r3"}, feedback.Key{Survey: "s", ID: "r99"})
		last = log.put(ws, batch("second", 50, 80)...)
	case 2:
		log.delete(ws, feedback.Key{Survey: "s", ID: "r120"}, feedback.Key{Survey: "s", ID: "r60"})
		log.put(ws, batch("third", 125, 20)...)
		last = log.put(ws, comment("r3", 3, "en", "back again"), comment("r10", 3, "", ""))
	}
	return last
}

// life is a log of three episodes, and what a process leaves on disk that is killed after the first, the second and the
// third: the columns were saved after the first only. A folder is closed before it is copied, and then gets its old columns
// back: a copy of files in use is no crash.
func life(t *testing.T) (log *memoryLog, folders [3]string) {
	t.Helper()
	for killed := range folders {
		log = newMemoryLog()
		dir := t.TempDir()
		last := episode(log, 0)
		x := openDisk(t, dir, log)
		stop := following(t, x)
		waitFor(t, x, last)
		stop()
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		columns := filepath.Join(dir, ws, "columns")
		copyFile(t, columns, columns+".first")
		if killed > 0 {
			x = openDisk(t, dir, log)
			stop = following(t, x)
			for n := 1; n <= killed; n++ {
				waitFor(t, x, episode(log, n))
			}
			stop()
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Rename(columns+".first", columns); err != nil {
			t.Fatal(err)
		}
		folders[killed] = dir
	}
	return log, folders
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// change rewrites the files under a folder whose name matches.
func change(t *testing.T, folder, pattern string, rewrite func([]byte) []byte) {
	t.Helper()
	found := false
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if ok, _ := filepath.Match(pattern, filepath.Base(path)); !ok || err != nil || entry.IsDir() {
			return err
		}
		found = true
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if b = rewrite(b); b == nil {
			return os.Remove(path)
		}
		return os.WriteFile(path, b, 0o600)
	})
	if err != nil || !found {
		t.Fatalf("change %s: found %v, %v", pattern, found, err)
	}
}

func cut(share float64) func([]byte) []byte {
	return func(b []byte) []byte { return append([]byte{}, b[:int(float64(len(b))*share)]...) }
}

func flip(share float64) func([]byte) []byte {
	return func(b []byte) []byte {
		b[int(float64(len(b)-1)*share)] ^= 0x55
		return b
	}
}

func remove([]byte) []byte { return nil }

// sameAnswers compares an index on disk with one made afresh in memory.
func sameAnswers(t *testing.T, got *Index, log *memoryLog) {
	t.Helper()
	want := cleanUp(t, OpenMemory(true))
	changes, err := log.Changes(t.Context(), ws, 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, want, ws, changes)
	for _, match := range []string{"", "refund", "first", "second", "third", "again -refund"} {
		f := feedback.Filter{Match: match}
		w, err := want.Crosstab(t.Context(), ws, f)
		if err != nil {
			t.Fatal(err)
		}
		g, err := got.Crosstab(t.Context(), ws, f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("match %q (-want +got):\n%s", match, diff)
		}
	}
	texts := 0
	for _, a := range log.now[ws] {
		if a != nil && a.Comment != "" {
			texts++
		}
	}
	if documents := documentsOf(t, got); documents != uint64(texts) {
		t.Errorf("Bleve has %d documents, the log %d texts", documents, texts)
	}
}

func documentsOf(t *testing.T, x *Index) uint64 {
	t.Helper()
	s, err := x.space(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.close()
	return session.documents
}

func TestReopenAfterCrashAndDamage(t *testing.T) {
	log, copies := life(t)
	none := func(*testing.T, string) {}
	rewrite := func(pattern string, how func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			change(t, dir, pattern, how)
		}
	}
	bleve := func(dir string) string { return filepath.Join(dir, ws, "bleve") }
	tests := []struct {
		name   string
		copied int
		damage func(t *testing.T, dir string)
		line   string // what the logger is told; "" for nothing
	}{
		{"closed", 0, none, ""},
		{"killed", 1, none, ""},
		{"killed later", 2, none, ""},
		{"no folder", 2, func(t *testing.T, dir string) { t.Helper(); os.RemoveAll(filepath.Join(dir, ws)) }, ""},
		{"columns missing", 2, rewrite("columns", remove), "columns are missing"},
		{"columns empty", 2, rewrite("columns", cut(0)), "cut short"},
		{"columns cut", 2, rewrite("columns", cut(0.5)), "its columns: damaged"},
		{"columns cut at the end", 2, rewrite("columns", func(b []byte) []byte { return b[:len(b)-1] }), "cut short"},
		{"columns longer", 2, rewrite("columns", func(b []byte) []byte { return append(b, 0) }), "goes on after its end"},
		{"columns flipped", 2, rewrite("columns", flip(0.7)), "its columns: damaged"},
		{"columns of a text file", 2, rewrite("columns", func([]byte) []byte { return []byte("columns!\n") }), "does not start like one"},
		{"columns of the future", 2, rewrite("columns", func(b []byte) []byte { b[8]++; return b }), "version is 3"},
		{"columns of the past", 2, rewrite("columns", func(b []byte) []byte { b[8] = 1; return b }), "version is 1, this program reads 2"},
		{"columns half written", 2, func(t *testing.T, dir string) {
			t.Helper()
			copyFile(t, filepath.Join(dir, ws, "columns"), filepath.Join(dir, ws, "columns.tmp"))
		}, ""},
		{"Bleve missing", 2, func(t *testing.T, dir string) { t.Helper(); os.RemoveAll(bleve(dir)) }, "Bleve folder is missing"},
		{"Bleve empty", 2, func(t *testing.T, dir string) { t.Helper(); os.RemoveAll(bleve(dir)); os.Mkdir(bleve(dir), 0o700) }, "open Bleve"},
		{"Bleve meta missing", 2, rewrite("index_meta.json", remove), "open Bleve"},
		{"Bleve meta cut", 2, rewrite("index_meta.json", cut(0.5)), "open Bleve"},
		{"Bleve root empty", 2, rewrite("root.bolt", cut(0)), "reason"},
		{"Bleve root cut", 2, rewrite("root.bolt", cut(0.4)), "reason"},
		{"Bleve root zero", 2, rewrite("root.bolt", func(b []byte) []byte { return make([]byte, len(b)) }), "open Bleve"},
		{"Bleve segments missing", 2, rewrite("*.zap", remove), "reason"},
		{"Bleve segments cut", 2, rewrite("*.zap", cut(0.6)), "reason"},
		{"Bleve segments flipped", 2, rewrite("*.zap", flip(0.3)), "reason"}, // the checksum, or what Bleve stumbles over before it
		{"Bleve behind", 2, func(t *testing.T, dir string) {
			t.Helper()
			os.RemoveAll(bleve(dir))
			if err := os.CopyFS(bleve(dir), os.DirFS(bleve(copies[0]))); err != nil {
				t.Fatal(err)
			}
			ahead := newColumns()
			ahead.seq = 200
			if err := ahead.save(filepath.Join(dir, ws, "columns")); err != nil {
				t.Fatal(err)
			}
		}, "holds change 100 and its columns 200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := copyFolder(t, copies[test.copied])
			test.damage(t, dir)
			var lines recorder
			x := openLogged(t, dir, log, &lines)
			if _, err := x.Crosstab(t.Context(), ws, feedback.Filter{}); feedback.CodeOf(err) != feedback.Unavailable {
				t.Errorf("before it holds the log it answers %v", err)
			}
			stop := following(t, x)
			last, _ := log.LastSeq(t.Context(), ws)
			waitFor(t, x, last)
			sameAnswers(t, x, log)
			stop()
			if got := lines.text(); (got == "") != (test.line == "") || !strings.Contains(got, test.line) || strings.Count(got, "rebuilding") > 1 {
				t.Errorf("logged %q, want %q", got, test.line)
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			again := openLogged(t, dir, log, &lines) // and what it wrote is whole
			sameAnswers(t, again, log)
		})
	}
}

func TestStoreRestoredFromAnOldBackup(t *testing.T) {
	_, copies := life(t)
	old := newMemoryLog()
	old.put(ws, batch("first", 0, 100)[:40]...)
	var lines recorder
	x := openLogged(t, copyFolder(t, copies[0]), old, &lines)
	following(t, x)
	waitFor(t, x, 40)
	sameAnswers(t, x, old)
	if !strings.Contains(lines.text(), "holds change 100, and the store's last is 40") {
		t.Errorf("logged %q", lines.text())
	}
}

func TestFolderOfAnotherProcessIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	first := openDisk(t, dir, nil)
	apply(t, first, ws, puts(0, corpus()...))
	second := openDisk(t, dir, nil)
	if _, err := second.Crosstab(t.Context(), ws, feedback.Filter{}); feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("a folder in use: %v", err)
	}
	if got := matched(t, first, "refund"); got != "en1 en4 sug1" {
		t.Errorf("the first one finds %q", got)
	}
}

func TestRebuild(t *testing.T) {
	log := newMemoryLog()
	last := log.put(ws, batch("first", 0, 50)...)
	var lines recorder
	x := openLogged(t, t.TempDir(), log, &lines)
	for range 2 {
		if err := x.Rebuild(t.Context(), ws); err != nil {
			t.Fatal(err)
		}
		if seq := x.Seq(t.Context(), ws); seq != last {
			t.Errorf("holds %d of %d", seq, last)
		}
		sameAnswers(t, x, log)
	}
	if !strings.Contains(lines.text(), "asked for") {
		t.Errorf("logged %q", lines.text())
	}
	if err := cleanUp(t, OpenMemory(true)).Rebuild(t.Context(), ws); feedback.CodeOf(err) != feedback.Unsupported {
		t.Errorf("without a log: %v", err)
	}
}

func TestClosedIndex(t *testing.T) {
	x := openDisk(t, t.TempDir(), nil)
	apply(t, x, ws, puts(0, corpus()...))
	for range 2 {
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := x.Search(t.Context(), ws, feedback.Filter{}, SearchOptions{})
	if feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("search: %v", err)
	}
	if err := x.Apply(t.Context(), ws, nil); feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("apply: %v", err)
	}
}

// TestSnapshotKeepsEveryColumn saves and loads columns with every kind of value, and goes on writing in them.
func TestSnapshotKeepsEveryColumn(t *testing.T) {
	c := million(3000)
	c.attributes["order"] = &attribute{over: true}
	c.attributes["age"] = &attribute{numbers: &numbers{narrow: []float32{1, 2}}}
	c.attributes["paid"] = &attribute{numbers: &numbers{wide: []float64{1, 0.1}}}
	c.seq, c.taxonomy = 77, "default@3"
	put(&c.weights, 20, 1.5)
	c.remove(feedback.Key{Survey: "s", ID: "7"})
	path := filepath.Join(t.TempDir(), "columns")
	if err := c.save(path); err != nil {
		t.Fatal(err)
	}
	got, err := loadColumns(path)
	if err != nil {
		t.Fatal(err)
	}
	all := cmp.Exporter(func(reflect.Type) bool { return true })
	made := []cmp.Option{cmpopts.IgnoreFields(columns{}, "byKey"), cmpopts.IgnoreFields(themeSets{}, "key")}
	if diff := cmp.Diff(c, got, all, cmpopts.EquateEmpty(), cmp.Options(made)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for row := range c.size() {
		if found, ok := got.row(c.key(row)); ok != c.live.has(row) || ok && found != row {
			t.Errorf("row %d: found %d, %v", row, found, ok)
		}
	}
	a := comment("new", 5, "en", "x", tag("new theme", feedback.Negative), tag("theme03", feedback.Positive))
	for _, x := range []*columns{c, got} {
		operations, _ := x.plan(puts(77, a))
		x.apply(operations, 78)
	}
	if diff := cmp.Diff(c.crosstab(c.live.clone()), got.crosstab(got.live.clone())); diff != "" {
		t.Errorf("after another (-want +got):\n%s", diff)
	}
}

func FuzzLoadColumns(f *testing.F) {
	path := filepath.Join(f.TempDir(), "columns")
	if err := million(3).save(path); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "columns")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadColumns(path); err != nil && !errors.Is(err, errSnapshot) {
			t.Errorf("not called damaged: %v", err)
		}
	})
}
