package api

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"verbatim/feedback"
	"verbatim/index"
	"verbatim/insight"
)

// TaxonomyDiff says what differs between two versions of the taxonomy.
type TaxonomyDiff struct {
	From     string       `json:"from" doc:"The earlier version." example:"default@1"`
	To       string       `json:"to" doc:"The later version." example:"default@2"`
	Added    []string     `json:"added" doc:"Themes that only the later one has."`
	Removed  []string     `json:"removed" doc:"Themes that only the earlier one has."`
	Renamed  []string     `json:"renamed" doc:"Themes with another name in some language."`
	Changed  []string     `json:"changed" doc:"Themes with other phrases."`
	Comments int          `json:"comments" doc:"Comments that both versions tagged." example:"3000"`
	Themes   []ThemeMoved `json:"themes" doc:"The themes that comments gained or lost, by id."`
	Drivers  []DriverMove `json:"drivers" doc:"The drivers whose rank or impact differs, the largest change first. Each version is ranked over the responses that it tagged."`
}

// ThemeMoved says how many comments gained and lost a theme. A subtheme counts for its parent, too.
type ThemeMoved struct {
	Theme  string `json:"theme" doc:"The id of the theme." example:"location_access/parking"`
	Before int    `json:"before" doc:"Comments that have it under the earlier version." example:"0"`
	After  int    `json:"after" doc:"Comments that have it under the later one." example:"31"`
	Gained int    `json:"gained" doc:"Comments that gained it." example:"31"`
	Lost   int    `json:"lost" doc:"Comments that lost it." example:"0"`
}

// DriverMove is a driver under two versions.
type DriverMove struct {
	Theme     string             `json:"theme" doc:"The id of the theme." example:"price_value"`
	Sentiment feedback.Sentiment `json:"sentiment" doc:"The polarity."`
	Before    *DriverPlace       `json:"before" doc:"Its place under the earlier version; null when it was none."`
	After     *DriverPlace       `json:"after" doc:"Its place under the later one; null when it is none."`
}

// DriverPlace is where a driver stands.
type DriverPlace struct {
	Rank     *int           `json:"rank" doc:"Its rank; null when it is not ranked." example:"2"`
	Mentions int            `json:"mentions" doc:"Comments that mention it." example:"120"`
	Impact   insight.Number `json:"impact" doc:"Its impact on the NPS, in points." example:"-4.2"`
}

// Diff compares two versions of a workspace's taxonomy: what they are, and what they tagged. Versions that were never read
// are [feedback.Invalid].
func (t *Taxonomies) Diff(ctx context.Context, workspace string, from, to *feedback.Taxonomy) (TaxonomyDiff, error) {
	out := TaxonomyDiff{From: from.Ref(), To: to.Ref(), Themes: []ThemeMoved{}, Drivers: []DriverMove{}}
	out.compare(from, to)
	moves, comments, err := t.Index.Moves(ctx, workspace, out.From, out.To)
	if err != nil {
		return out, err
	}
	out.Comments = comments
	for _, m := range moves {
		if m.Gained+m.Lost > 0 {
			out.Themes = append(out.Themes, movedOf(m))
		}
	}
	src := &Source{Index: t.Index}
	var ranked [2]*insight.DriverReport
	for i, ref := range []string{out.From, out.To} {
		doc, err := Document(ctx, src, workspace, feedback.Filter{Taxonomy: ref}, DocumentOptions{})
		if err != nil {
			return out, err
		}
		ranked[i] = doc.Drivers
	}
	out.Drivers = driverMoves(ranked[0], ranked[1])
	return out, nil
}

func movedOf(m index.ThemeMove) ThemeMoved {
	return ThemeMoved{Theme: m.Theme, Before: m.Before, After: m.After, Gained: m.Gained, Lost: m.Lost}
}

// compare notes which themes differ.
func (d *TaxonomyDiff) compare(from, to *feedback.Taxonomy) {
	d.Added, d.Removed, d.Renamed, d.Changed = []string{}, []string{}, []string{}, []string{}
	for _, theme := range to.Themes {
		before, known := from.Theme(theme.ID)
		if !known {
			d.Added = append(d.Added, theme.ID)
			continue
		}
		if !maps.Equal(before.Names, theme.Names) {
			d.Renamed = append(d.Renamed, theme.ID)
		}
		if before.AcrossLanguages != theme.AcrossLanguages || len(before.Phrases)+len(theme.Phrases) > 0 && !reflect.DeepEqual(before.Phrases, theme.Phrases) {
			d.Changed = append(d.Changed, theme.ID)
		}
	}
	for _, theme := range from.Themes {
		if _, known := to.Theme(theme.ID); !known {
			d.Removed = append(d.Removed, theme.ID)
		}
	}
}

// driverMoves lists the drivers whose rank or impact differs, the largest change first.
func driverMoves(before, after *insight.DriverReport) []DriverMove {
	places := map[feedback.DriverKey]*DriverMove{}
	for side, report := range []*insight.DriverReport{before, after} {
		for i := range report.Drivers {
			d := &report.Drivers[i]
			move := places[d.Key()]
			if move == nil {
				move = &DriverMove{Theme: d.Theme, Sentiment: d.Sentiment}
				places[d.Key()] = move
			}
			place := &DriverPlace{Rank: d.Rank, Mentions: d.Mentions, Impact: d.NPSImpact.Value}
			if side == 0 {
				move.Before = place
			} else {
				move.After = place
			}
		}
	}
	list := []DriverMove{}
	for _, move := range places {
		if !reflect.DeepEqual(move.Before, move.After) {
			list = append(list, *move)
		}
	}
	slices.SortFunc(list, func(a, b DriverMove) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), strings.Compare(a.Theme, b.Theme), cmp.Compare(a.Sentiment, b.Sentiment))
	})
	return list
}

// size is how far the impact moved.
func (d *DriverMove) size() insight.Number {
	moved := insight.Number(0)
	if d.After != nil {
		moved = d.After.Impact
	}
	if d.Before != nil {
		moved -= d.Before.Impact
	}
	return max(moved, -moved)
}
