package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
)

// element is an element of a picture; text is what stands in it itself.
type element struct {
	name string
	attr map[string]string
	text string
}

func (e *element) number(t *testing.T, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(e.attr[name], 64)
	if err != nil {
		t.Fatalf("%s of %s: %v", name, e.name, err)
	}
	return x
}

// parseSVG reads a picture as strictly as XML is.
func parseSVG(t *testing.T, out string) []element {
	t.Helper()
	in := xml.NewDecoder(strings.NewReader(out))
	var all []element
	var open []int
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v\n%s", err, out)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			open = append(open, len(all))
			all = append(all, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				all[open[len(open)-1]].text += string(token)
			}
		}
	}
	if len(all) == 0 || all[0].name != "svg" || all[0].attr["role"] != "img" {
		t.Fatalf("no picture: %s", out)
	}
	return all
}

// checkInside checks that nothing is drawn outside of the picture and no bar outside of its place, and returns the bars.
func checkInside(t *testing.T, all []element) (bars []element) {
	t.Helper()
	w, h := all[0].number(t, "width"), all[0].number(t, "height")
	if all[0].attr["viewBox"] != fmt.Sprintf("0 0 %v %v", w, h) {
		t.Errorf("viewBox %s", all[0].attr["viewBox"])
	}
	place := func(what string, x, y, left, right float64) {
		if !(x >= left && x <= right && y > 0 && y <= h) {
			t.Errorf("%s is drawn at %v, %v", what, x, y)
		}
	}
	for i := range all {
		e := &all[i]
		switch {
		case e.name == "rect" && e.attr["rx"] != "":
			bars = append(bars, *e)
			x, y := e.number(t, "x"), e.number(t, "y")
			place("a bar", x, y, svgLeft, svgRight)
			place("the end of a bar", x+e.number(t, "width"), y+e.number(t, "height"), svgLeft, svgRight+0.05)
			if e.number(t, "width") < 0 {
				t.Errorf("a bar of width %s", e.attr["width"])
			}
		case e.name == "text":
			place(e.text, e.number(t, "x"), e.number(t, "y"), 0, w)
		case e.name == "line":
			place("a tick", e.number(t, "x1"), e.number(t, "y1"), svgLeft, svgRight)
			place("a tick", e.number(t, "x2"), e.number(t, "y2"), svgLeft, svgRight)
		case e.name == "path":
			var low, middle, high, a, b, c, d float64
			if _, err := fmt.Sscanf(e.attr["d"], "M%f %fH%fM%f %fv8M%f %fv8", &low, &middle, &high, &a, &b, &c, &d); err != nil {
				t.Errorf("%s: %v", e.attr["d"], err)
			}
			place("an interval", low, middle, svgLeft, svgRight)
			place("an interval", high, middle, svgLeft, svgRight)
			if a != low || c != high || low > high {
				t.Errorf("interval %s", e.attr["d"])
			}
		}
	}
	return bars
}

func points(value, low, high float64) insight.Interval {
	return insight.Interval{Value: insight.Number(value), Low: insight.Number(low), High: insight.Number(high)}
}

func TestBarsAndIntervalsStayInside(t *testing.T) {
	for name, impacts := range map[string][]insight.Interval{
		"usual":     {points(-12.8, -14.3, -11.3), points(6.2, 4.1, 8.3)},
		"tiny":      {points(0.02, 0.001, 0.039), points(-0.01, -0.019, -0.001)},
		"nothing":   {points(0, 0, 0)},
		"one":       {points(1, 0.9, 1)},
		"huge":      {points(-100, -200, 12), points(3, 2, 4)},
		"one-sided": {points(50, 0, 99.999)},
		"off":       {points(20, 21, 22)}, // a value beside its interval
	} {
		t.Run(name, func(t *testing.T) {
			r := ranked(impacts...)
			all := parseSVG(t, render(t, SVG, r, taxonomy(t)))
			bars := checkInside(t, all)
			if len(bars) != len(impacts) {
				t.Fatalf("%d bars", len(bars))
			}
			zero := float64(svgLeft+svgRight) / 2
			for i, b := range bars {
				x, width, value := b.number(t, "x"), b.number(t, "width"), float64(impacts[i].Value)
				if value < 0 && (math.Abs(x+width-zero) > 0.11 || b.attr["fill"] != colourDetractor) || value >= 0 && (x != zero || b.attr["fill"] != colourPromoter) {
					t.Errorf("the bar of %v points is %v", value, b.attr)
				}
			}
			checkTicks(t, all, impacts)
		})
	}
}

