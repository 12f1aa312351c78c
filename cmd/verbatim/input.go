package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/ingest"
)

// inputFlags say how files are read.
type inputFlags struct {
	columns string
	keep    []string
	survey  string
	input   string
	strict  bool
	redact  string
	zone    string

	taxonomy string
}

func (f *inputFlags) register(cmd *cobra.Command, redact string) {
	flags := cmd.Flags()
	flags.StringVar(&f.columns, "map", "", "which column is which field, as score=Q1,comment=Q2 (default: found by name)")
	flags.StringSliceVar(&f.keep, "keep", nil, "columns to keep as attributes although they look like contact data")
	flags.StringVar(&f.survey, "survey-name", "", "the survey of rows that name none (default: the file's name)")
	flags.StringVar(&f.input, "input", "", "format of the input: csv, tsv, xlsx, jsonl or text (default: by name and content)")
	flags.BoolVar(&f.strict, "strict", false, "stop at the first bad row")
	flags.StringVar(&f.redact, "redact", redact, redactUsage+" first: "+redactModes)
	flags.StringVar(&f.taxonomy, "taxonomy", "", "file with themes of your own: JSON as PUT /v1/taxonomy takes (default: the built-in themes)")
	flags.StringVar(&f.zone, "time-zone", "UTC", "time zone of dates that name none, as Europe/Helsinki")
}

// location returns the time zone.
func (f *inputFlags) location() (*time.Location, error) {
	loc, err := time.LoadLocation(f.zone)
	if err != nil {
		return nil, usagef("--time-zone %q is unknown: write a name such as Europe/Helsinki", f.zone)
	}
	return loc, nil
}

// What --redact does.
const (
	redactUsage = "replace e-mail addresses, phone, card and bank numbers, national ids, private links and @names in texts"
	redactModes = "off, mark as [email], or hash as [email:3fa9c2d1b07e], which is the same for the same address under the key in " + redactKeyName
)

// redactKeyName is the variable that holds the key of --redact hash. It is not a flag, which others on the machine could
// read, and not kept in the data folder, where it would open what it closes. It is asked for everywhere, so that the same
// input gives the same bytes and a file sent again is unchanged.
const redactKeyName = "VERBATIM_REDACT_KEY"

// redactor returns what replaces personal data.
func (f *inputFlags) redactor() (analysis.Redactor, error) {
	const shortest = 16 // bytes
	mode, err := analysis.ParseRedactionMode(f.redact)
	if err != nil {
		return analysis.Redactor{}, usagef("--redact %q is unknown: it is off, mark or hash", f.redact)
	}
	if mode != analysis.RedactHash {
		return analysis.Redactor{Mode: mode}, nil
	}
	key := os.Getenv(redactKeyName)
	if len(key) < shortest {
		return analysis.Redactor{}, usagef("--redact hash needs a secret of at least %d random characters in %s", shortest, redactKeyName)
	}
	return analysis.Redactor{Mode: mode, Key: []byte(key)}, nil
}

// options turns the flags into what a reader wants.
func (f *inputFlags) options() (ingest.Options, error) {
	loc, err := f.location()
	if err != nil {
		return ingest.Options{}, err
	}
	columns, err := ingest.ParseMap(f.columns)
	if err != nil {
		return ingest.Options{}, usageError{err}
	}
	return ingest.Options{Map: columns, Keep: f.keep, Survey: f.survey, Format: f.input, Location: loc}, nil
}

// open opens a file, or standard input for "-".
func (f *inputFlags) open(cmd *cobra.Command, path string, options ingest.Options) (*ingest.Reader, error) {
	if path == "-" {
		return ingest.NewReader(interruptible(cmd.Context(), cmd.InOrStdin()), "-", options)
	}
	return ingest.Open(path, options)
}

// files reads the rows of several files in turn. It counts what was rejected and says so on the error stream.
type files struct {
	flags     *inputFlags
	cmd       *cobra.Command
	paths     []string
	options   ingest.Options
	current   *ingest.Reader
	summaries []ingest.Summary
	progress  *progress
	read      int
	shown     int
}

