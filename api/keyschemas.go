package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/store"
)

// keyTypes are the answers about keys, workspaces, surveys and taxonomies.
var keyTypes = []reflect.Type{
	reflect.TypeFor[AccessKeys](), reflect.TypeFor[SecretKey](), reflect.TypeFor[Workspace](), reflect.TypeFor[AuditPage](),
	reflect.TypeFor[Surveys](), reflect.TypeFor[feedback.Taxonomy](), reflect.TypeFor[TaxonomyVersions](),
	reflect.TypeFor[TaxonomyPreview](), reflect.TypeFor[TaxonomyDiff](), reflect.TypeFor[RetagStatus](), reflect.TypeFor[Ready](), reflect.TypeFor[Readiness](),
}

// keyTags are their places in the document.
var keyTags = []*huma.Tag{
	{Name: keyTag, Description: "Keys, the workspace they belong to, and who changed what."},
	{Name: surveyTag, Description: "What is known of surveys beside their responses."},
	{Name: taxonomyTag, Description: "The themes that comments are tagged with."},
}

type scopeSchema struct{}

// Schema lists the scopes.
func (scopeSchema) Schema(huma.Registry) *huma.Schema { return enum(store.Scopes...) }

// keySchemas are the schemas of what is read by hand.
func keySchemas() map[string]*huma.Schema {
	least, most, length, few := 0.0, store.MaxOverlap.Hours(), 200, 1
	schemas := taxonomySchemas()
	schemas["NewSurvey"] = surveySchema()
	schemas["ReadinessOrReady"] = &huma.Schema{OneOf: []*huma.Schema{component("Readiness"), component("Ready")}}
	schemas["NewKey"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"name", "scopes"}, Properties: map[string]*huma.Schema{
		"name":       {Type: huma.TypeString, MaxLength: &length, Pattern: nameForm, Examples: []any{"survey platform"}},
		"scopes":     {Type: huma.TypeArray, Items: enum(store.Scopes...), UniqueItems: true, MinItems: &few},
		"expires_at": {Type: huma.TypeString, Format: "date-time"},
	}}
	schemas["Rotation"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"overlap_hours": {Type: huma.TypeNumber, Minimum: &least, Maximum: &most, Examples: []any{24}},
	}}
	return schemas
}

// keyNotes describe their schemas.
var keyNotes = map[string]string{
	"AccessKeys":       "The keys of a workspace.",
	"AccessKey":        "A key, without its secret.",
	"SecretKey":        "A key with its secret, shown once.",
	"NewKey":           "A key to create.",
	"Rotation":         "How a key gets a new secret.",
	"Workspace":        "A workspace: what is in it no key of another one sees.",
	"AuditPage":        "A page of the audit log.",
	"AuditEntry":       "Who changed what.",
	"Surveys":          "The surveys that are described.",
	"Survey":           "What is known of a survey beside its responses.",
	"NewSurvey":        "A survey to describe.",
	"Taxonomy":         "A versioned list of themes.",
	"Theme":            "What a statement can be about.",
	"NewTaxonomy":      "A taxonomy to store as a new version.",
	"NewTheme":         "A theme as it is to be called.",
	"TaxonomyVersions": "Versions of a taxonomy.",
	"TaxonomyVersion":  "A version of a taxonomy.",
	"TaxonomyPreview":  "What a taxonomy would tag.",
	"ThemePreview":     "Which comments would gain or lose a theme.",
	"PreviewExample":   "A comment that would gain or lose a theme.",
	"TaxonomyDiff":     "What differs between two versions of a taxonomy.",
	"ThemeMoved":       "How many comments gained and lost a theme.",
	"DriverMove":       "A driver under two versions of a taxonomy.",
	"DriverPlace":      "Where a driver stands.",
	"RetagStatus":      "How far tagging anew is.",
	"Ready":            "The server is ready. With keys that is all that is said without one.",
	"ReadinessOrReady": "How far the index is; with keys, only that the server is ready.",
}

// keyFieldNotes describe their fields.
var keyFieldNotes = map[string]string{
	"AccessKey.id":        "Its id: what stands between the underscores of the secret.",
	"AccessKey.workspace": "The workspace it belongs to.",
	"AccessKey.name":      "Its name, for people.",
	"NewKey.name":         "Its name, for people.",
	"scopes":              "What it may do: ingest puts responses, read reads everything but keys and the audit log, admin does everything.",
	"created_at":          "When it was made.",
	"expires_at":          "From when on it does not work; absent when it does not expire.",
	"last_used_at":        "When it was last used, within a minute; absent when it never was.",
	"rotated_at":          "When it last got a new secret.",
	"old_secret_until":    "Until then the secret before that works, too.",
	"revoked_at":          "When it was revoked.",
	"overlap_hours":       "How many hours the old secret works longer; 24 when it is left out.",
	"seq":                 "Its number.",
	"at":                  "When.",
	"actor":               "The id of the key or the account; local for the command line and a server that has neither.",
	"action":              "What was done, by the operation's name.",
	"object":              "What it was done to; of responses the survey at most.",
	"Survey.kind":         "Whom it asks, and about what.",
	"NewSurvey.kind":      "Whom it asks, and about what.",
	"question":            "The question, as respondents read it.",
	"languages":           "The languages it is asked in, as ISO 639-1 codes.",
	"retention_days":      "How many days responses are to be kept; 0 for no limit. It is stored, and nothing is deleted by it yet.",
	"Taxonomy.version":    "Its version, from 1.",
	"Taxonomy.themes":     "The themes, by id.",
	"NewTaxonomy.themes":  "The themes to tag with, up to 256; built-in ones that are left out are not.",
	"Theme.id":            "Its id.",
	"NewTheme.id":         "Its id: that of a built-in theme, one of your own (a-z, 0-9, _), or parent/child.",
	"phrases":             "What is looked for in statements, by language code, or by * for every language. Other forms of the words are found, too; a * at the end lets the last word go on, double quotes around ask for the words as written.",
	"across_languages":    "Whether a phrase also stands for what other languages call the same. That finds more, and more that is meant otherwise.",
	"names":               "Its names by language code.",
	"description":         "What it means, for people.",
}

// securityScheme names how keys travel.
const securityScheme = "key"

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{securityScheme: {Type: "http", Scheme: "bearer", Description: "A key; none is needed before the first one is made."}}
}

// scopeNote says which key a route takes.
func scopeNote(need store.Scope, visitor store.Role) string {
	if visitor != "" {
		return scopeNote(need, "") + " Somebody who has logged in to the pages needs none."
	}
	switch need {
	case scopeAny:
		return "Takes any key."
	case scopeMetrics:
		return "Takes a key with the scope `admin`, or none from the same machine."
	}
	return "Takes a key with the scope `" + string(need) + "`."
}
