package index

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"verbatim/feedback"
)

// themeTally counts rows by polarity, theme and score.
type themeTally struct {
	top    []uint64 // the top-level themes
	counts [polarities][]feedback.Scores
}

func (c *columns) newThemeTally() *themeTally {
	t := &themeTally{top: c.topThemes()}
	for p := range t.counts {
		t.counts[p] = make([]feedback.Scores, len(c.themes.names)-1)
	}
	return t
}

// topThemes is the mask of the themes that are no subthemes.
func (c *columns) topThemes() []uint64 {
	top := make([]uint64, c.width())
	for theme, id := range c.themes.names[1:] {
		if feedback.ParentTheme(id) == id {
			top[theme>>6] |= 1 << (theme & 63)
		}
	}
	return top
}

func (t *themeTally) add(sets *themeSets, row int, score uint8) {
	p, w := 0, 0
	for _, word := range sets.row(row) {
		for word &= t.top[w]; word != 0; word &= word - 1 {
			t.counts[p][w<<6+bits.TrailingZeros64(word)][score]++
		}
		if w++; w == sets.width {
			p, w = p+1, 0
		}
	}
}

// list gives the themes that were counted, by id, then positive, neutral, negative.
func (t *themeTally) list(c *columns) []feedback.ThemeCounts {
	var list []feedback.ThemeCounts
	for _, theme := range c.themesByID() {
		for p := range t.counts {
			if scores := t.counts[p][theme]; scores.Total() > 0 {
				list = append(list, feedback.ThemeCounts{Theme: c.themes.names[theme+1], Sentiment: sentimentOf(p), Scores: scores})
			}
		}
	}
	return list
}

// themesByID gives the bits of the themes in the order of their ids.
func (c *columns) themesByID() []int {
	themes := make([]int, len(c.themes.names)-1)
	for i := range themes {
		themes[i] = i
	}
	slices.SortFunc(themes, func(a, b int) int { return strings.Compare(c.themes.names[a+1], c.themes.names[b+1]) })
	return themes
}

// crosstab counts the rows.
func (c *columns) crosstab(rows bitset) feedback.Crosstab {
	var (
		out         feedback.Crosstab
		languages   = make([]int, len(c.language.names))
		models      = make([]bool, len(c.model.names))
		taggings    = make([]bool, len(c.tagging.names))
		themes      = c.newThemeTally()
		suggestions = c.newThemeTally()
	)
	for row := range rows.rows() {
		marks := c.marks[row]
		languages[c.language.at(row)]++
		models[c.model.at(row)] = true
		taggings[c.tagging.at(row)] = true
		if c.score[row] == 0 {
			out.Unscored++
			continue
		}
		out.Responses++
		out.Commented += int(marks & markCommented)
		score := c.score[row] - 1
		out.Scored[score]++
		if marks&markMismatch != 0 {
			out.Mismatch++
		}
		if marks&markBase != 0 {
			out.Base[score]++
			themes.add(&c.comment, row, score)
		}
		if marks&markSuggestion != 0 {
			out.SuggestionBase[score]++
			suggestions.add(&c.suggestion, row, score)
		}
	}
	out.Themes, out.SuggestionThemes = themes.list(c), suggestions.list(c)
	out.Languages = map[string]int{}
	for code, n := range languages {
		if n > 0 {
			out.Languages[c.language.names[code]] = n
		}
	}
	out.Model, out.Taxonomy = join(c.model.names, models), join(c.tagging.names, taggings)
	return out
}

