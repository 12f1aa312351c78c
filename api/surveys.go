package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
)

// Surveys are the surveys of a workspace that are described.
type Surveys struct {
	Surveys []feedback.Survey `json:"surveys" doc:"By name; at most 1,000."`
}

func (s *server) routesOfSurveys() {
	surveyAnswer := []answer{{http.StatusOK, "The survey.", []content{{media: jsonType, schema: "Survey"}}}}
	register(s, route{
		method: http.MethodGet, path: "/v1/surveys", id: "list-surveys", tag: surveyTag, summary: "List the surveys that are described",
		answers: []answer{{http.StatusOK, "The surveys.", []content{{media: jsonType, schema: "Surveys"}}}},
	}, s.getSurveys)

	register(s, route{
		method: http.MethodGet, path: "/v1/surveys/{survey}", id: "get-survey", tag: surveyTag, summary: "Get what is known of a survey",
		answers: surveyAnswer, errors: []int{http.StatusNotFound},
	}, s.getSurvey)

	register(s, route{
		method: http.MethodPut, path: "/v1/surveys/{survey}", id: "put-survey", tag: surveyTag, summary: "Describe a survey",
		about: "Stores what is known of a survey, in place of what was. Declared languages help to tell the language of short comments " +
			"that come later; `retention_days` is stored, and nothing is deleted by it yet. Responses need no survey to be described.",
		body:    &content{media: jsonType, schema: "NewSurvey", about: "The survey.", example: exampleSurvey},
		answers: surveyAnswer, errors: bodyErrors,
	}, s.putSurvey)

	register(s, route{
		method: http.MethodDelete, path: "/v1/surveys/{survey}", id: "delete-survey", tag: surveyTag, summary: "Forget what is known of a survey",
		about:   "Its responses stay.",
		answers: []answer{{http.StatusNoContent, "It is forgotten.", nil}},
		errors:  []int{http.StatusNotFound},
	}, s.deleteSurvey)
}

const surveyTag = "surveys"

// surveyPath is the name of a survey in the path.
type surveyPath struct {
	Survey string `path:"survey" doc:"The name of the survey, percent-encoded." example:"nps-2026" maxLength:"256"`
}

// name is the name as it was before the path was made.
func (p *surveyPath) name() (string, error) {
	name, err := url.PathUnescape(p.Survey)
	if err != nil || unreadable(name) {
		return "", fieldProblem(feedback.Invalid, FieldError{"path.survey", "survey is not valid percent-encoded UTF-8, or holds a control character"})
	}
	return name, nil
}

type surveysAnswer struct{ Body Surveys }

// getSurveys lists the surveys.
func (s *server) getSurveys(ctx context.Context, c *call, _ *noPath) (*surveysAnswer, error) {
	list, err := s.Store.Surveys(ctx, c.workspace)
	return &surveysAnswer{Surveys{list}}, err
}

type surveyAnswer struct{ Body feedback.Survey }

// getSurvey answers what is known of a survey.
func (s *server) getSurvey(ctx context.Context, c *call, in *surveyPath) (*surveyAnswer, error) {
	name, err := in.name()
	if err != nil {
		return nil, err
	}
	survey, err := s.Store.Survey(ctx, c.workspace, name)
	return &surveyAnswer{survey}, err
}

var surveyFields = []string{"kind", "touchpoint", "question", "languages", "retention_days"}

// putSurvey describes a survey.
func (s *server) putSurvey(ctx context.Context, c *call, in *surveyPath) (*surveyAnswer, error) {
	name, err := in.name()
	if err != nil {
		return nil, err
	}
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	survey := feedback.Survey{Name: name, Languages: []string{}}
	if problem := it.into(surveyFields, map[string]target{
		"kind": {&survey.Kind, oneOf(feedback.SurveyKinds)}, "touchpoint": {&survey.Touchpoint, "a string"}, "question": {&survey.Question, "a string"},
		"languages": {&survey.Languages, "a list of codes like fi"}, "retention_days": {wholeNumber(&survey.RetentionDays), "a whole number"},
	}); problem != nil {
		return nil, problem
	}
	if err := survey.Validate(); err != nil {
		return nil, it.blame(err, surveyFields)
	}
	return &surveyAnswer{survey}, s.Store.PutSurvey(ctx, c.workspace, survey)
}

// deleteSurvey forgets what is known of a survey.
func (s *server) deleteSurvey(ctx context.Context, c *call, in *surveyPath) (*struct{}, error) {
	name, err := in.name()
	if err != nil {
		return nil, err
	}
	return nil, s.Store.DeleteSurvey(ctx, c.workspace, name)
}

var exampleSurvey = json.RawMessage(`{"kind":"relationship","touchpoint":"e-mail","question":"What is the main reason for your score?","languages":["fi","sv"],"retention_days":730}`)

// surveySchema describes the fields of a survey as it is put.
func surveySchema() *huma.Schema {
	short, long, languages, least, most := 256, 2000, 16, 0.0, 36500.0
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"kind":           surveyKindSchema{}.Schema(nil),
		"touchpoint":     {Type: huma.TypeString, MaxLength: &short, Pattern: lineForm, Examples: []any{"checkout"}},
		"question":       {Type: huma.TypeString, MaxLength: &long, Pattern: lineForm},
		"languages":      {Type: huma.TypeArray, MaxItems: &languages, Items: &huma.Schema{Type: huma.TypeString, Pattern: "^[a-z]{2}$"}, UniqueItems: true},
		"retention_days": {Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Examples: []any{730}},
	}}
}

type surveyKindSchema struct{}

// Schema lists the kinds of survey.
func (surveyKindSchema) Schema(huma.Registry) *huma.Schema { return enum(feedback.SurveyKinds...) }
