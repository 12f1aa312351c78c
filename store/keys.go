package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"verbatim/feedback"
)

// Scope is what a key may do.
type Scope string

// The scopes.
const (
	ScopeIngest Scope = "ingest" // put responses and imports
	ScopeRead   Scope = "read"   // read everything but keys and the audit log
	ScopeAdmin  Scope = "admin"  // everything in the workspace
)

// Scopes lists the scopes.
var Scopes = []Scope{ScopeIngest, ScopeRead, ScopeAdmin}

// AccessKey is a key of a workspace, without its secret. Its ID stands in the secret, vb_ID_…, and may be shown. Times have
// milliseconds and are zero when it has not happened.
type AccessKey struct {
	ID             string    `json:"id"`
	Workspace      string    `json:"workspace"`
	Name           string    `json:"name"`
	Scopes         []Scope   `json:"scopes"`
	CreatedAt      time.Time `json:"created_at"`
	ExpiresAt      time.Time `json:"expires_at,omitzero"`
	LastUsedAt     time.Time `json:"last_used_at,omitzero"` // within a minute
	RotatedAt      time.Time `json:"rotated_at,omitzero"`
	OldSecretUntil time.Time `json:"old_secret_until,omitzero"` // until then the secret before the last rotation works, too
	RevokedAt      time.Time `json:"revoked_at,omitzero"`
}

// Allows reports whether the key may do what a scope stands for; an admin may do everything.
func (k *AccessKey) Allows(scope Scope) bool {
	return slices.Contains(k.Scopes, scope) || slices.Contains(k.Scopes, ScopeAdmin)
}

// works reports whether the key can be used.
func (k *AccessKey) works(at time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || at.Before(k.ExpiresAt))
}

// NewKey says what a key is to be. Without ExpiresAt it does not expire.
type NewKey struct {
	Name      string // for people; 1–200 bytes
	Scopes    []Scope
	ExpiresAt time.Time
}

// Limits of keys. Revoked ones are kept for a while, so that their names can be looked up.
const (
	mostKeys    = 1000 // in a workspace, revoked ones included
	maxKeyName  = 200
	keepRevoked = 90 * 24 * time.Hour
	// MaxOverlap is how long the old secret may work after a rotation.
	MaxOverlap = 30 * 24 * time.Hour
)

