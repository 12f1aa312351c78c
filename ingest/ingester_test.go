package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/store"
)

const ws = feedback.DefaultWorkspace

// newIngester makes an ingester as serve does, over a store in a new folder.
func newIngester(tb testing.TB) *Ingester {
	tb.Helper()
	noLeak(tb) // looks after the store is closed
	s, err := store.Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &Ingester{Analyst: &Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}, Store: s}
}

// put puts responses and gives their outcomes.
func put(t *testing.T, i *Ingester, responses ...feedback.Response) []Outcome {
	t.Helper()
	outcomes, err := i.Put(t.Context(), ws, responses)
	if err != nil {
		t.Fatal(err)
	}
	if len(outcomes) != len(responses) {
		t.Fatalf("%d outcomes of %d responses", len(outcomes), len(responses))
	}
	return outcomes
}

// shown gives what matters of an outcome.
func shown(outcomes []Outcome) []string {
	var out []string
	for _, o := range outcomes {
		text := fmt.Sprintf("%s %s", o.Key, o.Status)
		if o.Reason != "" {
			text += " " + o.Reason
		}
		if o.Problem != nil {
			text += fmt.Sprintf(" (%s: %s)", o.Problem.Code, o.Problem.Message)
		}
		out = append(out, text)
	}
	return out
}

