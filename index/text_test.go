package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"verbatim/feedback"
)

func TestBusyIsNoDamage(t *testing.T) {
	tests := []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("file is damaged"), false},
		{fs.ErrNotExist, false},
		{fmt.Errorf("open: %w", errors.New("timeout")), true}, // as bbolt says it
		{fmt.Errorf("open: %w", fs.ErrPermission), true},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EMFILE}, true},
		{fmt.Errorf("map: %w", syscall.ENOMEM), true},
	}
	for _, test := range tests {
		if got := busy(test.err); got != test.want {
			t.Errorf("%v: %v", test.err, got)
		}
	}
}

func TestVerifyFile(t *testing.T) {
	whole := binary.BigEndian.AppendUint32([]byte("123456789"), 0xcbf43926) // the check value of CRC-32
	tests := []struct {
		name    string
		content []byte
		good    bool
	}{
		{"whole", whole, true},
		{"flipped", append([]byte("023456789"), whole[9:]...), false},
		{"cut", whole[:8], false},
		{"very short", whole[:2], false},
		{"empty", nil, false},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "segment")
		if err := os.WriteFile(path, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := verifyFile(path); (err == nil) != test.good {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := verifyFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestOlderAnalysisIsRebuilt opens an index whose texts another version of the program has analysed.
func TestOlderAnalysisIsRebuilt(t *testing.T) {
	log := newMemoryLog()
	last := log.put(ws, batch("first", 0, 20)...)
	dir := t.TempDir()
	x := openDisk(t, dir, log)
	stop := following(t, x)
	waitFor(t, x, last)
	stop()
	s, err := x.space(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	state, err := s.texts.state()
	if want := (textState{textVersion, last, 20}); state != want || err != nil {
		t.Fatalf("state %+v, %v; want %+v", state, err, want)
	}
	older := binary.BigEndian.AppendUint64(nil, textVersion+7)
	older = binary.BigEndian.AppendUint64(older, uint64(last))
	if err := s.texts.index.SetInternal([]byte(stateKey), binary.BigEndian.AppendUint64(older, 20)); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	var lines recorder
	x = openLogged(t, dir, log, &lines)
	following(t, x)
	waitFor(t, x, last)
	sameAnswers(t, x, log)
	if !strings.Contains(lines.text(), "analysed by version 8") {
		t.Errorf("logged %q", lines.text())
	}
}

func TestOpenedOnceByMany(t *testing.T) {
	dir := t.TempDir()
	x := openDisk(t, dir, nil)
	apply(t, x, ws, puts(0, corpus()...))
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	again := openDisk(t, dir, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			result, err := again.Search(t.Context(), ws, feedback.Filter{Match: "refund"}, SearchOptions{})
			if err != nil || result.Total != 3 {
				t.Errorf("%d hits, %v", result.Total, err)
			}
		})
	}
	group.Wait()
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file, nil, Options{}); err == nil {
		t.Error("a file opens as a folder")
	}
	log := newMemoryLog()
	log.setError(errors.New("the store is away"))
	x := openDisk(t, t.TempDir(), log)
	if _, err := x.Crosstab(t.Context(), ws, feedback.Filter{}); err == nil || !strings.Contains(err.Error(), "the store is away") {
		t.Errorf("a log that fails: %v", err)
	}
	if seq := x.Seq(t.Context(), ws); seq != 0 {
		t.Errorf("seq %d", seq)
	}
	log.setError(nil)
	if _, err := x.Crosstab(t.Context(), ws, feedback.Filter{}); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}
