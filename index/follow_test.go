package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"verbatim/feedback"
)

// TestFollowWhileWritingAndReading has several workspaces written to while they are read. What is read is always a state
// that the log had, and in the end everything is there.
func TestFollowWhileWritingAndReading(t *testing.T) {
	log := newMemoryLog()
	x := openDisk(t, t.TempDir(), log)
	following(t, x)
	const workspaces, rounds, each = 3, 12, 10
	var group sync.WaitGroup
	for i := range workspaces {
		name := fmt.Sprint("space", i)
		group.Go(func() {
			for round := range rounds {
				last := log.put(name, batch("word", round*each, each)...)
				last = max(last, log.delete(name, feedback.Key{Survey: "s", ID: fmt.Sprint("r", round*each)}))
				if round%3 == 0 { // read one's writes
					if err := x.WaitFor(t.Context(), name, last); err != nil {
						t.Error(err)
					}
					readBack(t, x, name, (round+1)*(each-1))
				}
			}
		})
		group.Go(func() {
			for range 30 {
				crosstab, err := x.Crosstab(t.Context(), name, feedback.Filter{Match: "refund"})
				if err != nil && feedback.CodeOf(err) != feedback.Unavailable {
					t.Error(err)
				}
				if crosstab.Base != crosstab.Scored {
					t.Errorf("base %v of %v", crosstab.Base, crosstab.Scored)
				}
			}
		})
	}
	group.Wait()
	for i := range workspaces {
		name := fmt.Sprint("space", i)
		last, _ := log.LastSeq(t.Context(), name)
		if err := x.WaitFor(t.Context(), name, last); err != nil {
			t.Fatal(err)
		}
		readBack(t, x, name, rounds*(each-1))
		if lag, err := x.Lag(t.Context(), name); lag != 0 || err != nil {
			t.Errorf("lag %d, %v", lag, err)
		}
	}
}

func readBack(t *testing.T, x *Index, name string, want int) {
	t.Helper()
	result, err := x.Search(t.Context(), name, feedback.Filter{Match: "refund"}, SearchOptions{})
	if err != nil || result.Total != want {
		t.Errorf("%s: %d hits, want %d: %v", name, result.Total, want, err)
	}
}

func TestFollowGoesOnAfterErrors(t *testing.T) {
	log := newMemoryLog()
	log.put(ws, batch("first", 0, 10)...)
	var lines recorder
	x := openLogged(t, t.TempDir(), log, &lines)
	following(t, x)
	waitFor(t, x, 10)
	log.setError(errors.New("the store is away"))
	log.put(ws, batch("second", 10, 10)...)
	if _, err := x.Lag(t.Context(), ws); err == nil {
		t.Error("no error of the log from Lag")
	}
	log.setError(nil)
	waitFor(t, x, 20)
	sameAnswers(t, x, log)
}

func TestFollowNeedsALog(t *testing.T) {
	if err := openDisk(t, t.TempDir(), nil).Follow(t.Context()); feedback.CodeOf(err) != feedback.Unsupported {
		t.Error(err)
	}
}

// goneLog is a log whose last entries came to nothing.
type goneLog struct{ *memoryLog }

func (l goneLog) LastSeq(ctx context.Context, ws string) (int64, error) {
	last, err := l.memoryLog.LastSeq(ctx, ws)
	return last + 5, err
}

func (l goneLog) Wait(ctx context.Context, _ string, _ int64) (int64, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestFollowPastEntriesThatAreGone(t *testing.T) {
	log := newMemoryLog()
	log.put(ws, batch("first", 0, 10)...)
	x := openDisk(t, t.TempDir(), goneLog{log})
	following(t, x)
	waitFor(t, x, 15)
	sameAnswers(t, x, log)
}

func TestQuietLogIsSaved(t *testing.T) {
	log := newMemoryLog()
	dir := t.TempDir()
	x := openDisk(t, dir, log)
	x.quiet = time.Millisecond
	following(t, x)
	last := log.put(ws, batch("first", 0, saveWhenQuiet)...)
	waitFor(t, x, last)
	s, err := x.space(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	deadline, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for s.waiting() > 0 && deadline.Err() == nil {
		<-look.C
	}
	c, err := loadColumns(filepath.Join(dir, ws, "columns"))
	if err != nil || c.seq != last {
		t.Errorf("saved: %v, %v", c, err)
	}
}

func TestSavedAfterManyChanges(t *testing.T) {
	dir := t.TempDir()
	x := openDisk(t, dir, nil)
	apply(t, x, ws, puts(0, batch("first", 0, 10)...))
	s, err := x.space(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	s.writing.Lock()
	s.unsaved = saveAfter - 1
	s.writing.Unlock()
	apply(t, x, ws, puts(10, batch("first", 10, 1)...))
	c, err := loadColumns(filepath.Join(dir, ws, "columns"))
	if err != nil || c.seq != 11 || c.size() != 11 {
		t.Errorf("saved: %v, %v", c, err)
	}
}

// TestManyChangesAtOnce applies more changes than a batch has, some of them to responses of an earlier batch.
func TestManyChangesAtOnce(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			var all []feedback.Analysed
			for i := range 2*batchSize + 300 {
				all = append(all, comment(strconv.Itoa(i%(batchSize+100)), 5, "en", fmt.Sprint("word", i)))
			}
			apply(t, x, ws, puts(0, all...))
			if total := search(t, x, feedback.Filter{Match: "word*"}, SearchOptions{}).Total; total != batchSize+100 {
				t.Errorf("%d hits", total)
			}
			if got := matched(t, x, fmt.Sprintf("word%d OR word0", 2*batchSize+200)); got != "0" {
				t.Errorf("response 0 has its last text: %q", got)
			}
			if seq := x.Seq(t.Context(), ws); seq != int64(len(all)) {
				t.Errorf("holds %d", seq)
			}
		})
	}
}

func TestWaitForEndsWithContext(t *testing.T) {
	x := openDisk(t, t.TempDir(), nil)
	apply(t, x, ws, puts(0, corpus()...))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.WaitFor(ctx, ws, 1); err != nil {
		t.Errorf("what is held: %v", err)
	}
	if err := x.WaitFor(ctx, ws, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("what is not: %v", err)
	}
}

func TestApplySkipsWhatItHolds(t *testing.T) {
	x := openDisk(t, t.TempDir(), nil)
	all := puts(0, corpus()...)
	apply(t, x, ws, all)
	older := comment("en1", 10, "en", "older")
	apply(t, x, ws, []feedback.Change{{Seq: 3, Kind: feedback.ChangePut, Key: older.Key(), Analysed: &older}})
	if got := matched(t, x, "refund older OR refund"); got != "en1 en4 sug1" {
		t.Errorf("after a change of the past: %q", got)
	}
	if seq := x.Seq(t.Context(), ws); seq != int64(len(all)) {
		t.Errorf("seq %d", seq)
	}
}

// TestFailedApplyChangesNothing takes the folder away under Bleve's feet.
func TestFailedApplyChangesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ws), nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	x := openDisk(t, dir, nil)
	err := x.Apply(t.Context(), ws, puts(0, corpus()...))
	if err == nil || !strings.Contains(err.Error(), "index:") {
		t.Fatalf("no error: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, ws)); err != nil {
		t.Fatal(err)
	}
	apply(t, x, ws, puts(0, corpus()...))
	if got := matched(t, x, "refund"); got != "en1 en4 sug1" {
		t.Errorf("second try: %q", got)
	}
}
