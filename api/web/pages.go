package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/store"
)

// Deps are what the pages work on. All are needed but Logger; the caller closes them, and runs Uploads meanwhile.
type Deps struct {
	Store    *store.Store
	Index    *index.Index
	Ingester *ingest.Ingester
	Uploads  *ingest.Uploads
	Retagger *ingest.Retagger
	Logger   *slog.Logger // nil for slog.Default(); never gets a text or an id of a response
	// PrivateWebhooks allows webhooks to private addresses and over plain http, as for the API.
	PrivateWebhooks bool
}

// Pages are the pages of a server. Give them to [api.New] as [api.Deps.Pages].
type Pages struct {
	Deps
	source    *api.Source
	themes    *api.Taxonomies
	looks     map[string]*look // by language
	documents *documents
	formKey   []byte                // of the tokens in forms; a new one at each start
	exports   bool                  // the API has routes for exports
	roles     map[string]store.Role // that visitors need, by method and path
	addresses *api.Limiter          // of log-ins that fail, by where they come from
	accounts  *api.Limiter          // and by whose account they are for
}

// New makes the pages. An error means that a template or a file of words is broken.
func New(deps Deps) (*Pages, error) {
	if deps.Logger == nil {
		deps.Logger = slog.Default()
	}
	p := &Pages{
		Deps:      deps,
		themes:    &api.Taxonomies{Store: deps.Store, Index: deps.Index, Ingester: deps.Ingester},
		looks:     map[string]*look{},
		documents: newDocuments(),
		formKey:   []byte(rand.Text()),
		roles:     map[string]store.Role{},
		addresses: api.NewLimiter(addressPerSecond, addressAtOnce),
		accounts:  api.NewLimiter(accountPerSecond, accountAtOnce),
	}
	p.source = &api.Source{Index: deps.Index, Texts: deps.Store.GetMany, Versions: deps.Store.GetTaxonomy, Taxonomy: p.themes.Current}
	for _, code := range languages {
		var err error
		if p.looks[code], err = newLook(code); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Mount adds the routes of the pages, top to bottom. Each says the least role that it takes; one that says nothing takes an
// admin.
func (p *Pages) Mount(engine *gin.Engine) {
	p.exports = slices.ContainsFunc(engine.Routes(), func(r gin.RouteInfo) bool { return r.Path == "/v1/export/responses" })
	add := func(method, path string, handler gin.HandlerFunc, role []store.Role) {
		engine.Handle(method, path, handler)
		p.roles[method+" "+path] = append(role, store.Admin)[0]
	}
	get := func(path string, show view, role ...store.Role) { add(http.MethodGet, path, p.serve(show), role) }
	post := func(path string, change view, role ...store.Role) {
		add(http.MethodPost, path, p.serve(p.form(change)), role)
	}

	add(http.MethodGet, "/assets/:name", p.asset, []store.Role{api.RoleOpen})
	post("/language", p.setLanguage, api.RoleOpen)
	get("/", p.overview, store.Viewer)
	get("/drivers", p.drivers, store.Viewer)
	get("/drivers/:theme/:polarity", p.driver, store.Viewer)
	get("/compare", p.compare, store.Viewer)
	get("/search", p.search, store.Viewer)
	get("/responses/:survey/:id", p.response, store.Viewer)
	get("/themes", p.themesShow, store.Viewer)
	get("/themes/diff", p.themesDiff, store.Viewer)
	get("/themes/events", p.themesEvents, store.Viewer)

	post("/searches", p.keepSearch, store.Analyst)
	post("/searches/:search", p.renameSearch, store.Analyst)
	post("/searches/:search/delete", p.deleteSearch, store.Analyst)
	post("/responses/:survey/:id/correct", p.correct, store.Analyst)
	get("/themes/edit", p.themeEdit, store.Analyst)
	post("/themes/edit", p.themeForm, store.Analyst)
	post("/themes/again", p.themesAgain, store.Analyst)
	post("/themes/cancel", p.themesCancel, store.Analyst)
	get("/import", p.imports, store.Analyst)
	add(http.MethodPost, "/import", p.serve(p.upload), []store.Role{store.Analyst}) // reads its form itself, as a stream
	get("/import/:upload", p.mapping, store.Analyst)
	post("/import/:upload", p.runImport, store.Analyst)
	get("/import/:upload/events", p.followImport, store.Analyst)
	get("/import/:upload/rejected.csv", p.rejectedFile, store.Analyst)
	post("/imports/:import/undo", p.undoImport, store.Analyst)

	p.mountAccounts(get, post)
	p.mountSettings(get, post)
}

// mountAccounts adds the routes for who logs in.
func (p *Pages) mountAccounts(get, post func(path string, view view, role ...store.Role)) {
	get("/login", p.login, api.RoleOpen)
	post("/login", p.logIn, api.RoleOpen)
	post("/logout", p.logOut, api.RoleOpen)
	get("/welcome/:link", p.welcome, api.RoleOpen)
	post("/welcome/:link", p.setPassword, api.RoleOpen)
	get("/account", p.account, store.Viewer)
	post("/account/password", p.changePassword, store.Viewer)
	post("/account/sessions/:session/end", p.endSession, store.Viewer)
}

// Role is the least role of a visitor that a route takes.
func (p *Pages) Role(method, path string) store.Role {
	if role, ok := p.roles[method+" "+path]; ok {
		return role
	}
	return store.Admin
}

// view answers a visit. What it returns as an error becomes a page.
type view func(v *visit) error

// visit is a request for a page, and its answer.
type visit struct {
	*look
	fragments
	ctx       context.Context //nolint:containedctx // a visit lives as long as its request
	workspace string
	visitor   *api.Visitor // nil for somebody who has not logged in
	taxonomy  *feedback.Taxonomy
	gin       *gin.Context
	p         *Pages
}

// serve makes a handler of a view.
func (p *Pages) serve(show view) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := p.visit(c)
		v.workspace = api.WorkspaceOf(c.Request.Context())
		err := v.readTaxonomy()
		if err == nil {
			err = show(v)
		}
		if err != nil {
			problem := api.ProblemOf(err)
			if problem.Status >= http.StatusInternalServerError {
				p.Logger.LogAttrs(v.ctx, slog.LevelError, "web: "+c.FullPath(), slog.Int("status", problem.Status),
					slog.String("error", err.Error()), slog.String("request_id", c.Writer.Header().Get("X-Request-Id")))
			}
			p.Refuse(c, problem)
		}
	}
}

