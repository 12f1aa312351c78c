package api

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// ReceivedPayload says what became of a payload, without what is in it.
type ReceivedPayload struct {
	Number     int64         `json:"number" doc:"Its number within the source, from 1." example:"17"`
	Status     string        `json:"status" doc:"What became of it." enum:"pending,stored,skipped,failed"`
	Detail     string        `json:"detail,omitempty" doc:"Why, without anything that a respondent wrote." example:"created"`
	Size       int           `json:"size" doc:"Its size in bytes."`
	Kept       bool          `json:"kept" doc:"Whether it is still there and can be replayed."`
	Attempts   int           `json:"attempts" doc:"How often the platform was asked for the response in vain."`
	ReceivedAt time.Time     `json:"received_at" doc:"When it came."`
	NextAt     time.Time     `json:"next_at,omitzero" doc:"When it is tried next, while it is pending."`
	Response   *feedback.Key `json:"response,omitempty" doc:"The response that it became."`
}

// ReceivedPayloads are a page of payloads.
type ReceivedPayloads struct {
	Payloads []ReceivedPayload `json:"payloads" doc:"The newest first."`
	Next     int64             `json:"next,omitempty" doc:"The parameter before of the following page; absent on the last."`
}

// WholePayload is a payload with what is in it.
type WholePayload struct {
	ReceivedPayload
	Body string `json:"body" doc:"The payload as it came; blank when it has been erased. It holds texts of respondents."`
}

type (
	payloadsAnswer struct{ Body ReceivedPayloads }
	payloadAnswer  struct{ Body WholePayload }
)

// mostPayloads is how many payloads a page has at most.
const mostPayloads = 500

var (
	payloadStatusParam = param{
		name: "status", words: []string{"pending", "stored", "skipped", "failed"}, example: "failed", want: "pending, stored, skipped or failed",
		about: "Only payloads of this status.",
	}
	payloadLimitParam = param{
		name: "limit", number: true, least: 1, most: mostPayloads, want: "a whole number from 1 to 500", about: "How many payloads a page has; 100 by default.",
	}
	beforeNumberParam = param{
		name: "before", number: true, least: 1, most: 1 << 53, want: "the next of the page before", about: "The `next` of the page before.",
	}
)

func shownPayload(p *feedback.Payload) ReceivedPayload {
	out := ReceivedPayload{
		Number: p.Seq, Status: string(p.Status), Detail: p.Detail, Size: p.Size, Kept: p.Body != nil, Attempts: p.Attempts, ReceivedAt: p.ReceivedAt, NextAt: p.NextAt,
	}
	if p.Response.ID != "" {
		out.Response = &p.Response
	}
	return out
}

// payloads lists what a source has received.
func (s *server) payloads(ctx context.Context, c *call, in *sourcePath) (*payloadsAnswer, error) {
	status, err := c.word(&payloadStatusParam)
	if err != nil {
		return nil, err
	}
	limit, err := c.number(&payloadLimitParam, 100)
	if err != nil {
		return nil, err
	}
	before, err := c.number(&beforeNumberParam, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	list, err := s.Store.Payloads(ctx, c.workspace, in.name(), feedback.PayloadStatus(status), before, int(limit)+1)
	if err != nil {
		return nil, err
	}
	out := ReceivedPayloads{Payloads: []ReceivedPayload{}}
	for i := range list[:min(len(list), int(limit))] {
		out.Payloads = append(out.Payloads, shownPayload(&list[i]))
	}
	if len(list) > int(limit) {
		out.Next = list[limit-1].Seq
	}
	return &payloadsAnswer{out}, nil
}

// payloadPath names a payload.
type payloadPath struct {
	Name   string `path:"name" doc:"The name of the source." example:"website" minLength:"1" maxLength:"200"`
	Number int64  `path:"number" doc:"The number of the payload." example:"17" minimum:"1"`
}

// payload answers a payload as it came.
func (s *server) payload(ctx context.Context, c *call, in *payloadPath) (*payloadAnswer, error) {
	p, err := s.Store.Payload(ctx, c.workspace, (&sourcePath{in.Name}).name(), in.Number)
	if err != nil {
		return nil, err
	}
	return &payloadAnswer{WholePayload{shownPayload(&p), strings.ToValidUTF8(string(p.Body), "\ufffd")}}, nil
}

// Replayed says how many payloads are tried again.
type Replayed struct {
	Payloads int64 `json:"payloads" doc:"How many are tried again." example:"3"`
}

type replayAnswer struct{ Body Replayed }

// replay has payloads tried again, as after the mapping was corrected.
func (s *server) replay(ctx context.Context, c *call, in *sourcePath) (*replayAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	statuses, number := []feedback.PayloadStatus{feedback.PayloadFailed}, int64(0)
	if problem := it.fields(map[string]bodyField{
		"status": {func(raw json.RawMessage) bool { return readStatuses(raw, &statuses) }, "a list of stored, skipped, failed"},
		"number": {func(raw json.RawMessage) bool { return json.Unmarshal(raw, wholeNumber(&number)) == nil && number > 0 }, "the number of a payload"},
	}); problem != nil {
		return nil, problem
	}
	n, err := s.Store.ReplayPayloads(ctx, c.workspace, in.name(), statuses, number)
	if err != nil {
		return nil, err
	}
	s.Connector.Wake()
	return &replayAnswer{Replayed{n}}, nil
}

func readStatuses(raw json.RawMessage, to *[]feedback.PayloadStatus) bool {
	*to = nil
	if json.Unmarshal(raw, to) != nil || len(*to) == 0 || len(*to) > 3 {
		return false
	}
	return !slices.ContainsFunc(*to, func(status feedback.PayloadStatus) bool {
		return status == feedback.PayloadPending || !slices.Contains(feedback.PayloadStatuses, status)
	})
}
