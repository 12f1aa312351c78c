package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// The files of the folder of uploads.
const (
	spoolExt    = ".upload"
	rejectedExt = ".rejected"
)

// DefaultMaxUpload is the largest upload unless one says otherwise, in bytes.
const DefaultMaxUpload = 1 << 30

// Uploads imports uploaded files in the background, one after the other. What is there when the program ends goes on
// when it runs again. Safe for concurrent use.
type Uploads struct {
	ingester *Ingester
	dir      string
	most     int64
	logger   *slog.Logger

	mu      sync.Mutex
	jobs    []*uploadJob  // in the order they came, the running one included
	added   chan struct{} // holds one when there is a new job
	changed chan struct{} // closed at the next progress
	stopped chan struct{} // closed when Run ends

	born   time.Time
	drafts map[string]*draft // by id
	checks sync.WaitGroup
	turns  chan struct{}   // holds one for each check that reads
	life   context.Context //nolint:containedctx // of the checks, which outlive the requests that begin them
	end    context.CancelFunc
}

// uploadJob is an import that is not finished.
type uploadJob struct {
	upload  store.Upload
	record  store.Import
	running bool
	undone  bool
	cancel  context.CancelFunc // while it runs
	ended   chan struct{}
}

// NewUploads keeps uploads in the folder dir, which it makes. No upload may be larger than most bytes.
func NewUploads(ingester *Ingester, dir string, most int64, logger *slog.Logger) (*Uploads, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { // texts of customers: for nobody else
		return nil, feedback.Errorf(feedback.Unavailable, "ingest: uploads: the folder %s cannot be used: %w", dir, err)
	}
	life, end := context.WithCancel(context.Background())
	return &Uploads{
		ingester: ingester, dir: dir, most: most, logger: logger, added: make(chan struct{}, 1), changed: make(chan struct{}), stopped: make(chan struct{}),
		born: time.Now(), drafts: map[string]*draft{}, turns: make(chan struct{}, checksAtOnce), life: life, end: end,
	}, nil
}

// checksAtOnce is how many drafts are checked at a time.
const checksAtOnce = 2

// Most is the size of the largest upload in bytes.
func (u *Uploads) Most() int64 { return u.most }

// ImportStatus is how far an import is. State is "" for one that was none of an upload.
type ImportStatus struct {
	store.Import
	State   store.UploadState
	Problem string
	Summary *Summary // once it is done
}

// Start begins the import of a spooled file in the background. Its id is id or, when that is "", comes from the file and the
// options: the same upload twice is one import while the first goes on, and another afterwards. An id that is there with
// another file is a [feedback.Conflict]; with the same one, again is true and nothing begins.
func (u *Uploads) Start(ctx context.Context, workspace, id string, file *Spooled, o UploadOptions) (_ ImportStatus, again bool, err error) {
	options, err := json.Marshal(o)
	if err != nil {
		return ImportStatus{}, false, err
	}
	record := store.Import{ID: id, File: o.Name, Digest: digestOf(file.Digest, options)}
	u.mu.Lock() // two of the same must not begin at a time
	defer u.mu.Unlock()
	if again, err = u.choose(ctx, workspace, &record); err != nil || again {
		if err == nil {
			err = os.Remove(file.Path)
		}
		return u.statusOf(workspace, record), again, err
	}
	j := &uploadJob{record: record, ended: make(chan struct{}), upload: store.Upload{
		Workspace: workspace, ID: record.ID, Spool: filepath.Base(file.Path), Options: string(options), State: store.Queued,
	}}
	if err := u.ingester.Store.BeginImport(ctx, workspace, record); err != nil {
		return ImportStatus{}, false, err
	}
	if err := u.ingester.Store.SaveUpload(ctx, &j.upload); err != nil {
		return ImportStatus{}, false, err
	}
	if begun, err := u.ingester.Store.Import(ctx, workspace, record.ID); err == nil {
		j.record = begun
	}
	u.jobs = append(u.jobs, j)
	u.wake()
	return u.statusOf(workspace, j.record), false, nil
}

