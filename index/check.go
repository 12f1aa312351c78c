package index

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"slices"

	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// Difference is where the index and the store disagree: What names the part of the response, without its content.
type Difference struct {
	Key  feedback.Key
	What string
}

// Check compares the index of a workspace with the responses that scan hands over (the store's, all of them), row by row:
// every column, and every word of every text. It reports each difference and returns how many responses it compared. The
// index must hold what scan hands over, so that nothing may change meanwhile; its own changes wait.
func (x *Index) Check(ctx context.Context, ws string, scan func(each func(feedback.Analysed) error) error, report func(Difference)) (int, error) {
	s, err := x.space(ctx, ws)
	if err != nil {
		return 0, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	words := wordSums{seed: maphash.MakeSeed()}
	if s.texts != nil {
		err := guard(func() error { return words.read(ctx, s.texts) })
		if err != nil {
			return 0, fmt.Errorf("index: check: %w", err)
		}
	}
	n, seen := 0, bitset{}
	err = scan(func(a feedback.Analysed) error {
		n++
		row, found := s.columns.row(a.Key())
		if !found {
			report(Difference{a.Key(), "is not in the index"})
			return nil
		}
		seen.add(row)
		for _, what := range s.columns.differences(row, &a) {
			report(Difference{a.Key(), what})
		}
		want, err := words.of(s.textsOrNone(), row, &a)
		if err == nil && want != words.at(row) {
			report(Difference{a.Key(), "has other words in the index"})
		}
		return err
	})
	if err != nil {
		return n, err
	}
	for row := range s.columns.live.rows() {
		if !seen.has(row) {
			report(Difference{s.columns.key(row), "is not in the store"})
		}
	}
	for row, sum := range words.rows {
		if sum != 0 && !s.columns.live.has(row) {
			report(Difference{feedback.Key{}, fmt.Sprintf("words of row %d, which no response has, are in the index", row)})
		}
	}
	return n, ctx.Err()
}

// textsOrNone is what makes documents; without a Bleve index there are still analyzers.
func (s *space) textsOrNone() *texts {
	if s.texts != nil {
		return s.texts
	}
	return &texts{analyzers: s.index.analyzers}
}

// differences compares a row with the response, by writing that into columns of its own.
func (c *columns) differences(row int, a *feedback.Analysed) (list []string) {
	want := newColumns()
	want.set(0, a.Key(), a)
	note := func(same bool, what string) {
		if !same {
			list = append(list, what+" differs")
		}
	}
	note(c.answers[row] == want.answers[0], "the score or what is marked with it")
	note(c.tones[row] == want.tones[0], "the sentiment or a kind")
	note(c.times.at(row) == want.times.at(0), "the time")
	note(c.weight(row) == want.weight(0), "the weight")
	note(c.origins.list[c.origin.at(row)] == want.origins.list[want.origin.at(0)], "the language or a version")
	note(slices.Equal(c.themesOf(c.comment.at(row)), want.themesOf(want.comment.at(0))), "a theme of the comment")
	note(slices.Equal(c.themesOf(c.suggestion.at(row)), want.themesOf(want.suggestion.at(0))), "a theme of the suggestion")
	for _, name := range slices.Sorted(maps.Keys(c.attributes)) {
		note(c.attributes[name].agrees(row, want.attributes[name]), "the attribute "+name)
	}
	for name := range want.attributes {
		note(c.attributes[name] != nil, "the attribute "+name)
	}
	return list
}

// themesOf writes a set out, in order.
func (c *columns) themesOf(code uint32) (list []string) {
	for _, m := range c.sets.set(code) {
		list = append(list, fmt.Sprint(c.themes.names[m.theme()+1], m.polarity()))
	}
	slices.Sort(list)
	return list
}

// agrees compares a row with row 0 of another column, which has one value or is nil for none.
func (a *attribute) agrees(row int, want *attribute) bool {
	value, present := "", false
	if want != nil && want.at(0) != 0 {
		value, present = want.names[want.at(0)], true
	}
	switch {
	case a.over:
		return true // it keeps nothing
	case a.numbers == nil:
		code := a.at(row)
		return (code != 0) == present && a.names[code] == value
	}
	number := math.NaN()
	if present {
		number, _ = numberOf(value)
	}
	held := a.numbers.at(row)
	return held == number || held != held && number != number
}

// wordSums are sums over the words of each row, with their fields and how often they stand there: the same words have the
// same sum, in whatever order they come.
type wordSums struct {
	seed maphash.Seed
	rows []uint64
}

func (w *wordSums) at(row int) uint64 {
	if row < len(w.rows) {
		return w.rows[row]
	}
	return 0
}

func (w *wordSums) word(field string, term []byte, times uint64) uint64 {
	return maphash.Bytes(w.seed, term) * (maphash.String(w.seed, field) | 1) * (2*times + 1)
}

// of sums what the words of a response must be.
func (w *wordSums) of(t *texts, row int, a *feedback.Analysed) (sum uint64, err error) {
	doc, err := t.document(operation{row: row, key: a.Key(), analysed: a})
	if err != nil || doc == nil {
		return 0, err
	}
	for _, field := range doc.Fields {
		field.Analyze()
		for term, found := range field.AnalyzedTokenFrequencies() {
			sum += w.word(field.Name(), []byte(term), uint64(found.Frequency()))
		}
	}
	return sum, nil
}

// read sums the words that Bleve has.
func (w *wordSums) read(ctx context.Context, t *texts) (err error) {
	s, err := t.session()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	fields, err := s.reader.Fields()
	if err != nil {
		return err
	}
	for _, field := range fields {
		if field == "_id" {
			continue
		}
		dictionary, err := s.reader.FieldDict(field)
		if err != nil {
			return err
		}
		list, err := entries(nil, dictionary)
		if err != nil {
			return err
		}
		for _, entry := range list {
			if err := w.addWord(ctx, s, field, []byte(entry.Term)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *wordSums) addWord(ctx context.Context, s *session, field string, term []byte) error {
	reader, err := s.reader.TermFieldReader(ctx, term, field, true, false, false)
	if err != nil {
		return err
	}
	var doc bleveapi.TermFieldDoc
	for {
		found, err := reader.Next(doc.Reset())
		if err != nil || found == nil {
			return errors.Join(err, reader.Close(), ctx.Err())
		}
		row, err := s.row(found.ID.Value())
		if err != nil {
			return errors.Join(err, reader.Close())
		}
		fill(&w.rows, row, 0)
		put(&w.rows, row, w.at(row)+w.word(field, term, found.Freq))
	}
}
