package ingest

import (
	"crypto/sha256"
	"encoding/hex"

	"verbatim/feedback"
)

// decodeGeneric reads any JSON object: the mapping gives the path of each field, and a field without one is the member of
// its own name. A payload without an id is known by its digest, so that the same one counts once.
func decodeGeneric(src *feedback.Source, tree map[string]any, body []byte) (Decoded, error) {
	var words [fieldCount]string
	for f := range fieldCount {
		path := mappedTo(&src.Mapping, f)
		if path == "-" {
			continue
		}
		if path == "" {
			path = knownColumns[f].name
		}
		words[f] = joined(at(tree, path))
	}
	if words[fieldComment] == "" && src.Mapping.Comment == "" {
		words[fieldComment] = joined(tree["text"])
	}
	if words[fieldID] == "" {
		sum := sha256.Sum256(body)
		words[fieldID] = hex.EncodeToString(sum[:12])
	}
	out := feedback.Response{Survey: words[fieldSurvey]}
	if err := fill(&out, &words); err != nil {
		return Decoded{}, err
	}
	attributes, values := map[string]string{}, map[string]string{}
	if src.Mapping.Attributes == nil {
		flattened(values, "", object(tree["attributes"]))
	}
	for name, value := range values {
		keepAttribute(attributes, name, value)
	}
	for name, path := range src.Mapping.Attributes { // those that are asked for may be contact data
		if value := cleanWord(joined(at(tree, path))); value != "" && len(value) <= maxValue {
			attributes[name] = value
		}
	}
	if len(attributes) > 0 {
		out.Attributes = bounded(attributes)
	}
	return concluded(src, &out), nil
}
