package store

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestBenchmarks(t *testing.T) {
	s, ctx := open(t), t.Context()
	industry := feedback.Benchmark{Name: "industry", NPS: 31.5, Source: "the association's yearly study", Date: "2026-03-31", N: 12000}
	rival := feedback.Benchmark{Name: "a rival", NPS: -12, Source: "their annual report", Date: "2025-12-31"}
	for _, b := range []feedback.Benchmark{industry, rival} {
		if err := s.PutBenchmark(ctx, "acme", b); err != nil {
			t.Fatal(err)
		}
	}
	industry.NPS = 33
	if err := s.PutBenchmark(ctx, "acme", industry); err != nil {
		t.Fatal(err)
	}
	check := func(workspace string, want ...feedback.Benchmark) {
		t.Helper()
		got, err := s.Benchmarks(ctx, workspace)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check("acme", rival, industry)
	check("other")
	if err := s.DeleteBenchmark(ctx, "other", "industry"); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace's benchmark: %v", err)
	}
	if err := s.DeleteBenchmark(ctx, "acme", "industry"); err != nil {
		t.Error(err)
	}
	check("acme", rival)
}

func TestBenchmarkRefused(t *testing.T) {
	s, ctx := open(t), t.Context()
	good := feedback.Benchmark{Name: "x", NPS: 1, Source: "y", Date: "2026-01-01"}
	tests := map[string]func(b *feedback.Benchmark){
		"no name":        func(b *feedback.Benchmark) { b.Name = " " },
		"nps over 100":   func(b *feedback.Benchmark) { b.NPS = 100.5 },
		"nps no number":  func(b *feedback.Benchmark) { b.NPS = math.NaN() },
		"no source":      func(b *feedback.Benchmark) { b.Source = "" },
		"no date":        func(b *feedback.Benchmark) { b.Date = "2026-02-30" },
		"negative count": func(b *feedback.Benchmark) { b.N = -1 },
		"NUL":            func(b *feedback.Benchmark) { b.Name = "a\x00b" },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			b := good
			spoil(&b)
			if err := s.PutBenchmark(ctx, "acme", b); feedback.CodeOf(err) != feedback.Invalid {
				t.Errorf("error %v, want invalid", err)
			}
		})
	}
}
