package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"verbatim/insight"
)

// themeWeight is a theme in the quadrant: how much it weighs in the score, and how it is judged.
type themeWeight struct {
	Number             int // from 1, the most important first
	Theme, Name        string
	Positive, Negative int // mentions
	Importance         float64
	Performance        insight.Interval // share of praise, 0–1
}

// quadrant is the chart of the themes, for a wide and for a narrow page, and its table.
type quadrant struct {
	Wide, Narrow quadrantPlot
	Said         string
	Table        dataTable
	First        []string // the names of the themes to improve first
}

// quadrantPlot is drawn in pixels.
type quadrantPlot struct {
	W                        *words
	Class                    string
	Width, Height, Font      float64
	Left, Top, Right, Bottom float64
	SplitX, SplitY           float64
	Ticks                    []chartTick
	TickY, TitleX, TitleY    float64
	Corners                  []quadrantText
	Points                   []quadrantPoint
	CenterX, CenterY         float64
}

type quadrantText struct {
	X, Y         float64
	Anchor, Text string
	Title        string // the whole name where Text is cut or a number
}

type quadrantPoint struct {
	X, Y, Low, High float64
	Label           quadrantText
	Class           string
}

// quadrantMost is the largest number of themes that the chart shows; the table shows all.
const quadrantMost = 24

// split is where the chart is divided: the mean importance, and the share of praise over all themes.
func split(list []themeWeight) (importance, performance float64) {
	positive, negative := 0, 0
	for _, t := range list {
		importance += t.Importance / float64(len(list))
		positive += t.Positive
		negative += t.Negative
	}
	return importance, float64(positive) / float64(max(1, positive+negative))
}

// newQuadrant draws the themes, the most important first; nil without any.
func newQuadrant(w *words, list []themeWeight) *quadrant {
	if len(list) == 0 {
		return nil
	}
	q := &quadrant{Table: dataTable{
		Caption: w.Quadrant,
		Head:    []string{"#", w.Theme, w.Importance, w.Performance, w.Interval, w.Praise, w.Complaints}, Name: 1,
	}}
	importance, performance := split(list)
	for _, t := range list {
		q.Table.Rows = append(q.Table.Rows, []string{
			strconv.Itoa(t.Number), t.Name, w.decimal(t.Importance, 3), w.percent(float64(t.Performance.Value), 0),
			w.shareSpan(t.Performance), w.count(t.Positive), w.count(t.Negative),
		})
		if t.Importance >= importance && float64(t.Performance.Value) < performance {
			q.First = append(q.First, t.Name)
		}
	}
	q.Said = fmt.Sprintf(w.QuadrantChart, w.Improve+w.Colon+listed(q.First)+".")
	shown := list[:min(len(list), quadrantMost)]
	q.Wide = plotQuadrant(w, shown, quadrantPlot{Class: "wide", Width: 960, Height: 480, Font: 13}, importance, performance)
	q.Narrow = plotQuadrant(w, shown, quadrantPlot{Class: "narrow", Width: 358, Height: 420, Font: 11.5}, importance, performance)
	return q
}

func listed(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, "; ")
}

