package ingest

import "verbatim/feedback"

// decodeTypeform reads a form_response. Its key is the token. calculated.score is the score of a quiz and is not read.
// Partial responses, which a setting of the webhook adds, are passed over: the whole one has the same token.
func decodeTypeform(src *feedback.Source, tree map[string]any) (Decoded, error) {
	if word(tree["event_type"]) != "form_response" {
		return skip("the event is not a whole response"), nil
	}
	form := object(tree["form_response"])
	if word(form["token"]) == "" {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "form_response.token is missing: this is not a response of Typeform")
	}
	submitted, ok := readMoment(word(form["submitted_at"]))
	if !ok {
		return skip("the response is not submitted yet"), nil
	}
	in := answered{
		response: feedback.Response{ID: word(form["token"]), Survey: word(form["form_id"]), SubmittedAt: submitted},
		answers:  typeformAnswers(form), extras: map[string]string{}, whole: len(list(at(form, "definition.fields"))) > 0,
	}
	flattened(in.extras, "", object(form["hidden"]))
	for _, v := range list(form["variables"]) {
		variable := object(v)
		if key := word(variable["key"]); key != "" && key != "score" { // that one is the quiz's again
			in.extras[key] = word(variable[word(variable["type"])])
		}
	}
	if title := word(at(form, "definition.title")); title != "" {
		in.extras["survey_title"] = title
	}
	return in.resolve(src)
}

// typeformAnswers are the fields of the form in its order, with their answers.
func typeformAnswers(form map[string]any) []answer {
	given := map[string]map[string]any{}
	for _, v := range list(form["answers"]) {
		given[word(at(v, "field.id"))] = object(v)
	}
	var out []answer
	known := map[string]bool{}
	var add func(fields []any, depth int)
	add = func(fields []any, depth int) {
		for _, v := range fields {
			field := object(v)
			if inner := list(at(field, "properties.fields")); len(inner) > 0 && depth > 0 { // a group of questions
				add(inner, depth-1)
				continue
			}
			id := word(field["id"])
			known[id] = true
			out = append(out, typeformAnswer(field, given[id]))
		}
	}
	add(list(at(form, "definition.fields")), 4)
	for _, v := range list(form["answers"]) {
		if field := object(at(v, "field")); field != nil && !known[word(field["id"])] {
			out = append(out, typeformAnswer(field, object(v)))
		}
	}
	return out
}

func typeformAnswer(field, given map[string]any) answer {
	a := answer{id: word(field["id"]), title: word(field["title"]), value: typeformValue(given)}
	if ref := word(field["ref"]); ref != "" {
		a.names = []string{ref}
	}
	switch word(field["type"]) {
	case "nps":
		a.kind = kindScore
	case "long_text", "short_text":
		a.kind = kindText
	case "email", "phone_number", "address", "contact_info", "file_upload", "website", "signature", "payment":
		a.kind = kindPrivate
	}
	return a
}

// typeformValue is the answer as text; the type names the member that holds it.
func typeformValue(given map[string]any) string {
	switch kind := word(given["type"]); kind {
	case "choice":
		if label := word(at(given, "choice.label")); label != "" {
			return label
		}
		return word(at(given, "choice.other"))
	case "choices":
		return joined(at(given, "choices.labels"))
	default:
		return word(given[kind])
	}
}
