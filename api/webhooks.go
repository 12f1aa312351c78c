package api

import (
	"context"
	"net/http"
	"time"

	"verbatim/api/webhooks"
	"verbatim/feedback"
	"verbatim/store"
)

// WebhookList are the webhooks of a workspace.
type WebhookList struct {
	Webhooks []store.Webhook `json:"webhooks" doc:"In the order they were made; at most 100."`
}

// WebhookSecret is a webhook with its secret, which is shown this once.
type WebhookSecret struct {
	Webhook store.Webhook `json:"webhook" doc:"The webhook."`
	Secret  string        `json:"secret" doc:"What deliveries are signed with: whsec_ and base64. It cannot be shown again." example:"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"`
}

// WebhookDelivery is a line of the log of a webhook.
type WebhookDelivery struct {
	ID            string               `json:"id" doc:"The webhook-id that the receiver knows it by, in every attempt." example:"msg_3kq6yqzvtxm2h4s7f5d2c3b4aa"`
	Event         store.WebhookEvent   `json:"event" doc:"What it tells."`
	Survey        string               `json:"survey,omitempty" doc:"The survey of the response; absent for other events, and when the response was deleted." example:"nps-2026"`
	Response      string               `json:"response,omitempty" doc:"The id of the response." example:"r1"`
	Status        store.DeliveryStatus `json:"status" doc:"Pending while it will be tried (again); failed when it will not; skipped when the response is gone or no longer what the webhook asks for."`
	Attempts      int                  `json:"attempts" doc:"How often it was tried." example:"1"`
	ResponseCode  int                  `json:"response_code,omitempty" doc:"The HTTP status of the last attempt; absent without an answer." example:"204"`
	Problem       string               `json:"problem,omitempty" doc:"What was wrong with the last attempt."`
	CreatedAt     time.Time            `json:"created_at" doc:"When it was queued."`
	LastAttemptAt time.Time            `json:"last_attempt_at,omitzero" doc:"When it was last tried."`
	NextAttemptAt time.Time            `json:"next_attempt_at,omitzero" doc:"When it is tried next; absent when it is not."`
}

// WebhookDeliveries are a page of the log of a webhook.
type WebhookDeliveries struct {
	Deliveries []WebhookDelivery `json:"deliveries" doc:"The newest first. Ask with before and the id of the last for the page after."`
	More       bool              `json:"more" doc:"Whether there are older ones."`
}

func newDelivery(d *store.Delivery) WebhookDelivery {
	return WebhookDelivery{
		ID: d.ID, Event: d.Event, Survey: d.Key.Survey, Response: d.Key.ID, Status: d.Status, Attempts: d.Attempts, ResponseCode: d.Code,
		Problem: d.Problem, CreatedAt: d.CreatedAt, LastAttemptAt: d.LastAt, NextAttemptAt: d.Due,
	}
}

type webhookListAnswer struct{ Body WebhookList }

// getWebhooks lists the webhooks.
func (s *server) getWebhooks(ctx context.Context, c *call, _ *noPath) (*webhookListAnswer, error) {
	list, err := s.Store.Webhooks(ctx, c.workspace)
	return &webhookListAnswer{WebhookList{list}}, err
}

type webhookSecretAnswer struct{ Body WebhookSecret }

// webhookFields are the fields of a webhook as it is posted.
var webhookFields = []string{"url", "events", "filter", "include_text"}

// postWebhook creates a webhook.
func (s *server) postWebhook(ctx context.Context, c *call, _ *noPath) (*webhookSecretAnswer, error) {
	var w store.Webhook
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	problem := it.into(webhookFields, map[string]target{
		"url": {&w.URL, "a string"}, "events": {&w.Events, "a list of strings"}, "filter": {&w.Filter, "a string"},
		"include_text": {&w.IncludeText, "true or false"},
	})
	if problem != nil {
		return nil, problem
	}
	if err := webhooks.CheckURL(w.URL, s.PrivateWebhooks); err != nil {
		return nil, it.blame(err, webhookFields)
	}
	if w, err = s.Store.CreateWebhook(ctx, c.workspace, w); err != nil {
		return nil, it.blame(err, webhookFields)
	}
	return &webhookSecretAnswer{WebhookSecret{w, w.Secret}}, nil
}

// webhookPath is the id of a webhook in the path.
type webhookPath struct {
	Webhook string `path:"webhook" doc:"The id of the webhook." example:"wh_k3b5x2m7qak3b5x2"`
}

type webhookAnswer struct{ Body store.Webhook }

