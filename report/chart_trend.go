package report

import (
	"fmt"
	"strings"

	"verbatim/insight"
)

// lineChart is a line through the figures of periods with the band of their intervals. Band and Line are paths in a
// square of 1000 × 1000 that is stretched over the plot; the rest is in percent of it.
type lineChart struct {
	Title, Tag, Said string
	Class            string // up, down, or empty
	Band, Line       string
	Whiskers         []chartWhisker // of periods without a neighbour, which have no band
	Dots             []chartDot
	Ticks, Labels    []chartTick
	Small            bool
}

type chartDot struct{ X, Y float64 }

type chartWhisker struct{ X, Low, High float64 }

// linePoint is a period; without a figure the line has a gap.
type linePoint struct {
	Name string
	*insight.Interval
}

// newLineChart draws the points on the scale of figures; label writes a tick, and at most so many periods are named.
func newLineChart(points []linePoint, s scale, most int, label func(x float64) string) lineChart {
	var c lineChart
	x := func(i int) float64 {
		if len(points) == 1 {
			return 50
		}
		return hundredths(10 + 86*float64(i)/float64(len(points)-1))
	}
	for start := 0; start < len(points); {
		end := start
		for end < len(points) && points[end].Interval != nil {
			end++
		}
		c.run(points[start:end], start, x, s)
		start = end + 1
	}
	c.Band, c.Line = strings.TrimSpace(c.Band), strings.TrimSpace(c.Line)
	for _, value := range s.ticks(4) {
		tick := chartTick{At: hundredths(100 - s.at(value)), Label: label(value)}
		if value == 0 && s.low < 0 {
			tick.Class = "zero"
		}
		c.Ticks = append(c.Ticks, tick)
	}
	every := (len(points) + most - 1) / max(1, most)
	for i := 0; i < len(points); i += max(1, every) {
		c.Labels = append(c.Labels, chartTick{At: x(i), Label: points[i].Name})
	}
	return c
}

// run draws neighbouring points, the first of which is number first.
func (c *lineChart) run(points []linePoint, first int, x func(int) float64, s scale) {
	var there, back strings.Builder
	for i, p := range points {
		at := x(first + i)
		y := func(v insight.Number) float64 { return hundredths(100 - s.at(float64(v))) }
		c.Dots = append(c.Dots, chartDot{at, y(p.Value)})
		if len(points) == 1 {
			c.Whiskers = append(c.Whiskers, chartWhisker{at, y(p.Low), y(p.High)})
			return
		}
		command := "L"
		if i == 0 {
			command = "M"
		}
		c.Line += fmt.Sprintf("%s%.1f %.1f ", command, 10*at, 10*y(p.Value))
		fmt.Fprintf(&there, "%s%.1f %.1f ", command, 10*at, 10*y(p.High))
		last := points[len(points)-1-i]
		fmt.Fprintf(&back, "L%.1f %.1f ", 10*x(first+len(points)-1-i), 10*y(last.Low))
	}
	if there.Len() > 0 {
		c.Band += there.String() + back.String() + "Z "
	}
}

// spanOf is the scale that holds all intervals of the points.
func spanOf(lists ...[]linePoint) scale {
	s, found := scale{margin: 6}, false
	for _, points := range lists {
		for _, p := range points {
			if p.Interval == nil {
				continue
			}
			if !found {
				s.low, s.high, found = float64(p.Low), float64(p.High), true
			}
			s.low = min(s.low, float64(p.Low), float64(p.Value))
			s.high = max(s.high, float64(p.High), float64(p.Value))
		}
	}
	if s.high-s.low < 1e-6 { // all figures are one
		s.high = s.low + 1
	}
	return s
}
