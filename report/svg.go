package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"verbatim/feedback"
	"verbatim/insight"
)

// barsSVG draws diverging bars with intervals. Blue and orange stay apart for colour-blind readers and in grey on paper.
var barsSVG = template.Must(template.New("bars").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" role="img" aria-labelledby="title desc" font-family="system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif" font-size="13">
<title id="title">{{.Title}}</title>
<desc id="desc">{{.Description}}</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="26" font-size="17" font-weight="600" fill="#1a1a1a">{{.Title}}</text>
<text x="16" y="46" fill="#555555">{{.Subtitle}}</text>
{{range .Ticks}}<line x1="{{.X}}" y1="62" x2="{{.X}}" y2="{{$.Bottom}}" stroke="{{if .Zero}}#333333{{else}}#e2e2e2{{end}}"/>
<text x="{{.X}}" y="{{$.TickY}}" text-anchor="middle" fill="#555555" font-size="11">{{.Label}}</text>
{{end}}{{range .Bars}}<text x="{{$.LabelX}}" y="{{.TextY}}" text-anchor="end" fill="#1a1a1a">{{.Label}}</text>
<rect x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="16" rx="2" fill="{{.Colour}}"/>
<path d="M{{.Low}} {{.Middle}}H{{.High}}M{{.Low}} {{.WhiskerTop}}v8M{{.High}} {{.WhiskerTop}}v8" stroke="#1a1a1a" fill="none"/>
<text x="{{$.NumberX}}" y="{{.TextY}}" text-anchor="end" fill="#1a1a1a">{{.Number}}</text>
{{end}}{{with .Note}}<text x="16" y="{{$.NoteY}}" fill="#1a1a1a">{{.}}</text>
{{end}}</svg>
`))

type svgBars struct {
	Title, Subtitle, Description string
	Note                         string // in place of bars
	Width, Height, Bottom, TickY int
	LabelX, NumberX, NoteY       int
	Ticks                        []svgTick
	Bars                         []svgBar
}

type svgTick struct {
	X     float64
	Label string
	Zero  bool
}

type svgBar struct {
	Label, Number, Colour        string
	X, Width, Low, High          float64
	Y, TextY, Middle, WhiskerTop int
}

const (
	svgWidth, svgLeft, svgRight, svgTop, svgRow = 860, 270, 780, 70, 26 // pixels; bars stand between svgLeft and svgRight
	svgMost                                     = 16                    // bars
	svgLabel                                    = 34                    // cells of a label before it is cut
	colourPromoter                              = "#2166ac"
	colourDetractor                             = "#d9772b"
)

// driversSVG draws the impact of the ranked drivers, at most svgMost of them. Without any the picture says so.
func driversSVG(w io.Writer, r *insight.DriverReport, taxonomy *feedback.Taxonomy) error {
	chart := svgBars{
		Title:       "What moves the score",
		Description: "Diverging bars: the impact of each significant driver on the NPS in points, with its interval. ",
		Width:       svgWidth, LabelX: svgLeft - 12, NumberX: svgWidth - 12,
	}
	var ranked []*insight.Driver
	for i := range r.Drivers {
		if d := &r.Drivers[i]; d.Rank != nil {
			ranked = append(ranked, d)
		}
	}
	chart.Subtitle = subtitle(r, len(ranked))
	if len(ranked) == 0 {
		chart.Note = fmt.Sprintf("No driver is significant (q ≤ %.2f, %d mentions or more).", insight.MaxQ, insight.MinMentions)
		chart.Description, chart.NoteY, chart.Height = chart.Note, svgTop+13, svgTop+svgRow
	} else {
		chart.draw(ranked[:min(len(ranked), svgMost)], taxonomy)
	}
	if err := barsSVG.Execute(w, &chart); err != nil {
		return fmt.Errorf("report: svg: %w", err)
	}
	return nil
}

func subtitle(r *insight.DriverReport, ranked int) string {
	if scored(r) == 0 {
		return "No response has a score."
	}
	shown := ""
	if ranked > svgMost {
		shown = fmt.Sprintf("the %d largest of %d ", svgMost, ranked)
	}
	return fmt.Sprintf("NPS %s (%s to %s), scored comments: %d. Bars: %simpacts in NPS points, with 95 %% intervals.",
		signed(float64(r.NPS.Value), 0), signed(float64(r.NPS.Low), 1), signed(float64(r.NPS.High), 1), r.Base.N, shown)
}

// draw adds the bars and the ticks under them. The largest distance from 0 that they show, at least a point, fills the width.
func (c *svgBars) draw(ranked []*insight.Driver, taxonomy *feedback.Taxonomy) {
	reach := 1.0
	for _, d := range ranked {
		for _, edge := range []insight.Number{d.NPSImpact.Value, d.NPSImpact.Low, d.NPSImpact.High} {
			reach = max(reach, math.Abs(float64(edge)))
		}
	}
	c.Bottom = svgTop + svgRow*len(ranked)
	c.TickY, c.Height = c.Bottom+16, c.Bottom+28
	x := func(points float64) float64 {
		return math.Round(10*(svgLeft+(points+reach)/(2*reach)*(svgRight-svgLeft))) / 10
	}
	c.Ticks = ticks(reach, x)
	said := make([]string, len(ranked))
	for i, d := range ranked {
		b := bar(d, svgTop+i*svgRow, x, taxonomy)
		c.Bars = append(c.Bars, b)
		said[i] = b.Label + ": " + b.Number
	}
	c.Description += strings.Join(said, "; ") + "."
}

func bar(d *insight.Driver, y int, x func(float64) float64, taxonomy *feedback.Taxonomy) svgBar {
	value := float64(d.NPSImpact.Value)
	b := svgBar{
		Label: clip(themeName(d.Theme, taxonomy), svgLabel-2) + " " + polaritySign(d), Number: signed(value, 1), Colour: colourPromoter,
		X: x(min(0, value)), Width: math.Round(10*(x(max(0, value))-x(min(0, value)))) / 10,
		Low: x(float64(d.NPSImpact.Low)), High: x(float64(d.NPSImpact.High)),
		Y: y, TextY: y + 13, Middle: y + 8, WhiskerTop: y + 4,
	}
	if value < 0 {
		b.Colour = colourDetractor
	}
	return b
}

// themeName gives the theme's name in English, fit for XML, or its id.
func themeName(id string, taxonomy *feedback.Taxonomy) string {
	if taxonomy != nil {
		if theme, ok := taxonomy.Theme(id); ok {
			return printable(theme.Name("en"))
		}
	}
	return printable(id)
}

// clip cuts a text that takes more than most cells.
func clip(text string, most int) string {
	if cells(text) <= most {
		return text
	}
	room := most - 1
	for i, r := range text {
		if room -= cells(string(r)); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// ticks marks round numbers of points on both sides of zero, at most four on each. Reach is at least 1.
func ticks(reach float64, x func(float64) float64) []svgTick {
	step := roundStep(reach, 4)
	decimals := stepDecimals(step)
	var list []svgTick
	last := int(math.Floor(reach / step))
	for k := -last; k <= last; k++ {
		tick := svgTick{X: x(float64(k) * step), Label: signed(float64(k)*step, decimals), Zero: k == 0}
		if tick.Zero {
			tick.Label = "0"
		}
		list = append(list, tick)
	}
	return list
}
