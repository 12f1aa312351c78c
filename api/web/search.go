package web

import (
	"net/http"
	"net/url"
	"slices"

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
}

// export is a file of what is shown.
type export struct{ Name, Link string }

var sorts = []index.Sort{index.Relevance, index.Newest, index.Oldest, index.LowestScore}

// search shows what the filter chooses.
func (p *Pages) search(v *visit) error {
	if v.tidied() {
		return nil
	}
	f, err := v.filter()
	if err != nil {
		return err
	}
	query := v.gin.Request.URL.Query()
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
	own := url.Values{}
	if order != "" {
		own.Set("sort", string(order))
	}
	if page.Filter, err = v.newFilterForm("/search", &f, true, own); err != nil {
		return err
	}
	page.Sorts = v.sorts(order, f.Match != "")
	if found.Next != "" {
		next := url.Values{"cursor": {found.Next}}
		if order != "" {
			next.Set("sort", string(order))
		}
		page.Next = address("/search", &f, next)
	}
	page.Exports = v.exports("/v1/export/responses", &f, "csv", "xlsx", "jsonl", "parquet")
	return v.show(http.StatusOK, "search", page)
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
