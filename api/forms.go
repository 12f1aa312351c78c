package api

import (
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Forms of strings, as regular expressions that mean the same in Go, JavaScript and Python. They describe what is accepted
// and check nothing themselves.
const (
	lineForm = `^[^\x00-\x1f\x7f-\x9f]*$`                                              // a line of text
	nameForm = `^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$` // one that is not blank
	textForm = `^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$`                                      // a text of several lines

	// A day of the years from 1900 to 2199 that is in the calendar, and a moment: a day, or an RFC 3339 time.
	dayForm = `((19|2[01])[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)|` +
		`((19|2[01])(0[48]|[2468][048]|[13579][26])|2000)-02-29)`
	momentForm = `^` + dayForm + `(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$`

	scoreForm     = `^(10|[0-9])(/10|( ?[-–—:=(] ?[^0-9\x00-\x1f]*))?$`
	languagesForm = `^[A-Za-z]{2,3}(,[A-Za-z]{2,3})*$`
	whereForm     = `^[^=!<>\s\x00-\x1f\x7f-\x9f][^=!<>\x00-\x1f\x7f-\x9f]*(!?=[^\x00-\x1f\x7f-\x9f]*|[<>]=?(-?[0-9]{1,15}(\.[0-9]{1,9})?|` + dayForm + `))$`
	numberForm    = `^[1-9][0-9]{0,8}$`
	phrasesForm   = `^([a-z]{2,3}|\*)$`                      // a language, or all of them
	themeIDForm   = `^[a-z0-9_]{1,64}(/[a-z0-9_]{1,64})?$`   // theme or parent/child
	themesForm    = `^` + oneTheme + `(,` + oneTheme + `)*$` // each maybe with a sentiment
	oneTheme      = `[a-z0-9_]{1,64}(/[a-z0-9_]{1,64})?(:(positive|neutral|negative))?`
	onceForm      = `^[!#-~][!-~]*$|^"[!-~]+"$`
)

// describePath says of the parameters of a path what none of them may hold.
func describePath(params []*huma.Param) {
	for _, p := range params {
		if p.In == "path" && p.Schema.Type == huma.TypeString && p.Schema.Pattern == "" {
			p.Schema.Pattern = nameForm
		}
	}
}

// optional lets every field of a body that may be left out be null, which means the same.
func optional(schema *huma.Schema) {
	for name, field := range schema.Properties {
		if !slices.Contains(schema.Required, name) {
			schema.Properties[name] = orNull(field)
		}
	}
}

// orNull is a schema that null fits, too.
func orNull(schema *huma.Schema) *huma.Schema {
	none := &huma.Schema{Type: "null"}
	switch {
	case schema.Nullable || schema.Type == "null":
		return schema
	case len(schema.OneOf) > 0:
		if !slices.ContainsFunc(schema.OneOf, func(s *huma.Schema) bool { return s.Type == "null" }) {
			schema.OneOf = append(schema.OneOf, none)
		}
		return schema
	case schema.Ref != "":
		return &huma.Schema{OneOf: []*huma.Schema{schema, none}, Description: schema.Description}
	case len(schema.Enum) > 0:
		schema.Enum = append(schema.Enum, nil)
	}
	schema.Nullable = true
	return schema
}

// emptyPointers says of the fields that Go keeps as pointers, and writes without one as null, that they may be.
func emptyPointers(registry huma.Registry) {
	for name, schema := range registry.Map() {
		of := registry.TypeFromRef(schemaPrefix + name)
		if of == nil || of.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(of) {
			key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if property := schema.Properties[key]; property != nil && field.Type.Kind() == reflect.Pointer && options == "" {
				schema.Properties[key] = orNull(property)
			}
		}
	}
}
