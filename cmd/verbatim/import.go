package main

import (
	"context"
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
			redact, err := input.redactor()
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
			return errors.Join(importFiles(cmd, f, &input, options, args), f.Close())
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	input.register(cmd, "mark")
	return cmd
}

// importFiles imports the files while the index follows, and then waits until it has caught up, so that `serve` is ready
// at once.
func importFiles(cmd *cobra.Command, f *folder, input *inputFlags, options ingest.Options, paths []string) error {
	ctx, stop := context.WithCancel(cmd.Context())
	followed := make(chan error, 1)
	go func() { followed <- f.index.Follow(ctx) }()
	defer func() {
		stop()
		<-followed //nolint:errcheck // it ends because it was told to
	}()
	for _, path := range paths {
		if err := importFile(cmd, f, input, options, path); err != nil {
			return err
		}
	}
	return f.indexed(ctx, newProgress(cmd.ErrOrStderr()))
}

func quietLogger(cmd *cobra.Command) *slog.Logger {
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// importFile imports one file. Its import has an id that depends on the file's bytes and on the options, so that an
// import that was interrupted goes on; a finished one is followed by another, in which what is there is unchanged.
func importFile(cmd *cobra.Command, f *folder, input *inputFlags, options ingest.Options, path string) error {
	ctx := cmd.Context()
	rows := newFiles(cmd, input, []string{path}, options)
	record, err := beginImport(ctx, f, path, input, options)
	if err != nil {
		return err
	}
	counts, err := f.ingester.Import(ctx, feedback.DefaultWorkspace, record.ID, rows, func(c ingest.Imported) {
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
	if err := f.store.FinishImport(ctx, feedback.DefaultWorkspace, record); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d created, %d updated, %d unchanged, %d rejected (import %s)\n",
		path, counts.Created, counts.Updated, counts.Unchanged, counts.Rejected, record.ID)
	return rows.useless()
}

// beginImport begins the import of a file under the first id that is free.
func beginImport(ctx context.Context, f *folder, path string, input *inputFlags, options ingest.Options) (store.Import, error) {
	record := store.Import{File: filepath.Base(path)}
	info, err := os.Stat(path)
	if path == "-" || err == nil && !info.Mode().IsRegular() && !info.IsDir() { // a pipe can be read once
		record.ID = "stream-" + time.Now().UTC().Format("20060102T150405.000")
		return record, f.store.BeginImport(ctx, feedback.DefaultWorkspace, record)
	}
	if record.Digest, err = digestOf(path, input, options); err != nil {
		return record, err
	}
	for n := 1; ; n++ {
		record.ID = "file-" + record.Digest[:16]
		if n > 1 {
			record.ID += fmt.Sprintf("-%d", n)
		}
		if err := f.store.BeginImport(ctx, feedback.DefaultWorkspace, record); feedback.CodeOf(err) != feedback.Conflict {
			return record, err
		}
	}
}

// digestOf hashes a file's bytes and the options that change what is read from it.
func digestOf(path string, input *inputFlags, options ingest.Options) (string, error) {
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
	fmt.Fprintf(sum, "%q %q %q %q %q %v %s", filepath.Base(path), options.Map, options.Keep, options.Survey, options.Format, options.Location, input.redact)
	return hex.EncodeToString(sum.Sum(nil)), nil
}
