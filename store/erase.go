package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"verbatim/feedback"
)

// Erasure is what was asked to go and what went: all responses of a person, or what became older than a survey keeps.
// Gone counts the rows by kind: responses, analyses, corrections. Times have milliseconds; FinishedAt is zero until nothing
// of it is left in the store's files. Workspace is not part of its JSON.
type Erasure struct {
	Workspace   string         `json:"-"`
	ID          string         `json:"id"`
	Person      bool           `json:"-"` // of a respondent, else by age
	RequestedAt time.Time      `json:"requested_at"`
	FinishedAt  time.Time      `json:"finished_at,omitzero"`
	Gone        map[string]int `json:"gone"`
}

// leftover is a kind of row that goes with a response or a person.
type leftover struct{ kind, query string }

// ofResponse is what goes with a response beside its own row, by workspace, survey and id; ofPerson what goes with a
// respondent, by workspace and respondent. A table that holds personal data has its line in one of them.
var (
	ofResponse = []leftover{
		{"analyses", `DELETE FROM analyses WHERE workspace = ? AND survey = ? AND id = ?`},
		{"corrections", `DELETE FROM corrections WHERE workspace = ? AND survey = ? AND id = ?`},
		{"payloads", dropPayloads},
		{"webhook_deliveries", forgetDeliveries},
	}
	ofPerson = []leftover{}
)

const (
	insertErasure    = `INSERT INTO erasures (workspace, id, respondent, requested_at, gone) VALUES (?, ?, ?, ?, '{}')`
	updateGone       = `UPDATE erasures SET gone = ? WHERE workspace = ? AND id = ?`
	finishErasure    = `UPDATE erasures SET finished_at = ? WHERE workspace = ? AND id = ?`
	addErasing       = `INSERT INTO erasing (workspace, erasure, survey, id) VALUES (?, ?, ?, ?) ON CONFLICT (workspace, erasure, survey, id) DO NOTHING`
	selectErasing    = `SELECT survey, id FROM erasing WHERE workspace = ? AND erasure = ? ORDER BY survey, id`
	dropErasing      = `DELETE FROM erasing WHERE workspace = ? AND erasure = ?`
	erasureColumns   = `SELECT workspace, id, respondent IS NOT NULL, requested_at, finished_at, gone FROM erasures `
	selectErasure    = erasureColumns + `WHERE workspace = ? AND id = ?`
	selectUnfinished = erasureColumns + `WHERE finished_at IS NULL ORDER BY requested_at, workspace, id`
	// scrubChanges takes the keys of an erasure out of a piece of the change log; the entries stay, so that it has no gaps.
	scrubChanges = `UPDATE changes SET survey = '', id = '' WHERE workspace = ? AND seq > ? AND seq <= ?
		AND (survey, id) IN (SELECT survey, id FROM erasing WHERE workspace = ?)`
)

// scrubAtOnce is how many entries of the change log are looked through in one transaction, so that writers wait little.
const scrubAtOnce = 50_000

// EraseRespondent begins to erase a person: it deletes all responses of the respondent with all that hangs on them, in one
// durable transaction, and keeps their keys from coming back. The erasure is finished by [Store.FinishErasures], once
// whoever follows the change log has seen the deletions; one that was begun survives a crash. It fails with
// [feedback.NotFound] when there is no response of the respondent.
func (s *Store) EraseRespondent(ctx context.Context, workspace, respondent string) (Erasure, error) {
	if err := validWorkspace(workspace); err != nil {
		return Erasure{}, err
	}
	var e Erasure
	err := s.write(ctx, "erase", maxGroup, func(t *txn) error {
		keys, _, err := t.keys(selectByRespondent, workspace, respondent)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return feedback.Errorf(feedback.NotFound, "there is no response of this respondent")
		}
		sp, err := t.enter(workspace)
		if err != nil {
			return err
		}
		e = newErasure(workspace, t.at)
		e.Person = true
		if _, err := t.exec(insertErasure, workspace, e.ID, sp.hashPerson(respondent), t.at); err != nil {
			return err
		}
		for _, l := range ofPerson {
			n, err := t.exec(l.query, workspace, respondent)
			if err != nil {
				return err
			}
			e.Gone[l.kind] += int(n)
		}
		return t.erase(&e, keys)
	})
	return e, err
}

func newErasure(workspace string, at int64) Erasure {
	return Erasure{Workspace: workspace, ID: rand.Text(), RequestedAt: time.UnixMilli(at).UTC(), Gone: map[string]int{"responses": 0}}
}

