package store

import (
	"context"
	"strings"

	"verbatim/feedback"
)

// Status says what became of a response that was put.
type Status string

// The statuses.
const (
	Created   Status = "created"
	Updated   Status = "updated"
	Unchanged Status = "unchanged"
	Rejected  Status = "rejected"
)

// Reasons of a [PutResult].
const (
	// Stale means that something newer is stored; with Unchanged.
	Stale = "stale"
	// Retagged means that only the analysis is new; with Updated.
	Retagged = "retagged"
)

// PutResult says what became of one response. Reason is "" unless there is more to say than the status does. Problem is
// set when the status is Rejected: [feedback.Deleted] when the response was deleted, [feedback.Invalid] or
// [feedback.TooLarge] when it cannot be stored, [feedback.NotFound] when there is nothing to retag.
type PutResult struct {
	Key     feedback.Key
	Status  Status
	Reason  string
	Problem *feedback.Error
}

// Put stores responses with their analyses, all in one durable transaction, and says in their order what became of each.
// Repeated keys are handled in order. The workspace is made if need be.
//
// A response replaces the one with its key when it is not older: by updated_at, else submitted_at; without either the
// later arrival wins. What is older is Unchanged with the reason [Stale]. The same content is Unchanged as well, unless
// another model or taxonomy analysed it: then the analysis is replaced and the reason is [Retagged]. Times are kept in
// milliseconds. Corrections stay.
//
// The analyses that come with a response become its current ones, unless the workspace's current taxonomy is another one:
// then the response is tagged with that soon. They replace those of the same taxonomy; those of
// other taxonomies stay for as long as the text they are of does. Both analyses of a response must have one model and taxonomy.
func (s *Store) Put(ctx context.Context, workspace string, batch []feedback.Analysed) ([]PutResult, error) {
	return s.PutPrepared(ctx, workspace, Prepare(batch))
}

// Prepared is a batch of responses that is ready to be written. It must not be put twice at a time.
type Prepared struct{ entries []entry }

// Prepare checks and encodes a batch for [Store.PutPrepared]: that needs no store, so it can be done on all cores while the
// writer, which is one for all callers, is busy.
func Prepare(batch []feedback.Analysed) *Prepared {
	p := &Prepared{entries: make([]entry, len(batch))}
	for i := range batch {
		p.entries[i] = newEntry(&batch[i])
	}
	return p
}

// Join makes one batch of several, in their order.
func Join(parts ...*Prepared) *Prepared {
	joined := &Prepared{}
	for _, p := range parts {
		joined.entries = append(joined.entries, p.entries...)
	}
	return joined
}

// PutPrepared is [Store.Put] for a prepared batch.
func (s *Store) PutPrepared(ctx context.Context, workspace string, p *Prepared) ([]PutResult, error) {
	return s.putEach(ctx, "put", workspace, p.entries, (*txn).put)
}

// Retag stores new analyses of responses that are there, and leaves all else. The results are in the order of the batch:
// Updated, Unchanged when the analyses are what is stored, Unchanged with the reason [Stale] when the texts they are of
// are no longer those stored, or Rejected with [feedback.NotFound].
func (s *Store) Retag(ctx context.Context, workspace string, batch []feedback.Analysed) ([]PutResult, error) {
	return s.putEach(ctx, "retag", workspace, Prepare(batch).entries, (*txn).retag)
}

