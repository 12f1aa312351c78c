package ingest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestRowsAsPeopleMakeThem(t *testing.T) {
	const quote = `a quote (") that opens in this line is not closed properly: double the quotes inside a text, and close it`
	rest := func(line, n, opened int) string {
		return fmt.Sprintf("s.csv:%d: there are %d values for 3 columns: this is probably the rest of the text whose quote opens in line %d", line, n, opened)
	}
	tests := []struct {
		name, rows string
		want       []string
	}{
		{"quoted line ends", "1,9,\"a\r\n\r\nb\"\r\n2,8,c\r\n", []string{"1 9 a\n\nb", "2 8 c"}},
		{"doubled quotes", `1,9,"say ""hi"", they said"` + "\n" + `2,8,""` + "\n" + `3,7,""""`, []string{`1 9 say "hi", they said`, "2 8 ", `3 7 "`}},
		{"delimiters in quotes", `1,9,"a,b"` + "\n" + `"2","8","c"` + "\n", []string{"1 9 a,b", "2 8 c"}},
		{"spaces around quotes", `1, "9" , "a, b"` + "\n2,8,c\n", []string{"1 9 a, b", "2 8 c"}},
		{"quotes in the middle", `1,9,a "good" day` + "\n" + `2,8,5" screen` + "\n", []string{`1 9 a "good" day`, `2 8 5" screen`}},
		{"stray quotes in quotes", `1,9,"a "good" day"` + "\n" + `2,8,"b"` + "\n", []string{`1 9 a "good" day`, "2 8 b"}},
		{"a word in quotes first", `1,9,"Great" product` + "\n" + `2,8,"b"` + "\n", []string{`1 9 "Great" product`, "2 8 b"}},
		{"blank lines", "\n1,9,a\n\n  \n,,\n\t\n2,8,b\n\n", []string{"1 9 a", "2 8 b"}},
		{"short rows", "1,9\n2\n3,7,c\n", []string{"1 9 ", "2 -1 ", "3 7 c"}},
		{"long rows of blanks", "1,9,a,,\n2,8,b, \n", []string{"1 9 a", "2 8 b"}},
		{"long rows", "1,9,good, but slow\n2,8,b\n", []string{
			"s.csv:2: there are 4 values for 3 columns: put texts that contain the delimiter (,) in quotes", "2 8 b",
		}},
		{"a quote that never closes", "1,9,a\n2,8,\"b\n3,7,c\n4,6,d\n", []string{"1 9 a", "s.csv:3: " + quote, "3 7 c", "4 6 d"}},
		{"a quote that closes wrongly", "1,9,\"a\nx \"y\" z\n2,8,b\n3,7,\"c\"\n", []string{"s.csv:2: " + quote, rest(3, 1, 2), "2 8 b", "3 7 c"}},
		{"a quote that another row closes", "1,9,\"a\n2,8,\"b\"\n3,7,c\n", []string{"s.csv:2: " + quote, "2 8 b", "3 7 c"}},
		{"cut within quotes", "1,9,a\n2,8,\"b\nand then", []string{"1 9 a", "s.csv:3: " + quote, rest(4, 1, 3)}},
		{"no line end at the end", "1,9,a\n2,8,b", []string{"1 9 a", "2 8 b"}},
		{"return without line end", "1,9,a\rb\n2,8,\"c\rd\"\n", []string{"1 9 a\nb", "2 8 c\nd"}},
		{"return before delimiter", "1,9\r,a\n", []string{"1 9 a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, _ := readAll(t, "s.csv", "id,score,comment\n"+test.rows, Options{})
			if diff := cmp.Diff(test.want, texts(rows)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRowsDoNotDependOnTheWindow reads byte by byte and in one piece.
func TestRowsDoNotDependOnTheWindow(t *testing.T) {
	data := "id,score,comment\r\n" + strings.Repeat("1,9,\"a \"\"b\"\"\r\nc\"\r\n2,8,\"\"\r\n\"3\",7,\"x \"y\" z\"\r\n", 9000)
	count := func(src io.Reader) (n int, sum string) {
		d, err := newDelimited(src, dialect{delimiter: ',', newline: '\n', quotes: true})
		if err != nil {
			t.Fatal(err)
		}
		var rec record
		for d.next(&rec) == nil {
			if n++; rec.problem != nil || len(rec.values) != 3 {
				t.Fatalf("line %d: %q %v", rec.line, rec.values, rec.problem)
			}
			sum = string(rec.values[2])
		}
		return n, sum
	}
	n, last := count(strings.NewReader(data))
	m, same := count(iotest.OneByteReader(strings.NewReader(data)))
	if n != 27001 || m != n || last != `x "y" z` || same != last {
		t.Errorf("%d rows, last %q; byte by byte %d, %q", n, last, m, same)
	}
}

func TestDelimiters(t *testing.T) {
	tests := []struct {
		name, text string
		want       byte
	}{
		{"s.csv", "id,score,comment\n1,2,a;b;c;d\n", ','},
		{"s.csv", "id;score;comment\n1;2;a, b, c\n2;3;d, e, f, g\n", ';'},
		{"s.csv", "id\tscore\tcomment, in short\n1\t2\ta, b\n", '\t'},
		{"s.csv", "\"how likely, 0-10\";\"why, then; so\"\n9;a\n", ';'},
		{"s.csv", "id,\"a\n;;;;;\nb\",c\n1,2,3\n", ','},
		{"s.csv", "comment\nfine, thanks; really\n", 0},
		{"s.csv", "sep=|\nscore|comment\n", '|'},
		{"s.csv", "\n\nid;score\n1;2", ';'},
		{"s.csv", "id,\"un\"\"quoted\",score", ','},
	}
	for _, test := range tests {
		if got := dialectOf([]byte(test.text), 0).delimiter; got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
	if got := dialectOf([]byte("a,b,c\td\n1,2,3\t4\n"), '\t').delimiter; got != '\t' {
		t.Errorf(".tsv: %q", got)
	}
	rows, _ := readAll(t, "s.csv", "comment\nfine, thanks; really\n\"quoted\"\n", Options{ScoreOptional: true})
	if len(rows) != 2 || rows[0].Response.Comment != "fine, thanks; really" || rows[1].Response.Comment != "quoted" {
		t.Errorf("%q", texts(rows))
	}
}

func TestPlainText(t *testing.T) {
	rows, _ := readAll(t, "-", "\"Great\", she said\n\nnever again\r\n", Options{Format: "text", ScoreOptional: true})
	if len(rows) != 2 || rows[0].Response.Comment != `"Great", she said` || rows[1].Response.Comment != "never again" || rows[1].Line != 3 {
		t.Errorf("%+v", rows)
	}
	for _, bad := range []string{"xlsx", "docx"} {
		if _, err := NewReader(strings.NewReader("a,b\n"), "s", Options{Format: bad}); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// endless is a stream of one letter.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= int64(n)
	return n, nil
}

func TestLongLines(t *testing.T) {
	const tooLong = maxRecord + maxRecord/4
	tests := []struct {
		name, before, after string
		want                []string
	}{
		{"s.csv", "id,score,comment\n1,9,", "\n2,8,b\n", []string{"s.csv:2: the line is longer than 16 MB: shorten it", "2 8 b"}},
		{"s.csv", "id,score,comment\n1,9,\"", "\"\n2,8,b\n", []string{"s.csv:2: the line is longer than 16 MB: shorten it", "2 8 b"}},
		{"s.csv", "id,score,comment\n1,9,", "", []string{"s.csv:2: the line is longer than 16 MB: shorten it"}},
		{
			"s.jsonl", `{"id":"0","score":7,"comment":"a"}` + "\n" + `{"id":"1","comment":"`, "\"}\n" + `{"id":"2","score":8,"comment":"b"}`,
			[]string{"0 7 a", "s.jsonl:2: the JSON object is longer than 16 MB: shorten it", "2 8 b"},
		},
		{
			"s.json", `[{"id":"1","score":9,"comment":"`, `"}, {"id":"2","score":8,"comment":"b"}]`,
			[]string{"s.json:1: the JSON object is longer than 16 MB: shorten it", "2 8 b"},
		},
	}
	for _, test := range tests {
		src := io.MultiReader(strings.NewReader(test.before), &endless{tooLong}, strings.NewReader(test.after))
		r, err := NewReader(src, test.name, Options{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		rows, sum := drain(t, r)
		if diff := cmp.Diff(test.want, texts(rows)); diff != "" {
			t.Error(diff)
		}
		if len(sum.Reasons) != 1 || sum.Reasons[0].Code != feedback.TooLarge {
			t.Errorf("%+v", sum.Reasons)
		}
	}
}

func TestQuotesOverMoreThanTheWindow(t *testing.T) {
	data := "id,score,comment\n1,9,\"a\n" + strings.Repeat("2,8,some text without any mark of that kind\n", maxRecord/40)
	d, err := newDelimited(strings.NewReader(data), dialect{delimiter: ',', newline: '\n', quotes: true})
	if err != nil {
		t.Fatal(err)
	}
	var rec record
	good, bad := 0, 0
	for d.next(&rec) == nil {
		if rec.problem != nil {
			bad++
		} else {
			good++
		}
	}
	if bad != 1 || good != maxRecord/40+1 {
		t.Errorf("%d good rows and %d bad ones", good, bad)
	}
}
