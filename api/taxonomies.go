package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/store"
)

// Taxonomies are the taxonomies of workspaces with all that is done with them. The routes and the pages share it.
type Taxonomies struct {
	Store    *store.Store
	Index    *index.Index
	Ingester *ingest.Ingester
}

func (t *Taxonomies) builtIn() *feedback.Taxonomy { return t.Ingester.Analyst.Analyzer.Taxonomy() }

// Current is the taxonomy that a workspace's responses are read with.
func (t *Taxonomies) Current(ctx context.Context, workspace string) (*feedback.Taxonomy, error) {
	settings, err := t.Store.Settings(ctx, workspace)
	if err != nil || settings.Taxonomy != nil {
		return settings.Taxonomy, err
	}
	return t.builtIn(), nil
}

// Version is a version of the taxonomy; the built-in one is there even when none is stored.
func (t *Taxonomies) Version(ctx context.Context, workspace string, version int) (*feedback.Taxonomy, error) {
	builtIn := t.builtIn()
	found, err := t.Store.Taxonomy(ctx, workspace, fmt.Sprintf("%s@%d", builtIn.Name, version))
	if feedback.CodeOf(err) == feedback.NotFound && version == builtIn.Version {
		return builtIn, nil
	}
	return &found, err
}

// Put stores themes as a new version, with which the responses are tagged anew. Errors are those of
// [analysis.Analyzer.NewTaxonomy] and of the store.
func (t *Taxonomies) Put(ctx context.Context, workspace string, themes []feedback.Theme) (feedback.Taxonomy, error) {
	own, err := t.Ingester.Analyst.Analyzer.NewTaxonomy(themes)
	if err != nil {
		return own, err
	}
	return t.Store.ReplaceTaxonomy(ctx, workspace, *t.builtIn(), own)
}

// TaxonomyVersion is a version of the taxonomy that is stored.
type TaxonomyVersion struct {
	Taxonomy string    `json:"taxonomy" doc:"Its name and version." example:"default@2"`
	Themes   int       `json:"themes" doc:"How many themes it has." example:"23"`
	At       time.Time `json:"at,omitzero" doc:"When it was stored; absent for the built-in one."`
	State    string    `json:"state" enum:"current,earlier,running,cancelled,replaced" doc:"The current one, one that was, one that responses are being tagged with, or one whose tagging was cancelled or made way for a newer version." example:"current"`
}

// mostVersions is how many versions are listed.
const mostVersions = 100

