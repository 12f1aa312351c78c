package api

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"verbatim/api/reference"
	"verbatim/feedback"
)

// Every operation with its parameters, every schema with its fields, and every code has its place, and every link leads to one.
func TestReferenceIsWhole(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	pages := map[string]string{reference.Root: w.get(t, reference.Root)}
	for _, name := range w.api.reference.Names() {
		pages[reference.Root+"/"+name] = w.get(t, reference.Root+"/"+name)
	}
	has := func(page, text string) {
		t.Helper()
		if !strings.Contains(pages[reference.Root+page], text) {
			t.Errorf("%s has no %s", page, text)
		}
	}
	for path, operations := range d.Paths {
		for _, op := range operations {
			has("", `href="/docs/`+op.Tags[0]+`#`+op.OperationID+`"`)
			has("/"+op.Tags[0], `<section id="`+op.OperationID+`"`)
			has("/"+op.Tags[0], "<code>"+path+"</code>")
			for _, p := range op.Parameters {
				has("/"+op.Tags[0], "<code>"+p.Name+"</code>")
			}
		}
	}
	for name, schema := range d.Components.Schemas {
		has("/schemas", `<section id="`+name+`"`)
		for field := range schema.Properties {
			has("/schemas", "<code>"+field+"</code>")
		}
	}
	link := regexp.MustCompile(`href="(/docs[^"#]*)?(?:#([^"]*))?"`)
	for name, page := range pages {
		if strings.Contains(page, "<script") || strings.Contains(page, "style=") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s holds scripts or styles", name)
		}
		for _, to := range link.FindAllStringSubmatch(page, -1) {
			target, ok := pages[to[1]]
			if to[1] == "" {
				target, ok = page, true
			}
			if !ok || to[2] != "" && !strings.Contains(target, `id="`+to[2]+`"`) {
				t.Errorf("%s: %s leads nowhere", name, to[0])
			}
		}
	}
}

// Where an answer has no example of its own one is made, which is as the answer is described.
func TestSamplesAreAsDescribed(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	for path, item := range w.api.huma.OpenAPI().Paths {
		for _, method := range methods {
			op := operationOf(item, method)
			if op == nil {
				continue
			}
			for status, response := range op.Responses {
				m := response.Content[jsonType]
				if m == nil {
					continue
				}
				raw, err := json.Marshal(reference.Sample(w.api.huma.OpenAPI(), m.Schema))
				if err != nil {
					t.Fatal(err)
				}
				described := d.Paths[path][strings.ToLower(method)].Responses[status].Content[jsonType].Schema
				for _, wrong := range d.conforms(described, decode[any](t, string(raw)), method+" "+path+" "+status) {
					t.Error(wrong)
				}
			}
		}
	}
}

// The reference is open, and nothing but the style sheet is loaded.
func TestReferenceIsOpen(t *testing.T) {
	w := newWorld(t)
	w.as(t, "bravo", "read")
	for path, status := range map[string]int{"/docs": 200, "/docs/problems": 200, "/docs/none": 404} {
		got := w.do(t, http.MethodGet, path, "")
		if got.status != status {
			t.Errorf("%s: %d", path, got.status)
		}
		if policy := got.header.Get("Content-Security-Policy"); status == 200 && !strings.HasPrefix(policy, "default-src 'none'; style-src 'self'; img-src 'self';") {
			t.Errorf("%s: %q", path, policy)
		}
	}
}

// Every code is documented, with every status that it is sent with.
func TestEveryProblemIsDocumented(t *testing.T) {
	w := newWorld(t)
	page := w.get(t, problemsPath)
	documented := map[string][]int{}
	for _, kind := range problemKinds {
		documented[kind.Code] = kind.Statuses
		if kind.Means == "" || kind.Do == "" {
			t.Errorf("%s is not explained", kind.Code)
		}
	}
	if len(feedback.Codes) != len(constants(t, "../feedback/error.go", "Code")) || len(documented) != len(feedback.Codes) {
		t.Errorf("%d codes, %d listed, %d documented", len(constants(t, "../feedback/error.go", "Code")), len(feedback.Codes), len(documented))
	}
	for _, code := range feedback.Codes {
		if !slices.Contains(documented[string(code)], statusOf(code)) {
			t.Errorf("%s is not documented with %d", code, statusOf(code))
		}
		if _, anchor, _ := strings.Cut(ProblemType(code), "#"); !strings.Contains(page, `id="`+anchor+`"`) {
			t.Errorf("%s leads nowhere", ProblemType(code))
		}
	}
	sent := regexp.MustCompile(`statusProblem\((http\.Status\w+|closedRequest), feedback\.(\w+),`)
	names := constants(t, "../feedback/error.go", "Code")
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	some := 0
	for _, file := range files {
		text, err := os.ReadFile(file.Name())
		if err != nil || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		for _, found := range sent.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\n\t\t\t", " "), -1) {
			some++
			if status := statuses[found[1]]; !slices.Contains(documented[names[found[2]]], status) {
				t.Errorf("%s: %s is not documented with %s", file.Name(), found[2], found[1])
			}
		}
	}
	if some < 10 {
		t.Errorf("%d places were found", some)
	}
}

// statuses are those that problems are made with in so many words.
var statuses = map[string]int{
	"http.StatusRequestTimeout": 408, "http.StatusForbidden": 403, "http.StatusMisdirectedRequest": 421, "http.StatusMethodNotAllowed": 405,
	"http.StatusUnsupportedMediaType": 415, "http.StatusTooManyRequests": 429, "http.StatusUnprocessableEntity": 422, "closedRequest": 499,
}

// constants reads the constants of a type from a file: their values by name.
func constants(t *testing.T, file, of string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == of {
			literal, _ := spec.Values[0].(*ast.BasicLit)
			values[spec.Names[0].Name], _ = strconv.Unquote(literal.Value)
		}
		return true
	})
	return values
}
