package feedback

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter chooses responses. The zero Filter chooses all. Different fields must all hold; values within a field are
// alternatives.
type Filter struct {
	Surveys    []string
	From       time.Time // inclusive; zero for none
	Until      time.Time // exclusive; zero for none
	Languages  []string  // ISO 639-1 or und
	Themes     []ThemeCondition
	Sentiments []Sentiment // of the comment
	Kinds      []Kind
	Groups     []Group
	Mismatch   *bool
	Where      []Condition
	Match      string // a text query: words, "phrases", prefix*, -exclusion
	Taxonomy   string // taxonomy version, name@version; "" for the current one
}

// ThemeCondition asks for a theme, with a polarity or with any ("").
type ThemeCondition struct {
	Theme     string
	Sentiment Sentiment
}

// Op compares an attribute with a value.
type Op string

// The comparisons. The ordered ones hold for numbers and dates.
const (
	Equal          Op = "="
	NotEqual       Op = "!="
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
)

// Condition is a condition on an attribute. Values are alternatives and only Equal and NotEqual have several (NotEqual:
// none of them).
type Condition struct {
	Attribute string
	Op        Op
	Values    []string
}

// AddWhere adds a condition written as "region=EU", "region!=EU" or "age>=30". The same attribute with = again widens the
// choice; different attributes narrow it. An [Invalid] error says what is wrong.
func (f *Filter) AddWhere(text string) error {
	i := strings.IndexAny(text, "=!<>")
	if i <= 0 {
		return Errorf(Invalid, "where %q is not a condition: write attribute=value, attribute!=value or attribute>=number", clip(text))
	}
	name, rest := strings.TrimSpace(text[:i]), text[i:]
	if name == "" {
		return Errorf(Invalid, "where %q names no attribute: write attribute=value", clip(text))
	}
	for _, op := range []Op{NotEqual, LessOrEqual, GreaterOrEqual, Equal, Less, Greater} {
		value, ok := strings.CutPrefix(rest, string(op))
		if !ok {
			continue
		}
		return f.addCondition(name, op, strings.TrimSpace(value))
	}
	return Errorf(Invalid, "where %q is not a condition: write attribute=value, attribute!=value or attribute>=number", clip(text))
}

func (f *Filter) addCondition(name string, op Op, value string) error {
	if op == Equal || op == NotEqual {
		for i := range f.Where {
			if c := &f.Where[i]; c.Attribute == name && c.Op == op {
				c.Values = append(c.Values, value)
				return nil
			}
		}
	} else if _, ok := Ordinal(value); !ok {
		return Errorf(Invalid, "where %s%s%s: %s compares numbers and dates (2026-03-31), and %q is neither", name, op, clip(value), op, clip(value))
	}
	f.Where = append(f.Where, Condition{Attribute: name, Op: op, Values: []string{value}})
	return nil
}

// SetFrom sets the first moment: a date (its midnight in loc) or an RFC 3339 time.
func (f *Filter) SetFrom(text string, loc *time.Location) error {
	t, _, err := parseMoment("from", text, loc)
	f.From = t
	return err
}

// SetTo sets the last moment, inclusive: a date (all of it, in loc) or an RFC 3339 time.
func (f *Filter) SetTo(text string, loc *time.Location) error {
	t, day, err := parseMoment("to", text, loc)
	if err != nil {
		return err
	}
	if day {
		f.Until = t.AddDate(0, 0, 1)
	} else {
		f.Until = t.Add(time.Millisecond) // times are kept in milliseconds
	}
	return nil
}

func parseMoment(name, text string, loc *time.Location) (t time.Time, day bool, err error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, loc); err == nil {
		return t, true, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, false, nil
	}
	return time.Time{}, false, Errorf(Invalid, "%s %q is not a date: write 2026-03-31 or 2026-03-31T12:00:00Z", name, clip(text))
}

// AddTheme adds a theme condition written as "price_value" or "price_value:negative".
func (f *Filter) AddTheme(text string) error {
	theme, polarity, _ := strings.Cut(text, ":")
	switch s := Sentiment(polarity); s {
	case "", Positive, Neutral, Negative:
		f.Themes = append(f.Themes, ThemeCondition{Theme: theme, Sentiment: s})
		return nil
	default:
		return Errorf(Invalid, "theme %q: after the colon comes positive, neutral or negative", clip(text))
	}
}

// AddSentiment adds a sentiment of the comment.
func (f *Filter) AddSentiment(text string) error {
	return addWord(&f.Sentiments, "sentiment", text, Sentiments)
}

// AddKind adds a kind.
func (f *Filter) AddKind(text string) error { return addWord(&f.Kinds, "kind", text, Kinds) }

// AddGroup adds a group.
func (f *Filter) AddGroup(text string) error { return addWord(&f.Groups, "group", text, Groups) }

func addWord[T ~string](list *[]T, field, text string, allowed []T) error {
	if !slices.Contains(allowed, T(text)) {
		names := make([]string, len(allowed))
		for i, a := range allowed {
			names[i] = string(a)
		}
		return Errorf(Invalid, "%s %q is unknown: it is one of %s", field, clip(text), strings.Join(names, ", "))
	}
	*list = append(*list, T(text))
	return nil
}

// Validate checks what single fields cannot: an [Invalid] error when the range of time is empty.
func (f *Filter) Validate() error {
	if !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		return Errorf(Invalid, "from is after to: swap them")
	}
	return nil
}

// Ordinal returns the number that an attribute's value stands for in comparisons: the number itself, or for a date its
// seconds since 1970. ok is false when it is neither.
func Ordinal(value string) (number float64, ok bool) {
	if f, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && f == f {
		return f, true
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return float64(t.UnixMilli()) / 1000, true
		}
	}
	return 0, false
}

// Holds reports whether the condition holds for a value; present is false when the response lacks the attribute, and then
// only NotEqual holds.
func (c *Condition) Holds(value string, present bool) bool {
	switch c.Op {
	case Equal:
		return present && slices.Contains(c.Values, value)
	case NotEqual:
		return !present || !slices.Contains(c.Values, value)
	}
	a, ok := Ordinal(value)
	if !present || !ok {
		return false
	}
	b, ok := Ordinal(c.Values[0])
	if !ok {
		return false
	}
	switch c.Op {
	case Less:
		return a < b
	case LessOrEqual:
		return a <= b
	case Greater:
		return a > b
	default:
		return a >= b
	}
}
