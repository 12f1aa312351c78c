package web

import (
	"encoding/csv"
	"errors"
	"io"
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
	Rows                [][]string
	Stored              bool
	Ready               bool // nothing keeps it from being imported
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

type rejectedRow struct{ Line, Column, Message string }

const (
	sampleRows    = 5
	rejectedShown = 20
)

// mapping shows an upload, however far it is.
func (p *Pages) mapping(v *visit) error {
	u, err := p.uploads.get(v.workspace, v.param("upload"))
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	page := &mappingPage{
		shell: v.shell("mapping.title", "import"), File: v.Plain(u.name), Post: "/import/" + u.id,
		Running: u.running(), Stored: u.stage == stored,
	}
	page.result(v, u)
	if !page.Running && !page.Stored {
		page.columns(v, u)
	}
	return v.show(http.StatusOK, "mapping", page)
}

// result adds how far the upload is and what came of it.
func (page *mappingPage) result(v *visit, u *upload) {
	switch u.stage {
	case checking, storing:
		page.Said = v.t("mapping."+string(u.stage), v.Count(u.counts.Read))
		return
	case checked:
		s := &u.summary
		page.Said = v.t("mapping.checked")
		page.Counts = []fact{
			{v.t("mapping.accepted"), v.Count(s.Accepted), ""},
			{v.t("mapping.rejected"), v.Count(s.Rejected), ""},
			{v.t("mapping.duplicates"), v.Count(s.Duplicates), ""},
			{v.t("mapping.unscored"), v.Count(s.Unscored), ""},
		}
	case stored:
		c := &u.counts
		page.Said = v.t("mapping.stored")
		page.Counts = []fact{
			{v.t("mapping.created"), v.Count(c.Created), ""},
			{v.t("mapping.updated"), v.Count(c.Updated), ""},
			{v.t("mapping.unchanged"), v.Count(c.Unchanged), ""},
			{v.t("mapping.rejected"), v.Count(c.Rejected), ""},
		}
		page.Undo = "/imports/" + escape(u.importID) + "/undo"
	case failed:
		page.Failure = v.failure(u.failure)
	}
	for _, e := range u.rejected[:min(len(u.rejected), rejectedShown)] {
		page.Rejected = append(page.Rejected, rejectedRow{v.Count(e.Line), v.Plain(e.Column), v.Plain(e.Message)})
	}
	if len(u.rejected) > 0 {
		page.AllRejected = "/import/" + u.id + "/rejected.csv"
	}
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
func (page *mappingPage) columns(v *visit, u *upload) {
	options := u.options
	options.ScoreOptional, options.TextOptional = true, true
	reader, closer, err := u.open(options)
	if err != nil && len(options.Map) > 0 { // the form names columns that are not there
		page.Failure = v.failure(err)
		reader, closer, err = u.open(ingest.Options{ScoreOptional: true, TextOptional: true})
	}
	if err != nil {
		page.Failure = v.failure(err)
		return
	}
	defer closer.Close()
	page.Form = true
	m := reader.Mapping()
	page.fields(v, &m)
	page.SurveyName, page.Stem = options.Survey, v.Plain(strings.TrimSuffix(u.name, path.Ext(u.name)))
	page.Ready = m.Fields["score"] != "" || m.Fields["comment"] != ""
	page.sample(v, reader, &m)
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
		var cells []string
		for _, field := range shown {
			cells = append(cells, v.cell(&row, field))
		}
		for _, a := range attributes {
			cells = append(cells, v.Plain(row.Response.Attributes[a]))
		}
		page.Rows = append(page.Rows, cells)
	}
}

// cell writes a field of a row, or why the row is refused.
func (v *visit) cell(row *ingest.Row, field string) string {
	if row.Err != nil {
		if field == "score" || field == "comment" {
			return "✗ " + v.Plain(row.Err.Message)
		}
		return ""
	}
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

// rejected answers the rejected rows as a file.
func (p *Pages) rejected(v *visit) error {
	u, err := p.uploads.get(v.workspace, v.param("upload"))
	if err != nil {
		return err
	}
	u.mu.Lock()
	rows := slices.Clone(u.rejected)
	u.mu.Unlock()
	v.gin.Header("Content-Type", "text/csv; charset=utf-8")
	v.gin.Header("Content-Disposition", `attachment; filename="rejected.csv"`)
	return writeRejected(v.gin.Writer, rows)
}

func writeRejected(w io.Writer, rows []ingest.RowError) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	lines := [][]string{{"line", "column", "id", "code", "message"}}
	for _, r := range rows {
		lines = append(lines, []string{strconv.Itoa(r.Line), report.Defuse(r.Column), report.Defuse(r.ID), string(r.Code), report.Defuse(r.Message)})
	}
	return out.WriteAll(lines)
}

func escape(text string) string { return url.PathEscape(text) }
