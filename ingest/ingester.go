package ingest

import (
	"context"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
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
	// Observe is told after every Put that stored something what became of the responses, and how long analysing and
	// storing them took; nil for nobody. It must not keep the outcomes.
	Observe func(outcomes []Outcome, analysing, storing time.Duration)
}

// Outcome says what became of one response. Analysed is the response as this call made it, redacted and analysed: it is
// what is stored now, unless Reason is [store.Stale]. It is empty when the response was rejected; Problem says why.
type Outcome struct {
	store.PutResult
	Analysed feedback.Analysed
}

// Put validates, analyses and stores responses of a workspace in one durable transaction, and answers in their order. One
// that names no survey belongs to [feedback.DefaultSurvey]. One that is not valid is rejected and does not stop the
// others. An error means that none is stored: that of the context, [feedback.Corrupt] for a damaged model, or the store's.
func (i *Ingester) Put(ctx context.Context, workspace string, responses []feedback.Response) ([]Outcome, error) {
	p, err := i.Prepare(ctx, workspace, responses)
	if err != nil {
		return nil, err
	}
	return i.PutPrepared(ctx, workspace, p)
}

// analyst is the Analyst with what the workspace says about its surveys and themes.
func (i *Ingester) analyst(ctx context.Context, workspace string) (*Analyst, error) {
	settings, err := i.Store.Settings(ctx, workspace)
	if err != nil {
		return nil, err
	}
	own := *i.Analyst
	if own.Surveys == nil {
		own.Surveys = settings.Languages
	}
	if own.Taxonomy == nil {
		own.Taxonomy = settings.Taxonomy
	}
	return &own, nil
}

// Prepared is a batch of responses that was validated and analysed. Outcomes are those that are known before anything is
// stored: of the valid ones Key and Analysed, of the others all.
type Prepared struct {
	Outcomes []Outcome
	batch    *store.Prepared
	places   []int // of the valid ones
	took     time.Duration
}

// Prepare does all of [Ingester.Put] but the storing, on all cores.
func (i *Ingester) Prepare(ctx context.Context, workspace string, responses []feedback.Response) (*Prepared, error) {
	return i.prepare(ctx, workspace, responses, runtime.GOMAXPROCS(0))
}

// PrepareAlone is [Ingester.Prepare] on one core, for callers that prepare several batches at a time.
func (i *Ingester) PrepareAlone(ctx context.Context, workspace string, responses []feedback.Response) (*Prepared, error) {
	return i.prepare(ctx, workspace, responses, 1)
}

func (i *Ingester) prepare(ctx context.Context, workspace string, responses []feedback.Response, workers int) (*Prepared, error) {
	began, p := time.Now(), &Prepared{Outcomes: make([]Outcome, len(responses))}
	analyst, err := i.analyst(ctx, workspace)
	if err != nil {
		return nil, err
	}
	if err := analyse(ctx, analyst, responses, p.Outcomes, workers); err != nil {
		return nil, err
	}
	batch := make([]feedback.Analysed, 0, len(responses))
	for k := range p.Outcomes {
		if p.Outcomes[k].Problem == nil {
			batch = append(batch, p.Outcomes[k].Analysed)
			p.places = append(p.places, k)
		}
	}
	p.took = time.Since(began)
	p.batch = store.Prepare(batch)
	return p, nil
}

// PutPrepared stores a prepared batch in one durable transaction, and completes its outcomes.
func (i *Ingester) PutPrepared(ctx context.Context, workspace string, p *Prepared) ([]Outcome, error) {
	began := time.Now()
	results, err := i.Store.PutPrepared(ctx, workspace, p.batch)
	outcomes, err := p.complete(results, err)
	i.observed(p, err, began)
	return outcomes, err
}

// observed tells who observes of a batch that was stored.
func (i *Ingester) observed(p *Prepared, err error, began time.Time) {
	if i.Observe != nil && err == nil {
		i.Observe(p.Outcomes, p.took, time.Since(began))
	}
}

// PutOnce is PutPrepared for a request that must not count twice: see [store.Store.PutOnce].
func (i *Ingester) PutOnce(ctx context.Context, workspace string, once store.Once, p *Prepared) (outcomes []Outcome, again bool, err error) {
	began := time.Now()
	results, again, err := i.Store.PutOnce(ctx, workspace, once, p.batch)
	outcomes, err = p.complete(results, err)
	i.observed(p, err, began)
	return outcomes, again, err
}

func (p *Prepared) complete(results []store.PutResult, err error) ([]Outcome, error) {
	if err != nil {
		return nil, err
	}
	for n, k := range p.places {
		p.Outcomes[k].PutResult = results[n]
		if results[n].Problem != nil {
			p.Outcomes[k].Analysed = feedback.Analysed{}
		}
	}
	return p.Outcomes, nil
}

