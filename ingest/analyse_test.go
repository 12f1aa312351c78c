package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/models"
)

// analyzer is one for all tests: it is safe for concurrent use and its models are large.
var analyzer = sync.OnceValue(func() *analysis.Analyzer {
	a, err := analysis.New(models.Embedded())
	if err != nil {
		panic(err)
	}
	return a
})

// withoutFinnish is an analyzer of English, whole, and Finnish, whose file is damaged.
var withoutFinnish = sync.OnceValue(func() *analysis.Analyzer {
	folder := fstest.MapFS{}
	for _, name := range []string{"language.bin", "signs.bin", "en.bin", "fi.bin"} {
		data, err := models.Embedded().File(name)
		if err != nil {
			panic(err)
		}
		if name == "fi.bin" {
			data = append(data[:len(data)/2:len(data)/2], "damaged"...)
		}
		folder[name] = &fstest.MapFile{Data: data}
	}
	a, err := analysis.New(models.Open(folder))
	if err != nil {
		panic(err)
	}
	return a
})

// noLeak fails the test when a goroutine that it started outlives it.
func noLeak(tb testing.TB) {
	tb.Helper()
	before := goleak.IgnoreCurrent()
	tb.Cleanup(func() { goleak.VerifyNone(tb, before) })
}

// rowList gives its rows, and then err or io.EOF.
type rowList struct {
	rows []Row
	err  error
	at   int
}

func (l *rowList) Next() (Row, error) {
	if l.at < len(l.rows) {
		l.at++
		return l.rows[l.at-1], nil
	}
	if l.err != nil {
		return Row{}, l.err
	}
	return Row{}, io.EOF
}

const finnish = "Toimitus kesti aivan liian kauan eikä kukaan vastannut"

// rowsOf makes n rows in three languages; every 97th is rejected.
func rowsOf(n int) []Row {
	comments := []string{"The staff were rude", "ok", finnish, "价格太贵了"}
	langs := []string{"en", "", "fi", "zh"}
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Line: i + 2, Response: feedback.Response{
			Survey: "nps", ID: fmt.Sprintf("r%04d", i), Score: feedback.Score(i % 11), Comment: comments[i%4], Lang: langs[i%4],
		}}
		if i%97 == 96 {
			rows[i].Err = &RowError{File: "a.csv", Line: i + 2, Code: feedback.Invalid, Message: "score"}
		}
	}
	return rows
}

// english makes n rows in English.
func english(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Line: i + 2, Response: feedback.Response{Survey: "nps", ID: fmt.Sprintf("r%04d", i), Score: 3, Comment: "The staff were rude", Lang: "en"}}
	}
	return rows
}

func TestAllKeepsTheOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // more workers than batches in the queue
	noLeak(t)
	a := &Analyst{Analyzer: analyzer()}
	for _, n := range []int{0, 1, batchRows, batchRows + 1, 4*batchRows + 77} {
		in := rowsOf(n)
		var got []Analysed
		var sizes []int
		err := a.All(t.Context(), &rowList{rows: in}, func(batch []Analysed) error {
			got, sizes = append(got, batch...), append(sizes, len(batch))
			return nil
		})
		if err != nil || len(got) != n {
			t.Fatalf("%d of %d rows, %v", len(got), n, err)
		}
		if len(sizes) != (n+batchRows-1)/batchRows {
			t.Errorf("%d rows came in batches of %v", n, sizes)
		}
		expected := map[string]feedback.Analysed{}
		for i := range got {
			if diff := cmp.Diff(in[i], got[i].Row); diff != "" {
				t.Fatalf("row %d of %d: %s", i, n, diff)
			}
			if in[i].Err != nil {
				if diff := cmp.Diff(feedback.Analysed{}, got[i].Analysed); diff != "" {
					t.Errorf("the rejected row %d was analysed: %s", i, diff)
				}
				continue
			}
			want, ok := expected[in[i].Response.Comment]
			if !ok {
				var err error
				if want, err = a.Analyse(in[i].Response); err != nil || want.Analysis == nil {
					t.Fatal(want, err)
				}
				expected[in[i].Response.Comment] = want
			}
			want.Response = in[i].Response
			if diff := cmp.Diff(want, got[i].Analysed); diff != "" {
				t.Fatalf("row %d of %d: %s", i, n, diff)
			}
		}
	}
}

func TestBatchesOfLongTexts(t *testing.T) {
	long := strings.Repeat("客", feedback.MaxComment) // 90,000 bytes
	rows := make([]Row, 200)
	for i := range rows {
		rows[i].Response.Comment = long
		rows[i].Response.Suggestion = long
	}
	list := &rowList{rows: rows}
	total := 0
	for {
		b := readBatch(list)
		total += len(b.rows)
		if size := len(b.rows) * 2 * len(long); size > batchBytes+2*len(long) {
			t.Errorf("a batch holds %d bytes", size)
		}
		if b.err != nil {
			break
		}
	}
	if total != len(rows) {
		t.Errorf("%d rows of %d", total, len(rows))
	}
}

