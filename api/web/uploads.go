package web

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"verbatim/feedback"
	"verbatim/ingest"
)

// Limits of uploads.
const (
	maxUpload    = 200 << 20 // bytes of a file
	mostUploads  = 20        // files that are kept at a time, of all workspaces
	keptFor      = 2 * time.Hour
	keptRejected = 10_000 // rejected rows that are kept for the reader
)

// stage is how far an upload is.
type stage string

// The stages.
const (
	mapping  stage = "mapping"  // its columns are being looked at
	checking stage = "checking" // all rows are being read, nothing is stored
	checked  stage = "checked"
	storing  stage = "storing"
	stored   stage = "stored"
	failed   stage = "failed"
)

// upload is a file that somebody imports. The fields below mu change while a job runs.
type upload struct {
	id, workspace string
	name, path    string
	size          int64
	at            time.Time

	mu       sync.Mutex
	stage    stage
	options  ingest.Options
	counts   ingest.Imported
	summary  ingest.Summary
	rejected []ingest.RowError
	importID string
	failure  error
}

// running reports whether a job works on it.
func (u *upload) running() bool { return u.stage == checking || u.stage == storing }

// uploads are the files that are being imported. They lie in a temporary folder until they are stored, or old.
type uploads struct {
	ctx  context.Context //nolint:containedctx // of the jobs, which outlive the requests that begin them
	stop context.CancelFunc
	jobs sync.WaitGroup

	mu   sync.Mutex
	dir  string
	list map[string]*upload
}

func newUploads() *uploads {
	ctx, stop := context.WithCancel(context.Background())
	return &uploads{ctx: ctx, stop: stop, list: map[string]*upload{}}
}

// close ends the jobs and removes the files.
func (l *uploads) close() {
	l.stop()
	l.jobs.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir != "" {
		os.RemoveAll(l.dir) //nolint:errcheck // a temporary folder
	}
}

// add keeps a file.
func (l *uploads) add(workspace, name string, r io.Reader) (*upload, error) {
	path, err := l.place()
	if err != nil {
		return nil, err
	}
	u := &upload{id: rand.Text(), workspace: workspace, name: name, path: path, at: time.Now(), stage: mapping}
	if u.size, err = save(path, r); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list[u.id] = u
	l.trim()
	return u, nil
}

// place makes a name for a new file.
func (l *uploads) place() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir == "" {
		dir, err := os.MkdirTemp("", "verbatim-upload-")
		if err != nil {
			return "", feedback.Errorf(feedback.Unavailable, "there is no place for the file: %w", err)
		}
		l.dir = dir
	}
	return filepath.Join(l.dir, rand.Text()), nil
}

func save(path string, r io.Reader) (int64, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, feedback.Errorf(feedback.Unavailable, "there is no place for the file: %w", err)
	}
	n, err := io.Copy(file, io.LimitReader(r, maxUpload+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return n, feedback.Errorf(feedback.Invalid, "the file did not arrive whole: %w", err)
	}
	if n > maxUpload {
		return n, feedback.Errorf(feedback.TooLarge, "the file is larger than %d MB", maxUpload>>20)
	}
	return n, nil
}

// trim drops the oldest uploads that nothing works on.
func (l *uploads) trim() {
	var idle []*upload
	for _, u := range l.list {
		u.mu.Lock()
		if !u.running() {
			idle = append(idle, u)
		}
		u.mu.Unlock()
	}
	slices.SortFunc(idle, func(a, b *upload) int { return a.at.Compare(b.at) })
	for i, u := range idle {
		if len(idle)-i > mostUploads || time.Since(u.at) > keptFor {
			delete(l.list, u.id)
			os.Remove(u.path)
		}
	}
}

// get finds an upload of a workspace.
func (l *uploads) get(workspace, id string) (*upload, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.list[id]; u != nil && u.workspace == workspace {
		return u, nil
	}
	return nil, feedback.Errorf(feedback.NotFound, "there is no such upload any more: send the file again")
}

// start runs a job on an upload, unless one runs already.
func (l *uploads) start(u *upload, during stage, job func(ctx context.Context) (stage, error)) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.running() {
		return feedback.Errorf(feedback.Conflict, "the file is being worked on")
	}
	u.stage, u.failure, u.counts, u.rejected = during, nil, ingest.Imported{}, nil
	l.jobs.Go(func() {
		reached, err := job(l.ctx)
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.stage, u.failure = reached, err; err != nil {
			u.stage = failed
		}
	})
	return nil
}

// watched reads the rows of an upload, and notes those that are rejected.
type watched struct {
	*ingest.Reader
	u *upload
}

// Next gives the next row.
func (w watched) Next() (ingest.Row, error) {
	row, err := w.Reader.Next()
	if err == nil && row.Err != nil {
		w.u.mu.Lock()
		if len(w.u.rejected) < keptRejected {
			w.u.rejected = append(w.u.rejected, *row.Err)
		}
		w.u.mu.Unlock()
	}
	return row, err
}

// open reads the upload from its start. Its name stands for it in messages and gives the survey its name.
func (u *upload) open(options ingest.Options) (*ingest.Reader, io.Closer, error) {
	file, err := os.Open(u.path)
	if err != nil {
		return nil, nil, feedback.Errorf(feedback.NotFound, "the file is gone: send it again")
	}
	reader, err := ingest.NewReader(file, u.name, options)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return reader, closers{reader, file}, nil
}

type closers []io.Closer

// Close closes all.
func (c closers) Close() error {
	var errs []error
	for _, one := range c {
		if err := one.Close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
