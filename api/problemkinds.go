package api

import (
	"net/http"

	"verbatim/api/reference"
	"verbatim/feedback"
)

// problemKinds explain every code that a problem may have: with which statuses it comes, what it means, and what to do.
var problemKinds = []reference.ProblemKind{
	{
		Code: string(feedback.Invalid), Statuses: []int{http.StatusBadRequest, http.StatusRequestTimeout},
		Means: "The request is wrong: a field, a parameter, the form of the body or a file. `detail` says what is wrong first, and `errors` lists all " +
			"of it with the place of each. 408: the body did not arrive in time.",
		Do: "Correct what `errors` names and send it again. As it is, it will be refused again.",
	},
	{
		Code: string(feedback.Forbidden), Statuses: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusMisdirectedRequest},
		Means: "401: the key is missing, wrong, expired or revoked, or a signature is. 403: the key has not the scope that this takes, or a web page of " +
			"another origin asks for a change. 421: without keys only requests to this machine itself are answered.",
		Do: "Send `Authorization: Bearer vb_…` with a key of the scope that the operation names. Ask whoever has an `admin` key for another one.",
	},
	{
		Code: string(feedback.NotFound), Statuses: []int{http.StatusNotFound},
		Means: "There is no such path, or no such thing in the workspace of the key. What is in another workspace is not told from what is not there.",
		Do:    "Compare path, id and survey. Ids are percent-encoded in a path, and `survey` is `default` when it is left out.",
	},
	{
		Code: string(feedback.Conflict), Statuses: []int{http.StatusConflict, http.StatusUnprocessableEntity},
		Means: "It contradicts what is there. 422: the `Idempotency-Key` came with another request before.",
		Do:    "Look at what is there, as `detail` says. Take a new `Idempotency-Key` for every request.",
	},
	{
		Code: string(feedback.Deleted), Statuses: []int{http.StatusGone},
		Means: "A response with this id was deleted, or its respondent erased. It does not come back, so that a late delivery cannot undo that.",
		Do:    "Nothing, when it is the same response. A new one needs an id of its own.",
	},
	{
		Code: string(feedback.TooLarge), Statuses: []int{http.StatusRequestEntityTooLarge},
		Means: "The body, a list or a text is longer than the limit that `detail` names.",
		Do:    "Send less at a time: several requests, or `POST /v1/responses/bulk`, which has no limit as a whole.",
	},
	{
		Code: string(feedback.Unsupported), Statuses: []int{http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusNotImplemented},
		Means: "405: the path does not take this method; the header `Allow` lists those it takes. 415: the body has another form than the operation " +
			"reads. 501: this server was started without what it takes.",
		Do: "Compare method and `Content-Type` with the operation.",
	},
	{
		Code: string(feedback.Unavailable), Statuses: []int{http.StatusTooManyRequests, closedRequest, http.StatusServiceUnavailable},
		Means: "The server cannot do it at the moment. 429: the key, or an address that sends wrong keys, asks too often. 503: it is starting, stopping, " +
			"or its disk is full. 499 is in its log only: the client went before the answer.",
		Do: "Wait as long as `Retry-After` says, or some seconds, and send the same again: nothing counts twice. `/readyz` says what is missing.",
	},
	{
		Code: string(feedback.Corrupt), Statuses: []int{http.StatusInternalServerError},
		Means: "A file of the server is damaged.",
		Do:    "Tell whoever runs it: `verbatim check` finds what is damaged, `verbatim reindex` and `verbatim restore` mend it. `X-Request-Id` finds the line in the log.",
	},
	{
		Code: string(feedback.Internal), Statuses: []int{http.StatusInternalServerError},
		Means: "The server failed: a defect of the program.",
		Do:    "Report it with the `X-Request-Id` of the answer: the log has what happened under it, without any text.",
	},
}
