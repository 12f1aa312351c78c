package api

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/insight"
	"verbatim/models"
	"verbatim/report"
)

// Source is what reports are made of: the counts, and the texts for quotes.
type Source struct {
	Index *index.Index
	// Texts gets responses by their keys, in their order; those that are not there are left out.
	Texts func(ctx context.Context, workspace string, keys []feedback.Key) ([]feedback.Analysed, error)
	// Versions gets them with the tags of a version of the taxonomy; nil where there is one version only.
	Versions func(ctx context.Context, workspace, taxonomy string, keys []feedback.Key) ([]feedback.Analysed, error)
	// Taxonomy gets the current taxonomy, for the names of the themes; nil for their ids.
	Taxonomy func(ctx context.Context, workspace string) (*feedback.Taxonomy, error)
}

// texts gets responses with the tags that a filter is about.
func (src *Source) texts(ctx context.Context, workspace string, f *feedback.Filter, keys []feedback.Key) ([]feedback.Analysed, error) {
	if f.Taxonomy != "" && src.Versions != nil {
		return src.Versions(ctx, workspace, f.Taxonomy, keys)
	}
	return src.Texts(ctx, workspace, keys)
}

// FixedTaxonomy is the [Source.Taxonomy] of whoever has one only.
func FixedTaxonomy(taxonomy *feedback.Taxonomy) func(context.Context, string) (*feedback.Taxonomy, error) {
	return func(context.Context, string) (*feedback.Taxonomy, error) { return taxonomy, nil }
}

// DocumentOptions say what a report holds beside the ranking. The zero DocumentOptions add nothing.
type DocumentOptions struct {
	Title    string
	Language string         // of the words around the figures: one of report.Languages
	Location *time.Location // of periods; nil for UTC
	Quotes   int            // for each driver that is ranked; 0 for none
	Quoted   int            // how many drivers of either direction get quotes; 12 when 0
	Around   bool           // with the trend, and with segments
	Segments []string       // attributes to cut by; nil for those that have few values
	Insight  insight.Options
	Control  string         // the attribute that associations and importances are controlled for; "" for the language
	Audits   []models.Audit // corrects for the tagger's errors; nil for no correction
}

// How many attributes a report cuts by when none is named, and how many values those have at most.
const (
	mostCuts      = 4
	mostCutValues = 20
	quoteSample   = index.MaxLimit // mentions that quotes are chosen from, the newest
	quotedPerSide = 12             // drivers
)

// Document counts the responses that the filter chooses and makes the report of it. Errors as of [index.Index.Search].
func Document(ctx context.Context, src *Source, workspace string, f feedback.Filter, o DocumentOptions) (*report.Document, error) {
	tab, patterns, err := countOnce(ctx, src.Index, workspace, &f, o.Control)
	if err != nil {
		return nil, err
	}
	if err := insight.CheckWeights(patterns); o.Insight.Weighted && err != nil {
		return nil, err
	}
	o.Insight.By = o.Control
	if o.Audits != nil {
		o.Insight.Taggers = taggersOf(tab.Languages, o.Audits)
	}
	ranking := insight.Drivers(tab, patterns, o.Insight)
	ranking.Method.Filter, ranking.Method.Dates = f.Conditions(), tab.Dates.String()
	d := &report.Document{
		Title: o.Title, Language: o.Language, Drivers: &ranking, Scores: tab.Scored,
		Filter: f.Conditions(), Dates: tab.Dates,
	}
	if src.Taxonomy != nil {
		if d.Taxonomy, err = src.Taxonomy(ctx, workspace); err != nil {
			return nil, err
		}
	}
	if o.Quotes > 0 {
		if d.Quotes, err = src.quotes(ctx, workspace, &f, &ranking, &o); err != nil {
			return nil, err
		}
	}
	if o.Around {
		err = src.around(ctx, workspace, f, &o, d)
	}
	return d, err
}

