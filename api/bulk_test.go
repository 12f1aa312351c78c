package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// bulk sends lines and reads the answers.
func (w *world) bulk(tb testing.TB, path, body string) []BulkResult {
	tb.Helper()
	got := w.do(tb, http.MethodPost, "/v1/responses/bulk"+path, body, "Content-Type", linesType)
	if got.status != http.StatusOK || got.header.Get("Content-Type") != linesType {
		tb.Fatalf("%+v", got)
	}
	var out []BulkResult
	for text := range strings.Lines(got.body) {
		out = append(out, decode[BulkResult](tb, text))
	}
	return out
}

func TestBulk(t *testing.T) {
	w := newWorld(t)
	long := `{"id":"long","comment":"` + strings.Repeat("a", maxLine) + `"}`
	body := "\ufeff" + `{"id":"r1","score":3,"comment":"The delivery was late."}` + "\r\n" +
		"\n" +
		`{"id":"r2","score":11}` + "\n" +
		`not json` + "\n" +
		long + "\n" +
		`{"id":"r1","score":3,"comment":"The delivery was late."}` + "\n" +
		"{\"id\":\"r3\",\"comment\":\"\xff\"}\n" +
		`{"id":"r4","survey":"s","score":"10/10","text":"Friendly staff, I love it!"}` // without an end
	got := w.bulk(t, "", body)
	type short struct {
		line               int
		id, survey, status string
	}
	var is []short
	for _, r := range got {
		is = append(is, short{r.Line, r.ID, r.Survey, string(r.Status)})
	}
	want := []short{
		{1, "r1", "default", "created"},
		{3, "r2", "default", "rejected"},
		{4, "", "default", "rejected"},
		{5, "", "default", "rejected"},
		{6, "r1", "default", "unchanged"},
		{7, "", "default", "rejected"},
		{8, "r4", "s", "created"},
	}
	if !slices.Equal(is, want) {
		t.Errorf("got  %v\nwant %v", is, want)
	}
	if got[0].Analysis == nil || got[0].Analysis.Themes[0].Theme != "delivery_logistics" || got[3].Problem.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("%+v", got)
	}
	if got[1].Problem.Errors[0].Location != "body.score" {
		t.Errorf("%+v", got[1].Problem)
	}
	if again := w.bulk(t, "?analysis=false", body); again[0].Status != "unchanged" || again[0].Analysis != nil {
		t.Errorf("%+v", again)
	}
	var stored StoredResponse
	if err := json.Unmarshal([]byte(w.get(t, "/v1/responses/r4?survey=s")), &stored); err != nil || stored.Score != 10 {
		t.Errorf("%v %+v", err, stored)
	}
	w.do(t, http.MethodDelete, "/v1/responses/r1", "")
	if gone := w.bulk(t, "", `{"id":"r1"}`); gone[0].Problem == nil || gone[0].Problem.Code != "deleted" {
		t.Errorf("%+v", gone)
	}
}

// TestBulkKeepsTheOrder sends far more than is on its way at a time, with repeated ids: the last of each wins.
func TestBulkKeepsTheOrder(t *testing.T) {
	w := newWorld(t)
	var body strings.Builder
	const n = 5000
	for i := range n {
		fmt.Fprintf(&body, `{"id":"r%d","score":%d,"comment":"Answer %d"}`+"\n", i%7, i%11, i)
	}
	for i, r := range w.bulk(t, "?analysis=false", body.String()) {
		if want := fmt.Sprintf("r%d", i%7); r.Line != i+1 || r.ID != want || (r.Status == "created") != (i < 7) {
			t.Fatalf("%d: %+v", i, r)
		}
	}
	for id := range 7 {
		last := n - 1 - (n-1-id)%7
		if got := w.get(t, fmt.Sprintf("/v1/responses/r%d", id)); !strings.Contains(got, fmt.Sprintf("Answer %d", last)) {
			t.Errorf("want answer %d: %s", last, got)
		}
	}
}

