package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

var benchComments = []string{
	"The app is fine but delivery took three weeks and nobody called back.", "客服很好，但是送货太慢了", "Доставка опоздала, зато поддержка ответила сразу",
	"Hyvä palvelu, mutta hinta on liian korkea", `"Great" staff, would come again`, "ok",
}

const benchRows = 100_000

func benchmarkReader(b *testing.B, name string, write func(w io.Writer, i int)) {
	b.Helper()
	var data bytes.Buffer
	if name == "s.csv" {
		data.WriteString("id,score,comment,lang,submitted_at,region,plan\n")
	}
	for i := range benchRows {
		write(&data, i)
	}
	b.SetBytes(int64(data.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(data.Bytes()), name, Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || row.Err != nil {
				b.Fatal(err, row.Err)
			}
			n++
		}
		if n != benchRows {
			b.Fatalf("%d rows", n)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	benchmarkReader(b, "s.csv", func(w io.Writer, i int) {
		fmt.Fprintf(w, "r%d,%d,%q,en,2026-03-%02dT12:00:00Z,region-%d,pro\n", i, i%11, benchComments[i%4], i%28+1, i%7)
	})
}

func BenchmarkJSONL(b *testing.B) {
	benchmarkReader(b, "s.jsonl", func(w io.Writer, i int) {
		fmt.Fprintf(w, `{"id":"r%d","score":%d,"comment":%q,"lang":"en","submitted_at":"2026-03-%02dT12:00:00Z","meta":{"region":"region-%d","plan":"pro"}}`+"\n",
			i, i%11, benchComments[i%6], i%28+1, i%7)
	})
}
