package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

// requestID is the header that a request and its lines in the log can be matched by.
const requestID = "X-Request-Id"

// plainID is what is accepted as an id of a request from outside.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// log gives the request an id and writes one line about it when it is answered. The route stands for the path, since ids
// of responses may name people.
func (s *server) log(c *gin.Context) {
	id := c.GetHeader(requestID)
	if !plainID.MatchString(id) {
		id = rand.Text()
	}
	c.Header(requestID, id)
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "no-store") // what people write is in no cache
	began := time.Now()
	defer func() {
		s.metrics.answered(c, time.Since(began))
		s.Logger.LogAttrs(c.Request.Context(), slog.LevelInfo, "api: request",
			slog.String("method", knownMethod(c.Request.Method)), slog.String("route", c.FullPath()), slog.Int("status", c.Writer.Status()),
			slog.Duration("duration", time.Since(began)), slog.String("request_id", id))
	}()
	c.Next()
}

// recover turns a panic into a problem. An answer that has begun is cut off, so that nobody takes it for whole. What a
// panic says may hold a text: only the stack is logged.
func (s *server) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err, _ := v.(error)
		if _, gone := errors.AsType[*net.OpError](err); gone || errors.Is(err, http.ErrAbortHandler) || c.Request.Context().Err() != nil {
			panic(http.ErrAbortHandler) // the client has gone
		}
		s.Logger.Error("api: panic", "route", c.FullPath(), "request_id", c.Writer.Header().Get(requestID), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
		s.refuse(c, problemOf(errors.New("panic")))
	}()
	c.Next()
}

// guard keeps web pages out: a page elsewhere may not post here, nor, since without keys and accounts whoever reaches the server may do
// everything, read here under a name of its own that points to this machine.
func (s *server) guard(c *gin.Context) {
	if err := s.origins.Check(c.Request); err != nil {
		s.refuse(c, statusProblem(http.StatusForbidden, feedback.Forbidden, "a web page of another origin may not change anything here"))
		return
	}
	// A platform posts through a tunnel or a proxy under the name of that; its payload is its proof.
	if !loopback(c.Request.Host) && !s.guarded(c.Request.Context()) && !strings.HasPrefix(c.FullPath(), hooksPath) {
		s.refuse(c, statusProblem(http.StatusMisdirectedRequest, feedback.Forbidden,
			"without keys and accounts only requests to this machine itself are answered: address them to 127.0.0.1 or localhost"))
	}
}

// loopback reports whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// call is what a handler may know of the request beside the parameters of its path.
type call struct {
	workspace string
	key       *store.AccessKey // nil without keys
	id        string           // of the request
	query     url.Values
	badQuery  bool
	header    http.Header
	length    int64 // of the body, −1 when unknown
	body      io.Reader
	answer    gin.ResponseWriter // for answers that are streams
	sum       [sha256.Size]byte  // of the body, once it is read, when the request has a key
}

type callKey struct{}

// enter says which workspace the request is for: that of its key or its session, and without these there is one.
func (s *server) enter(c *gin.Context) {
	r := c.Request
	query, err := url.ParseQuery(r.URL.RawQuery)
	entered := &call{
		workspace: feedback.DefaultWorkspace, id: c.Writer.Header().Get(requestID),
		query: query, badQuery: err != nil,
		header: r.Header, length: r.ContentLength, body: r.Body, answer: c.Writer,
	}
	ctx := r.Context()
	if key, ok := c.Value(admittedKey).(*store.AccessKey); ok {
		entered.workspace, entered.key = key.Workspace, key
		ctx = store.WithActor(ctx, key.ID)
	} else if visitor := VisitorOf(c); visitor != nil && visitor.Person != nil {
		entered.workspace = visitor.Person.Workspace
		ctx = store.WithActor(ctx, visitor.Person.ID)
	}
	c.Request = r.WithContext(context.WithValue(ctx, callKey{}, entered))
}

// callOf returns what enter noted.
func callOf(ctx context.Context) *call {
	entered, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("api: a handler ran without the middleware") // cannot happen: New puts it before every route
	}
	return entered
}
