package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// WebhookEvent is what a webhook tells of.
type WebhookEvent string

// The events. ResponseAnalysed comes with every change of a response that has a comment, DetractorReceived once for a
// response with a score of 0–6, DriverChanged when a driver of the webhook's filter changed. WebhookTest is made by
// [Store.TestWebhook] and cannot be asked for.
const (
	ResponseAnalysed  WebhookEvent = "response.analysed"
	DetractorReceived WebhookEvent = "detractor.received"
	DriverChanged     WebhookEvent = "driver.changed"
	WebhookTest       WebhookEvent = "webhook.test"
)

// WebhookEvents lists the events that can be asked for.
var WebhookEvents = []WebhookEvent{ResponseAnalysed, DetractorReceived, DriverChanged}

// WebhookStatus says whether a webhook is told anything.
type WebhookStatus string

// The statuses. A disabled webhook keeps what waits for it.
const (
	WebhookActive   WebhookStatus = "active"
	WebhookDisabled WebhookStatus = "disabled"
)

// Webhook is an address that is told of events. Filter is text for [feedback.ParseFilter]; IncludeText allows the texts of
// responses in what is sent. Secret signs it and is never written as JSON; OldSecret signs beside it until OldSecretUntil.
// FailingSince is the first of the failed attempts since the last success. Times are zero when it has not happened.
type Webhook struct {
	Workspace      string         `json:"-"`
	ID             string         `json:"id"`
	URL            string         `json:"url"`
	Events         []WebhookEvent `json:"events"`
	Filter         string         `json:"filter,omitempty"`
	IncludeText    bool           `json:"include_text"`
	Status         WebhookStatus  `json:"status"`
	CreatedAt      time.Time      `json:"created_at"`
	OldSecretUntil time.Time      `json:"old_secret_until,omitzero"`
	FailingSince   time.Time      `json:"failing_since,omitzero"`
	DisabledAt     time.Time      `json:"disabled_at,omitzero"`
	DisabledReason string         `json:"disabled_reason,omitempty"`
	Waiting        int            `json:"waiting"` // deliveries that are not settled
	Secret         string         `json:"-"`
	OldSecret      string         `json:"-"`
	Cursor         int64          `json:"-"` // the newest change that deliveries were made of
	Watched        string         `json:"-"` // what was seen of the drivers; "" for nothing
	WatchedAt      time.Time      `json:"-"`
	WatchedSeq     int64          `json:"-"`
}

const (
	// MaxWebhooks is how many webhooks a workspace may have.
	MaxWebhooks = 100
	// MaxSecretOverlap is the longest time that an old secret may sign beside the new one.
	MaxSecretOverlap = 30 * 24 * time.Hour
	maxURL           = 2048
	maxFilterText    = 4096
)

const (
	webhookColumns = `w.workspace, w.id, w.url, w.events, w.filter, w.include_text, w.secret, w.old_secret, w.old_until, w.created_at,
		w.cursor, w.failing_since, w.disabled_at, w.disabled_reason, w.watched, w.watched_at, w.watched_seq,
		(SELECT count(*) FROM deliveries d WHERE d.workspace = w.workspace AND d.webhook = w.id AND d.due IS NOT NULL)`
	selectWebhooks = `SELECT ` + webhookColumns + ` FROM webhooks w WHERE w.workspace = ? ORDER BY w.created_at, w.id`
	selectWebhook  = `SELECT ` + webhookColumns + ` FROM webhooks w WHERE w.workspace = ? AND w.id = ?`
	selectActive   = `SELECT workspace, id FROM webhooks WHERE disabled_at IS NULL ORDER BY workspace, id`
	countWebhooks  = `SELECT count(*) FROM webhooks WHERE workspace = ?`
	insertWebhook  = `INSERT INTO webhooks (workspace, id, url, events, filter, include_text, secret, old_secret, created_at, cursor,
		disabled_reason, watched, watched_seq) VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, '', '', 0)`
	deleteWebhook = `DELETE FROM webhooks WHERE workspace = ? AND id = ?`
	rotateWebhook = `UPDATE webhooks SET old_secret = secret, old_until = ?, secret = ? WHERE workspace = ? AND id = ?`
	enableWebhook = `UPDATE webhooks SET disabled_at = NULL, disabled_reason = '', failing_since = NULL WHERE workspace = ? AND id = ?`
	hurryWebhook  = `UPDATE deliveries SET due = ?, attempts = 0, first_at = NULL WHERE workspace = ? AND webhook = ? AND due IS NOT NULL`
)

