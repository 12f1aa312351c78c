package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/insight"
)

// driverPage is one driver with what people say about it.
type driverPage struct {
	shell
	Name, Word, Class string
	Facts             []fact
	NotRanked         string
	Filter            *filterForm
	Phrases           []phrase
	Words             []tongueWords
	Hits              []hit
	All               string // the address of all comments
	History           template.HTML
	Segments          []segmentsOf
	Back              string
}

type fact struct{ Name, Value, About string }

// phrase is what people write, how many of those that were read do, and where those comments are.
type phrase struct{ Text, N, Link string }

// tongueWords are the words that told the driver in one language.
type tongueWords struct {
	Tongue, Lang string
	Words        []phrase
}

type segmentsOf struct {
	Title string
	Chart template.HTML
}

// What a driver's page shows.
const (
	driverComments = 8
	driverSample   = index.MaxLimit // comments that phrases are counted in, the newest
	mostPhrases    = 12
	mostTongues    = 6
	mostWords      = 8
	mostSegments   = 8
)

// driver shows a driver.
func (p *Pages) driver(v *visit) error {
	if v.tidied() {
		return nil
	}
	key := feedback.DriverKey{Theme: v.param("theme"), Sentiment: feedback.Sentiment(v.gin.Param("polarity"))}
	if _, known := v.taxonomy.Theme(key.Theme); !known || polarityClass(key.Sentiment) == "flat" {
		return errNotFound
	}
	f, err := v.filter()
	if err != nil {
		return err
	}
	f.Themes = nil
	d, err := v.document(f)
	if err != nil {
		return err
	}
	page := &driverPage{shell: v.shell("drivers.title", "drivers"), Back: address("/drivers", &f, nil)}
	page.carry(&f)
	page.Name, page.Word, page.Class = v.Theme(key.Theme), v.Polarity(key.Sentiment), polarityClass(key.Sentiment)
	page.Title = v.Driver(key)
	path := driverAddress(key, &feedback.Filter{})
	if page.Filter, err = v.newFilterForm(path, &f, false, nil); err != nil {
		return err
	}
	page.facts(v, d.Drivers, key)
	page.History = v.DriverTrend(d.Trend, key)
	if page.Segments, err = v.segmentsOf(f, key); err != nil {
		return err
	}
	if err := page.voices(v, f, key); err != nil {
		return err
	}
	return v.show(http.StatusOK, "driver", page)
}

// facts adds every figure of the driver.
func (page *driverPage) facts(v *visit, r *insight.DriverReport, key feedback.DriverKey) {
	i := slices.IndexFunc(r.Drivers, func(d insight.Driver) bool { return d.Key() == key })
	if i < 0 {
		page.NotRanked = v.t("driver.unmentioned")
		return
	}
	d := &r.Drivers[i]
	add := func(name, value, about string) { page.Facts = append(page.Facts, fact{v.t(name), value, about}) }
	add("driver.impact", v.Points(d.NPSImpact.Value), v.Span(d.NPSImpact.Low, d.NPSImpact.High))
	add("driver.mentions", v.Count(d.Mentions), v.Percent(float64(d.Share), 1))
	add("driver.groups", v.Count(d.Promoters)+" / "+v.Count(d.Passives)+" / "+v.Count(d.Detractors), v.t("driver.groups.about"))
	add("driver.odds", v.Decimal(float64(d.OddsRatio.Value), 1), v.Decimal(float64(d.OddsRatio.Low), 1)+"–"+v.Decimal(float64(d.OddsRatio.High), 1))
	if d.QValue != nil {
		add("driver.q", v.Probability(*d.QValue), "")
	}
	if d.Importance != nil {
		add("driver.importance", v.Decimal(float64(*d.Importance), 3), v.t("driver.importance.about"))
	}
	switch {
	case d.Rank != nil:
		page.Facts = slices.Insert(page.Facts, 0, fact{v.t("driver.rank"), v.Count(*d.Rank), v.t("driver.rank.of", v.Count(len(r.Drivers)))})
	case d.Status == insight.TooFew:
		page.NotRanked = v.t("driver.few", v.Count(insight.MinMentions))
	default:
		page.NotRanked = v.t("driver.chance")
	}
}

