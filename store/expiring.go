package store

import (
	"context"
	"time"
)

// Expiring says what retention is about to do to a survey.
type Expiring struct {
	Survey    string
	Responses int // that are stored
	Days      int // after which they are erased; 0 for never
	Due       int // of them that are older
}

const (
	selectStored = `SELECT survey, count(*) FROM responses WHERE workspace = ? GROUP BY survey ORDER BY survey`
	countDated   = `SELECT count(*) FROM responses WHERE workspace = ? AND survey = ? AND coalesce(submitted_at, updated_at) < ?`
	countUndated = `SELECT count(*) FROM responses r JOIN (SELECT id, max(at) AS at FROM changes
			WHERE workspace = ? AND survey = ? AND kind = 'put' GROUP BY id) a ON a.id = r.id
		WHERE r.workspace = ? AND r.survey = ? AND r.submitted_at IS NULL AND r.updated_at IS NULL AND a.at < ?`
)

// Expiring counts, survey by survey, what would be erased at a moment if a list of retentions held. It erases nothing.
func (s *Store) Expiring(ctx context.Context, workspace string, list []Retention, moment time.Time) ([]Expiring, error) {
	days := map[string]int{}
	for _, r := range list {
		days[r.Survey] = r.Days
	}
	var out []Expiring
	err := s.read(ctx, "expiring", workspace, selectStored, []any{workspace}, func(values []any) error {
		e := Expiring{Survey: text(values[0]), Responses: int(number(values[1]).Int64), Days: days[""]}
		if own, ok := days[e.Survey]; ok {
			e.Days = own
		}
		out = append(out, e)
		return nil
	})
	for i := range out {
		if e := &out[i]; err == nil && e.Days > 0 {
			before := moment.AddDate(0, 0, -e.Days).UnixMilli()
			count := func(values []any) error { e.Due += int(number(values[0]).Int64); return nil }
			if err = s.read(ctx, "expiring", workspace, countDated, []any{workspace, e.Survey, before}, count); err == nil {
				err = s.read(ctx, "expiring", workspace, countUndated, []any{workspace, e.Survey, workspace, e.Survey, before}, count)
			}
		}
	}
	return out, err
}
