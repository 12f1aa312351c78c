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
	err = x.counting(ctx, ws, &f, func(c *columns, rows bitset) error {
		out = c.crosstab(rows)
		return nil
	})
	return out, err
}

// Patterns counts the distinct combinations of drivers, score and language in the base under the filter, sorted by
// drivers, score and stratum. Keys holds the drivers that occur. Patterns share their lists of drivers: they are not to be
// changed. Errors as for [Index.Search].
func (x *Index) Patterns(ctx context.Context, ws string, f feedback.Filter) (out feedback.Patterns, err error) {
	err = x.counting(ctx, ws, &f, func(c *columns, rows bitset) error {
		out = c.patterns(rows, c.divideByLanguage())
		return nil
	})
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

// everyAnswer counts all answers, in one slot.
var everyAnswer = func() *slots {
	var s slots
	for answer := range s {
		s[answer] = 1
	}
	return &s
}()

// searchCounts counts the rows for a page of hits.
func (c *columns) searchCounts(rows bitset) SearchCounts {
	var (
		answers, tones [256]int
		origins        = make([]uint32, len(c.origins.list))
		themes         = c.newThemeTally(rows.count(), everyAnswer)
	)
	for block := range rows.blocks() {
		for _, row := range block {
			answers[c.answers[row]]++
			tones[c.tones[row]]++
		}
		c.origin.count(origins, block)
		themes.add(&c.comment, block)
	}
	out := SearchCounts{
		Groups: map[feedback.Group]int{}, Languages: map[string]int{},
		Sentiments: map[feedback.Sentiment]int{}, Kinds: map[feedback.Kind]int{},
	}
	for _, theme := range themes.list(false) {
		out.Themes = append(out.Themes, ThemeTotal{theme.Theme, theme.Sentiment, theme.Scores[0]})
	}
	for answer, n := range answers {
		if score := feedback.Score(answer&scoreBits) - 1; score.Scored() {
			count(out.Groups, score.Group(), n)
		}
	}
	for code, n := range origins {
		count(out.Languages, c.origins.list[code].language, int(n))
	}
	for tone, n := range tones {
		if s := tone & sentimentBits; s > 0 && n > 0 {
			count(out.Sentiments, feedback.Sentiments[s-1], n)
		}
		for i, kind := range feedback.Kinds {
			if tone&(1<<(i+kindShift)) != 0 {
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
