package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"verbatim/feedback"
)

// getChunk is how many responses one query fetches by key.
const getChunk = 100

// analysedColumns are a response with its analyses and its correction; analysedWidth is how many columns those are.
var analysedColumns = `r.survey, r.id, ` + strings.ReplaceAll(recordColumns, "{r}", "r") + `, a.body, s.body, c.body`

const analysedWidth = 2 + recordWidth + 3

// analysedJoins lay the analyses of the current taxonomy, and corrections, beside a response r. A response has at most one
// analysis of a part in each taxonomy, whatever model made it.
const analysedJoins = `
	LEFT JOIN current_taxonomies t ON t.workspace = r.workspace
	LEFT JOIN analyses a ON a.workspace = r.workspace AND a.survey = r.survey AND a.id = r.id
		AND a.part = 'comment' AND a.taxonomy = coalesce(t.taxonomy, r.taxonomy)
	LEFT JOIN analyses s ON s.workspace = r.workspace AND s.survey = r.survey AND s.id = r.id
		AND s.part = 'suggestion' AND s.taxonomy = coalesce(t.taxonomy, r.taxonomy) AND r.suggestion <> ''
	LEFT JOIN corrections c ON c.workspace = r.workspace AND c.survey = r.survey AND c.id = r.id`

// versionJoins are the same with the analyses of a taxonomy that is given (twice), whatever model made them.
const versionJoins = `
	LEFT JOIN analyses a ON a.workspace = r.workspace AND a.survey = r.survey AND a.id = r.id
		AND a.part = 'comment' AND a.taxonomy = ?
	LEFT JOIN analyses s ON s.workspace = r.workspace AND s.survey = r.survey AND s.id = r.id
		AND s.part = 'suggestion' AND s.taxonomy = ?
	LEFT JOIN corrections c ON c.workspace = r.workspace AND c.survey = r.survey AND c.id = r.id`

var (
	selectOne     = `SELECT ` + analysedColumns + ` FROM responses r` + analysedJoins + ` WHERE r.workspace = ? AND r.survey = ? AND r.id = ?`
	selectAll     = `SELECT ` + analysedColumns + ` FROM responses r` + analysedJoins + ` WHERE r.workspace = ? ORDER BY r.survey, r.id`
	selectVersion = `SELECT ` + analysedColumns + ` FROM responses r` + versionJoins + ` WHERE r.workspace = ? ORDER BY r.survey, r.id`
	selectChanges = `SELECT l.seq, l.kind, l.survey, l.id, ` + analysedColumns + ` FROM changes l
		LEFT JOIN responses r ON r.workspace = l.workspace AND r.survey = l.survey AND r.id = l.id` + analysedJoins + `
		WHERE l.workspace = ? AND l.seq > ? ORDER BY l.seq LIMIT ?`
)

// Get returns a response with its current analyses, its correction laid over them. It fails with [feedback.NotFound] when
// there is none.
func (s *Store) Get(ctx context.Context, workspace string, key feedback.Key) (feedback.Analysed, error) {
	var found []feedback.Analysed
	d := newDecoder()
	err := s.read(ctx, "get", workspace, selectOne, []any{workspace, key.Survey, key.ID}, func(values []any) error {
		a, err := d.analysed(values)
		found = append(found, a)
		return err
	})
	if err == nil && len(found) == 0 {
		err = notFound()
	}
	if err != nil {
		return feedback.Analysed{}, err
	}
	return found[0], nil
}

// GetMany returns the responses with the keys, as Get does and in the order of the keys; those that are not there are left
// out.
func (s *Store) GetMany(ctx context.Context, workspace string, keys []feedback.Key) ([]feedback.Analysed, error) {
	return s.getMany(ctx, workspace, keys, analysedJoins)
}

// getMany gets responses with what the joins, which take the arguments, lay beside them.
func (s *Store) getMany(ctx context.Context, workspace string, keys []feedback.Key, joins string, args ...any) ([]feedback.Analysed, error) {
	if err := validWorkspace(workspace); err != nil {
		return nil, err
	}
	found := make([]feedback.Analysed, 0, len(keys))
	d := newDecoder()
	for chunk := range slices.Chunk(keys, getChunk) {
		query, values := selectMany(workspace, chunk, joins, args)
		rows, err := s.pool.QueryContext(ctx, query, values...) // not prepared: there is one query for each number of keys
		if err == nil {
			err = eachRow(rows, func(values []any) error {
				a, err := d.analysed(values)
				found = append(found, a)
				return err
			})
		}
		if err != nil {
			return nil, s.fail("get", err)
		}
	}
	return found, nil
}

