package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"verbatim/feedback"
	"verbatim/index"
)

// responsePage is one comment with everything that was made of it.
type responsePage struct {
	shell
	Hit        hit
	Facts      []fact
	Statements []statement
	Rest       string // of a text with very many statements
	Why        []why
	Sentiment  string
	Kinds      string
	Others     []hit // of the respondent
	Similar    []hit
	Corrected  string // by whom
	Tagged     bool   // there is something to correct
	Post       string // where the form goes
	Mentioned  []correction
	Free       []int // numbers of the rows that add a theme
	Themes     []choice
	Polarities []choice
	Sentiments []choice
	KindsForm  []choice
}

// statement is a clause with what it says, in its place in the text.
type statement struct {
	Runs   []run
	Class  string
	Word   string // its sentiment
	Themes []tag
	Kinds  string
}

// why says why a comment has a tag.
type why struct {
	tag
	Confidence string
	Evidence   []string
	ByHand     bool
}

// correction is a row of the form: a theme that the comment has now.
type correction struct {
	Theme, Name string
	Polarities  []choice
}

const (
	similarShown = 5
	othersShown  = 10
	freeRows     = 2
	mostClauses  = 80
	mostWhy      = 12 // pieces of evidence that are listed of a tag
	mostEvidence = 8  // pieces of evidence that similar comments are searched by
)

// response shows a comment.
func (p *Pages) response(v *visit) error {
	key := feedback.Key{Survey: v.param("survey"), ID: v.param("id")}
	a, err := p.Store.Get(v.ctx, v.workspace, key)
	if err != nil {
		return err
	}
	corrected, err := p.Store.Correction(v.ctx, v.workspace, key)
	if err != nil {
		return err
	}
	page := &responsePage{shell: v.shell("response.title", "search"), Post: responseAddress(key) + "/correct"}
	page.Hit = v.hit(&a, nil, nil)
	if a.Analysis != nil {
		page.Hit.Runs = squeeze(runsOf(a.Comment, nil, a.Analysis.Themes))
	}
	page.facts(v, &a)
	if corrected != nil {
		page.Corrected = v.Plain(corrected.By)
	}
	if a.Analysis != nil && a.Analysis.Sentiment != nil {
		page.said(v, &a, corrected)
		if page.Edits {
			page.form(v, a.Analysis)
		}
	}
	if page.Similar, err = v.similar(&a); err != nil {
		return err
	}
	if page.Others, err = v.others(&a); err != nil {
		return err
	}
	if v.gin.Query("corrected") == "1" {
		page.Notice = v.t("correct.done")
	}
	return v.show(http.StatusOK, "response", page)
}

