package ingest

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestRowErrorsNameTheirPlace(t *testing.T) {
	tests := []struct {
		err  RowError
		want string
	}{
		{RowError{File: "survey.csv", Line: 14, Column: "score", ID: "r7", Message: "score \"x\" is not a number"}, `survey.csv:14: score: score "x" is not a number`},
		{RowError{File: "survey.csv", Line: 2, Message: "the line is longer than 16 MB"}, "survey.csv:2: the line is longer than 16 MB"},
		{RowError{File: "s", Line: 1, Column: strings.Repeat("ж", 100), Message: "m"}, "s:1: " + strings.Repeat("ж", 60) + "…: m"},
	}
	for _, test := range tests {
		var err error = &test.err
		if err.Error() != test.want {
			t.Errorf("%s, want %s", err, test.want)
		}
	}
}

func TestSummaryGrowsWithTheRows(t *testing.T) {
	r, err := NewReader(strings.NewReader("id,score,comment\n1,9,a\n2,x,b\n3,,c\n"), "s.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := []struct{ read, accepted, rejected, unscored int }{{0, 0, 0, 0}, {1, 1, 0, 0}, {2, 1, 1, 0}, {3, 2, 1, 1}, {3, 2, 1, 1}}
	for i, w := range want {
		sum := r.Summary()
		if sum.Read != w.read || sum.Accepted != w.accepted || sum.Rejected != w.rejected || sum.Unscored != w.unscored {
			t.Errorf("after %d rows: %+v", i, sum)
		}
		if _, err := r.Next(); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
}

func TestSummaryAsJSON(t *testing.T) {
	_, sum := readAll(t, "s.csv", "id,score,comment,email\n1,x,a,\n", Options{})
	got, err := json.Marshal(sum)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"file":"s.csv","format":"csv","encoding":"UTF-8","mapping":{"fields":{"comment":"comment","id":"id","score":"score"},"attributes":[],` +
		`"dropped":[{"column":"email","reason":"contact data"}]},"read":1,"accepted":0,"rejected":1,` +
		`"reasons":[{"column":"score","code":"invalid","rows":1,"line":2}],"duplicates":0,"conflicts":0,"unscored":0}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestReasonsAreOrdered(t *testing.T) {
	_, sum := readAll(t, "s.csv", "id,score,comment,weight\n1,x,a,\n2,9,a,0\n3,9,a,-1\n4,9,a,b,c\n", Options{})
	want := []Reason{
		{Column: "weight", Code: feedback.Invalid, Rows: 2, Line: 3},
		{Column: "", Code: feedback.Invalid, Rows: 1, Line: 5},
		{Column: "score", Code: feedback.Invalid, Rows: 1, Line: 2},
	}
	if diff := cmp.Diff(want, sum.Reasons); diff != "" {
		t.Error(diff)
	}
}

func TestTimesWithoutZone(t *testing.T) {
	helsinki, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Skip("this machine has no time zones")
	}
	const data = "score,comment,date,updated_at\n9,a,2026-01-31 12:00,2026-07-31 12:00:00\n9,a,2026-01-31T12:00:00Z,46112.5\n"
	for _, test := range []struct {
		zone *time.Location
		want []string
	}{
		{nil, []string{"2026-01-31T12:00:00Z", "2026-07-31T12:00:00Z", "2026-01-31T12:00:00Z", "2026-03-31T12:00:00Z"}},
		{helsinki, []string{"2026-01-31T10:00:00Z", "2026-07-31T09:00:00Z", "2026-01-31T12:00:00Z", "2026-03-31T09:00:00Z"}},
	} {
		rows, _ := readAll(t, "s.csv", data, Options{Location: test.zone})
		var got []string
		for _, r := range accepted(t, rows) {
			got = append(got, r.SubmittedAt.UTC().Format(time.RFC3339), r.UpdatedAt.UTC().Format(time.RFC3339))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v: %s", test.zone, diff)
		}
	}
}

func TestFieldsThatMayBeMissing(t *testing.T) {
	tests := []struct {
		name, data string
		opts       Options
		want       string // of the error, or the texts
	}{
		{"no score", "id,comment\n1,a\n", Options{ScoreOptional: true}, "1 -1 a"},
		{"no comment", "id,score\n1,9\n", Options{TextOptional: true}, "1 9 "},
		{"neither", "id,x\n1,9\n", Options{TextOptional: true, ScoreOptional: true}, "1 -1 "},
		{"score left out", "id,score,comment\n1,eleven,a\n", Options{Map: map[string]string{"score": ""}}, "1 -1 a"},
		{"id left out", "id,score,comment\n1,9,a\n1,9,b\n", Options{Map: map[string]string{"id": ""}}, ""},
		{"text for comment", "id,score,Q2\n1,9,a\n", Options{Map: map[string]string{"text": "q2"}}, "1 9 a"},
	}
	for _, test := range tests {
		rows, _ := readAll(t, "s.csv", test.data, test.opts)
		if test.want != "" && (len(rows) != 1 || texts(rows)[0] != test.want) {
			t.Errorf("%s: %q", test.name, texts(rows))
		}
		if test.want == "" && (len(accepted(t, rows)) != 2 || rows[0].Response.ID == rows[1].Response.ID) {
			t.Errorf("%s: %q", test.name, texts(rows))
		}
	}
}

func TestRestOfTheFields(t *testing.T) {
	const data = "id,score,comment,suggestion,lang,updated_at,respondent,survey,touchpoint,weight\n" +
		"1,9,a,b, zh-CN ,2026-02-01,p1,spring, checkout ,\"0,5\"\n"
	rows, _ := readAll(t, "s.csv", data, Options{})
	want := []feedback.Response{{
		Survey: "spring", ID: "1", Score: 9, Comment: "a", Suggestion: "b", Lang: "zh-CN", UpdatedAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Respondent: "p1", Touchpoint: "checkout", Weight: 0.5,
	}}
	if diff := cmp.Diff(want, accepted(t, rows)); diff != "" {
		t.Error(diff)
	}
}

func TestAttributesAreTidy(t *testing.T) {
	const data = "score,comment,a,b,c\n9,x, EU ,\"two\nlines\",\n9,x,EU,,\"\u0000\"\n"
	rows, sum := readAll(t, "s.csv", data, Options{})
	got := accepted(t, rows)
	if diff := cmp.Diff(map[string]string{"a": "EU", "b": "two lines"}, got[0].Attributes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "EU"}, got[1].Attributes); diff != "" || sum.Cleaned != 1 {
		t.Errorf("%d cleaned, %s", sum.Cleaned, diff)
	}
}

