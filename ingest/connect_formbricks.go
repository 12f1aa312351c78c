package ingest

import (
	"encoding/json"
	"maps"
	"slices"

	"verbatim/feedback"
)

// decodeFormbricks reads responseCreated, responseUpdated and responseFinished: one response comes three times and more,
// each time with all answers so far. Its id is data.id, and updatedAt orders what arrives out of order.
func decodeFormbricks(src *feedback.Source, tree map[string]any) (Decoded, error) {
	switch word(tree["event"]) {
	case "responseCreated", "responseUpdated", "responseFinished":
	default:
		return skip("the event is not about a response"), nil
	}
	data := object(tree["data"])
	if word(data["id"]) == "" {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "data.id is missing: this is not a response of Formbricks")
	}
	in := answered{
		response: feedback.Response{ID: word(data["id"]), Survey: word(data["surveyId"]), Lang: word(data["language"])},
		answers:  formbricksAnswers(object(data["data"])), extras: formbricksExtras(data),
	}
	if contact := object(data["contact"]); contact != nil {
		in.response.Respondent = word(contact["userId"])
		if in.response.Respondent == "" {
			in.response.Respondent = word(contact["id"])
		}
	}
	in.response.SubmittedAt, _ = readMoment(word(data["createdAt"]))
	in.response.UpdatedAt, _ = readMoment(word(data["updatedAt"]))
	return in.resolve(src)
}

// formbricksAnswers are the answers by element. Numbers are those of ratings and of the NPS; which, only the survey knows.
func formbricksAnswers(data map[string]any) []answer {
	var out []answer
	for _, id := range slices.Sorted(maps.Keys(data)) {
		a := answer{id: id, value: joined(data[id])}
		if _, isText := data[id].(string); isText {
			a.kind = kindText
		} else if _, isNumber := data[id].(json.Number); !isNumber {
			a.kind = kindPrivate // lists of choices, but addresses and contacts as well
		}
		out = append(out, a)
	}
	return out
}

func formbricksExtras(data map[string]any) map[string]string {
	out := map[string]string{}
	flattened(out, "", object(data["variables"]))
	flattened(out, "contact.", object(data["contactAttributes"]))
	meta := object(data["meta"])
	for name, value := range map[string]any{
		"country": meta["country"], "device": at(meta, "userAgent.device"), "os": at(meta, "userAgent.os"), "browser": at(meta, "userAgent.browser"),
		"tags": tagNames(data["tags"]), "finished": data["finished"], "survey_title": at(data, "survey.title"),
	} {
		if text := joined(value); text != "" {
			out[name] = text
		}
	}
	return out
}

// tagNames are tags, which come as words or as objects with a name.
func tagNames(v any) any {
	names := []any{}
	for _, tag := range list(v) {
		if named := object(tag); named != nil {
			tag = named["name"]
		}
		names = append(names, tag)
	}
	return names
}
