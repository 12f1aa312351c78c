package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"verbatim/feedback"
)

const (
	sourceColumns = `name, kind, hook, survey, secret, client_id, token, base_url, mapping, keep_days, created_at, updated_at`
	selectSource  = `SELECT ` + sourceColumns + ` FROM sources WHERE workspace = ? AND name = ?`
	selectSources = `SELECT ` + sourceColumns + ` FROM sources WHERE workspace = ? ORDER BY name`
	selectHook    = `SELECT ` + sourceColumns + `, workspace FROM sources WHERE hook_hash = ?`
	countSources  = `SELECT count(*) FROM sources WHERE workspace = ? AND name <> ?`
	deleteSource  = `DELETE FROM sources WHERE workspace = ? AND name = ?`
	upsertSource  = `INSERT INTO sources (workspace, ` + sourceColumns + `, hook_hash, last_payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (workspace, name) DO UPDATE SET kind = excluded.kind,
		hook = excluded.hook, hook_hash = excluded.hook_hash, survey = excluded.survey, secret = excluded.secret,
		client_id = excluded.client_id, token = excluded.token, base_url = excluded.base_url, mapping = excluded.mapping,
		keep_days = excluded.keep_days, updated_at = excluded.updated_at`
)

// mostSources is how many sources a workspace may have.
const mostSources = 200

// PutSource stores what change makes of the source with the name: of nil when there is none. It returns what is stored;
// times are the store's. Errors of change are passed on when they are a [feedback.Error]; [feedback.Invalid] is a bad
// field, [feedback.TooLarge] more than 200 sources. Change may be called more than once. The workspace is made if need be.
func (s *Store) PutSource(ctx context.Context, workspace, name string,
	change func(old *feedback.Source) (feedback.Source, error),
) (stored feedback.Source, err error) {
	if err := validWorkspace(workspace); err != nil {
		return feedback.Source{}, err
	}
	err = s.write(ctx, "put source", 1, func(t *txn) error {
		old, err := t.source(workspace, name)
		if err != nil {
			return err
		}
		if stored, err = change(old); err != nil {
			return err
		}
		stored.Name, stored.CreatedAt, stored.UpdatedAt = name, time.UnixMilli(t.at).UTC(), time.UnixMilli(t.at).UTC()
		if old != nil {
			stored.CreatedAt = old.CreatedAt
		}
		return t.putSource(workspace, &stored, old == nil)
	})
	if err != nil {
		return feedback.Source{}, err
	}
	return stored, nil
}

func (t *txn) source(workspace, name string) (*feedback.Source, error) {
	var found *feedback.Source
	_, err := t.one(selectSource, []any{workspace, name}, func(values []any) error {
		source, err := readSource(values)
		found = &source
		return err
	})
	return found, err
}

func (t *txn) putSource(workspace string, source *feedback.Source, isNew bool) error {
	if err := source.Validate(); err != nil {
		return err
	}
	if source.Hook == "" {
		return feedback.Errorf(feedback.Invalid, "the source needs an address")
	}
	for name, value := range map[string]string{
		"name": source.Name, "survey": source.Survey, "secret": source.Secret, "client_id": source.ClientID, "token": source.Token, "base_url": source.BaseURL,
	} {
		if err := checkText(name, value, 4*maxName); err != nil {
			return err
		}
	}
	if isNew {
		others := int64(0)
		if _, err := t.one(countSources, []any{workspace, source.Name}, func(values []any) error {
			others = number(values[0]).Int64
			return nil
		}); err != nil {
			return err
		}
		if others >= mostSources {
			return feedback.Errorf(feedback.TooLarge, "there are %d sources already: remove some", others)
		}
	}
	mapping, err := json.Marshal(source.Mapping)
	if err != nil {
		return err
	}
	if _, err := t.enter(workspace); err != nil {
		return err
	}
	_, err = t.exec(upsertSource, workspace, source.Name, string(source.Kind), source.Hook, source.Survey, source.Secret, source.ClientID,
		source.Token, source.BaseURL, string(mapping), source.KeepDays, millis(source.CreatedAt), millis(source.UpdatedAt), hookHash(source.Hook))
	return err
}

func hookHash(hook string) []byte {
	sum := sha256.Sum256([]byte(hook))
	return sum[:]
}

// readSource reads the sourceColumns.
func readSource(values []any) (feedback.Source, error) {
	out := feedback.Source{
		Name: text(values[0]), Kind: feedback.SourceKind(text(values[1])), Hook: text(values[2]), Survey: text(values[3]), Secret: text(values[4]),
		ClientID: text(values[5]), Token: text(values[6]), BaseURL: text(values[7]), KeepDays: int(number(values[9]).Int64),
		CreatedAt: moment(number(values[10])), UpdatedAt: moment(number(values[11])),
	}
	if err := json.Unmarshal([]byte(text(values[8])), &out.Mapping); err != nil {
		return out, damaged("the mapping of a source", err)
	}
	return out, nil
}

// Source returns a source; it fails with [feedback.NotFound] when there is none of the name.
func (s *Store) Source(ctx context.Context, workspace, name string) (feedback.Source, error) {
	list, err := s.sources(ctx, workspace, selectSource, workspace, name)
	if err == nil && len(list) == 0 {
		err = noSource()
	}
	if err != nil {
		return feedback.Source{}, err
	}
	return list[0], nil
}

// Sources returns the sources of a workspace by name.
func (s *Store) Sources(ctx context.Context, workspace string) ([]feedback.Source, error) {
	return s.sources(ctx, workspace, selectSources, workspace)
}

func (s *Store) sources(ctx context.Context, workspace, query string, args ...any) ([]feedback.Source, error) {
	var list []feedback.Source
	err := s.read(ctx, "sources", workspace, query, args, func(values []any) error {
		source, err := readSource(values)
		list = append(list, source)
		return err
	})
	return list, err
}

// SourceByHook returns the source with the address, and its workspace. It fails with [feedback.NotFound] when there is
// none.
func (s *Store) SourceByHook(ctx context.Context, hook string) (workspace string, source feedback.Source, err error) {
	rows, err := s.reads.query(ctx, selectHook, hookHash(hook))
	if err != nil {
		return "", source, s.fail("source", err)
	}
	err = eachRow(rows, func(values []any) (err error) {
		source, err = readSource(values)
		workspace = text(values[len(values)-1])
		return err
	})
	if err == nil && workspace == "" {
		err = feedback.Errorf(feedback.NotFound, "there is no source at this address")
	}
	return workspace, source, s.fail("source", err)
}

// DeleteSource removes a source with all its payloads; the responses they became stay. It fails with [feedback.NotFound]
// when there is none of the name.
func (s *Store) DeleteSource(ctx context.Context, workspace, name string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "delete source", 1, func(t *txn) error {
		found, err := t.exec(deleteSource, workspace, name)
		if err == nil && found == 0 {
			return noSource()
		}
		t.deleted = true
		return err
	})
}

func noSource() *feedback.Error {
	return feedback.Errorf(feedback.NotFound, "there is no source of this name")
}
