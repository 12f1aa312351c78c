package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"verbatim/feedback"
)

// DeliveryStatus says how far a delivery is.
type DeliveryStatus string

// The statuses. Failed means that nothing more is tried; Skipped that there is nothing to tell any more, since the response
// was deleted or is no longer what the webhook asks for.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryFailed    DeliveryStatus = "failed"
	DeliverySkipped   DeliveryStatus = "skipped"
)

// DeliveryStatuses lists the statuses.
var DeliveryStatuses = []DeliveryStatus{DeliveryPending, DeliveryDelivered, DeliveryFailed, DeliverySkipped}

// Delivery is an event on its way to a webhook. ID is what the receiver knows it by, in all attempts. Key names the
// response, and is empty for other events and when the response was deleted. Payload is what is sent, "" when it is made of
// the response at the time of sending. Code is the HTTP status of the last attempt, 0 without an answer, and Problem what
// was wrong with it. Due is when the next attempt may be made, FirstAt when the first was; zero for none.
type Delivery struct {
	ID        string
	Event     WebhookEvent
	Key       feedback.Key
	Payload   string
	Status    DeliveryStatus
	Attempts  int
	Code      int
	Problem   string
	CreatedAt time.Time
	Due       time.Time
	FirstAt   time.Time
	LastAt    time.Time
	due       int64 // as it was read, Unix milliseconds: a delivery that is made due again meanwhile is not settled
}

