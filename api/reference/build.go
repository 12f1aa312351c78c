package reference

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// builder makes of a document what pages show.
type builder struct {
	spec     *huma.OpenAPI
	problems []ProblemKind
}

type overview struct {
	About  string
	Groups []group
}

// group are the operations of a tag.
type group struct {
	Name, About string
	Operations  []operation
}

type operation struct {
	ID, Method, Path, Summary, About, Link string
	Params                                 fields
	Body                                   *body
	Curl                                   string
	Answers                                []answer
	Problems                               []problem
}

// body is what a request or an answer holds.
type body struct {
	About, Media, Example string
	Type                  []typePart
}

type answer struct {
	Status int
	About  string
	Bodies []body
}

// problem is a status of refusals, and the codes that it may come with.
type problem struct {
	Status int
	About  string
	Codes  []link
}

// methods in the order in which they are listed.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func (b *builder) groups() []group {
	groups := make([]group, len(b.spec.Tags))
	for i, tag := range b.spec.Tags {
		groups[i] = group{Name: tag.Name, About: tag.Description}
	}
	for _, path := range slices.Sorted(maps.Keys(b.spec.Paths)) {
		for _, method := range methods {
			op := operationOf(b.spec.Paths[path], method)
			if op == nil {
				continue
			}
			for i := range groups {
				if slices.Contains(op.Tags, groups[i].Name) {
					groups[i].Operations = append(groups[i].Operations, b.operation(op, method, path, groups[i].Name))
				}
			}
		}
	}
	return groups
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[method]
}

func (b *builder) operation(op *huma.Operation, method, path, tag string) operation {
	out := operation{
		ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: op.Description, Link: address(tag) + "#" + op.OperationID,
		Curl: b.curl(op, method, path),
	}
	for _, p := range op.Parameters {
		out.Params = append(out.Params, field{
			Name: p.Name, Note: p.In, Required: p.Required, Type: typeOf(p.Schema), Limits: limits(p.Schema), About: p.Description, Example: plain(exampleOf(p)),
		})
	}
	if op.RequestBody != nil {
		bodies := b.bodies(op.RequestBody.Content)
		bodies[0].About = op.RequestBody.Description
		out.Body = &bodies[0]
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		code, _ := strconv.Atoi(status)
		described := op.Responses[status]
		if code < http.StatusBadRequest {
			out.Answers = append(out.Answers, answer{Status: code, About: described.Description, Bodies: b.bodies(described.Content)})
			continue
		}
		out.Problems = append(out.Problems, problem{Status: code, About: described.Description, Codes: b.codesOf(code)})
	}
	return out
}

// codesOf lists the codes that come with a status.
func (b *builder) codesOf(status int) []link {
	var list []link
	for _, kind := range b.problems {
		if slices.Contains(kind.Statuses, status) {
			list = append(list, link{kind.Code, address(problemsPage) + "#" + kind.Code})
		}
	}
	return list
}

func (b *builder) bodies(content map[string]*huma.MediaType) []body {
	var list []body
	for _, media := range slices.Sorted(maps.Keys(content)) {
		m := content[media]
		example := m.Example
		if example == nil && strings.HasPrefix(media, "application/json") {
			example = b.sample(m.Schema, 0)
		}
		list = append(list, body{Media: media, Type: typeOf(m.Schema), Example: pretty(example)})
	}
	return list
}

// pretty writes an example: text as it is, anything else as indented JSON.
func pretty(example any) string {
	switch e := example.(type) {
	case nil:
		return ""
	case string:
		return e
	}
	raw, err := json.Marshal(example)
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return ""
	}
	return out.String()
}

// plain writes the example of a parameter in one line.
func plain(example any) string {
	switch e := example.(type) {
	case nil:
		return ""
	case string:
		return e
	case []string:
		return strings.Join(e, ", ")
	}
	return fmt.Sprint(example)
}

// exampleOf is the example of a parameter, its own or that of its schema.
func exampleOf(p *huma.Param) any {
	if p.Example != nil {
		return p.Example
	}
	if p.Schema != nil && len(p.Schema.Examples) > 0 {
		return p.Schema.Examples[0]
	}
	return nil
}

// schema is a schema with its fields.
type schema struct {
	Name, About, Limits string
	Type                []typePart
	Fields              fields
}

// field is a field of a schema, or a parameter.
type field struct {
	Name, Note, About, Limits, Example string
	Required                           bool
	Type                               []typePart
}

type fields []field

// Examples reports whether there are any.
func (f fields) Examples() bool {
	return slices.ContainsFunc(f, func(one field) bool { return one.Example != "" })
}

func (b *builder) schemas() []schema {
	all := b.spec.Components.Schemas.Map()
	list := make([]schema, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		out := schema{Name: name, About: s.Description, Type: typeOf(s), Limits: limits(s)}
		for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
			p := s.Properties[key]
			var example any
			if len(p.Examples) > 0 {
				example = p.Examples[0]
			}
			out.Fields = append(out.Fields, field{
				Name: key, About: p.Description, Type: typeOf(p), Limits: limits(p), Required: slices.Contains(s.Required, key), Example: compact(example),
			})
		}
		slices.SortStableFunc(out.Fields, func(x, y field) int { return cmp.Compare(rank(y.Required), rank(x.Required)) })
		list = append(list, out)
	}
	return list
}

func rank(required bool) int {
	if required {
		return 1
	}
	return 0
}

// compact writes an example in one line of JSON.
func compact(example any) string {
	if example == nil {
		return ""
	}
	raw, err := json.Marshal(example)
	if err != nil {
		return ""
	}
	return string(raw)
}