// analyse fills the outcomes with so many workers. One response is not worth a goroutine.
func analyse(ctx context.Context, analyst *Analyst, responses []feedback.Response, outcomes []Outcome, workers int) error {
	if len(responses) == 1 && ctx.Err() == nil {
		return analyseOne(analyst, responses[0], &outcomes[0])
	}
	group, ctx := errgroup.WithContext(ctx)
	workers = min(workers, len(responses))
	for w := range workers {
		group.Go(func() error {
			for k := w; k < len(responses); k += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := analyseOne(analyst, responses[k], &outcomes[k]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func analyseOne(analyst *Analyst, r feedback.Response, out *Outcome) error {
	if strings.TrimSpace(r.Survey) == "" {
		r.Survey = feedback.DefaultSurvey
	}
	out.Key = r.Key()
	if out.Problem = validate(&r); out.Problem == nil {
		var err error
		out.Analysed, err = analyst.Analyse(r)
		return err
	}
	out.Status = store.Rejected
	return nil
}

// Limits of the fields of a response, in bytes unless they say otherwise.
const (
	maxName = 256
	// MaxName is the longest name: an id, a survey.
	MaxName       = maxName
	maxAttributes = 200 // attributes
	maxValue      = 2000
	maxWeight     = 1e6 // so that sums of squared weights stay finite
	// MaxAttributes is how many attributes a response has at most.
	MaxAttributes = maxAttributes
	// MaxValue is the longest value of an attribute.
	MaxValue = maxValue
	// MaxWeight is the largest weight.
	MaxWeight = maxWeight
)

// The years that a time may be of; files have the same limits.
const firstYear, lastYear = 1900, 2200

// Validate checks what a response from outside may hold: an [feedback.Invalid] or [feedback.TooLarge] error begins with
// the field and names the limit, without what was submitted. Every response needs an id, and the score may be
// [feedback.Unscored]. Texts have up to [feedback.MaxComment] code points; the names (id, survey, lang, respondent,
// touchpoint and those of attributes) 256 bytes; there may be 200 attributes with values of 2000 bytes; a weight is at most
// 1000000, and times are from 1900 to 2200 or zero. All is UTF-8 without control characters, but texts and values may
// have several lines.
func Validate(r *feedback.Response) error {
	if problem := validate(r); problem != nil {
		return problem
	}
	return nil
}

func validate(r *feedback.Response) *feedback.Error {
	if strings.TrimSpace(r.ID) == "" {
		return feedback.Errorf(feedback.Invalid, "id is missing: every response needs one, so that sending it again does not count it twice")
	}
	names := []struct{ field, value string }{
		{"id", r.ID}, {"survey", r.Survey}, {"lang", r.Lang}, {"respondent", r.Respondent}, {"touchpoint", r.Touchpoint},
	}
	for _, n := range names {
		if problem := checkText(n.field, n.value, maxName, false); problem != nil {
			return problem
		}
	}
	if problem := validateNumbers(r); problem != nil {
		return problem
	}
	for _, n := range []struct{ field, value string }{{"comment", r.Comment}, {"suggestion", r.Suggestion}} {
		if problem := checkText(n.field, n.value, math.MaxInt, true); problem != nil {
			return problem
		}
		if utf8.RuneCountInString(n.value) > feedback.MaxComment {
			return feedback.Errorf(feedback.TooLarge, "%s is longer than %d characters", n.field, feedback.MaxComment)
		}
	}
	return validateAttributes(r.Attributes)
}

func validateNumbers(r *feedback.Response) *feedback.Error {
	if r.Score < feedback.Unscored || r.Score > 10 {
		return feedback.Errorf(feedback.Invalid, "score must be a whole number from 0 to 10")
	}
	if !(r.Weight >= 0 && r.Weight <= maxWeight) { // nor NaN
		return feedback.Errorf(feedback.Invalid, "weight must be a number above 0 and at most %.0f", maxWeight)
	}
	for _, n := range []struct {
		field string
		value time.Time
	}{{"submitted_at", r.SubmittedAt}, {"updated_at", r.UpdatedAt}} {
		if year := n.value.Year(); !n.value.IsZero() && (year < firstYear || year > lastYear) {
			return feedback.Errorf(feedback.Invalid, "%s must be from %d to %d", n.field, firstYear, lastYear)
		}
	}
	return nil
}

// validateAttributes looks at the attributes in the order of their names, so that of several mistakes the same is named.
func validateAttributes(attributes map[string]string) *feedback.Error {
	if len(attributes) > maxAttributes {
		return feedback.Errorf(feedback.TooLarge, "attributes are more than %d: leave some out", maxAttributes)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if strings.TrimSpace(name) == "" {
			return feedback.Errorf(feedback.Invalid, "attributes holds one without a name")
		}
		if problem := checkText("the name of an attribute", name, maxName, false); problem != nil {
			return problem
		}
		if problem := checkText("the value of an attribute", attributes[name], maxValue, true); problem != nil {
			return problem
		}
	}
	return nil
}

// checkText checks a text; lines allows line ends and tabs.
func checkText(field, value string, longest int, lines bool) *feedback.Error {
	if len(value) > longest {
		return feedback.Errorf(feedback.TooLarge, "%s is longer than %d bytes", field, longest)
	}
	if !utf8.ValidString(value) {
		return feedback.Errorf(feedback.Invalid, "%s is not valid UTF-8", field)
	}
	for _, r := range value {
		if r < ' ' && (!lines || r != '\n' && r != '\r' && r != '\t') {
			return feedback.Errorf(feedback.Invalid, "%s holds a control character", field)
		}
	}
	return nil
}

// PutAll stores several prepared batches in their order in one durable transaction, and completes the outcomes of each.
func (i *Ingester) PutAll(ctx context.Context, workspace string, batches []*Prepared) error {
	parts := make([]*store.Prepared, len(batches))
	for k, p := range batches {
		parts[k] = p.batch
	}
	began := time.Now()
	results, err := i.Store.PutPrepared(ctx, workspace, store.Join(parts...))
	if err != nil {
		return err
	}
	for _, p := range batches {
		n := len(p.places)
		if _, err := p.complete(results[:n], nil); err != nil {
			return err
		}
		results = results[n:]
		i.observed(p, nil, began)
	}
	return nil
}
