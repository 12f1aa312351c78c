package ingest

import (
	"strings"

	"verbatim/feedback"
)

// decodeMonkeyEvent reads a webhook of SurveyMonkey, which names a response and says nothing of it.
func decodeMonkeyEvent(tree map[string]any) (Decoded, error) {
	switch word(tree["event_type"]) {
	case "response_completed", "response_updated":
	default:
		return skip("the event is not about a completed response"), nil
	}
	fetch := Fetch{Survey: word(at(tree, "resources.survey_id")), ID: word(tree["object_id"])}
	if fetch.Survey == "" && word(tree["filter_type"]) == "survey" {
		fetch.Survey = word(tree["filter_id"])
	}
	if !plainID(fetch.Survey) || !plainID(fetch.ID) {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "object_id and resources.survey_id must name a response and its survey")
	}
	return Decoded{Fetch: &fetch}, nil
}

// plainID reports whether an id may stand in an address as it is.
func plainID(id string) bool {
	return id != "" && len(id) <= 100 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-'
	})
}

// decodeMonkey reads a response with its details, given those of the survey, without which the ids of choices say nothing.
func decodeMonkey(src *feedback.Source, response, survey map[string]any) (Decoded, error) {
	if word(response["id"]) == "" {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "id is missing: this is not a response of SurveyMonkey")
	}
	if status := word(response["response_status"]); status != "" && status != "completed" {
		return skip("the response is not completed"), nil
	}
	in := answered{
		response: feedback.Response{ID: word(response["id"]), Survey: word(response["survey_id"]), Lang: word(response["language"])},
		answers:  monkeyAnswers(response, survey), extras: map[string]string{}, whole: true,
	}
	if in.response.Survey == "" {
		in.response.Survey = word(survey["id"])
	}
	if in.response.Lang == "" {
		in.response.Lang = word(survey["language"])
	}
	flattened(in.extras, "", object(response["custom_variables"]))
	for _, name := range []string{"collector_id", "custom_value"} {
		if value := word(response[name]); value != "" {
			in.extras[name] = value
		}
	}
	in.response.SubmittedAt, _ = readMoment(word(response["date_created"]))
	in.response.UpdatedAt, _ = readMoment(word(response["date_modified"]))
	return in.resolve(src)
}

// monkeyAnswers are the questions of the survey in its order, with their answers.
func monkeyAnswers(response, survey map[string]any) []answer {
	given := map[string][]any{}
	for _, page := range list(response["pages"]) {
		for _, question := range list(object(page)["questions"]) {
			given[word(at(question, "id"))] = list(at(question, "answers"))
		}
	}
	var out []answer
	for _, page := range list(survey["pages"]) {
		for _, question := range list(object(page)["questions"]) {
			out = append(out, monkeyAnswer(object(question), given[word(at(question, "id"))]))
		}
	}
	return out
}

func monkeyAnswer(question map[string]any, given []any) answer {
	a := answer{id: word(question["id"]), title: stripTags(word(at(question, "headings.0.heading")))}
	choices := monkeyChoices(question)
	family, subtype := word(question["family"]), word(question["subtype"])
	rows := list(at(question, "answers.rows"))
	switch {
	case family == "open_ended" && (subtype == "essay" || subtype == "single"):
		a.kind = kindText
	case family == "open_ended" || family == "demographic" || family == "datetime":
		a.kind = kindPrivate
	case family == "matrix" && len(rows) <= 1 && isScale(choices):
		a.kind = kindScore
	}
	var values []string
	for _, v := range given {
		text := word(at(v, "text"))
		if choice, ok := choices[word(at(v, "choice_id"))]; ok {
			text = choice
		}
		if text != "" {
			values = append(values, text)
		}
	}
	a.value = strings.Join(values, "; ")
	return a
}

// monkeyChoices are the choices of a question by id. Those of the scale from 0 to 10 become its numbers: the weights of an
// NPS question are points of the score, and its outer choices may have labels instead of numbers, but there are eleven
// in order.
func monkeyChoices(question map[string]any) map[string]string {
	all := list(at(question, "answers.choices"))
	out, numbers := map[string]string{}, map[string]string{}
	for i, v := range all {
		id, text := word(at(v, "id")), word(at(v, "text"))
		out[id] = text
		if position := word(at(v, "position")); position != "" {
			i = countFrom(position, i+1) - 1
		}
		if score, err := feedback.ParseScore(text); err == nil && score.Scored() && int(score) != i {
			return out // numbers, but not this scale
		}
		if i >= 0 && i < len(tenWords) {
			numbers[id] = tenWords[i]
		}
	}
	if len(all) == len(tenWords) && len(numbers) == len(tenWords) && someNumber(out) {
		return numbers
	}
	return out
}

var tenWords = [...]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}

// someNumber reports whether a choice in the middle of the scale is a number, so that eleven names are not taken for one.
func someNumber(choices map[string]string) bool {
	for _, text := range choices {
		if text == "5" {
			return true
		}
	}
	return false
}

// isScale reports whether the choices are the numbers from 0 to 10.
func isScale(choices map[string]string) bool {
	if len(choices) != len(tenWords) {
		return false
	}
	seen := map[string]bool{}
	for _, text := range choices {
		seen[text] = true
	}
	for _, number := range tenWords {
		if !seen[number] {
			return false
		}
	}
	return true
}

func countFrom(text string, otherwise int) int {
	n := 0
	for _, r := range text {
		if r < '0' || r > '9' || n > 1000 {
			return otherwise
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// stripTags takes the markup out of a question.
func stripTags(text string) string {
	var out strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case r == '<':
			depth++
		case r == '>' && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return strings.TrimSpace(out.String())
}
