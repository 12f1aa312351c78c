package feedback

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ParseFilter reads a filter written as conditions with spaces between: from=2026-01-01 to=2026-03-31 survey=nps language=fi
// theme=price_value:negative sentiment=mixed kind=complaint group=detractor mismatch=true match="late OR lost"
// taxonomy=default@1, and the name of a period alone (2026, 2026-Q1, 2026-03, 2026-W14, 2026-03-31). Any other name is an attribute, compared by = != < <= > or >=;
// a value with spaces stands in quotation marks. Dates are in loc. An [Invalid] error says which condition is wrong.
func ParseFilter(text string, loc *time.Location) (Filter, error) {
	var f Filter
	conditions, err := splitConditions(text)
	if err != nil {
		return f, err
	}
	for _, c := range conditions {
		if err := f.addText(c, loc); err != nil {
			return f, err
		}
	}
	return f, f.Validate()
}

func (f *Filter) addText(condition string, loc *time.Location) error {
	if period, start, ok := ParsePeriodName(condition, loc); ok {
		f.From, f.Until = start, period.Next(start)
		return nil
	}
	i := strings.IndexAny(condition, "=!<>")
	name, value := condition, ""
	if i >= 0 && condition[i] == '=' {
		name, value = strings.TrimSpace(condition[:i]), condition[i+1:] // quotation marks may have kept a space
	}
	switch name {
	case "from":
		return f.SetFrom(value, loc)
	case "to":
		return f.SetTo(value, loc)
	case "survey":
		f.Surveys = append(f.Surveys, value)
	case "language":
		f.Languages = append(f.Languages, strings.ToLower(value))
	case "theme":
		return f.AddTheme(value)
	case "sentiment":
		return f.AddSentiment(value)
	case "kind":
		return f.AddKind(value)
	case "group":
		return f.AddGroup(value)
	case "taxonomy":
		f.Taxonomy = value
	case "mismatch":
		wanted, err := strconv.ParseBool(value)
		if err != nil {
			return Errorf(Invalid, "mismatch is true or false, not %q", clip(value))
		}
		f.Mismatch = &wanted
	case "match":
		f.Match = value
	default:
		return f.AddWhere(condition)
	}
	return nil
}

// splitConditions cuts at white space outside quotation marks. The marks go; within them \" stands for a mark and \\ for a
// backslash.
func splitConditions(text string) ([]string, error) {
	var list []string
	var part strings.Builder
	quoted, some := false, false
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case quoted && r == '\\' && i+1 < len(runes) && (runes[i+1] == '"' || runes[i+1] == '\\'):
			i++
			part.WriteRune(runes[i])
		case r == '"':
			quoted, some = !quoted, true
		case !quoted && unicode.IsSpace(r):
			if some {
				list = append(list, part.String())
			}
			part.Reset()
			some = false
		default:
			part.WriteRune(r)
			some = true
		}
	}
	if quoted {
		return nil, Errorf(Invalid, "%q has a quotation mark without its partner", clip(text))
	}
	if some {
		list = append(list, part.String())
	}
	return list, nil
}

// Conditions writes the filter as the conditions that [ParseFilter] reads, in a fixed order: none for the zero Filter.
func (f *Filter) Conditions() []string {
	var list []string
	add := func(name, op, value string) { list = append(list, quote(name)+op+quote(value)) }
	for _, s := range f.Surveys {
		add("survey", "=", s)
	}
	if !f.From.IsZero() {
		add("from", "=", momentText(f.From))
	}
	if !f.Until.IsZero() {
		add("to", "=", lastText(f.Until))
	}
	for _, l := range f.Languages {
		add("language", "=", l)
	}
	for _, t := range f.Themes {
		add("theme", "=", strings.TrimSuffix(t.Theme+":"+string(t.Sentiment), ":"))
	}
	for _, s := range f.Sentiments {
		add("sentiment", "=", string(s))
	}
	for _, k := range f.Kinds {
		add("kind", "=", string(k))
	}
	for _, g := range f.Groups {
		add("group", "=", string(g))
	}
	if f.Mismatch != nil {
		add("mismatch", "=", strconv.FormatBool(*f.Mismatch))
	}
	for _, c := range f.Where {
		for _, v := range c.Values {
			add(c.Attribute, string(c.Op), v)
		}
	}
	if f.Match != "" {
		add("match", "=", f.Match)
	}
	if f.Taxonomy != "" {
		add("taxonomy", "=", f.Taxonomy)
	}
	return list
}

// Describe writes the filter in one line; "all responses" for the zero Filter.
func (f *Filter) Describe() string {
	conditions := f.Conditions()
	if len(conditions) == 0 {
		return "all responses"
	}
	return strings.Join(conditions, " ")
}

// quote puts a text with spaces into quotation marks.
func quote(value string) string {
	if value != "" && !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '"' }) {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// momentText writes a midnight as its day.
func momentText(t time.Time) string {
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// lastText writes the last moment before until: a day, or a time in milliseconds.
func lastText(until time.Time) string {
	if h, m, s := until.Clock(); h == 0 && m == 0 && s == 0 && until.Nanosecond() == 0 {
		return until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return until.Add(-time.Millisecond).Format(time.RFC3339Nano)
}

// And returns the filter narrowed by another: what both ask for. A field that both set keeps the values that are in both,
// or the narrower range; ok is false when they leave nothing in common, so that no response can pass.
func (f Filter) And(other Filter) (out Filter, ok bool) {
	ok = true
	f.Surveys = common(f.Surveys, other.Surveys, &ok)
	f.Languages = common(f.Languages, other.Languages, &ok)
	f.Themes = common(f.Themes, other.Themes, &ok)
	f.Sentiments = common(f.Sentiments, other.Sentiments, &ok)
	f.Kinds = common(f.Kinds, other.Kinds, &ok)
	f.Groups = common(f.Groups, other.Groups, &ok)
	if other.From.After(f.From) {
		f.From = other.From
	}
	if f.Until.IsZero() || !other.Until.IsZero() && other.Until.Before(f.Until) {
		f.Until = other.Until
	}
	if other.Mismatch != nil {
		ok = ok && (f.Mismatch == nil || *f.Mismatch == *other.Mismatch)
		f.Mismatch = other.Mismatch
	}
	f.Where = append(slices.Clone(f.Where), other.Where...)
	if f.Match = strings.TrimSpace(f.Match + " " + other.Match); other.Taxonomy != "" {
		f.Taxonomy = other.Taxonomy
	}
	return f, ok && f.Validate() == nil
}

func common[T comparable](a, b []T, ok *bool) []T {
	if len(a) == 0 || len(b) == 0 {
		return append(slices.Clone(a), b...)
	}
	var both []T
	for _, v := range a {
		if slices.Contains(b, v) {
			both = append(both, v)
		}
	}
	*ok = *ok && len(both) > 0
	return both
}
