package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// kills is how often TestChaos kills the server; `make chaos` sets it.
var kills = flag.Int("kills", 10, "how often TestChaos kills the server")

// TestChaos kills the real binary with kill -9 at random moments while clients post, delete and erase, and starts it again.
// In the end everything that was acknowledged is there once, nothing that was deleted is, and `verbatim check` finds that
// store, index and columns agree.
func TestChaos(t *testing.T) {
	unraced(t)
	t.Parallel()
	const clients = 6
	binary, data := binary(t), t.TempDir()
	r := rand.New(rand.NewPCG(1, uint64(*kills)))
	l := &load{stored: map[int]bool{}, gone: map[int]bool{}}
	began := time.Now()
	for kill := range *kills {
		s := start(t, binary, data)
		var clientsDone sync.WaitGroup
		for range clients {
			clientsDone.Go(func() {
				for l.step(s) {
				}
			})
		}
		// At a random moment: counted in what was acknowledged, so that a slow machine has as much behind it.
		l.until.Store(l.acknowledged.Load() + int64(1+r.IntN(150)))
		l.await(t)
		s.cmd.Process.Signal(syscall.SIGKILL)
		clientsDone.Wait()
		s.cmd.Wait()
		if t.Failed() {
			t.Fatalf("after kill %d: %s", kill, s.stderr.String())
		}
	}
	s := start(t, binary, data)
	l.check(t, s)
	s.stop(t)
	out, err := exec.Command(binary, "check", "--data", data).CombinedOutput()
	if err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
	t.Logf("%d kills in %s: %d responses acknowledged and there once, %d deleted or erased and gone; %s",
		*kills, time.Since(began).Round(time.Second), len(l.stored), len(l.gone), strings.TrimSpace(string(out)))
}

// load is what clients did, and what was acknowledged to them.
type load struct {
	next         atomic.Int64
	acknowledged atomic.Int64
	until        atomic.Int64
	mu           sync.Mutex
	stored, gone map[int]bool
}

// step posts one response; every seventh it deletes, and every hundredth it erases by its respondent. It returns false when
// the server no longer answers.
func (l *load) step(s *server) bool {
	i := int(l.next.Add(1))
	body := fmt.Sprintf(`{"id":"k%d","score":%d,"comment":"kiosk token%d: the staff were rude","respondent":"p%d"}`, i, i%11, i, i)
	if !send(http.MethodPost, s.url+"/v1/responses", body) {
		return false
	}
	l.note(l.stored, i)
	path := ""
	switch {
	case i%100 == 0:
		path = fmt.Sprintf("/v1/respondents/p%d", i)
	case i%7 == 0:
		path = fmt.Sprintf("/v1/responses/k%d", i)
	default:
		return true
	}
	l.mu.Lock()
	delete(l.stored, i) // from now on it may be there or not, until that is acknowledged
	l.mu.Unlock()
	if !send(http.MethodDelete, s.url+path, "") {
		return false
	}
	l.note(l.gone, i)
	return true
}

func (l *load) note(in map[int]bool, i int) {
	l.mu.Lock()
	in[i] = true
	l.mu.Unlock()
	l.acknowledged.Add(1)
}

// await waits until enough was acknowledged.
func (l *load) await(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for l.acknowledged.Load() < l.until.Load() {
		select {
		case <-tick.C:
		case <-limit:
			t.Error("the server acknowledges nothing")
			return
		}
	}
}

// check asks for everything by its id, and for a part of it by a word.
func (l *load) check(t *testing.T, s *server) {
	t.Helper()
	find := func(i int) int {
		var found struct{ Total int }
		s.get(t, fmt.Sprintf("/v1/search?match=token%d", i), &found)
		return found.Total
	}
	for i := range l.stored {
		if status := s.get(t, fmt.Sprintf("/v1/responses/k%d", i), nil); status != http.StatusOK {
			t.Errorf("k%d was acknowledged and is lost: %d", i, status)
		}
		if i%10 == 0 && find(i) != 1 {
			t.Errorf("k%d is found %d times", i, find(i))
		}
	}
	for i := range l.gone {
		if status := s.get(t, fmt.Sprintf("/v1/responses/k%d", i), nil); status != http.StatusNotFound {
			t.Errorf("k%d was deleted and is there: %d", i, status)
		}
	}
}

// send reports whether a request was acknowledged.
func send(method, url, body string) bool {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.ReadAll(answer.Body)
	return err == nil && answer.StatusCode < 300
}