func plotQuadrant(w *words, list []themeWeight, p quadrantPlot, importance, performance float64) quadrantPlot {
	p.W = w
	p.Left, p.Right, p.Top, p.Bottom = 22, p.Width-6, 6, p.Height-42
	p.TickY, p.TitleX, p.TitleY = p.Bottom+17, (p.Left+p.Right)/2, p.Bottom+37
	p.CenterX, p.CenterY = 12, (p.Top+p.Bottom)/2
	most := 0.0
	for _, t := range list {
		most = max(most, t.Importance)
	}
	x := func(share float64) float64 { return hundredths(p.Left + 14 + share*(p.Right-p.Left-28)) }
	y := func(v float64) float64 {
		return hundredths(p.Bottom - 26 - v/max(most, 1e-12)*(p.Bottom-p.Top-70))
	}
	p.SplitX, p.SplitY = x(performance), y(importance)
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.Ticks = append(p.Ticks, chartTick{At: x(share), Label: w.percent(share, 0)})
	}
	var taken []box
	taken = p.corners(taken)
	for _, t := range list {
		point := quadrantPoint{X: x(float64(t.Performance.Value)), Y: y(t.Importance), Low: x(float64(t.Performance.Low)), High: x(float64(t.Performance.High))}
		if t.Importance >= importance && float64(t.Performance.Value) < performance {
			point.Class = "first"
		}
		p.Points = append(p.Points, point)
		taken = append(taken, box{point.X - 6, point.Y - 6, point.X + 6, point.Y + 6})
	}
	for i := range p.Points {
		taken = p.label(&p.Points[i], &list[i], taken)
	}
	return p
}

// corners names the quarters.
func (p *quadrantPlot) corners(taken []box) []box {
	size := p.Font - 1
	room := (p.Right-p.Left)/2 - 16
	for _, c := range []struct {
		text   string
		x, y   float64
		anchor string
	}{
		{p.W.Improve, p.Left + 8, p.Top + 18, "start"},
		{p.W.KeepUp, p.Right - 8, p.Top + 18, "end"},
		{p.W.Watch, p.Left + 8, p.Bottom - 8, "start"},
		{p.W.Hold, p.Right - 8, p.Bottom - 8, "end"},
	} {
		text := clipWidth(c.text, size, room)
		p.Corners = append(p.Corners, quadrantText{X: c.x, Y: c.y, Anchor: c.anchor, Text: text})
		taken = append(taken, textBox(text, size, c.x, c.y, c.anchor))
	}
	return taken
}

// label writes the theme's name beside its dot, or only its number where there is no room for the name.
func (p *quadrantPlot) label(point *quadrantPoint, t *themeWeight, taken []box) []box {
	name := clipWidth(t.Name, p.Font, max(p.Width/4, 140))
	number := strconv.Itoa(t.Number)
	for _, text := range []string{name, number} {
		title := ""
		if text != t.Name {
			title = number + " " + t.Name
		}
		for _, c := range p.places(point) {
			b := textBox(text, p.Font, c.X, c.Y, c.Anchor)
			if b.left >= p.Left+2 && b.right <= p.Right-2 && b.top >= p.Top+2 && b.bottom <= p.Bottom-2 && !b.meets(taken) {
				c.Text, c.Title = text, title
				point.Label = c
				return append(taken, b)
			}
		}
	}
	return taken // crowded out: the table has it
}

// places are where a label may stand, the best first: above and below, where the interval does not cross it.
func (p *quadrantPlot) places(point *quadrantPoint) []quadrantText {
	x, y := point.X, point.Y
	above, below := y-10, y+8+p.Font
	return []quadrantText{
		{X: x, Y: above, Anchor: "middle"},
		{X: x, Y: below, Anchor: "middle"},
		{X: x - 4, Y: above, Anchor: "start"},
		{X: x + 4, Y: above, Anchor: "end"},
		{X: x - 4, Y: below, Anchor: "start"},
		{X: x + 4, Y: below, Anchor: "end"},
		{X: x + 10, Y: y + p.Font/3, Anchor: "start"},
		{X: x - 10, Y: y + p.Font/3, Anchor: "end"},
	}
}

// box is a rectangle in pixels.
type box struct{ left, top, right, bottom float64 }

func textBox(text string, size, x, y float64, anchor string) box {
	w := textWidth(text, size)
	switch anchor {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	return box{math.Floor(x), y - size, math.Ceil(x + w), y + size/4}
}

func (b box) meets(taken []box) bool {
	for _, t := range taken {
		if b.left < t.right && t.left < b.right && b.top < t.bottom && t.top < b.bottom {
			return true
		}
	}
	return false
}