// readTaxonomy gets the themes of the workspace.
func (v *visit) readTaxonomy() (err error) {
	if v.taxonomy, err = v.p.themes.Current(v.ctx, v.workspace); err == nil {
		v.fragments = v.fragmentsOf(v.taxonomy)
	}
	return err
}

func (p *Pages) visit(c *gin.Context) *visit {
	secure(c.Writer.Header())
	l := p.looks[languageOf(c.Request)]
	return &visit{look: l, fragments: l.fragmentsOf(nil), ctx: c.Request.Context(), visitor: api.VisitorOf(c), gin: c, p: p}
}

// can reports whether the visitor may do what takes a role.
func (v *visit) can(role store.Role) bool { return v.visitor != nil && v.visitor.Role.Allows(role) }

// Refuse answers with a problem as a page; whoever must log in first is led there, and back again after.
func (p *Pages) Refuse(c *gin.Context, problem *api.Problem) {
	if problem.Status == http.StatusUnauthorized && c.GetHeader("Authorization") == "" {
		to := "/login"
		if here := c.Request.URL.RequestURI(); c.Request.Method == http.MethodGet && here != "/" {
			to += "?" + url.Values{"next": {here}}.Encode()
		}
		secure(c.Writer.Header())
		c.Redirect(http.StatusSeeOther, to)
		return
	}
	v := p.visit(c)
	page := &struct {
		shell
		Said, Detail string
	}{v.shell("problem.title", ""), v.t(problemWords(problem.Status)), ""}
	if problem.Status == http.StatusBadRequest {
		page.Detail = problem.Detail
	}
	if err := v.show(problem.Status, "problem", page); err != nil {
		p.Logger.Error("web: problem", "error", err.Error())
		c.Status(problem.Status)
	}
}

// problemWords names the words for a status.
func problemWords(status int) string {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "problem.missing"
	case http.StatusGone:
		return "problem.deleted"
	case http.StatusForbidden, http.StatusUnauthorized, http.StatusMisdirectedRequest:
		return "problem.forbidden"
	case http.StatusRequestEntityTooLarge:
		return "problem.large"
	case http.StatusServiceUnavailable:
		return "problem.unready"
	}
	if status < http.StatusInternalServerError {
		return "problem.invalid"
	}
	return "problem.failed"
}

// show renders a page. Nothing is written when that fails.
func (v *visit) show(status int, name string, page any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := v.templates[name].ExecuteTemplate(buf, "layout", page); err != nil {
		return err
	}
	v.gin.Data(status, "text/html; charset=utf-8", buf.Bytes())
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// redirect sends the browser to another page of ours with GET.
func (v *visit) redirect(path string) error {
	v.gin.Redirect(http.StatusSeeOther, path)
	return nil
}

// secure sets what browsers must know: nothing comes from elsewhere, nothing runs that is in the page itself.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Vary", "Accept-Language, Cookie")
}

var errNotFound = feedback.Errorf(feedback.NotFound, "there is nothing at this address")
