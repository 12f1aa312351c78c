package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"verbatim/feedback"
)

// helperFolder names the store that a helper process writes to.
const helperFolder = "VERBATIM_STORE_TEST_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperFolder); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForever puts responses, alone and in batches, and prints the ids that were acknowledged, until it is killed.
func writeForever(dir string) error {
	s, err := Open(context.Background(), dir)
	if err != nil {
		return err
	}
	first, err := s.LastSeq(context.Background(), ws)
	if err != nil {
		return err
	}
	var n atomic.Int64
	n.Store(first) // every response is new: as many as there are changes
	var mu sync.Mutex
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for {
				batch := make([]feedback.Analysed, 1+w*7)
				for i := range batch {
					batch[i] = sample(int(n.Add(1)) + 1_000_000*w)
					batch[i].ID = fmt.Sprintf("%s-%d", batch[i].ID, first)
				}
				results, err := s.Put(context.Background(), ws, batch)
				if err != nil {
					failed <- err
				}
				mu.Lock()
				for _, r := range results {
					fmt.Println("ack", r.Key.ID, r.Status)
				}
				mu.Unlock()
			}
		}()
	}
	return <-failed
}

// runHelper starts the helper, kills it after so many acknowledgements, and returns all that it printed.
func runHelper(t *testing.T, dir string, killAfter int) (acknowledged []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() { // until the pipe ends with the process; what it printed before counts
		id, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok {
			t.Errorf("the helper says %q", lines.Text())
			break
		}
		id, ok = strings.CutSuffix(id, " "+string(Created))
		if !ok {
			continue // a line that the kill cut off
		}
		acknowledged = append(acknowledged, id)
		if len(acknowledged) == killAfter {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the helper ended by itself: %v", err)
	}
	return acknowledged
}

func TestNothingAcknowledgedIsLostByKilling(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var acknowledged []feedback.Key
	for range 5 {
		for _, id := range runHelper(t, dir, 1+random.IntN(400)) {
			acknowledged = append(acknowledged, feedback.Key{Survey: "nps", ID: id})
		}
		checkAfterCrash(t, dir, acknowledged)
	}
}

func checkAfterCrash(t *testing.T, dir string, acknowledged []feedback.Key) {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	found, err := s.GetMany(t.Context(), ws, acknowledged)
	if err != nil || len(found) != len(acknowledged) {
		t.Errorf("%d of %d acknowledged responses are there, %v", len(found), len(acknowledged), err)
	}
	last, err := s.LastSeq(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	var rows, lowest, highest, responses int64
	err = s.pool.QueryRowContext(t.Context(), "SELECT count(*), min(seq), max(seq), (SELECT count(*) FROM responses) FROM changes").
		Scan(&rows, &lowest, &highest, &responses)
	if err != nil || rows != last || lowest != 1 || highest != last || responses != last {
		t.Errorf("%d changes from %d to %d, last %d, %d responses, %v", rows, lowest, highest, last, responses, err)
	}
}

func TestAnotherProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	openIn(t, dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperFolder+"="+dir)
	out, err := cmd.Output()
	if err == nil || !strings.Contains(string(out), "another process uses it") || !strings.Contains(string(out), dir) {
		t.Errorf("%v: %s", err, out)
	}
}
