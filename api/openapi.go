package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/api/reference"
	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/report"
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
		reflect.TypeFor[report.DriverQuotes](), reflect.TypeFor[insight.TrendReport](), reflect.TypeFor[insight.SegmentsReport](), reflect.TypeFor[insight.ComparisonReport](),
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
	schemas["DriverReport"].Properties["quotes"] = &huma.Schema{Type: huma.TypeArray, Items: component("DriverQuotes")}
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
	s.nullable()
}

// nullable says where null may stand: in bodies for what may be left out, and in answers for what Go writes so.
func (s *server) nullable() {
	schemas := s.huma.OpenAPI().Components.Schemas
	for _, name := range []string{
		"NewResponse", "NewBenchmark", "NewKey", "Rotation", "NewSurvey", "NewTheme", "NewSource", "NewSourceMapping", "PreviewRequest", "ReplayRequest", "NewWebhook",
		"SecretRotation",
	} {
		optional(schemas.Map()[name])
	}
	emptyPointers(schemas)
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

// describe writes the document: as it is before the first key is made, and with keys.
func (s *server) describe() (err error) {
	if s.reference, err = reference.New(s.huma.OpenAPI(), problemKinds); err != nil {
		return err
	}
	if s.spec, err = json.Marshal(s.huma.OpenAPI()); err != nil {
		return fmt.Errorf("api: describe: %w", err)
	}
	for path, item := range s.huma.OpenAPI().Paths {
		for _, method := range methods {
			if op := operationOf(item, method); op != nil && len(op.Security) > 0 && path != metricsPath {
				op.Security = []map[string][]string{{securityScheme: {}}}
			}
		}
	}
	if s.keySpec, err = json.Marshal(s.huma.OpenAPI()); err != nil {
		return fmt.Errorf("api: describe: %w", err)
	}
	return nil
}

// openapi answers the description of the API. It says that keys are needed once they are.
func (s *server) openapi(ctx context.Context, _ *call, _ *noPath) (*specAnswer, error) {
	if s.guarded(ctx) {
		return &specAnswer{jsonType, s.keySpec}, nil
	}
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
	return enum(feedback.Codes...)
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
		"NewText":             newText(),
		"NewTexts":            listOf("NewText"),
		"NewTextOrTexts":      either("NewText", "NewTexts"),
		"TextAnswer":          either("AnalyzedText", "RefusedText"),
		"TextAnswers":         listOf("TextAnswer"),
		"TextOrTexts":         either("AnalyzedText", "TextAnswers"),
		"NewResponse":         newResponse(),
		"AttributeValue":      attributeValue(),
		"NewResponses":        listOf("NewResponse"),
		"NewResponseOrMany":   either("NewResponse", "NewResponses"),
		"ResponseResults":     listOf("ResponseResult"),
		"ResponseResultOrAll": either("ResponseResult", "ResponseResults"),
		"NewBenchmark":        {Type: huma.TypeObject, AdditionalProperties: false, Properties: benchmarkFields(), Required: []string{"nps", "source", "date"}},
		"ImportEvent":         progressEvent("ImportStatus"),
		"RetagEvent":          progressEvent("RetagStatus"),
		"OpenAPIDocument":     {Type: huma.TypeObject, AdditionalProperties: true},
	}
}

// benchmarkFields describe the fields of a benchmark as it is put.
func benchmarkFields() map[string]*huma.Schema {
	least, most, none, length := -100.0, 100.0, 0.0, 500
	source := &huma.Schema{Type: huma.TypeString, MaxLength: &length, Pattern: `\S`, Description: "Who says so.", Examples: []any{"yearly study of the association"}}
	return map[string]*huma.Schema{
		"nps":    {Type: huma.TypeNumber, Minimum: &least, Maximum: &most, Description: "The score.", Examples: []any{32}},
		"source": source,
		"date":   {Type: huma.TypeString, Format: "date", Description: "The day it was measured or published.", Examples: []any{"2026-03-31"}},
		"n":      {Type: huma.TypeInteger, Minimum: &none, Description: "The responses behind it; without it the benchmark is taken as exact.", Examples: []any{12000}},
	}
}

// fieldsOf lists the names of an object's fields for a description.
func fieldsOf(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
