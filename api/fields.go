package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

// field reads a field of a response. Message is "" or says what is wrong, without the value.
type field struct {
	name string
	read func(r *feedback.Response, raw json.RawMessage) (message string)
}

// responseFields are the fields of a response as it is posted.
var responseFields = []field{
	{"id", readID},
	{"survey", text("survey", func(r *feedback.Response) *string { return &r.Survey })},
	{"score", readScore},
	{"comment", text("comment", func(r *feedback.Response) *string { return &r.Comment })},
	{"text", text("text", func(r *feedback.Response) *string { return &r.Comment })},
	{"suggestion", text("suggestion", func(r *feedback.Response) *string { return &r.Suggestion })},
	{"lang", text("lang", func(r *feedback.Response) *string { return &r.Lang })},
	{"submitted_at", moment("submitted_at", func(r *feedback.Response) *time.Time { return &r.SubmittedAt })},
	{"updated_at", moment("updated_at", func(r *feedback.Response) *time.Time { return &r.UpdatedAt })},
	{"respondent", text("respondent", func(r *feedback.Response) *string { return &r.Respondent })},
	{"touchpoint", text("touchpoint", func(r *feedback.Response) *string { return &r.Touchpoint })},
	{"weight", readWeight},
	{"attributes", readAttributes},
}

// analyzeFields are the fields of a text to analyze.
var analyzeFields = []string{"id", "text", "comment", "lang"}

// posted is an item as a response.
type posted struct {
	feedback.Response
	comment string // the name under which the comment came, "" for none
}

// response reads an item as a response with the fields that are allowed, nil for all. What could be read is returned with
// the problem.
func (it *item) response(allowed []string) (posted, *Problem) {
	r := posted{Response: feedback.Response{Score: feedback.Unscored}}
	members, problem := it.members()
	if problem != nil {
		return r, problem
	}
	var wrong []FieldError
	note := func(name, message string) {
		if message != "" && len(wrong) < maxWrong {
			wrong = append(wrong, FieldError{Location: it.at(name), Message: message})
		}
	}
	for _, m := range members {
		i := slices.IndexFunc(responseFields, func(f field) bool { return f.name == m.name })
		switch {
		case i < 0 || allowed != nil && !slices.Contains(allowed, m.name):
			note(nameOf(m.name), unknown(m.name, allowed))
			continue
		case m.none():
			continue
		case m.name != "text" && m.name != "comment":
		case r.comment != "":
			note(m.name, "comment and text are two names of one field: send one of them")
		default:
			r.comment = m.name
		}
		note(m.name, responseFields[i].read(&r.Response, m.raw))
	}
	if len(wrong) > 0 {
		return r, fieldProblem(feedback.Invalid, wrong...)
	}
	return r, nil
}

func unknown(name string, allowed []string) string {
	if allowed != nil {
		return nameOf(name) + " is not a field here: there is " + strings.Join(allowed, ", ")
	}
	return nameOf(name) + " is not a field of a response: put values of your own under attributes"
}

// located turns what ingest says about a response into a problem of the item. The messages begin with the field.
func (it *item) located(r *posted, e *feedback.Error) *Problem {
	name, rest, _ := strings.Cut(e.Message, " ")
	if name == "comment" && r.comment != "" {
		return it.problem(e.Code, r.comment, r.comment+" "+rest)
	}
	if !slices.ContainsFunc(responseFields, func(f field) bool { return f.name == name }) {
		name = ""
		if strings.Contains(e.Message, "attribute") {
			name = "attributes"
		}
	}
	return it.problem(e.Code, name, e.Message)
}

// blames reports whether the problem is with the field of the item.
func (p *Problem) blames(it *item, field string) bool {
	return slices.ContainsFunc(p.Errors, func(e FieldError) bool { return e.Location == it.at(field) })
}

