package api

import (
	"context"
	"errors"
	"net/http"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/ingest"
)

// noPath is the input of a route without parameters in its path.
type noPath struct{}

// jsonAnswer is an answer in JSON.
type jsonAnswer struct {
	Status int
	Body   any
}

// AnalyzedText is what a text says; its keys and their order are those of `verbatim analyze`.
type AnalyzedText struct {
	ID string `json:"id,omitempty" doc:"The id that came with the text." example:"r1"`
	*feedback.Analysis
}

// RefusedText stands in the place of a text that was refused.
type RefusedText struct {
	ID    string    `json:"id,omitempty" doc:"The id that came with the text." example:"r1"`
	Line  int       `json:"line" doc:"Its place in the array, from 1." example:"1"`
	Error TextError `json:"error" doc:"Why it was refused."`
}

// TextError is why a text was refused.
type TextError struct {
	Code    feedback.Code `json:"code" doc:"The kind of problem, for programs."`
	Message string        `json:"message" doc:"What is wrong with the text." example:"text must be a string"`
}

// postAnalyze tags texts and stores nothing.
func (s *server) postAnalyze(ctx context.Context, c *call, _ *noPath) (*jsonAnswer, error) {
	items, many, err := c.items()
	if err != nil {
		return nil, err
	}
	taxonomy, err := s.taxonomy(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	answers := make([]any, len(items))
	for i := range items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tagged, problem, err := s.analyze(&items[i], taxonomy)
		switch {
		case err != nil:
			return nil, err
		case problem == nil:
			answers[i] = tagged
		case many:
			answers[i] = RefusedText{ID: tagged.ID, Line: items[i].line, Error: TextError{problem.Code, problem.Detail}}
		default:
			return nil, problem
		}
	}
	return oneOrMany(answers, many), nil
}

// oneOrMany answers an array with an array and an object with an object.
func oneOrMany[T any](answers []T, many bool) *jsonAnswer {
	if many {
		return &jsonAnswer{Status: http.StatusOK, Body: answers}
	}
	return &jsonAnswer{Status: http.StatusOK, Body: answers[0]}
}

func (s *server) analyze(it *item, taxonomy *feedback.Taxonomy) (AnalyzedText, *Problem, error) {
	r, problem := it.response(analyzeFields)
	if problem == nil {
		problem = it.checkText(r)
	}
	out := AnalyzedText{ID: r.ID}
	if problem != nil {
		if problem.blames(it, "id") {
			out.ID = ""
		}
		return out, problem, nil
	}
	tags, err := s.Analyzer.Analyze(r.Comment, analysis.Hint{Lang: r.Lang}, taxonomy)
	out.Analysis = tags.CodePoints(r.Comment)
	return out, nil, err
}

// checkText holds a text to the limits of a stored one.
func (it *item) checkText(r posted) *Problem {
	if r.comment == "" {
		return it.problem(feedback.Invalid, "text", "text is missing: send the comment as text, or as comment")
	}
	if r.ID == "" {
		r.ID = "none" // a text needs no id
	}
	if err := ingest.Validate(&r.Response); err != nil {
		e, _ := errors.AsType[*feedback.Error](err) // always one
		return it.located(&r, e)
	}
	return nil
}
