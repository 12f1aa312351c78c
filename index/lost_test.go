package index

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// An index whose folder is deleted while it follows is made anew by itself, whether changes come or not.
func TestDeletedFolderIsMadeAnew(t *testing.T) {
	for _, changes := range []int{0, 3} {
		t.Run(strconv.Itoa(changes), func(t *testing.T) {
			dir, log, lines := t.TempDir(), newMemoryLog(), &recorder{}
			x := openLogged(t, dir, log, lines)
			last := log.put(ws, comment("a", 3, "en", "late delivery"), comment("b", 3, "en", "late again"))
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- x.Follow(ctx) }()
			await := func() {
				within, stop := context.WithTimeout(ctx, time.Minute)
				defer stop()
				if err := x.WaitFor(within, ws, last); err != nil {
					t.Fatal(err)
				}
			}
			await()
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			for i := range changes {
				last = log.put(ws, comment(fmt.Sprint("new", i), 3, "en", "late as ever"))
			}
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for limit := time.After(time.Minute); ; {
				if strings.Contains(lines.text(), "its folder was deleted") {
					break
				}
				select {
				case <-tick.C:
				case <-limit:
					t.Fatal("nobody notices")
				}
			}
			await()
			if got := search(t, x, feedback.Filter{Match: "late"}, SearchOptions{}); got.Total != 2+changes {
				t.Errorf("%d are found", got.Total)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := x.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(dir); err != nil {
				t.Error(err)
			}
		})
	}
}
