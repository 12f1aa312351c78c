package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pieces are what random texts are made of: all that makes trouble.
var pieces = []string{
	"a", "good", `"`, `""`, `","`, ",", ";", "\t", "\n", "\n\n", " ", "  ", "'", "é", "ж", "很好", "😍", "sep=", "{", "}", "[", "]", ":", `\`, `\n`, "0", "-1", "#", "//", "\u2028",
	"\ufeff", "=1+1", "|",
}

func randomText(rnd *rand.Rand) string {
	var out strings.Builder
	for range rnd.IntN(8) {
		out.WriteString(pieces[rnd.IntN(len(pieces))])
	}
	return out.String()
}

// randomRows gives rows of id, score, comment, suggestion and region.
func randomRows(rnd *rand.Rand) [][]string {
	var rows [][]string
	for i := range 1 + rnd.IntN(20) {
		score := ""
		if rnd.IntN(4) > 0 {
			score = strconv.Itoa(rnd.IntN(11))
		}
		rows = append(rows, []string{fmt.Sprintf("r%d", i), score, randomText(rnd), randomText(rnd), []string{"", "EU", "US"}[rnd.IntN(3)]})
	}
	return rows
}

var randomHeader = []string{"id", "score", "comment", "suggestion", "region"}

// cells gives the rows back from the responses.
func cells(t *testing.T, rows []Row) [][]string {
	t.Helper()
	var out [][]string
	for _, r := range accepted(t, rows) {
		score := ""
		if r.Score.Scored() {
			score = strconv.Itoa(int(r.Score))
		}
		out = append(out, []string{r.ID, score, r.Comment, r.Suggestion, r.Attributes["region"]})
	}
	return out
}

// TestWhatIsWrittenIsRead writes random rows with the standard library, with each delimiter and as JSON, and reads the
// same back.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		want := randomRows(rnd)
		for _, delimiter := range []rune{',', ';', '\t'} {
			for _, crlf := range []bool{false, true} {
				var out bytes.Buffer
				w := csv.NewWriter(&out)
				w.Comma, w.UseCRLF = delimiter, crlf
				if err := w.WriteAll(append([][]string{randomHeader}, want...)); err != nil {
					t.Fatal(err)
				}
				rows, _ := readAll(t, "s.csv", out.String(), Options{})
				if diff := cmp.Diff(want, cells(t, rows)); diff != "" {
					t.Fatalf("%q: %s", out.String(), diff)
				}
			}
		}
		var lines, array bytes.Buffer
		array.WriteByte('[')
		for i, row := range want {
			object := map[string]string{}
			for k, name := range randomHeader {
				object[name] = row[k]
			}
			text, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(text, '\n'))
			if i > 0 {
				array.WriteByte(',')
			}
			array.Write(text)
		}
		array.WriteByte(']')
		for _, data := range []string{lines.String(), array.String()} {
			rows, _ := readAll(t, "s.json", data, Options{})
			if diff := cmp.Diff(want, cells(t, rows)); diff != "" {
				t.Fatalf("%q: %s", data, diff)
			}
		}
	}
}

// TestOrderOfRowsDoesNotMatter shuffles rows with all that is decided over a whole file: repeated ids and the order of
// days and months.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	var lines []string
	for i := range 60 {
		lines = append(lines, fmt.Sprintf("r%d,%d,text %d,3/4/2026", i%50, i%11, i%50))
	}
	lines = append(lines, "x,9,a,31/1/2026", "y,9,same,1/1/2026", "y,9,same,1/1/2026", "z,eleven,a,")
	rnd := rand.New(rand.NewPCG(3, 4))
	var want []string
	for round := range 20 {
		rows, sum := readAll(t, "s.csv", "id,score,comment,date\n"+strings.Join(lines, "\n"), Options{})
		var got []string
		for _, row := range rows {
			if row.Err != nil {
				got = append(got, row.Err.ID+" "+string(row.Err.Code))
				continue
			}
			got = append(got, row.Response.ID+" "+row.Response.SubmittedAt.String())
		}
		slices.Sort(got)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" || sum.Duplicates != 1 || sum.Conflicts != 20 {
			t.Fatalf("round %d: %+v %s", round, sum, diff)
		}
		rnd.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
}

// TestObjectsLikeTheStandardLibrary compares the parser with encoding/json on random objects, and on the same with a
// letter changed: what one takes, the other takes.
func TestObjectsLikeTheStandardLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		object := map[string]any{"text": randomText(rnd), "n": rnd.IntN(1000), "f": rnd.Float64(), "b": rnd.IntN(2) == 0, "z": nil}
		object["nested"] = map[string]any{"list": []any{1, "a", nil}, "deep": map[string]any{"text": randomText(rnd)}}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		got, bad := flat(string(text))
		if bad != nil || got["text"] != object["text"] || got["nested.list"] != "1; a" || got["n"] != fmt.Sprint(object["n"]) || got["z"] != "" {
			t.Fatalf("%s: %v %v", text, got, bad)
		}
		text[rnd.IntN(len(text))] = `{}[]",:\0a `[rnd.IntN(11)]
		_, bad = flat(string(text))
		if valid := json.Valid(text) && text[0] == '{'; valid != (bad == nil) {
			t.Fatalf("%s: valid %v, but %v", text, valid, bad)
		}
	}
}

// TestDamagedFilesKeepTheirGoodRows puts a broken line between good ones: these are all still read.
func TestDamagedFilesKeepTheirGoodRows(t *testing.T) {
	broken := []string{
		`x,9,"never closed`, `x,9,a,b,c,d,e`, `x,eleven,a`, "x,9,\x00\x01\x02", `x,9,"a"b"`, `,,`, ``, `x`, `x,9,"a" b "c`, "\xff\xfe\xfd", `x,9,""a"`,
		`"x,"9","a`, strings.Repeat(",", 50) + "x",
	}
	for _, line := range broken {
		var data strings.Builder
		data.WriteString("id,score,comment\n")
		for i := range 10 {
			fmt.Fprintf(&data, "g%d,%d,good %d\n%s\n", i, i, i, strings.ReplaceAll(line, "x", fmt.Sprintf("x%d", i)))
		}
		rows, _ := readAll(t, "s.csv", data.String(), Options{})
		good := 0
		for _, row := range rows {
			if row.Err == nil && strings.HasPrefix(row.Response.ID, "g") {
				if want := "good " + row.Response.ID[1:]; row.Response.Comment != want {
					t.Errorf("%q: %q, want %q", line, row.Response.Comment, want)
				}
				good++
			}
		}
		if good != 10 {
			t.Errorf("%q: %d of 10 good rows: %q", line, good, texts(rows))
		}
	}
}

// TestSwallowedRowsAreReported has quotes that are valid CSV and yet a mistake: a row within the id of another.
func TestSwallowedRowsAreReported(t *testing.T) {
	for _, quotes := range []string{`"`, `"""`, strings.Repeat(`"`, 7)} {
		rows, _ := readAll(t, "s.csv", "id,score,comment\n1,9,a\n"+quotes+"\n2,8,b\n"+quotes+"\n3,7,c\n", Options{})
		want := []string{"1 9 a", `s.csv:3: id: the value has several lines: look for a quote (") that is missing or one too many`, "3 7 c"}
		if diff := cmp.Diff(want, texts(rows)); diff != "" {
			t.Error(diff)
		}
	}
}
