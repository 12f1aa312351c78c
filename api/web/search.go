package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
)

// searchPage is a page of hits with the filter as a form.
type searchPage struct {
	shell
	Filter  *filterForm
	Total   string
	None    bool
	Sorts   []choice
	Sort    string
	Hits    []hit
	Next    string // the address of the next page
	Exports []export
	Saved   savedSearches
}

// export is a file of what is shown.
type export struct{ Name, Link string }

var sorts = []index.Sort{index.Relevance, index.Newest, index.Oldest, index.LowestScore}

// search shows what the filter chooses.
func (p *Pages) search(v *visit) error {
	if v.tidied() {
		return nil
	}
	return p.showSearch(v, v.gin.Request.URL.RawQuery, http.StatusOK, "")
}

// showSearch shows a search by its query; refused says why it could not be kept.
func (p *Pages) showSearch(v *visit, raw string, status int, refused string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return feedback.Errorf(feedback.Invalid, "the address cannot be read")
	}
	f, err := api.ReadFilter(query)
	if err != nil {
		return err
	}
	order := index.Sort(query.Get("sort"))
	if order != "" && !slices.Contains(sorts, order) {
		return feedback.Errorf(feedback.Invalid, "sort must be relevance, newest, oldest or score")
	}
	found, err := p.Index.Search(v.ctx, v.workspace, f, index.SearchOptions{Sort: order, Cursor: query.Get("cursor")})
	if err != nil {
		return err
	}
	page := &searchPage{shell: v.shell("search.title", "search"), Total: v.Count(found.Total), None: found.Total == 0, Sort: string(order)}
	page.carry(&f)
	if page.Hits, err = v.hits(found.Hits); err != nil {
		return err
	}
	if err := page.around(v, &f, order, found.Next); err != nil {
		return err
	}
	page.Saved.Refused = refused
	return v.show(status, "search", page)
}

// around adds what stands around the hits: the filter, the orders, the next page, files, searches that are kept.
func (page *searchPage) around(v *visit, f *feedback.Filter, order index.Sort, following string) (err error) {
	own := url.Values{}
	if order != "" {
		own.Set("sort", string(order))
	}
	if page.Filter, err = v.newFilterForm("/search", f, true, own); err != nil {
		return err
	}
	page.Sorts = v.sorts(order, f.Match != "")
	if following != "" {
		next := maps.Clone(own)
		next.Set("cursor", following)
		page.Next = address("/search", f, next)
	}
	page.Exports = v.exports("/v1/export/responses", f, "csv", "xlsx", "jsonl", "parquet")
	page.Saved, err = v.savedSearches(api.SearchAddress(f, order))
	if page.Saved.Name != "" {
		page.Title = v.Plain(page.Saved.Name)
	}
	return err
}

// sorts offers the orders; relevance only with a text query, where it is the default.
func (v *visit) sorts(chosen index.Sort, text bool) []choice {
	var list []choice
	for _, s := range sorts {
		if s == index.Relevance && !text {
			continue
		}
		list = append(list, choice{string(s), v.t("sort." + string(s)), s == chosen || chosen == "" && len(list) == 0})
	}
	return list
}

// exports offers files of what a filter chooses, when the API has them.
func (v *visit) exports(path string, f *feedback.Filter, formats ...string) []export {
	if !v.p.exports {
		return nil
	}
	var list []export
	for _, format := range formats {
		list = append(list, export{v.t("export." + format), address(path, f, url.Values{"format": {format}})})
	}
	return list
}
