package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/report"
)

func newExport() *cobra.Command {
	var source sourceFlags
	var format, out string
	var respondent, bom bool
	cmd := &cobra.Command{
		Use:   "export FILE…",
		Short: "Write responses with their tags as CSV, JSON Lines, XLSX or Parquet",
		Long: `Writes every response that the filter chooses with its tags: language, sentiment, kinds, themes with polarity and
confidence, urgency, and all attributes. Who answered is left out unless --respondent. In CSV and XLSX nothing that a
customer wrote runs as a formula.`,
		Example: `  verbatim export survey.csv --format xlsx --out tagged.xlsx
  verbatim export --data ./verbatim-data --format parquet --group detractor --out detractors.parquet`,
		Args: source.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" {
				format = string(report.CSV)
			}
			chosen, err := report.ParseFormat(format, report.ResponseFormats)
			if err != nil {
				return usageError{err}
			}
			c, err := source.open(cmd, args, true, false)
			if err != nil {
				return err
			}
			write := func(w io.Writer) error {
				options, err := c.source().ResponseOptions(cmd.Context(), feedback.DefaultWorkspace, c.filter)
				if err != nil {
					return err
				}
				options.Respondent, options.BOM = respondent, bom
				return c.source().Responses(cmd.Context(), w, feedback.DefaultWorkspace, c.filter, chosen, options)
			}
			return joinClose(writeOut(cmd, out, write), c.close)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "csv, jsonl, xlsx or parquet (default csv)")
	cmd.Flags().StringVar(&out, "out", "", "write into this file instead of standard output")
	cmd.Flags().BoolVar(&respondent, "respondent", false, "also write who answered")
	cmd.Flags().BoolVar(&bom, "bom", false, "begin CSV with a byte order mark, for old spreadsheets")
	source.register(cmd)
	return cmd
}

// writeOut writes into a file, whole or not at all, or to standard output when there is no path.
func writeOut(cmd *cobra.Command, path string, write func(w io.Writer) error) error {
	if path != "" {
		return writeFile(path, func(file *os.File) error { return write(file) })
	}
	buffered := bufio.NewWriter(cmd.OutOrStdout())
	return errors.Join(write(buffered), buffered.Flush())
}
