package api

import (
	"bytes"
	"encoding/json"
)

// What follows takes valid JSON apart, in a tenth of the time that encoding/json needs when the fields are not known.

// member is a field of an object as it was sent.
type member struct {
	name string
	raw  json.RawMessage
}

// none reports whether the member is null, which is the same as absent.
func (m *member) none() bool { return string(m.raw) == "null" }

// splitObject lists the members of an object that is valid JSON, up to one more than most.
func splitObject(object []byte, most int) []member {
	var out []member
	rest := trimSpace(object)[1:]
	for len(out) <= most {
		rest = trimSpace(rest)
		if rest[0] == '}' {
			break
		}
		if rest[0] == ',' {
			rest = trimSpace(rest[1:])
		}
		end := valueEnd(rest)
		name, _ := unquote(rest[:end])
		rest = trimSpace(trimSpace(rest[end:])[1:]) // the colon
		end = valueEnd(rest)
		out = append(out, member{name, rest[:end]})
		rest = rest[end:]
	}
	return out
}

// valueEnd finds the end of the valid JSON value that text begins with.
func valueEnd(text []byte) int {
	switch text[0] {
	case '"':
		return stringEnd(text)
	case '{', '[':
	default:
		if end := bytes.IndexAny(text, ",]} \t\r\n"); end >= 0 {
			return end
		}
		return len(text)
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// stringEnd finds the end of the string that text begins with.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		next := bytes.IndexByte(text[i:], '"')
		if next < 0 {
			break
		}
		escapes := 0 // a quote after an odd number of them is part of the string
		for i += next; text[i-1-escapes] == '\\'; {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
	return len(text)
}

func trimSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// unquote reads a valid JSON value that is a string; ok is false for any other. Halves of surrogate pairs become U+FFFD.
func unquote(raw []byte) (text string, ok bool) {
	if raw[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true
	}
	return text, json.Unmarshal(raw, &text) == nil
}
