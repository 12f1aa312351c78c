package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// hold keeps the writer busy until release is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		var once sync.Once
		done <- s.write(context.Background(), "hold", maxGroup, func(*txn) error {
			once.Do(func() { close(entered) })
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		t.Helper()
		close(leave)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestWaitingWritersShareATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const writers = 32
		s := open(t)
		release := hold(t, s)
		var mu sync.Mutex
		transactions := map[*txn]int{}
		var wg sync.WaitGroup
		for i := range writers {
			a := sample(i)
			e := newEntry(&a)
			wg.Go(func() {
				err := s.write(t.Context(), "put", 1, func(x *txn) error {
					mu.Lock()
					defer mu.Unlock()
					transactions[x]++
					_, err := x.put(ws, &e)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // all of them wait
		release()
		wg.Wait()
		if len(transactions) != 1 {
			t.Errorf("%d transactions", len(transactions))
		}
		if last, err := s.LastSeq(t.Context(), ws); last != writers || err != nil {
			t.Errorf("last %d, %v", last, err)
		}
	})
}

func TestGatherTakesWhatFits(t *testing.T) {
	for _, c := range []struct {
		first   int
		waiting []int
		group   int
		next    int
	}{
		{1, nil, 1, 0},
		{1, []int{1, 1, 1}, 4, 0},
		{400, []int{400, 200, 5}, 3, 0},
		{400, []int{400, 201, 5}, 2, 201},
		{5000, []int{1}, 1, 0},
	} {
		s := &Store{jobs: make(chan *job, len(c.waiting))}
		for _, size := range c.waiting {
			s.jobs <- &job{size: size}
		}
		group, next := s.gather(&job{size: c.first})
		if len(group) != c.group || (next == nil) != (c.next == 0) || next != nil && next.size != c.next {
			t.Errorf("%+v: %d, %+v", c, len(group), next)
		}
	}
}

func TestOneCallersFailureIsNotAnothers(t *testing.T) {
	s := open(t)
	broken := errors.New("broken")
	newJob := func(size int, run func(*txn) error) *job {
		return &job{size: size, run: run, done: make(chan error, 1)}
	}
	putJob := func(n int) *job {
		a := sample(n)
		e := newEntry(&a)
		return newJob(1, func(x *txn) error { _, err := x.put(ws, &e); return err })
	}
	refused := newJob(1, func(*txn) error { return notFound() })
	failing := newJob(1, func(x *txn) error {
		if err := x.log(ws, feedback.ChangePut, feedback.Key{Survey: "nps", ID: "half"}); err != nil {
			return err
		}
		return broken
	})
	group := []*job{putJob(1), refused, failing, putJob(2)}
	s.commit(t.Context(), group)
	var got []string
	for _, j := range group {
		got = append(got, fmt.Sprint(<-j.done))
	}
	if diff := cmp.Diff([]string{"<nil>", notFound().Message, "broken", "<nil>"}, got); diff != "" {
		t.Error(diff)
	}
	if got := kinds(t, s); got != "put r000001, put r000002" {
		t.Errorf("log %q", got)
	}
}

func TestCancelledWhileQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		release := hold(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan error)
		go func() { _, err := s.Put(ctx, ws, samples(3)); answer <- err }()
		synctest.Wait() // it is queued
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) { // while the writer is still busy
			t.Errorf("%v", err)
		}
		if _, err := s.Put(ctx, ws, samples(3)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		release()
		if last, err := s.LastSeq(t.Context(), ws); last != 0 || err != nil {
			t.Errorf("something was written: %d, %v", last, err)
		}
		put(t, s, Created, samples(3)...)
	})
}

func TestCancelledAfterHandOver(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	a := sample(1)
	e := newEntry(&a)
	err := s.write(ctx, "put", 1, func(x *txn) error {
		cancel()
		_, err := x.put(ws, &e)
		return err
	})
	if err != nil { // the true outcome
		t.Error(err)
	}
	get(t, s, a.ID)
}

func TestCloseCommitsWhatWasHandedOver(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	release := hold(t, s)
	closed, answer := make(chan error), make(chan error)
	go func() { _, err := s.Put(t.Context(), ws, samples(1)); answer <- err }()
	go func() { closed <- s.Close() }()
	<-s.closing
	release()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	err := <-answer // it was committed or it was refused, and the file says the same
	s = openIn(t, dir)
	last, seqErr := s.LastSeq(t.Context(), ws)
	if seqErr != nil || (err == nil) != (last == 1) || err != nil && feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("%v, %d, %v", err, last, seqErr)
	}
}

// TestFullAndReadOnlyDisks makes the database refuse writes as it does on a full or read-only disk.
func TestFullAndReadOnlyDisks(t *testing.T) {
	for _, c := range []struct{ name, spoil, repair, says string }{
		{"full", "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "disk is full"},
		{"read-only", "PRAGMA query_only = 1", "PRAGMA query_only = 0", "cannot be written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			put(t, s, Created, samples(20)...)
			pragma := func(text string) {
				t.Helper()
				if _, err := s.writer.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			pragma(c.spoil)
			big := sample(100)
			big.Comment = strings.Repeat("long ", 10000)
			var wg sync.WaitGroup
			for i := range 4 { // together and alone
				wg.Go(func() {
					batch := []feedback.Analysed{sample(200 + i), big}
					batch[1].ID = fmt.Sprint("big", i)
					_, err := s.Put(t.Context(), ws, batch)
					if feedback.CodeOf(err) != feedback.Unavailable || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), s.path) {
						t.Errorf("%v", err)
					}
				})
			}
			wg.Wait()
			if got := len(ids(t, s)); got != 20 {
				t.Errorf("%d responses: half a batch was stored", got)
			}
			pragma(c.repair)
			put(t, s, Created, big, sample(300))
			if last, err := s.LastSeq(t.Context(), ws); last != 22 || err != nil {
				t.Errorf("last %d, %v", last, err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
