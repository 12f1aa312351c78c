package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/insight"
)

// sides are two choices of responses, narrowed by the filter that both share.
type sides struct{ first, second string }

// parse reads both sides; the names are those of their flags.
func (s *sides) parse(loc *time.Location, firstName, secondName string) (first, second feedback.Filter, err error) {
	if s.first == "" || s.second == "" {
		return first, second, usagef(`--%s and --%s say what to compare, as --%s 2026-Q1 --%s 2026-Q2`, firstName, secondName, firstName, secondName)
	}
	if first, err = feedback.ParseFilter(s.first, loc); err == nil {
		second, err = feedback.ParseFilter(s.second, loc)
	}
	if err != nil {
		err = usageError{err}
	}
	return first, second, err
}

// narrow applies the shared filter to both sides.
func narrow(shared, first, second feedback.Filter) (a, b feedback.Filter, err error) {
	a, okA := shared.And(first)
	b, okB := shared.And(second)
	if !okA || !okB {
		return a, b, usagef("the filter of both sides leaves nothing of one of them: drop what contradicts it")
	}
	return a, b, nil
}

const sideHelp = `A side is a period (2026, 2026-Q1, 2026-03, 2026-W14, 2026-03-31) or conditions with spaces between: from=, to=, survey=,
language=, theme=, sentiment=, kind=, group=, mismatch=, match=, or an attribute with =, !=, <, <=, > or >=. The other filter
flags narrow both sides.`

func newCompare() *cobra.Command {
	var source sourceFlags
	var s sides
	var mix, format string
	cmd := &cobra.Command{
		Use:   "compare FILE… --before SIDE --after SIDE",
		Short: "Compare two choices of responses: is the change significant, and what made it",
		Long: `Compares the Net Promoter Scores of two choices of responses (two quarters, two regions, us and a competitor's survey), with
a test, the smallest change that samples of these sizes detect, and the sample sizes that smaller ones would need. Every
driver's share is compared, and the change of the score is split exactly into volume, severity and the rest; --mix splits it
over the segments of an attribute as well. ` + sideHelp,
		Example: `  verbatim compare survey.csv --before 2026-Q1 --after 2026-Q2
  verbatim compare survey.csv --before region=US --after region=EU --mix plan
  verbatim compare ours.csv theirs.csv --before survey=theirs --after survey=ours`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			loc, err := source.input.location()
			if err != nil {
				return err
			}
			before, after, err := s.parse(loc, "before", "after")
			if err != nil {
				return err
			}
			match := before.Match != "" || after.Match != ""
			return reportSlices(cmd, &source, format, args, match, func(ctx context.Context, c *counted) (insight.ComparisonReport, error) {
				a, b, err := narrow(c.filter, before, after)
				if err != nil {
					return insight.ComparisonReport{}, err
				}
				return c.source().Compare(ctx, feedback.DefaultWorkspace, a, b, mix)
			})
		},
	}
	cmd.Flags().StringVar(&s.first, "before", "", "the first side")
	cmd.Flags().StringVar(&s.second, "after", "", "the second side")
	cmd.Flags().StringVar(&mix, "mix", "", "the attribute over whose segments the change is split")
	addFormat(cmd, &format)
	source.register(cmd)
	return cmd
}

func newEmerging() *cobra.Command {
	var source sourceFlags
	var s sides
	var by, format string
	cmd := &cobra.Command{
		Use:   "emerging FILE… --recent SIDE --earlier SIDE",
		Short: "Find what customers speak of more than before, beyond chance",
		Long: `Finds the drivers whose share of the comments rose from an earlier to a recent choice of responses by more than chance
explains, in all responses and, with --by, in every segment; the false discovery rate is controlled over all of them
together. ` + sideHelp,
		Example: `  verbatim emerging survey.csv --recent 2026-06 --earlier "from=2026-01-01 to=2026-05-31"
  verbatim emerging --data ./verbatim-data --recent 2026-W23 --earlier 2026-W22 --by region`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			loc, err := source.input.location()
			if err != nil {
				return err
			}
			recent, earlier, err := s.parse(loc, "recent", "earlier")
			if err != nil {
				return err
			}
			match := recent.Match != "" || earlier.Match != ""
			return reportSlices(cmd, &source, format, args, match, func(ctx context.Context, c *counted) (insight.EmergingReport, error) {
				a, b, err := narrow(c.filter, recent, earlier)
				if err != nil {
					return insight.EmergingReport{}, err
				}
				return c.source().Emerging(ctx, feedback.DefaultWorkspace, a, b, by)
			})
		},
	}
	cmd.Flags().StringVar(&s.first, "recent", "", "the recent side")
	cmd.Flags().StringVar(&s.second, "earlier", "", "the earlier side")
	cmd.Flags().StringVar(&by, "by", "", "also look into the segments of this attribute")
	addFormat(cmd, &format)
	source.register(cmd)
	return cmd
}
