package index

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"verbatim/feedback"
)

const ws = "acme"

// memoryLog is a change log in memory.
type memoryLog struct {
	mu      sync.Mutex
	changes map[string][]feedback.Change
	now     map[string]map[feedback.Key]*feedback.Analysed
	more    chan struct{}
	fail    error // what every call answers while it is set
}

func newMemoryLog() *memoryLog {
	return &memoryLog{
		changes: map[string][]feedback.Change{},
		now:     map[string]map[feedback.Key]*feedback.Analysed{},
		more:    make(chan struct{}),
	}
}

// add commits changes: those with Analysed are puts, the others deletions. It returns the last seq.
func (l *memoryLog) add(ws string, changes ...feedback.Change) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now[ws] == nil {
		l.now[ws] = map[feedback.Key]*feedback.Analysed{}
	}
	for _, c := range changes {
		c.Seq = int64(len(l.changes[ws]) + 1)
		l.changes[ws] = append(l.changes[ws], c)
		l.now[ws][c.Key] = c.Analysed
	}
	close(l.more)
	l.more = make(chan struct{})
	return int64(len(l.changes[ws]))
}

func (l *memoryLog) put(ws string, all ...feedback.Analysed) int64 {
	return l.add(ws, puts(0, all...)...)
}

func (l *memoryLog) delete(ws string, keys ...feedback.Key) int64 {
	var last int64
	for _, key := range keys {
		last = l.add(ws, feedback.Change{Kind: feedback.ChangeDelete, Key: key})
	}
	return last
}

func (l *memoryLog) setError(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
}

func (l *memoryLog) Workspaces(context.Context) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for ws := range l.changes {
		names = append(names, ws)
	}
	slices.Sort(names)
	return names, l.fail
}

func (l *memoryLog) LastSeq(_ context.Context, ws string) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.changes[ws])), l.fail
}

// Changes gives every key once, at its last position.
func (l *memoryLog) Changes(_ context.Context, ws string, after int64, limit int) ([]feedback.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.changes[ws]
	last := map[feedback.Key]int64{}
	for _, c := range all {
		last[c.Key] = c.Seq
	}
	var out []feedback.Change
	for _, c := range all[min(after, int64(len(all))):] {
		if last[c.Key] == c.Seq && len(out) < limit {
			c.Analysed = l.now[ws][c.Key]
			out = append(out, c)
		}
	}
	return out, l.fail
}

