package ingest

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"verbatim/feedback"
)

func TestStreamsThatBreak(t *testing.T) {
	broken := errors.New("the line is down")
	for name, in := range map[string]io.Reader{
		"at once":       iotest.ErrReader(broken),
		"in the middle": io.MultiReader(strings.NewReader(theSameCSV[:30]), iotest.ErrReader(broken)),
	} {
		_, err := NewReader(in, "s.csv", Options{})
		if feedback.CodeOf(err) != feedback.Unavailable || !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "s.csv cannot be read to its end") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPathsThatLeadNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.csv")
	if err := os.WriteFile(file, []byte(theSameCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(filepath.Join(file, "deeper.csv"), Options{})
	if feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), "cannot be opened") {
		t.Errorf("%v", err)
	}
	_, err = Open("", Options{})
	if feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("%v", err)
	}
}

// shrinking is a file that loses its end after so many seeks to its start.
type shrinking struct {
	*strings.Reader
	seeks int
}

var errGone = errors.New("the disk is gone")

func (s *shrinking) Seek(offset int64, whence int) (int64, error) {
	if s.seeks--; s.seeks < 0 {
		return 0, errGone
	}
	return s.Reader.Seek(offset, whence)
}

func TestFilesThatVanishWhileTheyAreRead(t *testing.T) {
	for _, file := range []struct{ name, data string }{
		{"s.csv", theSameCSV},
		{"s.jsonl", theSameJSONL},
		{"r.csv", "id,score,comment\n" + strings.Repeat("a,9,x\n", 2)},
	} {
		opened := 0
		for seeks := 1; seeks < 12; seeks++ {
			r, err := NewReader(&shrinking{strings.NewReader(file.data), seeks}, file.name, Options{})
			if err == nil {
				opened++
				drain(t, r)
				continue
			}
			if !errors.Is(err, errGone) || feedback.CodeOf(err) != feedback.Unavailable {
				t.Errorf("%s after %d passes: %v", file.name, seeks, err)
			}
		}
		if opened == 0 || opened > 9 {
			t.Errorf("%s was opened %d times of 11", file.name, opened)
		}
	}
}

func TestCloseTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.csv")
	if err := os.WriteFile(path, []byte(theSameCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := r.Mapping().Fields["score"]; got != "score" {
		t.Errorf("the mapping after Close: %q", got)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("Next after Close: %v", err)
	}
}

func TestReadersOfOneFileAreApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.csv")
	if err := os.WriteFile(path, []byte(theSameCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	one, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		a, errA := one.Next()
		b, errB := two.Next()
		if errA != nil || errB != nil || a.Response.ID != b.Response.ID {
			t.Errorf("%v %v %v %v", a, errA, b, errB)
		}
	}
	if err := errors.Join(one.Close(), two.Close()); err != nil {
		t.Error(err)
	}
}

func TestNamesOfSurveys(t *testing.T) {
	for name, want := range map[string]string{
		"survey.csv": "survey", "a/b/spring 2026.csv.gz": "spring 2026", "s.v2.jsonl": "s.v2", "plain": "plain", "x.gz": "x", "X.CSV.GZ": "X",
		".csv": feedback.DefaultSurvey, stdin: feedback.DefaultSurvey, "опрос.xlsx": "опрос",
	} {
		if got := stem(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// rowsOnDemand makes a file of n rows as it is read.
type rowsOnDemand struct {
	left int
	rest []byte
}

func (r *rowsOnDemand) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = []byte("9,\"the app is fine but the delivery took three weeks\",2026-01-02,EU\n")
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestMemoryDoesNotGrow reads 20 MB and holds no more at the end than after a tenth of it.
func TestMemoryDoesNotGrow(t *testing.T) {
	const all = 300_000
	in := io.MultiReader(strings.NewReader("score,comment,date,region\n"), &rowsOnDemand{left: all})
	r, err := NewReader(in, "s.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	held := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var early int64
	for n := range all {
		row, err := r.Next()
		if err != nil || row.Err != nil {
			t.Fatal(err, row.Err)
		}
		if n == all/10 {
			early = held()
		}
	}
	if grown := held() - early; grown > 1<<20 {
		t.Errorf("%d bytes more are held at the end", grown)
	}
}
