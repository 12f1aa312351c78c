package api

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/ingest"
)

// newResponse is the schema of a response as it is posted.
func newResponse() *huma.Schema {
	fields := newFields()
	fields["id"].OneOf[0].Pattern = nameForm
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Properties: fields, Required: []string{"id"},
		Not: &huma.Schema{Required: []string{"comment", "text"}},
	}
}

// newText is the schema of a text to tag: the comment under one of its names, and maybe an id and a hint.
func newText() *huma.Schema {
	fields := newFields()
	maps.DeleteFunc(fields, func(name string, _ *huma.Schema) bool { return !slices.Contains(analyzeFields, name) })
	fields["id"].OneOf[0].Pattern = `^$|` + nameForm
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Properties: fields,
		AnyOf: []*huma.Schema{{Required: []string{"text"}}, {Required: []string{"comment"}}},
		Not:   &huma.Schema{Required: []string{"comment", "text"}},
	}
}

// attributeValue is the schema of a value of one's own: a plain one, a list of plain ones, or an object, which flattens. It names no type, so that
// clients that are generated take any.
func attributeValue() *huma.Schema {
	most := ingest.MaxValue
	refused := []map[string]any{
		{"type": []string{huma.TypeArray, huma.TypeObject}},
		{"type": huma.TypeString, "not": map[string]any{"pattern": textForm}},
	}
	return &huma.Schema{
		MaxLength: &most, Pattern: textForm,
		Not:        &huma.Schema{Type: huma.TypeArray, Extensions: map[string]any{"contains": map[string]any{"anyOf": refused}}},
		Extensions: map[string]any{"patternProperties": map[string]any{"": component("AttributeValue")}, "propertyNames": attributeNames()},
	}
}

func attributeNames() map[string]any {
	return map[string]any{"pattern": nameForm, "maxLength": ingest.MaxName}
}

// newFields describe the fields of a response as it is posted.
func newFields() map[string]*huma.Schema {
	above, highest, heaviest, most := 0.0, 10.0, float64(ingest.MaxWeight), ingest.MaxAttributes
	when := "; an RFC 3339 time, or a date, which stands for its midnight in UTC."
	return map[string]*huma.Schema{
		"id": {
			OneOf:       []*huma.Schema{bounded(ingest.MaxName, lineForm, ""), {Type: huma.TypeInteger, Format: "int64"}},
			Description: "The id of the response within its survey; sending it again replaces the response.", Examples: []any{"r1"},
		},
		"survey": bounded(ingest.MaxName, lineForm, "The survey; `default` when it is left out.", "nps-2026"),
		"score": {
			OneOf:       []*huma.Schema{{Type: huma.TypeInteger, Minimum: &above, Maximum: &highest}, {Type: huma.TypeString, Pattern: scoreForm}, {Type: "null"}},
			Description: "0 to 10; also as surveys export it: \"9\", \"10/10\", \"9 - Very likely\". Null or absent when there is none.",
			Examples:    []any{7},
		},
		"comment":      bounded(feedback.MaxComment, textForm, "The free text of the response.", "The app is fine but delivery took three weeks"),
		"text":         bounded(feedback.MaxComment, textForm, "Another name of comment: send one of them."),
		"suggestion":   bounded(feedback.MaxComment, textForm, "What the respondent suggests."),
		"lang":         bounded(ingest.MaxName, lineForm, "A hint: what the platform says the language is.", "fi", "zh-CN"),
		"submitted_at": bounded(0, momentForm, "When it was given"+when, "2026-03-31T12:00:00Z"),
		"updated_at":   bounded(0, momentForm, "When it was last changed: the newer replaces the older"+when, "2026-04-01"),
		"respondent":   bounded(ingest.MaxName, lineForm, "Who gave it: a pseudonym, so that all of one person can be deleted.", "u-4711"),
		"touchpoint":   bounded(ingest.MaxName, lineForm, "Where it was asked.", "checkout"),
		"weight":       {Type: huma.TypeNumber, ExclusiveMinimum: &above, Maximum: &heaviest, Description: "The weight in weighted counts; 1 when it is left out.", Examples: []any{1.5}},
		"attributes": {
			Type: huma.TypeObject, AdditionalProperties: component("AttributeValue"), MaxProperties: &most, Extensions: map[string]any{"propertyNames": attributeNames()},
			Description: "Values of your own, to filter by: strings, numbers, booleans. Nested objects flatten to names like meta.airline.",
			Examples:    []any{map[string]any{"region": "EU", "age": 34}},
		},
	}
}

// bounded is the schema of a string of at most so many characters, 0 for any length, and of a form.
func bounded(longest int, form, about string, examples ...any) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString, Pattern: form, Description: about, Examples: examples}
	if longest > 0 {
		schema.MaxLength = &longest
	}
	return schema
}
