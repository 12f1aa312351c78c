package ingest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// Limits of drafts.
const (
	mostDrafts = 20            // of a workspace
	draftKept  = 2 * time.Hour // without anybody looking at it
	sweepEvery = 10 * time.Minute
	draftExt   = ".draft"
)

// Draft is an uploaded file that waits for its import: somebody looks at its columns, or has its rows checked. Nothing of
// it is stored yet. It outlives a restart, and goes when nobody touches it for two hours.
type Draft struct {
	ID      string
	Options UploadOptions
	Busy    bool     // its rows are being checked, or its import begins
	Read    int      // rows that the check has read
	Summary *Summary // of the last check; nil before one
	Failure error    // why the last check ended early
}

// draft is a draft as it is kept.
type draft struct {
	Draft
	workspace string
	file      Spooled
	touched   time.Time
}

// draftFile is a draft as it is written beside its file.
type draftFile struct {
	Workspace string        `json:"workspace"`
	ID        string        `json:"id"`
	Spool     string        `json:"spool"`
	Size      int64         `json:"size"`
	Digest    string        `json:"digest"`
	Options   UploadOptions `json:"options"`
}

// Keep makes a draft of a spooled file. The oldest drafts of the workspace give way when there are too many.
func (u *Uploads) Keep(workspace string, file *Spooled, o UploadOptions) (Draft, error) {
	d := &draft{Draft: Draft{ID: "upload-" + strings.ToLower(rand.Text()), Options: o}, workspace: workspace, file: *file, touched: time.Now()}
	if err := u.saveDraft(d); err != nil {
		return Draft{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drafts[d.ID] = d
	u.trim(workspace)
	return d.Draft, nil
}

func (u *Uploads) saveDraft(d *draft) error {
	body, err := json.Marshal(draftFile{d.workspace, d.ID, filepath.Base(d.file.Path), d.file.Size, d.file.Digest, d.Options})
	if err == nil {
		err = os.WriteFile(u.draftPath(d), body, 0o600)
	}
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "ingest: upload: the folder cannot be written: %w", err)
	}
	return nil
}

func (u *Uploads) draftPath(d *draft) string { return filepath.Join(u.dir, d.ID+draftExt) }

// trim drops drafts of a workspace that are too many, the oldest first. With a mutex held.
func (u *Uploads) trim(workspace string) {
	var idle []*draft
	for _, d := range u.drafts {
		if d.workspace == workspace && !d.Busy {
			idle = append(idle, d)
		}
	}
	slices.SortFunc(idle, func(a, b *draft) int { return a.touched.Compare(b.touched) })
	for _, d := range idle[:max(0, len(idle)-mostDrafts)] {
		u.forget(d)
	}
}

// forget drops a draft with its files. With a mutex held.
func (u *Uploads) forget(d *draft) {
	delete(u.drafts, d.ID)
	os.Remove(u.draftPath(d))
	d.file.Remove()
	os.Remove(d.file.Path + rejectedExt)
}

// Draft returns a draft as it is now. It fails with [feedback.NotFound] when there is none, or its import has begun.
func (u *Uploads) Draft(workspace, id string) (Draft, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	d, err := u.draft(workspace, id)
	if err != nil {
		return Draft{}, err
	}
	return d.Draft, nil
}

// draft finds a draft, and notes that somebody has. With a mutex held.
func (u *Uploads) draft(workspace, id string) (*draft, error) {
	d := u.drafts[id]
	if d == nil || d.workspace != workspace {
		return nil, feedback.Errorf(feedback.NotFound, "there is no such upload any more: send the file again")
	}
	d.touched = time.Now()
	return d, nil
}

// take makes a draft busy with options.
func (u *Uploads) take(workspace, id string, o UploadOptions) (*draft, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	d, err := u.draft(workspace, id)
	if err != nil {
		return nil, err
	}
	if d.Busy {
		return nil, feedback.Errorf(feedback.Conflict, "the file is being worked on")
	}
	o.Name = d.Options.Name
	d.Options, d.Busy, d.Read, d.Summary, d.Failure = o, true, 0, nil, nil
	return d, nil
}

