package store

import (
	"context"

	"verbatim/feedback"
)

const (
	dropResponse       = `DELETE FROM responses WHERE workspace = ? AND survey = ? AND id = ?`
	selectByRespondent = `SELECT survey, id FROM responses WHERE workspace = ? AND respondent = ? AND respondent <> '' ORDER BY survey, id`
	selectByImport     = `SELECT r.survey, r.id, min(f.import_id) FROM responses r
		LEFT JOIN also_from f ON f.workspace = r.workspace AND f.survey = r.survey AND f.id = r.id
		WHERE r.workspace = ? AND r.import_id = ? AND r.import_id <> '' GROUP BY r.survey, r.id ORDER BY r.survey, r.id`
	handOver   = `UPDATE responses SET import_id = ? WHERE workspace = ? AND survey = ? AND id = ?`
	dropSource = `DELETE FROM also_from WHERE workspace = ? AND survey = ? AND id = ? AND import_id = ?`
	dropImport = `DELETE FROM also_from WHERE workspace = ? AND import_id = ?`
)

// Delete deletes a response with its analyses and its correction, and keeps its key from coming back by a salted hash. It
// fails with [feedback.NotFound] when there is no such response.
//
// The texts are overwritten in the file, and in the write-ahead log as soon as no reader needs it. The change log keeps
// the key, so that whoever follows it can delete as well.
func (s *Store) Delete(ctx context.Context, workspace string, key feedback.Key) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "delete", 1, func(t *txn) error {
		dropped, err := t.drop(workspace, key)
		if err != nil {
			return err
		}
		if !dropped {
			return notFound()
		}
		if err := t.bury(workspace, key); err != nil {
			return err
		}
		return t.audit(workspace, "delete-response", key.Survey)
	})
}

// DeleteRespondent deletes all responses of a respondent as Delete does, in one transaction, and returns how many there
// were. It fails with [feedback.NotFound] when there was none.
func (s *Store) DeleteRespondent(ctx context.Context, workspace, respondent string) (n int, err error) {
	if err := validWorkspace(workspace); err != nil {
		return 0, err
	}
	err = s.write(ctx, "delete respondent", maxGroup, func(t *txn) error {
		keys, _, err := t.keys(selectByRespondent, workspace, respondent)
		if err != nil {
			return err
		}
		if n = len(keys); n == 0 {
			return feedback.Errorf(feedback.NotFound, "there is no response of this respondent")
		}
		for _, key := range keys {
			if _, err := t.drop(workspace, key); err != nil {
				return err
			}
			if err := t.bury(workspace, key); err != nil {
				return err
			}
		}
		return t.audit(workspace, "delete-respondent", "")
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// DeleteImport undoes an import: it deletes the responses that hold what it delivered, in one transaction, and returns how
// many. A response that something else has replaced since stays as it is; one that something else has delivered with the
// same content stays and is that one's. What the import itself replaced does not come back. The keys may come again, so
// that the file can be imported anew. It fails with [feedback.NotFound] when no such import is known.
func (s *Store) DeleteImport(ctx context.Context, workspace, importID string) (n int, err error) {
	if err := validWorkspace(workspace); err != nil {
		return 0, err
	}
	err = s.write(ctx, "delete import", maxGroup, func(t *txn) error {
		n = 0
		keys, others, err := t.keys(selectByImport, workspace, importID)
		if err != nil {
			return err
		}
		known, err := t.exec(undoImport, t.at, workspace, importID)
		if err != nil {
			return err
		}
		if len(keys) == 0 && known == 0 {
			return feedback.Errorf(feedback.NotFound, "there is no such import")
		}
		for i, key := range keys {
			if other, ok := others[i].(string); ok {
				err = t.handOver(workspace, key, other)
			} else {
				_, err = t.drop(workspace, key)
				n++
			}
			if err != nil {
				return err
			}
		}
		if _, err = t.exec(dropImport, workspace, importID); err != nil {
			return err
		}
		return t.audit(workspace, "delete-import", importID)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// drop deletes a response with all that hangs on it, the payloads that it came in among that, and logs that.
func (t *txn) drop(workspace string, key feedback.Key) (bool, error) {
	dropped, err := t.exec(dropResponse, workspace, key.Survey, key.ID)
	if err != nil || dropped == 0 {
		return false, err
	}
	t.deleted = true
	if _, err := t.exec(dropPayloads, workspace, key.Survey, key.ID); err != nil {
		return false, err
	}
	if err := t.forgetDeliveries(workspace, key); err != nil {
		return true, err
	}
	return true, t.log(workspace, feedback.ChangeDelete, key)
}

// handOver makes another import the one that a response came from.
func (t *txn) handOver(workspace string, key feedback.Key, other string) error {
	if _, err := t.exec(handOver, other, workspace, key.Survey, key.ID); err != nil {
		return err
	}
	_, err := t.exec(dropSource, workspace, key.Survey, key.ID, other)
	return err
}

// keys reads survey and id of each row, and what follows them.
func (t *txn) keys(query string, args ...any) (keys []feedback.Key, others []any, err error) {
	err = t.each(query, args, func(values []any) error {
		keys = append(keys, feedback.Key{Survey: text(values[0]), ID: text(values[1])})
		if len(values) > 2 {
			others = append(others, values[2])
		}
		return nil
	})
	return keys, others, err
}
