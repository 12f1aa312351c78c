package api

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

// Words that only the forms of values know.
var (
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
	themeForm    = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)?(:[a-z]+)?$`)
	versionForm  = regexp.MustCompile(`^[a-z0-9_-]{1,64}@[1-9][0-9]{0,8}$`)
)

// filterParams are the words of [feedback.Filter], in the order in which problems and the description list them.
var filterParams = []param{
	{
		name: "survey", example: "nps-2026", many: true, list: true, want: "the name of a survey",
		about: "Surveys: any of them. Write a comma within a name as `\\,`.",
		set:   func(f *feedback.Filter, v string) error { f.Surveys = append(f.Surveys, v); return nil },
	},
	{
		name: "from", example: "2026-01-01", want: dateForm, form: momentForm,
		about: "First day, or moment, of `submitted_at`; inclusive.",
		set:   func(f *feedback.Filter, v string) error { return f.SetFrom(v, time.UTC) },
	},
	{
		name: "to", example: "2026-06-30", want: dateForm, form: momentForm,
		about: "Last day, or moment; inclusive.",
		set:   func(f *feedback.Filter, v string) error { return f.SetTo(v, time.UTC) },
	},
	{
		name: "language", example: "fi", many: true, list: true, want: "an ISO 639-1 code like fi, or und", form: languagesForm,
		about: "Languages of the comment, as ISO 639-1 codes; `und` for undetermined. Any of them.",
		set:   setLanguage,
	},
	{
		name: "theme", example: "delivery_logistics:negative", many: true, list: true, form: themesForm,
		want:  "the id of a theme, or that with a sentiment: price_value:negative (positive, neutral, negative)",
		about: "Themes of the comment, with a sentiment (`price_value:negative`) or with any. Any of them.",
		set:   setTheme,
	},
	{
		name: "sentiment", example: "negative", many: true, list: true, words: wordsOf(feedback.Sentiments),
		want: oneOf(feedback.Sentiments), about: "Sentiments of the comment. Any of them.",
		set: (*feedback.Filter).AddSentiment,
	},
	{
		name: "kind", example: "complaint", many: true, list: true, words: wordsOf(feedback.Kinds),
		want: oneOf(feedback.Kinds), about: "Kinds of statement in the comment. Any of them.",
		set: (*feedback.Filter).AddKind,
	},
	{
		name: "group", example: "detractor", many: true, list: true, words: wordsOf(feedback.Groups),
		want: oneOf(feedback.Groups), about: "Groups of the score. Any of them.",
		set: (*feedback.Filter).AddGroup,
	},
	{
		name: "mismatch", example: "true", words: []string{"true", "false"}, want: "true or false",
		about: "Only responses whose text contradicts the score, or only the others.",
		set:   setMismatch,
	},
	{
		name: "where", example: "region=EU", many: true, form: whereForm,
		want: "a condition: attribute=value, attribute!=value, or a comparison with a number or date like age>=30",
		about: "A condition on an attribute: `region=EU`, `region!=EU`, `age>=30`. The same attribute with `=` again is or, " +
			"another attribute is and.",
		set: (*feedback.Filter).AddWhere,
	},
	{
		name: "match", example: `refund* "customer service" -app`, want: "a text query",
		about: "A text query: words, `\"phrases\"`, `prefix*`, `fuzzy~`, `-exclusion`, and `OR` between alternatives.",
		set:   func(f *feedback.Filter, v string) error { f.Match = v; return nil },
	},
	{
		name: "taxonomy", example: "default@1", form: versionForm.String()[1:], want: "a version of the taxonomy like default@1",
		about: "A version of the taxonomy that is or was the current one: counts the responses that it tagged, with the tags it gave them. The current one by default.",
		set:   setVersion,
	},
}

const dateForm = "a date like 2026-03-31 or a time like 2026-03-31T12:00:00Z"

// filter reads the filter of the query. Everything that is wrong with it is in one problem.
func (c *call) filter() (feedback.Filter, error) {
	var f feedback.Filter
	var wrong []FieldError
	for i := range filterParams {
		p := &filterParams[i]
		for _, value := range c.values(p) {
			if p.set(&f, value) != nil {
				wrong = append(wrong, p.wrong())
				break
			}
		}
	}
	if len(wrong) > 0 {
		return f, fieldProblem(feedback.Invalid, wrong...)
	}
	return f, f.Validate()
}

// hideFilter takes from an error of the index what it repeats of the filter: the names of attributes.
func hideFilter(err error, f *feedback.Filter) error {
	if feedback.CodeOf(err) != feedback.Invalid {
		return err
	}
	p := problemOf(err)
	for i := range f.Where {
		detail := strings.ReplaceAll(p.Detail, "attribute "+strconv.Quote(f.Where[i].Attribute), "an attribute in where")
		if detail != p.Detail {
			return fieldProblem(p.Code, FieldError{Location: "query.where", Message: detail})
		}
	}
	return p
}

func setLanguage(f *feedback.Filter, value string) error {
	value = strings.ToLower(value)
	if !languageForm.MatchString(value) {
		return errForm
	}
	f.Languages = append(f.Languages, value)
	return nil
}

func setTheme(f *feedback.Filter, value string) error {
	if !themeForm.MatchString(value) {
		return errForm
	}
	return f.AddTheme(value)
}

func setVersion(f *feedback.Filter, value string) error {
	if !versionForm.MatchString(value) {
		return errForm
	}
	f.Taxonomy = value
	return nil
}

func setMismatch(f *feedback.Filter, value string) error {
	if value != "true" && value != "false" {
		return errForm
	}
	wanted := value == "true"
	f.Mismatch = &wanted
	return nil
}

// errForm stands for a value that is not as its parameter wants it; what that is, the parameter says.
var errForm = feedback.Errorf(feedback.Invalid, "the value has another form")

func wordsOf[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = string(word)
	}
	return words
}

func oneOf[T ~string](list []T) string { return "one of " + strings.Join(wordsOf(list), ", ") }
