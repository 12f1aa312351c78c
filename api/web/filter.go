package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
)

// filterForm is a filter as a form and as chips. Its fields are the parameters of the API.
type filterForm struct {
	Action   string
	Chips    []chip
	Clear    string // the address without a filter
	From, To string
	Match    string
	Others   []string // conditions on attributes that no checkbox stands for
	Facets   []facet
	Themes   []themeOptions
	More     []themeOptions
	What     bool // with what a response says, not only where it comes from
}

// chip is a condition that holds; Remove is the address without it.
type chip struct{ Name, Value, Remove string }

// facet is a list of alternatives.
type facet struct {
	Title, Param string
	Options      []option
	Open         bool
}

// option is an alternative and how many responses have it; N is empty when that is not counted.
type option struct {
	Value, Name, N string
	Checked        bool
}

// themeOptions are the polarities of a theme.
type themeOptions struct {
	Name    string
	Options []polarOption
	n       int
}

type polarOption struct {
	option
	Class string
}

// filter reads the filter of the address, or of a form.
func (v *visit) filter() (feedback.Filter, error) { return api.ReadFilter(v.gin.Request.URL.Query()) }

// address makes the address of a page with a filter, and with what else stands in query.
func address(path string, f *feedback.Filter, more url.Values) string {
	query := api.FilterQuery(f)
	maps.Copy(query, more)
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// tidied redirects an address with blank parameters, as forms make them, to the same without.
func (v *visit) tidied() bool {
	query := v.gin.Request.URL.Query()
	blank := false
	for name, values := range query {
		kept := slices.DeleteFunc(slices.Clone(values), func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(kept) < len(values) {
			blank = true
			query[name] = kept
		}
	}
	if !blank {
		return false
	}
	path := v.gin.Request.URL.EscapedPath()
	if encoded := query.Encode(); encoded != "" {
		path += "?" + encoded
	}
	v.gin.Redirect(303, ours(path))
	return true
}

// newFilterForm makes the form of a filter for the page at the path; what says whether it offers what responses say.
// Parameters of the page itself stay as they are in more.
func (v *visit) newFilterForm(path string, f *feedback.Filter, what bool, more url.Values) (*filterForm, error) {
	form := &filterForm{Action: path, Match: f.Match, What: what, Clear: address(path, &feedback.Filter{}, more)}
	for _, condition := range (&feedback.Filter{From: f.From, Until: f.Until}).Conditions() {
		name, value, _ := strings.Cut(condition, "=")
		if day, _, _ := strings.Cut(value, "T"); name == "from" {
			form.From = day
		} else {
			form.To = day
		}
	}
	form.chips(v, path, f, more)
	counts, err := v.counts(f)
	if err != nil {
		return nil, err
	}
	if what {
		form.what(v, f, counts)
	}
	if err := form.where(v, f, counts); err != nil {
		return nil, err
	}
	return form, nil
}

// facetCounts are the counts of the alternatives of each facet, under the filter without that facet's own conditions.
type facetCounts struct {
	groups     map[feedback.Group]int
	sentiments map[feedback.Sentiment]int
	kinds      map[feedback.Kind]int
	languages  map[string]int
	themes     []index.ThemeTotal
	total      int
}

// counts gives the counts of the alternatives.
func (v *visit) counts(f *feedback.Filter) (*facetCounts, error) {
	return keep(v.ctx, v.p.documents, v.key("facets", f), func(ctx context.Context) (*facetCounts, error) {
		all, err := v.p.Index.Search(ctx, v.workspace, *f, index.SearchOptions{Limit: 1})
		if err != nil {
			return nil, err
		}
		c := all.Counts
		out := &facetCounts{c.Groups, c.Sentiments, c.Kinds, c.Languages, c.Themes, all.Total}
		without := func(chosen bool, change func(f *feedback.Filter), set func(c *index.SearchCounts)) {
			if !chosen || err != nil {
				return
			}
			wider := *f
			change(&wider)
			var found index.SearchResult
			if found, err = v.p.Index.Search(ctx, v.workspace, wider, index.SearchOptions{Limit: 1}); err == nil {
				set(&found.Counts)
			}
		}
		without(len(f.Groups) > 0, func(f *feedback.Filter) { f.Groups = nil }, func(c *index.SearchCounts) { out.groups = c.Groups })
		without(len(f.Sentiments) > 0, func(f *feedback.Filter) { f.Sentiments = nil }, func(c *index.SearchCounts) { out.sentiments = c.Sentiments })
		without(len(f.Kinds) > 0, func(f *feedback.Filter) { f.Kinds = nil }, func(c *index.SearchCounts) { out.kinds = c.Kinds })
		without(len(f.Languages) > 0, func(f *feedback.Filter) { f.Languages = nil }, func(c *index.SearchCounts) { out.languages = c.Languages })
		without(len(f.Themes) > 0, func(f *feedback.Filter) { f.Themes = nil }, func(c *index.SearchCounts) { out.themes = c.Themes })
		return out, err
	})
}

// what adds what responses say: theme, group, sentiment, kind.
func (form *filterForm) what(v *visit, f *feedback.Filter, c *facetCounts) {
	groups := facet{Title: v.t("filter.group"), Param: "group", Open: true}
	for _, g := range feedback.Groups {
		groups.Options = append(groups.Options, v.option(string(g), v.Group(g), c.groups[g], slices.Contains(f.Groups, g)))
	}
	sentiments := facet{Title: v.t("filter.sentiment"), Param: "sentiment"}
	for _, s := range feedback.Sentiments {
		sentiments.Options = append(sentiments.Options, v.option(string(s), v.t("sentiment."+string(s)), c.sentiments[s], slices.Contains(f.Sentiments, s)))
	}
	kinds := facet{Title: v.t("filter.kind"), Param: "kind"}
	for _, k := range feedback.Kinds {
		kinds.Options = append(kinds.Options, v.option(string(k), v.t("kind."+string(k)), c.kinds[k], slices.Contains(f.Kinds, k)))
	}
	mismatch := facet{Title: v.t("filter.mismatch"), Param: "mismatch"}
	chosen := f.Mismatch != nil && *f.Mismatch
	mismatch.Options = []option{{Value: "true", Name: v.t("filter.mismatch.true"), Checked: chosen}}
	form.Facets = append(form.Facets, groups, sentiments, kinds, mismatch)
	form.themes(v, f, c.themes)
}

func (v *visit) option(value, name string, n int, checked bool) option {
	return option{value, name, v.Count(n), checked}
}

// mostThemes is how many themes are offered at first.
const mostThemes = 8

// themes adds the themes, those with the most mentions first; those that are chosen are always among them.
func (form *filterForm) themes(v *visit, f *feedback.Filter, totals []index.ThemeTotal) {
	list := map[string]*themeOptions{}
	chosen := map[feedback.ThemeCondition]bool{}
	for _, c := range f.Themes {
		chosen[c] = true
		totals = append(totals, index.ThemeTotal{Theme: c.Theme, Sentiment: c.Sentiment})
	}
	var all []*themeOptions
	seen := map[feedback.ThemeCondition]bool{}
	for _, t := range totals {
		condition := feedback.ThemeCondition{Theme: t.Theme, Sentiment: t.Sentiment}
		if seen[condition] || t.Sentiment == "" || t.Sentiment == feedback.Neutral && !chosen[condition] {
			continue
		}
		seen[condition] = true
		theme := list[t.Theme]
		if theme == nil {
			theme = &themeOptions{Name: v.Theme(t.Theme)}
			list[t.Theme] = theme
			all = append(all, theme)
		}
		name := v.Driver(feedback.DriverKey{Theme: t.Theme, Sentiment: t.Sentiment})
		o := v.option(t.Theme+":"+string(t.Sentiment), name, t.N, chosen[condition])
		theme.Options = append(theme.Options, polarOption{o, polarityClass(t.Sentiment)})
		if theme.n += t.N; o.Checked {
			theme.n += 1 << 40
		}
	}
	slices.SortStableFunc(all, func(a, b *themeOptions) int { return b.n - a.n })
	for i, theme := range all {
		if i < mostThemes || theme.n >= 1<<40 {
			form.Themes = append(form.Themes, *theme)
		} else {
			form.More = append(form.More, *theme)
		}
	}
}

// polarityClass is the class of what is drawn in the colour of a polarity.
func polarityClass(s feedback.Sentiment) string {
	switch s {
	case feedback.Positive:
		return "up"
	case feedback.Negative:
		return "down"
	}
	return "flat"
}

// mostOptions is how many values of a facet are offered.
const mostOptions = 40

// where adds where responses come from: survey, language, attributes with few values.
func (form *filterForm) where(v *visit, f *feedback.Filter, c *facetCounts) error {
	tongues := facet{Title: v.t("filter.language"), Param: "language"}
	for _, code := range byCount(c.languages, f.Languages) {
		if code != "" {
			tongues.Options = append(tongues.Options, v.option(code, v.tongue(code), c.languages[code], slices.Contains(f.Languages, code)))
		}
	}
	facets := []facet{tongues}
	attributes, err := v.attributes()
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, a := range attributes {
		own, err := v.attributeFacet(f, a)
		if err != nil {
			return err
		}
		shown[a] = true
		if len(own.Options) > 1 || len(own.Options) == 1 && own.Options[0].Checked {
			facets = append(facets, own)
		}
	}
	for i := range facets {
		facets[i].Open = slices.ContainsFunc(facets[i].Options, func(o option) bool { return o.Checked })
	}
	form.Facets = append(form.Facets, facets...)
	for _, condition := range f.Where {
		if condition.Op == feedback.Equal && shown[condition.Attribute] {
			continue
		}
		for _, value := range condition.Values {
			form.Others = append(form.Others, condition.Attribute+string(condition.Op)+value)
		}
	}
	return nil
}

// mostFacets is how many attributes are offered, and mostFacetValues how many values those have.
const (
	mostFacets      = 6
	mostFacetValues = 20
)

// attributes names the attributes that are offered, survey first.
func (v *visit) attributes() ([]string, error) {
	all, err := keep(v.ctx, v.p.documents, v.key("attributes", &feedback.Filter{}), func(ctx context.Context) ([]index.Attribute, error) {
		return v.p.Index.Attributes(ctx, v.workspace)
	})
	names := []string{"survey"}
	for _, a := range all {
		if a.Countable && a.Values > 1 && a.Values <= mostFacetValues && a.Name != "survey" && len(names) < mostFacets {
			names = append(names, a.Name)
		}
	}
	return names, err
}

// attributeFacet offers the values of an attribute, counted under the filter without conditions on it.
func (v *visit) attributeFacet(f *feedback.Filter, name string) (facet, error) {
	wider, chosen := *f, []string{}
	out := facet{Title: v.Plain(name), Param: "where"}
	if name == "survey" {
		out.Title, out.Param = v.t("filter.survey"), "survey"
		wider.Surveys, chosen = nil, f.Surveys
	} else {
		wider.Where = nil
		for _, c := range f.Where {
			if c.Attribute == name && c.Op == feedback.Equal {
				chosen = c.Values
			} else {
				wider.Where = append(wider.Where, c)
			}
		}
	}
	counts, err := v.valueCounts(&wider, name)
	if err != nil {
		return out, err
	}
	for _, value := range byCount(counts, chosen) {
		written := name + "=" + value
		if name == "survey" {
			written = strings.ReplaceAll(value, ",", `\,`)
		}
		shown := v.Plain(value)
		if strings.TrimSpace(shown) == "" {
			continue // responses without a value
		}
		out.Options = append(out.Options, v.option(written, shown, counts[value], slices.Contains(chosen, value)))
	}
	return out, nil
}

// valueCounts counts the responses by the values of an attribute.
func (v *visit) valueCounts(f *feedback.Filter, name string) (map[string]int, error) {
	return keep(v.ctx, v.p.documents, v.key("values "+name, f), func(ctx context.Context) (map[string]int, error) {
		parts, err := v.p.Index.Slices(ctx, v.workspace, *f, feedback.Dimension{Attribute: name})
		counts := map[string]int{}
		for i := range parts {
			counts[parts[i].Name] = parts[i].Responses + parts[i].Unscored
		}
		return counts, err
	})
}

// byCount lists the keys, the most frequent first, at most mostOptions of them; those that are chosen are always there.
func byCount(counts map[string]int, chosen []string) []string {
	var keys []string
	for key := range counts {
		keys = append(keys, key)
	}
	for _, key := range chosen {
		if _, ok := counts[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	if len(keys) > mostOptions {
		keys = slices.DeleteFunc(keys, func(key string) bool {
			return slices.Index(keys, key) >= mostOptions && !slices.Contains(chosen, key)
		})
	}
	return keys
}

// day writes a day of the filter in the words of the page.
func (v *visit) day(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return v.Plain(text)
	}
	return v.Day(t)
}
