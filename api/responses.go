package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/store"
)

// waitIndexed is how long POST /v1/responses?wait=indexed waits.
const waitIndexed = 10 * time.Second

// ResponseResult says what became of a response that was posted.
type ResponseResult struct {
	ID                 string             `json:"id" doc:"The id of the response." example:"r1"`
	Survey             string             `json:"survey" doc:"Its survey." example:"default"`
	Status             store.Status       `json:"status" doc:"What became of it."`
	Reason             string             `json:"reason,omitempty" doc:"More about the status: stale when something newer is stored, retagged when only the analysis is new." enum:"stale,retagged"`
	Analysis           *feedback.Analysis `json:"analysis,omitempty" doc:"What the comment says; absent when it is blank."`
	SuggestionAnalysis *feedback.Analysis `json:"suggestion_analysis,omitempty" doc:"What the suggestion says; absent when it is blank."`
	Problem            *Problem           `json:"problem,omitempty" doc:"Why it was rejected."`
}

// StoredResponse is a response as it is stored, with what its texts say; offsets count code points.
type StoredResponse struct {
	feedback.Analysed
	fields []string // those that are answered, nil for all
}

func newStored(a *feedback.Analysed) StoredResponse {
	out := *a
	out.Analysis = a.Analysis.CodePoints(a.Comment)
	out.SuggestionAnalysis = a.SuggestionAnalysis.CodePoints(a.Suggestion)
	return StoredResponse{Analysed: out}
}

var waitParam = param{
	name: "wait", words: []string{"indexed"}, example: "indexed", want: "indexed",
	about: "`indexed`: answer when searches and counts know the responses, at most 10 seconds later. After that the answer is " +
		"202: they are stored, and will be indexed.",
}

// postResponses stores responses and answers with their tags.
func (s *server) postResponses(ctx context.Context, c *call, _ *noPath) (*jsonAnswer, error) {
	wait, err := c.word(&waitParam)
	if err != nil {
		return nil, err
	}
	items, many, err := c.items()
	if err != nil {
		return nil, err
	}
	results, err := s.ingest(ctx, c, items)
	if err != nil {
		return nil, err
	}
	if !many && results[0].Problem != nil {
		return nil, results[0].Problem
	}
	out := oneOrMany(results, many)
	if wait != "" && !s.indexed(ctx, c) {
		out.Status = http.StatusAccepted
	}
	return out, nil
}

// ingest puts the items that can be read, in one transaction, and answers in the order of all.
func (s *server) ingest(ctx context.Context, c *call, items []item) ([]ResponseResult, error) {
	results := make([]ResponseResult, len(items))
	read := make([]posted, len(items))
	var batch []feedback.Response
	var places []int
	for i := range items {
		r, problem := items[i].response(nil)
		read[i] = r
		if problem != nil {
			results[i] = rejected(&items[i], &r, problem)
			continue
		}
		batch, places = append(batch, r.Response), append(places, i)
	}
	outcomes, err := s.put(ctx, c, batch)
	if err != nil {
		return nil, err
	}
	for n, i := range places {
		results[i] = resultOf(&items[i], &read[i], &outcomes[n])
	}
	return results, nil
}

func resultOf(it *item, r *posted, out *ingest.Outcome) ResponseResult {
	if out.Problem != nil {
		return rejected(it, r, it.located(r, out.Problem))
	}
	stored := newStored(&out.Analysed)
	return ResponseResult{
		ID: out.Key.ID, Survey: out.Key.Survey, Status: out.Status, Reason: out.Reason,
		Analysis: stored.Analysis, SuggestionAnalysis: stored.SuggestionAnalysis,
	}
}

// rejected repeats id and survey, so that the sender finds the response, unless it is they that are wrong.
func rejected(it *item, r *posted, problem *Problem) ResponseResult {
	out := ResponseResult{ID: r.ID, Survey: r.Survey, Status: store.Rejected, Problem: problem}
	if problem.blames(it, "id") {
		out.ID = ""
	}
	if problem.blames(it, "survey") {
		out.Survey = ""
	} else if out.Survey == "" {
		out.Survey = feedback.DefaultSurvey
	}
	return out
}

// indexed waits until the index holds all that is stored now, and reports whether it does. That it does not is no error:
// what was stored is stored.
func (s *server) indexed(ctx context.Context, c *call) bool {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	last, err := s.Store.LastSeq(ctx, c.workspace)
	if err == nil {
		err = s.Index.WaitFor(ctx, c.workspace, last)
	}
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "api: wait=indexed", slog.String("error", err.Error()), slog.String("request_id", c.id))
	}
	return err == nil
}

// responsePath names a response.
type responsePath struct {
	ID string `path:"id" doc:"The id of the response, percent-encoded." example:"r1"`
}

// storedAnswer is a response as the answer.
type storedAnswer struct{ Body StoredResponse }

var surveyParam = param{
	name: "survey", example: "default", want: "the name of a survey", about: "The survey of the response; `default` when it is left out.",
}

// getResponse answers a response with what its texts say.
func (s *server) getResponse(ctx context.Context, c *call, in *responsePath) (*storedAnswer, error) {
	key, err := in.key(c)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Get(ctx, c.workspace, key)
	if err != nil {
		return nil, err
	}
	out := storedAnswer{newStored(&found)}
	out.Body.fields, err = c.fields()
	return &out, err
}

// deleteResponse deletes a response for good.
func (s *server) deleteResponse(ctx context.Context, c *call, in *responsePath) (*struct{}, error) {
	key, err := in.key(c)
	if err != nil {
		return nil, err
	}
	return nil, s.Store.Delete(ctx, c.workspace, key)
}

// key names the response that the path and the survey parameter mean.
func (in *responsePath) key(c *call) (feedback.Key, error) {
	id, err := url.PathUnescape(in.ID)
	if err != nil || unreadable(id) {
		return feedback.Key{}, fieldProblem(feedback.Invalid, FieldError{"path.id", "id is not valid percent-encoded UTF-8, or holds a control character"})
	}
	survey := c.query.Get(surveyParam.name)
	if strings.TrimSpace(survey) == "" {
		survey = feedback.DefaultSurvey
	}
	return feedback.Key{Survey: survey, ID: id}, nil
}
