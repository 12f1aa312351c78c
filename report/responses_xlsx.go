package report

import (
	"compress/flate"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"verbatim/feedback"
)

// A sheet holds so many rows. Its XML is kept well below 4 GiB, from which some spreadsheets call a file damaged.
const (
	mostSheetRows = 1 << 20
	mostSheetText = 1 << 30
)

const responsesSheet = "responses"

// responsesXLSX streams a sheet of responses through the temporary files of excelize. Only one sheet is streamed:
// excelize writes several in no fixed order.
type responsesXLSX struct {
	to      io.Writer
	book    *book
	sheet   *excelize.StreamWriter
	columns []responseColumn
	cells   []any
	times   int // style of times
	row     int // the last written
	most    int // rows
	bytes   int // of text
	choice  Choice
}

func newResponsesXLSX(w io.Writer, opts *ResponseOptions) (*responsesXLSX, error) {
	x := &responsesXLSX{to: w, book: newBook(), columns: responseColumns(opts), most: mostSheetRows, choice: opts.Choice}
	x.cells = make([]any, len(x.columns))
	x.book.sheet(responsesSheet)
	x.book.layout(responsesSheet)
	x.times = x.book.style(sheetStyle{kind: kindTime})
	header := x.book.style(sheetStyle{kind: kindHeader})
	for i, column := range x.columns {
		x.cells[i] = excelize.Cell{Value: cellText(column.name), StyleID: header}
	}
	x.book.do(
		func() (err error) {
			x.sheet, err = x.book.file.NewStreamWriter(responsesSheet)
			return err
		},
		func() error { return x.sheet.SetPanes(&headerPane) },
	)
	for i, column := range x.columns {
		x.book.do(func() error { return x.sheet.SetColWidth(i+1, i+1, column.wide) })
	}
	x.book.do(x.flush)
	if x.book.err != nil {
		return nil, errors.Join(x.book.err, x.book.file.Close())
	}
	return x, nil
}

// flush writes the cells as the next row.
func (x *responsesXLSX) flush() error {
	x.row++
	at, err := excelize.CoordinatesToCellName(1, x.row)
	if err != nil {
		return err
	}
	return x.sheet.SetRow(at, x.cells)
}

func (x *responsesXLSX) write(r *taggedResponse) error {
	if x.row == x.most || x.bytes > mostSheetText {
		return feedback.Errorf(feedback.TooLarge, "a sheet holds %d responses: choose csv or parquet, or fewer responses", x.row-1)
	}
	for i, column := range x.columns {
		switch cell := column.cell(r).(type) {
		case string:
			x.bytes += len(cell)
			x.cells[i] = sheetValue(cell)
		case time.Time:
			x.cells[i] = excelize.Cell{Value: cell, StyleID: x.times}
		default:
			x.cells[i] = cell
		}
	}
	return x.flush()
}

// close adds the sheet that says what the responses are, and writes the file.
func (x *responsesXLSX) close(complete bool) error {
	if !complete {
		return x.book.file.Close()
	}
	end, err := excelize.CoordinatesToCellName(len(x.columns), x.row)
	x.book.do(
		func() error { return err },
		func() error { return x.book.file.AutoFilter(responsesSheet, "A1:"+end, nil) },
		x.sheet.Flush,
	)
	const about = "method"
	x.book.sheet(about)
	for i, line := range []struct {
		name  string
		value any
	}{
		{"filter", strings.Join(x.choice.Filter, " ")},
		{"dates", x.choice.Dates.String()},
		{"responses", x.row - 1},
		{"times", "UTC"},
		{"themes", "theme:polarity; model and taxonomy stand beside each response"},
	} {
		x.book.set(about, 1, i+1, line.name, sheetStyle{kind: kindLabel})
		x.book.set(about, 2, i+1, line.value, sheetStyle{kind: kindText})
	}
	x.book.width(about, 1, 14)
	x.book.width(about, 2, widest)
	x.book.layout(about)
	return x.book.writeTo(x.to, responsesSheet, flate.BestSpeed)
}
