package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	bleveapi "github.com/blevesearch/bleve_index_api"
)

// session evaluates queries over one moment of a Bleve index. Close it.
type session struct {
	reader    bleveapi.IndexReader
	analyzers *analyzers
	fields    []string // those that documents have
	plain     *plainAnalyzer
	terms     []bleveapi.TermFieldReader
	documents uint64
	places    bool // whether matchers know places
}

func (t *texts) session() (*session, error) {
	reader, err := t.reader()
	if err != nil {
		return nil, err
	}
	s := &session{reader: reader, analyzers: t.analyzers, plain: newPlainAnalyzer()}
	if s.documents, err = reader.DocCount(); err == nil {
		s.fields, err = reader.Fields()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("index: read Bleve: %w", err), reader.Close())
	}
	slices.Sort(s.fields)
	return s, nil
}

func (s *session) close() error {
	var errs []error
	for _, term := range s.terms {
		errs = append(errs, term.Close())
	}
	return errors.Join(append(errs, s.reader.Close())...)
}

// compiled is a query ready to run: documents that wanted finds and unwanted does not. nil finds nothing.
type compiled struct {
	wanted, unwanted matcher
	empty            bool // there are no words in the query's clauses
}

// compile builds the matchers of a query. Clauses without words are left out.
func (s *session) compile(ctx context.Context, clauses []clause) (compiled, error) {
	var wanted, unwanted []matcher
	for _, c := range clauses {
		m, err := s.clause(ctx, c)
		switch {
		case err != nil:
			return compiled{}, fmt.Errorf("index: read Bleve: %w", err)
		case m == nil:
		case c.excluded:
			unwanted = append(unwanted, m)
		default:
			wanted = append(wanted, m)
		}
	}
	out := compiled{empty: len(wanted)+len(unwanted) == 0}
	if len(wanted) > 0 {
		out.wanted = newAllMatcher(wanted)
	}
	if len(unwanted) > 0 {
		out.unwanted = newAnyMatcher(unwanted)
	}
	return out, nil
}

func (s *session) clause(ctx context.Context, c clause) (matcher, error) {
	var parts []matcher
	for _, a := range c.any {
		m, err := s.atom(ctx, a)
		if err != nil {
			return nil, err
		}
		if m != nil {
			parts = append(parts, m)
		}
	}
	if len(parts) == 0 {
		return nil, nil //nolint:nilnil // no words is an answer
	}
	return newAnyMatcher(parts), nil
}

// atom finds a part of a query in comments and suggestions; nil when there are no words in it.
func (s *session) atom(ctx context.Context, a atom) (matcher, error) {
	words := s.plain.words(clean(a.text))
	if len(words) == 0 {
		return nil, nil //nolint:nilnil // no words is an answer
	}
	var parts []matcher
	for _, field := range s.fields {
		prefix, name, ok := strings.Cut(field, ":")
		if !ok || prefix+":" != commentPrefix && prefix+":" != suggestionPrefix {
			continue
		}
		m, err := s.atomIn(ctx, a, words, field, name)
		if err != nil {
			return nil, err
		}
		if m != nil {
			parts = append(parts, m)
		}
	}
	if len(parts) == 0 { // an index without documents
		return newSetMatcher(roaring.New()), nil
	}
	return newAnyMatcher(parts), nil
}

// atomIn finds a part of a query in one field.
func (s *session) atomIn(ctx context.Context, a atom, words analysis.TokenStream, field, name string) (matcher, error) {
	const longest = 40 // letters; beyond, a fuzzy word costs much and helps nobody
	plain := name == plainField
	switch {
	case !plain && (a.kind == wordAtom || a.kind == phraseAtom):
		return s.stems(ctx, a.text, len(words), field, name)
	case !plain:
		return nil, nil //nolint:nilnil // stems have no beginnings and no neighbours
	case a.kind == fuzzyAtom && len(words) == 1 && utf8.RuneCount(words[0].Term) <= longest:
		return s.fuzzy(ctx, field, s.plain.fold(words[0].Term))
	case a.kind == prefixAtom:
		return s.prefix(ctx, field, words)
	default:
		return s.phrase(ctx, field, s.folded(words))
	}
}

// folded gives for every word the terms that stand for it in the plain field.
func (s *session) folded(words analysis.TokenStream) [][]string {
	positions := make([][]string, len(words))
	for i, word := range words {
		folded := string(s.plain.fold(word.Term))
		positions[i] = []string{folded, foldedMark + folded}
	}
	return positions
}

// stems finds words by their stems. A phrase that loses a word to the language's stop list is left to the plain field:
// "not good" must not find every "good".
func (s *session) stems(ctx context.Context, text string, words int, field, name string) (matcher, error) {
	analyzer, err := s.analyzers.named(name)
	if err != nil {
		return nil, err
	}
	tokens := analyzer.Analyze(clean(text))
	if len(tokens) == 0 || name != cjkField && len(tokens) != words {
		return nil, nil //nolint:nilnil // the plain field has them
	}
	positions := make([][]string, len(tokens))
	for i, token := range tokens {
		positions[i] = []string{string(token.Term)}
	}
	return s.phrase(ctx, field, positions)
}