// facts adds where the response comes from.
func (page *responsePage) facts(v *visit, a *feedback.Analysed) {
	add := func(name, value string) {
		if strings.TrimSpace(value) != "" {
			page.Facts = append(page.Facts, fact{name, v.Plain(value), ""})
		}
	}
	add(v.t("filter.survey"), a.Survey)
	add(v.t("response.id"), a.ID)
	add(v.t("response.date"), v.Day(a.SubmittedAt))
	add(v.t("filter.language"), page.Hit.Tongue)
	add(v.t("response.respondent"), a.Respondent)
	add(v.t("response.touchpoint"), a.Touchpoint)
	for _, name := range sortedKeys(a.Attributes) {
		add(v.Plain(name), a.Attributes[name])
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// said adds the statements in their places, and why the comment has its tags.
func (page *responsePage) said(v *visit, a *feedback.Analysed, corrected *feedback.Correction) {
	an := a.Analysis
	page.Sentiment, page.Kinds = v.t("sentiment."+string(an.Sentiment.Label)), v.kinds(an.Kinds)
	tags := v.tags(an.Themes)
	runs := runsOf(a.Comment, nil, an.Themes)
	start := 0
	for i := range an.Statements {
		s := &an.Statements[i]
		if i == mostClauses {
			page.Rest = squeezed(a.Comment[start:])
			break
		}
		end := len(a.Comment)
		if i+1 < len(an.Statements) {
			end = an.Statements[i+1].Start
		}
		shown := statement{
			Runs: squeeze(part(runs, start, end)), Class: polarityClass(s.Sentiment.Label), Word: v.t("sentiment." + string(s.Sentiment.Label)),
			Kinds: v.kinds(s.Kinds),
		}
		for _, t := range s.Themes {
			number := slices.IndexFunc(an.Themes, func(o feedback.ThemeTag) bool { return o.Theme == t.Theme && o.Sentiment == t.Sentiment })
			if number >= 0 {
				shown.Themes = append(shown.Themes, tags[number])
			}
		}
		page.Statements = append(page.Statements, shown)
		start = end
	}
	page.why(v, an, tags, corrected != nil && corrected.Themes != nil)
}

// why adds what speaks for each tag.
func (page *responsePage) why(v *visit, an *feedback.Analysis, tags []tag, byHand bool) {
	for i, t := range tags {
		w := why{tag: t, Confidence: v.Percent(an.Themes[i].Confidence, 0), ByHand: byHand}
		for _, e := range an.Themes[i].Evidence {
			if len(w.Evidence) < mostWhy && !slices.Contains(w.Evidence, e.Text) {
				w.Evidence = append(w.Evidence, e.Text)
			}
		}
		page.Why = append(page.Why, w)
	}
}

func (v *visit) kinds(kinds []feedback.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = v.t("kind." + string(k))
	}
	return strings.Join(names, ", ")
}

// part cuts runs to the bytes from start up to end.
func part(runs []run, start, end int) []run {
	var out []run
	at := 0
	for _, r := range runs {
		from, to := max(start-at, 0), min(end-at, len(r.Text))
		at += len(r.Text)
		if from < to {
			r.Text = r.Text[from:to]
			out = append(out, r)
		}
	}
	return out
}

// form fills in the form that corrects the tags.
func (page *responsePage) form(v *visit, a *feedback.Analysis) {
	page.Tagged = true
	polarities := func(chosen feedback.Sentiment) []choice {
		var list []choice
		for _, s := range []feedback.Sentiment{feedback.Positive, feedback.Neutral, feedback.Negative} {
			list = append(list, choice{string(s), v.Polarity(s), s == chosen})
		}
		return list
	}
	for _, t := range a.Themes {
		page.Mentioned = append(page.Mentioned, correction{t.Theme, v.Theme(t.Theme), polarities(t.Sentiment)})
	}
	for i := range freeRows {
		page.Free = append(page.Free, i+1)
	}
	page.Themes, page.Polarities = v.shownThemes(), polarities("")
	for _, s := range feedback.Sentiments {
		page.Sentiments = append(page.Sentiments, choice{string(s), v.t("sentiment." + string(s)), s == a.Sentiment.Label})
	}
	for _, k := range feedback.Kinds {
		page.KindsForm = append(page.KindsForm, choice{string(k), v.t("kind." + string(k)), a.HasKind(k)})
	}
}

// correct keeps what a person says about a comment, or takes it back.
func (p *Pages) correct(v *visit) error {
	key := feedback.Key{Survey: v.param("survey"), ID: v.param("id")}
	c := feedback.Correction{Key: key, By: v.person()}
	form := v.gin.Request.PostForm
	if form.Get("undo") == "" {
		themes := []feedback.StatementTheme{}
		for i, theme := range form["theme"] {
			polarity := feedback.Sentiment(at(form["polarity"], i))
			one := feedback.StatementTheme{Theme: theme, Sentiment: polarity}
			if theme == "" || polarity == "" || slices.Contains(themes, one) {
				continue
			}
			if _, known := v.taxonomy.Theme(theme); !known {
				return feedback.Errorf(feedback.Invalid, "there is no such theme")
			}
			themes = append(themes, one)
		}
		sentiment := feedback.Sentiment(form.Get("sentiment"))
		kinds := []feedback.Kind{}
		for _, k := range form["kind"] {
			kinds = append(kinds, feedback.Kind(k))
		}
		c.Themes, c.Sentiment, c.Kinds = &themes, &sentiment, &kinds
	}
	if err := p.Store.Correct(v.ctx, v.workspace, c); err != nil {
		return err
	}
	v.awaitIndex()
	return v.redirect(responseAddress(key) + "?corrected=1")
}

// person is who changes something, for others to read.
func (v *visit) person() string {
	if v.visitor != nil && v.visitor.Person != nil {
		return cmp.Or(v.visitor.Person.Name, v.visitor.Person.Email)
	}
	return "web"
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// indexPatience is how long a change waits until the counts know of it, so that the next page shows it.
const indexPatience = 3 * time.Second

func (v *visit) awaitIndex() {
	ctx, cancel := context.WithTimeout(v.ctx, indexPatience)
	defer cancel()
	seq, err := v.p.Store.LastSeq(ctx, v.workspace)
	if err == nil {
		err = v.p.Index.WaitFor(ctx, v.workspace, seq)
	}
	if err != nil {
		v.p.Logger.InfoContext(v.ctx, "web: the index has not caught up with a change", "error", err.Error())
	}
}

// similar finds comments in the same language with the same theme that share words of evidence.
func (v *visit) similar(a *feedback.Analysed) ([]hit, error) {
	if a.Analysis == nil {
		return nil, nil
	}
	f := feedback.Filter{Languages: []string{a.Analysis.Language.Code}}
	var words []string
	for i := range a.Analysis.Themes {
		t := &a.Analysis.Themes[i]
		f.Themes = append(f.Themes, feedback.ThemeCondition{Theme: t.Theme, Sentiment: t.Sentiment})
		for _, e := range t.Evidence {
			word := strings.TrimSpace(strings.Map(noSyntax, e.Text))
			if utf8.RuneCountInString(word) > 1 && len(words) < mostEvidence && !slices.Contains(words, `"`+word+`"`) {
				words = append(words, `"`+word+`"`)
			}
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	f.Match = strings.Join(words, " OR ")
	found, err := v.p.Index.Search(v.ctx, v.workspace, f, index.SearchOptions{Sort: index.Relevance, Limit: similarShown + 1})
	if feedback.CodeOf(err) == feedback.TooLarge { // a page of evidence
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found.Hits = slices.DeleteFunc(found.Hits, func(h index.Hit) bool { return h.Key == a.Key() })
	return v.hits(found.Hits[:min(len(found.Hits), similarShown)])
}

// noSyntax takes out of a word what a text query would read as syntax.
func noSyntax(r rune) rune {
	if strings.ContainsRune(`"“”„«»「」`, r) {
		return ' '
	}
	return r
}

// others gets what the respondent answered besides.
func (v *visit) others(a *feedback.Analysed) ([]hit, error) {
	list, err := v.p.Store.ByRespondent(v.ctx, v.workspace, a.Respondent, othersShown+1)
	if err != nil {
		return nil, err
	}
	var out []hit
	for i := range list {
		if list[i].Key() != a.Key() && len(out) < othersShown {
			out = append(out, v.hit(&list[i], nil, nil))
		}
	}
	return out, nil
}

// number writes a number for an address.
func number(n int) string { return strconv.Itoa(n) }
