package store

import (
	"context"
	"crypto/sha256"
	"time"

	"verbatim/feedback"
)

// How long a request with a key is remembered, and how many of a workspace: the oldest are forgotten first.
const (
	onceFor  = 24 * time.Hour
	mostOnce = 100_000
)

// Once names a request that must not count twice, and what it asks for. Both are hashed before they are stored.
type Once struct {
	Key     string
	Request [sha256.Size]byte
}

const (
	findOnce = `SELECT request, answer FROM once WHERE workspace = ? AND key = ? AND at > ?`
	addOnce  = `INSERT INTO once (workspace, key, request, position, answer, at)
		SELECT ?, ?, ?, coalesce(max(position), 0) + 1, ?, ? FROM once WHERE workspace = ?
		ON CONFLICT (workspace, key) DO UPDATE SET request = excluded.request, position = excluded.position,
		answer = excluded.answer, at = excluded.at`
	forgetOnce = `DELETE FROM once WHERE workspace = ? AND (position <= (SELECT max(position) FROM once WHERE workspace = ?) - ?
		OR position IN (SELECT position FROM once WHERE workspace = ? ORDER BY position LIMIT 10) AND at <= ?)`
)

// PutOnce is [Store.PutPrepared] for a request with a key, in the same transaction. When the key came before, within 24 hours
// and the last 100,000 of the workspace, with the same request, nothing is put: the results are those of then, and again
// is true. The batch must be the same in that case. It fails with [feedback.Conflict] when the key came with another request.
func (s *Store) PutOnce(ctx context.Context, workspace string, once Once, p *Prepared) (results []PutResult, again bool, err error) {
	if err := validWorkspace(workspace); err != nil {
		return nil, false, err
	}
	results = make([]PutResult, len(p.entries))
	err = s.write(ctx, "put once", max(1, len(p.entries)), func(t *txn) error {
		again = false
		answer, found, err := t.answered(workspace, &once)
		if err != nil {
			return err
		}
		if found && len(answer) == len(p.entries) {
			again = true
			for i := range p.entries {
				results[i] = p.entries[i].decode(answer[i])
			}
			return nil
		}
		if err := t.putAll(workspace, p.entries, results, (*txn).put); err != nil {
			return err
		}
		return t.remember(workspace, &once, results)
	})
	return results, again, err
}

// answered finds what the request was answered before.
func (t *txn) answered(workspace string, once *Once) (answer string, found bool, err error) {
	same := true
	key := sha256.Sum256([]byte(once.Key))
	found, err = t.one(findOnce, []any{workspace, key[:], t.at - onceFor.Milliseconds()}, func(values []any) error {
		request, _ := values[0].([]byte)
		same, answer = string(request) == string(once.Request[:]), text(values[1])
		return nil
	})
	if err == nil && !same {
		err = feedback.Errorf(feedback.Conflict, "the key was used for another request: take a new one for every request")
	}
	return answer, found, err
}

// remember notes what a request was answered, and forgets what is too old.
func (t *txn) remember(workspace string, once *Once, results []PutResult) error {
	if _, err := t.enter(workspace); err != nil {
		return err
	}
	answer := make([]byte, len(results))
	for i := range results {
		answer[i] = results[i].encode()
	}
	key := sha256.Sum256([]byte(once.Key))
	if _, err := t.exec(addOnce, workspace, key[:], once.Request[:], string(answer), t.at, workspace); err != nil {
		return err
	}
	_, err := t.exec(forgetOnce, workspace, workspace, mostOnce, workspace, t.at-onceFor.Milliseconds())
	return err
}

// outcomes are the letters that stand for what became of a response.
var outcomes = map[byte]PutResult{
	'c': {Status: Created},
	'u': {Status: Updated},
	't': {Status: Updated, Reason: Retagged},
	'n': {Status: Unchanged},
	's': {Status: Unchanged, Reason: Stale},
	'd': {Status: Rejected, Problem: &feedback.Error{Code: feedback.Deleted}},
}

// rejectedLetter stands for a response that cannot be stored; why follows from the response itself.
const rejectedLetter = 'r'

func (r *PutResult) encode() byte {
	for letter, out := range outcomes {
		deleted := r.Problem != nil && r.Problem.Code == feedback.Deleted
		if r.Status == out.Status && r.Reason == out.Reason && deleted == (out.Problem != nil) {
			return letter
		}
	}
	return rejectedLetter
}

// decode is the reverse of encode.
func (e *entry) decode(letter byte) PutResult {
	out := outcomes[letter]
	switch {
	case letter == 'd':
		return e.rejected(deletedBefore())
	case out.Status == "" && e.problem != nil:
		return e.rejected(e.problem)
	case out.Status == "":
		return e.rejected(feedback.Errorf(feedback.Invalid, "the response cannot be stored"))
	}
	return e.result(out.Status, out.Reason)
}

func deletedBefore() *feedback.Error {
	return feedback.Errorf(feedback.Deleted, "the response was deleted and must not come back")
}
