package index

import (
	"math"

	bleveapi "github.com/blevesearch/bleve_index_api"
)

// phraseMatcher finds the documents in which words stand side by side in one field. A position may have alternatives:
// the word as written, or without its accents.
type phraseMatcher struct {
	words   []*phraseWord
	field   string
	sorted  []*phraseWord // the rarest first
	at      uint64
	started bool
	found   []place
}

// phraseWord is one position of a phrase.
type phraseWord struct {
	*anyTerm
	offset uint64 // from the first word
}

// anyTerm is an [anyMatcher] of terms, whose positions it gives.
type anyTerm struct {
	terms []*termMatcher
	at    uint64
}

func (m *anyTerm) seek(document uint64) (uint64, error) {
	m.at = noDocument
	for _, term := range m.terms {
		on, err := term.seek(document)
		if err != nil {
			return 0, err
		}
		m.at = min(m.at, on)
	}
	return m.at, nil
}

// position finds the word at a position of the current document.
func (m *anyTerm) position(position uint64) *bleveapi.TermFieldVector {
	for _, term := range m.terms {
		if term.at != m.at {
			continue
		}
		for _, v := range term.doc.Vectors {
			if v.Pos == position {
				return v
			}
		}
	}
	return nil
}

func (m *anyTerm) score() float64 {
	best := 0.0
	for _, term := range m.terms {
		if term.at == m.at {
			best = max(best, term.doc.Norm)
		}
	}
	return best
}

func (m *anyTerm) places(into []place) []place { return into }

func (m *anyTerm) count() uint64 {
	var sum uint64
	for _, term := range m.terms {
		sum += term.count()
	}
	return sum
}

func (m *phraseMatcher) seek(document uint64) (uint64, error) {
	if m.started && m.at >= document {
		return m.at, nil
	}
	m.started = true
	for {
		on, err := agree(m.sorted, document)
		if err != nil || on == noDocument {
			m.at = noDocument
			return m.at, err
		}
		if m.verify() {
			m.at = on
			return on, nil
		}
		document = on + 1
	}
}

// verify finds where in the current document the words follow each other.
func (m *phraseMatcher) verify() bool {
	m.found = m.found[:0]
	for _, term := range m.words[0].terms {
		if term.at != m.words[0].at {
			continue
		}
		for _, first := range term.doc.Vectors {
			last := first
			for _, word := range m.words[1:] {
				if last = word.position(first.Pos + word.offset); last == nil {
					break
				}
			}
			if last != nil {
				m.found = append(m.found, place{m.field, int(first.Start), int(last.End)})
			}
		}
	}
	return len(m.found) > 0
}

// score is what the words would score one by one, by how often the phrase stands there.
func (m *phraseMatcher) score() float64 {
	return math.Sqrt(float64(len(m.found))) * m.words[0].score() * float64(len(m.words))
}

func (m *phraseMatcher) places(into []place) []place { return append(into, m.found...) }

func (m *phraseMatcher) count() uint64 { return m.sorted[0].count() }
