package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/models"
	"verbatim/report"
)

// driverFlags say what a ranking holds and how it is written.
type driverFlags struct {
	source    sourceFlags
	format    string
	out       string
	title     string
	words     string
	quotes    int
	segments  []string
	fdr       string
	effects   bool
	bootstrap int
	penalty   bool
	weighted  bool
	johnson   bool
	correct   bool
	control   string
	bom       bool
	method    bool
}

func newDrivers() *cobra.Command {
	var f driverFlags
	cmd := &cobra.Command{
		Use:   "drivers FILE…",
		Short: "Rank the themes that make promoters and detractors, from files of scored comments",
		Long: `Reads scored comments (CSV, TSV, XLSX, JSON Lines, each plain or gzipped; - for standard input), tags them, and ranks
the themes by their impact on the Net Promoter Score, with intervals, tests and false-discovery control. Columns are found
by name in several languages and in the exports of survey platforms; --map says what the names do not. All files
together make one ranking. Nothing is stored. With --data it ranks what a data folder holds.

The formats xlsx and html are whole reports: rankings with quotes, the trend, segments, and the method, in English, Chinese,
Russian or Finnish (--words).`,
		Example: `  verbatim drivers survey.csv
  verbatim drivers survey.csv --format html --words fi --out report.html
  verbatim drivers q1.xlsx q2.xlsx --map score=NPS,comment=Why --where region=EU --format json
  verbatim drivers survey.csv --match 'refund*' --from 2026-01-01`,
		Args: f.source.args,
		RunE: func(cmd *cobra.Command, args []string) error { return drivers(cmd, &f, args) },
	}
	f.register(cmd)
	f.source.register(cmd)
	return cmd
}

func (f *driverFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "table, json, csv, xlsx, parquet, svg or html (default: table on a terminal, else json)")
	flags.StringVar(&f.out, "out", "", "write into this file instead of standard output")
	flags.StringVar(&f.title, "title", "", "title of xlsx and html")
	flags.StringVar(&f.words, "words", "en", "language of the words in xlsx and html: en, zh, ru or fi")
	flags.IntVar(&f.quotes, "quotes", -1, "quotes for each ranked driver (default: 3 in xlsx and html, else none)")
	flags.StringSliceVar(&f.segments, "segments", nil, "attributes to cut by in xlsx and html (default: those with few values)")
	flags.StringVar(&f.fdr, "fdr", "", "BH, BY or holm: how p values become q values (default BH)")
	flags.BoolVar(&f.effects, "effects", false, "add what a mention does when other drivers stay the same (regression, HC3), and the impact per 100 mentions")
	flags.IntVar(&f.bootstrap, "bootstrap", 0, "add intervals of the importances and how sure the top three are, from so many samples, as 1000")
	flags.BoolVar(&f.penalty, "penalty-reward", false, "add reward and penalty of every theme, and what kind of theme it is")
	flags.BoolVar(&f.weighted, "weighted", false, "use the weights of the responses")
	flags.BoolVar(&f.johnson, "relative-weights", false, "add Johnson's relative weights beside the importances")
	flags.BoolVar(&f.correct, "correct-tagger", false, "add what the impacts would be without the tagger's errors, from models/quality.txt")
	flags.StringVar(&f.control, "control", "", "attribute that associations and importances are controlled for (default: the language)")
	flags.BoolVar(&f.bom, "bom", false, "begin CSV with a byte order mark, for old spreadsheets")
	flags.BoolVar(&f.method, "csv-method", false, "add columns with the filter, model and dates to CSV")
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

// options checks the flags and says what the document holds.
func (f *driverFlags) options(format report.Format) (o api.DocumentOptions, err error) {
	whole := format == report.Workbook || format == report.Page
	o = api.DocumentOptions{Title: f.title, Language: f.words, Around: whole, Segments: f.segments, Quotes: f.quotes, Control: f.control}
	if o.Quotes < 0 {
		o.Quotes = 0
		if whole {
			o.Quotes = 3
		}
	}
	if _, err := oneOf("words", f.words, report.Languages); err != nil {
		return o, err
	}
	fdr, err := oneOf("fdr", f.fdr, []string{"", string(insight.BH), string(insight.BY), string(insight.Holm)})
	if err != nil {
		return o, err
	}
	switch {
	case f.bootstrap < 0 || f.bootstrap > 100_000:
		return o, usagef("--bootstrap %d: draw between 1 and 100,000 samples", f.bootstrap)
	case o.Quotes > 20:
		return o, usagef("--quotes %d: at most 20 for each driver", f.quotes)
	}
	o.Insight = insight.Options{
		FDR: insight.Adjustment(fdr), RelativeWeights: f.johnson, Effects: f.effects, Bootstrap: f.bootstrap,
		PenaltyReward: f.penalty, Weighted: f.weighted,
	}
	if f.correct {
		o.Audits, err = models.Embedded().Audits()
	}
	return o, err
}

// oneOf checks the value of a flag.
func oneOf(flag, value string, allowed []string) (string, error) {
	var named []string
	for _, a := range allowed {
		if a == value {
			return value, nil
		}
		if a != "" {
			named = append(named, a)
		}
	}
	return "", usagef("--%s %q is unknown: it is one of %s", flag, value, strings.Join(named, ", "))
}

func drivers(cmd *cobra.Command, f *driverFlags, paths []string) error {
	format, err := formatOf(cmd, f.format, report.Formats, report.JSON)
	if err != nil {
		return err
	}
	options, err := f.options(format)
	if err != nil {
		return err
	}
	c, err := f.source.open(cmd, paths, options.Quotes > 0, false)
	if err != nil {
		return err
	}
	options.Location = c.location
	doc, err := api.Document(cmd.Context(), c.source(), feedback.DefaultWorkspace, c.filter, options)
	if err == nil {
		doc.Drivers.Rejected = c.rejected
		err = f.write(cmd, format, doc)
	}
	return joinClose(err, c.close)
}

// write writes the document to the file that --out names, whole or not at all, or to standard output.
func (f *driverFlags) write(cmd *cobra.Command, format report.Format, doc *report.Document) error {
	csv := report.CSVOptions{BOM: f.bom}
	if f.method {
		csv.Method = &report.Choice{Filter: doc.Filter, Dates: doc.Dates}
	}
	return writeOut(cmd, f.out, func(w io.Writer) error { return report.Drivers(w, format, doc, csv) })
}
