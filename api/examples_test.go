package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"verbatim/store"
)

// examined sends what the document gives as examples, and holds every answer against it.
type examined struct {
	*world
	d    *document
	ids  map[string]string // what stands for the parameter of a path, by operation and name or by name alone
	sent map[string]bool   // operations
}

// send sends the operation with the examples of its path and of the parameters that must be there, once alone and once with each further
// parameter, and returns the first answer.
func (e *examined) send(t *testing.T, id string) answered {
	t.Helper()
	path, method, op := e.find(t, id)
	e.sent[id] = true
	query, further := url.Values{}, []string{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			value := e.ids[id+"."+p.Name]
			if value == "" {
				value = e.ids[p.Name]
			}
			if value == "" {
				value = exampleOf(p.Example, p.Schema)
			}
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && p.Required:
			query.Set(p.Name, exampleOf(p.Example, p.Schema))
		case p.In == "query" && (p.Example != nil || e.ids[id+"."+p.Name] != ""):
			further = append(further, p.Name)
		}
	}
	first := e.ask(t, op, method, path, query)
	if method == http.MethodDelete || strings.Contains(path, "/events") {
		return first
	}
	for _, p := range op.Parameters {
		if p.In != "query" || !slices.Contains(further, p.Name) {
			continue
		}
		more := maps.Clone(query)
		more[p.Name] = valuesOf(p.Example)
		if value := e.ids[id+"."+p.Name]; value != "" {
			more[p.Name] = []string{value}
		}
		e.ask(t, op, method, path, more)
	}
	return first
}

func (e *examined) find(t *testing.T, id string) (path, method string, op operation) {
	t.Helper()
	for path, operations := range e.d.Paths {
		for method, op := range operations {
			if op.OperationID == id {
				return path, strings.ToUpper(method), op
			}
		}
	}
	t.Fatalf("there is no operation %s", id)
	return "", "", operation{}
}

// ask sends a request with the example of the body, and expects a success that is described, as it is described.
func (e *examined) ask(t *testing.T, op operation, method, path string, query url.Values) answered {
	t.Helper()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var got answered
	media, example := "", json.RawMessage(nil)
	for kind, m := range op.RequestBody.Content {
		media, example = kind, m.Example
	}
	switch media {
	case formType:
		got = e.sendForm(t, example)
	case "":
		got = e.do(t, method, path, "")
	default:
		got = e.do(t, method, path, string(example), "Content-Type", media)
	}
	name := method + " " + path
	described, ok := op.Responses[strconv.Itoa(got.status)]
	if !ok || got.status >= http.StatusMultipleChoices {
		t.Errorf("%s: %d %s", name, got.status, got.body)
		return got
	}
	kind, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	content, ok := described.Content[kind]
	if !ok {
		content, ok = described.Content[got.header.Get("Content-Type")]
	}
	if !ok && (got.body != "" || len(described.Content) > 0) {
		t.Errorf("%s: an answer of the kind %q is not described", name, kind)
		return got
	}
	if kind == jsonType {
		var value any
		if err := json.Unmarshal([]byte(got.body), &value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, wrong := range e.d.conforms(content.Schema, value, name) {
			t.Error(wrong)
		}
	}
	return got
}

// sendForm sends the example of a form: its file is the text of one.
func (e *examined) sendForm(t *testing.T, example json.RawMessage) answered {
	t.Helper()
	fields := decode[map[string]string](t, string(example))
	var options []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "file" {
			options = append(options, name, fields[name])
		}
	}
	return e.upload(t, "survey.csv", fields["file"], nil, options...)
}

func exampleOf(example json.RawMessage, s *schema) string {
	if values := valuesOf(example); len(values) > 0 {
		return values[0]
	}
	if s != nil && len(s.Examples) > 0 {
		return strings.Trim(string(s.Examples[0]), `"`)
	}
	return ""
}

