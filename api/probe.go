package api

import (
	"context"
	"sync"
	"time"

	"verbatim/feedback"
)

// probeEvery is how long what a probe found holds, so that whoever asks often does not make the disk work.
const probeEvery = 5 * time.Second

// probe remembers whether the store could be written.
type probe struct {
	mu    sync.Mutex
	until time.Time
	err   error
}

// writable finds out whether the store can be written and the disk has room.
func (s *server) writable(ctx context.Context) error {
	s.probe.mu.Lock()
	defer s.probe.mu.Unlock()
	if s.probe.err == nil && time.Now().Before(s.probe.until) {
		return nil
	}
	s.probe.err = s.tryWriting(ctx)
	s.probe.until = time.Now().Add(probeEvery)
	return s.probe.err
}

func (s *server) tryWriting(ctx context.Context) error {
	if err := s.Store.Room(); err != nil {
		return newProblem(feedback.Unavailable, err.Error())
	}
	if err := s.Store.Probe(ctx); err != nil {
		s.Logger.Warn("api: the store cannot be written", "error", err.Error())
		return newProblem(feedback.Unavailable, "the store cannot be written: the server's log says why")
	}
	return nil
}
