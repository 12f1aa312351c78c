package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/blevesearch/bleve/v2"

	"verbatim/feedback"
)

// errLost says that somebody deleted the index of a workspace while it was open.
var errLost = feedback.Errorf(feedback.Unavailable, "index: its folder was deleted: it is made anew")

// errBroken says that Bleve panicked, as it does after it could not write a segment.
var errBroken = feedback.Errorf(feedback.Unavailable, "index: Bleve broke down: the index is made anew")

// lost reports whether the Bleve folder is gone.
func (s *space) lost() bool {
	if s.dir == "" || s.texts == nil {
		return false
	}
	_, err := os.Stat(s.bleveFolder())
	return errors.Is(err, fs.ErrNotExist)
}

// room reports whether the index may write: an error says why not.
func (s *space) room() error {
	if s.dir == "" || s.index.room == nil {
		return nil
	}
	if err := s.index.room(); err != nil {
		return fmt.Errorf("index: apply: %w", err)
	}
	return nil
}

// renew makes the index anew when its folder is gone or Bleve broke down, and reports that by an error. The caller holds
// writing.
func (s *space) renew(ctx context.Context) error {
	reason, why := "its folder was deleted", errLost
	switch {
	case s.texts != nil && s.texts.broken.Load():
		reason, why = "Bleve broke down", errBroken
	case !s.lost():
		return nil
	}
	last := s.columns.seq
	if s.index.log != nil {
		var err error
		if last, err = s.index.log.LastSeq(ctx, s.name); err != nil {
			return err
		}
	}
	return errors.Join(why, s.reset(reason, last))
}

// closeWithin is how long texts that broke down may take to close.
const closeWithin = 30 * time.Second

// discard closes the texts of an index that is thrown away. Those that broke down may never finish closing.
func (s *space) discard(old *texts) {
	if old == nil {
		return
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("index: close Bleve: %v", p)
			}
		}()
		done <- old.close()
	}()
	var late <-chan time.Time
	if old.broken.Load() {
		late = time.After(closeWithin)
	}
	var err error = errBroken
	select {
	case err = <-done:
	case <-late:
	}
	if err != nil {
		s.index.logger.Warn("index: the old one did not close", "workspace", s.name, "error", err.Error())
	}
}

// waitWatching waits for a change after seq, and looks meanwhile whether the folder is still there.
func (x *Index) waitWatching(ctx context.Context, s *space, seq int64) error {
	for {
		limited, cancel := context.WithTimeout(ctx, lookEvery)
		err := x.wait(limited, s.name, seq)
		expired := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil || !expired {
			return err
		}
		s.writing.Lock()
		err = s.renew(ctx)
		s.writing.Unlock()
		if err != nil {
			return err
		}
	}
}

// batch writes a batch to Bleve, which tries for ever when its folder is gone: then it is left to itself.
func (t *texts) batch(b *bleve.Batch) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				t.broken.Store(true)
				done <- fmt.Errorf("%w (%v)", errBroken, p)
			}
		}()
		done <- t.index.Batch(b)
	}()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-look.C:
			if _, err := os.Stat(t.index.Name()); t.index.Name() != "" && errors.Is(err, fs.ErrNotExist) {
				return errLost
			}
		}
	}
}
