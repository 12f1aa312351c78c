package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/models"
)

func newEval() *cobra.Command {
	var folder, format string
	var corpora bool
	var languages []string
	cmd := &cobra.Command{
		Use:   "eval [FILE…]",
		Short: "Score the tags against labelled comments: per language and task n, macro-F1, micro-F1, labels",
		Long: `Scores the tags against labelled JSON Lines (files or folders): a line holds text, lang and any of sentiment, themes
[{theme, sentiment}], kinds. Without files it scores the test part of the built-in hand-written comments, whose
industries no model was trained on. sentiment has three labels (mixed counts by the sign of its score), sentiment4 has
four; themes_polarity counts a theme only with its sentiment; language is detected without the hint of the label.`,
		Example: `  verbatim eval
  verbatim eval labelled.jsonl --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"table", "json"}, format) {
				return usagef("--format %q is unknown: it is table or json", format)
			}
			set := models.Embedded()
			if folder != "" {
				set = models.Open(os.DirFS(folder))
			}
			analyzer, err := analysis.New(set)
			if err != nil {
				return err
			}
			results, err := evaluate(cmd, analyzer, args, corpora || len(args) == 0, languages)
			if err != nil {
				return err
			}
			if format == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", " ")
				return encoder.Encode(results)
			}
			return writeQuality(cmd.OutOrStdout(), results)
		},
	}
	cmd.Flags().StringVar(&folder, "models", "", "folder of models to score (default: the built-in ones)")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().BoolVar(&corpora, "corpora", false, "score the test part of the built-in comments as well as the files")
	cmd.Flags().StringSliceVar(&languages, "language", nil, "these languages only")
	return cmd
}

func evaluate(cmd *cobra.Command, analyzer *analysis.Analyzer, files []string, corpora bool, languages []string) ([]analysis.Quality, error) {
	progress := newProgress(cmd.ErrOrStderr())
	defer progress.done()
	evaluation := analysis.NewEvaluation(analyzer)
	n := 0
	add := func(row analysis.Labelled) error {
		if len(languages) > 0 && !slices.Contains(languages, row.Lang) {
			return nil
		}
		n++
		progress.stage("evaluating", n, 0)
		if cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		return evaluation.Add(&row)
	}
	if corpora {
		for _, lang := range analyzer.Languages() {
			rows, err := analysis.HandWritten(lang, true)
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				if err := add(row); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := analysis.ReadLabelled(files, add); err != nil {
		return nil, err
	}
	return evaluation.Results(), nil
}

// writeQuality writes a line for each language, dataset and task, and the labels below it.
func writeQuality(w io.Writer, results []analysis.Quality) error {
	fmt.Fprintf(w, "%-4s %-22s %-34s %6s %9s %9s %9s\n", "lang", "dataset", "task", "n", "precision", "recall", "F1")
	for i := range results {
		q := &results[i]
		fmt.Fprintf(w, "%-4s %-22s %-34s %6d  macro-F1 %5.1f  micro-F1 %5.1f\n", q.Language, q.Dataset, q.Task, q.N, 100*q.MacroF1, 100*q.MicroF1)
		for _, l := range q.Labels {
			_, err := fmt.Fprintf(w, "%-4s %-22s   %-32s %6d %9.1f %9.1f %9.1f\n", "", "", l.Label, l.N, 100*l.Precision, 100*l.Recall, 100*l.F1)
			if err != nil {
				return fmt.Errorf("eval: %w", err)
			}
		}
	}
	return nil
}
