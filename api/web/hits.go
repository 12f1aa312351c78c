package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
	"verbatim/index"
)

// hit is a response in a list.
type hit struct {
	Link                string
	Score, Group        string
	GroupName           string
	Day, Survey, Tongue string
	Lang                string // for the lang attribute; "" when nothing tells
	Runs, Suggestion    []run
	Cut                 bool
	Tags                []tag
	Flags               []string // mismatch, urgencies
	comment             string
}

// tag is a theme with its polarity, whose evidence the number tells.
type tag struct {
	Number      int
	Name, Word  string // theme, and its polarity in a word
	Class, Link string
}

// responseAddress is the address of a response's page.
func responseAddress(key feedback.Key) string {
	return "/responses/" + url.PathEscape(key.Survey) + "/" + url.PathEscape(key.ID)
}

// driverAddress is the address of a driver's page under a filter.
func driverAddress(key feedback.DriverKey, f *feedback.Filter) string {
	if key.Sentiment != feedback.Positive && key.Sentiment != feedback.Negative {
		return ""
	}
	return address("/drivers/"+url.PathEscape(key.Theme)+"/"+string(key.Sentiment), f, nil)
}

// hits fetches what was found. A response that was deleted meanwhile is left out.
func (v *visit) hits(found []index.Hit) ([]hit, error) {
	keys := make([]feedback.Key, len(found))
	places := make(map[feedback.Key]*index.Hit, len(found))
	for i := range found {
		keys[i] = found[i].Key
		places[keys[i]] = &found[i]
	}
	stored, err := v.p.Store.GetMany(v.ctx, v.workspace, keys)
	if err != nil {
		return nil, err
	}
	hits := make([]hit, len(stored))
	for i := range stored {
		place := places[stored[i].Key()]
		hits[i] = v.hit(&stored[i], place.Comment, place.Suggestion)
	}
	return hits, nil
}

// hit shows a response with marks in its texts.
func (v *visit) hit(a *feedback.Analysed, comment, suggestion []feedback.Span) hit {
	h := hit{
		Link: responseAddress(a.Key()), Day: v.Day(a.SubmittedAt), Survey: v.Plain(a.Survey),
		Group: string(a.Score.Group()), GroupName: v.Group(a.Score.Group()), Score: "–", comment: a.Comment,
	}
	if a.Score.Scored() {
		h.Score = strconv.Itoa(int(a.Score))
	}
	var tags []feedback.ThemeTag
	if a.Analysis != nil {
		tags = a.Analysis.Themes
		h.Lang, h.Tongue = langAttribute(a.Analysis.Language.Code), v.tongue(a.Analysis.Language.Code)
		if a.Analysis.Mismatch(a.Score) {
			h.Flags = append(h.Flags, v.t("filter.mismatch"))
		}
		for _, u := range a.Analysis.Urgency {
			h.Flags = append(h.Flags, v.t("urgency."+string(u)))
		}
	}
	h.Runs, h.Cut = excerpt(squeeze(runsOf(a.Comment, comment, tags)))
	if strings.TrimSpace(a.Suggestion) != "" {
		var cut bool
		h.Suggestion, cut = excerpt(squeeze(runsOf(a.Suggestion, suggestion, nil)))
		h.Cut = h.Cut || cut
	}
	h.Tags = v.tags(tags)
	return h
}

// tags shows the tags of a comment; each leads to the comments that have it too.
func (v *visit) tags(tags []feedback.ThemeTag) []tag {
	var out []tag
	for i := range tags {
		t := &tags[i]
		condition := feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: t.Theme, Sentiment: t.Sentiment}}}
		out = append(out, tag{
			Number: min(i, mostTags), Name: v.Theme(t.Theme), Word: v.Polarity(t.Sentiment), Class: polarityClass(t.Sentiment),
			Link: address("/search", &condition, nil),
		})
	}
	return out
}

// langAttribute is a code that may stand as the language of an element, else "".
func langAttribute(code string) string {
	if code == feedback.Undetermined || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return code
}

// shownThemes lists the themes of the taxonomy by name.
func (v *visit) shownThemes() []choice {
	var list []choice
	for _, t := range v.taxonomy.Themes {
		list = append(list, choice{Value: t.ID, Name: v.Theme(t.ID)})
	}
	slices.SortFunc(list, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
	return list
}
