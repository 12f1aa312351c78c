package store

import (
	"context"
	"strings"
	"time"

	"verbatim/feedback"
)

// How long payloads are kept.
const (
	// KeepUnread is how long the body of a payload stays that could not be read, or held nothing that is mapped.
	KeepUnread = 30 * 24 * time.Hour
	// keepTrace is how long it is remembered that a payload came, so that a repeated delivery is known.
	keepTrace = 90 * 24 * time.Hour
)

// mostWaiting is how many bodies of payloads a source may hold.
const mostWaiting = 20000

const (
	payloadColumns          = `workspace, source, seq, delivery, media, size, remote, status, detail, attempts, received_at, next_at, survey, id`
	selectPayloadOfDelivery = `SELECT seq FROM payloads WHERE workspace = ? AND source = ? AND delivery = ? AND delivery <> ''`
	countBodies             = `SELECT count(*) FROM (SELECT 1 FROM payloads WHERE workspace = ? AND source = ? AND body IS NOT NULL LIMIT ?)`
	nextPayload             = `UPDATE sources SET last_payload = last_payload + 1 WHERE workspace = ? AND name = ? RETURNING last_payload`
	insertPayload           = `INSERT INTO payloads (` + payloadColumns + `, body) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', '', 0, ?, ?, '', '', ?)`
	selectDuePayloads       = `SELECT ` + payloadColumns + `, body FROM payloads WHERE status = 'pending' AND remote = ? AND next_at <= ?
		ORDER BY next_at, workspace, source, seq LIMIT ?`
	selectNextPayload = `SELECT min(next_at) FROM payloads WHERE status = 'pending' AND remote = ?`
	selectPayloads    = `SELECT ` + payloadColumns + `, body IS NOT NULL FROM payloads
		WHERE workspace = ? AND source = ? AND seq < ? AND (? = '' OR status = ?) ORDER BY seq DESC LIMIT ?`
	selectPayload = `SELECT ` + payloadColumns + `, body FROM payloads WHERE workspace = ? AND source = ? AND seq = ?`
	settlePayload = `UPDATE payloads SET status = ?, detail = ?, attempts = ?, next_at = ?, survey = ?, id = ?, erase_at = ?,
		body = CASE WHEN ? THEN NULL ELSE body END WHERE workspace = ? AND source = ? AND seq = ?`
	replayPayloads = `UPDATE payloads SET status = 'pending', detail = '', attempts = 0, next_at = ?, erase_at = NULL
		WHERE workspace = ? AND source = ? AND status <> 'pending' AND body IS NOT NULL`
	erasePayloads  = `UPDATE payloads SET body = NULL, erase_at = NULL WHERE erase_at <= ?`
	forgetPayloads = `DELETE FROM payloads WHERE received_at < ? AND status <> 'pending'`
	dropPayloads   = `DELETE FROM payloads WHERE workspace = ? AND survey = ? AND id = ?`
)

// AddPayload stores what a platform has sent, to be tried at once, and returns its number; Workspace, Source, Delivery,
// Media, Body and Remote are read. A delivery that came before is repeated and not stored again. It fails with
// [feedback.NotFound] when there is no such source, and with [feedback.Unavailable] when 20,000 bodies wait in it.
func (s *Store) AddPayload(ctx context.Context, p *feedback.Payload) (seq int64, repeated bool, err error) {
	if err := validWorkspace(p.Workspace); err != nil {
		return 0, false, err
	}
	for name, value := range map[string]string{"the delivery": p.Delivery, "the media type": p.Media} {
		if err := checkText(name, value, maxName); err != nil {
			return 0, false, err
		}
	}
	err = s.write(ctx, "add payload", 1, func(t *txn) (err error) {
		first := func(values []any) error {
			seq = number(values[0]).Int64
			return nil
		}
		if repeated, err = t.one(selectPayloadOfDelivery, []any{p.Workspace, p.Source, p.Delivery}, first); err != nil || repeated {
			return err
		}
		if _, err := t.one(countBodies, []any{p.Workspace, p.Source, mostWaiting}, first); err != nil {
			return err
		}
		if seq >= mostWaiting {
			return feedback.Errorf(feedback.Unavailable, "%d payloads of this source wait: see why they failed, and replay them", seq)
		}
		found, err := t.one(nextPayload, []any{p.Workspace, p.Source}, first)
		if err != nil {
			return err
		}
		if !found {
			return noSource()
		}
		_, err = t.exec(insertPayload, p.Workspace, p.Source, seq, p.Delivery, p.Media, len(p.Body), p.Remote, t.at, t.at, p.Body)
		return err
	})
	return seq, repeated, err
}

// readPayload reads the payloadColumns, and behind them the body, or whether there is one.
func readPayload(values []any) feedback.Payload {
	body, _ := values[14].([]byte)
	if number(values[14]).Int64 != 0 {
		body = []byte{}
	}
	return feedback.Payload{
		Workspace: text(values[0]), Source: text(values[1]), Seq: number(values[2]).Int64, Delivery: text(values[3]), Media: text(values[4]),
		Size: int(number(values[5]).Int64), Remote: number(values[6]).Int64 != 0, Status: feedback.PayloadStatus(text(values[7])), Detail: text(values[8]),
		Attempts: int(number(values[9]).Int64), ReceivedAt: moment(number(values[10])), NextAt: moment(number(values[11])),
		Response: feedback.Key{Survey: text(values[12]), ID: text(values[13])}, Body: body,
	}
}

