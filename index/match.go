package index

import (
	"cmp"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// noDocument is what a matcher stands on when nothing follows.
const noDocument = math.MaxUint64

// matcher walks the documents that match a part of a query, in ascending order of their numbers in one Bleve reader.
type matcher interface {
	// seek goes to the first match at or after the document and returns it, noDocument when there is none. It only goes
	// forward: the document is never before the last one asked for.
	seek(document uint64) (uint64, error)
	// score says how well the current document matches: above 0, from this document's text alone.
	score() float64
	// places adds where the current document matches. Only matchers made with places know.
	places(into []place) []place
	// count estimates how many documents match.
	count() uint64
}

// place is a span of a field's text, in bytes.
type place struct {
	field      string
	start, end int
}

// termMatcher finds the documents with a term in a field.
type termMatcher struct {
	reader   bleveapi.TermFieldReader
	field    string
	doc      bleveapi.TermFieldDoc
	wanted   bleveapi.IndexInternalID
	at       uint64
	started  bool
	estimate uint64
}

func newTermMatcher(reader bleveapi.TermFieldReader, field string) *termMatcher {
	return &termMatcher{reader: reader, field: field, estimate: reader.Count()}
}

func (m *termMatcher) seek(document uint64) (uint64, error) {
	if m.started && m.at >= document {
		return m.at, nil
	}
	var (
		found *bleveapi.TermFieldDoc
		err   error
	)
	if next := m.at + 1; m.started && document == next || !m.started && document == 0 {
		found, err = m.reader.Next(m.doc.Reset())
	} else {
		m.wanted = bleveapi.NewIndexInternalID(m.wanted, document)
		found, err = m.reader.Advance(m.wanted, m.doc.Reset())
	}
	if err != nil {
		return 0, err
	}
	m.started, m.at = true, noDocument
	if found != nil {
		m.at = found.ID.Value()
	}
	return m.at, nil
}

// score grows with the mentions of the word and shrinks with the length of the text. How rare the word is has no part in
// it: every hit has every word of the query anyway.
func (m *termMatcher) score() float64 { return math.Sqrt(float64(m.doc.Freq)) * m.doc.Norm }

func (m *termMatcher) places(into []place) []place {
	for _, v := range m.doc.Vectors {
		into = append(into, place{m.field, int(v.Start), int(v.End)})
	}
	return into
}

func (m *termMatcher) count() uint64 { return m.estimate }

// anyMatcher finds the documents that one of its parts finds.
type anyMatcher struct {
	parts []matcher
	on    []uint64 // the document that each part stands on
	at    uint64
}

func newAnyMatcher(parts []matcher) matcher {
	if len(parts) == 1 {
		return parts[0]
	}
	return &anyMatcher{parts: parts, on: make([]uint64, len(parts))}
}

func (m *anyMatcher) seek(document uint64) (uint64, error) {
	m.at = noDocument
	for i, part := range m.parts {
		if m.on[i] < document || document == 0 {
			on, err := part.seek(document)
			if err != nil {
				return 0, err
			}
			m.on[i] = on
		}
		m.at = min(m.at, m.on[i])
	}
	return m.at, nil
}

// score is that of the best part, since the parts are forms of one word or alternatives.
func (m *anyMatcher) score() float64 {
	best := 0.0
	for i, part := range m.parts {
		if m.on[i] == m.at {
			best = max(best, part.score())
		}
	}
	return best
}

func (m *anyMatcher) places(into []place) []place {
	for i, part := range m.parts {
		if m.on[i] == m.at {
			into = part.places(into)
		}
	}
	return into
}

func (m *anyMatcher) count() uint64 {
	var sum uint64
	for _, part := range m.parts {
		sum += part.count()
	}
	return sum
}

// allMatcher finds the documents that all its parts find.
type allMatcher struct {
	parts  []matcher // in the order of the query, in which scores are added up: another would differ in the last digit
	sorted []matcher // the rarest first
}

func newAllMatcher(parts []matcher) matcher {
	if len(parts) == 1 {
		return parts[0]
	}
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b matcher) int { return cmp.Compare(a.count(), b.count()) })
	return &allMatcher{parts: parts, sorted: sorted}
}

func (m *allMatcher) seek(document uint64) (uint64, error) { return agree(m.sorted, document) }

// agree seeks until all parts stand on one document.
func agree[M matcher](parts []M, document uint64) (uint64, error) {
	for agreed := 0; agreed < len(parts); {
		agreed = 0
		for _, part := range parts {
			on, err := part.seek(document)
			if err != nil || on == noDocument {
				return noDocument, err
			}
			if on > document {
				document = on
				break
			}
			agreed++
		}
	}
	return document, nil
}

func (m *allMatcher) score() float64 {
	sum := 0.0
	for _, part := range m.parts {
		sum += part.score()
	}
	return sum
}

func (m *allMatcher) places(into []place) []place {
	for _, part := range m.parts {
		into = part.places(into)
	}
	return into
}

func (m *allMatcher) count() uint64 { return m.sorted[0].count() }

// setMatcher finds the documents of a set: those with one of many terms. Its score is the same for all of them: how many
// words begin alike changes with every write.
type setMatcher struct {
	set  *roaring.Bitmap
	next roaring.IntPeekable
}

func newSetMatcher(set *roaring.Bitmap) *setMatcher {
	return &setMatcher{set: set, next: set.Iterator()}
}

func (m *setMatcher) seek(document uint64) (uint64, error) {
	if document > math.MaxUint32 {
		return noDocument, nil
	}
	m.next.AdvanceIfNeeded(uint32(document))
	if !m.next.HasNext() {
		return noDocument, nil
	}
	return uint64(m.next.PeekNext()), nil
}

func (m *setMatcher) score() float64              { return 0.1 }
func (m *setMatcher) places(into []place) []place { return into }
func (m *setMatcher) count() uint64               { return m.set.GetCardinality() }

// spansOf turns places in the fields of one text into spans: in order, overlapping ones joined. Text stays empty.
func spansOf(places []place, prefix string) []feedback.Span {
	var spans []feedback.Span
	slices.SortFunc(places, func(a, b place) int { return a.start - b.start })
	for _, p := range places {
		if p.field[:len(prefix)] != prefix {
			continue
		}
		if last := len(spans) - 1; last >= 0 && p.start < spans[last].End {
			spans[last].End = max(spans[last].End, p.end)
		} else {
			spans = append(spans, feedback.Span{Start: p.start, End: p.end})
		}
	}
	return spans
}
