package index

import (
	"maps"
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
	if f.Taxonomy != "" && f.Taxonomy != c.taxonomy {
		return nil, feedback.Errorf(feedback.Unsupported,
			"taxonomy %q is not the current one (%q): counts under older taxonomies come later", f.Taxonomy, c.taxonomy)
	}
	rows := c.live.clone()
	for i := range f.Where {
		if err := c.chooseWhere(rows, &f.Where[i]); err != nil {
			return nil, err
		}
	}
	if len(f.Surveys) > 0 {
		keep(rows, c.survey.rows, c.survey.passNames(f.Surveys))
	}
	if len(f.Languages) > 0 {
		keep(rows, c.language.rows, c.language.passNames(f.Languages))
	}
	c.chooseTimes(rows, f.From, f.Until)
	c.chooseWords(rows, f)
	c.chooseThemes(rows, f.Themes)
	return rows, nil
}

// chooseWhere keeps the rows for which the condition on an attribute holds.
func (c *columns) chooseWhere(rows bitset, condition *feedback.Condition) error {
	if condition.Attribute == "survey" {
		keep(rows, c.survey.rows, c.survey.pass(condition))
		return nil
	}
	a, ok := c.attributes[condition.Attribute]
	if !ok {
		return feedback.Errorf(feedback.Invalid, "attribute %q is unknown: there is %s",
			condition.Attribute, strings.Join(c.attributeNames(), ", "))
	}
	if a.over {
		return feedback.Errorf(feedback.Invalid, "attribute %q has over %d distinct values: it is stored, but cannot be filtered or counted by",
			condition.Attribute, maxValues)
	}
	keep(rows, a.rows, a.pass(condition))
	return nil
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
	first, end := int64(noTime+1), int64(1<<63-1)
	if !from.IsZero() {
		first = from.UnixMilli()
	}
	if !until.IsZero() {
		end = until.UnixMilli()
	}
	for row := range rows.rows() {
		if at := c.times[row]; at < first || at >= end {
			rows.remove(row)
		}
	}
}

// chooseWords keeps the rows with one of the sentiments, of the kinds, of the groups, and with or without a mismatch.
func (c *columns) chooseWords(rows bitset, f *feedback.Filter) {
	if len(f.Sentiments) > 0 {
		var pass [256]uint64
		for i, s := range feedback.Sentiments {
			pass[i+1] = bit(slices.Contains(f.Sentiments, s))
		}
		keep(rows, c.sentiment, pass[:])
	}
	if len(f.Kinds) > 0 {
		var pass [256]uint64
		for mask := range pass {
			for i, kind := range feedback.Kinds {
				pass[mask] |= bit(mask&(1<<i) != 0 && slices.Contains(f.Kinds, kind))
			}
		}
		keep(rows, c.kinds, pass[:])
	}
	if len(f.Groups) > 0 {
		var pass [256]uint64
		for score := feedback.Score(0); score <= 10; score++ {
			pass[score+1] = bit(slices.Contains(f.Groups, score.Group()))
		}
		keep(rows, c.score, pass[:])
	}
	if f.Mismatch != nil {
		var pass [256]uint64
		for marks := range pass {
			pass[marks] = bit((marks&markMismatch != 0) == *f.Mismatch)
		}
		keep(rows, c.marks, pass[:])
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// chooseThemes keeps the rows whose comment has one of the themes. A parent's id stands for its subthemes, too.
func (c *columns) chooseThemes(rows bitset, conditions []feedback.ThemeCondition) {
	if len(conditions) == 0 {
		return
	}
	wanted := make([]uint64, polarities*c.comment.width) // as a row of the sets
	for _, condition := range conditions {
		code, ok := c.themes.codes[condition.Theme]
		theme := code - 1
		if !ok || theme>>6 >= c.comment.width { // nobody's comment has it
			continue
		}
		for p := range polarities {
			if condition.Sentiment == "" || condition.Sentiment == sentimentOf(p) {
				wanted[p*c.comment.width+theme>>6] |= 1 << (theme & 63)
			}
		}
	}
	for row := range rows.rows() {
		if !overlap(c.comment.row(row), wanted) {
			rows.remove(row)
		}
	}
}

// overlap reports whether two sets have something in common.
func overlap(a, b []uint64) bool {
	for i, word := range a {
		if word&b[i] != 0 {
			return true
		}
	}
	return false
}
