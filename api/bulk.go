package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/store"
)

const (
	linesType = "application/x-ndjson"
	// mostUnindexed is how many changes the index may be behind before bulk slows down to its pace.
	mostUnindexed = 200_000
	// bulkChunks is how many chunks of a stream are on their way at a time, and bulkGroup how many of them share a
	// transaction.
	bulkChunks = 16
	bulkGroup  = 8
)

// BulkResult says what became of a line.
type BulkResult struct {
	Line               int                `json:"line" doc:"The number of the line, from 1; blank lines count and are not answered." example:"1"`
	ID                 string             `json:"id" doc:"The id of the response." example:"r1"`
	Survey             string             `json:"survey" doc:"Its survey." example:"default"`
	Status             store.Status       `json:"status" doc:"What became of it."`
	Reason             string             `json:"reason,omitempty" doc:"More about the status: stale when something newer is stored, retagged when only the analysis is new." enum:"stale,retagged"`
	Analysis           *feedback.Analysis `json:"analysis,omitempty" doc:"What the comment says; absent when it is blank, and with analysis=false."`
	SuggestionAnalysis *feedback.Analysis `json:"suggestion_analysis,omitempty" doc:"What the suggestion says; absent when it is blank, and with analysis=false."`
	Problem            *Problem           `json:"problem,omitempty" doc:"Why it was rejected."`
}

var analysisParam = param{
	name: "analysis", words: []string{"true", "false"}, example: "false", want: "true or false",
	about: "`false` leaves the tags out of the answer; the responses are tagged all the same.",
}

func (s *server) routesOfBulk() {
	register(s, route{
		method: http.MethodPost, path: "/v1/responses/bulk", scope: store.ScopeIngest, id: "put-responses-bulk", tag: "responses", summary: "Store a stream of responses",
		about: "Reads responses as lines of JSON, as many as there are, and answers each with a line, in order, when it is durably stored. Read the " +
			"answer while you send: a client that does not makes the server wait. Lines have up to 1 MB. A line that is refused is " +
			"`rejected` and does not stop the others. A connection that breaks loses only what was not answered, and sending all of it " +
			"again is safe. The server takes in no more than its index can follow: beyond 200,000 changes it slows down.",
		params:  []param{analysisParam},
		body:    &content{media: linesType, schema: "NewResponse", about: "A response on each line.", example: exampleLine},
		answers: []answer{{http.StatusOK, "A line for each line.", []content{{media: linesType, schema: "BulkResult", example: exampleAnswer}}}},
		errors:  []int{http.StatusUnsupportedMediaType},
	}, s.postBulk)
}

var (
	exampleLine   = json.RawMessage(`{"id":"r1","survey":"nps-2026","score":3,"comment":"The delivery was late."}`)
	exampleAnswer = json.RawMessage(`{"line":1,"id":"r1","survey":"nps-2026","status":"created"}`)
)

// postBulk stores a stream of responses and answers as it goes.
func (s *server) postBulk(ctx context.Context, c *call, _ *noPath) (*huma.StreamResponse, error) {
	tags, err := c.word(&analysisParam)
	if err != nil {
		return nil, err
	}
	if media, _, err := mime.ParseMediaType(c.header.Get("Content-Type")); err != nil || media != linesType && media != "application/jsonl" {
		return nil, statusProblem(http.StatusUnsupportedMediaType, feedback.Unsupported,
			"the body must be lines of JSON: send it with the header Content-Type: "+linesType)
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		control := http.NewResponseController(c.answer)
		_ = control.EnableFullDuplex() // HTTP/2 always is, and servers in tests need not
		c.answer.Header().Set("Content-Type", linesType)
		stream := &patient{Reader: c.body, Writer: c.answer, control: control}
		b := &bulk{server: s, workspace: c.workspace, tags: tags != "false", out: stream}
		if err := b.run(ctx, newLineReader(stream)); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "api: put-responses-bulk", slog.String("error", problemOf(err).Detail), slog.String("request_id", c.id))
			panic(http.ErrAbortHandler) // so that nobody takes the answer for whole
		}
	}}, nil
}

