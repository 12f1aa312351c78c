package main

import (
	"context"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/insight"
)

func newSegments() *cobra.Command {
	var source sourceFlags
	var by, beside, format string
	cmd := &cobra.Command{
		Use:   "segments FILE… --by ATTRIBUTE",
		Short: "Show the NPS by the values of an attribute, each against the others",
		Long: `Counts scored responses by the values of an attribute (or by survey or language) and shows the Net Promoter Score of each
segment with its interval and its difference to all the others, corrected for looking at many. Segments with under ten
scored responses are suppressed. --beside shows another choice of responses beside each segment: the employees' score (eNPS)
beside the customers', by unit.`,
		Example: `  verbatim segments survey.csv --by region
  verbatim segments customers.csv staff.csv --by unit --survey customers --beside survey=staff`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if by == "" {
				return usagef("--by names the attribute to cut by, as --by region")
			}
			loc, err := source.input.location()
			if err != nil {
				return err
			}
			var other *feedback.Filter
			if beside != "" {
				f, err := feedback.ParseFilter(beside, loc)
				if err != nil {
					return usageError{err}
				}
				other = &f
			}
			return reportSlices(cmd, &source, format, args, other != nil && other.Match != "", func(ctx context.Context, c *counted) (insight.SegmentsReport, error) {
				return c.source().Segments(ctx, feedback.DefaultWorkspace, c.filter, by, other)
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "the attribute, or survey, or language")
	cmd.Flags().StringVar(&beside, "beside", "", `what to show beside each segment, as "survey=staff"`)
	addFormat(cmd, &format)
	source.register(cmd)
	return cmd
}
