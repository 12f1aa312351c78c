package web

import (
	"net/http"
	"time"

	"verbatim/feedback"
)

// accountPage is one's own account.
type accountPage struct {
	shell
	Wrong             string
	Email, Name, Role string
	Sessions          []sessionRow
}

// sessionRow is a session of the list.
type sessionRow struct {
	Client, Began, Used string
	Current             bool
	End                 string // where the form goes
}

// account shows one's own account.
func (p *Pages) account(v *visit) error {
	if v.visitor.Person == nil { // without accounts, or with a key
		return v.redirect("/")
	}
	return v.account(http.StatusOK, "")
}

func (v *visit) account(status int, wrong string) error {
	person := v.visitor.Person
	page := &accountPage{
		shell: v.shell("account.title", "account"), Wrong: wrong, Email: v.Plain(person.Email), Name: v.Plain(person.Name),
		Role: v.t("role." + string(person.Role)),
	}
	page.Here = "/account"
	list, err := v.p.Store.Sessions(v.ctx, v.workspace, person.ID)
	if err != nil {
		return err
	}
	for _, s := range list {
		page.Sessions = append(page.Sessions, sessionRow{
			v.Plain(s.Client), v.when(s.CreatedAt), v.when(s.UsedAt), s.ID == v.visitor.Session, "/account/sessions/" + s.ID + "/end",
		})
	}
	if v.gin.Query("changed") == "1" {
		page.Notice = v.t("account.changed")
	}
	return v.show(status, "account", page)
}

// changePassword takes the old password and a new one.
func (p *Pages) changePassword(v *visit) error {
	person, form := v.visitor.Person, v.gin.Request.PostForm
	if person == nil {
		return errNotFound
	}
	if form.Get("password") != form.Get("again") {
		return v.account(http.StatusBadRequest, v.t("password.differ"))
	}
	now := time.Now()
	if _, ok := p.accounts.Take(accountName(person.Workspace, person.Email), now); !ok {
		return v.account(http.StatusTooManyRequests, v.t("login.often", v.Count(1)))
	}
	token, err := p.Store.ChangePassword(v.ctx, person.Workspace, person.ID, form.Get("old"), form.Get("password"), browserOf(v.gin.Request.UserAgent()))
	switch feedback.CodeOf(err) {
	case feedback.Forbidden:
		return v.account(http.StatusForbidden, v.t("password.old"))
	case feedback.Invalid:
		return v.account(http.StatusBadRequest, v.fault(form.Get("password"), person.Email))
	}
	if err != nil {
		return err
	}
	p.accounts.Give(accountName(person.Workspace, person.Email), now)
	v.begin(token)
	return v.redirect("/account?changed=1")
}

// endSession ends one of one's own sessions.
func (p *Pages) endSession(v *visit) error {
	if v.visitor.Person == nil {
		return errNotFound
	}
	if err := p.Store.EndSession(v.ctx, v.workspace, v.visitor.Person.ID, v.param("session")); err != nil {
		return err
	}
	return v.redirect("/account")
}

// when writes day and minute in UTC, as the page says; "–" for never.
func (v *visit) when(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return v.Day(t) + t.UTC().Format(" 15:04")
}
