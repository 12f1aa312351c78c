package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"

	"verbatim/feedback"
)

// readAll reads a file given as text.
func readAll(t *testing.T, name, data string, opts Options) ([]Row, Summary) {
	t.Helper()
	r, err := NewReader(strings.NewReader(data), name, opts)
	if err != nil {
		t.Fatalf("NewReader: %v", err)
	}
	return drain(t, r)
}

func drain(t *testing.T, r *Reader) ([]Row, Summary) {
	t.Helper()
	var out []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		out = append(out, row)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("Next after the end = %v, want io.EOF", err)
	}
	sum := r.Summary()
	if sum.Read != sum.Accepted+sum.Rejected+sum.Duplicates || len(out) != sum.Accepted+sum.Rejected {
		t.Errorf("the summary does not add up: %+v with %d rows", sum, len(out))
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	return out, sum
}

// accepted gives the responses, and fails on rejected rows.
func accepted(t *testing.T, rows []Row) []feedback.Response {
	t.Helper()
	var out []feedback.Response
	for _, row := range rows {
		if row.Err != nil {
			t.Errorf("rejected: %v", row.Err)
			continue
		}
		out = append(out, row.Response)
	}
	return out
}

// texts gives "id score comment" or the error of each row.
func texts(rows []Row) []string {
	var out []string
	for _, row := range rows {
		if row.Err != nil {
			out = append(out, row.Err.Error())
			continue
		}
		out = append(out, fmt.Sprintf("%s %d %s", row.Response.ID, row.Response.Score, row.Response.Comment))
	}
	return out
}

func gzipped(t *testing.T, data string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sheet makes an XLSX file; cells are strings, numbers and times.
func sheet(t *testing.T, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewSheet("Data"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := f.SetSheetRow("Data", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
