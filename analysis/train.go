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
	sharedBits   = 18
	ownBits      = 17
	ownBitsLarge = 18 // where there are many texts
	manyTexts    = 40000
	epochsShared = 3
	epochsOwn    = 3
)

// Train trains the shared model and the languages' own on the labelled files below the paths and on the hand-written
// comments outside the test part. It returns the models by name; the same data gives the same models.
func Train(ctx context.Context, paths []string, options TrainOptions) (map[string]*models.Linear, error) {
	data, err := readExamples(paths, options)
	if err != nil {
		return nil, err
	}
	langs := data.languages()
	shared, err := trainShared(ctx, data, langs, options)
	if err != nil {
		return nil, err
	}
	out := map[string]*models.Linear{models.Shared: shared}
	if len(options.Only) > 0 {
		langs = slices.DeleteFunc(langs, func(l string) bool { return !slices.Contains(options.Only, l) })
	}
	var mu sync.Mutex
	err = parallel(ctx, langs, func(ctx context.Context, lang string) error {
		own, err := trainOwn(ctx, lang, data.byLang[lang], shared, data.digest)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		out[lang] = own
		options.report("languages", len(out)-1, len(langs))
		return nil
	})
	return out, err
}

func (o *TrainOptions) report(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}

// parallel runs the work for each language on two goroutines, the largest first as the caller ordered them.
func parallel(ctx context.Context, langs []string, work func(context.Context, string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan string)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for lang := range queue {
				if err := work(ctx, lang); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, lang := range langs {
		select {
		case queue <- lang:
		case <-ctx.Done():
		}
	}
	close(queue)
	wg.Wait()
	return context.Cause(ctx)
}

func trainShared(ctx context.Context, data *trainingData, langs []string, options TrainOptions) (*models.Linear, error) {
	var all []*example
	for _, lang := range langs {
		for i := range data.byLang[lang] {
			all = append(all, &data.byLang[lang][i])
		}
	}
	options.report("shared", 0, epochsShared)
	l := newLearner(sharedBits)
	if err := l.trainSigns(ctx, all); err != nil {
		return nil, err
	}
	if err := l.train(ctx, all, epochsShared, gramRate, func(epoch int) { options.report("shared", epoch, epochsShared) }); err != nil {
		return nil, err
	}
	m := l.model(models.Shared, len(all), data.digest)
	parallelBase(m, all)
	return m, nil
}

// parallelBase notes for each example what the shared model says, as it will say it: quantized.
func parallelBase(m *models.Linear, all []*example) {
	var wg sync.WaitGroup
	half := len(all) / 2
	for _, part := range [][]*example{all[:half], all[half:]} {
		wg.Go(func() {
			for _, e := range part {
				var s sums
				fs := features{grams: unhash(e.grams), signs: unhash(e.signs)}
				s.add(m, &fs)
				s.logits(m, &e.base)
			}
		})
	}
	wg.Wait()
}

func unhash(hashes []uint32) []feature {
	fs := make([]feature, len(hashes))
	for i, h := range hashes {
		fs[i].hash = h
	}
	return fs
}

func trainOwn(ctx context.Context, lang string, examples []example, shared *models.Linear, digest string) (*models.Linear, error) {
	size := ownBits
	if len(examples) >= manyTexts {
		size = ownBitsLarge
	}
	l := newLearner(size)
	list := make([]*example, len(examples))
	for i := range examples {
		list[i] = &examples[i]
	}
	l.onTop = shared != nil
	if err := l.train(ctx, list, epochsOwn, gramRate, func(int) {}); err != nil {
		return nil, err
	}
	return l.model(lang, len(examples), digest), nil
}