// CreateWebhook stores a webhook with its URL, Events, Filter and IncludeText, and returns it with its id, its secret and
// the rest. It is told of what changes from now on. An [feedback.Invalid] error begins with the field and a colon;
// [feedback.TooLarge] comes past 100 webhooks. Whether the address may be reached is for the caller to check. The workspace
// is made if need be.
func (s *Store) CreateWebhook(ctx context.Context, workspace string, w Webhook) (Webhook, error) {
	if err := validWorkspace(workspace); err != nil {
		return Webhook{}, err
	}
	if err := checkWebhook(&w); err != nil {
		return Webhook{}, err
	}
	events, err := json.Marshal(w.Events)
	if err != nil {
		return Webhook{}, s.fail("create webhook", err)
	}
	id := "wh_" + strings.ToLower(rand.Text()[:16])
	err = s.write(ctx, "create webhook", 1, func(t *txn) error {
		sp, err := t.enter(workspace)
		if err != nil {
			return err
		}
		n, err := t.count(countWebhooks, workspace)
		if err != nil {
			return err
		}
		if n >= MaxWebhooks {
			return feedback.Errorf(feedback.TooLarge, "there are %d webhooks already: remove some", n)
		}
		t.logged = true // wakes whoever sends
		_, err = t.exec(insertWebhook, workspace, id, w.URL, string(events), w.Filter, w.IncludeText, newSigningSecret(), t.at, sp.seq)
		if err != nil {
			return err
		}
		return t.audit(workspace, "create-webhook", id)
	})
	if err != nil {
		return Webhook{}, err
	}
	return s.Webhook(ctx, workspace, id)
}

func checkWebhook(w *Webhook) error {
	if err := checkText("url: the address", w.URL, maxURL); err != nil {
		return err
	}
	if err := checkText("filter: the filter", w.Filter, maxFilterText); err != nil {
		return err
	}
	if w.URL == "" {
		return feedback.Errorf(feedback.Invalid, "url: the address is missing")
	}
	if len(w.Events) == 0 {
		return feedback.Errorf(feedback.Invalid, "events: name at least one event")
	}
	for i, e := range w.Events {
		if !slices.Contains(WebhookEvents, e) || slices.Contains(w.Events[:i], e) {
			return feedback.Errorf(feedback.Invalid, "events: every event is one of response.analysed, detractor.received, driver.changed, and stands once")
		}
	}
	f, err := feedback.ParseFilter(w.Filter, time.UTC)
	if err == nil {
		err = f.CheckSingle()
	}
	if err != nil {
		return &feedback.Error{Code: feedback.Invalid, Err: err, Message: "filter: write conditions like survey=nps group=detractor " +
			"theme=price_value:negative region=EU; match cannot be used"}
	}
	return nil
}

// newSigningSecret makes a secret as Standard Webhooks has it: 32 random bytes.
func newSigningSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(secret)
}

// Webhooks returns the webhooks of a workspace in the order they were made.
func (s *Store) Webhooks(ctx context.Context, workspace string) ([]Webhook, error) {
	list := []Webhook{}
	err := s.read(ctx, "webhooks", workspace, selectWebhooks, []any{workspace}, func(values []any) error {
		w, err := readWebhook(values)
		list = append(list, w)
		return err
	})
	return list, err
}

// Webhook returns a webhook; it fails with [feedback.NotFound] when there is none with the id.
func (s *Store) Webhook(ctx context.Context, workspace, id string) (Webhook, error) {
	var found []Webhook
	err := s.read(ctx, "webhook", workspace, selectWebhook, []any{workspace, id}, func(values []any) error {
		w, err := readWebhook(values)
		found = append(found, w)
		return err
	})
	if err == nil && len(found) == 0 {
		err = noWebhook()
	}
	if err != nil {
		return Webhook{}, err
	}
	return found[0], nil
}

func noWebhook() *feedback.Error {
	return feedback.Errorf(feedback.NotFound, "there is no such webhook")
}

