package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"

	"verbatim/feedback"
)

// checkReader reads a file to its end and holds every row to what a reader promises.
func checkReader(t *testing.T, name string, data []byte) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), name, Options{ScoreOptional: true, TextOptional: true})
	if err != nil {
		if feedback.CodeOf(err) == feedback.Internal || !strings.HasPrefix(err.Error(), name) {
			t.Fatalf("an error that says nothing: %v", err)
		}
		return
	}
	last, rows := 0, 0
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		if rows++; row.Line <= last {
			t.Fatalf("line %d after %d", row.Line, last)
		}
		last = row.Line
		checkRow(t, &row)
	}
	sum := r.Summary()
	if rows != sum.Accepted+sum.Rejected || sum.Read != rows+sum.Duplicates {
		t.Fatalf("%d rows, %+v", rows, sum)
	}
	if lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 1; sum.Format != formatArray && name != "s.xlsx" && last > lines {
		t.Fatalf("line %d of %d", last, lines)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func checkRow(t *testing.T, row *Row) {
	t.Helper()
	if row.Err != nil {
		if row.Err.Message == "" || row.Err.Code == "" || row.Err.Line != row.Line {
			t.Fatalf("an error that says nothing: %+v", row.Err)
		}
		return
	}
	resp := &row.Response
	if resp.ID == "" || resp.Survey == "" || resp.Score < feedback.Unscored || resp.Score > 10 || resp.Weight < 0 {
		t.Fatalf("%+v", resp)
	}
	for _, text := range []string{resp.ID, resp.Survey, resp.Comment, resp.Suggestion, resp.Lang, resp.Respondent, resp.Touchpoint} {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > feedback.MaxComment {
			t.Fatalf("%q", text)
		}
	}
	for name, value := range resp.Attributes {
		if name == "" || value == "" || !utf8.ValidString(value) {
			t.Fatalf("attribute %q=%q", name, value)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		theSameCSV, "id;score;comment\n1;2;\"a\n\"\"b\"\n", "score,comment\n9,\"a\nb \"c\" d\n", "a\n\"b\n\"c\nd\"\n", "sep=;\na;b\n1;2;3\n", "id,id,score\n1,,11\n1,2\n",
		"score\tcomment\r9\tx\r", "Status,ResponseId,Q1\nx,y,z\n\"{\"\"ImportId\"\":\"\"a\"\"}\",b,c\n1,R,9\n0,R,8\n", "Respondent ID,Q\n,Response\n1,9\n", "date,comment\n3/4/2026,a\n13/1/2026,b\n",
		"\"a", "\"\"\"", ",,\n,\n", "comment\n\x00\n", "\xff\xfea\x00,\x00b\x00\n\x00", "score,comment\r\n1,\"\r", "a,b\n1, \"x\" ,\"y\"z\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkReader(t, "s.csv", data) })
}

func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{
		theSameJSONL, `[{"id":1,"comment":"a"},{"id":1}]`, `{"responses":[{"a":{"b":[1,"x"]}}]}`, `{"a":"\ud83d\ude00\u0000"}`, `{"a":[{},[]],"b":-1.5e+3}`, "{\"a\":1}\n[", `[{"a":1}`, `[}]`, `{"":{"":1}}`,
		`{"responses":[{"12":{"id":"12"}}]}`, `{"data":[{"surveyId":"s","data":{"nps":9}}]}`, `{"result":"eyJyZXNwb25zZXMiOlt7ImlkIjoiMSJ9XX0="}`, "eyJyZXNwb25zZXMiOlt7ImlkIjoiMSJ9XX0=",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkReader(t, "s.jsonl", data)
		text := bytes.TrimSpace(data)
		var object map[string]any
		valid := utf8.Valid(data) && json.Unmarshal(text, &object) == nil && object != nil
		if got, bad := flat(string(text)); valid && bad != nil && !strings.Contains(bad.message, "deep") {
			t.Fatalf("%q is JSON: %v", text, bad.message)
		} else if valid && bad == nil {
			checkStrings(t, object, "", got)
		}
	})
}

// checkStrings compares the strings of an object with those that encoding/json finds, where no two names are one.
func checkStrings(t *testing.T, object map[string]any, path string, got map[string]string) {
	t.Helper()
	for name, value := range object {
		if strings.Contains(name, ".") || path == "" && strings.ContainsRune(name, utf8.RuneError) {
			continue
		}
		switch value := value.(type) {
		case string:
			if found, ok := got[path+name]; !ok || found != value && len(object) == 1 {
				t.Fatalf("%q is %q, want %q", path+name, found, value)
			}
		case map[string]any:
			if len(object) == 1 {
				checkStrings(t, value, path+name+".", got)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"id,score,comment\n1,9,Très bien\n", "оценка;отзыв\n1;плохо\n", "评分,评论\n1,很好\n", "arvosana;kommentti\n1;hyvää yötä\n", "", "a"} {
		f.Add([]byte(text))
		for _, e := range []interface{ String(string) (string, error) }{
			charmap.Windows1252.NewEncoder(), charmap.Windows1251.NewEncoder(), xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM).NewEncoder(),
			xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM).NewEncoder(),
		} {
			if encoded, err := e.String(text); err == nil {
				f.Add([]byte(encoded))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := newContent(bytes.NewReader(data), "s", "")
		if err != nil {
			return
		}
		if len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b || c.coded.is {
			return
		}
		valid := utf8.Valid(data)
		if (c.census.invalid == 0) != valid || c.census.size != int64(len(data)) {
			t.Fatalf("census %+v of %d bytes, valid %v", c.census, len(data), valid)
		}
		var small census
		for i := range data {
			_, _ = small.Write(data[i : i+1])
		}
		small.finish()
		if small.invalid != c.census.invalid || small.multi != c.census.multi {
			t.Fatalf("byte by byte %d %d, at once %d %d", small.invalid, small.multi, c.census.invalid, c.census.multi)
		}
		cs, err := charsetOf("s", c.head, &c.census)
		if err != nil {
			return
		}
		in, err := cs.open(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil || !utf8.Valid(text) || len(text) > 3*len(data) {
			t.Fatalf("%s: %v, %q", cs.name, err, text)
		}
		if valid && cs.name == "UTF-8" && !bytes.Equal(text, trimMark(data)) && !bytes.HasPrefix(data, markUTF16LE) {
			t.Fatalf("valid UTF-8 was changed to %q", text)
		}
	})
}

// FuzzMap reads mappings of columns: what is accepted names known fields, each once, and a refusal says what is wrong.
func FuzzMap(f *testing.F) {
	for _, seed := range []string{"score=Q1,comment=Q2", "comment=Why, and how=often?", "weight=", "text=a,comment=b", "=", ",", "score", " SCORE = x "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := ParseMap(text)
		if err != nil && (feedback.CodeOf(err) != feedback.Invalid || err.Error() == "") {
			t.Fatal(err)
		}
		for name := range fields {
			if _, known := fieldNamed(name); !known {
				t.Fatalf("%q is no field", name)
			}
		}
		if err == nil {
			checkMapped(t, fields)
		}
	})
}

// checkMapped reads a file with the mapping: columns that are not there are an error for people.
func checkMapped(t *testing.T, fields map[string]string) {
	t.Helper()
	r, err := NewReader(strings.NewReader(theSameCSV), "s.csv", Options{ScoreOptional: true, TextOptional: true, Map: fields})
	if err != nil {
		if feedback.CodeOf(err) != feedback.Invalid {
			t.Fatal(err)
		}
		return
	}
	defer r.Close()
	for {
		if _, err := r.Next(); err != nil {
			break
		}
	}
}

// FuzzWorkbook reads workbooks and packed files: nothing may panic or run away.
func FuzzWorkbook(f *testing.F) {
	book := excelize.NewFile()
	for i, row := range [][]any{{"id", "score", "comment", "date"}, {1, 9, "good", 45000.5}, {"x", "11", "", "2026-03-31"}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			f.Fatal(err)
		}
	}
	var data, packed bytes.Buffer
	if err := book.Write(&data); err != nil {
		f.Fatal(err)
	}
	w := gzip.NewWriter(&packed)
	w.Write([]byte(theSameCSV))
	w.Close()
	f.Add(data.Bytes())
	f.Add(packed.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) { checkReader(t, "s.xlsx", data) })
}