// countOnce counts twice what must be of one moment: patterns are those of the crosstab's base. It counts again when the
// index moved in between, and after the third time takes what it has.
func countOnce(ctx context.Context, x *index.Index, workspace string, f *feedback.Filter, control string,
) (tab feedback.Crosstab, patterns feedback.Patterns, err error) {
	for range 3 {
		seq := x.Seq(ctx, workspace)
		if tab, err = x.Crosstab(ctx, workspace, *f); err != nil {
			return tab, patterns, err
		}
		analysis.Stamp(&tab)
		if control == "" {
			patterns, err = x.Patterns(ctx, workspace, *f)
		} else {
			patterns, err = x.StratifiedPatterns(ctx, workspace, *f, feedback.Dimension{Attribute: control})
		}
		if err != nil || x.Seq(ctx, workspace) == seq {
			return tab, patterns, err
		}
	}
	return tab, patterns, nil
}

// around adds the trend and the segments.
func (src *Source) around(ctx context.Context, workspace string, f feedback.Filter, o *DocumentOptions, d *report.Document) error {
	if !d.Dates.First.IsZero() {
		trend, err := src.Trend(ctx, workspace, f, PeriodFor(d.Dates), o.Location)
		if err != nil {
			return err
		}
		d.Trend = &trend
	}
	cuts := o.Segments
	if cuts == nil {
		var err error
		if cuts, err = src.cuts(ctx, workspace); err != nil {
			return err
		}
	}
	for _, by := range cuts {
		segments, err := src.Segments(ctx, workspace, f, by, nil)
		if err != nil {
			return err
		}
		if len(segments.Segments) > 1 || o.Segments != nil {
			d.Segments = append(d.Segments, segments)
		}
	}
	return nil
}

// cuts are the attributes that a report cuts by when none is named: language, survey, and those with few values.
func (src *Source) cuts(ctx context.Context, workspace string) ([]string, error) {
	attributes, err := src.Index.Attributes(ctx, workspace)
	if err != nil {
		return nil, err
	}
	var cuts []string
	for _, a := range attributes {
		if a.Countable && a.Values > 1 && a.Values <= mostCutValues {
			cuts = append(cuts, a.Name)
		}
	}
	if !slices.Contains(cuts, "language") {
		cuts = append(cuts, "language")
	}
	return cuts[:min(len(cuts), mostCuts)], nil
}

// PeriodFor is the period that cuts a span of time into a readable number of points.
func PeriodFor(dates feedback.Dates) feedback.Period {
	const day = 24 * time.Hour
	switch span := dates.Last.Sub(dates.First); {
	case span <= 31*day:
		return feedback.Day
	case span <= 130*day:
		return feedback.Week
	case span <= 3*366*day:
		return feedback.Month
	case span <= 8*366*day:
		return feedback.Quarter
	default:
		return feedback.Year
	}
}

// Trend is the score and the drivers by period.
func (src *Source) Trend(ctx context.Context, workspace string, f feedback.Filter, p feedback.Period, loc *time.Location) (insight.TrendReport, error) {
	if loc == nil {
		loc = time.UTC
	}
	parts, err := src.slices(ctx, workspace, f, feedback.Dimension{Period: p, Location: loc})
	if err != nil {
		return insight.TrendReport{}, err
	}
	return insight.Trend(parts, p, loc)
}

// Segments is the score by the values of an attribute; beside, unless nil, chooses what is shown beside each segment.
func (src *Source) Segments(ctx context.Context, workspace string, f feedback.Filter, by string, beside *feedback.Filter) (insight.SegmentsReport, error) {
	cut := feedback.Dimension{Attribute: by}
	parts, err := src.slices(ctx, workspace, f, cut)
	if err != nil {
		return insight.SegmentsReport{}, err
	}
	var others []feedback.Slice
	if beside != nil {
		if others, err = src.slices(ctx, workspace, *beside, cut); err != nil {
			return insight.SegmentsReport{}, err
		}
	}
	return insight.Segments(parts, by, others), nil
}

