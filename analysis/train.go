package analysis

import (
	"context"
	"slices"
	"sync"

	"verbatim/models"
)

// TrainOptions says how to train.
type TrainOptions struct {
	Languages []string                            // none for all that have a lexicon
	Only      []string                            // write these models only; none for all. The shared model is trained in any case
	LeaveOut  []string                            // datasets that are not trained on
	Progress  func(stage string, done, total int) // may be nil
}

// Sizes of the models: rows are 2^bits.
const (
	signBits     = 15
	sharedBits   = 18
	ownBits      = 17
	ownBitsLarge = 18 // where there are many texts
	manyTexts    = 40000
	epochs       = 8 // over the n-grams
	epochsMany   = 3 // where there are many texts
)

// Train trains the signs, the n-grams of all languages and those of each on the labelled files below the paths and on the hand-written
// comments outside the test part. It returns the models by name; the same data gives the same models.
func Train(ctx context.Context, paths []string, options TrainOptions) (map[string]*models.Linear, error) {
	data, err := readExamples(paths, options)
	if err != nil {
		return nil, err
	}
	langs := data.languages()
	signs, err := trainSigns(ctx, data, langs)
	if err != nil {
		return nil, err
	}
	out := map[string]*models.Linear{models.Signs: signs}
	if out[models.Shared], err = trainShared(ctx, data, langs, options); err != nil {
		return nil, err
	}
	if len(options.Only) > 0 {
		langs = slices.DeleteFunc(langs, func(l string) bool { return !slices.Contains(options.Only, l) })
	}
	var mu sync.Mutex
	err = parallel(ctx, langs, func(ctx context.Context, lang string) error {
		own, err := trainOwn(ctx, lang, pointers(data.byLang[lang]), data.digest)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		out[lang] = own
		options.report("languages", len(out)-2, len(langs))
		return nil
	})
	return out, err
}

func pointers(list []example) []*example {
	out := make([]*example, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

func (o *TrainOptions) report(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}

// parallel does the jobs on two goroutines, in their order.
func parallel[T any](ctx context.Context, jobs []T, work func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan T)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for job := range queue {
				if err := work(ctx, job); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, job := range jobs {
		select {
		case queue <- job:
		case <-ctx.Done():
		}
	}
	close(queue)
	wg.Wait()
	return context.Cause(ctx)
}

// trainSigns trains the model of the signs on the hand-written comments of all languages, and notes for each of them what
// a model says that has not seen its industry.
func trainSigns(ctx context.Context, data *trainingData, langs []string) (*models.Linear, error) {
	var hand []*example
	for _, lang := range langs {
		for i := range data.byLang[lang] {
			if e := &data.byLang[lang][i]; e.hand {
				hand = append(hand, e)
			}
		}
	}
	fit := func(without int) (*learner, error) {
		l := newLearner(signBits, signRate, l2Signs)
		return l, l.trainSigns(ctx, slices.DeleteFunc(slices.Clone(hand), func(e *example) bool { return e.fold() == without }))
	}
	err := parallel(ctx, eachFold(), func(_ context.Context, fold int) error {
		l, err := fit(fold)
		for _, e := range hand {
			if e.fold() == fold {
				e.base = l.says(&example{signs: e.signs[:e.general]})
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	l, err := fit(noFold)
	return l.model(models.Signs, len(hand), data.digest), err
}

// trainShared trains the n-grams of texts whose language is not known. There is no lexicon for these; of the signs only
// the question mark counts.
func trainShared(ctx context.Context, data *trainingData, langs []string, options TrainOptions) (*models.Linear, error) {
	var all []*example
	for _, lang := range langs {
		for i := range data.byLang[lang] {
			all = append(all, &data.byLang[lang][i])
		}
	}
	options.report("shared", 0, epochsMany)
	l := newLearner(sharedBits, gramRate, l2Grams)
	if err := l.train(ctx, all, epochsMany, func(epoch int) { options.report("shared", epoch, epochsMany) }); err != nil {
		return nil, err
	}
	m := l.model(models.Shared, len(all), data.digest)
	m.Header.Signs[outQuestion] = 1
	return m, nil
}

// trainOwn trains the n-grams of a language, and how they stack with the signs.
func trainOwn(ctx context.Context, lang string, examples []*example, digest string) (*models.Linear, error) {
	s, err := stackOwn(ctx, examples)
	if err != nil {
		return nil, err
	}
	return fitOwn(ctx, lang, examples, s, digest)
}

// stackOwn finds how a language's n-grams and the signs stack.
func stackOwn(ctx context.Context, examples []*example) (*stack, error) {
	var cases []stackCase
	for _, fold := range eachFold() {
		l, err := fitGrams(ctx, examples, fold)
		if err != nil {
			return nil, err
		}
		for _, e := range examples {
			if e.hand && e.fold() == fold {
				cases = append(cases, stackCase{e.base, l.says(&example{grams: e.grams}), &e.target})
			}
		}
	}
	s := fitStack(cases)
	return &s, nil
}

// fitOwn trains the n-grams of a language for a stack.
func fitOwn(ctx context.Context, lang string, examples []*example, s *stack, digest string) (*models.Linear, error) {
	l, err := fitGrams(ctx, examples, noFold)
	if err != nil {
		return nil, err
	}
	l.scale(s)
	m := l.model(lang, len(examples), digest)
	copy(m.Header.Signs[:], s.signs[:])
	return m, nil
}

// fitGrams trains n-grams on the examples but for the hand-written ones of a fold.
func fitGrams(ctx context.Context, examples []*example, without int) (*learner, error) {
	size, rounds := ownBits, epochs
	if len(examples) >= manyTexts {
		size, rounds = ownBitsLarge, epochsMany
	}
	l := newLearner(size, gramRate, l2Grams)
	list := slices.DeleteFunc(slices.Clone(examples), func(e *example) bool { return e.hand && e.fold() == without })
	return l, l.train(ctx, list, rounds, func(int) {})
}

// The industries of the hand-written comments are dealt out to folds; what the others teach is tried on each in turn.
const (
	folds  = 5
	noFold = folds
)

func eachFold() []int { return []int{0, 1, 2, 3, 4} }

func (e *example) fold() int { return int(e.industry % folds) }
