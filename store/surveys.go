package store

import (
	"context"

	"verbatim/feedback"
)

const (
	upsertSurvey = `INSERT INTO surveys (workspace, name, kind, touchpoint, question, languages, retention_days) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, name) DO UPDATE SET kind = excluded.kind, touchpoint = excluded.touchpoint, question = excluded.question,
		languages = excluded.languages, retention_days = excluded.retention_days`
	deleteSurvey  = `DELETE FROM surveys WHERE workspace = ? AND name = ?`
	surveyColumns = `SELECT name, kind, touchpoint, question, languages, retention_days FROM surveys WHERE workspace = ?`
	selectSurveys = surveyColumns + ` ORDER BY name`
	selectSurvey  = surveyColumns + ` AND name = ?`
	countSurveys  = `SELECT count(*) FROM surveys WHERE workspace = ? AND name <> ?`
)

// mostSurveys is how many surveys a workspace may describe.
const mostSurveys = 1000

// PutSurvey stores what is known of a survey, in place of what was. It fails with [feedback.Invalid] for a bad field, and
// with [feedback.TooLarge] past 1,000 surveys. The workspace is made if need be. Nothing about responses that are stored
// changes: declared languages count for those that come later, and retention is only stored.
func (s *Store) PutSurvey(ctx context.Context, workspace string, survey feedback.Survey) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if err := survey.Validate(); err != nil {
		return err
	}
	err := s.write(ctx, "put survey", 1, func(t *txn) error {
		others := 0
		if _, err := t.one(countSurveys, []any{workspace, survey.Name}, func(values []any) error {
			others = int(number(values[0]).Int64)
			return nil
		}); err != nil {
			return err
		}
		if others >= mostSurveys {
			return feedback.Errorf(feedback.TooLarge, "there are %d surveys already: remove some", others)
		}
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		_, err := t.exec(upsertSurvey, workspace, survey.Name, string(survey.Kind), survey.Touchpoint, survey.Question,
			joinList(survey.Languages), survey.RetentionDays)
		if err != nil {
			return err
		}
		return t.audit(workspace, "put-survey", survey.Name)
	})
	s.settings.forget()
	return err
}

// DeleteSurvey forgets what is known of a survey; its responses stay. It fails with [feedback.NotFound] when nothing is.
func (s *Store) DeleteSurvey(ctx context.Context, workspace, name string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	err := s.write(ctx, "delete survey", 1, func(t *txn) error {
		found, err := t.exec(deleteSurvey, workspace, name)
		if err != nil {
			return err
		}
		if found == 0 {
			return noSurvey()
		}
		return t.audit(workspace, "delete-survey", name)
	})
	s.settings.forget()
	return err
}

// Survey returns what is known of a survey; it fails with [feedback.NotFound] when nothing is.
func (s *Store) Survey(ctx context.Context, workspace, name string) (feedback.Survey, error) {
	list, err := s.surveys(ctx, workspace, selectSurvey, workspace, name)
	if err == nil && len(list) == 0 {
		err = noSurvey()
	}
	if err != nil {
		return feedback.Survey{}, err
	}
	return list[0], nil
}

func noSurvey() error {
	return feedback.Errorf(feedback.NotFound, "no survey of this name is described")
}

// Surveys returns what is known of the surveys of a workspace, by name.
func (s *Store) Surveys(ctx context.Context, workspace string) ([]feedback.Survey, error) {
	return s.surveys(ctx, workspace, selectSurveys, workspace)
}

func (s *Store) surveys(ctx context.Context, workspace, query string, args ...any) ([]feedback.Survey, error) {
	list := []feedback.Survey{}
	err := s.read(ctx, "surveys", workspace, query, args, func(values []any) error {
		list = append(list, feedback.Survey{
			Name: text(values[0]), Kind: feedback.SurveyKind(text(values[1])), Touchpoint: text(values[2]), Question: text(values[3]),
			Languages: splitList[string](text(values[4])), RetentionDays: int(number(values[5]).Int64),
		})
		return nil
	})
	return list, err
}

// Settings are what a workspace says about the analysis of responses that come in. They are shared: do not change them.
type Settings struct {
	Languages map[string][]string // declared, by survey; surveys that declare none are left out
	Taxonomy  *feedback.Taxonomy  // the current one; nil for the default one
}

// Settings returns the settings of a workspace. They are held in memory until something changes them.
func (s *Store) Settings(ctx context.Context, workspace string) (Settings, error) {
	ctx = context.WithoutCancel(ctx) // what is read is for everybody
	return s.settings.get(workspace, func() (Settings, error) {
		found := Settings{Languages: map[string][]string{}}
		surveys, err := s.Surveys(ctx, workspace)
		if err != nil {
			return found, err
		}
		for i := range surveys {
			if len(surveys[i].Languages) > 0 {
				found.Languages[surveys[i].Name] = surveys[i].Languages
			}
		}
		taxonomy, err := s.Taxonomy(ctx, workspace, "")
		switch {
		case err == nil:
			found.Taxonomy = &taxonomy
		case feedback.CodeOf(err) != feedback.NotFound:
			return found, err
		}
		return found, nil
	})
}
