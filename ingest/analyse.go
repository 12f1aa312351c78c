package ingest

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"verbatim/analysis"
	"verbatim/feedback"
)

// Analyst analyses responses: personal data replaced first when Redact is set, then the comment and the suggestion.
// Declared are the languages that the survey is in, if known. Safe for concurrent use.
type Analyst struct {
	Analyzer *analysis.Analyzer
	Redact   bool
	Declared []string
	Taxonomy *feedback.Taxonomy // nil for the default one
}

// Analyse analyses one response. The analyses are nil where the text is blank. An error wraps models.ErrDamaged.
func (a *Analyst) Analyse(r feedback.Response) (feedback.Analysed, error) {
	if a.Redact {
		r.Comment, _ = analysis.Redact(r.Comment)
		r.Suggestion, _ = analysis.Redact(r.Suggestion)
	}
	out := feedback.Analysed{Response: r}
	var err error
	if out.Analysis, err = a.text(r.Comment, r.Lang); err != nil {
		return out, err
	}
	out.SuggestionAnalysis, err = a.text(r.Suggestion, r.Lang)
	return out, err
}

func (a *Analyst) text(text, lang string) (*feedback.Analysis, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return a.Analyzer.Analyze(text, analysis.Hint{Lang: lang, Declared: a.Declared}, a.Taxonomy)
}

// Analysed is a row with its analysis; Err is set on a row that was rejected, and then there is none.
type Analysed struct {
	Row
	feedback.Analysed
}

// Rows is where rows come from, io.EOF after the last: a Reader, or several in turn.
type Rows interface {
	Next() (Row, error)
}

// batchSize is how many rows are analysed, and stored, at a time.
const batchSize = 500

// All analyses the rows on all cores and calls each with batches in the order of the rows, from one goroutine. It ends
// with the first error of the rows, of each, or of the context.
func (a *Analyst) All(ctx context.Context, rows Rows, each func([]Analysed) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan chan []Analysed, 2*workers) // batches in order, each filled when it is ready
	jobs := make(chan job)
	group.Go(func() error {
		defer close(queue)
		defer close(jobs)
		return read(ctx, rows, queue, jobs)
	})
	for range workers {
		group.Go(func() error { return a.work(jobs) })
	}
	group.Go(func() error {
		for batch := range queue {
			select {
			case done := <-batch:
				if err := each(done); err != nil {
					return err
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	return group.Wait()
}

// job is a batch to analyse and where to send it.
type job struct {
	batch []Analysed
	done  chan<- []Analysed
}

// read reads batches and passes each to the workers and, in order, to the queue.
func read(ctx context.Context, rows Rows, queue chan<- chan []Analysed, jobs chan<- job) error {
	for {
		batch, last := readBatch(rows)
		if len(batch) > 0 {
			done := make(chan []Analysed, 1)
			select {
			case queue <- done:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			select {
			case jobs <- job{batch, done}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if errors.Is(last, io.EOF) {
			return nil
		}
		if last != nil {
			return last
		}
	}
}

func readBatch(rows Rows) ([]Analysed, error) {
	batch := make([]Analysed, 0, batchSize)
	for len(batch) < batchSize {
		row, err := rows.Next()
		if err != nil {
			return batch, err
		}
		batch = append(batch, Analysed{Row: row})
	}
	return batch, nil
}

func (a *Analyst) work(jobs <-chan job) error {
	for j := range jobs {
		for i := range j.batch {
			b := &j.batch[i]
			if b.Err != nil {
				continue
			}
			analysed, err := a.Analyse(b.Row.Response)
			if err != nil {
				return err
			}
			b.Analysed = analysed
		}
		j.done <- j.batch
	}
	return nil
}
