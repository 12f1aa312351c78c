package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

// ResponseFormats lists the formats of tagged responses.
var ResponseFormats = []Format{CSV, JSONL, Workbook, Parquet}

// ResponseOptions vary a file of tagged responses.
type ResponseOptions struct {
	// Respondent adds who answered; without it that does not leave the machine.
	Respondent bool
	// Attributes are the attributes to write, by name and in this order: each is a column, and in JSON Lines an entry of
	// "attributes". A column whose name is taken already is called attributes.NAME.
	Attributes []string
	// BOM begins a CSV file with a byte order mark.
	BOM bool
	// Choice is written on a sheet of a workbook and into the metadata of a Parquet file.
	Choice Choice
}

// ResponseWriter writes tagged responses one by one, in bounded memory. It is for one goroutine.
type ResponseWriter struct {
	opts   ResponseOptions
	format Format
	rows   responseRows
	err    error // the first; everything after it fails alike
}

// responseRows is a file in one format. Close ends it, or, when it is not complete, only lets go of what it holds.
type responseRows interface {
	write(r *taggedResponse) error
	close(complete bool) error
}

// NewResponses begins a file of tagged responses with the columns id, survey, respondent (if asked for), score, group,
// comment, suggestion, language, sentiment, sentiment_score, kinds, themes, confidence, urgency, mismatch, submitted_at,
// model, taxonomy and the attributes. The tags are those of the comment; they are empty when it is blank.
//
// In CSV and XLSX kinds and urgency are joined by ";", themes as theme:polarity, and confidence has a number from 0 to 1
// for each theme; JSON Lines and Parquet have lists, of {theme, sentiment, confidence} for the themes. A comment,
// suggestion or respondent that is not there is an empty text; what else is not known is null, in CSV and XLSX blank. Times are UTC: RFC 3339 in text, true times in XLSX and Parquet (to the millisecond).
//
// [feedback.Unsupported] is the error for a format that is not among [ResponseFormats]; others wrap that of the writer.
// The caller closes the ResponseWriter also after an error, since it may hold temporary files.
func NewResponses(w io.Writer, format Format, opts ResponseOptions) (*ResponseWriter, error) {
	out := &ResponseWriter{opts: opts, format: format}
	var err error
	switch format {
	case CSV:
		out.rows, err = newResponsesCSV(w, &opts)
	case JSONL:
		out.rows = newResponsesJSONL(w)
	case Workbook:
		out.rows, err = newResponsesXLSX(w, &opts)
	case Parquet:
		out.rows, err = newResponsesParquet(w, &opts)
	default:
		return nil, feedback.Errorf(feedback.Unsupported, "report: responses cannot be written as %q", string(format))
	}
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", format, err)
	}
	return out, nil
}

// Write adds a response; it is not kept. [feedback.TooLarge] is the error when the format holds no more.
func (w *ResponseWriter) Write(a *feedback.Analysed) error {
	if w.err == nil {
		if err := w.rows.write(tagged(a, &w.opts)); err != nil {
			w.err = fmt.Errorf("report: %s: %w", w.format, err)
		}
	}
	return w.err
}

// Close ends the file; the io.Writer stays open. After an error of Write the file stays incomplete and Close returns that
// error again.
func (w *ResponseWriter) Close() error {
	if w.rows == nil {
		return w.err
	}
	err := w.rows.close(w.err == nil)
	w.rows = nil
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("report: %s: %w", w.format, err)
	}
	failed := w.err
	if failed == nil {
		w.err = feedback.Errorf(feedback.Internal, "report: %s: the file of responses is closed", w.format)
	}
	return failed
}

