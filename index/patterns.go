package index

import (
	"slices"

	"verbatim/feedback"
)

// patterns counts the distinct combinations of drivers, score and piece of the division among the rows' base. It narrows the
// rows to the base.
//
// Every combination is a number that grows in the order of the patterns: counting is counting of numbers, and nothing has
// to be sorted but the few distinct lists of drivers.
func (c *columns) patterns(rows bitset, by *division) feedback.Patterns {
	keepBytes(rows, c.answers, &passBase)
	sets := make([]uint32, c.sets.size())
	for block := range rows.blocks() {
		c.comment.count(sets, block)
	}
	drivers := c.drivers(sets)
	var out feedback.Patterns
	for _, d := range drivers {
		out.Keys = append(out.Keys, feedback.DriverKey{Theme: c.themes.names[d.theme()+1], Sentiment: sentimentOf(d.polarity())})
	}
	sizes := by.sizes(rows)
	strata := make([]uint32, len(sizes))
	for stratum, number := range by.order(sizes) {
		strata[number] = uint32(stratum)
		out.Strata = append(out.Strata, by.pieces[number].name)
	}
	ranks, lists := c.driverLists(sets, drivers)
	t := &patternTally{columns: c, by: by, ranks: ranks, strata: strata, width: uint64(len(out.Strata))}
	t.count(rows, uint64(len(lists))*scores*t.width)
	t.weigh(rows)
	out.Patterns = t.list(lists)
	return out
}

// scores is how many scores there are.
const scores = uint64(len(feedback.Scores{}))

// passBase passes the answers of the base.
var passBase = func() (pass [256]uint64) {
	for answer := range pass {
		pass[answer] = bit(answer&markBase != 0)
	}
	return pass
}()

// drivers lists the positive and negative top-level members of the sets that are counted, by theme, then polarity.
func (c *columns) drivers(sets []uint32) []member {
	seen := make([]bool, polarities*len(c.themes.names))
	for code, n := range sets {
		if n > 0 {
			for _, m := range c.sets.set(uint32(code)) {
				seen[m] = true
			}
		}
	}
	top := c.topThemes()
	var list []member
	for _, theme := range c.byID {
		for _, p := range []int{positive, negative} {
			if m := memberOf(theme, p); top[theme] && seen[m] {
				list = append(list, m)
			}
		}
	}
	return list
}

// driverLists gives the distinct lists of drivers of the sets that are counted, in order, and for every set the number of
// its list.
func (c *columns) driverLists(sets []uint32, drivers []member) (ranks []uint32, lists [][]int) {
	index := map[member]int{}
	for i, m := range drivers {
		index[m] = i
	}
	type listed struct {
		code int
		list []int
	}
	var all []listed
	for code, n := range sets {
		if n == 0 {
			continue
		}
		list := []int{}
		for _, m := range c.sets.set(uint32(code)) {
			if i, ok := index[m]; ok {
				list = append(list, i)
			}
		}
		slices.Sort(list)
		all = append(all, listed{code, list})
	}
	slices.SortFunc(all, func(a, b listed) int { return slices.Compare(a.list, b.list) })
	ranks = make([]uint32, len(sets))
	for _, l := range all {
		if len(lists) == 0 || !slices.Equal(lists[len(lists)-1], l.list) {
			lists = append(lists, l.list)
		}
		ranks[l.code] = uint32(len(lists) - 1)
	}
	return ranks, lists
}

// patternTally counts rows by pattern. A pattern's number is (list of drivers × scores + score) × width + stratum.
type patternTally struct {
	columns *columns
	by      *division
	ranks   []uint32 // the list of drivers, by set
	strata  []uint32 // by piece of the division
	width   uint64   // how many strata there are

	numbers []uint64 // of the patterns that occur, ascending
	n       []int    // rows of each
	places  []uint32 // the place in numbers of every number, when there are not too many of them
	weights weightTally

	lists, pieces [blockSize]uint32
	block         [blockSize]uint64
}

