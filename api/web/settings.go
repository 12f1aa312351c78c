package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/store"
)

// settings is what every page of the settings has around its content.
type settings struct {
	shell
	Tabs  []navItem
	Tab   string
	Open  bool   // nobody needs to log in yet
	Wrong string // what a form got wrong
}

// mountSettings adds the pages of the settings: all take an admin.
func (p *Pages) mountSettings(get, post func(path string, show view, role ...store.Role)) {
	get("/settings", func(v *visit) error { return v.redirect("/settings/people") })
	get("/settings/people", p.people)
	post("/settings/people", p.invite)
	post("/settings/people/:person/role", p.setRole)
	post("/settings/people/:person/link", p.makeLink)
	post("/settings/people/:person/end", p.endSessions)
	get("/settings/people/:person/remove", p.confirmRemoval)
	post("/settings/people/:person/remove", p.removePerson)

	get("/settings/keys", p.keys)
	post("/settings/keys", p.createKey)
	get("/settings/keys/:key/rotate", p.confirmRotation)
	post("/settings/keys/:key/rotate", p.rotateKey)
	get("/settings/keys/:key/revoke", p.confirmRevocation)
	post("/settings/keys/:key/revoke", p.revokeKey)

	get("/settings/webhooks", p.webhooks)
	post("/settings/webhooks", p.createWebhook)
	get("/settings/webhooks/:webhook", p.webhook)
	post("/settings/webhooks/:webhook/test", p.testWebhook)
	post("/settings/webhooks/:webhook/enable", p.enableWebhook)
	post("/settings/webhooks/:webhook/disable", p.disableWebhook)
	get("/settings/webhooks/:webhook/rotate", p.confirmWebhookRotation)
	post("/settings/webhooks/:webhook/rotate", p.rotateWebhook)
	get("/settings/webhooks/:webhook/delete", p.confirmWebhookRemoval)
	post("/settings/webhooks/:webhook/delete", p.deleteWebhook)
	post("/settings/webhooks/:webhook/deliveries/:delivery/replay", p.replayDelivery)

	get("/settings/retention", p.retention)
	post("/settings/retention", p.setRetention)
	get("/settings/redaction", p.redaction)
	get("/settings/audit", p.audit)
}

// settings begins a page of the settings.
func (v *visit) settings(title, tab string) settings {
	s := settings{shell: v.shell(title, "settings"), Tab: tab, Open: v.visitor != nil && v.visitor.Open}
	for _, item := range []navItem{
		{"people", "people.title", ""},
		{"keys", "keys.title", ""},
		{"webhooks", "webhooks.title", ""},
		{"retention", "retention.title", ""},
		{"redaction", "redaction.title", ""},
		{"audit", "audit.title", ""},
	} {
		s.Tabs = append(s.Tabs, navItem{item.Section, v.t(item.Name), "/settings/" + item.Section})
	}
	if v.gin.Request.Method != http.MethodGet {
		s.Here = "/settings/" + tab
	}
	if v.gin.Query("done") == "1" {
		s.Notice = v.t("settings.done")
	}
	return s
}

// done leads back to a page that says that it is done.
func (v *visit) done(path string) error { return v.redirect(path + "?done=1") }

// wrong says what a form got wrong; ok is false for errors that a form cannot mend.
func (v *visit) wrong(err error) (words string, ok bool) {
	switch {
	case err == nil:
		return "", false
	case errors.Is(err, store.ErrTaken):
		return v.t("wrong.taken"), true
	case errors.Is(err, store.ErrFirstAdmin):
		return v.t("wrong.first"), true
	case errors.Is(err, store.ErrLastAdmin):
		return v.t("wrong.last"), true
	}
	e, ok := errors.AsType[*feedback.Error](err)
	if !ok || !slices.Contains([]feedback.Code{feedback.Invalid, feedback.Conflict, feedback.TooLarge}, e.Code) {
		return "", false
	}
	field := e.Message[:max(0, strings.IndexAny(e.Message, ": "))] // messages begin with the field
	if _, there := v.words["wrong."+field]; !there {
		field = "other"
	}
	return v.t("wrong." + field), true
}

// confirmPage asks before something that cannot be taken back.
type confirmPage struct {
	settings
	Lead, Name, Post string // what happens, to what, and where the form goes
	Button, Back     string
	Overlaps         []choice // how long an old secret may work
}

// secretPage shows a secret or a link, once.
type secretPage struct {
	settings
	Lead, Label, Secret, Note string
	Back                      string
}

// overlaps are how long an old secret may work, in hours.
func (v *visit) overlaps() []choice {
	var list []choice
	for _, hours := range []string{"0", "24", "168", "720"} {
		list = append(list, choice{hours, v.t("overlap." + hours), hours == "24"})
	}
	return list
}

// overlap reads the choice; anything else is none of ours.
func (v *visit) overlap() (hours int, err error) {
	for i, c := range v.overlaps() {
		if c.Value == v.gin.PostForm("overlap") {
			return []int{0, 24, 168, 720}[i], nil
		}
	}
	return 0, feedback.Errorf(feedback.Invalid, "the overlap is none that the page offers")
}

// redactionPage says what becomes of personal data in texts.
type redactionPage struct {
	settings
	Mode, Said string
	On         bool
	Kinds      []choice
}

// redactionKinds are what is found, in the order of the page.
var redactionKinds = []analysis.RedactionKind{
	analysis.RedactedEmail, analysis.RedactedPhone, analysis.RedactedCard, analysis.RedactedIBAN, analysis.RedactedID, analysis.RedactedURL,
	analysis.RedactedToken, analysis.RedactedName,
}

// redaction shows it. It is a setting of the process, which a page does not change.
func (p *Pages) redaction(v *visit) error {
	mode := p.Ingester.Analyst.Redact.Mode
	page := &redactionPage{settings: v.settings("redaction.title", "redaction"), Mode: mode.String(), On: mode != analysis.RedactOff}
	page.Said = v.t("redaction." + mode.String())
	for _, kind := range redactionKinds {
		page.Kinds = append(page.Kinds, choice{Value: "[" + string(kind) + "]", Name: v.t("redacted." + string(kind))})
	}
	return v.show(http.StatusOK, "redaction", page)
}