func (l *memoryLog) Wait(ctx context.Context, ws string, after int64) (int64, error) {
	for {
		l.mu.Lock()
		last, more, err := int64(len(l.changes[ws])), l.more, l.fail
		l.mu.Unlock()
		if last > after || err != nil {
			return last, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
}

// puts makes changes that put the responses, numbered from after.
func puts(after int64, all ...feedback.Analysed) []feedback.Change {
	changes := make([]feedback.Change, len(all))
	for i := range all {
		changes[i] = feedback.Change{Seq: after + int64(i) + 1, Kind: feedback.ChangePut, Key: all[i].Key(), Analysed: &all[i]}
	}
	return changes
}

// comment makes an analysed response.
func comment(id string, score feedback.Score, lang, text string, themes ...feedback.ThemeTag) feedback.Analysed {
	a := feedback.Analysed{Response: feedback.Response{Survey: "s", ID: id, Score: score, Comment: text}}
	if text != "" {
		a.Analysis = &feedback.Analysis{
			Language: feedback.Language{Code: lang, Supported: lang != feedback.Undetermined},
			Themes:   themes, Model: "m1", Taxonomy: "default@1",
		}
	}
	return a
}

func suggest(a feedback.Analysed, lang, text string, themes ...feedback.ThemeTag) feedback.Analysed {
	a.Suggestion = text
	a.SuggestionAnalysis = &feedback.Analysis{Language: feedback.Language{Code: lang, Supported: true}, Themes: themes}
	return a
}

func tag(theme string, s feedback.Sentiment) feedback.ThemeTag {
	return feedback.ThemeTag{Theme: theme, Sentiment: s, Confidence: 1}
}

// recorder is a logger that keeps its lines.
type recorder struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.Write(b)
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.String()
}

func (r *recorder) logger() *slog.Logger { return slog.New(slog.NewTextHandler(r, nil)) }

// openers are the two kinds of index; what holds for one holds for the other.
func openers() map[string]func(tb testing.TB) *Index {
	return map[string]func(tb testing.TB) *Index{
		"memory": func(tb testing.TB) *Index {
			tb.Helper()
			return cleanUp(tb, OpenMemory(true))
		},
		"disk": func(tb testing.TB) *Index {
			tb.Helper()
			return openDisk(tb, tb.TempDir(), nil)
		},
	}
}

func cleanUp(tb testing.TB, x *Index) *Index {
	tb.Helper()
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return x
}

func openDisk(tb testing.TB, dir string, log Log) *Index {
	tb.Helper()
	return openLogged(tb, dir, log, nil)
}

func openLogged(tb testing.TB, dir string, log Log, r *recorder) *Index {
	tb.Helper()
	var options Options
	if r != nil {
		options.Logger = r.logger()
	}
	x, err := Open(tb.Context(), dir, log, options)
	if err != nil {
		tb.Fatal(err)
	}
	return cleanUp(tb, x)
}

func apply(tb testing.TB, x *Index, ws string, changes []feedback.Change) {
	tb.Helper()
	if err := x.Apply(tb.Context(), ws, changes); err != nil {
		tb.Fatal(err)
	}
}

func search(tb testing.TB, x *Index, f feedback.Filter, o SearchOptions) SearchResult {
	tb.Helper()
	result, err := x.Search(tb.Context(), ws, f, o)
	if err != nil {
		tb.Fatalf("search %+v: %v", f, err)
	}
	return result
}

// ids lists the ids of hits.
func ids(hits []Hit) string {
	var list []string
	for _, h := range hits {
		list = append(list, h.Key.ID)
	}
	return strings.Join(list, " ")
}

// matched lists the ids that a text query finds, in order of the id.
func matched(tb testing.TB, x *Index, match string) string {
	tb.Helper()
	result := search(tb, x, feedback.Filter{Match: match}, SearchOptions{Limit: MaxLimit})
	list := strings.Fields(ids(result.Hits))
	slices.Sort(list)
	if len(list) != result.Total {
		tb.Errorf("match %q: %d hits, total %d", match, len(list), result.Total)
	}
	return strings.Join(list, " ")
}

var themePool = []string{"price_value", "support", "support/hours", "delivery_logistics", "delivery_logistics/late", "usability"}

// randomResponse makes a response with every kind of value, and often without.
func randomResponse(r *rand.Rand, id int) feedback.Analysed {
	a := feedback.Analysed{Response: feedback.Response{
		Survey: fmt.Sprintf("survey%d", r.IntN(3)), ID: fmt.Sprintf("r%d", id), Score: feedback.Score(r.IntN(12) - 1),
	}}
	if r.IntN(4) > 0 {
		a.SubmittedAt = time.Date(2026, 1, 1+r.IntN(60), r.IntN(24), 0, 0, 0, time.UTC)
	}
	if r.IntN(3) == 0 {
		a.Weight = float64(1+r.IntN(30)) / 7
	}
	if r.IntN(2) == 0 {
		a.Touchpoint = pick(r, "web", "shop", "call")
	}
	a.Attributes = map[string]string{}
	for _, name := range []string{"region", "plan", "age"} {
		switch {
		case r.IntN(3) == 0:
		case name == "age":
			a.Attributes[name] = strconv.Itoa(18 + r.IntN(50))
		default:
			a.Attributes[name] = pick(r, "EU", "US", "APAC", "")
		}
	}
	if r.IntN(5) > 0 {
		a.Comment, a.Analysis = "some words", randomAnalysis(r)
	}
	if r.IntN(3) == 0 {
		a.Suggestion, a.SuggestionAnalysis = "do better", randomAnalysis(r)
	}
	return a
}

func randomAnalysis(r *rand.Rand) *feedback.Analysis {
	a := &feedback.Analysis{Model: pick(r, "2026.10", "2026.11"), Taxonomy: "default@1"}
	a.Language = feedback.Language{Code: pick(r, "en", "fi", "zh", "xx", feedback.Undetermined)}
	a.Language.Supported = a.Language.Code != "xx" && a.Language.Code != feedback.Undetermined
	if a.Language.Code == "xx" {
		return a
	}
	a.Sentiment = &feedback.SentimentScore{Label: feedback.Sentiments[r.IntN(4)]}
	for _, kind := range feedback.Kinds {
		if r.IntN(3) == 0 {
			a.Kinds = append(a.Kinds, kind)
		}
	}
	for range r.IntN(4) {
		a.Themes = append(a.Themes, tag(themePool[r.IntN(len(themePool))], feedback.Sentiments[r.IntN(3)]))
	}
	return a
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }
