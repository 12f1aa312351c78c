package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/store"
)

// importsPage takes a file, and lists what was imported.
type importsPage struct {
	shell
	List  []imported
	Limit string // MB
}

// imported is an import of the list.
type imported struct {
	File, Day, State, Counts string
	Link                     string
	Undo                     string // where the form goes; "" when there is nothing to undo
}

// mostImports is how many imports are listed.
const mostImports = 30

// imports shows the form for a file.
func (p *Pages) imports(v *visit) error {
	page := &importsPage{shell: v.shell("import.title", "import"), Limit: v.Count(int(p.Uploads.Most() >> 20))}
	list, err := p.Store.Imports(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	for i := range list[:min(len(list), mostImports)] {
		status, err := p.Uploads.Status(v.ctx, v.workspace, list[i].ID)
		if err != nil {
			return err
		}
		page.List = append(page.List, v.imported(&status))
	}
	if n := v.gin.Query("undone"); n != "" && strings.Trim(n, "0123456789") == "" {
		page.Notice = v.t("import.undone", n)
	}
	return v.show(http.StatusOK, "imports", page)
}

func (v *visit) imported(i *ingest.ImportStatus) imported {
	out := imported{File: v.Plain(i.File), Day: v.Day(i.StartedAt), Link: importAddress(i.ID), Undo: undoAddress(i.ID)}
	stage := i.Stage()
	if out.State = v.t("import.state." + string(stage)); stage == ingest.Undone {
		out.Undo = ""
	}
	out.Counts = v.t("import.counts", v.Count(i.Created), v.Count(i.Updated), v.Count(i.Unchanged), v.Count(i.Rejected))
	return out
}

func importAddress(id string) string { return "/import/" + escape(id) }

func undoAddress(id string) string { return "/imports/" + escape(id) + "/undo" }

// upload takes a file: the token comes before it, so that nothing of a foreign form is kept.
func (p *Pages) upload(v *visit) error {
	r := v.gin.Request
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, p.Uploads.Most()+maxForm)
	r.Body = io.NopCloser(api.Patient(v.gin))
	parts, err := r.MultipartReader()
	if err != nil {
		return feedback.Errorf(feedback.Invalid, "the form has no file")
	}
	genuine := false
	for {
		part, err := parts.NextPart()
		if err != nil {
			return feedback.Errorf(feedback.Invalid, "the form has no file")
		}
		switch part.FormName() {
		case "token":
			token, err := io.ReadAll(io.LimitReader(part, 200))
			genuine = err == nil && v.genuine(string(token))
		case "file":
			if !genuine {
				return errForm
			}
			return v.keepFile(part)
		}
	}
}

// keepFile keeps the file and goes on to its columns.
func (v *visit) keepFile(part *multipart.Part) error {
	if part.FileName() == "" {
		return v.redirect("/import")
	}
	file, err := v.p.Uploads.Spool(part)
	if _, known := errors.AsType[*feedback.Error](err); err != nil && !known {
		return feedback.Errorf(feedback.Invalid, "the file did not arrive whole: send it again")
	}
	if err != nil {
		return err
	}
	d, err := v.p.Uploads.Keep(v.workspace, file, ingest.UploadOptions{Name: api.FileName(part.FileName())})
	if err != nil {
		file.Remove()
		return err
	}
	return v.redirect(importAddress(d.ID))
}

// runImport does with an upload what the form says: look at its first rows anew, check all, or import. What it is busy with already goes on.
func (p *Pages) runImport(v *visit) error {
	id, options := v.param("upload"), v.options()
	do := v.gin.PostForm("do")
	if nothingToRead(options.Map) {
		do = "look" // the page says what is missing
	}
	var err error
	switch do {
	case "import":
		_, err = p.Uploads.StartDraft(v.ctx, v.workspace, id, options)
	case "look":
		err = p.Uploads.Choose(v.workspace, id, options)
	default:
		err = p.Uploads.Check(v.workspace, id, options)
	}
	if code := feedback.CodeOf(err); code == feedback.Internal || code == feedback.Unavailable {
		return err
	}
	return v.redirect(importAddress(id)) // which says what is wrong with the file, or that there is none
}

