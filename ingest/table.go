package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"verbatim/feedback"
)

// The formats, as Options.Format names them, and the JSON array.
const (
	formatCSV   = "csv"
	formatTSV   = "tsv"
	formatXLSX  = "xlsx"
	formatLines = "jsonl"
	formatArray = "json"
	formatText  = "text"
)

// table is a file as rows under columns, to be read from the start as often as needed.
type table struct {
	content  *content
	format   string
	charset  charset
	dialect  dialect
	nested   bool // the JSON array is the value of a name
	names    nameSet
	book     *workbook
	layout   layout
	previews int // rows passed over in all passes so far
}

// openTable finds out the format. Its errors are [feedback.Invalid].
func openTable(c *content, opts *Options) (*table, error) {
	t := &table{content: c, layout: layout{status: -1}}
	if bytes.HasPrefix(c.head, []byte("PK\x03\x04")) {
		return t, t.openBook(opts.TempDir)
	}
	if bytes.HasPrefix(c.head, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return t, feedback.Errorf(feedback.Invalid, "%s is an old Excel file (.xls) or has a password: save it as .xlsx without one, or as CSV", c.name)
	}
	var err error
	if t.charset, err = charsetOf(c.name, c.head, &c.census); err != nil {
		return t, err
	}
	text := t.charset.text(c.head)
	if t.format, err = formatOf(c.name, opts.Format, text); err != nil {
		return t, err
	}
	switch t.format {
	case formatLines:
		if isArray(text) {
			t.format, t.nested = formatArray, wrapped.Match(text)
		}
	case formatText:
		t.dialect = dialect{newline: '\n'}
		t.layout = layout{columns: makeColumns([]string{"comment"}, nil), status: -1}
	case formatTSV:
		t.dialect = dialectOf(text, '\t')
	default:
		t.dialect = dialectOf(text, 0)
	}
	return t, nil
}

func (t *table) openBook(tempDir string) error {
	t.format = formatXLSX
	raw, err := t.content.open()
	if err != nil {
		return err
	}
	t.book, err = openWorkbook(t.content.name, tempDir, raw)
	return err
}

func (t *table) close() error {
	if t.book == nil {
		return nil
	}
	return t.book.close()
}

// formatOf goes by what was asked for, then by the name, then by the first characters.
func formatOf(name, asked string, text []byte) (string, error) {
	start := bytes.TrimSpace(text)
	switch asked {
	case "":
	case "json":
		return formatLines, nil
	case formatCSV, formatTSV, formatLines, formatText:
		return asked, nil
	case formatXLSX:
		return "", feedback.Errorf(feedback.Invalid, "%s is not an .xlsx file", name)
	default:
		return "", feedback.Errorf(feedback.Invalid, "format %q is unknown: it is one of csv, tsv, xlsx, jsonl, text", short(asked))
	}
	if lower := bytes.ToLower(start[:min(len(start), 15)]); bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.HasPrefix(lower, []byte("<html")) || bytes.HasPrefix(lower, []byte("<?xml")) {
		return "", feedback.Errorf(feedback.Invalid, "%s is a web page or XML: export CSV, TSV, XLSX or JSON Lines", name)
	}
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")))
	switch {
	case ext == ".csv":
		return formatCSV, nil
	case ext == ".tsv" || ext == ".tab":
		return formatTSV, nil
	case ext == ".jsonl" || ext == ".ndjson" || ext == ".json":
		return formatLines, nil
	case len(start) > 0 && (start[0] == '{' || start[0] == '['):
		return formatLines, nil
	}
	return formatCSV, nil
}

// open starts a pass at the start of the file, header included.
func (t *table) open() (rows, error) {
	if t.format == formatXLSX {
		return t.book.rows()
	}
	raw, err := t.content.open()
	if err != nil {
		return nil, err
	}
	text, err := t.charset.open(raw)
	if err != nil {
		return nil, fmt.Errorf("ingest: read %s: %w", t.content.name, err)
	}
	switch t.format {
	case formatLines:
		return &jsonLines{in: newWindow(text), parser: jsonParser{names: &t.names}}, nil
	case formatArray:
		return &jsonArray{in: newWindow(text), nested: t.nested, parser: jsonParser{names: &t.names}}, nil
	}
	in, err := newDelimited(text, t.dialect)
	if err != nil {
		return nil, fmt.Errorf("ingest: read %s: %w", t.content.name, err)
	}
	in.onlyText = t.format == formatText
	return in, nil
}

// rows starts a pass at the first row of data.
func (t *table) rows() (rows, error) {
	in, err := t.open()
	if err != nil {
		return nil, err
	}
	var rec record
	for skipped := 0; skipped < t.layout.headerRows; {
		if err := in.next(&rec); err != nil {
			return in, fmt.Errorf("ingest: skip header: %w", err)
		}
		if !rec.blank() {
			skipped++
		}
	}
	if d, ok := in.(*delimited); ok && !d.onlyText {
		d.width = len(t.layout.columns)
	}
	return in, nil
}

// next reads the next row that is not blank and no preview.
func (t *table) next(in rows, rec *record) error {
	for {
		if err := in.next(rec); err != nil {
			return err
		}
		switch {
		case rec.blank():
		case t.layout.status >= 0 && slices.Contains(previewStatus, string(bytes.TrimSpace(rec.value(t.layout.status)))):
			t.previews++
		default:
			return nil
		}
	}
}

// sighting is what a look over the rows tells of the columns.
type sighting struct {
	contact  contactCensus
	scores   scoreCensus
	rows     int // that are not blank
	readable int
}

// sampleRows is how many rows of a table are looked at; JSON is looked at to its end, for the names of its columns.
const sampleRows = 500

// look finds the columns and looks at the first rows, of JSON at all.
func (t *table) look() (*sighting, error) {
	isJSON := t.format == formatLines || t.format == formatArray
	if !isJSON && t.format != formatText {
		in, err := t.open()
		if err != nil {
			return nil, err
		}
		t.layout, err = readHeader(t.content.name, in)
		if err := errors.Join(err, in.close()); err != nil {
			return nil, err
		}
	}
	in, err := t.rows()
	if err != nil {
		return nil, err
	}
	seen := &sighting{}
	var rec record
	for isJSON || seen.rows < sampleRows {
		if err := t.next(in, &rec); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, errors.Join(fmt.Errorf("ingest: read %s: %w", t.content.name, err), in.close())
		}
		seen.rows++
		if rec.problem == nil {
			seen.readable++
			seen.contact.add(&rec)
			seen.scores.add(&rec)
		}
	}
	if isJSON {
		t.layout = jsonLayout(t.names.list)
	}
	if isJSON && seen.rows > 0 && seen.readable == 0 {
		return nil, feedback.Errorf(feedback.Invalid, "%s: none of its %d lines is a JSON object with fields: write one object on each line, or name the file .csv", t.content.name, seen.rows)
	}
	return seen, in.close()
}
