package main

import (
	"context"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/insight"
	"verbatim/models"
	"verbatim/report"
)

func newDrivers() *cobra.Command {
	var input inputFlags
	var filter filterFlags
	var format string
	cmd := &cobra.Command{
		Use:   "drivers FILE…",
		Short: "Rank the themes that make promoters and detractors, from files of scored comments",
		Long: `Reads scored comments (CSV, TSV, XLSX, JSON Lines, each plain or gzipped; - for standard input), tags them, and ranks
the themes by their impact on the Net Promoter Score, with intervals, tests and false-discovery control. Columns are found
by name in several languages and in the exports of survey platforms; --map says what the names do not. All files
together make one ranking. Nothing is stored.`,
		Example: `  verbatim drivers survey.csv
  verbatim drivers q1.xlsx q2.xlsx --map score=NPS,comment=Why --where region=EU --format json
  verbatim drivers survey.csv --match 'refund*' --from 2026-01-01`,
		Args: atLeastOneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := formatOf(cmd, format, report.Formats, report.JSON)
			if err != nil {
				return err
			}
			result, taxonomy, err := driversOf(cmd, &input, &filter, args)
			if err != nil {
				return err
			}
			return report.Drivers(cmd.OutOrStdout(), f, result, taxonomy)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "table, json, csv or svg (default: table on a terminal, else json)")
	input.register(cmd, "off")
	filter.register(cmd)
	return cmd
}

func atLeastOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("name a file, or - for standard input (see: %s --help)", cmd.CommandPath())
	}
	return nil
}

// formatOf reads --format; without it a terminal gets a table and anything else the other format.
func formatOf(cmd *cobra.Command, text string, allowed []report.Format, other report.Format) (report.Format, error) {
	if text == "" {
		if file, ok := cmd.OutOrStdout().(*os.File); ok && term.IsTerminal(int(file.Fd())) {
			return report.Table, nil
		}
		return other, nil
	}
	format, err := report.ParseFormat(text, allowed)
	if err != nil {
		return "", usageError{err}
	}
	return format, nil
}

// driversOf reads the files, analyses and counts them, and ranks.
func driversOf(cmd *cobra.Command, input *inputFlags, filters *filterFlags, paths []string) (*insight.DriverReport, *feedback.Taxonomy, error) {
	options, err := input.options()
	if err != nil {
		return nil, nil, err
	}
	filter, err := filters.filter(cmd, options.Location)
	if err != nil {
		return nil, nil, err
	}
	redact, err := input.redactor()
	if err != nil {
		return nil, nil, err
	}
	analyzer, err := analysis.New(models.Embedded())
	if err != nil {
		return nil, nil, err
	}
	rows := newFiles(cmd, input, slices.Clone(paths), options)
	counts := index.OpenMemory(filter.Match != "")
	defer counts.Close() //nolint:errcheck // it is in memory
	analyst := &ingest.Analyst{Analyzer: analyzer, Redact: redact}
	if err := fill(cmd.Context(), analyst, rows, counts); err != nil {
		rows.progress.done()
		return nil, nil, err
	}
	rows.report()
	if err := rows.useless(); err != nil {
		return nil, nil, err
	}
	result, err := rank(cmd.Context(), counts, filter)
	if err != nil {
		return nil, nil, err
	}
	result.Rejected = rows.rejected()
	return result, analyzer.Taxonomy(), nil
}

// fill analyses the rows and puts them into an index in memory.
func fill(ctx context.Context, analyst *ingest.Analyst, rows ingest.Rows, counts *index.Index) error {
	seq := int64(0)
	return analyst.All(ctx, rows, func(batch []ingest.Analysed) error {
		changes := make([]feedback.Change, 0, len(batch))
		for i := range batch {
			if b := &batch[i]; b.Err == nil {
				seq++
				changes = append(changes, feedback.Change{Seq: seq, Kind: feedback.ChangePut, Key: b.Key(), Analysed: &b.Analysed})
			}
		}
		return counts.Apply(ctx, feedback.DefaultWorkspace, changes)
	})
}

// rank counts under the filter and ranks.
func rank(ctx context.Context, counts *index.Index, filter feedback.Filter) (*insight.DriverReport, error) {
	tab, err := counts.Crosstab(ctx, feedback.DefaultWorkspace, filter)
	if err != nil {
		return nil, err
	}
	patterns, err := counts.Patterns(ctx, feedback.DefaultWorkspace, filter)
	if err != nil {
		return nil, err
	}
	analysis.Stamp(&tab)
	result := insight.Drivers(tab, patterns, insight.Options{})
	return &result, nil
}
