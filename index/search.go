package index

import (
	"context"

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
// attribute, sort, limit or cursor, [feedback.TooLarge] for a long text query, [feedback.Unsupported] for another
// taxonomy than the current, [feedback.Unavailable] while the index is being made.
func (x *Index) Search(ctx context.Context, ws string, f feedback.Filter, options SearchOptions) (out SearchResult, err error) {
	p, err := newPage(&f, options)
	if err != nil {
		return out, err
	}
	s, err := x.choose(ctx, ws, &f)
	if err != nil {
		return out, err
	}
	defer s.close()
	err = s.counting(func(c *columns, rows bitset) {
		out.Total = rows.count()
		out.Counts = c.searchCounts(rows)
		p.fill(c, rows, s.hits)
		for _, place := range p.best {
			out.Hits = append(out.Hits, Hit{Key: c.key(place.row)})
		}
	})
	if err != nil {
		return SearchResult{}, err
	}
	out.Next = p.next()
	return out, s.highlight(ctx, p.best, out.Hits)
}

// Crosstab counts the responses of the workspace that the filter chooses; see [feedback.Crosstab]. Themes that nobody
// mentions are left out. Errors as for [Index.Search].
func (x *Index) Crosstab(ctx context.Context, ws string, f feedback.Filter) (out feedback.Crosstab, err error) {
	s, err := x.choose(ctx, ws, &f)
	if err != nil {
		return out, err
	}
	defer s.close()
	err = s.counting(func(c *columns, rows bitset) { out = c.crosstab(rows) })
	return out, err
}

// Patterns counts the distinct combinations of drivers, score and language in the base under the filter, sorted by
// drivers, score and stratum. Keys holds the drivers that occur. Errors as for [Index.Search].
func (x *Index) Patterns(ctx context.Context, ws string, f feedback.Filter) (out feedback.Patterns, err error) {
	s, err := x.choose(ctx, ws, &f)
	if err != nil {
		return out, err
	}
	defer s.close()
	err = s.counting(func(c *columns, rows bitset) { out = c.patterns(rows) })
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

// searchCounts counts the rows for a page of hits.
func (c *columns) searchCounts(rows bitset) SearchCounts {
	var (
		scores     [12]int
		languages  = make([]int, len(c.language.names))
		sentiments = make([]int, len(feedback.Sentiments)+1)
		kinds      = make([]int, 1<<len(feedback.Kinds))
		themes     = c.newThemeTally()
	)
	for i := range themes.top {
		themes.top[i] = ^uint64(0) // subthemes, too
	}
	for row := range rows.rows() {
		scores[c.score[row]]++
		languages[c.language.at(row)]++
		sentiments[c.sentiment[row]]++
		kinds[c.kinds[row]]++
		themes.add(&c.comment, row, 0)
	}
	out := SearchCounts{
		Groups: map[feedback.Group]int{}, Languages: map[string]int{},
		Sentiments: map[feedback.Sentiment]int{}, Kinds: map[feedback.Kind]int{},
	}
	for _, theme := range themes.list(c) {
		out.Themes = append(out.Themes, ThemeTotal{theme.Theme, theme.Sentiment, theme.Scores[0]})
	}
	for score, n := range scores[1:] {
		count(out.Groups, feedback.Score(score).Group(), n)
	}
	for code, n := range languages {
		count(out.Languages, c.language.names[code], n)
	}
	for i, s := range feedback.Sentiments {
		count(out.Sentiments, s, sentiments[i+1])
	}
	for mask, n := range kinds {
		for i, kind := range feedback.Kinds {
			if mask&(1<<i) != 0 {
				count(out.Kinds, kind, n)
			}
		}
	}
	return out
}

// count adds to a map that has no zeros.
func count[K comparable](counts map[K]int, key K, n int) {
	if n > 0 {
		counts[key] += n
	}
}
