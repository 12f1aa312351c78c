package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/analysis"
	"verbatim/feedback"
)

func (s *server) routesOfTaxonomy() {
	one := []answer{{http.StatusOK, "The taxonomy.", []content{{media: jsonType, schema: "Taxonomy"}}}}
	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy", id: "get-taxonomy", tag: taxonomyTag, summary: "Get the current taxonomy",
		about: "The themes that comments are tagged with, with their names in every language.", answers: one,
	}, s.getTaxonomy)

	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/versions", id: "list-taxonomy-versions", tag: taxonomyTag, summary: "List the versions of the taxonomy",
		answers: []answer{{http.StatusOK, "The newest 100, the newest first.", []content{{media: jsonType, schema: "TaxonomyVersions"}}}},
	}, s.listTaxonomyVersions)

	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/{version}", id: "get-taxonomy-version", tag: taxonomyTag, summary: "Get a version of the taxonomy",
		about: "Version 1 is the built-in one.", answers: one, errors: []int{http.StatusNotFound},
	}, s.getTaxonomyVersion)

	register(s, route{
		method: http.MethodPut, path: "/v1/taxonomy", id: "put-taxonomy", tag: taxonomyTag, summary: "Replace the taxonomy",
		about: "Stores a new version; the same content again makes none. Built-in themes can be renamed and described (languages that are left " +
			"out keep their names), get phrases of your own, and be left out. Themes of your own have an id and phrases, and subthemes the id " +
			"`parent/child`; a subtheme counts for its parent, too. There are up to " + strconv.Itoa(analysis.MaxThemes) + " themes with " +
			strconv.Itoa(analysis.MaxPhrases) + " phrases together.\n\nThe responses that are stored are then tagged with the new version in the background " +
			"(`GET /v1/taxonomy/retag`). Until that is done everything is read and tagged with the version before, then at once with the new one. " +
			"A newer version takes the place of one that is on its way. Without responses the new version is the current one at once.",
		body: &content{media: jsonType, schema: "NewTaxonomy", about: "The themes.", example: exampleTaxonomy}, answers: one, errors: bodyErrors,
	}, s.putTaxonomy)

	register(s, route{
		method: http.MethodPost, path: "/v1/taxonomy/preview", id: "preview-taxonomy", tag: taxonomyTag, summary: "See what a taxonomy would tag",
		about: "Reads the newest comments with the themes of the body and with the current taxonomy, and answers for each theme which would gain or " +
			"lose it, with examples. Nothing is stored.",
		params:  []param{sampleParam},
		body:    &content{media: jsonType, schema: "NewTaxonomy", about: "The themes.", example: exampleTaxonomy},
		answers: []answer{{http.StatusOK, "What it would tag.", []content{{media: jsonType, schema: "TaxonomyPreview"}}}},
		errors:  bodyErrors,
	}, s.previewTaxonomy)

	register(s, route{
		method: http.MethodGet, path: "/v1/taxonomy/diff", id: "diff-taxonomy", tag: taxonomyTag, summary: "Compare two versions of the taxonomy",
		about: "Themes that were added, removed, renamed or changed, how many comments gained and lost each theme, and the drivers whose rank or " +
			"impact differs. Both must be versions that are or were the current one.",
		params:  []param{fromVersionParam, toVersionParam},
		answers: []answer{{http.StatusOK, "What differs.", []content{{media: jsonType, schema: "TaxonomyDiff"}}}},
		errors:  []int{http.StatusNotFound},
	}, s.diffTaxonomy)
	s.routesOfRetag()
}

const taxonomyTag = "taxonomy"

var (
	sampleParam = param{
		name: "sample", number: true, least: 1, most: MostSample, want: "a whole number from 1 to " + strconv.Itoa(MostSample),
		about: "How many comments are read; " + strconv.Itoa(UsualSample) + " by default.",
	}
	fromVersionParam = param{name: "from", must: true, form: numberForm, example: "1", want: "the number of a version", about: "The earlier version."}
	toVersionParam   = param{name: "to", form: numberForm, example: "1", want: "the number of a version", about: "The later version; the current one when it is left out."}
)

func (s *server) taxonomies() *Taxonomies {
	return &Taxonomies{Store: s.Store, Index: s.Index, Ingester: s.Ingester}
}

// taxonomy is the current taxonomy of a workspace.
func (s *server) taxonomy(ctx context.Context, workspace string) (*feedback.Taxonomy, error) {
	return s.taxonomies().Current(ctx, workspace)
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
	version, err := strconv.Atoi(in.Version)
	if err != nil || version < 1 {
		return nil, fieldProblem(feedback.Invalid, FieldError{"path.version", "version must be a whole number from 1"})
	}
	found, err := s.taxonomies().Version(ctx, c.workspace, version)
	if err != nil {
		return nil, err
	}
	return &taxonomyAnswer{*found}, nil
}

// TaxonomyVersions lists versions.
type TaxonomyVersions struct {
	Versions []TaxonomyVersion `json:"versions" doc:"The newest first."`
}

type versionsAnswer struct{ Body TaxonomyVersions }

// listTaxonomyVersions lists the versions of the taxonomy.
func (s *server) listTaxonomyVersions(ctx context.Context, c *call, _ *noPath) (*versionsAnswer, error) {
	list, err := s.taxonomies().Versions(ctx, c.workspace)
	return &versionsAnswer{TaxonomyVersions{list}}, err
}

