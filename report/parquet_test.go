package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"verbatim/feedback"
	"verbatim/insight"
)

func driversParquet(t *testing.T, r *insight.DriverReport, choice Choice) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := DriversParquet(&out, r, choice); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openParquet(t *testing.T, data []byte) *parquet.File {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// text gives a value as the CSV has it.
func text(column string, v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Double && (strings.HasPrefix(column, "p_") || strings.HasPrefix(column, "q_") || column == "association_p"):
		return insight.PValue(v.Double()).String()
	case v.Kind() == parquet.Double:
		return insight.Number(v.Double()).String()
	case v.Kind() == parquet.Int64 || v.Kind() == parquet.Int32:
		return strconv.FormatInt(v.Int64(), 10)
	}
	return v.String()
}

// The file has the columns of the CSV, in its order, and its figures.
func TestParquetHoldsTheFiguresOfTheCSV(t *testing.T) {
	for name, r := range map[string]*insight.DriverReport{"drivers": realistic(), "empty": empty(), "too few": onlyTooFew()} {
		file := openParquet(t, driversParquet(t, r, Choice{}))
		var header []string
		for _, path := range file.Schema().Columns() {
			header = append(header, path[0])
		}
		got := [][]string{header}
		reader := parquet.NewGenericReader[driverRow](file)
		rows := make([]parquet.Row, 100)
		n, err := reader.ReadRows(rows)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		for _, row := range rows[:n] {
			cells := make([]string, len(row))
			for i, value := range row {
				cells[i] = text(header[i], value)
			}
			got = append(got, cells)
		}
		if diff := cmp.Diff(parseCSV(t, render(t, CSV, r, nil)), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParquetCarriesItsMethod(t *testing.T) {
	r := realistic()
	day := time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)
	file := openParquet(t, driversParquet(t, r, Choice{Filter: []string{"--where region=EU"}, Dates: feedback.Dates{First: day, Last: day}}))
	for key, want := range map[string]any{
		"method": r.Method,
		"choice": map[string]any{"filter": []string{"--where region=EU"}, "dates": "2026-01-03 to 2026-01-03"},
	} {
		wanted, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got, expected any
		value, _ := file.Lookup(key)
		if err := errors.Join(json.Unmarshal([]byte(value), &got), json.Unmarshal(wanted, &expected)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
	}
	var summary struct {
		Responses int
		NPS       struct{ Promoters int }
		Base      struct{ N int }
		Drivers   []any
	}
	value, _ := file.Lookup("summary")
	if err := json.Unmarshal([]byte(value), &summary); err != nil {
		t.Fatal(err)
	}
	if summary.Responses != r.Responses || summary.NPS.Promoters != r.NPS.Promoters || summary.Base.N != r.Base.N || len(summary.Drivers) != 0 {
		t.Errorf("%+v", summary)
	}
}

func TestParquetIsTheSameEachTime(t *testing.T) {
	first := driversParquet(t, realistic(), Choice{})
	for range 5 {
		if !bytes.Equal(first, driversParquet(t, realistic(), Choice{})) {
			t.Fatal("the bytes differ")
		}
	}
	for _, room := range []int{0, len(first) / 2, len(first) - 1} {
		if err := DriversParquet(&closing{room}, realistic(), Choice{}); !errors.Is(err, errGone) || !strings.HasPrefix(err.Error(), "report: parquet: ") {
			t.Errorf("%d bytes: %v", room, err)
		}
	}
}

func BenchmarkDriversParquet(b *testing.B) {
	r := realistic()
	for b.Loop() {
		if err := DriversParquet(io.Discard, r, Choice{}); err != nil {
			b.Fatal(err)
		}
	}
}
