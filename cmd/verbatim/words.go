package main

import (
	"context"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/insight"
)

func newWords() *cobra.Command {
	var source sourceFlags
	var format string
	cmd := &cobra.Command{
		Use:   "words FILE…",
		Short: "List the words that tell detractors from promoters, by language",
		Long: `Lists the words that detractors use more than promoters and the other way round: log-odds with an informative Dirichlet
prior, corrected for looking at many words. Without --language it looks at the five languages with the most comments.`,
		Example: `  verbatim words survey.csv
  verbatim words --data ./verbatim-data --language fi --theme delivery_logistics`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			return reportSlices(cmd, &source, format, args, true, func(ctx context.Context, c *counted) (insight.WordsReport, error) {
				return c.source().Words(ctx, feedback.DefaultWorkspace, c.filter, c.filter.Languages)
			})
		},
	}
	addFormat(cmd, &format)
	source.register(cmd)
	return cmd
}
