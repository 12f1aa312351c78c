package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"

	"verbatim/feedback"
)

// theSame is what every format and encoding of the round trip says.
var theSame = []feedback.Response{
	{
		Survey: "survey", ID: "r1", Score: 9, Comment: "Très bien, «élan» naïve", Lang: "fr",
		SubmittedAt: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC), Weight: 1.5, Attributes: map[string]string{"region": "EU"},
	},
	{Survey: "survey", ID: "r2", Score: 0, Comment: "déjà vu\net revu", SubmittedAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
	{Survey: "survey", ID: "r3", Score: feedback.Unscored, Comment: `"café" fermé`, Attributes: map[string]string{"region": "US"}},
}

const theSameCSV = `id,score,comment,lang,submitted_at,weight,region
r1,9,"Très bien, «élan» naïve",fr,2026-03-31T12:00:00Z,1.5,EU
r2,0,"déjà vu
et revu",,2026-04-01,,

r3,,"""café"" fermé",,,,US
`

const theSameJSONL = `{"id":"r1","score":9,"comment":"Très bien, «élan» naïve","lang":"fr","submitted_at":"2026-03-31T12:00:00Z","weight":1.5,"region":"EU"}
{"id":"r2","score":0,"comment":"d\u00e9jà vu\net revu","submitted_at":"2026-04-01","region":null}

{"id":"r3","score":null,"comment":"\"café\" fermé","region":"US"}
`

func TestFormatsAndEncodings(t *testing.T) {
	semicolons := strings.NewReplacer(`,"Très bien, «élan» naïve",`, ";Très bien, «élan» naïve;", ",", ";", "1.5", "1,5").Replace(theSameCSV)
	tabs := strings.NewReplacer("bien, ", "bien, ", ",", "\t").Replace(theSameCSV)
	array := "[" + strings.NewReplacer("\n\n", ",\n", "\n", ",\n").Replace(strings.TrimSpace(theSameJSONL)) + "]"
	book := sheet(t, []any{"id", "score", "comment", "lang", "submitted_at", "weight", "region"},
		[]any{"r1", 9, "Très bien, «élan» naïve", "fr", time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC), 1.5, "EU"},
		[]any{"r2", 0, "déjà vu\net revu", nil, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
		[]any{},
		[]any{"r3", nil, `"café" fermé`, nil, nil, nil, "US"})
	le, be := xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)
	tests := []struct {
		name, data, format, encoding string
	}{
		{"survey.csv", theSameCSV, "csv", "UTF-8"},
		{"survey.csv", "\ufeff" + theSameCSV, "csv", "UTF-8"},
		{"survey.csv", strings.ReplaceAll(theSameCSV, "\n", "\r\n"), "csv", "UTF-8"},
		{"survey.csv", "sep=,\n" + theSameCSV, "csv", "UTF-8"},
		{"survey.csv", strings.ReplaceAll(theSameCSV, "\n", "\r"), "csv", "UTF-8"},
		{"survey.csv", semicolons, "csv", "UTF-8"},
		{"survey.txt", tabs, "csv", "UTF-8"},
		{"survey.tsv", tabs, "tsv", "UTF-8"},
		{"survey", theSameJSONL, "jsonl", "UTF-8"},
		{"survey.jsonl", theSameJSONL, "jsonl", "UTF-8"},
		{"survey.ndjson", "\ufeff" + theSameJSONL, "jsonl", "UTF-8"},
		{"survey.json", array, "json", "UTF-8"},
		{"survey.json", `{"responses": ` + array + `, "next": 1}`, "json", "UTF-8"},
		{"survey.xlsx", book, "xlsx", ""},
		{"survey.csv", book, "xlsx", ""},
		{"survey.csv", encoded(t, charmap.Windows1252, theSameCSV), "csv", "Windows-1252"},
		{"survey.jsonl", encoded(t, charmap.Windows1252, theSameJSONL), "jsonl", "Windows-1252"},
		{"survey.csv", "\xff\xfe" + encoded(t, le, theSameCSV), "csv", "UTF-16LE"},
		{"survey.csv", "\xfe\xff" + encoded(t, be, theSameCSV), "csv", "UTF-16BE"},
		{"survey.csv", encoded(t, le, theSameCSV), "csv", "UTF-16LE"},
		{"survey.csv", encoded(t, be, theSameCSV), "csv", "UTF-16BE"},
		{"survey.jsonl", encoded(t, le, theSameJSONL), "jsonl", "UTF-16LE"},
	}
	for i, test := range tests {
		for _, zip := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %s %s gz=%v", i, test.format, test.encoding, zip), func(t *testing.T) {
				name, data := test.name, test.data
				if zip {
					data = gzipped(t, data)
					if i%2 == 0 { // the content decides, whatever the name says
						name += ".gz"
					}
				}
				rows, sum := readAll(t, name, data, Options{})
				if diff := cmp.Diff(theSame, accepted(t, rows)); diff != "" {
					t.Error(diff)
				}
				if sum.Format != test.format || sum.Encoding != test.encoding {
					t.Errorf("format %q, encoding %q", sum.Format, sum.Encoding)
				}
			})
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.csv")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path string
		code feedback.Code
		want string
	}{
		{dir, feedback.Invalid, dir + " is a folder: name the files in it"},
		{filepath.Join(dir, "none.csv"), feedback.NotFound, filepath.Join(dir, "none.csv") + ": there is no such file: check the path"},
		{empty, feedback.Invalid, empty + " is empty: it needs a header and rows"},
	}
	for _, test := range tests {
		_, err := Open(test.path, Options{})
		if feedback.CodeOf(err) != test.code || err.Error() != test.want {
			t.Errorf("%s: %s %v", test.path, feedback.CodeOf(err), err)
		}
	}
}

