package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/feedback"
)

// themePage is the form of one theme, with what it would tag when that was asked for.
type themePage struct {
	shell
	ID, Parent string // ID is "" for a new one
	NewID      string
	ParentName string
	Names      []wordField
	About      string
	Phrases    []wordField
	More       []choice // languages that phrases can be added in
	Across     bool
	BuiltIn    bool
	Wrong      string
	Cancel     string
	Previewed  bool
	Said       string
	Moves      []previewRow
	MaxName    int
}

// wordField is a text by language. Rows is how high its field is.
type wordField struct {
	Code, Name, Lang, Value string
	Rows                    int
}

// previewRow is a theme that comments would gain or lose.
type previewRow struct {
	Name, Before, After, Gained, Lost string
	Examples                          []previewHit
}

type previewHit struct {
	Link, Word, Class string
	Gained            bool
	Runs              []run
}

// themeEdit shows the form of a theme, or of a new one.
func (p *Pages) themeEdit(v *visit) error {
	latest, err := v.latest()
	if err != nil {
		return err
	}
	id, parent := v.gin.Query("theme"), v.gin.Query("parent")
	theme, known := latest.Theme(id)
	if id != "" && !known {
		return errNotFound
	}
	if _, there := latest.Theme(parent); parent != "" && (!there || feedback.ParentTheme(parent) != parent) {
		return errNotFound
	}
	if id != "" && feedback.ParentTheme(id) != id {
		parent = feedback.ParentTheme(id)
	}
	return v.show(http.StatusOK, "theme", v.themePage(latest, &theme, parent, id, v.gin.QueryArray("phrases")))
}

