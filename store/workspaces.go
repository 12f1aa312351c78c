package store

import (
	"context"

	"verbatim/feedback"
)

// CreateWorkspace makes an empty workspace. It fails with [feedback.Invalid] for its name and [feedback.Conflict] when
// there is one of the name.
func (s *Store) CreateWorkspace(ctx context.Context, name string) error {
	if err := validWorkspace(name); err != nil {
		return err
	}
	return s.write(ctx, "create workspace", 1, func(t *txn) error {
		there, err := t.one(isWorkspace, []any{name}, func([]any) error { return nil })
		if err != nil {
			return err
		}
		if there {
			return feedback.Errorf(feedback.Conflict, "there is a workspace of this name already")
		}
		if _, err := t.enter(name); err != nil {
			return err
		}
		return t.audit(name, "create-workspace", name)
	})
}
