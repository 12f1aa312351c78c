package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"verbatim/store"
)

// The headers of Standard Webhooks.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// Sign returns the signature of a body: "v1," and the base64 of the HMAC-SHA256 of id.timestamp.body under the secret, as
// Standard Webhooks has it. The secret is whsec_ and the base64 of its bytes; at counts in whole seconds.
func Sign(secret, id string, at time.Time, body []byte) string {
	encoded := strings.TrimPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		key = []byte(encoded) // a secret that is no base64 stands for its own bytes
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// sign sets the headers; while an old secret still counts there are two signatures.
func sign(h http.Header, w *store.Webhook, id string, at time.Time, body []byte) {
	signatures := Sign(w.Secret, id, at, body)
	if w.OldSecret != "" && at.Before(w.OldSecretUntil) {
		signatures += " " + Sign(w.OldSecret, id, at, body)
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(headerSignature, signatures)
}