// themePage fills the form of a theme.
func (v *visit) themePage(latest *feedback.Taxonomy, theme *feedback.Theme, parent, id string, more []string) *themePage {
	v.fragments = v.fragmentsOf(latest)
	page := &themePage{
		shell: v.shell("theme.title", "themes"), ID: id, Parent: parent, About: theme.Description, Across: theme.AcrossLanguages,
		Cancel: "/themes", MaxName: analysis.MaxThemeName,
	}
	if id == "" {
		page.Title = v.t("theme.new")
	}
	if parent != "" {
		page.ParentName = v.Theme(parent)
	}
	_, page.BuiltIn = v.p.builtIn().Theme(id)
	for _, code := range languages {
		page.Names = append(page.Names, wordField{Code: code, Name: v.tongue(code), Lang: htmlLanguage(code), Value: theme.Names[code]})
	}
	shown := append([]string{feedback.EveryLanguage}, languages...)
	for _, code := range slices.Concat(slices.Sorted(maps.Keys(theme.Phrases)), more) {
		if !slices.Contains(shown, code) && (code == feedback.EveryLanguage || slices.Contains(v.p.analysed(), code)) {
			shown = append(shown, code)
		}
	}
	for _, code := range shown {
		field := wordField{Code: code, Name: v.t("theme.everylanguage"), Value: strings.Join(theme.Phrases[code], "\n")}
		if code != feedback.EveryLanguage {
			field.Name, field.Lang = v.tongue(code), langAttribute(code)
		}
		field.Rows = max(3, min(10, 1+len(theme.Phrases[code])))
		page.Phrases = append(page.Phrases, field)
	}
	for _, code := range v.p.analysed() {
		if !slices.Contains(shown, code) {
			page.More = append(page.More, choice{Value: code, Name: v.tongue(code)})
		}
	}
	slices.SortFunc(page.More, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
	return page
}

// analysed are the languages that comments are understood in.
func (p *Pages) analysed() []string { return p.Ingester.Analyst.Analyzer.Languages() }

// themeForm takes the form of a theme: it shows what the theme would tag, stores a new version with it, or leaves it out.
func (p *Pages) themeForm(v *visit) error {
	latest, err := v.latest()
	if err != nil {
		return err
	}
	form := v.gin.Request.PostForm
	id, parent := form.Get("theme"), form.Get("parent")
	if form.Get("do") == "hide" {
		return v.saveThemes(replaced(latest.Themes, id, nil))
	}
	before, known := latest.Theme(id)
	if id != "" && !known {
		return errNotFound
	}
	theme, more := themeOf(form, &before), form["more"]
	if id == "" {
		theme.ID = newThemeID(latest, parent, theme.Names)
	}
	themes := replaced(latest.Themes, theme.ID, &theme)
	if form.Get("do") == "save" {
		err := v.saveThemes(themes)
		if feedback.CodeOf(err) != feedback.Invalid {
			return err
		}
		return v.refuseTheme(v.themePage(latest, &theme, parent, id, more), err)
	}
	page := v.themePage(latest, &theme, parent, id, more)
	if form.Get("do") == "add" {
		return v.show(http.StatusOK, "theme", page)
	}
	found, err := p.themes.Preview(v.ctx, v.workspace, themes, api.UsualSample)
	if feedback.CodeOf(err) == feedback.Invalid {
		return v.refuseTheme(page, err)
	}
	if err != nil {
		return err
	}
	v.fragments = v.fragmentsOf(&feedback.Taxonomy{Themes: themes})
	page.preview(v, &found)
	return v.show(http.StatusOK, "theme", page)
}

// refuseTheme shows the form again, and what is wrong with it.
func (v *visit) refuseTheme(page *themePage, err error) error {
	message := err.Error()
	if e, ok := errors.AsType[*feedback.Error](err); ok {
		message = e.Message
	}
	page.Wrong = v.t("theme.wrong", placeInForm.ReplaceAllString(message, ""))
	return v.show(http.StatusUnprocessableEntity, "theme", page)
}

// placeInForm is what of a message only makes sense to a program.
var placeInForm = regexp.MustCompile(`^themes\[\d+\]\.`)

// themeOf reads the form over what the theme is; a name that is left blank is the built-in one.
func themeOf(form url.Values, before *feedback.Theme) feedback.Theme {
	theme := feedback.Theme{
		ID: before.ID, Names: maps.Clone(before.Names), Description: strings.TrimSpace(form.Get("about")),
		Phrases: map[string][]string{}, AcrossLanguages: form.Get("across") != "",
	}
	if theme.Names == nil {
		theme.Names = map[string]string{}
	}
	for name, values := range form {
		kind, code, _ := strings.Cut(name, ".")
		switch value := strings.TrimSpace(values[0]); kind {
		case "name":
			if theme.Names[code] = value; value == "" {
				delete(theme.Names, code)
			}
		case "phrases":
			for line := range strings.Lines(value) {
				if line = strings.TrimSpace(line); line != "" {
					theme.Phrases[code] = append(theme.Phrases[code], line)
				}
			}
		}
	}
	return theme
}

// newThemeID makes an id of a name that no theme has yet.
func newThemeID(taxonomy *feedback.Taxonomy, parent string, names map[string]string) string {
	base := ""
	for _, code := range append([]string{"en"}, slices.Sorted(maps.Keys(names))...) {
		if base = idOf(names[code]); base != "" {
			break
		}
	}
	if base == "" {
		base = "theme"
	}
	if parent != "" {
		base = parent + "/" + base
	}
	id := base
	for n := 2; ; n++ {
		if _, taken := taxonomy.Theme(id); !taken {
			return id
		}
		id = base + "_" + number(n)
	}
}

// idOf keeps of a name what an id may have.
func idOf(name string) string {
	const most = 48
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '_':
			return '_'
		}
		return -1
	}, strings.ToLower(name))
	id = strings.Join(strings.FieldsFunc(id, func(r rune) bool { return r == '_' }), "_")
	return strings.Trim(id[:min(len(id), most)], "_")
}

// preview adds what the theme would tag.
func (page *themePage) preview(v *visit, found *api.TaxonomyPreview) {
	page.Previewed = true
	page.Said = v.t("theme.previewed", v.Count(found.Comments))
	for i := range found.Themes {
		t := &found.Themes[i]
		row := previewRow{Name: v.Theme(t.Theme), Before: v.Count(t.Before), After: v.Count(t.After), Gained: v.Count(t.Gained), Lost: v.Count(t.Lost)}
		for k := range t.Examples {
			e := &t.Examples[k]
			row.Examples = append(row.Examples, previewHit{
				Link: responseAddress(feedback.Key{Survey: e.Survey, ID: e.ID}), Word: v.Polarity(e.Sentiment), Class: polarityClass(e.Sentiment),
				Gained: e.Gained, Runs: marked(e.Text, e.Evidence),
			})
		}
		page.Moves = append(page.Moves, row)
	}
}

// marked marks spans of code points in a text.
func marked(text string, spans []feedback.Span) []run {
	runes := []rune(text)
	var out []run
	at := 0
	for _, s := range spans {
		if s.Start < at || s.End > len(runes) {
			continue
		}
		if s.Start > at {
			out = append(out, run{Text: string(runes[at:s.Start])})
		}
		out = append(out, run{Text: string(runes[s.Start:s.End]), Mark: true})
		at = s.End
	}
	if at < len(runes) {
		out = append(out, run{Text: string(runes[at:])})
	}
	return out
}