// of gives the numbers of the patterns of the rows of a block, until the next call.
func (t *patternTally) of(rows []uint32) []uint64 {
	c := t.columns
	c.comment.translate(t.lists[:], t.ranks, rows)
	t.by.number(t.pieces[:], rows)
	for i, row := range rows {
		score := uint64(c.answers[row]&scoreBits) - 1
		t.block[i] = (uint64(t.lists[i])*scores+score)*t.width + uint64(t.strata[t.pieces[i]])
	}
	return t.block[:len(rows)]
}

// count finds the patterns among so many possible ones: in a table of all of them, or when that would be much larger than
// the rows, by sorting.
func (t *patternTally) count(rows bitset, possible uint64) {
	const small, spare = 1 << 16, 4
	n := rows.count()
	if possible > uint64(small+spare*n) {
		t.sort(rows, n)
		return
	}
	t.places = make([]uint32, possible)
	for block := range rows.blocks() {
		for _, number := range t.of(block) {
			t.places[number]++
		}
	}
	for number, n := range t.places {
		if n > 0 {
			t.places[number] = uint32(len(t.numbers))
			t.numbers = append(t.numbers, uint64(number))
			t.n = append(t.n, int(n))
		}
	}
}

func (t *patternTally) sort(rows bitset, n int) {
	all := make([]uint64, 0, n)
	for block := range rows.blocks() {
		all = append(all, t.of(block)...)
	}
	slices.Sort(all)
	for i, number := range all {
		if i == 0 || number != all[i-1] {
			t.numbers = append(t.numbers, number)
			t.n = append(t.n, 0)
		}
		t.n[len(t.n)-1]++
	}
}

// place finds a number among those that occur.
func (t *patternTally) place(number uint64) int {
	if t.places != nil {
		return int(t.places[number])
	}
	place, _ := slices.BinarySearch(t.numbers, number)
	return place
}

// weigh collects the weights of the rows that have one.
func (t *patternTally) weigh(rows bitset) {
	if len(t.columns.weights) == 0 {
		return
	}
	for block := range rows.blocks() {
		numbers := t.of(block)
		for i, row := range block {
			if w := t.columns.weight(int(row)); w != 1 {
				t.weights.add(t.place(numbers[i]), w)
			}
		}
	}
}

// list makes the patterns.
func (t *patternTally) list(lists [][]int) []feedback.Pattern {
	if len(t.numbers) == 0 {
		return nil
	}
	weights := t.weights.byPlace(len(t.numbers))
	out := make([]feedback.Pattern, len(t.numbers))
	for i, number := range t.numbers {
		own := weights(i)
		rest := number / t.width
		p := feedback.Pattern{Drivers: lists[rest/scores], Score: feedback.Score(rest % scores), Stratum: int(number % t.width), N: t.n[i]}
		p.W = float64(p.N - len(own))
		p.W2 = p.W
		for _, w := range own {
			p.W += w
			p.W2 += w * w
		}
		out[i] = p
	}
	return out
}

// weightTally collects weights by the place of their pattern. They are added up in ascending order, since a sum of
// floating-point numbers depends on the order and the rows come in any.
type weightTally struct {
	places  []uint32
	weights []float64
}

func (t *weightTally) add(place int, weight float64) {
	t.places = append(t.places, uint32(place))
	t.weights = append(t.weights, weight)
}

// byPlace returns a function that gives the weights of a place, ascending.
func (t *weightTally) byPlace(places int) func(place int) []float64 {
	ends := make([]int, places+1) // the weights of a place are those from ends[place] up to ends[place+1]
	for _, place := range t.places {
		ends[place+1]++
	}
	for i := 1; i <= places; i++ {
		ends[i] += ends[i-1]
	}
	sorted := make([]float64, len(t.weights))
	next := slices.Clone(ends[:places])
	for i, place := range t.places {
		sorted[next[place]] = t.weights[i]
		next[place]++
	}
	return func(place int) []float64 {
		own := sorted[ends[place]:ends[place+1]]
		slices.Sort(own)
		return own
	}
}
