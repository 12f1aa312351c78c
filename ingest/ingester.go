package ingest

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"verbatim/feedback"
	"verbatim/store"
)

// Ingester is the way in: it validates responses, analyses them and stores both durably before it answers. Safe for
// concurrent use.
type Ingester struct {
	Analyst *Analyst
	Store   *store.Store
}

// Outcome says what became of one response. Analysed is what is stored now, as far as this call knows; it is empty when
// the response was rejected, and Problem says why.
type Outcome struct {
	store.PutResult
	Analysed feedback.Analysed
}

// Put validates, analyses and stores responses of a workspace in one durable transaction, and answers in their order. A
// response that is not valid is rejected and does not stop the others. An error means that none is stored.
func (i *Ingester) Put(ctx context.Context, workspace string, responses []feedback.Response) ([]Outcome, error) {
	outcomes := make([]Outcome, len(responses))
	if err := i.analyse(ctx, responses, outcomes); err != nil {
		return nil, err
	}
	var batch []feedback.Analysed
	var places []int
	for k := range outcomes {
		if outcomes[k].Problem == nil {
			batch = append(batch, outcomes[k].Analysed)
			places = append(places, k)
		}
	}
	results, err := i.Store.Put(ctx, workspace, batch)
	if err != nil {
		return nil, err
	}
	for n, k := range places {
		outcomes[k].PutResult = results[n]
		if results[n].Problem != nil {
			outcomes[k].Analysed = feedback.Analysed{}
		}
	}
	return outcomes, nil
}

// analyse fills the outcomes on all cores.
func (i *Ingester) analyse(ctx context.Context, responses []feedback.Response, outcomes []Outcome) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := min(runtime.GOMAXPROCS(0), len(responses))
	for w := range workers {
		group.Go(func() error {
			for k := w; k < len(responses); k += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := i.analyseOne(responses[k], &outcomes[k]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (i *Ingester) analyseOne(r feedback.Response, out *Outcome) error {
	if r.Survey == "" {
		r.Survey = feedback.DefaultSurvey
	}
	out.Key = r.Key()
	if err := Validate(&r); err != nil {
		out.Status = store.Rejected
		out.Problem = problemOf(err)
		return nil
	}
	var err error
	out.Analysed, err = i.Analyst.Analyse(r)
	return err
}

func problemOf(err error) *feedback.Error {
	var e *feedback.Error
	if errors.As(err, &e) {
		return e
	}
	return feedback.Errorf(feedback.Invalid, "the response is not valid: %w", err)
}

// Limits of the fields of a response, in bytes unless they say otherwise.
const (
	maxName       = 256
	maxAttributes = 200 // attributes
	maxValue      = 2000
)

// Validate checks what a response from outside may hold: an [feedback.Invalid] or [feedback.TooLarge] error names the
// field and the limit, without what was submitted.
func Validate(r *feedback.Response) error {
	if strings.TrimSpace(r.ID) == "" {
		return feedback.Errorf(feedback.Invalid, "id is missing: every response needs one, so that sending it again does not count it twice")
	}
	if r.Score < feedback.Unscored || r.Score > 10 {
		return feedback.Errorf(feedback.Invalid, "score must be a whole number from 0 to 10")
	}
	if r.Weight < 0 || math.IsNaN(r.Weight) || math.IsInf(r.Weight, 0) {
		return feedback.Errorf(feedback.Invalid, "weight must be a positive number")
	}
	names := []struct{ field, value string }{
		{"id", r.ID}, {"survey", r.Survey}, {"lang", r.Lang}, {"respondent", r.Respondent}, {"touchpoint", r.Touchpoint},
	}
	for _, n := range names {
		if err := checkText(n.field, n.value, maxName, false); err != nil {
			return err
		}
	}
	for _, n := range []struct{ field, value string }{{"comment", r.Comment}, {"suggestion", r.Suggestion}} {
		if err := checkText(n.field, n.value, math.MaxInt, true); err != nil {
			return err
		}
		if utf8.RuneCountInString(n.value) > feedback.MaxComment {
			return feedback.Errorf(feedback.TooLarge, "%s is longer than %d characters", n.field, feedback.MaxComment)
		}
	}
	return validateAttributes(r.Attributes)
}

func validateAttributes(attributes map[string]string) error {
	if len(attributes) > maxAttributes {
		return feedback.Errorf(feedback.TooLarge, "attributes are more than %d", maxAttributes)
	}
	for name, value := range attributes {
		if strings.TrimSpace(name) == "" {
			return feedback.Errorf(feedback.Invalid, "attributes holds one without a name")
		}
		if err := checkText("the name of an attribute", name, maxName, false); err != nil {
			return err
		}
		if err := checkText("the value of an attribute", value, maxValue, true); err != nil {
			return err
		}
	}
	return nil
}

func checkText(field, value string, longest int, lines bool) error {
	if !utf8.ValidString(value) {
		return feedback.Errorf(feedback.Invalid, "%s is not valid UTF-8", field)
	}
	if len(value) > longest {
		return feedback.Errorf(feedback.TooLarge, "%s is longer than %d bytes", field, longest)
	}
	for _, r := range value {
		if r == 0 || r < ' ' && (!lines || r != '\n' && r != '\r' && r != '\t') {
			return feedback.Errorf(feedback.Invalid, "%s holds a control character", field)
		}
	}
	return nil
}
