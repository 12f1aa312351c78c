package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"

	"verbatim/feedback"
)

// space is the index of one workspace.
type space struct {
	name  string
	dir   string // "" in memory
	index *Index

	// writing is held by the one who opens, writes, saves, resets or closes. Under it the columns may be read without mu,
	// since only its holder changes them.
	writing sync.Mutex
	opened  atomic.Bool
	unsaved int // changes since the last snapshot

	waiters   atomic.Int32  // those in WaitFor
	hurry     chan struct{} // holds one when somebody began to wait
	appliedAt atomic.Int64  // when changes of the log were applied last, Unix nanoseconds
	applied   atomic.Int64  // how many those were

	mu      sync.RWMutex // guards what follows
	columns *columns
	texts   *texts            // nil until there is a change, or in memory a text query
	kept    map[int]operation // in memory with texts kept: the rows, until texts has them
	target  int64             // what the index must hold before it answers
	changed chan struct{}     // closed and made anew when the position changes

	versioning sync.Mutex          // held by the one who makes a version or brings one up to date
	versions   map[string]*version // guarded by mu
}

// open loads the workspace from disk, once.
func (s *space) open(ctx context.Context) error {
	if s.opened.Load() {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.opened.Load() {
		return nil
	}
	var target int64
	if s.index.log != nil {
		var err error
		if target, err = s.index.log.LastSeq(ctx, s.name); err != nil {
			return fmt.Errorf("index: open %s: %w", s.name, err)
		}
	}
	if s.dir == "" {
		s.become(newColumns(), nil, target)
		s.opened.Store(true)
		return nil
	}
	c, t, damage, err := s.load()
	if err != nil {
		return err
	}
	if damage == nil && c.seq > target && s.index.log != nil {
		damage = fmt.Errorf("it holds change %d, and the store's last is %d", c.seq, target)
	}
	s.become(c, t, target)
	if damage != nil {
		if err := s.reset(damage.Error(), target); err != nil {
			return err
		}
	}
	s.opened.Store(true)
	return nil
}

// load reads both halves. damage says why they cannot be used; err, that they could not be read now.
func (s *space) load() (c *columns, t *texts, damage, err error) {
	_, err = os.Stat(s.bleveFolder())
	present := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil, fmt.Errorf("index: open %s: %w", s.name, err)
	}
	if present {
		if t, damage = openTexts(s.bleveFolder(), s.index.analyzers); damage != nil && busy(damage) {
			return nil, nil, nil, feedback.Errorf(feedback.Unavailable, "index: open %s: another process has it open, or it may not be read: %w", s.name, damage)
		}
	}
	c, err = loadColumns(s.columnsFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c = newColumns()
	case errors.Is(err, errSnapshot):
		return newColumns(), t, fmt.Errorf("its columns: %w", err), nil
	case err != nil:
		if t != nil {
			err = errors.Join(err, t.close())
		}
		return nil, nil, nil, fmt.Errorf("index: open %s: %w", s.name, err)
	}
	if damage == nil {
		damage = reconcile(c, t)
	}
	return c, t, damage, nil
}

// reconcile makes Bleve fit the columns: it must hold at least their changes, and rows that they did not give out go.
func reconcile(c *columns, t *texts) error {
	if t == nil {
		if c.seq > 0 {
			return errors.New("its Bleve folder is missing")
		}
		return nil
	}
	state, err := t.state()
	switch {
	case err != nil:
		return err
	case state == textState{} && c.seq == 0:
		return nil // made, and never written to
	case state.version != textVersion:
		return fmt.Errorf("its texts were analysed by version %d, this program's is %d", state.version, textVersion)
	case state.seq < c.seq:
		return fmt.Errorf("its Bleve folder holds change %d and its columns %d", state.seq, c.seq)
	case c.seq == 0 && state.seq > 0:
		return errors.New("its columns are missing, or were not saved yet")
	}
	return t.forget(c.size(), state.rows)
}

