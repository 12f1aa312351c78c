package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/store"
)

// RetagStatus is how far the tagging with the newest version of the taxonomy is.
type RetagStatus struct {
	Taxonomy   string    `json:"taxonomy" doc:"The version that responses are tagged with." example:"default@2"`
	State      string    `json:"state" enum:"running,done,cancelled,replaced" doc:"How far it is; done says that it is, or was, the current one." example:"running"`
	Total      int       `json:"total" doc:"Responses when it began." example:"3000"`
	Done       int       `json:"done" doc:"Responses that are tagged." example:"1500"`
	StartedAt  time.Time `json:"started_at" doc:"When it began."`
	FinishedAt time.Time `json:"finished_at,omitzero" doc:"When it ended."`
}

func (s *server) routesOfRetag() {
	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/retag", id: "get-retag", tag: taxonomyTag, summary: "How far tagging anew is",
		about:   "Of the newest version that something was tagged with.",
		answers: []answer{{http.StatusOK, "How far it is.", []content{{media: jsonType, schema: "RetagStatus"}}}}, errors: []int{http.StatusNotFound},
	}, s.getRetag)
	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/retag/events", id: "watch-retag", tag: taxonomyTag, summary: "Follow tagging anew",
		about:   "Server-sent events: `progress` with a RetagStatus whenever it gets on, and `end` with the last one.",
		answers: []answer{{http.StatusOK, "The events.", []content{{media: eventsType, schema: "RetagEvent"}}}}, errors: []int{http.StatusNotFound, http.StatusNotImplemented},
	}, s.watchRetag)
	register(s, route{
		method: http.MethodDelete, path: "/v1/taxonomy/retag", id: "cancel-retag", tag: taxonomyTag, summary: "Cancel tagging anew",
		about:   "The version that is on its way does not become the current one. Putting the same taxonomy again begins anew.",
		answers: []answer{{http.StatusNoContent, "It is cancelled.", nil}}, errors: []int{http.StatusNotFound},
	}, s.cancelRetag)
}

// Retag tells how far the tagging with the newest version is; it fails with [feedback.NotFound] when there was none.
func (t *Taxonomies) Retag(ctx context.Context, workspace string) (RetagStatus, error) {
	list, err := t.Store.Retags(ctx, workspace)
	if err != nil {
		return RetagStatus{}, err
	}
	if len(list) == 0 {
		return RetagStatus{}, feedback.Errorf(feedback.NotFound, "nothing was tagged anew")
	}
	r := &list[0]
	out := RetagStatus{
		Taxonomy: r.Taxonomy, State: string(r.State), Total: r.Total, Done: r.Done, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	if r.State == store.RetagRunning && !r.FinishedAt.IsZero() { // it is the current one, and a response came late
		out.State = string(store.RetagDone)
	}
	return out, nil
}

type retagAnswer struct{ Body RetagStatus }

// getRetag tells how far tagging anew is.
func (s *server) getRetag(ctx context.Context, c *call, _ *noPath) (*retagAnswer, error) {
	status, err := s.taxonomies().Retag(ctx, c.workspace)
	return &retagAnswer{status}, err
}

// cancelRetag ends tagging anew.
func (s *server) cancelRetag(ctx context.Context, c *call, _ *noPath) (*struct{}, error) {
	return nil, s.Store.CancelRetag(ctx, c.workspace)
}

// watchRetag sends the progress of tagging anew until its end.
func (s *server) watchRetag(ctx context.Context, c *call, _ *noPath) (*huma.StreamResponse, error) {
	if s.Retagger == nil {
		return nil, newProblem(feedback.Unsupported, "this server does not tag anew")
	}
	if _, err := s.taxonomies().Retag(ctx, c.workspace); err != nil {
		return nil, err
	}
	look := func() (body []byte, ended bool, err error) {
		status, err := s.taxonomies().Retag(ctx, c.workspace)
		if err != nil {
			return nil, false, err
		}
		body, err = json.Marshal(status)
		return body, status.State != string(store.RetagRunning), err
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		if err := Follow(ctx, c.answer, s.Retagger, look); err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "api: watch-retag", slog.String("error", problemOf(err).Detail), slog.String("request_id", c.id))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
