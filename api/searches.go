package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/store"
)

// SearchList are the searches of a workspace.
type SearchList struct {
	Searches []store.SavedSearch `json:"searches" doc:"By name; at most 200."`
}

// searchNotes describe the schemas of kept searches and their fields.
var searchNotes = map[string]string{
	"SavedSearch": "A search that is kept under a name.", "SearchList": "The searches of a workspace.", "NewSearch": "A search to keep.",
	"SavedSearch.id": "The id of the search.", "SavedSearch.name": "Its name, once in a workspace.",
	"SavedSearch.query":      "The query string of its filter and order, as GET /v1/search and the page /search take it.",
	"SavedSearch.created_at": "When it was first kept.",
}

func (s *server) routesOfSearches() {
	one := []content{{media: jsonType, schema: "SavedSearch"}}
	found, conflict := []int{http.StatusNotFound}, append([]int{http.StatusConflict}, bodyErrors...)
	body := func(example json.RawMessage) *content {
		return &content{media: jsonType, schema: "NewSearch", about: "The name, and what is searched for.", example: example}
	}
	register(s, route{
		method: http.MethodGet, path: "/v1/searches", id: "list-searches", tag: searchTag, summary: "List the searches that are kept",
		answers: []answer{{http.StatusOK, "The searches.", []content{{media: jsonType, schema: "SearchList"}}}},
	}, s.getSearches)

	register(s, route{
		method: http.MethodPost, path: "/v1/searches", id: "create-search", tag: searchTag, summary: "Keep a search under a name",
		about: "The query is that of `GET /v1/search` without `cursor` and `limit`: the words of the filter, and `sort`. It is checked, and kept in one spelling.",
		body:  body(exampleSearch), answers: []answer{{http.StatusOK, "The search.", one}}, errors: conflict,
	}, s.postSearch)

	register(s, route{
		method: http.MethodGet, path: "/v1/searches/{search}", id: "get-search", tag: searchTag, summary: "Get a search",
		answers: []answer{{http.StatusOK, "The search.", one}}, errors: found,
	}, s.getSearch)

	register(s, route{
		method: http.MethodPut, path: "/v1/searches/{search}", id: "put-search", tag: searchTag, summary: "Rename or change a search",
		body: body(exampleSearchAgain), answers: []answer{{http.StatusOK, "The search.", one}}, errors: append(found, conflict...),
	}, s.putSearch)

	register(s, route{
		method: http.MethodDelete, path: "/v1/searches/{search}", id: "delete-search", tag: searchTag, summary: "Forget a search",
		about:   "The responses that it finds stay.",
		answers: []answer{{http.StatusNoContent, "It is forgotten.", nil}}, errors: found,
	}, s.deleteSearch)
}

const searchTag = "searches"

var (
	exampleSearch      = json.RawMessage(`{"name":"Late parcels","query":"match=late&group=detractor&sort=newest"}`)
	exampleSearchAgain = json.RawMessage(`{"name":"Late parcels, lowest scores first","query":"match=late&group=detractor&sort=score"}`)
)

// searchSchema describes a search as it is sent.
func searchSchema() *huma.Schema {
	name, query := store.MaxSearchName, store.MaxSearchQuery
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"name"}, Properties: map[string]*huma.Schema{
		"name":  {Type: huma.TypeString, MaxLength: &name, Pattern: nameForm, Description: "Its name, once in a workspace.", Examples: []any{"Late parcels"}},
		"query": {Type: huma.TypeString, Nullable: true, MaxLength: &query, Description: "The query string of its filter and order.", Examples: []any{"match=late&group=detractor"}},
	}}
}

// SearchQuery reads the query string of a search and writes it in one spelling: a filter and an order, and nothing else.
func SearchQuery(text string) (string, error) {
	query, err := url.ParseQuery(text)
	c := call{query: query, badQuery: err != nil}
	if err := c.check(append(slices.Clone(filterParams), sortParam)); err != nil {
		return "", err
	}
	f, err := c.filter()
	if err != nil {
		return "", err
	}
	order, err := c.word(&sortParam)
	if err != nil {
		return "", err
	}
	return SearchAddress(&f, index.Sort(order)), nil
}

// SearchAddress writes a filter and an order as the query string of a search.
func SearchAddress(f *feedback.Filter, order index.Sort) string {
	query := FilterQuery(f)
	if order != "" {
		query.Set(sortParam.name, string(order))
	}
	return query.Encode()
}

// searchPath names a search.
type searchPath struct {
	Search string `path:"search" doc:"The id of the search." example:"k5tq2xw7pa"`
}

type searchesAnswer struct{ Body SearchList }

// getSearches lists the searches.
func (s *server) getSearches(ctx context.Context, c *call, _ *noPath) (*searchesAnswer, error) {
	list, err := s.Store.SavedSearches(ctx, c.workspace)
	return &searchesAnswer{SearchList{list}}, err
}

type savedAnswer struct{ Body store.SavedSearch }

// getSearch answers a search.
func (s *server) getSearch(ctx context.Context, c *call, in *searchPath) (*savedAnswer, error) {
	search, err := s.Store.SavedSearch(ctx, c.workspace, in.Search)
	return &savedAnswer{search}, err
}

// postSearch keeps a search.
func (s *server) postSearch(ctx context.Context, c *call, _ *noPath) (*savedAnswer, error) {
	return c.keep(func(name, query string) (store.SavedSearch, error) {
		return s.Store.CreateSearch(ctx, c.workspace, name, query)
	})
}

// putSearch renames or changes a search.
func (s *server) putSearch(ctx context.Context, c *call, in *searchPath) (*savedAnswer, error) {
	return c.keep(func(name, query string) (store.SavedSearch, error) {
		return s.Store.UpdateSearch(ctx, c.workspace, in.Search, name, query)
	})
}

var newSearchFields = []string{"name", "query"}

// keep reads a search and has it kept.
func (c *call) keep(store func(name, query string) (store.SavedSearch, error)) (*savedAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	name, query := "", ""
	if problem := it.into(newSearchFields, map[string]target{"name": {&name, "a string"}, "query": {&query, "a query string like match=late&group=detractor"}}); problem != nil {
		return nil, problem
	}
	if unreadable(name) {
		return nil, it.problem(feedback.Invalid, "name", "name is not valid UTF-8, or holds a control character")
	}
	if query, err = SearchQuery(query); err != nil {
		return nil, it.wrong("query", problemOf(err).Detail)
	}
	search, err := store(name, query)
	if err != nil {
		return nil, it.blame(err, newSearchFields)
	}
	return &savedAnswer{search}, nil
}

// deleteSearch forgets a search.
func (s *server) deleteSearch(ctx context.Context, c *call, in *searchPath) (*struct{}, error) {
	return nil, s.Store.DeleteSearch(ctx, c.workspace, in.Search)
}
