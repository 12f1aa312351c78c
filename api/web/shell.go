package web

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/report"
	"verbatim/store"
)

// languages are those of the pages, the first where none fits.
var languages = report.Languages

// shell is what every page has around its content.
type shell struct {
	Title, Section string
	Here           string // this address, with its query
	Token          string // of forms
	Style, Script  string // addresses
	Languages      []choice
	Nav            []navItem
	Notice         string // what has just been done
	Who            string // has logged in; "" for nobody
	Edits          bool   // may correct and import
}

// navItem is an entry of the navigation.
type navItem struct{ Section, Name, Link string }

// choice is one of several.
type choice struct {
	Value, Name string
	Chosen      bool
}

// section is an entry of the navigation, and who sees it.
type section struct {
	navItem
	role store.Role
}

var sections = []section{
	{navItem{"overview", "overview.title", "/"}, store.Viewer},
	{navItem{"drivers", "drivers.title", "/drivers"}, store.Viewer},
	{navItem{"search", "search.title", "/search"}, store.Viewer},
	{navItem{"themes", "themes.title", "/themes"}, store.Viewer},
	{navItem{"import", "import.title", "/import"}, store.Analyst},
	{navItem{"settings", "settings.title", "/settings"}, store.Admin},
}

// shell begins a page; section is the entry of the navigation that it belongs to.
func (v *visit) shell(title, section string) shell {
	s := shell{
		Title: v.t(title), Section: section, Here: v.gin.Request.URL.RequestURI(), Token: v.token(),
		Style: assetURL("style.css"), Script: assetURL("app.js"),
	}
	if v.gin.Request.Method != http.MethodGet {
		s.Here = "/"
	}
	s.Edits = v.can(store.Analyst)
	if v.visitor != nil && v.visitor.Person != nil {
		s.Who = v.Plain(cmp.Or(v.visitor.Person.Name, v.visitor.Person.Email))
	}
	for _, item := range sections {
		if v.can(item.role) {
			s.Nav = append(s.Nav, navItem{item.Section, v.t(item.Name), item.Link})
		}
	}
	for _, code := range languages {
		s.Languages = append(s.Languages, choice{code, v.p.looks[code].t("language.self"), code == v.code})
	}
	return s
}

// carry takes where responses come from along to the other pages.
func (s *shell) carry(f *feedback.Filter) {
	from := feedback.Filter{Surveys: f.Surveys, From: f.From, Until: f.Until, Languages: f.Languages, Where: f.Where}
	for i := range s.Nav {
		if !slices.Contains([]string{"themes", "import", "settings"}, s.Nav[i].Section) {
			s.Nav[i].Link = address(s.Nav[i].Link, &from, nil)
		}
	}
}

// htmlLanguage is the code for the lang attribute.
func htmlLanguage(code string) string {
	if code == "zh" {
		return "zh-Hans"
	}
	return code
}

// Names of cookies.
const (
	languageCookie = "verbatim_language"
	formCookie     = "verbatim_form"
)

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, code := range languages {
		tags = append(tags, language.MustParse(code))
	}
	return language.NewMatcher(tags)
}()

// languageOf is the language that was chosen, else what the browser prefers.
func languageOf(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(languages, c.Value) {
		return c.Value
	}
	_, i := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return languages[i]
}

// setLanguage keeps the language of the pages in a cookie.
func (p *Pages) setLanguage(v *visit) error {
	code := v.gin.PostForm("language")
	if !slices.Contains(languages, code) {
		return feedback.Errorf(feedback.Invalid, "the language is none of the pages")
	}
	const year = 365 * 24 * 60 * 60
	http.SetCookie(v.gin.Writer, &http.Cookie{
		Name: languageCookie, Value: code, Path: "/", MaxAge: year, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.gin.Request.TLS != nil,
	})
	return v.redirect(ours(v.gin.PostForm("back")))
}

// ours is an address of this server without its name, "/" for any other.
func ours(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}

// token is what a form must carry to be taken: it fits the browser's cookie, which is made if need be.
func (v *visit) token() string {
	c, err := v.gin.Request.Cookie(formCookie)
	if err != nil || len(c.Value) != len(rand.Text()) {
		c = v.newForms()
		v.gin.Request.AddCookie(c) // for the next form of the page
	}
	return v.p.tokenFor(c.Value)
}

// newForms gives the browser another cookie that forms must fit: those that it has open work no longer.
func (v *visit) newForms() *http.Cookie {
	c := &http.Cookie{
		Name: formCookie, Value: rand.Text(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.gin.Request.TLS != nil,
	}
	http.SetCookie(v.gin.Writer, c)
	return c
}

func (p *Pages) tokenFor(cookie string) string {
	mac := hmac.New(sha256.New, p.formKey)
	mac.Write([]byte(cookie))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// genuine reports whether a form's token fits the browser's cookie.
func (v *visit) genuine(token string) bool {
	c, err := v.gin.Request.Cookie(formCookie)
	return err == nil && hmac.Equal([]byte(token), []byte(v.p.tokenFor(c.Value)))
}

// maxForm is the largest form without a file, in bytes.
const maxForm = 1 << 20

// errForm refuses a form that is not of a page that this server wrote for this browser.
var errForm = &api.Problem{
	Type: api.ProblemType(feedback.Forbidden), Title: "Forbidden", Status: http.StatusForbidden, Code: feedback.Forbidden,
	Detail: "the form has expired: go back, load the page again and send it once more",
}

// form lets only forms with their token through.
func (p *Pages) form(change view) view {
	return func(v *visit) error {
		v.gin.Request.Body = http.MaxBytesReader(v.gin.Writer, v.gin.Request.Body, maxForm)
		if err := v.gin.Request.ParseForm(); err != nil {
			return feedback.Errorf(feedback.Invalid, "the form cannot be read")
		}
		if !v.genuine(v.gin.Request.PostForm.Get("token")) {
			return errForm
		}
		return change(v)
	}
}

// param is a part of the path as it was before the path was made.
func (v *visit) param(name string) string {
	raw := v.gin.Param(name)
	if text, err := url.PathUnescape(raw); err == nil {
		return text
	}
	return raw
}
