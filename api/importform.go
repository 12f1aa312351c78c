package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/ingest"
)

// Limits of a form.
const (
	maxParts   = 20
	maxOption  = 16 << 10 // bytes
	maxNameLen = 200      // bytes of a file's name
)

// importForm is what a form says.
type importForm struct {
	file    *ingest.Spooled
	options ingest.UploadOptions
	dryRun  bool
}

// form reads a form, and its file to the disk.
func (c *call) form(uploads *ingest.Uploads) (_ *importForm, err error) {
	media, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil || media != formType || params["boundary"] == "" {
		return nil, statusProblem(http.StatusUnsupportedMediaType, feedback.Unsupported, "the body must be "+formType+" with the file as file")
	}
	body := &patient{Reader: c.body, control: http.NewResponseController(c.answer)}
	form := &importForm{}
	defer func() {
		if err != nil && form.file != nil {
			form.file.Remove()
		}
	}()
	parts := multipart.NewReader(body, params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return form, form.complete()
		case err != nil:
			return nil, formProblem(err)
		case n == maxParts:
			return nil, newProblem(feedback.TooLarge, "the form has too many parts")
		}
		if err := form.read(part, uploads); err != nil {
			return nil, err
		}
	}
}

func formProblem(err error) error {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return statusProblem(http.StatusRequestTimeout, feedback.Invalid, "the body took too long to arrive")
	}
	return bodyProblem("the form could not be read to its end")
}

// read reads a part.
func (f *importForm) read(part *multipart.Part, uploads *ingest.Uploads) error {
	name := part.FormName()
	if name == "file" {
		if f.file != nil {
			return fieldProblem(feedback.Invalid, FieldError{"body.file", "file stands twice in the form: import one after the other"})
		}
		f.options.Name = FileName(part.FileName())
		var err error
		f.file, err = uploads.Spool(part)
		if _, known := errors.AsType[*feedback.Error](err); err != nil && !known {
			return formProblem(err)
		}
		return err
	}
	value, err := io.ReadAll(io.LimitReader(part, maxOption+1))
	if err != nil {
		return formProblem(err)
	}
	if len(value) > maxOption {
		return fieldProblem(feedback.TooLarge, FieldError{"body." + nameOf(name), nameOf(name) + " is longer than 16 KB"})
	}
	if message := f.option(name, string(value)); message != "" {
		return fieldProblem(feedback.Invalid, FieldError{"body." + nameOf(name), message})
	}
	return nil
}

// option reads an option; the message is "" or says what is wrong, without the value.
func (f *importForm) option(name, value string) (message string) {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return nameOf(name) + " is not valid UTF-8, or holds a control character"
	}
	o := &f.options
	value = strings.TrimSpace(value)
	switch name {
	case "map":
		var err error
		if o.Map, err = ingest.ParseMap(value); err != nil {
			return "map must be field=column, and so on with commas between, with each field once"
		}
	case "survey":
		o.Survey = value
	case "time_zone":
		o.TimeZone = value
	case "keep":
		o.Keep = nil
		for _, column := range splitList(value) {
			if column = strings.TrimSpace(column); column != "" {
				o.Keep = append(o.Keep, column)
			}
		}
	case "strict":
		return truth(name, value, &o.Strict)
	case "dry_run":
		return truth(name, value, &f.dryRun)
	default:
		return nameOf(name) + " is not a field of this form: there is file, map, survey, time_zone, keep, strict, dry_run"
	}
	return ""
}

func truth(name, value string, into *bool) (message string) {
	if value != "true" && value != "false" {
		return name + " must be true or false"
	}
	*into = value == "true"
	return ""
}

// complete checks the form as a whole.
func (f *importForm) complete() error {
	switch {
	case f.file == nil:
		return fieldProblem(feedback.Invalid, FieldError{"body.file", "file is missing"})
	case len(f.options.Survey) > ingest.MaxName:
		return fieldProblem(feedback.TooLarge, FieldError{"body.survey", "survey is longer than 256 bytes"})
	case !ingest.KnownZone(f.options.TimeZone):
		return fieldProblem(feedback.Invalid, FieldError{"body.time_zone", "time_zone is unknown: write a name such as Europe/Helsinki"})
	}
	return nil
}

// FileName cleans the name that a client gives a file; it is never a path here.
func FileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name))
	for len(name) > maxNameLen {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:] // the extension stays
	}
	if name == "" || name == "." || name == "/" || name == "-" {
		return "upload"
	}
	return name
}

// onceID is the part of an import's id that stands for the key of its request.
func onceID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:12])
}

// importSchemas describe the form.
func importSchemas() map[string]*huma.Schema {
	text := func(about string, examples ...any) *huma.Schema {
		return bounded(0, lineForm, about, examples...)
	}
	file := text("The file: CSV, TSV, XLSX or JSON Lines, plain or gzipped.")
	file.Format, file.Pattern = "binary", ""
	return map[string]*huma.Schema{
		"NewImport": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": file, "map": text("Which column is which field; found by name when it is left out.", "score=Q1,comment=Q2"),
			"survey":    bounded(ingest.MaxName, lineForm, "The survey of rows that name none; the name of the file when it is left out.", "nps-2026"),
			"time_zone": text("The time zone of times that name none.", "Europe/Helsinki"),
			"keep":      text("Columns to keep as attributes though they look like contact data, with commas between.", "Phone model"),
			"strict":    {Type: huma.TypeString, Enum: []any{"true", "false"}, Description: "`true` ends the import at the first bad row."},
			"dry_run":   {Type: huma.TypeString, Enum: []any{"true", "false"}, Description: "`true` stores nothing and answers what would happen."},
		}},
	}
}

// progressEvent is the schema of an event while something is followed; status is what it tells of.
func progressEvent(status string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"event", "data"}, Properties: map[string]*huma.Schema{
		"event": {Type: huma.TypeString, Enum: []any{"progress", "end"}, Description: "Whether more events follow."},
		"data":  {Type: huma.TypeString, Description: "The " + status + " in JSON."},
	}}
}
