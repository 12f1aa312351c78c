package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/models"
)

func newTrain() *cobra.Command {
	var out, lingua string
	var options analysis.TrainOptions
	cmd := &cobra.Command{
		Use:   "train FOLDER…",
		Short: "Train the models on folders of labelled JSON Lines and the built-in hand-written comments",
		Long: `Trains the model that all languages share and one for each language, on labelled JSON Lines (*.jsonl, *.jsonl.gz)
below the folders and on the hand-written comments that are built in, their test industries left out. A line holds
text, lang and any of sentiment, themes [{theme, sentiment}], kinds. The same data gives the same bytes.`,
		Example: `  verbatim train labelled/ --out models/
  verbatim train labelled/ our-own-labels.jsonl --out models/ --language fi,sv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			progress := newProgress(cmd.ErrOrStderr())
			options.Progress = func(stage string, done, total int) { progress.stage("training: "+stage, done, total) }
			defer progress.done()
			trained, err := analysis.Train(cmd.Context(), args, options)
			if err != nil {
				return err
			}
			if err := writeModels(cmd, out, trained); err != nil {
				return err
			}
			if err := writeLanguageTable(out, lingua); err != nil {
				return err
			}
			return writeWords(out, args, options)
		},
	}
	cmd.Flags().StringVar(&out, "out", "models", "folder to write the models to")
	cmd.Flags().StringVar(&lingua, "language-models", "", "folder of lingua's language models, to make the table for language detection anew (default: the built-in one)")
	cmd.Flags().StringSliceVar(&options.Languages, "language", nil, "train on these languages only (default: all with a lexicon)")
	cmd.Flags().StringSliceVar(&options.Only, "only", nil, "write the shared model and those of these languages only")
	cmd.Flags().StringSliceVar(&options.LeaveOut, "leave-out", nil, "datasets (folders) not to train on, to measure on them")
	return cmd
}

// writeLanguageTable writes the table that tells languages apart: made of lingua's models, or the built-in one where the
// folder has none.
func writeLanguageTable(folder, lingua string) error {
	path := filepath.Join(folder, "language.bin")
	var table []byte
	var err error
	if lingua != "" {
		table, err = analysis.BuildLanguageTable(os.DirFS(lingua))
	} else if _, missing := os.Stat(path); missing != nil {
		table, err = models.Embedded().File("language.bin")
	}
	if err != nil || table == nil {
		return err
	}
	if err := os.WriteFile(path, table, 0o644); err != nil { //nolint:gosec // models are for everybody
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// writeWords writes the table of words that tells neighbouring languages apart.
func writeWords(folder string, paths []string, options analysis.TrainOptions) error {
	words, err := analysis.LearnWords(models.Open(os.DirFS(folder)), paths, options)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "words.bin"), words, 0o644); err != nil { //nolint:gosec // models are for everybody
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// writeModels writes each model beside its place and then moves it there, so that Ctrl-C leaves the old one whole.
func writeModels(cmd *cobra.Command, folder string, trained map[string]*models.Linear) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	names := make([]string, 0, len(trained))
	for name := range trained {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		size, err := writeModel(filepath.Join(folder, name+".bin"), trained[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%-10s %8d texts  %8d bytes\n", name, trained[name].Header.Rows, size)
	}
	return nil
}

func writeModel(path string, model *models.Linear) (size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".model-*")
	if err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	defer os.Remove(file.Name())
	if err := model.Write(file); err != nil {
		return 0, err
	}
	if size, err = file.Seek(0, 1); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	if err := file.Chmod(0o644); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	if err := file.Close(); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	return size, os.Rename(file.Name(), path)
}
