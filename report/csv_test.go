package report

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/insight"
)

func parseCSV(t *testing.T, out string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll() // checks that all rows are as long as the first
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// All figures are those of the JSON, digit by digit.
func TestCSVHoldsTheFigures(t *testing.T) {
	r := realistic()
	rows := parseCSV(t, render(t, CSV, r, nil))
	if len(rows) != 1+len(r.Drivers)+len(r.Suggestions.Drivers) || len(rows[0]) != 20 {
		t.Fatalf("%d rows of %d columns", len(rows), len(rows[0]))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	check := func(row []string, text string, d *insight.Driver) {
		want := map[string]string{
			"text": text, "status": string(d.Status), "theme": d.Theme, "sentiment": string(d.Sentiment), "share": d.Share.String(),
			"nps_impact": d.NPSImpact.Value.String(), "nps_impact_low": d.NPSImpact.Low.String(), "nps_impact_high": d.NPSImpact.High.String(),
			"odds_ratio": d.OddsRatio.Value.String(), "odds_ratio_low": d.OddsRatio.Low.String(), "odds_ratio_high": d.OddsRatio.High.String(),
			"p_value": d.PValue.String(), "association_p": d.AssociationP.String(), "q_value": "", "importance": "",
		}
		if d.QValue != nil {
			want["q_value"] = d.QValue.String()
		}
		if d.Importance != nil {
			want["importance"] = d.Importance.String()
		}
		for name, value := range want {
			if got := row[column[name]]; got != value {
				t.Errorf("%s %s: %s is %q, want %q", d.Theme, d.Sentiment, name, got, value)
			}
		}
		if (row[column["rank"]] == "") != (d.Rank == nil) {
			t.Errorf("%s %s: rank %q", d.Theme, d.Sentiment, row[column["rank"]])
		}
	}
	for i := range r.Drivers {
		check(rows[1+i], "comment", &r.Drivers[i])
	}
	for i := range r.Suggestions.Drivers {
		check(rows[1+len(r.Drivers)+i], "suggestion", &r.Suggestions.Drivers[i])
	}
}

func TestCSVIsRFC4180(t *testing.T) {
	r := realistic()
	themes := []string{`a,"b"`, "two\nlines", " blank ", "=1+1", "Läufer; 价格"}
	for i, theme := range themes {
		r.Drivers[i].Theme = theme
	}
	out := render(t, CSV, r, nil)
	if strings.Contains(strings.ReplaceAll(out, "\r\n", ""), "\n") || !strings.HasSuffix(out, "\r\n") || strings.Contains(out, "\r\n\r\n") {
		t.Errorf("lines do not end with CRLF: %q", out)
	}
	rows := parseCSV(t, out)
	var got []string
	for i := range themes {
		got = append(got, rows[1+i][3])
	}
	themes[3] = "'=1+1"
	if diff := cmp.Diff(themes, got); diff != "" {
		t.Error(diff)
	}
}

func TestCSVOfNothingIsItsHeader(t *testing.T) {
	out := render(t, CSV, empty(), nil)
	if !strings.HasPrefix(out, "text,rank,status,theme,") || strings.Count(out, "\r\n") != 1 {
		t.Errorf("%q", out)
	}
	r := empty()
	r.Suggestions = &insight.Ranking{Drivers: []insight.Driver{{Theme: "support", Sentiment: feedback.Negative}}}
	if rows := parseCSV(t, render(t, CSV, r, nil)); len(rows) != 2 || rows[1][0] != "suggestion" {
		t.Errorf("%q", rows)
	}
}

func TestDefuse(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "fine": "fine", "a=b": "a=b", "'quoted": "'quoted", "3 - 4": "3 - 4", "0": "0",
		"-1": "-1", "+1": "+1", "-1.5": "-1.5", "-12.827172": "-12.827172", "-1e-90": "-1e-90", "+.5": "+.5",
		"=1+1": "'=1+1", "+1+1": "'+1+1", "-1-1": "'-1-1", "-1+cmd|' /C calc'!A0": "'-1+cmd|' /C calc'!A0",
		"@x": "'@x", "@SUM(A1:A9)": "'@SUM(A1:A9)", "\t=1": "'\t=1", "\tx": "'\tx", "\rx": "'\rx", "\n=1": "'\n=1", "\t": "'\t",
		" =1+1": "' =1+1", "\u00a0@x": "'\u00a0@x", "＝1+1": "'＝1+1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x",
		"- late again": "'- late again", "-": "'-", "+": "'+", "=": "'=", " ": " ",
		"-Inf": "'-Inf", "+nan": "'+nan", "-0x1p-2": "'-0x1p-2", "+1e999": "'+1e999", "\xff=1": "\xff=1", "−1": "−1",
	} {
		if got := Defuse(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

func FuzzDefuse(f *testing.F) {
	f.Add("=1+1")
	f.Add(" \t-1")
	f.Fuzz(func(t *testing.T, cell string) {
		got := Defuse(cell)
		if strings.TrimPrefix(got, "'") != strings.TrimPrefix(cell, "'") {
			t.Errorf("%q becomes %q", cell, got)
		}
		if again := Defuse(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
		if got != "" && strings.ContainsRune("=@\t\r\n", rune(got[0])) {
			t.Errorf("%q is a formula", got)
		}
	})
}

func TestCSVBeginsWithAMarkWhenAsked(t *testing.T) {
	var marked strings.Builder
	if err := DriversCSV(&marked, realistic(), CSVOptions{BOM: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\ufeff"+render(t, CSV, realistic(), nil), marked.String()); diff != "" {
		t.Error(diff)
	}
	if err := DriversCSV(&closing{2}, realistic(), CSVOptions{BOM: true}); !errors.Is(err, errGone) {
		t.Errorf("the mark does not fit: %v", err)
	}
}

func TestCSVTellsItsMethodWhenAsked(t *testing.T) {
	r := realistic()
	choice := Choice{
		Filter: []string{"--where region=EU", "--from 2026-01-01"},
		Dates:  feedback.Dates{First: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), Last: time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)},
	}
	var out strings.Builder
	if err := DriversCSV(&out, r, CSVOptions{Method: &choice}); err != nil {
		t.Fatal(err)
	}
	plain, rows := parseCSV(t, render(t, CSV, r, nil)), parseCSV(t, out.String())
	for i, row := range rows {
		want := []string{"filter", "n", "model", "taxonomy", "dates"}
		if i > 0 {
			want = []string{"'--where region=EU --from 2026-01-01", "242", "2026.11", "default@1", "2026-01-03 to 2026-03-30"}
		}
		if i > len(r.Drivers) {
			want[1] = "27"
		}
		if diff := cmp.Diff(append(plain[i], want...), row); diff != "" {
			t.Error(diff)
		}
	}
}