// Compare compares two choices of responses; mix, unless empty, is the attribute over which the change is split.
func (src *Source) Compare(ctx context.Context, workspace string, before, after feedback.Filter, mix string) (insight.ComparisonReport, error) {
	if err := src.disjoint(ctx, workspace, &before, &after); err != nil {
		return insight.ComparisonReport{}, err
	}
	options := insight.CompareOptions{Before: before.Describe(), After: after.Describe(), By: mix}
	var tabs [2]feedback.Crosstab
	for i, f := range []feedback.Filter{before, after} {
		var err error
		if tabs[i], err = src.Index.Crosstab(ctx, workspace, f); err != nil {
			return insight.ComparisonReport{}, err
		}
		analysis.Stamp(&tabs[i])
		if mix == "" {
			continue
		}
		parts, err := src.slices(ctx, workspace, f, feedback.Dimension{Attribute: mix})
		if err != nil {
			return insight.ComparisonReport{}, err
		}
		if i == 0 {
			options.BeforeParts = parts
		} else {
			options.AfterParts = parts
		}
	}
	return insight.Compare(tabs[0], tabs[1], options), nil
}

// disjoint refuses choices that share responses: the difference of a part and its whole has another error.
func (src *Source) disjoint(ctx context.Context, workspace string, a, b *feedback.Filter) error {
	both, ok := a.And(*b)
	if !ok {
		return nil
	}
	shared, err := src.Index.Crosstab(ctx, workspace, both)
	if err == nil && shared.Responses > 0 {
		err = feedback.Errorf(feedback.Invalid, "the two sides share %d responses: choose sides without common responses, as region=EU and region!=EU", shared.Responses)
	}
	return err
}

// Emerging finds the drivers that rose from one choice of responses to another, in all of them and, unless by is empty, in
// every segment.
func (src *Source) Emerging(ctx context.Context, workspace string, recent, earlier feedback.Filter, by string) (insight.EmergingReport, error) {
	now, err := src.slices(ctx, workspace, recent, feedback.Dimension{Attribute: by})
	if err != nil {
		return insight.EmergingReport{}, err
	}
	then, err := src.slices(ctx, workspace, earlier, feedback.Dimension{Attribute: by})
	if err != nil {
		return insight.EmergingReport{}, err
	}
	r := insight.EmergingDrivers(now, then, by)
	r.Recent, r.Earlier = recent.Describe(), earlier.Describe()
	return r, nil
}

// mostLanguages is how many languages words are told for when none is named: those with the most comments.
const mostLanguages = 5

// Words finds the words that tell detractors from promoters, in the languages or in those with the most comments. The
// index must hold texts.
func (src *Source) Words(ctx context.Context, workspace string, f feedback.Filter, languages []string) (insight.WordsReport, error) {
	if len(languages) == 0 {
		tab, err := src.Index.Crosstab(ctx, workspace, f)
		if err != nil {
			return insight.WordsReport{}, err
		}
		delete(tab.Languages, "")
		languages = slices.SortedFunc(maps.Keys(tab.Languages), func(a, b string) int {
			return cmp.Or(cmp.Compare(tab.Languages[b], tab.Languages[a]), cmp.Compare(a, b))
		})
		languages = languages[:min(len(languages), mostLanguages)]
	}
	var all []insight.LanguageWords
	for _, lang := range languages {
		terms, err := src.Index.Terms(ctx, workspace, f, lang)
		if err != nil {
			return insight.WordsReport{}, err
		}
		words := insight.LanguageWords{Language: lang, Documents: insight.Counts(terms.Documents)}
		for _, w := range terms.Words {
			words.Words = append(words.Words, insight.WordCounts{Word: w.Word, Counts: insight.Counts(w.GroupCounts)})
		}
		all = append(all, words)
	}
	return insight.DistinctiveWords(all, insight.WordOptions{}), nil
}

