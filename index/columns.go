package index

import (
	"math"
	"slices"

	"verbatim/feedback"
)

// Marks of a row.
const (
	markCommented  = 1 << iota // there is a comment that is not blank
	markBase                   // scored, commented, language tagged: design.md, "Base"
	markSuggestion             // scored, with a suggestion, language tagged
	markMismatch               // scored, and the comment contradicts the score
)

// noTime is the time of a response without one.
const noTime = math.MinInt64

// The polarities of a theme, in the order of a crosstab.
const (
	positive = iota
	neutral
	negative
	polarities
)

// rowName is a response's key with the survey as a number, since few surveys have many responses.
type rowName struct {
	survey uint32
	id     string
}

// columns are the responses of one workspace, a value for each row. A row is given out once; a deleted row is no longer
// live and its number is not used again. Not safe for concurrent use.
type columns struct {
	seq      int64  // the last change applied
	taxonomy string // of the analysis applied last: the current one

	rowOf     map[rowName]uint32
	ids       []string
	live      bitset
	score     []uint8 // score + 1; 0 without one
	marks     []uint8
	sentiment []uint8 // index into feedback.Sentiments + 1; 0 without one
	kinds     []uint8 // bit i for feedback.Kinds[i]
	times     []int64 // Unix milliseconds
	weights   []float64
	survey    column[uint32]
	language  column[uint16]
	model     column[uint16]
	tagging   column[uint16] // the taxonomy that the analysis was made with

	themes     dictionary // bit = code − 1
	comment    themeSets  // a subtheme's parent is in a set with it
	suggestion themeSets
	attributes map[string]*attribute
}

func newColumns() *columns {
	return &columns{
		rowOf:      map[rowName]uint32{},
		survey:     newColumn[uint32](),
		language:   newColumn[uint16](),
		model:      newColumn[uint16](),
		tagging:    newColumn[uint16](),
		themes:     newDictionary(),
		attributes: map[string]*attribute{"touchpoint": newAttribute()},
	}
}

// size is how many rows were given out.
func (c *columns) size() int { return len(c.ids) }

// row finds the row of a live response.
func (c *columns) row(key feedback.Key) (int, bool) {
	survey, ok := c.survey.codes[key.Survey]
	if !ok {
		return 0, false
	}
	row, ok := c.rowOf[rowName{uint32(survey), key.ID}]
	return int(row), ok
}

// key names a row's response.
func (c *columns) key(row int) feedback.Key {
	return feedback.Key{Survey: c.survey.names[c.survey.at(row)], ID: c.ids[row]}
}

// weight of a row; 1 when it has none.
func (c *columns) weight(row int) float64 {
	if row < len(c.weights) && c.weights[row] != 0 {
		return c.weights[row]
	}
	return 1
}

// set writes a response into a row, which may be the next one that was not given out yet or one further on.
func (c *columns) set(row int, key feedback.Key, a *feedback.Analysed) {
	put(&c.ids, row, key.ID)
	code := c.survey.code(key.Survey, math.MaxUint32)
	put(&c.survey.rows, row, uint32(code))
	c.rowOf[rowName{uint32(code), key.ID}] = uint32(row)
	c.live.add(row)

	put(&c.score, row, uint8(a.Score+1))
	put(&c.marks, row, marksOf(a))
	at := int64(noTime)
	if !a.SubmittedAt.IsZero() {
		at = a.SubmittedAt.UnixMilli()
	}
	put(&c.times, row, at)
	if a.Weight != 0 && a.Weight != 1 || row < len(c.weights) {
		put(&c.weights, row, a.Weight)
	}
	c.setAttributes(row, a)
	c.setAnalysis(row, a.Analysis)
	c.setThemes(&c.comment, row, a.Analysis)
	c.setThemes(&c.suggestion, row, a.SuggestionAnalysis)
}

func marksOf(a *feedback.Analysed) uint8 {
	var marks uint8
	if a.Commented() {
		marks |= markCommented
		if a.Score.Scored() && a.Analysis != nil && a.Analysis.Language.Tagged() {
			marks |= markBase
		}
	}
	if s := a.SuggestionAnalysis; a.Score.Scored() && s != nil && s.Language.Tagged() {
		marks |= markSuggestion
	}
	if a.Analysis.Mismatch(a.Score) {
		marks |= markMismatch
	}
	return marks
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

func (c *columns) setAnalysis(row int, a *feedback.Analysis) {
	var (
		language, model, tagging string
		sentiment, kinds         uint8
	)
	if a != nil {
		language, model, tagging = a.Language.Code, a.Model, a.Taxonomy
		if a.Taxonomy != "" {
			c.taxonomy = a.Taxonomy
		}
		if a.Sentiment != nil {
			sentiment = uint8(slices.Index(feedback.Sentiments, a.Sentiment.Label) + 1)
		}
		for i, kind := range feedback.Kinds {
			if a.HasKind(kind) {
				kinds |= 1 << i
			}
		}
	}
	c.language.name(row, language)
	c.model.name(row, model)
	c.tagging.name(row, tagging)
	put(&c.sentiment, row, sentiment)
	put(&c.kinds, row, kinds)
}

func (c *columns) setThemes(sets *themeSets, row int, a *feedback.Analysis) {
	clear(sets.row(row))
	if a == nil {
		return
	}
	for _, tag := range a.Themes {
		p := polarityOf(tag.Sentiment)
		theme, parent := c.theme(tag.Theme), c.theme(feedback.ParentTheme(tag.Theme))
		sets.widen(c.width())
		sets.add(row, p, theme)
		sets.add(row, p, parent)
	}
}

// theme returns the theme's bit, and gives it one when it is new.
func (c *columns) theme(id string) int { return c.themes.code(id, math.MaxInt32) - 1 }

// width is how many words a set of themes needs.
func (c *columns) width() int { return (len(c.themes.names) - 1 + 63) / 64 }

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

// remove takes a response out; its id does not stay in memory.
func (c *columns) remove(key feedback.Key) {
	row, ok := c.row(key)
	if !ok {
		return
	}
	delete(c.rowOf, rowName{uint32(c.survey.at(row)), key.ID})
	c.live.remove(row)
	c.ids[row] = ""
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