// stored counts the responses of the workspace.
func stored(t *testing.T, s *store.Store) int {
	t.Helper()
	n := 0
	err := s.Scan(t.Context(), ws, func(feedback.Analysed) error {
		n++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkStored checks that an outcome is what is stored.
func checkStored(t *testing.T, s *store.Store, o *Outcome) {
	t.Helper()
	got, err := s.Get(t.Context(), ws, o.Key)
	if err != nil {
		t.Errorf("%s: %v", o.Key, err)
		return
	}
	if diff := cmp.Diff(o.Analysed, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s was answered (-) but is stored (+) otherwise: %s", o.Key, diff)
	}
}

func TestPutAnswersInOrder(t *testing.T) {
	i := newIngester(t)
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	outcomes := put(
		t, i,
		feedback.Response{ID: "a", Score: 2, Comment: "The staff were rude, mail jane.doe@example.com", SubmittedAt: day, Weight: 1.5, Attributes: map[string]string{"region": "EU"}},
		feedback.Response{ID: "b", Score: 11},
		feedback.Response{ID: "c", Survey: "nps", Score: feedback.Unscored, Comment: finnish, Suggestion: "客服应该更快"},
		feedback.Response{ID: " "},
		feedback.Response{ID: "d", Survey: " \t", Score: 10},
		feedback.Response{ID: "e", Score: 10, Comment: "NUL \x00"},
		feedback.Response{ID: "f", Score: 10, Comment: strings.Repeat("x", feedback.MaxComment+1)},
		feedback.Response{ID: "a", Score: 3, Comment: "The staff were rude, mail jane.doe@example.com", SubmittedAt: day.Add(time.Hour)},
	)
	want := []string{
		"default/a created",
		"default/b rejected (invalid: score must be a whole number from 0 to 10)",
		"nps/c created",
		"default/  rejected (invalid: id is missing: every response needs one, so that sending it again does not count it twice)",
		"default/d created",
		"default/e rejected (invalid: comment holds a control character)",
		"default/f rejected (too_large: comment is longer than 30000 characters)",
		"default/a updated",
	}
	if diff := cmp.Diff(want, shown(outcomes)); diff != "" {
		t.Fatal(diff)
	}
	for k := range outcomes {
		o := &outcomes[k]
		if o.Problem != nil {
			if diff := cmp.Diff(feedback.Analysed{}, o.Analysed); diff != "" {
				t.Errorf("outcome %d is rejected and holds %s", k, diff)
			}
		} else if k > 0 { // the first is replaced by the last
			checkStored(t, i.Store, o)
		}
	}
	if n := stored(t, i.Store); n != 3 {
		t.Errorf("%d responses are stored, want 3", n)
	}
	if c := outcomes[7].Analysed.Comment; c != "The staff were rude, mail [email]" {
		t.Errorf("stored as %q", c)
	}
	checkSpans(t, outcomes[7].Analysed.Comment, outcomes[7].Analysed.Analysis)
	if c := outcomes[2].Analysed; c.Analysis.Language.Code != "fi" || c.SuggestionAnalysis.Language.Code != "zh" {
		t.Errorf("%+v %+v", c.Analysis.Language, c.SuggestionAnalysis.Language)
	}
}

func TestPutPassesOnWhatTheStoreSays(t *testing.T) {
	i := newIngester(t)
	march, april := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	first := feedback.Response{ID: "a", Score: 2, Comment: "The staff were rude", UpdatedAt: april}
	put(t, i, first, feedback.Response{ID: "gone", Score: 9})
	if err := i.Store.Delete(t.Context(), ws, feedback.Key{Survey: feedback.DefaultSurvey, ID: "gone"}); err != nil {
		t.Fatal(err)
	}
	late := first
	late.Score, late.UpdatedAt = 5, march
	outcomes := put(t, i, first, late, feedback.Response{ID: "gone", Score: 9, Comment: "Back again"}, feedback.Response{ID: "z", Score: 1})
	want := []string{
		"default/a unchanged",
		"default/a unchanged stale",
		"default/gone rejected (deleted: the response was deleted and must not come back)",
		"default/z created",
	}
	if diff := cmp.Diff(want, shown(outcomes)); diff != "" {
		t.Error(diff)
	}
	checkStored(t, i.Store, &outcomes[0])
	checkStored(t, i.Store, &outcomes[3])
	if diff := cmp.Diff(feedback.Analysed{}, outcomes[2].Analysed); diff != "" {
		t.Errorf("the deleted response: %s", diff)
	}
}

func TestPutOfManyAtOnce(t *testing.T) {
	i := newIngester(t)
	var wait sync.WaitGroup
	const callers, each = 4, 60
	for c := range callers {
		wait.Go(func() {
			batch := make([]feedback.Response, each)
			for k := range batch {
				batch[k] = feedback.Response{Survey: fmt.Sprint("s", c), ID: strconv.Itoa(k), Score: feedback.Score(k % 11), Comment: fmt.Sprintf("Delivery %d was late", k)}
			}
			outcomes, err := i.Put(t.Context(), ws, batch)
			if err != nil || len(outcomes) != each {
				t.Errorf("%d outcomes, %v", len(outcomes), err)
				return
			}
			for k := range outcomes {
				if o := &outcomes[k]; o.Status != store.Created || o.Key != batch[k].Key() || o.Analysed.Comment != batch[k].Comment || o.Analysed.Analysis == nil {
					t.Errorf("place %d: %+v", k, o)
				}
			}
		})
	}
	wait.Wait()
	if n := stored(t, i.Store); n != callers*each {
		t.Errorf("%d responses are stored, want %d", n, callers*each)
	}
}

// An error of Put means that nothing is stored.
func TestPutFailsAsAWhole(t *testing.T) {
	good := feedback.Response{ID: "a", Score: 2, Comment: "The staff were rude"}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name      string
		ctx       context.Context //nolint:containedctx // of one call
		workspace string
		damaged   bool
		responses []feedback.Response
		check     func(error) bool
	}{
		{"context", ended, ws, false, []feedback.Response{good}, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"context, nothing to analyse", ended, ws, false, []feedback.Response{{ID: "b", Score: 3}}, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"workspace", t.Context(), "No Such/Name", false, []feedback.Response{good}, func(err error) bool { return feedback.CodeOf(err) == feedback.Invalid }},
		{"damaged model", t.Context(), ws, true, []feedback.Response{good, {ID: "c", Score: 1, Comment: finnish}, good}, func(err error) bool { return feedback.CodeOf(err) == feedback.Corrupt }},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := newIngester(t)
			if c.damaged {
				i.Analyst = &Analyst{Analyzer: withoutFinnish()}
			}
			outcomes, err := i.Put(c.ctx, c.workspace, c.responses)
			if !c.check(err) || outcomes != nil {
				t.Errorf("%v, %v", outcomes, err)
			}
			if n := stored(t, i.Store); n != 0 {
				t.Errorf("%d responses are stored", n)
			}
		})
	}
}

