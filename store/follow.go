package store

import (
	"context"

	"verbatim/feedback"
)

// LastSeq returns the number of the newest entry of the workspace's change log, 0 when there is none.
func (s *Store) LastSeq(ctx context.Context, workspace string) (int64, error) {
	var last int64
	err := s.read(ctx, "last seq", workspace, "SELECT last_seq FROM workspaces WHERE workspace = ?", []any{workspace},
		func(values []any) error {
			last = number(values[0]).Int64
			return nil
		})
	return last, err
}

// Notify returns a channel that is closed at the next commit that changes a response of any workspace. To miss nothing,
// take the channel first and look for changes then.
func (s *Store) Notify() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *Store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Wait blocks until the workspace's change log has an entry after the one numbered after, and returns the number of the
// newest. It ends with the context's error, or with [feedback.Unavailable] when the store is closed.
func (s *Store) Wait(ctx context.Context, workspace string, after int64) (int64, error) {
	for {
		changed := s.Notify()
		last, err := s.LastSeq(ctx, workspace)
		if err != nil || last > after {
			return last, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return last, s.fail("wait", ctx.Err())
		case <-s.closing:
			return last, feedback.Errorf(feedback.Unavailable, "store: wait: the store is closed")
		}
	}
}
