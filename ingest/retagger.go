package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/store"
)

// Retagger tags what is stored with new versions of taxonomies, in the background. The analyses of a new version are
// written beside those that are read; once it has caught up with what came in meanwhile, the version becomes the current one
// at once. How far it is stands in the store, so that it goes on after a crash.
type Retagger struct {
	ingester *Ingester
	logger   *slog.Logger
	ready    func(ctx context.Context, workspace, taxonomy string) error

	// What the last batch was tagged with: a taxonomy is read once.
	workspace string
	taxonomy  *feedback.Taxonomy

	mu      sync.Mutex
	changed chan struct{} // closed when a tagging gets on
	stopped chan struct{}
}

// RetaggerOptions are the settings of a [Retagger]. The zero RetaggerOptions are good.
type RetaggerOptions struct {
	Logger *slog.Logger // nil for slog.Default()
	// Ready is called when all responses are tagged with a version, before that becomes the current one: whoever counts gets
	// ready for it, so that the counts change at once, too.
	Ready func(ctx context.Context, workspace, taxonomy string) error
}

// NewRetagger makes a Retagger of what the ingester stores in; run it.
func NewRetagger(i *Ingester, o RetaggerOptions) *Retagger {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Retagger{ingester: i, logger: o.Logger, ready: o.Ready, changed: make(chan struct{}), stopped: make(chan struct{})}
}

// retagBatch is how many responses are tagged and stored at a time.
const retagBatch = 500

// retagAgain is how long after an error the next attempt comes, and how long is waited at most for something to do;
// retagLook is how long after a change it is looked whether there is.
const (
	retagAgain = 5 * time.Second
	retagLook  = 100 * time.Millisecond
)

// Changed returns a channel that is closed when a tagging gets on or ends.
func (r *Retagger) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// Stopped returns a channel that is closed when Run has ended: then there will be no more progress.
func (r *Retagger) Stopped() <-chan struct{} { return r.stopped }

func (r *Retagger) notify() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Run tags until ctx ends. It is called once. A tagging that it leaves goes on at the next Run.
func (r *Retagger) Run(ctx context.Context) error {
	defer close(r.stopped)
	for ctx.Err() == nil {
		changed := r.ingester.Store.Notify()
		idle, err := r.runAll(ctx)
		if err != nil && ctx.Err() == nil {
			r.logger.Warn("ingest: retag: it is tried again", "code", string(feedback.CodeOf(err)), "error", err.Error())
		}
		if !idle && err == nil {
			continue
		}
		if err != nil {
			changed = nil // no change mends it
		}
		r.await(ctx, changed)
	}
	return nil
}

// await waits for a change, but not for ever; where much changes it looks now and then only.
func (r *Retagger) await(ctx context.Context, changed <-chan struct{}) {
	timer := time.NewTimer(retagAgain)
	defer timer.Stop()
	select {
	case <-changed:
		pause(ctx, retagLook)
	case <-timer.C:
	case <-ctx.Done():
	}
}

// runAll does a batch of each workspace where something is to be tagged, one after the other; idle says that there was none.
func (r *Retagger) runAll(ctx context.Context) (idle bool, err error) {
	names, err := r.ingester.Store.Workspaces(ctx)
	if err != nil {
		return true, err
	}
	idle = true
	for _, workspace := range names {
		running, ok, err := r.ingester.Store.RunningRetag(ctx, workspace)
		if err != nil {
			return idle, err
		}
		if !ok {
			continue
		}
		idle = false
		began := time.Now()
		if err := r.step(ctx, running); err != nil && feedback.CodeOf(err) != feedback.Conflict { // then a newer one runs
			return idle, err
		}
		r.notify()
		pause(ctx, time.Since(began))
	}
	return idle, nil
}

// pause leaves the machine to others for as long as a batch took.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// step does one batch of a tagging, or ends it.
func (r *Retagger) step(ctx context.Context, running store.Retag) error {
	responses, next, end, err := r.ingester.Store.ToRetag(ctx, running, retagBatch)
	if err != nil {
		return err
	}
	if end {
		return r.finish(ctx, running)
	}
	analyst, err := r.analyst(ctx, running)
	if err != nil {
		return err
	}
	batch := make([]feedback.Analysed, len(responses))
	for i := range responses {
		if batch[i], err = analyst.Analyse(responses[i]); err != nil {
			return err
		}
	}
	return r.ingester.Store.SaveRetagged(ctx, next, batch)
}

// finish makes the version the current one, unless something came in while others got ready for it.
func (r *Retagger) finish(ctx context.Context, running store.Retag) error {
	if r.ready != nil {
		if err := r.ready(ctx, running.Workspace, running.Taxonomy); err != nil {
			return err
		}
	}
	_, err := r.ingester.Store.FinishRetag(ctx, running)
	return err
}

// analyst tags with the version. What is stored is redacted already.
func (r *Retagger) analyst(ctx context.Context, running store.Retag) (*Analyst, error) {
	own, err := r.ingester.analyst(ctx, running.Workspace)
	if err != nil {
		return nil, err
	}
	own.Redact = analysis.Redactor{}
	if r.taxonomy == nil || r.workspace != running.Workspace || r.taxonomy.Ref() != running.Taxonomy {
		taxonomy, err := r.ingester.Store.Taxonomy(ctx, running.Workspace, running.Taxonomy)
		if err != nil {
			return nil, err
		}
		r.workspace, r.taxonomy = running.Workspace, &taxonomy
	}
	own.Taxonomy = r.taxonomy
	return own, nil
}
