package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/store"
)

// mostDifferences is how many differences check writes out; the rest is counted.
const mostDifferences = 100

func newCheck() *cobra.Command {
	return onFolder(&cobra.Command{
		Use:   "check",
		Short: "Check that store, index and columns of a data folder are whole and agree, row by row",
		Long: `Reads the whole store, lets the index catch up, and compares every column and every word of the index with the stored
responses. Stop the server first. It writes a line for every difference and fails when there is one; ` + "`verbatim reindex`" + `
makes the index anew.`,
		Example: `  verbatim check --data ./verbatim-data`,
	}, checkFolder)
}

func newReindex() *cobra.Command {
	return onFolder(&cobra.Command{
		Use:     "reindex",
		Short:   "Make the index of a data folder anew from the store",
		Long:    `Throws the index away and makes it anew from the store. Stop the server first.`,
		Example: `  verbatim reindex --data ./verbatim-data`,
	}, func(cmd *cobra.Command, f *folder) error {
		return eachWorkspace(cmd.Context(), f, func(ws string) error {
			if err := f.index.Rebuild(cmd.Context(), ws); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "workspace %s: indexed up to change %d\n", ws, f.index.Seq(cmd.Context(), ws))
			return nil
		})
	})
}

func newRetention() *cobra.Command {
	cmd := &cobra.Command{Use: "retention", Short: "Erase what is older than its survey keeps"}
	cmd.AddCommand(onFolder(&cobra.Command{
		Use:   "run",
		Short: "Erase now what is too old",
		Long: `Erases every response that is older than its survey keeps (PUT /v1/retention), from store, index and all their files.
A server does it by itself once a day; stop it before you run this.`,
		Example: `  verbatim retention run --data ./verbatim-data`,
	}, func(cmd *cobra.Command, f *folder) error {
		return following(cmd.Context(), f, func(ctx context.Context) error {
			n, err := api.NewEraser(f.store, f.index, quietLogger(cmd), 0).Expire(ctx, time.Now())
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d responses were too old and are erased\n", n)
			}
			return err
		})
	}))
	return cmd
}

// onFolder makes a command that works on a data folder that exists.
func onFolder(cmd *cobra.Command, work func(*cobra.Command, *folder) error) *cobra.Command {
	var dir string
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := os.Stat(filepath.Join(dir, "verbatim.db")); err != nil {
			return feedback.Errorf(feedback.NotFound, "there is no store in %s: name the data folder with --data", dir)
		}
		f, err := openFolder(cmd.Context(), dir, analysis.Redactor{}, quietLogger(cmd))
		if err != nil {
			return err
		}
		return errors.Join(work(cmd, f), f.Close())
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	return cmd
}

func eachWorkspace(ctx context.Context, f *folder, work func(ws string) error) error {
	names, err := f.store.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, ws := range names {
		if err := work(ws); err != nil {
			return err
		}
	}
	return nil
}

// following runs work while the index follows the store.
func following(ctx context.Context, f *folder, work func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	followed := make(chan error, 1)
	go func() { followed <- f.index.Follow(ctx) }()
	err := work(ctx)
	stop()
	return errors.Join(err, <-followed)
}

func checkFolder(cmd *cobra.Command, f *folder) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	if err := f.store.Check(ctx); err != nil {
		return err
	}
	differences := 0
	err := eachWorkspace(ctx, f, func(ws string) error {
		err := following(ctx, f, func(ctx context.Context) error {
			last, err := f.store.LastSeq(ctx, ws)
			if err != nil {
				return err
			}
			return f.index.WaitFor(ctx, ws, last)
		})
		if err != nil {
			return err
		}
		n, err := f.index.Check(ctx, ws, func(each func(feedback.Analysed) error) error { return f.store.Scan(ctx, ws, each) },
			func(d index.Difference) {
				if differences++; differences <= mostDifferences {
					fmt.Fprintf(out, "workspace %s: survey %q, id %q: %s\n", ws, d.Key.Survey, d.Key.ID, d.What)
				}
			})
		if err == nil {
			fmt.Fprintf(out, "workspace %s: %d responses compared\n", ws, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	if differences > 0 {
		return feedback.Errorf(feedback.Corrupt, "%d differences: `verbatim reindex` makes the index anew", differences)
	}
	fmt.Fprintln(out, "Store, index and columns are whole and agree.")
	return nil
}

func newBackup() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a copy of the store into a file, while the server runs",
		Long: `Writes the store as it is at this moment into a new file that only you can read. The server may run meanwhile. The index
is not part of it: ` + "`verbatim restore`" + ` makes it anew. Keep erasures.jsonl of the data folder beside your newest
backup: whoever was erased later is erased again when an older backup is restored.`,
		Example: `  verbatim backup /backups/verbatim-$(date +%F).db --data ./verbatim-data`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := store.Backup(cmd.Context(), dir, args[0]); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes\n", args[0], info.Size())
			}
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	return cmd
}

func newRestore() *cobra.Command {
	var dir string
	var options store.RestoreOptions
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a data folder of a backup, without whom was erased since",
		Long: `Puts a backup in the place of the store in a data folder, erases again whom erasures.jsonl of that folder names, and makes
the index anew. Stop the server first.`,
		Example: `  verbatim restore /backups/verbatim-2026-03-31.db --data ./verbatim-data --force
  verbatim restore backup.db --data ./new-folder --erasures erasures.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			removeIndex := func() error { return os.RemoveAll(filepath.Join(dir, "index")) }
			erased, err := store.Restore(cmd.Context(), args[0], dir, options, removeIndex)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The store is restored; %d responses that were erased since the backup were erased again.\n", erased)
			f, err := openFolder(cmd.Context(), dir, analysis.Redactor{}, quietLogger(cmd))
			if err != nil {
				return err
			}
			err = following(cmd.Context(), f, func(ctx context.Context) error {
				return eachWorkspace(ctx, f, func(ws string) error {
					last, err := f.store.LastSeq(ctx, ws)
					if err != nil {
						return err
					}
					return f.index.WaitFor(ctx, ws, last)
				})
			})
			if err = errors.Join(err, f.Close()); err == nil {
				fmt.Fprintln(cmd.OutOrStdout(), "The index is made anew.")
			}
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	cmd.Flags().BoolVar(&options.Force, "force", false, "overwrite the store that is there")
	cmd.Flags().StringVar(&options.Erasures, "erasures", "", "the erasures.jsonl of the folder that the backup came from")
	return cmd
}
