package reference

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// server is where the server answers unless it is told otherwise.
const server = "http://127.0.0.1:8080"

// curl writes the command that asks for the operation with its examples.
func (b *builder) curl(op *huma.Operation, method, path string) string {
	lines := []string{"curl"}
	if method != http.MethodGet {
		lines[0] += " -X " + method
	}
	query := url.Values{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(plain(exampleOf(p))))
		case p.In == "query" && p.Required:
			query.Set(p.Name, plain(exampleOf(p)))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	lines[0] += " " + quoted(server+path)
	if slices.ContainsFunc(op.Security, func(need map[string][]string) bool { return len(need) > 0 }) {
		lines = append(lines, `-H "Authorization: Bearer $SECRET"`)
	}
	if op.RequestBody != nil {
		lines = append(lines, b.curlBody(op.RequestBody)...)
	}
	return strings.Join(lines, " \\\n  ")
}

func (b *builder) curlBody(body *huma.RequestBody) []string {
	for media, content := range body.Content {
		raw, err := json.Marshal(content.Example)
		if err != nil {
			return nil
		}
		if media == "multipart/form-data" {
			return formFields(raw)
		}
		return []string{"-H " + quoted("Content-Type: "+media), "-d " + quoted(string(raw))}
	}
	return nil
}

// formFields are the fields of a form; its file is one on the disk.
func formFields(raw []byte) []string {
	var fields map[string]string
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	list := []string{"-F file=@survey.csv"}
	for name, value := range fields {
		if name != "file" {
			list = append(list, "-F "+quoted(name+"="+value))
		}
	}
	slices.Sort(list)
	return list
}

// quoted writes a word for the shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