// checkTicks checks that ticks are where their labels say, are round, and share the scale of the bars.
func checkTicks(t *testing.T, all []element, impacts []insight.Interval) {
	t.Helper()
	reach := 1.0
	for _, i := range impacts {
		reach = max(reach, math.Abs(float64(i.Value)), math.Abs(float64(i.Low)), math.Abs(float64(i.High)))
	}
	var values []float64
	for i := range all {
		e := &all[i]
		if e.name != "text" || e.attr["text-anchor"] != "middle" {
			continue
		}
		value, err := strconv.ParseFloat(strings.Replace(e.text, "−", "-", 1), 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		half := float64(svgRight-svgLeft) / 2
		if want := svgLeft + half + value/reach*half; math.Abs(e.number(t, "x")-want) > 0.06 {
			t.Errorf("the tick %s is at %s, want %v", e.text, e.attr["x"], want)
		}
	}
	if len(values) < 3 || len(values) > 9 || len(values)%2 == 0 || values[len(values)/2] != 0 {
		t.Fatalf("ticks %v", values)
	}
	step := values[1] - values[0]
	mantissa := math.Round(step/math.Pow(10, math.Floor(math.Log10(step)+1e-9))*1e6) / 1e6
	if mantissa != 1 && mantissa != 2 && mantissa != 5 {
		t.Errorf("ticks %v are not round", values)
	}
	for i := range values {
		if math.Abs(values[i]-values[0]-float64(i)*step) > 1e-9 {
			t.Errorf("ticks %v are not even", values)
		}
	}
}

func TestTicksAreRoundAtAnyReach(t *testing.T) {
	for reach := 1.0; reach < 250; reach *= 1.037 {
		all := parseSVG(t, render(t, SVG, ranked(points(reach/2, 0, reach)), nil))
		checkTicks(t, all, []insight.Interval{points(reach/2, 0, reach)})
	}
}

func TestNamesAreEscapedAndCut(t *testing.T) {
	long := strings.Repeat("a very long name ", 12)
	for name, want := range map[string]string{
		`<script>alert("1")</script>`: `<script>alert("1")</script>`,
		`"><image href=x onerror=1>`:  `"><image href=x onerror=1>`,
		`Fish & chips' "best"`:        `Fish & chips' "best"`,
		"]]>&amp;":                    "]]>&amp;",
		"a\x00b\x01\x1b\uffff\xffc":   "abc",
		"two\nlines":                  "two lines",
		"{{.Title}}":                  "{{.Title}}",
		"":                            "",
		long:                          long[:31] + "…",
		strings.Repeat("价格", 20):      strings.Repeat("价格", 7) + "价…",
		"Цена и качество":             "Цена и качество",
	} {
		r := ranked(points(-3, -4, -2))
		own := &feedback.Taxonomy{Name: "own", Themes: []feedback.Theme{{ID: r.Drivers[0].Theme, Names: map[string]string{"en": name}}}}
		out := render(t, SVG, r, own)
		all := parseSVG(t, out)
		checkInside(t, all)
		found := false
		for _, e := range all {
			found = found || e.name == "text" && e.text == want+" "+polaritySign(&r.Drivers[0])
			switch e.name {
			case "svg", "title", "desc", "rect", "text", "line", "path":
			default:
				t.Errorf("%q makes an element %s", name, e.name)
			}
		}
		if !found {
			t.Errorf("%q does not show as %q:\n%s", name, want, out)
		}
	}
}

func TestThemesWithoutANameShowTheirID(t *testing.T) {
	r := ranked(points(-3, -4, -2))
	r.Drivers[0].Theme = "own/<theme>"
	for _, own := range []*feedback.Taxonomy{nil, {}, taxonomy(t)} {
		if out := render(t, SVG, r, own); !strings.Contains(out, "own/&lt;theme&gt; ") {
			t.Error(out)
		}
	}
}

func TestPictureWithoutRankedDrivers(t *testing.T) {
	notSignificant := realistic()
	for i := range notSignificant.Drivers {
		notSignificant.Drivers[i].Rank = nil
	}
	for name, r := range map[string]*insight.DriverReport{"empty": empty(), "too few": onlyTooFew(), "not significant": notSignificant} {
		all := parseSVG(t, render(t, SVG, r, taxonomy(t)))
		if bars := checkInside(t, all); len(bars) != 0 {
			t.Errorf("%s: %d bars", name, len(bars))
		}
		var written strings.Builder
		for _, e := range all {
			if e.name == "text" {
				written.WriteString(e.text + "\n")
			}
		}
		texts := written.String()
		if !strings.Contains(texts, "No driver is significant (q ≤ 0.05, 10 mentions or more).") {
			t.Errorf("%s: the picture says %q", name, texts)
		}
		if strings.Contains(texts, "No response has a score.") != (name == "empty") || name == "empty" && strings.Contains(texts, "100") {
			t.Errorf("%s: the picture says %q", name, texts)
		}
	}
}

func TestPictureShowsTheLargest(t *testing.T) {
	var impacts []insight.Interval
	for i := range svgMost + 4 {
		value := float64(20 - i)
		impacts = append(impacts, points(value, value-1, value+1))
	}
	out := render(t, SVG, ranked(impacts...), nil)
	all := parseSVG(t, out)
	if bars := checkInside(t, all); len(bars) != svgMost {
		t.Errorf("%d bars", len(bars))
	}
	if !strings.Contains(out, "the 16 largest of 20 ") {
		t.Error("the picture does not say that drivers are missing")
	}
	if out := render(t, SVG, ranked(impacts[:svgMost]...), nil); strings.Contains(out, "largest") {
		t.Error("no driver is missing")
	}
}