// slices counts by a dimension; the zero dimension is one slice of everything.
func (src *Source) slices(ctx context.Context, workspace string, f feedback.Filter, by feedback.Dimension) ([]feedback.Slice, error) {
	if by == (feedback.Dimension{}) {
		tab, err := src.Index.Crosstab(ctx, workspace, f)
		analysis.Stamp(&tab)
		return []feedback.Slice{{Crosstab: tab}}, err
	}
	parts, err := src.Index.Slices(ctx, workspace, f, by)
	for i := range parts {
		analysis.Stamp(&parts[i].Crosstab)
	}
	return parts, err
}

// quotes chooses comments for the drivers that are ranked, the strongest of either direction.
func (src *Source) quotes(ctx context.Context, workspace string, f *feedback.Filter, r *insight.DriverReport, o *DocumentOptions) ([]report.DriverQuotes, error) {
	var out []report.DriverQuotes
	sides := map[bool]int{}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		up := d.NPSImpact.Value > 0
		if d.Rank == nil || sides[up] == cmp.Or(o.Quoted, quotedPerSide) {
			continue
		}
		sides[up]++
		quotes, err := src.quotesOf(ctx, workspace, *f, d.Key(), o.Quotes)
		if err != nil {
			return nil, err
		}
		if len(quotes) > 0 {
			out = append(out, report.DriverQuotes{Theme: d.Theme, Sentiment: d.Sentiment, Quotes: quotes})
		}
	}
	return out, nil
}

// quotesOf chooses comments for a driver: praise from promoters and complaints from detractors as far as there are any.
func (src *Source) quotesOf(ctx context.Context, workspace string, f feedback.Filter, key feedback.DriverKey, n int) ([]report.Quote, error) {
	if len(f.Themes) == 0 {
		f.Themes = []feedback.ThemeCondition{feedback.ThemeCondition(key)}
	}
	chosen := f
	if len(f.Groups) == 0 {
		group := feedback.Promoter
		if key.Sentiment == feedback.Negative {
			group = feedback.Detractor
		}
		chosen.Groups = []feedback.Group{group}
	}
	found, err := src.mentions(ctx, workspace, chosen)
	if err != nil {
		return nil, err
	}
	typical := analysis.Typical(found, key, n)
	if len(typical) < n && len(f.Groups) == 0 {
		if found, err = src.mentions(ctx, workspace, f); err != nil {
			return nil, err
		}
		typical = analysis.Typical(found, key, n)
	}
	quotes := make([]report.Quote, len(typical))
	for i := range typical {
		quotes[i] = quoteOf(&typical[i])
	}
	return quotes, nil
}

// mentions gets the newest responses that the filter chooses.
func (src *Source) mentions(ctx context.Context, workspace string, f feedback.Filter) ([]*feedback.Analysed, error) {
	page, err := src.Index.Search(ctx, workspace, f, index.SearchOptions{Sort: index.Newest, Limit: quoteSample})
	if err != nil {
		return nil, err
	}
	keys := make([]feedback.Key, len(page.Hits))
	for i := range page.Hits {
		keys[i] = page.Hits[i].Key
	}
	responses, err := src.texts(ctx, workspace, &f, keys)
	if err != nil {
		return nil, err
	}
	list := make([]*feedback.Analysed, len(responses))
	for i := range responses {
		list[i] = &responses[i]
	}
	return list, nil
}

// quoteOf marks the longest piece of evidence.
func quoteOf(q *analysis.Quote) report.Quote {
	r := q.Response
	out := report.Quote{ID: r.ID, Survey: r.Survey, Score: r.Score, Language: r.Analysis.Language.Code, Text: r.Comment}
	if len(q.Evidence) > 0 {
		longest := slices.MaxFunc(q.Evidence, func(a, b feedback.Span) int { return cmp.Compare(a.End-a.Start, b.End-b.Start) })
		out.Start, out.End = feedback.CodePointSpan(r.Comment, longest)
	}
	return out
}
