package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/models"
	"verbatim/store"
)

// folder is a data folder with everything that works on it: the store, which is the truth, the index that follows it,
// and the way in.
type folder struct {
	dir      string
	store    *store.Store
	index    *index.Index
	analyzer *analysis.Analyzer
	ingester *ingest.Ingester
}

// openFolder opens the data folder, which need not exist.
func openFolder(ctx context.Context, dir string, redact analysis.Redactor, logger *slog.Logger) (*folder, error) {
	analyzer, err := analysis.New(models.Embedded())
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	x, err := index.Open(ctx, filepath.Join(dir, "index"), s, index.Options{Logger: logger, Room: s.Room})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &folder{
		dir: dir, store: s, index: x, analyzer: analyzer,
		ingester: &ingest.Ingester{Analyst: &ingest.Analyst{Analyzer: analyzer, Redact: redact}, Store: s},
	}, nil
}

// taxonomy is the current taxonomy of a workspace.
func (f *folder) taxonomy(ctx context.Context, workspace string) (*feedback.Taxonomy, error) {
	settings, err := f.store.Settings(ctx, workspace)
	if err != nil || settings.Taxonomy != nil {
		return settings.Taxonomy, err
	}
	return f.analyzer.Taxonomy(), nil
}

// indexed waits until the index holds what the store holds now.
func (f *folder) indexed(ctx context.Context, progress *progress) error {
	defer progress.done()
	last, err := f.store.LastSeq(ctx, feedback.DefaultWorkspace)
	if err != nil {
		return err
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	done := make(chan error, 1)
	go func() { done <- f.index.WaitFor(ctx, feedback.DefaultWorkspace, last) }()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			progress.stage("indexed", int(f.index.Seq(ctx, feedback.DefaultWorkspace)), int(last))
		}
	}
}

// reportLag says every few seconds how much the index has still to catch up with, until it has.
func (f *folder) reportLag(ctx context.Context, logger *slog.Logger) {
	const every = 3 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		lag, err := f.index.Lag(ctx, feedback.DefaultWorkspace)
		if err != nil || lag == 0 {
			return
		}
		logger.Info("the index is being built; searches and counts wait for it", "changes_left", lag)
	}
}

// Close closes what openFolder opened, in reverse.
func (f *folder) Close() error { return errors.Join(f.index.Close(), f.store.Close()) }
