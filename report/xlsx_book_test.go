package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
)

func TestCellText(t *testing.T) {
	long := strings.Repeat("😀", mostCellText/2+1)
	for text, want := range map[string]string{
		"a\x00b\x1bc\r\nd\te\xff": "abc\nd\te", "": "", "=1": "=1",
		long: strings.Repeat("😀", (mostCellText-1)/2) + "…", strings.Repeat("é", mostCellText): strings.Repeat("é", mostCellText),
	} {
		if got := cellText(text); got != want {
			t.Errorf("%.20q becomes %.20q of %d bytes, want %.20q of %d", text, got, len(got), want, len(want))
		}
	}
	for _, nothing := range []any{math.NaN(), math.Inf(1), insight.Number(math.NaN()), "", (*insight.Number)(nil), (*insight.PValue)(nil), nil} {
		if got := sheetValue(nothing); got != nil {
			t.Errorf("%v becomes %v", nothing, got)
		}
	}
}

// Whatever was counted, every figure of a file is a number.
func TestFilesOfAnyCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for range 30 {
		tab := feedback.Crosstab{Model: "2026.11"}
		most := 1 + random.IntN(200)
		for theme := range random.IntN(12) {
			for _, sentiment := range []feedback.Sentiment{feedback.Positive, feedback.Negative} {
				counts := feedback.ThemeCounts{Theme: fmt.Sprintf("theme_%d", theme), Sentiment: sentiment}
				for score := range counts.Scores {
					counts.Scores[score] = random.IntN(most) * random.IntN(2)
					tab.Base[score] = max(tab.Base[score], counts.Scores[score])
				}
				tab.Themes = append(tab.Themes, counts)
			}
		}
		tab.Scored, tab.SuggestionBase, tab.SuggestionThemes = tab.Base, tab.Base, tab.Themes
		r := insight.Drivers(tab, feedback.Patterns{}, insight.Options{})
		file := openWorkbook(t, workbook(t, Document{Drivers: &r, Scores: tab.Scored}))
		for _, sheet := range file.GetSheetList() {
			for i, row := range raw(t, file, sheet) {
				if text := strings.Join(row, " "); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Errorf("%s, row %d: %s", sheet, i+1, text)
				}
			}
		}
		if rows := openParquet(t, driversParquet(t, &r, Choice{})).NumRows(); rows != int64(2*len(r.Drivers)) {
			t.Errorf("%d rows for %d drivers", rows, len(r.Drivers))
		}
	}
}
