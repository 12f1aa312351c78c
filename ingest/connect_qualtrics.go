package ingest

import (
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
)

// qualtricsForm reads what an event subscription posts: a form with MSG, or the fields themselves. JSON is taken as well.
func qualtricsForm(media string, body []byte) (url.Values, *feedback.Error) {
	if kind, _, err := mime.ParseMediaType(media); err == nil && strings.HasSuffix(kind, "json") {
		tree, bad := parseTree(body)
		if bad != nil {
			return nil, bad
		}
		form := url.Values{}
		for name, value := range tree {
			form.Set(name, word(value))
		}
		return form, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form) == 0 {
		return nil, feedback.Errorf(feedback.Invalid, "the payload is neither a form nor a JSON object")
	}
	return form, nil
}

// decodeQualtricsEvent reads an event of Qualtrics, which names a response and says nothing of it.
func decodeQualtricsEvent(media string, body []byte) (Decoded, error) {
	form, bad := qualtricsForm(media, body)
	if bad != nil {
		return Decoded{}, bad
	}
	event := map[string]any{}
	for name := range form {
		event[name] = form.Get(name)
	}
	if message := form.Get("MSG"); message != "" {
		if event, bad = parseTree([]byte(message)); bad != nil {
			return Decoded{}, feedback.Errorf(feedback.Invalid, "MSG is not one JSON object: subscribe with \"encrypt\": false")
		}
	}
	fetch := Fetch{Survey: word(event["SurveyID"]), ID: word(event["ResponseID"])}
	if status := word(event["Status"]); status != "" && status != "Complete" {
		return skip("the response is not complete"), nil
	}
	if !plainID(fetch.Survey) || !plainID(fetch.ID) {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "SurveyID and ResponseID must name a response and its survey")
	}
	return Decoded{Fetch: &fetch}, nil
}

// qualtricsOwn are the values of a response that Qualtrics itself makes. Those with a name are attributes.
var qualtricsOwn = map[string]string{
	"startDate": "", "endDate": "", "status": "", "ipAddress": "", "progress": "", "duration": "duration", "finished": "", "recordedDate": "", "_recordId": "",
	"locationLatitude": "", "locationLongitude": "", "distributionChannel": "channel", "userLanguage": "", "externalDataReference": "",
	"recipientEmail": "", "recipientFirstName": "", "recipientLastName": "",
}

// decodeQualtrics reads one response as the API gives it, in an envelope or without. Previews are passed over.
func decodeQualtrics(src *feedback.Source, survey string, tree map[string]any) (Decoded, error) {
	if result := object(tree["result"]); result != nil {
		tree = result
	}
	values, labels := object(tree["values"]), object(tree["labels"])
	id := word(values["_recordId"])
	if id == "" {
		id = word(tree["responseId"])
	}
	if id == "" {
		return Decoded{}, feedback.Errorf(feedback.Invalid, "responseId is missing: this is not a response of Qualtrics")
	}
	if word(values["status"]) == "1" {
		return skip("the response is a preview"), nil
	}
	if finished := word(values["finished"]); finished == "0" || finished == "false" {
		return skip("the response is not finished"), nil
	}
	in := answered{
		response: feedback.Response{
			Survey: survey, ID: id, Lang: word(values["userLanguage"]), Respondent: word(values["externalDataReference"]),
		},
		extras: map[string]string{},
	}
	in.response.SubmittedAt, _ = readMoment(word(values["recordedDate"]))
	if in.response.SubmittedAt.IsZero() {
		in.response.SubmittedAt, _ = readMoment(word(values["endDate"]))
	}
	for name, to := range qualtricsOwn {
		if value := word(values[name]); to != "" && value != "" {
			in.extras[to] = value
		}
	}
	if err := in.qualtricsAnswers(values, labels); err != nil {
		return Decoded{}, err
	}
	return in.resolve(src)
}

// qualtricsAnswers are the values of questions (QID…) and, as extras, the embedded data.
func (in *answered) qualtricsAnswers(values, labels map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		_, own := qualtricsOwn[name]
		switch {
		case own || strings.HasSuffix(name, "_DO") || strings.HasSuffix(name, "_NPS_GROUP"):
		case strings.HasPrefix(name, "QID"):
			a := answer{id: name, value: joined(values[name])}
			if label := joined(labels[name]); label != "" {
				a.value = label
			}
			if strings.HasSuffix(name, "_TEXT") {
				a.kind = kindText
			}
			if group := word(values[name+"_NPS_GROUP"]); group != "" {
				a.kind = kindScore
				if err := a.qualtricsScore(word(values[name]), group); err != nil {
					return err
				}
			}
			in.answers = append(in.answers, a)
		default:
			if text := joined(values[name]); text != "" {
				in.extras[name] = text
			}
		}
	}
	return nil
}

// qualtricsScore reads the score of an NPS question. Its values can be recoded, but not its group, and labels are what the
// respondent saw: what the group contradicts is refused, since a shifted scale would never be noticed.
func (a *answer) qualtricsScore(value, group string) error {
	for _, text := range []string{a.value, value} {
		score, err := feedback.ParseScore(text)
		if err == nil && score.Scored() && qualtricsGroup(score) == group {
			a.value = strconv.Itoa(int(score))
			return nil
		}
	}
	return feedback.Errorf(feedback.Invalid, "the value of the NPS question does not fit its group: set its recode values to 0 to 10")
}

func qualtricsGroup(score feedback.Score) string {
	switch score.Group() {
	case feedback.Promoter:
		return "3"
	case feedback.Passive:
		return "2"
	}
	return "1"
}
