package web

import (
	"net/http"
	"strings"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/store"
)

// savedSearches are the searches that are kept, and the form to keep the one that is shown.
type savedSearches struct {
	List         []savedLink
	Query        string // of the search that is shown
	Name         string // under which it is kept; "" when it is not
	Post, Delete string // where the form goes
	Refused      string // why it could not be kept
}

// savedLink leads to a search.
type savedLink struct {
	Name, Link string
	Current    bool
}

// savedSearches lists the searches; the one whose query is given is marked.
func (v *visit) savedSearches(query string) (savedSearches, error) {
	out := savedSearches{Query: query, Post: "/searches"}
	list, err := v.p.Store.SavedSearches(v.ctx, v.workspace)
	for i := range list {
		s := &list[i]
		link := savedLink{Name: v.Plain(s.Name), Link: searchAddress(s.Query), Current: s.Query == query}
		if link.Current {
			out.Name, out.Post = s.Name, "/searches/"+escape(s.ID)
			out.Delete = out.Post + "/delete"
		}
		out.List = append(out.List, link)
	}
	return out, err
}

func searchAddress(query string) string {
	if query == "" {
		return "/search"
	}
	return "/search?" + query
}

// keepSearch keeps a search under a name.
func (p *Pages) keepSearch(v *visit) error {
	return v.keep(func(name, query string) (store.SavedSearch, error) {
		return p.Store.CreateSearch(v.ctx, v.workspace, name, query)
	})
}

// renameSearch gives a search another name.
func (p *Pages) renameSearch(v *visit) error {
	return v.keep(func(name, query string) (store.SavedSearch, error) {
		return p.Store.UpdateSearch(v.ctx, v.workspace, v.param("search"), name, query)
	})
}

// keep reads the form and goes back to the search. What is refused is said there.
func (v *visit) keep(store func(name, query string) (store.SavedSearch, error)) error {
	query, err := api.SearchQuery(v.gin.PostForm("query"))
	if err != nil {
		return err
	}
	name := strings.Join(strings.Fields(v.gin.PostForm("name")), " ")
	_, err = store(name, query)
	switch code := feedback.CodeOf(err); code {
	case feedback.Conflict, feedback.TooLarge, feedback.Invalid:
		return v.p.showSearch(v, query, http.StatusBadRequest, v.t("saved.refused."+string(code)))
	}
	if err != nil {
		return err
	}
	return v.redirect(searchAddress(query))
}

// deleteSearch forgets a search; what it finds is still shown.
func (p *Pages) deleteSearch(v *visit) error {
	query, err := api.SearchQuery(v.gin.PostForm("query"))
	if err != nil {
		return err
	}
	if err := p.Store.DeleteSearch(v.ctx, v.workspace, v.param("search")); err != nil {
		return err
	}
	return v.redirect(searchAddress(query))
}
