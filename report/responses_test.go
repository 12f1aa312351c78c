package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"verbatim/feedback"
)

// answers are responses of every sort: with all there is, with nothing, without a score, in a language without models.
func answers() []feedback.Analysed {
	return []feedback.Analysed{
		{
			Response: feedback.Response{
				ID: "=r1", Survey: "spring", Score: 9, Comment: "Late, \"rude\"\r\nand dear", Suggestion: "-50 % please", Respondent: "p1",
				SubmittedAt: time.Date(2026, 3, 1, 14, 30, 0, 250_000_999, time.FixedZone("", 7200)), Touchpoint: "app",
				Attributes: map[string]string{"region": "EU", "Why, then?": "@x", "group": "gold", "meta.airline": "AY"},
			},
			Analysis: &feedback.Analysis{
				Language: feedback.Language{Code: "en", Supported: true}, Model: "2026.11", Taxonomy: "default@1",
				Sentiment: &feedback.SentimentScore{Label: feedback.Negative, Score: -0.71}, Kinds: []feedback.Kind{feedback.Complaint, feedback.Suggestion},
				Themes: []feedback.ThemeTag{
					{Theme: "delivery_logistics", Sentiment: feedback.Negative, Confidence: 0.93}, {Theme: "price_value", Sentiment: feedback.Negative, Confidence: 0.5},
				},
				Urgency: []feedback.Urgency{feedback.ChurnRisk, feedback.ReplyWanted},
			},
		},
		{Response: feedback.Response{ID: "r2", Survey: "spring", Score: 0}},
		{
			Response: feedback.Response{ID: "r3", Survey: "spring", Score: feedback.Unscored, Comment: "价格合理", Respondent: "p3"},
			Analysis: &feedback.Analysis{
				Language: feedback.Language{Code: "zh", Supported: true}, Model: "2026.11", Taxonomy: "default@1",
				Sentiment: &feedback.SentimentScore{Label: feedback.Positive, Score: 0.5}, Kinds: []feedback.Kind{feedback.Praise},
				Themes: []feedback.ThemeTag{{Theme: "price_value", Sentiment: feedback.Positive, Confidence: 0.8}},
			},
		},
		{
			Response: feedback.Response{ID: "0004", Survey: "autumn", Score: 7, Comment: "Ça va", Attributes: map[string]string{"region": ""}},
			Analysis: &feedback.Analysis{Language: feedback.Language{Code: "mt"}, Model: "2026.11", Taxonomy: "default@1"},
		},
	}
}

var fullOptions = ResponseOptions{
	Respondent: true, Attributes: []string{"region", "Why, then?", "group", "meta.airline", "touchpoint"},
	Choice: Choice{Filter: []string{"--where region=EU"}, Dates: feedback.Dates{First: time.Unix(1.77e9, 0), Last: time.Unix(1.78e9, 0)}},
}

