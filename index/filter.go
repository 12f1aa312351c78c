package index

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// choose returns the live rows that the filter asks for, its text query apart.
func (c *columns) choose(f *feedback.Filter) (bitset, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if f.Taxonomy != "" && c.taxonomy != "" && f.Taxonomy != c.taxonomy {
		return nil, feedback.Errorf(feedback.Unsupported,
			"taxonomy %q is not the current one (%q), and no other is held here", f.Taxonomy, c.taxonomy)
	}
	rows := c.live.clone()
	for i := range f.Where {
		if err := c.chooseWhere(rows, &f.Where[i]); err != nil {
			return nil, err
		}
	}
	if len(f.Surveys) > 0 {
		c.survey.keep(rows, c.surveys.passNames(f.Surveys))
	}
	if len(f.Languages) > 0 {
		c.origin.keep(rows, c.origins.passLanguages(f.Languages))
	}
	if len(f.Themes) > 0 {
		c.comment.keep(rows, c.passThemes(f.Themes))
	}
	c.chooseTones(rows, f)
	c.chooseAnswers(rows, f)
	c.chooseTimes(rows, f.From, f.Until)
	return rows, nil
}

// chooseWhere keeps the rows for which the condition on an attribute holds.
func (c *columns) chooseWhere(rows bitset, condition *feedback.Condition) error {
	if condition.Attribute == "survey" {
		c.survey.keep(rows, c.surveys.pass(condition))
		return nil
	}
	a, err := c.attribute(condition.Attribute)
	if err != nil {
		return err
	}
	a.keep(rows, condition)
	return nil
}

// attribute finds an attribute that can be filtered by.
func (c *columns) attribute(name string) (*attribute, error) {
	a, ok := c.attributes[name]
	if !ok {
		return nil, feedback.Errorf(feedback.Invalid, "attribute %q is unknown: there is %s", name, strings.Join(c.attributeNames(), ", "))
	}
	if a.over {
		return nil, feedback.Errorf(feedback.Invalid, "attribute %q has over %d distinct values: it is stored, but cannot be filtered or counted by",
			name, maxValues)
	}
	return a, nil
}

// attributeNames lists what can stand in a condition, in order.
func (c *columns) attributeNames() []string {
	names := []string{"survey"}
	for _, name := range slices.Collect(maps.Keys(c.attributes)) {
		if !c.attributes[name].over {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// chooseTimes keeps the rows from one moment up to but without the other; a row without a time is in no range.
func (c *columns) chooseTimes(rows bitset, from, until time.Time) {
	if from.IsZero() && until.IsZero() {
		return
	}
	first, end := int64(noTime+1), int64(math.MaxInt64)
	if !from.IsZero() {
		first = from.UnixMilli()
	}
	if !until.IsZero() {
		end = until.UnixMilli()
	}
	c.times.keep(rows, first, end)
}

// chooseTones keeps the rows with one of the sentiments, and with one of the kinds.
func (c *columns) chooseTones(rows bitset, f *feedback.Filter) {
	if len(f.Sentiments) == 0 && len(f.Kinds) == 0 {
		return
	}
	var pass [256]uint64
	for tone := range pass {
		s, kinds := tone&sentimentBits, tone>>kindShift
		pass[tone] = bit((len(f.Sentiments) == 0 || s > 0 && s <= len(feedback.Sentiments) && slices.Contains(f.Sentiments, feedback.Sentiments[s-1])) &&
			(len(f.Kinds) == 0 || hasOne(kinds, f.Kinds)))
	}
	keepBytes(rows, c.tones, &pass)
}

// hasOne reports whether one of the kinds is among those of the bits.
func hasOne(bits int, kinds []feedback.Kind) bool {
	for i, kind := range feedback.Kinds {
		if bits&(1<<i) != 0 && slices.Contains(kinds, kind) {
			return true
		}
	}
	return false
}

// chooseAnswers keeps the rows of one of the groups, and with or without a mismatch.
func (c *columns) chooseAnswers(rows bitset, f *feedback.Filter) {
	if len(f.Groups) == 0 && f.Mismatch == nil {
		return
	}
	var pass [256]uint64
	for answer := range pass {
		score := feedback.Score(answer&scoreBits) - 1
		pass[answer] = bit((len(f.Groups) == 0 || score.Scored() && slices.Contains(f.Groups, score.Group())) &&
			(f.Mismatch == nil || (answer&markMismatch != 0) == *f.Mismatch))
	}
	keepBytes(rows, c.answers, &pass)
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
