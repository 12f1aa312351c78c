package index

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// A disk that fills while the index writes: whatever Bleve makes of that, the program goes on, and the index is whole once
// there is room again.
func TestFullDiskUnderTheIndex(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("this test needs the right to mount: %s", bytes.TrimSpace(out))
	}
	t.Cleanup(func() { exec.Command("umount", "-l", disk).Run() })
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 7<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	log, lines := newMemoryLog(), &recorder{}
	x := openLogged(t, filepath.Join(disk, "index"), log, lines)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Follow(ctx) }()
	var last int64
	put := 0
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); strings.Count(lines.text(), "cannot follow") < 3; put++ { // it tries again on the full disk
		last = log.put(ws, comment(fmt.Sprint("id", put), 3, "en", fmt.Sprintf("late delivery %d ", put)+strings.Repeat(fmt.Sprintf("word%d ", put), 100)))
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the disk does not get full")
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	within, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := x.WaitFor(within, ws, last); err != nil {
		t.Fatalf("%v\n%s", err, lines.text())
	}
	if got := search(t, x, feedback.Filter{Match: "late"}, SearchOptions{}); got.Total != put {
		t.Errorf("%d of %d are found", got.Total, put)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