const (
	keyColumns  = `id, workspace, name, scopes, created_at, expires_at, used_at, rotated_at, old_until, revoked_at`
	selectKeys  = `SELECT ` + keyColumns + ` FROM access_keys WHERE workspace = ? ORDER BY created_at, id`
	selectKey   = `SELECT ` + keyColumns + ` FROM access_keys WHERE workspace = ? AND id = ?`
	countKeys   = `SELECT count(*) FROM access_keys WHERE workspace = ? AND (revoked_at IS NULL OR revoked_at >= ?)`
	purgeKeys   = `DELETE FROM access_keys WHERE workspace = ? AND revoked_at < ?`
	insertKey   = `INSERT INTO access_keys (workspace, id, name, scopes, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
	revokeKey   = `UPDATE access_keys SET revoked_at = coalesce(revoked_at, ?), old_hash = NULL, old_until = NULL WHERE workspace = ? AND id = ?`
	rotateKey   = `UPDATE access_keys SET old_hash = hash, old_until = ?, hash = ?, rotated_at = ? WHERE workspace = ? AND id = ?`
	touchKey    = `UPDATE access_keys SET used_at = max(coalesce(used_at, 0), ?) WHERE workspace = ? AND id = ?`
	isWorkspace = `SELECT 1 FROM workspaces WHERE workspace = ?`
)

// CreateKey makes a key and returns it with its secret, which is kept nowhere and cannot be had again. It fails with
// [feedback.Invalid] for a bad field or an expiry that has passed, [feedback.NotFound] when there is no such workspace
// (the default one is made if need be), and [feedback.TooLarge] past 1,000 keys.
func (s *Store) CreateKey(ctx context.Context, workspace string, k NewKey) (key AccessKey, secret string, err error) {
	if err := validWorkspace(workspace); err != nil {
		return key, "", err
	}
	if err := k.validate(); err != nil {
		return key, "", err
	}
	id, secret := newSecret("")
	err = s.write(ctx, "create key", 1, func(t *txn) error {
		if err := t.roomForKey(workspace, k.ExpiresAt); err != nil {
			return err
		}
		_, err := t.exec(insertKey, workspace, id, k.Name, joinList(k.Scopes), hashOf(secret), t.at, millis(k.ExpiresAt))
		if err != nil {
			return err
		}
		if key, err = t.key(workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "create-key", id)
	})
	s.keys.forget()
	if err != nil {
		return AccessKey{}, "", err
	}
	return key, secret, nil
}

func (k *NewKey) validate() error {
	if strings.TrimSpace(k.Name) == "" {
		return feedback.Errorf(feedback.Invalid, "name: a key needs a name, so that you know it again")
	}
	if strings.ContainsFunc(k.Name, unicode.IsControl) {
		return feedback.Errorf(feedback.Invalid, "name: the name of a key is a line without control characters")
	}
	if err := checkText("name", k.Name, maxKeyName); err != nil {
		return err
	}
	for i, scope := range k.Scopes {
		if !slices.Contains(Scopes, scope) || slices.Contains(k.Scopes[:i], scope) {
			return feedback.Errorf(feedback.Invalid, "scopes: one or more of ingest, read, admin, each once")
		}
	}
	if len(k.Scopes) == 0 {
		return feedback.Errorf(feedback.Invalid, "scopes: one or more of ingest, read, admin")
	}
	return nil
}

// roomForKey checks that a key can be added, and drops those that were revoked long ago. One is added then, so that there
// is never none again after the first.
func (t *txn) roomForKey(workspace string, expires time.Time) error {
	if !expires.IsZero() && expires.UnixMilli() <= t.at {
		return feedback.Errorf(feedback.Invalid, "expires_at: the time has passed")
	}
	there, err := t.one(isWorkspace, []any{workspace}, func([]any) error { return nil })
	if err != nil {
		return err
	}
	if !there && workspace != feedback.DefaultWorkspace {
		return feedback.Errorf(feedback.NotFound, "there is no workspace of this name: make it first")
	}
	old := 0
	longAgo := t.at - keepRevoked.Milliseconds()
	if _, err := t.one(countKeys, []any{workspace, longAgo}, func(values []any) error {
		old = int(number(values[0]).Int64)
		return nil
	}); err != nil {
		return err
	}
	if old >= mostKeys { // an answer must come before the first write
		return feedback.Errorf(feedback.TooLarge, "there are %d keys, revoked ones included: those go %d days after they were revoked", old, int(keepRevoked.Hours()/24))
	}
	if _, err := t.enter(workspace); err != nil {
		return err
	}
	_, err = t.exec(purgeKeys, workspace, longAgo)
	return err
}

// key reads a key; [feedback.NotFound] when there is none.
func (t *txn) key(workspace, id string) (key AccessKey, err error) {
	found, err := t.one(selectKey, []any{workspace, id}, func(values []any) error {
		key = readKey(values)
		return nil
	})
	if err == nil && !found {
		err = feedback.Errorf(feedback.NotFound, "there is no key of this id")
	}
	return key, err
}

func readKey(values []any) AccessKey {
	return AccessKey{
		ID: text(values[0]), Workspace: text(values[1]), Name: text(values[2]), Scopes: splitList[Scope](text(values[3])),
		CreatedAt: moment(number(values[4])), ExpiresAt: moment(number(values[5])), LastUsedAt: moment(number(values[6])),
		RotatedAt: moment(number(values[7])), OldSecretUntil: moment(number(values[8])), RevokedAt: moment(number(values[9])),
	}
}

// Keys returns the keys of a workspace in the order they were made, with those that were revoked in the last 90 days.
func (s *Store) Keys(ctx context.Context, workspace string) ([]AccessKey, error) {
	list := []AccessKey{}
	err := s.read(ctx, "keys", workspace, selectKeys, []any{workspace}, func(values []any) error {
		list = append(list, readKey(values))
		return nil
	})
	return list, err
}

// RevokeKey ends a key for good; one that was revoked before stays so. It fails with [feedback.NotFound] when the
// workspace has no such key.
func (s *Store) RevokeKey(ctx context.Context, workspace, id string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	err := s.write(ctx, "revoke key", 1, func(t *txn) error {
		key, err := t.key(workspace, id)
		if err != nil || !key.RevokedAt.IsZero() {
			return err
		}
		if _, err := t.exec(revokeKey, t.at, workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "revoke-key", id)
	})
	s.keys.forget()
	return err
}

// RotateKey gives a key a new secret, which it returns; the old one works for overlap longer, 0 to [MaxOverlap], one
// before that no longer. It fails with [feedback.NotFound] when the workspace has no such key, [feedback.Conflict] when it
// was revoked or has expired, and [feedback.Invalid] for the overlap.
func (s *Store) RotateKey(ctx context.Context, workspace, id string, overlap time.Duration) (key AccessKey, secret string, err error) {
	if err := validWorkspace(workspace); err != nil {
		return key, "", err
	}
	if overlap < 0 || overlap > MaxOverlap {
		return key, "", feedback.Errorf(feedback.Invalid, "overlap: the old secret may work from 0 to %d hours longer", int(MaxOverlap.Hours()))
	}
	_, secret = newSecret(id)
	err = s.write(ctx, "rotate key", 1, func(t *txn) error {
		var err error
		if key, err = t.key(workspace, id); err != nil {
			return err
		}
		if !key.works(time.UnixMilli(t.at)) {
			return feedback.Errorf(feedback.Conflict, "the key was revoked or has expired: create another one")
		}
		if _, err = t.exec(rotateKey, t.at+overlap.Milliseconds(), hashOf(secret), t.at, workspace, id); err != nil {
			return err
		}
		if key, err = t.key(workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "rotate-key", id)
	})
	s.keys.forget()
	if err != nil {
		return AccessKey{}, "", err
	}
	return key, secret, nil
}

// joinList and splitList keep a list of words that hold no commas in one column.
func joinList[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = string(word)
	}
	return strings.Join(words, ",")
}

func splitList[T ~string](joined string) []T {
	list := []T{}
	for word := range strings.SplitSeq(joined, ",") {
		if word != "" {
			list = append(list, T(word))
		}
	}
	return list
}
