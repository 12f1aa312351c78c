package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"verbatim/report"
	"verbatim/store"
)

func newPeople() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "people",
		Short: "Make, list and remove the accounts of people who log in to the pages",
		Long: `Makes, lists and removes accounts in a data folder, and makes links that set a password. From the first account on the pages
need a log-in; the REST API takes keys only. An account belongs to one workspace and sees nothing else. The server uses the
folder alone: while it runs, use its page /settings/people, or stop it first.`,
		Example: `  verbatim people add anna@example.com --role admin
  verbatim people reset anna@example.com --url https://feedback.example.com`,
	}
	cmd.AddCommand(newPeopleAdd(), newPeopleList(), newPeopleRemove(), newPeopleReset())
	return cmd
}

// linkURL is where the link of a person leads.
type linkURL string

func (u *linkURL) register(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(u), "url", "http://127.0.0.1:8080", "the server's address, as the person's browser knows it")
}

// show writes the link alone to standard output, so that a script can take it, and what it is beside.
func (u linkURL) show(cmd *cobra.Command, email, link string) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "A link for %s to set a password. It works once, for 7 days, and cannot be shown again:\n", email)
	_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSuffix(string(u), "/")+"/welcome/"+link)
	return err
}

func newPeopleAdd() *cobra.Command {
	var flags keyFlags
	var base linkURL
	var role, name string
	cmd := &cobra.Command{
		Use:   "add EMAIL --role ROLE",
		Short: "Make an account and show the link that sets its password, once",
		Long: `Makes an account. The link goes to standard output and is kept nowhere; no mail is sent. The first account of a workspace
must be an admin. The data folder is made if it does not exist.`,
		Example: `  verbatim people add anna@example.com --role admin --name "Anna"`,
		Args:    oneArg("person by the e-mail address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withNewStore(cmd, flags.dir, func(s *store.Store) error {
				person, link, err := s.AddPerson(cmd.Context(), flags.workspace, store.NewPerson{Email: args[0], Name: name, Role: store.Role(role)})
				if err != nil {
					return err
				}
				return base.show(cmd, person.Email, link)
			})
		},
	}
	flags.register(cmd)
	base.register(cmd)
	cmd.Flags().StringVar(&role, "role", string(store.Viewer), "what they may do: viewer, analyst or admin")
	cmd.Flags().StringVar(&name, "name", "", "their name, for others to read")
	return cmd
}

func newPeopleList() *cobra.Command {
	return newList("accounts of a workspace", "verbatim people list --workspace acme", (*store.Store).People, writePeople)
}

func writePeople(cmd *cobra.Command, people []store.Person, format report.Format) error {
	if format == report.JSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(people)
	}
	out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "email\tname\trole\tcreated\tlast log-in\tsessions\tlink until")
	for i := range people {
		p := &people[i]
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", p.Email, oneLine(p.Name), p.Role, minute(p.CreatedAt), minute(p.SeenAt), p.Sessions, minute(p.LinkUntil))
	}
	return out.Flush()
}

func newPeopleRemove() *cobra.Command {
	var flags keyFlags
	cmd := &cobra.Command{
		Use:     "remove EMAIL",
		Short:   "Remove an account with its sessions; the last admin stays",
		Example: `  verbatim people remove anna@example.com`,
		Args:    oneArg("person by the e-mail address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(cmd, flags.dir, func(s *store.Store) error {
				person, err := s.PersonByEmail(cmd.Context(), flags.workspace, args[0])
				if err != nil {
					return err
				}
				return s.RemovePerson(cmd.Context(), flags.workspace, person.ID)
			})
		},
	}
	flags.register(cmd)
	return cmd
}

func newPeopleReset() *cobra.Command {
	var flags keyFlags
	var base linkURL
	cmd := &cobra.Command{
		Use:   "reset EMAIL",
		Short: "Show a link that sets somebody's password anew, once",
		Long: `Makes a link that sets a password, in place of one that was made before. The old password and the sessions work until the
link is used.`,
		Example: `  verbatim people reset anna@example.com --url https://feedback.example.com`,
		Args:    oneArg("person by the e-mail address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(cmd, flags.dir, func(s *store.Store) error {
				person, err := s.PersonByEmail(cmd.Context(), flags.workspace, args[0])
				if err != nil {
					return err
				}
				link, err := s.NewLink(cmd.Context(), flags.workspace, person.ID)
				if err != nil {
					return err
				}
				return base.show(cmd, person.Email, link)
			})
		},
	}
	flags.register(cmd)
	base.register(cmd)
	return cmd
}
