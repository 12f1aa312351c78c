package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/store"
)

// routesOfSources are those of connected platforms, and the addresses that these post to.
func (s *server) routesOfSources() {
	found := []int{http.StatusNotFound}
	one := func(about, schema string) []answer {
		return []answer{{http.StatusOK, about, []content{{media: jsonType, schema: schema}}}}
	}
	register(s, route{
		method: http.MethodGet, path: "/v1/sources", scope: store.ScopeAdmin, id: "sources", tag: "sources", summary: "List connected platforms",
		answers: one("The sources.", "ConnectedSources"),
	}, s.sources)
	register(s, route{
		method: http.MethodGet, path: "/v1/sources/{name}", scope: store.ScopeAdmin, id: "get-source", tag: "sources", summary: "Get a connected platform",
		about:   "Its secret and its token are never shown.",
		answers: one("The source.", "ConnectedSource"), errors: found,
	}, s.getSource)
	register(s, route{
		method: http.MethodPut, path: "/v1/sources/{name}", id: "put-source", tag: "sources", summary: "Connect a platform",
		about: "Makes the source or replaces it, and answers the path that the platform has to post to. Secret and token stay as they are " +
			"unless they are sent; the token goes when the platform or `base_url` changes.",
		body:    &content{media: jsonType, schema: "NewSource", about: "The source.", example: exampleSource},
		answers: one("It is connected.", "ConnectedSource"), errors: bodyErrors,
	}, s.putSource)
	register(s, route{
		method: http.MethodDelete, path: "/v1/sources/{name}", id: "delete-source", tag: "sources", summary: "Disconnect a platform",
		about:   "Removes the source and all payloads of it. The responses they became stay.",
		answers: []answer{{http.StatusNoContent, "It is disconnected.", nil}}, errors: found,
	}, s.deleteSource)
	s.routesOfPayloads(one)
	s.routesOfHooks(one)
}

func (s *server) routesOfPayloads(one func(about, schema string) []answer) {
	found := []int{http.StatusNotFound}
	register(s, route{
		method: http.MethodPost, path: "/v1/sources/{name}/preview", id: "preview-payload", tag: "sources", summary: "See what a sample payload would become",
		about:   "Reads the payload with the mapping of the source, or with one that is sent along, and stores nothing. Signatures are not looked at.",
		body:    &content{media: jsonType, schema: "PreviewRequest", about: "The payload, and maybe a mapping.", example: examplePreview},
		answers: one("What it would become.", "Preview"), errors: append(found, bodyErrors...),
	}, s.preview)
	register(s, route{
		method: http.MethodPost, path: "/v1/sources/{name}/replay", id: "replay-payloads", tag: "sources", summary: "Try payloads again",
		about: "Has payloads that are still kept read again, as after the mapping was corrected; `failed` ones unless others are named. " +
			"What they become replaces what they were.",
		body:    &content{media: jsonType, schema: "ReplayRequest", about: "Which ones.", example: exampleReplay},
		answers: one("They are tried again.", "Replayed"), errors: append(found, bodyErrors...),
	}, s.replay)
	register(s, route{
		method: http.MethodGet, path: "/v1/sources/{name}/payloads", scope: store.ScopeAdmin, id: "payloads", tag: "sources", summary: "See what a platform has sent",
		about:   "The newest first, with what became of each. Nothing that respondents wrote is in it.",
		params:  []param{payloadStatusParam, payloadLimitParam, beforeNumberParam},
		answers: one("The payloads.", "ReceivedPayloads"), errors: found,
	}, s.payloads)
	register(s, route{
		method: http.MethodGet, path: "/v1/sources/{name}/payloads/{number}", scope: store.ScopeAdmin, id: "get-payload", tag: "sources", summary: "Get a payload as it came",
		about:   "It holds what respondents wrote, before personal data was replaced.",
		answers: one("The payload.", "WholePayload"), errors: append(found, http.StatusUnprocessableEntity),
	}, s.payload)
}

func (s *server) routesOfHooks(one func(about, schema string) []answer) {
	register(s, route{
		method: http.MethodPost, path: hooksPath + "{hook}", scope: scopeOpen, id: "receive-payload", tag: "sources", summary: "Take what a platform sends",
		about: "For platforms. Needs no key: the address cannot be guessed, and where the source has a secret the signature is checked over the " +
			"body as it came. The payload is stored durably before the answer and becomes a response behind it. Qualtrics posts a form instead of JSON.",
		body:    &content{media: jsonType, schema: "PlatformPayload", about: "The payload, up to 1 MB.", example: examplePayload},
		answers: one("It is stored.", "HookReceipt"), errors: append([]int{http.StatusUnauthorized, http.StatusNotFound}, bodyErrors...),
	}, s.postHook)
	register(s, route{
		method: http.MethodGet, path: hooksPath + "{hook}", scope: scopeOpen, id: "check-hook", tag: "sources", summary: "See whether a source is at an address",
		about:   "For platforms that look before they post, SurveyMonkey among them.",
		answers: one("There is one.", "HookReceipt"), errors: []int{http.StatusNotFound},
	}, s.getHook)
}

// Examples of bodies.
var (
	exampleSource  = json.RawMessage(`{"kind":"generic","survey":"nps-2026","mapping":{"id":"answer.id","score":"answer.nps","comment":"answer.why","attributes":{"plan":"user.plan"}}}`)
	examplePayload = json.RawMessage(`{"answer":{"id":"a-17","nps":4,"why":"The courier never rang"},"user":{"plan":"pro"}}`)
	examplePreview = json.RawMessage(`{"payload":{"answer":{"id":"a-17","nps":4,"why":"The courier never rang"}},"mapping":{"id":"answer.id","score":"answer.nps","comment":"answer.why"}}`)
	exampleReplay  = json.RawMessage(`{"status":["failed","skipped"]}`)
)

