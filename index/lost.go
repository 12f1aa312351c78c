package index

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/blevesearch/bleve/v2"

	"verbatim/feedback"
)

// errLost says that somebody deleted the index of a workspace while it was open.
var errLost = feedback.Errorf(feedback.Unavailable, "index: its folder was deleted: it is made anew")

// lost reports whether the Bleve folder is gone.
func (s *space) lost() bool {
	if s.dir == "" || s.texts == nil {
		return false
	}
	_, err := os.Stat(s.bleveFolder())
	return errors.Is(err, fs.ErrNotExist)
}

// renew makes the index anew when its folder is gone, and reports that by an error. The caller holds writing.
func (s *space) renew(ctx context.Context) error {
	if !s.lost() {
		return nil
	}
	last := s.columns.seq
	if s.index.log != nil {
		var err error
		if last, err = s.index.log.LastSeq(ctx, s.name); err != nil {
			return err
		}
	}
	return errors.Join(errLost, s.reset("its folder was deleted", last))
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
	go func() { done <- t.index.Batch(b) }()
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
