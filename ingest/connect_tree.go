package ingest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Helpers over JSON that encoding/json has read with numbers as json.Number. What is not as expected reads as absent:
// platforms add and change members without notice.

func object(v any) map[string]any {
	out, _ := v.(map[string]any)
	return out
}

func list(v any) []any {
	out, _ := v.([]any)
	return out
}

// word is a plain value as text; "" for null, objects and lists.
func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// joined is a plain value as text, or the plain values of a list.
func joined(v any) string {
	values, ok := v.([]any)
	if !ok {
		return word(v)
	}
	var parts []string
	for _, one := range values {
		if text := word(one); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

var brackets = strings.NewReplacer("[", ".", "]", "")

// at follows a path like data.answers[0].nps or data.answers.0.nps; nil when nothing is there. A member whose name holds
// dots is found as well.
func at(v any, path string) any {
	if strings.ContainsAny(path, "[$") {
		path = brackets.Replace(strings.TrimPrefix(path, "$."))
	}
	return follow(v, path, maxDepth)
}

func follow(v any, path string, depth int) any {
	if path == "" || depth == 0 {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		if whole, ok := v[path]; ok {
			return whole
		}
		name, rest, more := strings.Cut(path, ".")
		if inner, ok := v[name]; ok && more {
			return follow(inner, rest, depth-1)
		}
	case []any:
		name, rest, _ := strings.Cut(path, ".")
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return follow(v[i], rest, depth-1)
		}
	}
	return nil
}

// flattened adds the plain values of an object under names like meta.country.
func flattened(out map[string]string, prefix string, v map[string]any) {
	flattenInto(out, prefix, v, maxDepth)
}

func flattenInto(out map[string]string, prefix string, v map[string]any, depth int) {
	if depth == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if inner, ok := v[name].(map[string]any); ok {
			flattenInto(out, prefix+name+".", inner, depth-1)
		} else if text := joined(v[name]); text != "" {
			out[prefix+name] = text
		}
	}
}
