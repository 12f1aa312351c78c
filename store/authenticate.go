package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"sync/atomic"
	"time"

	"verbatim/feedback"
)

// A secret is vb_ID_RANDOM. The parts are of lower-case base32: 10 characters (50 bits), which may be shown, and 32 that
// are 160 bits from the system's random source. That many cannot be guessed or tried, so that plain SHA-256 protects them
// as well as a slow hash of passwords would, and costs a microsecond on each request.
const (
	secretMark  = "vb_"
	idLength    = 10
	randomBytes = 20
	secretSize  = len(secretMark) + idLength + 1 + randomBytes*8/5
)

var secretText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newSecret makes a secret for the key with the id, or for a new one.
func newSecret(id string) (keyID, secret string) {
	var random [randomBytes + idLength]byte
	_, _ = rand.Read(random[:]) // never fails
	if id == "" {
		id = secretText.EncodeToString(random[randomBytes:])[:idLength]
	}
	return id, secretMark + id + "_" + secretText.EncodeToString(random[:randomBytes])
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// keyID is the id that a secret names; ok is false for what is no secret of ours.
func keyID(secret string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(secret, secretMark)
	if !ok || len(secret) != secretSize || rest[idLength] != '_' {
		return "", false
	}
	return rest[:idLength], true
}

// heldKey is a key as it is held for authenticating.
type heldKey struct {
	AccessKey
	hash, oldHash []byte
	used          atomic.Int64 // when it was last written that it was used, Unix milliseconds
}

const (
	selectHashes = `SELECT ` + keyColumns + `, hash, old_hash FROM access_keys`
	touchEvery   = time.Minute
)

// held returns all keys of all workspaces by their ids.
func (s *Store) held(ctx context.Context) (map[string]*heldKey, error) {
	ctx = context.WithoutCancel(ctx) // what is read is for everybody
	return s.keys.get("", func() (map[string]*heldKey, error) {
		keys := map[string]*heldKey{}
		rows, err := s.reads.query(ctx, selectHashes)
		if err == nil {
			err = eachRow(rows, func(values []any) error {
				k := &heldKey{AccessKey: readKey(values)}
				k.hash, _ = values[10].([]byte)
				k.oldHash, _ = values[11].([]byte)
				k.used.Store(number(values[6]).Int64)
				keys[k.ID] = k
				return nil
			})
		}
		return keys, s.fail("keys", err)
	})
}

// HasKeys reports whether any workspace has or had a key: from the first one on nobody is let in without. Revoking all
// does not change that.
func (s *Store) HasKeys(ctx context.Context) (bool, error) {
	keys, err := s.held(ctx)
	return len(keys) > 0, err
}

// Authenticate returns the key that a secret belongs to. A [feedback.Forbidden] error says that there is none, or that it
// was revoked or had expired at that time. The comparison takes the same time for every secret. That a key was used is
// written at most once a minute; if that fails nobody is kept out for it.
func (s *Store) Authenticate(ctx context.Context, secret string, at time.Time) (AccessKey, error) {
	keys, err := s.held(ctx)
	if err != nil {
		return AccessKey{}, err
	}
	id, _ := keyID(secret)
	k := keys[id]
	if k == nil {
		k = &heldKey{} // whose hashes nothing equals
	}
	hash := hashOf(secret)
	current, old := subtle.ConstantTimeCompare(hash, k.hash), subtle.ConstantTimeCompare(hash, k.oldHash)
	switch {
	case current == 0 && (old == 0 || !at.Before(k.OldSecretUntil)):
		return AccessKey{}, feedback.Errorf(feedback.Forbidden, "there is no such key")
	case !k.RevokedAt.IsZero():
		return AccessKey{}, feedback.Errorf(feedback.Forbidden, "the key was revoked")
	case !k.works(at):
		return AccessKey{}, feedback.Errorf(feedback.Forbidden, "the key has expired")
	}
	s.touch(ctx, k, at)
	return k.AccessKey, nil
}

// touch writes that a key was used, unless that was done within the last minute.
func (s *Store) touch(ctx context.Context, k *heldKey, at time.Time) {
	before, now := k.used.Load(), at.UnixMilli()
	if now-before < touchEvery.Milliseconds() || !k.used.CompareAndSwap(before, now) {
		return
	}
	_ = s.write(ctx, "touch key", 1, func(t *txn) error {
		_, err := t.exec(touchKey, now, k.Workspace, k.ID)
		return err
	})
}
