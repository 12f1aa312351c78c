package index

import (
	"container/heap"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
)

// placed is a row with its place in the order: the lower the rank the earlier, then the lower the row.
type placed struct {
	rank     uint64
	row      int
	document uint64
	score    float64
}

func (p placed) before(o placed) bool {
	return p.rank < o.rank || p.rank == o.rank && p.row < o.row
}

// page picks the first hits after a cursor, in order.
type page struct {
	sort   Sort
	limit  int
	search uint64 // tells searches apart, so that a cursor is not used with another
	after  *placed
	best   []placed // one more than limit when there is a next page, until next has been called
	more   bool
}

// newPage reads the options of a search.
func newPage(f *feedback.Filter, options SearchOptions) (*page, error) {
	p := &page{sort: options.Sort, limit: options.Limit}
	text := strings.TrimSpace(f.Match) != ""
	switch {
	case p.sort == "" && text:
		p.sort = Relevance
	case p.sort == "" || p.sort == Relevance && !text:
		p.sort = Newest
	case !slices.Contains([]Sort{Relevance, Newest, Oldest, LowestScore}, p.sort):
		return nil, feedback.Errorf(feedback.Invalid, "sort is unknown: it is one of relevance, newest, oldest, score")
	}
	if p.limit == 0 {
		p.limit = DefaultLimit
	}
	if p.limit < 1 || p.limit > MaxLimit {
		return nil, feedback.Errorf(feedback.Invalid, "limit %d is not between 1 and %d", p.limit, MaxLimit)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, feedback.Errorf(feedback.Invalid, "the filter cannot be read: %w", err)
	}
	h := fnv.New64a()
	h.Write(b)
	h.Write([]byte(p.sort))
	p.search = h.Sum64()
	if options.Cursor != "" {
		p.after, err = p.readCursor(options.Cursor)
	}
	return p, err
}

// cursorLength is the length of a cursor: version, search, rank, row, and a checksum of those.
const cursorLength = 1 + 8 + 8 + 4 + 4

const cursorVersion = 1

// readCursor reads where the page before ended.
func (p *page) readCursor(text string) (*placed, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != cursorLength || b[0] != cursorVersion || binary.BigEndian.Uint32(b[21:]) != cursorSum(b[:21]) {
		return nil, feedback.Errorf(feedback.Invalid, "cursor is not one that a search gave: start without one")
	}
	if binary.BigEndian.Uint64(b[1:]) != p.search {
		return nil, feedback.Errorf(feedback.Invalid, "cursor belongs to another search: start without one when filter or sort change")
	}
	return &placed{rank: binary.BigEndian.Uint64(b[9:]), row: int(binary.BigEndian.Uint32(b[17:]))}, nil
}

func cursorSum(b []byte) uint32 {
	h := fnv.New32a()
	h.Write(b)
	return h.Sum32()
}

// next returns the cursor of the next page, "" when there is none.
func (p *page) next() string {
	if !p.more {
		return ""
	}
	last := p.best[len(p.best)-1]
	b := []byte{cursorVersion}
	b = binary.BigEndian.AppendUint64(b, p.search)
	b = binary.BigEndian.AppendUint64(b, last.rank)
	b = binary.BigEndian.AppendUint32(b, uint32(last.row))
	b = binary.BigEndian.AppendUint32(b, cursorSum(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// fill picks the page's hits among the rows. hits are those of a text query, nil without one or when it only excludes.
func (p *page) fill(c *columns, rows bitset, hits []textHit) {
	if p.sort == Relevance && len(hits) > 0 {
		for _, h := range hits {
			if rows.has(h.row) {
				p.offer(placed{rank: ^math.Float64bits(h.score), row: h.row, document: h.document, score: h.score})
			}
		}
	} else {
		for row := range rows.rows() {
			p.offer(placed{rank: p.rank(c, row), row: row})
		}
	}
	best := worstFirst(p.best)
	slices.SortFunc(best, func(a, b placed) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	if p.more = len(best) > p.limit; p.more {
		best = best[:p.limit]
	}
	p.best = best
	if p.sort != Relevance {
		p.document(hits)
	}
}

// rank turns what a row is sorted by into a number that grows along the order.
func (p *page) rank(c *columns, row int) uint64 {
	switch p.sort {
	case LowestScore:
		return uint64(uint8(c.score(row))) // unscored: 255
	case Relevance: // a query that only excludes: all hits are alike
		return 0
	}
	at := c.times.at(row)
	if at == noTime {
		return math.MaxUint64
	}
	ascending := uint64(at) ^ 1<<63
	if p.sort == Newest {
		return ^ascending
	}
	return ascending
}

// offer keeps a row when it is among the first after the cursor.
func (p *page) offer(candidate placed) {
	if p.after != nil && !p.after.before(candidate) {
		return
	}
	worst := (*worstFirst)(&p.best)
	if len(p.best) <= p.limit {
		heap.Push(worst, candidate)
	} else if candidate.before(p.best[0]) {
		p.best[0] = candidate
		heap.Fix(worst, 0)
	}
}

// document finds the documents of the page's rows.
func (p *page) document(hits []textHit) {
	at := make(map[int]int, len(p.best))
	for i, best := range p.best {
		at[best.row] = i
	}
	for _, h := range hits {
		if i, ok := at[h.row]; ok {
			p.best[i].document, p.best[i].score = h.document, h.score
		}
	}
}

// worstFirst is a heap with the last in order on top.
type worstFirst []placed

func (h worstFirst) Len() int           { return len(h) }
func (h worstFirst) Less(i, j int) bool { return h[j].before(h[i]) }
func (h worstFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds a row; package heap calls it.
func (h *worstFirst) Push(x any) { *h = append(*h, x.(placed)) }

// Pop takes the last row; package heap calls it.
func (h *worstFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