// All rows before the one that fails are handed over, and nothing behind it.
func TestAllPassesErrorsOn(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, n := range []int{0, 1, batchRows - 1, batchRows, batchRows + 1, 3*batchRows + 10} {
		t.Run(fmt.Sprint("rows ", n), func(t *testing.T) {
			noLeak(t)
			handed, err := handedOver(t.Context(), &Analyst{Analyzer: analyzer()}, &rowList{rows: english(n), err: broken}, nil)
			if !errors.Is(err, broken) || handed != n {
				t.Errorf("%d rows of %d, then %v", handed, n, err)
			}
		})
	}
	t.Run("each", func(t *testing.T) {
		noLeak(t)
		calls := 0
		handed, err := handedOver(t.Context(), &Analyst{Analyzer: analyzer()}, &rowList{rows: english(5000)}, func() error {
			if calls++; calls == 2 {
				return broken
			}
			return nil
		})
		if !errors.Is(err, broken) || handed != 2*batchRows || calls != 2 {
			t.Errorf("%d rows in %d calls, then %v", handed, calls, err)
		}
	})
	t.Run("analysis", func(t *testing.T) {
		rows := english(5000)
		const place = 2*batchRows + 123
		for _, i := range []int{place, place + 1, place + 2*batchRows} {
			rows[i].Response.Comment, rows[i].Response.Lang = finnish, "fi"
		}
		a := &Analyst{Analyzer: withoutFinnish()}
		noLeak(t)
		handed, err := handedOver(t.Context(), a, &rowList{rows: rows}, nil)
		if handed != place {
			t.Errorf("%d rows were handed over, want the %d before the first that fails", handed, place)
		}
		checkDamaged(t, err)
	})
}

func checkDamaged(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, models.ErrDamaged) || feedback.CodeOf(err) != feedback.Corrupt || !strings.Contains(err.Error(), "fi.bin") {
		t.Errorf("the error of a damaged model is %v (%s)", err, feedback.CodeOf(err))
	}
	if err != nil && strings.Contains(err.Error(), "Toimitus") {
		t.Errorf("the error repeats the text: %v", err)
	}
}

func TestAllEndsWithTheContext(t *testing.T) {
	cause := errors.New("Ctrl-C")
	noLeak(t)
	// run ends the context with the first batch.
	run := func(rows []Row) (handed int, err error) {
		ctx, cancel := context.WithCancelCause(t.Context())
		return handedOver(ctx, &Analyst{Analyzer: analyzer()}, &rowList{rows: rows}, func() error {
			cancel(cause)
			return nil
		})
	}
	for range 50 { // chance must not decide: without comments the next batches are mostly ready by then
		if handed, err := run(make([]Row, 9*batchRows)); !errors.Is(err, cause) || handed != batchRows {
			t.Fatalf("%d rows, then %v", handed, err)
		}
	}
	if handed, err := run(english(10)); err != nil || handed != 10 {
		t.Errorf("after the last row, when there is nothing to end: %d rows, then %v", handed, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	list := &rowList{rows: english(10)}
	if handed, err := handedOver(ctx, &Analyst{Analyzer: analyzer()}, list, nil); !errors.Is(err, cause) || handed != 0 || list.at != 0 {
		t.Errorf("under a context that has ended: %d rows read, %d handed over, %v", list.at, handed, err)
	}
}

// handedOver counts the rows that All hands over; after, if any, is called with each batch.
func handedOver(ctx context.Context, a *Analyst, rows Rows, after func() error) (n int, err error) {
	err = a.All(ctx, rows, func(batch []Analysed) error {
		n += len(batch)
		if after != nil {
			return after()
		}
		return nil
	})
	return n, err
}

func TestRedactionComesBeforeAnalysis(t *testing.T) {
	const comment = "Écrivez à jane.doe@example.com! The staff were rude, call +358 40 123 4567. The delivery was late and the box damaged."
	const suggestion = "Send the refund to jane.doe@example.com and please train your staff."
	r := feedback.Response{ID: "1", Comment: comment, Suggestion: suggestion, Lang: "en"}
	out, err := (&Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}).Analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"jane", "example.com", "123 4567"} {
		if strings.Contains(string(all), personal) {
			t.Errorf("%q is left: %s", personal, all)
		}
	}
	if !strings.Contains(out.Comment, "[email]") || !strings.Contains(out.Comment, "[phone]") || !strings.Contains(out.Suggestion, "[email]") {
		t.Errorf("no marks in %q and %q", out.Comment, out.Suggestion)
	}
	if !out.Analysis.Has("service_staff", feedback.Negative) || !out.Analysis.Has("delivery_logistics", feedback.Negative) {
		t.Errorf("%+v", out.Analysis.Themes)
	}
	checkSpans(t, out.Comment, out.Analysis)
	checkSpans(t, out.Suggestion, out.SuggestionAnalysis)

	plain, err := (&Analyst{Analyzer: analyzer()}).Analyse(r)
	if err != nil || plain.Comment != comment || plain.Suggestion != suggestion {
		t.Errorf("without redaction: %q, %q, %v", plain.Comment, plain.Suggestion, err)
	}
	checkSpans(t, comment, plain.Analysis)
}

