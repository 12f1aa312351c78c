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
	var folder, format, beside string
	var corpora, leaveOneOut bool
	var options analysis.TrainOptions
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
			if !slices.Contains([]string{"table", "summary", "markdown", "json"}, format) {
				return usagef("--format %q is unknown: it is table, summary, markdown or json", format)
			}
			set := models.Embedded()
			if folder != "" {
				set = models.Open(os.DirFS(folder))
			}
			if leaveOneOut && len(args) == 0 {
				return usagef("--leave-one-out needs the folders of the datasets")
			}
			options.Languages = languages
			results, err := score(cmd, set, args, corpora, leaveOneOut, options)
			if err != nil {
				return err
			}
			if beside != "" {
				baselines, err := readBaselines(beside)
				if err != nil {
					return err
				}
				return writeBeside(cmd.OutOrStdout(), results, baselines)
			}
			if format == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", " ")
				return encoder.Encode(results)
			}
			if format == "markdown" {
				return writeMarkdown(cmd.OutOrStdout(), results)
			}
			return writeQuality(cmd.OutOrStdout(), results, format == "table")
		},
	}
	cmd.Flags().StringVar(&folder, "models", "", "folder of models to score (default: the built-in ones)")
	cmd.Flags().StringVar(&format, "format", "table", "table, summary (without the labels), markdown (the README's table) or json")
	cmd.Flags().StringVar(&beside, "beside", "", "JSON Lines with what other learners reached {task, lang, dataset, fasttext, svm}: print ours beside it")
	cmd.Flags().BoolVar(&leaveOneOut, "leave-one-out", false, "train on all datasets but one, score that one, and so on with each")
	cmd.Flags().StringSliceVar(&options.LeaveOut, "score-only", nil, "with --leave-one-out: datasets that are scored and never trained on")
	cmd.Flags().BoolVar(&corpora, "corpora", false, "score the test part of the built-in comments as well as the files")
	cmd.Flags().StringSliceVar(&languages, "language", nil, "these languages only")
	return cmd
}

// score scores the models as they are, or the datasets with models that have not seen them.
func score(cmd *cobra.Command, set *models.Set, files []string, corpora, leaveOneOut bool, options analysis.TrainOptions) ([]analysis.Quality, error) {
	if leaveOneOut {
		progress := newProgress(cmd.ErrOrStderr())
		defer progress.done()
		options.Progress = progress.stage
		return analysis.LeaveOneOut(cmd.Context(), set, files, options)
	}
	analyzer, err := analysis.New(set)
	if err != nil {
		return nil, err
	}
	return evaluate(cmd, analyzer, files, corpora || len(files) == 0, options.Languages)
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

// writeQuality writes a line for each language, dataset and task, and the labels below it if wanted.
func writeQuality(w io.Writer, results []analysis.Quality, labels bool) error {
	fmt.Fprintf(w, "%-4s %-22s %-34s %6s %9s %9s %9s %11s\n", "lang", "dataset", "task", "n", "precision", "recall", "F1", "specificity")
	for i := range results {
		q := &results[i]
		fmt.Fprintf(w, "%-4s %-22s %-34s %6d  macro-F1 %5.1f  micro-F1 %5.1f", q.Language, q.Dataset, q.Task, q.N, 100*q.MacroF1, 100*q.MicroF1)
		if q.CalibrationError > 0 {
			fmt.Fprintf(w, "  calibration error %.3f", q.CalibrationError)
		}
		fmt.Fprintln(w)
		for _, l := range q.Labels {
			if !labels {
				break
			}
			_, err := fmt.Fprintf(w, "%-4s %-22s   %-32s %6d %9.1f %9.1f %9.1f %11.1f\n", "", "", l.Label, l.N,
				100*l.Precision, 100*l.Recall, 100*l.F1, 100*l.Specificity)
			if err != nil {
				return fmt.Errorf("eval: %w", err)
			}
		}
	}
	return nil
}

// markdownTasks are the columns of the README's table, and whether a figure is the macro mean.
var markdownTasks = []struct {
	task, title string
	macro       bool
}{
	{"sentiment", "sentiment", true},
	{"sentiment4", "with mixed", true},
	{"themes", "themes", false},
	{"themes_polarity", "with polarity", false},
	{"kinds", "kinds", false},
}

// writeMarkdown writes a row for each language and the means.
func writeMarkdown(w io.Writer, results []analysis.Quality) error {
	fmt.Fprint(w, "| language | n |")
	for _, t := range markdownTasks {
		fmt.Fprintf(w, " %s |", t.title)
	}
	fmt.Fprint(w, "\n|---|---:|---:|---:|---:|---:|---:|\n")
	means := make([]mean, len(markdownTasks))
	for _, lang := range languagesOf(results) {
		fmt.Fprintf(w, "| %s |", lang)
		for i, t := range markdownTasks {
			q := qualityOf(results, lang, t.task)
			if i == 0 {
				fmt.Fprintf(w, " %d |", qualityOf(results, lang, "themes").N)
			}
			f1 := 100 * q.MicroF1
			if t.macro {
				f1 = 100 * q.MacroF1
			}
			fmt.Fprintf(w, " %s |", means[i].add(&f1))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| mean | |")
	for _, m := range means {
		fmt.Fprintf(w, " %s |", m)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func languagesOf(results []analysis.Quality) []string {
	var langs []string
	for i := range results {
		if !slices.Contains(langs, results[i].Language) {
			langs = append(langs, results[i].Language)
		}
	}
	return langs
}

// qualityOf returns the quality of a task in a language; an empty one where it was not scored.
func qualityOf(results []analysis.Quality, lang, task string) analysis.Quality {
	for i := range results {
		if results[i].Language == lang && results[i].Task == task {
			return results[i]
		}
	}
	return analysis.Quality{}
}