func TestPutOfNothing(t *testing.T) {
	i := newIngester(t)
	if outcomes, err := i.Put(t.Context(), ws, nil); err != nil || len(outcomes) != 0 {
		t.Errorf("%v, %v", outcomes, err)
	}
	outcomes := put(t, i, feedback.Response{}, feedback.Response{ID: "b", Score: -2})
	if outcomes[0].Status != store.Rejected || outcomes[1].Status != store.Rejected {
		t.Errorf("%v", shown(outcomes))
	}
	if seq, err := i.Store.LastSeq(t.Context(), ws); err != nil || seq != 0 {
		t.Errorf("the log has %d entries, %v", seq, err)
	}
}

// Redaction lengthens a text; the limit is for what was submitted.
func TestPutOfATextThatRedactionLengthens(t *testing.T) {
	i := newIngester(t)
	long := strings.Repeat("@anna ", feedback.MaxComment/6)
	o := put(t, i, feedback.Response{ID: "a", Score: 2, Comment: long})[0]
	if o.Status != store.Created || len(o.Analysed.Comment) <= len(long) {
		t.Fatalf("%s, %v, %d bytes", o.Status, o.Problem, len(o.Analysed.Comment))
	}
	checkStored(t, i.Store, &o)
}

// marker stands in every value that is refused, and so must not be in any message.
const marker = "s3cret"

