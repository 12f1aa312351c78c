package report

import (
	"slices"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
)

// block gives the lines of the table that starts after the line with the title, header first.
func block(t *testing.T, out, title string) []string {
	t.Helper()
	_, rest, ok := strings.Cut(out, title)
	if !ok {
		t.Fatalf("there is no %q in\n%s", title, out)
	}
	_, rest, _ = strings.Cut(rest, "\n\n")
	lines, _, _ := strings.Cut(rest, "\n\n")
	return strings.Split(strings.TrimRight(lines, "\n"), "\n")
}

// The columns stand under each other in cells of a terminal: names to the left, figures to the right.
func TestColumnsStandUnderEachOther(t *testing.T) {
	r := realistic()
	r.Drivers[1].Theme, r.Drivers[2].Theme = "售后服务/客服", "cafe\u0301" // two cells for an ideograph, none for a combining mark
	out := render(t, Table, r, nil)
	all := 0
	for _, title := range []string{"What makes promoters", "What makes detractors", "Not ranked"} {
		lines := block(t, out, title)
		all += len(lines) - 1
		columnsStand(t, r, lines)
	}
	if all != len(r.Drivers) {
		t.Errorf("%d lines for %d drivers", all, len(r.Drivers))
	}
}

func columnsStand(t *testing.T, r *insight.DriverReport, lines []string) {
	t.Helper()
	end := func(line, upTo string) int { return cells(line[:strings.Index(line, upTo)+len(upTo)]) }
	for _, line := range lines[1:] {
		i := slices.IndexFunc(r.Drivers, func(d insight.Driver) bool { return strings.Contains(line, polaritySign(&d)+" "+d.Theme+" ") })
		if i < 0 {
			t.Errorf("no driver has the line %q", line)
			continue
		}
		d := &r.Drivers[i]
		name := polaritySign(d) + " " + d.Theme
		if got, want := end(line, name)-cells(name), end(lines[0], "driver")-cells("driver"); got != want {
			t.Errorf("the name starts in cell %d, not %d: %s", got, want, line)
		}
		for title, figure := range map[string]string{
			"share": fixed(100*float64(d.Share), 1) + " %", "impact": "  " + signed(float64(d.NPSImpact.Value), 2) + "  ",
			"95 % interval": " to " + signed(float64(d.NPSImpact.High), 2),
		} {
			trimmed := strings.TrimRight(figure, " ")
			if got, want := end(line, figure)-(len(figure)-len(trimmed)), end(lines[0], title); got != want {
				t.Errorf("%s ends in cell %d, not %d: %s", figure, got, want, line)
			}
		}
	}
	for _, line := range lines {
		if strings.HasSuffix(line, " ") || cells(line) > 145 {
			t.Errorf("blanks at the end, or too wide: %q", line)
		}
	}
}

func TestTableSaysWhy(t *testing.T) {
	unsupported := realistic() // comments, but none in a language that is understood
	none := insight.Drivers(feedback.Crosstab{Responses: 5, Commented: 5, Scored: feedback.Scores{9: 3, 2: 2}}, feedback.Patterns{}, insight.Options{})
	unsupported.Ranking, unsupported.Suggestions, unsupported.NPS = none.Ranking, nil, none.NPS
	silent := realistic()
	silent.Drivers, silent.Suggestions = nil, nil
	noPatterns := insight.Drivers(crosstab(survey()), feedback.Patterns{}, insight.Options{})
	sampled := realistic()
	largest := insight.Number(0.00021)
	sampled.Method.ImportanceError = &largest
	hostile := realistic()
	hostile.Drivers[0].Theme = "a\x1b[2J\nb\u009b\xffc"
	for _, c := range []struct {
		name     string
		report   *insight.DriverReport
		has, not []string
	}{
		{
			"realistic", realistic(),
			[]string{"too few", "\n   1  ", "\n   ·  ", "What people suggest: scored responses with a suggestion 27, NPS +11.1\n", "rejected rows 3", "contradicts the score 2", "controlled for language", "Model 2026.11, taxonomy default@1."},
			[]string{"nothing to rank", "standard error"},
		},
		{"empty", empty(), []string{"NPS unknown   no response has a score\n", "Responses 0:", "no scored comment"}, []string{"interval", "contradicts", "rank  driver", "Importance", "Model", "suggest", "100"}},
		{"languages", unsupported, []string{"NPS +20   95 % interval ", "no scored comment in a language that is understood"}, []string{"rank  driver", "Impact:"}},
		{"no driver", silent, []string{"No comment praises a theme or complains of one"}, []string{"rank  driver", "Impact:", "suggest"}},
		{"no importance", &noPatterns, []string{"Impact:", "Model 2026.11"}, []string{"Importance: "}},
		{"too few", onlyTooFew(), []string{"NPS 0   95 % interval −", "too few\n"}, []string{"\n   1  ", "-"}},
		{"sampled", sampled, []string{"standard error up to 0.0002)"}, nil},
		{"hostile", hostile, []string{"+ a[2J bc "}, []string{"\x1b", "\u009b", "\xff"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := render(t, Table, c.report, nil)
			for _, want := range c.has {
				if !strings.Contains(out, want) {
					t.Errorf("there is no %q", want)
				}
			}
			for _, not := range c.not {
				if strings.Contains(out, not) {
					t.Errorf("there is %q", not)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

func TestSuggestionsHaveTheirOwnBlock(t *testing.T) {
	r := realistic()
	lines := block(t, render(t, Table, r, nil), "What people suggest: ")
	if len(lines) != 1+len(r.Suggestions.Drivers)+len(r.Suggestions.Neutral) || !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "− features") }) {
		t.Errorf("%q", lines)
	}
	// Suggestions may name themes though no comment does.
	r.Drivers = nil
	out := render(t, Table, r, nil)
	if !strings.Contains(out, "− features") || !strings.Contains(out, "nothing to rank") {
		t.Error(out)
	}
	r.Suggestions.Drivers, r.Suggestions.Neutral = nil, nil
	if out := render(t, Table, r, nil); !strings.Contains(out, "No suggestion mentions a theme.") {
		t.Error(out)
	}
}

func TestFigures(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{signed(12, 0), "+12"},
		{signed(-12.349, 2), "−12.35"},
		{signed(0, 1), "0.0"},
		{signed(-0.04, 1), "0.0"},
		{signed(0.04, 1), "0.0"},
		{signed(-0.05, 1), "−0.1"},
		{signed(0.4, 0), "0"},
		{signed(-0.4, 0), "0"},
		{signed(100, 1), "+100.0"},
		{signed(-100, 0), "−100"},
		{fixed(-1e-12, 3), "0.000"},
		{fixed(0.0125, 3), "0.013"},
		{fixed(-0.5, 3), "−0.500"},
		{fixed(99.96, 1), "100.0"},
		{ratio(0.0004), "<0.001"},
		{ratio(0.001), "0.001"},
		{ratio(0.0131), "0.013"},
		{ratio(0.1), "0.10"},
		{ratio(19.58022), "19.58"},
		{ratio(12345.678), "12345.68"},
		{probability(0), "<0.0001"},
		{probability(0.00009), "<0.0001"},
		{probability(0.0001), "0.0001"},
		{probability(0.04996), "0.0500"},
		{probability(1), "1.0000"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestCells(t *testing.T) {
	for text, want := range map[string]int{"": 0, "support": 7, "− a": 3, "价格": 4, "ｆｕｌｌ": 8, "cafe\u0301": 4, "پشتیبانی\u200c": 8, "ﾊﾝ": 2} {
		if got := cells(text); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
}
