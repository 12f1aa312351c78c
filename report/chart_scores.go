package report

import (
	"fmt"
	"strings"

	"verbatim/feedback"
)

// scoresChart shows how many gave each score, 0–10, and how large the groups are.
type scoresChart struct {
	Columns         []scoreColumn
	Groups          []groupPart // detractors, passives, promoters: from left to right as the scores go
	Said            string
	GroupsSaid      string
	Height, Bottom  int // pixels
	LabelY, GroupsY int
	Table           dataTable
}

// scoreColumn is a column; X, Middle and Width are in percent, Y and Height in pixels.
type scoreColumn struct {
	Score             int
	Class, Share      string
	X, Middle, Width  float64
	Y, Height, ShareY float64
}

// groupPart is a group's part of the bar of all, in percent, and of the axis under the columns.
type groupPart struct {
	Name, Class, Share, Count string
	X, Width, Middle          float64
}

const (
	scoresTop, scoresPlot = 20, 140 // pixels
	scoreStep             = 100.0 / 11
)

func newScoresChart(w *words, scores *feedback.Scores) *scoresChart {
	n := max(1, scores.Total())
	most := 1
	for _, c := range scores {
		most = max(most, c)
	}
	chart := &scoresChart{Bottom: scoresTop + scoresPlot, LabelY: scoresTop + scoresPlot + 16, GroupsY: scoresTop + scoresPlot + 38, Height: scoresTop + scoresPlot + 46}
	chart.Table = dataTable{Caption: w.ScoresCaption, Head: []string{w.Answer, w.Group, w.Responses, w.Share}}
	for score, c := range scores {
		group := feedback.Score(score).Group()
		height := hundredths(float64(scoresPlot) * float64(c) / float64(most))
		column := scoreColumn{
			Score: score, Class: string(group), Share: w.percent(float64(c)/float64(n), 0),
			X: hundredths(float64(score)*scoreStep + 0.6), Middle: hundredths((float64(score) + 0.5) * scoreStep), Width: hundredths(scoreStep - 1.2),
			Y: hundredths(float64(chart.Bottom) - height), Height: height,
		}
		column.ShareY = hundredths(column.Y - 5)
		chart.Columns = append(chart.Columns, column)
		chart.Table.Rows = append(chart.Table.Rows, []string{w.count(score), w.group(group), w.count(c), w.percent(float64(c)/float64(n), 1)})
	}
	chart.groups(w, scores, n)
	return chart
}

// groups adds the parts of the bar. Their names stand under the middle of their scores.
func (c *scoresChart) groups(w *words, scores *feedback.Scores, n int) {
	promoters, passives, detractors := scores.Groups()
	at, said := 0.0, []string{}
	for _, g := range []struct {
		group       feedback.Group
		count       int
		first, last float64
	}{
		{feedback.Detractor, detractors, 0, 6}, {feedback.Passive, passives, 7, 8}, {feedback.Promoter, promoters, 9, 10},
	} {
		share := float64(g.count) / float64(n)
		part := groupPart{
			Name: w.group(g.group), Class: string(g.group), Share: w.percent(share, 0), Count: w.count(g.count),
			X: hundredths(100 * at), Width: hundredths(100 * share), Middle: hundredths((g.first + g.last + 1) / 2 * scoreStep),
		}
		at += share
		c.Groups = append(c.Groups, part)
		said = append(said, part.Name+" "+w.percent(share, 1))
	}
	c.Said = fmt.Sprintf(w.ScoresChart, strings.Join(said, "; "))
	c.GroupsSaid = fmt.Sprintf(w.GroupsChart, strings.Join(said, "; "))
}

// group names a group.
func (w *words) group(g feedback.Group) string {
	switch g {
	case feedback.Promoter:
		return w.Promoters
	case feedback.Passive:
		return w.Passives
	default:
		return w.Detractors
	}
}
