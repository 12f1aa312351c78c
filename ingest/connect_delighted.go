package ingest

import "verbatim/feedback"

// decodeDelighted reads survey_response.created and .updated. The comment normally comes in the update alone: both have
// the id of the response, and updated_at orders them.
func decodeDelighted(src *feedback.Source, tree map[string]any) (Decoded, error) {
	switch word(tree["event_type"]) {
	case "survey_response.created", "survey_response.updated":
	default:
		return skip("the event is not about a response"), nil
	}
	data := object(tree["event_data"])
	if word(data["id"]) == "" {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "event_data.id is missing: this is not a response of Delighted")
	}
	kind := word(data["survey_type"])
	in := answered{
		response: feedback.Response{ID: word(data["id"]), Respondent: word(at(data, "person.id"))},
		answers:  []answer{{id: "score", kind: kindScore, value: word(data["score"])}, {id: "comment", kind: kindText, value: word(data["comment"])}},
		extras:   map[string]string{},
	}
	if kind != "" && kind != "nps" { // five smiles are no scale from 0 to 10
		return skip("the survey is not of the kind nps"), nil
	}
	if in.response.Respondent == "" {
		in.response.Respondent = word(data["person"]) // an id in the list API
	}
	flattened(in.extras, "", object(data["person_properties"]))
	if tags := joined(data["tags"]); tags != "" {
		in.extras["tags"] = tags
	}
	for _, v := range list(data["additional_answers"]) {
		in.answers = append(in.answers, delightedAnswer(object(v)))
	}
	in.response.SubmittedAt, _ = readMoment(word(data["created_at"]))
	in.response.UpdatedAt, _ = readMoment(word(data["updated_at"]))
	return in.resolve(src)
}

// delightedAnswer reads an answer to a further question; which member of value is set says what kind it is. A free text is
// read only when it is mapped.
func delightedAnswer(v map[string]any) answer {
	a := answer{id: word(v["id"]), title: word(at(v, "question.text"))}
	value := object(v["value"])
	for _, kind := range []string{"free_response", "scale", "select_one", "select_many"} {
		chosen, ok := value[kind]
		if !ok || chosen == nil {
			continue
		}
		if kind == "free_response" {
			a.kind = kindPrivate
		}
		a.value = chosenText(chosen)
	}
	return a
}

// chosenText is a plain value, the text of a choice, or the texts of several.
func chosenText(v any) string {
	if one := object(v); one != nil {
		return word(one["text"])
	}
	var texts []any
	for _, one := range list(v) {
		if choice := object(one); choice != nil {
			one = choice["text"]
		}
		texts = append(texts, one)
	}
	if texts != nil {
		return joined(texts)
	}
	return word(v)
}
