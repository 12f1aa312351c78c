package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"verbatim/feedback"
	"verbatim/index"
)

// SearchPage is a page of hits, with counts over all of them.
type SearchPage struct {
	Total  int          `json:"total" doc:"How many responses there are in all." example:"410"`
	Hits   []SearchHit  `json:"hits" doc:"Those of this page, in order."`
	Next   *string      `json:"next" doc:"The cursor of the next page; null on the last."`
	Counts SearchCounts `json:"counts" doc:"Counts over all hits, on all pages."`
}

// SearchHit is a response that was found.
type SearchHit struct {
	Response   StoredResponse `json:"response" doc:"The response with what its texts say."`
	Highlights []Highlight    `json:"highlights" doc:"Where the words of match stand, in order; empty without match."`
}

// Highlight is a piece of a text that the text query found; offsets count code points.
type Highlight struct {
	Field string `json:"field" enum:"comment,suggestion" doc:"The text."`
	feedback.Span
}

// SearchCounts count hits. A hit counts once for each theme with a sentiment, for each kind, and for a parent theme too.
type SearchCounts struct {
	Themes     []ThemeCount    `json:"themes" doc:"By theme and sentiment, in the order of their ids; none with 0."`
	Groups     GroupCounts     `json:"groups" doc:"By group of the score."`
	Languages  []LanguageCount `json:"languages" doc:"By language of the comment, most frequent first. Blank comments have none."`
	Sentiments SentimentCounts `json:"sentiments" doc:"By sentiment of the comment."`
	Kinds      KindCounts      `json:"kinds" doc:"By kind."`
}

// ThemeCount is how many hits have a theme with a sentiment.
type ThemeCount struct {
	Theme     string             `json:"theme" doc:"The id of the theme." example:"delivery_logistics"`
	Sentiment feedback.Sentiment `json:"sentiment" doc:"The sentiment; never mixed."`
	N         int                `json:"n" doc:"How many hits." example:"31"`
}

// LanguageCount is how many hits are in a language.
type LanguageCount struct {
	Language string `json:"language" doc:"The code of the language, or und." example:"fi"`
	N        int    `json:"n" doc:"How many hits." example:"31"`
}

// GroupCounts counts hits by group.
type GroupCounts struct {
	Promoter  int `json:"promoter" example:"120"`
	Passive   int `json:"passive" example:"80"`
	Detractor int `json:"detractor" example:"200"`
	Unscored  int `json:"unscored" example:"10"`
}

// SentimentCounts counts hits by sentiment of the comment.
type SentimentCounts struct {
	Positive int `json:"positive" example:"120"`
	Neutral  int `json:"neutral" example:"40"`
	Negative int `json:"negative" example:"200"`
	Mixed    int `json:"mixed" example:"50"`
}

// KindCounts counts hits by kind.
type KindCounts struct {
	Praise     int `json:"praise" example:"150"`
	Complaint  int `json:"complaint" example:"230"`
	Suggestion int `json:"suggestion" example:"30"`
	Question   int `json:"question" example:"5"`
	Other      int `json:"other" example:"40"`
}

var (
	sortParam = param{
		name: "sort", example: "newest", want: oneOf(sorts), words: wordsOf(sorts),
		about: "The order. `relevance` is the default with `match`, `newest` without. `score` puts the lowest first.",
	}
	limitParam = param{
		name: "limit", number: true, least: 1, most: index.MaxLimit, want: "a whole number from 1 to " + strconv.Itoa(index.MaxLimit),
		about: "How many hits a page has; " + strconv.Itoa(index.DefaultLimit) + " by default.",
	}
	cursorParam = param{
		name: "cursor", want: "the next of the page before",
		about: "The `next` of the page before, to get the following one. Filter and sort must be the same.",
	}
	sorts = []index.Sort{index.Relevance, index.Newest, index.Oldest, index.LowestScore}
)

type searchAnswer struct{ Body SearchPage }