// choose finds the import that the upload is. With a mutex held.
func (u *Uploads) choose(ctx context.Context, workspace string, record *store.Import) (again bool, err error) {
	given := record.ID != ""
	for n := 1; ; n++ {
		if !given {
			record.ID = "upload-" + record.Digest[:16]
			if n > 1 {
				record.ID += fmt.Sprintf("-%d", n)
			}
		}
		known, err := u.ingester.Store.Import(ctx, workspace, record.ID)
		if feedback.CodeOf(err) == feedback.NotFound {
			return false, nil
		}
		switch {
		case err != nil:
			return false, err
		case given && known.Digest != record.Digest:
			return false, feedback.Errorf(feedback.Conflict, "the key was used for another file")
		case given, u.find(workspace, record.ID) != nil:
			*record = known
			return true, nil
		}
	}
}

// find returns the job of an import, nil when it is finished. With a mutex held.
func (u *Uploads) find(workspace, id string) *uploadJob {
	for _, j := range u.jobs {
		if j.upload.Workspace == workspace && j.upload.ID == id {
			return j
		}
	}
	return nil
}

func (u *Uploads) wake() {
	select {
	case u.added <- struct{}{}:
	default:
	}
}

// Changed returns a channel that is closed at the next progress of any import. To miss nothing, take it first and ask for
// the status then.
func (u *Uploads) Changed() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.changed
}

func (u *Uploads) notify() {
	u.mu.Lock()
	defer u.mu.Unlock()
	close(u.changed)
	u.changed = make(chan struct{})
}