// getWebhook answers a webhook.
func (s *server) getWebhook(ctx context.Context, c *call, in *webhookPath) (*webhookAnswer, error) {
	w, err := s.Store.Webhook(ctx, c.workspace, in.Webhook)
	return &webhookAnswer{w}, err
}

// deleteWebhook removes a webhook.
func (s *server) deleteWebhook(ctx context.Context, c *call, in *webhookPath) (*struct{}, error) {
	return nil, s.Store.DeleteWebhook(ctx, c.workspace, in.Webhook)
}

// enableWebhook makes a disabled webhook active again.
func (s *server) enableWebhook(ctx context.Context, c *call, in *webhookPath) (*webhookAnswer, error) {
	w, err := s.Store.EnableWebhook(ctx, c.workspace, in.Webhook)
	return &webhookAnswer{w}, err
}

// usualOverlap is how many hours an old secret signs beside the new one when nothing else is asked for.
const usualOverlap = 24.0

// rotateWebhook gives a webhook a new secret.
func (s *server) rotateWebhook(ctx context.Context, c *call, in *webhookPath) (*webhookSecretAnswer, error) {
	overlap := usualOverlap
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	if problem := it.into([]string{"overlap_hours"}, map[string]target{"overlap_hours": {&overlap, "a number from 0 to 720"}}); problem != nil {
		return nil, problem
	}
	if overlap < 0 || overlap > store.MaxSecretOverlap.Hours() {
		return nil, it.problem(feedback.Invalid, "overlap_hours", "overlap_hours must be a number from 0 to 720")
	}
	w, err := s.Store.RotateWebhook(ctx, c.workspace, in.Webhook, time.Duration(overlap*float64(time.Hour)))
	return &webhookSecretAnswer{WebhookSecret{w, w.Secret}}, err
}

type deliveryAnswer struct {
	Status int
	Body   WebhookDelivery
}

// testWebhook queues a delivery that tells of nothing.
func (s *server) testWebhook(ctx context.Context, c *call, in *webhookPath) (*deliveryAnswer, error) {
	payload, err := webhooks.TestPayload(time.Now().Truncate(time.Millisecond))
	if err != nil {
		return nil, err
	}
	d, err := s.Store.TestWebhook(ctx, c.workspace, in.Webhook, payload)
	return &deliveryAnswer{http.StatusAccepted, newDelivery(&d)}, err
}

// deliveryPath names a delivery.
type deliveryPath struct {
	Webhook  string `path:"webhook" doc:"The id of the webhook." example:"wh_k3b5x2m7qak3b5x2"`
	Delivery string `path:"delivery" doc:"The id of the delivery." example:"msg_3kq6yqzvtxm2h4s7f5d2c3b4aa"`
}

// replayDelivery queues a delivery again.
func (s *server) replayDelivery(ctx context.Context, c *call, in *deliveryPath) (*deliveryAnswer, error) {
	d, err := s.Store.Replay(ctx, c.workspace, in.Webhook, in.Delivery)
	return &deliveryAnswer{http.StatusAccepted, newDelivery(&d)}, err
}

// How many deliveries a page has.
const (
	usualDeliveries = 50
	mostDeliveries  = 200
)

var (
	deliveryStatusParam = param{
		name: "status", words: wordsOf(store.DeliveryStatuses), example: "failed", want: oneOf(store.DeliveryStatuses), about: "Only those with the status.",
	}
	deliveryLimitParam = param{
		name: "limit", number: true, least: 1, most: mostDeliveries, example: "50", want: "a whole number from 1 to 200", about: "How many; 50 when it is left out.",
	}
	deliveryBeforeParam = param{
		name: "before", example: "msg_3kq6yqzvtxm2h4s7f5d2c3b4aa", want: "the id of a delivery", about: "Only those that were queued before this one.",
	}
)

type deliveriesAnswer struct{ Body WebhookDeliveries }

// getDeliveries answers a page of the log of a webhook.
func (s *server) getDeliveries(ctx context.Context, c *call, in *webhookPath) (*deliveriesAnswer, error) {
	status, err := c.word(&deliveryStatusParam)
	if err != nil {
		return nil, err
	}
	most, err := c.number(&deliveryLimitParam, usualDeliveries)
	if err != nil {
		return nil, err
	}
	limit := int(most)
	list, err := s.Store.Deliveries(ctx, c.workspace, in.Webhook, store.DeliveryStatus(status), c.one(deliveryBeforeParam.name), limit+1)
	page := WebhookDeliveries{Deliveries: []WebhookDelivery{}, More: len(list) > limit}
	for i := range list[:min(limit, len(list))] {
		page.Deliveries = append(page.Deliveries, newDelivery(&list[i]))
	}
	return &deliveriesAnswer{page}, err
}