// checkSpans checks that all offsets point at the text they name.
func checkSpans(t *testing.T, text string, a *feedback.Analysis) {
	t.Helper()
	spans := 0
	check := func(s feedback.Span) {
		spans++
		if s.Start < 0 || s.End > len(text) || s.Start >= s.End || text[s.Start:s.End] != s.Text {
			t.Errorf("%q is not at %d to %d of %q", s.Text, s.Start, s.End, text)
		}
	}
	for i := range a.Statements {
		check(a.Statements[i].Span)
	}
	for i := range a.Themes {
		for _, s := range a.Themes[i].Evidence {
			check(s)
		}
	}
	if spans == 0 {
		t.Errorf("%q has no statements", text)
	}
}

func TestAnalystPassesOnWhatItKnows(t *testing.T) {
	own := &feedback.Taxonomy{Name: "own", Version: 3, Themes: []feedback.Theme{{ID: "service_staff"}}}
	for _, c := range []struct {
		name     string
		analyst  Analyst
		response feedback.Response
		lang     string
	}{
		{"a hint", Analyst{}, feedback.Response{Comment: "10/10 !!", Suggestion: "5 %", Lang: "FI-fi"}, "fi"},
		{"a declared language", Analyst{Declared: []string{"sv"}}, feedback.Response{Comment: "10/10 !!", Suggestion: "5 %"}, "sv"},
		{"neither", Analyst{}, feedback.Response{Comment: "10/10 !!", Suggestion: "5 %"}, feedback.Undetermined},
		{"the text itself", Analyst{Declared: []string{"sv"}}, feedback.Response{Comment: finnish, Suggestion: finnish}, "fi"},
		{"a taxonomy", Analyst{Taxonomy: own}, feedback.Response{Comment: "The staff were rude and delivery was late", Suggestion: "The staff were rude", Lang: "en"}, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.analyst.Analyzer = analyzer()
			out, err := c.analyst.Analyse(c.response)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range []*feedback.Analysis{out.Analysis, out.SuggestionAnalysis} {
				if a.Language.Code != c.lang {
					t.Errorf("language %+v, want %s", a.Language, c.lang)
				}
				wantTaxonomy := "default@1"
				if c.analyst.Taxonomy != nil {
					wantTaxonomy = "own@3"
					if len(a.Themes) != 1 || a.Themes[0].Theme != "service_staff" {
						t.Errorf("themes %+v", a.Themes)
					}
				}
				if a.Taxonomy != wantTaxonomy || a.Model != analysis.Version {
					t.Errorf("made by %s with %s", a.Model, a.Taxonomy)
				}
			}
		})
	}
}

func TestBlankTextsAreNotAnalysed(t *testing.T) {
	a := &Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}
	out, err := a.Analyse(feedback.Response{ID: "1", Score: 0, Comment: " \n\t\u00a0", Suggestion: ""})
	if err != nil || out.Analysis != nil || out.SuggestionAnalysis != nil || out.Comment != " \n\t\u00a0" {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = a.Analyse(feedback.Response{ID: "1", Suggestion: "Open earlier"})
	if err != nil || out.Analysis != nil || out.SuggestionAnalysis == nil {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestAnalyseRefusesADamagedModel(t *testing.T) {
	a := &Analyst{Analyzer: withoutFinnish()}
	for _, r := range []feedback.Response{{Comment: finnish}, {Comment: "The staff were rude", Suggestion: finnish}} {
		out, err := a.Analyse(r)
		checkDamaged(t, err)
		if diff := cmp.Diff(feedback.Analysed{}, out); diff != "" {
			t.Errorf("there is a result beside the error: %s", diff)
		}
	}
	if _, err := a.Analyse(feedback.Response{Comment: "The staff were rude"}); err != nil {
		t.Errorf("English, which is whole: %v", err)
	}
}

func BenchmarkAll(b *testing.B) {
	a := &Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}
	rows := english(4 * batchRows)
	for b.Loop() {
		n, err := handedOver(b.Context(), a, &rowList{rows: rows}, nil)
		if err != nil || n != len(rows) {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "rows/s")
}
