package api

import (
	"bytes"
	"context"
	"time"

	"verbatim/feedback"
	"verbatim/report"
)

// Parameters of the questions over time and between groups. A side is a filter in one line.
const sideForm = "a period like 2026-Q1, or conditions like region=EU from=2026-01-01"

var (
	periodParam = param{
		name: "by", words: wordsOf(feedback.Periods), example: "month", want: oneOf(feedback.Periods),
		about: "The period; by the length of the data when it is left out. Weeks are ISO weeks.",
	}
	zoneParam = param{
		name: "time_zone", example: "Europe/Helsinki", want: "the name of a time zone like Europe/Helsinki",
		about: "The time zone of the periods; UTC when it is left out.",
	}
	byParam = param{
		name: "by", example: "region", want: "the name of an attribute, or survey, or language",
		about: "The attribute to cut by, or `survey`, or `language`.",
	}
	mixParam = param{
		name: "mix", example: "plan", want: "the name of an attribute, or survey, or language",
		about: "The attribute over whose segments the change is split.",
	}
	besideParam  = sideParam("beside", "survey=staff", "What to show beside each segment: the employees' score (eNPS) beside the customers'.")
	beforeParam  = neededSide("before", "2026-Q1", "The first side.")
	afterParam   = neededSide("after", "2026-Q2", "The second side. The other filters narrow both.")
	recentParam  = neededSide("recent", "2026-06", "The recent side.")
	earlierParam = neededSide("earlier", "from=2026-01-01 to=2026-05-31", "The earlier side. The other filters narrow both.")
)

func sideParam(name, example, about string) param {
	return param{
		name: name, example: example, want: sideForm,
		about: about + " A period (`2026-Q1`, `2026-03`, `2026-W14`) or conditions with spaces between, as `region=EU from=2026-01-01`.",
	}
}

// neededSide is a side that may not be left out.
func neededSide(name, example, about string) param { return needed(sideParam(name, example, about)) }

// needed is a parameter that may not be left out here.
func needed(p param) param {
	p.must = true
	return p
}

// side reads a filter in one line; ok is false when it is not there.
func (c *call) side(p *param, loc *time.Location) (f feedback.Filter, ok bool, err error) {
	text := c.one(p.name)
	if text == "" {
		return f, false, nil
	}
	if f, err = feedback.ParseFilter(text, loc); err != nil {
		return f, true, fieldProblem(feedback.Invalid, p.wrong())
	}
	return f, true, nil
}

// sides reads two filters that must be there, and narrows them by the shared one.
func (c *call) sides(first, second *param) (a, b feedback.Filter, err error) {
	shared, err := c.filter()
	if err != nil {
		return a, b, err
	}
	for _, s := range []struct {
		param *param
		to    *feedback.Filter
	}{{first, &a}, {second, &b}} {
		f, there, err := c.side(s.param, time.UTC)
		if err != nil {
			return a, b, err
		}
		var some bool
		if *s.to, some = shared.And(f); !there || !some {
			wrong := s.param.wrong()
			if there {
				wrong.Message = s.param.name + " contradicts the other filters: nothing can pass both"
			}
			return a, b, fieldProblem(feedback.Invalid, wrong)
		}
	}
	return a, b, nil
}

// zone reads the time zone.
func (c *call) zone() (*time.Location, error) {
	name := c.one(zoneParam.name)
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fieldProblem(feedback.Invalid, zoneParam.wrong())
	}
	return loc, nil
}

// attribute reads the name of an attribute that must be there.
func (c *call) attribute(p *param) (string, error) {
	name := c.one(p.name)
	if name == "" {
		return "", fieldProblem(feedback.Invalid, p.wrong())
	}
	return name, nil
}

func (s *server) source() *Source {
	return &Source{Index: s.Index, Texts: s.Store.GetMany, Versions: s.Store.GetTaxonomy, Taxonomy: s.taxonomy}
}

// answerSlices renders a report about parts of the responses; hidden filters do not show in its errors.
func answerSlices[T report.Slices](c *call, r T, err error, filters ...*feedback.Filter) (*rendered, error) {
	if err != nil {
		for _, f := range filters {
			err = hideFilter(err, f)
		}
		return nil, err
	}
	format, err := c.word(&formatParam)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if format == "csv" {
		err = report.Write(&body, report.CSV, &r)
		return &rendered{csvType, body.Bytes()}, err
	}
	err = report.Write(&body, report.JSON, &r)
	return &rendered{jsonType, body.Bytes()}, err
}

// trend answers the score and the drivers by period.
func (s *server) trend(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	loc, err := c.zone()
	if err != nil {
		return nil, err
	}
	word, err := c.word(&periodParam)
	if err != nil {
		return nil, err
	}
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	period := feedback.Period(word)
	if period == "" {
		tab, err := s.Index.Crosstab(ctx, c.workspace, f)
		if err != nil {
			return nil, hideFilter(err, &f)
		}
		period = PeriodFor(tab.Dates)
	}
	r, err := s.source().Trend(ctx, c.workspace, f, period, loc)
	return answerSlices(c, r, err, &f)
}

// segments answers the score by the values of an attribute.
func (s *server) segments(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	by, err := c.attribute(&byParam)
	if err != nil {
		return nil, err
	}
	beside, there, err := c.side(&besideParam, time.UTC)
	if err != nil {
		return nil, err
	}
	other := &beside
	if !there {
		other = nil
	}
	r, err := s.source().Segments(ctx, c.workspace, f, by, other)
	return answerSlices(c, r, hideName(err, &byParam, by), &f, &beside)
}

// compare compares two choices of responses.
func (s *server) compare(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	before, after, err := c.sides(&beforeParam, &afterParam)
	if err != nil {
		return nil, err
	}
	mix := c.one(mixParam.name)
	r, err := s.source().Compare(ctx, c.workspace, before, after, mix)
	return answerSlices(c, r, hideName(err, &mixParam, mix), &before, &after)
}

// emerging answers the drivers that rose.
func (s *server) emerging(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	recent, earlier, err := c.sides(&recentParam, &earlierParam)
	if err != nil {
		return nil, err
	}
	by := c.one(byParam.name)
	r, err := s.source().Emerging(ctx, c.workspace, recent, earlier, by)
	return answerSlices(c, r, hideName(err, &byParam, by), &recent, &earlier)
}

// hideName takes the name of an attribute that was submitted out of an error.
func hideName(err error, p *param, name string) error {
	if err == nil || name == "" {
		return err
	}
	condition := feedback.Condition{Attribute: name}
	hidden := hideFilter(err, &feedback.Filter{Where: []feedback.Condition{condition}})
	if problem := problemOf(hidden); len(problem.Errors) == 1 && problem.Errors[0].Location == "query.where" {
		problem.Errors[0].Location = p.location()
		return problem
	}
	return err
}

// words answers the words that tell detractors from promoters. The languages are those of the filter.
func (s *server) words(ctx context.Context, c *call, _ *noPath) (*rendered, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	r, err := s.source().Words(ctx, c.workspace, f, f.Languages)
	return answerSlices(c, r, err, &f)
}
