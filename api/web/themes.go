package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/store"
)

// themesPage shows the tree of themes, how far tagging anew is, and the versions.
type themesPage struct {
	shell
	Tree     []branch
	Hidden   []choice // built-in themes that are left out
	Running  bool
	Progress string
	Versions []versionRow
}

// branch is a theme with its subthemes.
type branch struct {
	Name, About string
	Edit        string // where it is edited
	Add         string // where a subtheme is added; "" for a subtheme
	Count       string // how many comments mention it
	Search      string
	Own         bool // it has phrases of one's own
	Children    []branch
}

// versionRow is a version in the list.
type versionRow struct{ Name, Day, State, Themes, Diff string }

const shownVersions = 20

// themesShow shows the themes.
func (p *Pages) themesShow(v *visit) error {
	latest, err := v.latest()
	if err != nil {
		return err
	}
	page := &themesPage{shell: v.shell("themes.title", "themes")}
	counts, err := v.counts(&feedback.Filter{})
	if err != nil {
		return err
	}
	v.fragments = v.fragmentsOf(latest)
	page.Tree = v.tree(latest, counts.themes)
	for _, theme := range p.builtIn().Themes {
		if _, there := latest.Theme(theme.ID); !there {
			page.Hidden = append(page.Hidden, choice{Value: theme.ID, Name: v.Plain(theme.Name(v.code))})
		}
	}
	if page.Progress, page.Running, err = v.retagging(); err != nil {
		return err
	}
	if err := page.versions(v); err != nil {
		return err
	}
	switch v.gin.Query("done") {
	case "saved":
		page.Notice = v.t("themes.saved")
	case "cancelled":
		page.Notice = v.t("themes.cancelled")
	}
	return v.show(http.StatusOK, "themes", page)
}

func (p *Pages) builtIn() *feedback.Taxonomy { return p.Ingester.Analyst.Analyzer.Taxonomy() }

// latest is the taxonomy to edit: the one that responses are being tagged with, else the current one.
func (v *visit) latest() (*feedback.Taxonomy, error) {
	list, err := v.p.Store.TaxonomyVersions(v.ctx, v.workspace, 1)
	if err != nil || len(list) == 0 || list[0].State != store.RetagRunning {
		return v.taxonomy, err
	}
	return &list[0].Taxonomy, nil
}

// tree puts subthemes below their parents, by name.
func (v *visit) tree(taxonomy *feedback.Taxonomy, totals []index.ThemeTotal) []branch {
	counts := map[string]int{}
	for _, t := range totals {
		counts[t.Theme] += t.N
	}
	children := map[string][]branch{}
	var top []branch
	for i := range taxonomy.Themes {
		theme := &taxonomy.Themes[i]
		b := branch{
			Name: v.Theme(theme.ID), About: v.Plain(theme.Description), Edit: "/themes/edit?theme=" + url.QueryEscape(theme.ID),
			Count: v.Count(counts[theme.ID]), Own: len(theme.Phrases) > 0,
			Search: address("/search", &feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: theme.ID}}}, nil),
		}
		if parent := feedback.ParentTheme(theme.ID); parent != theme.ID {
			children[parent] = append(children[parent], b)
			continue
		}
		b.Add = "/themes/edit?parent=" + url.QueryEscape(theme.ID)
		top = append(top, b)
	}
	byName := func(a, b branch) int { return strings.Compare(a.Name, b.Name) }
	for i := range top {
		parent, _ := strings.CutPrefix(top[i].Add, "/themes/edit?parent=")
		top[i].Children = children[parent]
		slices.SortFunc(top[i].Children, byName)
	}
	slices.SortFunc(top, byName)
	return top
}

// retagging tells how far tagging anew is; "" when nothing was ever tagged anew.
func (v *visit) retagging() (said string, running bool, err error) {
	status, err := v.p.themes.Retag(v.ctx, v.workspace)
	if feedback.CodeOf(err) == feedback.NotFound {
		return "", false, nil
	}
	return v.t("themes.progress", v.Count(status.Done), v.Count(status.Total)), status.State == string(store.RetagRunning), err
}

// themesEvents tells how far tagging anew is until it ends.
func (p *Pages) themesEvents(v *visit) error {
	if _, _, err := v.retagging(); err != nil {
		return err
	}
	err := api.Follow(v.ctx, v.gin.Writer, p.Retagger, func() ([]byte, bool, error) {
		said, running, err := v.retagging()
		return []byte(said), !running, err
	})
	if err != nil {
		panic(http.ErrAbortHandler) // the answer has begun: the browser asks again
	}
	return nil
}