const mostShown = 10 // bad rows that are named one by one

func newFiles(cmd *cobra.Command, flags *inputFlags, paths []string, options ingest.Options) *files {
	return &files{flags: flags, cmd: cmd, paths: paths, options: options, progress: newProgress(cmd.ErrOrStderr())}
}

// Next returns the next row of the files; a bad one is named on the error stream, and with --strict it is the end.
func (f *files) Next() (ingest.Row, error) {
	for {
		if err := f.cmd.Context().Err(); err != nil {
			return ingest.Row{}, err
		}
		if f.current == nil {
			if len(f.paths) == 0 {
				return ingest.Row{}, io.EOF
			}
			reader, err := f.flags.open(f.cmd, f.paths[0], f.options)
			if err != nil {
				return ingest.Row{}, err
			}
			f.current, f.paths = reader, f.paths[1:]
		}
		row, err := f.current.Next()
		if errors.Is(err, io.EOF) {
			if err := f.close(); err != nil {
				return ingest.Row{}, err
			}
			continue
		}
		if err == nil {
			err = f.note(&row)
		}
		return row, err
	}
}

// note counts a row and names it if it is bad.
func (f *files) note(row *ingest.Row) error {
	f.read++
	f.progress.stage("reading", f.read, 0)
	if row.Err == nil {
		return nil
	}
	if f.flags.strict {
		return feedback.Errorf(row.Err.Code, "%w; --strict stops at the first bad row", row.Err)
	}
	f.shown++
	if f.shown <= mostShown {
		f.progress.done()
		fmt.Fprintf(f.cmd.ErrOrStderr(), "rejected: %v\n", row.Err)
	} else if f.shown == mostShown+1 {
		fmt.Fprintln(f.cmd.ErrOrStderr(), "rejected: more rows, which the summary counts")
	}
	return nil
}

// close ends the current file and keeps its summary.
func (f *files) close() error {
	if f.current == nil {
		return nil
	}
	f.summaries = append(f.summaries, f.current.Summary())
	err := f.current.Close()
	f.current = nil
	return err
}

// useless returns an error when there were rows and none of them could be used.
func (f *files) useless() error {
	read, accepted := 0, 0
	for i := range f.summaries {
		read, accepted = read+f.summaries[i].Read, accepted+f.summaries[i].Accepted
	}
	if read > 0 && accepted == 0 {
		return feedback.Errorf(feedback.Invalid, "none of %d rows could be used: see the reasons above", read)
	}
	return nil
}

// rejected returns how many rows were rejected.
func (f *files) rejected() int {
	n := 0
	for i := range f.summaries {
		n += f.summaries[i].Rejected
	}
	return n
}

// report says on the error stream what was read, per file.
func (f *files) report() {
	f.progress.done()
	w := f.cmd.ErrOrStderr()
	for i := range f.summaries {
		s := &f.summaries[i]
		fmt.Fprintf(w, "%s: %d rows read, %d rejected", s.File, s.Read, s.Rejected)
		if s.Duplicates > 0 {
			fmt.Fprintf(w, ", %d repeated", s.Duplicates)
		}
		if s.Unscored > 0 {
			fmt.Fprintf(w, ", %d without a score", s.Unscored)
		}
		fmt.Fprintln(w)
		if s.Repaired > 0 {
			fmt.Fprintf(w, "  %d bytes are not valid UTF-8 and became \uFFFD: save the file as UTF-8 to keep them\n", s.Repaired)
		}
		if s.Cleaned > 0 {
			fmt.Fprintf(w, "  control characters became spaces in %d rows\n", s.Cleaned)
		}
		if column := s.Mapping.Fields["weight"]; column != "" {
			fmt.Fprintf(w, "  the weights in %s are used only on request: drivers --weighted\n", column)
		}
		for _, reason := range s.Reasons {
			fmt.Fprintf(w, "  %d rejected (%s) %s, first in line %d\n", reason.Rows, reason.Code, reason.Column, reason.Line)
		}
		for _, name := range s.Uncountable {
			fmt.Fprintf(w, "  %s has too many distinct values to count by\n", name)
		}
	}
}