func readWebhook(values []any) (Webhook, error) {
	w := Webhook{
		Workspace: text(values[0]), ID: text(values[1]), URL: text(values[2]), Filter: text(values[4]), IncludeText: number(values[5]).Int64 != 0,
		Secret: text(values[6]), OldSecret: text(values[7]), OldSecretUntil: moment(number(values[8])), CreatedAt: moment(number(values[9])),
		Cursor: number(values[10]).Int64, FailingSince: moment(number(values[11])), DisabledAt: moment(number(values[12])), DisabledReason: text(values[13]),
		Watched: text(values[14]), WatchedAt: moment(number(values[15])), WatchedSeq: number(values[16]).Int64, Waiting: int(number(values[17]).Int64),
		Status: WebhookActive,
	}
	if !w.DisabledAt.IsZero() {
		w.Status = WebhookDisabled
	}
	if err := json.Unmarshal([]byte(text(values[3])), &w.Events); err != nil {
		return w, damaged("webhook", err)
	}
	return w, nil
}

// WebhookRef names a webhook.
type WebhookRef struct{ Workspace, ID string }

// ActiveWebhooks lists the webhooks of all workspaces that are not disabled.
func (s *Store) ActiveWebhooks(ctx context.Context) ([]WebhookRef, error) {
	rows, err := s.reads.query(ctx, selectActive)
	if err != nil {
		return nil, s.fail("active webhooks", err)
	}
	var list []WebhookRef
	err = eachRow(rows, func(values []any) error {
		list = append(list, WebhookRef{text(values[0]), text(values[1])})
		return nil
	})
	return list, s.fail("active webhooks", err)
}

// DeleteWebhook removes a webhook with its deliveries; it fails with [feedback.NotFound] when there is none with the id.
func (s *Store) DeleteWebhook(ctx context.Context, workspace, id string) error {
	return s.changeWebhook(ctx, "delete-webhook", workspace, id, deleteWebhook, workspace, id)
}

// RotateWebhook gives a webhook a new secret and returns it with that. The old one signs beside it for the overlap, which
// is cut to [MaxSecretOverlap]. It fails with [feedback.NotFound] when there is none with the id.
func (s *Store) RotateWebhook(ctx context.Context, workspace, id string, overlap time.Duration) (Webhook, error) {
	until := millis(time.UnixMilli(now()).Add(min(max(overlap, 0), MaxSecretOverlap)))
	if err := s.changeWebhook(ctx, "rotate-webhook", workspace, id, rotateWebhook, until, newSigningSecret(), workspace, id); err != nil {
		return Webhook{}, err
	}
	return s.Webhook(ctx, workspace, id)
}

// EnableWebhook makes a disabled webhook active again: it is told at once what waits for it, with three days of attempts
// before it, and then what changed meanwhile. It fails with [feedback.NotFound] when there is none with the id.
func (s *Store) EnableWebhook(ctx context.Context, workspace, id string) (Webhook, error) {
	if err := s.changeWebhook(ctx, "enable-webhook", workspace, id, enableWebhook, workspace, id); err != nil {
		return Webhook{}, err
	}
	if err := s.write(ctx, "enable webhook", 1, func(t *txn) error {
		t.logged = true
		_, err := t.exec(hurryWebhook, t.at, workspace, id)
		return err
	}); err != nil {
		return Webhook{}, err
	}
	return s.Webhook(ctx, workspace, id)
}

// DisableWebhook stops telling a webhook anything: what is for it waits until it is enabled. One that is disabled stays so.
// It fails with [feedback.NotFound] when there is none with the id.
func (s *Store) DisableWebhook(ctx context.Context, workspace, id string) error {
	w, err := s.Webhook(ctx, workspace, id)
	if err != nil || w.Status == WebhookDisabled {
		return err
	}
	return s.changeWebhook(ctx, "disable-webhook", workspace, id, disableWebhook, millis(time.UnixMilli(now())), "by hand", workspace, id)
}

// changeWebhook runs a statement that changes one webhook; action is what the audit log calls it.
func (s *Store) changeWebhook(ctx context.Context, action, workspace, id, query string, args ...any) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, action, 1, func(t *txn) error {
		found, err := t.exec(query, args...)
		if err != nil {
			return err
		}
		if found == 0 {
			return noWebhook()
		}
		t.logged = true // wakes whoever sends
		return t.audit(workspace, action, id)
	})
}

// count returns the number that a query answers.
func (t *txn) count(query string, args ...any) (n int, err error) {
	_, err = t.one(query, args, func(values []any) error {
		n = int(number(values[0]).Int64)
		return nil
	})
	return n, err
}