// versions adds the versions; those that were read can be compared with the current one.
func (page *themesPage) versions(v *visit) error {
	list, err := v.p.themes.Versions(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	for _, one := range list[:min(len(list), shownVersions)] {
		row := versionRow{Name: one.Taxonomy, Day: v.Day(one.At), State: v.t("themes.state." + one.State), Themes: v.Count(one.Themes)}
		if _, number, _ := strings.Cut(one.Taxonomy, "@"); one.State == "earlier" {
			row.Diff = "/themes/diff?from=" + url.QueryEscape(number)
		}
		page.Versions = append(page.Versions, row)
	}
	return nil
}

// themesCancel ends tagging anew.
func (p *Pages) themesCancel(v *visit) error {
	if err := p.Store.CancelRetag(v.ctx, v.workspace); err != nil && feedback.CodeOf(err) != feedback.NotFound {
		return err
	}
	return v.redirect("/themes?done=cancelled")
}

// themesAgain takes a built-in theme that was left out in again.
func (p *Pages) themesAgain(v *visit) error {
	latest, err := v.latest()
	if err != nil {
		return err
	}
	theme, known := p.builtIn().Theme(v.gin.PostForm("theme"))
	if !known {
		return feedback.Errorf(feedback.Invalid, "there is no such theme")
	}
	return v.saveThemes(replaced(latest.Themes, theme.ID, &theme))
}

// saveThemes stores a new version and shows it.
func (v *visit) saveThemes(themes []feedback.Theme) error {
	if _, err := v.p.themes.Put(v.ctx, v.workspace, themes); err != nil {
		return err
	}
	return v.redirect("/themes?done=saved")
}

// replaced puts a theme in the place of the one with the id, or at the end; nil takes it out with its subthemes.
func replaced(themes []feedback.Theme, id string, with *feedback.Theme) []feedback.Theme {
	out := make([]feedback.Theme, 0, len(themes)+1)
	found := false
	for _, theme := range themes {
		switch {
		case theme.ID == id && with != nil:
			out, found = append(out, *with), true
		case with == nil && (theme.ID == id || feedback.ParentTheme(theme.ID) == id):
		default:
			out = append(out, theme)
		}
	}
	if with != nil && !found {
		out = append(out, *with)
	}
	return out
}

// diffPage shows what differs between two versions.
type diffPage struct {
	shell
	From, To string
	Base     string
	Facts    []fact
	Moved    []movedRow
	Drivers  []driverRow
}

type movedRow struct{ Name, Before, After, Gained, Lost string }

type driverRow struct {
	Name, Word, Class          string
	RankBefore, RankAfter      string
	ImpactBefore, ImpactAfter  string
	MentionedBefore, Mentioned string
}

const shownMoves = 40

// themesDiff compares an earlier version with the current one.
func (p *Pages) themesDiff(v *visit) error {
	number, err := strconv.Atoi(v.gin.Query("from"))
	if err != nil {
		return errNotFound
	}
	from, err := p.themes.Version(v.ctx, v.workspace, number)
	if err != nil {
		return err
	}
	diff, err := p.themes.Diff(v.ctx, v.workspace, from, v.taxonomy)
	if err != nil {
		return err
	}
	page := &diffPage{shell: v.shell("themes.diff", "themes"), From: diff.From, To: diff.To, Base: v.t("themes.diff.base", v.Count(diff.Comments))}
	earlier := v.fragmentsOf(from)
	for _, list := range []struct {
		name string
		ids  []string
		of   fragments
	}{
		{v.t("themes.added"), diff.Added, v.fragments},
		{v.t("themes.removed"), diff.Removed, earlier},
		{v.t("themes.renamed"), diff.Renamed, v.fragments},
		{v.t("themes.changed"), diff.Changed, v.fragments},
	} {
		if len(list.ids) > 0 {
			names := make([]string, len(list.ids))
			for i, id := range list.ids {
				names[i] = list.of.Theme(id)
			}
			page.Facts = append(page.Facts, fact{list.name, strings.Join(names, ", "), ""})
		}
	}
	for _, m := range diff.Themes {
		name := v.Theme(m.Theme)
		if _, known := v.taxonomy.Theme(m.Theme); !known {
			name = earlier.Theme(m.Theme)
		}
		page.Moved = append(page.Moved, movedRow{name, v.Count(m.Before), v.Count(m.After), v.Count(m.Gained), v.Count(m.Lost)})
	}
	for i := range diff.Drivers[:min(len(diff.Drivers), shownMoves)] {
		page.Drivers = append(page.Drivers, v.driverRow(&diff.Drivers[i], earlier))
	}
	return v.show(http.StatusOK, "themesdiff", page)
}

func (v *visit) driverRow(d *api.DriverMove, earlier fragments) driverRow {
	row := driverRow{
		Name: v.Theme(d.Theme), Word: v.Polarity(d.Sentiment), Class: polarityClass(d.Sentiment),
		RankBefore: "–", RankAfter: "–", ImpactBefore: "–", ImpactAfter: "–", MentionedBefore: "–", Mentioned: "–",
	}
	if _, known := v.taxonomy.Theme(d.Theme); !known {
		row.Name = earlier.Theme(d.Theme)
	}
	place := func(at *api.DriverPlace, rank, impact, mentions *string) {
		if at == nil {
			return
		}
		*impact, *mentions = v.Points(at.Impact), v.Count(at.Mentions)
		if at.Rank != nil {
			*rank = v.Count(*at.Rank)
		}
	}
	place(d.Before, &row.RankBefore, &row.ImpactBefore, &row.MentionedBefore)
	place(d.After, &row.RankAfter, &row.ImpactAfter, &row.Mentioned)
	return row
}