func (s *space) bleveFolder() string { return filepath.Join(s.dir, "bleve") }
func (s *space) columnsFile() string { return filepath.Join(s.dir, "columns") }

// become replaces what the space holds. The caller holds writing.
func (s *space) become(c *columns, t *texts, target int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns, s.texts, s.target, s.unsaved, s.kept = c, t, target, 0, nil
	s.versions = nil // their rows are those of the columns
	s.signal()
}

// signal wakes those who wait for a position. The caller holds mu.
func (s *space) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// reset throws everything away, to be filled from the log again. The caller holds writing.
func (s *space) reset(reason string, target int64) error {
	s.index.logger.Warn("index: rebuilding from the store", "workspace", s.name, "reason", reason)
	old := s.texts
	s.become(newColumns(), nil, target)
	s.discard(old)
	if s.dir == "" {
		return nil
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("index: rebuild %s: %w", s.name, err)
	}
	return nil
}

// position returns the last change held, and what is closed when that changes.
func (s *space) position() (int64, <-chan struct{}) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.columns.seq, s.changed
}

// applyAll applies changes in batches. The caller holds writing.
func (s *space) applyAll(ctx context.Context, changes []feedback.Change) error {
	for len(changes) > 0 && changes[0].Seq <= s.columns.seq {
		changes = changes[1:]
	}
	size := batchSize
	if s.dir == "" {
		size = batchSizeMemory
	}
	for len(changes) > 0 {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("index: apply: %w", err)
		}
		n := min(size, len(changes))
		if err := s.apply(changes[:n], changes[n-1].Seq); err != nil {
			return err
		}
		changes = changes[n:]
	}
	if s.unsaved >= saveAfter {
		return s.save()
	}
	return nil
}

// apply applies one batch: Bleve first, so that it is never behind the columns. When it fails nothing has changed that a
// second try would not change the same way.
func (s *space) apply(changes []feedback.Change, seq int64) error {
	operations, rows := s.columns.plan(changes)
	if s.lost() {
		return errLost
	}
	if err := s.room(); err != nil {
		return err
	}
	if s.dir != "" && s.texts == nil {
		if err := s.create(); err != nil {
			return err
		}
	}
	if s.texts != nil {
		if err := s.texts.write(operations, seq, rows); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns.apply(operations, seq)
	s.outdate(operations)
	s.keep(operations)
	s.unsaved += len(changes)
	s.signal()
	return nil
}

// create makes the workspace's folder with an empty Bleve index, and leaves nothing when that fails.
func (s *space) create() error {
	if s.index.closed.Load() {
		return feedback.Errorf(feedback.Unavailable, "the index is closed")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("index: apply: %w", err)
	}
	t, err := createTexts(s.bleveFolder(), s.index.analyzers)
	switch {
	case errors.Is(err, bleve.ErrorIndexPathExists):
		return feedback.Errorf(feedback.Unavailable, "index: apply: another process has made %s meanwhile: start again", s.name)
	case err != nil:
		return errors.Join(err, os.RemoveAll(s.bleveFolder()))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = t
	return nil
}

// keep remembers texts for the first text query, in memory.
func (s *space) keep(operations []operation) {
	if !s.index.keepText || s.texts != nil {
		return
	}
	if s.kept == nil {
		s.kept = map[int]operation{}
	}
	for _, o := range operations {
		if o.analysed == nil {
			delete(s.kept, o.row)
		} else {
			s.kept[o.row] = o
		}
	}
}

// save writes the snapshot. The caller holds writing.
func (s *space) save() error {
	if s.dir == "" || s.unsaved == 0 {
		return nil
	}
	if err := s.columns.save(s.columnsFile()); err != nil {
		return err
	}
	s.unsaved = 0
	return nil
}

func (s *space) close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.opened.Load() {
		return nil
	}
	err := s.save()
	s.mu.Lock()
	t := s.texts
	s.texts = nil
	s.mu.Unlock()
	if t != nil {
		err = errors.Join(err, t.close())
	}
	return err
}
