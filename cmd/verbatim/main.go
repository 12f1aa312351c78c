// Command verbatim reads what customers write: it tags scored comments in many languages, makes them searchable, and
// ranks the themes that make promoters and detractors.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"verbatim/analysis"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once, even a command that waits for input
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run runs one command and returns its exit code; tests call it as main does.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot() //nolint:contextcheck // cobra hands the context to the commands
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "verbatim: interrupted:", interruption(err))
		return exitInterrupted
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"): // cobra has no type for it
		fmt.Fprintf(stderr, "verbatim: %v\n", err)
		return exitUsage
	case errors.Is(err, syscall.EPIPE):
		return exitFailed // whoever read our output has gone and wants no message
	}
	fmt.Fprintf(stderr, "verbatim: %v\n", err)
	return exitFailed
}

// interruption says what an interrupted command leaves, without the error that the interruption itself is.
func interruption(err error) string {
	text := strings.TrimPrefix(err.Error(), context.Canceled.Error())
	if text = strings.TrimPrefix(text, "; "); text != "" {
		return text
	}
	return "what was finished before is kept"
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "verbatim",
		Short: "Tags scored comments in many languages and ranks what makes promoters and detractors",
		Long: `Verbatim reads answers to "what is the main reason for your score?" (0–10). It tells their language, themes and
sentiment, makes them searchable, and ranks the themes that make promoters and detractors, with intervals.
Everything happens on this machine.`,
		Example: `  verbatim demo
  verbatim drivers survey.csv --where region=EU
  verbatim serve --data ./verbatim-data`,
		Version:       analysis.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see: %s --help)", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newDemo(), newAnalyze(), newDrivers(), newTrend(), newSegments(), newCompare(), newEmerging(), newWords(), newBenchmark(), newExport(), newImport(), newServe(), newKey(), newPeople(), newWorkspace(), newLoad(), newEval(), newTrain())
	root.AddCommand(newCheck(), newReindex(), newRetention(), newBackup(), newRestore(), newConfig(), newHealth())
	return root
}
