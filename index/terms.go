package index

import (
	"context"
	"errors"
	"fmt"
	"strings"

	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// GroupCounts counts by group.
type GroupCounts struct {
	Promoters, Passives, Detractors int
}

// TermCount is in how many comments of each group a word stands; a comment counts once.
type TermCount struct {
	Word string // in lower case; for Chinese and Japanese two characters
	GroupCounts
}

// Terms are the words of the comments in one language.
type Terms struct {
	Language  string
	Documents GroupCounts // the comments
	Words     []TermCount // by word, in the order of their bytes
}

// Terms counts in how many comments of each group every word stands, among the base under the filter that is in the
// language (ISO 639-1). Errors as for [Index.Search].
func (x *Index) Terms(ctx context.Context, ws string, f feedback.Filter, lang string) (out Terms, err error) {
	out.Language = lang
	s, err := x.choose(ctx, ws, &f)
	if err != nil {
		return out, err
	}
	defer s.close()
	if s.session == nil {
		if s.session, err = s.space.session(ctx); err != nil {
			return out, err
		}
	}
	var groups []uint8
	err = s.counting(func(c *columns, rows bitset) {
		c.origin.keep(rows, c.origins.passLanguages([]string{lang}))
		groups = c.groups(rows)
	})
	if err != nil || s.session == nil {
		return out, err
	}
	field := commentPrefix + plainField
	if lang == "zh" || lang == "ja" {
		field = commentPrefix + cjkField
	}
	err = guard(func() error {
		byDocument, err := s.session.groups(groups)
		if err != nil {
			return fmt.Errorf("index: terms: %w", err)
		}
		for _, group := range groups {
			out.Documents.add(group)
		}
		out.Words, err = s.session.words(ctx, field, byDocument)
		return err
	})
	return out, err
}

// Groups as small numbers; 0 for rows that are not counted.
const (
	uncounted = iota
	promoter
	passive
	detractor
)

func (g *GroupCounts) add(group uint8) {
	switch group {
	case promoter:
		g.Promoters++
	case passive:
		g.Passives++
	case detractor:
		g.Detractors++
	}
}

// groups gives the group of every row that is chosen and in the base.
func (c *columns) groups(rows bitset) []uint8 {
	groups := make([]uint8, c.size())
	for row := range rows.rows() {
		if c.answers[row]&markBase == 0 {
			continue
		}
		switch c.score(row).Group() {
		case feedback.Promoter:
			groups[row] = promoter
		case feedback.Passive:
			groups[row] = passive
		default:
			groups[row] = detractor
		}
	}
	return groups
}

// groups turns groups by row into groups by document.
func (s *session) groups(byRow []uint8) (byDocument []uint8, err error) {
	all, err := s.reader.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	for {
		id, err := all.Next()
		if err != nil || id == nil {
			return byDocument, err
		}
		document := id.Value()
		row, err := s.row(document)
		if err != nil {
			return nil, err
		}
		if row < len(byRow) {
			put(&byDocument, int(document), byRow[row])
		}
	}
}

// words counts the groups of the documents of every word of a field.
func (s *session) words(ctx context.Context, field string, groups []uint8) (words []TermCount, err error) {
	dictionary, err := s.reader.FieldDict(field)
	if err != nil {
		return nil, fmt.Errorf("index: terms: %w", err)
	}
	list, err := entries(nil, dictionary)
	if err != nil {
		return nil, fmt.Errorf("index: terms: %w", err)
	}
	for _, entry := range list {
		if strings.HasPrefix(entry.Term, foldedMark) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("index: terms: %w", err)
		}
		counted := TermCount{Word: entry.Term}
		if err := s.countWord(ctx, field, groups, &counted); err != nil {
			return nil, fmt.Errorf("index: terms: %w", err)
		}
		if counted.GroupCounts != (GroupCounts{}) {
			words = append(words, counted)
		}
	}
	return words, nil
}

func (s *session) countWord(ctx context.Context, field string, groups []uint8, counted *TermCount) error {
	reader, err := s.reader.TermFieldReader(ctx, []byte(counted.Word), field, false, false, false)
	if err != nil {
		return err
	}
	var doc bleveapi.TermFieldDoc
	for {
		found, err := reader.Next(doc.Reset())
		if err != nil || found == nil {
			return errors.Join(err, reader.Close())
		}
		if document := found.ID.Value(); document < uint64(len(groups)) {
			counted.add(groups[document])
		}
	}
}
