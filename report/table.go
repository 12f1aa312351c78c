package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"verbatim/feedback"
	"verbatim/insight"
)

// driversTable writes the report for people; only here and in pictures figures are rounded.
func driversTable(w io.Writer, d *Document) error {
	var out strings.Builder
	r := d.Drivers
	summary(&out, r)
	switch {
	case r.Base.N == 0:
		out.WriteString("\nThere is no scored comment in a language that is understood, so there is nothing to rank.\n")
	case len(r.Drivers) == 0:
		out.WriteString("\nNo comment praises a theme or complains of one, so there is nothing to rank.\n")
	default:
		fmt.Fprintf(&out, "Base of the ranking: scored comments %d, NPS %s\n", r.Base.N, signed(float64(r.Base.NPS), 1))
		rankings(&out, d)
	}
	if r.Suggestions != nil {
		wishes(&out, r.Suggestions)
	}
	if len(r.Drivers) > 0 {
		notes(&out, r)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("report: table: %w", err)
	}
	return nil
}

// rankings writes two rankings, what raises the score and what lowers it, with quotes, and then what is not ranked.
func rankings(out *strings.Builder, d *Document) {
	var up, down, rest []insight.Driver
	for _, driver := range d.Drivers.Drivers {
		switch {
		case driver.Rank == nil:
			rest = append(rest, driver)
		case driver.NPSImpact.Value > 0:
			up = append(up, driver)
		default:
			down = append(down, driver)
		}
	}
	for _, part := range []struct {
		title   string
		drivers []insight.Driver
	}{{"What makes promoters", up}, {"What makes detractors", down}, {"Not ranked", rest}} {
		if len(part.drivers) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n\n", part.title)
		driverGrid(part.drivers).write(out)
		for i := range part.drivers {
			quotesText(out, d, &part.drivers[i])
		}
	}
	if len(up)+len(down) == 0 {
		out.WriteString("\nNo driver is significant: nothing here is more than chance explains.\n")
	}
}

// wishes lists what the suggestions mention, by mentions: most are wishes, which neither praise nor complain and have no
// impact to be ranked by.
func wishes(out *strings.Builder, r *insight.Ranking) {
	fmt.Fprintf(out, "\nWhat people suggest: scored responses with a suggestion %d, NPS %s\n\n", r.Base.N, signed(float64(r.Base.NPS), 1))
	list := wishesOf(r)
	if len(list) == 0 {
		out.WriteString("No suggestion mentions a theme.\n")
		return
	}
	g := grid{{"mentions", "theme", "share of suggestions (95 % interval)"}}
	for _, l := range list {
		share := insight.Wilson(l.mentions, max(r.Base.N, l.mentions))
		name := driverName(l.theme, l.sentiment)
		if l.sentiment == feedback.Neutral {
			name = "· " + printable(l.theme)
		}
		g = append(g, []string{strconv.Itoa(l.mentions), name, percent(share.Value) + " (" + percent(share.Low) + " to " + percent(share.High) + ")"})
	}
	g.write(out)
}

// quotesText writes the quotes of a driver.
func quotesText(out *strings.Builder, d *Document, driver *insight.Driver) {
	quotes := d.quotesOf(driver)
	if len(quotes) == 0 {
		return
	}
	fmt.Fprintf(out, "\n  %s\n", driverName(driver.Theme, driver.Sentiment))
	for _, q := range quotes {
		fmt.Fprintf(out, "  %2d  %-3s %s\n", q.Score, q.Language, printable(strings.Join(strings.Fields(q.Text), " ")))
	}
}

func summary(out *strings.Builder, r *insight.DriverReport) {
	if scored(r) == 0 {
		out.WriteString("NPS unknown   no response has a score\n")
	} else {
		fmt.Fprintf(out, "NPS %s   95 %% interval %s to %s   (promoters %d, passives %d, detractors %d)\n", signed(float64(r.NPS.Value), 0),
			signed(float64(r.NPS.Low), 1), signed(float64(r.NPS.High), 1), r.NPS.Promoters, r.NPS.Passives, r.NPS.Detractors)
	}
	fmt.Fprintf(out, "Responses %d: with a comment %d, without a score %d", r.Responses, r.Commented, r.Unscored)
	if r.Mismatch > 0 {
		fmt.Fprintf(out, ", with a text that contradicts the score %d", r.Mismatch)
	}
	fmt.Fprintf(out, "; rejected rows %d\n", r.Rejected)
}

