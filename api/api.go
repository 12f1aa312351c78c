package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"

	"verbatim/analysis"
	"verbatim/api/reference"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/store"
)

// Deps are what the API works on. Store, Index, Ingester and Analyzer are needed; the caller closes them, after the server has stopped, and
// runs [index.Index.Follow] meanwhile.
type Deps struct {
	Store    *store.Store
	Index    *index.Index
	Ingester *ingest.Ingester   // the way in of POST /v1/responses; decides on redaction
	Analyzer *analysis.Analyzer // of POST /v1/analyze, which redacts nothing and stores nothing
	Rate     float64            // requests a second that each key may send; 0 for no limit
	Origins  []string           // of web pages that may read and post, as https://app.example.com
	// Connector takes what survey platforms send; the caller runs it. nil for one that nobody runs: payloads wait in the store.
	Connector *ingest.Connector
	Uploads   *ingest.Uploads  // of POST /v1/imports; nil for a server that takes no files. The caller runs it
	Retagger  *ingest.Retagger // tags what is stored with new taxonomies; the caller runs it. nil for a server that tells no progress
	// PrivateWebhooks allows webhooks to private addresses and over plain http, as for a [webhooks.Worker] that may call them.
	PrivateWebhooks bool
	Eraser          *Eraser      // of DELETE /v1/respondents; the caller runs it. Nil when people cannot be erased here
	Tracer          trace.Tracer // nil for no traces; never gets a text or an id of a response
	Logger          *slog.Logger // nil for slog.Default(); never gets a text or an id of a response
	Pages           Pages        // nil for none
}

// server is the API over its parts.
type server struct {
	Deps
	engine  *gin.Engine
	huma    huma.API
	spec    []byte // the OpenAPI document
	keySpec []byte // the same once keys are needed
	// reference are the pages of the document.
	reference *reference.Pages
	ready     readiness
	metrics   *metrics
	probe     probe
	patience  time.Duration   // with wait=indexed
	tagged    map[string]bool // the paths of routes with an ETag
	origins   *http.CrossOriginProtection
	scopes    map[string]store.Scope // that keys need, by method and path
	visitors  map[string]store.Role  // that sessions need, where one will do
	rates     *limiter               // of keys; nil for none
	failures  *limiter               // of addresses whose keys are wrong
	now       func() time.Time
}

// New makes the API's handler. It begins to open the index and the models of all languages and returns without waiting for
// them; /readyz tells when they are there. It fails when the store cannot be read.
func New(deps Deps) (http.Handler, error) {
	s, err := newServer(deps)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(s.serve), nil
}

func newServer(deps Deps) (*server, error) {
	if deps.Store == nil || deps.Index == nil || deps.Ingester == nil || deps.Analyzer == nil {
		return nil, errors.New("api: store, index, ingester and analyzer are all needed")
	}
	if deps.Logger == nil {
		deps.Logger = slog.Default()
	}
	if deps.Connector == nil {
		deps.Connector = ingest.NewConnector(deps.Ingester, ingest.ConnectorOptions{Logger: deps.Logger})
	}
	gin.SetMode(gin.ReleaseMode) // the other modes print
	s := &server{
		Deps: deps, engine: gin.New(), patience: waitIndexed, tagged: map[string]bool{}, origins: http.NewCrossOriginProtection(),
		scopes: map[string]store.Scope{}, visitors: map[string]store.Role{}, failures: newLimiter(failuresPerSecond, failuresAtOnce), now: time.Now,
	}
	if deps.Rate > 0 {
		s.rates = newLimiter(deps.Rate, deps.Rate)
	}
	if err := s.trust(deps.Origins); err != nil {
		return nil, err
	}
	// Ids may hold slashes and plus signs: they are matched as they were sent, and unescaped in pathID.
	s.engine.UseEscapedPath, s.engine.UnescapePathValues = true, false
	s.engine.RedirectTrailingSlash = false
	s.engine.HandleMethodNotAllowed = true
	s.observe()
	s.engine.Use(s.log, s.trace, s.recover, s.encode, s.cors, s.guard, s.admit, s.decode, s.enter, s.known)
	s.engine.NoRoute(s.noRoute)
	s.engine.NoMethod(s.noMethod)
	s.huma = humagin.New(s.engine, s.config())
	s.routes()
	s.finish()
	if s.Pages != nil {
		s.Pages.Mount(s.engine)
	}
	if err := s.describe(); err != nil {
		return nil, err
	}
	return s, s.ready.begin(context.Background(), &s.Deps)
}

// serve answers HEAD as it does GET; net/http leaves the body out.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		get := *r
		get.Method = http.MethodGet
		r = &get
	}
	s.engine.ServeHTTP(w, r)
}

// Limits of a connection. A body of 32 MB passes a line of 3 Mbit/s within bodyTime.
const (
	headerTime = 10 * time.Second
	bodyTime   = 90 * time.Second
	answerTime = 3 * time.Minute
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10
)

// NewServer makes a server for the handler with limits on what a client may take: 10 s for the header of a request, 64 KB
// of it, 90 s for the whole request, 3 minutes until the answer is written, 2 minutes between requests.
func NewServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
	}
}
