package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestScoresInFiles(t *testing.T) {
	const help = ": write 0 to 10, or leave it blank"
	bad := func(text string) string {
		return fmt.Sprintf(`s.csv:2: score: score %q is not a whole number from 0 to 10%s`, text, help)
	}
	tests := []struct{ score, want string }{
		{"0", "a 0 x"},
		{"10", "a 10 x"},
		{"", "a -1 x"},
		{" ", "a -1 x"},
		{"7.0", "a 7 x"},
		{`"7,0"`, "a 7 x"},
		{"10/10", "a 10 x"},
		{"9 - Very likely", "a 9 x"},
		{"\u00a08\u00a0", "a 8 x"},
		{"eleven", bad("eleven")},
		{"11", bad("11")},
		{"-1", bad("-1")},
		{"7.5", bad("7.5")},
		{"N/A", bad("N/A")},
	}
	for _, test := range tests {
		rows, sum := readAll(t, "s.csv", "id,score,comment\na,"+test.score+",x\n", Options{})
		if diff := cmp.Diff([]string{test.want}, texts(rows)); diff != "" {
			t.Error(diff)
		}
		if e := rows[0].Err; e != nil && (e.Line != 2 || e.Column != "score" || e.ID != "a" || e.Code != feedback.Invalid || e.File != "s.csv" ||
			cmp.Diff([]Reason{{"score", feedback.Invalid, 1, 2}}, sum.Reasons) != "" || !cmp.Equal(rows[0].Response, feedback.Response{})) {
			t.Errorf("%+v %+v", rows[0], sum)
		}
	}
}

func TestBadRowsDoNotStopTheRest(t *testing.T) {
	long := strings.Repeat("ж", feedback.MaxComment)
	data := "id,Rating,comment,suggestion,date,weight,region\n" +
		"1,eleven,a,,,,\n" +
		"2,9," + long + "ж,,,,\n" +
		"3,9," + long + ",,,,\n" +
		"4,9,a," + long + "ж,,,\n" +
		"5,9,a,,soon,,\n" +
		"6,9,a,,,0,\n" +
		"7,9,a,,,,x" + long + "\n" +
		strings.Repeat("8", 1001) + ",9,a,,,,\n" +
		"9,9,a,,,,\n"
	rows, sum := readAll(t, "s.csv", data, Options{})
	want := []string{
		`s.csv:2: Rating: score "eleven" is not a whole number from 0 to 10: write 0 to 10, or leave it blank`,
		"s.csv:3: comment: the text has 30001 characters, more than the 30000 that are allowed: shorten it",
		"3 9 " + long,
		"s.csv:5: suggestion: the text has 30001 characters, more than the 30000 that are allowed: shorten it",
		`s.csv:6: date: "soon" is not a date that can be read: write 2026-03-31 or 2026-03-31T12:00:00Z`,
		`s.csv:7: weight: weight "0" is not a number above 0 and up to a million: write 1 for a response that counts once`,
		"s.csv:8: region: the value is longer than 30000 bytes: shorten it, or leave the column out",
		"s.csv:9: id: the value is longer than 1000 bytes: is this the right column? --map id=COLUMN names another",
		"9 9 a",
	}
	if diff := cmp.Diff(want, texts(rows)); diff != "" {
		t.Error(diff)
	}
	reasons := []Reason{
		{"Rating", feedback.Invalid, 1, 2},
		{"comment", feedback.TooLarge, 1, 3},
		{"date", feedback.Invalid, 1, 6},
		{"id", feedback.TooLarge, 1, 9},
		{"region", feedback.TooLarge, 1, 8},
		{"suggestion", feedback.TooLarge, 1, 5},
		{"weight", feedback.Invalid, 1, 7},
	}
	if diff := cmp.Diff(reasons, sum.Reasons); diff != "" || sum.Accepted != 2 || sum.Rejected != 7 {
		t.Errorf("%s %+v", diff, sum)
	}
}

func TestCommentOfTenMegabytes(t *testing.T) {
	for name, data := range map[string]string{
		"s.csv":   "id,score,comment\n1,9,\"" + strings.Repeat("long, ", 10<<20/6) + "\"\n2,8,b\n",
		"s.jsonl": `{"id":"1","score":9,"comment":"` + strings.Repeat("long, ", 10<<20/6) + `"}` + "\n" + `{"id":"2","score":8,"comment":"b"}`,
	} {
		rows, _ := readAll(t, name, data, Options{})
		if len(rows) != 2 || rows[0].Err == nil || rows[0].Err.Code != feedback.TooLarge || rows[0].Err.ID != "1" || rows[1].Response.Comment != "b" {
			t.Errorf("%s: %d rows, %v", name, len(rows), rows[0].Err)
		}
	}
}

func TestControlCharacters(t *testing.T) {
	tests := []struct {
		value, text, word string
		removed           bool
	}{
		{"plain", "plain", "plain", false},
		{"  kept at both ends ", "  kept at both ends ", "kept at both ends", false},
		{"a\x00b\x00", "a b ", "ab", true},
		{"a\x01\x1b[0m\x7fb", "a  [0m b", "a[0mb", true},
		{"a\u0085b\u009fc", "a b c", "abc", true},
		{"a\tb\nc", "a\tb\nc", "a b c", false},
		{"a\r\nb\rc", "a\r\nb\nc", "a  b c", false},
		{"é\u00a0ä", "é\u00a0ä", "é\u00a0ä", false},
		{"\x00 x \x00", "  x  ", "x", true},
		{"", "", "", false},
	}
	for _, test := range tests {
		text, removed := clean([]byte(test.value), true)
		word, same := clean([]byte(test.value), false)
		if text != test.text || word != test.word || removed != test.removed || same != test.removed {
			t.Errorf("%q: %q %q %v %v", test.value, text, word, removed, same)
		}
	}
	rows, sum := readAll(t, "s.csv", "id,sc\x00ore,comment,region\n1\x00,9\x00,a\x00b,E\x00U\n2,8,c,US\n", Options{})
	if diff := cmp.Diff([]string{"1 9 a b", "2 8 c"}, texts(rows)); diff != "" || sum.Cleaned != 1 || rows[0].Response.Attributes["region"] != "EU" {
		t.Errorf("%s %+v", diff, sum)
	}
}

