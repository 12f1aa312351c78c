package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/store"
)

// route describes an operation: what it is called, what it takes and what it answers.
type route struct {
	method, path string
	id, tag      string
	summary      string
	about        string
	params       []param // what may stand in the query; anything else is refused
	body         *content
	answers      []answer    // the first is the usual one
	scope        store.Scope // that a key must have; "" for what needs says
	visitor      store.Role  // of a session of the pages that may read it, too; "" for none
	errors       []int       // statuses of the problems it may answer, beside commonErrors
	once         bool        // takes an Idempotency-Key
	etag         bool        // answers 304 to whoever has the answer
}

// commonErrors are the statuses of problems that any operation may answer.
var commonErrors = []int{http.StatusBadRequest, http.StatusMisdirectedRequest, http.StatusInternalServerError, http.StatusServiceUnavailable}

// content describes a body. Schema names a component; "" for one without a schema of its own (text).
type content struct {
	media, schema string
	binary        bool // no text; without a schema
	about         string
	example       any
}

type answer struct {
	status int
	about  string
	bodies []content // none for no body
}

// handler answers a call. I holds the parameters of the path.
type handler[I, O any] func(ctx context.Context, c *call, in *I) (*O, error)

// register adds a route. It refuses unknown parameters, and turns every error into a problem, which goes to the log when
// it is the server's fault.
func register[I, O any](s *server, r route, handle handler[I, O]) {
	s.note(&r)
	if r.etag {
		s.tag(r.path)
	}
	huma.Register(s.huma, r.operation(), func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		if r.tag == "insight" {
			defer s.metrics.timed(r.id, time.Now())
		}
		err := c.check(r.params)
		if err == nil {
			var out *O
			if out, err = handle(ctx, c, in); err == nil {
				return out, nil
			}
		}
		p := problemOf(err)
		c.answer.Header().Del("ETag")
		s.metrics.problems.WithLabelValues(r.id, string(p.Code)).Inc()
		if p.Status >= http.StatusInternalServerError {
			s.Logger.LogAttrs(ctx, slog.LevelError, "api: "+r.id, slog.Int("status", p.Status), slog.String("error", err.Error()),
				slog.String("request_id", c.id))
		}
		return nil, p
	})
	// The body is described after registering, or Huma would read and check it.
	described := operationOf(s.huma.OpenAPI().Paths[r.path], r.method)
	r.describeBody(described)
	describePath(described.Parameters)
}

// operation describes the route for Huma.
func (r *route) operation() huma.Operation {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Tags: []string{r.tag}, Summary: r.summary, Description: r.about,
		DefaultStatus: r.answers[0].status, Responses: map[string]*huma.Response{},
		SkipValidateParams: true, // handlers look at what a path holds, and answer as for everything else
	}
	for _, p := range r.params {
		op.Parameters = append(op.Parameters, p.describe())
	}
	if r.etag {
		op.Parameters = append(op.Parameters, ifNoneMatchParam.inHeader())
		op.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{Description: "Nothing changed since the answer with this ETag."}
	}
	for _, a := range r.answers {
		described := &huma.Response{Description: a.about, Content: map[string]*huma.MediaType{}}
		for _, body := range a.bodies {
			described.Content[body.media] = body.describe()
		}
		op.Responses[strconv.Itoa(a.status)] = described
	}
	problems := append(slices.Clone(commonErrors), r.errors...)
	if r.once {
		op.Parameters = append(op.Parameters, onceParam.inHeader())
		problems = append(problems, http.StatusUnprocessableEntity)
	}
	if r.method != http.MethodGet {
		problems = append(problems, http.StatusForbidden)
	}
	if need := r.needs(); need != scopeOpen {
		op.Security = []map[string][]string{{securityScheme: {}}, {}}
		op.Description = strings.TrimSpace(op.Description + "\n\n" + scopeNote(need, r.visitor))
		problems = append(problems, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	for _, status := range problems {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: component("Problem")}},
		}
	}
	return op
}

func (c *content) describe() *huma.MediaType {
	schema := &huma.Schema{Type: huma.TypeString}
	switch {
	case c.schema != "":
		schema = component(c.schema)
	case c.binary:
		schema.Format = "binary"
	}
	return &huma.MediaType{Schema: schema, Example: c.example}
}

// methods are those of operations, in the order in which they are listed.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// operationOf is the operation of a path under a method, nil when there is none.
func operationOf(path *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return path.Get
	case http.MethodPost:
		return path.Post
	case http.MethodPut:
		return path.Put
	case http.MethodPatch:
		return path.Patch
	case http.MethodDelete:
		return path.Delete
	}
	return nil
}

func (r *route) describeBody(operation *huma.Operation) {
	if r.body == nil {
		return
	}
	operation.RequestBody = &huma.RequestBody{
		Description: r.body.about, Required: true,
		Content: map[string]*huma.MediaType{r.body.media: r.body.describe()},
	}
}

// component refers to a schema by its name.
func component(name string) *huma.Schema { return &huma.Schema{Ref: schemaPrefix + name} }
