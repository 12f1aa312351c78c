package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/ingest"
)

// upload posts a file with options, which are pairs of name and value.
func (w *world) upload(tb testing.TB, name, content string, header []string, options ...string) answered {
	tb.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(options); i += 2 {
		if err := form.WriteField(options[i], options[i+1]); err != nil {
			tb.Fatal(err)
		}
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		tb.Fatal(err)
	}
	return w.do(tb, http.MethodPost, "/v1/imports", body.String(), append([]string{"Content-Type", form.FormDataContentType()}, header...)...)
}

// ended watches an import until its end.
func (w *world) ended(tb testing.TB, id string) ImportStatus {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/v1/imports/"+id+"/events", nil)
	if err != nil {
		tb.Fatal(err)
	}
	if w.secret != "" {
		r.Header.Set("Authorization", "Bearer "+w.secret)
	}
	answer, err := w.Client().Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Header.Get("Content-Type") != eventsType {
		tb.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	lines, name := bufio.NewScanner(answer.Body), ""
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = text
		}
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok && name == "end" {
			return decode[ImportStatus](tb, text)
		}
	}
	tb.Fatalf("no end: %v", lines.Err())
	return ImportStatus{}
}

const surveyFile = "id,score,comment,region,=cmd\n" +
	"1,3,The delivery was late,EU,x\n" +
	"2,11,Nice staff,EU,x\n" +
	"3,9,\"Friendly staff, write to me@example.com\",US,x\n"

func TestImport(t *testing.T) {
	w := newWorld(t)
	got := w.upload(t, "survey.csv", surveyFile, nil, "survey", "nps", "map", "touchpoint==cmd")
	begun := decode[ImportStatus](t, got.body)
	if got.status != http.StatusAccepted || got.header.Get("Location") != "/v1/imports/"+begun.ID || begun.File != "survey.csv" {
		t.Fatalf("%+v", got)
	}
	done := w.ended(t, begun.ID)
	if done.State != "done" || done.Read != 3 || done.Created != 2 || done.Rejected != 1 || done.Summary.Mapping.Fields["score"] != "score" || done.FinishedAt.IsZero() {
		t.Errorf("%+v", done)
	}
	if stored := w.get(t, "/v1/responses/3?survey=nps"); strings.Contains(stored, "example.com") || !strings.Contains(stored, begun.ID) {
		t.Errorf("%s", stored)
	}
	if got, want := w.get(t, "/v1/imports/"+begun.ID+"/errors"), "line,column,reason\r\n3,score,"; !strings.HasPrefix(got, want) || strings.Contains(got, "Nice") {
		t.Errorf("%q", got)
	}
	list := decode[ImportList](t, w.get(t, "/v1/imports"))
	if len(list.Imports) != 1 || list.Imports[0].ID != begun.ID || list.Next != nil {
		t.Errorf("%+v", list)
	}
	undone := decode[ImportUndone](t, w.do(t, http.MethodDelete, "/v1/imports/"+begun.ID, "").body)
	if undone.Deleted != 2 {
		t.Errorf("%+v", undone)
	}
	if status := decode[ImportStatus](t, w.get(t, "/v1/imports/"+begun.ID)); status.State != "undone" {
		t.Errorf("%+v", status)
	}
	if got := w.do(t, http.MethodGet, "/v1/responses/3?survey=nps", ""); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	// It can come again, as an import of its own.
	again := decode[ImportStatus](t, w.upload(t, "survey.csv", surveyFile, nil, "survey", "nps", "map", "touchpoint==cmd").body)
	if done := w.ended(t, again.ID); again.ID == begun.ID || done.Created != 2 {
		t.Errorf("%+v", done)
	}
}

func TestImportDryRun(t *testing.T) {
	w := newWorld(t)
	got := w.upload(t, "survey.csv", surveyFile, nil, "dry_run", "true")
	preview := decode[ImportPreview](t, got.body)
	if got.status != http.StatusOK || preview.Summary.Accepted != 2 || len(preview.Sample) != 2 || preview.Sample[0].Analysis == nil {
		t.Errorf("%+v", got)
	}
	want := []ingest.RejectedRow{{Line: 3, Column: "score", Code: "invalid", Rule: "score_range", Args: []string{`"11"`}, Message: preview.Rejected[0].Message}}
	if diff := cmp.Diff(want, preview.Rejected); diff != "" {
		t.Error(diff)
	}
	if list := decode[ImportList](t, w.get(t, "/v1/imports")); len(list.Imports) != 0 {
		t.Errorf("%+v", list)
	}
	if found := decode[SearchPage](t, w.get(t, "/v1/search")); found.Total != 0 {
		t.Errorf("%+v", found)
	}
}

func TestImportFails(t *testing.T) {
	w := newWorld(t)
	strict := decode[ImportStatus](t, w.upload(t, "strict.csv", surveyFile, nil, "strict", "true").body)
	if done := w.ended(t, strict.ID); done.State != "failed" || !strings.Contains(done.Problem, "score") || strings.Contains(done.Problem, "Nice") {
		t.Errorf("%+v", done)
	}
	empty := decode[ImportStatus](t, w.upload(t, "empty.csv", " ", nil).body)
	if done := w.ended(t, empty.ID); done.State != "failed" || done.Problem == "" {
		t.Errorf("%+v", done)
	}
}