// Status returns how far an import is; it fails with [feedback.NotFound] when there is none.
func (u *Uploads) Status(ctx context.Context, workspace, id string) (ImportStatus, error) {
	record, err := u.ingester.Store.Import(ctx, workspace, id)
	if err != nil {
		return ImportStatus{}, err
	}
	out := ImportStatus{Import: record}
	known, err := u.ingester.Store.Upload(ctx, workspace, id)
	if feedback.CodeOf(err) == feedback.NotFound {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.State, out.Problem = known.State, known.Problem
	if known.Summary != "" {
		out.Summary = &Summary{}
		if err := json.Unmarshal([]byte(known.Summary), out.Summary); err != nil {
			return out, feedback.Errorf(feedback.Corrupt, "ingest: uploads: a stored summary cannot be read: %w", err)
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if j := u.find(workspace, id); j != nil {
		running := u.statusOf(workspace, j.record)
		out.Import, out.State = running.Import, running.State
	}
	return out, nil
}

// statusOf is the status of an import that may be on its way. With a mutex held.
func (u *Uploads) statusOf(workspace string, record store.Import) ImportStatus {
	out := ImportStatus{Import: record, State: store.Queued}
	switch j := u.find(workspace, record.ID); {
	case j == nil:
		out.State = store.Done
	case j.running:
		out.State = store.Running
	}
	return out
}

// Undo ends an import that is on its way, and deletes what it delivered as [store.Store.DeleteImport] does.
func (u *Uploads) Undo(ctx context.Context, workspace, id string) (deleted int, err error) {
	u.mu.Lock()
	j := u.find(workspace, id)
	if j != nil {
		j.undone = true
		if j.cancel != nil {
			j.cancel()
		} else {
			u.drop(j)
		}
	}
	u.mu.Unlock()
	if j != nil {
		select {
		case <-j.ended:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	deleted, err = u.ingester.Store.DeleteImport(ctx, workspace, id)
	u.notify()
	return deleted, err
}

// drop forgets a job. With a mutex held.
func (u *Uploads) drop(j *uploadJob) {
	for i, other := range u.jobs {
		if other == j {
			u.jobs = append(u.jobs[:i], u.jobs[i+1:]...)
			close(j.ended)
			os.Remove(u.spoolPath(j))
			return
		}
	}
}

func (u *Uploads) spoolPath(j *uploadJob) string { return filepath.Join(u.dir, j.upload.Spool) }

// Stopped returns a channel that is closed when Run has ended: then there will be no more progress.
func (u *Uploads) Stopped() <-chan struct{} { return u.stopped }

// Run imports what is uploaded until ctx ends, and begins with what was left of last time. It is called once. An import that it leaves goes
// on at the next Run.
func (u *Uploads) Run(ctx context.Context) error {
	defer close(u.stopped)
	defer u.checks.Wait()
	defer u.end()
	if err := u.resume(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	u.checks.Go(func() { u.sweep(u.life) })
	for {
		j := u.next(ctx)
		if j == nil {
			return nil
		}
		u.run(ctx, j)
	}
}

// resume finds what was not finished, and removes files that belong to nothing.
func (u *Uploads) resume(ctx context.Context) error {
	workspaces, err := u.ingester.Store.Workspaces(ctx)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	wanted := map[string]bool{}
	for _, ws := range workspaces {
		pending, err := u.ingester.Store.PendingUploads(ctx, ws)
		if err != nil {
			return err
		}
		for _, p := range pending {
			wanted[p.Spool] = true
			if u.find(ws, p.ID) != nil {
				continue
			}
			record, err := u.ingester.Store.Import(ctx, ws, p.ID)
			if err != nil {
				return err
			}
			u.jobs = append(u.jobs, &uploadJob{upload: p, record: record, ended: make(chan struct{})})
		}
	}
	if err := u.resumeDrafts(ctx, wanted); err != nil {
		return err
	}
	return u.clean(wanted)
}

// clean removes files that belong to nothing: uploads that did not arrive whole, and what readers left when the program was
// killed.
func (u *Uploads) clean(wanted map[string]bool) error {
	files, err := os.ReadDir(u.dir)
	for _, file := range files {
		name := file.Name()
		orphan := strings.HasSuffix(name, spoolExt) && !wanted[name] || strings.HasPrefix(name, tempPrefix) || strings.HasPrefix(name, excelPrefix)
		if orphan && u.old(file) {
			os.Remove(filepath.Join(u.dir, name))
		}
	}
	return err
}

// next waits for a job.
func (u *Uploads) next(ctx context.Context) *uploadJob {
	for ctx.Err() == nil {
		u.mu.Lock()
		if len(u.jobs) > 0 {
			defer u.mu.Unlock()
			u.jobs[0].running = true
			return u.jobs[0]
		}
		u.mu.Unlock()
		select {
		case <-u.added:
		case <-ctx.Done():
		}
	}
	return nil
}

// run imports one upload.
func (u *Uploads) run(ctx context.Context, j *uploadJob) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	u.mu.Lock()
	j.cancel = cancel
	undone := j.undone
	u.mu.Unlock()
	summary, err := Summary{}, context.Canceled
	if !undone {
		u.notify()
		summary, err = u.importFile(inner, j)
	}
	if ctx.Err() != nil {
		return // it goes on next time
	}
	u.mu.Lock()
	undone = j.undone
	u.mu.Unlock()
	if !undone {
		if err := u.finish(ctx, j, &summary, err); err != nil {
			u.logger.Error("ingest: uploads: the end of an import cannot be stored", "import", j.upload.ID, "error", err.Error())
		}
	}
	u.mu.Lock()
	u.drop(j)
	u.mu.Unlock()
	u.notify()
}

// finish stores how an import ended.
func (u *Uploads) finish(ctx context.Context, j *uploadJob, summary *Summary, failure error) error {
	j.upload.State = store.Done
	if failure != nil {
		j.upload.State, j.upload.Problem = store.Failed, "the server failed: its log says why"
		if e, ok := errors.AsType[*feedback.Error](failure); ok && e.Code != feedback.Internal {
			j.upload.Problem = e.Message
		} else if row, ok := errors.AsType[*RowError](failure); ok {
			j.upload.Problem = row.Error()
		}
		u.logger.Warn("ingest: uploads: an import failed", "import", j.upload.ID, "code", string(feedback.CodeOf(failure)))
	}
	body, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	if j.upload.Summary = string(body); summary.File == "" {
		j.upload.Summary = ""
	}
	if err := u.ingester.Store.FinishImport(ctx, j.upload.Workspace, j.record); err != nil {
		return err
	}
	return u.ingester.Store.SaveUpload(ctx, &j.upload)
}
