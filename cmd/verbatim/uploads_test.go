package main

import (
	"bytes"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reader is a browser without scripts.
type reader struct {
	t      *testing.T
	client *http.Client
}

// read asks for a page, or sends a form.
func (r *reader) read(method, address, kind, body string) (at, text string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(answer.Body); err != nil {
		r.t.Fatal(err)
	}
	return answer.Request.URL.Path, out.String()
}

// token loads the form for files and takes its token.
func (r *reader) token(s *server) string {
	r.t.Helper()
	_, page := r.read(http.MethodGet, s.url+"/import", "", "")
	found := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if found == nil {
		r.t.Fatalf("no token: %s", page)
	}
	return found[1]
}

// upload sends a file and returns where its columns are shown.
func (r *reader) upload(s *server, content string) string {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("token", r.token(s))
	part, err := form.CreateFormFile("file", "answers.csv")
	if err != nil {
		r.t.Fatal(err)
	}
	part.Write([]byte(content))
	form.Close()
	at, _ := r.read(http.MethodPost, s.url+"/import", form.FormDataContentType(), body.String())
	return at
}

// holding lists the files below a folder that hold a text.
func holding(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A file that was sent through the page and not yet imported when the server is killed lies in the data folder only, and
// can be imported when it runs again.
func TestKilledServerKeepsUploads(t *testing.T) {
	temp, data := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := start(t, binary(t), data)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t, &http.Client{Jar: jar}}
	at := r.upload(s, "score,comment\n3,The parcel was late\n")
	s.cmd.Process.Kill()
	s.cmd.Wait()
	if left := holding(t, temp, "parcel"); len(left) > 0 {
		t.Errorf("the folder for temporary files holds %v", left)
	}
	s = start(t, binary(t), data)
	if _, page := r.read(http.MethodGet, s.url+at, "", ""); !strings.Contains(page, "The parcel was late") {
		t.Fatalf("%s is forgotten: %s", at, page)
	}
	r.read(http.MethodPost, s.url+at, "application/x-www-form-urlencoded", url.Values{"token": {r.token(s)}, "do": {"import"}}.Encode())
	eventually(t, "it is imported", func() bool {
		_, page := r.read(http.MethodGet, s.url+at, "", "")
		return strings.Contains(page, "Imported.")
	})
	if left := holding(t, filepath.Join(data, "uploads"), "parcel"); len(left) > 0 {
		t.Errorf("the folder of uploads still holds %v", left)
	}
}
