package api

import (
	"context"
	"encoding/json"
	"net/url"

	"verbatim/feedback"
	"verbatim/insight"
)

type benchmarksAnswer struct{ Body insight.BenchmarkReport }

// namePath is the name of a benchmark in the path.
type namePath struct {
	Name string `path:"name" doc:"The name of the benchmark." example:"industry" minLength:"1" maxLength:"200"`
}

// name is the name as it was before the path was made.
func (p *namePath) name() string {
	if name, err := url.PathUnescape(p.Name); err == nil {
		return name
	}
	return p.Name
}

// benchmarks answers our score beside every stored benchmark.
func (s *server) benchmarks(ctx context.Context, c *call, _ *noPath) (*benchmarksAnswer, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	tab, err := s.Index.Crosstab(ctx, c.workspace, f)
	if err != nil {
		return nil, hideFilter(err, &f)
	}
	list, err := s.Store.Benchmarks(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	r, err := insight.Benchmarks(tab, list)
	return &benchmarksAnswer{r}, err
}

type benchmarkAnswer struct{ Body feedback.Benchmark }

// putBenchmark stores a benchmark.
func (s *server) putBenchmark(ctx context.Context, c *call, in *namePath) (*benchmarkAnswer, error) {
	items, many, err := c.items()
	if err != nil {
		return nil, err
	}
	if many {
		return nil, bodyProblem("the body must be one JSON object")
	}
	b, problem := items[0].benchmark()
	if problem != nil {
		return nil, problem
	}
	b.Name = in.name()
	if err := b.Validate(); err != nil {
		return nil, err
	}
	return &benchmarkAnswer{b}, s.Store.PutBenchmark(ctx, c.workspace, b)
}

// benchmark reads an object with nps, source, date and maybe n.
func (it *item) benchmark() (b feedback.Benchmark, problem *Problem) {
	members, problem := it.members()
	if problem != nil {
		return b, problem
	}
	fields := map[string]struct {
		to   any
		want string
	}{
		"nps": {&b.NPS, "a number from -100 to 100"}, "source": {&b.Source, "a string"},
		"date": {&b.Date, "a day like 2026-03-31"}, "n": {wholeNumber(&b.N), "a whole number"},
	}
	some := false
	for _, m := range members {
		field, ok := fields[m.name]
		if !ok {
			return b, it.problem(feedback.Invalid, nameOf(m.name), nameOf(m.name)+" is no field here: there is nps, source, date, n")
		}
		if m.none() {
			continue
		}
		if json.Unmarshal(m.raw, field.to) != nil {
			return b, it.problem(feedback.Invalid, m.name, m.name+" must be "+field.want)
		}
		some = some || m.name == "nps"
	}
	if !some {
		return b, it.problem(feedback.Invalid, "nps", "nps must be a number from -100 to 100")
	}
	return b, nil
}

// deleteBenchmark removes a benchmark.
func (s *server) deleteBenchmark(ctx context.Context, c *call, in *namePath) (*struct{}, error) {
	return nil, s.Store.DeleteBenchmark(ctx, c.workspace, in.name())
}
