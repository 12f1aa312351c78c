package ingest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestDatesOfSheets(t *testing.T) {
	at := time.Date(2026, 3, 4, 18, 30, 0, 0, time.UTC)
	rows, _ := readAll(t, "s.xlsx", sheet(t,
		[]any{"id", "score", "comment", "date", "bought", "amount"},
		[]any{1.2345678901e10, "9 - Very likely", "a", at, at.Truncate(24 * time.Hour), 46000},
		[]any{"B-2", 10, "b", "31.03.2026", nil, 3.14},
	), Options{})
	got := accepted(t, rows)
	if got[0].ID != "12345678901" || got[0].Score != 9 || !got[0].SubmittedAt.Equal(at) || !got[1].SubmittedAt.Equal(time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(map[string]string{"bought": "2026-03-04", "amount": "46000"}, got[0].Attributes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"amount": "3.14"}, got[1].Attributes); diff != "" {
		t.Error(diff)
	}
}

func TestSheetsOfOldMacs(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	yes := true
	if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
		t.Fatal(err)
	}
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{"score", "comment", "date"}, {9, "a", 44650}} {
		if err := f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("Sheet1", "C2", "C2", style); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	rows, _ := readAll(t, "s.xlsx", out.String(), Options{})
	if got := accepted(t, rows)[0].SubmittedAt.Format(time.DateOnly); got != "2026-03-31" {
		t.Errorf("%s", got)
	}
}

func TestQualtricsSheet(t *testing.T) {
	rows, sum := readAll(t, "q.xlsx", sheet(t,
		[]any{"Status", "ResponseId", "Q1", "Q2"},
		[]any{"Response Type", "Response ID", "How likely are you to recommend us?", "Why did you give this score?"},
		[]any{`{"ImportId":"status"}`, `{"ImportId":"_recordId"}`, `{"ImportId":"QID1"}`, `{"ImportId":"QID2_TEXT"}`},
		[]any{"Survey Preview", "R_0", 1, "test"},
		[]any{"IP Address", "R_1", 9, "good"},
	), Options{})
	if diff := cmp.Diff([]string{"R_1 9 good"}, texts(rows)); diff != "" || sum.Previews != 1 || rows[0].Line != 5 {
		t.Errorf("%s %+v", diff, sum)
	}
}

// TestDamagedSheets cuts and bends a workbook: each gives an error or rows, and never a panic.
func TestDamagedSheets(t *testing.T) {
	good := sheet(t, []any{"id", "score", "comment"}, []any{1, 9, "a"}, []any{2, 8, "b"})
	for i := 4; i < len(good); i += 97 {
		bent := good[:i] + string(good[i]^0x55) + good[i+1:]
		for _, data := range []string{good[:i], bent} {
			r, err := NewReader(strings.NewReader(data), "s.xlsx", Options{})
			if err != nil {
				continue
			}
			for {
				if _, err := r.Next(); err != nil {
					break
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestNumbersOfSheets(t *testing.T) {
	for cell, want := range map[string]string{
		"9": "9", "1.2345678901E+10": "12345678901", "1.2345678901E10": "12345678901", "1E+3": "1000", "2E10": "2E10", "A1E+3": "A1E+3", "1.5E+0": "1.5E+0",
		"1.2345678901234567E+30": "1.2345678901234567E+30", "": "", "E+": "E+", "1.xE+2": "1.xE+2",
	} {
		if got := plainNumber(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]bool{"46112": true, "46112.5": true, "0": false, "": false, "x": false, "-1": false, "99999999": false, "1x": false} {
		if _, ok := serial(cell); ok != want {
			t.Errorf("%q is a serial date: %v", cell, ok)
		}
	}
	for shown, want := range map[string]bool{
		"1/31/26 10:00": true, "31.01.2026": true, "2026年1月31日": true, "31-Jan-26": true, "46112": false, "46,112.50": false, "-46112": false, "12:30": false,
	} {
		if shownAsDate(shown) != want {
			t.Errorf("%q is shown as a date: %v", shown, !want)
		}
	}
	for days, want := range map[float64]string{46112: "2026-03-31", 46112.5: "2026-03-31 12:00:00", 46112.99999999: "2026-04-01", 1.25: "1899-12-31 06:00:00"} {
		if got := isoDate(excelEpoch, days); got != want {
			t.Errorf("%v: %s, want %s", days, got, want)
		}
	}
}

// TestFirstSheetWithData passes over empty sheets and takes no other.
func TestFirstSheetWithData(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for i, name := range []string{"Blank", "Data", "More"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for k, row := range [][]any{{"id", "score", "comment"}, {name, 9, "from " + name}} {
			if i == 0 {
				row = []any{" ", ""}
			}
			if err := f.SetSheetRow(name, "B"+string(rune('3'+k)), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	rows, sum := readAll(t, "s.xlsx", out.String(), Options{})
	if diff := cmp.Diff([]string{"Data 9 from Data"}, texts(rows)); diff != "" || rows[0].Line != 4 {
		t.Errorf("line %d %s", rows[0].Line, diff)
	}
	if diff := cmp.Diff([]Dropped{{Reason: "no name"}}, sum.Mapping.Dropped); diff != "" {
		t.Error(diff)
	}
}
