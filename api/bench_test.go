package api

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// send sends a request through the handler, without a network.
func send(b *testing.B, h http.Handler, method, path, body string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), method, "http://localhost"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		b.Fatal(answer.Code, answer.Body)
	}
}

// manyTexts is an array of objects, each with 20 words and the fields given.
func manyTexts(n int, fields string) string {
	var out bytes.Buffer
	out.WriteByte('[')
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"id":"r%d"%s,"comment":"The app is fine and the staff was friendly, but the delivery took three weeks and nobody called back %d"}`, i, fields, i)
	}
	out.WriteByte(']')
	return out.String()
}

func BenchmarkAnalyze(b *testing.B) {
	w := newWorld(b)
	for _, n := range []int{1, 25, 1000} {
		body := manyTexts(n, "")
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				send(b, w.api.engine, http.MethodPost, "/v1/analyze", body)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}

func BenchmarkPutResponses(b *testing.B) {
	w := newWorld(b)
	for _, n := range []int{1, 1000} {
		round := 0
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				round++
				send(b, w.api.engine, http.MethodPost, "/v1/responses", manyTexts(n, fmt.Sprintf(`,"survey":"%d-%d","score":%d`, n, round, round%11)))
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "responses/s")
		})
	}
}

// BenchmarkReadItems is what reading a body costs, without analysis.
func BenchmarkReadItems(b *testing.B) {
	for name, body := range map[string]string{
		"1000 responses": manyTexts(1000, `,"score":7,"submitted_at":"2026-03-31","attributes":{"region":"EU","age":34}`),
		"10 MB comment":  `{"id":"r","comment":"` + strings.Repeat("a ", 5<<20) + `"}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				c := call{header: http.Header{"Content-Type": {jsonType}}, length: int64(len(body)), body: strings.NewReader(body)}
				items, _, err := c.items()
				if err != nil {
					b.Fatal(err)
				}
				for i := range items {
					if _, problem := items[i].response(nil); problem != nil {
						b.Fatal(problem)
					}
				}
			}
		})
	}
}

func BenchmarkQueries(b *testing.B) {
	w := newWorld(b)
	for survey := range 10 {
		w.put(b, manyTexts(1000, fmt.Sprintf(`,"survey":"s%d","score":%d`, survey, survey)))
	}
	for _, path := range []string{"/healthz", "/v1/search?match=delivery", "/v1/search?group=detractor", "/v1/nps", "/v1/drivers", "/v1/responses/r7?survey=s3"} {
		b.Run(strings.ReplaceAll(path, "/", "_"), func(b *testing.B) {
			for b.Loop() {
				send(b, w.api.engine, http.MethodGet, path, "")
			}
		})
	}
}

// BenchmarkPostByMany posts single responses from 64 clients over the network.
func BenchmarkPostByMany(b *testing.B) {
	w := newWorld(b)
	w.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	var n atomic.Int64
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			body := fmt.Sprintf(`{"id":"r%d","score":%d,"comment":"The app is fine and the staff was friendly, but the delivery took three weeks %d"}`, i, i%11, i)
			if got := w.do(b, http.MethodPost, "/v1/responses", body); got.status != http.StatusOK {
				b.Errorf("%+v", got)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "responses/s")
}
