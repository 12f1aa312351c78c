package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestRepeatedIDs(t *testing.T) {
	data := `id,score,comment,email
a,9,same,x@example.com
b,1,one thing
a,9, same,y@example.com
b,2,another
c,8,only once
,7,no id
,7,no id
b,1,one thing
d,eleven,bad twice
d,eleven,bad twice
`
	rows, sum := readAll(t, "s.csv", data, Options{})
	const tail = " with different content, so none of these rows counts: keep one of them"
	got := texts(rows)
	want := []string{
		"a 9 same",
		"s.csv:3: id: the same id is in line 5, line 9" + tail,
		"s.csv:5: id: the same id is in line 3, line 9" + tail,
		"c 8 only once", got[4], got[5],
		"s.csv:9: id: the same id is in line 3, line 5" + tail,
		`s.csv:10: score: score "eleven" is not a whole number from 0 to 10: write 0 to 10, or leave it blank`,
	}
	if !strings.HasSuffix(got[4], "-7 7 no id") || !strings.HasSuffix(got[5], "-8 7 no id") {
		t.Errorf("%q", got[4:6])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if rows[1].Err.ID != "b" || rows[1].Err.Code != feedback.Conflict || rows[1].Err.Column != "id" {
		t.Errorf("%+v", rows[1].Err)
	}
	if sum.Duplicates != 2 || sum.Conflicts != 3 || sum.Rejected != 4 || sum.Accepted != 4 || sum.Read != 10 {
		t.Errorf("%+v", sum)
	}
	if diff := cmp.Diff([]Reason{{"id", feedback.Conflict, 3, 3}, {"score", feedback.Invalid, 1, 10}}, sum.Reasons); diff != "" {
		t.Error(diff)
	}
}

func TestRepeatedIDsOfDifferentSurveys(t *testing.T) {
	rows, sum := readAll(t, "s.csv", "survey,id,score,comment\nx,1,9,a\ny,1,8,b\n,1,7,c\ns,1,7,c\n", Options{})
	if len(rows) != 3 || sum.Duplicates != 1 || rows[2].Response.Survey != "s" {
		t.Errorf("%+v %+v", rows, sum)
	}
	rows, _ = readAll(t, "s.csv", "id,score,comment\n1,9,a\n", Options{Survey: "spring"})
	if rows[0].Response.Key() != (feedback.Key{Survey: "spring", ID: "1"}) {
		t.Errorf("%+v", rows)
	}
}

func TestRepeatedIDsNameSheetRowsAndElements(t *testing.T) {
	rows, _ := readAll(t, "s.json", `[{"id":1,"score":9,"comment":"a"},{"id":1,"score":8,"comment":"a"}]`, Options{})
	if len(rows) != 2 || !strings.Contains(rows[0].Err.Message, "is in element 2 with") {
		t.Errorf("%q", texts(rows))
	}
	rows, _ = readAll(t, "s.xlsx", sheet(t, []any{"id", "score", "comment"}, []any{1, 9, "a"}, []any{}, []any{1, 9, "b"}), Options{})
	if len(rows) != 2 || !strings.Contains(rows[0].Err.Message, "is in row 4 with") || rows[1].Line != 4 {
		t.Errorf("%q", texts(rows))
	}
}

func TestManyRowsOfOneID(t *testing.T) {
	rows, sum := readAll(t, "s.csv", "id,score,comment\n"+strings.Repeat("a,9,x\n", 50)+"a,9,y\n", Options{})
	if len(rows) != 51 || sum.Conflicts != 51 || !strings.Contains(rows[0].Err.Message, "line 3, line 4, line 5 with") {
		t.Errorf("%d rows: %v", len(rows), rows[0].Err)
	}
}
