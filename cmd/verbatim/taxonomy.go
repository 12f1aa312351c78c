package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"verbatim/analysis"
	"verbatim/feedback"
)

// ownTaxonomy reads the themes of --taxonomy; the built-in ones without the flag.
func (f *inputFlags) ownTaxonomy(analyzer *analysis.Analyzer) (*feedback.Taxonomy, error) {
	if f.taxonomy == "" {
		return analyzer.Taxonomy(), nil
	}
	raw, err := os.ReadFile(f.taxonomy)
	if err != nil {
		return nil, fmt.Errorf("--taxonomy: %w", err)
	}
	var file struct {
		Themes []feedback.Theme `json:"themes"`
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	if err := in.Decode(&file); err != nil {
		return nil, usagef("--taxonomy %s is not {\"themes\":[…]} as PUT /v1/taxonomy takes it: %v", f.taxonomy, err)
	}
	taxonomy, err := analyzer.NewTaxonomy(file.Themes)
	if err != nil {
		return nil, usagef("--taxonomy %s: %v", f.taxonomy, err)
	}
	taxonomy.Name, taxonomy.Version = "file", 1
	return &taxonomy, nil
}
