package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/store"
)

// eraseWithin is how long DELETE /v1/respondents waits for the end of an erasure.
const eraseWithin = 10 * time.Second

// ErasureReceipt says what an erasure took away. It names nobody.
type ErasureReceipt struct {
	ID          string         `json:"id" doc:"The id of the erasure, to fetch this receipt again." example:"NC6AO5T3J7EQOUML5K4CO634WG"`
	Status      string         `json:"status" enum:"running,done" doc:"Running until nothing is left in store, index and their files; then done." example:"done"`
	RequestedAt time.Time      `json:"requested_at" doc:"When it was asked for. From then on nothing finds the responses any more."`
	FinishedAt  *time.Time     `json:"finished_at,omitempty" doc:"When nothing was left; absent while it is running."`
	Gone        map[string]int `json:"gone" doc:"What went, by kind: responses, analyses, corrections and others." example:"{\"responses\":2,\"analyses\":3,\"corrections\":0}"`
	BackupsGone time.Time      `json:"backups_expire_at" doc:"When the last backup that may hold it is to be thrown away. A backup that is restored before is erased again first."`
}

func (e *Eraser) receipt(one *store.Erasure) ErasureReceipt {
	r := ErasureReceipt{
		ID: one.ID, Status: "running", RequestedAt: one.RequestedAt, Gone: one.Gone,
		BackupsGone: one.RequestedAt.AddDate(0, 0, e.backupDays),
	}
	if !one.FinishedAt.IsZero() {
		r.Status, r.FinishedAt = "done", &one.FinishedAt
		r.BackupsGone = one.FinishedAt.AddDate(0, 0, e.backupDays)
	}
	return r
}

type erasureAnswer struct {
	Status int
	Body   ErasureReceipt
}

// respondentPath names a respondent.
type respondentPath struct {
	ID string `path:"id" doc:"The respondent, as the responses name them, percent-encoded." example:"u-4711" maxLength:"1024"`
}

// deleteRespondent erases a person.
func (s *server) deleteRespondent(ctx context.Context, c *call, in *respondentPath) (*erasureAnswer, error) {
	id, err := url.PathUnescape(in.ID)
	if err != nil || unreadable(id) {
		return nil, fieldProblem(feedback.Invalid, FieldError{"path.id", "id is not valid percent-encoded UTF-8, or holds a control character"})
	}
	if s.Eraser == nil {
		return nil, errNoEraser
	}
	begun, err := s.Eraser.begin(ctx, c.workspace, id)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, eraseWithin)
	defer cancel()
	one, err := s.Eraser.await(waiting, c.workspace, begun.ID)
	if err != nil {
		return nil, err
	}
	return s.receipt(&one), nil
}

// receipt answers 200 for an erasure that is done, and 202 for one that is running.
func (s *server) receipt(one *store.Erasure) *erasureAnswer {
	status := http.StatusOK
	if one.FinishedAt.IsZero() {
		status = http.StatusAccepted
	}
	return &erasureAnswer{status, s.Eraser.receipt(one)}
}

// erasurePath names an erasure.
type erasurePath struct {
	ID string `path:"id" doc:"The id of the erasure." example:"NC6AO5T3J7EQOUML5K4CO634WG" maxLength:"64"`
}

// getErasure answers a receipt.
func (s *server) getErasure(ctx context.Context, c *call, in *erasurePath) (*erasureAnswer, error) {
	if s.Eraser == nil {
		return nil, errNoEraser
	}
	one, err := s.Store.Erasure(ctx, c.workspace, in.ID)
	if err != nil {
		return nil, err
	}
	return s.receipt(&one), nil
}

// RetentionList says how long responses are kept.
type RetentionList struct {
	Retention []RetentionEntry `json:"retention" maxItems:"1000" doc:"One entry for each survey, in order."`
}

// RetentionEntry says how long the responses of a survey are kept.
type RetentionEntry struct {
	Survey string `json:"survey" maxLength:"1024" doc:"The survey; empty for all that have no entry of their own." example:"nps-2026"`
	Days   int    `json:"days" minimum:"0" maximum:"36500" doc:"After how many days its responses are erased; 0 keeps them." example:"730"`
}

type retentionAnswer struct{ Body RetentionList }

// getRetention answers how long responses are kept.
func (s *server) getRetention(ctx context.Context, c *call, _ *noPath) (*retentionAnswer, error) {
	stored, err := s.Store.Retention(ctx, c.workspace)
	list := RetentionList{Retention: []RetentionEntry{}}
	for _, r := range stored {
		list.Retention = append(list.Retention, RetentionEntry(r))
	}
	return &retentionAnswer{list}, err
}

