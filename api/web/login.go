package web

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/store"
)

// How often somebody may try to log in: from an address, and to an account. A log-in that succeeds does not count.
const (
	addressAtOnce    = 20
	addressPerSecond = 1.0 / 10
	accountAtOnce    = 10
	accountPerSecond = 1.0 / 60
)

// workspaceCookie remembers where somebody logs in, for the next time.
const workspaceCookie = "verbatim_workspace"

// loginPage asks for address and password.
type loginPage struct {
	shell
	Wrong            string
	Email, Workspace string
	Elsewhere        bool // in another workspace than the default one
	Next             string
}

// login shows the form.
func (p *Pages) login(v *visit) error {
	next := ours(v.gin.Query("next"))
	if v.visitor != nil {
		return v.redirect(next)
	}
	page := v.loginPage(v.gin.Query("workspace"), next)
	if v.gin.Query("set") == "1" {
		page.Notice = v.t("login.set")
	}
	return v.show(http.StatusOK, "login", page)
}

func (v *visit) loginPage(workspace, next string) *loginPage {
	if c, err := v.gin.Request.Cookie(workspaceCookie); err == nil && workspace == "" {
		workspace = c.Value
	}
	workspace = cmp.Or(workspace, feedback.DefaultWorkspace)
	page := &loginPage{shell: v.shell("login.title", ""), Workspace: workspace, Elsewhere: workspace != feedback.DefaultWorkspace, Next: next}
	page.Here = "/login" // which the choice of a language comes back to
	return page
}

// logIn begins a session.
func (p *Pages) logIn(v *visit) error {
	form, now := v.gin.Request.PostForm, time.Now()
	email, _ := store.NormalEmail(form.Get("email"))
	workspace, next := cmp.Or(strings.TrimSpace(form.Get("workspace")), feedback.DefaultWorkspace), ours(form.Get("next"))
	refuse := func(status int, words string) error {
		page := v.loginPage(workspace, next)
		page.Wrong, page.Email = words, form.Get("email")
		return v.show(status, "login", page)
	}
	if wait, ok := p.mayTry(v, workspace, email, now); !ok {
		v.gin.Header("Retry-After", number(int(math.Ceil(wait.Seconds()))))
		return refuse(http.StatusTooManyRequests, v.t("login.often", v.Count(int(math.Ceil(wait.Minutes())))))
	}
	_, token, err := p.Store.LogIn(v.ctx, workspace, email, form.Get("password"), browserOf(v.gin.Request.UserAgent()))
	if feedback.CodeOf(err) == feedback.Forbidden {
		return refuse(http.StatusForbidden, v.t("login.wrong"))
	}
	if err != nil {
		return err
	}
	p.addresses.Give(api.Address(v.gin.Request), now)
	p.accounts.Give(accountName(workspace, email), now)
	if err := v.endOwn(); err != nil {
		return err
	}
	v.begin(token)
	v.remember(workspace)
	return v.redirect(next)
}

// mayTry counts an attempt to log in.
func (p *Pages) mayTry(v *visit, workspace, email string, now time.Time) (wait time.Duration, ok bool) {
	if wait, ok = p.addresses.Take(api.Address(v.gin.Request), now); !ok {
		return wait, false
	}
	return p.accounts.Take(accountName(workspace, email), now)
}

func accountName(workspace, email string) string { return workspace + " " + email }

// begin hands the browser the token of a session that has begun, and other forms.
func (v *visit) begin(token string) {
	api.SetSession(v.gin.Writer, v.gin.Request, token)
	v.newForms()
}

// endOwn ends the session that the browser has.
func (v *visit) endOwn() error {
	if v.visitor == nil || v.visitor.Person == nil {
		return nil
	}
	return v.p.Store.EndSession(v.ctx, v.visitor.Person.Workspace, v.visitor.Person.ID, v.visitor.Session)
}

// remember keeps the workspace for the next log-in.
func (v *visit) remember(workspace string) {
	c := &http.Cookie{
		Name: workspaceCookie, Value: workspace, Path: "/login", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.gin.Request.TLS != nil,
	}
	if workspace == feedback.DefaultWorkspace {
		c.MaxAge = -1
	}
	http.SetCookie(v.gin.Writer, c)
}

// logOut ends the session.
func (p *Pages) logOut(v *visit) error {
	if err := v.endOwn(); err != nil {
		return err
	}
	v.begin("")
	return v.redirect("/login")
}

// welcomePage asks for a password of somebody who has a link.
type welcomePage struct {
	shell
	Wrong, Email, Post string
	Gone               bool // the link does not work
}

// welcome shows the form. It leaves the link as it is: programs look at links before people do.
func (p *Pages) welcome(v *visit) error {
	return v.welcome(http.StatusOK, "")
}

func (v *visit) welcome(status int, wrong string) error {
	link := v.param("link")
	page := &welcomePage{shell: v.shell("welcome.title", ""), Wrong: wrong, Post: "/welcome/" + escape(link)}
	page.Here = page.Post
	person, err := v.p.Store.Linked(v.ctx, link, time.Now())
	switch {
	case feedback.CodeOf(err) == feedback.NotFound:
		status, page.Gone = http.StatusNotFound, true
	case err != nil:
		return err
	}
	page.Email = person.Email
	return v.show(status, "welcome", page)
}

// setPassword takes the password, and leads to the log-in.
func (p *Pages) setPassword(v *visit) error {
	form := v.gin.Request.PostForm
	if form.Get("password") != form.Get("again") {
		return v.welcome(http.StatusBadRequest, v.t("password.differ"))
	}
	person, err := p.Store.UseLink(v.ctx, v.param("link"), form.Get("password"), time.Now())
	switch feedback.CodeOf(err) {
	case feedback.NotFound:
		return v.welcome(http.StatusNotFound, "")
	case feedback.Invalid:
		return v.welcome(http.StatusBadRequest, v.fault(form.Get("password"), person.Email))
	}
	if err != nil {
		return err
	}
	return v.redirect("/login?" + url.Values{"set": {"1"}, "workspace": {person.Workspace}}.Encode())
}

// fault says what is wrong with a password.
func (v *visit) fault(password, email string) string {
	return v.t("password." + string(cmp.Or(store.CheckPassword(password, email), store.PasswordCommon)))
}

// browserOf names a browser and its system, for people who look for a session that is not theirs.
func browserOf(agent string) string {
	find := func(names ...string) string {
		for _, name := range names {
			mark, shown, _ := strings.Cut(name, "=")
			if strings.Contains(agent, mark) {
				return cmp.Or(shown, mark)
			}
		}
		return ""
	}
	browser := find("Edg=Edge", "OPR=Opera", "Firefox", "Chrome", "Safari", "curl")
	system := find("Android", "iPhone", "iPad", "Windows", "Mac OS X=macOS", "CrOS=ChromeOS", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