// bulk is a stream on its way: chunks of lines are read one after the other, analysed on all cores, and stored and
// answered in their order.
type bulk struct {
	*server
	workspace string
	tags      bool
	out       io.Writer
}

// chunk is a piece of the stream.
type chunk struct {
	lines    []line
	answers  []bulkAnswer
	prepared *ingest.Prepared
	err      error
	ready    chan struct{} // closed when it is prepared
}

// bulkNotes describe the schemas of bulk.
var bulkNotes = map[string]string{"BulkResult": "What became of a line."}

// bulkAnswer is the answer to a line as far as it is known before it is stored.
type bulkAnswer struct {
	item   item
	posted posted
	place  int // among the prepared; −1 when it is refused already
	result BulkResult
	tags   json.RawMessage // the members of the analyses, with a comma before each
}

func (b *bulk) run(ctx context.Context, in *lineReader) error {
	group, ctx := errgroup.WithContext(ctx)
	queue, jobs := make(chan *chunk, bulkChunks), make(chan *chunk)
	group.Go(func() error {
		defer close(queue)
		defer close(jobs)
		return feedLines(ctx, in, queue, jobs)
	})
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for c := range jobs {
				c.err = b.prepare(ctx, c)
				close(c.ready)
			}
			return nil
		})
	}
	group.Go(func() error { return b.deliver(ctx, queue) })
	return group.Wait()
}

