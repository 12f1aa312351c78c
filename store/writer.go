package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"verbatim/feedback"
)

// maxGroup is how many responses share a transaction at most.
const maxGroup = 1000

// wipeAgain is how long after a failed attempt to empty the write-ahead log comes the next.
const wipeAgain = time.Second

// job is one caller's write. size is in responses, and actor is whose it is. run does it within a transaction that other jobs share; it may be
// called again in another transaction when the first came to nothing, so it starts by forgetting its earlier results. An
// error of type [feedback.Error] is an answer for this caller alone, given before run wrote anything; any other error
// undoes the transaction.
type job struct {
	size  int
	actor string
	run   func(*txn) error
	done  chan error
}

// write hands a job to the writer and waits until it is durable. The context counts only until then: once handed over, the
// job is committed and its true outcome returned, so that an error of the context means that nothing was written.
func (s *Store) write(ctx context.Context, action string, size int, run func(*txn) error) error {
	if err := ctx.Err(); err != nil {
		return s.fail(action, err)
	}
	j := &job{size: size, actor: actorOf(ctx), run: run, done: make(chan error, 1)}
	s.queued.Add(1)
	defer s.queued.Add(-1)
	select {
	case s.jobs <- j:
		return s.fail(action, <-j.done)
	case <-ctx.Done():
		return s.fail(action, ctx.Err())
	case <-s.closing:
		return feedback.Errorf(feedback.Unavailable, "store: %s: the store is closed", action)
	}
}

// writeLoop is the only writer: it takes whatever is waiting and commits it as one transaction. ctx
// is never cancelled: what was handed over is committed.
func (s *Store) writeLoop(ctx context.Context) {
	defer close(s.stopped)
	var retry <-chan time.Time // there is one while something deleted may still be readable in the write-ahead log
	for {
		select {
		case j := <-s.jobs:
			deleted := false
			for j != nil {
				var group []*job
				group, j = s.gather(j)
				deleted = s.commit(ctx, group) || deleted
			}
			if deleted && retry == nil {
				retry = s.wipe(ctx)
			}
		case <-retry:
			retry = s.wipe(ctx)
		case done := <-s.compactions:
			done <- rewrite(ctx, s.writer)
		case <-s.closing:
			return
		}
	}
}

// wipe empties the write-ahead log. Readers can be in the way; then it returns when to try again, and not at once, since
// writers wait meanwhile.
func (s *Store) wipe(ctx context.Context) (retry <-chan time.Time) {
	if done, err := checkpoint(ctx, s.wiper); err != nil || !done {
		return time.After(wipeAgain)
	}
	return nil
}

// gather adds to a job what else is waiting, up to maxGroup responses. The job that would have been too much is the first
// of the next group.
func (s *Store) gather(first *job) (group []*job, next *job) {
	group = []*job{first}
	for size := first.size; size < maxGroup; {
		select {
		case j := <-s.jobs:
			if size += j.size; size > maxGroup {
				return group, j
			}
			group = append(group, j)
		default:
			return group, nil
		}
	}
	return group, nil
}

// commit runs the jobs in one transaction and answers them. When that fails each gets a transaction of its own, so that one
// caller's failure is not another's. It reports whether anything was deleted.
func (s *Store) commit(ctx context.Context, group []*job) (deleted bool) {
	answers := make([]error, len(group))
	t, err := s.transact(ctx, func(t *txn) error {
		for i, j := range group {
			var refused *feedback.Error
			t.actor = j.actor
			if answers[i] = j.run(t); answers[i] != nil && !errors.As(answers[i], &refused) {
				return answers[i]
			}
		}
		return nil
	})
	if err != nil && len(group) > 1 {
		for _, j := range group {
			deleted = s.commit(ctx, []*job{j}) || deleted
		}
		return deleted
	}
	if err == nil && t.logged {
		s.wake()
	}
	for i, j := range group {
		if err != nil {
			answers[i] = err
		}
		j.done <- answers[i]
	}
	return err == nil && t.deleted
}

// transact runs f in a durable transaction.
func (s *Store) transact(ctx context.Context, f func(*txn) error) (*txn, error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &txn{ctx: ctx, statements: s.writes, spaces: map[string]*space{}, at: now()}
	if err = f(t); err == nil {
		err = t.finish()
	}
	if err != nil {
		// A full disk has ended the transaction already, and then there is nothing to roll back.
		_ = tx.Rollback()
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return t, nil
}
