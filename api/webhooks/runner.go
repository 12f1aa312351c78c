package webhooks

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/store"
)

// runner serves one webhook.
type runner struct {
	*Worker
	ref    store.WebhookRef
	seq    int64     // the newest change that was looked at
	looked time.Time // when the drivers were
}

// run serves until ctx ends, or until the webhook is removed or disabled.
func (r *runner) run(ctx context.Context) {
	for {
		changed := r.store.Notify()
		again, err := r.pass(ctx)
		if feedback.CodeOf(err) == feedback.NotFound {
			return
		}
		if err != nil && ctx.Err() == nil {
			r.logger.Warn("webhooks: cannot serve", "workspace", r.ref.Workspace, "webhook", r.ref.ID, "error", err.Error())
			again = retryAfter
		}
		if !pause(ctx, changed, again) {
			return
		}
	}
}

// pass queues what is new and sends what is due; again is when there is more to do even if nothing changes. A NotFound error
// says that there is no such webhook any more, or that it is disabled.
func (r *runner) pass(ctx context.Context) (again time.Duration, err error) {
	hook, filter, err := r.webhook(ctx)
	if err != nil {
		return 0, err
	}
	again = lookEvery
	if slices.Contains(hook.Events, store.DriverChanged) {
		if err := r.watch(ctx, &hook, &filter); err != nil {
			return 0, err
		}
		again = min(again, time.Until(r.looked.Add(r.every)))
	}
	if err := r.follow(ctx, &hook, &filter); err != nil {
		return 0, err
	}
	if err := r.send(ctx); err != nil {
		return 0, err
	}
	due, err := r.store.NextDue(ctx, r.ref)
	if err == nil && !due.IsZero() {
		again = min(again, time.Until(due))
	}
	return max(again, gatherTime), err
}

// webhook reads the webhook as it is now.
func (r *runner) webhook(ctx context.Context) (hook store.Webhook, filter feedback.Filter, err error) {
	if hook, err = r.store.Webhook(ctx, r.ref.Workspace, r.ref.ID); err != nil {
		return hook, filter, err
	}
	if hook.Status == store.WebhookDisabled {
		return hook, filter, feedback.Errorf(feedback.NotFound, "the webhook is disabled")
	}
	filter, err = feedback.ParseFilter(hook.Filter, time.UTC)
	return hook, filter, err
}

// follow queues deliveries for the changes that the webhook has not seen, as long as there is room.
func (r *runner) follow(ctx context.Context, hook *store.Webhook, filter *feedback.Filter) error {
	if !slices.Contains(hook.Events, store.ResponseAnalysed) && !slices.Contains(hook.Events, store.DetractorReceived) {
		return nil
	}
	saved := hook.Cursor
	r.seq = max(r.seq, saved)
	for waiting := hook.Waiting; waiting < r.most; {
		changes, err := r.store.Changes(ctx, r.ref.Workspace, r.seq, batchSize)
		if err != nil || len(changes) == 0 {
			return err
		}
		var list []store.Delivery
		for i := range changes {
			list = append(list, deliveriesOf(hook, filter, &changes[i])...)
		}
		last := changes[len(changes)-1].Seq
		if len(list) > 0 || last-saved >= mostUnsaved {
			if err := r.store.Enqueue(ctx, r.ref, last, list); err != nil {
				return err
			}
			saved = last
		}
		r.seq = last
		if waiting += len(list); len(changes) < batchSize {
			return nil
		}
	}
	return nil
}

// deliveriesOf are what a webhook is to be told of a change.
func deliveriesOf(hook *store.Webhook, filter *feedback.Filter, c *feedback.Change) []store.Delivery {
	if c.Analysed == nil {
		return nil
	}
	var list []store.Delivery
	for _, event := range hook.Events {
		if concerns(event, filter, c.Analysed) {
			list = append(list, store.Delivery{ID: responseID(hook.ID, event, c), Event: event, Key: c.Key})
		}
	}
	return list
}

// watch looks at the drivers, when it is time to and the index has moved, and queues what changed.
func (r *runner) watch(ctx context.Context, hook *store.Webhook, filter *feedback.Filter) error {
	if r.looked = laterOf(r.looked, hook.WatchedAt); time.Since(r.looked) < r.every {
		return nil
	}
	r.looked = time.Now()
	seq := r.index.Seq(ctx, r.ref.Workspace)
	if hook.Watched != "" && seq == hook.WatchedSeq {
		return nil
	}
	tab, err := r.index.Crosstab(ctx, r.ref.Workspace, *filter)
	if feedback.CodeOf(err) == feedback.Invalid {
		return nil // no response has the attribute that the filter names
	}
	if err != nil {
		return err
	}
	analysis.Stamp(&tab)
	var before *insight.Watched
	if hook.Watched != "" {
		before = &insight.Watched{}
		if err := json.Unmarshal([]byte(hook.Watched), before); err != nil {
			before = nil // of another version: it begins anew
		}
	}
	alerts, after := insight.Watch(before, tab)
	list := make([]store.Delivery, len(alerts))
	for i := range alerts {
		if list[i], err = driverDelivery(hook, filter, &tab, &alerts[i], seq); err != nil {
			return err
		}
	}
	watched, err := json.Marshal(after)
	if err != nil {
		return err
	}
	return r.store.EnqueueWatched(ctx, r.ref, seq, string(watched), list)
}

func driverDelivery(hook *store.Webhook, filter *feedback.Filter, tab *feedback.Crosstab, alert *insight.DriverAlert, seq int64) (store.Delivery, error) {
	body, err := json.Marshal(Payload{Type: store.DriverChanged, Timestamp: time.Now().UTC().Truncate(time.Millisecond), Data: DriverData{
		DriverAlert: *alert, Filter: filter.Conditions(), Interval: 0.95, FDR: string(insight.BH), Model: tab.Model, Taxonomy: tab.Taxonomy,
	}})
	id := idOf(hook.ID, store.DriverChanged, strconv.FormatInt(seq, 10), alert.Theme, string(alert.Sentiment), string(alert.Change))
	return store.Delivery{ID: id, Event: store.DriverChanged, Payload: string(body)}, err
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
