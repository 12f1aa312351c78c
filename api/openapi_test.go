package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/store"
)

// document is what the tests look at of the OpenAPI document.
type document struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	OperationID string   `json:"operationId"`
	Summary     string   `json:"summary"`
	Tags        []string `json:"tags"`
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                *schema
		Example               json.RawMessage
	}
	RequestBody struct {
		Content map[string]media
	}
	Responses map[string]struct {
		Description string
		Content     map[string]media
	}
}

type media struct {
	Schema  *schema
	Example json.RawMessage
}

type schema struct {
	Ref                  string             `json:"$ref"`
	Type                 any                `json:"type"`
	Description          string             `json:"description"`
	Properties           map[string]*schema `json:"properties"`
	Required             []string           `json:"required"`
	AdditionalProperties any                `json:"additionalProperties"` // false, or a schema
	Items                *schema            `json:"items"`
	OneOf                []*schema          `json:"oneOf"`
	Enum                 []any              `json:"enum"`
	Examples             []json.RawMessage  `json:"examples"`
	Pattern              string             `json:"pattern"`
	MaxLength            *int               `json:"maxLength"`
	MinItems             int                `json:"minItems"`
	Minimum              *float64           `json:"minimum"`
	Maximum              *float64           `json:"maximum"`
}

func describe(t *testing.T, w *world) *document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(w.get(t, "/openapi.json")), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

// resolve follows references.
func (d *document) resolve(s *schema) *schema {
	if name, ok := strings.CutPrefix(s.Ref, schemaPrefix); ok {
		return d.Components.Schemas[name]
	}
	return s
}

func TestEveryRouteIsDescribed(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	if d.OpenAPI != "3.1.0" {
		t.Error(d.OpenAPI)
	}
	described := 0
	seen := map[string]bool{}
	for path, operations := range d.Paths {
		for method, op := range operations {
			described++
			name := method + " " + path
			if op.OperationID == "" || seen[op.OperationID] || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s: %+v", name, op)
			}
			seen[op.OperationID] = true
			for _, p := range op.Parameters {
				if p.Description == "" || p.Schema == nil || p.In == "path" && !p.Required {
					t.Errorf("%s: %+v", name, p)
				}
			}
			for status, r := range op.Responses {
				problem := r.Content[problemType].Schema
				if status >= "400" && (problem == nil || problem.Ref != schemaPrefix+"Problem") || r.Description == "" {
					t.Errorf("%s: %s: %+v", name, status, r)
				}
			}
			if method == "post" && len(op.RequestBody.Content) > 0 && !hasExample(op.RequestBody.Content) {
				t.Errorf("%s has no example", name)
			}
		}
	}
	routes := w.api.engine.Routes()
	if len(routes) != described {
		t.Errorf("%d routes, %d described", len(routes), described)
	}
	for _, r := range routes {
		path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}")
		if _, ok := d.Paths[path][strings.ToLower(r.Method)]; !ok {
			t.Errorf("%s %s is not described", r.Method, r.Path)
		}
	}
}

func hasExample(content map[string]media) bool {
	for _, m := range content {
		if m.Example != nil {
			return true
		}
	}
	return false
}

func TestSchemasAreWhole(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	used := map[string]bool{}
	var walk func(where string, s *schema, top bool)
	walk = func(where string, s *schema, top bool) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			used[strings.TrimPrefix(s.Ref, schemaPrefix)] = true
			if d.resolve(s) == nil {
				t.Errorf("%s: %s is not there", where, s.Ref)
			}
			return
		}
		if !top && len(s.Properties) > 0 {
			t.Errorf("%s has no name", where)
		}
		if top && s.Description == "" {
			t.Errorf("%s is not described", where)
		}
		if values, ok := s.AdditionalProperties.(map[string]any); ok && values["$ref"] != nil {
			walk(where+".*", &schema{Ref: values["$ref"].(string)}, false)
		}
		if list, ok := s.Type.([]any); ok && slices.Contains(list, any("array")) && !sent(where) {
			t.Errorf("%s: a list may be null", where)
		}
		for name, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s is not described", where, name)
			}
			walk(where+"."+name, p, false)
		}
		for _, one := range s.OneOf {
			walk(where, one, false)
		}
		walk(where+"[]", s.Items, false)
	}
	for name, s := range d.Components.Schemas {
		walk(name, s, true)
	}
	for path, operations := range d.Paths {
		for method, op := range operations {
			for _, m := range op.RequestBody.Content {
				walk(method+" "+path, m.Schema, false)
			}
			for _, r := range op.Responses {
				for _, m := range r.Content {
					walk(method+" "+path, m.Schema, false)
				}
			}
		}
	}
	for name := range d.Components.Schemas {
		if !used[name] {
			t.Errorf("%s is not used", name)
		}
	}
}

