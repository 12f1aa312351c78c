package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/report"
	"verbatim/store"
)

// ImportStatus is an import and how far it is.
type ImportStatus struct {
	ID         string          `json:"id" doc:"The id of the import." example:"upload-8f14e45fceea167a"`
	File       string          `json:"file" doc:"The name of the file." example:"survey.csv"`
	State      string          `json:"state" enum:"queued,running,done,failed,undone" doc:"How far it is." example:"running"`
	StartedAt  time.Time       `json:"started_at,omitzero" doc:"When it was accepted."`
	FinishedAt time.Time       `json:"finished_at,omitzero" doc:"When it ended."`
	UndoneAt   time.Time       `json:"undone_at,omitzero" doc:"When it was undone."`
	Read       int             `json:"read" doc:"Rows that were read." example:"12000"`
	Created    int             `json:"created" doc:"Rows that made a response." example:"11800"`
	Updated    int             `json:"updated" doc:"Rows that replaced one." example:"100"`
	Unchanged  int             `json:"unchanged" doc:"Rows that said what was stored." example:"80"`
	Rejected   int             `json:"rejected" doc:"Rows that were refused; see errors." example:"20"`
	Problem    string          `json:"problem,omitempty" doc:"Why it failed."`
	Summary    *ingest.Summary `json:"summary,omitempty" doc:"What was found in the file, once it is done."`
}

// ImportList are imports, the newest first.
type ImportList struct {
	Imports []ImportStatus `json:"imports" doc:"The newest first."`
	Next    *string        `json:"next" doc:"The cursor of the following page; null on the last."`
}

// ImportPreview is what an import would do.
type ImportPreview struct {
	Summary  ingest.Summary       `json:"summary" doc:"What the file holds, and which column is which field."`
	Sample   []StoredResponse     `json:"sample" doc:"The first responses as they would be stored."`
	Rejected []ingest.RejectedRow `json:"rejected" doc:"The first rows that would be refused, up to 100; the summary counts all."`
}

// ImportUndone says what undoing an import deleted.
type ImportUndone struct {
	ID      string `json:"id" doc:"The id of the import."`
	Deleted int    `json:"deleted" doc:"How many responses were deleted; those that something else delivered, too, stay." example:"11800"`
}

// importNotes describe the schemas of imports and their fields.
var importNotes = map[string]string{
	"ImportStatus": "An import and how far it is.", "ImportList": "Imports.", "ImportPreview": "What an import would do.",
	"ImportUndone": "An import that was undone.", "Summary": "What was found in a file.", "Mapping": "What became of each column.",
	"Dropped": "A column that is not read.", "Reason": "Why rows were refused.", "RejectedRow": "A row that is refused, without its values.",
	"ImportEvent": "An event while an import is followed.", "RetagEvent": "An event while tagging anew is followed.", "NewImport": "A file with options, as multipart/form-data.",
	"Summary.file": "The name of the file.", "Summary.format": "The format.", "Summary.encoding": "The encoding of its characters.",
	"Summary.platform": "The platform that exported it.", "Summary.mapping": "Which column is which field.", "Summary.read": "Rows that were read.",
	"Summary.accepted": "Rows that can be stored.", "Summary.rejected": "Rows that cannot.", "Summary.reasons": "Why, the most frequent first.",
	"Summary.duplicates": "Rows that repeat an earlier one.", "Summary.conflicts": "Rejected rows whose id is there with other content.",
	"Summary.unscored": "Accepted rows without a score.", "Summary.previews": "Trial answers, passed over.", "Summary.cleaned": "Rows with control characters that became spaces.",
	"Summary.repaired": "Bytes that are not valid characters.", "Summary.uncountable": "Attributes with too many values to count by.",
	"Mapping.fields": "The column of each field.", "Mapping.attributes": "Columns that become attributes.", "Mapping.dropped": "Columns that are not read.",
	"Dropped.column": "The column.", "Dropped.reason": "Why.", "Reason.column": "The column, empty for the whole row.", "Reason.code": "The kind of problem.",
	"Reason.rows": "How many.", "Reason.line": "The first of them.", "RejectedRow.line": "The line or row, from 1.",
	"RejectedRow.column": "The column, empty for the whole row.", "RejectedRow.code": "The kind of problem.", "RejectedRow.rule": "The stable name of what the row breaks, such as score_range.", "RejectedRow.args": "What words for the rule name: limits, lines, a short value.", "RejectedRow.message": "What is wrong.",
}

// Limits of lists of imports.
const (
	usualImports = 50
	mostImports  = 200
)

var (
	importsLimit = param{
		name: "limit", number: true, least: 1, most: mostImports, want: "a whole number from 1 to " + strconv.Itoa(mostImports),
		about: "How many imports a page has; " + strconv.Itoa(usualImports) + " by default.",
	}
	importErrors = []int{http.StatusNotFound, http.StatusNotImplemented}
)