// valuesOf are the values of a parameter's example.
func valuesOf(example json.RawMessage) []string {
	var one any
	if json.Unmarshal(example, &one) != nil {
		return nil
	}
	var values []string
	list, many := one.([]any)
	if !many {
		list = []any{one}
	}
	for _, v := range list {
		switch v := v.(type) {
		case string:
			values = append(values, v)
		case float64:
			values = append(values, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return values
}

// Every example of a request is answered with a success that is described, and the answer is as described: whoever copies one from the
// document gets on.
func TestEveryExampleWorks(t *testing.T) {
	w := newWorld(t)
	key, secret, err := w.api.Store.CreateKey(t.Context(), "default", store.NewKey{Name: "test", Scopes: []store.Scope{store.ScopeAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	w.secret = secret
	e := &examined{w, describe(t, w), map[string]string{"key": key.ID, "number": "1"}, map[string]bool{}}
	w.put(t, sample)
	w.put(t, ranked())
	w.put(t, `[{"id":"r1","survey":"nps-2026","score":3,"comment":"late","submitted_at":"2026-05-01","attributes":{"region":"EU","plan":"pro","age":34}},
		{"id":"r1","score":9,"submitted_at":"2026-02-01"},{"id":"r9","survey":"gone","respondent":"u-4711"},{"id":"r1","survey":"staff","score":9,"attributes":{"region":"EU"}}]`)
	e.send(t, "put-responses")
	e.send(t, "put-source")
	source := decode[ConnectedSource](t, w.get(t, "/v1/sources/website"))
	e.ids["hook"] = strings.TrimPrefix(source.Hook, hooksPath)
	e.send(t, "receive-payload")
	created := decode[WebhookSecret](t, e.send(t, "create-webhook").body)
	e.ids["webhook"] = created.Webhook.ID
	e.ids["delivery"] = decode[WebhookDelivery](t, e.send(t, "test-webhook").body).ID
	e.ids["list-deliveries.before"] = e.ids["delivery"]
	e.ids["search"] = decode[store.SavedSearch](t, e.send(t, "create-search").body).ID
	imported := decode[ImportStatus](t, e.send(t, "post-import").body)
	w.ended(t, imported.ID)
	for _, op := range []string{"get-import", "get-import-errors", "watch-import", "undo-import"} {
		e.ids[op+".id"] = imported.ID
	}
	for _, id := range []string{"put-survey", "put-benchmark", "put-taxonomy", "cancel-retag", "put-retention"} {
		e.send(t, id)
	}
	last := []string{"rotate-key", "revoke-key", "erase-respondent", "get-erasure"}
	for _, method := range []string{"post", "put", "get", "delete"} {
		for _, path := range slices.Sorted(maps.Keys(e.d.Paths)) {
			if op, ok := e.d.Paths[path][method]; ok && !e.sent[op.OperationID] && !slices.Contains(last, op.OperationID) {
				e.send(t, op.OperationID)
			}
		}
	}
	e.ids["get-erasure.id"] = decode[ErasureReceipt](t, e.send(t, "erase-respondent").body).ID
	e.send(t, "get-erasure")
	e.send(t, "rotate-key")
	e.send(t, "revoke-key")
	for path, operations := range e.d.Paths {
		for _, op := range operations {
			if !e.sent[op.OperationID] {
				t.Errorf("%s of %s was not sent", op.OperationID, path)
			}
		}
	}
}

// fits reports what of a text or number is not as the schema says: its form, and how long or large it is.
func (s *schema) fits(value any) (wrong string) {
	switch v := value.(type) {
	case string:
		if s.MaxLength != nil && len([]rune(v)) > *s.MaxLength {
			return "it is longer than " + strconv.Itoa(*s.MaxLength)
		}
		if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
			return "it does not match " + s.Pattern
		}
	case float64:
		if s.Minimum != nil && v < *s.Minimum || s.Maximum != nil && v > *s.Maximum {
			return "it is too small or too large"
		}
	case []any:
		if len(v) < s.MinItems {
			return "it has too few items"
		}
	}
	return ""
}
