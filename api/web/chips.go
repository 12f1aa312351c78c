package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"verbatim/api"
	"verbatim/feedback"
)

// chips adds a chip for each condition, in the order of the parameters.
func (form *filterForm) chips(v *visit, path string, f *feedback.Filter, more url.Values) {
	query := api.FilterQuery(f)
	for _, name := range api.FilterParams() {
		for i, value := range query[name] {
			rest := url.Values{}
			maps.Copy(rest, query)
			maps.Copy(rest, more)
			if rest[name] = slices.Delete(slices.Clone(query[name]), i, i+1); len(rest[name]) == 0 {
				rest.Del(name)
			}
			remove := path
			if len(rest) > 0 {
				remove += "?" + rest.Encode()
			}
			title, text := v.condition(name, value)
			form.Chips = append(form.Chips, chip{title, text, remove})
		}
	}
}

// condition writes a condition in the words of the page: what it is about, and its value.
func (v *visit) condition(name, value string) (title, text string) {
	switch name {
	case "where":
		i := strings.IndexAny(value, "=!<>")
		attribute, rest := value[:max(i, 0)], strings.TrimPrefix(value[max(i, 0):], "=")
		return v.Plain(attribute), v.Plain(rest)
	case "from", "to":
		return v.t("filter." + name), v.day(value)
	case "language":
		return v.t("filter.language"), v.tongue(value)
	case "theme":
		theme, polarity, some := strings.Cut(value, ":")
		if !some {
			return v.t("filter.theme"), v.Theme(theme)
		}
		return v.t("filter.theme"), v.Driver(feedback.DriverKey{Theme: theme, Sentiment: feedback.Sentiment(polarity)})
	case "group":
		return v.t("filter.group"), v.Group(feedback.Group(value))
	case "sentiment", "kind":
		return v.t("filter." + name), v.t(name + "." + value)
	case "mismatch":
		return v.t("filter.mismatch"), v.t("filter.mismatch." + value)
	case "match":
		return v.t("filter.match"), v.Plain(value)
	}
	return v.t("filter.survey"), v.Plain(strings.ReplaceAll(value, `\,`, ","))
}