func TestImportRefuses(t *testing.T) {
	w := newWorld(t)
	var bomb bytes.Buffer
	packer := gzip.NewWriter(&bomb)
	packer.Write(bytes.Repeat([]byte("a"), 33<<20))
	packer.Close()
	for name, got := range map[string]answered{
		"body.map":       w.upload(t, "a.csv", surveyFile, nil, "map", "nothing"),
		"body.strict":    w.upload(t, "a.csv", surveyFile, nil, "strict", "1"),
		"body.time_zone": w.upload(t, "a.csv", surveyFile, nil, "time_zone", "Mars"),
		"body.other":     w.upload(t, "a.csv", surveyFile, nil, "other", "1"),
		"body.file":      w.upload(t, "", "", nil),
	} {
		if p := got.problem(t); p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != name {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for name, content := range map[string]string{"large.csv": strings.Repeat("a", 5<<20), "bomb.csv.gz": bomb.String()} {
		if p := w.upload(t, name, content, nil).problem(t); p.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := w.do(t, http.MethodPost, "/v1/imports", "{}").problem(t); p.Status != http.StatusUnsupportedMediaType {
		t.Errorf("%+v", p)
	}
	for _, path := range []string{"", "/events", "/errors"} {
		if p := w.do(t, http.MethodGet, "/v1/imports/none"+path, "").problem(t); p.Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for _, query := range []string{"limit=0", "limit=x", "cursor=none"} {
		if p := w.do(t, http.MethodGet, "/v1/imports?"+query, "").problem(t); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %+v", query, p)
		}
	}
	if files, err := os.ReadDir(w.uploads); err != nil || len(files) > 0 {
		t.Errorf("%v %v", files, err)
	}
}

func TestImportOnce(t *testing.T) {
	w := newWorld(t)
	key := []string{onceHeader, "k1"}
	first := decode[ImportStatus](t, w.upload(t, "a.csv", surveyFile, key).body)
	w.ended(t, first.ID)
	again := w.upload(t, "a.csv", surveyFile, key)
	if got := decode[ImportStatus](t, again.body); got.ID != first.ID || again.header.Get(againHeader) != "true" {
		t.Errorf("%+v", again)
	}
	if p := w.upload(t, "b.csv", surveyFile, key).problem(t); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("%+v", p)
	}
}

func TestImportPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.ended(t, decode[ImportStatus](t, w.upload(t, fmt.Sprintf("%d.csv", i), surveyFile, nil).body).ID)
	}
	var files []string
	for next := ""; ; {
		page := decode[ImportList](t, w.get(t, "/v1/imports?limit=2"+next))
		for _, one := range page.Imports {
			files = append(files, one.File)
		}
		if page.Next == nil {
			break
		}
		next = "&cursor=" + *page.Next
	}
	if got := strings.Join(files, " "); got != "4.csv 3.csv 2.csv 1.csv 0.csv" {
		t.Error(got)
	}
}

// TestImportGoesOn uploads a file to a server that does not import, and opens another on the folder.
func TestImportGoesOn(t *testing.T) {
	dir := t.TempDir()
	var id string
	t.Run("before", func(t *testing.T) {
		w, _ := open(t, dir)
		queued := decode[ImportStatus](t, w.upload(t, "a.csv", surveyFile, nil).body)
		if id = queued.ID; queued.State != "queued" {
			t.Errorf("%+v", queued)
		}
		if same := decode[ImportStatus](t, w.upload(t, "a.csv", surveyFile, nil).body); same.ID != id {
			t.Errorf("%+v", same)
		}
	})
	w, follow := open(t, dir)
	follow()
	if done := w.ended(t, id); done.State != "done" || done.Created != 2 {
		t.Errorf("%+v", done)
	}
}

// TestUndoWhileItRuns undoes a long import as soon as something of it is stored, and one behind it that has not begun.
func TestUndoWhileItRuns(t *testing.T) {
	w := newWorld(t)
	var long strings.Builder
	long.WriteString("id,score,comment\n")
	for i := range 40_000 {
		fmt.Fprintf(&long, "%d,%d,The delivery was late and nobody called (%d)\n", i, i%11, i)
	}
	running := decode[ImportStatus](t, w.upload(t, "long.csv", long.String(), nil).body)
	queued := decode[ImportStatus](t, w.upload(t, "next.csv", surveyFile, nil).body)
	for changed := w.api.Uploads.Changed(); decode[ImportStatus](t, w.get(t, "/v1/imports/"+running.ID)).Read == 0; changed = w.api.Uploads.Changed() {
		<-changed
	}
	for _, id := range []string{queued.ID, running.ID} {
		if got := w.do(t, http.MethodDelete, "/v1/imports/"+id, ""); got.status != http.StatusOK {
			t.Errorf("%+v", got)
		}
		if status := decode[ImportStatus](t, w.get(t, "/v1/imports/"+id)); status.State != "undone" {
			t.Errorf("%+v", status)
		}
	}
	w.ready(t)
	if found := decode[SearchPage](t, w.get(t, "/v1/search")); found.Total != 0 {
		t.Errorf("%d are left", found.Total)
	}
}

// FuzzImportOptions reads forms: what is accepted has limits, and what is wrong is not repeated.
func FuzzImportOptions(f *testing.F) {
	f.Add("map", "score=Q1,comment=Q2")
	f.Add("keep", `a\,b,c`)
	f.Add("time_zone", "../../etc/passwd")
	f.Add("file", "../../x.csv")
	f.Fuzz(func(t *testing.T, name, value string) {
		form := &importForm{}
		message := form.option(name, value)
		if len(value) > 60 && strings.Contains(message, value) {
			t.Errorf("%q", message)
		}
		if clean := FileName(value); clean == "" || strings.ContainsAny(clean, "/\\\x00") || len(clean) > maxNameLen {
			t.Errorf("%q", clean)
		}
		if form.file = (&ingest.Spooled{}); message == "" && name == "time_zone" {
			_ = form.complete()
		}
	})
}
