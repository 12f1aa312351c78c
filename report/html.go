package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"verbatim/feedback"
	"verbatim/insight"
)

//go:embed html_page.tmpl html_charts.tmpl html_style.tmpl
var htmlFiles embed.FS

var htmlPage = template.Must(template.ParseFS(htmlFiles, "*.tmpl"))

// HTML writes the document as one page that needs nothing else: no script, no font, no picture from outside. It reads on
// a phone, in the dark and on A4 paper, every chart has its figures in a table, and text that is not ours is escaped. The
// same document gives the same bytes. An error wraps that of the writer.
func HTML(w io.Writer, d Document) error {
	p := newPage(&d)
	if err := htmlPage.ExecuteTemplate(w, "page", p); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// page is what the template shows. Parts that are nil or empty are left out; Empty says why there are none.
type page struct {
	W                          *words
	Title, Dates, Version      string
	Filter                     []string
	Empty, NoDrivers           string
	NPS, NPSInterval           string
	Scores                     *scoresChart
	Short                      []fact
	Promoters, Detractors      *rowChart
	More                       string
	Quadrant                   *quadrant
	NoQuadrant                 string
	Voices                     []voice
	Suggestions                *rowChart
	SuggestsNote, NoSuggestion string
	Trend                      *trendView
	NoTrend                    string
	Segments                   []segmentView
	All                        []dataTable
	Method                     []fact
}

// fact is a line of a list: what it is about, and what is to be said.
type fact struct {
	Name  string
	Texts []string
	Code  bool // the texts are what a user typed
}

// dataTable is a table of figures. Name is the column that names the row; all others are figures.
type dataTable struct {
	Caption string
	Head    []string
	Name    int
	Rows    [][]string
	Links   []string // of the names, row by row; nil for none
}

// Link is where the name of a row leads, "" for nowhere; for the template.
func (t dataTable) Link(row int) string {
	if row < len(t.Links) {
		return t.Links[row]
	}
	return ""
}

func newPage(d *Document) *page {
	w := wordsOf(d.Language)
	p := &page{W: w, Title: unmarked(d.Title), Version: unmarked(d.Version), Dates: w.dates(d.Dates), NPS: w.Unknown}
	if strings.TrimSpace(p.Title) == "" {
		p.Title = w.Title
	}
	for _, f := range d.Filter {
		p.Filter = append(p.Filter, unmarked(f))
	}
	r := d.Drivers
	if scored(r) == 0 {
		p.Empty = w.NoResponses
	} else {
		p.NPS, p.NPSInterval = w.whole(r.NPS.Value), w.span(r.NPS.Low, r.NPS.High)
		if d.Scores.Total() > 0 {
			p.Scores = newScoresChart(w, &d.Scores)
		}
		p.drivers(d)
		p.trend(d)
		for i := range d.Segments {
			if v := newSegmentView(w, d, &d.Segments[i]); v != nil {
				p.Segments = append(p.Segments, *v)
			}
		}
		p.short(d)
	}
	p.Method = methodFacts(w, d)
	return p
}

// drivers adds everything that the rankings say.
func (p *page) drivers(d *Document) {
	w, r := p.W, d.Drivers
	switch {
	case r.Base.N == 0:
		p.NoDrivers = w.NoComments
	case len(r.Drivers) == 0:
		p.NoDrivers = w.NoDrivers
	default:
		p.rankings(d)
		weights := themeWeights(w, d)
		if p.Quadrant = newQuadrant(w, weights); p.Quadrant == nil {
			p.NoQuadrant = w.NoQuadrant
		}
		p.Voices = newVoices(w, d)
		p.All = append(p.All, driverTable(w, d, w.AllDriversCaption, r.Drivers))
	}
	if r.Suggestions == nil {
		return
	}
	p.SuggestsNote = fmt.Sprintf(w.SuggestsNote, w.count(r.Suggestions.Base.N), w.points(r.Suggestions.Base.NPS))
	if p.Suggestions = suggestionRows(w, d); p.Suggestions == nil {
		p.NoSuggestion = w.NoSuggestions
	}
	if len(r.Suggestions.Drivers) > 0 {
		p.All = append(p.All, driverTable(w, d, w.SuggestionDriversCaption, r.Suggestions.Drivers))
	}
}

// short sums up what a reader in a hurry wants to know.
func (p *page) short(d *Document) {
	w := p.W
	list := func(name string, drivers []*insight.Driver) {
		f := fact{Name: name}
		for _, driver := range drivers[:min(3, len(drivers))] {
			f.Texts = append(f.Texts, w.driver(driver.Theme, driver.Sentiment, d.Taxonomy)+strings.ReplaceAll(w.Colon, " ", "\u00a0")+w.points(driver.NPSImpact.Value))
		}
		if len(f.Texts) > 0 {
			p.Short = append(p.Short, f)
		}
	}
	up, down := rankedBySign(d.Drivers.Drivers)
	list(w.Raises, up)
	list(w.Lowers, down)
	if p.Quadrant != nil && len(p.Quadrant.First) > 0 {
		p.Short = append(p.Short, fact{Name: w.FixFirst, Texts: p.Quadrant.First[:min(3, len(p.Quadrant.First))]})
	}
	if d.Trend == nil {
		return
	}
	for i := len(d.Trend.Points) - 1; i >= 0; i-- {
		t := &d.Trend.Points[i]
		if t.Change == nil {
			continue
		}
		text := fmt.Sprintf(w.ChangeAgainst, w.points(t.Change.Value), w.span(t.Change.Low, t.Change.High), t.Name)
		if t.Change.Low <= 0 && t.Change.High >= 0 {
			text += " – " + w.WithinNoise
		}
		p.Short = append(p.Short, fact{Name: w.LatestChange, Texts: []string{text}})
		return
	}
}

// driver names a theme with its polarity.
func (w *words) driver(theme string, sentiment feedback.Sentiment, taxonomy *feedback.Taxonomy) string {
	return w.theme(theme, taxonomy) + w.Comma + w.polarity(sentiment)
}

// theme names a theme in the page's language.
func (w *words) theme(id string, taxonomy *feedback.Taxonomy) string {
	if taxonomy != nil {
		if theme, ok := taxonomy.Theme(id); ok {
			return unmarked(theme.Name(strings.TrimSuffix(w.Lang, "-Hans")))
		}
	}
	return unmarked(id)
}

// unmarked makes a short text that is not ours fit for a page: as [printable], and without the marks that would turn the
// direction of what stands beside it.
func unmarked(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return -1
		}
		return r
	}, printable(text))
}

// figures is a table behind a chart, with the word that opens it.
type figures struct {
	Summary string
	Table   dataTable
}

// Figures pairs a table with the word that opens it, for the template.
func (p *page) Figures(t dataTable) figures { return figures{p.W.Figures, t} }
