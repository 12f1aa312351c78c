package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/report"
	"verbatim/store"
)

func newBenchmark() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "benchmark",
		Short: "Keep the scores of others (industry, competitors, targets) and show them beside ours",
		Long: `Keeps Net Promoter Scores that somebody published or measured before, with source and date, in a data folder, and shows
ours with its interval beside each.`,
		Example: `  verbatim benchmark add "our industry" --nps 32 --source "yearly study of the association" --date 2026-03-31 --n 12000
  verbatim benchmark list --where region=EU`,
	}
	cmd.AddCommand(newBenchmarkAdd(), newBenchmarkList(), newBenchmarkRemove())
	return cmd
}

func newBenchmarkAdd() *cobra.Command {
	var dir string
	b := feedback.Benchmark{}
	cmd := &cobra.Command{
		Use:     "add NAME --nps N --source TEXT --date DAY",
		Short:   "Store a benchmark, in place of the one of this name",
		Example: `  verbatim benchmark add "rival" --nps -12 --source "their annual report" --date 2025-12-31`,
		Args:    oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			b.Name = args[0]
			if !cmd.Flags().Changed("nps") {
				return usagef("--nps says the score, from -100 to 100")
			}
			if err := b.Validate(); err != nil {
				return usageError{err}
			}
			return withStore(cmd, dir, func(s *store.Store) error {
				return s.PutBenchmark(cmd.Context(), feedback.DefaultWorkspace, b)
			})
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	cmd.Flags().Float64Var(&b.NPS, "nps", 0, "the score, from -100 to 100")
	cmd.Flags().StringVar(&b.Source, "source", "", "who says so")
	cmd.Flags().StringVar(&b.Date, "date", "", "the day it was measured or published, as 2026-03-31")
	cmd.Flags().IntVar(&b.N, "n", 0, "the number of responses behind it; without it the benchmark is taken as exact")
	return cmd
}

func newBenchmarkList() *cobra.Command {
	source := sourceFlags{dir: "./verbatim-data"}
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "Show our score beside every benchmark",
		Example: `  verbatim benchmark list --data ./verbatim-data --from 2026-01-01`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := formatOf(cmd, format, report.SliceFormats, report.JSON)
			if err != nil {
				return err
			}
			c, err := source.open(cmd, nil, false, false)
			if err != nil {
				return err
			}
			return joinClose(listBenchmarks(cmd, c, chosen), c.close)
		},
	}
	cmd.Flags().StringVar(&source.dir, "data", source.dir, "the data folder")
	source.filter.register(cmd)
	source.input.zone = "UTC"
	cmd.Flags().StringVar(&source.input.zone, "time-zone", "UTC", "time zone of dates, as Europe/Helsinki")
	addFormat(cmd, &format)
	return cmd
}

func listBenchmarks(cmd *cobra.Command, c *counted, format report.Format) error {
	tab, err := c.index.Crosstab(cmd.Context(), feedback.DefaultWorkspace, c.filter)
	if err != nil {
		return err
	}
	list, err := c.benchmarks(cmd.Context())
	if err != nil {
		return err
	}
	result, err := insight.Benchmarks(tab, list)
	if err != nil {
		return err
	}
	return report.Write(cmd.OutOrStdout(), format, &result)
}

func newBenchmarkRemove() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a benchmark",
		Example: `  verbatim benchmark remove "rival"`,
		Args:    oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(cmd, dir, func(s *store.Store) error {
				return s.DeleteBenchmark(cmd.Context(), feedback.DefaultWorkspace, args[0])
			})
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	return cmd
}

func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("name one benchmark (see: %s --help)", cmd.CommandPath())
	}
	return nil
}

// withStore opens the store of a data folder that exists.
func withStore(cmd *cobra.Command, dir string, do func(s *store.Store) error) error {
	if err := folderExists(dir); err != nil {
		return err
	}
	s, err := store.Open(cmd.Context(), dir)
	if err != nil {
		return err
	}
	return joinClose(do(s), s.Close)
}

// folderExists refuses a data folder that is not there, rather than making an empty one to count.
func folderExists(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return feedback.Errorf(feedback.Invalid, "--data %s is a file: name the folder that import or serve made", dir)
	}
	return feedback.Errorf(feedback.NotFound, "--data %s: there is no such folder (verbatim import FILE --data %s makes it): %w", dir, dir, err)
}

// joinClose closes after work that may have failed.
func joinClose(err error, closing func() error) error {
	if closeErr := closing(); closeErr != nil {
		err = errors.Join(err, fmt.Errorf("close: %w", closeErr))
	}
	return err
}
