package index

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"verbatim/feedback"
)

// How long Follow waits before it looks for new workspaces, and after an error.
const (
	lookEvery  = time.Second
	retryFirst = 100 * time.Millisecond
	retryMost  = 30 * time.Second
	// pace is how long changes that trickle in are gathered before they are applied, and paceBusy how long when many came last
	// time: many small batches cost Bleve several times as much as few large ones. Nobody waits for it: see [Index.WaitFor].
	pace     = 100 * time.Millisecond
	paceBusy = 500 * time.Millisecond
	busyFrom = 100 // changes
)

// Follow keeps every workspace up with the log until ctx ends, and then returns nil. An error of the log or the disk is
// reported to the logger and tried again.
func (x *Index) Follow(ctx context.Context) error {
	if x.log == nil {
		return feedback.Errorf(feedback.Unsupported, "index: there is no log to follow")
	}
	var (
		group    sync.WaitGroup
		followed = map[string]bool{}
		look     = time.NewTicker(lookEvery)
	)
	defer group.Wait()
	defer look.Stop()
	for {
		names, err := x.workspaces(ctx)
		if err != nil && ctx.Err() == nil {
			x.logger.Warn("index: cannot list the workspaces", "error", err.Error())
		}
		for _, ws := range names {
			if !followed[ws] {
				followed[ws] = true
				group.Go(func() { x.follow(ctx, ws) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-x.found:
		case <-look.C:
		}
	}
}

// workspaces lists those of the log and those that were asked for.
func (x *Index) workspaces(ctx context.Context) ([]string, error) {
	names, err := x.log.Workspaces(ctx)
	x.mu.Lock()
	defer x.mu.Unlock()
	for ws := range x.spaces {
		names = append(names, ws)
	}
	return names, err
}

// follow keeps one workspace up until ctx ends.
func (x *Index) follow(ctx context.Context, ws string) {
	retry := retryFirst
	for ctx.Err() == nil {
		err := x.followOnce(ctx, ws)
		if err == nil {
			retry = retryFirst
			continue
		}
		if ctx.Err() != nil {
			return
		}
		x.logger.Warn("index: cannot follow the store", "workspace", ws, "error", err.Error(), "again_in", retry.String())
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
		retry = min(2*retry, retryMost)
	}
}

// followOnce catches up and waits for the next change. When the log is quiet it saves the columns.
func (x *Index) followOnce(ctx context.Context, ws string) error {
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	s.gatherChanges(ctx)
	if err := x.catchUp(ctx, s); err != nil {
		if errors.Is(err, errLost) || errors.Is(err, errBroken) {
			s.writing.Lock()
			defer s.writing.Unlock()
			return s.renew(ctx)
		}
		return err
	}
	seq, _ := s.position()
	if s.waiting() < saveWhenQuiet {
		return x.waitWatching(ctx, s, seq)
	}
	limited, cancel := context.WithTimeout(ctx, x.quiet)
	defer cancel()
	err = x.wait(limited, ws, seq)
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		s.writing.Lock()
		defer s.writing.Unlock()
		return s.save()
	}
	return err
}

// gatherChanges waits until some time after the last changes were applied, or until somebody waits for the index.
func (s *space) gatherChanges(ctx context.Context) {
	long := pace
	if s.applied.Load() >= busyFrom {
		long = paceBusy
	}
	left := long - time.Since(time.Unix(0, s.appliedAt.Load()))
	if left <= 0 || s.waiters.Load() > 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.hurry:
	case <-ctx.Done():
	}
}

func (x *Index) wait(ctx context.Context, ws string, seq int64) error {
	if _, err := x.log.Wait(ctx, ws, seq); err != nil {
		return fmt.Errorf("index: follow: %w", err)
	}
	return nil
}

// waiting is how many changes a snapshot would save.
func (s *space) waiting() int {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.unsaved
}

// catchUp applies what the log has and the index has not.
func (x *Index) catchUp(ctx context.Context, s *space) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	for total := int64(0); ; {
		last, err := x.log.LastSeq(ctx, s.name)
		if err != nil {
			return fmt.Errorf("index: follow: %w", err)
		}
		held := s.columns.seq
		if held >= last {
			return nil
		}
		changes, err := x.log.Changes(ctx, s.name, held, batchSize)
		if err != nil {
			return fmt.Errorf("index: follow: %w", err)
		}
		switched, err := x.followTaxonomy(ctx, s)
		if err != nil {
			return err
		}
		if switched { // the changes may still have tags of the version before
			continue
		}
		if len(changes) == 0 { // what was after held is gone: commits come in order, so nothing up to last is left
			if err := s.apply(nil, last); err != nil {
				return err
			}
			continue
		}
		if err := s.applyAll(ctx, changes); err != nil {
			return err
		}
		total += int64(len(changes))
		s.appliedAt.Store(time.Now().UnixNano())
		s.applied.Store(total)
		if s.columns.seq == held {
			return errors.New("index: follow: the log repeats changes")
		}
	}
}
