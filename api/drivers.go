package api

import (
	"bytes"
	"context"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/insight"
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
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	tab, patterns, err := s.count(ctx, c.workspace, &f)
	if err != nil {
		return nil, hideFilter(err, &f)
	}
	ranking := insight.Drivers(tab, patterns, insight.Options{})
	var body bytes.Buffer
	if format == "csv" {
		err = report.Drivers(&body, report.CSV, &ranking, s.Analyzer.Taxonomy())
		return &rendered{csvType, body.Bytes()}, err
	}
	err = report.Drivers(&body, report.JSON, &ranking, s.Analyzer.Taxonomy())
	return &rendered{jsonType, body.Bytes()}, err
}

// count counts twice what must be of one moment: patterns are those of the crosstab's base. It counts again when the
// index moved in between, and after the third time takes what it has.
func (s *server) count(ctx context.Context, workspace string, f *feedback.Filter) (tab feedback.Crosstab, patterns feedback.Patterns, err error) {
	for range 3 {
		seq := s.Index.Seq(ctx, workspace)
		if tab, err = s.Index.Crosstab(ctx, workspace, *f); err != nil {
			return tab, patterns, err
		}
		analysis.Stamp(&tab)
		if patterns, err = s.Index.Patterns(ctx, workspace, *f); err != nil || s.Index.Seq(ctx, workspace) == seq {
			return tab, patterns, err
		}
	}
	return tab, patterns, nil
}