// nothingToRead reports whether neither scores nor comments are to be read.
func nothingToRead(columns map[string]string) bool {
	score, scored := columns["score"]
	comment, commented := columns["comment"]
	return scored && commented && score == "" && comment == ""
}

// fields are the fields that a column can be mapped to, in the order of the form.
var fields = []string{"score", "comment", "suggestion", "id", "submitted_at", "lang", "survey", "respondent", "touchpoint", "weight", "updated_at"}

// options reads the mapping of the form.
func (v *visit) options() ingest.UploadOptions {
	form := v.gin.Request.PostForm
	options := ingest.UploadOptions{Map: map[string]string{}, Survey: strings.TrimSpace(form.Get("survey_name"))}
	for _, field := range fields {
		if columns, ok := form["map."+field]; ok {
			options.Map[field] = columns[0]
		}
	}
	// A file needs a score or a comment: the one that it lacks may be left out, when the other is named.
	options.ScoreOptional, options.TextOptional = options.Map["comment"] != "", options.Map["score"] != ""
	return options
}

// importPage shows how far an import is and what came of it.
func (p *Pages) importPage(v *visit, id string) error {
	status, err := p.Uploads.Status(v.ctx, v.workspace, id)
	if err != nil {
		return err
	}
	page := &mappingPage{shell: v.shell("mapping.title", "import"), File: v.Plain(status.File), Post: importAddress(id), Undo: undoAddress(id)}
	page.Said, page.Running = v.saidOfImport(&status)
	page.Counts = []fact{
		{v.t("mapping.created"), v.Count(status.Created), ""},
		{v.t("mapping.updated"), v.Count(status.Updated), ""},
		{v.t("mapping.unchanged"), v.Count(status.Unchanged), ""},
		{v.t("mapping.rejected"), v.Count(status.Rejected), ""},
	}
	switch status.Stage() {
	case store.Queued, store.Running:
		page.Counts = nil
	case store.Done:
		v.awaitIndex()
		page.Stored = true
		if status.Created+status.Updated+status.Unchanged == 0 && status.Rejected > 0 {
			page.Stored, page.Said, page.Failure = false, "", v.t("mapping.nothing")
		}
	case store.Failed:
		page.Failure = v.Plain(status.Problem)
	case ingest.Undone:
		page.Undo = ""
	}
	if err := page.rejected(v, id); err != nil {
		return err
	}
	return v.show(http.StatusOK, "mapping", page)
}

// saidOfImport says how far an import is, and whether it still gets on.
func (v *visit) saidOfImport(i *ingest.ImportStatus) (said string, running bool) {
	switch i.Stage() {
	case store.Queued:
		return v.t("mapping.queued"), true
	case store.Running:
		return v.t("mapping.storing", v.Count(i.Read)), true
	case store.Failed:
		return v.t("mapping.failed"), false
	case ingest.Undone:
		return v.t("mapping.undone"), false
	}
	return v.t("mapping.stored"), false
}

// progress says how far an upload is, draft or import.
func (v *visit) progress(id string) (said string, running bool, err error) {
	d, err := v.p.Uploads.Draft(v.workspace, id)
	if err == nil {
		return v.t("mapping.checking", v.Count(d.Read)), d.Busy, nil
	}
	status, err := v.p.Uploads.Status(v.ctx, v.workspace, id)
	if err != nil {
		return "", false, err
	}
	said, running = v.saidOfImport(&status)
	return said, running, nil
}

// followImport tells how far an upload is until nothing runs, as server-sent events in the words of the page.
func (p *Pages) followImport(v *visit) error {
	id := v.param("upload")
	if _, _, err := v.progress(id); err != nil {
		return err
	}
	err := api.Follow(v.ctx, v.gin.Writer, p.Uploads, func() ([]byte, bool, error) {
		said, running, err := v.progress(id)
		return []byte(said), !running, err
	})
	if err != nil {
		panic(http.ErrAbortHandler) // the answer has begun: the browser asks again
	}
	return nil
}

// undoImport ends an import that runs, and deletes what it brought.
func (p *Pages) undoImport(v *visit) error {
	n, err := p.Uploads.Undo(v.ctx, v.workspace, v.param("import"))
	if err != nil {
		return err
	}
	v.awaitIndex()
	return v.redirect("/import?undone=" + number(n))
}
