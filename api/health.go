package api

import (
	"context"
	"fmt"
	"sync/atomic"

	"verbatim/feedback"
)

// Health says that the process answers.
type Health struct {
	Status string `json:"status" enum:"ok" doc:"Always ok." example:"ok"`
}

// Readiness says how far the index is. Lag may be above 0 for a moment after every change.
type Readiness struct {
	Status  string `json:"status" enum:"ready" doc:"Always ready: the answer is a problem otherwise." example:"ready"`
	Stored  int64  `json:"stored" doc:"The number of changes that are stored, over all workspaces." example:"3012"`
	Indexed int64  `json:"indexed" doc:"How many of them searches and counts know." example:"3012"`
	Lag     int64  `json:"lag" doc:"How many they do not know yet." example:"0"`
}

// Ready says only that the server is ready: how much is stored is nobody's business who has no key.
type Ready struct {
	Status string `json:"status" enum:"ready" doc:"Always ready: the answer is a problem otherwise." example:"ready"`
}

// readiness is what the server waits for before it says that it is ready.
type readiness struct {
	loaded  chan struct{} // closed when index and models are open, or cannot be
	failure error         // why they cannot be; read after loaded is closed
	target  map[string]int64
	caught  atomic.Bool // the index has reached the target once
}

// begin opens the index and the models, and notes what is stored now: the index must reach that once. Later lag is no
// reason to send requests elsewhere.
func (r *readiness) begin(ctx context.Context, deps *Deps) error {
	r.loaded, r.target = make(chan struct{}), map[string]int64{feedback.DefaultWorkspace: 0}
	workspaces, err := deps.Store.Workspaces(ctx)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	for _, ws := range workspaces {
		if r.target[ws], err = deps.Store.LastSeq(ctx, ws); err != nil {
			return fmt.Errorf("api: %w", err)
		}
	}
	go func() {
		defer close(r.loaded)
		for ws := range r.target { // a workspace of the index answers when it holds what was stored when it was opened
			deps.Index.Seq(ctx, ws)
		}
		if r.failure = deps.Analyzer.Load(); r.failure != nil {
			deps.Logger.Error("api: the models cannot be loaded", "error", r.failure.Error())
		}
	}()
	return nil
}

type healthAnswer struct{ Body Health }

// healthz answers as long as the process does.
func (s *server) healthz(context.Context, *call, *noPath) (*healthAnswer, error) {
	return &healthAnswer{Health{Status: "ok"}}, nil
}

type readyAnswer struct{ Body any }

// readyz answers when the models are loaded, the index has caught up with what was stored at the start, and the store can be
// written.
func (s *server) readyz(ctx context.Context, _ *call, _ *noPath) (*readyAnswer, error) {
	select {
	case <-s.ready.loaded:
		if s.ready.failure != nil {
			return nil, newProblem(feedback.Unavailable, "the models cannot be loaded: the server's log says why")
		}
	default:
		return nil, newProblem(feedback.Unavailable, "index and models are being opened")
	}
	if !s.ready.caught.Load() {
		for ws, target := range s.ready.target {
			if held := s.Index.Seq(ctx, ws); held < target {
				if s.guarded(ctx) {
					return nil, newProblem(feedback.Unavailable, "the index is being made")
				}
				return nil, newProblem(feedback.Unavailable, fmt.Sprintf("the index is being made: it holds change %d of %d", held, target))
			}
		}
		s.ready.caught.Store(true)
	}
	if err := s.writable(ctx); err != nil {
		return nil, err
	}
	if s.guarded(ctx) {
		return &readyAnswer{Ready{Status: "ready"}}, nil
	}
	out, err := s.progress(ctx)
	return &readyAnswer{out}, err
}

// progress adds up all workspaces.
func (s *server) progress(ctx context.Context) (Readiness, error) {
	out := Readiness{Status: "ready"}
	workspaces, err := s.Store.Workspaces(ctx)
	if err != nil {
		return out, err
	}
	for _, ws := range workspaces {
		held := s.Index.Seq(ctx, ws) // first, so that it is never the larger
		last, err := s.Store.LastSeq(ctx, ws)
		if err != nil {
			return out, err
		}
		out.Stored, out.Indexed = out.Stored+last, out.Indexed+min(held, last)
	}
	out.Lag = out.Stored - out.Indexed
	return out, nil
}
