package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"verbatim/feedback"
)

// vocabulary makes responses like those of the demo survey: clauses of its comments, put together anew.
type vocabulary struct {
	models  []feedback.Response // whose language, score and attributes a response takes over
	clauses map[string][]string // by language and group
}

// newVocabulary reads the demo survey.
func newVocabulary() (*vocabulary, error) {
	reader, err := demoReader()
	if err != nil {
		return nil, err
	}
	v := &vocabulary{clauses: map[string][]string{}}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return v, nil
		}
		if err != nil {
			return nil, err
		}
		r := row.Response
		if row.Err != nil || !r.Score.Scored() || r.Lang == "" || strings.TrimSpace(r.Comment) == "" {
			continue
		}
		v.models = append(v.models, r)
		v.clauses[drawerOf(&r)] = append(v.clauses[drawerOf(&r)], clausesOf(r.Comment)...)
	}
}

func drawerOf(r *feedback.Response) string { return r.Lang + " " + string(r.Score.Group()) }

// clausesOf cuts a comment after its full stops.
func clausesOf(comment string) []string {
	return strings.FieldsFunc(comment, func(r rune) bool { return strings.ContainsRune(".!?。！？\n", r) })
}

// response makes the response numbered n, always the same one, as a line of JSON.
func (v *vocabulary) response(run, n int64) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // made-up data, the same at each run
	model := &v.models[random.IntN(len(v.models))]
	drawer := v.clauses[drawerOf(model)]
	parts := make([]string, 1+random.IntN(3))
	for i := range parts {
		parts[i] = strings.TrimSpace(drawer[random.IntN(len(drawer))])
	}
	if random.IntN(10) == 0 {
		parts = append(parts, fmt.Sprintf("(%d)", n))
	}
	day := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(2*365))
	line, _ := json.Marshal(map[string]any{ // cannot fail: texts and numbers
		"id": fmt.Sprintf("%x-%d", run, n), "survey": "big", "score": model.Score, "comment": strings.Join(parts, ". "), "attributes": model.Attributes,
		"submitted_at": day.Format(time.DateOnly), "respondent": fmt.Sprintf("p%d", n/3),
	})
	return append(line, '\n')
}

// fill sends responses in one stream, waits until they can be found, and says how fast that was and what memory it took.
func (l *loader) fill(ctx context.Context, w io.Writer, count int64) error {
	v, err := newVocabulary()
	if err != nil {
		return err
	}
	began := time.Now()
	peak := 0.0
	watched, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		peak = l.watchMemory(watched)
	}()
	lines := func(out io.Writer) error {
		for n := range count {
			if _, err := out.Write(v.response(0, n)); err != nil {
				return err
			}
		}
		return nil
	}
	acknowledged, err := l.stream(ctx, "?analysis=false", lines)
	stored := time.Since(began)
	if err == nil {
		err = l.awaitIndex(ctx)
	}
	stop()
	<-done
	if err != nil {
		return err
	}
	indexed := time.Since(began)
	fmt.Fprintf(w, "%d responses in one stream: acknowledged at %.0f a second, acknowledged and indexed at %.0f a second; the server took at most %.0f MB\n",
		acknowledged, float64(acknowledged)/stored.Seconds(), float64(acknowledged)/indexed.Seconds(), peak)
	return nil
}

// metric reads a figure of the server.
func (l *loader) metric(ctx context.Context, name string) (value float64, err error) {
	body, err := l.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(body) {
		if rest, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			_, err = fmt.Sscan(string(rest), &value)
			return value, err
		}
	}
	return 0, fmt.Errorf("/metrics has no %s", name)
}

func (l *loader) get(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := l.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(bufio.NewReader(answer.Body))
}

// watchMemory returns the most memory that the server had until ctx ends, in MB.
func (l *loader) watchMemory(ctx context.Context) (peak float64) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if now, err := l.metric(ctx, "process_resident_memory_bytes"); err == nil {
			peak = max(peak, now/(1<<20))
		}
		select {
		case <-ctx.Done():
			return peak
		case <-tick.C:
		}
	}
}

// awaitIndex waits until the index holds all that is stored.
func (l *loader) awaitIndex(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		lag, err := l.metric(ctx, "verbatim_index_lag")
		if err != nil || lag == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
