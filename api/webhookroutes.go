package api

import (
	"cmp"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/store"
)

const webhookTag = "webhooks"

// routesOfWebhooks are those of the addresses that are told of events.
func (s *server) routesOfWebhooks() {
	found := []int{http.StatusNotFound}
	one := func(status int, about, schema string) []answer {
		return []answer{{status, about, []content{{media: jsonType, schema: schema}}}}
	}
	register(s, route{
		method: http.MethodGet, path: "/v1/webhooks", scope: store.ScopeAdmin, id: "list-webhooks", tag: webhookTag, summary: "List the webhooks",
		answers: one(http.StatusOK, "The webhooks, without their secrets.", "WebhookList"),
	}, s.getWebhooks)

	register(s, route{
		method: http.MethodPost, path: "/v1/webhooks", id: "create-webhook", tag: webhookTag, summary: "Create a webhook",
		about: "Tells an address of what happens from now on, and shows once the secret that deliveries are signed with (Standard Webhooks). " +
			"`response.analysed` comes with every change of a response that has a comment, `detractor.received` once for a response with a score " +
			"of 0–6, `driver.changed` when a driver became or ceased to be significant, or its impact changed. Bodies hold ids, score, group and " +
			"tags; texts only with `include_text`.",
		body:    &content{media: jsonType, schema: "NewWebhook", about: "Where to, and what.", example: exampleWebhook},
		answers: one(http.StatusOK, "The webhook with its secret.", "WebhookSecret"),
		errors:  bodyErrors,
	}, s.postWebhook)

	register(s, route{
		method: http.MethodGet, path: "/v1/webhooks/{webhook}", scope: store.ScopeAdmin, id: "get-webhook", tag: webhookTag, summary: "Get a webhook",
		answers: one(http.StatusOK, "The webhook, without its secret.", "Webhook"), errors: found,
	}, s.getWebhook)

	register(s, route{
		method: http.MethodDelete, path: "/v1/webhooks/{webhook}", id: "delete-webhook", tag: webhookTag, summary: "Remove a webhook",
		about:   "Removes it with its log. What waits is not sent.",
		answers: []answer{{http.StatusNoContent, "It is removed.", nil}}, errors: found,
	}, s.deleteWebhook)

	register(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{webhook}/enable", id: "enable-webhook", tag: webhookTag, summary: "Enable a webhook that was disabled",
		about:   "Sends at once what waits for it, and then what happened meanwhile.",
		answers: one(http.StatusOK, "It is active.", "Webhook"), errors: found,
	}, s.enableWebhook)

	register(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{webhook}/rotate", id: "rotate-webhook", tag: webhookTag, summary: "Give a webhook a new secret",
		about:   "Shows the new secret once. For `overlap_hours` deliveries have two signatures, one with each secret.",
		body:    &content{media: jsonType, schema: "SecretRotation", about: "How long the old secret signs.", example: exampleSecretRotation},
		answers: one(http.StatusOK, "The webhook with its new secret.", "WebhookSecret"),
		errors:  append([]int{http.StatusNotFound}, bodyErrors...),
	}, s.rotateWebhook)

	register(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{webhook}/test", id: "test-webhook", tag: webhookTag, summary: "Send a test",
		about:   "Queues an event `webhook.test` about a response that does not exist. The log says what became of it.",
		answers: one(http.StatusAccepted, "It is queued.", "WebhookDelivery"), errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.testWebhook)
	s.routesOfDeliveries(one)
}

func (s *server) routesOfDeliveries(one func(status int, about, schema string) []answer) {
	register(s, route{
		method: http.MethodGet, path: "/v1/webhooks/{webhook}/deliveries", scope: store.ScopeAdmin, id: "list-deliveries", tag: webhookTag, summary: "See what was sent",
		about:   "The log of a webhook, the newest first, for 30 days. What receivers answered is not kept beyond the status.",
		params:  []param{deliveryStatusParam, deliveryLimitParam, deliveryBeforeParam},
		answers: one(http.StatusOK, "A page of the log.", "WebhookDeliveries"), errors: []int{http.StatusNotFound},
	}, s.getDeliveries)

	register(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{webhook}/deliveries/{delivery}/replay", id: "replay-delivery", tag: webhookTag, summary: "Send a delivery again",
		about:   "Queues it under the id it had, whatever became of it, with three days of attempts before it.",
		answers: one(http.StatusAccepted, "It is queued.", "WebhookDelivery"), errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.replayDelivery)
}

// webhookTypes are the answers about webhooks.
var webhookTypes = []reflect.Type{
	reflect.TypeFor[WebhookList](), reflect.TypeFor[WebhookSecret](), reflect.TypeFor[WebhookDelivery](), reflect.TypeFor[WebhookDeliveries](),
}

type (
	webhookEventSchema   struct{}
	webhookStatusSchema  struct{}
	deliveryStatusSchema struct{}
)

// Schema lists the events.
func (webhookEventSchema) Schema(huma.Registry) *huma.Schema {
	return enum(append([]store.WebhookEvent{store.WebhookTest}, store.WebhookEvents...)...)
}

// Schema lists the statuses of webhooks.
func (webhookStatusSchema) Schema(huma.Registry) *huma.Schema {
	return enum(store.WebhookActive, store.WebhookDisabled)
}

// Schema lists the statuses of deliveries.
func (deliveryStatusSchema) Schema(huma.Registry) *huma.Schema {
	return enum(store.DeliveryStatuses...)
}

// registerWebhooks makes the schemas of answers about webhooks.
func registerWebhooks(registry huma.Registry) {
	registry.RegisterTypeAlias(reflect.TypeFor[store.WebhookEvent](), reflect.TypeFor[webhookEventSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[store.WebhookStatus](), reflect.TypeFor[webhookStatusSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[store.DeliveryStatus](), reflect.TypeFor[deliveryStatusSchema]())
	for _, t := range webhookTypes {
		registry.Schema(t, true, "")
	}
}

// describeWebhooks adds the schemas of bodies and the descriptions to those that Go types made.
func describeWebhooks(schemas map[string]*huma.Schema) {
	least, most, longest, few, events := 0.0, store.MaxSecretOverlap.Hours(), 2048, 1, len(store.WebhookEvents)
	schemas["NewWebhook"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"url", "events"}, Properties: map[string]*huma.Schema{
		"url":          {Type: huma.TypeString, Format: "uri", Pattern: "^https://[!$&-;=?-Z_a-z~%]+$", MaxLength: &longest, Examples: []any{"https://example.com/verbatim"}},
		"events":       {Type: huma.TypeArray, Items: enum(store.WebhookEvents...), MinItems: &few, MaxItems: &events, UniqueItems: true},
		"filter":       {Type: huma.TypeString, Nullable: true, Examples: []any{"survey=nps-2026 group=detractor theme=delivery_logistics:negative"}},
		"include_text": {Type: huma.TypeBoolean, Nullable: true, Examples: []any{false}},
	}}
	schemas["SecretRotation"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"overlap_hours": {Type: huma.TypeNumber, Nullable: true, Minimum: &least, Maximum: &most, Examples: []any{24}},
	}}
	for name := range webhookNotes {
		schema := schemas[name]
		schema.Description = webhookNotes[name]
		for field, property := range schema.Properties {
			if property.Description == "" {
				property.Description = cmp.Or(webhookFieldNotes[name+"."+field], webhookFieldNotes[field])
			}
		}
	}
}
