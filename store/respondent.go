package store

import (
	"context"
	"encoding/json"

	"verbatim/feedback"
)

var selectByPerson = `SELECT ` + analysedColumns + ` FROM responses r` + analysedJoins + `
	WHERE r.workspace = ? AND r.respondent = ? AND r.respondent <> ''
	ORDER BY coalesce(r.submitted_at, 0) DESC, r.survey, r.id LIMIT ?`

// ByRespondent returns what a respondent answered, the newest first and at most limit, each as [Store.Get] returns it;
// nothing for the respondent "".
func (s *Store) ByRespondent(ctx context.Context, workspace, respondent string, limit int) ([]feedback.Analysed, error) {
	var found []feedback.Analysed
	d := newDecoder()
	err := s.read(ctx, "get", workspace, selectByPerson, []any{workspace, respondent, max(limit, 0)}, func(values []any) error {
		a, err := d.analysed(values)
		found = append(found, a)
		return err
	})
	return found, err
}

// Correction returns what a person said about a response, nil when nobody did.
func (s *Store) Correction(ctx context.Context, workspace string, key feedback.Key) (*feedback.Correction, error) {
	var found *feedback.Correction
	err := s.read(ctx, "correction", workspace, selectCorrection, []any{workspace, key.Survey, key.ID}, func(values []any) error {
		found = &feedback.Correction{}
		if err := json.Unmarshal([]byte(text(values[0])), found); err != nil {
			return damaged("correction", err)
		}
		return nil
	})
	return found, err
}
