package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"verbatim/feedback"
)

// problemType is the media type of problems.
const problemType = "application/problem+json"

// Problem is an error as the API answers it: problem details of RFC 9457 with the code of the [feedback.Error]. It holds
// nothing that was submitted but names of fields and parameters.
type Problem struct { //nolint:errname // the name is that of RFC 9457, and of the schema
	Type   string        `json:"type" doc:"Where the kind of problem is explained: an address relative to this server, the same for every problem of the code." example:"/docs/problems#invalid"`
	Title  string        `json:"title" doc:"The status in words." example:"Bad Request"`
	Status int           `json:"status" doc:"The HTTP status." example:"400"`
	Detail string        `json:"detail" doc:"What is wrong, where, and what to do." example:"score must be a whole number from 0 to 10"`
	Code   feedback.Code `json:"code" doc:"The kind of problem, for programs. It is stable."`
	Errors []FieldError  `json:"errors,omitempty" doc:"What is wrong field by field."`
}

// FieldError says what is wrong with a field of a body or a parameter of a query.
type FieldError struct {
	Location string `json:"location" doc:"The field or parameter: body.score, body[3].score, query.limit." example:"body[3].score"`
	Message  string `json:"message" doc:"What is wrong with it." example:"score must be a whole number from 0 to 10"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status, for Huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives the media type, for Huma.
func (p *Problem) ContentType(string) string { return problemType }

// closedRequest is the status, for logs, of a request whose client has gone.
const closedRequest = 499

// statusOf is the one place that turns codes into statuses.
func statusOf(code feedback.Code) int {
	switch code {
	case feedback.Invalid:
		return http.StatusBadRequest
	case feedback.Forbidden:
		return http.StatusUnauthorized
	case feedback.NotFound:
		return http.StatusNotFound
	case feedback.Conflict:
		return http.StatusConflict
	case feedback.Deleted:
		return http.StatusGone
	case feedback.TooLarge:
		return http.StatusRequestEntityTooLarge
	case feedback.Unsupported:
		return http.StatusNotImplemented
	case feedback.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// newProblem makes a problem of the code with the status that belongs to it.
func newProblem(code feedback.Code, detail string) *Problem {
	return statusProblem(statusOf(code), code, detail)
}

// statusProblem makes a problem of HTTP's own, which has a status but no code that means it.
func statusProblem(status int, code feedback.Code, detail string) *Problem {
	title := cmp.Or(http.StatusText(status), "Client Closed Request")
	return &Problem{Type: ProblemType(code), Title: title, Status: status, Detail: detail, Code: code}
}

// problemsPath is the page that explains the kinds of problems.
const problemsPath = "/docs/problems"

// ProblemType is where the problems of a code are explained.
func ProblemType(code feedback.Code) string { return problemsPath + "#" + string(code) }

// fieldProblem makes a problem of what is wrong with fields. There is at least one.
func fieldProblem(code feedback.Code, fields ...FieldError) *Problem {
	detail := fields[0].Message
	if more := len(fields) - 1; more > 0 {
		detail = fmt.Sprintf("%s (and %d more, see errors)", detail, more)
	}
	p := newProblem(code, detail)
	p.Errors = fields
	return p
}

// problemOf turns an error into a problem. Messages of the server's own troubles name paths and parts of it: they are for
// the log, and the client gets a general one.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	e, ok := errors.AsType[*feedback.Error](err)
	code := feedback.CodeOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		return statusProblem(closedRequest, feedback.Unavailable, "the request was given up")
	case errors.Is(err, context.DeadlineExceeded), code == feedback.Unavailable:
		return newProblem(feedback.Unavailable, "the server cannot do this at the moment: try again soon, and see /readyz")
	case code == feedback.Corrupt:
		return newProblem(code, "a file of the server is damaged: its log says which, under this answer's X-Request-Id")
	case !ok || code == feedback.Internal:
		return newProblem(feedback.Internal, "the server failed: its log says why, under this answer's X-Request-Id")
	}
	return newProblem(code, e.Message)
}

// hideHuma turns errors that Huma makes itself into problems: they hold the values that were submitted and the texts of
// errors.
func hideHuma(_ huma.Context, _ string, body any) (any, error) {
	e, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	code := feedback.Invalid
	if e.Status >= http.StatusInternalServerError {
		code = feedback.Internal
	}
	return statusProblem(e.Status, code, "the request cannot be answered: "+strings.ToLower(http.StatusText(e.Status))), nil
}

// refuse answers a request with a problem from outside of Huma, and ends it.
func (s *server) refuse(c *gin.Context, p *Problem) {
	c.Abort()
	if s.Pages != nil && wantsPage(c.Request) {
		s.Pages.Refuse(c, p)
		return
	}
	body, err := json.Marshal(p)
	if err != nil { // cannot happen: it is all strings
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(p.Status, problemType, append(body, '\n'))
}

func (s *server) noRoute(c *gin.Context) {
	s.refuse(c, newProblem(feedback.NotFound, "there is nothing at this path: /openapi.json lists what there is"))
}

func (s *server) noMethod(c *gin.Context) {
	s.refuse(c, statusProblem(http.StatusMethodNotAllowed, feedback.Unsupported,
		"this path does not take "+knownMethod(c.Request.Method)+": it takes "+c.Writer.Header().Get("Allow")))
}

// knownMethod repeats a method only when it is one of HTTP's.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "this method"
}
