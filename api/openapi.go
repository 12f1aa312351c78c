package api

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/store"
)

// schemaPrefix is where schemas are in the document.
const schemaPrefix = "#/components/schemas/"

const about = `Verbatim reads what customers write: comments with a score from 0 to 10 in many languages. It tells language, themes,
sentiment and kinds of every statement with the words that decided, makes responses searchable, and ranks the themes that make
promoters and detractors.

Offsets count Unicode code points. Errors are problem details (RFC 9457) and never repeat a submitted text. Every answer has an
X-Request-Id; the server's log has it, too.

Keys travel as Authorization: Bearer vb_…. From the first key on every path below /v1 needs one, and a key sees its own
workspace only. Answers say in RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset (seconds) what a key may still send.`

// config is that of Huma: JSON only, none of its own routes, no $schema in bodies.
func (s *server) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Verbatim", Version: "v1", Description: about,
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers:    []*huma.Server{{URL: "/", Description: "This server"}},
			Tags:       append(slices.Clone(tags), keyTags...),
			Components: &huma.Components{Schemas: newRegistry(), SecuritySchemes: securitySchemes()},
		},
		Formats:       map[string]huma.Format{jsonType: huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: jsonType,
		Transformers:  []huma.Transformer{hideHuma},
	}
}

// newRegistry makes the schemas of all answers from their Go types.
func newRegistry() huma.Registry {
	registry := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	for of, schema := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[huma.ErrorModel]():     reflect.TypeFor[Problem](), // it never leaves the server
		reflect.TypeFor[feedback.Score]():      reflect.TypeFor[scoreSchema](),
		reflect.TypeFor[feedback.Sentiment]():  reflect.TypeFor[sentimentSchema](),
		reflect.TypeFor[feedback.Kind]():       reflect.TypeFor[kindSchema](),
		reflect.TypeFor[feedback.Urgency]():    reflect.TypeFor[urgencySchema](),
		reflect.TypeFor[feedback.Code]():       reflect.TypeFor[codeSchema](),
		reflect.TypeFor[feedback.Period]():     reflect.TypeFor[periodSchema](),
		reflect.TypeFor[store.Status]():        reflect.TypeFor[statusSchema](),
		reflect.TypeFor[insight.Status]():      reflect.TypeFor[rankStatusSchema](),
		reflect.TypeFor[store.Scope]():         reflect.TypeFor[scopeSchema](),
		reflect.TypeFor[feedback.SurveyKind](): reflect.TypeFor[surveyKindSchema](),
	} {
		registry.RegisterTypeAlias(of, schema)
	}
	for _, t := range []reflect.Type{
		reflect.TypeFor[Problem](), reflect.TypeFor[AnalyzedText](), reflect.TypeFor[RefusedText](), reflect.TypeFor[ResponseResult](),
		reflect.TypeFor[StoredResponse](), reflect.TypeFor[SearchPage](), reflect.TypeFor[NPSReport](), reflect.TypeFor[insight.DriverReport](),
		reflect.TypeFor[insight.TrendReport](), reflect.TypeFor[insight.SegmentsReport](), reflect.TypeFor[insight.ComparisonReport](),
		reflect.TypeFor[insight.EmergingReport](), reflect.TypeFor[insight.BenchmarkReport](), reflect.TypeFor[feedback.Benchmark](),
		reflect.TypeFor[insight.WordsReport](), reflect.TypeFor[AttributeList](),
		reflect.TypeFor[BulkResult](), reflect.TypeFor[ImportStatus](), reflect.TypeFor[ImportList](), reflect.TypeFor[ImportPreview](), reflect.TypeFor[ImportUndone](), reflect.TypeFor[SearchList](),
	} {
		registry.Schema(t, true, "")
	}
	for _, t := range keyTypes {
		registry.Schema(t, true, "")
	}
	registerWebhooks(registry)
	for _, t := range erasureSchemas {
		registry.Schema(t, true, "")
	}
	return registry
}