func TestValidate(t *testing.T) {
	attributes := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint(marker, i)] = marker
		}
		return m
	}
	fill := func(n int, with string) string { return marker + strings.Repeat(with, (n-len(marker))/len(with)) }
	text := func(n int) string { return marker + strings.Repeat("客", n-len(marker)) }
	type change = func(r *feedback.Response)
	for _, c := range []struct {
		name   string
		change change
		want   string // "" for valid
	}{
		{"the least", func(*feedback.Response) {}, ""},
		{"id missing", func(r *feedback.Response) { r.ID = "" }, "invalid: id is missing: every response needs one, so that sending it again does not count it twice"},
		{"id blank", func(r *feedback.Response) { r.ID = "\u00a0 \n" }, "invalid: id is missing: every response needs one, so that sending it again does not count it twice"},
		{"id 256", func(r *feedback.Response) { r.ID = fill(256, "x") }, ""},
		{"id 257", func(r *feedback.Response) { r.ID = fill(257, "x") }, "too_large: id is longer than 256 bytes"},
		{"id 10 MB", func(r *feedback.Response) { r.ID = fill(10<<20, "x") }, "too_large: id is longer than 256 bytes"},
		{"id UTF-8", func(r *feedback.Response) { r.ID = marker + "\xff" }, "invalid: id is not valid UTF-8"},
		{"id NUL", func(r *feedback.Response) { r.ID = marker + "\x00" }, "invalid: id holds a control character"},
		{"id line end", func(r *feedback.Response) { r.ID = marker + "\n" + marker }, "invalid: id holds a control character"},
		{"survey 256", func(r *feedback.Response) { r.Survey = fill(256, "x") }, ""},
		{"survey 257", func(r *feedback.Response) { r.Survey = fill(257, "x") }, "too_large: survey is longer than 256 bytes"},
		{"survey tab", func(r *feedback.Response) { r.Survey = marker + "\t" }, "invalid: survey holds a control character"},
		{"lang 257", func(r *feedback.Response) { r.Lang = fill(257, "x") }, "too_large: lang is longer than 256 bytes"},
		{"lang UTF-8", func(r *feedback.Response) { r.Lang = marker + "\xc3" }, "invalid: lang is not valid UTF-8"},
		{"respondent 257", func(r *feedback.Response) { r.Respondent = fill(257, "x") }, "too_large: respondent is longer than 256 bytes"},
		{"respondent NUL", func(r *feedback.Response) { r.Respondent = marker + "\x00" }, "invalid: respondent holds a control character"},
		{"touchpoint 257", func(r *feedback.Response) { r.Touchpoint = fill(257, "x") }, "too_large: touchpoint is longer than 256 bytes"},
		{"touchpoint escape", func(r *feedback.Response) { r.Touchpoint = marker + "\x1b[2J" }, "invalid: touchpoint holds a control character"},
		{"score none", func(r *feedback.Response) { r.Score = feedback.Unscored }, ""},
		{"score 0", func(r *feedback.Response) { r.Score = 0 }, ""},
		{"score 10", func(r *feedback.Response) { r.Score = 10 }, ""},
		{"score 11", func(r *feedback.Response) { r.Score = 11 }, "invalid: score must be a whole number from 0 to 10"},
		{"score -2", func(r *feedback.Response) { r.Score = -2 }, "invalid: score must be a whole number from 0 to 10"},
		{"weight", func(r *feedback.Response) { r.Weight = 1e6 }, ""},
		{"weight large", func(r *feedback.Response) { r.Weight = 1e200 }, "invalid: weight must be a number above 0 and at most 1000000"},
		{"weight negative", func(r *feedback.Response) { r.Weight = -1 }, "invalid: weight must be a number above 0 and at most 1000000"},
		{"weight NaN", func(r *feedback.Response) { r.Weight = math.NaN() }, "invalid: weight must be a number above 0 and at most 1000000"},
		{"weight infinite", func(r *feedback.Response) { r.Weight = math.Inf(1) }, "invalid: weight must be a number above 0 and at most 1000000"},
		{"time", func(r *feedback.Response) { r.SubmittedAt = time.Date(2200, 12, 31, 23, 59, 59, 0, time.UTC) }, ""},
		{"time late", func(r *feedback.Response) { r.SubmittedAt = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) }, "invalid: submitted_at must be from 1900 to 2200"},
		{"time early", func(r *feedback.Response) { r.UpdatedAt = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC) }, "invalid: updated_at must be from 1900 to 2200"},
		{"comment 30000", func(r *feedback.Response) { r.Comment = text(feedback.MaxComment) }, ""},
		{"comment 30001", func(r *feedback.Response) { r.Comment = text(feedback.MaxComment + 1) }, "too_large: comment is longer than 30000 characters"},
		{"comment 10 MB", func(r *feedback.Response) { r.Comment = fill(10<<20, "x") }, "too_large: comment is longer than 30000 characters"},
		{"comment lines", func(r *feedback.Response) { r.Comment = "one\r\ntwo\n\tthree" }, ""},
		{"comment NUL", func(r *feedback.Response) { r.Comment = marker + "\x00" }, "invalid: comment holds a control character"},
		{"comment UTF-8", func(r *feedback.Response) { r.Comment = marker + "\xed\xa0\x80" }, "invalid: comment is not valid UTF-8"},
		{"suggestion 30001", func(r *feedback.Response) { r.Suggestion = text(feedback.MaxComment + 1) }, "too_large: suggestion is longer than 30000 characters"},
		{"suggestion NUL", func(r *feedback.Response) { r.Suggestion = marker + "\x00" }, "invalid: suggestion holds a control character"},
		{"attributes 200", func(r *feedback.Response) { r.Attributes = attributes(200) }, ""},
		{"attributes 201", func(r *feedback.Response) { r.Attributes = attributes(201) }, "too_large: attributes are more than 200: leave some out"},
		{"attribute without a name", func(r *feedback.Response) { r.Attributes = map[string]string{" ": marker} }, "invalid: attributes holds one without a name"},
		{"attribute name 257", func(r *feedback.Response) { r.Attributes = map[string]string{fill(257, "x"): ""} }, "too_large: the name of an attribute is longer than 256 bytes"},
		{"attribute name lines", func(r *feedback.Response) { r.Attributes = map[string]string{marker + "\n": ""} }, "invalid: the name of an attribute holds a control character"},
		{"attribute value 2000", func(r *feedback.Response) { r.Attributes = map[string]string{"a": fill(2000, "x")} }, ""},
		{"attribute value 2001", func(r *feedback.Response) { r.Attributes = map[string]string{"a": fill(2001, "x")} }, "too_large: the value of an attribute is longer than 2000 bytes"},
		{"attribute value NUL", func(r *feedback.Response) { r.Attributes = map[string]string{"a": marker + "\x00"} }, "invalid: the value of an attribute holds a control character"},
		{"attribute value UTF-8", func(r *feedback.Response) { r.Attributes = map[string]string{"a": marker + "\xff"} }, "invalid: the value of an attribute is not valid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := feedback.Response{ID: "r1"}
			c.change(&r)
			err := Validate(&r)
			got := ""
			if err != nil {
				got = fmt.Sprintf("%s: %v", feedback.CodeOf(err), err)
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if strings.Contains(got, marker) {
				t.Errorf("the message repeats what was submitted: %s", got)
			}
		})
	}
}

