package store

import (
	"context"

	"verbatim/feedback"
)

// UploadState is how far the import of an uploaded file is.
type UploadState string

// The states.
const (
	Queued  UploadState = "queued"
	Running UploadState = "running"
	Done    UploadState = "done"
	Failed  UploadState = "failed"
)

// Upload is the file behind an import. Spool is its name in the folder of uploads; Options and Summary are JSON that the
// store does not look into; Problem says why it failed.
type Upload struct {
	Workspace, ID  string
	Spool, Options string
	State          UploadState
	Problem        string
	Summary        string
}

const (
	upsertUpload = `INSERT INTO uploads (workspace, id, spool, options, state, problem, summary) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, id) DO UPDATE SET spool = excluded.spool, options = excluded.options, state = excluded.state,
		problem = excluded.problem, summary = excluded.summary`
	selectUpload  = `SELECT workspace, id, spool, options, state, problem, summary FROM uploads WHERE workspace = ? AND id = ?`
	selectPending = `SELECT u.workspace, u.id, u.spool, u.options, u.state, u.problem, u.summary FROM uploads u
		JOIN imports i ON i.workspace = u.workspace AND i.id = u.id
		WHERE u.workspace = ? AND u.state IN ('queued', 'running') AND i.undone_at IS NULL ORDER BY i.started_at, i.id`
)

// SaveUpload stores the file behind an import that was begun, in place of what is known of it.
func (s *Store) SaveUpload(ctx context.Context, u *Upload) error {
	if err := validWorkspace(u.Workspace); err != nil {
		return err
	}
	return s.write(ctx, "save upload", 1, func(t *txn) error {
		_, err := t.exec(upsertUpload, u.Workspace, u.ID, u.Spool, u.Options, string(u.State), u.Problem, u.Summary)
		return err
	})
}

// Upload returns the file behind an import. It fails with [feedback.NotFound] when the import is not one of an uploaded file.
func (s *Store) Upload(ctx context.Context, workspace, id string) (Upload, error) {
	list, err := s.uploads(ctx, workspace, selectUpload, workspace, id)
	if err == nil && len(list) == 0 {
		err = feedback.Errorf(feedback.NotFound, "there is no such upload")
	}
	if err != nil {
		return Upload{}, err
	}
	return list[0], nil
}

// PendingUploads returns the uploads of a workspace that are not finished, in the order they came.
func (s *Store) PendingUploads(ctx context.Context, workspace string) ([]Upload, error) {
	return s.uploads(ctx, workspace, selectPending, workspace)
}

func (s *Store) uploads(ctx context.Context, workspace, query string, args ...any) ([]Upload, error) {
	var list []Upload
	err := s.read(ctx, "uploads", workspace, query, args, func(values []any) error {
		list = append(list, Upload{
			Workspace: text(values[0]), ID: text(values[1]), Spool: text(values[2]), Options: text(values[3]),
			State: UploadState(text(values[4])), Problem: text(values[5]), Summary: text(values[6]),
		})
		return nil
	})
	return list, err
}