// TestBulkAnswersAsItGoes sends a line only when the one before is answered, and then goes away within a line.
func TestBulkAnswersAsItGoes(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body, in := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/v1/responses/bulk", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", linesType)
	first := make(chan struct{})
	go func() { io.WriteString(in, `{"id":"r0","score":1}`+"\n"); close(first) }()
	answer, err := w.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	<-first
	lines := bufio.NewScanner(answer.Body)
	for i := range 3 {
		if !lines.Scan() || !strings.Contains(lines.Text(), fmt.Sprintf(`"id":"r%d"`, i)) {
			t.Fatalf("%q %v", lines.Text(), lines.Err())
		}
		fmt.Fprintf(in, `{"id":"r%d","score":1}`+"\n", i+1)
	}
	io.WriteString(in, `{"id":"half`)
	in.CloseWithError(io.ErrUnexpectedEOF)
	for lines.Scan() {
	}
	if got := w.do(t, http.MethodGet, "/v1/responses/r2", ""); got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
}

func TestBulkRefuses(t *testing.T) {
	w := newWorld(t)
	for _, one := range []struct {
		path, kind string
		status     int
	}{
		{"/v1/responses/bulk", jsonType, http.StatusUnsupportedMediaType},
		{"/v1/responses/bulk?analysis=x", linesType, http.StatusBadRequest},
		{"/v1/responses/bulk?x=1", linesType, http.StatusBadRequest},
	} {
		if got := w.do(t, http.MethodPost, one.path, `{"id":"r"}`, "Content-Type", one.kind); got.problem(t).Status != one.status {
			t.Errorf("%+v: %+v", one, got)
		}
	}
}

// FuzzLines reads streams: nothing may panic, and every line that is not blank is answered once, in order.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"id\":\"r1\"}\n\n{\"id\":2}\r\n[1]\nnull\n"))
	f.Add([]byte("\ufeff{\"id\":\"\\ud800\"}"))
	f.Add([]byte("{\"id\":{\"a\":[}\n{\"attributes\":{\"a.b\":1,\"a\":{\"b\":2}},\"id\":\"x\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := newLineReader(iotestHalf(data))
		got, last := 0, 0
		for {
			lines, err := in.chunk()
			for i := range lines {
				var a bulkAnswer
				if problem := a.read(&lines[i]); problem != nil {
					a.refuse(problem)
				}
				if answered := a.append(nil); !json.Valid(answered) || lines[i].number <= last {
					t.Fatalf("%d after %d: %s", lines[i].number, last, answered)
				}
				last = lines[i].number
				got++
			}
			if err != nil {
				break
			}
		}
		blank := 0
		for text := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
			if len(bytes.TrimSpace(text)) == 0 {
				blank++
			}
		}
		if lines := bytes.Count(data, []byte("\n")) + 1; got+blank > lines || got+blank < lines-1 {
			t.Errorf("%d lines answered and %d blank of %d", got, blank, lines)
		}
	})
}

// iotestHalf gives a stream that comes in pieces.
func iotestHalf(data []byte) io.Reader {
	half := len(data) / 2
	return io.MultiReader(strings.NewReader(string(data[:half])), strings.NewReader(string(data[half:])))
}

func BenchmarkBulk(b *testing.B) {
	w := newWorld(b)
	for _, tags := range []string{"true", "false"} {
		b.Run("analysis="+tags, func(b *testing.B) {
			const n = 5000
			round := 0
			for b.Loop() {
				round++
				var body strings.Builder
				for i := range n {
					fmt.Fprintf(&body, `{"id":"r%d","survey":"%s%d","score":%d,"comment":"The app is fine and the staff was friendly, but the delivery took three weeks and nobody called back %d"}`+"\n", i, tags, round, i%11, i)
				}
				if got := w.bulk(b, "?analysis="+tags, body.String()); len(got) != n {
					b.Fatal(len(got))
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "responses/s")
		})
	}
}
