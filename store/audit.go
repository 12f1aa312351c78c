package store

import (
	"context"
	"time"

	"verbatim/feedback"
)

// Local is the actor of changes without a key or an account: the command line, and a server that has neither.
const Local = "local"

// AuditEntry says who changed what. Object names a key, survey, benchmark, taxonomy or import; of responses it is the
// survey at most, since ids of responses and respondents may name people.
type AuditEntry struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"` // the id of a key or an account, or Local
	Action string    `json:"action"`
	Object string    `json:"object,omitempty"`
}

type actorKey struct{}

// WithActor returns a context whose writes are noted in the audit log as those of an actor: the id of a key or an account.
func WithActor(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

func actorOf(ctx context.Context) string {
	if actor, ok := ctx.Value(actorKey{}).(string); ok {
		return actor
	}
	return Local
}

const (
	insertAudit = `INSERT INTO audit (workspace, seq, at, actor, action, object)
		SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM audit WHERE workspace = ?`
	selectAudit   = `SELECT seq, at, actor, action, object FROM audit WHERE workspace = ? AND (seq < ? OR ? = 0) ORDER BY seq DESC LIMIT ?`
	selectAction  = `SELECT seq, at, actor, action, object FROM audit WHERE workspace = ? AND action = ? AND (seq < ? OR ? = 0) ORDER BY seq DESC LIMIT ?`
	selectActions = `SELECT DISTINCT action FROM audit WHERE workspace = ? ORDER BY action`
)

// audit notes a change in the transaction that makes it.
func (t *txn) audit(workspace, action, object string) error {
	_, err := t.exec(insertAudit, workspace, t.at, t.actor, action, object, workspace)
	return err
}

// MaxAudit is how many entries of the audit log one call returns at most.
const MaxAudit = 200

// Audit returns entries of the audit log, the newest first: those before seq, or from the newest on when that is 0, and at
// most limit (1 to [MaxAudit]).
func (s *Store) Audit(ctx context.Context, workspace string, before int64, limit int) ([]AuditEntry, error) {
	return s.auditEntries(ctx, selectAudit, before, limit, workspace, before, before, limit)
}

// AuditOf is [Store.Audit] for the entries of one action.
func (s *Store) AuditOf(ctx context.Context, workspace, action string, before int64, limit int) ([]AuditEntry, error) {
	return s.auditEntries(ctx, selectAction, before, limit, workspace, action, before, before, limit)
}

// AuditActions lists the actions that the audit log of a workspace holds, in order.
func (s *Store) AuditActions(ctx context.Context, workspace string) (list []string, err error) {
	err = s.read(ctx, "audit", workspace, selectActions, []any{workspace}, func(values []any) error {
		list = append(list, text(values[0]))
		return nil
	})
	return list, err
}

func (s *Store) auditEntries(ctx context.Context, query string, before int64, limit int, workspace string, args ...any) ([]AuditEntry, error) {
	if before < 0 || limit < 1 || limit > MaxAudit {
		return nil, feedback.Errorf(feedback.Invalid, "the audit log is read from a positive number on, 1 to %d entries at a time", MaxAudit)
	}
	list := []AuditEntry{}
	err := s.read(ctx, "audit", workspace, query, append([]any{workspace}, args...), func(values []any) error {
		list = append(list, AuditEntry{
			Seq: number(values[0]).Int64, At: moment(number(values[1])), Actor: text(values[2]), Action: text(values[3]), Object: text(values[4]),
		})
		return nil
	})
	return list, err
}
