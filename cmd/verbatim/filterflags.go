package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"verbatim/corpora"
	"verbatim/feedback"
)

// filterFlags choose responses; they are the words of feedback.Filter.
type filterFlags struct {
	where, surveys, languages, themes, sentiments, kinds, groups []string
	from, to, match, taxonomy                                    string
	mismatch                                                     bool
	anyTheme                                                     bool // there may be other themes than the built-in ones
}

func (f *filterFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.where, "where", nil, "attribute condition, as region=EU or age>=30; repeated: the same attribute is or, another is and")
	flags.StringVar(&f.from, "from", "", "first day, as 2026-01-01")
	flags.StringVar(&f.to, "to", "", "last day, inclusive")
	flags.StringSliceVar(&f.surveys, "survey", nil, "surveys")
	flags.StringSliceVar(&f.languages, "language", nil, "languages, as fi,sv")
	flags.StringSliceVar(&f.themes, "theme", nil, "themes, as price_value or price_value:negative")
	flags.StringSliceVar(&f.sentiments, "sentiment", nil, "sentiments of the comment")
	flags.StringSliceVar(&f.kinds, "kind", nil, "kinds: praise, complaint, suggestion, question, other")
	flags.StringSliceVar(&f.groups, "group", nil, "groups: promoter, passive, detractor")
	flags.BoolVar(&f.mismatch, "mismatch", false, "only responses whose text contradicts the score")
	flags.StringVar(&f.taxonomy, "taxonomy-version", "", "with --data: count with the tags of an earlier version of the taxonomy, as default@1")
	flags.StringVar(&f.match, "match", "", `text query: words, "a phrase", prefix*, -without`)
}

// addTheme adds a theme that exists, as far as that is known: known is true where there may be others than the built-in ones.
func addTheme(filter *feedback.Filter, text string, known bool) error {
	theme, _, _ := strings.Cut(text, ":")
	if !known && !slices.Contains(corpora.ThemeIDs, theme) {
		return feedback.Errorf(feedback.Invalid, "theme %q is unknown: it is one of %s", theme, strings.Join(corpora.ThemeIDs, ", "))
	}
	return filter.AddTheme(text)
}

// filter turns the flags into a filter.
func (f *filterFlags) filter(cmd *cobra.Command, loc *time.Location) (feedback.Filter, error) {
	out := feedback.Filter{Surveys: f.surveys, Match: f.match, Taxonomy: f.taxonomy}
	for _, code := range f.languages {
		out.Languages = append(out.Languages, strings.ToLower(code))
	}
	if cmd.Flags().Changed("mismatch") {
		out.Mismatch = &f.mismatch
	}
	lists := []struct {
		values []string
		add    func(string) error
	}{
		{f.where, out.AddWhere},
		{f.themes, func(text string) error { return addTheme(&out, text, f.anyTheme) }},
		{f.sentiments, out.AddSentiment},
		{f.kinds, out.AddKind},
		{f.groups, out.AddGroup},
	}
	for _, list := range lists {
		for _, value := range list.values {
			if err := list.add(value); err != nil {
				return out, usageError{err}
			}
		}
	}
	if f.from != "" {
		if err := out.SetFrom(f.from, loc); err != nil {
			return out, usageError{err}
		}
	}
	if f.to != "" {
		if err := out.SetTo(f.to, loc); err != nil {
			return out, usageError{err}
		}
	}
	if err := out.Validate(); err != nil {
		return out, usageError{err}
	}
	return out, nil
}
