package store

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// clauses are statements as customers write them, with a theme, a polarity and the words that show it.
var clauses = []struct {
	text, evidence, theme string
	sentiment             feedback.Sentiment
}{
	{"The delivery took three weeks and nobody told me why", "delivery took three weeks", "delivery_logistics", feedback.Negative},
	{"the driver was friendly and helped us carry everything upstairs", "driver was friendly", "service_staff", feedback.Positive},
	{"Toimitus kesti liian kauan eikä kukaan vastannut", "Toimitus kesti liian kauan", "delivery_logistics", feedback.Negative},
	{"приложение постоянно вылетает после обновления", "постоянно вылетает", "reliability", feedback.Negative},
	{"价格很实惠，但是客服的态度不好", "价格很实惠", "price_value", feedback.Positive},
	{"support answered within minutes & solved it", "answered within minutes", "support", feedback.Positive},
}

var start = time.Date(2026, 3, 1, 9, 30, 0, 123e6, time.UTC)

// sample makes the response number n: one to three statements, analysed; every fourth has a suggestion.
func sample(n int) feedback.Analysed {
	a := feedback.Analysed{Response: feedback.Response{
		Survey: "nps", ID: fmt.Sprintf("r%06d", n), Score: feedback.Score(n % 11), SubmittedAt: start.Add(time.Duration(n) * time.Minute),
		Respondent: fmt.Sprintf("p%d", n%500), Touchpoint: "app", Attributes: map[string]string{"region": "EU", "plan": []string{"pro", "free"}[n%2]},
	}}
	for i := range 1 + n%3 {
		a.Comment += clauses[(n+i)%len(clauses)].text + ". "
	}
	a.Comment += strconv.Itoa(n)
	a.Analysis = analyse(a.Comment, "2026.11", "default@1")
	if n%4 == 0 {
		a.Suggestion = clauses[n%len(clauses)].text
		a.SuggestionAnalysis = analyse(a.Suggestion, "2026.11", "default@1")
	}
	return a
}

func samples(n int) []feedback.Analysed {
	batch := make([]feedback.Analysed, n)
	for i := range batch {
		batch[i] = sample(i)
	}
	return batch
}

// analyse finds the clauses in a text.
func analyse(text, model, taxonomy string) *feedback.Analysis {
	a := &feedback.Analysis{
		Language: feedback.Language{Code: "en", Confidence: 0.97, Supported: true}, Sentiment: &feedback.SentimentScore{Label: feedback.Mixed, Score: -0.2137},
		Kinds: []feedback.Kind{feedback.Complaint}, Urgency: []feedback.Urgency{}, Themes: []feedback.ThemeTag{}, Statements: []feedback.Statement{},
		Model: model, Taxonomy: taxonomy,
	}
	for _, c := range clauses {
		at := strings.Index(text, c.text)
		if at < 0 {
			continue
		}
		a.Statements = append(a.Statements, feedback.Statement{
			Span: feedback.Span{Start: at, End: at + len(c.text), Text: c.text}, Sentiment: feedback.SentimentScore{Label: c.sentiment, Score: 0.8125},
			Kinds: []feedback.Kind{feedback.Complaint}, Themes: []feedback.StatementTheme{{Theme: c.theme, Sentiment: c.sentiment}},
		})
		from := strings.Index(text, c.evidence)
		a.Themes = append(a.Themes, feedback.ThemeTag{
			Theme: c.theme, Sentiment: c.sentiment, Confidence: 0.9312,
			Evidence: []feedback.Span{{Start: from, End: from + len(c.evidence), Text: c.evidence}},
		})
	}
	return a
}

// open opens a store in a new folder, to be closed at the end of the test.
func open(tb testing.TB) *Store {
	tb.Helper()
	return openIn(tb, tb.TempDir())
}

func openIn(tb testing.TB, dir string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

const ws = feedback.DefaultWorkspace

// put puts responses and fails the test unless each gets the status.
func put(tb testing.TB, s *Store, want Status, batch ...feedback.Analysed) []PutResult {
	tb.Helper()
	results, err := s.Put(tb.Context(), ws, batch)
	if err != nil {
		tb.Fatal(err)
	}
	if len(results) != len(batch) {
		tb.Fatalf("%d results for %d responses", len(results), len(batch))
	}
	for i, r := range results {
		if r.Status != want || r.Key != batch[i].Key() {
			tb.Fatalf("response %d: %+v (%v), want %s", i, r, r.Problem, want)
		}
	}
	return results
}

// keyOf returns the key of sample n.
func keyOf(n int) feedback.Key {
	a := sample(n)
	return a.Key()
}