// taggedResponse is a response as files have it; its JSON is a line of JSON Lines. Nil is what is not known.
type taggedResponse struct {
	ID             string             `json:"id"`
	Survey         string             `json:"survey"`
	Respondent     *string            `json:"respondent,omitempty"`
	Score          feedback.Score     `json:"score"`
	Group          *string            `json:"group"`
	Comment        string             `json:"comment"`
	Suggestion     string             `json:"suggestion"`
	Language       *string            `json:"language"`
	Sentiment      *string            `json:"sentiment"`
	SentimentScore *float64           `json:"sentiment_score"`
	Kinds          []string           `json:"kinds"`
	Themes         []taggedTheme      `json:"themes"`
	Urgency        []string           `json:"urgency"`
	Mismatch       bool               `json:"mismatch"`
	SubmittedAt    *time.Time         `json:"submitted_at"`
	Model          *string            `json:"model"`
	Taxonomy       *string            `json:"taxonomy"`
	Attributes     map[string]*string `json:"attributes,omitempty"`
}

type taggedTheme struct {
	Theme      string  `json:"theme"`
	Sentiment  string  `json:"sentiment"`
	Confidence float64 `json:"confidence"`
}

func tagged(a *feedback.Analysed, opts *ResponseOptions) *taggedResponse {
	r := &taggedResponse{
		ID: a.ID, Survey: a.Survey, Score: a.Score, Comment: a.Comment, Suggestion: a.Suggestion,
		Kinds: []string{}, Themes: []taggedTheme{}, Urgency: []string{},
	}
	if opts.Respondent {
		r.Respondent = &a.Respondent
	}
	if group := string(a.Score.Group()); group != "" {
		r.Group = &group
	}
	if !a.SubmittedAt.IsZero() {
		at := a.SubmittedAt.UTC().Truncate(time.Millisecond)
		r.SubmittedAt = &at
	}
	if a.Analysis != nil {
		r.tag(a.Analysis, a.Score)
	}
	if len(opts.Attributes) > 0 {
		r.Attributes = make(map[string]*string, len(opts.Attributes))
	}
	for _, name := range opts.Attributes {
		r.Attributes[name] = nil
		if value, ok := a.Attribute(name); ok {
			r.Attributes[name] = &value
		}
	}
	return r
}

func (r *taggedResponse) tag(a *feedback.Analysis, score feedback.Score) {
	r.Language, r.Model, r.Taxonomy = &a.Language.Code, &a.Model, &a.Taxonomy
	if a.Sentiment != nil {
		label := string(a.Sentiment.Label)
		r.Sentiment, r.SentimentScore = &label, &a.Sentiment.Score
	}
	for _, kind := range a.Kinds {
		r.Kinds = append(r.Kinds, string(kind))
	}
	for _, theme := range a.Themes {
		r.Themes = append(r.Themes, taggedTheme{theme.Theme, string(theme.Sentiment), theme.Confidence})
	}
	for _, urgency := range a.Urgency {
		r.Urgency = append(r.Urgency, string(urgency))
	}
	r.Mismatch = a.Mismatch(score)
}

// responseColumn is a column of a table of responses. Cell gives a string, a number, a truth, a [time.Time], or nil for
// blank; wide is about how many characters it takes.
type responseColumn struct {
	name string
	wide float64
	cell func(r *taggedResponse) any
}

// responseColumns are the columns of CSV and XLSX.
func responseColumns(opts *ResponseOptions) []responseColumn {
	columns := []responseColumn{
		{"id", 14, func(r *taggedResponse) any { return r.ID }},
		{"survey", 14, func(r *taggedResponse) any { return r.Survey }},
	}
	if opts.Respondent {
		columns = append(columns, responseColumn{"respondent", 18, func(r *taggedResponse) any { return known(r.Respondent) }})
	}
	columns = append(columns,
		responseColumn{"score", 8, func(r *taggedResponse) any {
			if r.Score.Scored() {
				return int(r.Score)
			}
			return nil
		}},
		responseColumn{"group", 11, func(r *taggedResponse) any { return known(r.Group) }},
		responseColumn{"comment", 70, func(r *taggedResponse) any { return r.Comment }},
		responseColumn{"suggestion", 40, func(r *taggedResponse) any { return r.Suggestion }},
		responseColumn{"language", 10, func(r *taggedResponse) any { return known(r.Language) }},
		responseColumn{"sentiment", 11, func(r *taggedResponse) any { return known(r.Sentiment) }},
		responseColumn{"sentiment_score", 16, func(r *taggedResponse) any { return known(r.SentimentScore) }},
		responseColumn{"kinds", 20, func(r *taggedResponse) any { return strings.Join(r.Kinds, ";") }},
		responseColumn{"themes", 44, func(r *taggedResponse) any { return r.themes() }},
		responseColumn{"confidence", 14, func(r *taggedResponse) any { return r.confidences() }},
		responseColumn{"urgency", 16, func(r *taggedResponse) any { return strings.Join(r.Urgency, ";") }},
		responseColumn{"mismatch", 11, func(r *taggedResponse) any { return r.Mismatch }},
		responseColumn{"submitted_at", 20, func(r *taggedResponse) any { return known(r.SubmittedAt) }},
		responseColumn{"model", 10, func(r *taggedResponse) any { return known(r.Model) }},
		responseColumn{"taxonomy", 12, func(r *taggedResponse) any { return known(r.Taxonomy) }},
	)
	for i, name := range attributeColumns(opts) {
		attribute := opts.Attributes[i]
		columns = append(columns, responseColumn{name, 16, func(r *taggedResponse) any { return known(r.Attributes[attribute]) }})
	}
	return columns
}

