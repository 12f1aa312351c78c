package api

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
)

// param is a parameter of a query: how it is described, and how it becomes part of a filter.
type param struct {
	name    string
	about   string
	want    string // what a value must be, said to whoever sends another one: the value itself is never repeated
	example string
	words   []string // the values there are; nil when they cannot be listed
	form    string   // of a value, as a regular expression for the description; "" for any line of text
	longest int      // characters of a value; 0 for no limit of its own
	must    bool     // may not be left out
	number  bool
	least   float64 // of a number
	most    float64
	many    bool // may stand several times: any of the values
	list    bool // may hold several values with commas between
	// set adds a value to the filter; nil for what is no part of one.
	set func(f *feedback.Filter, value string) error
}

// describe makes the parameter's part of the OpenAPI document.
func (p *param) describe() *huma.Param {
	schema := &huma.Schema{Type: huma.TypeString, Pattern: cmp.Or(p.form, lineForm)}
	for _, word := range p.words {
		schema.Enum = append(schema.Enum, word)
	}
	var example any = p.example
	if p.words != nil {
		schema.Pattern = ""
	}
	if p.number {
		schema = &huma.Schema{Type: huma.TypeInteger, Minimum: &p.least, Maximum: &p.most}
		example = nil
	}
	if p.longest > 0 {
		schema.MaxLength = &p.longest
	}
	out := &huma.Param{Name: p.name, In: "query", Description: p.about, Schema: schema, Example: example, Required: p.must}
	if p.list {
		out.Description += " Repeat it, or put commas between the values."
	}
	if p.many {
		explode := true
		out.Schema, out.Style, out.Explode = &huma.Schema{Type: huma.TypeArray, Items: schema}, "form", &explode
		out.Example = []string{p.example}
	}
	return out
}

// inHeader describes a parameter that is a header.
func (p *param) inHeader() *huma.Param {
	out := p.describe()
	if out.In = "header"; p.form == "" {
		out.Schema.Pattern = ""
	}
	return out
}

// location names the parameter in a problem.
func (p *param) location() string { return "query." + p.name }

func (p *param) wrong() FieldError {
	return FieldError{Location: p.location(), Message: p.name + " must be " + p.want}
}

// check refuses a query that cannot be read and parameters that are none.
func (c *call) check(params []param) error {
	if c.badQuery {
		return newProblem(feedback.Invalid, "the query string cannot be read: percent-encode what is no letter or digit")
	}
	var wrong []FieldError
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		i := slices.IndexFunc(params, func(p param) bool { return p.name == name })
		switch {
		case i < 0:
			wrong = append(wrong, FieldError{Location: "query." + nameOf(name), Message: nameOf(name) + " is not a parameter here: " + listed(params)})
		case !slices.ContainsFunc(c.query[name], unreadable):
			if len(c.query[name]) > 1 && !params[i].many {
				wrong = append(wrong, FieldError{Location: params[i].location(), Message: name + " may stand only once"})
			} else if slices.ContainsFunc(c.query[name], params[i].blank) {
				wrong = append(wrong, params[i].wrong())
			}
		default:
			wrong = append(wrong, FieldError{Location: params[i].location(), Message: name + " is not valid UTF-8 or holds a control character"})
		}
	}
	if len(wrong) > 0 {
		return fieldProblem(feedback.Invalid, wrong...)
	}
	return nil
}

// blank reports whether a value is none, or a list holds such, where not any text will do.
func (p *param) blank(value string) bool {
	if p.form == "" && p.words == nil && !p.number {
		return false
	}
	parts := []string{value}
	if p.list {
		parts = splitList(value)
	}
	return slices.ContainsFunc(parts, func(part string) bool { return strings.TrimSpace(part) == "" })
}

func listed(params []param) string {
	if len(params) == 0 {
		return "there are none"
	}
	names := make([]string, len(params))
	for i := range params {
		names[i] = params[i].name
	}
	return "there is " + strings.Join(names, ", ")
}

// unreadable reports whether a value is no text.
func unreadable(value string) bool {
	return !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl)
}

// nameOf is the name of an unknown field or parameter as a problem repeats it, so that it can be found: short, and
// without what is no name.
func nameOf(name string) string {
	const most = 40
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-. $", r) {
			return r
		}
		return '?'
	}, strings.ToValidUTF8(name, "?"))
	if runes := []rune(clean); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return clean
}

// one returns the only value of a parameter, "" when it is not there.
func (c *call) one(name string) string { return strings.TrimSpace(c.query.Get(name)) }

// word returns the value of a parameter that has a list of them, "" when it is not there.
func (c *call) word(p *param) (string, error) {
	value := c.query.Get(p.name)
	if value != "" && !slices.Contains(p.words, value) {
		return "", fieldProblem(feedback.Invalid, p.wrong())
	}
	return value, nil
}

// values returns all values of a parameter, lists taken apart; blank ones are as if they were not there. A comma within a value of a list is written \, there.
func (c *call) values(p *param) []string {
	var out []string
	for _, value := range c.query[p.name] {
		parts := []string{value}
		if p.list {
			parts = splitList(value)
		}
		for _, part := range parts {
			if part = strings.Trim(part, " "); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func splitList(value string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\' && i+1 < len(value) && value[i+1] == ',':
			i++
			part.WriteByte(',')
		case value[i] == ',':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(value[i])
		}
	}
	return append(parts, part.String())
}
