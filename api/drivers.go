package api

import (
	"bytes"
	"context"

	"verbatim/report"
)

// rendered is an answer that package report wrote.
type rendered struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// The media types of rendered answers.
const (
	jsonType = "application/json"
	csvType  = "text/csv; charset=utf-8"
)

var formatParam = param{
	name: "format", words: []string{"json", "csv"}, example: "json", want: "json or csv", about: "The form of the answer; `json` by default.",
}

// drivers ranks the drivers of the responses that the filter chooses; the bytes are those of `verbatim drivers`.
func (s *server) drivers(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	format, err := c.word(&formatParam)
	if err != nil {
		return nil, err
	}
	doc, err := s.document(ctx, c, func(*DocumentOptions) error { return nil })
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if format == "csv" {
		err = report.Drivers(&body, report.CSV, doc, report.CSVOptions{})
		return &rendered{csvType, body.Bytes()}, err
	}
	err = report.Drivers(&body, report.JSON, doc, report.CSVOptions{})
	return &rendered{jsonType, body.Bytes()}, err
}

// document ranks what the filter chooses and holds what the query asks for; more adds what the answer asks for.
func (s *server) document(ctx context.Context, c *call, more func(o *DocumentOptions) error) (*report.Document, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	options, err := c.ranking()
	if err == nil {
		err = more(&options)
	}
	if err != nil {
		return nil, err
	}
	doc, err := Document(ctx, s.source(), c.workspace, f, options)
	if err != nil {
		return nil, hideFilter(hideName(err, &controlParam, options.Control), &f)
	}
	return doc, nil
}
