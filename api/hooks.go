package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"

	"verbatim/feedback"
	"verbatim/ingest"
)

// hooksPath is where platforms post. Requests to it carry no key: the address cannot be guessed, and the payload is signed.
const hooksPath = "/v1/hooks/"

// hookPath is the address of a source.
type hookPath struct {
	Hook string `path:"hook" doc:"The unguessable part of the source's address." example:"4QKPX2V6ZLZ5M3T7B2J6R4N5DA" maxLength:"200"`
}

// HookReceipt says that a payload has been taken.
type HookReceipt struct {
	Status string `json:"status" doc:"What became of it: accepted, or repeated when this delivery came before." enum:"accepted,repeated"`
}

type hookAnswer struct{ Body HookReceipt }

// postHook stores a payload and answers; it becomes a response behind that.
func (s *server) postHook(ctx context.Context, c *call, in *hookPath) (*hookAnswer, error) {
	body, err := c.raw(ingest.MaxPayload)
	if err != nil {
		return nil, err
	}
	repeated, err := s.Connector.Receive(ctx, in.Hook, c.header, body)
	if err != nil {
		return nil, err
	}
	if repeated {
		return &hookAnswer{HookReceipt{"repeated"}}, nil
	}
	return &hookAnswer{HookReceipt{"accepted"}}, nil
}

// getHook answers platforms that look whether somebody is there before they post.
func (s *server) getHook(ctx context.Context, _ *call, in *hookPath) (*hookAnswer, error) {
	if _, _, err := s.Store.SourceByHook(ctx, in.Hook); err != nil {
		return nil, err
	}
	return &hookAnswer{HookReceipt{"accepted"}}, nil
}

// raw reads the body as it came, up to most bytes: signatures are over those.
func (c *call) raw(most int64) ([]byte, error) {
	var buf bytes.Buffer
	n, err := buf.ReadFrom(io.LimitReader(c.body, most+1))
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return nil, statusProblem(http.StatusRequestTimeout, feedback.Invalid, "the body took too long to arrive: send less at a time")
	}
	switch {
	case err != nil:
		return nil, bodyProblem("the body could not be read to its end")
	case n > most:
		return nil, newProblem(feedback.TooLarge, "the payload is larger than 1 MB")
	}
	return buf.Bytes(), nil
}

// Preview is what a sample payload would become.
type Preview struct {
	Response *feedback.Response `json:"response,omitempty" doc:"The response that would be stored, before personal data is replaced."`
	Fetch    *ingest.Fetch      `json:"fetch,omitempty" doc:"The response that the platform would be asked for: its payloads hold ids alone."`
	Skipped  string             `json:"skipped,omitempty" doc:"Why nothing would be stored."`
}

type previewAnswer struct{ Body Preview }

// preview tells what a payload would become, with the source's mapping or the one that is sent along, and stores nothing.
func (s *server) preview(ctx context.Context, c *call, in *sourcePath) (*previewAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	src, err := s.Store.Source(ctx, c.workspace, in.name())
	if err != nil {
		return nil, err
	}
	var payload json.RawMessage
	if problem := it.fields(map[string]bodyField{
		"payload": {func(raw json.RawMessage) bool { payload = raw; return true }, "what the platform sends"},
		"mapping": {func(raw json.RawMessage) bool { return strictly(raw, &src.Mapping) }, "an object of elements by field"},
	}); problem != nil {
		return nil, problem
	}
	if payload == nil {
		return nil, it.problem(feedback.Invalid, "payload", "payload is missing: send what the platform sends")
	}
	media := jsonType
	if form, ok := unquote(payload); ok { // what Qualtrics sends is no JSON
		payload, media = json.RawMessage(form), "application/x-www-form-urlencoded"
	}
	out, err := ingest.Decode(&src, media, payload)
	if err != nil {
		return nil, err
	}
	if out.Response != nil {
		if err := ingest.Validate(out.Response); err != nil {
			return nil, err
		}
	}
	return &previewAnswer{Preview{Response: out.Response, Fetch: out.Fetch, Skipped: out.Skipped}}, nil
}
