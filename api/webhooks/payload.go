package webhooks

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/store"
)

// Payload is the body of a delivery. Timestamp is when the event was noted.
type Payload struct {
	Type      store.WebhookEvent `json:"type"`
	Timestamp time.Time          `json:"timestamp"`
	Data      any                `json:"data"`
}

// ResponseData is what is told of a response. Comment and Suggestion are there only for a webhook that includes texts; no
// other field holds anything of them.
type ResponseData struct {
	Survey      string                    `json:"survey"`
	ID          string                    `json:"id"`
	Score       feedback.Score            `json:"score"`
	Group       *feedback.Group           `json:"group"`
	SubmittedAt time.Time                 `json:"submitted_at,omitzero"`
	UpdatedAt   time.Time                 `json:"updated_at,omitzero"`
	Touchpoint  string                    `json:"touchpoint,omitempty"`
	Language    string                    `json:"language,omitempty"`
	Sentiment   *feedback.SentimentScore  `json:"sentiment"`
	Kinds       []feedback.Kind           `json:"kinds"`
	Themes      []feedback.StatementTheme `json:"themes"`
	Urgency     []feedback.Urgency        `json:"urgency"`
	Mismatch    bool                      `json:"mismatch"`
	Model       string                    `json:"model,omitempty"`
	Taxonomy    string                    `json:"taxonomy,omitempty"`
	Comment     string                    `json:"comment,omitempty"`
	Suggestion  string                    `json:"suggestion,omitempty"`
}

// DriverData is what is told of a driver: the change, under the filter of the webhook.
type DriverData struct {
	insight.DriverAlert
	Filter   []string `json:"filter,omitempty"`
	Interval float64  `json:"interval"`
	FDR      string   `json:"fdr"`
	Model    string   `json:"model"`
	Taxonomy string   `json:"taxonomy"`
}

// responseData tells of a response, with its texts or without.
func responseData(a *feedback.Analysed, texts bool) ResponseData {
	d := ResponseData{
		Survey: a.Survey, ID: a.ID, Score: a.Score, SubmittedAt: a.SubmittedAt, UpdatedAt: a.UpdatedAt, Touchpoint: a.Touchpoint,
		Kinds: []feedback.Kind{}, Themes: []feedback.StatementTheme{}, Urgency: []feedback.Urgency{}, Mismatch: a.Analysis.Mismatch(a.Score),
	}
	if a.Score.Scored() {
		group := a.Score.Group()
		d.Group = &group
	}
	if said := a.Analysis; said != nil {
		d.Language, d.Sentiment, d.Model, d.Taxonomy = said.Language.Code, said.Sentiment, said.Model, said.Taxonomy
		d.Kinds, d.Urgency = append(d.Kinds, said.Kinds...), append(d.Urgency, said.Urgency...)
		for _, tag := range said.Themes {
			d.Themes = append(d.Themes, feedback.StatementTheme{Theme: tag.Theme, Sentiment: tag.Sentiment})
		}
	}
	if texts {
		d.Comment, d.Suggestion = a.Comment, a.Suggestion
	}
	return d
}

// concerns reports whether a webhook tells of a response as it is now.
func concerns(event store.WebhookEvent, f *feedback.Filter, a *feedback.Analysed) bool {
	switch event {
	case store.ResponseAnalysed:
		return a.Analysis != nil && f.Matches(a)
	case store.DetractorReceived:
		return a.Score.Group() == feedback.Detractor && f.Matches(a)
	}
	return false
}

// TestPayload is what a test sends: an event about a response that does not exist.
func TestPayload(at time.Time) (string, error) {
	score, group := feedback.Score(3), feedback.Detractor
	body, err := json.Marshal(Payload{Type: store.WebhookTest, Timestamp: at.UTC(), Data: ResponseData{
		Survey: "test", ID: "test", Score: score, Group: &group, Language: "en",
		Sentiment: &feedback.SentimentScore{Label: feedback.Negative, Score: -0.8}, Kinds: []feedback.Kind{feedback.Complaint},
		Themes:  []feedback.StatementTheme{{Theme: "delivery_logistics", Sentiment: feedback.Negative}},
		Urgency: []feedback.Urgency{},
	}})
	return string(body), err
}

// idOf names a delivery by what it tells, so that queueing it twice makes no second one. The webhook's id, which is random,
// keeps others from finding out a response's id by trying.
func idOf(webhook string, event store.WebhookEvent, parts ...string) string {
	hash := sha256.Sum256([]byte(strings.Join(append([]string{webhook, string(event)}, parts...), "\x00")))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(hash[:16]))
}

// responseID names a delivery about a response: a detractor is told of once, an analysis with every change.
func responseID(webhook string, event store.WebhookEvent, c *feedback.Change) string {
	if event == store.DetractorReceived {
		return idOf(webhook, event, c.Key.Survey, c.Key.ID)
	}
	return idOf(webhook, event, strconv.FormatInt(c.Seq, 10))
}
