package ingest

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"verbatim/feedback"
	"verbatim/store"
)

// ConnectorOptions say how payloads of platforms become responses. The zero options do for a server.
type ConnectorOptions struct {
	// Allowed are addresses besides the platforms' own that sources may fetch from, like https://surveys.example.com.
	Allowed []string
	// Logger is nil for slog.Default(); it never gets a text, an id or a secret.
	Logger *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Retry is how long after a first failed fetch comes the second try; each further one waits twice as long, up to 6
	// hours. 0 is 10 seconds.
	Retry time.Duration
}

// Connector takes what platforms send: Receive stores it, Run turns it into responses. Safe for concurrent use.
type Connector struct {
	ingester *Ingester
	options  ConnectorOptions
	fetcher  *fetcher
	wake     map[bool]chan struct{} // by whether responses have to be fetched
}

// NewConnector makes a connector that puts responses through the ingester.
func NewConnector(ingester *Ingester, options ConnectorOptions) *Connector {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Retry == 0 {
		options.Retry = 10 * time.Second
	}
	return &Connector{
		ingester: ingester, options: options, fetcher: newFetcher(options.Allowed),
		wake: map[bool]chan struct{}{false: make(chan struct{}, 1), true: make(chan struct{}, 1)},
	}
}

// CheckBase is [CheckBase] with the addresses that this connector allows.
func (c *Connector) CheckBase(kind feedback.SourceKind, base string) error {
	return CheckBase(kind, base, c.options.Allowed)
}

// Receive takes a payload at an address: it checks the signature over the bytes as they came, stores them durably and
// returns; Run does the rest. Repeated reports a delivery that came before. Errors: [feedback.NotFound] when there is no
// such address, [feedback.Forbidden] for a bad signature, [feedback.TooLarge] above [MaxPayload], and those of
// [store.Store.AddPayload].
func (c *Connector) Receive(ctx context.Context, hook string, header http.Header, body []byte) (repeated bool, err error) {
	workspace, src, err := c.ingester.Store.SourceByHook(ctx, hook)
	if err != nil {
		return false, err
	}
	if len(body) > MaxPayload {
		return false, feedback.Errorf(feedback.TooLarge, "the payload is larger than %d KB", MaxPayload>>10)
	}
	if err := Verify(&src, header, body, c.options.Now()); err != nil {
		return false, err
	}
	media := header.Get("Content-Type")
	if len(media) > maxName || !printable(media) {
		media = ""
	}
	_, repeated, err = c.ingester.Store.AddPayload(ctx, &feedback.Payload{
		Workspace: workspace, Source: src.Name, Delivery: DeliveryID(&src, header, body), Media: media, Body: body, Remote: src.Kind.Remote(),
	})
	if err == nil && !repeated {
		c.Wake()
	}
	return repeated, err
}