// LookInto hands over a reader of a draft's file; it holds until look returns. Errors are those of [Open], and of look.
func (u *Uploads) LookInto(workspace, id string, o UploadOptions, look func(*Reader) error) (err error) {
	u.mu.Lock()
	d, err := u.draft(workspace, id)
	u.mu.Unlock()
	if err != nil {
		return err
	}
	o.Name = d.Options.Name
	reader, err := u.open(d.file.Path, &o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	return look(reader.Reader)
}

// Choose notes how a draft is to be read. A draft that is busy is a [feedback.Conflict].
func (u *Uploads) Choose(workspace, id string, o UploadOptions) error {
	d, err := u.take(workspace, id, o)
	if err != nil {
		return err
	}
	return u.release(d, nil, u.saveDraft(d))
}

// Check begins to read all rows of a draft in the background and stores nothing; [Uploads.Rejected] hands over those that
// would be refused. A draft that is busy is a [feedback.Conflict].
func (u *Uploads) Check(workspace, id string, o UploadOptions) error {
	d, err := u.take(workspace, id, o)
	if err != nil {
		return err
	}
	if err := u.saveDraft(d); err != nil {
		return errors.Join(err, u.release(d, nil, nil))
	}
	u.checks.Go(func() {
		summary, err := u.check(d, o)
		_ = u.release(d, &summary, err)
		u.notify()
	})
	return nil
}

// check reads all rows of a draft.
func (u *Uploads) check(d *draft, o UploadOptions) (summary Summary, err error) {
	select { // a few at a time
	case u.turns <- struct{}{}:
		defer func() { <-u.turns }()
	case <-u.life.Done():
		return summary, context.Cause(u.life)
	}
	rejected, err := u.createRejected(filepath.Base(d.file.Path))
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, rejected.close()) }()
	o.Name = d.Options.Name
	read := 0
	return u.readAll(u.life, d.file.Path, &o, func(row *Row) error {
		if row.Err != nil {
			rejected.add(rejectedRow(row.Err))
		}
		if read++; read%progressRows == 0 {
			u.mu.Lock()
			d.Read = read
			u.mu.Unlock()
			u.notify()
		}
		return nil
	})
}

// progressRows is after how many rows a check tells how far it is.
const progressRows = 5000

// release ends what a draft was busy with.
func (u *Uploads) release(d *draft, summary *Summary, failure error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if d.Busy, d.Failure = false, failure; failure == nil {
		d.Summary = summary
	}
	return failure
}

// StartDraft begins the import of a draft, as [Uploads.Start] does under the draft's id; the draft is gone then. It stays
// when its file cannot be read with the options; errors are then those of [Open].
func (u *Uploads) StartDraft(ctx context.Context, workspace, id string, o UploadOptions) (ImportStatus, error) {
	d, err := u.take(workspace, id, o)
	if err != nil {
		return ImportStatus{}, err
	}
	reader, err := u.open(d.file.Path, &d.Options)
	if err != nil {
		return ImportStatus{}, u.release(d, nil, err)
	}
	if err := reader.Close(); err != nil {
		return ImportStatus{}, u.release(d, nil, err)
	}
	status, _, err := u.Start(ctx, workspace, id, &d.file, d.Options)
	if err != nil {
		return status, u.release(d, nil, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.drafts, id)
	os.Remove(u.draftPath(d))
	return status, nil
}

// resumeDrafts finds the drafts of last time, and notes their files among those that are wanted. With a mutex held.
func (u *Uploads) resumeDrafts(ctx context.Context, wanted map[string]bool) error {
	paths, err := filepath.Glob(filepath.Join(u.dir, "*"+draftExt))
	if err != nil {
		return err
	}
	for _, path := range paths {
		d, known := u.readDraft(path)
		_, err := u.ingester.Store.Upload(ctx, d.workspace, d.ID)
		switch {
		case known && wanted[filepath.Base(d.file.Path)] || err == nil: // its import had just begun
			os.Remove(path)
		case feedback.CodeOf(err) != feedback.NotFound:
			return err
		case !known:
			os.Remove(path)
		default:
			wanted[filepath.Base(d.file.Path)] = true
			if u.drafts[d.ID] == nil {
				u.drafts[d.ID] = d
			}
		}
	}
	return nil
}

// readDraft reads a draft; known is false for one without its file.
func (u *Uploads) readDraft(path string) (d *draft, known bool) {
	d = &draft{workspace: feedback.DefaultWorkspace}
	var from draftFile
	body, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(body, &from) != nil || from.ID+draftExt != filepath.Base(path) {
		return d, false
	}
	d.workspace, d.ID, d.Options = from.Workspace, from.ID, from.Options
	d.file = Spooled{Path: filepath.Join(u.dir, filepath.Base(from.Spool)), Size: from.Size, Digest: from.Digest}
	info, err := os.Stat(d.file.Path)
	if err != nil {
		return d, false
	}
	d.touched = info.ModTime()
	return d, true
}

// sweep drops drafts that nobody looks at, now and then, until the context ends.
func (u *Uploads) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		u.dropOld(time.Now().Add(-draftKept))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (u *Uploads) dropOld(before time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.drafts {
		if !d.Busy && d.touched.Before(before) {
			u.forget(d)
		}
	}
}

// Undone is the state of an import that was undone.
const Undone store.UploadState = "undone"

// Stage is the state of any import: also of one that was undone, or is none of an upload.
func (s *ImportStatus) Stage() store.UploadState {
	switch {
	case !s.UndoneAt.IsZero():
		return Undone
	case s.State != "":
		return s.State
	case s.FinishedAt.IsZero():
		return store.Running
	}
	return store.Done
}