// themes reads the themes of the body.
func (c *call) themes() (*item, []feedback.Theme, error) {
	it, err := c.object()
	if err != nil {
		return nil, nil, err
	}
	var raw json.RawMessage
	if problem := it.into([]string{"themes"}, map[string]target{"themes": {&raw, "a list"}}); problem != nil {
		return nil, nil, problem
	}
	themes, ok := readThemes(raw)
	if !ok {
		return nil, nil, it.wrong("themes", "themes must be a list of objects with id, names (texts by language code), description, "+
			"phrases (lists of texts by language code) and across_languages")
	}
	return it, themes, nil
}

// readThemes reads a list of themes, and reports whether it is one.
func readThemes(raw []byte) (themes []feedback.Theme, ok bool) {
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	return themes, in.Decode(&themes) == nil
}

// blameThemes turns an error about themes into a problem of the body.
func (it *item) blameThemes(err error) error {
	if e, ok := errors.AsType[*feedback.Error](err); ok && e.Code == feedback.Invalid && strings.HasPrefix(e.Message, "themes") {
		return it.wrong("themes", e.Message)
	}
	return err
}

// putTaxonomy stores a new version of the taxonomy.
func (s *server) putTaxonomy(ctx context.Context, c *call, _ *noPath) (*taxonomyAnswer, error) {
	it, themes, err := c.themes()
	if err != nil {
		return nil, err
	}
	stored, err := s.taxonomies().Put(ctx, c.workspace, themes)
	if err != nil {
		return nil, it.blameThemes(err)
	}
	return &taxonomyAnswer{stored}, nil
}

type tagPreviewAnswer struct{ Body TaxonomyPreview }

// previewTaxonomy answers what a taxonomy would tag.
func (s *server) previewTaxonomy(ctx context.Context, c *call, _ *noPath) (*tagPreviewAnswer, error) {
	sample, err := c.number(&sampleParam, UsualSample)
	if err != nil {
		return nil, err
	}
	it, themes, err := c.themes()
	if err != nil {
		return nil, err
	}
	found, err := s.taxonomies().Preview(ctx, c.workspace, themes, int(sample))
	if err != nil {
		return nil, it.blameThemes(err)
	}
	return &tagPreviewAnswer{found}, nil
}

type diffAnswer struct{ Body TaxonomyDiff }

// diffTaxonomy compares two versions.
func (s *server) diffTaxonomy(ctx context.Context, c *call, _ *noPath) (*diffAnswer, error) {
	from, err := s.versionParam(ctx, c, &fromVersionParam)
	if err != nil {
		return nil, err
	}
	to, err := s.taxonomy(ctx, c.workspace)
	if c.one(toVersionParam.name) != "" {
		to, err = s.versionParam(ctx, c, &toVersionParam)
	}
	if err != nil {
		return nil, err
	}
	found, err := s.taxonomies().Diff(ctx, c.workspace, from, to)
	return &diffAnswer{found}, err
}

// versionParam gets the version that a parameter names.
func (s *server) versionParam(ctx context.Context, c *call, p *param) (*feedback.Taxonomy, error) {
	version, err := strconv.Atoi(c.one(p.name))
	if err != nil || version < 1 {
		return nil, fieldProblem(feedback.Invalid, p.wrong())
	}
	return s.taxonomies().Version(ctx, c.workspace, version)
}

var exampleTaxonomy = json.RawMessage(`{"themes":[{"id":"price_value","names":{"en":"Fares"},"description":"What the journey costs, and whether it is worth it."},` +
	`{"id":"service_staff"},{"id":"reliability"},{"id":"location_access"},{"id":"location_access/parking","names":{"en":"Parking","fi":"Pysäköinti"},` +
	`"phrases":{"en":["parking","car park","nowhere to park"],"fi":["pysäköinti","parkki*"]}}]}`)

// taxonomySchemas describe a taxonomy as it is put.
func taxonomySchemas() map[string]*huma.Schema {
	most, few, length, description, phrases, phrase := analysis.MaxThemes, 1, analysis.MaxThemeName, analysis.MaxDescription, analysis.MaxPhrases, analysis.MaxPhrase
	list := &huma.Schema{Type: huma.TypeArray, MaxItems: &phrases, Items: &huma.Schema{Type: huma.TypeString, MaxLength: &phrase}}
	return map[string]*huma.Schema{
		"NewTaxonomy": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"themes"}, Properties: map[string]*huma.Schema{
			"themes": {Type: huma.TypeArray, Items: component("NewTheme"), MinItems: &few, MaxItems: &most},
		}},
		"NewTheme": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"id"}, Properties: map[string]*huma.Schema{
			"id": {Type: huma.TypeString, Pattern: themeIDForm, Examples: []any{"location_access/parking"}},
			"names": {
				Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: &length, Pattern: nameForm},
				Extensions: map[string]any{"propertyNames": map[string]any{"pattern": languageForm.String()}},
			},
			"description": {Type: huma.TypeString, MaxLength: &description, Pattern: lineForm},
			"phrases": {
				Type: huma.TypeObject, AdditionalProperties: list,
				Extensions: map[string]any{"propertyNames": map[string]any{"pattern": phrasesForm}},
			},
			"across_languages": {Type: huma.TypeBoolean},
		}},
	}
}
