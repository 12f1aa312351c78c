package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"verbatim/store"
)

func newWorkspace() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "workspace",
		Short: "Make and list workspaces: tenants that see nothing of each other",
		Long: `Makes and lists the workspaces of a data folder. A workspace has its own surveys, responses, taxonomy and keys, and the
key says which one a request is for. Without keys there is one, default.`,
		Example: `  verbatim workspace create acme
  verbatim key create boss --scope admin --workspace acme`,
	}
	cmd.AddCommand(newWorkspaceCreate(), newWorkspaceList())
	return cmd
}

func newWorkspaceCreate() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "create NAME",
		Short:   "Make an empty workspace; its name is of a-z, 0-9, _ and -",
		Example: `  verbatim workspace create acme --data ./verbatim-data`,
		Args:    oneArg("workspace"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withNewStore(cmd, dir, func(s *store.Store) error { return s.CreateWorkspace(cmd.Context(), args[0]) })
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	return cmd
}

func newWorkspaceList() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the workspaces, one a line",
		Example: `  verbatim workspace list`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd, dir, func(s *store.Store) error {
				names, err := s.Workspaces(cmd.Context())
				for _, name := range names {
					fmt.Fprintln(cmd.OutOrStdout(), name)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	return cmd
}