// finish adds what no Go type says: the schemas of bodies, descriptions, and that our lists are never null.
func (s *server) finish() {
	schemas := s.huma.OpenAPI().Components.Schemas.Map()
	maps.Copy(schemas, bodySchemas())
	maps.Copy(schemas, keySchemas())
	describeSources(schemas)
	maps.Copy(schemas, importSchemas())
	describeWebhooks(schemas)
	schemas["NewSearch"] = searchSchema()
	nullable := &huma.Schema{OneOf: []*huma.Schema{component("SentimentScore"), {Type: "null"}}}
	schemas["Analysis"].Properties["sentiment"], schemas["AnalyzedText"].Properties["sentiment"] = nullable, nullable
	schemas["StoredResponse"].Required = []string{"id", "survey"} // the others may be left out, see fields
	for name, schema := range schemas {
		tidy(schema)
		if schema.Description == "" {
			schema.Description = cmp.Or(schemaNotes[name], keyNotes[name], bulkNotes[name], importNotes[name], searchNotes[name], erasureNotes[name])
		}
		for field, property := range schema.Properties {
			if property.Description == "" {
				property.Description = cmp.Or(keyFieldNotes[name+"."+field], importNotes[name+"."+field], searchNotes[name+"."+field], fieldNotes[name+"."+field], keyFieldNotes[field], fieldNotes[field])
			}
		}
	}
}

// tidy takes back what Huma assumes of lists.
func tidy(schema *huma.Schema) {
	if schema.Type == huma.TypeArray {
		schema.Nullable = false
		tidy(schema.Items)
	}
	for _, property := range schema.Properties {
		tidy(property)
	}
}

type specAnswer struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// openapi answers the description of the API.
func (s *server) openapi(context.Context, *call, *noPath) (*specAnswer, error) {
	return &specAnswer{jsonType, s.spec}, nil
}

// Schemas of words that Go knows as strings and numbers.
type (
	scoreSchema      struct{}
	sentimentSchema  struct{}
	kindSchema       struct{}
	urgencySchema    struct{}
	codeSchema       struct{}
	periodSchema     struct{}
	statusSchema     struct{}
	rankStatusSchema struct{}
)

// Schema describes a score: null stands for none.
func (scoreSchema) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, 10.0
	return &huma.Schema{Type: huma.TypeInteger, Nullable: true, Minimum: &least, Maximum: &most, Examples: []any{7}}
}

// Schema lists the sentiments.
func (sentimentSchema) Schema(huma.Registry) *huma.Schema { return enum(feedback.Sentiments...) }

// Schema lists the kinds.
func (kindSchema) Schema(huma.Registry) *huma.Schema { return enum(feedback.Kinds...) }

// Schema lists the urgencies.
func (urgencySchema) Schema(huma.Registry) *huma.Schema { return enum(feedback.Urgencies...) }

// Schema lists the periods.
func (periodSchema) Schema(huma.Registry) *huma.Schema { return enum(feedback.Periods...) }

// Schema lists the codes.
func (codeSchema) Schema(huma.Registry) *huma.Schema {
	return enum(feedback.Invalid, feedback.NotFound, feedback.Conflict, feedback.TooLarge, feedback.Deleted, feedback.Unavailable,
		feedback.Corrupt, feedback.Internal, feedback.Unsupported, feedback.Forbidden)
}

// Schema lists what may become of a response.
func (statusSchema) Schema(huma.Registry) *huma.Schema {
	return enum(store.Created, store.Updated, store.Unchanged, store.Rejected)
}

// Schema lists where a driver may stand.
func (rankStatusSchema) Schema(huma.Registry) *huma.Schema {
	return enum(insight.Ranked, insight.NotSignificant, insight.TooFew)
}

func enum[T ~string](words ...T) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString}
	for _, word := range words {
		schema.Enum = append(schema.Enum, string(word))
	}
	return schema
}

