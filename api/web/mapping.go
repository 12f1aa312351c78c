package web

import (
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/report"
)

// mappingPage shows what becomes of the columns of a file, and how far its import is.
type mappingPage struct {
	shell
	File, Post          string
	Form                bool // the mapping can be changed
	Running             bool
	Said                string // what is going on, or what came of it
	Failure             string
	Fields              []fieldChoice
	Attributes, Dropped []string
	SurveyName, Stem    string
	Head                []string
	Rows                []sampleRow
	Stored              bool
	Ready               bool // nothing keeps it from being imported
	Unread              bool // all of the first rows are refused
	Counts              []fact
	Rejected            []rejectedRow
	AllRejected         string
	Drivers             string
	Undo                string
}

// fieldChoice is a field with the columns that it could be.
type fieldChoice struct {
	Field, Name, About string
	Columns            []choice
}

// sampleRow is one of the first rows as it is read; Wrong says why it is refused.
type sampleRow struct {
	Cells []string
	Wrong string
}

type rejectedRow struct{ Line, Column, Message string }

const (
	sampleRows    = 5
	rejectedShown = 20
)

// mapping shows an upload, however far it is.
func (p *Pages) mapping(v *visit) error {
	id := v.param("upload")
	d, err := p.Uploads.Draft(v.workspace, id)
	if err != nil {
		return p.importPage(v, id)
	}
	page := &mappingPage{shell: v.shell("mapping.title", "import"), File: v.Plain(d.Options.Name), Post: importAddress(id), Running: d.Busy}
	switch {
	case d.Busy:
		page.Said = v.t("mapping.checking", v.Count(d.Read))
		return v.show(http.StatusOK, "mapping", page)
	case d.Failure != nil:
		page.Failure = v.failure(d.Failure)
	case d.Summary != nil:
		if err := page.checked(v, &d); err != nil {
			return err
		}
	}
	page.columns(v, &d)
	return v.show(http.StatusOK, "mapping", page)
}

// checked adds what the check of all rows found.
func (page *mappingPage) checked(v *visit, d *ingest.Draft) error {
	s := d.Summary
	page.Said = v.t("mapping.checked")
	page.Counts = []fact{
		{v.t("mapping.accepted"), v.Count(s.Accepted), ""},
		{v.t("mapping.rejected"), v.Count(s.Rejected), ""},
		{v.t("mapping.duplicates"), v.Count(s.Duplicates), ""},
		{v.t("mapping.unscored"), v.Count(s.Unscored), ""},
	}
	return page.rejected(v, d.ID)
}

// errEnough ends a list.
var errEnough = errors.New("enough")

// rejected adds the first rows that are refused.
func (page *mappingPage) rejected(v *visit, id string) error {
	err := v.p.Uploads.Rejected(v.ctx, v.workspace, id, func(r ingest.RejectedRow) error {
		if len(page.Rejected) == rejectedShown {
			return errEnough
		}
		page.Rejected = append(page.Rejected, rejectedRow{v.Count(r.Line), v.Plain(r.Column), v.Plain(v.refusal(r.Rule, r.Args, r.Message))})
		return nil
	})
	if len(page.Rejected) > 0 {
		page.AllRejected = importAddress(id) + "/rejected.csv"
	}
	if errors.Is(err, errEnough) || feedback.CodeOf(err) == feedback.NotFound { // an import of the command line keeps none
		return nil
	}
	return err
}

// failure says why a file cannot be read, in the words of the one who found out when these are meant for people.
func (v *visit) failure(err error) string {
	if e, ok := errors.AsType[*feedback.Error](err); ok && (e.Code == feedback.Invalid || e.Code == feedback.TooLarge || e.Code == feedback.NotFound) {
		return v.Plain(e.Message)
	}
	if err != nil {
		v.p.Logger.ErrorContext(v.ctx, "web: import", "error", err.Error())
	}
	return v.t("mapping.failed")
}

// columns adds the mapping, as it was guessed or chosen, with the first rows as it reads them.
func (page *mappingPage) columns(v *visit, d *ingest.Draft) {
	look := func(reader *ingest.Reader) error {
		page.Form = true
		m := reader.Mapping()
		page.fields(v, &m)
		page.SurveyName, page.Stem = d.Options.Survey, v.Plain(strings.TrimSuffix(d.Options.Name, path.Ext(d.Options.Name)))
		page.Ready = m.Fields["score"] != "" || m.Fields["comment"] != ""
		page.sample(v, reader, &m)
		page.Unread = len(page.Rows) > 0 && !slices.ContainsFunc(page.Rows, func(r sampleRow) bool { return r.Wrong == "" })
		return nil
	}
	options := d.Options
	options.ScoreOptional, options.TextOptional, options.LeaveUnclear = true, true, true
	err := v.p.Uploads.LookInto(v.workspace, d.ID, options, look)
	if err != nil && len(options.Map) > 0 { // the form names columns that are not there
		page.Failure = v.failure(err)
		err = v.p.Uploads.LookInto(v.workspace, d.ID, ingest.UploadOptions{ScoreOptional: true, TextOptional: true, LeaveUnclear: true}, look)
	}
	if err != nil {
		page.Failure = v.failure(err)
	}
}