func (s *Store) putEach(ctx context.Context, action, workspace string, entries []entry,
	one func(*txn, string, *entry) (PutResult, error),
) ([]PutResult, error) {
	if err := validWorkspace(workspace); err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, nil
	}
	results := make([]PutResult, len(entries))
	err := s.write(ctx, action, len(entries), func(t *txn) error {
		return t.putAll(workspace, entries, results, one)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// putAll puts the entries in their order.
func (t *txn) putAll(workspace string, entries []entry, results []PutResult, one func(*txn, string, *entry) (PutResult, error)) error {
	for i := range entries {
		if problem := entries[i].problem; problem != nil {
			results[i] = entries[i].rejected(problem)
			continue
		}
		result, err := one(t, workspace, &entries[i])
		if err != nil {
			return err
		}
		results[i] = result
	}
	return nil
}

// The parts of a response that are analysed.
const (
	partComment    = "comment"
	partSuggestion = "suggestion"
)

// entry is a response on its way in. The bodies are "" for no analysis.
type entry struct {
	key              feedback.Key
	row              record
	comment, suggest string // bodies
	problem          *feedback.Error
}

func newEntry(in *feedback.Analysed) entry {
	e := entry{key: in.Key()}
	if e.row, e.problem = newRecord(&in.Response); e.problem != nil {
		return e
	}
	stamp := in.Analysis
	if stamp == nil {
		stamp = in.SuggestionAnalysis
	}
	if stamp == nil {
		return e
	}
	if other := in.SuggestionAnalysis; other != nil && (other.Model != stamp.Model || other.Taxonomy != stamp.Taxonomy) {
		e.problem = feedback.Errorf(feedback.Invalid, "comment and suggestion must be analysed with one model and taxonomy")
		return e
	}
	e.row.model, e.row.taxonomy = stamp.Model, stamp.Taxonomy
	var err error
	if e.comment, err = encodeAnalysis(in.Comment, in.Analysis); err == nil {
		e.suggest, err = encodeAnalysis(in.Suggestion, in.SuggestionAnalysis)
	}
	if err != nil {
		e.problem = feedback.Errorf(feedback.Invalid, "the analysis cannot be stored: %w", err)
	}
	return e
}

func (e *entry) analysed() bool { return e.comment != "" || e.suggest != "" }

func (e *entry) result(status Status, reason string) PutResult {
	return PutResult{Key: e.key, Status: status, Reason: reason}
}

func (e *entry) rejected(problem *feedback.Error) PutResult {
	return PutResult{Key: e.key, Status: Rejected, Problem: problem}
}

var columnsOfRecord = strings.ReplaceAll(recordColumns, "{r}.", "")

var (
	insertResponse = `INSERT INTO responses (workspace, survey, id, ` + columnsOfRecord + `)
		VALUES (?, ?, ?` + strings.Repeat(", ?", recordWidth) + `) ON CONFLICT (workspace, survey, id) DO NOTHING`
	updateResponse = `UPDATE responses SET (` + columnsOfRecord + `) = (?` + strings.Repeat(", ?", recordWidth-1) + `)
		WHERE workspace = ? AND survey = ? AND id = ?`
	selectRecord = `SELECT ` + columnsOfRecord + ` FROM responses WHERE workspace = ? AND survey = ? AND id = ?`
)

const (
	updateStamp    = `UPDATE responses SET model = ?, taxonomy = ? WHERE workspace = ? AND survey = ? AND id = ?`
	insertAnalysis = `INSERT INTO analyses (workspace, survey, id, part, taxonomy, model, body) VALUES (?, ?, ?, ?, ?, ?, ?)`
	selectBodies   = `SELECT part, body FROM analyses WHERE workspace = ? AND survey = ? AND id = ? AND taxonomy = ?`
	dropVersion    = `DELETE FROM analyses WHERE workspace = ? AND survey = ? AND id = ? AND part = ? AND taxonomy = ?`
	dropPart       = `DELETE FROM analyses WHERE workspace = ? AND survey = ? AND id = ? AND part = ?`
	addSource      = `INSERT INTO also_from (workspace, survey, id, import_id) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, survey, id, import_id) DO NOTHING`
	dropSources = `DELETE FROM also_from WHERE workspace = ? AND survey = ? AND id = ?`
)

func (t *txn) put(workspace string, e *entry) (PutResult, error) {
	gone, err := t.buried(workspace, e.key)
	if err != nil {
		return PutResult{}, err
	}
	if gone {
		return e.rejected(deletedBefore()), nil
	}
	created, err := t.exec(insertResponse, append([]any{workspace, e.key.Survey, e.key.ID}, e.row.values()...)...)
	if err != nil {
		return PutResult{}, err
	}
	if created == 0 {
		return t.replace(workspace, e)
	}
	if err := t.addAnalyses(workspace, e); err != nil {
		return PutResult{}, err
	}
	return e.result(Created, ""), t.log(workspace, feedback.ChangePut, e.key)
}

// replace puts a response whose key is there.
func (t *txn) replace(workspace string, e *entry) (PutResult, error) {
	old, _, err := t.load(workspace, e.key)
	if err != nil {
		return PutResult{}, err
	}
	if sameContent(old, e.row) {
		return t.repeat(workspace, e, old)
	}
	if e.row.olderThan(&old) {
		return e.result(Unchanged, Stale), nil
	}
	if _, err := t.exec(updateResponse, append(e.row.values(), workspace, e.key.Survey, e.key.ID)...); err != nil {
		return PutResult{}, err
	}
	if _, err := t.exec(dropSources, workspace, e.key.Survey, e.key.ID); err != nil {
		return PutResult{}, err
	}
	if err := t.replaceAnalyses(workspace, e, old); err != nil {
		return PutResult{}, err
	}
	return e.result(Updated, ""), t.log(workspace, feedback.ChangePut, e.key)
}

// repeat puts a response that is there with the same content.
func (t *txn) repeat(workspace string, e *entry, old record) (PutResult, error) {
	if e.row.imported != old.imported {
		if _, err := t.exec(addSource, workspace, e.key.Survey, e.key.ID, e.row.imported); err != nil {
			return PutResult{}, err
		}
	}
	if !e.analysed() || e.row.model == old.model && e.row.taxonomy == old.taxonomy {
		return e.result(Unchanged, ""), nil
	}
	return e.result(Updated, Retagged), t.newAnalyses(workspace, e, old)
}

func (t *txn) retag(workspace string, e *entry) (PutResult, error) {
	old, found, err := t.load(workspace, e.key)
	switch {
	case err != nil:
		return PutResult{}, err
	case !found:
		return e.rejected(notFound()), nil
	case old.comment != e.row.comment || old.suggestion != e.row.suggestion:
		return e.result(Unchanged, Stale), nil
	}
	comment, suggest, err := t.bodies(workspace, e.key, old)
	if err != nil {
		return PutResult{}, err
	}
	same := e.row.model == old.model && e.row.taxonomy == old.taxonomy && e.comment == comment && e.suggest == suggest
	if same || !e.analysed() {
		return e.result(Unchanged, ""), nil
	}
	return e.result(Updated, ""), t.newAnalyses(workspace, e, old)
}

// newAnalyses replaces the analyses of a response that is otherwise as it was.
func (t *txn) newAnalyses(workspace string, e *entry, old record) error {
	if _, err := t.exec(updateStamp, e.row.model, e.row.taxonomy, workspace, e.key.Survey, e.key.ID); err != nil {
		return err
	}
	if err := t.replaceAnalyses(workspace, e, old); err != nil {
		return err
	}
	return t.log(workspace, feedback.ChangeRetag, e.key)
}

// replaceAnalyses replaces the analyses of the same taxonomy, and all of a part whose text changed or is no longer
// analysed: their offsets would point into a text that is gone.
func (t *txn) replaceAnalyses(workspace string, e *entry, old record) error {
	for _, part := range []struct{ name, body, text, before string }{
		{partComment, e.comment, e.row.comment, old.comment},
		{partSuggestion, e.suggest, e.row.suggestion, old.suggestion},
	} {
		var err error
		if part.text != part.before || part.body == "" {
			_, err = t.exec(dropPart, workspace, e.key.Survey, e.key.ID, part.name)
		} else {
			_, err = t.exec(dropVersion, workspace, e.key.Survey, e.key.ID, part.name, e.row.taxonomy)
		}
		if err != nil {
			return err
		}
	}
	return t.addAnalyses(workspace, e)
}

func (t *txn) addAnalyses(workspace string, e *entry) error {
	for _, part := range [][2]string{{partComment, e.comment}, {partSuggestion, e.suggest}} {
		if part[1] == "" {
			continue
		}
		_, err := t.exec(insertAnalysis, workspace, e.key.Survey, e.key.ID, part[0], e.row.taxonomy, e.row.model, part[1])
		if err != nil {
			return err
		}
	}
	return t.straggle(workspace, e)
}

func (t *txn) load(workspace string, key feedback.Key) (row record, found bool, err error) {
	found, err = t.one(selectRecord, []any{workspace, key.Survey, key.ID}, func(values []any) error {
		row = readRecord(values)
		return nil
	})
	if err == nil && found {
		err = t.restamp(workspace, key, &row)
	}
	return row, found, err
}

// bodies returns the current analyses as they are stored.
func (t *txn) bodies(workspace string, key feedback.Key, row record) (comment, suggest string, err error) {
	err = t.each(selectBodies, []any{workspace, key.Survey, key.ID, row.taxonomy}, func(values []any) error {
		if text(values[0]) == partComment {
			comment = text(values[1])
		} else {
			suggest = text(values[1])
		}
		return nil
	})
	return comment, suggest, err
}

func notFound() *feedback.Error {
	return feedback.Errorf(feedback.NotFound, "there is no such response")
}
