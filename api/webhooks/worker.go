package webhooks

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"verbatim/index"
	"verbatim/store"
)

// Limits of the worker.
const (
	lookEvery    = 10 * time.Minute       // for what nothing announces
	gatherTime   = 100 * time.Millisecond // after a change, so that many become one batch
	retryAfter   = 5 * time.Second        // when the store fails
	atOnce       = 64                     // attempts of all webhooks
	perWebhook   = 8                      // attempts of one webhook
	batchSize    = 256                    // deliveries or changes
	mostWaiting  = 10_000                 // deliveries of a webhook: more stay in the change log until there is room
	mostUnsaved  = 10_000                 // changes without a delivery that a restart would look at again
	mostFailing  = 48 * time.Hour         // without a success, before a delivery that failed for good disables its webhook
	keepLog      = 30 * 24 * time.Hour
	pruneEvery   = time.Hour
	driversEvery = 10 * time.Minute
)

// Options vary a worker; the zero Options are for production.
type Options struct {
	Private      bool          // private addresses and plain http may be called
	DriversEvery time.Duration // how often drivers are looked at, at most; 10 minutes when 0
	Client       *http.Client  // nil for that of [NewClient]
	Logger       *slog.Logger  // nil for slog.Default(); never gets an address or anything of a response
}

// Worker queues and sends the deliveries of all webhooks of a store.
type Worker struct {
	store   *store.Store
	index   *index.Index
	client  *http.Client
	logger  *slog.Logger
	private bool
	every   time.Duration
	slots   chan struct{}
	most    int // deliveries that may wait for a webhook
}

// New makes a worker over a store and the index that follows it. There must be one worker for a store.
func New(s *store.Store, x *index.Index, o Options) *Worker {
	w := &Worker{
		store: s, index: x, client: o.Client, logger: cmp.Or(o.Logger, slog.Default()), private: o.Private,
		every: cmp.Or(o.DriversEvery, driversEvery), slots: make(chan struct{}, atOnce), most: mostWaiting,
	}
	if w.client == nil {
		w.client = NewClient(o.Private, nil)
	}
	return w
}

// Run queues and sends until ctx ends, and then returns nil; attempts that have not been answered by then are made again by the next
// Run. Errors of the store go to the logger and are tried again.
func (w *Worker) Run(ctx context.Context) error {
	var running sync.Map // a runner for each webhook
	var group sync.WaitGroup
	defer w.client.CloseIdleConnections()
	defer group.Wait()
	var pruned time.Time
	for {
		changed := w.store.Notify()
		refs, err := w.store.ActiveWebhooks(ctx)
		if err == nil && time.Since(pruned) >= pruneEvery {
			pruned = time.Now()
			err = w.store.PruneDeliveries(ctx, pruned.Add(-keepLog))
		}
		again := lookEvery
		if err != nil && ctx.Err() == nil {
			w.logger.Warn("webhooks: cannot look for work", "error", err.Error())
			again = retryAfter
		}
		for _, ref := range refs {
			if _, there := running.LoadOrStore(ref, true); !there {
				group.Go(func() {
					defer running.Delete(ref)
					(&runner{Worker: w, ref: ref}).run(ctx)
				})
			}
		}
		if !pause(ctx, changed, again) {
			return nil
		}
	}
}

// pause waits for a change or until some time has passed, and after a change a little longer for more; it reports whether
// ctx goes on.
func pause(ctx context.Context, changed <-chan struct{}, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	case <-changed:
	}
	timer.Reset(gatherTime)
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
