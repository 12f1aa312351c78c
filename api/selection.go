package api

import (
	"encoding/json"
	"slices"
	"strings"

	"verbatim/feedback"
)

// storedFields are the fields of a response as it is answered.
var storedFields = []string{
	"id", "survey", "score", "comment", "suggestion", "lang", "submitted_at", "updated_at", "respondent", "touchpoint", "weight",
	"attributes", "import", "analysis", "suggestion_analysis",
}

var fieldsParam = param{
	name: "fields", example: "score,comment", want: "names of fields: " + strings.Join(storedFields, ", "), words: storedFields, many: true, list: true,
	about: "The fields of a response that are answered, beside `id` and `survey`; all of them by default.",
}

// fields returns the fields that are wanted, nil for all.
func (c *call) fields() ([]string, error) {
	names := c.values(&fieldsParam)
	for _, name := range names {
		if !slices.Contains(storedFields, name) {
			return nil, fieldProblem(feedback.Invalid, fieldsParam.wrong())
		}
	}
	if names != nil {
		names = append(names, "id", "survey")
	}
	return names, nil
}

// MarshalJSON leaves out the fields that are not wanted.
func (r StoredResponse) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(r.Analysed)
	if err != nil || r.fields == nil {
		return body, err
	}
	out := []byte{'{'}
	for _, m := range splitObject(body, len(storedFields)) {
		if !slices.Contains(r.fields, m.name) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), m.name...), `":`...)
		out = append(out, m.raw...)
	}
	return append(out, '}'), nil
}