const (
	deliveryColumns = `id, event, survey, response, payload, status, attempts, code, problem, created_at, due, first_at, last_at`
	// What was skipped may come back: a response of an import that was undone and repeated.
	insertDelivery = `INSERT INTO deliveries (workspace, webhook, id, event, survey, response, payload, created_at, status, due, attempts, code, problem)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, 0, 0, '')
		ON CONFLICT (workspace, webhook, id) DO UPDATE SET survey = excluded.survey, response = excluded.response, created_at = excluded.created_at,
		status = 'pending', due = excluded.due, attempts = 0, first_at = NULL, code = 0, problem = '' WHERE deliveries.status = 'skipped'`
	moveCursor    = `UPDATE webhooks SET cursor = ? WHERE workspace = ? AND id = ? AND disabled_at IS NULL AND cursor < ?`
	setWatched    = `UPDATE webhooks SET watched = ?, watched_at = ?, watched_seq = ? WHERE workspace = ? AND id = ? AND disabled_at IS NULL`
	selectDue     = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE workspace = ? AND webhook = ? AND due <= ? ORDER BY due, number LIMIT ?`
	selectNextDue = `SELECT min(due) FROM deliveries WHERE workspace = ? AND webhook = ? AND due IS NOT NULL`
	settle        = `UPDATE deliveries SET status = ?, due = ?, attempts = ?, first_at = ?, last_at = ?, code = ?, problem = ?
		WHERE workspace = ? AND webhook = ? AND id = ? AND due = ?`
	markFailing    = `UPDATE webhooks SET failing_since = coalesce(failing_since, ?) WHERE workspace = ? AND id = ?`
	markWorking    = `UPDATE webhooks SET failing_since = NULL WHERE workspace = ? AND id = ? AND failing_since IS NOT NULL`
	disableWebhook = `UPDATE webhooks SET disabled_at = ?, disabled_reason = ? WHERE workspace = ? AND id = ? AND disabled_at IS NULL`
	selectLog      = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE workspace = ? AND webhook = ? AND (? = '' OR status = ?)
		AND (? = '' OR number < (SELECT number FROM deliveries WHERE workspace = ? AND webhook = ? AND id = ?)) ORDER BY number DESC LIMIT ?`
	countWebhook   = `SELECT count(*) FROM webhooks WHERE workspace = ? AND id = ?`
	selectDelivery = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE workspace = ? AND webhook = ? AND id = ?`
	replayDelivery = `UPDATE deliveries SET status = 'pending', due = max(?, coalesce(due + 1, 0)), attempts = 0, first_at = NULL, code = 0, problem = ''
		WHERE workspace = ? AND webhook = ? AND id = ?`
	forgetDeliveries = `UPDATE deliveries SET survey = '', response = '', status = CASE WHEN due IS NULL THEN status ELSE 'skipped' END, due = NULL
		WHERE workspace = ? AND survey = ? AND response = ? AND response <> ''`
	pruneDeliveries = `DELETE FROM deliveries WHERE created_at < ? AND due IS NULL`
)

// Enqueue makes deliveries for a webhook and moves its cursor to the change numbered seq, in one transaction: whatever
// happens, each change is either behind the cursor and queued, or still before it. A delivery whose id is queued or
// settled already is left out. It fails with [feedback.NotFound] when the webhook has gone or is disabled.
func (s *Store) Enqueue(ctx context.Context, ref WebhookRef, seq int64, list []Delivery) error {
	return s.queue(ctx, ref, len(list), func(t *txn) error {
		moved, err := t.exec(moveCursor, seq, ref.Workspace, ref.ID, seq)
		if err != nil {
			return err
		}
		if moved == 0 {
			return noWebhook()
		}
		return t.enqueue(ref, list)
	})
}

// EnqueueWatched makes deliveries for a webhook and keeps what was seen of the drivers at the change numbered seq, in one
// transaction. It fails with [feedback.NotFound] when the webhook has gone or is disabled.
func (s *Store) EnqueueWatched(ctx context.Context, ref WebhookRef, seq int64, watched string, list []Delivery) error {
	return s.queue(ctx, ref, len(list), func(t *txn) error {
		kept, err := t.exec(setWatched, watched, t.at, seq, ref.Workspace, ref.ID)
		if err != nil {
			return err
		}
		if kept == 0 {
			return noWebhook()
		}
		return t.enqueue(ref, list)
	})
}

func (s *Store) queue(ctx context.Context, ref WebhookRef, n int, run func(*txn) error) error {
	if err := validWorkspace(ref.Workspace); err != nil {
		return err
	}
	return s.write(ctx, "queue deliveries", 1+n, run)
}

func (t *txn) enqueue(ref WebhookRef, list []Delivery) error {
	for i := range list {
		d := &list[i]
		if _, err := t.exec(insertDelivery, ref.Workspace, ref.ID, d.ID, string(d.Event), d.Key.Survey, d.Key.ID, d.Payload, t.at, t.at); err != nil {
			return err
		}
	}
	return nil
}

// Due returns deliveries of a webhook that may be attempted now, those that waited longest first.
func (s *Store) Due(ctx context.Context, ref WebhookRef, limit int) ([]Delivery, error) {
	return s.deliveries(ctx, ref.Workspace, selectDue, ref.Workspace, ref.ID, now(), max(limit, 0))
}

// NextDue returns when the next delivery of a webhook may be attempted; zero when none waits.
func (s *Store) NextDue(ctx context.Context, ref WebhookRef) (next time.Time, err error) {
	err = s.read(ctx, "next due", ref.Workspace, selectNextDue, []any{ref.Workspace, ref.ID}, func(values []any) error {
		next = moment(number(values[0]))
		return nil
	})
	return next, err
}

// Settle keeps what became of attempts: Status, Attempts, Code, Problem, FirstAt, LastAt and Due of each delivery of [Store.Due] that
// still waits as it did then: one that was replayed meanwhile waits for another attempt. A webhook that answered well in one of them is no longer failing; one that failed in all of them is
// failing since the first, or longer. A disabled that is not "" disables it, for that reason.
func (s *Store) Settle(ctx context.Context, ref WebhookRef, list []Delivery, disabled string) error {
	return s.queue(ctx, ref, len(list), func(t *txn) error {
		worked, failed := false, false
		for i := range list {
			d := &list[i]
			if _, err := t.exec(settle, string(d.Status), millis(d.Due), d.Attempts, millis(d.FirstAt), millis(d.LastAt), d.Code, d.Problem,
				ref.Workspace, ref.ID, d.ID, d.due); err != nil {
				return err
			}
			worked = worked || d.Status == DeliveryDelivered
			failed = failed || d.Status == DeliveryFailed || d.Status == DeliveryPending
		}
		var err error
		if worked {
			_, err = t.exec(markWorking, ref.Workspace, ref.ID)
		} else if failed {
			_, err = t.exec(markFailing, t.at, ref.Workspace, ref.ID)
		}
		if err == nil && disabled != "" {
			_, err = t.exec(disableWebhook, t.at, disabled, ref.Workspace, ref.ID)
		}
		return err
	})
}

// Deliveries returns the log of a webhook, the newest first: at most limit, with the status, "" for any, and older than
// the delivery with the id before, "" for none. It fails with [feedback.NotFound] when there is no such webhook.
func (s *Store) Deliveries(ctx context.Context, workspace, webhook string, status DeliveryStatus, before string, limit int) ([]Delivery, error) {
	if _, err := s.Webhook(ctx, workspace, webhook); err != nil {
		return nil, err
	}
	return s.deliveries(ctx, workspace, selectLog, workspace, webhook, string(status), string(status),
		before, workspace, webhook, before, max(limit, 0))
}

func (s *Store) deliveries(ctx context.Context, workspace, query string, args ...any) ([]Delivery, error) {
	var list []Delivery
	err := s.read(ctx, "deliveries", workspace, query, args, func(values []any) error {
		list = append(list, readDelivery(values))
		return nil
	})
	return list, err
}

func readDelivery(values []any) Delivery {
	return Delivery{
		ID: text(values[0]), Event: WebhookEvent(text(values[1])), Key: feedback.Key{Survey: text(values[2]), ID: text(values[3])},
		Payload: text(values[4]), Status: DeliveryStatus(text(values[5])), Attempts: int(number(values[6]).Int64), Code: int(number(values[7]).Int64),
		Problem: text(values[8]), CreatedAt: moment(number(values[9])), Due: moment(number(values[10])),
		FirstAt: moment(number(values[11])), LastAt: moment(number(values[12])),
		due: number(values[10]).Int64,
	}
}

// Replay makes a delivery due again, with three days of attempts before it and the id it had. It fails with
// [feedback.NotFound] when there is no such delivery and [feedback.Conflict] when the response that it told of was deleted.
func (s *Store) Replay(ctx context.Context, workspace, webhook, id string) (out Delivery, err error) {
	if err := validWorkspace(workspace); err != nil {
		return out, err
	}
	err = s.write(ctx, "replay", 1, func(t *txn) error {
		found, err := t.one(selectDelivery, []any{workspace, webhook, id}, func(values []any) error {
			out = readDelivery(values)
			return nil
		})
		if err != nil {
			return err
		}
		if !found {
			return feedback.Errorf(feedback.NotFound, "there is no such delivery")
		}
		if out.Payload == "" && out.Key.ID == "" {
			return feedback.Errorf(feedback.Conflict, "the response that this delivery told of was deleted")
		}
		out.Status, out.Due, out.Attempts, out.Code, out.Problem = DeliveryPending, moment(sql.NullInt64{Int64: t.at, Valid: true}), 0, 0, ""
		out.FirstAt = time.Time{}
		t.logged = true // wakes whoever sends
		if _, err = t.exec(replayDelivery, t.at, workspace, webhook, id); err != nil {
			return err
		}
		return t.audit(workspace, "replay-delivery", webhook)
	})
	return out, err
}

// TestWebhook queues a delivery with the payload, and returns it. It fails with [feedback.NotFound] when there is no such
// webhook and [feedback.Conflict] when it is disabled.
func (s *Store) TestWebhook(ctx context.Context, workspace, webhook, payload string) (Delivery, error) {
	w, err := s.Webhook(ctx, workspace, webhook)
	if err != nil {
		return Delivery{}, err
	}
	if w.Status == WebhookDisabled {
		return Delivery{}, feedback.Errorf(feedback.Conflict, "the webhook is disabled: enable it first")
	}
	d := Delivery{ID: "msg_" + rand.Text(), Event: WebhookTest, Payload: payload, Status: DeliveryPending}
	err = s.queue(ctx, WebhookRef{workspace, webhook}, 1, func(t *txn) error {
		if there, err := t.count(countWebhook, workspace, webhook); err != nil || there == 0 {
			return cmp.Or[error](err, noWebhook())
		}
		t.logged = true // wakes whoever sends
		d.CreatedAt = moment(sql.NullInt64{Int64: t.at, Valid: true})
		d.Due = d.CreatedAt
		if err := t.enqueue(WebhookRef{workspace, webhook}, []Delivery{d}); err != nil {
			return err
		}
		return t.audit(workspace, "test-webhook", webhook)
	})
	return d, err
}

// PruneDeliveries forgets settled deliveries of all workspaces that are older than a time.
func (s *Store) PruneDeliveries(ctx context.Context, before time.Time) error {
	return s.write(ctx, "prune deliveries", maxGroup, func(t *txn) error {
		_, err := t.exec(pruneDeliveries, before.UnixMilli())
		return err
	})
}

// forgetDeliveries takes a response that is deleted out of the log, and out of the queue.
func (t *txn) forgetDeliveries(workspace string, key feedback.Key) error {
	_, err := t.exec(forgetDeliveries, workspace, key.Survey, key.ID)
	return err
}