// text makes the reader of a field that is a string.
func text(name string, at func(*feedback.Response) *string) func(*feedback.Response, json.RawMessage) string {
	return func(r *feedback.Response, raw json.RawMessage) string {
		written, ok := unquote(raw)
		if !ok {
			return name + " must be a string"
		}
		*at(r) = written
		return ""
	}
}

// readID reads a string; platforms also send whole numbers.
func readID(r *feedback.Response, raw json.RawMessage) string {
	var ok bool
	if r.ID, ok = unquote(raw); ok {
		return ""
	}
	digits := strings.TrimSuffix(string(raw), ".0") // JSON has one kind of number
	if _, err := strconv.ParseInt(digits, 10, 64); err != nil {
		return "id must be a string or a whole number"
	}
	r.ID = digits
	return ""
}

// readScore reads a number, or a string as surveys export it. A blank string is neither a score nor the absence of one.
func readScore(r *feedback.Response, raw json.RawMessage) string {
	const wrong = "score must be a whole number from 0 to 10; leave it out when there is none"
	written, ok := unquote(raw)
	if !ok {
		if r.Score.UnmarshalJSON(raw) != nil {
			return wrong
		}
		return ""
	}
	score, err := feedback.ParseScore(written)
	if err != nil || !score.Scored() {
		return wrong
	}
	r.Score = score
	return ""
}

// readWeight reads a number above 0, since 0 would stand for 1.
func readWeight(r *feedback.Response, raw json.RawMessage) string {
	if json.Unmarshal(raw, &r.Weight) != nil || r.Weight <= 0 {
		return "weight must be a number above 0"
	}
	return ""
}

// The years that a time may be of; others are slips of the pen. Files have the same limits.
const firstYear, lastYear = 1900, 2200

// moment makes the reader of a field that is a time; a date stands for its midnight in UTC.
func moment(name string, at func(*feedback.Response) *time.Time) func(*feedback.Response, json.RawMessage) string {
	return func(r *feedback.Response, raw json.RawMessage) string {
		if written, ok := unquote(raw); ok {
			for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
				t, err := time.Parse(layout, strings.TrimSpace(written))
				if err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
					*at(r) = t
					return ""
				}
			}
		}
		return name + " must be " + dateForm + ", from 1900 to 2200"
	}
}

// maxNesting is how deep objects may lie in attributes, as in files.
const maxNesting = 64

// readAttributes reads an object of values of one's own. Nested objects flatten to meta.airline, lists of plain values are
// joined with "; ", null and blank values are left out: as in files.
func readAttributes(r *feedback.Response, raw json.RawMessage) string {
	in := json.NewDecoder(bytes.NewReader(raw))
	in.UseNumber() // numbers keep their digits
	var object map[string]any
	if in.Decode(&object) != nil {
		return "attributes must be an object"
	}
	r.Attributes = map[string]string{}
	return flatten(r.Attributes, "", object, maxNesting)
}

func flatten(into map[string]string, prefix string, object map[string]any, depth int) (message string) {
	if depth == 0 {
		return fmt.Sprintf("attributes are nested more than %d deep", maxNesting)
	}
	for name, value := range object {
		name = prefix + name
		if inner, ok := value.(map[string]any); ok {
			if message := flatten(into, name+".", inner, depth-1); message != "" {
				return message
			}
			continue
		}
		written, ok := written(value)
		if !ok {
			return "attributes must be strings, numbers, booleans, objects of these, or lists of plain values"
		}
		if _, twice := into[name]; twice {
			return "attributes has a name twice, once with a dot and once as a nested object"
		}
		if written != "" {
			into[name] = written
		}
	}
	return ""
}

// written gives an attribute's value as text; ok is false for what is no plain value and no list of such.
func written(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		var parts []string
		for _, element := range v {
			part, ok := written(element)
			if _, list := element.([]any); list || !ok {
				return "", false
			}
			if part != "" {
				parts = append(parts, part)
			}
		}
		return strings.Join(parts, "; "), true
	}
	return "", false
}
