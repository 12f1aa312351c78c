package ingest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// MaxPayload is the largest payload that is accepted from a platform, in bytes.
const MaxPayload = 1 << 20

// Decoded says what a payload is: exactly one of Response, Fetch and Skipped is set.
type Decoded struct {
	// Response is what is to be stored. It is not validated.
	Response *feedback.Response
	// Fetch names a response that the platform has to be asked for.
	Fetch *Fetch
	// Skipped says why there is nothing to store.
	Skipped string
	// Unmapped marks what was skipped because no element that is mapped was in it: another mapping may find more.
	Unmapped bool
}

// Fetch names a response of a platform that sends ids alone.
type Fetch struct {
	Survey string `json:"survey"` // the platform's id of the survey
	ID     string `json:"id"`     // the platform's id of the response
}

// Decode reads a payload of the source. Errors are [feedback.Invalid], say which element is missing or wrong, and hold
// nothing that a respondent wrote.
func Decode(src *feedback.Source, media string, body []byte) (Decoded, error) {
	out, err := decode(src, media, body)
	if err != nil {
		return Decoded{}, err
	}
	return out, nil
}

func decode(src *feedback.Source, media string, body []byte) (Decoded, error) {
	if src.Kind == feedback.Qualtrics {
		return decodeQualtricsEvent(media, body)
	}
	tree, err := parseTree(body)
	if err != nil {
		return Decoded{}, err
	}
	switch src.Kind {
	case feedback.Formbricks:
		return decodeFormbricks(src, tree)
	case feedback.Typeform:
		return decodeTypeform(src, tree)
	case feedback.Delighted:
		return decodeDelighted(src, tree)
	case feedback.SurveyMonkey:
		return decodeMonkeyEvent(tree)
	case feedback.Generic:
		return decodeGeneric(src, tree, body)
	}
	return Decoded{}, feedback.Errorf(feedback.Invalid, "the source has no known kind")
}

func skip(why string) Decoded { return Decoded{Skipped: why} }

// parseTree reads a JSON object.
func parseTree(body []byte) (map[string]any, *feedback.Error) {
	in := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, markUTF8)))
	in.UseNumber() // numbers keep their digits
	var tree map[string]any
	if in.Decode(&tree) != nil || tree == nil || in.More() {
		return nil, feedback.Errorf(feedback.Invalid, "the payload is not one JSON object")
	}
	return tree, nil
}

// fill writes the words into the response; "" leaves a field as it is.
func fill(r *feedback.Response, words *[fieldCount]string) error {
	score, bad := scoreValue(strings.TrimSpace(words[fieldScore]))
	if bad != nil {
		return feedback.Errorf(feedback.Invalid, "the element of the score holds something else than a whole number from 0 to 10")
	}
	r.Score = score
	if r.Weight, bad = weightValue(words[fieldWeight]); bad != nil {
		return feedback.Errorf(feedback.Invalid, "the element of the weight holds no number above 0")
	}
	for f, to := range map[field]*string{fieldComment: &r.Comment, fieldSuggestion: &r.Suggestion} {
		text, _, bad := textValue([]byte(words[f]))
		if bad != nil {
			return feedback.Errorf(bad.code, "the element of the %s is longer than %d characters", knownColumns[f].name, feedback.MaxComment)
		}
		*to = text
	}
	for f, to := range map[field]*string{fieldID: &r.ID, fieldLang: &r.Lang, fieldRespondent: &r.Respondent, fieldTouchpoint: &r.Touchpoint} {
		if word := cleanWord(words[f]); word != "" {
			*to = word
		}
	}
	if strings.EqualFold(r.Lang, "default") { // what a survey in one language says
		r.Lang = ""
	}
	for _, f := range dateFields {
		if words[f] == "" {
			continue
		}
		at, ok := readMoment(words[f])
		if !ok {
			return feedback.Errorf(feedback.Invalid, "the element of %s holds no time", knownColumns[f].name)
		}
		if f == fieldSubmittedAt {
			r.SubmittedAt = at
		} else {
			r.UpdatedAt = at
		}
	}
	return nil
}

func cleanWord(text string) string {
	out, _ := clean([]byte(strings.ToValidUTF8(text, "")), false)
	return out
}

// readMoment reads a time as platforms write it: RFC 3339, date and time, seconds or milliseconds since 1970.
func readMoment(text string) (time.Time, bool) {
	reader := dateReader{zone: time.UTC}
	at, bad := reader.read(strings.TrimSpace(text))
	return at, bad == nil && !at.IsZero() && inRange(at, "") == nil
}

// attributes makes attributes of the extras and of the answers that are no free texts, unless they are contact data; of
// those that the mapping names in any case.
func (in *answered) attributes(src *feedback.Source, used map[int]bool) error {
	out := map[string]string{}
	for name, value := range in.extras {
		keepAttribute(out, name, value)
	}
	for i := range in.answers {
		if a := &in.answers[i]; !used[i] && a.kind == kindOther {
			name := a.title
			if name == "" || len(name) > maxName {
				name = a.id
			}
			keepAttribute(out, name, a.value)
		}
	}
	for name, element := range src.Mapping.Attributes {
		value, err := in.named(fieldCount, element, map[int]bool{})
		if err != nil {
			return err
		}
		if value = cleanWord(value); value != "" && len(value) <= maxValue {
			out[name] = value
		}
	}
	if len(out) > 0 {
		in.response.Attributes = bounded(out)
	}
	return nil
}

// keepAttribute adds a value that is not blank, not too long and no contact data.
func keepAttribute(out map[string]string, name, value string) {
	name, value = cleanWord(name), cleanWord(value)
	if name == "" || len(name) > maxName || value == "" || len(value) > maxValue {
		return
	}
	if namesContact(name) || isEmail([]byte(value)) || isPhone([]byte(value)) {
		return
	}
	out[name] = value
}

// bounded leaves the first maxAttributes by name.
func bounded(all map[string]string) map[string]string {
	if len(all) <= maxAttributes {
		return all
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names[maxAttributes:] {
		delete(all, name)
	}
	return all
}

// DeliveryID is the platform's name for a delivery, by which a repeated one is known: "" when it has none.
func DeliveryID(src *feedback.Source, header http.Header, body []byte) string {
	var id string
	switch src.Kind {
	case feedback.Formbricks:
		id = header.Get(headerID)
	case feedback.Generic:
		if id = header.Get(headerID); id == "" {
			id = header.Get("Idempotency-Key")
		}
	case feedback.Typeform, feedback.Delighted, feedback.SurveyMonkey:
		if tree, err := parseTree(body); err == nil {
			id = word(tree["event_id"])
		}
	}
	if len(id) > maxName || !printable(id) {
		return ""
	}
	return id
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
