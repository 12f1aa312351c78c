package analysis

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // an order, no secret
	"slices"
	"sync"

	"verbatim/models"
)

// mostScored is how many texts of a left-out dataset are scored.
const mostScored = 2000

// LeaveOneOut scores each dataset below the paths, in each language, with models that were trained on all the others and
// on the hand-written comments; of a large one the first 2,000 texts by the SHA-1 of their ids. Datasets that
// options.LeaveOut names are scored and never trained on. How n-grams and signs stack is found once for a language. The
// language tables come from set. Results come in the order of languages and datasets.
func LeaveOneOut(ctx context.Context, set *models.Set, paths []string, options TrainOptions) ([]Quality, error) {
	measured := options.LeaveOut
	options.LeaveOut = nil
	data, err := readExamples(paths, options)
	if err != nil {
		return nil, err
	}
	rows, _, err := readRows(paths, options)
	if err != nil {
		return nil, err
	}
	langs := data.languages()
	signs, err := trainSigns(ctx, data, langs)
	if err != nil {
		return nil, err
	}
	x := leaveOut{set: set, signs: signs, data: data, rows: rows, measured: measured, stacks: map[string]*stack{}, options: options}
	if err := parallel(ctx, langs, x.stack); err != nil {
		return nil, err
	}
	var jobs []cell
	for _, lang := range langs {
		for _, dataset := range datasetsOf(rows[lang]) {
			jobs = append(jobs, cell{language: lang, dataset: dataset})
		}
	}
	err = parallel(ctx, jobs, x.score)
	sortQuality(x.results)
	return x.results, err
}

// leaveOut is what the jobs of LeaveOneOut share.
type leaveOut struct {
	set      *models.Set
	signs    *models.Linear
	data     *trainingData
	rows     map[string][]Labelled
	measured []string
	options  TrainOptions
	mu       sync.Mutex
	stacks   map[string]*stack
	results  []Quality
}

// without returns the examples of a language that may be trained on when a dataset is left out.
func (x *leaveOut) without(lang, dataset string) []*example {
	return slices.DeleteFunc(pointers(x.data.byLang[lang]), func(e *example) bool {
		return !e.hand && (e.dataset == dataset || slices.Contains(x.measured, e.dataset))
	})
}

// stack finds a language's stack, which rests on the hand-written comments.
func (x *leaveOut) stack(ctx context.Context, lang string) error {
	s, err := stackOwn(ctx, x.without(lang, ""))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stacks[lang] = s
	return err
}

// score trains without a dataset and scores it.
func (x *leaveOut) score(ctx context.Context, job cell) error {
	own, err := fitOwn(ctx, job.language, x.without(job.language, job.dataset), x.stacks[job.language], x.data.digest)
	if err != nil {
		return err
	}
	found, err := scoreOn(x.set.With(map[string]*models.Linear{models.Signs: x.signs, job.language: own}), x.rows[job.language], job.dataset)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.results = append(x.results, found...)
	x.options.report("left out", len(x.results), 0)
	return err
}

func datasetsOf(rows []Labelled) []string {
	var names []string
	for i := range rows {
		if !slices.Contains(names, rows[i].Dataset) {
			names = append(names, rows[i].Dataset)
		}
	}
	slices.Sort(names)
	return names
}

// scoreOn scores the rows of one dataset.
func scoreOn(set *models.Set, rows []Labelled, dataset string) ([]Quality, error) {
	analyzer, err := New(set)
	if err != nil {
		return nil, err
	}
	held := slices.DeleteFunc(slices.Clone(rows), func(r Labelled) bool { return r.Dataset != dataset })
	slices.SortStableFunc(held, func(a, b Labelled) int {
		x, y := sha1.Sum([]byte(a.ID)), sha1.Sum([]byte(b.ID)) //nolint:gosec // an order, no secret
		return bytes.Compare(x[:], y[:])
	})
	e := NewEvaluation(analyzer)
	for i := range held[:min(mostScored, len(held))] {
		if err := e.Add(&held[i]); err != nil {
			return nil, err
		}
	}
	return e.Results(), nil
}
