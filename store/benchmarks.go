package store

import (
	"context"

	"verbatim/feedback"
)

const (
	upsertBenchmark = `INSERT INTO benchmarks (workspace, name, nps, source, date, n) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, name) DO UPDATE SET nps = excluded.nps, source = excluded.source, date = excluded.date, n = excluded.n`
	deleteBenchmark  = `DELETE FROM benchmarks WHERE workspace = ? AND name = ?`
	selectBenchmarks = `SELECT name, nps, source, date, n FROM benchmarks WHERE workspace = ? ORDER BY name`
	countBenchmarks  = `SELECT count(*) FROM benchmarks WHERE workspace = ? AND name <> ?`
)

// mostBenchmarks is how many benchmarks a workspace may have.
const mostBenchmarks = 1000

// PutBenchmark stores a benchmark, in place of the one that has its name. It fails with [feedback.Invalid] for a bad
// field, and with [feedback.TooLarge] past 1,000 benchmarks. The workspace is made if need be.
func (s *Store) PutBenchmark(ctx context.Context, workspace string, b feedback.Benchmark) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	if err := b.Validate(); err != nil {
		return err
	}
	for name, value := range map[string]string{"the benchmark's name": b.Name, "the benchmark's source": b.Source} {
		if err := checkText(name, value, maxName); err != nil {
			return err
		}
	}
	return s.write(ctx, "put benchmark", 1, func(t *txn) error {
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		others := 0
		if _, err := t.one(countBenchmarks, []any{workspace, b.Name}, func(values []any) error {
			others = int(number(values[0]).Int64)
			return nil
		}); err != nil {
			return err
		}
		if others >= mostBenchmarks {
			return feedback.Errorf(feedback.TooLarge, "there are %d benchmarks already: remove some", others)
		}
		if _, err := t.exec(upsertBenchmark, workspace, b.Name, b.NPS, b.Source, b.Date, b.N); err != nil {
			return err
		}
		return t.audit(workspace, "put-benchmark", b.Name)
	})
}

// DeleteBenchmark removes a benchmark; it fails with [feedback.NotFound] when there is none of the name.
func (s *Store) DeleteBenchmark(ctx context.Context, workspace, name string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "delete benchmark", 1, func(t *txn) error {
		found, err := t.exec(deleteBenchmark, workspace, name)
		if err == nil && found == 0 {
			return feedback.Errorf(feedback.NotFound, "there is no benchmark of this name")
		}
		if err != nil {
			return err
		}
		return t.audit(workspace, "delete-benchmark", name)
	})
}

// Benchmarks returns the benchmarks of a workspace by name.
func (s *Store) Benchmarks(ctx context.Context, workspace string) ([]feedback.Benchmark, error) {
	var list []feedback.Benchmark
	err := s.read(ctx, "benchmarks", workspace, selectBenchmarks, []any{workspace}, func(values []any) error {
		list = append(list, feedback.Benchmark{
			Name: text(values[0]), NPS: fraction(values[1]), Source: text(values[2]), Date: text(values[3]), N: int(number(values[4]).Int64),
		})
		return nil
	})
	return list, err
}
