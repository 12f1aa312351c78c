package main

import (
	"context"

	"github.com/spf13/cobra"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/report"
)

// source makes reports of what was counted.
func (c *counted) source() *api.Source {
	return &api.Source{
		Index: c.index, Taxonomy: c.taxonomy, Versions: c.versions,
		Texts: func(ctx context.Context, _ string, keys []feedback.Key) ([]feedback.Analysed, error) {
			return c.texts(ctx, keys)
		},
	}
}

// addFormat adds the flag for the formats of slices.
func addFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "", "table, json or csv (default: table on a terminal, else json)")
}

// reportSlices runs a command that counts, computes one report about parts of the responses and writes it.
func reportSlices[T report.Slices](cmd *cobra.Command, source *sourceFlags, format string, paths []string, match bool,
	compute func(ctx context.Context, c *counted) (T, error),
) error {
	chosen, err := formatOf(cmd, format, report.SliceFormats, report.JSON)
	if err != nil {
		return err
	}
	c, err := source.open(cmd, paths, false, match)
	if err != nil {
		return err
	}
	result, err := compute(cmd.Context(), c)
	if err == nil {
		err = report.Write(cmd.OutOrStdout(), chosen, &result)
	}
	return joinClose(err, c.close)
}

func newTrend() *cobra.Command {
	var source sourceFlags
	var by, format string
	cmd := &cobra.Command{
		Use:   "trend FILE…",
		Short: "Show the NPS and the share of every driver by day, week, month, quarter or year",
		Long: `Counts scored comments by calendar period and shows the Net Promoter Score of each with its interval, the change against
the period before with its q value, and how often every driver is mentioned. Weeks are ISO weeks; periods are in --time-zone.`,
		Example: `  verbatim trend survey.csv --by month
  verbatim trend --data ./verbatim-data --by week --where region=EU --format csv`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			var period feedback.Period
			if by != "" {
				var err error
				if period, err = feedback.ParsePeriod(by); err != nil {
					return usageError{err}
				}
			}
			return reportSlices(cmd, &source, format, args, false, func(ctx context.Context, c *counted) (insight.TrendReport, error) {
				if period == "" {
					tab, err := c.index.Crosstab(ctx, feedback.DefaultWorkspace, c.filter)
					if err != nil {
						return insight.TrendReport{}, err
					}
					period = api.PeriodFor(tab.Dates)
				}
				return c.source().Trend(ctx, feedback.DefaultWorkspace, c.filter, period, c.location)
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "day, week, month, quarter or year (default: by the length of the data)")
	addFormat(cmd, &format)
	source.register(cmd)
	return cmd
}
