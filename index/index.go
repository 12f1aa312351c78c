package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"verbatim/feedback"
)

// Log is the change log that an index follows; the store implements it. A log is per workspace; seq starts at 1 and grows
// in commit order.
type Log interface {
	// Workspaces lists the workspaces that have changes.
	Workspaces(ctx context.Context) ([]string, error)
	// LastSeq returns the seq of the last change, 0 when there is none.
	LastSeq(ctx context.Context, ws string) (int64, error)
	// Changes returns up to limit changes after a seq, in the order of seq, each with the response as it is now. A key may
	// be reported at each of its changes or once, at the last.
	Changes(ctx context.Context, ws string, after int64, limit int) ([]feedback.Change, error)
	// Wait blocks until LastSeq is greater than after and returns it, or an error when ctx ends.
	Wait(ctx context.Context, ws string, after int64) (int64, error)
}

// Versions is what a [Log] also does whose responses are tagged with several versions of a taxonomy, named name@version.
type Versions interface {
	// CurrentTaxonomy returns the version that Changes has analyses of, "" when that was never set.
	CurrentTaxonomy(ctx context.Context, ws string) (string, error)
	// WasRead reports whether a version is or was the current one.
	WasRead(ctx context.Context, ws, taxonomy string) (bool, error)
	// ScanTaxonomy hands over all responses with the analyses of a version.
	ScanTaxonomy(ctx context.Context, ws, taxonomy string, each func(feedback.Analysed) error) error
	// GetTaxonomy returns the responses with the keys in the same way; those that are not there are left out.
	GetTaxonomy(ctx context.Context, ws, taxonomy string, keys []feedback.Key) ([]feedback.Analysed, error)
}

// Options are the settings of an [Index]. The zero Options are good.
type Options struct {
	Logger *slog.Logger // told when an index is rebuilt, and why; nil for slog.Default()
	Room   func() error // asked before each batch is written: an error lets the index wait; nil for never
}

// When a snapshot of the columns is written, apart from Close: after so many changes, or after some when the log is
// quiet.
const (
	saveAfter     = 100_000
	saveWhenQuiet = 1_000
	quiet         = 5 * time.Second
)

// batchSize is how many changes go into one Bleve batch: the best of those measured. In memory Bleve never merges its
// segments, so they are made larger.
const (
	batchSize       = 1_000
	batchSizeMemory = 20_000
)

// Index searches and counts the responses of all workspaces of one folder. Safe for concurrent use; a folder belongs to
// one Index at a time.
type Index struct {
	dir       string // "" in memory
	log       Log
	room      func() error
	versions  Versions // nil when the log has one version only
	logger    *slog.Logger
	keepText  bool
	quiet     time.Duration
	analyzers *analyzers
	found     chan struct{} // a workspace was asked for that may be new to Follow

	closed atomic.Bool

	mu     sync.Mutex
	spaces map[string]*space
}

// Open opens the index in the folder, which need not exist; workspaces are opened when they are first asked for. With a
// log, [Index.Follow] keeps the index up with it, and a workspace answers only when it holds what the log held when it
// was opened. Without one (nil) changes come by [Index.Apply] alone. Close it to keep the columns on disk.
func Open(ctx context.Context, dir string, log Log, options Options) (*Index, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: open: %w", err)
	}
	x := newIndex(options.Logger)
	x.dir, x.log, x.room = dir, log, options.Room
	x.versions, _ = log.(Versions)
	return x, nil
}

// OpenMemory makes an index in memory, filled by [Index.Apply]. With keepText it keeps the texts, too, and makes a Bleve
// index of them when the first text query comes; without, a text query is an [feedback.Unsupported] error.
func OpenMemory(keepText bool) *Index {
	x := newIndex(nil)
	x.keepText = keepText
	return x
}

func newIndex(logger *slog.Logger) *Index {
	if logger == nil {
		logger = slog.Default()
	}
	return &Index{
		logger:    logger,
		quiet:     quiet,
		analyzers: newAnalyzers(),
		found:     make(chan struct{}, 1),
		spaces:    map[string]*space{},
	}
}

// Apply brings changes of a workspace into the index, durably. They are in order of seq; those that the index holds
// already are skipped. The follower calls it, and whoever fills an index without a log.
func (x *Index) Apply(ctx context.Context, ws string, changes []feedback.Change) error {
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.applyAll(ctx, changes)
}

// Seq returns the last change of the workspace that the index holds; 0 when it holds none or cannot be opened.
func (x *Index) Seq(ctx context.Context, ws string) int64 {
	s, err := x.space(ctx, ws)
	if err != nil {
		return 0
	}
	seq, _ := s.position()
	return seq
}

// Lag returns how many changes of the workspace the log has after those that the index holds.
func (x *Index) Lag(ctx context.Context, ws string) (int64, error) {
	if x.log == nil {
		return 0, nil
	}
	last, err := x.log.LastSeq(ctx, ws)
	if err != nil {
		return 0, fmt.Errorf("index: lag: %w", err)
	}
	return max(0, last-x.Seq(ctx, ws)), nil
}

// WaitFor blocks until the index holds the change seq of the workspace, or ctx ends.
func (x *Index) WaitFor(ctx context.Context, ws string, seq int64) error {
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	if held, _ := s.position(); held < seq {
		s.waiters.Add(1)
		defer s.waiters.Add(-1)
	}
	for {
		held, changed := s.position()
		if held >= seq {
			return nil
		}
		select {
		case s.hurry <- struct{}{}:
		default:
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("index: wait for change %d, at %d: %w", seq, held, ctx.Err())
		}
	}
}

// Rebuild throws the index of the workspace away and makes it anew from the log. Until it holds the log again, reading
// gives an [feedback.Unavailable] error.
func (x *Index) Rebuild(ctx context.Context, ws string) error {
	if x.log == nil {
		return feedback.Errorf(feedback.Unsupported, "index: there is no log to rebuild from")
	}
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	last, err := x.log.LastSeq(ctx, ws)
	if err != nil {
		return fmt.Errorf("index: rebuild: %w", err)
	}
	s.writing.Lock()
	err = s.reset("it was asked for", last)
	s.writing.Unlock()
	if err != nil {
		return err
	}
	return x.catchUp(ctx, s)
}

// Close writes the columns to disk and closes Bleve. Follow must have returned.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed.Swap(true) {
		return nil
	}
	var errs []error
	for _, s := range x.spaces {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// space returns a workspace, opened.
func (x *Index) space(ctx context.Context, ws string) (*space, error) {
	folder, err := folderName(ws)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	if x.closed.Load() {
		x.mu.Unlock()
		return nil, feedback.Errorf(feedback.Unavailable, "the index is closed")
	}
	s, ok := x.spaces[ws]
	if !ok {
		s = &space{name: ws, index: x, changed: make(chan struct{}), hurry: make(chan struct{}, 1)}
		if x.dir != "" {
			s.dir = filepath.Join(x.dir, folder)
		}
		x.spaces[ws] = s
	}
	x.mu.Unlock()
	if !ok {
		select {
		case x.found <- struct{}{}:
		default:
		}
	}
	return s, s.open(ctx)
}

// folderName makes a folder's name of a workspace's: lower-case letters, digits, - and _ stand for themselves, other bytes
// are written %XX, so that names that differ in case stay apart on every file system.
func folderName(ws string) (string, error) {
	var b strings.Builder
	for _, c := range []byte(ws) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if ws == "" || b.Len() > 200 {
		return "", feedback.Errorf(feedback.Invalid, "a workspace's name has between 1 and 200 letters, this one has %d", len(ws))
	}
	return b.String(), nil
}