// attributeColumns names the columns of the attributes so that none is there twice.
func attributeColumns(opts *ResponseOptions) []string {
	taken := map[string]bool{}
	for _, name := range []string{
		"id", "survey", "respondent", "score", "group", "comment", "suggestion", "language", "sentiment", "sentiment_score",
		"kinds", "themes", "confidence", "urgency", "mismatch", "submitted_at", "model", "taxonomy",
	} {
		taken[name] = true
	}
	names := slices.Clone(opts.Attributes)
	for i := range names {
		for taken[names[i]] {
			names[i] = "attributes." + names[i]
		}
		taken[names[i]] = true
	}
	return names
}

// known is the value, or nil when there is none.
func known[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

func (r *taggedResponse) themes() string {
	words := make([]string, len(r.Themes))
	for i, t := range r.Themes {
		words[i] = t.Theme + ":" + t.Sentiment
	}
	return strings.Join(words, ";")
}

// confidences is a number when there is one theme, else a text.
func (r *taggedResponse) confidences() any {
	if len(r.Themes) == 1 {
		return r.Themes[0].Confidence
	}
	words := make([]string, len(r.Themes))
	for i, t := range r.Themes {
		words[i] = decimal(t.Confidence)
	}
	return strings.Join(words, ";")
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// responsesJSONL writes an object on each line.
type responsesJSONL struct{ encoder *json.Encoder }

func newResponsesJSONL(w io.Writer) *responsesJSONL {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &responsesJSONL{encoder}
}

func (j *responsesJSONL) write(r *taggedResponse) error { return j.encoder.Encode(r) }

func (j *responsesJSONL) close(bool) error { return nil }

// responsesCSV writes RFC 4180 with defused cells.
type responsesCSV struct {
	out     *csv.Writer
	columns []responseColumn
	cells   []string
}

func newResponsesCSV(w io.Writer, opts *ResponseOptions) (*responsesCSV, error) {
	if opts.BOM {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
	}
	c := &responsesCSV{out: csv.NewWriter(w), columns: responseColumns(opts)}
	c.out.UseCRLF = true
	c.cells = make([]string, len(c.columns))
	for i, column := range c.columns {
		c.cells[i] = Defuse(column.name)
	}
	return c, c.out.Write(c.cells)
}

func (c *responsesCSV) write(r *taggedResponse) error {
	for i, column := range c.columns {
		switch cell := column.cell(r).(type) {
		case nil:
			c.cells[i] = ""
		case string:
			c.cells[i] = Defuse(cell)
		case int:
			c.cells[i] = strconv.Itoa(cell)
		case float64:
			c.cells[i] = decimal(cell)
		case bool:
			c.cells[i] = strconv.FormatBool(cell)
		case time.Time:
			c.cells[i] = cell.Format(time.RFC3339Nano)
		}
	}
	return c.out.Write(c.cells)
}

func (c *responsesCSV) close(bool) error {
	c.out.Flush()
	return c.out.Error()
}