// fields offers the columns for each field.
func (page *mappingPage) fields(v *visit, m *ingest.Mapping) {
	var all []string
	for _, field := range fields {
		if column := m.Fields[field]; column != "" {
			all = append(all, column)
		}
	}
	all = append(all, m.Attributes...)
	for _, d := range m.Dropped {
		all = append(all, d.Column)
		page.Dropped = append(page.Dropped, v.Plain(d.Column))
	}
	all = slices.Compact(slices.Sorted(slices.Values(all)))
	for _, a := range m.Attributes {
		page.Attributes = append(page.Attributes, v.Plain(a))
	}
	for _, field := range fields {
		f := fieldChoice{Field: field, Name: v.t("field." + field), About: v.words["field."+field+".about"]}
		f.Columns = append(f.Columns, choice{"", v.t("field.none"), m.Fields[field] == ""})
		for _, column := range all {
			if column != "" {
				f.Columns = append(f.Columns, choice{column, v.Plain(column), m.Fields[field] == column})
			}
		}
		page.Fields = append(page.Fields, f)
	}
}

// sample adds the first rows as they are read.
func (page *mappingPage) sample(v *visit, reader *ingest.Reader, m *ingest.Mapping) {
	var shown []string
	for _, field := range fields {
		if m.Fields[field] != "" {
			shown = append(shown, field)
			page.Head = append(page.Head, v.t("field."+field))
		}
	}
	attributes := m.Attributes[:min(len(m.Attributes), 4)]
	for _, a := range attributes {
		page.Head = append(page.Head, v.Plain(a))
	}
	for len(page.Rows) < sampleRows {
		row, err := reader.Next()
		if err != nil {
			return
		}
		if row.Err != nil {
			page.Rows = append(page.Rows, sampleRow{Wrong: v.Plain(v.refusal(row.Err.Rule, row.Err.Args, row.Err.Message))})
			continue
		}
		var out sampleRow
		for _, field := range shown {
			out.Cells = append(out.Cells, v.cell(&row, field))
		}
		for _, a := range attributes {
			out.Cells = append(out.Cells, v.Plain(row.Response.Attributes[a]))
		}
		page.Rows = append(page.Rows, out)
	}
}

// cell writes a field of a row.
func (v *visit) cell(row *ingest.Row, field string) string {
	r := &row.Response
	switch field {
	case "score":
		if !r.Score.Scored() {
			return "–"
		}
		return strconv.Itoa(int(r.Score))
	case "submitted_at":
		return v.Day(r.SubmittedAt)
	case "updated_at":
		return v.Day(r.UpdatedAt)
	case "weight":
		return v.Decimal(r.Weight, 2)
	}
	text := map[string]string{
		"comment": r.Comment, "suggestion": r.Suggestion, "id": r.ID, "lang": r.Lang, "survey": r.Survey, "respondent": r.Respondent, "touchpoint": r.Touchpoint,
	}[field]
	if runes := []rune(text); len(runes) > 140 {
		text = string(runes[:140]) + "…"
	}
	return v.Plain(text)
}

// refusal says why a row is refused. Rules that have no words here, of a file that an earlier version left, are said in English.
func (v *visit) refusal(rule ingest.Rule, args []string, message string) string {
	if _, known := v.words["rejected."+string(rule)]; !known {
		return message
	}
	filled := make([]any, len(args))
	for i, a := range args {
		filled[i] = a
	}
	return v.t("rejected."+string(rule), filled...)
}

// rejectedFile answers the rejected rows as a file, as they come from the disk.
func (p *Pages) rejectedFile(v *visit) error {
	id := v.param("upload")
	if _, _, err := v.progress(id); err != nil {
		return err
	}
	v.gin.Header("Content-Type", "text/csv; charset=utf-8")
	v.gin.Header("Content-Disposition", `attachment; filename="rejected.csv"`)
	out := csv.NewWriter(v.gin.Writer)
	out.UseCRLF = true
	err := out.Write([]string{"\ufeff" + v.t("mapping.line"), v.t("mapping.column"), v.t("mapping.reason")}) // with the mark, Excel reads it right
	if err == nil {
		err = p.Uploads.Rejected(v.ctx, v.workspace, id, func(r ingest.RejectedRow) error {
			return out.Write([]string{strconv.Itoa(r.Line), report.Defuse(r.Column), report.Defuse(v.refusal(r.Rule, r.Args, r.Message))})
		})
	}
	if out.Flush(); err != nil && feedback.CodeOf(err) != feedback.NotFound || out.Error() != nil {
		panic(http.ErrAbortHandler) // the answer has begun: nobody may take it for whole
	}
	return nil
}

func escape(text string) string { return url.PathEscape(text) }
