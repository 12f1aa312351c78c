package ingest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

// Headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTime      = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// signatureAge is how far a timestamp that is signed may be from our clock.
const signatureAge = 5 * time.Minute

// Verify checks the signature of a payload over its bytes as they came, at the time now. A source without a secret takes
// everything: its address is the proof. The error is [feedback.Forbidden] and says what is wrong without any of it.
//
//   - Formbricks: Standard Webhooks, HMAC-SHA256 of "id.timestamp.body" under the key behind whsec_, at most 5 minutes old.
//   - Typeform: Typeform-Signature, "sha256=" and the HMAC-SHA256 of the body in Base64.
//   - Delighted: X-Delighted-Webhook-Signature, "sha256=" and the HMAC-SHA256 in hex under the API key.
//   - SurveyMonkey: Sm-Signature, the HMAC-SHA1 in Base64 under "client_id&secret".
//   - Qualtrics: the field HMAC, the HMAC-SHA512 of the field MSG in hex.
//   - Generic: Standard Webhooks, or X-Verbatim-Signature, "sha256=" and the HMAC-SHA256 of the body in hex.
func Verify(src *feedback.Source, header http.Header, body []byte, now time.Time) error {
	if src.Secret == "" {
		return nil
	}
	key := []byte(src.Secret)
	switch src.Kind {
	case feedback.Formbricks:
		return verifyStandard(src.Secret, header, body, now)
	case feedback.Typeform:
		return same(header, "Typeform-Signature", "sha256="+base64.StdEncoding.EncodeToString(mac(sha256.New, key, body)))
	case feedback.Delighted:
		return same(header, "X-Delighted-Webhook-Signature", "sha256="+hex.EncodeToString(mac(sha256.New, key, body)))
	case feedback.SurveyMonkey:
		key = []byte(src.ClientID + "&" + src.Secret)
		return same(header, "Sm-Signature", base64.StdEncoding.EncodeToString(mac(sha1.New, key, body)))
	case feedback.Qualtrics:
		return verifyQualtrics(key, header, body)
	default:
		if header.Get(headerSignature) != "" {
			return verifyStandard(src.Secret, header, body, now)
		}
		return same(header, "X-Verbatim-Signature", "sha256="+hex.EncodeToString(mac(sha256.New, key, body)))
	}
}

func mac(algorithm func() hash.Hash, key []byte, parts ...[]byte) []byte {
	h := hmac.New(algorithm, key)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// same compares the only header of a name with what it must be, in constant time.
func same(header http.Header, name, want string) error {
	got := header.Values(name)
	if len(got) != 1 {
		return feedback.Errorf(feedback.Forbidden, "the request is not signed: it needs one header %s", name)
	}
	if !hmac.Equal([]byte(got[0]), []byte(want)) {
		return wrongSignature()
	}
	return nil
}

func wrongSignature() *feedback.Error {
	return feedback.Errorf(feedback.Forbidden, "the signature is wrong: compare the secret here with that of the platform")
}

// verifyStandard checks a signature of Standard Webhooks; during a change of keys there are several.
func verifyStandard(secret string, header http.Header, body []byte, now time.Time) error {
	id, stamp := header.Get(headerID), header.Get(headerTime)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || err != nil {
		return feedback.Errorf(feedback.Forbidden, "the request is not signed: it needs the headers webhook-id, webhook-timestamp and webhook-signature")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > signatureAge || age < -signatureAge {
		return feedback.Errorf(feedback.Forbidden, "the request was signed more than 5 minutes before or after the time here: check both clocks")
	}
	want := mac(sha256.New, standardKey(secret), []byte(id), []byte{'.'}, []byte(stamp), []byte{'.'}, body)
	for signature := range strings.FieldsSeq(header.Get(headerSignature)) {
		coded, ok := strings.CutPrefix(signature, "v1,")
		if got, err := base64.StdEncoding.DecodeString(coded); ok && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return wrongSignature()
}

// standardKey is the key behind whsec_, which is Base64 with or without padding; any other secret is the key itself.
func standardKey(secret string) []byte {
	coded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return []byte(secret)
	}
	if key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(coded, "=")); err == nil {
		return key
	}
	return []byte(secret)
}

// verifyQualtrics checks the field HMAC against the field MSG. Whether that is signed before or behind its escaping is not
// documented; nobody without the key can make either.
func verifyQualtrics(key []byte, header http.Header, body []byte) error {
	form, bad := qualtricsForm(header.Get("Content-Type"), body)
	if bad != nil || form.Get("MSG") == "" || len(form["HMAC"]) != 1 || len(form["MSG"]) != 1 {
		return feedback.Errorf(feedback.Forbidden, "the request is not signed: it needs the fields MSG and HMAC; subscribe with a sharedKey")
	}
	got := []byte(strings.ToLower(form.Get("HMAC")))
	fits := false
	for _, message := range []string{form.Get("MSG"), escapedField(body, "MSG")} {
		want := hex.EncodeToString(mac(sha512.New, key, []byte(message)))
		fits = hmac.Equal(got, []byte(want)) || fits
	}
	if !fits {
		return wrongSignature()
	}
	return nil
}

// escapedField is a field of a form as it stands in the body.
func escapedField(body []byte, name string) string {
	for part := range strings.SplitSeq(string(body), "&") {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value
		}
	}
	return ""
}
