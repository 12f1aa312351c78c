package report

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"verbatim/feedback"
	"verbatim/insight"
)

// sheetDocument is one with everything in it.
func sheetDocument(t *testing.T, language string) Document {
	t.Helper()
	r := realistic()
	points := []insight.TrendPoint{
		{Name: "2026-01", Start: "2026-01-01", Responses: 90, Commented: 80, NPS: npsValue(50, 20, 20)},
		{Name: "2026-02", Start: "2026-02-01"},
		{
			Name: "2026-03", Start: "2026-03-01", Responses: 100, Commented: 95, NPS: npsValue(40, 25, 35),
			Change: &insight.Contrast{Interval: insight.Interval{Value: -28.3, Low: -50.5, High: -5.2}, P: 0.014},
		},
	}
	share := &insight.Interval{Value: 0.25, Low: 0.17, High: 0.35}
	q := insight.PValue(0.00003)
	return Document{
		Language: language, Drivers: r, Scores: crosstab(survey()).Scored, Taxonomy: taxonomy(t), Version: "1.2.3",
		Filter: []string{"--where region=EU", "--from 2026-01-01"},
		Dates:  feedback.Dates{First: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), Last: time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)},
		Trend: &insight.TrendReport{
			Period: feedback.Month, TimeZone: "UTC", Points: points, Undated: 4,
			Drivers: []insight.DriverTrend{{
				Theme: "support", Sentiment: feedback.Negative, Mentions: 40,
				Points: []insight.SharePoint{{Mentions: 20, Base: 80, Share: share}, {}, {Mentions: 20, Base: 80, Share: share}},
			}},
		},
		Segments: []insight.SegmentsReport{{
			By: "region", Responses: 200, Absent: 12, Segments: []insight.Segment{
				{
					Name: "EU", Responses: 120, Commented: 110, NPS: npsValue(70, 20, 30),
					Gap:       &insight.Contrast{Interval: insight.Interval{Value: 24.5, Low: 12.1, High: 36.9}, P: 0.00001, Q: &q},
					Strongest: []insight.SegmentDriver{{Theme: "service_staff", Sentiment: feedback.Positive, Mentions: 30}, {Theme: "support", Sentiment: feedback.Negative, Mentions: 22}},
				},
				{Name: "=1+1", Responses: 70, Commented: 61, NPS: npsValue(30, 10, 30)},
				{Name: "APAC", Responses: 4, Suppressed: true},
			},
		}},
		Quotes: []DriverQuotes{
			{Theme: "support", Sentiment: feedback.Negative, Quotes: []Quote{
				{ID: "R1", Survey: "spring", Score: 2, Language: "fi", Text: "Toimitus kesti kolme viikkoa, ja tuki ei vastannut puhelimeen eikä sähköposteihin lainkaan, vaikka yritin monta kertaa", Start: 33, End: 50},
				{ID: "R2", Survey: "spring", Score: 0, Language: "en", Text: "=HYPERLINK(\"http://x\") nobody answers", Start: 0, End: 0},
			}},
			{Theme: "service_staff", Sentiment: feedback.Positive, Quotes: []Quote{{ID: "R3", Survey: "spring", Score: 10, Language: "zh", Text: "店员非常热情，价格也合理", Start: 0, End: 6}}},
		},
	}
}

func npsValue(promoters, passives, detractors int) *insight.NPSValue {
	v := insight.NPS(promoters, passives, detractors)
	return &v
}

