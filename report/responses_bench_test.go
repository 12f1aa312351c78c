package report

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// tagCloud makes n tagged responses, always the same.
func tagCloud(n int) []feedback.Analysed {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("the delivery was late and nobody answered but staff were kind in the shop near us prices rose again über 价格 太贵 поддержка kallis")
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	out := make([]feedback.Analysed, n)
	for i := range out {
		var comment []string
		for range 5 + random.IntN(30) {
			comment = append(comment, words[random.IntN(len(words))])
		}
		a := &out[i]
		a.Response = feedback.Response{
			ID: fmt.Sprintf("R-%06d", i), Survey: pick("spring", "autumn"), Score: feedback.Score(random.IntN(12) - 1), Comment: strings.Join(comment, " "),
			Respondent: fmt.Sprintf("p%d@example.org", i), SubmittedAt: time.Date(2026, 1, 1, 0, 0, random.IntN(1e7), 0, time.UTC),
			Attributes: map[string]string{"region": pick("EU", "US", "APAC"), "plan": pick("free", "plus")},
		}
		a.Analysis = &feedback.Analysis{
			Language: feedback.Language{Code: pick("en", "fi", "zh"), Confidence: 0.9, Supported: true}, Model: "2026.11", Taxonomy: "default@1",
			Sentiment: &feedback.SentimentScore{Label: feedback.Sentiments[random.IntN(4)], Score: float64(random.IntN(200)-100) / 100},
			Kinds:     []feedback.Kind{feedback.Kinds[random.IntN(5)]},
		}
		for range random.IntN(4) {
			a.Analysis.Themes = append(a.Analysis.Themes, feedback.ThemeTag{
				Theme: pick("delivery_logistics", "support", "price_value", "service_staff"), Sentiment: feedback.Sentiments[random.IntN(3)],
				Confidence: float64(random.IntN(100)) / 100,
			})
		}
	}
	return out
}

// BenchmarkResponses writes 100,000 tagged responses and reports how far the heap grew.
func BenchmarkResponses(b *testing.B) {
	const rows = 100_000
	responses := tagCloud(2000) // little, so that the heap is that of the writer
	for _, format := range ResponseFormats {
		b.Run(string(format), func(b *testing.B) {
			var peak uint64
			for b.Loop() {
				runtime.GC()
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				before := memory.HeapAlloc
				out, err := NewResponses(io.Discard, format, ResponseOptions{Attributes: []string{"region", "plan"}})
				if err != nil {
					b.Fatal(err)
				}
				for i := range rows {
					response := &responses[i%len(responses)]
					response.ID = strconv.Itoa(i)
					if err := out.Write(response); err != nil {
						b.Fatal(err)
					}
					if i%1000 == 0 {
						runtime.ReadMemStats(&memory)
						peak = max(peak, memory.HeapAlloc-min(before, memory.HeapAlloc))
					}
				}
				if err := out.Close(); err != nil {
					b.Fatal(err)
				}
				runtime.ReadMemStats(&memory)
				peak = max(peak, memory.HeapAlloc-min(before, memory.HeapAlloc))
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MiB")
		})
	}
}