func (s *server) routesOfImports() {
	one := []content{{media: jsonType, schema: "ImportStatus"}}
	register(s, route{
		method: http.MethodPost, path: "/v1/imports", scope: store.ScopeIngest, id: "post-import", tag: "imports", summary: "Import a file",
		about: "Takes a file, as multipart/form-data, and imports it in the background. With dry_run=true it is only read: the answer says which column " +
			"is which field, shows the first responses and lists what would be refused. The same file while it is on its way is the same import.",
		body: &content{media: formType, schema: "NewImport", about: "The file and how to read it.", example: json.RawMessage(`{"file":"id,score,comment\n1,3,Late delivery\n","survey":"nps-2026"}`)},
		answers: []answer{
			{http.StatusAccepted, "It is on its way.", one},
			{http.StatusOK, "With dry_run: what it would do.", []content{{media: jsonType, schema: "ImportPreview"}}},
		},
		errors: append([]int{http.StatusNotImplemented}, bodyErrors...), once: true,
	}, s.postImport)
	register(s, route{
		method: http.MethodGet, path: "/v1/imports", id: "list-imports", tag: "imports", summary: "List imports",
		params: []param{importsLimit, cursorParam}, answers: []answer{{http.StatusOK, "The newest first.", []content{{media: jsonType, schema: "ImportList"}}}},
		errors: []int{http.StatusNotImplemented},
	}, s.listImports)
	register(s, route{
		method: http.MethodGet, path: "/v1/imports/{id}", id: "get-import", tag: "imports", summary: "How far an import is",
		answers: []answer{{http.StatusOK, "The import.", one}}, errors: importErrors,
	}, s.getImport)
	register(s, route{
		method: http.MethodGet, path: "/v1/imports/{id}/events", id: "watch-import", tag: "imports", summary: "Follow an import",
		about:   "Server-sent events: `progress` with an ImportStatus whenever it gets on, and `end` with the last one.",
		answers: []answer{{http.StatusOK, "The events.", []content{{media: eventsType, schema: "ImportEvent"}}}}, errors: importErrors,
	}, s.watchImport)
	register(s, route{
		method: http.MethodGet, path: "/v1/imports/{id}/errors", id: "get-import-errors", tag: "imports", summary: "The rows that were refused",
		about:   "A CSV file: line, column, reason. It holds no values.",
		answers: []answer{{http.StatusOK, "The rows.", []content{{media: "text/csv"}}}}, errors: importErrors,
	}, s.importErrors)
	register(s, route{
		method: http.MethodDelete, path: "/v1/imports/{id}", id: "undo-import", tag: "imports", summary: "Undo an import",
		about:   "Ends the import if it is on its way, and deletes the responses that hold what it delivered. The file can be imported again.",
		answers: []answer{{http.StatusOK, "It is undone.", []content{{media: jsonType, schema: "ImportUndone"}}}}, errors: importErrors,
	}, s.undoImport)
}

const (
	formType   = "multipart/form-data"
	eventsType = "text/event-stream"
)

// uploads returns what imports files.
func (s *server) uploads() (*ingest.Uploads, error) {
	if s.Uploads == nil {
		return nil, newProblem(feedback.Unsupported, "this server takes no files")
	}
	return s.Uploads, nil
}

// postImport takes a file.
func (s *server) postImport(ctx context.Context, c *call, _ *noPath) (*jsonAnswer, error) {
	uploads, err := s.uploads()
	if err != nil {
		return nil, err
	}
	key, err := onceKey(c.header)
	if err != nil {
		return nil, err
	}
	form, err := c.form(uploads)
	if err != nil {
		return nil, err
	}
	if form.dryRun {
		defer form.file.Remove()
		return s.previewImport(ctx, uploads, form)
	}
	id := ""
	if key != "" {
		id = "once-" + onceID(key)
	}
	status, again, err := uploads.Start(ctx, c.workspace, id, form.file, form.options)
	if err != nil {
		form.file.Remove()
		if key != "" && feedback.CodeOf(err) == feedback.Conflict {
			err = otherRequest()
		}
		return nil, err
	}
	if again {
		c.answer.Header().Set(againHeader, "true")
	}
	c.answer.Header().Set("Location", "/v1/imports/"+url.PathEscape(status.ID))
	return &jsonAnswer{Status: http.StatusAccepted, Body: statusOfImport(&status)}, nil
}

func (s *server) previewImport(ctx context.Context, uploads *ingest.Uploads, form *importForm) (*jsonAnswer, error) {
	found, err := uploads.Preview(ctx, form.file, form.options)
	if err != nil {
		return nil, err
	}
	out := ImportPreview{Summary: found.Summary, Sample: []StoredResponse{}, Rejected: found.Rejected}
	for i := range found.Sample {
		out.Sample = append(out.Sample, newStored(&found.Sample[i]))
	}
	return &jsonAnswer{Status: http.StatusOK, Body: out}, nil
}

