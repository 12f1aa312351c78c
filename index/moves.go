package index

import (
	"context"
	"slices"
	"strings"
)

// ThemeMove says what became of a theme between two versions of the taxonomy: how many responses have it in their comment
// under each, and how many have it only under the later one (gained) or only under the earlier one (lost). A subtheme counts
// for its parent, too.
type ThemeMove struct {
	Theme         string
	Before, After int
	Gained, Lost  int
}

// Moves compares the tags of two versions of the taxonomy (name@version, "" for the current one) over the responses that
// both tagged, and returns how many those are. Themes are in the order of their ids. Errors as for [Index.Search].
func (x *Index) Moves(ctx context.Context, ws, from, to string) (moves []ThemeMove, responses int, err error) {
	s, err := x.space(ctx, ws)
	if err != nil {
		return nil, 0, err
	}
	before, err := s.versionOf(ctx, from)
	if err != nil {
		return nil, 0, err
	}
	after, err := s.versionOf(ctx, to)
	if err != nil {
		return nil, 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, b := before.over(s.columns), after.over(s.columns)
	rows := a.live.clone()
	rows.and(b.live)
	pairs := map[[2]uint32]int{}
	for row := range rows.rows() {
		if a.answers[row]&markCommented != 0 {
			pairs[[2]uint32{a.comment.at(row), b.comment.at(row)}]++
			responses++
		}
	}
	return movesOf(a, b, pairs), responses, nil
}

// over are the columns under the version; those of nil, or of the one that they have, are the columns themselves.
func (v *version) over(c *columns) *columns {
	if v == nil || v.taxonomy == c.taxonomy {
		return c
	}
	return v.view(c)
}

func movesOf(a, b *columns, pairs map[[2]uint32]int) []ThemeMove {
	byTheme := map[string]*ThemeMove{}
	move := func(theme string) *ThemeMove {
		if byTheme[theme] == nil {
			byTheme[theme] = &ThemeMove{Theme: theme}
		}
		return byTheme[theme]
	}
	for pair, n := range pairs {
		before, after := a.themeIDs(pair[0]), b.themeIDs(pair[1])
		for _, theme := range before {
			m := move(theme)
			if m.Before += n; !slices.Contains(after, theme) {
				m.Lost += n
			}
		}
		for _, theme := range after {
			m := move(theme)
			if m.After += n; !slices.Contains(before, theme) {
				m.Gained += n
			}
		}
	}
	list := make([]ThemeMove, 0, len(byTheme))
	for _, m := range byTheme {
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b ThemeMove) int { return strings.Compare(a.Theme, b.Theme) })
	return list
}

// themeIDs are the themes of a set, whatever their polarities.
func (t *tagging) themeIDs(set uint32) []string {
	var ids []string
	for _, m := range t.sets.set(set) {
		if id := t.themes.names[m.theme()+1]; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