// bodySchemas are the schemas of what is read by hand, and of answers that are one object or many.
func bodySchemas() map[string]*huma.Schema {
	most := maxItems
	listOf := func(name string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeArray, Items: component(name), MaxItems: &most}
	}
	either := func(names ...string) *huma.Schema {
		schema := &huma.Schema{}
		for _, name := range names {
			schema.OneOf = append(schema.OneOf, component(name))
		}
		return schema
	}
	return map[string]*huma.Schema{
		"NewText":             {Type: huma.TypeObject, AdditionalProperties: false, Properties: pick(newFields(), analyzeFields)},
		"NewTexts":            listOf("NewText"),
		"NewTextOrTexts":      either("NewText", "NewTexts"),
		"TextAnswer":          either("AnalyzedText", "RefusedText"),
		"TextAnswers":         listOf("TextAnswer"),
		"TextOrTexts":         either("AnalyzedText", "TextAnswers"),
		"NewResponse":         {Type: huma.TypeObject, AdditionalProperties: false, Properties: newFields(), Required: []string{"id"}},
		"NewResponses":        listOf("NewResponse"),
		"NewResponseOrMany":   either("NewResponse", "NewResponses"),
		"ResponseResults":     listOf("ResponseResult"),
		"ResponseResultOrAll": either("ResponseResult", "ResponseResults"),
		"NewBenchmark":        {Type: huma.TypeObject, AdditionalProperties: false, Properties: benchmarkFields(), Required: []string{"nps", "source", "date"}},
		"OpenAPIDocument":     {Type: huma.TypeObject, AdditionalProperties: true},
	}
}

func pick(fields map[string]*huma.Schema, names []string) map[string]*huma.Schema {
	for name := range fields {
		if !slices.Contains(names, name) {
			delete(fields, name)
		}
	}
	return fields
}

// newFields describe the fields of a response as it is posted.
func newFields() map[string]*huma.Schema {
	longest, above := feedback.MaxComment, 0.0
	nullable := func(about string, examples ...any) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Nullable: true, Description: about, Examples: examples}
	}
	comment, textToo, suggestion := nullable("The free text of the response.", "The app is fine but delivery took three weeks"),
		nullable("Another name of comment: send one of them."), nullable("What the respondent suggests.")
	comment.MaxLength, textToo.MaxLength, suggestion.MaxLength = &longest, &longest, &longest
	when := "; an RFC 3339 time, or a date, which stands for its midnight in UTC."
	return map[string]*huma.Schema{
		"id":     {OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeInteger}}, Description: "The id of the response within its survey; sending it again replaces the response.", Examples: []any{"r1"}},
		"survey": nullable("The survey; `default` when it is left out.", "nps-2026"),
		"score": {
			OneOf:       []*huma.Schema{{Type: huma.TypeInteger, Minimum: &above, Maximum: ten()}, {Type: huma.TypeString}, {Type: "null"}},
			Description: "0 to 10; also as surveys export it: \"9\", \"10/10\", \"9 - Very likely\". Null or absent when there is none.",
			Examples:    []any{7},
		},
		"comment": comment, "text": textToo, "suggestion": suggestion,
		"lang":         nullable("A hint: what the platform says the language is.", "fi", "zh-CN"),
		"submitted_at": nullable("When it was given"+when, "2026-03-31T12:00:00Z"),
		"updated_at":   nullable("When it was last changed: the newer replaces the older"+when, "2026-04-01"),
		"respondent":   nullable("Who gave it: a pseudonym, so that all of one person can be deleted.", "u-4711"),
		"touchpoint":   nullable("Where it was asked.", "checkout"),
		"weight":       {Type: huma.TypeNumber, Nullable: true, ExclusiveMinimum: &above, Description: "The weight in weighted counts; 1 when it is left out.", Examples: []any{1.5}},
		"attributes": {
			Type: huma.TypeObject, Nullable: true, AdditionalProperties: true,
			Description: "Values of your own, to filter by: strings, numbers, booleans. Nested objects flatten to names like meta.airline.",
			Examples:    []any{map[string]any{"region": "EU", "age": 34}},
		},
	}
}

// benchmarkFields describe the fields of a benchmark as it is put.
func benchmarkFields() map[string]*huma.Schema {
	least, most, none, length := -100.0, 100.0, 0.0, 500
	return map[string]*huma.Schema{
		"nps":    {Type: huma.TypeNumber, Minimum: &least, Maximum: &most, Description: "The score.", Examples: []any{32}},
		"source": {Type: huma.TypeString, MaxLength: &length, Description: "Who says so.", Examples: []any{"yearly study of the association"}},
		"date":   {Type: huma.TypeString, Format: "date", Description: "The day it was measured or published.", Examples: []any{"2026-03-31"}},
		"n":      {Type: huma.TypeInteger, Minimum: &none, Description: "The responses behind it; without it the benchmark is taken as exact.", Examples: []any{12000}},
	}
}

func ten() *float64 {
	most := 10.0
	return &most
}

// fieldsOf lists the names of an object's fields for a description.
func fieldsOf(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
