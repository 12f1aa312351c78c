package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/store"
)

// userAgent names us to receivers.
const userAgent = "Verbatim/" + analysis.Version + " (webhooks)"

// send attempts what is due, batch after batch, until nothing is.
func (r *runner) send(ctx context.Context) error {
	for {
		hook, filter, err := r.webhook(ctx)
		if err != nil {
			return err
		}
		due, err := r.store.Due(ctx, r.ref, batchSize)
		if err != nil || len(due) == 0 {
			return err
		}
		bodies, err := r.bodies(ctx, &hook, &filter, due)
		if err != nil {
			return err
		}
		tried := r.attemptAll(ctx, &hook, due, bodies)
		// What was answered is kept even when the server stops: it would be sent again.
		if err := r.store.Settle(context.WithoutCancel(ctx), r.ref, tried, r.disabling(&hook, tried)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// bodies makes what is to be sent, nil for what is to be skipped.
func (r *runner) bodies(ctx context.Context, hook *store.Webhook, filter *feedback.Filter, due []store.Delivery) ([][]byte, error) {
	var keys []feedback.Key
	for i := range due {
		if due[i].Payload == "" && due[i].Key.ID != "" {
			keys = append(keys, due[i].Key)
		}
	}
	found, err := r.store.GetMany(ctx, r.ref.Workspace, keys)
	if err != nil {
		return nil, err
	}
	responses := make(map[feedback.Key]*feedback.Analysed, len(found))
	for i := range found {
		responses[found[i].Key()] = &found[i]
	}
	bodies := make([][]byte, len(due))
	for i := range due {
		d := &due[i]
		if d.Payload != "" {
			bodies[i] = []byte(d.Payload)
		} else if a := responses[d.Key]; a != nil && concerns(d.Event, filter, a) {
			bodies[i], err = json.Marshal(Payload{Type: d.Event, Timestamp: d.CreatedAt, Data: responseData(a, hook.IncludeText)})
			if err != nil {
				return nil, err
			}
		}
	}
	return bodies, nil
}

// attemptAll attempts deliveries side by side and returns those that are to be settled: not those that the end of ctx cut
// off.
func (r *runner) attemptAll(ctx context.Context, hook *store.Webhook, due []store.Delivery, bodies [][]byte) []store.Delivery {
	var mu sync.Mutex
	var tried []store.Delivery
	var group sync.WaitGroup
	places := make(chan int)
	for range min(perWebhook, len(due)) {
		group.Go(func() {
			for i := range places {
				if d := due[i]; r.attempt(ctx, hook, &d, bodies[i]) {
					mu.Lock()
					tried = append(tried, d)
					mu.Unlock()
				}
			}
		})
	}
	for i := range due {
		places <- i
	}
	close(places)
	group.Wait()
	return tried
}

// attempt sends a delivery once and notes in it what became of that; it reports false when ctx ended first.
func (r *runner) attempt(ctx context.Context, hook *store.Webhook, d *store.Delivery, body []byte) bool {
	if body == nil {
		d.Status, d.Due, d.Problem = store.DeliverySkipped, time.Time{}, "the response is gone or is no longer what the webhook asks for"
		return true
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return false
	}
	at := time.Now()
	code, problem, asked := r.post(ctx, hook, d.ID, at, body)
	if problem != "" && ctx.Err() != nil {
		return false
	}
	d.Attempts, d.Code, d.Problem, d.LastAt = d.Attempts+1, code, problem, at
	if d.FirstAt.IsZero() {
		d.FirstAt = at
	}
	d.Status, d.Due = store.DeliveryDelivered, time.Time{}
	if problem != "" {
		again, ok := next(d.ID, d.Attempts, d.FirstAt, time.Now(), asked)
		if d.Status = store.DeliveryFailed; ok && code != http.StatusGone {
			d.Status, d.Due = store.DeliveryPending, again
		}
	}
	return true
}

// post sends a body. Problem is "" when the receiver took it, and holds nothing of the address or the answer; asked is how
// long the receiver wants to be left alone.
func (r *runner) post(ctx context.Context, hook *store.Webhook, id string, at time.Time, body []byte) (code int, problem string, asked time.Duration) {
	if err := CheckURL(hook.URL, r.private); err != nil {
		return 0, "the address may not be called", 0
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return 0, "the address cannot be read", 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", userAgent)
	sign(request.Header, hook, id, at, body)
	answer, err := r.client.Do(request)
	if err != nil {
		return 0, reasonOf(err), 0
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer) // what it says counts for nothing
	switch code = answer.StatusCode; {
	case code >= 200 && code < 300:
		return code, "", 0
	case code >= 300 && code < 400:
		return code, fmt.Sprintf("the receiver answered %d: redirects are not followed", code), 0
	}
	return code, fmt.Sprintf("the receiver answered %d", code), askedFor(answer.Header, at)
}

// askedFor reads Retry-After.
func askedFor(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(min(seconds, int(mostDelay/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now)
	}
	return 0
}

// reasonOf says why there is no answer. The errors themselves hold the address.
func reasonOf(err error) string {
	if errors.Is(err, errPrivate) {
		return errPrivate.Error()
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name of the address was not found"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate of the receiver is not valid"
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "the receiver did not answer in time"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "the receiver refused the connection"
	}
	return "the connection to the receiver failed"
}

// disabling says why a webhook is to be disabled after some attempts, "" when it is not.
func (r *runner) disabling(hook *store.Webhook, tried []store.Delivery) string {
	gone, failed := false, false
	for i := range tried {
		if tried[i].Status == store.DeliveryDelivered {
			return ""
		}
		gone = gone || tried[i].Code == http.StatusGone
		failed = failed || tried[i].Status == store.DeliveryFailed
	}
	reason := ""
	switch {
	case gone:
		reason = "the receiver answered 410: it wants no more"
	case failed && !hook.FailingSince.IsZero() && time.Since(hook.FailingSince) >= mostFailing:
		reason = "every attempt failed for three days"
	}
	if reason != "" {
		r.logger.Warn("webhooks: disabled", "workspace", r.ref.Workspace, "webhook", r.ref.ID, "reason", reason)
	}
	return reason
}
