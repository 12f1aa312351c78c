package insight

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"verbatim/feedback"
)

func TestBenchmarkGaps(t *testing.T) {
	own := Counts{500, 300, 200}
	got, err := BenchmarkGaps(own, []feedback.Benchmark{
		{Name: "industry", NPS: 38, Source: "a report", Date: "2026-03-31"},
		{Name: "last year", NPS: 28, N: 1000},
	})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	nps := NPS(500, 300, 200)
	industry, year := got[0], got[1]
	if !industry.Exact || year.Exact || industry.Name != "industry" || industry.Date != "2026-03-31" {
		t.Errorf("%+v", got)
	}
	near(t, "gap", float64(industry.Gap.Value), -8, 1e-9)
	near(t, "low", float64(industry.Gap.Low), float64(nps.Low)-38, 1e-9)
	near(t, "high", float64(industry.Gap.High), float64(nps.High)-38, 1e-9)
	near(t, "p", float64(industry.Gap.P), math.Erfc((38-nps.Adjusted.Value)/nps.Adjusted.SE/math.Sqrt2), 1e-9)
	near(t, "q", float64(*industry.Gap.Q), 2*float64(industry.Gap.P), 1e-9)
	// The worst case of an NPS of 28 from 1,000: 640 promoters and 360 detractors.
	worst := npsContrast(Counts{640, 0, 360}, own)
	near(t, "gap", float64(year.Gap.Value), 2, 1e-9)
	near(t, "low", float64(year.Gap.Low), float64(worst.Low), 1e-9)
	near(t, "high", float64(year.Gap.High), float64(worst.High), 1e-9)
	near(t, "p", float64(year.Gap.P), float64(worst.P), 1e-9)
}

func TestBenchmarkGapsRefuse(t *testing.T) {
	for _, b := range []feedback.Benchmark{{Name: "x", NPS: 250}, {Name: "x", NPS: -101}, {Name: "x", NPS: math.NaN()}, {Name: "x", NPS: math.Inf(1)}, {Name: "x", N: -1}} {
		if _, err := BenchmarkGaps(Counts{1, 1, 1}, []feedback.Benchmark{{Name: "fine"}, b}); feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

func TestBenchmarkGapsAtTheEdges(t *testing.T) {
	if got, err := BenchmarkGaps(Counts{5, 0, 0}, nil); err != nil || len(got) != 0 {
		t.Errorf("no benchmarks: %v, %v", got, err)
	}
	none, _ := BenchmarkGaps(Counts{}, []feedback.Benchmark{{NPS: 30, N: 10}})
	if none[0].Gap.Interval != (Interval{Low: -200, High: 200}) || none[0].Gap.P != 1 {
		t.Errorf("no responses: %+v", none)
	}
	random := rand.New(rand.NewPCG(28, 1))
	for range 500 {
		own := randomCounts(random, []int{0, 1, 3, 400}[random.IntN(4)])
		b := feedback.Benchmark{NPS: float64(random.IntN(201) - 100), N: random.IntN(3) * random.IntN(300)}
		got, err := BenchmarkGaps(own, []feedback.Benchmark{b, {NPS: 100}, {NPS: -100, N: 1}})
		if err != nil {
			t.Fatal(err)
		}
		sane(t, "gaps", got)
		for _, g := range got {
			inOrder(t, "gap", g.Gap.Interval)
		}
	}
}
