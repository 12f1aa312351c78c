package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"verbatim/store"
)

// AccessKeys are the keys of a workspace.
type AccessKeys struct {
	Keys []store.AccessKey `json:"keys" doc:"In the order they were made, with those that were revoked in the last 90 days; at most 1,000."`
}

// SecretKey is a key with its secret, which is shown this once.
type SecretKey struct {
	Key    store.AccessKey `json:"key" doc:"The key."`
	Secret string          `json:"secret" doc:"What to send as Authorization: Bearer. It is kept nowhere and cannot be shown again." example:"vb_k3b5x2m7qa_…"`
}

const keyTag = "keys"

func (s *server) routesOfKeys() {
	register(s, route{
		method: http.MethodGet, path: "/v1/keys", id: "list-keys", tag: keyTag, summary: "List the keys", scope: store.ScopeAdmin,
		answers: []answer{{http.StatusOK, "The keys, without their secrets.", []content{{media: jsonType, schema: "AccessKeys"}}}},
	}, s.getKeys)

	register(s, route{
		method: http.MethodPost, path: "/v1/keys", id: "create-key", tag: keyTag, summary: "Create a key", scope: store.ScopeAdmin,
		about: "Creates a key of this workspace and shows its secret once. From the first key or account on nothing is answered without a key, " +
			"so the first must have the scope `admin`.",
		body:    &content{media: jsonType, schema: "NewKey", about: "What the key may do.", example: exampleKey},
		answers: []answer{{http.StatusOK, "The key with its secret.", []content{{media: jsonType, schema: "SecretKey"}}}},
		errors:  bodyErrors,
	}, s.postKey)

	register(s, route{
		method: http.MethodDelete, path: "/v1/keys/{key}", id: "revoke-key", tag: keyTag, summary: "Revoke a key", scope: store.ScopeAdmin,
		about:   "Ends the key at once and for good. Revoking one again does nothing.",
		answers: []answer{{http.StatusNoContent, "It is revoked.", nil}},
		errors:  []int{http.StatusNotFound},
	}, s.deleteKey)

	register(s, route{
		method: http.MethodPost, path: "/v1/keys/{key}/rotate", id: "rotate-key", tag: keyTag, summary: "Give a key a new secret", scope: store.ScopeAdmin,
		about:   "Shows the new secret once. The old one works for `overlap_hours` longer; one before that no longer.",
		body:    &content{media: jsonType, schema: "Rotation", about: "How long the old secret works.", example: exampleRotation},
		answers: []answer{{http.StatusOK, "The key with its new secret.", []content{{media: jsonType, schema: "SecretKey"}}}},
		errors:  append([]int{http.StatusNotFound, http.StatusConflict}, bodyErrors...),
	}, s.rotateKey)
}

type keysAnswer struct{ Body AccessKeys }

// getKeys lists the keys.
func (s *server) getKeys(ctx context.Context, c *call, _ *noPath) (*keysAnswer, error) {
	list, err := s.Store.Keys(ctx, c.workspace)
	return &keysAnswer{AccessKeys{list}}, err
}

type secretAnswer struct{ Body SecretKey }

var keyFields = []string{"name", "scopes", "expires_at"}

// postKey creates a key.
func (s *server) postKey(ctx context.Context, c *call, _ *noPath) (*secretAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	var k store.NewKey
	if problem := it.into(keyFields, map[string]target{
		"name": {&k.Name, "a string"}, "scopes": {&k.Scopes, "a list of ingest, read, admin"}, "expires_at": {&k.ExpiresAt, "a time like 2027-03-31T12:00:00Z"},
	}); problem != nil {
		return nil, problem
	}
	if c.key == nil && !slices.Contains(k.Scopes, store.ScopeAdmin) {
		return nil, it.wrong("scopes", "scopes must hold admin in the first key: nobody could make another one else")
	}
	if year := k.ExpiresAt.Year(); !k.ExpiresAt.IsZero() && (year < firstYear || year > lastYear) {
		return nil, it.wrong("expires_at", "expires_at must be a time from 1900 to 2200")
	}
	key, secret, err := s.Store.CreateKey(ctx, c.workspace, k)
	if err != nil {
		return nil, it.blame(err, keyFields)
	}
	return &secretAnswer{SecretKey{key, secret}}, nil
}

// keyPath is the id of a key in the path.
type keyPath struct {
	Key string `path:"key" doc:"The id of the key: what stands between the underscores of its secret." example:"k3b5x2m7qa"`
}

// deleteKey revokes a key.
func (s *server) deleteKey(ctx context.Context, c *call, in *keyPath) (*struct{}, error) {
	return nil, s.Store.RevokeKey(ctx, c.workspace, in.Key)
}

var rotationFields = []string{"overlap_hours"}

// rotateKey gives a key a new secret.
func (s *server) rotateKey(ctx context.Context, c *call, in *keyPath) (*secretAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	overlap := 24.0
	if problem := it.into(rotationFields, map[string]target{"overlap_hours": {&overlap, "a number from 0 to 720"}}); problem != nil {
		return nil, problem
	}
	if most := store.MaxOverlap.Hours(); overlap < 0 || overlap > most {
		return nil, it.wrong("overlap_hours", "overlap_hours must be a number from 0 to 720")
	}
	key, secret, err := s.Store.RotateKey(ctx, c.workspace, in.Key, time.Duration(overlap*float64(time.Hour)))
	return &secretAnswer{SecretKey{key, secret}}, err
}

var (
	exampleKey      = json.RawMessage(`{"name":"survey platform","scopes":["ingest"]}`)
	exampleRotation = json.RawMessage(`{"overlap_hours":24}`)
)