func responses(t *testing.T, format Format, opts ResponseOptions, rows []feedback.Analysed) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewResponses(&out, format, opts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestResponsesAsCSV(t *testing.T) {
	out := string(responses(t, CSV, fullOptions, answers()))
	want := [][]string{
		{
			"id", "survey", "respondent", "score", "group", "comment", "suggestion", "language", "sentiment", "sentiment_score", "kinds", "themes", "confidence",
			"urgency", "mismatch", "submitted_at", "model", "taxonomy", "region", "Why, then?", "attributes.group", "meta.airline", "touchpoint",
		},
		{
			"'=r1", "spring", "p1", "9", "promoter", "Late, \"rude\"\nand dear", "'-50 % please", "en", "negative", "-0.71", "complaint;suggestion",
			"delivery_logistics:negative;price_value:negative", "0.93;0.5", "churn_risk;reply_wanted", "true", "2026-03-01T12:30:00.25Z", "2026.11", "default@1",
			"EU", "'@x", "gold", "AY", "app",
		},
		{"r2", "spring", "", "0", "detractor", "", "", "", "", "", "", "", "", "", "false", "", "", "", "", "", "", "", ""},
		{"r3", "spring", "p3", "", "", "价格合理", "", "zh", "positive", "0.5", "praise", "price_value:positive", "0.8", "", "false", "", "2026.11", "default@1", "", "", "", "", ""},
		{"0004", "autumn", "", "7", "passive", "Ça va", "", "mt", "", "", "", "", "", "", "false", "", "2026.11", "default@1", "", "", "", "", ""},
	}
	if diff := cmp.Diff(want, parseCSV(t, out)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(strings.ReplaceAll(out, "\r\n", ""), "\n") {
		t.Error("a line does not end with CRLF")
	}
	if marked := responses(t, CSV, ResponseOptions{BOM: true}, nil); !strings.HasPrefix(string(marked), "\ufeffid,survey,score,") {
		t.Errorf("%q", marked)
	}
}

// Who answered leaves only when asked for.
func TestResponsesWithoutRespondents(t *testing.T) {
	rows := answers()
	for i := range rows {
		rows[i].Respondent = "somebody-" + rows[i].ID
	}
	for _, format := range ResponseFormats {
		out := responses(t, format, ResponseOptions{}, rows)
		if format == Workbook {
			out = []byte(entry(t, out, "xl/worksheets/sheet1.xml"))
		}
		if bytes.Contains(out, []byte("somebody")) || bytes.Contains(out, []byte("respondent")) || bytes.Contains(out, []byte("gold")) {
			t.Errorf("%s has a respondent or an attribute", format)
		}
	}
}

func TestResponsesAsJSONLines(t *testing.T) {
	lines := strings.Split(string(responses(t, JSONL, fullOptions, answers())), "\n")
	if len(lines) != 5 || lines[4] != "" {
		t.Fatalf("%d lines", len(lines))
	}
	want := `{"id":"=r1","survey":"spring","respondent":"p1","score":9,"group":"promoter","comment":"Late, \"rude\"\r\nand dear","suggestion":"-50 % please",` +
		`"language":"en","sentiment":"negative","sentiment_score":-0.71,"kinds":["complaint","suggestion"],` +
		`"themes":[{"theme":"delivery_logistics","sentiment":"negative","confidence":0.93},{"theme":"price_value","sentiment":"negative","confidence":0.5}],` +
		`"urgency":["churn_risk","reply_wanted"],"mismatch":true,"submitted_at":"2026-03-01T12:30:00.25Z","model":"2026.11","taxonomy":"default@1",` +
		`"attributes":{"Why, then?":"@x","group":"gold","meta.airline":"AY","region":"EU","touchpoint":"app"}}`
	if diff := cmp.Diff(want, lines[0]); diff != "" {
		t.Error(diff)
	}
	want = `{"id":"r2","survey":"spring","respondent":"","score":0,"group":"detractor","comment":"","suggestion":"","language":null,"sentiment":null,` +
		`"sentiment_score":null,"kinds":[],"themes":[],"urgency":[],"mismatch":false,"submitted_at":null,"model":null,"taxonomy":null,` +
		`"attributes":{"Why, then?":null,"group":null,"meta.airline":null,"region":null,"touchpoint":null}}`
	if diff := cmp.Diff(want, lines[1]); diff != "" {
		t.Error(diff)
	}
}

func TestResponsesAsWorkbook(t *testing.T) {
	data := responses(t, Workbook, fullOptions, answers())
	file := openWorkbook(t, data)
	got := raw(t, file, "responses")
	want := parseCSV(t, string(responses(t, CSV, fullOptions, answers())))
	stored := map[string]string{"true": "1", "false": "0", "2026-03-01T12:30:00.25Z": "46082.52083622685"} // days since 1900
	for i, row := range want {
		for j, cell := range row {
			row[j] = strings.TrimPrefix(cell, "'") // a text is one without an apostrophe
			if as, ok := stored[cell]; ok {
				row[j] = as
			}
		}
		got[i] = append(got[i], make([]string, len(row)-len(got[i]))...) // blank ends of rows are not there
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if at, err := file.GetCellValue("responses", "P2"); err != nil || at != "2026-03-01 12:30:00" {
		t.Errorf("the time is shown as %q", at)
	}
	if panes, err := file.GetPanes("responses"); err != nil || !panes.Freeze {
		t.Errorf("no frozen header: %+v", panes)
	}
	sheet := entry(t, data, "xl/worksheets/sheet1.xml")
	for _, part := range []string{`<autoFilter ref="$A$1:$W$5"`, `orientation="landscape"`, `fitToPage="true"`} {
		if !strings.Contains(sheet, part) {
			t.Errorf("the sheet has no %s: %.400s … %s", part, sheet, sheet[len(sheet)-400:])
		}
	}
	if about := raw(t, file, "method"); about[0][1] != "--where region=EU" || about[2][1] != "4" {
		t.Errorf("%q", about)
	}
}

// taggedRow is how another program reads a row.
type taggedRow struct {
	ID             string   `parquet:"id,optional"`
	Survey         string   `parquet:"survey,optional"`
	Respondent     *string  `parquet:"respondent,optional"`
	Score          *int32   `parquet:"score,optional"`
	Group          *string  `parquet:"group,optional"`
	Comment        *string  `parquet:"comment,optional"`
	Language       *string  `parquet:"language,optional"`
	SentimentScore *float64 `parquet:"sentiment_score,optional"`
	Kinds          []string `parquet:"kinds,list"`
	Themes         []struct {
		Theme      string  `parquet:"theme"`
		Sentiment  string  `parquet:"sentiment"`
		Confidence float64 `parquet:"confidence"`
	} `parquet:"themes,list"`
	Urgency     []string   `parquet:"urgency,list"`
	Mismatch    *bool      `parquet:"mismatch,optional"`
	SubmittedAt *time.Time `parquet:"submitted_at,optional,timestamp(millisecond)"`
	Region      *string    `parquet:"region,optional"`
	Airline     *string    `parquet:"meta.airline,optional"`
}

func TestResponsesAsParquet(t *testing.T) {
	data := responses(t, Parquet, fullOptions, answers())
	file := openParquet(t, data)
	var names []string
	for _, field := range file.Schema().Fields() {
		names = append(names, field.Name())
	}
	header := parseCSV(t, string(responses(t, CSV, fullOptions, nil)))[0]
	header = slices.DeleteFunc(header, func(name string) bool { return name == "confidence" }) // is in themes
	if diff := cmp.Diff(header, names); diff != "" {
		t.Error(diff)
	}
	if value, _ := file.Lookup("choice"); value != `{"filter":["--where region=EU"],"dates":"2026-02-02 to 2026-05-28"}` {
		t.Errorf("choice %s", value)
	}
	got, err := parquet.Read[taggedRow](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	rows := answers()
	for i := range rows {
		want, _ := json.Marshal(tagged(&rows[i], &fullOptions))
		var expected taggedResponse
		if err := json.Unmarshal(want, &expected); err != nil {
			t.Fatal(err)
		}
		g := got[i]
		read := taggedResponse{ // what the row does not read is taken as it should be
			ID: g.ID, Survey: g.Survey, Respondent: g.Respondent, Group: g.Group, Comment: *g.Comment, Suggestion: expected.Suggestion, Language: g.Language,
			Sentiment: expected.Sentiment, SentimentScore: g.SentimentScore, Mismatch: *g.Mismatch, SubmittedAt: g.SubmittedAt, Model: expected.Model,
			Taxonomy: expected.Taxonomy, Attributes: expected.Attributes, Kinds: append([]string{}, g.Kinds...), Urgency: append([]string{}, g.Urgency...),
			Score: feedback.Unscored, Themes: []taggedTheme{},
		}
		if g.Score != nil {
			read.Score = feedback.Score(*g.Score)
		}
		for _, theme := range g.Themes {
			read.Themes = append(read.Themes, taggedTheme(theme))
		}
		if diff := cmp.Diff(expected, read); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]*string{expected.Attributes["region"], expected.Attributes["meta.airline"]}, []*string{g.Region, g.Airline}); diff != "" {
			t.Error(diff)
		}
	}
}

// More rows than stay in memory arrive in order.
func TestManyResponsesAsParquet(t *testing.T) {
	rows := tagCloud(rowGroupRows + rowsAtOnce + 7)
	rows[3].Comment = strings.Repeat("long ", rowGroupBytes/5+1)
	data := responses(t, Parquet, ResponseOptions{}, rows)
	if groups := openParquet(t, data).RowGroups(); len(groups) != 3 {
		t.Errorf("%d groups of rows", len(groups))
	}
	got, err := parquet.Read[taggedRow](bytes.NewReader(data), int64(len(data)))
	if err != nil || len(got) != len(rows) {
		t.Fatal(len(got), err)
	}
	for i := range rows {
		if got[i].ID != rows[i].ID || *got[i].Comment != rows[i].Comment || len(got[i].Themes) != len(rows[i].Analysis.Themes) ||
			len(got[i].Themes) > 0 && got[i].Themes[0].Confidence != rows[i].Analysis.Themes[0].Confidence {
			t.Fatalf("row %d is %+v", i, got[i])
		}
	}
}

func TestResponsesAreTheSameEachTime(t *testing.T) {
	rows := tagCloud(3000)
	for _, format := range ResponseFormats {
		first := responses(t, format, fullOptions, rows)
		if !bytes.Equal(first, responses(t, format, fullOptions, rows)) {
			t.Errorf("%s: the bytes differ", format)
		}
	}
}

func TestColumnsOfResponsesAreThereOnce(t *testing.T) {
	opts := ResponseOptions{Attributes: []string{"group", "attributes.group", "group", "x", "respondent"}}
	want := []string{"attributes.group", "attributes.attributes.group", "attributes.attributes.attributes.group", "x", "attributes.respondent"}
	if diff := cmp.Diff(want, attributeColumns(&opts)); diff != "" {
		t.Error(diff)
	}
	for _, format := range ResponseFormats {
		responses(t, format, opts, answers())
	}
}

func TestErrorsOfResponses(t *testing.T) {
	if _, err := NewResponses(io.Discard, SVG, ResponseOptions{}); feedback.CodeOf(err) != feedback.Unsupported {
		t.Errorf("SVG: %v", err)
	}
	rows := tagCloud(2000)
	for _, format := range ResponseFormats {
		w, err := NewResponses(&closing{1000}, format, ResponseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			err = errors.Join(err, w.Write(&rows[i]))
		}
		err = errors.Join(err, w.Close())
		if !errors.Is(err, errGone) || !strings.HasPrefix(err.Error(), "report: "+string(format)+": ") {
			t.Errorf("%s: %.200v", format, err)
		}
	}
	for _, format := range ResponseFormats {
		w, err := NewResponses(io.Discard, format, ResponseOptions{})
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		if err := w.Write(&rows[0]); feedback.CodeOf(err) != feedback.Internal {
			t.Errorf("%s: writing to what is closed: %v", format, err)
		}
	}
}

func TestAWorkbookHoldsSoMany(t *testing.T) {
	var out bytes.Buffer
	w, err := NewResponses(&out, Workbook, ResponseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.rows.(*responsesXLSX).most = 3
	rows := answers()
	if err := errors.Join(w.Write(&rows[0]), w.Write(&rows[1])); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Write(&rows[2]); feedback.CodeOf(err) != feedback.TooLarge || !strings.Contains(err.Error(), "holds 2 responses") {
			t.Errorf("the third: %v", err)
		}
	}
	if err := w.Close(); feedback.CodeOf(err) != feedback.TooLarge || out.Len() > 0 {
		t.Errorf("closing an incomplete file: %v and %d bytes", err, out.Len())
	}
}
