package api

import "encoding/json"

// webhookNotes describe the schemas of webhooks.
var webhookNotes = map[string]string{
	"Webhook":           "An address that is told of events, without its secret.",
	"WebhookList":       "The webhooks of a workspace.",
	"WebhookSecret":     "A webhook with its secret, shown once.",
	"WebhookDelivery":   "An event on its way to a webhook.",
	"WebhookDeliveries": "A page of the log of a webhook.",
	"NewWebhook":        "A webhook to create.",
	"SecretRotation":    "How a webhook gets a new secret.",
}

// webhookFieldNotes describe their fields.
var webhookFieldNotes = map[string]string{
	"Webhook.id":               "Its id.",
	"Webhook.url":              "Where deliveries are posted.",
	"Webhook.events":           "What it is told of.",
	"Webhook.filter":           "Which responses: conditions with spaces between. Absent for all.",
	"Webhook.include_text":     "Whether comment and suggestion are in what is sent.",
	"Webhook.status":           "Disabled after three days without a success, or when the receiver answered 410.",
	"Webhook.created_at":       "When it was made.",
	"Webhook.old_secret_until": "Until then the secret before this one signs as well.",
	"Webhook.failing_since":    "The first failure since the last success; absent when it works.",
	"Webhook.disabled_at":      "When it was disabled; absent when it is active.",
	"Webhook.disabled_reason":  "Why it was disabled.",
	"Webhook.waiting":          "Deliveries that will be tried.",
	"NewWebhook.url":           "Where deliveries are posted: https, and an address of the public internet.",
	"NewWebhook.events":        "What it is told of.",
	"NewWebhook.filter":        "Which responses, as conditions with spaces between: survey, group, theme, sentiment, kind, language, mismatch, from, to, or an attribute. Without match.",
	"NewWebhook.include_text":  "Send comment and suggestion, too; false when it is left out.",
	"overlap_hours":            "For how many hours the old secret signs beside the new one, 0 to 720; 24 when it is left out.",
}

var (
	exampleWebhook        = json.RawMessage(`{"url":"https://example.com/verbatim","events":["detractor.received","driver.changed"],"filter":"survey=nps-2026"}`)
	exampleSecretRotation = json.RawMessage(`{"overlap_hours":24}`)
)
