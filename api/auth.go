package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

// metricsPath is where the figures for Prometheus are.
const metricsPath = "/metrics"

// Scopes of routes beside those of keys.
const (
	scopeOpen    store.Scope = "open"    // anybody
	scopeAny     store.Scope = "any"     // whoever has a key
	scopeMetrics store.Scope = "metrics" // an admin of the default workspace, or this machine
)

// needs is the scope that a key must have for the route: what it says itself, else read to get something and admin to
// change something. What is not below /v1 is open.
func (r *route) needs() store.Scope {
	switch {
	case r.scope != "":
		return r.scope
	case r.path == metricsPath:
		return scopeMetrics
	case !strings.HasPrefix(r.path, "/v1/"):
		return scopeOpen
	case r.method == http.MethodGet:
		return store.ScopeRead
	}
	return store.ScopeAdmin
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// note keeps the scope of a route under the path that Gin knows it by.
func (s *server) note(r *route) {
	path := r.method + " " + pathParameter.ReplaceAllString(r.path, ":$1")
	s.scopes[path] = r.needs()
	if r.visitor != "" {
		s.visitors[path] = r.visitor
	}
}

// scopeOf is the scope that the request needs. A route that nobody noted needs admin; a path without route is answered to
// anybody, that there is none.
func (s *server) scopeOf(c *gin.Context) store.Scope {
	path := c.FullPath()
	if path == "" {
		return scopeOpen
	}
	if need, ok := s.scopes[c.Request.Method+" "+path]; ok {
		return need
	}
	return store.ScopeAdmin
}

// admitted is what is known of who asks; the key is nil without one.
const admittedKey = "verbatim.key"

// admit lets in who may do what the route does. Before there is a key or an account everybody may: guard has seen to it that
// only this machine gets here.
func (s *server) admit(c *gin.Context) {
	if s.isPage(c) {
		s.admitVisitor(c)
		return
	}
	need := s.scopeOf(c)
	if need == scopeOpen {
		if c.FullPath() == "" { // a page says so, with the way to others for who may go there
			_, _ = s.recognise(c)
		}
		return
	}
	required, err := s.Store.Guarded(c.Request.Context())
	if err != nil {
		s.refuse(c, s.noted(c, err))
		return
	}
	if !required || need == scopeMetrics && direct(c.Request) || s.admitSession(c) {
		return
	}
	s.admitKey(c, need)
}

// admitKey lets in whose key may do what takes a scope.
func (s *server) admitKey(c *gin.Context, need store.Scope) {
	key, problem := s.authenticate(c)
	if problem == nil {
		problem = s.limited(c, key)
	}
	if problem == nil && need != scopeAny && !key.Allows(wanted(need)) {
		c.Header("WWW-Authenticate", `Bearer realm="verbatim", error="insufficient_scope", scope="`+string(wanted(need))+`"`)
		problem = statusProblem(http.StatusForbidden, feedback.Forbidden, "this key may not do that: it takes one with the scope "+string(wanted(need)))
	}
	if problem == nil && need == scopeMetrics && key.Workspace != feedback.DefaultWorkspace {
		problem = statusProblem(http.StatusForbidden, feedback.Forbidden, "the figures are of all workspaces together: they are for this machine and for admins of the workspace "+feedback.DefaultWorkspace)
	}
	if problem != nil {
		s.refuse(c, problem)
		return
	}
	c.Set(admittedKey, key)
}

func wanted(need store.Scope) store.Scope {
	if need == scopeMetrics {
		return store.ScopeAdmin
	}
	return need
}

// authenticate finds the key of a request. A right key always passes, whatever failed from the same address before:
// clients may share one, and secrets of 160 bits cannot be guessed. What is limited is the noise.
func (s *server) authenticate(c *gin.Context) (*store.AccessKey, *Problem) {
	ctx := c.Request.Context()
	secret, sent := bearer(c.Request)
	detail := "this takes a key: send it with the header Authorization: Bearer vb_…"
	challenge := `Bearer realm="verbatim"`
	if sent {
		key, err := s.Store.Authenticate(ctx, secret, s.now())
		if err == nil {
			return &key, nil
		}
		if feedback.CodeOf(err) != feedback.Forbidden {
			return nil, s.noted(c, err)
		}
		detail, challenge = err.Error()+": create one, or ask whoever may", challenge+`, error="invalid_token"`
	}
	if wait, ok := s.failures.take(address(c.Request), s.now()); !ok {
		retryAfter(c, wait)
		return nil, statusProblem(http.StatusTooManyRequests, feedback.Unavailable, "too many requests from this address came without a valid key")
	}
	c.Header("WWW-Authenticate", challenge)
	return nil, newProblem(feedback.Forbidden, detail)
}

// noted logs an error that is the server's fault and turns it into a problem.
func (s *server) noted(c *gin.Context, err error) *Problem {
	s.Logger.LogAttrs(c.Request.Context(), slog.LevelError, "api: admit", slog.String("error", err.Error()),
		slog.String("request_id", c.Writer.Header().Get(requestID)))
	return problemOf(err)
}

// bearer reads the secret of a request.
func bearer(r *http.Request) (secret string, sent bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), strings.EqualFold(scheme, "Bearer")
}

// address is where a request comes from, for counting failures: an IPv4 address, or the /64 of an IPv6 one, since that is
// what one customer has.
func address(r *http.Request) string {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	ip := remote.Addr().Unmap().WithZone("")
	if ip.Is6() {
		prefix, _ := ip.Prefix(64) // cannot fail
		return prefix.String()
	}
	return ip.String()
}

// direct reports whether a request comes from this machine, and not through a proxy on it.
func direct(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	forwarded := slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"}, func(name string) bool { return r.Header.Get(name) != "" })
	return err == nil && loopback(host) && !forwarded
}

// guarded reports whether a key or a session is needed; when that cannot be read, it is.
func (s *server) guarded(ctx context.Context) bool {
	some, err := s.Store.Guarded(ctx)
	return some || err != nil
}
