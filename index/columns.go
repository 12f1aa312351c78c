package index

import (
	"math"
	"slices"

	"verbatim/feedback"
)

// Marks of a row, in the upper half of its answer.
const (
	markCommented  = 1 << (iota + 4) // there is a comment that is not blank
	markBase                         // scored, commented, language tagged: design.md, "Base"
	markSuggestion                   // scored, with a suggestion, language tagged
	markMismatch                     // scored, and the comment contradicts the score
)

// The lower bits of an answer and of a tone; the rest are marks and kinds.
const (
	scoreBits     = 0x0f
	sentimentBits = 0x07
	kindShift     = 3
)

// columns are the responses of one workspace, a value for each row. A row is given out once; a deleted row is no longer
// live and its number is not used again. Not safe for concurrent use.
type columns struct {
	seq  int64    // the last change applied
	main *columns // in a view, the columns that it is one of

	ids     idList
	surveys dictionary
	survey  codes
	byKey   rowTable // of the live rows
	live    bitset

	times      moments
	weights    []float64 // 0 for 1; shorter than the rows, or empty, when those beyond have none
	attributes map[string]*attribute

	tagging
}

// tagging is what the analyses under one version of the taxonomy say of the rows.
type tagging struct {
	taxonomy string // of the analysis applied last

	answers []uint8 // score + 1, 0 without one; and the marks
	tones   []uint8 // index into feedback.Sentiments + 1, 0 without one; and bit i + 3 for feedback.Kinds[i]
	origins origins
	origin  codes

	themes     dictionary
	byID       []int // the themes' numbers in the order of their ids
	sets       themeSets
	comment    codes // the set of themes of the comment
	suggestion codes // the same of the suggestion
}

func newTagging() tagging {
	return tagging{origins: newOrigins(), themes: newDictionary(), sets: newThemeSets()}
}

func newColumns() *columns {
	return &columns{
		surveys:    newDictionary(),
		byKey:      newRowTable(),
		tagging:    newTagging(),
		attributes: map[string]*attribute{"touchpoint": newAttribute()},
	}
}

// size is how many rows were given out.
func (c *columns) size() int { return c.ids.rows }

// row finds the row of a live response.
func (c *columns) row(key feedback.Key) (int, bool) {
	survey, ok := c.surveys.byName[key.Survey]
	if !ok {
		return 0, false
	}
	slot, ok := c.find(uint32(survey), key.ID)
	if !ok {
		return 0, false
	}
	return int(c.byKey.slots[slot]) - 1, true
}

// key names a row's response.
func (c *columns) key(row int) feedback.Key {
	return feedback.Key{Survey: c.surveys.names[c.survey.at(row)], ID: string(c.ids.at(row))}
}

// score of a row.
func (c *columns) score(row int) feedback.Score {
	return feedback.Score(c.answers[row]&scoreBits) - 1
}

// weight of a row; 1 when it has none.
func (c *columns) weight(row int) float64 {
	if row < len(c.weights) && c.weights[row] != 0 {
		return c.weights[row]
	}
	return 1
}

// set writes a response into a row: one that has it already, or the next that was not given out yet or one further on.
func (c *columns) set(row int, key feedback.Key, a *feedback.Analysed) {
	if row >= c.size() {
		for row > c.size() {
			c.ids.append("")
		}
		c.ids.append(key.ID)
		c.survey.put(row, uint32(c.surveys.code(key.Survey, math.MaxInt32)))
		c.live.add(row)
		c.enter(row)
	}
	c.tag(row, a)
	at := int64(noTime)
	if !a.SubmittedAt.IsZero() {
		at = a.SubmittedAt.UnixMilli()
	}
	c.times.put(row, at)
	if a.Weight != 0 && a.Weight != 1 || row < len(c.weights) {
		put(&c.weights, row, a.Weight)
	}
	c.setAttributes(row, a)
}

// tag writes what the analyses of a response say into its row.
func (t *tagging) tag(row int, a *feedback.Analysed) {
	put(&t.answers, row, answerOf(a))
	put(&t.tones, row, toneOf(a.Analysis))
	if a.Analysis != nil && a.Analysis.Taxonomy != "" {
		t.taxonomy = a.Analysis.Taxonomy
	}
	t.origin.put(row, t.origins.code(originOf(a.Analysis)))
	t.comment.put(row, t.setOf(a.Analysis))
	t.suggestion.put(row, t.setOf(a.SuggestionAnalysis))
}

func answerOf(a *feedback.Analysed) uint8 {
	answer := uint8(a.Score + 1)
	if a.Commented() {
		answer |= markCommented
		if a.Score.Scored() && a.Analysis != nil && a.Analysis.Language.Tagged() {
			answer |= markBase
		}
	}
	if s := a.SuggestionAnalysis; a.Score.Scored() && s != nil && s.Language.Tagged() {
		answer |= markSuggestion
	}
	if a.Analysis.Mismatch(a.Score) {
		answer |= markMismatch
	}
	return answer
}

func toneOf(a *feedback.Analysis) uint8 {
	if a == nil {
		return 0
	}
	var tone uint8
	if a.Sentiment != nil {
		tone = uint8(slices.Index(feedback.Sentiments, a.Sentiment.Label) + 1)
	}
	for i, kind := range feedback.Kinds {
		if a.HasKind(kind) {
			tone |= 1 << (i + kindShift)
		}
	}
	return tone
}

func (c *columns) setAttributes(row int, a *feedback.Analysed) {
	for name := range a.Attributes {
		if c.attributes[name] == nil && name != "survey" {
			c.attributes[name] = newAttribute()
		}
	}
	for name, column := range c.attributes {
		value, present := a.Attribute(name)
		column.set(row, value, present)
	}
}

// remove takes a response out; its id does not stay in memory.
func (c *columns) remove(key feedback.Key) {
	survey, ok := c.surveys.byName[key.Survey]
	if !ok {
		return
	}
	slot, ok := c.find(uint32(survey), key.ID)
	if !ok {
		return
	}
	row := int(c.byKey.slots[slot]) - 1
	c.byKey.slots[slot] = freed
	c.live.remove(row)
	c.ids.wipe(row)
}

// operation is a change with the row it goes to; analysed is nil for a deletion.
type operation struct {
	row      int
	key      feedback.Key
	analysed *feedback.Analysed
}

// plan finds the rows for the changes without changing anything. A deletion of what is not there is left out. rows is
// how many rows will have been given out.
func (c *columns) plan(changes []feedback.Change) (operations []operation, rows int) {
	rows = c.size()
	const gone = -1
	planned := map[feedback.Key]int{}
	for _, change := range changes {
		row, known := planned[change.Key]
		if !known {
			row, known = c.row(change.Key)
		}
		known = known && row != gone
		switch {
		case change.Analysed == nil && !known:
			continue
		case change.Analysed == nil:
			planned[change.Key] = gone
		case !known:
			row = rows
			rows++
			fallthrough
		default:
			planned[change.Key] = row
		}
		operations = append(operations, operation{row: row, key: change.Key, analysed: change.Analysed})
	}
	return operations, rows
}

// apply carries out a plan; the columns then hold the log up to seq.
func (c *columns) apply(operations []operation, seq int64) {
	for _, o := range operations {
		if o.analysed == nil {
			c.remove(o.key)
		} else {
			c.set(o.row, o.key, o.analysed)
		}
	}
	c.seq = seq
}