// sent reports whether a schema is one of what is sent, where null is the same as left out.
func sent(where string) bool {
	return strings.HasPrefix(where, "New") || strings.Contains(where, "Request.")
}

// conforms lists what about a value is not as the schema says.
func (d *document) conforms(s *schema, value any, where string) (wrong []string) {
	s = d.resolve(s)
	bad := func(format string, args ...any) { wrong = append(wrong, where+": "+fmt.Sprintf(format, args...)) }
	if len(s.OneOf) > 0 {
		fits := 0
		var why []string
		for _, one := range s.OneOf {
			if not := d.conforms(one, value, where); len(not) == 0 {
				fits++
			} else {
				why = append(why, not...)
			}
		}
		if fits != 1 {
			bad("%d of the alternatives fit: %v", fits, why)
		}
		return wrong
	}
	if s.Type != nil && !ofType(s.Type, value) {
		bad("%v is no %v", value, s.Type)
		return wrong
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		bad("%v is none of %v", value, s.Enum)
	}
	if not := s.fits(value); not != "" {
		bad("%s", not)
	}
	switch v := value.(type) {
	case []any:
		for i := range v {
			wrong = append(wrong, d.conforms(s.Items, v[i], fmt.Sprintf("%s[%d]", where, i))...)
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				bad("%s is missing", name)
			}
		}
		for name := range v {
			if p := s.Properties[name]; p != nil {
				wrong = append(wrong, d.conforms(p, v[name], where+"."+name)...)
			} else if s.AdditionalProperties == false {
				bad("%s is unknown", name)
			}
		}
	}
	return wrong
}

func ofType(types, value any) bool {
	if list, ok := types.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return ofType(one, value) })
	}
	switch v := value.(type) {
	case nil:
		return types == "null"
	case bool:
		return types == "boolean"
	case string:
		return types == "string"
	case float64:
		return types == "number" || types == "integer" && v == float64(int64(v))
	case []any:
		return types == "array"
	default:
		return types == "object"
	}
}

