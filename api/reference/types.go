package reference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// typePart is a piece of what a value is: words, or the name of a schema with its address.
type typePart struct{ Text, Link string }

const schemaPrefix = "#/components/schemas/"

// typeOf says what a value is.
func typeOf(s *huma.Schema) []typePart {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, schemaPrefix)
		return []typePart{{name, address(schemasPage) + "#" + name}}
	case len(s.OneOf) > 0:
		var list []typePart
		for i, one := range s.OneOf {
			if i > 0 {
				list = append(list, typePart{Text: " or "})
			}
			list = append(list, typeOf(one)...)
		}
		return list
	case s.Type == huma.TypeArray:
		return orNull(s, append([]typePart{{Text: "list of "}}, typeOf(s.Items)...))
	case len(s.Enum) > 0:
		return []typePart{{Text: words(s.Enum)}}
	case s.Type == huma.TypeObject && len(s.Properties) == 0:
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			return orNull(s, append([]typePart{{Text: "object of "}}, typeOf(values)...))
		}
	case s.Type == "":
		return []typePart{{Text: "any value"}}
	}
	text := s.Type
	if s.Format != "" {
		text += " (" + s.Format + ")"
	}
	return orNull(s, []typePart{{Text: text}})
}

func orNull(s *huma.Schema, list []typePart) []typePart {
	if s.Nullable {
		return append(list, typePart{Text: " or null"})
	}
	return list
}

// words lists the values that there are.
func words(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = plain(v)
		if v == nil {
			list[i] = "null"
		}
	}
	return strings.Join(list, ", ")
}

// limits says how long, how large or how many.
func limits(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	var list []string
	add := func(some bool, format string, args ...any) {
		if some {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	for _, one := range append([]*huma.Schema{s}, slices.Concat(s.OneOf, s.AnyOf)...) {
		add(one.Minimum != nil && one.Maximum != nil, "%s to %s", number(one.Minimum), number(one.Maximum))
		add(one.Minimum != nil && one.Maximum == nil, "at least %s", number(one.Minimum))
		add(one.ExclusiveMinimum != nil, "above %s", number(one.ExclusiveMinimum))
		add(one.Minimum == nil && one.Maximum != nil, "at most %s", number(one.Maximum))
		add(one.MaxLength != nil, "up to %d characters", count(one.MaxLength))
		add(one.MinItems != nil, "at least %d", count(one.MinItems))
		add(one.MaxItems != nil, "up to %d items", count(one.MaxItems))
		add(one.MaxProperties != nil, "up to %d fields", count(one.MaxProperties))
		add(one.UniqueItems, "each once")
	}
	return strings.Join(list, ", ")
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

func count(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
