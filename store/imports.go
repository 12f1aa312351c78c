package store

import (
	"context"
	"time"

	"verbatim/feedback"
)

// Import is a file that was imported. Its ID is the caller's and stands in the Import of its responses. Digest is whatever
// tells the file's content, for finding out that it was imported before. The counts are of rows. Times have milliseconds
// and are zero when it has not happened.
type Import struct {
	ID         string    `json:"id"`
	File       string    `json:"file"`
	Digest     string    `json:"digest"`
	StartedAt  time.Time `json:"started_at,omitzero"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	UndoneAt   time.Time `json:"undone_at,omitzero"`
	Read       int       `json:"read"`
	Created    int       `json:"created"`
	Updated    int       `json:"updated"`
	Unchanged  int       `json:"unchanged"`
	Rejected   int       `json:"rejected"`
}

const (
	selectFinished = `SELECT 1 FROM imports WHERE workspace = ? AND id = ? AND finished_at IS NOT NULL AND undone_at IS NULL`
	upsertImport   = `INSERT INTO imports (workspace, id, file, digest, started_at, read, created, updated, unchanged, rejected)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, id) DO UPDATE SET file = excluded.file,
		digest = excluded.digest, started_at = excluded.started_at, finished_at = NULL, undone_at = NULL, read = excluded.read,
		created = excluded.created, updated = excluded.updated, unchanged = excluded.unchanged, rejected = excluded.rejected`
	finishImport = `UPDATE imports SET finished_at = ?, read = ?, created = ?, updated = ?, unchanged = ?, rejected = ?
		WHERE workspace = ? AND id = ?`
	undoImport    = `UPDATE imports SET undone_at = coalesce(undone_at, ?) WHERE workspace = ? AND id = ?`
	selectImports = `SELECT id, file, digest, started_at, finished_at, undone_at, read, created, updated, unchanged, rejected
		FROM imports WHERE workspace = ? ORDER BY started_at, id`
)

// BeginImport records that an import starts, now if it has no StartedAt. One that was left unfinished or was undone starts
// over; one that is finished is a [feedback.Conflict]. The workspace is made if need be.
func (s *Store) BeginImport(ctx context.Context, workspace string, i Import) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if i.ID == "" {
		return feedback.Errorf(feedback.Invalid, "the import needs an id")
	}
	for name, value := range map[string]string{"the import's id": i.ID, "the file's name": i.File, "the digest": i.Digest} {
		if err := checkText(name, value, maxName); err != nil {
			return err
		}
	}
	return s.write(ctx, "begin import", 1, func(t *txn) error {
		finished, err := t.one(selectFinished, []any{workspace, i.ID}, func([]any) error { return nil })
		if err != nil {
			return err
		}
		if finished {
			return feedback.Errorf(feedback.Conflict, "this import is finished already: undo it first, or give the new one another id")
		}
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		started := i.StartedAt
		if started.IsZero() {
			started = time.UnixMilli(t.at)
		}
		_, err = t.exec(upsertImport, workspace, i.ID, i.File, i.Digest, millis(started),
			i.Read, i.Created, i.Updated, i.Unchanged, i.Rejected)
		return err
	})
}

// FinishImport records the counts of an import that was begun, and that it ended, now if it has no FinishedAt. It fails
// with [feedback.NotFound] when it was not begun.
func (s *Store) FinishImport(ctx context.Context, workspace string, i Import) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "finish import", 1, func(t *txn) error {
		finished := i.FinishedAt
		if finished.IsZero() {
			finished = time.UnixMilli(t.at)
		}
		found, err := t.exec(finishImport, millis(finished), i.Read, i.Created, i.Updated, i.Unchanged, i.Rejected, workspace, i.ID)
		if err == nil && found == 0 {
			return feedback.Errorf(feedback.NotFound, "there is no such import")
		}
		return err
	})
}

// Imports returns the imports of a workspace in the order they started, undone ones included.
func (s *Store) Imports(ctx context.Context, workspace string) ([]Import, error) {
	return s.imports(ctx, workspace, selectImports, workspace)
}

func (s *Store) imports(ctx context.Context, workspace, query string, args ...any) ([]Import, error) {
	var list []Import
	err := s.read(ctx, "imports", workspace, query, args, func(values []any) error {
		count := func(i int) int { return int(number(values[i]).Int64) }
		list = append(list, Import{
			ID: text(values[0]), File: text(values[1]), Digest: text(values[2]), StartedAt: moment(number(values[3])),
			FinishedAt: moment(number(values[4])), UndoneAt: moment(number(values[5])),
			Read: count(6), Created: count(7), Updated: count(8), Unchanged: count(9), Rejected: count(10),
		})
		return nil
	})
	return list, err
}

const selectImport = `SELECT id, file, digest, started_at, finished_at, undone_at, read, created, updated, unchanged, rejected
	FROM imports WHERE workspace = ? AND id = ?`

// Import returns an import. It fails with [feedback.NotFound] when there is none with the id.
func (s *Store) Import(ctx context.Context, workspace, id string) (Import, error) {
	list, err := s.imports(ctx, workspace, selectImport, workspace, id)
	if err == nil && len(list) == 0 {
		err = feedback.Errorf(feedback.NotFound, "there is no such import")
	}
	if err != nil {
		return Import{}, err
	}
	return list[0], nil
}