// TestAnswersAreAsDescribed sends what the document gives as examples, and more, and holds every answer against it.
func TestAnswersAreAsDescribed(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	check := func(method, route, path, body string) {
		t.Helper()
		got := w.do(t, method, path, body)
		described, ok := d.Paths[route][strings.ToLower(method)].Responses[strconv.Itoa(got.status)]
		if !ok {
			t.Errorf("%s %s: %d is not described", method, path, got.status)
			return
		}
		if got.body == "" {
			if len(described.Content) > 0 {
				t.Errorf("%s %s: no body", method, path)
			}
			return
		}
		content, ok := described.Content[strings.Split(got.header.Get("Content-Type"), ";")[0]]
		if !ok {
			t.Errorf("%s %s: %s is not described", method, path, got.header.Get("Content-Type"))
			return
		}
		var value any = got.body
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/") {
			if err := json.Unmarshal([]byte(got.body), &value); err != nil {
				t.Error(err)
			}
		}
		for _, wrong := range d.conforms(content.Schema, value, method+" "+path) {
			t.Error(wrong)
		}
	}
	key, secret, err := w.api.Store.CreateKey(t.Context(), "default", store.NewKey{Name: "test", Scopes: []store.Scope{store.ScopeAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	w.secret = secret // some examples make keys
	w.put(t, sample)
	w.put(t, ranked())
	if _, err := w.api.Store.PutSource(t.Context(), "default", "{name}", func(*feedback.Source) (feedback.Source, error) {
		return feedback.Source{Kind: feedback.Generic, Hook: "%7Bhook%7D"}, nil // what the paths below are as they stand in the document
	}); err != nil {
		t.Fatal(err)
	}
	hook := w.newWebhook(t, `{"url":"https://example.com/","events":["detractor.received"]}`).Webhook.ID
	search, err := w.api.Store.CreateSearch(t.Context(), "default", "test", "")
	if err != nil {
		t.Fatal(err)
	}
	for path, operations := range d.Paths {
		for method, op := range operations {
			for kind, m := range op.RequestBody.Content {
				if kind == "multipart/form-data" { // its example is no body
					continue
				}
				var value any
				if err := json.Unmarshal(m.Example, &value); err != nil {
					t.Error(err)
				}
				for _, wrong := range d.conforms(m.Schema, value, "the example of "+path) {
					t.Error(wrong)
				}
				filled := strings.NewReplacer("{key}", key.ID, "{webhook}", hook, "{search}", search.ID).Replace(path)
				if got := w.do(t, strings.ToUpper(method), filled, string(m.Example), "Content-Type", kind); got.status != http.StatusOK || strings.Contains(got.body, "rejected") {
					t.Errorf("the example of %s: %+v", path, got)
				}
			}
			for status, r := range op.Responses {
				for _, m := range r.Content {
					var value any = string(m.Example)
					if len(m.Example) == 0 {
						continue
					}
					if err := json.Unmarshal(m.Example, &value); err != nil {
						t.Error(err)
					}
					for _, wrong := range d.conforms(m.Schema, value, "the answer "+status+" of "+path) {
						t.Error(wrong)
					}
				}
			}
		}
	}
	for _, body := range []string{`{"text":"Great staff"}`, `[{"text":"Great staff"},{"text":1},{"id":"x","text":"zażółć gęślą jaźń po polsku"}]`, `[]`, `{}`, `{`} {
		check("POST", "/v1/analyze", "/v1/analyze", body)
	}
	for _, body := range []string{sample, `{"id":"r1","survey":"s","score":3}`, `[{"id":"x","score":11}]`, `{"id":"x","score":11}`, `{"id":"y","comment":"` + strings.Repeat("a", 40000) + `"}`} {
		check("POST", "/v1/responses", "/v1/responses?wait=indexed", body)
	}
	for _, path := range []string{"/v1/responses/r2?survey=s", "/v1/responses/r4?survey=other", "/v1/responses/none"} {
		check("GET", "/v1/responses/{id}", path, "")
	}
	check("DELETE", "/v1/responses/{id}", "/v1/responses/r2?survey=s", "")
	check("DELETE", "/v1/responses/{id}", "/v1/responses/r2?survey=s", "")
	tested := decode[WebhookDelivery](t, w.do(t, "POST", "/v1/webhooks/"+hook+"/test", "").body)
	for _, c := range [][2]string{
		{"GET", ""},
		{"POST", "/enable"},
		{"POST", "/test"},
		{"GET", "/deliveries"},
		{"GET", "/deliveries?limit=1&status=pending"},
		{"GET", "/deliveries?status=x"},
		{"POST", "/deliveries/{delivery}/replay"},
		{"DELETE", ""},
		{"DELETE", ""},
	} {
		route := "/v1/webhooks/{webhook}" + c[1]
		check(c[0], strings.Split(route, "?")[0], strings.NewReplacer("{webhook}", hook, "{delivery}", tested.ID).Replace(route), "")
	}
	for _, body := range []string{`{"url":"http://example.com","events":["detractor.received"]}`, `{"url":"https://example.com/","events":[]}`} {
		check("POST", "/v1/webhooks", "/v1/webhooks", body)
	}
	for _, path := range []string{
		"/v1/webhooks", "/v1/search", "/v1/search?match=delivery&limit=1", "/v1/search?survey=none", "/v1/search?limit=0", "/v1/nps", "/v1/nps?survey=none", "/v1/nps?group=x",
		"/v1/drivers", "/v1/drivers?format=csv", "/v1/drivers?quotes=2", "/v1/drivers?survey=none", "/v1/drivers?survey=other",
		"/v1/drivers?effects=true&bootstrap=20&penalty_reward=true&weighted=true&relative_weights=true&correct_tagger=true&control=region&quotes=3", "/v1/drivers?x=1", "/healthz", "/readyz", "/openapi.json",
		"/v1/keys", "/v1/workspace", "/v1/audit", "/v1/audit?limit=1", "/v1/audit?limit=x", "/v1/surveys", "/v1/taxonomy",
	} {
		check("GET", strings.Split(path, "?")[0], path, "")
	}
	for _, path := range []string{"/v1/sources", "/v1/sources/{name}", "/v1/sources/{name}/payloads", "/v1/sources/{name}/payloads/{number}", "/v1/hooks/{hook}"} {
		check("GET", path, strings.Replace(path, "{number}", "1", 1), "")
		check("GET", path, strings.Replace(strings.Replace(path, "{number}", "x", 1), "{name}", "none", 1), "")
	}
	check("POST", "/v1/sources/{name}/replay", "/v1/sources/{name}/replay", `{"status":["pending"]}`)
	check("PUT", "/v1/sources/{name}", "/v1/sources/x", `{"kind":"typeform"}`)
	check("DELETE", "/v1/sources/{name}", "/v1/sources/{name}", "")
	check("DELETE", "/v1/sources/{name}", "/v1/sources/{name}", "")
}