// scored is how many responses have a score.
func scored(r *insight.DriverReport) int {
	return r.NPS.Promoters + r.NPS.Passives + r.NPS.Detractors
}

// driverColumn is where the name stands; all other columns hold figures.
const driverColumn = 1

func driverGrid(drivers []insight.Driver) grid {
	g := grid{{"rank", "driver", "mentions", "share", "prom.", "pass.", "detr.", "impact", "95 % interval", "per 100", "odds ratio", "q", "importance"}}
	for i := range drivers {
		d := &drivers[i]
		rank, q, importance := "·", "too few", ""
		if d.Rank != nil {
			rank = strconv.Itoa(*d.Rank)
		}
		if d.QValue != nil {
			q = probability(float64(*d.QValue))
		}
		if d.Importance != nil {
			importance = fixed(float64(*d.Importance), 3)
		}
		g = append(g, []string{
			rank, polaritySign(d) + " " + printable(d.Theme), strconv.Itoa(d.Mentions), fixed(100*float64(d.Share), 1) + " %",
			strconv.Itoa(d.Promoters), strconv.Itoa(d.Passives), strconv.Itoa(d.Detractors), signed(float64(d.NPSImpact.Value), 2),
			signed(float64(d.NPSImpact.Low), 2) + " to " + signed(float64(d.NPSImpact.High), 2), signed(d.Detail.PerHundred, 2), ratio(float64(d.OddsRatio.Value)), q, importance,
		})
	}
	return g
}

// notes explains the columns.
func notes(out *strings.Builder, r *insight.DriverReport) {
	fmt.Fprintf(out, "\nImpact: the NPS of all these responses minus the NPS of those that do not mention the driver. Per 100: what a hundred\n"+
		"mentions bring or cost. Odds ratio: above 1 goes with detractors. Ranked by impact where q ≤ %.2f (%s); · is not significant, or has under %d mentions.\n",
		insight.MaxQ, r.Method.FDR, insight.MinMentions)
	if anyImportance(r.Drivers) {
		fmt.Fprintf(out, "Importance: share of R² (%s, R² = %s", r.Method.Importance, fixed(float64(r.Method.R2), 3))
		if len(r.Method.Controls) > 0 {
			fmt.Fprintf(out, ", controlled for %s", strings.Join(r.Method.Controls, ", "))
		}
		if r.Method.ImportanceError != nil {
			fmt.Fprintf(out, ", standard error up to %s", fixed(float64(*r.Method.ImportanceError), 4))
		}
		out.WriteString(").\n")
	}
	if r.Method.Model != "" {
		fmt.Fprintf(out, "Model %s, taxonomy %s.\n", r.Method.Model, r.Method.Taxonomy)
	}
}

func anyImportance(drivers []insight.Driver) bool {
	for i := range drivers {
		if drivers[i].Importance != nil {
			return true
		}
	}
	return false
}

// grid holds rows of cells, the first of them the titles.
type grid [][]string

// write writes the columns two blanks apart, names to the left and figures to the right.
func (g grid) write(out *strings.Builder) {
	widths := make([]int, len(g[0]))
	for _, row := range g {
		for i, cell := range row {
			widths[i] = max(widths[i], cells(cell))
		}
	}
	for _, row := range g {
		var line strings.Builder
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-cells(cell))
			if i == driverColumn {
				line.WriteString(cell + padding + "  ")
			} else {
				line.WriteString(padding + cell + "  ")
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// cells is how many cells of a terminal a text takes: two for an ideograph, none for a combining mark.
func cells(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// printable makes a name of a workspace's own taxonomy fit for a terminal and for XML: control characters, which could
// move the cursor, what is no UTF-8, and the code points that XML knows not go.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, name)
}

func polaritySign(d *insight.Driver) string {
	if d.Sentiment == feedback.Positive {
		return "+"
	}
	return "−"
}

// signed writes a number with its sign, minus as the minus sign; zero has none.
func signed(x float64, decimals int) string {
	text := fixed(x, decimals)
	if x > 0 && strings.Trim(text, "0.") != "" {
		return "+" + text
	}
	return text
}

// fixed writes a number with so many decimals, minus as the minus sign, and never −0.
func fixed(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return strings.Replace(text, "-", "−", 1)
}

// ratio writes an odds ratio so that ratios far below 1 still differ.
func ratio(x float64) string {
	switch {
	case x < 0.001:
		return "<0.001"
	case x < 0.1:
		return fixed(x, 3)
	}
	return fixed(x, 2)
}

func probability(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fixed(p, 4)
}
