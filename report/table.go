package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"verbatim/insight"
)

// driversTable writes the report for people; only here figures are rounded.
func driversTable(w io.Writer, r *insight.DriverReport) error {
	var out strings.Builder
	summary(&out, r)
	if len(r.Drivers) == 0 {
		out.WriteString("\nNo theme was found in the comments, so there is nothing to rank.\n")
	} else {
		out.WriteString("\n")
		driverRows(&out, r.Drivers)
	}
	if r.Suggestions != nil && len(r.Suggestions.Drivers) > 0 {
		fmt.Fprintf(&out, "\nSuggestions (%d scored responses have one)\n", r.Suggestions.Base.N)
		driverRows(&out, r.Suggestions.Drivers)
	}
	notes(&out, r)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("report: table: %w", err)
	}
	return nil
}

func summary(out *strings.Builder, r *insight.DriverReport) {
	fmt.Fprintf(out, "NPS %s   95 %% interval %.1f to %.1f   (%d promoters, %d passives, %d detractors)\n",
		signed(float64(r.NPS.Value), 0), float64(r.NPS.Low), float64(r.NPS.High), r.NPS.Promoters, r.NPS.Passives, r.NPS.Detractors)
	fmt.Fprintf(out, "%d responses, %d with a comment, %d without a score, %d rejected", r.Responses, r.Commented, r.Unscored, r.Rejected)
	if r.Mismatch > 0 {
		fmt.Fprintf(out, ", %d whose text contradicts the score", r.Mismatch)
	}
	fmt.Fprintf(out, "\nBase of the ranking: %d scored comments, NPS %s\n", r.Base.N, signed(float64(r.Base.NPS), 1))
}

func driverRows(out *strings.Builder, drivers []insight.Driver) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "rank\tdriver\tmentions\tshare\tprom.\tpass.\tdetr.\tNPS impact\t95 % interval\todds ratio\tq\timportance\t")
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
			importance = fmt.Sprintf("%.3f", float64(*d.Importance))
		}
		fmt.Fprintf(t, "%s\t%s %s\t%d\t%.1f %%\t%d\t%d\t%d\t%s\t%s to %s\t%.2f\t%s\t%s\t\n", rank, polaritySign(d), d.Theme, d.Mentions,
			100*float64(d.Share), d.Promoters, d.Passives, d.Detractors, signed(float64(d.NPSImpact.Value), 2),
			signed(float64(d.NPSImpact.Low), 2), signed(float64(d.NPSImpact.High), 2), float64(d.OddsRatio.Value), q, importance)
	}
	t.Flush()
}

func notes(out *strings.Builder, r *insight.DriverReport) {
	fmt.Fprintf(out, "\nNPS impact: the score with all comments minus the score without those that mention the driver. Odds ratio: above 1\n"+
		"goes with detractors. Ranked by impact where q ≤ 0.05 (%s); · is not significant, or under 10 mentions.\n", r.Method.FDR)
	fmt.Fprintf(out, "Importance: share of R² (%s, R² = %.3f). Model %s, taxonomy %s.\n", r.Method.Importance, float64(r.Method.R2), r.Method.Model, r.Method.Taxonomy)
}

func polaritySign(d *insight.Driver) string {
	if d.Sentiment == "positive" {
		return "+"
	}
	return "−"
}

// signed writes a number with its sign, minus as the minus sign.
func signed(x float64, decimals int) string {
	text := fmt.Sprintf("%+.*f", decimals, x)
	if strings.Trim(text, "+-0.") == "" {
		return text[1:]
	}
	return strings.Replace(text, "-", "−", 1)
}

func probability(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}
