package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"verbatim/feedback"
)

func TestWait(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(1))
	if last, err := s.Wait(t.Context(), ws, 0); last != 1 || err != nil {
		t.Fatalf("what is there already: %d, %v", last, err)
	}
	answers := make(chan string)
	for _, workspace := range []string{ws, "other"} {
		go func() {
			after := int64(0)
			if workspace == ws {
				after = 1
			}
			last, err := s.Wait(t.Context(), workspace, after)
			answers <- fmt.Sprintf("%s %d %v", workspace, last, err)
		}()
	}
	put(t, s, Unchanged, sample(1)) // wakes nobody for good
	put(t, s, Created, sample(2), sample(3))
	if got := <-answers; got != ws+" 3 <nil>" {
		t.Errorf("got %q", got)
	}
	if _, err := s.Put(t.Context(), "other", samples(1)); err != nil {
		t.Fatal(err)
	}
	if got := <-answers; got != "other 1 <nil>" {
		t.Errorf("got %q", got)
	}
}

func TestWaitEnds(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan error)
	go func() { _, err := s.Wait(ctx, ws, 0); answers <- err }()
	cancel()
	if err := <-answers; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	go func() { _, err := s.Wait(t.Context(), ws, 0); answers <- err }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-answers; feedback.CodeOf(err) != feedback.Unavailable {
		t.Errorf("closed: %v", err)
	}
}

func TestNotifyOnlyAboutChanges(t *testing.T) {
	s := open(t)
	put(t, s, Created, sample(1))
	changed := s.Notify()
	put(t, s, Unchanged, sample(1))
	if err := s.BeginImport(t.Context(), ws, Import{ID: "i"}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
		t.Error("woken though nothing changed")
	default:
	}
	put(t, s, Created, sample(2))
	<-changed
}

// TestFollowerMissesNothing follows the log while 32 goroutines write, as the index does.
func TestFollowerMissesNothing(t *testing.T) {
	const writers, each = 32, 12
	s := open(t)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				a := sample(w*each + i)
				if _, err := s.Put(t.Context(), ws, []feedback.Analysed{a}); err != nil {
					t.Error(err)
				}
				if i%4 == 3 {
					if err := s.Delete(t.Context(), ws, a.Key()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	const total = writers * (each + each/4)
	seen := map[feedback.Key]bool{}
	for after := int64(0); after < total; {
		if _, err := s.Wait(t.Context(), ws, after); err != nil {
			t.Fatal(err)
		}
		changes, err := s.Changes(t.Context(), ws, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			after++
			if c.Seq != after {
				t.Fatalf("seq %d where %d comes next", c.Seq, after)
			}
			seen[c.Key] = c.Analysed != nil
		}
	}
	wg.Wait()
	if last, err := s.LastSeq(t.Context(), ws); last != total || err != nil {
		t.Errorf("last %d, want %d (%v)", last, total, err)
	}
	there := 0
	err := s.Scan(t.Context(), ws, func(a feedback.Analysed) error {
		there++
		if !seen[a.Key()] {
			t.Errorf("%s is there and the follower does not know", a.ID)
		}
		return nil
	})
	if there != writers*each*3/4 || err != nil {
		t.Errorf("%d are there, %v", there, err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
