package store

import (
	"context"
	"encoding/json"
	"slices"

	"verbatim/feedback"
)

const (
	upsertCorrection = `INSERT INTO corrections (workspace, survey, id, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, survey, id) DO UPDATE SET body = excluded.body`
	selectCorrection  = `SELECT body FROM corrections WHERE workspace = ? AND survey = ? AND id = ?`
	dropCorrection    = `DELETE FROM corrections WHERE workspace = ? AND survey = ? AND id = ?`
	selectCorrections = `SELECT body FROM corrections WHERE workspace = ? ORDER BY survey, id`
)

// Correct keeps what a person says about a response; it replaces what was said before as a whole, and one that says
// nothing (no themes, sentiment or kinds) takes that back. It fails with [feedback.NotFound] when there is no such
// response and [feedback.Invalid] for an unknown sentiment or kind.
func (s *Store) Correct(ctx context.Context, workspace string, c feedback.Correction) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if err := checkCorrection(&c); err != nil {
		return err
	}
	// "No themes" must not become "nothing said about themes" on its way through JSON.
	if c.Themes != nil && *c.Themes == nil {
		c.Themes = &[]feedback.StatementTheme{}
	}
	if c.Kinds != nil && *c.Kinds == nil {
		c.Kinds = &[]feedback.Kind{}
	}
	body, err := json.Marshal(&c)
	if err != nil {
		return s.fail("correct", err)
	}
	return s.write(ctx, "correct", 1, func(t *txn) error {
		if _, found, err := t.load(workspace, c.Key); err != nil {
			return err
		} else if !found {
			return notFound()
		}
		return t.correct(workspace, &c, string(body))
	})
}

func checkCorrection(c *feedback.Correction) error {
	if err := checkText("the corrector", c.By, maxName); err != nil {
		return err
	}
	if c.Sentiment != nil && !slices.Contains(feedback.Sentiments, *c.Sentiment) {
		return feedback.Errorf(feedback.Invalid, "the sentiment must be positive, neutral, negative or mixed")
	}
	if c.Themes != nil {
		for _, theme := range *c.Themes {
			if err := checkText("a theme", theme.Theme, maxName); err != nil {
				return err
			}
			if theme.Theme == "" || theme.Sentiment == feedback.Mixed || !slices.Contains(feedback.Sentiments, theme.Sentiment) {
				return feedback.Errorf(feedback.Invalid, "a theme needs an id and a sentiment: positive, neutral or negative")
			}
		}
	}
	if c.Kinds != nil {
		for _, kind := range *c.Kinds {
			if !slices.Contains(feedback.Kinds, kind) {
				return feedback.Errorf(feedback.Invalid, "a kind must be praise, complaint, suggestion, question or other")
			}
		}
	}
	return nil
}

func (t *txn) correct(workspace string, c *feedback.Correction, body string) error {
	if c.Themes == nil && c.Sentiment == nil && c.Kinds == nil {
		dropped, err := t.exec(dropCorrection, workspace, c.Key.Survey, c.Key.ID)
		if err != nil || dropped == 0 {
			return err
		}
		return t.corrected(workspace, "drop-correction", c.Key)
	}
	var before string
	_, err := t.one(selectCorrection, []any{workspace, c.Key.Survey, c.Key.ID}, func(values []any) error {
		before = text(values[0])
		return nil
	})
	if err != nil || before == body {
		return err
	}
	if _, err := t.exec(upsertCorrection, workspace, c.Key.Survey, c.Key.ID, body); err != nil {
		return err
	}
	return t.corrected(workspace, "correct", c.Key)
}

func (t *txn) corrected(workspace, action string, key feedback.Key) error {
	if err := t.audit(workspace, action, key.Survey); err != nil {
		return err
	}
	return t.log(workspace, feedback.ChangeCorrect, key)
}

// Corrections returns what people corrected in a workspace, in the order of survey and id.
func (s *Store) Corrections(ctx context.Context, workspace string) ([]feedback.Correction, error) {
	var list []feedback.Correction
	err := s.read(ctx, "corrections", workspace, selectCorrections, []any{workspace}, func(values []any) error {
		var c feedback.Correction
		if err := json.Unmarshal([]byte(text(values[0])), &c); err != nil {
			return damaged("correction", err)
		}
		list = append(list, c)
		return nil
	})
	return list, err
}
