package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/models"
)

// sourceFlags say where the responses of a figure come from: files, or a data folder.
type sourceFlags struct {
	dir    string
	input  inputFlags
	filter filterFlags
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "data", "", "count what is stored in this data folder instead of files")
	f.input.register(cmd, "off")
	f.filter.register(cmd)
}

// args checks that there are files or a data folder, and not both.
func (f *sourceFlags) args(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && f.dir == "":
		return usagef("name a file, - for standard input, or a data folder with --data (see: %s --help)", cmd.CommandPath())
	case len(args) > 0 && f.dir != "":
		return usagef("name files or --data, not both")
	}
	return nil
}

// counted is what figures are made of: an index, and the texts for quotes.
type counted struct {
	index    *index.Index
	taxonomy func(ctx context.Context, workspace string) (*feedback.Taxonomy, error)
	versions func(ctx context.Context, workspace, taxonomy string, keys []feedback.Key) ([]feedback.Analysed, error) // nil with files
	location *time.Location
	filter   feedback.Filter
	rejected int // rows of files
	// texts gets responses by their keys, in their order; those that are not there are left out.
	texts func(ctx context.Context, keys []feedback.Key) ([]feedback.Analysed, error)
	// benchmarks gets the stored scores of others; none with files.
	benchmarks func(ctx context.Context) ([]feedback.Benchmark, error)
	close      func() error
}

// open reads the files or opens the folder. With quotes the texts of files are kept in memory. Close it.
func (f *sourceFlags) open(cmd *cobra.Command, paths []string, quotes, match bool) (*counted, error) {
	options, err := f.input.options()
	if err != nil {
		return nil, err
	}
	f.filter.anyTheme = f.dir != "" || f.input.taxonomy != ""
	filter, err := f.filter.filter(cmd, options.Location)
	if err != nil {
		return nil, err
	}
	var c *counted
	if f.dir != "" {
		c, err = openStored(cmd, f.dir)
	} else {
		c, err = f.read(cmd, paths, options, quotes, match || filter.Match != "")
	}
	if err != nil {
		return nil, err
	}
	c.filter, c.location = filter, options.Location
	return c, nil
}

// openStored opens a data folder and waits until its index holds what is stored.
func openStored(cmd *cobra.Command, dir string) (*counted, error) {
	if err := folderExists(dir); err != nil {
		return nil, err
	}
	f, err := openFolder(cmd.Context(), dir, analysis.Redactor{}, quietLogger(cmd))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	followed := make(chan error, 1)
	go func() { followed <- f.index.Follow(ctx) }()
	end := func() error {
		stop()
		<-followed //nolint:errcheck // it ends because it was told to
		return f.Close()
	}
	if err := f.indexed(ctx, newProgress(cmd.ErrOrStderr())); err != nil {
		return nil, errors.Join(err, end())
	}
	return &counted{
		index: f.index, taxonomy: f.taxonomy, versions: f.store.GetTaxonomy, close: end,
		texts: func(ctx context.Context, keys []feedback.Key) ([]feedback.Analysed, error) {
			return f.store.GetMany(ctx, feedback.DefaultWorkspace, keys)
		},
		benchmarks: func(ctx context.Context) ([]feedback.Benchmark, error) {
			return f.store.Benchmarks(ctx, feedback.DefaultWorkspace)
		},
	}, nil
}

// read analyses files and counts them in memory.
func (f *sourceFlags) read(cmd *cobra.Command, paths []string, options ingest.Options, quotes, match bool) (*counted, error) {
	redact, err := f.input.redactor()
	if err != nil {
		return nil, err
	}
	analyzer, err := analysis.New(models.Embedded())
	if err != nil {
		return nil, err
	}
	rows := newFiles(cmd, &f.input, slices.Clone(paths), options)
	counts := index.OpenMemory(match)
	kept := texts{}
	if !quotes {
		kept = nil
	}
	taxonomy, err := f.input.ownTaxonomy(analyzer)
	if err != nil {
		return nil, err
	}
	analyst := &ingest.Analyst{Analyzer: analyzer, Redact: redact, Taxonomy: taxonomy}
	if err := fill(cmd.Context(), analyst, rows, counts, kept); err != nil {
		rows.progress.done()
		return nil, errors.Join(err, counts.Close())
	}
	rows.report()
	if err := rows.useless(); err != nil {
		return nil, errors.Join(err, counts.Close())
	}
	return &counted{
		index: counts, taxonomy: api.FixedTaxonomy(taxonomy), rejected: rows.rejected(), close: counts.Close,
		texts:      kept.get,
		benchmarks: func(context.Context) ([]feedback.Benchmark, error) { return nil, nil },
	}, nil
}

// texts are responses in memory.
type texts map[feedback.Key]feedback.Analysed

func (t texts) get(_ context.Context, keys []feedback.Key) ([]feedback.Analysed, error) {
	var list []feedback.Analysed
	for _, key := range keys {
		if r, ok := t[key]; ok {
			list = append(list, r)
		}
	}
	return list, nil
}

// fill analyses the rows and puts them into an index in memory, and into kept unless that is nil.
func fill(ctx context.Context, analyst *ingest.Analyst, rows ingest.Rows, counts *index.Index, kept texts) error {
	seq := int64(0)
	return analyst.All(ctx, rows, func(batch []ingest.Analysed) error {
		changes := make([]feedback.Change, 0, len(batch))
		for i := range batch {
			b := &batch[i]
			if b.Err != nil {
				continue
			}
			seq++
			changes = append(changes, feedback.Change{Seq: seq, Kind: feedback.ChangePut, Key: b.Key(), Analysed: &b.Analysed})
			if kept != nil {
				kept[b.Key()] = b.Analysed
			}
		}
		return counts.Apply(ctx, feedback.DefaultWorkspace, changes)
	})
}
