package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

// Pages are the web pages that the server shows beside the API, behind the same guards: package api/web makes them.
type Pages interface {
	// Mount adds the routes of the pages. It is called once, when those of the API are there.
	Mount(engine *gin.Engine)
	// Role is the least role of a visitor that a route of the pages takes; [RoleOpen] for anybody.
	Role(method, path string) store.Role
	// Refuse answers a request of somebody who reads pages with a problem, as a page.
	Refuse(c *gin.Context, p *Problem)
}

// WorkspaceOf returns the workspace that a request to a page is for.
func WorkspaceOf(ctx context.Context) string { return callOf(ctx).workspace }

// Patient returns the body of a request to a page that may take long, as long as it gets on.
func Patient(c *gin.Context) io.Reader {
	return &patient{Reader: c.Request.Body, control: http.NewResponseController(c.Writer)}
}

// ProblemOf turns an error into a problem that may be shown: it holds nothing of the server's own troubles.
func ProblemOf(err error) *Problem { return problemOf(err) }

// ReadFilter reads the filter of a query, in the words that all routes understand; other parameters are left alone. The
// error is a [Problem] that lists what is wrong.
func ReadFilter(query url.Values) (feedback.Filter, error) {
	c := call{query: url.Values{}}
	for i := range filterParams {
		name := filterParams[i].name
		if values := slices.DeleteFunc(slices.Clone(query[name]), func(v string) bool { return strings.TrimSpace(v) == "" }); len(values) > 0 {
			c.query[name] = values // forms send what is left open as blank
		}
	}
	if err := c.check(filterParams); err != nil {
		return feedback.Filter{}, err
	}
	return c.filter()
}

// FilterQuery writes a filter as the query that [ReadFilter] reads.
func FilterQuery(f *feedback.Filter) url.Values {
	query := url.Values{}
	set := func(name string, values ...string) {
		if len(values) > 0 {
			query[name] = append(query[name], values...)
		}
	}
	for _, s := range f.Surveys {
		set("survey", strings.ReplaceAll(s, ",", `\,`))
	}
	plain := feedback.Filter{From: f.From, Until: f.Until}
	for _, condition := range plain.Conditions() {
		name, value, _ := strings.Cut(condition, "=")
		set(name, value)
	}
	set("language", f.Languages...)
	for _, t := range f.Themes {
		set("theme", strings.TrimSuffix(t.Theme+":"+string(t.Sentiment), ":"))
	}
	set("sentiment", wordsOf(f.Sentiments)...)
	set("kind", wordsOf(f.Kinds)...)
	set("group", wordsOf(f.Groups)...)
	if f.Mismatch != nil {
		set("mismatch", strconv.FormatBool(*f.Mismatch))
	}
	for _, c := range f.Where {
		for _, v := range c.Values {
			set("where", c.Attribute+string(c.Op)+v)
		}
	}
	if f.Match != "" {
		set("match", f.Match)
	}
	if f.Taxonomy != "" {
		set("taxonomy", f.Taxonomy)
	}
	return query
}

// FilterParams lists the names of the parameters of a filter.
func FilterParams() []string {
	names := make([]string, len(filterParams))
	for i := range filterParams {
		names[i] = filterParams[i].name
	}
	return names
}

// wantsPage reports whether whoever asks reads pages: a browser that follows a link or sends a form, outside the API.
func wantsPage(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/v1/") || !slices.Contains([]string{http.MethodGet, http.MethodPost}, r.Method) {
		return false
	}
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	return strings.TrimSpace(first) == "text/html"
}
