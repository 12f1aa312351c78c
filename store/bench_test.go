package store

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"verbatim/feedback"
)

func BenchmarkPutSingle64(b *testing.B) {
	s := open(b)
	var n atomic.Int64
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Put(b.Context(), ws, []feedback.Analysed{sample(int(n.Add(1)))}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "responses/s")
}

func BenchmarkPutBatch1000(b *testing.B) {
	s := open(b)
	batch := samples(1000)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for i := range batch {
			batch[i].ID = fmt.Sprintf("r%08d", n)
			n++
		}
		put(b, s, Created, batch...)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "responses/s")
}

// filled returns a store of n responses.
func filled(b *testing.B, n int) *Store {
	b.Helper()
	s := open(b)
	for chunk := range slices.Chunk(samples(n), 1000) {
		put(b, s, Created, chunk...)
	}
	return s
}

func BenchmarkChanges100k(b *testing.B) {
	const n = 100_000
	s := filled(b, n)
	b.ReportAllocs()
	for b.Loop() {
		read, after := 0, int64(0)
		for {
			changes, err := s.Changes(b.Context(), ws, after, 1000)
			if err != nil {
				b.Fatal(err)
			}
			if len(changes) == 0 {
				break
			}
			read += len(changes)
			after = changes[len(changes)-1].Seq
		}
		if read != n {
			b.Fatalf("read %d", read)
		}
	}
}

func BenchmarkScan100k(b *testing.B) {
	const n = 100_000
	s := filled(b, n)
	b.ReportAllocs()
	for b.Loop() {
		read := 0
		err := s.Scan(b.Context(), ws, func(feedback.Analysed) error { read++; return nil })
		if err != nil || read != n {
			b.Fatalf("read %d: %v", read, err)
		}
	}
}

func BenchmarkDecodeAnalysis(b *testing.B) {
	a := sample(2)
	body, err := encodeAnalysis(a.Comment, a.Analysis)
	if err != nil {
		b.Fatal(err)
	}
	d := newDecoder()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.analysis(a.Comment, body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(body)), "bytes")
}
