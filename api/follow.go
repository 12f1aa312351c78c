package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"verbatim/feedback"
)

// How often what is watched tells of at most, and how long a watcher hears nothing.
const (
	tellEvery = 200 * time.Millisecond
	tellAtAll = 15 * time.Second
)

// Followed is work in the background that can be watched: it closes Changed at its next step, and Stopped when the server
// ends. Imports and tagging anew are.
type Followed interface {
	Changed() <-chan struct{}
	Stopped() <-chan struct{}
}

// Follow answers with server-sent events until what is followed ends: "progress" whenever the body that look gives is
// another one, and "end" with the last. The body is one line.
func Follow(ctx context.Context, w http.ResponseWriter, work Followed, look func() (body []byte, ended bool, err error)) error {
	w.Header().Set("Content-Type", eventsType)
	w.Header().Set("X-Accel-Buffering", "no") // nor may a proxy hold them back
	out := &patient{Writer: w, control: http.NewResponseController(w)}
	var last []byte
	for {
		changed := work.Changed()
		body, ended, err := look()
		switch {
		case err != nil:
			return err
		case ended:
			return event(out, "end", body)
		case bytes.Equal(body, last):
			_, err = io.WriteString(out, ": still there\n\n")
		default:
			err = event(out, "progress", body)
		}
		if err != nil {
			return err
		}
		last = body
		if err := waitFor(ctx, changed, work.Stopped()); err != nil {
			return err
		}
	}
}

// waitFor waits for a change, but not less than tellEvery nor longer than tellAtAll.
func waitFor(ctx context.Context, changed, stopped <-chan struct{}) error {
	for _, wait := range []struct {
		until <-chan struct{}
		most  time.Duration
	}{{nil, tellEvery}, {changed, tellAtAll - tellEvery}} {
		timer := time.NewTimer(wait.most)
		defer timer.Stop()
		select {
		case <-wait.until:
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-stopped:
			return newProblem(feedback.Unavailable, "the server stops: the work goes on when it runs again")
		}
	}
	return nil
}

func event(out io.Writer, name string, body []byte) error {
	_, err := fmt.Fprintf(out, "event: %s\ndata: %s\n\n", name, body)
	return err
}
