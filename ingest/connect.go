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

// answerKind is what kind of element an answer belongs to.
type answerKind int

const (
	kindOther   answerKind = iota // choices, numbers, dates: may become attributes
	kindScore                     // a question of the scale from 0 to 10, known as such by the platform
	kindText                      // free text: becomes a field when it is asked for, else nothing
	kindPrivate                   // reaches a person: is only read when it is mapped
)

// answer is an element of a survey with what the respondent answered.
type answer struct {
	id    string   // the platform's
	names []string // by which it may be mapped as well
	title string   // of the question
	kind  answerKind
	value string // "" when it was not answered
}

// called reports whether a mapping means the answer.
func (a *answer) called(name string) bool {
	return a.id == name || slices.Contains(a.names, name) || a.title != "" && a.title == name
}

// answered is a response of a platform before it is known which of its answers is which field.
type answered struct {
	response feedback.Response
	answers  []answer
	extras   map[string]string // further values by name: attributes, or to be mapped
	whole    bool              // the answers are all elements of the survey, those without an answer among them
}

// resolve makes a response: the elements that the mapping names, else those that are recognised.
func (in *answered) resolve(src *feedback.Source) (Decoded, error) {
	r := &in.response
	used := map[int]bool{}
	var err error
	words := [fieldCount]string{}
	for _, f := range []field{fieldScore, fieldComment, fieldSuggestion} {
		if words[f], err = in.pick(src, f, used); err != nil {
			return Decoded{}, err
		}
	}
	for _, f := range []field{fieldID, fieldLang, fieldSubmittedAt, fieldUpdatedAt, fieldRespondent, fieldTouchpoint} {
		name := mappedTo(&src.Mapping, f)
		if name == "" || name == "-" {
			continue
		}
		if words[f], err = in.named(f, name, used); err != nil {
			return Decoded{}, err
		}
	}
	if err := fill(r, &words); err != nil {
		return Decoded{}, err
	}
	if err := in.attributes(src, used); err != nil {
		return Decoded{}, err
	}
	return concluded(src, r), nil
}

// concluded gives the response its survey, and passes over one in which nothing is answered.
func concluded(src *feedback.Source, r *feedback.Response) Decoded {
	if src.Survey != "" {
		r.Survey = src.Survey
	} else if strings.TrimSpace(r.Survey) == "" {
		r.Survey = src.Name
	}
	if !r.Score.Scored() && strings.TrimSpace(r.Comment) == "" && strings.TrimSpace(r.Suggestion) == "" {
		return Decoded{Skipped: "neither score nor comment nor suggestion is answered", Unmapped: true}
	}
	return Decoded{Response: r}
}

// mappedTo is what the mapping says of a field.
func mappedTo(m *feedback.SourceMapping, f field) string {
	switch f {
	case fieldID:
		return m.ID
	case fieldScore:
		return m.Score
	case fieldComment:
		return m.Comment
	case fieldSuggestion:
		return m.Suggestion
	case fieldLang:
		return m.Lang
	case fieldSubmittedAt:
		return m.SubmittedAt
	case fieldUpdatedAt:
		return m.UpdatedAt
	case fieldRespondent:
		return m.Respondent
	case fieldTouchpoint:
		return m.Touchpoint
	}
	return ""
}

// pick gives the answer of score, comment or suggestion.
func (in *answered) pick(src *feedback.Source, f field, used map[int]bool) (string, error) {
	switch name := mappedTo(&src.Mapping, f); name {
	case "-":
		return "", nil
	case "":
	default:
		return in.named(f, name, used)
	}
	i, err := in.recognise(f, used)
	if err != nil || i < 0 {
		return "", err
	}
	used[i] = true
	return in.answers[i].value, nil
}

// named gives the value of the element that the mapping names. One that is not there was not answered, unless all
// elements of the survey are known.
func (in *answered) named(f field, name string, used map[int]bool) (string, error) {
	found := -1
	for i := range in.answers {
		if !in.answers[i].called(name) {
			continue
		}
		if found < 0 || in.answers[found].value == "" { // forms may ask in one of several places
			found = i
		}
		used[i] = true
	}
	if found >= 0 {
		return in.answers[found].value, nil
	}
	if value, ok := in.extras[name]; ok {
		return value, nil
	}
	if in.whole && (f == fieldScore || f == fieldComment || f == fieldSuggestion) {
		return "", feedback.Errorf(feedback.Invalid, "mapping.%s names an element that is not in the survey: it has %s", knownColumns[f].name, in.list(nil))
	}
	return "", nil
}

// recognise finds the element of a field by what the platform knows of it, its name or its question; −1 for none. A choice
// between several, and a survey without what is needed, are errors.
func (in *answered) recognise(f field, used map[int]bool) (int, error) {
	best, found := 1<<30, []int(nil)
	for i := range in.answers {
		if used[i] {
			continue
		}
		rank, ok := in.answers[i].rank(f)
		if !ok || rank > best {
			continue
		}
		if rank < best {
			best, found = rank, nil
		}
		found = append(found, i)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	name := knownColumns[f].name
	if len(found) > 1 {
		return -1, feedback.Errorf(feedback.Invalid, "the %s could be any of %s: name one under mapping.%s", name, in.list(found), name)
	}
	if f == fieldScore && len(in.answers) > 0 {
		return -1, feedback.Errorf(feedback.Invalid, "no element is recognised as the score: name one of %s under mapping.score, or \"-\"", in.list(nil))
	}
	if f == fieldComment {
		return in.onlyText(used)
	}
	return -1, nil
}

// onlyText takes the only free text for the comment. With several it is not known which one.
func (in *answered) onlyText(used map[int]bool) (int, error) {
	var found []int
	for i := range in.answers {
		if _, suggestion := in.answers[i].rank(fieldSuggestion); !used[i] && !suggestion && in.answers[i].kind == kindText {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return -1, nil
	case 1:
		return found[0], nil
	}
	return -1, feedback.Errorf(feedback.Invalid, "no element is recognised as the comment: name one of %s under mapping.comment, or \"-\"", in.list(found))
}

// rank says how well an answer fits a field: the lower the better.
func (a *answer) rank(f field) (rank int, ok bool) {
	known := &knownColumns[f]
	if a.kind == kindScore || a.kind == kindPrivate {
		return 0, a.kind == kindScore && f == fieldScore
	}
	if a.kind == kindText == (f == fieldScore) {
		return 0, false // a text is no score, and nothing else is a comment
	}
	for _, name := range append([]string{a.id}, a.names...) {
		if rank, ok := known.rankIn(plain(name)); ok {
			return rank + 1, true
		}
	}
	if isQuestion(a.title) && known.question(plain(a.title)) {
		return len(known.ranks) + 1, true
	}
	return 0, false
}

// list names elements for a message; nil for all.
func (in *answered) list(which []int) string {
	const most = 20
	var names []string
	for i := range in.answers {
		if which == nil || slices.Contains(which, i) {
			names = append(names, short(in.answers[i].id))
		}
	}
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
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