// Wake has Run look for payloads now, as after a replay.
func (c *Connector) Wake() {
	for _, wake := range c.wake {
		select {
		case wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// pruneEvery is how often payloads that have been kept for long enough are erased.
const pruneEvery = time.Hour

// Run turns payloads into responses until the context ends; those that need no fetching never wait for those that do. What
// cannot be stored at the moment stays pending. It returns nil when the context ends.
func (c *Connector) Run(ctx context.Context) error {
	defer c.fetcher.client.CloseIdleConnections()
	group, ctx := errgroup.WithContext(ctx)
	for _, remote := range []bool{false, true} {
		group.Go(func() error {
			c.loop(ctx, remote)
			return nil
		})
	}
	group.Go(func() error {
		tick := time.NewTicker(pruneEvery)
		defer tick.Stop()
		for {
			if err := c.ingester.Store.PrunePayloads(ctx, c.options.Now()); err != nil && ctx.Err() == nil {
				c.options.Logger.LogAttrs(ctx, slog.LevelError, "connector: prune", slog.String("error", err.Error()))
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
	return group.Wait()
}

// calmDown is how long to wait when payloads cannot be read from the store, or responses not be put.
const calmDown = 5 * time.Second

func (c *Connector) loop(ctx context.Context, remote bool) {
	for ctx.Err() == nil {
		n, err := c.Process(ctx, remote)
		wait := time.Duration(0)
		switch {
		case err != nil && ctx.Err() == nil:
			c.options.Logger.LogAttrs(ctx, slog.LevelError, "connector: payloads wait", slog.String("error", err.Error()))
			wait = calmDown
		case n == 0:
			wait = c.untilNext(ctx, remote)
		}
		if wait == 0 {
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-c.wake[remote]:
		}
		timer.Stop()
	}
}

// untilNext is how long until a payload is due, within a second and an hour.
func (c *Connector) untilNext(ctx context.Context, remote bool) time.Duration {
	next, err := c.ingester.Store.NextPayload(ctx, remote)
	if err != nil || next.IsZero() {
		return time.Hour
	}
	return min(max(next.Sub(c.options.Now()), 10*time.Millisecond), time.Hour)
}

// batchPayloads is how many payloads are worked on at a time.
const batchPayloads = 64

// Process tries the payloads that are due once, up to 64 of those that are fetched or of the others, and returns how many
// it has settled or put off. An error, of the store, of a model or of the context, leaves them all pending.
func (c *Connector) Process(ctx context.Context, remote bool) (int, error) {
	now := c.options.Now()
	due, err := c.ingester.Store.DuePayloads(ctx, remote, now, batchPayloads)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	settled := make([]store.SettledPayload, len(due))
	responses := map[string][]feedback.Response{} // by workspace
	places := map[string][]int{}
	sources := map[[2]string]*feedback.Source{}
	for i := range due {
		p := &due[i]
		src, err := c.source(ctx, sources, p)
		if err != nil {
			return 0, err
		}
		settled[i] = store.SettledPayload{Payload: *p, Keep: store.KeepUnread}
		response, err := c.read(ctx, &settled[i], src, now)
		if err != nil {
			return 0, err
		}
		if response != nil {
			settled[i].Keep = time.Duration(src.KeepDays) * 24 * time.Hour
			responses[p.Workspace] = append(responses[p.Workspace], *response)
			places[p.Workspace] = append(places[p.Workspace], i)
		}
	}
	for _, workspace := range slices.Sorted(maps.Keys(responses)) {
		if err := c.put(ctx, workspace, responses[workspace], places[workspace], settled); err != nil {
			return 0, err
		}
	}
	return len(due), c.ingester.Store.SettlePayloads(ctx, settled)
}

// source gives the source of a payload as it is now; nil when it has been removed.
func (c *Connector) source(ctx context.Context, known map[[2]string]*feedback.Source, p *feedback.Payload) (*feedback.Source, error) {
	key := [2]string{p.Workspace, p.Source}
	if src, ok := known[key]; ok {
		return src, nil
	}
	src, err := c.ingester.Store.Source(ctx, p.Workspace, p.Source)
	switch {
	case feedback.CodeOf(err) == feedback.NotFound:
		known[key] = nil
	case err != nil:
		return nil, err
	default:
		known[key] = &src
	}
	return known[key], nil
}

// read makes a response of a payload, or settles it without one. The error is that of the context.
func (c *Connector) read(ctx context.Context, p *store.SettledPayload, src *feedback.Source, now time.Time) (*feedback.Response, error) {
	p.NextAt = time.Time{}
	if src == nil {
		p.Status, p.Detail = feedback.PayloadFailed, "the source was removed"
		return nil, nil
	}
	out, err := Decode(src, p.Media, p.Body)
	if err == nil && out.Fetch != nil {
		out, err = c.fetcher.fetch(ctx, p.Workspace, src, out.Fetch, now)
	}
	if err != nil {
		c.unread(p, err, now)
		return nil, ctx.Err()
	}
	if out.Response == nil {
		p.Status, p.Detail = feedback.PayloadSkipped, out.Skipped
		if !out.Unmapped {
			p.Keep = 0
		}
	}
	return out.Response, nil
}

// unread settles a payload that could not be read, or puts off its fetch.
func (c *Connector) unread(p *store.SettledPayload, err error, now time.Time) {
	if failed, ok := errors.AsType[*fetchError](err); ok {
		c.putOff(p, failed, now)
		return
	}
	p.Status, p.Detail = feedback.PayloadFailed, err.Error()
}

// Retries of fetching.
const (
	longestRetry = 6 * time.Hour
	giveUpAfter  = 3 * 24 * time.Hour
)

// putOff plans the next try of a fetch, or gives up: at once when another try is of no use, else after three days. Waiting
// for the platform's limit is no failed try.
func (c *Connector) putOff(p *store.SettledPayload, failed *fetchError, now time.Time) {
	p.Detail = failed.message
	if failed.final || !failed.limited && now.Sub(p.ReceivedAt) > giveUpAfter && p.Attempts > 3 {
		p.Status = feedback.PayloadFailed
		return
	}
	wait := failed.after
	if !failed.limited {
		p.Attempts++
		wait = max(wait, min(c.options.Retry<<min(p.Attempts-1, 20), longestRetry))
	}
	p.Status, p.NextAt = feedback.PayloadPending, now.Add(wait)
}

// put stores the responses and settles their payloads.
func (c *Connector) put(ctx context.Context, workspace string, batch []feedback.Response, places []int, settled []store.SettledPayload) error {
	outcomes, err := c.ingester.Put(ctx, workspace, batch)
	if err != nil {
		return err
	}
	for n := range outcomes {
		p, out := &settled[places[n]], &outcomes[n]
		switch {
		case out.Problem == nil:
			p.Status, p.Detail, p.Response = feedback.PayloadStored, string(out.Status), out.Key
			if out.Reason != "" {
				p.Detail += ": " + out.Reason
			}
		case out.Problem.Code == feedback.Deleted:
			p.Status, p.Detail, p.Keep = feedback.PayloadSkipped, "the response was deleted and does not come back", 0
		default:
			p.Status, p.Detail, p.Keep = feedback.PayloadFailed, out.Problem.Message, store.KeepUnread
		}
	}
	return nil
}
