package index

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// selection is what a filter chooses: what its text query found, to be narrowed to what the columns say. Close it.
type selection struct {
	space   *space
	filter  *feedback.Filter
	query   []clause
	session *session  // nil without a text query, or without texts
	text    bool      // there is a text query
	absent  bool      // it asks for nothing but absence
	found   bitset    // the rows that it wants; with absent, those that it does not want
	hits    []textHit // the same with documents and scores; none with absent
	version *version  // whose tags count; nil for the current ones
}

// textHit is a document that a text query found.
type textHit struct {
	row      int
	document uint64
	score    float64
}

// choose starts with the text query of a filter, which needs no lock.
func (x *Index) choose(ctx context.Context, ws string, f *feedback.Filter) (*selection, error) {
	s, err := x.space(ctx, ws)
	if err != nil {
		return nil, err
	}
	chosen := &selection{space: s, filter: f, text: strings.TrimSpace(f.Match) != ""}
	if chosen.version, err = s.versionOf(ctx, f.Taxonomy); err != nil {
		return nil, err
	}
	if !chosen.text {
		return chosen, nil
	}
	if chosen.query, err = parseQuery(f.Match); err != nil {
		return nil, err
	}
	if chosen.session, err = s.session(ctx); err != nil {
		return nil, err
	}
	if chosen.session == nil {
		return chosen, nil
	}
	if err := guard(func() error { return chosen.find(ctx) }); err != nil {
		return nil, errors.Join(err, chosen.session.close())
	}
	return chosen, nil
}

func (s *selection) close() {
	if s.session != nil {
		if err := s.session.close(); err != nil { // the answer is right all the same
			s.space.index.logger.Warn("index: a reader did not close", "workspace", s.space.name, "error", err.Error())
		}
	}
}

// guard turns a panic of Bleve over a damaged file into an error, and the fault of a file cut short under it, too.
func guard(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = feedback.Errorf(feedback.Corrupt, "the index cannot be read (%v): stop the program, delete the index folder and start again", p)
		}
	}()
	return read()
}

// find runs the text query.
func (s *selection) find(ctx context.Context) error {
	q, err := s.session.compile(ctx, s.query)
	if err != nil {
		return err
	}
	if q.wanted == nil && q.unwanted != nil {
		s.absent = true
		q = compiled{wanted: q.unwanted}
	}
	hits, err := s.session.run(ctx, q)
	if err != nil {
		return fmt.Errorf("index: match: %w", err)
	}
	for _, h := range hits {
		s.found.add(h.row)
	}
	if !s.absent {
		s.hits = hits
	}
	return nil
}

// counting locks the columns and calls count with the rows chosen.
func (s *selection) counting(count func(c *columns, rows bitset)) error {
	s.space.mu.RLock()
	defer s.space.mu.RUnlock()
	c := s.space.columns
	if c.seq < s.space.target {
		return feedback.Errorf(feedback.Unavailable, "the index of workspace %s is being made, up to change %d of %d: try again soon",
			s.space.name, c.seq, s.space.target)
	}
	if s.version != nil && s.version.taxonomy != c.taxonomy {
		c = s.version.view(c)
	}
	rows, err := c.choose(s.filter)
	if err != nil {
		return err
	}
	switch {
	case s.absent:
		rows.andNot(s.found)
	case s.text:
		rows.and(s.found)
	}
	count(c, rows)
	return nil
}

// session opens the texts of the workspace at this moment; nil when there are none.
func (s *space) session(ctx context.Context) (*session, error) {
	if s.dir == "" {
		if err := s.makeTexts(ctx); err != nil {
			return nil, err
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.texts == nil {
		return nil, nil //nolint:nilnil // no texts is an answer
	}
	return s.texts.session()
}

// makeTexts makes the Bleve index of a workspace in memory from the texts kept.
func (s *space) makeTexts(ctx context.Context) error {
	if !s.index.keepText {
		return feedback.Errorf(feedback.Unsupported, "match: this index keeps no texts")
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.texts != nil {
		return nil
	}
	t, err := createTexts("", s.index.analyzers)
	if err != nil {
		return err
	}
	operations := make([]operation, 0, len(s.kept))
	for _, o := range s.kept {
		operations = append(operations, o)
	}
	slices.SortFunc(operations, func(a, b operation) int { return a.row - b.row })
	for part := range slices.Chunk(operations, batchSizeMemory) {
		err := ctx.Err()
		if err == nil {
			err = t.write(part, s.columns.seq, s.columns.size())
		}
		if err != nil {
			return errors.Join(fmt.Errorf("index: match: %w", err), t.close())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts, s.kept = t, nil
	return nil
}

// run collects the documents that a query wants and does not exclude.
func (s *session) run(ctx context.Context, q compiled) ([]textHit, error) {
	if q.wanted == nil || s.documents == 0 {
		return nil, nil
	}
	const look = 1024 // hits between two looks at ctx
	var hits []textHit
	for document, err := q.next(0); document != noDocument || err != nil; document, err = q.next(document + 1) {
		if err != nil {
			return nil, err
		}
		row, err := s.row(document)
		if err != nil {
			return nil, err
		}
		hits = append(hits, textHit{row: row, document: document, score: q.wanted.score()})
		if len(hits)%look == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return hits, nil
}

// next finds the first document at or after the given one that is wanted and not excluded.
func (q *compiled) next(document uint64) (uint64, error) {
	for {
		found, err := q.wanted.seek(document)
		if err != nil || found == noDocument || q.unwanted == nil {
			return found, err
		}
		excluded, err := q.unwanted.seek(found)
		if err != nil || excluded != found {
			return found, err
		}
		document = found + 1
	}
}

// row returns the row of a document.
func (s *session) row(document uint64) (int, error) {
	id, err := s.reader.ExternalID(bleveapi.NewIndexInternalID(nil, document))
	if err != nil {
		return 0, err
	}
	return rowOf(id)
}

// highlight sets the scores of the hits and where the words stand in them.
func (s *selection) highlight(ctx context.Context, best []placed, hits []Hit) error {
	if s.session == nil || s.absent || len(best) == 0 {
		return nil
	}
	return guard(func() error {
		s.session.places = true
		q, err := s.session.compile(ctx, s.query)
		if err != nil {
			return err
		}
		order := make([]int, 0, len(best)) // the page's hits as the matchers go through them
		for i := range best {
			hits[i].Score = best[i].score
			order = append(order, i)
		}
		slices.SortFunc(order, func(a, b int) int { return int(best[a].document) - int(best[b].document) })
		for _, i := range order {
			document, err := q.wanted.seek(best[i].document)
			if err != nil {
				return err
			}
			if document != best[i].document {
				continue
			}
			places := q.wanted.places(nil)
			hits[i].Comment, hits[i].Suggestion = spansOf(places, commentPrefix), spansOf(places, suggestionPrefix)
		}
		return nil
	})
}
