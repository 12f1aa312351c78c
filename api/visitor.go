package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

// RoleOpen is the role of pages that anybody gets: to log in, and what that page is made of.
const RoleOpen store.Role = "open"

// Visitor is who visits a page.
type Visitor struct {
	Role    store.Role
	Person  *store.Person // nil with a key, and when nobody needs to log in
	Session string        // the id of theirs
	Open    bool          // there are neither accounts nor keys: this machine may do everything
}

const visitorKey = "verbatim.visitor"

// VisitorOf returns who visits a page, nil for somebody who is not known.
func VisitorOf(c *gin.Context) *Visitor {
	v, _ := c.Value(visitorKey).(*Visitor)
	return v
}

// isPage reports whether the request is for one of the pages, which say themselves what role they need.
func (s *server) isPage(c *gin.Context) bool {
	path := c.FullPath()
	_, known := s.scopes[c.Request.Method+" "+path]
	return s.Pages != nil && path != "" && !known && !strings.HasPrefix(path, "/v1/")
}

// admitVisitor lets in whose role does for the page. Programs send the key of an admin instead.
func (s *server) admitVisitor(c *gin.Context) {
	need := s.Pages.Role(c.Request.Method, c.FullPath())
	if _, sent := bearer(c.Request); sent && need != RoleOpen {
		if s.admitKey(c, store.ScopeAdmin); !c.IsAborted() {
			c.Set(visitorKey, &Visitor{Role: store.Admin})
		}
		return
	}
	visitor, err := s.recognise(c)
	switch {
	case err != nil:
		s.refuse(c, s.noted(c, err))
	case need == RoleOpen:
	case visitor == nil:
		c.Header("WWW-Authenticate", `Bearer realm="verbatim"`)
		s.refuse(c, newProblem(feedback.Forbidden, "log in first"))
	case !visitor.Role.Allows(need):
		s.refuse(c, statusProblem(http.StatusForbidden, feedback.Forbidden, "this takes the role "+string(need)))
	}
}

// admitSession lets a visitor use a route of the API that pages lead to, such as a download. It only ever reads, so that no
// other site gains anything by making a browser ask.
func (s *server) admitSession(c *gin.Context) bool {
	need, ok := s.visitors[c.Request.Method+" "+c.FullPath()]
	if _, sent := bearer(c.Request); sent || !ok || c.Request.Method != http.MethodGet {
		return false
	}
	visitor, err := s.recognise(c)
	return err == nil && visitor != nil && visitor.Role.Allows(need)
}

// recognise finds out who visits: nil without a session that works.
func (s *server) recognise(c *gin.Context) (*Visitor, error) {
	ctx := c.Request.Context()
	guarded, err := s.Store.Guarded(ctx)
	if err != nil {
		return nil, err
	}
	visitor := &Visitor{Role: store.Admin, Open: true}
	if guarded {
		person, session, err := s.Store.Session(ctx, SessionToken(c.Request), s.now())
		if feedback.CodeOf(err) == feedback.Forbidden {
			return nil, nil //nolint:nilnil // nobody is no error
		}
		if err != nil {
			return nil, err
		}
		visitor = &Visitor{Role: person.Role, Person: &person, Session: session.ID}
	}
	c.Set(visitorKey, visitor)
	return visitor, nil
}

// Names of the cookie of sessions. A browser takes the first only over HTTPS, for this host alone, whatever others of its
// domain set; the second is for a server without HTTPS.
const (
	hostCookie  = "__Host-verbatim_session"
	plainCookie = "verbatim_session"
)

// SessionToken is the token of the session in a request, "" for none.
func SessionToken(r *http.Request) string {
	if c, err := r.Cookie(hostCookie); err == nil {
		return c.Value
	}
	if c, err := r.Cookie(plainCookie); err == nil && r.TLS == nil {
		return c.Value
	}
	return ""
}

// SetSession gives the browser the token of a session; "" takes it away.
func SetSession(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{Name: plainCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(store.SessionLife.Seconds())}
	if Encrypted(r) {
		c.Name, c.Secure = hostCookie, true
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Encrypted reports whether a browser sent a form over HTTPS, to this server or to a proxy before it.
func Encrypted(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(r.Header.Get("Origin"), "https://")
}

// Limiter lets each client do something so often: what it has not used is there again after a while, up to a number at once.
type Limiter struct{ buckets *limiter }

// NewLimiter makes a limiter of so many a second, and so many at once.
func NewLimiter(perSecond, atOnce float64) *Limiter {
	return &Limiter{newLimiter(perSecond, atOnce)}
}

// Take counts an attempt of a client; ok is false when it has had too many, and wait says for how long.
func (l *Limiter) Take(client string, now time.Time) (wait time.Duration, ok bool) {
	return l.buckets.take(client, now)
}

// Give takes an attempt back that does not count after all.
func (l *Limiter) Give(client string, now time.Time) {
	l.buckets.give(client, now)
}

// Address is where a request comes from, for counting attempts.
func Address(r *http.Request) string { return address(r) }