// putRetention replaces it.
func (s *server) putRetention(ctx context.Context, c *call, in *noPath) (*retentionAnswer, error) {
	list, err := c.retention()
	if err != nil {
		return nil, err
	}
	if err := s.Store.SetRetention(ctx, c.workspace, list); err != nil {
		return nil, err
	}
	return s.getRetention(ctx, c, in)
}

// retention reads a RetentionList. Its messages repeat nothing of the body.
func (c *call) retention() ([]store.Retention, error) {
	items, many, err := c.items()
	if err != nil {
		return nil, err
	}
	var body struct {
		Retention *[]struct {
			Survey *string `json:"survey"`
			Days   *days   `json:"days"`
		} `json:"retention"`
	}
	in := json.NewDecoder(bytes.NewReader(items0(items)))
	in.DisallowUnknownFields()
	if many || in.Decode(&body) != nil || body.Retention == nil {
		return nil, bodyProblem(`the body must be an object like {"retention":[{"survey":"nps","days":730}]}, without other fields`)
	}
	list := make([]store.Retention, 0, len(*body.Retention))
	for _, r := range *body.Retention {
		if r.Survey == nil || r.Days == nil {
			return nil, bodyProblem("every entry needs survey and days")
		}
		list = append(list, store.Retention{Survey: *r.Survey, Days: int(*r.Days)})
	}
	return list, nil
}

// days is a whole number of days.
type days int

// UnmarshalJSON reads 30 and 30.0.
func (d *days) UnmarshalJSON(raw []byte) error { return wholeNumber(d).UnmarshalJSON(raw) }

func items0(items []item) []byte {
	if len(items) == 0 {
		return nil
	}
	return items[0].raw
}

func (s *server) routesOfErasures() {
	register(s, route{
		method: http.MethodDelete, path: "/v1/respondents/{id}", id: "erase-respondent", tag: "privacy", summary: "Erase a person",
		about: "Erases all responses of a respondent with everything that hangs on them, from store, index and all their files, and " +
			"answers a receipt when nothing is left. When that takes longer than 10 seconds the answer is 202 with a receipt that says " +
			"`running`: fetch it again. Nothing finds the responses from the first moment on.",
		answers: []answer{
			{http.StatusOK, "Nothing is left.", []content{{media: jsonType, schema: "ErasureReceipt"}}},
			{http.StatusAccepted, "The responses are gone; their traces in files are being removed.", []content{{media: jsonType, schema: "ErasureReceipt"}}},
		},
		errors: []int{http.StatusNotFound, http.StatusNotImplemented},
	}, s.deleteRespondent)

	register(s, route{
		method: http.MethodGet, path: "/v1/erasures/{id}", id: "get-erasure", tag: "privacy", summary: "The receipt of an erasure",
		answers: []answer{
			{http.StatusOK, "It is done.", []content{{media: jsonType, schema: "ErasureReceipt"}}},
			{http.StatusAccepted, "It is running.", []content{{media: jsonType, schema: "ErasureReceipt"}}},
		},
		errors: []int{http.StatusNotFound, http.StatusNotImplemented},
	}, s.getErasure)

	register(s, route{
		method: http.MethodGet, path: "/v1/retention", id: "get-retention", tag: "privacy", summary: "How long responses are kept",
		answers: []answer{{http.StatusOK, "Survey by survey.", []content{{media: jsonType, schema: "RetentionList"}}}},
	}, s.getRetention)

	register(s, route{
		method: http.MethodPut, path: "/v1/retention", id: "put-retention", tag: "privacy", summary: "Say how long responses are kept",
		about: "Replaces the list as a whole. Once a day the server erases what is older, by when it was given, else changed, else when it " +
			"last arrived.",
		body:    &content{media: jsonType, schema: "RetentionList", about: "The whole list.", example: exampleRetention},
		answers: []answer{{http.StatusOK, "It holds now.", []content{{media: jsonType, schema: "RetentionList"}}}},
		errors:  bodyErrors,
	}, s.putRetention)
}

var exampleRetention = json.RawMessage(`{"retention":[{"survey":"","days":730},{"survey":"employees","days":90}]}`)

// erasureSchemas are the types of erasures for the description, and erasureNotes what they are.
var erasureSchemas = []reflect.Type{reflect.TypeFor[ErasureReceipt](), reflect.TypeFor[RetentionList]()}

var erasureNotes = map[string]string{
	"ErasureReceipt": "What an erasure took away. It names nobody.",
	"RetentionList":  "After how many days the responses of surveys are erased.",
	"RetentionEntry": "After how many days the responses of a survey are erased.",
}

var privacyTag = &huma.Tag{Name: "privacy", Description: "Erase people, and what is too old."}
