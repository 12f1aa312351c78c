package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// retentionPage says how long responses are kept, and what the next run would erase.
type retentionPage struct {
	settings
	Rows  []retentionRow
	Check bool // asks whether that is meant
	Due   int  // responses that the next run would erase
}

// retentionRow is a survey; without a name it stands for all that have no days of their own.
type retentionRow struct {
	Survey, Name   string
	Days           string // of its own; "" for none
	Kept           string // how long its responses are kept
	Responses, Due int
	Wrong          bool
}

// retention shows what holds.
func (p *Pages) retention(v *visit) error {
	list, err := p.Store.Retention(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	return v.retention(http.StatusOK, "", list, false)
}

func (v *visit) retention(status int, wrong string, list []store.Retention, check bool) error {
	page := &retentionPage{settings: v.settings("retention.title", "retention"), Check: check}
	page.Wrong = wrong
	stored, err := v.p.Store.Expiring(v.ctx, v.workspace, list, time.Now())
	if err != nil {
		return err
	}
	own := map[string]string{}
	for _, r := range list {
		own[r.Survey] = number(r.Days)
	}
	page.Rows = append(page.Rows, retentionRow{Name: v.t("retention.others"), Days: own[""], Kept: v.kept(daysOf(list, ""))})
	for _, e := range stored {
		page.Rows = append(page.Rows, retentionRow{e.Survey, v.Plain(e.Survey), own[e.Survey], v.kept(e.Days), e.Responses, e.Due, false})
		page.Due += e.Due
		delete(own, e.Survey)
	}
	for _, r := range list { // of surveys that hold nothing now
		if _, left := own[r.Survey]; left && r.Survey != "" {
			page.Rows = append(page.Rows, retentionRow{r.Survey, v.Plain(r.Survey), own[r.Survey], v.kept(r.Days), 0, 0, false})
		}
	}
	return v.show(status, "retention", page)
}

func daysOf(list []store.Retention, survey string) int {
	i := slices.IndexFunc(list, func(r store.Retention) bool { return r.Survey == survey })
	if i < 0 {
		return 0
	}
	return list[i].Days
}

// kept words a number of days.
func (v *visit) kept(days int) string {
	if days == 0 {
		return v.t("retention.ever")
	}
	return v.t("retention.days", v.Count(days))
}

// setRetention shows what a change would erase; confirmed, it makes it.
func (p *Pages) setRetention(v *visit) error {
	list, err := retentionOf(v.gin.Request.PostForm)
	if err == nil && v.gin.PostForm("confirmed") == "1" {
		err = p.Store.SetRetention(v.ctx, v.workspace, list)
		if err == nil {
			return v.done("/settings/retention")
		}
	}
	if words, ok := v.wrong(err); ok {
		list, err := p.Store.Retention(v.ctx, v.workspace)
		if err != nil {
			return err
		}
		return v.retention(http.StatusBadRequest, words, list, false)
	}
	if err != nil {
		return err
	}
	return v.retention(http.StatusOK, "", list, true)
}

// retentionOf reads the form: survey by survey its days, blank for none of its own.
func retentionOf(form url.Values) ([]store.Retention, error) {
	surveys, days := form["survey"], form["days"]
	if len(surveys) != len(days) {
		return nil, errDays
	}
	var list []store.Retention
	for i, survey := range surveys {
		text := strings.TrimSpace(days[i])
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, errDays
		}
		list = append(list, store.Retention{Survey: survey, Days: n})
	}
	return list, nil
}

// errDays refuses what is no number of days.
var errDays = feedback.Errorf(feedback.Invalid, "days: write a whole number")

// query makes an address of names and values; blank values are left out.
func query(path string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// whole reads a number of an address, 0 for what is none.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
