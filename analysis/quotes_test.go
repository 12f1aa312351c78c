package analysis

import (
	"slices"
	"strconv"
	"testing"

	"verbatim/feedback"
)

// mention makes a response that mentions late delivery with the word, at the confidence and the sentiment score.
func mention(id, lang, comment, word string, confidence, score float64, others ...string) *feedback.Analysed {
	r := &feedback.Analysed{}
	r.ID, r.Comment, r.Score = id, comment, 3
	tag := feedback.ThemeTag{
		Theme: "delivery_logistics", Sentiment: feedback.Negative, Confidence: confidence,
		Evidence: []feedback.Span{{Text: word}},
	}
	r.Analysis = &feedback.Analysis{
		Language: feedback.Language{Code: lang, Supported: true},
		Themes:   []feedback.ThemeTag{tag},
		Statements: []feedback.Statement{{
			Sentiment: feedback.SentimentScore{Label: feedback.Negative, Score: score},
			Themes:    []feedback.StatementTheme{{Theme: tag.Theme, Sentiment: tag.Sentiment}},
		}},
	}
	for _, other := range others {
		r.Analysis.Themes = append(r.Analysis.Themes, feedback.ThemeTag{Theme: other, Sentiment: feedback.Negative, Confidence: 0.9})
	}
	return r
}

func quoted(quotes []Quote) []string {
	var ids []string
	for _, q := range quotes {
		ids = append(ids, q.Response.ID)
	}
	return ids
}

func TestTypical(t *testing.T) {
	key := feedback.DriverKey{Theme: "delivery_logistics", Sentiment: feedback.Negative}
	usual := []*feedback.Analysed{
		mention("a", "en", "The parcel came two weeks late", "late", 0.9, -0.6),
		mention("b", "en", "My order arrived far too late again", "late", 0.8, -0.6),
		mention("c", "en", "Late, and nobody told us anything about it", "Late", 0.7, -0.6),
	}
	tests := []struct {
		name      string
		responses []*feedback.Analysed
		n         int
		want      []string
	}{
		{"nobody", nil, 3, nil},
		{"none wanted", usual, 0, nil},
		{"the surest first", usual, 2, []string{"a", "b"}},
		{"not the loudest", append(slices.Clone(usual), mention("loud", "en", "Late!!! The worst crooks on this planet!", "Late", 0.9, -1)), 1, []string{"a"}},
		{"not the odd word", append(slices.Clone(usual), mention("odd", "en", "The zeppelin dropped it in the sea", "zeppelin", 0.9, -0.6)), 1, []string{"a"}},
		{"not the long list", append(slices.Clone(usual), mention("list", "en", "Late, dear, rude and broken all the time", "Late", 0.99, -0.6, "price_value", "support")), 1, []string{"a"}},
		{"not a single word", append(slices.Clone(usual), mention("short", "en", "Late", "Late", 0.99, -0.6)), 1, []string{"a"}},
		{
			"languages in turn, the more used first",
			append(slices.Clone(usual), mention("fi", "fi", "Paketti tuli kaksi viikkoa myöhässä", "myöhässä", 0.99, -0.6)),
			3,
			[]string{"a", "fi", "b"},
		},
		{"equal texts once", append(slices.Clone(usual), mention("twin", "en", usual[0].Comment, "late", 0.9, -0.6)), 4, []string{"a", "b", "c"}},
		{"other drivers are none", []*feedback.Analysed{{}, mention("x", "en", "x", "x", 1, 1)}, 1, []string{"x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := quoted(Typical(test.responses, key, test.n)); !slices.Equal(got, test.want) {
				t.Errorf("Typical = %v, want %v", got, test.want)
			}
			slices.Reverse(test.responses)
			if got := quoted(Typical(test.responses, key, test.n)); !slices.Equal(got, test.want) {
				t.Errorf("Typical in another order = %v, want %v", got, test.want)
			}
			slices.Reverse(test.responses)
		})
	}
}

func BenchmarkTypical(b *testing.B) {
	key := feedback.DriverKey{Theme: "delivery_logistics", Sentiment: feedback.Negative}
	var responses []*feedback.Analysed
	for i := range 500 {
		responses = append(responses, mention(strconv.Itoa(i), "en", "The parcel came "+strconv.Itoa(i)+" weeks late", "late", 0.9, -0.6))
	}
	for b.Loop() {
		Typical(responses, key, 3)
	}
}