// feedLines hands chunks to the workers and, in order, to the queue.
func feedLines(ctx context.Context, in *lineReader, queue, jobs chan<- *chunk) error {
	for {
		lines, err := in.chunk()
		if len(lines) > 0 {
			c := &chunk{lines: lines, ready: make(chan struct{})}
			for _, to := range []chan<- *chunk{queue, jobs} {
				select {
				case to <- c:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// prepare reads and analyses the lines of a chunk.
func (b *bulk) prepare(ctx context.Context, c *chunk) error {
	c.answers = make([]bulkAnswer, len(c.lines))
	responses := make([]feedback.Response, 0, len(c.lines))
	for i := range c.lines {
		a := &c.answers[i]
		if problem := a.read(&c.lines[i]); problem != nil {
			a.refuse(problem)
			continue
		}
		a.place = len(responses)
		responses = append(responses, a.posted.Response)
	}
	var err error
	if c.prepared, err = b.Ingester.PrepareAlone(ctx, b.workspace, responses); err != nil {
		return err
	}
	for i := range c.answers {
		if a := &c.answers[i]; a.place >= 0 && b.tags {
			if err := a.render(&c.prepared.Outcomes[a.place].Analysed); err != nil {
				return err
			}
		}
	}
	c.lines = nil
	return nil
}

// read reads a line as a response.
func (a *bulkAnswer) read(l *line) *Problem {
	a.item, a.place, a.result.Line = item{location: "body", line: l.number, raw: l.text}, -1, l.number
	a.posted.Score = feedback.Unscored
	switch {
	case l.long:
		return a.item.problem(feedback.TooLarge, "", "the line is longer than 1 MB")
	case !utf8.Valid(l.text):
		return a.item.problem(feedback.Invalid, "", "the line is not valid UTF-8, at byte "+strconv.Itoa(invalidAt(l.text)+1))
	case !json.Valid(l.text):
		return a.item.problem(feedback.Invalid, "", "the line is not valid JSON: every line must be one object")
	}
	var problem *Problem
	a.posted, problem = a.item.response(nil)
	return problem
}

func (a *bulkAnswer) refuse(problem *Problem) {
	r := rejected(&a.item, &a.posted, problem)
	a.place, a.tags = -1, nil
	a.result = BulkResult{Line: a.result.Line, ID: r.ID, Survey: r.Survey, Status: r.Status, Problem: r.Problem}
}

// render writes the analyses, which is most of the work of an answer, before the line's turn comes.
func (a *bulkAnswer) render(of *feedback.Analysed) error {
	stored := newStored(of)
	for _, part := range []struct {
		name     string
		analysis *feedback.Analysis
	}{{"analysis", stored.Analysis}, {"suggestion_analysis", stored.SuggestionAnalysis}} {
		if part.analysis == nil {
			continue
		}
		body, err := json.Marshal(part.analysis)
		if err != nil {
			return err
		}
		a.tags = append(append(a.tags, `,"`+part.name+`":`...), body...)
	}
	return nil
}

// deliver stores and answers chunks in their order. Those that are ready share a transaction.
func (b *bulk) deliver(ctx context.Context, queue <-chan *chunk) error {
	var answers []byte
	var held *chunk // taken from the queue, but not ready
	for {
		var group []*chunk
		if group, held = gather(ctx, queue, held); group == nil {
			return context.Cause(ctx)
		}
		if err := b.store(ctx, group); err != nil {
			return err
		}
		answers = answers[:0]
		for _, c := range group {
			answers = c.append(answers)
		}
		if _, err := b.out.Write(answers); err != nil {
			return err
		}
	}
}

// gather waits for a chunk that is ready, and takes more of them as long as they are. It returns none at the end.
func gather(ctx context.Context, queue <-chan *chunk, held *chunk) (group []*chunk, next *chunk) {
	next = held
	for len(group) < bulkGroup {
		if next == nil && len(group) == 0 {
			next = <-queue // closed at the end, and when the context ends
		} else if next == nil {
			select {
			case next = <-queue:
			default:
			}
		}
		if next == nil {
			return group, nil
		}
		if len(group) == 0 {
			select {
			case <-next.ready:
			case <-ctx.Done():
				return nil, nil
			}
		} else if !next.isReady() {
			return group, next
		}
		group, next = append(group, next), nil
	}
	return group, nil
}

func (c *chunk) isReady() bool {
	select {
	case <-c.ready:
		return true
	default:
		return false
	}
}

// store stores the chunks, when the index is not too far behind.
func (b *bulk) store(ctx context.Context, group []*chunk) error {
	batches := make([]*ingest.Prepared, len(group))
	for i, c := range group {
		if c.err != nil {
			return c.err
		}
		batches[i] = c.prepared
	}
	if err := b.slowDown(ctx); err != nil {
		return err
	}
	return b.Ingester.PutAll(ctx, b.workspace, batches)
}

// slowDown waits while the index is too far behind.
func (b *bulk) slowDown(ctx context.Context) error {
	lag, err := b.Index.Lag(ctx, b.workspace)
	if err != nil || lag <= mostUnindexed {
		return err
	}
	return b.Index.WaitFor(ctx, b.workspace, b.Index.Seq(ctx, b.workspace)+lag-mostUnindexed)
}

// append adds the answers of a stored chunk.
func (c *chunk) append(to []byte) []byte {
	for i := range c.answers {
		a := &c.answers[i]
		if a.place >= 0 {
			a.complete(&c.prepared.Outcomes[a.place])
		}
		to = a.append(to)
	}
	return to
}

func (a *bulkAnswer) complete(out *ingest.Outcome) {
	if out.Problem != nil {
		a.refuse(a.item.located(&a.posted, out.Problem))
		return
	}
	a.result = BulkResult{Line: a.result.Line, ID: out.Key.ID, Survey: out.Key.Survey, Status: out.Status, Reason: out.Reason}
}

func (a *bulkAnswer) append(to []byte) []byte {
	body, err := json.Marshal(&a.result)
	if err != nil { // cannot happen: it is strings and numbers
		panic(err)
	}
	to = append(to, body[:len(body)-1]...)
	return append(append(to, a.tags...), "}\n"...)
}