func workbook(t *testing.T, d Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := XLSX(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openWorkbook(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// raw gives the cells of a sheet as they are stored.
func raw(t *testing.T, file *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := file.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// entry is a file of the archive.
func entry(t *testing.T, data []byte, name string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	in, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSheetsAreInTheLanguage(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"Summary", "Drivers", "Suggestions", "Segments", "Trend", "Drivers over time", "Quotes", "Method"},
		"zh": {"摘要", "驱动因素", "建议", "细分", "趋势", "驱动因素趋势", "评论摘录", "方法"},
		"ru": {"Сводка", "Факторы", "Предложения", "Сегменты", "Динамика", "Факторы во времени", "Цитаты", "Метод"},
		"fi": {"Yhteenveto", "Tekijät", "Ehdotukset", "Segmentit", "Kehitys", "Tekijöiden kehitys", "Lainaukset", "Menetelmä"},
	} {
		file := openWorkbook(t, workbook(t, sheetDocument(t, language)))
		if diff := cmp.Diff(want, file.GetSheetList()); diff != "" {
			t.Error(diff)
		}
		w := sheetWordsIn(language)
		if got := raw(t, file, w.drivers)[0][1]; got != w.theme {
			t.Errorf("%s: %q", language, got)
		}
		if got := raw(t, file, w.drivers)[1][1]; got != taxonomyName(t, "service_staff", language) {
			t.Errorf("%s: the first theme is %q", language, got)
		}
	}
	if sheetWordsIn("de") != sheetWordsIn("en") {
		t.Error("other languages are not written in English")
	}
}

func taxonomyName(t *testing.T, id, language string) string {
	t.Helper()
	theme, ok := taxonomy(t).Theme(id)
	if !ok {
		t.Fatal(id)
	}
	return theme.Name(language)
}

func TestSheetsHaveEveryWord(t *testing.T) {
	for _, language := range Languages {
		words := reflect.ValueOf(*sheetLanguages[language])
		for i := range words.NumField() {
			if words.Field(i).String() == "" {
				t.Errorf("%s has no %s", language, words.Type().Field(i).Name)
			}
		}
		names := map[string]bool{}
		w := sheetLanguages[language]
		for _, sheet := range []string{w.summary, w.drivers, w.suggestions, w.segments, w.trend, w.driverTrend, w.quotes, w.method} {
			if names[sheet] || len([]rune(sheet)) > 31 || strings.ContainsAny(sheet, `[]:*?/\'`) {
				t.Errorf("%q cannot name a sheet", sheet)
			}
			names[sheet] = true
		}
	}
}

func TestDriverSheetsHoldTheFigures(t *testing.T) {
	r := realistic()
	file := openWorkbook(t, workbook(t, sheetDocument(t, "en")))
	check := func(sheet string, drivers []insight.Driver) {
		rows := raw(t, file, sheet)
		for i := range drivers {
			d, row := &drivers[i], rows[i+1]
			rank := 0.0
			if d.Rank != nil {
				rank = float64(*d.Rank)
			}
			for column, want := range map[int]float64{
				0: rank, 3: float64(d.Mentions), 4: float64(d.Share), 5: float64(d.NPSImpact.Value), 6: float64(d.NPSImpact.Low),
				7: float64(d.NPSImpact.High), 8: d.Detail.PerHundred, 12: float64(d.Promoters), 13: float64(d.Passives), 14: float64(d.Detractors),
				15: float64(d.OddsRatio.Value), 16: float64(d.OddsRatio.Low), 17: float64(d.OddsRatio.High), 18: float64(d.PValue), 19: float64(d.AssociationP),
				9: float64(orNothing(d.QValue)), 10: float64(orNothing(d.Importance)),
			} {
				got, err := strconv.ParseFloat(row[column], 64)
				if row[column] == "" {
					got, err = 0, nil
				}
				if err != nil || math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Errorf("%s %s: column %d is %q, want %v", sheet, d.Theme, column, row[column], want)
				}
			}
			if row[20] != d.Theme {
				t.Errorf("row %d is %q, want %q", i, row[20], d.Theme)
			}
		}
	}
	check("Drivers", r.Drivers)
	check("Suggestions", r.Suggestions.Drivers)
	for cell, want := range map[string]string{"A8": "", "J8": "", "K8": "", "L8": "too few mentions"} { // Food and drink
		if got, _ := file.GetCellValue("Drivers", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
}

func orNothing[T any](value *T) (out T) {
	if value != nil {
		out = *value
	}
	return out
}

func TestSheetsShowRoundedFigures(t *testing.T) {
	file := openWorkbook(t, workbook(t, sheetDocument(t, "en")))
	for _, c := range []struct{ sheet, cell, want string }{
		{"Drivers", "E2", "30.2%"},
		{"Drivers", "F2", "+34.63"},
		{"Drivers", "F3", "-21.05"},
		{"Drivers", "D2", "73"},
		{"Drivers", "K2", "0.249"},
		{"Segments", "E2", "+33.3"},
		{"Trend", "H4", "-28.3"},
		{"Drivers over time", "F2", "25.0%"},
		{"Summary", "B4", "+22.4"},
		{"Summary", "B6", "254"},
		{"Summary", "G15", "87"},
		{"Method", "B3", "--where region=EU --from 2026-01-01"},
		{"Method", "B4", "2026-01-03 – 2026-03-30"},
		{"Trend", "E3", ""},
		{"Segments", "M4", "too few responses"},
		{"Segments", "B5", "Without a value"},
	} {
		if got, err := file.GetCellValue(c.sheet, c.cell); err != nil || got != c.want {
			t.Errorf("%s %s is %q, want %q (%v)", c.sheet, c.cell, got, c.want, err)
		}
	}
	style, err := file.GetCellStyle("Drivers", "J2")
	if err != nil {
		t.Fatal(err)
	}
	look, err := file.GetStyle(style)
	if err != nil || look.CustomNumFmt == nil || !strings.HasPrefix(*look.CustomNumFmt, "[<0.0001]0.0E+00") {
		t.Errorf("q is shown by %+v", look)
	}
}

func TestSheetsAreReadyToRead(t *testing.T) {
	data := workbook(t, sheetDocument(t, "en"))
	file := openWorkbook(t, data)
	filters, titles := map[string]bool{}, map[string]bool{}
	for _, name := range file.GetDefinedName() {
		filters[name.Scope] = filters[name.Scope] || strings.Contains(name.Name, "FilterDatabase")
		titles[name.Scope] = titles[name.Scope] || name.Name == "_xlnm.Print_Titles" && name.RefersTo == "'"+name.Scope+"'!$1:$1"
	}
	for _, sheet := range file.GetSheetList() {
		layout, err := file.GetPageLayout(sheet)
		if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
			t.Errorf("%s prints %+v (%v)", sheet, layout, err)
		}
		if props, err := file.GetSheetProps(sheet); err != nil || props.FitToPage == nil || !*props.FitToPage {
			t.Errorf("%s does not fit a page", sheet)
		}
		if sheet == "Summary" || sheet == "Method" {
			continue
		}
		if panes, err := file.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s has no frozen header: %+v", sheet, panes)
		}
		if !filters[sheet] || !titles[sheet] {
			t.Errorf("%s: filter %t, titles %t", sheet, filters[sheet], titles[sheet])
		}
	}
	bars := entry(t, data, "xl/charts/chart2.xml")
	if !strings.Contains(bars, `<barDir val="bar"`) || !strings.Contains(bars, "Drivers&#39;!$C$12:$C$15") {
		t.Errorf("no bars on the drivers: %.300s", bars)
	}
	if lines := entry(t, data, "xl/charts/chart3.xml"); !strings.Contains(lines, "<lineChart>") || !strings.Contains(lines, "&#39;Trend&#39;!$E$2:$E$4") {
		t.Errorf("no lines on the trend: %.300s", lines)
	}
}

// Nothing that anyone wrote is a formula.
func TestSheetsHaveNoFormulas(t *testing.T) {
	d := sheetDocument(t, "en")
	d.Title = "=1+1"
	d.Drivers.Drivers[0].Theme = "@SUM(A1:A9)"
	data := workbook(t, d)
	file := openWorkbook(t, data)
	for i, sheet := range file.GetSheetList() {
		if text := entry(t, data, "xl/worksheets/sheet"+strconv.Itoa(i+1)+".xml"); strings.Contains(text, "<f>") || strings.Contains(text, "<f ") {
			t.Errorf("%s has a formula", sheet)
		}
	}
	for _, c := range []struct{ sheet, cell, want string }{
		{"Summary", "A1", "=1+1"}, {"Drivers", "B2", "@SUM(A1:A9)"}, {"Segments", "B3", "=1+1"}, {"Quotes", "D3", `=HYPERLINK("http://x") nobody answers`},
	} {
		got, err := file.GetCellValue(c.sheet, c.cell)
		kind, _ := file.GetCellType(c.sheet, c.cell)
		if err != nil || got != c.want || kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
			t.Errorf("%s %s is %q of type %d", c.sheet, c.cell, got, kind)
		}
	}
}

func TestQuotesMarkTheirEvidence(t *testing.T) {
	d := sheetDocument(t, "en")
	d.Quotes[0].Quotes = append(d.Quotes[0].Quotes, Quote{Text: "short", Start: 2, End: 99}, Quote{Text: "odd", Start: 7, End: 9}, Quote{Text: "a\x01\uFFFEb", Start: -4, End: 1})
	file := openWorkbook(t, workbook(t, d))
	for row, want := range map[int][]string{
		2: {"Toimitus kesti kolme viikkoa, ja ", "tuki ei vastannut", " puhelimeen eikä sähköposteihin lainkaan, vaikka yritin monta kertaa"},
		3: nil, 4: {"sh", "ort"}, 5: nil, 6: {"a", "b"}, 7: {"店员非常热情", "，价格也合理"},
	} {
		runs, err := file.GetCellRichText("Quotes", "D"+strconv.Itoa(row))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, run := range runs {
			if want != nil {
				got = append(got, run.Text)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d: %s", row, diff)
		}
		if row == 2 && (!runs[1].Font.Bold || runs[0].Font.Bold) {
			t.Error("the evidence is not what is bold")
		}
	}
}

func TestWorkbookIsTheSameEachTime(t *testing.T) {
	first := workbook(t, sheetDocument(t, "en"))
	for range 8 {
		if !bytes.Equal(first, workbook(t, sheetDocument(t, "en"))) {
			t.Fatal("the bytes differ")
		}
	}
	if core := entry(t, first, "docProps/core.xml"); strings.Count(core, "2000-01-01T00:00:00Z") != 2 {
		t.Error(core)
	}
	for _, room := range []int{0, len(first) / 2, len(first) - 1} {
		if err := XLSX(&closing{room}, sheetDocument(t, "en")); !errors.Is(err, errGone) || !strings.HasPrefix(err.Error(), "report: xlsx: ") {
			t.Errorf("%d bytes: %v", room, err)
		}
	}
}

func TestWorkbookOfLittle(t *testing.T) {
	for name, r := range map[string]*insight.DriverReport{"empty": empty(), "too few": onlyTooFew()} {
		file := openWorkbook(t, workbook(t, Document{Drivers: r, Trend: &insight.TrendReport{}, Segments: []insight.SegmentsReport{{By: "region"}}}))
		if diff := cmp.Diff([]string{"Summary", "Drivers", "Method"}, file.GetSheetList()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, sheet := range file.GetSheetList() {
			for _, row := range raw(t, file, sheet) {
				if text := strings.Join(row, " "); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Errorf("%s %s: %s", name, sheet, text)
				}
			}
		}
	}
	file := openWorkbook(t, workbook(t, Document{Drivers: empty()}))
	if got, _ := file.GetCellValue("Drivers", "B2"); got != sheetsEnglish.nothing {
		t.Errorf("no drivers: %q", got)
	}
	if got, _ := file.GetCellValue("Summary", "B4"); got != "" {
		t.Errorf("no score: %q", got)
	}
}

func BenchmarkXLSX(b *testing.B) {
	d := Document{Drivers: realistic(), Scores: crosstab(survey()).Scored}
	for b.Loop() {
		if err := XLSX(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}
