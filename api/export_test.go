package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"verbatim/insight"
	"verbatim/report"
)

func TestExportResponses(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	answer := w.do(t, http.MethodGet, "/v1/export/responses?group=detractor", "")
	if answer.header.Get("Content-Type") != csvType || answer.header.Get("Content-Disposition") != `attachment; filename="responses.csv"` {
		t.Errorf("%v", answer.header)
	}
	rows, err := csv.NewReader(strings.NewReader(answer.body)).ReadAll()
	if err != nil || len(rows) != 42 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if !slices.Contains(rows[0], "region") || slices.Contains(rows[0], "respondent") {
		t.Errorf("%v", rows[0])
	}
	if n := strings.Count(w.get(t, "/v1/export/responses?format=jsonl"), "\n"); n != 221 {
		t.Errorf("%d lines", n)
	}
	body := []byte(w.get(t, "/v1/export/responses?format=parquet&respondent=true"))
	file, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil || file.NumRows() != 221 {
		t.Errorf("%v", err)
	}
	book, err := excelize.OpenReader(strings.NewReader(w.get(t, "/v1/export/responses?format=xlsx&where=region=island")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if cells, err := book.GetRows(book.GetSheetName(0)); err != nil || len(cells) != 2 {
		t.Errorf("%v %v", cells, err)
	}
}

func TestExportDrivers(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	for _, format := range driverFormats {
		answer := w.do(t, http.MethodGet, "/v1/export/drivers?format="+string(format)+"&words=fi", "")
		if answer.status != http.StatusOK || answer.header.Get("Content-Type") != mediaTypes[format] || answer.body == "" {
			t.Errorf("%s: %d %v", format, answer.status, answer.header)
		}
		switch format {
		case report.JSON:
			if answer.body != w.get(t, "/v1/drivers") {
				t.Error("the file differs from /v1/drivers")
			}
		case report.Page:
			if !strings.Contains(answer.body, `lang="fi"`) || !strings.Contains(answer.body, "<mark") {
				t.Error("no Finnish page with quotes")
			}
		default:
		}
	}
	for _, query := range []string{"format=docx", "quotes=many", "quotes=21", "words=sv", "colour=red"} {
		if answer := w.do(t, http.MethodGet, "/v1/export/drivers?"+query, ""); answer.status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, answer.status)
		}
	}
}

func TestWordsAndAttributes(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	r := decode[insight.WordsReport](t, w.get(t, "/v1/words?language=en"))
	if len(r.Languages) != 1 || len(r.Languages[0].Detractors) == 0 || len(r.Languages[0].Promoters) == 0 {
		t.Errorf("%+v", r)
	}
	list := decode[AttributeList](t, w.get(t, "/v1/attributes"))
	want := []AttributeInfo{{"region", 3, true, false}, {"survey", 1, true, false}}
	if !slices.Equal(list.Attributes, want) {
		t.Errorf("%+v", list)
	}
}
