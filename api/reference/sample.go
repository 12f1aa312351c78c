package reference

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// deepest is how deep objects lie in a sample.
const deepest = 16

// Sample makes a value of a schema from the examples of its fields, as answers without an example of their own are shown.
func Sample(spec *huma.OpenAPI, s *huma.Schema) any { return (&builder{spec: spec}).sample(s, 0) }

// sample makes a value of a schema from the examples of its fields; nil when there is none to be made.
func (b *builder) sample(s *huma.Schema, depth int) any {
	if s == nil || depth > deepest {
		return nil
	}
	if s.Ref != "" {
		return b.sample(b.spec.Components.Schemas.Map()[strings.TrimPrefix(s.Ref, schemaPrefix)], depth)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.OneOf) > 0:
		return b.sample(s.OneOf[0], depth)
	}
	switch s.Type {
	case huma.TypeObject:
		return b.object(s, depth)
	case huma.TypeArray:
		if item := b.sample(s.Items, depth+1); item != nil {
			return []any{item}
		}
		return []any{}
	case huma.TypeString:
		return text(s)
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil && *s.Minimum > 0 {
			return *s.Minimum
		}
		return 0
	case huma.TypeBoolean:
		return false
	}
	return nil
}

func (b *builder) object(s *huma.Schema, depth int) any {
	out := map[string]any{}
	for name, property := range s.Properties {
		if value := b.sample(property, depth+1); value != nil {
			out[name] = value
		}
	}
	for _, name := range s.Required {
		if _, ok := out[name]; !ok {
			out[name] = nil
		}
	}
	return out
}

// text is an example of a string that has none of its own.
func text(s *huma.Schema) string {
	switch s.Format {
	case "date-time":
		return "2026-03-31T12:00:00Z"
	case "date":
		return "2026-03-31"
	case "uri":
		return "https://example.com/"
	}
	return "…"
}