// sourceNotes describe the schemas of sources.
var sourceNotes = map[string]string{
	"ConnectedSource":  "A survey platform that is connected. Secret and token are not shown.",
	"ConnectedSources": "The connected platforms of the workspace.",
	"NewSourceMapping": "Which element of a payload is which field, as a source is connected with it; null is the same as left out.",
	"SourceMapping":    "Which element of a payload is which field: its id, name or question; for generic sources a path like data.answers.nps. What is left out is looked for; `-` leaves the field unread.",
	"HookReceipt":      "That a payload has been taken.",
	"ReceivedPayload":  "A payload and what became of it.",
	"ReceivedPayloads": "A page of payloads.",
	"WholePayload":     "A payload as it came.",
	"Replayed":         "How many payloads are tried again.",
	"Preview":          "What a sample payload would become: one of response, fetch and skipped.",
	"Response":         "A response as it would be stored.",
	"Fetch":            "A response of a platform that sends ids alone.",
	"Key":              "What names a response.",
	"NewSource":        "A platform to connect.",
	"PreviewRequest":   "A sample payload.",
	"ReplayRequest":    "Which payloads to try again.",
	"PlatformPayload":  "What a platform sends, in its own form.",
}

// sourceFieldNotes describe fields that no Go type describes.
var sourceFieldNotes = map[string]string{
	"SourceMapping.id": "The id of the response.", "SourceMapping.score": "The score.", "SourceMapping.comment": "The comment.",
	"SourceMapping.suggestion": "The suggestion.", "SourceMapping.lang": "The language hint.", "SourceMapping.submitted_at": "When it was given.",
	"SourceMapping.updated_at": "When it was changed.", "SourceMapping.respondent": "Who gave it.", "SourceMapping.touchpoint": "Where it was asked.",
	"SourceMapping.attributes": "Elements that become attributes, by the attribute's name, contact data too.",
	"Fetch.survey":             "The platform's id of the survey.", "Fetch.id": "The platform's id of the response.",
}

// describeSources adds the schemas of bodies, and the descriptions.
func describeSources(schemas map[string]*huma.Schema) {
	maps.Copy(schemas, sourceBodies())
	for name, note := range sourceNotes {
		schema := schemas[name]
		schema.Description = note
		for field, property := range schema.Properties {
			if property.Description == "" {
				property.Description = sourceFieldNotes[name+"."+field]
			}
		}
	}
}

// newMapping is the schema of a mapping as it is put.
func newMapping() *huma.Schema {
	const longest = 500
	few, most, length := 1, 100, longest
	schema := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	for name, about := range sourceFieldNotes {
		if field, ok := strings.CutPrefix(name, "SourceMapping."); ok {
			schema.Properties[field] = bounded(longest, "", about)
		}
	}
	schema.Properties["attributes"] = &huma.Schema{
		Type: huma.TypeObject, MaxProperties: &most, Description: sourceFieldNotes["SourceMapping.attributes"],
		AdditionalProperties: &huma.Schema{Type: huma.TypeString, MinLength: &few, MaxLength: &length},
		Extensions:           map[string]any{"propertyNames": map[string]any{"pattern": `\S`, "maxLength": 200}},
	}
	return schema
}

func sourceBodies() map[string]*huma.Schema {
	zero, first, month, few, many := 0.0, 1.0, 30.0, 1, 3
	text := func(about string, examples ...any) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: about, Examples: examples}
	}
	mapping := &huma.Schema{OneOf: []*huma.Schema{component("NewSourceMapping"), {Type: "null"}}, Description: "Which element is which field."}
	return map[string]*huma.Schema{
		"NewSource": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"kind"}, Properties: map[string]*huma.Schema{
			"kind": {
				Type: huma.TypeString, Enum: []any{"formbricks", "typeform", "delighted", "surveymonkey", "qualtrics", "generic"},
				Description: "The platform; generic for any other.",
			},
			"survey":    text("The survey that its responses belong to; left out: what the platform calls it.", "nps-2026"),
			"secret":    text("What the platform signs with. It is never shown."),
			"client_id": text("The client id of SurveyMonkey's app."),
			"token":     text("For fetching from SurveyMonkey or Qualtrics. It is never shown."),
			"base_url":  text("Where to fetch: https://fra1.qualtrics.com, https://api.eu.surveymonkey.com."),
			"keep_days": {Type: huma.TypeInteger, Minimum: &zero, Maximum: &month, Description: "How many days payloads are kept once they are responses, so that they can be replayed; 0 by default."},
			"mapping":   mapping,
		}},
		"PreviewRequest": {Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"payload"}, Properties: map[string]*huma.Schema{
			"payload": {OneOf: []*huma.Schema{component("PlatformPayload"), {Type: huma.TypeString}}, Description: "What the platform sends; a form as a string."},
			"mapping": mapping,
		}},
		"ReplayRequest": {Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
			"status": {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Enum: []any{"stored", "skipped", "failed"}}, MinItems: &few, MaxItems: &many, Description: "Payloads of these; failed ones by default."},
			"number": {Type: huma.TypeInteger, Format: "int64", Minimum: &first, Description: "Only this one."},
		}},
		"NewSourceMapping": newMapping(),
		"PlatformPayload":  {Type: huma.TypeObject, AdditionalProperties: true},
	}
}