func TestContentThatCannotBeRead(t *testing.T) {
	zipped := gzipped(t, strings.Repeat("id,score,comment\n1,9,some text\n", 100))
	tests := []struct{ name, data, want string }{
		{"s.csv", "", "s.csv is empty"},
		{"s.csv", " \r\n\n", "s.csv is empty"},
		{"s.csv", "\xef\xbb\xbf", "s.csv is empty"},
		{"s.csv", "\xff\xfe", "s.csv is empty"},
		{"s.csv", gzipped(t, ""), "s.csv is empty"},
		{"s.jsonl", "\n\n", "s.jsonl is empty"},
		{"s.xlsx", sheet(t), "s.xlsx is empty"},
		{"s.csv", "sep=;\n", "s.csv is empty"},
		{"s.csv.gz", zipped[:len(zipped)-20], "s.csv.gz is cut off or damaged"},
		{"s.csv.gz", "\x1f\x8bnot really", "s.csv.gz is cut off or damaged"},
		{"s.xlsx", "PK\x03\x04 and no more", "zip archive but not a readable workbook"},
		{"s.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", "old Excel file"},
		{"s.csv", "<!DOCTYPE html><html>login</html>", "is a web page"},
		{"s.csv", "\xff\xfe\x00\x00i\x00\x00\x00", "UTF-32"},
		{"s.bin", string([]byte{0, 1, 2, 3, 0, 5, 6, 0, 0, 0, 7, 8, 14, 15}), "not a text file"},
		{"s.jsonl", "id,score\n1,2\n", "none of its 2 lines is a JSON object"},
	}
	for _, test := range tests {
		r, err := NewReader(strings.NewReader(test.data), test.name, Options{})
		if r != nil || feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %.10q: %v, want %q", test.name, test.data, err, test.want)
		}
	}
}

// pipe hides that a stream can seek.
type pipe struct{ io.Reader }

func TestStreamsAreSpooledAndRemoved(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	r, err := NewReader(pipe{strings.NewReader(theSameCSV)}, "-", Options{Survey: "survey"})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := drain(t, r)
	if diff := cmp.Diff(theSame, accepted(t, rows)); diff != "" {
		t.Error(diff)
	}
	if _, err := NewReader(pipe{strings.NewReader("a,b\n1,2\n")}, "-", Options{}); err == nil || !strings.HasPrefix(err.Error(), "stdin has no score column") {
		t.Errorf("%v", err)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestPipeAndSeekedFile(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(out, theSameCSV)
		_ = out.Close()
	}()
	r, err := NewReader(in, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := drain(t, r)
	if len(rows) != 3 || rows[0].Response.Survey != feedback.DefaultSurvey {
		t.Errorf("%+v", rows)
	}
	seeked := strings.NewReader("rubbish" + theSameCSV)
	if _, err := seeked.Seek(7, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if r, err = NewReader(seeked, "survey.csv", Options{}); err != nil {
		t.Fatal(err)
	}
	rows, _ = drain(t, r)
	if diff := cmp.Diff(theSame, accepted(t, rows)); diff != "" {
		t.Error(diff)
	}
}

func TestOpenFileReadsItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Spring survey.2026.csv.gz")
	if err := os.WriteFile(path, []byte(gzipped(t, theSameCSV)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, sum := drain(t, r)
	if len(rows) != 3 || rows[0].Response.Survey != "Spring survey.2026" || sum.File != path {
		t.Errorf("%+v %+v", rows, sum)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("Next after Close: %v", err)
	}
}

func TestHeaderOnly(t *testing.T) {
	for _, test := range []struct{ name, data string }{
		{"s.csv", "id,score,comment,region\n"},
		{"s.csv", "id,score,comment,region"},
		{"s.xlsx", sheet(t, []any{"id", "score", "comment", "region"})},
	} {
		r, err := NewReader(strings.NewReader(test.data), test.name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := Mapping{
			Fields:     map[string]string{"id": "id", "score": "score", "comment": "comment"},
			Attributes: []string{"region"}, Dropped: []Dropped{},
		}
		if diff := cmp.Diff(want, r.Mapping()); diff != "" {
			t.Error(diff)
		}
		if rows, _ := drain(t, r); len(rows) != 0 {
			t.Errorf("%+v", rows)
		}
	}
	if rows, _ := readAll(t, "s.json", "[ ]", Options{Map: map[string]string{"score": "Q1"}}); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}

func TestIDsFromDigestAndLine(t *testing.T) {
	data := "score,comment\n9,\"two\nlines\"\n8,b\n"
	rows, _ := readAll(t, "s.csv", data, Options{})
	sum := sha256.Sum256([]byte(data))
	digest := hex.EncodeToString(sum[:])[:12]
	ids := []string{rows[0].Response.ID, rows[1].Response.ID}
	if diff := cmp.Diff([]string{digest + "-2", digest + "-4"}, ids); diff != "" {
		t.Error(diff)
	}
	again, _ := readAll(t, "other.csv.gz", gzipped(t, data), Options{})
	if diff := cmp.Diff(ids, []string{again[0].Response.ID, again[1].Response.ID}); diff != "" {
		t.Error(diff)
	}
	other, _ := readAll(t, "s.csv", data+"7,c\n", Options{})
	if other[0].Response.ID == ids[0] {
		t.Error("another file gives the same ids")
	}
	some, _ := readAll(t, "s.csv", "id,score,comment\n,9,a\nx,8,b\n", Options{})
	if !strings.HasSuffix(some[0].Response.ID, "-2") || some[1].Response.ID != "x" {
		t.Errorf("%+v", some)
	}
}