// segmentsOf compares how often segments mention the driver.
func (v *visit) segmentsOf(f feedback.Filter, key feedback.DriverKey) ([]segmentsOf, error) {
	names, err := v.attributes()
	if err != nil {
		return nil, err
	}
	var out []segmentsOf
	for _, name := range append(names, "language") {
		r, err := keep(v.ctx, v.p.documents, v.key("segments "+name+" "+key.Theme+":"+string(key.Sentiment), &f),
			func(ctx context.Context) (insight.DriverSegmentsReport, error) {
				parts, err := v.p.Index.Slices(ctx, v.workspace, f, feedback.Dimension{Attribute: name})
				return insight.DriverSegments(parts, name, key), err
			})
		if err != nil {
			return nil, err
		}
		if len(r.Segments) < 2 {
			continue
		}
		title := v.Plain(name)
		if name == "survey" || name == "language" {
			title = v.t("filter." + name)
		}
		if name == "language" {
			r.Segments = slices.Clone(r.Segments) // what is kept is for all languages of the pages
			for i := range r.Segments {
				r.Segments[i].Name = v.tongue(r.Segments[i].Name)
			}
		}
		out = append(out, segmentsOf{title, v.DriverSegments(&r, key, mostSegments, func(string) string { return "" })})
	}
	return out, nil
}

// voices adds comments, phrases and words.
func (page *driverPage) voices(v *visit, f feedback.Filter, key feedback.DriverKey) error {
	f.Themes = []feedback.ThemeCondition{feedback.ThemeCondition(key)}
	page.All = address("/search", &f, nil)
	found, err := v.p.Index.Search(v.ctx, v.workspace, f, index.SearchOptions{Sort: index.Newest, Limit: driverComments})
	if err != nil {
		return err
	}
	if page.Hits, err = v.hits(found.Hits); err != nil {
		return err
	}
	s, err := keep(v.ctx, v.p.documents, v.key("said "+key.Theme+":"+string(key.Sentiment), &f), func(ctx context.Context) (*said, error) {
		return v.p.said(ctx, v.workspace, f, key)
	})
	if err != nil {
		return err
	}
	page.Phrases = v.phrases(s.phrases, mostPhrases, &f, `"`)
	for _, code := range s.tongues()[:min(len(s.words), mostTongues)] {
		if words := v.phrases(s.words[code], mostWords, &f, `"`); len(words) > 0 {
			page.Words = append(page.Words, tongueWords{v.tongue(code), langAttribute(code), words})
		}
	}
	return nil
}

// said counts what the newest comments say of a driver: key phrases of the English ones, and in each language the words
// that told it.
type said struct {
	phrases map[string]int
	words   map[string]map[string]int
	n       map[string]int // comments, by language
}

func (p *Pages) said(ctx context.Context, workspace string, f feedback.Filter, key feedback.DriverKey) (*said, error) {
	found, err := p.Index.Search(ctx, workspace, f, index.SearchOptions{Sort: index.Newest, Limit: driverSample})
	if err != nil {
		return nil, err
	}
	keys := make([]feedback.Key, len(found.Hits))
	for i := range found.Hits {
		keys[i] = found.Hits[i].Key
	}
	responses, err := p.Store.GetMany(ctx, workspace, keys)
	s := &said{map[string]int{}, map[string]map[string]int{}, map[string]int{}}
	for i := range responses {
		if a := responses[i].Analysis; a != nil {
			s.add(a, key)
		}
	}
	return s, err
}

// add counts a comment; a phrase or word counts once for each.
func (s *said) add(a *feedback.Analysis, key feedback.DriverKey) {
	code := a.Language.Code
	s.n[code]++
	if s.words[code] == nil {
		s.words[code] = map[string]int{}
	}
	words := map[string]bool{}
	for i := range a.Themes {
		if t := &a.Themes[i]; t.Sentiment == key.Sentiment && feedback.ParentTheme(t.Theme) == feedback.ParentTheme(key.Theme) {
			for _, e := range t.Evidence {
				words[strings.ToLower(strings.TrimSpace(e.Text))] = true
			}
		}
	}
	for word := range words {
		if utf8.RuneCountInString(word) > 1 {
			s.words[code][word]++
		}
	}
	if code != "en" {
		return
	}
	phrases := map[string]bool{}
	for i := range a.Statements {
		if slices.Contains(a.Statements[i].Themes, feedback.StatementTheme(key)) {
			for _, text := range analysis.Phrases(a.Statements[i].Text) {
				phrases[text] = true
			}
		}
	}
	for text := range phrases {
		s.phrases[text]++
	}
}

// tongues lists the languages, those with the most comments first.
func (s *said) tongues() []string {
	var codes []string
	for code := range s.words {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(s.n[b]-s.n[a], strings.Compare(a, b)) })
	return codes
}

// phrases lists what more than one comment says, the most frequent first; each leads to those comments.
func (v *visit) phrases(counts map[string]int, most int, f *feedback.Filter, quote string) []phrase {
	var texts []string
	for text, n := range counts {
		if n > 1 && !strings.Contains(text, quote) {
			texts = append(texts, text)
		}
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	var list []phrase
	for _, text := range texts[:min(len(texts), most)] {
		narrower := *f
		narrower.Match = strings.TrimSpace(f.Match + " " + quote + text + quote)
		list = append(list, phrase{v.Plain(text), v.Count(counts[text]), address("/search", &narrower, url.Values{})})
	}
	return list
}
