package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/store"
)

// The headers of requests that must not count twice.
const (
	onceHeader  = "Idempotency-Key"
	againHeader = "Idempotency-Replayed"
	maxOnceKey  = 255
)

var onceParam = param{
	name: onceHeader, form: onceForm, longest: maxOnceKey, example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
	about: "A key of your own, new for every request, up to 255 visible ASCII characters. The same request with the same key within 24 hours " +
		"gets the answer of the first, with `Idempotency-Replayed: true`, and changes nothing; another request with it is refused (422). " +
		"The last 100,000 keys are known.",
}

// onceKey reads the key of a request, "" without one. A key in quotes, as structured headers have it, is the same as one
// without.
func onceKey(header http.Header) (string, error) {
	values := header.Values(onceHeader)
	if len(values) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(values[0])
	if inner, quoted := strings.CutPrefix(key, `"`); quoted {
		if key, quoted = strings.CutSuffix(inner, `"`); !quoted {
			key = "" // half a pair of quotes
		}
	}
	invisible := strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
	if len(values) > 1 || key == "" || len(key) > maxOnceKey || invisible {
		return "", fieldProblem(feedback.Invalid, FieldError{"header." + onceHeader, onceHeader + " must be one key of 1 to 255 visible ASCII characters"})
	}
	return key, nil
}

// put stores responses. With a key in the header a request that came before is not put again.
func (s *server) put(ctx context.Context, c *call, batch []feedback.Response) ([]ingest.Outcome, error) {
	key, err := onceKey(c.header)
	if err != nil {
		return nil, err
	}
	if key == "" || len(batch) == 0 { // what is refused as a whole may be sent again, corrected
		return s.Ingester.Put(ctx, c.workspace, batch)
	}
	p, err := s.Ingester.Prepare(ctx, c.workspace, batch)
	if err != nil {
		return nil, err
	}
	request := sha256.New()
	request.Write([]byte("put-responses\x00"))
	request.Write(c.sum[:])
	once := store.Once{Key: key}
	request.Sum(once.Request[:0])
	outcomes, again, err := s.Ingester.PutOnce(ctx, c.workspace, once, p)
	if feedback.CodeOf(err) == feedback.Conflict {
		return nil, otherRequest()
	}
	if again {
		c.answer.Header().Set(againHeader, "true")
	}
	return outcomes, err
}

func otherRequest() error {
	return statusProblem(http.StatusUnprocessableEntity, feedback.Conflict, "this "+onceHeader+" came with another request: take a new one for every request")
}
