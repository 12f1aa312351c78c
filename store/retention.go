package store

import (
	"context"
	"maps"
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
)

const (
	selectRetention = `SELECT survey, days FROM retention WHERE workspace = ? ORDER BY survey`
	dropRetention   = `DELETE FROM retention WHERE workspace = ?`
	insertRetention = `INSERT INTO retention (workspace, survey, days) VALUES (?, ?, ?)`
	// selectExpired chooses by when a response was given, else changed, else by when it last arrived.
	selectExpired = `SELECT r.survey, r.id FROM responses r WHERE r.workspace = ? AND (r.survey = ? OR ? = ''
			AND NOT EXISTS (SELECT 1 FROM retention o WHERE o.workspace = r.workspace AND o.survey = r.survey))
		AND coalesce(r.submitted_at, r.updated_at, (SELECT max(c.at) FROM changes c
			WHERE r.submitted_at IS NULL AND r.updated_at IS NULL AND c.workspace = r.workspace AND c.survey = r.survey AND c.id = r.id AND c.kind = 'put')) < ?
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
		return nil
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
		for n := maxGroup; n == maxGroup && err == nil; {
			n, err = s.expire(ctx, workspace, r.Survey, before, &e)
		}
		if err != nil {
			break
		}
	}
	return e, e.ID != "", err
}

// expire erases up to maxGroup responses of a survey, and makes the erasure when it is the first.
func (s *Store) expire(ctx context.Context, workspace, survey string, before int64, e *Erasure) (n int, err error) {
	so := *e
	err = s.write(ctx, "expire", maxGroup, func(t *txn) error {
		keys, _, err := t.keys(selectExpired, workspace, survey, survey, before, maxGroup)
		if n = len(keys); err != nil || n == 0 {
			return err
		}
		if *e = so.clone(); e.ID == "" {
			*e = newErasure(workspace, t.at)
			if _, err := t.exec(insertErasure, workspace, e.ID, nil, t.at); err != nil {
				return err
			}
		}
		return t.erase(e, keys)
	})
	return n, err
}

// clone copies an erasure, so that a transaction that is run again counts from where it began.
func (e *Erasure) clone() Erasure {
	so := *e
	so.Gone = make(map[string]int, len(e.Gone))
	maps.Copy(so.Gone, e.Gone)
	return so
}
