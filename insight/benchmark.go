package insight

import (
	"math"

	"verbatim/feedback"
)

// BenchmarkGaps compares our responses with benchmarks, in their order. A benchmark with N responses is as uncertain as an
// NPS from N responses can be, all promoters or detractors: who publishes a score seldom says how many were passive, and
// the typical variance of 0.61 would promise too much for some. A benchmark without N is taken as exact. Without responses
// of ours nothing is known: gap 0, ±200 and p 1. An [feedback.Invalid] error names a benchmark whose NPS is not from −100
// to 100 or whose N is negative.
func BenchmarkGaps(own Counts, benchmarks []feedback.Benchmark) ([]BenchmarkGap, error) {
	gaps := make([]BenchmarkGap, len(benchmarks))
	family := make([]*Contrast, len(benchmarks))
	for i, b := range benchmarks {
		if !(math.Abs(b.NPS) <= 100) {
			return nil, feedback.Errorf(feedback.Invalid, "nps of benchmark %q is %v: it is a number from -100 to 100", b.Name, b.NPS)
		}
		if b.N < 0 {
			return nil, feedback.Errorf(feedback.Invalid, "n of benchmark %q is %d: leave it out when it is not known", b.Name, b.N)
		}
		gaps[i] = BenchmarkGap{Benchmark: b, Gap: gapTo(own, b), Exact: b.N == 0}
		family[i] = &gaps[i].Gap
	}
	setQ(family, BH)
	return gaps, nil
}

func gapTo(own Counts, b feedback.Benchmark) Contrast {
	n := float64(own.N())
	if n == 0 {
		return Contrast{Interval: interval(0, -200, 200), P: 1}
	}
	m, squared := adjusted(float64(own.Promoters), float64(own.Detractors), n)
	other := b.NPS / 100
	if b.N > 0 {
		size := float64(b.N)
		centre, error2 := adjusted(size*(1+other)/2, size*(1-other)/2, size)
		m, squared = m-centre, squared+error2
	} else {
		m -= other
	}
	return contrastOf(own.NPS()-b.NPS, difference(m, math.Sqrt(squared)))
}

// Benchmarks compares the scored responses of the crosstab with benchmarks; errors as of [BenchmarkGaps].
func Benchmarks(tab feedback.Crosstab, benchmarks []feedback.Benchmark) (BenchmarkReport, error) {
	gaps, err := BenchmarkGaps(CountsOf(tab.Scored), benchmarks)
	if err != nil {
		return BenchmarkReport{}, err
	}
	return BenchmarkReport{
		Responses: tab.Responses, NPS: NPS(tab.Scored.Groups()), Benchmarks: gaps,
		Method: sliceMethod("z", []feedback.Slice{{Crosstab: tab}}),
	}, nil
}