func TestValidateNamesTheSameMistake(t *testing.T) {
	r := feedback.Response{ID: "1", Attributes: map[string]string{"a": "fine", "b": "\xff", "c\x00": "", "d": strings.Repeat("x", maxValue+1)}}
	for range 50 {
		if err := Validate(&r); err == nil || err.Error() != "the value of an attribute is not valid UTF-8" {
			t.Fatal(err)
		}
	}
}

// What Validate lets through, the store takes.
func TestTheStoreTakesWhatIsValid(t *testing.T) {
	i := newIngester(t)
	name := strings.Repeat("n", maxName)
	r := feedback.Response{
		ID: name, Survey: name, Lang: name, Respondent: name, Touchpoint: name, Weight: maxWeight, Attributes: map[string]string{},
		SubmittedAt: time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC), UpdatedAt: time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC),
	}
	for k := range maxAttributes {
		r.Attributes[fmt.Sprintf("%0*d", maxName, k)] = strings.Repeat("v", maxValue)
	}
	if err := Validate(&r); err != nil {
		t.Fatal(err)
	}
	o := put(t, i, r)[0]
	if o.Status != store.Created {
		t.Fatalf("%s: %v", o.Status, o.Problem)
	}
	checkStored(t, i.Store, &o)
}

func BenchmarkPut(b *testing.B) {
	s, err := store.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	i := &Ingester{Analyst: &Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}, Store: s}
	const size = 100
	batch, n := make([]feedback.Response, size), 0
	for b.Loop() {
		for k := range batch {
			n++
			batch[k] = feedback.Response{ID: strconv.Itoa(n), Score: 3, Comment: "The app is fine but delivery took three weeks"}
		}
		if _, err := i.Put(b.Context(), ws, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "responses/s")
}

// What a workspace says about a survey and its themes holds for responses that come in, and for no other workspace.
func TestSettingsOfTheWorkspace(t *testing.T) {
	i, ctx := newIngester(t), t.Context()
	if err := i.Store.PutSurvey(ctx, "acme", feedback.Survey{Name: "nps", Languages: []string{"fi"}}); err != nil {
		t.Fatal(err)
	}
	own := feedback.Taxonomy{Name: "default", Themes: []feedback.Theme{{ID: "food_drink"}}}
	if _, err := i.Store.PutTaxonomy(ctx, "acme", own); err != nil {
		t.Fatal(err)
	}
	responses := []feedback.Response{
		{Survey: "nps", ID: "1", Score: 3, Comment: "ok 123"},
		{Survey: "else", ID: "2", Score: 3, Comment: "ok 123"},
		{Survey: "else", ID: "3", Score: 3, Comment: "The staff were rude and the food was awful."},
	}
	got := map[string][]string{}
	for _, workspace := range []string{"acme", "other"} {
		outcomes, err := i.Put(ctx, workspace, responses)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			shown := []string{o.Analysed.Analysis.Language.Code, o.Analysed.Analysis.Taxonomy}
			for _, theme := range o.Analysed.Analysis.Themes {
				shown = append(shown, theme.Theme)
			}
			got[workspace] = append(got[workspace], strings.Join(shown, " "))
		}
	}
	want := map[string][]string{
		"acme":  {"fi default@1", "und default@1", "en default@1 food_drink"},
		"other": {"und default@1", "und default@1", "en default@1 service_staff food_drink"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
