package ingest

import (
	"slices"
	"strings"

	"verbatim/feedback"
)

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
