// Package store keeps responses, analyses, corrections, taxonomies and imports: the only truth, of which everything else
// is a projection. It is one SQLite file.
//
// Whatever a method acknowledges is durable: it survives a crash of the process and of the machine. Every change of a
// response appends to its workspace's change log in the same transaction, so that whoever follows the log ([Store.Changes])
// misses nothing. Writers are serialised and share transactions; readers never wait for them.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"verbatim/feedback"
)

// The files in the store's folder.
const (
	fileName = "verbatim.db"
	lockName = "verbatim.lock"
)

// readers is how many reads can run at a time.
const readers = 8

// Store is an open store. Its methods are safe for concurrent use. They answer [feedback.Unavailable] when the disk fails
// or is full and after Close, [feedback.Corrupt] when the file is damaged, and [feedback.Invalid] for a workspace whose
// name is not 1–64 of a–z, 0–9, _ and -.
type Store struct {
	path  string
	lock  *folderLock
	pools []*sql.DB // to be closed
	pool  *sql.DB   // of readers
	reads *statements
	wiper *sql.DB
	// writer and writes belong to the writer's goroutine.
	writer *sql.Conn
	writes *statements

	jobs        chan *job
	compactions chan chan error
	closing     chan struct{}
	stopped     chan struct{} // closed when the writer has ended
	close       func() error

	keys     cache[map[string]*heldKey]
	settings cache[Settings]
	people   cache[bool]   // whether there are any
	hashing  chan struct{} // holds a place for each password that is hashed at a time

	queued  atomic.Int64 // writes that wait for the writer
	mu      sync.Mutex
	changed chan struct{} // closed at the next commit that logs something
}

// Open opens the store in the folder dir and makes both where they are missing. It fails with [feedback.Unavailable] when
// another process has it open or the folder cannot be used, [feedback.Corrupt] when the file is damaged or somebody
// else's, and [feedback.Unsupported] when a newer version of the program wrote it.
func Open(ctx context.Context, dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil { // texts of customers: for nobody else
		return nil, feedback.Errorf(feedback.Unavailable, "store: open: the folder %s cannot be used: %w", dir, err)
	}
	s := &Store{
		path: filepath.Join(dir, fileName), jobs: make(chan *job), compactions: make(chan chan error), closing: make(chan struct{}),
		stopped: make(chan struct{}), changed: make(chan struct{}), hashing: make(chan struct{}, hashesAtOnce),
	}
	s.close = sync.OnceValue(s.shut)
	if s.lock, err = lockFolder(ctx, dir); err != nil {
		return nil, err
	}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(s.fail("open", err), s.release())
	}
	go s.writeLoop(context.WithoutCancel(ctx))
	return s, nil
}

// connections opens another pool of connections to the file.
func (s *Store) connections(settings, lock string, size int) (*sql.DB, error) {
	db, err := openDatabase(s.path, settings, lock)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	s.pools = append(s.pools, db)
	return db, nil
}

func (s *Store) connect(ctx context.Context) error {
	var err error
	if s.pool, err = s.connections(readerSettings, "deferred", readers); err != nil {
		return err
	}
	s.reads = newStatements(s.pool)
	// Before a writer touches the file: it may be somebody else's.
	version, err := schemaVersion(ctx, s.pool, s.path)
	if err != nil {
		return err
	}
	write, err := s.connections(writerSettings, "immediate", 1)
	if err != nil {
		return err
	}
	if err := migrate(ctx, write, version, migrations); err != nil {
		return err
	}
	if err := s.checkWhole(ctx, write); err != nil {
		return err
	}
	if s.wiper, err = s.connections(wiperSettings, "deferred", 1); err != nil {
		return err
	}
	s.writer, err = write.Conn(ctx)
	s.writes = newStatements(s.writer)
	return err
}

// checkWhole notices a truncated file before anybody trusts it: the database itself would only do so on reading a page
// that is missing.
func (s *Store) checkWhole(ctx context.Context, db *sql.DB) error {
	if _, err := checkpoint(ctx, db); err != nil {
		return err
	}
	want, err := wholeSize(ctx, db)
	if err != nil {
		return err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	if info.Size() < want {
		return feedback.Errorf(feedback.Corrupt, "store: open: %s is cut off (%d of %d bytes): restore a backup", s.path, info.Size(), want)
	}
	return nil
}

// Close ends the store: what was handed over is committed first, later calls answer [feedback.Unavailable]. Calling it
// again does nothing.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	<-s.stopped
	if err := s.release(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// release closes what is open, the lock last.
func (s *Store) release() error {
	var errs []error
	for _, st := range []*statements{s.reads, s.writes} {
		if st != nil {
			errs = append(errs, st.close())
		}
	}
	for _, db := range s.pools {
		errs = append(errs, db.Close())
	}
	return errors.Join(append(errs, s.lock.close())...)
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// fail gives an error its code and says what to do; action is what failed.
func (s *Store) fail(action string, err error) error {
	var known *feedback.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("store: %s: %w", action, err)
	case s.isClosed():
		return feedback.Errorf(feedback.Unavailable, "store: %s: the store is closed: %w", action, err)
	}
	if code, advice, ok := diagnose(err); ok {
		return feedback.Errorf(code, "store: %s: %s: %s: %w", action, s.path, advice, err)
	}
	return fmt.Errorf("store: %s: %w", action, err)
}

// Check reads the whole file and answers [feedback.Corrupt] when something in it is damaged.
func (s *Store) Check(ctx context.Context) error {
	finding, err := integrity(ctx, s.pool)
	if err != nil {
		return s.fail("check", err)
	}
	if finding != "ok" {
		return feedback.Errorf(feedback.Corrupt, "store: check: %s is damaged: restore a backup: %s", s.path, finding)
	}
	return nil
}

// Workspaces lists the names of all workspaces that hold or held anything, in order.
func (s *Store) Workspaces(ctx context.Context) ([]string, error) {
	rows, err := s.reads.query(ctx, "SELECT workspace FROM workspaces ORDER BY workspace")
	if err != nil {
		return nil, s.fail("workspaces", err)
	}
	var names []string
	err = eachRow(rows, func(values []any) error {
		names = append(names, text(values[0]))
		return nil
	})
	return names, s.fail("workspaces", err)
}

// workspaceName is what a workspace may be called.
var workspaceName = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

func validWorkspace(name string) error {
	if workspaceName.MatchString(name) {
		return nil
	}
	return feedback.Errorf(feedback.Invalid, "the workspace's name must be 1 to 64 of a-z, 0-9, _ and -")
}

func now() int64 { return time.Now().UnixMilli() }
