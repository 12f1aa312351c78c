package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/report"
	"verbatim/store"
)

func newKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make, list, rotate and revoke the keys of the REST API",
		Long: `Makes, lists, rotates and revokes keys in a data folder. From the first key on the server answers nothing without one;
with keys it may listen on any address. A key belongs to one workspace and sees nothing else. The server uses the folder
alone: while it runs, use POST /v1/keys, or stop it first.`,
		Example: `  verbatim key create "survey platform" --scope ingest
  verbatim key create boss --scope admin --workspace acme --expires 2027-12-31
  verbatim key rotate k3b5x2m7qa --overlap 48h`,
	}
	cmd.AddCommand(newKeyCreate(), newKeyList(), newKeyRotate(), newKeyRevoke())
	return cmd
}

// keyFlags say where a key is.
type keyFlags struct{ dir, workspace string }

func (f *keyFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "data", "./verbatim-data", "the data folder")
	cmd.Flags().StringVar(&f.workspace, "workspace", feedback.DefaultWorkspace, "the workspace")
}

func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("name one %s (see: %s --help)", what, cmd.CommandPath())
		}
		return nil
	}
}

func newKeyCreate() *cobra.Command {
	var flags keyFlags
	var scopes []string
	var expires string
	cmd := &cobra.Command{
		Use:     "create NAME --scope SCOPE",
		Short:   "Make a key and show its secret, once",
		Long:    `Makes a key. The secret goes to standard output and is kept nowhere. The data folder is made if it does not exist.`,
		Example: `  verbatim key create "survey platform" --scope ingest,read --data ./verbatim-data`,
		Args:    oneArg("key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			k := store.NewKey{Name: args[0]}
			for _, scope := range scopes {
				k.Scopes = append(k.Scopes, store.Scope(scope))
			}
			if expires != "" {
				day, err := time.Parse(time.DateOnly, expires)
				if err != nil {
					return usagef("--expires is a day like 2027-12-31")
				}
				k.ExpiresAt = day.AddDate(0, 0, 1) // the day itself is the last one
			}
			return withNewStore(cmd, flags.dir, func(s *store.Store) error {
				key, secret, err := s.CreateKey(cmd.Context(), flags.workspace, k)
				if err != nil {
					return err
				}
				return showSecret(cmd, &key, secret)
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().StringSliceVar(&scopes, "scope", nil, "what it may do: ingest, read, admin; several with commas")
	cmd.Flags().StringVar(&expires, "expires", "", "the last day it works, as 2027-12-31 (UTC); without it the key does not expire")
	return cmd
}

// showSecret writes the secret alone to standard output, so that a script can take it, and what it is beside.
func showSecret(cmd *cobra.Command, key *store.AccessKey, secret string) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "Key %s (%s) of the workspace %s. This is its secret; it cannot be shown again:\n", key.ID, words(key.Scopes), key.Workspace)
	_, err := fmt.Fprintln(cmd.OutOrStdout(), secret)
	return err
}

func words(scopes []store.Scope) string {
	list := make([]string, len(scopes))
	for i, scope := range scopes {
		list[i] = string(scope)
	}
	return strings.Join(list, ",")
}

func newKeyList() *cobra.Command {
	return newList("keys of a workspace, without their secrets", "verbatim key list --workspace acme", (*store.Store).Keys, writeKeys)
}

// newList makes a command that lists what a workspace has.
func newList[T any](what, example string, list func(*store.Store, context.Context, string) ([]T, error),
	write func(*cobra.Command, []T, report.Format) error,
) *cobra.Command {
	var flags keyFlags
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the " + what,
		Example: "  " + example,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := formatOf(cmd, format, []report.Format{report.Table, report.JSON}, report.JSON)
			if err != nil {
				return err
			}
			return withStore(cmd, flags.dir, func(s *store.Store) error {
				all, err := list(s, cmd.Context(), flags.workspace)
				if err != nil {
					return err
				}
				return write(cmd, all, chosen)
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&format, "format", "", "table or json (default: table on a terminal, else json)")
	return cmd
}

func writeKeys(cmd *cobra.Command, keys []store.AccessKey, format report.Format) error {
	if format == report.JSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(keys)
	}
	out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "id\tname\tscopes\tcreated\tlast used\texpires\trevoked")
	for i := range keys {
		k := &keys[i]
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, oneLine(k.Name), words(k.Scopes), minute(k.CreatedAt), minute(k.LastUsedAt), minute(k.ExpiresAt), minute(k.RevokedAt))
	}
	return out.Flush()
}

func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func newKeyRotate() *cobra.Command {
	var flags keyFlags
	var overlap time.Duration
	cmd := &cobra.Command{
		Use:     "rotate ID",
		Short:   "Give a key a new secret and show it, once",
		Example: `  verbatim key rotate k3b5x2m7qa --overlap 48h`,
		Args:    oneArg("key by its id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(cmd, flags.dir, func(s *store.Store) error {
				key, secret, err := s.RotateKey(cmd.Context(), flags.workspace, args[0], overlap)
				if err != nil {
					return err
				}
				return showSecret(cmd, &key, secret)
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the old secret works longer, up to 720h; 0 ends it now")
	return cmd
}

func newKeyRevoke() *cobra.Command {
	var flags keyFlags
	cmd := &cobra.Command{
		Use:     "revoke ID",
		Short:   "End a key for good",
		Example: `  verbatim key revoke k3b5x2m7qa --workspace acme`,
		Args:    oneArg("key by its id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(cmd, flags.dir, func(s *store.Store) error {
				return s.RevokeKey(cmd.Context(), flags.workspace, args[0])
			})
		},
	}
	flags.register(cmd)
	return cmd
}

// withNewStore opens the store of a data folder, which is made if it does not exist.
func withNewStore(cmd *cobra.Command, dir string, do func(s *store.Store) error) error {
	s, err := store.Open(cmd.Context(), dir)
	if err != nil {
		return err
	}
	return joinClose(do(s), s.Close)
}
