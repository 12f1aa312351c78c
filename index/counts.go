package index

import (
	"math"

	"verbatim/feedback"
)

// slots gives for every answer where it is counted, and 0 when it is not.
type slots [256]uint8

// slotsOf counts the answers with a mark by score, in slot score + 1.
func slotsOf(mark int) *slots {
	var s slots
	for answer := range s {
		if answer&mark != 0 {
			s[answer] = uint8(answer & scoreBits)
		}
	}
	return &s
}

// slotWidth is how many slots there are: one more than scores, and a power of two.
const (
	slotBits  = 4
	slotWidth = 1 << slotBits
)

// themeTally counts rows by theme, polarity and slot. Many rows are counted by set first, and each set is then counted for
// its themes once; few rows are counted for their themes at once.
type themeTally struct {
	columns *columns
	slots   *slots
	bySet   []uint32          // by set and slot; nil for few rows
	counts  []feedback.Scores // by member; slot s in score s − 1
}

// newThemeTally starts to count about so many rows.
func (c *columns) newThemeTally(rows int, s *slots) *themeTally {
	t := &themeTally{columns: c, slots: s, counts: make([]feedback.Scores, polarities*len(c.themes.names))}
	if rows > 4*c.sets.size() {
		t.bySet = make([]uint32, c.sets.size()*slotWidth)
	}
	return t
}

// add counts the sets that a column has in the rows, which ascend. A row beyond the column has no themes.
func (t *themeTally) add(sets *codes, rows []uint32) {
	rows, _ = within(rows, sets.size())
	switch {
	case t.bySet == nil:
		for _, row := range rows {
			if slot := t.slots[t.columns.answers[row]]; slot > 0 {
				t.addSet(sets.at(int(row)), slot, 1)
			}
		}
	case sets.wide != nil:
		tallySets(t, sets.wide, rows)
	case sets.middle != nil:
		tallySets(t, sets.middle, rows)
	default:
		tallySets(t, sets.narrow, rows)
	}
}

func tallySets[T unsigned](t *themeTally, column []T, rows []uint32) {
	counts, slots, answers := t.bySet, t.slots, t.columns.answers
	for _, row := range rows {
		counts[uint32(column[row])<<slotBits|uint32(slots[answers[row]])]++
	}
}

func (t *themeTally) addSet(set uint32, slot uint8, n int) {
	for _, m := range t.columns.sets.set(set) {
		t.counts[m][slot-1] += n
	}
}

// list gives the themes that were counted, by id, then positive, neutral, negative; with top, no subthemes.
func (t *themeTally) list(top bool) []feedback.ThemeCounts {
	for i, n := range t.bySet {
		if slot := i % slotWidth; n > 0 && slot > 0 {
			t.addSet(uint32(i/slotWidth), uint8(slot), int(n))
		}
	}
	t.bySet = nil
	var list []feedback.ThemeCounts
	for _, theme := range t.columns.byID {
		id := t.columns.themes.names[theme+1]
		if top && feedback.ParentTheme(id) != id {
			continue
		}
		for p := range polarities {
			if scores := t.counts[memberOf(theme, p)]; scores.Total() > 0 {
				list = append(list, feedback.ThemeCounts{Theme: id, Sentiment: sentimentOf(p), Scores: scores})
			}
		}
	}
	return list
}

// counter counts rows into a crosstab.
type counter struct {
	columns     *columns
	answers     [256]int
	origins     []uint32
	first, last int64
	comments    *themeTally
	suggestions *themeTally
}

// newCounter starts a crosstab of about so many rows.
func (c *columns) newCounter(rows int) *counter {
	return &counter{
		columns:     c,
		origins:     make([]uint32, len(c.origins.list)),
		first:       math.MaxInt64,
		last:        math.MinInt64,
		comments:    c.newThemeTally(rows, baseSlots),
		suggestions: c.newThemeTally(min(rows, c.suggestion.size()), suggestionSlots),
	}
}

var (
	baseSlots       = slotsOf(markBase)
	suggestionSlots = slotsOf(markSuggestion)
)

// add counts rows, which ascend.
func (t *counter) add(rows []uint32) {
	c := t.columns
	for _, row := range rows {
		t.answers[c.answers[row]]++
	}
	c.origin.count(t.origins, rows)
	first, last := c.times.span(rows)
	t.first, t.last = min(t.first, first), max(t.last, last)
	t.comments.add(&c.comment, rows)
	t.suggestions.add(&c.suggestion, rows)
}

// crosstab gives what was counted.
func (t *counter) crosstab() feedback.Crosstab {
	out := feedback.Crosstab{
		Themes:           t.comments.list(true),
		SuggestionThemes: t.suggestions.list(true),
		Languages:        map[string]int{},
		Model:            t.columns.origins.join(t.origins, func(o origin) string { return o.model }),
		Taxonomy:         t.columns.origins.join(t.origins, func(o origin) string { return o.taxonomy }),
	}
	for answer, n := range t.answers {
		addAnswers(&out, answer, n)
	}
	for code, n := range t.origins {
		count(out.Languages, t.columns.origins.list[code].language, int(n))
	}
	if t.first <= t.last {
		out.Dates = feedback.Dates{First: moment(t.first), Last: moment(t.last)}
	}
	return out
}

// addAnswers adds n rows with an answer.
func addAnswers(out *feedback.Crosstab, answer, n int) {
	score := answer&scoreBits - 1
	if score < 0 {
		out.Unscored += n
	}
	if score < 0 || n == 0 {
		return
	}
	out.Responses += n
	out.Scored[score] += n
	if answer&markCommented != 0 {
		out.Commented += n
	}
	if answer&markMismatch != 0 {
		out.Mismatch += n
	}
	if answer&markBase != 0 {
		out.Base[score] += n
	}
	if answer&markSuggestion != 0 {
		out.SuggestionBase[score] += n
	}
}

// crosstab counts the rows.
func (c *columns) crosstab(rows bitset) feedback.Crosstab {
	t := c.newCounter(rows.count())
	for block := range rows.blocks() {
		t.add(block)
	}
	return t.crosstab()
}

// Cooccurrence counts the base responses in which two drivers occur together. Counts[i][j] is for Keys[i] and Keys[j],
// symmetric; Counts[i][i] is how many have Keys[i].
type Cooccurrence struct {
	Keys   []feedback.DriverKey // ordered by theme, then polarity
	Counts [][]int
}

// cooccurrence counts pairs from patterns.
func cooccurrence(p *feedback.Patterns) Cooccurrence {
	out := Cooccurrence{Keys: p.Keys, Counts: make([][]int, len(p.Keys))}
	for i := range out.Counts {
		out.Counts[i] = make([]int, len(p.Keys))
	}
	for _, pattern := range p.Patterns {
		for _, i := range pattern.Drivers {
			for _, j := range pattern.Drivers {
				out.Counts[i][j] += pattern.N
			}
		}
	}
	return out
}
