package ingest

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"verbatim/feedback"
)

// Options say how to read a file. The zero Options want a score and a comment and find their columns by name.
type Options struct {
	// Map gives the column of fields, as ParseMap returns it; an empty column leaves the field unread.
	Map map[string]string
	// Keep names columns that become attributes though they look like contact data.
	Keep []string
	// Survey is the survey of rows that name none; "" is the file's name without its extension.
	Survey string
	// Format is csv, tsv, xlsx, jsonl (also a JSON array) or text (a comment on each line, no header); "" goes by the
	// name, and by the content where the name says nothing.
	Format string
	// ScoreOptional and TextOptional accept a file without a column of scores, or of comments.
	ScoreOptional, TextOptional bool
	// LeaveUnclear leaves a field unread that could be one of several columns, instead of refusing the file.
	LeaveUnclear bool
	// EveryRow gives every row, those too whose id was there before.
	EveryRow bool
	// Location is the time zone of times that name none; nil is UTC.
	Location *time.Location
	// TempDir is the folder for temporary files; "" is the system's.
	TempDir string
}

// Row is a row of a file. Line counts from 1: the line where the row starts, the row of a sheet, the element of a JSON
// array. When Err is set, the row is rejected and Response is not to be used.
type Row struct {
	Line     int
	Response feedback.Response
	Err      *RowError
}

// RowError says why a row is rejected. Column is the column's name in the file, or "" when the whole row is meant; ID is
// the row's id, if it can be read. Message says what is wrong and what to do.
type RowError struct {
	File    string
	Line    int
	Column  string
	ID      string
	Code    feedback.Code
	Rule    Rule
	Args    []string // of the rule
	Message string
}

// Error gives the error with its place: "survey.csv:14: score: …".
func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, short(e.Column), e.Message)
}

// Reader reads the responses of one file, once, row by row, in constant memory (an XLSX file lies in memory as it is on
// disk, and ids take 8 bytes a row while repeated ones are looked for). It is not safe for concurrent use.
type Reader struct {
	name    string
	content *content
	table   *table
	plan    plan
	repeats map[string]*repeat
	in      rows
	rec     record
	summary Summary
	reasons map[reasonKey]*Reason
}

// Open opens a file of responses. The error is [feedback.NotFound] for a missing file and [feedback.Invalid] for a
// folder, an empty file, one that cannot be read as a table, or one whose columns do not tell what the score and the
// comment are; its message says what to do. Close releases the file.
func Open(path string, opts Options) (*Reader, error) {
	c, err := openContent(path)
	return newReader(c, opts, err)
}

// NewReader reads responses from a stream; name stands for it in messages, tells the format by its extension and gives
// the survey its name ("-" and "" are standard input and tell nothing). A stream that cannot seek is first copied to a
// temporary file, which Close removes. Errors are those of Open.
func NewReader(r io.Reader, name string, opts Options) (*Reader, error) {
	if name == "" || name == "-" {
		name = stdin
	}
	c, err := newContent(r, name, opts.TempDir)
	return newReader(c, opts, err)
}

const stdin = "stdin"

func newReader(c *content, opts Options, err error) (*Reader, error) {
	if c == nil {
		return nil, err
	}
	r := &Reader{name: c.name, content: c, reasons: map[reasonKey]*Reason{}}
	if err == nil {
		err = r.prepare(opts)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// prepare does all that comes before the first row.
func (r *Reader) prepare(opts Options) error {
	if opts.Location == nil {
		opts.Location = time.UTC
	}
	if opts.Survey == "" {
		opts.Survey = stem(r.name)
	}
	var err error
	if r.table, err = openTable(r.content, &opts); err != nil {
		return err
	}
	look, err := r.table.look()
	if err != nil {
		return err
	}
	if r.plan, err = makePlan(r.name, r.table, look, &opts); err != nil {
		return err
	}
	if !opts.EveryRow {
		if r.repeats, err = secondLook(r.table, &r.plan); err != nil {
			return err
		}
	}
	r.table.previews = 0
	r.in, err = r.table.rows()
	return err
}

// stem gives the survey's name: the file's without folders, .gz and extension.
func stem(name string) string {
	if name == stdin {
		return feedback.DefaultSurvey
	}
	base := filepath.Base(name)
	if strings.EqualFold(filepath.Ext(base), ".gz") {
		base = base[:len(base)-3]
	}
	if out := strings.TrimSuffix(base, filepath.Ext(base)); out != "" {
		return out
	}
	return feedback.DefaultSurvey
}

// Close releases the file and removes what was written to disk.
func (r *Reader) Close() error {
	var err error
	if r.in != nil {
		err = r.in.close()
		r.in = nil
	}
	if r.table != nil {
		err = errors.Join(err, r.table.close())
		r.table = nil
	}
	return errors.Join(err, r.content.close())
}

// Mapping says what became of each column.
func (r *Reader) Mapping() Mapping { return r.plan.mapping }

// Next gives the next row, io.EOF after the last. A row that cannot be used comes with Err set. Blank rows, previews and
// rows that repeat an earlier one word by word are passed over. Any other error means that the file cannot be read on.
func (r *Reader) Next() (Row, error) {
	if r.in == nil {
		return Row{}, io.EOF
	}
	for {
		err := r.table.next(r.in, &r.rec)
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, fmt.Errorf("ingest: read %s: %w", r.name, err)
		}
		row, ok := r.row()
		if ok {
			return row, nil
		}
	}
}

// row makes a row of the record; ok is false when it is a duplicate.
func (r *Reader) row() (row Row, ok bool) {
	rec := &r.rec
	row.Line = rec.line
	r.summary.Read++
	bad := rec.problem
	var clash bool
	if bad == nil && len(r.repeats) > 0 {
		if ok, clash, bad = r.repeated(); !ok {
			r.summary.Duplicates++
			return row, false
		}
	}
	if bad == nil {
		var cleaned bool
		row.Response, cleaned, bad = r.plan.response(rec)
		if cleaned {
			r.summary.Cleaned++
		}
	}
	if bad != nil {
		row.Response = feedback.Response{}
		row.Err = &RowError{File: r.name, Line: rec.line, Column: bad.column, ID: r.plan.givenID(rec), Code: bad.code, Rule: bad.rule, Args: bad.args, Message: bad.message}
		r.count(row.Err, clash)
		return row, true
	}
	r.summary.Accepted++
	if !row.Response.Score.Scored() {
		r.summary.Unscored++
	}
	return row, true
}

// repeated decides on a row whose id is there several times: ok is false when an equal one was handed out already.
func (r *Reader) repeated() (ok, clash bool, bad *problem) {
	again, found := r.repeats[string(r.plan.key(&r.rec))]
	switch {
	case !found:
		return true, false, nil
	case again.clash:
		return true, true, again.problem(r.rec.line, r.plan.columnName(fieldID))
	case again.seen:
		return false, false, nil
	}
	again.seen = true
	return true, false, nil
}
