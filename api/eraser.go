package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/store"
)

// How often retention is looked at, and how long after a failure an erasure is tried again.
const (
	expireEvery = 24 * time.Hour
	eraseAgain  = 5 * time.Second
)

// Eraser erases people and what has become too old, from the store, the index and all their files. [Eraser.Run] does the
// work; an erasure that a crash or a full disk interrupted goes on from where it was.
type Eraser struct {
	store      *store.Store
	index      *index.Index
	logger     *slog.Logger
	backupDays int

	kick chan struct{} // there is something to finish

	mu       sync.Mutex
	finished chan struct{} // closed when erasures have been finished
}

// NewEraser makes an eraser over a store and the index that follows it. BackupDays is after how many days backups are
// thrown away, which receipts repeat: whoever makes backups must see to it.
func NewEraser(s *store.Store, x *index.Index, logger *slog.Logger, backupDays int) *Eraser {
	if logger == nil {
		logger = slog.Default()
	}
	return &Eraser{store: s, index: x, logger: logger, backupDays: backupDays, kick: make(chan struct{}, 1), finished: make(chan struct{})}
}

// Run finishes erasures as they come, and erases once a day what has become too old, until ctx ends. The index must be
// followed meanwhile. It returns nil.
func (e *Eraser) Run(ctx context.Context) error {
	daily, again := time.NewTicker(expireEvery), time.NewTimer(0)
	defer daily.Stop()
	defer again.Stop()
	if err := e.expire(ctx, time.Now()); err != nil && ctx.Err() == nil {
		e.logger.Error("erasure: what is too old is not erased", "error", err.Error())
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-e.kick:
		case <-again.C:
		case now := <-daily.C:
			if err := e.expire(ctx, now); err != nil && ctx.Err() == nil {
				e.logger.Error("erasure: what is too old is not erased", "error", err.Error())
			}
		}
		if _, err := e.Finish(ctx); err != nil && ctx.Err() == nil {
			e.logger.Error("erasure: not finished", "error", err.Error(), "again_in", eraseAgain.String())
			again.Reset(eraseAgain)
		}
	}
}

// Expire erases what is older than its survey keeps at the moment, in all workspaces, and finishes that. The index must be
// followed meanwhile. It returns how many responses went.
func (e *Eraser) Expire(ctx context.Context, now time.Time) (int, error) {
	if err := e.expire(ctx, now); err != nil {
		return 0, err
	}
	list, err := e.Finish(ctx)
	n := 0
	for _, one := range list {
		if !one.Person {
			n += one.Gone["responses"]
		}
	}
	return n, err
}

func (e *Eraser) expire(ctx context.Context, now time.Time) error {
	names, err := e.store.Workspaces(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, ws := range names {
		one, some, err := e.store.Expire(ctx, ws, now)
		if some {
			e.logger.Info("erasure: by age", "erasure", one.ID, "responses", one.Gone["responses"])
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Finish finishes all erasures that were begun: it waits until the index holds the deletions, makes the index forget them,
// and then the store. It returns those that it finished.
func (e *Eraser) Finish(ctx context.Context) ([]store.Erasure, error) {
	list, err := e.store.Unfinished(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	done := map[string]bool{}
	for _, one := range list {
		if done[one.Workspace] {
			continue
		}
		done[one.Workspace] = true
		last, err := e.store.LastSeq(ctx, one.Workspace)
		if err == nil {
			err = e.index.WaitFor(ctx, one.Workspace, last)
		}
		if err == nil {
			err = e.index.Forget(ctx, one.Workspace)
		}
		if err != nil {
			return nil, fmt.Errorf("erasure: %w", err)
		}
	}
	if list, err = e.store.FinishErasures(ctx, list); err != nil {
		return nil, fmt.Errorf("erasure: %w", err)
	}
	for _, one := range list {
		e.logger.Info("erasure: finished", "erasure", one.ID, "responses", one.Gone["responses"])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.finished)
	e.finished = make(chan struct{})
	return list, nil
}

// begin deletes the responses of a respondent and leaves the rest to Run.
func (e *Eraser) begin(ctx context.Context, ws, respondent string) (store.Erasure, error) {
	one, err := e.store.EraseRespondent(ctx, ws, respondent)
	if err != nil {
		return one, err
	}
	select {
	case e.kick <- struct{}{}:
	default: // somebody has
	}
	return one, nil
}

// await returns an erasure once it is finished, or as it is when ctx ends.
func (e *Eraser) await(ctx context.Context, ws, id string) (store.Erasure, error) {
	asking := context.WithoutCancel(ctx)
	for {
		e.mu.Lock()
		finished := e.finished
		e.mu.Unlock()
		one, err := e.store.Erasure(asking, ws, id)
		if err != nil || !one.FinishedAt.IsZero() {
			return one, err
		}
		select {
		case <-finished:
		case <-ctx.Done():
			return one, nil
		}
	}
}

// errNoEraser is what a server without one answers.
var errNoEraser = newProblem(feedback.Unsupported, "this server does not erase")