// erase deletes responses for an erasure and notes their keys.
func (t *txn) erase(e *Erasure, keys []feedback.Key) error {
	for _, key := range keys {
		for _, l := range ofResponse {
			n, err := t.exec(l.query, e.Workspace, key.Survey, key.ID)
			if err != nil {
				return err
			}
			e.Gone[l.kind] += int(n)
		}
		dropped, err := t.drop(e.Workspace, key)
		if err != nil {
			return err
		}
		if dropped {
			e.Gone["responses"]++
		}
		if err := t.bury(e.Workspace, key); err != nil {
			return err
		}
		if _, err := t.exec(addErasing, e.Workspace, e.ID, key.Survey, key.ID); err != nil {
			return err
		}
	}
	gone, err := json.Marshal(e.Gone)
	if err != nil {
		return err
	}
	_, err = t.exec(updateGone, string(gone), e.Workspace, e.ID)
	return err
}

// Erasure returns an erasure by its id; it fails with [feedback.NotFound] when there is none.
func (s *Store) Erasure(ctx context.Context, workspace, id string) (Erasure, error) {
	var found []Erasure
	err := s.read(ctx, "erasure", workspace, selectErasure, []any{workspace, id}, func(values []any) error {
		e, err := readErasure(values)
		found = append(found, e)
		return err
	})
	if err == nil && len(found) == 0 {
		err = feedback.Errorf(feedback.NotFound, "there is no such erasure")
	}
	if err != nil {
		return Erasure{}, err
	}
	return found[0], nil
}

// Unfinished lists the erasures of all workspaces that are not finished, oldest first.
func (s *Store) Unfinished(ctx context.Context) ([]Erasure, error) {
	rows, err := s.reads.query(ctx, selectUnfinished)
	if err != nil {
		return nil, s.fail("erasures", err)
	}
	var list []Erasure
	err = eachRow(rows, func(values []any) error {
		e, err := readErasure(values)
		list = append(list, e)
		return err
	})
	return list, s.fail("erasures", err)
}

func readErasure(values []any) (Erasure, error) {
	e := Erasure{
		Workspace: text(values[0]), ID: text(values[1]), Person: number(values[2]).Int64 != 0,
		RequestedAt: moment(number(values[3])), FinishedAt: moment(number(values[4])),
	}
	if err := json.Unmarshal([]byte(text(values[5])), &e.Gone); err != nil {
		return e, damaged("erasure", err)
	}
	return e, nil
}

// FinishErasures leaves nothing of the erasures in the store's files: their keys go from the change log, whose followers
// must have seen the deletions; the file is rewritten, since pages that were once split keep pieces of what was deleted
// later; and the write-ahead log is emptied, for which it waits until no reader needs it. Writers wait while the file is
// rewritten. It returns the erasures as they are then. It may be called again after an error.
func (s *Store) FinishErasures(ctx context.Context, list []Erasure) ([]Erasure, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if err := s.recordErasures(ctx, list); err != nil {
		return nil, s.fail("finish erasures", err)
	}
	done := map[string]bool{}
	for _, e := range list {
		if !done[e.Workspace] {
			if err := s.scrub(ctx, e.Workspace); err != nil {
				return nil, err
			}
			done[e.Workspace] = true
		}
	}
	err := s.write(ctx, "finish erasures", 1, func(t *txn) error {
		for _, e := range list {
			if _, err := t.exec(dropErasing, e.Workspace, e.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.Compact(ctx); err != nil {
		return nil, err
	}
	finished := slices.Clone(list)
	return finished, s.write(ctx, "finish erasures", 1, func(t *txn) error {
		for i, e := range list {
			finished[i].FinishedAt = time.UnixMilli(t.at).UTC()
			if _, err := t.exec(finishErasure, t.at, e.Workspace, e.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// scrub takes the keys of a workspace's unfinished erasures out of its change log.
func (s *Store) scrub(ctx context.Context, workspace string) error {
	last, err := s.LastSeq(ctx, workspace)
	for from := int64(0); err == nil && from < last; from += scrubAtOnce {
		err = s.write(ctx, "scrub", maxGroup, func(t *txn) error {
			_, err := t.exec(scrubChanges, workspace, from, from+scrubAtOnce, workspace)
			return err
		})
	}
	return err
}

// Compact rewrites the file without anything that was deleted, and empties the write-ahead log. Writers wait meanwhile; it
// needs free disk space of twice the file's size.
func (s *Store) Compact(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case s.compactions <- done:
	case <-ctx.Done():
		return s.fail("compact", ctx.Err())
	case <-s.closing:
		return feedback.Errorf(feedback.Unavailable, "store: compact: the store is closed")
	}
	if err := <-done; err != nil {
		return s.fail("compact", err)
	}
	for {
		emptied, err := checkpoint(ctx, s.wiper)
		if emptied || err != nil && !isBusy(err) {
			return s.fail("compact", err)
		}
		select {
		case <-time.After(wipeAgain / 4):
		case <-ctx.Done():
			return s.fail("compact", ctx.Err())
		}
	}
}

// hashPerson is the salted SHA-256 of a respondent's id. No key hashes to it, since a key begins with a survey's name.
func (sp *space) hashPerson(respondent string) []byte {
	h := sha256.New()
	h.Write(sp.salt)
	h.Write([]byte{0})
	h.Write([]byte(respondent))
	return h.Sum(nil)
}
