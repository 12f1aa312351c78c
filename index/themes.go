package index

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
)

// The polarities of a theme, in the order of a crosstab.
const (
	positive = iota
	neutral
	negative
	polarities
)

// polarityOf gives the set of a theme's sentiment: positive, negative, and neutral for everything else.
func polarityOf(s feedback.Sentiment) int {
	switch s {
	case feedback.Positive:
		return positive
	case feedback.Negative:
		return negative
	default:
		return neutral
	}
}

// sentimentOf is the opposite of polarityOf.
func sentimentOf(polarity int) feedback.Sentiment {
	return [polarities]feedback.Sentiment{feedback.Positive, feedback.Neutral, feedback.Negative}[polarity]
}

// member is a theme with a polarity: the theme's number times polarities, plus the polarity.
type member uint32

func memberOf(theme, polarity int) member { return member(theme*polarities + polarity) }

func (m member) theme() int    { return int(m) / polarities }
func (m member) polarity() int { return int(m) % polarities }

// themeSets are the distinct sets of themes with polarities that texts have, numbered in the order of their first
// appearance. Millions of comments have some thousand sets: a row has the number of its set, and what is counted by theme
// is counted by set first. Set 0 is empty.
type themeSets struct {
	members []member // of all sets, one after the other, each set's ascending
	ends    []int    // where in members each set ends
	byKey   map[string]uint32
	key     []byte // for looking up
}

func newThemeSets() themeSets {
	return themeSets{ends: []int{0}, byKey: map[string]uint32{}}
}

// size is how many sets there are.
func (t *themeSets) size() int { return len(t.ends) }

// set returns the members of a set.
func (t *themeSets) set(code uint32) []member {
	if code == 0 {
		return nil
	}
	return t.members[t.ends[code-1]:t.ends[code]]
}

// code returns the number of a set, a new one if there is none yet. It sorts the members, and drops those repeated.
func (t *themeSets) code(members []member) uint32 {
	if len(members) == 0 {
		return 0
	}
	slices.Sort(members)
	members = slices.Compact(members)
	t.key = t.key[:0]
	for _, m := range members {
		t.key = binary.LittleEndian.AppendUint32(t.key, uint32(m))
	}
	if code, ok := t.byKey[string(t.key)]; ok {
		return code
	}
	code := uint32(len(t.ends))
	t.members = append(t.members, members...)
	t.ends = append(t.ends, len(t.members))
	t.byKey[string(t.key)] = code
	return code
}

// theme returns the theme's number, and gives it one when it is new.
func (c *tagging) theme(id string) int {
	known := len(c.themes.names)
	theme := c.themes.code(id, math.MaxInt32) - 1
	if len(c.themes.names) > known {
		c.orderThemes()
	}
	return theme
}

// setOf returns the number of the set of themes that an analysis has. A subtheme's parent is in it, too.
func (c *tagging) setOf(a *feedback.Analysis) uint32 {
	if a == nil || len(a.Themes) == 0 {
		return 0
	}
	members := make([]member, 0, 2*len(a.Themes))
	for _, tag := range a.Themes {
		p := polarityOf(tag.Sentiment)
		members = append(members, memberOf(c.theme(tag.Theme), p), memberOf(c.theme(feedback.ParentTheme(tag.Theme)), p))
	}
	return c.sets.code(members)
}

// passThemes tells for every set whether it has one of the themes. A parent's id stands for its subthemes, too.
func (c *columns) passThemes(conditions []feedback.ThemeCondition) []uint64 {
	wanted := make([]bool, polarities*len(c.themes.names))
	for _, condition := range conditions {
		code, ok := c.themes.byName[condition.Theme]
		for p := range polarities {
			if ok && (condition.Sentiment == "" || condition.Sentiment == sentimentOf(p)) {
				wanted[memberOf(code-1, p)] = true
			}
		}
	}
	pass := make([]uint64, c.sets.size())
	for code := range pass {
		pass[code] = bit(slices.ContainsFunc(c.sets.set(uint32(code)), func(m member) bool { return wanted[m] }))
	}
	return pass
}

// topThemes tells for every theme whether it is no subtheme.
func (c *columns) topThemes() []bool {
	top := make([]bool, len(c.themes.names)-1)
	for theme, id := range c.themes.names[1:] {
		top[theme] = feedback.ParentTheme(id) == id
	}
	return top
}

// orderThemes puts the numbers of the themes into the order of their ids.
func (c *tagging) orderThemes() {
	c.byID = make([]int, len(c.themes.names)-1)
	for i := range c.byID {
		c.byID[i] = i
	}
	slices.SortFunc(c.byID, func(a, b int) int { return strings.Compare(c.themes.names[a+1], c.themes.names[b+1]) })
}
