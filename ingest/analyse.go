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

// Analyst analyses responses: personal data replaced first as Redact says, then the comment and the suggestion.
// Declared are the languages that the survey is in, if known; Surveys has those of single surveys, which come first. Safe
// for concurrent use.
type Analyst struct {
	Analyzer *analysis.Analyzer
	Redact   analysis.Redactor
	Declared []string
	Surveys  map[string][]string
	Taxonomy *feedback.Taxonomy // nil for the default one
}

// Analyse analyses one response. The response that comes back is the one to store: the offsets of its analyses fit its
// texts, marks included. The analyses are nil where the text is blank. A [feedback.Corrupt] error, which wraps
// models.ErrDamaged, says which model cannot be read.
func (a *Analyst) Analyse(r feedback.Response) (feedback.Analysed, error) {
	r.Comment, _ = a.Redact.Redact(r.Comment)
	r.Suggestion, _ = a.Redact.Redact(r.Suggestion)
	out := feedback.Analysed{Response: r}
	hint := analysis.Hint{Lang: r.Lang, Declared: a.Declared}
	if languages := a.Surveys[r.Survey]; len(languages) > 0 {
		hint.Declared = languages
	}
	var err error
	if out.Analysis, err = a.text(r.Comment, hint); err != nil {
		return feedback.Analysed{}, err
	}
	if out.SuggestionAnalysis, err = a.text(r.Suggestion, hint); err != nil {
		return feedback.Analysed{}, err
	}
	return out, nil
}

func (a *Analyst) text(text string, hint analysis.Hint) (*feedback.Analysis, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	tags, err := a.Analyzer.Analyze(text, hint, a.Taxonomy)
	if err != nil {
		return nil, feedback.Errorf(feedback.Corrupt, "ingest: analyse: %w: install the program again", err)
	}
	return tags, nil
}

// Analysed is a row with its analysis; Err is set on a row that was rejected, and then there is none.
type Analysed struct {
	Row
	feedback.Analysed
}

// Rows is where rows come from, io.EOF after the last: a Reader, or several in turn. Next is called from one goroutine.
type Rows interface {
	Next() (Row, error)
}

// A batch, which is analysed and stored at a time, ends with this many rows or bytes of text, whichever comes first: the
// bytes keep a file of long texts from filling the memory.
const (
	batchRows  = 500
	batchBytes = 4 << 20
)

// All analyses the rows on all cores and calls each with batches in the order of the rows, from one goroutine.
//
// It ends with the first error in that order: of the rows, of their analysis, or of each. All rows before the one that
// failed have been handed over by then, so that the same input always ends at the same place. When the context ends, no
// further batch is handed over and its cause is returned, unless the last one was. No goroutine outlives the call, so it
// waits for a Next that blocks.
func (a *Analyst) All(ctx context.Context, rows Rows, each func([]Analysed) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan chan batch, 2*workers) // in the order of the rows; each gets its batch when that is analysed
	jobs := make(chan job)
	group.Go(func() error {
		defer close(queue)
		defer close(jobs)
		return feed(ctx, rows, queue, jobs)
	})
	for range workers {
		group.Go(func() error {
			a.work(ctx, jobs)
			return nil
		})
	}
	group.Go(func() error { return deliver(ctx, queue, each) })
	return group.Wait()
}

// batch is a piece of the input in its order. err is what comes after its rows, if anything went wrong.
type batch struct {
	rows []Analysed
	err  error
}

// job is a batch to analyse and where to send it.
type job struct {
	batch
	done chan<- batch
}

// feed reads batches and passes each to the workers and, in order, to the queue. Its error is that of the context.
func feed(ctx context.Context, rows Rows, queue chan<- chan batch, jobs chan<- job) error {
	for end := false; !end; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		next := readBatch(rows)
		if end = next.err != nil; errors.Is(next.err, io.EOF) {
			next.err = nil
		}
		done := make(chan batch, 1) // so that no worker waits
		select {
		case queue <- done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		select {
		case jobs <- job{next, done}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// readBatch reads the next rows; err is io.EOF after the last.
func readBatch(rows Rows) batch {
	b := batch{rows: make([]Analysed, 0, batchRows)}
	for size := 0; len(b.rows) < batchRows && size < batchBytes; {
		row, err := rows.Next()
		if err != nil {
			b.err = err
			break
		}
		b.rows = append(b.rows, Analysed{Row: row})
		size += len(row.Response.Comment) + len(row.Response.Suggestion)
	}
	return b
}

// work analyses batches until there are no more, or the context ends.
func (a *Analyst) work(ctx context.Context, jobs <-chan job) {
	for j := range jobs {
		for i := range j.rows {
			if ctx.Err() != nil {
				return
			}
			row := &j.rows[i]
			if row.Err != nil {
				continue
			}
			analysed, err := a.Analyse(row.Row.Response)
			if err != nil {
				j.rows, j.err = j.rows[:i], err
				break
			}
			row.Analysed = analysed
		}
		j.done <- j.batch
	}
}

// deliver hands the batches over in their order.
func deliver(ctx context.Context, queue <-chan chan batch, each func([]Analysed) error) error {
	for done := range queue {
		var next batch
		select {
		case next = <-done:
		case <-ctx.Done():
		}
		if ctx.Err() != nil { // a batch may be ready as well, and chance must not decide
			return context.Cause(ctx)
		}
		if len(next.rows) > 0 {
			if err := each(next.rows); err != nil {
				return err
			}
		}
		if next.err != nil {
			return next.err
		}
	}
	return nil
}
