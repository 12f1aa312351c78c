package ingest

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"verbatim/feedback"
)

// maxUnzipped is the largest workbook that is unpacked, in bytes; beyond it a small file may be a trap.
const maxUnzipped = 4 << 30

// workbook is the first sheet with data of an XLSX file. Large sheets are unpacked to temporary files by excelize.
//
// Cells are read as stored, not as shown: shown numbers are rounded and shown dates may be ambiguous. Columns whose
// numbers are shown as dates are turned into ISO dates.
type workbook struct {
	file  *excelize.File
	sheet string
	dates []bool // by column
	epoch time.Time
}

// guard turns a panic of excelize over a malformed file into an error.
func guard(name string, err *error) {
	if cause := recover(); cause != nil {
		*err = feedback.Errorf(feedback.Invalid, "%s is a damaged workbook: save it again as .xlsx or CSV", name)
	}
}

func openWorkbook(name, tempDir string, in io.Reader) (w *workbook, err error) {
	defer guard(name, &err)
	file, err := excelize.OpenReader(in, excelize.Options{UnzipSizeLimit: maxUnzipped, TmpDir: tempDir})
	if err != nil {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
		return nil, feedback.Errorf(feedback.Invalid, "%s is a zip archive but not a readable workbook: unpack it, or save it as .xlsx or CSV (%w)", name, err)
	}
	w = &workbook{file: file, epoch: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		w.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for _, sheet := range file.GetSheetList() {
		found, err := w.look(sheet)
		if err != nil {
			return w, feedback.Errorf(feedback.Invalid, "%s: sheet %q cannot be read: %w", name, sheet, err)
		}
		if found {
			w.sheet = sheet
			return w, nil
		}
	}
	return w, feedback.Errorf(feedback.Invalid, "%s is empty: none of its sheets has data", name)
}

func (w *workbook) close() error { return w.file.Close() }

// look reports whether the sheet has data, and finds its columns of dates in the first rows.
func (w *workbook) look(sheet string) (found bool, err error) {
	stored, err := w.file.Rows(sheet)
	if err != nil {
		return false, err
	}
	shown, err := w.file.Rows(sheet)
	if err != nil {
		return false, errors.Join(err, stored.Close())
	}
	var dates dateCensus
	for range 200 {
		if !stored.Next() || !shown.Next() {
			break
		}
		raw, rawErr := stored.Columns(excelize.Options{RawCellValue: true})
		formatted, shownErr := shown.Columns()
		if err = errors.Join(rawErr, shownErr); err != nil {
			break
		}
		found = found || strings.TrimSpace(strings.Join(raw, "")) != ""
		dates.add(raw, formatted)
	}
	w.dates = dates.columns()
	return found, errors.Join(err, stored.Close(), shown.Close())
}

// dateCensus counts, by column, the numbers and those of them that are shown as dates.
type dateCensus struct{ numbers, dates []int }

func (d *dateCensus) add(raw, formatted []string) {
	for i := range min(len(raw), len(formatted)) {
		for len(d.dates) <= i {
			d.dates, d.numbers = append(d.dates, 0), append(d.numbers, 0)
		}
		if _, ok := serial(raw[i]); ok {
			d.numbers[i]++
			if raw[i] != formatted[i] && shownAsDate(formatted[i]) {
				d.dates[i]++
			}
		}
	}
}

// columns says which columns are dates: those where most numbers are shown so.
func (d *dateCensus) columns() []bool {
	out := make([]bool, len(d.dates))
	for i := range out {
		out[i] = d.dates[i]*2 > d.numbers[i]
	}
	return out
}

// shownAsDate reports whether a number's shown form is a date: 1/31/26 10:00, 31.01.2026, 2026年1月31日, 31-Jan-26.
func shownAsDate(text string) bool {
	marks := strings.Count(text, "/") + strings.Count(text, "-") + strings.Count(text, ".") + strings.Count(text, "月") + strings.Count(text, "年")
	return marks >= 2
}

func (w *workbook) rows() (rows, error) {
	stored, err := w.file.Rows(w.sheet)
	if err != nil {
		return nil, fmt.Errorf("ingest: open sheet: %w", err)
	}
	return &sheetRows{book: w, in: stored}, nil
}

// sheetRows is a pass over a sheet.
type sheetRows struct {
	book *workbook
	in   *excelize.Rows
	row  int
	text []byte
}

func (s *sheetRows) close() error { return s.in.Close() }

func (s *sheetRows) next(rec *record) (err error) {
	defer guard("the sheet", &err)
	if !s.in.Next() {
		return io.EOF
	}
	s.row++
	rec.reset(s.row)
	cells, err := s.in.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		rec.problem = breaks(RuleRowUnreadable, "the row cannot be read: "+err.Error())
		return nil
	}
	s.text = s.text[:0]
	for i, cell := range cells {
		start := len(s.text)
		if f, ok := serial(cell); ok && i < len(s.book.dates) && s.book.dates[i] {
			s.text = append(s.text, isoDate(s.book.epoch, f)...)
		} else {
			s.text = append(s.text, plainNumber(cell)...)
		}
		rec.values = append(rec.values, s.text[start:len(s.text):len(s.text)])
	}
	return nil
}

// serial reads a number in the range of dates that Excel knows.
func serial(cell string) (float64, bool) {
	if cell == "" || cell[0] < '0' || cell[0] > '9' {
		return 0, false
	}
	f, err := strconv.ParseFloat(cell, 64)
	return f, err == nil && f > 0 && f < 2958466 // 9999-12-31
}

// isoDate writes a serial date, with its time of day if it has one, to the second.
func isoDate(epoch time.Time, days float64) string {
	t := fromSerial(epoch, days)
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04:05")
}

// fromSerial gives the moment of a serial date, rounded to the second: a day's fraction is not exact.
func fromSerial(epoch time.Time, days float64) time.Time {
	whole, fraction := math.Modf(days)
	return epoch.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(fraction*86400)) * time.Second)
}

// plainNumber undoes the scientific notation in which Excel stores long numbers: 1.2345678901E10 is an id.
func plainNumber(cell string) string {
	mantissa, exponent, ok := strings.Cut(cell, "E")
	if !ok || cell[0] < '0' || cell[0] > '9' || !strings.Contains(mantissa, ".") && !strings.HasPrefix(exponent, "+") {
		return cell
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil || f != math.Trunc(f) || f >= 1<<53 {
		return cell
	}
	return strconv.FormatFloat(f, 'f', 0, 64)
}