func TestWindowLines(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a", []string{"a"}},
		{"a\n", []string{"a"}},
		{"\n\na\n", []string{"", "", "a"}},
		{"a\r\nb", []string{"a\r", "b"}},
	}
	for _, test := range tests {
		w := newWindow(strings.NewReader(test.text))
		var got []string
		for {
			line, tooLong, ok, err := w.line('\n')
			if err != nil || tooLong {
				t.Fatal(err, tooLong)
			}
			if !ok {
				break
			}
			got = append(got, string(line))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
	w := newWindow(io.MultiReader(&endless{maxRecord}, strings.NewReader("\n"), &endless{maxRecord - 2}, strings.NewReader("\nend")))
	var lengths []int
	var long []bool
	for {
		line, tooLong, ok, err := w.line('\n')
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		lengths, long = append(lengths, len(line)), append(long, tooLong)
	}
	if diff := cmp.Diff([]int{0, maxRecord - 2, 3}, lengths) + cmp.Diff([]bool{true, false, false}, long); diff != "" {
		t.Error(diff)
	}
}

func TestRecordsThatAreShort(t *testing.T) {
	rec := record{values: [][]byte{[]byte(" "), []byte("x")}}
	if rec.blank() || string(rec.value(1)) != "x" || rec.value(2) != nil || rec.value(-1) != nil {
		t.Errorf("%q", rec.values)
	}
	rec.reset(7)
	if !rec.blank() || rec.line != 7 {
		t.Errorf("%+v", rec)
	}
	if rec.problem = tooLongJSON; rec.blank() {
		t.Error("a row with a problem is not blank")
	}
}
