package api

import (
	"context"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/insight"
)

// NPSReport is the Net Promoter Score of the responses that a filter chooses. Its keys are those of the driver report.
type NPSReport struct {
	Responses int              `json:"responses" doc:"Scored responses." example:"3012"`
	Commented int              `json:"commented" doc:"Those of them with a comment." example:"2950"`
	Unscored  int              `json:"unscored" doc:"Those without a score: they are in no NPS." example:"12"`
	NPS       insight.NPSValue `json:"nps" doc:"The score with its 95 % interval."`
	Method    NPSMethod        `json:"method" doc:"How it was made."`
}

// NPSMethod says how the score was made: what of the driver report's method is about it.
type NPSMethod struct {
	NPSInterval string         `json:"nps_interval" doc:"The kind of interval." example:"adjusted-wald"`
	Interval    insight.Number `json:"interval" doc:"The level of the interval." example:"0.95"`
	Model       string         `json:"model" doc:"The version of the models that made the analyses." example:"2026.11"`
	Taxonomy    string         `json:"taxonomy" doc:"The taxonomy and its version." example:"default@1"`
}

type npsAnswer struct{ Body NPSReport }

// nps answers the Net Promoter Score of the responses that the filter chooses.
func (s *server) nps(ctx context.Context, c *call, _ *noPath) (*npsAnswer, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	tab, err := s.Index.Crosstab(ctx, c.workspace, f)
	if err != nil {
		return nil, hideFilter(err, &f)
	}
	analysis.Stamp(&tab)
	// Without themes the driver report is no more than the score, and its words are the same.
	tab.Themes, tab.SuggestionThemes = nil, nil
	whole := insight.Drivers(tab, feedback.Patterns{}, insight.Options{})
	m := whole.Method
	return &npsAnswer{NPSReport{
		Responses: whole.Responses, Commented: whole.Commented, Unscored: whole.Unscored, NPS: whole.NPS,
		Method: NPSMethod{NPSInterval: m.NPSInterval, Interval: m.Interval, Model: m.Model, Taxonomy: m.Taxonomy},
	}}, nil
}