// DuePayloads returns up to limit payloads of all workspaces that are to be tried now, the longest due first; remote says
// whether those that have to be fetched are meant, or the others.
func (s *Store) DuePayloads(ctx context.Context, remote bool, at time.Time, limit int) ([]feedback.Payload, error) {
	rows, err := s.reads.query(ctx, selectDuePayloads, remote, at.UnixMilli(), limit)
	if err != nil {
		return nil, s.fail("due payloads", err)
	}
	var list []feedback.Payload
	err = eachRow(rows, func(values []any) error {
		list = append(list, readPayload(values))
		return nil
	})
	return list, s.fail("due payloads", err)
}

// NextPayload returns when the next payload is due, the zero time when none is pending.
func (s *Store) NextPayload(ctx context.Context, remote bool) (at time.Time, err error) {
	rows, err := s.reads.query(ctx, selectNextPayload, remote)
	if err != nil {
		return at, s.fail("next payload", err)
	}
	err = eachRow(rows, func(values []any) error {
		at = moment(number(values[0]))
		return nil
	})
	return at, s.fail("next payload", err)
}

// SettledPayload says what became of a payload: Status, Detail, Attempts, NextAt and Response are stored. Keep is how long
// its body stays once it is no longer pending; zero erases it now.
type SettledPayload struct {
	feedback.Payload
	Keep time.Duration
}

// SettlePayloads stores what became of payloads, all in one transaction. One that is no longer there is passed over.
func (s *Store) SettlePayloads(ctx context.Context, settled []SettledPayload) error {
	if len(settled) == 0 {
		return nil
	}
	return s.write(ctx, "settle payloads", len(settled), func(t *txn) error {
		for i := range settled {
			p := &settled[i]
			pending := p.Status == feedback.PayloadPending
			var eraseAt time.Time
			if !pending && p.Keep > 0 {
				eraseAt = time.UnixMilli(t.at).Add(p.Keep)
			}
			if _, err := t.exec(settlePayload, string(p.Status), p.Detail, p.Attempts, millis(p.NextAt), p.Response.Survey, p.Response.ID,
				millis(eraseAt), !pending && p.Keep <= 0, p.Workspace, p.Source, p.Seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// Payloads returns payloads of a source without their bodies, the newest first, from the one before the number on; status
// "" stands for all. Body is empty, and nil when it was erased. It fails with [feedback.NotFound] when there is no such
// source.
func (s *Store) Payloads(ctx context.Context, workspace, source string, status feedback.PayloadStatus, before int64, limit int) ([]feedback.Payload, error) {
	if _, err := s.Source(ctx, workspace, source); err != nil {
		return nil, err
	}
	var list []feedback.Payload
	args := []any{workspace, source, before, string(status), string(status), limit}
	err := s.read(ctx, "payloads", workspace, selectPayloads, args, func(values []any) error {
		list = append(list, readPayload(values))
		return nil
	})
	return list, err
}

// Payload returns a payload with its body; it fails with [feedback.NotFound] when there is none of the number.
func (s *Store) Payload(ctx context.Context, workspace, source string, seq int64) (feedback.Payload, error) {
	var found []feedback.Payload
	err := s.read(ctx, "payload", workspace, selectPayload, []any{workspace, source, seq}, func(values []any) error {
		found = append(found, readPayload(values))
		return nil
	})
	if err == nil && len(found) == 0 {
		err = feedback.Errorf(feedback.NotFound, "there is no payload of this number")
	}
	if err != nil {
		return feedback.Payload{}, err
	}
	return found[0], nil
}

// ReplayPayloads has payloads of a source tried again whose bodies are still there, and returns how many: those with one of
// the statuses, and of the number unless that is 0. It fails with [feedback.NotFound] when there is no such source.
func (s *Store) ReplayPayloads(ctx context.Context, workspace, source string, statuses []feedback.PayloadStatus, seq int64) (n int64, err error) {
	if _, err := s.Source(ctx, workspace, source); err != nil {
		return 0, err
	}
	query := replayPayloads + ` AND status IN (''` + strings.Repeat(", ?", len(statuses)) + `)`
	words := make([]any, len(statuses))
	for i, status := range statuses {
		words[i] = string(status)
	}
	err = s.write(ctx, "replay payloads", 1, func(t *txn) error {
		args := append([]any{t.at, workspace, source}, words...)
		query := query
		if seq != 0 {
			query, args = query+` AND seq = ?`, append(args, seq)
		}
		n, err = t.exec(query, args...)
		return err
	})
	return n, err
}

// PrunePayloads erases the bodies that have been kept for long enough, and forgets payloads that came 90 days before at.
func (s *Store) PrunePayloads(ctx context.Context, at time.Time) error {
	return s.write(ctx, "prune payloads", 1, func(t *txn) error {
		erased, err := t.exec(erasePayloads, at.UnixMilli())
		if err != nil {
			return err
		}
		forgotten, err := t.exec(forgetPayloads, at.Add(-keepTrace).UnixMilli())
		t.deleted = t.deleted || erased+forgotten > 0
		return err
	})
}
