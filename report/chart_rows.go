package report

import (
	"verbatim/insight"
)

// rowChart is a table whose middle column is drawn: a bar from zero, or a dot, with an interval, for each row. It is its
// own table of data, and names wrap as text does.
type rowChart struct {
	W       *words
	Caption string
	Name    string // title of the first column
	Figure  string // title of the last column
	Ticks   []chartTick
	Rows    []chartRow
	Notes   []string
}

// chartTick is a mark of an axis; At is in percent.
type chartTick struct {
	At    float64
	Label string
	Class string // zero, reference, or empty
}

// chartRow is a row; X, Width, Low and High are in percent. Without a Mark nothing is drawn.
type chartRow struct {
	Name, Tag, Value, Interval, Said string
	Facts                            []string
	Mark, Class                      string // bar or dot; up or down, and muted
	Link                             string // where the name leads; "" for nowhere
	X, Width, Low, High              float64
}

// reachOf is the largest distance from zero among the figures and their intervals, at least a point.
func reachOf(list []insight.Interval) float64 {
	reach := 1.0
	for _, i := range list {
		for _, edge := range []insight.Number{i.Value, i.Low, i.High} {
			reach = max(reach, float64(edge), -float64(edge))
		}
	}
	return reach
}

// impactScale spans the side of zero on which the figures are, as far as reach, and of the other side what their
// intervals need. Rankings that share a reach can be compared by eye.
func impactScale(list []insight.Interval, reach float64) scale {
	s := scale{margin: 3}
	for _, i := range list {
		s.low = min(s.low, float64(i.Low), float64(i.Value))
		s.high = max(s.high, float64(i.High), float64(i.Value))
		if i.Value < 0 {
			s.low = -reach
		} else {
			s.high = reach
		}
	}
	if s.low == s.high {
		s.high = reach
	}
	return s
}

// tickMarks writes the ticks of a scale of points.
func (w *words) tickMarks(s scale, most float64) []chartTick {
	decimals := stepDecimals(roundStep(s.high-s.low, most))
	var list []chartTick
	for _, x := range s.ticks(most) {
		tick := chartTick{At: s.at(x), Label: w.localized(signed(x, decimals))}
		if x == 0 {
			tick.Label, tick.Class = "0", "zero"
		}
		list = append(list, tick)
	}
	return list
}

// bar draws the row's figure from zero.
func (r *chartRow) bar(s scale, i insight.Interval) {
	value := float64(i.Value)
	from, to := s.at(min(0, value)), s.at(max(0, value))
	r.Mark, r.X, r.Width = "bar", from, hundredths(to-from)
	r.Low, r.High = s.at(float64(i.Low)), s.at(float64(i.High))
	r.Class = "up"
	if value < 0 {
		r.Class = "down"
	}
}

// dot draws the row's figure where it stands.
func (r *chartRow) dot(s scale, i insight.Interval) {
	r.Mark, r.X = "dot", s.at(float64(i.Value))
	r.Low, r.High = s.at(float64(i.Low)), s.at(float64(i.High))
}
