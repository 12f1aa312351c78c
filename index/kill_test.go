package index

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"verbatim/feedback"
)

// The environment that turns the test program into one that writes until it is killed: the folder, and how many
// changes it starts from.
const writerFolder = "VERBATIM_TEST_INDEX_WRITER"

// writerLog is the log that writer and test both know without sharing memory: changes up to a seq. Every seventh deletes
// what the one five before it put, and every third puts one again.
func writerLog(upTo int64) *memoryLog {
	log := newMemoryLog()
	for seq := int64(1); seq <= upTo; seq++ {
		key := feedback.Key{Survey: "s", ID: strconv.FormatInt(seq, 10)}
		switch {
		case seq%7 == 0:
			key.ID = strconv.FormatInt(seq-5, 10)
			log.add(ws, feedback.Change{Kind: feedback.ChangeDelete, Key: key})
		case seq%3 == 0:
			log.put(ws, comment(strconv.FormatInt(seq/2, 10), feedback.Score(seq%11), "en", fmt.Sprint("second refund ", seq)))
		default:
			log.put(ws, comment(key.ID, feedback.Score(seq%11), "en", fmt.Sprint("first refund ", seq)))
		}
	}
	return log
}

const written = 6000 // changes that the writer writes unless it is killed

// TestWriter is not a test: it is the program that TestKilledWriter kills.
func TestWriter(t *testing.T) {
	dir := os.Getenv(writerFolder)
	if dir == "" {
		t.Skip("only for TestKilledWriter")
	}
	log := writerLog(written)
	x, err := Open(t.Context(), dir, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for changes, _ := log.Changes(t.Context(), ws, x.Seq(t.Context(), ws), written); len(changes) > 0; {
		n := min(90, len(changes))
		if err := x.Apply(t.Context(), ws, changes[:n]); err != nil {
			t.Fatal(err)
		}
		changes = changes[n:]
		s, err := x.space(t.Context(), ws)
		if err != nil {
			t.Fatal(err)
		}
		s.writing.Lock()
		if s.unsaved > 700 { // snapshots now and then, to be killed in
			err = s.save()
		}
		s.writing.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stderr, "applied", x.Seq(t.Context(), ws))
	}
}

// TestKilledWriter kills a writing process with SIGKILL again and again, and then opens what it left.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	for round := range 4 {
		applied := killWriter(t, dir, 3+4*round)
		log := writerLog(written)
		copied := copyFolder(t, dir) // the writer goes on with its own
		var lines recorder
		x := openLogged(t, copied, log, &lines)
		if seq := x.Seq(t.Context(), ws); seq > written || seq < applied-90*12 && lines.text() == "" {
			t.Errorf("round %d: applied %d, saved %d", round, applied, seq)
		}
		if got := lines.text(); got != "" && !strings.Contains(got, "not saved yet") {
			t.Errorf("round %d: %s", round, got)
		}
		stop := following(t, x)
		waitFor(t, x, written)
		stop()
		sameAnswers(t, x, log)
	}
}

// killWriter starts the writer and kills it after some batches. It returns the last seq that was acknowledged.
func killWriter(t *testing.T, dir string, batches int) (applied int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWriter$")
	command.Env = append(os.Environ(), writerFolder+"="+dir)
	out, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n < batches && lines.Scan(); {
		if word, seq, _ := strings.Cut(lines.Text(), " "); word == "applied" {
			applied, _ = strconv.ParseInt(seq, 10, 64)
			n++
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	for line := range strings.Lines(string(rest)) {
		if seq, ok := strings.CutPrefix(strings.TrimSpace(line), "applied "); ok {
			applied, _ = strconv.ParseInt(seq, 10, 64)
		}
	}
	command.Wait()
	return applied
}