// phrase finds terms side by side; a single one anywhere.
func (s *session) phrase(ctx context.Context, field string, positions [][]string) (matcher, error) {
	places := s.places || len(positions) > 1
	words := make([]*phraseWord, len(positions))
	for i, alternatives := range positions {
		words[i] = &phraseWord{anyTerm: &anyTerm{}, offset: uint64(i)}
		for _, term := range alternatives {
			m, err := s.term(ctx, field, term, places)
			if err != nil {
				return nil, err
			}
			words[i].terms = append(words[i].terms, m)
		}
	}
	if len(words) == 1 {
		parts := make([]matcher, len(words[0].terms))
		for i, term := range words[0].terms {
			parts[i] = term
		}
		return newAnyMatcher(parts), nil
	}
	sorted := slices.Clone(words)
	slices.SortStableFunc(sorted, func(a, b *phraseWord) int { return int(a.count()) - int(b.count()) })
	return &phraseMatcher{words: words, sorted: sorted, field: field}, nil
}

func (s *session) term(ctx context.Context, field, term string, places bool) (*termMatcher, error) {
	reader, err := s.reader.TermFieldReader(ctx, []byte(term), field, true, true, places)
	if err != nil {
		return nil, err
	}
	s.terms = append(s.terms, reader)
	return newTermMatcher(reader, field), nil
}

// prefix finds words that begin with the last of the words, after the others.
func (s *session) prefix(ctx context.Context, field string, words analysis.TokenStream) (matcher, error) {
	positions := s.folded(words)
	last := len(positions) - 1
	var terms []bleveapi.DictEntry
	for _, beginning := range positions[last] {
		dictionary, err := s.reader.FieldDictPrefix(field, []byte(beginning))
		if err != nil {
			return nil, err
		}
		if terms, err = entries(terms, dictionary); err != nil {
			return nil, err
		}
	}
	if last == 0 {
		return s.oneOf(ctx, field, terms)
	}
	positions[last] = nil
	for _, entry := range commonest(terms) {
		positions[last] = append(positions[last], entry.Term)
	}
	return s.phrase(ctx, field, positions)
}

// fuzzy finds words within one edit (a letter more, less, other, or swapped with its neighbour), or within two when the
// word has six letters or more.
func (s *session) fuzzy(ctx context.Context, field string, word []byte) (matcher, error) {
	reader, ok := s.reader.(bleveapi.IndexReaderFuzzy)
	if !ok {
		return nil, fmt.Errorf("no fuzzy words in a %T", s.reader)
	}
	edits := 1
	if utf8.RuneCount(word) >= 6 {
		edits = 2
	}
	var terms []bleveapi.DictEntry
	for _, mark := range []string{"", foldedMark} {
		dictionary, err := reader.FieldDictFuzzy(field, mark+string(word), edits, mark)
		if err != nil {
			return nil, err
		}
		if terms, err = entries(terms, dictionary); err != nil {
			return nil, err
		}
	}
	return s.oneOf(ctx, field, terms)
}

// entries adds the terms of a dictionary.
func entries(terms []bleveapi.DictEntry, dictionary bleveapi.FieldDict) (_ []bleveapi.DictEntry, err error) {
	defer func() { err = errors.Join(err, dictionary.Close()) }()
	for {
		entry, err := dictionary.Next()
		if err != nil || entry == nil {
			return terms, err
		}
		terms = append(terms, *entry)
	}
}

// commonest keeps the thousand terms that most documents have. The rest of what "a*" stands for is found, but not
// highlighted, and not found behind another word ("wi-a*"): each term has its price.
func commonest(terms []bleveapi.DictEntry) []bleveapi.DictEntry {
	const most = 1000
	slices.SortStableFunc(terms, func(a, b bleveapi.DictEntry) int { return cmp.Compare(b.Count, a.Count) })
	return terms[:min(len(terms), most)]
}

// oneOf finds documents with any of many terms.
func (s *session) oneOf(ctx context.Context, field string, terms []bleveapi.DictEntry) (matcher, error) {
	if s.places {
		parts := []matcher{newSetMatcher(roaring.New())}
		for _, entry := range commonest(terms) {
			m, err := s.term(ctx, field, entry.Term, true)
			if err != nil {
				return nil, err
			}
			parts = append(parts, m)
		}
		return newAnyMatcher(parts), nil
	}
	set := roaring.New()
	for _, entry := range terms {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.collect(ctx, set, field, entry.Term); err != nil {
			return nil, err
		}
	}
	return newSetMatcher(set), nil
}

// collect adds the documents with a term to a set.
func (s *session) collect(ctx context.Context, set *roaring.Bitmap, field, term string) error {
	reader, err := s.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return err
	}
	var doc bleveapi.TermFieldDoc
	for {
		found, err := reader.Next(doc.Reset())
		if err != nil || found == nil {
			return errors.Join(err, reader.Close())
		}
		set.Add(uint32(found.ID.Value()))
	}
}