func statusOfImport(from *ingest.ImportStatus) ImportStatus {
	out := ImportStatus{
		ID: from.ID, File: from.File, State: string(from.Stage()), StartedAt: from.StartedAt, FinishedAt: from.FinishedAt, UndoneAt: from.UndoneAt,
		Read: from.Read, Created: from.Created, Updated: from.Updated, Unchanged: from.Unchanged, Rejected: from.Rejected,
		Problem: from.Problem, Summary: from.Summary,
	}
	return out
}

// importPath names an import.
type importPath struct {
	ID string `path:"id" doc:"The id of the import, percent-encoded." example:"upload-8f14e45fceea167a"`
}

func (s *server) importOf(ctx context.Context, c *call, in *importPath) (*ingest.Uploads, ImportStatus, error) {
	uploads, err := s.uploads()
	if err != nil {
		return nil, ImportStatus{}, err
	}
	id, err := url.PathUnescape(in.ID)
	if err != nil || unreadable(id) {
		return nil, ImportStatus{}, fieldProblem(feedback.Invalid, FieldError{"path.id", "id is not valid percent-encoded UTF-8, or holds a control character"})
	}
	status, err := uploads.Status(ctx, c.workspace, id)
	return uploads, statusOfImport(&status), err
}

// getImport tells how far an import is.
func (s *server) getImport(ctx context.Context, c *call, in *importPath) (*jsonAnswer, error) {
	_, status, err := s.importOf(ctx, c, in)
	return &jsonAnswer{Status: http.StatusOK, Body: status}, err
}

// listImports lists imports, the newest first. The cursor is the id of the last one.
func (s *server) listImports(ctx context.Context, c *call, _ *noPath) (*jsonAnswer, error) {
	uploads, err := s.uploads()
	if err != nil {
		return nil, err
	}
	limit := usualImports
	if text := c.one(importsLimit.name); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > mostImports {
			return nil, fieldProblem(feedback.Invalid, importsLimit.wrong())
		}
	}
	all, err := s.Store.Imports(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	if cursor := c.one(cursorParam.name); cursor != "" {
		at := slices.IndexFunc(all, func(i store.Import) bool { return i.ID == cursor })
		if at < 0 {
			return nil, fieldProblem(feedback.Invalid, cursorParam.wrong())
		}
		all = all[at+1:]
	}
	out := ImportList{Imports: []ImportStatus{}}
	for i := range all[:min(limit, len(all))] {
		status, err := uploads.Status(ctx, c.workspace, all[i].ID)
		if err != nil {
			return nil, err
		}
		status.Summary = nil
		out.Imports = append(out.Imports, statusOfImport(&status))
	}
	if len(all) > limit {
		out.Next = &all[limit-1].ID
	}
	return &jsonAnswer{Status: http.StatusOK, Body: out}, nil
}

// undoImport undoes an import.
func (s *server) undoImport(ctx context.Context, c *call, in *importPath) (*jsonAnswer, error) {
	uploads, status, err := s.importOf(ctx, c, in)
	if err != nil {
		return nil, err
	}
	deleted, err := uploads.Undo(ctx, c.workspace, status.ID)
	return &jsonAnswer{Status: http.StatusOK, Body: ImportUndone{status.ID, deleted}}, err
}

// importErrors answers the rows that were refused, as they come from the disk.
func (s *server) importErrors(ctx context.Context, c *call, in *importPath) (*huma.StreamResponse, error) {
	uploads, status, err := s.importOf(ctx, c, in)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		header := c.answer.Header()
		header.Set("Content-Type", csvType)
		header.Set("Content-Disposition", `attachment; filename="rejected.csv"`)
		buffer := bufio.NewWriterSize(&patient{Writer: c.answer, control: http.NewResponseController(c.answer)}, 64<<10)
		out := csv.NewWriter(buffer)
		out.UseCRLF = true
		_ = out.Write([]string{"line", "column", "reason"})
		err := uploads.Rejected(ctx, c.workspace, status.ID, func(r ingest.RejectedRow) error {
			return out.Write([]string{strconv.Itoa(r.Line), report.Defuse(r.Column), report.Defuse(r.Message)})
		})
		if out.Flush(); err == nil {
			err = buffer.Flush()
		}
		if err != nil && feedback.CodeOf(err) != feedback.NotFound { // an import of the command line has no such list
			panic(http.ErrAbortHandler)
		}
		_ = buffer.Flush()
	}}, nil
}

// watchImport sends the progress of an import until its end.
func (s *server) watchImport(ctx context.Context, c *call, in *importPath) (*huma.StreamResponse, error) {
	uploads, _, err := s.importOf(ctx, c, in)
	if err != nil {
		return nil, err
	}
	look := func() (body []byte, ended bool, err error) {
		_, status, err := s.importOf(ctx, c, in)
		if err != nil {
			return nil, false, err
		}
		body, err = json.Marshal(status)
		return body, status.State != string(store.Queued) && status.State != string(store.Running), err
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		if err := Follow(ctx, c.answer, uploads, look); err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "api: watch-import", slog.String("error", problemOf(err).Detail), slog.String("request_id", c.id))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
