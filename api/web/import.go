package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
	Undo                     string // where the form goes; "" when there is nothing to undo
}

// mostImports is how many imports are listed.
const mostImports = 30

// imports shows the form for a file.
func (p *Pages) imports(v *visit) error {
	page := &importsPage{shell: v.shell("import.title", "import"), Limit: v.Count(maxUpload >> 20)}
	list, err := p.Store.Imports(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	for i := range list[:min(len(list), mostImports)] {
		page.List = append(page.List, v.imported(&list[i]))
	}
	if n := v.gin.Query("undone"); n != "" && strings.Trim(n, "0123456789") == "" {
		page.Notice = v.t("import.undone", n)
	}
	return v.show(http.StatusOK, "imports", page)
}

func (v *visit) imported(i *store.Import) imported {
	out := imported{File: v.Plain(i.File), Day: v.Day(i.StartedAt), State: v.t("import.state.unfinished"), Undo: "/imports/" + escape(i.ID) + "/undo"}
	switch {
	case !i.UndoneAt.IsZero():
		out.State, out.Undo = v.t("import.state.undone"), ""
	case !i.FinishedAt.IsZero():
		out.State = v.t("import.state.done")
	}
	out.Counts = v.t("import.counts", v.Count(i.Created), v.Count(i.Updated), v.Count(i.Unchanged), v.Count(i.Rejected))
	return out
}

// uploadTime is how long a file may take to arrive.
const uploadTime = 15 * time.Minute

// upload takes a file: the token comes before it, so that nothing of a foreign form is kept.
func (p *Pages) upload(v *visit) error {
	r := v.gin.Request
	deadline := time.Now().Add(uploadTime)
	control := http.NewResponseController(v.gin.Writer)
	if err := errors.Join(control.SetReadDeadline(deadline), control.SetWriteDeadline(deadline)); err != nil {
		p.Logger.InfoContext(v.ctx, "web: the time for an upload cannot be set", "error", err.Error())
	}
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, maxUpload+maxForm)
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
	name := filepath.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
	if part.FileName() == "" {
		return v.redirect("/import")
	}
	u, err := v.p.uploads.add(v.workspace, clip(name, 200), part)
	if err != nil {
		return err
	}
	return v.redirect("/import/" + u.id)
}

func clip(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	return string(runes[max(0, len(runes)-most):])
}

// runImport does with an upload what the form says: check, or import.
func (p *Pages) runImport(v *visit) error {
	u, err := p.uploads.get(v.workspace, v.param("upload"))
	if err != nil {
		return err
	}
	options := v.options()
	u.mu.Lock()
	if !u.running() {
		u.options = options
	}
	u.mu.Unlock()
	job, during := func(ctx context.Context) (stage, error) { return p.check(ctx, u, options) }, checking
	if v.gin.PostForm("do") == "import" {
		job, during = func(ctx context.Context) (stage, error) { return p.store(ctx, u, options) }, storing
	}
	if err := p.uploads.start(u, during, job); err != nil && feedback.CodeOf(err) != feedback.Conflict {
		return err
	}
	return v.redirect("/import/" + u.id)
}

// fields are the fields that a column can be mapped to, in the order of the form.
var fields = []string{"score", "comment", "suggestion", "id", "submitted_at", "lang", "survey", "respondent", "touchpoint", "weight", "updated_at"}

// options reads the mapping of the form.
func (v *visit) options() ingest.Options {
	form := v.gin.Request.PostForm
	options := ingest.Options{Map: map[string]string{}, Survey: strings.TrimSpace(form.Get("survey_name"))}
	for _, field := range fields {
		if columns, ok := form["map."+field]; ok {
			options.Map[field] = columns[0]
		}
	}
	// A file needs a score or a comment: the one that it lacks may be left out, when the other is named.
	options.ScoreOptional, options.TextOptional = options.Map["comment"] != "", options.Map["score"] != ""
	return options
}

// check reads every row and stores nothing.
func (p *Pages) check(ctx context.Context, u *upload, options ingest.Options) (stage, error) {
	reader, closer, err := u.open(options)
	if err != nil {
		return failed, err
	}
	rows := watched{reader, u}
	for n := 1; ; n++ {
		if _, err = rows.Next(); err != nil || ctx.Err() != nil {
			break
		}
		if n%1000 == 0 {
			u.mu.Lock()
			u.counts.Read = n
			u.mu.Unlock()
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	u.mu.Lock()
	u.summary = reader.Summary()
	u.mu.Unlock()
	return checked, errors.Join(err, ctx.Err(), closer.Close())
}

// store imports the file.
func (p *Pages) store(ctx context.Context, u *upload, options ingest.Options) (stage, error) {
	record, err := p.begin(ctx, u, options)
	if err != nil {
		return failed, err
	}
	reader, closer, err := u.open(options)
	if err != nil {
		return failed, err
	}
	u.mu.Lock()
	u.importID = record.ID
	u.mu.Unlock()
	counts, err := p.Ingester.Import(ctx, u.workspace, record.ID, watched{reader, u}, func(c ingest.Imported) {
		u.mu.Lock()
		u.counts = c
		u.mu.Unlock()
	})
	u.mu.Lock()
	u.counts, u.summary = counts, reader.Summary()
	u.mu.Unlock()
	if err = errors.Join(err, closer.Close()); err != nil {
		return failed, err
	}
	record.Read, record.Created, record.Updated = counts.Read, counts.Created, counts.Updated
	record.Unchanged, record.Rejected = counts.Unchanged, counts.Rejected
	if err := p.Store.FinishImport(ctx, u.workspace, record); err != nil {
		return failed, err
	}
	return stored, p.indexed(ctx, u.workspace)
}

// indexed waits until searches know what is stored.
func (p *Pages) indexed(ctx context.Context, workspace string) error {
	seq, err := p.Store.LastSeq(ctx, workspace)
	if err != nil {
		return err
	}
	return p.Index.WaitFor(ctx, workspace, seq)
}

// begin begins the import under the first id that is free. The id depends on the file's bytes and on the mapping, so that
// an import that was interrupted goes on.
func (p *Pages) begin(ctx context.Context, u *upload, options ingest.Options) (store.Import, error) {
	record := store.Import{File: u.name}
	file, err := os.Open(u.path)
	if err != nil {
		return record, feedback.Errorf(feedback.NotFound, "the file is gone: send it again")
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return record, feedback.Errorf(feedback.Unavailable, "the file cannot be read: %w", err)
	}
	fmt.Fprintf(sum, "%q %q %q", u.name, options.Map, options.Survey)
	record.Digest = hex.EncodeToString(sum.Sum(nil))
	for n := 1; ; n++ {
		record.ID = "file-" + record.Digest[:16]
		if n > 1 {
			record.ID += fmt.Sprintf("-%d", n)
		}
		if err := p.Store.BeginImport(ctx, u.workspace, record); feedback.CodeOf(err) != feedback.Conflict {
			return record, err
		}
	}
}

// undoImport deletes what an import brought.
func (p *Pages) undoImport(v *visit) error {
	n, err := p.Store.DeleteImport(v.ctx, v.workspace, v.param("import"))
	if err != nil {
		return err
	}
	v.awaitIndex()
	return v.redirect("/import?undone=" + number(cmp.Or(n, 0)))
}
