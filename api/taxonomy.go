package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
)

// Limits of a taxonomy, in bytes.
const (
	maxThemeName   = 200
	maxDescription = 1000
)

func (s *server) routesOfTaxonomy() {
	one := []answer{{http.StatusOK, "The taxonomy.", []content{{media: jsonType, schema: "Taxonomy"}}}}
	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy", id: "get-taxonomy", tag: taxonomyTag, summary: "Get the current taxonomy",
		about: "The themes that comments are tagged with, with their names in every language.", answers: one,
	}, s.getTaxonomy)

	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/{version}", id: "get-taxonomy-version", tag: taxonomyTag, summary: "Get a version of the taxonomy",
		about: "Version 1 is the built-in one.", answers: one, errors: []int{http.StatusNotFound},
	}, s.getTaxonomyVersion)

	register(s, route{
		method: http.MethodPut, path: "/v1/taxonomy", id: "put-taxonomy", tag: taxonomyTag, summary: "Replace the taxonomy",
		about: "Stores a new version and makes it the current one; the same content again makes none. Themes can be renamed and " +
			"described (languages that are left out keep their names), and left out: responses that come later are not tagged with those. " +
			"Responses that are stored keep their tags until they are sent again. Themes and subthemes of your own are not supported " +
			"yet, since no model knows them: they are refused.",
		body: &content{media: jsonType, schema: "NewTaxonomy", about: "The themes.", example: exampleTaxonomy}, answers: one, errors: bodyErrors,
	}, s.putTaxonomy)
}

const taxonomyTag = "taxonomy"

// taxonomy is the current taxonomy of a workspace.
func (s *server) taxonomy(ctx context.Context, workspace string) (*feedback.Taxonomy, error) {
	settings, err := s.Store.Settings(ctx, workspace)
	if err != nil {
		return nil, err
	}
	if settings.Taxonomy != nil {
		return settings.Taxonomy, nil
	}
	return s.Analyzer.Taxonomy(), nil
}

type taxonomyAnswer struct{ Body feedback.Taxonomy }

// getTaxonomy answers the current taxonomy.
func (s *server) getTaxonomy(ctx context.Context, c *call, _ *noPath) (*taxonomyAnswer, error) {
	taxonomy, err := s.taxonomy(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	return &taxonomyAnswer{*taxonomy}, nil
}

// versionPath is the version of a taxonomy in the path.
type versionPath struct {
	Version string `path:"version" doc:"The version, from 1." example:"1" pattern:"^[1-9][0-9]{0,8}$"`
}

// getTaxonomyVersion answers a version of the taxonomy; the built-in one is there even when none is stored.
func (s *server) getTaxonomyVersion(ctx context.Context, c *call, in *versionPath) (*taxonomyAnswer, error) {
	builtIn := s.Analyzer.Taxonomy()
	version, err := strconv.Atoi(in.Version)
	if err != nil || version < 1 {
		return nil, fieldProblem(feedback.Invalid, FieldError{"path.version", "version must be a whole number from 1"})
	}
	found, err := s.Store.Taxonomy(ctx, c.workspace, fmt.Sprintf("%s@%d", builtIn.Name, version))
	if feedback.CodeOf(err) == feedback.NotFound && version == builtIn.Version {
		return &taxonomyAnswer{*builtIn}, nil
	}
	return &taxonomyAnswer{found}, err
}

// newTheme is a theme as it is put.
type newTheme struct {
	ID          string            `json:"id"`
	Names       map[string]string `json:"names"`
	Description string            `json:"description"`
}

// putTaxonomy stores a new version of the taxonomy.
func (s *server) putTaxonomy(ctx context.Context, c *call, _ *noPath) (*taxonomyAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	var raw json.RawMessage
	if problem := it.into([]string{"themes"}, map[string]target{"themes": {&raw, "a list"}}); problem != nil {
		return nil, problem
	}
	builtIn := s.Analyzer.Taxonomy()
	themes, message := readThemes(raw, builtIn)
	if message != "" {
		return nil, it.wrong("themes", message)
	}
	own := feedback.Taxonomy{Name: builtIn.Name, Themes: themes}
	stored, err := s.Store.ReplaceTaxonomy(ctx, c.workspace, *builtIn, own)
	return &taxonomyAnswer{stored}, err
}

// readThemes reads themes over those that are built in, in the order of those.
func readThemes(raw json.RawMessage, builtIn *feedback.Taxonomy) (themes []feedback.Theme, message string) {
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	var list []newTheme
	if in.Decode(&list) != nil {
		return nil, "themes must be a list of objects with id, names (texts by language code) and description"
	}
	if len(list) == 0 {
		return nil, "themes must have at least one theme"
	}
	given := map[string]newTheme{}
	for i, t := range list {
		if _, ok := builtIn.Theme(t.ID); !ok {
			return nil, fmt.Sprintf("themes[%d].id is not a theme that the models know: themes of your own are not supported yet (GET /v1/taxonomy/1 lists those there are)", i)
		}
		if _, twice := given[t.ID]; twice {
			return nil, fmt.Sprintf("themes[%d].id stands twice", i)
		}
		if wrong := t.check(); wrong != "" {
			return nil, fmt.Sprintf("themes[%d].%s", i, wrong)
		}
		given[t.ID] = t
	}
	for _, theme := range builtIn.Themes {
		if t, ok := given[theme.ID]; ok {
			names := maps.Clone(theme.Names)
			maps.Copy(names, t.Names)
			themes = append(themes, feedback.Theme{ID: theme.ID, Names: names, Description: t.Description})
		}
	}
	return themes, ""
}

// check says what is wrong with the texts of a theme.
func (t *newTheme) check() string {
	for _, code := range slices.Sorted(maps.Keys(t.Names)) {
		name := t.Names[code]
		switch {
		case !languageForm.MatchString(code):
			return "names must have language codes like fi as names of its fields"
		case strings.TrimSpace(name) == "" || len(name) > maxThemeName || unreadable(name):
			return fmt.Sprintf("names must be texts of 1 to %d bytes", maxThemeName)
		}
	}
	if len(t.Description) > maxDescription || unreadable(t.Description) {
		return fmt.Sprintf("description must be a text of at most %d bytes", maxDescription)
	}
	return ""
}

var exampleTaxonomy = json.RawMessage(`{"themes":[{"id":"price_value","names":{"en":"Fares"},"description":"What the journey costs, and whether it is worth it."},{"id":"service_staff"},{"id":"reliability"}]}`)

// taxonomySchemas describe a taxonomy as it is put.
func taxonomySchemas() map[string]*huma.Schema {
	most, few, length, description := maxItems, 1, maxThemeName, maxDescription
	return map[string]*huma.Schema{
		"NewTaxonomy": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"themes"}, Properties: map[string]*huma.Schema{
			"themes": {Type: huma.TypeArray, Items: component("NewTheme"), MinItems: &few, MaxItems: &most},
		}},
		"NewTheme": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"id"}, Properties: map[string]*huma.Schema{
			"id": {Type: huma.TypeString, Pattern: themeIDForm(), Examples: []any{"price_value"}},
			"names": {
				Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: &length, Pattern: nameForm},
				Extensions: map[string]any{"propertyNames": map[string]any{"pattern": languageForm.String()}},
			},
			"description": {Type: huma.TypeString, MaxLength: &description, Pattern: lineForm},
		}},
	}
}
