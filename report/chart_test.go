package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"verbatim/insight"
)

// luminance is the relative luminance of a colour written rrggbb (WCAG 2.2).
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestScale(t *testing.T) {
	s := scale{low: -10, high: 30, margin: 5}
	for x, want := range map[float64]float64{-10: 5, 30: 95, 0: 27.5, -99: 5, 99: 95} {
		if got := s.at(x); got != want {
			t.Errorf("%v is at %v, want %v", x, got, want)
		}
	}
	if got := fmt.Sprint(s.ticks(4)); got != "[-10 0 10 20 30]" {
		t.Errorf("ticks %s", got)
	}
	if got := (scale{low: 3, high: 3}).at(3); got != 50 {
		t.Errorf("a scale of one figure puts it at %v", got)
	}
	for _, c := range []struct {
		reach, most, want float64
		decimals          int
	}{{1, 4, 0.5, 1}, {9, 4, 5, 0}, {100, 4, 50, 0}, {0.3, 4, 0.1, 1}, {0.02, 4, 0.005, 3}, {40, 4, 10, 0}} {
		if got := roundStep(c.reach, c.most); math.Abs(got-c.want) > 1e-12 || stepDecimals(got) != c.decimals {
			t.Errorf("%v in %v: step %v with %d decimals", c.reach, c.most, got, stepDecimals(got))
		}
	}
}

// Both rankings are drawn on one scale: a point is as long on the left as on the right.
func TestRankingsShareAScale(t *testing.T) {
	up := []insight.Interval{points(9, 7, 11), points(2, -0.2, 4.2)}
	down := []insight.Interval{points(-12, -15, -9)}
	reach := reachOf(append(up, down...))
	for _, list := range [][]insight.Interval{up, down} {
		s := impactScale(list, reach)
		if s.high-s.low < reach || s.high-s.low > reach+0.2+1e-9 {
			t.Errorf("the scale goes from %v to %v", s.low, s.high)
		}
		for _, i := range list {
			if float64(i.Low) < s.low || float64(i.High) > s.high {
				t.Errorf("%v leaves the scale from %v to %v", i, s.low, s.high)
			}
		}
	}
}

func TestTextWidth(t *testing.T) {
	for text, want := range map[string]float64{"": 0, "aa": 11.6, "价格": 20, "e\u0301": 5.8} {
		if got := textWidth(text, 10); math.Abs(got-want) > 1e-9 {
			t.Errorf("%q is %v wide, want %v", text, got, want)
		}
	}
	for _, text := range []string{"short", "a very long name of a theme", "非常长的主题名称", "Очень длинное название"} {
		cut := clipWidth(text, 13, 80)
		if textWidth(cut, 13) > 80 || strings.HasSuffix(cut, "…") == (textWidth(text, 13) <= 80) {
			t.Errorf("%q becomes %q", text, cut)
		}
	}
}

// Labels of the quadrant meet neither each other nor the edge, however crowded it is.
func TestQuadrantLabelsDoNotMeet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		list := make([]themeWeight, 1+random.IntN(30))
		for i := range list {
			n := random.IntN(40)
			list[i] = themeWeight{
				Number: i + 1, Name: strings.Repeat("Thema 主 ", 1+random.IntN(6)), Positive: n, Negative: 40 - n,
				Importance: math.Pow(random.Float64(), 3), Performance: insight.Wilson(n, 40),
			}
		}
		q := newQuadrant(&english, list)
		for _, p := range []*quadrantPlot{&q.Wide, &q.Narrow} {
			checkLabels(t, p)
		}
		if len(q.Table.Rows) != len(list) || len(q.Wide.Points) != min(len(list), quadrantMost) {
			t.Fatalf("%d rows, %d dots for %d themes", len(q.Table.Rows), len(q.Wide.Points), len(list))
		}
	}
}

func checkLabels(t *testing.T, p *quadrantPlot) {
	t.Helper()
	var boxes []box
	for _, c := range p.Corners {
		boxes = append(boxes, textBox(c.Text, p.Font-1, c.X, c.Y, c.Anchor))
	}
	for _, point := range p.Points {
		if point.X < p.Left || point.X > p.Right || point.Y < p.Top || point.Y > p.Bottom || point.Low > point.X || point.High < point.X {
			t.Fatalf("a dot at %v, %v with the interval %v to %v", point.X, point.Y, point.Low, point.High)
		}
		l := point.Label
		if l.Text == "" {
			continue
		}
		b := textBox(l.Text, p.Font, l.X, l.Y, l.Anchor)
		if b.meets(boxes) || b.left < p.Left || b.right > p.Right || b.top < p.Top || b.bottom > p.Bottom {
			t.Fatalf("the label %q at %+v meets another or the edge", l.Text, b)
		}
		boxes = append(boxes, b)
	}
}

func TestQuadrantOfEqualThemes(t *testing.T) {
	list := []themeWeight{{Number: 1, Name: "a", Performance: insight.Wilson(0, 0)}, {Number: 2, Name: "b", Performance: insight.Wilson(0, 0)}}
	q := newQuadrant(&english, list)
	for _, p := range q.Wide.Points {
		if math.IsNaN(p.Y) || math.IsInf(p.Y, 0) || p.Y > q.Wide.Bottom {
			t.Errorf("a dot at %v", p.Y)
		}
	}
	if newQuadrant(&english, nil) != nil {
		t.Error("a quadrant of nothing")
	}
}

// A period without responses is a gap; one between gaps has its interval as a line.
func TestLineHasGaps(t *testing.T) {
	at := func(v float64) *insight.Interval { i := points(v, v-5, v+5); return &i }
	list := []linePoint{{"a", at(1)}, {"b", at(3)}, {"c", nil}, {"d", at(9)}, {"e", nil}, {"f", at(-4)}, {"g", at(0)}}
	c := newLineChart(list, spanOf(list), 4, func(x float64) string { return fmt.Sprint(x) })
	if strings.Count(c.Line, "M") != 2 || strings.Count(c.Band, "Z") != 2 || len(c.Whiskers) != 1 || len(c.Dots) != 5 {
		t.Errorf("%+v", c)
	}
	if len(c.Labels) > 4 || c.Labels[0].Label != "a" {
		t.Errorf("labels %v", c.Labels)
	}
	for _, n := range []int{0, 1} {
		c := newLineChart(list[:n], spanOf(list[:n]), 4, func(x float64) string { return fmt.Sprint(x) })
		if len(c.Dots) != n || c.Line != "" {
			t.Errorf("%d periods: %+v", n, c)
		}
	}
}