// search answers a page of the responses that the filter chooses.
func (s *server) search(ctx context.Context, c *call, _ *noPath) (*searchAnswer, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	options, err := c.searchOptions()
	if err != nil {
		return nil, err
	}
	found, err := s.Index.Search(ctx, c.workspace, f, options)
	if err != nil {
		return nil, hideFilter(err, &f)
	}
	fields, err := c.fields()
	if err != nil {
		return nil, err
	}
	hits, err := s.hits(ctx, c.workspace, &f, found.Hits)
	if err != nil {
		return nil, err
	}
	for i := range hits {
		hits[i].Response.fields = fields
	}
	page := SearchPage{Total: found.Total, Hits: hits, Counts: countsOf(&found)}
	if found.Next != "" {
		page.Next = &found.Next
	}
	return &searchAnswer{page}, nil
}

func (c *call) searchOptions() (index.SearchOptions, error) {
	options := index.SearchOptions{Cursor: c.one(cursorParam.name)}
	order, err := c.word(&sortParam)
	if err != nil {
		return options, err
	}
	options.Sort = index.Sort(order)
	if text := c.one(limitParam.name); text != "" {
		options.Limit, err = strconv.Atoi(text)
		if err != nil || options.Limit < 1 || options.Limit > index.MaxLimit {
			return options, fieldProblem(feedback.Invalid, limitParam.wrong())
		}
	}
	return options, nil
}

// hits fetches the responses found. One that was deleted meanwhile is left out.
func (s *server) hits(ctx context.Context, workspace string, f *feedback.Filter, found []index.Hit) ([]SearchHit, error) {
	keys := make([]feedback.Key, len(found))
	places := make(map[feedback.Key]*index.Hit, len(found))
	for i := range found {
		keys[i] = found[i].Key
		places[keys[i]] = &found[i]
	}
	stored, err := s.source().texts(ctx, workspace, f, keys)
	if err != nil {
		return nil, err
	}
	hits := make([]SearchHit, len(stored))
	for i := range stored {
		hit := places[stored[i].Key()]
		hits[i] = SearchHit{Response: newStored(&stored[i]), Highlights: []Highlight{}}
		hits[i].highlight("comment", stored[i].Comment, hit.Comment)
		hits[i].highlight("suggestion", stored[i].Suggestion, hit.Suggestion)
	}
	return hits, nil
}

// highlight adds spans of bytes as spans of code points. One that does not fit the text is left out: the text changed
// since the index saw it.
func (h *SearchHit) highlight(field, text string, spans []feedback.Span) {
	bytes, points := 0, 0
	for _, span := range spans {
		if span.Start < bytes || span.End < span.Start || span.End > len(text) || !boundary(text, span.Start) || !boundary(text, span.End) {
			continue
		}
		start := points + utf8.RuneCountInString(text[bytes:span.Start])
		end := start + utf8.RuneCountInString(text[span.Start:span.End])
		h.Highlights = append(h.Highlights, Highlight{field, feedback.Span{Start: start, End: end, Text: text[span.Start:span.End]}})
		bytes, points = span.End, end
	}
}

func boundary(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

func countsOf(found *index.SearchResult) SearchCounts {
	from := &found.Counts
	out := SearchCounts{Themes: []ThemeCount{}, Languages: []LanguageCount{}}
	for _, t := range from.Themes {
		out.Themes = append(out.Themes, ThemeCount(t))
	}
	for code, n := range from.Languages {
		if code != "" {
			out.Languages = append(out.Languages, LanguageCount{code, n})
		}
	}
	slices.SortFunc(out.Languages, func(a, b LanguageCount) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Language, b.Language)) })
	g, st, k := from.Groups, from.Sentiments, from.Kinds
	out.Groups = GroupCounts{Promoter: g[feedback.Promoter], Passive: g[feedback.Passive], Detractor: g[feedback.Detractor]}
	out.Groups.Unscored = found.Total - out.Groups.Promoter - out.Groups.Passive - out.Groups.Detractor
	out.Sentiments = SentimentCounts{st[feedback.Positive], st[feedback.Neutral], st[feedback.Negative], st[feedback.Mixed]}
	out.Kinds = KindCounts{k[feedback.Praise], k[feedback.Complaint], k[feedback.Suggestion], k[feedback.Question], k[feedback.Other]}
	return out
}