// join lists the used names in order, the empty one apart.
func join(names []string, used []bool) string {
	var list []string
	for code, name := range names {
		if used[code] && name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

// driver is a top-level theme with a polarity that a pattern can have.
type driver struct{ theme, polarity int }

// drivers lists the positive and negative top-level drivers that occur in the rows' base, by theme, then polarity.
func (c *columns) drivers(rows bitset) []driver {
	width := c.comment.width
	seen := make([]uint64, polarities*width)
	for row := range rows.rows() {
		if c.marks[row]&markBase != 0 {
			for i, word := range c.comment.row(row) {
				seen[i] |= word
			}
		}
	}
	top := c.topThemes()
	var list []driver
	for _, theme := range c.themesByID() {
		for _, p := range []int{positive, negative} {
			if w := theme >> 6; w < width && top[w]&seen[p*width+w]&(1<<(theme&63)) != 0 {
				list = append(list, driver{theme, p})
			}
		}
	}
	return list
}

// patternTally collects the responses of one pattern. Weights are added up in ascending order at the end, since a sum of
// floating-point numbers depends on the order and the rows come in any.
type patternTally struct {
	n       int
	weights []float64 // only of those that are not 1
	drivers []int
	score   feedback.Score
	stratum int
}

// patterns counts the distinct combinations of drivers, score and language among the rows' base.
func (c *columns) patterns(rows bitset) feedback.Patterns {
	drivers := c.drivers(rows)
	var out feedback.Patterns
	for _, d := range drivers {
		out.Keys = append(out.Keys, feedback.DriverKey{Theme: c.themes.names[d.theme+1], Sentiment: sentimentOf(d.polarity)})
	}
	tallies := map[string]*patternTally{}
	strata := map[int]bool{}
	var key []byte
	for row := range rows.rows() {
		if c.marks[row]&markBase == 0 {
			continue
		}
		key = c.patternKey(key[:0], row)
		tally, ok := tallies[string(key)]
		if !ok {
			tally = &patternTally{score: feedback.Score(c.score[row]) - 1, stratum: c.language.at(row), drivers: c.driversOf(row, drivers)}
			tallies[string(key)] = tally
			strata[tally.stratum] = true
		}
		tally.n++
		if w := c.weight(row); w != 1 {
			tally.weights = append(tally.weights, w)
		}
	}
	number := c.strata(strata, &out)
	out.Patterns = sumPatterns(tallies, number)
	return out
}

// patternKey tells rows of different patterns apart (and some of the same, when only a subtheme or a neutral theme
// differs: sumPatterns joins those).
func (c *columns) patternKey(key []byte, row int) []byte {
	key = append(key, c.score[row])
	key = binary.LittleEndian.AppendUint16(key, uint16(c.language.at(row)))
	words := c.comment.row(row)
	for i := range polarities * c.comment.width {
		var word uint64
		if words != nil && i/c.comment.width != neutral {
			word = words[i]
		}
		key = binary.LittleEndian.AppendUint64(key, word)
	}
	return key
}

func (c *columns) driversOf(row int, drivers []driver) []int {
	list := []int{}
	for i, d := range drivers {
		if c.comment.has(row, d.polarity, d.theme) {
			list = append(list, i)
		}
	}
	return list
}

// strata fills the languages in order and returns the number of each.
func (c *columns) strata(used map[int]bool, out *feedback.Patterns) map[int]int {
	for code := range maps.Keys(used) {
		out.Strata = append(out.Strata, c.language.names[code])
	}
	slices.Sort(out.Strata)
	number := map[int]int{}
	for code := range used {
		number[code], _ = slices.BinarySearch(out.Strata, c.language.names[code])
	}
	return number
}

// sumPatterns makes patterns of the tallies, in order of drivers, score and stratum.
func sumPatterns(tallies map[string]*patternTally, number map[int]int) []feedback.Pattern {
	sorted := slices.Collect(maps.Values(tallies))
	for _, t := range sorted {
		t.stratum = number[t.stratum]
	}
	order := func(a, b *patternTally) int {
		return cmp.Or(slices.Compare(a.drivers, b.drivers), cmp.Compare(a.score, b.score), cmp.Compare(a.stratum, b.stratum))
	}
	slices.SortFunc(sorted, order)
	var list []feedback.Pattern
	for len(sorted) > 0 {
		first := sorted[0]
		sorted = sorted[1:]
		for len(sorted) > 0 && order(first, sorted[0]) == 0 {
			first.n += sorted[0].n
			first.weights = append(first.weights, sorted[0].weights...)
			sorted = sorted[1:]
		}
		slices.Sort(first.weights)
		w := float64(first.n - len(first.weights))
		w2 := w
		for _, weight := range first.weights {
			w += weight
			w2 += weight * weight
		}
		list = append(list, feedback.Pattern{Drivers: first.drivers, Score: first.score, Stratum: first.stratum, N: first.n, W: w, W2: w2})
	}
	return list
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