func TestWeights(t *testing.T) {
	for text, want := range map[string]float64{"": 0, "1": 1, "0.5": 0.5, "1,25": 1.25, "1e-3": 0.001, "1e400": -1, "0": -1, "-1": -1, "NaN": -1, "Inf": -1, "x": -1, "1,000,5": -1} {
		got, bad := weightValue(text)
		if bad == nil && got != want || (bad != nil) != (want < 0) {
			t.Errorf("%q: %v %v", text, got, bad)
		}
	}
}

func TestDates(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"},
		{"2026-03-31T12:00:00.25+03:00", "2026-03-31T12:00:00.25+03:00"},
		{"2026-03-31", "2026-03-31T00:00:00+02:00"},
		{"2026-03-31 12:00", "2026-03-31T12:00:00+02:00"},
		{"2026-03-31 12:00:05", "2026-03-31T12:00:05+02:00"},
		{"2026-03-31 12:00:05.5", "2026-03-31T12:00:05.5+02:00"},
		{"2026-03-31T12:00:05", "2026-03-31T12:00:05+02:00"},
		{"2026-03-31 12:00:05 UTC", "2026-03-31T12:00:05Z"},
		{"2026-03-31 12:00:05 +0300", "2026-03-31T12:00:05+03:00"},
		{"2026-03-31 12:00:05 EST", ""},
		{"31.03.2026", "2026-03-31T00:00:00+02:00"},
		{"1.3.2026 9:05", "2026-03-01T09:05:00+02:00"},
		{"1.3.2026 9.05", "2026-03-01T09:05:00+02:00"},
		{"2026/1/2", "2026-01-02T00:00:00+02:00"},
		{"2026/01/02 10:15:20 am GMT+2", "2026-01-02T10:15:20+02:00"},
		{"2026年1月2日", "2026-01-02T00:00:00+02:00"},
		{"Mar 31, 2026", "2026-03-31T00:00:00+02:00"},
		{"46112", "2026-03-31T00:00:00+02:00"},
		{"46112.5", "2026-03-31T12:00:00+02:00"},
		{"46112,75", "2026-03-31T18:00:00+02:00"},
		{"1774958400", "2026-03-31T12:00:00Z"},
		{"1774958400000", "2026-03-31T12:00:00Z"},
		{"3/31/2026", "2026-03-31T00:00:00+02:00"},
		{"31/3/2026 18:30", "2026-03-31T18:30:00+02:00"},
		{"3/4/2026 6:30 PM", "2026-03-04T18:30:00+02:00"},
		{"3/4/2026 6:30:05 pm", "2026-03-04T18:30:05+02:00"},
		{"3/3/2026", "2026-03-03T00:00:00+02:00"},
		{"3/4/2026", ""},
		{"13/13/2026", ""},
		{"2026-02-30", ""},
		{"0026-03-31", ""},
		{"12", ""},
		{"99999", ""},
		{"yesterday", ""},
	}
	zone := time.FixedZone("", 2*3600)
	for _, test := range tests {
		got, bad := (&dateReader{zone: zone}).read(test.text)
		if bad != nil && test.want != "" || bad == nil && got.Format(time.RFC3339Nano) != test.want {
			t.Errorf("%q: %s %v", test.text, got.Format(time.RFC3339Nano), bad)
		}
	}
}

func TestOrderOfDayAndMonth(t *testing.T) {
	tests := []struct {
		dates []string
		want  string // of 3/4/2026
	}{
		{[]string{"3/4/2026", "1/31/2026"}, "2026-03-04"},
		{[]string{"3/4/2026", "31/1/2026"}, "2026-04-03"},
		{[]string{"3/4/2026", "1/2/2026 3:00 PM"}, "2026-03-04"},
		{[]string{"3/4/2026", "1/2/2026"}, ""},
		{[]string{"3/4/2026", "31/1/2026", "1/31/2026"}, ""},
	}
	for _, test := range tests {
		rows, _ := readAll(t, "s.csv", "score,comment,date\n9,a,"+strings.Join(test.dates, "\n9,a,")+"\n", Options{})
		got := ""
		if rows[0].Err == nil {
			got = rows[0].Response.SubmittedAt.Format(time.DateOnly)
		} else if !strings.Contains(rows[0].Err.Message, "may be day/month or month/day") {
			t.Error(rows[0].Err)
		}
		if got != test.want {
			t.Errorf("%v: %q, want %q", test.dates, got, test.want)
		}
	}
	late := "score,comment,date\n" + strings.Repeat("9,a,3/4/2026\n", 2000) + "9,a,31/1/2026\n"
	if rows, _ := readAll(t, "s.csv", late, Options{}); rows[0].Response.SubmittedAt.Format(time.DateOnly) != "2026-04-03" {
		t.Errorf("%+v", rows[0])
	}
}
