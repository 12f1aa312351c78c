package report

import (
	"fmt"
	"html/template"
	"io"
	"math"

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
{{end}}</svg>
`))

type svgBars struct {
	Title, Subtitle, Description string
	Width, Height, Bottom, TickY int
	LabelX, NumberX              int
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
	svgWidth, svgLeft, svgRight, svgTop, svgRow = 860, 270, 780, 70, 26
	svgMost                                     = 16
	colourPromoter                              = "#2166ac"
	colourDetractor                             = "#d9772b"
)

// driversSVG draws the impact of the ranked drivers, at most svgMost of them.
func driversSVG(w io.Writer, r *insight.DriverReport, taxonomy *feedback.Taxonomy) error {
	chart := svgBars{
		Title:       "What moves the score",
		Subtitle:    fmt.Sprintf("NPS %s (%.1f to %.1f), %d scored comments. Bars: impact on the NPS in points, with 95 %% intervals.", signed(float64(r.NPS.Value), 0), float64(r.NPS.Low), float64(r.NPS.High), r.Base.N),
		Description: "Diverging bars: the impact of each significant driver on the NPS in points, with its interval.",
		Width:       svgWidth, LabelX: svgLeft - 12, NumberX: svgWidth - 12,
	}
	var ranked []*insight.Driver
	reach := 1.0
	for i := range r.Drivers {
		if d := &r.Drivers[i]; d.Rank != nil && len(ranked) < svgMost {
			ranked = append(ranked, d)
			reach = max(reach, math.Abs(float64(d.NPSImpact.Low)), math.Abs(float64(d.NPSImpact.High)))
		}
	}
	chart.Bottom = svgTop + svgRow*len(ranked)
	chart.TickY, chart.Height = chart.Bottom+16, chart.Bottom+28
	x := func(points float64) float64 {
		return math.Round(10*(svgLeft+(points+reach)/(2*reach)*(svgRight-svgLeft))) / 10
	}
	chart.Ticks = ticks(reach, x)
	for i, d := range ranked {
		chart.Bars = append(chart.Bars, bar(d, svgTop+i*svgRow, x, taxonomy))
	}
	if err := barsSVG.Execute(w, chart); err != nil {
		return fmt.Errorf("report: svg: %w", err)
	}
	return nil
}

func bar(d *insight.Driver, y int, x func(float64) float64, taxonomy *feedback.Taxonomy) svgBar {
	value := float64(d.NPSImpact.Value)
	name := d.Theme
	if theme, ok := taxonomy.Theme(d.Theme); ok {
		name = theme.Name("en")
	}
	b := svgBar{
		Label: name + " " + polaritySign(d), Number: signed(value, 1), Colour: colourPromoter,
		X: x(min(0, value)), Width: math.Round(10*(x(math.Abs(value))-x(0))) / 10,
		Low: x(float64(d.NPSImpact.Low)), High: x(float64(d.NPSImpact.High)),
		Y: y, TextY: y + 13, Middle: y + 8, WhiskerTop: y + 4,
	}
	if value < 0 {
		b.Colour = colourDetractor
	}
	return b
}

// ticks marks round numbers of points on both sides of zero.
func ticks(reach float64, x func(float64) float64) []svgTick {
	step := math.Pow(10, math.Floor(math.Log10(reach)))
	for _, m := range []float64{0.5, 1, 2, 5} {
		if reach/(step*m) <= 4 {
			step *= m
			break
		}
	}
	var list []svgTick
	for k := -int(reach / step); k <= int(reach/step); k++ {
		list = append(list, svgTick{X: x(float64(k) * step), Label: signed(float64(k)*step, 0), Zero: k == 0})
	}
	return list
}
