package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"verbatim/feedback"
)

// Retention says after how many days the responses of a survey are erased; an empty survey stands for all that have no
// entry of their own. 0 days keep for ever.
type Retention struct {
	Survey string `json:"survey"`
	Days   int    `json:"days"`
}

// Limits of a retention.
const (
	mostRetentions = 1000
	mostDays       = 36_500
	mostExpired    = 50_000 // responses that are looked for at once
)

const (
	selectRetention = `SELECT survey, days FROM retention WHERE workspace = ? ORDER BY survey`
	dropRetention   = `DELETE FROM retention WHERE workspace = ?`
	insertRetention = `INSERT INTO retention (workspace, survey, days) VALUES (?, ?, ?)`
	// selectExpired chooses by when a response was given, else changed; selectUndated, among those without either, by when it
	// last arrived.
	selectExpired = `SELECT r.survey, r.id FROM responses r WHERE r.workspace = ? AND coalesce(r.submitted_at, r.updated_at) < ?` + governed
	selectUndated = `SELECT r.survey, r.id FROM responses r JOIN (SELECT survey, id, max(at) AS at FROM changes
			WHERE workspace = ? AND kind = 'put' GROUP BY survey, id) a ON a.survey = r.survey AND a.id = r.id
		WHERE r.workspace = ? AND r.submitted_at IS NULL AND r.updated_at IS NULL AND a.at < ?` + governed
	// governed are the responses that an entry is about.
	governed = ` AND (r.survey = ? OR ? = '' AND NOT EXISTS (SELECT 1 FROM retention o WHERE o.workspace = r.workspace AND o.survey = r.survey))
		ORDER BY r.survey, r.id LIMIT ?`
)

// SetRetention replaces what a workspace says about retention. It fails with [feedback.Invalid] for a survey that is named
// twice or days that are not 0 to 36,500, and with [feedback.TooLarge] for more than 1,000 entries.
func (s *Store) SetRetention(ctx context.Context, workspace string, list []Retention) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if len(list) > mostRetentions {
		return feedback.Errorf(feedback.TooLarge, "there may be %d entries", mostRetentions)
	}
	seen := map[string]bool{}
	for _, r := range list {
		if err := checkText("a survey", r.Survey, maxName); err != nil {
			return err
		}
		if seen[r.Survey] {
			return feedback.Errorf(feedback.Invalid, "a survey may have one entry only")
		}
		if seen[r.Survey] = true; r.Days < 0 || r.Days > mostDays {
			return feedback.Errorf(feedback.Invalid, "days must be a whole number from 0 (for ever) to %d", mostDays)
		}
	}
	return s.write(ctx, "set retention", 1, func(t *txn) error {
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		if _, err := t.exec(dropRetention, workspace); err != nil {
			return err
		}
		for _, r := range list {
			if _, err := t.exec(insertRetention, workspace, r.Survey, r.Days); err != nil {
				return err
			}
		}
		return t.audit(workspace, "set-retention", "")
	})
}

// Retention returns what a workspace says about retention, by survey.
func (s *Store) Retention(ctx context.Context, workspace string) ([]Retention, error) {
	var list []Retention
	err := s.read(ctx, "retention", workspace, selectRetention, []any{workspace}, func(values []any) error {
		list = append(list, Retention{Survey: text(values[0]), Days: int(number(values[1]).Int64)})
		return nil
	})
	return list, err
}

// Expire begins to erase what is older at the moment than its survey keeps, 1,000 responses in a transaction. The erasure is
// finished as those of persons are; some is false when nothing was too old.
func (s *Store) Expire(ctx context.Context, workspace string, moment time.Time) (e Erasure, some bool, err error) {
	list, err := s.Retention(ctx, workspace)
	if err != nil {
		return e, false, err
	}
	for _, r := range list {
		if r.Days == 0 {
			continue
		}
		before := moment.AddDate(0, 0, -r.Days).UnixMilli()
		for n := mostExpired; n == mostExpired && err == nil; {
			n, err = s.expire(ctx, workspace, r.Survey, before, &e)
		}
		if err != nil {
			break
		}
	}
	return e, e.ID != "", err
}

// expire erases up to mostExpired responses of a survey, and returns how many were too old.
func (s *Store) expire(ctx context.Context, workspace, survey string, before int64, e *Erasure) (int, error) {
	var keys []feedback.Key
	note := func(values []any) error {
		keys = append(keys, feedback.Key{Survey: text(values[0]), ID: text(values[1])})
		return nil
	}
	err := s.read(ctx, "expire", workspace, selectExpired, []any{workspace, before, survey, survey, mostExpired}, note)
	if left := mostExpired - len(keys); err == nil && left > 0 {
		err = s.read(ctx, "expire", workspace, selectUndated, []any{workspace, workspace, before, survey, survey, left}, note)
	}
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(keys, maxGroup) {
		if err := s.expireKeys(ctx, workspace, chunk, before, e); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// expireKeys erases those of the responses that have not become younger meanwhile, and makes the erasure when it is the
// first.
func (s *Store) expireKeys(ctx context.Context, workspace string, keys []feedback.Key, before int64, e *Erasure) error {
	so := *e
	return s.write(ctx, "expire", maxGroup, func(t *txn) error {
		var old []feedback.Key
		for _, key := range keys {
			row, found, err := t.load(workspace, key)
			if err != nil {
				return err
			}
			if at := row.given(); found && (!at.Valid || at.Int64 < before) {
				old = append(old, key)
			}
		}
		if *e = so.clone(); e.ID == "" {
			*e = newErasure(workspace, t.at)
			if _, err := t.exec(insertErasure, workspace, e.ID, nil, t.at); err != nil {
				return err
			}
		}
		return t.erase(e, old)
	})
}

// given is when a response was given, else changed.
func (row *record) given() sql.NullInt64 {
	if row.submitted.Valid {
		return row.submitted
	}
	return row.updated
}

// clone copies an erasure, so that a transaction that is run again counts from where it began.
func (e *Erasure) clone() Erasure {
	so := *e
	so.Gone = make(map[string]int, len(e.Gone))
	maps.Copy(so.Gone, e.Gone)
	return so
}