// Versions lists the newest versions, the newest first.
func (t *Taxonomies) Versions(ctx context.Context, workspace string) ([]TaxonomyVersion, error) {
	current, err := t.Current(ctx, workspace)
	if err != nil {
		return nil, err
	}
	stored, err := t.Store.TaxonomyVersions(ctx, workspace, mostVersions)
	if err != nil {
		return nil, err
	}
	out := make([]TaxonomyVersion, 0, len(stored)+1)
	for i := range stored {
		v := &stored[i]
		one := TaxonomyVersion{Taxonomy: v.Taxonomy.Ref(), Themes: len(v.Taxonomy.Themes), At: v.At, State: "earlier"}
		switch {
		case one.Taxonomy == current.Ref():
			one.State = "current"
		case v.State != "" && v.State != store.RetagDone:
			one.State = string(v.State)
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		out = append(out, TaxonomyVersion{Taxonomy: current.Ref(), Themes: len(current.Themes), State: "current"})
	}
	return out, nil
}

// How many comments a preview reads.
const (
	UsualSample = 2_000
	MostSample  = 20_000
)

// What a preview shows of each theme.
const (
	previewExamples = 10
	previewText     = 300 // code points of a comment
)

// TaxonomyPreview says what a taxonomy would tag in the newest comments.
type TaxonomyPreview struct {
	Comments int            `json:"comments" doc:"How many comments were read: the newest." example:"2000"`
	Themes   []ThemePreview `json:"themes" doc:"The themes that comments gain or lose, by id."`
}

// ThemePreview says which comments would gain or lose a theme. A subtheme counts for its parent, too.
type ThemePreview struct {
	Theme    string           `json:"theme" doc:"The id of the theme." example:"location_access/parking"`
	Before   int              `json:"before" doc:"Comments that have it now." example:"0"`
	After    int              `json:"after" doc:"Comments that would have it." example:"31"`
	Gained   int              `json:"gained" doc:"Comments that would gain it." example:"31"`
	Lost     int              `json:"lost" doc:"Comments that would lose it." example:"0"`
	Examples []PreviewExample `json:"examples" doc:"Some of them, up to ten: those that gain it first."`
}

// PreviewExample is a comment that would gain or lose a theme.
type PreviewExample struct {
	Survey    string             `json:"survey" doc:"The survey of the response." example:"nps-2026"`
	ID        string             `json:"id" doc:"The id of the response." example:"r1"`
	Gained    bool               `json:"gained" doc:"Whether it would gain the theme, else it would lose it."`
	Sentiment feedback.Sentiment `json:"sentiment" doc:"The polarity of the theme."`
	Text      string             `json:"text" doc:"The comment, or its first 300 characters." example:"Parking was a nightmare"`
	Evidence  []feedback.Span    `json:"evidence" doc:"The words that decide."`
}

// Preview tells what themes would tag in the newest comments, beside what the current taxonomy does. Corrections do not
// count. Errors are those of [analysis.Analyzer.NewTaxonomy], of the store and of the index.
func (t *Taxonomies) Preview(ctx context.Context, workspace string, themes []feedback.Theme, sample int) (TaxonomyPreview, error) {
	own, err := t.Ingester.Analyst.Analyzer.NewTaxonomy(themes)
	if err != nil {
		return TaxonomyPreview{}, err
	}
	settings, err := t.Store.Settings(ctx, workspace)
	if err != nil {
		return TaxonomyPreview{}, err
	}
	before := ingest.Analyst{Analyzer: t.Ingester.Analyst.Analyzer, Surveys: settings.Languages, Taxonomy: settings.Taxonomy}
	after := before
	after.Taxonomy = &own
	p := &previewer{before: &before, after: &after, themes: map[string]*ThemePreview{}}
	options := index.SearchOptions{Sort: index.Newest, Limit: index.MaxLimit}
	for p.comments < sample {
		options.Limit = min(index.MaxLimit, sample-p.comments)
		page, err := t.Index.Search(ctx, workspace, feedback.Filter{}, options)
		if err != nil {
			return TaxonomyPreview{}, err
		}
		if err := t.previewPage(ctx, workspace, p, page.Hits); err != nil {
			return TaxonomyPreview{}, err
		}
		if options.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	return p.result(), nil
}

func (t *Taxonomies) previewPage(ctx context.Context, workspace string, p *previewer, hits []index.Hit) error {
	keys := make([]feedback.Key, len(hits))
	for i := range hits {
		keys[i] = hits[i].Key
	}
	responses, err := t.Store.GetMany(ctx, workspace, keys)
	if err != nil {
		return err
	}
	for i := range responses {
		r := responses[i].Response
		if !r.Commented() {
			continue
		}
		if err := p.add(r); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// previewer counts what two taxonomies make of comments.
type previewer struct {
	before, after *ingest.Analyst
	comments      int
	themes        map[string]*ThemePreview
}

// add counts a comment.
func (p *previewer) add(r feedback.Response) error {
	r.Suggestion = ""
	before, err := p.before.Analyse(r)
	if err != nil {
		return err
	}
	after, err := p.after.Analyse(r)
	if err != nil {
		return err
	}
	p.comments++
	had, has := themesOf(before.Analysis), themesOf(after.Analysis)
	for _, theme := range slices.Sorted(maps.Keys(had)) {
		t := p.theme(theme)
		if t.Before++; has[theme] == nil {
			t.Lost++
			t.example(&r, had[theme], false)
		}
	}
	for _, theme := range slices.Sorted(maps.Keys(has)) {
		t := p.theme(theme)
		if t.After++; had[theme] == nil {
			t.Gained++
			t.example(&r, has[theme], true)
		}
	}
	return nil
}

func (p *previewer) theme(id string) *ThemePreview {
	if p.themes[id] == nil {
		p.themes[id] = &ThemePreview{Theme: id}
	}
	return p.themes[id]
}

// themesOf are the themes of an analysis and their parents, each with the tag that says so.
func themesOf(a *feedback.Analysis) map[string]*feedback.ThemeTag {
	tags := map[string]*feedback.ThemeTag{}
	if a == nil {
		return tags
	}
	for i := range a.Themes {
		tag := &a.Themes[i]
		for _, id := range []string{tag.Theme, feedback.ParentTheme(tag.Theme)} {
			if tags[id] == nil {
				tags[id] = tag
			}
		}
	}
	return tags
}

// example keeps a comment: at most as many that gain the theme as are shown, and as many that lose it.
func (t *ThemePreview) example(r *feedback.Response, tag *feedback.ThemeTag, gained bool) {
	kept := 0
	for i := range t.Examples {
		if t.Examples[i].Gained == gained {
			kept++
		}
	}
	if kept >= previewExamples {
		return
	}
	e := PreviewExample{Survey: r.Survey, ID: r.ID, Gained: gained, Sentiment: tag.Sentiment, Text: r.Comment, Evidence: []feedback.Span{}}
	for _, span := range tag.Evidence {
		start, end := feedback.CodePointSpan(r.Comment, span)
		if end <= previewText {
			e.Evidence = append(e.Evidence, feedback.Span{Start: start, End: end, Text: span.Text})
		}
	}
	if runes := []rune(e.Text); len(runes) > previewText {
		e.Text = string(runes[:previewText])
	}
	t.Examples = append(t.Examples, e)
}

// result gives the themes that move.
func (p *previewer) result() TaxonomyPreview {
	out := TaxonomyPreview{Comments: p.comments, Themes: []ThemePreview{}}
	for _, id := range slices.Sorted(maps.Keys(p.themes)) {
		t := p.themes[id]
		if t.Gained+t.Lost == 0 {
			continue
		}
		slices.SortStableFunc(t.Examples, func(a, b PreviewExample) int { return cmp.Compare(rankOf(a.Gained), rankOf(b.Gained)) })
		t.Examples = t.Examples[:min(len(t.Examples), previewExamples)]
		out.Themes = append(out.Themes, *t)
	}
	return out
}

// rankOf puts what is gained first.
func rankOf(gained bool) int {
	if gained {
		return 0
	}
	return 1
}