// selectMany numbers the keys, so that the answers come in their order.
func selectMany(workspace string, keys []feedback.Key, joins string, more []any) (query string, args []any) {
	var b strings.Builder
	b.WriteString(`WITH wanted (n, survey, id) AS (VALUES `)
	for i, key := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(%d, ?, ?)", i)
		args = append(args, key.Survey, key.ID)
	}
	b.WriteString(`) SELECT ` + analysedColumns + ` FROM wanted w JOIN responses r ON r.survey = w.survey AND r.id = w.id` +
		joins + ` WHERE r.workspace = ? ORDER BY w.n`)
	return b.String(), append(append(args, more...), workspace)
}

// Scan hands over all responses of a workspace in the order of survey and id, as they were at one moment, each as Get
// returns it. An error of each ends it and is returned as it is. Nothing else waits meanwhile.
func (s *Store) Scan(ctx context.Context, workspace string, each func(feedback.Analysed) error) error {
	return s.scan(ctx, workspace, selectAll, []any{workspace}, each)
}

// ScanTaxonomy is Scan with the analyses that the taxonomy version (name@version) made, nil where there is none, instead
// of the current ones.
func (s *Store) ScanTaxonomy(ctx context.Context, workspace, taxonomy string, each func(feedback.Analysed) error) error {
	return s.scan(ctx, workspace, selectVersion, []any{taxonomy, taxonomy, workspace}, each)
}

func (s *Store) scan(ctx context.Context, workspace, query string, args []any, each func(feedback.Analysed) error) error {
	var refused error
	d := newDecoder()
	err := s.read(ctx, "scan", workspace, query, args, func(values []any) error {
		if err := ctx.Err(); err != nil { // the driver looks only now and then
			return err
		}
		a, err := d.analysed(values)
		if err != nil {
			return err
		}
		refused = each(a)
		return refused
	})
	if refused != nil {
		return refused
	}
	return err
}

// Changes returns the entries of the workspace's change log after the one numbered after, at most limit, in their order.
// Each holds the response as it is now, which may be newer than the entry, or nil when it is gone; a response that changed
// several times comes with each of its entries. Fewer than limit means that these are the last.
func (s *Store) Changes(ctx context.Context, workspace string, after int64, limit int) ([]feedback.Change, error) {
	var changes []feedback.Change
	d := newDecoder()
	err := s.read(ctx, "changes", workspace, selectChanges, []any{workspace, after, max(limit, 0)}, func(values []any) error {
		c := feedback.Change{
			Seq: number(values[0]).Int64, Kind: feedback.ChangeKind(text(values[1])),
			Key: feedback.Key{Survey: text(values[2]), ID: text(values[3])},
		}
		if rest := values[4:]; rest[0] != nil {
			a, err := d.analysed(rest)
			if err != nil {
				return err
			}
			c.Analysed = &a
		}
		changes = append(changes, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// read runs a query on a workspace and hands every row over.
func (s *Store) read(ctx context.Context, action, workspace, query string, args []any, row func(values []any) error) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	rows, err := s.reads.query(ctx, query, args...)
	if err != nil {
		return s.fail(action, err)
	}
	return s.fail(action, eachRow(rows, row))
}

// analysed reads the analysedColumns.
func (d *decoder) analysed(values []any) (a feedback.Analysed, err error) {
	row := readRecord(values[2:])
	if a.Response, err = d.response(feedback.Key{Survey: text(values[0]), ID: text(values[1])}, &row); err != nil {
		return a, err
	}
	bodies := values[2+recordWidth : analysedWidth]
	if a.Analysis, err = d.analysis(row.comment, text(bodies[0])); err != nil {
		return a, err
	}
	if a.SuggestionAnalysis, err = d.analysis(row.suggestion, text(bodies[1])); err != nil {
		return a, err
	}
	if body := text(bodies[2]); body != "" {
		var c feedback.Correction
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			return a, damaged("correction", err)
		}
		a.Analysis = c.Apply(a.Analysis)
	}
	return a, nil
}

// GetTaxonomy is GetMany with the analyses that the taxonomy version (name@version) made, nil where there is none, instead
// of the current ones.
func (s *Store) GetTaxonomy(ctx context.Context, workspace, taxonomy string, keys []feedback.Key) ([]feedback.Analysed, error) {
	return s.getMany(ctx, workspace, keys, versionJoins, taxonomy, taxonomy)
}
