package web

import (
	"html/template"
	"net/http"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/insight"
)

// comparePage sets two choices of responses side by side.
type comparePage struct {
	shell
	Before, After         string // as they were written
	WrongBefore, WrongOne string // why a side cannot be read, why the two cannot be compared
	WrongAfter            string
	Suggestions           []pair
	Sides                 []side
	Change, Interval      string
	Verdict, Detectable   string
	Drivers, Table        template.HTML
	Empty                 bool
}

// pair is a comparison that is offered.
type pair struct{ Before, After, Link string }

// side is one of the two.
type side struct {
	Name, NPS, Interval, Base string
	Groups                    template.HTML
}

// compare compares.
func (p *Pages) compare(v *visit) error {
	if v.tidied() {
		return nil
	}
	query := v.gin.Request.URL.Query()
	page := &comparePage{shell: v.shell("compare.title", "drivers"), Before: query.Get("before"), After: query.Get("after")}
	var err error
	if page.Suggestions, err = v.pairs(); err != nil {
		return err
	}
	if page.Before == "" && page.After == "" {
		return v.show(http.StatusOK, "compare", page)
	}
	before, wrong := v.side(page.Before)
	page.WrongBefore = wrong
	after, wrong := v.side(page.After)
	page.WrongAfter = wrong
	status := http.StatusOK
	if page.WrongBefore != "" || page.WrongAfter != "" {
		return v.show(http.StatusBadRequest, "compare", page)
	}
	r, err := p.source.Compare(v.ctx, v.workspace, before, after, "")
	switch {
	case feedback.CodeOf(err) == feedback.Invalid:
		page.WrongOne, status = v.t("compare.refused"), http.StatusBadRequest
	case err != nil:
		return err
	default:
		page.compared(v, &r)
	}
	return v.show(status, "compare", page)
}

// side reads a choice; wrong says why it cannot be read.
func (v *visit) side(text string) (f feedback.Filter, wrong string) {
	if strings.TrimSpace(text) == "" {
		return f, v.t("compare.blank")
	}
	f, err := feedback.ParseFilter(text, time.UTC)
	if err != nil {
		return f, v.t("compare.unread")
	}
	return f, ""
}

// compared adds the result.
func (page *comparePage) compared(v *visit, r *insight.ComparisonReport) {
	for i, s := range []*insight.Side{&r.Before, &r.After} {
		scores := feedback.Scores{0: s.NPS.Detractors, 7: s.NPS.Passives, 10: s.NPS.Promoters}
		groups, _ := v.Scores(&scores)
		shown := side{
			Name: v.Plain([]string{page.Before, page.After}[i]), NPS: "–", Groups: groups,
			Base: v.t("overview.base", v.Count(s.Responses), v.Count(s.Commented)),
		}
		if s.Responses > 0 {
			shown.NPS, shown.Interval = v.Whole(s.NPS.Value), v.Span(s.NPS.Low, s.NPS.High)
		}
		page.Sides = append(page.Sides, shown)
	}
	if r.Before.Responses == 0 || r.After.Responses == 0 {
		page.Verdict, page.Empty = v.t("compare.empty"), true
		return
	}
	page.Change, page.Interval = v.Points(r.Change.Value), v.Span(r.Change.Low, r.Change.High)
	page.Verdict = v.t("compare.chance")
	if r.Change.P <= insight.MaxQ {
		page.Verdict = v.t("compare.real")
	}
	page.Detectable = v.t("compare.detectable", v.Decimal(float64(r.Detectable), 1))
	page.Drivers, page.Table = v.ShareChanges(r, mostChanges)
}

// mostChanges is how many drivers a comparison draws; its table has all.
const mostChanges = 12

// pairs offers comparisons: the last two periods, and the two largest values of attributes.
func (v *visit) pairs() ([]pair, error) {
	var list []pair
	add := func(before, after string) {
		query := "?before=" + template.URLQueryEscaper(before) + "&after=" + template.URLQueryEscaper(after)
		list = append(list, pair{before, after, "/compare" + query})
	}
	d, err := v.document(feedback.Filter{})
	if err != nil {
		return nil, err
	}
	if d.Trend != nil {
		if n := len(d.Trend.Points); n > 1 {
			add(d.Trend.Points[n-2].Name, d.Trend.Points[n-1].Name)
		}
	}
	names, err := v.attributes()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		counts, err := v.valueCounts(&feedback.Filter{}, name)
		if err != nil {
			return nil, err
		}
		var sides []string
		for _, value := range byCount(counts, nil) {
			if strings.TrimSpace(value) != "" && len(sides) < 2 {
				f := feedback.Filter{Where: []feedback.Condition{{Attribute: name, Op: feedback.Equal, Values: []string{value}}}}
				if name == "survey" {
					f = feedback.Filter{Surveys: []string{value}}
				}
				sides = append(sides, f.Describe())
			}
		}
		if len(sides) == 2 {
			add(sides[1], sides[0])
		}
	}
	return list[:min(len(list), 4)], nil
}
