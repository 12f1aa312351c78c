package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/store"
)

func newImport() *cobra.Command {
	var input inputFlags
	var dir string
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Tag the responses of files and store them in a data folder, for `verbatim serve`",
		Long: `Reads responses (CSV, TSV, XLSX, JSON Lines, each plain or gzipped), tags them and stores them in a data folder. Every
batch is durable before the next one; after Ctrl-C the same command goes on where it ended. Sending a file again
changes nothing. Personal data in texts are replaced by marks first, unless --redact off.`,
		Example: `  verbatim import survey.csv --data ./verbatim-data
  verbatim import export.csv --map score=Q1,comment=Q2 --survey-name checkout`,
		Args: atLeastOneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			redact, err := input.marking()
			if err != nil {
				return err
			}
			options, err := input.options()
			if err != nil {
				return err
			}
			f, err := openFolder(cmd.Context(), dir, redact, quietLogger(cmd))
			if err != nil {
				return err
			}
			for _, path := range args {
				if err = importFile(cmd, f, &input, options, path); err != nil {
					break
				}
			}
			return errors.Join(err, f.Close())
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	input.register(cmd, "mark")
	return cmd
}

func quietLogger(cmd *cobra.Command) *slog.Logger {
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// importFile imports one file. Its import has an id that depends on the file's bytes and the options, so that the same
// file is recognised.
func importFile(cmd *cobra.Command, f *folder, input *inputFlags, options ingest.Options, path string) error {
	record := store.Import{File: filepath.Base(path)}
	var err error
	if path != "-" {
		if record.Digest, err = digestOf(path, options); err != nil {
			return err
		}
		record.ID = "file-" + record.Digest[:16]
	} else {
		record.ID = "stdin-" + time.Now().UTC().Format("20060102T150405.000")
	}
	rows := newFiles(cmd, input, []string{path}, options)
	if err := f.store.BeginImport(cmd.Context(), feedback.DefaultWorkspace, record); err != nil {
		if feedback.CodeOf(err) == feedback.Conflict {
			fmt.Fprintf(cmd.OutOrStdout(), "%s was imported before with the same options (import %s): nothing to do\n", path, record.ID)
			return nil
		}
		return err
	}
	counts, err := f.ingester.Import(cmd.Context(), feedback.DefaultWorkspace, record.ID, rows, func(c ingest.Imported) {
		rows.progress.stage("stored", c.Read, 0)
	})
	if err != nil {
		rows.progress.done()
		return fmt.Errorf("%w; %d responses are stored: the same command goes on from there", err, counts.Created+counts.Updated+counts.Unchanged)
	}
	rows.report()
	if n := counts.Rejected - rows.rejected(); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d rows are of responses that were deleted, and stay deleted\n", path, n)
	}
	record.Read, record.Created, record.Updated, record.Unchanged, record.Rejected = counts.Read, counts.Created, counts.Updated, counts.Unchanged, counts.Rejected
	if err := f.store.FinishImport(cmd.Context(), feedback.DefaultWorkspace, record); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d created, %d updated, %d unchanged, %d rejected (import %s)\n",
		path, counts.Created, counts.Updated, counts.Unchanged, counts.Rejected, record.ID)
	return nil
}

// digestOf hashes a file's bytes and the options that change what is read from it.
func digestOf(path string, options ingest.Options) (string, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		reader, err := ingest.Open(path, options) // says what is wrong
		if err == nil {
			err = reader.Close()
		}
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", feedback.Errorf(feedback.Invalid, "%s cannot be opened: %w", path, err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", feedback.Errorf(feedback.Unavailable, "%s cannot be read: %w", path, err)
	}
	fmt.Fprintf(sum, "%q %q %q %q %v", options.Map, options.Keep, options.Survey, options.Format, options.Location)
	return hex.EncodeToString(sum.Sum(nil)), nil
}
