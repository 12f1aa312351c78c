package store

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"verbatim/feedback"
)

// SavedSearch is a search that is kept under a name. Query is the query string of its filter and its order, as whoever keeps it
// has checked it; the store only holds it.
type SavedSearch struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Query     string    `json:"query"`
	CreatedAt time.Time `json:"created_at"`
}

const (
	insertSearch   = `INSERT INTO searches (workspace, id, name, query, created_at) VALUES (?, ?, ?, ?, ?)`
	updateSearch   = `UPDATE searches SET name = ?, query = ? WHERE workspace = ? AND id = ?`
	deleteSearch   = `DELETE FROM searches WHERE workspace = ? AND id = ?`
	searchColumns  = `SELECT id, name, query, created_at FROM searches WHERE workspace = ?`
	selectSearches = searchColumns + ` ORDER BY name`
	selectSearch   = searchColumns + ` AND id = ?`
	namedSearch    = `SELECT 1 FROM searches WHERE workspace = ? AND name = ? AND id <> ?`
	countSearches  = `SELECT count(*) FROM searches WHERE workspace = ?`
)

// Limits of kept searches.
const (
	MaxSearches    = 200  // of a workspace
	MaxSearchName  = 200  // bytes
	MaxSearchQuery = 8000 // bytes
)

// CreateSearch keeps a search under a name. It fails with [feedback.Invalid] for a bad name, [feedback.Conflict] when there is one
// of the name, and [feedback.TooLarge] past 200 searches. The workspace is made if need be.
func (s *Store) CreateSearch(ctx context.Context, workspace, name, query string) (SavedSearch, error) {
	search := SavedSearch{ID: strings.ToLower(rand.Text()[:10]), Name: strings.TrimSpace(name), Query: query}
	if err := search.validate(workspace); err != nil {
		return SavedSearch{}, err
	}
	err := s.write(ctx, "create search", 1, func(t *txn) error {
		if err := t.freeName(workspace, &search); err != nil {
			return err
		}
		n := 0
		if _, err := t.one(countSearches, []any{workspace}, func(values []any) error {
			n = int(number(values[0]).Int64)
			return nil
		}); err != nil {
			return err
		}
		if n >= MaxSearches {
			return feedback.Errorf(feedback.TooLarge, "there are %d searches already: remove some", n)
		}
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		search.CreatedAt = time.UnixMilli(t.at).UTC()
		if _, err := t.exec(insertSearch, workspace, search.ID, search.Name, search.Query, t.at); err != nil {
			return err
		}
		return t.audit(workspace, "create-search", search.ID)
	})
	return search, err
}

// validate checks what was sent of a search.
func (s *SavedSearch) validate(workspace string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if s.Name == "" {
		return feedback.Errorf(feedback.Invalid, "name: the search needs a name")
	}
	if err := checkText("name: the name", s.Name, MaxSearchName); err != nil {
		return err
	}
	if err := checkText("query: the query", s.Query, MaxSearchQuery); err != nil {
		return err
	}
	return nil
}

// freeName refuses the name of another search.
func (t *txn) freeName(workspace string, s *SavedSearch) error {
	taken, err := t.one(namedSearch, []any{workspace, s.Name, s.ID}, func([]any) error { return nil })
	if err == nil && taken {
		err = feedback.Errorf(feedback.Conflict, "name: there is a search of this name already")
	}
	return err
}

// UpdateSearch gives a search another name and query. Errors are those of CreateSearch, and [feedback.NotFound].
func (s *Store) UpdateSearch(ctx context.Context, workspace, id, name, query string) (SavedSearch, error) {
	search := SavedSearch{ID: id, Name: strings.TrimSpace(name), Query: query}
	if err := search.validate(workspace); err != nil {
		return SavedSearch{}, err
	}
	err := s.write(ctx, "update search", 1, func(t *txn) error {
		if err := t.freeName(workspace, &search); err != nil {
			return err
		}
		found, err := t.exec(updateSearch, search.Name, search.Query, workspace, id)
		if err == nil && found == 0 {
			err = noSearch()
		}
		if err != nil {
			return err
		}
		return t.audit(workspace, "update-search", id)
	})
	if err != nil {
		return SavedSearch{}, err
	}
	return s.SavedSearch(ctx, workspace, id)
}

// DeleteSearch forgets a search; it fails with [feedback.NotFound] when there is none of the id.
func (s *Store) DeleteSearch(ctx context.Context, workspace, id string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "delete search", 1, func(t *txn) error {
		found, err := t.exec(deleteSearch, workspace, id)
		if err == nil && found == 0 {
			err = noSearch()
		}
		if err != nil {
			return err
		}
		return t.audit(workspace, "delete-search", id)
	})
}

func noSearch() error { return feedback.Errorf(feedback.NotFound, "there is no search of this id") }

// SavedSearch returns a search; it fails with [feedback.NotFound] when there is none of the id.
func (s *Store) SavedSearch(ctx context.Context, workspace, id string) (SavedSearch, error) {
	list, err := s.searches(ctx, workspace, selectSearch, workspace, id)
	if err == nil && len(list) == 0 {
		err = noSearch()
	}
	if err != nil {
		return SavedSearch{}, err
	}
	return list[0], nil
}

// SavedSearches returns the searches of a workspace by name.
func (s *Store) SavedSearches(ctx context.Context, workspace string) ([]SavedSearch, error) {
	return s.searches(ctx, workspace, selectSearches, workspace)
}

func (s *Store) searches(ctx context.Context, workspace, query string, args ...any) ([]SavedSearch, error) {
	list := []SavedSearch{}
	err := s.read(ctx, "searches", workspace, query, args, func(values []any) error {
		list = append(list, SavedSearch{ID: text(values[0]), Name: text(values[1]), Query: text(values[2]), CreatedAt: moment(number(values[3]))})
		return nil
	})
	return list, err
}
