package web

import (
	"html/template"
	"net/http"
	"strings"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/insight"
	"verbatim/report"
)

// overviewPage is the first page: the score, what changed, what moves it, what people wrote last.
type overviewPage struct {
	shell
	Filter             *filterForm
	Empty              bool // there is nothing at all
	Nothing            bool // the filter leaves nothing
	NPS, Interval      string
	Base               string
	Caution            string
	Latest             string
	Groups, Scores     template.HTML
	Trend              template.HTML
	Rankings           report.Rankings
	Drivers, AllLatest string // addresses
	Hits               []hit
	Saved              []savedLink
}

// Figures under this many responses, or with an interval this wide, say little.
const (
	fewResponses = 30
	wideInterval = 30 // points
	topDrivers   = 5
	latestShown  = 5
)

// overview shows the first page.
func (p *Pages) overview(v *visit) error {
	if v.tidied() {
		return nil
	}
	f, err := v.filter()
	if err != nil {
		return err
	}
	d, err := v.document(f)
	if err != nil {
		return err
	}
	page := &overviewPage{shell: v.shell("overview.title", "overview")}
	page.carry(&f)
	if page.Filter, err = v.newFilterForm("/", &f, false, nil); err != nil {
		return err
	}
	r := d.Drivers
	if r.Responses+r.Unscored == 0 {
		page.Empty, page.Nothing = len(page.Filter.Chips) == 0, len(page.Filter.Chips) > 0
		return v.show(http.StatusOK, "overview", page)
	}
	page.score(v, d)
	page.Rankings = v.Rankings(d, topDrivers, v.linked(&f))
	page.Drivers = address("/drivers", &f, nil)
	page.AllLatest = address("/search", &f, nil)
	if page.Hits, err = v.newest(f, latestShown); err != nil {
		return err
	}
	saved, err := v.savedSearches("")
	if err != nil {
		return err
	}
	page.Saved = saved.List
	return v.show(http.StatusOK, "overview", page)
}

// score adds the score with all that belongs to it.
func (page *overviewPage) score(v *visit, d *report.Document) {
	r := d.Drivers
	page.Base = v.t("overview.base", v.Count(r.Responses), v.Count(r.Commented))
	if dates := v.Dates(d.Dates); dates != "" {
		page.Base += " · " + dates
	}
	if r.Responses == 0 {
		page.Caution = v.t("overview.unscored", v.Count(r.Unscored))
		return
	}
	page.NPS, page.Interval = v.Whole(r.NPS.Value), v.Span(r.NPS.Low, r.NPS.High)
	page.Groups, page.Scores = v.Scores(&d.Scores)
	page.Trend, page.Latest = v.Fragments().Trend(d.Trend)
	if r.Responses < fewResponses || r.NPS.High-r.NPS.Low > wideInterval {
		page.Caution = v.t("overview.caution", v.Count(r.Responses), v.Span(r.NPS.Low, r.NPS.High), v.Count(neededFor(&r.NPS)))
	}
}

// Fragments gives the charts under a name of their own, where a field of the same name hides them.
func (v *visit) Fragments() fragments { return v.fragments }

// neededFor is about how many responses make the interval ten points wide.
func neededFor(nps *insight.NPSValue) int {
	n := float64(nps.Promoters + nps.Passives + nps.Detractors)
	width := float64(nps.High-nps.Low) / 10
	needed := int(n * width * width)
	round := 10
	for needed/round >= 100 {
		round *= 10
	}
	return (needed + round - 1) / round * round
}

// linked gives the addresses of drivers under a filter.
func (v *visit) linked(f *feedback.Filter) report.Linked {
	plain := *f
	plain.Themes = nil
	return func(key feedback.DriverKey) string { return driverAddress(key, &plain) }
}

// newest gets the newest responses with a comment.
func (v *visit) newest(f feedback.Filter, most int) ([]hit, error) {
	found, err := v.p.Index.Search(v.ctx, v.workspace, f, index.SearchOptions{Sort: index.Newest, Limit: 4 * most})
	if err != nil {
		return nil, err
	}
	hits, err := v.hits(found.Hits)
	if err != nil {
		return nil, err
	}
	var out []hit
	for i := range hits {
		if strings.TrimSpace(hits[i].comment) != "" && len(out) < most {
			out = append(out, hits[i])
		}
	}
	return out, nil
}
