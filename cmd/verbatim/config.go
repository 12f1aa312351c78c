package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// configFlag names the configuration file; VERBATIM_CONFIG does, too.
const configFlag = "config"

// environment is what the names of variables begin with: --addr is VERBATIM_ADDR.
const environment = "VERBATIM_"

// origins say where the value of each flag comes from.
type origins map[string]string

// configure gives the flags that the command line does not set the values of the environment, else of the configuration
// file. An unknown key in the file, an unknown variable that begins like ours, or a value that a flag does not take, is a usage error.
func configure(flags *pflag.FlagSet, environ []string) (origins, error) {
	from := origins{}
	getenv, err := variables(flags, environ)
	if err != nil {
		return nil, err
	}
	file, err := configFile(flags, getenv[variable(configFlag)])
	if err != nil {
		return nil, err
	}
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		fromEnvironment, set := getenv[variable(f.Name)]
		fromFile, written := file[f.Name]
		switch {
		case f.Changed:
			from[f.Name] = "command line"
			return
		case set:
			from[f.Name] = variable(f.Name)
			err = f.Value.Set(fromEnvironment)
		case written:
			from[f.Name] = "configuration file"
			err = f.Value.Set(fromFile)
		default:
			from[f.Name] = "default"
			return
		}
		if err != nil { // it may be a secret, and is not repeated
			errs = append(errs, usagef("%s: the value for %s is not valid: it is a %s", from[f.Name], f.Name, f.Value.Type()))
		}
	})
	return from, errors.Join(errs...)
}

func variable(flag string) string {
	return environment + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// variables are those of the environment that are for us.
func variables(flags *pflag.FlagSet, environ []string) (map[string]string, error) {
	known := map[string]bool{}
	flags.VisitAll(func(f *pflag.Flag) { known[variable(f.Name)] = f.Name != "help" })
	set := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, environment) || value == "" || name == redactKeyName { // an empty one is as good as none
			continue
		}
		if !known[name] {
			return nil, usagef("the environment has %s, which is no setting: `verbatim serve --help` lists what there is", name)
		}
		set[name] = value
	}
	return set, nil
}

// configFile reads the file that --config or VERBATIM_CONFIG names, none when neither does. Its keys are the flags.
func configFile(flags *pflag.FlagSet, fromEnvironment string) (map[string]string, error) {
	path := ""
	if f := flags.Lookup(configFlag); f != nil {
		path = cmp.Or(f.Value.String(), fromEnvironment)
	}
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("the configuration file cannot be read: %w", err)
	}
	var keys map[string]any
	if err := toml.Unmarshal(text, &keys); err != nil {
		return nil, usagef("%s is not valid TOML: %w", path, err)
	}
	values := map[string]string{}
	for key, value := range keys {
		if f := flags.Lookup(key); f == nil || key == configFlag || key == "help" {
			return nil, usagef("%s: there is no setting %q: `verbatim serve --help` lists what there is", path, key)
		}
		switch value.(type) {
		case string, bool, int64, float64:
			values[key] = fmt.Sprint(value)
		default:
			return nil, usagef("%s: %s must be a string, a number, true or false", path, key)
		}
	}
	return values, nil
}

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings of `verbatim serve` and where each comes from",
		Long: `Shows what ` + "`verbatim serve`" + ` would run with, given the same flags: the command line goes before the environment
(VERBATIM_DATA for --data), and that before the configuration file (TOML; --config or VERBATIM_CONFIG), whose keys are
the names of the flags. Secrets are not shown.`,
		Example: `  verbatim config
  verbatim config --config verbatim.toml`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().AddFlagSet(newServe().Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		from, err := configure(cmd.Flags(), os.Environ())
		if err != nil {
			return err
		}
		return showConfig(cmd.OutOrStdout(), cmd.Flags(), from)
	}
	return cmd
}

func showConfig(w io.Writer, flags *pflag.FlagSet, from origins) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			fmt.Fprintf(table, "%s\t%s\t%s\n", f.Name, masked(f), from[f.Name])
		}
	})
	return table.Flush()
}

// masked is the value of a flag without what must not be seen on a screen.
func masked(f *pflag.Flag) string {
	value := f.Value.String()
	for word := range strings.SplitSeq(f.Name, "-") {
		if value != "" && slices.Contains([]string{"secret", "password", "token", "key"}, word) {
			return "(hidden)"
		}
	}
	if u, err := url.Parse(value); err == nil && u.User != nil {
		return u.Redacted()
	}
	return value
}
