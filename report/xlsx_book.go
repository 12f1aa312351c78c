package report

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"verbatim/insight"
)

// sheetKind is what a column of a sheet holds; it decides the number format.
type sheetKind int

const (
	kindText sheetKind = iota
	kindProse
	kindCount
	kindScore  // NPS or a difference of two, with its sign
	kindImpact // NPS points
	kindShare  // 0–1, shown in percent
	kindRatio  // odds
	kindP      // probability
	kindWeight // importance
	kindTime   // UTC
	kindHeader // titles of columns
	kindTitle  // of a sheet
	kindLabel  // beside a figure
	kindBig    // the one figure
)

// number reports whether values stand to the right.
func (k sheetKind) number() bool { return k >= kindCount && k <= kindWeight }

var numberFormats = map[sheetKind]string{
	kindCount: "#,##0", kindScore: "+0.0;-0.0;0.0", kindImpact: "+0.00;-0.00;0.00", kindShare: "0.0%",
	kindBig: "+0.0;-0.0;0.0", kindRatio: "[<0.1]0.000;0.00", kindP: "[<0.0001]0.0E+00;0.0000", kindWeight: "0.000", kindTime: "yyyy-mm-dd hh:mm:ss",
}

const (
	inkHeader = "#1F3A5F" // behind titles of columns, under white
	inkMuted  = "#767676" // what is not significant
	inkRule   = "#DDDDDD" // under the rows of a table
	typeface  = "Calibri" // spreadsheets put another in its place where it lacks letters
)

// sheetStyle names a style of cells.
type sheetStyle struct {
	kind  sheetKind
	muted bool
	ink   string // of the text; empty for black
	ruled bool   // with a line below
	right bool   // titles of numbers
}

// sheetColumn is a column of a table.
type sheetColumn struct {
	title string
	kind  sheetKind
}

// sheetRow is a row of a table: a value for each column, nil for blank. Muted rows are grey; ink colours columns.
type sheetRow struct {
	cells []any
	muted bool
	ink   map[int]string // by column
}

// book builds a workbook. The first error stays and makes everything after it do nothing.
type book struct {
	file   *excelize.File
	styles map[sheetStyle]int
	sheets int
	err    error
}

func newBook() *book { return &book{file: excelize.NewFile(), styles: map[sheetStyle]int{}} }

func (b *book) do(steps ...func() error) {
	for _, step := range steps {
		if b.err == nil {
			b.err = step()
		}
	}
}

// sheet adds a sheet that prints across A4, one page wide.
func (b *book) sheet(name string) {
	b.do(func() error {
		b.sheets++
		if b.sheets == 1 {
			return b.file.SetSheetName("Sheet1", name)
		}
		_, err := b.file.NewSheet(name)
		return err
	})
}

// layout sets how a sheet prints; it comes after filters, which would undo it.
func (b *book) layout(name string) {
	a4, across, landscape, unlimited, fit := 9, 1, "landscape", 0, true
	b.do(
		func() error { return b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}) },
		func() error {
			return b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &across, FitToHeight: &unlimited})
		},
		func() error {
			return b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"})
		},
	)
}

// style gives the number of a style of the workbook.
func (b *book) style(s sheetStyle) int {
	if id, ok := b.styles[s]; ok || b.err != nil {
		return id
	}
	look := excelize.Style{
		Font:      &excelize.Font{Family: typeface, Size: 11, Color: s.ink},
		Alignment: &excelize.Alignment{Vertical: "top"},
	}
	if s.muted {
		look.Font.Color = inkMuted
	}
	if format, ok := numberFormats[s.kind]; ok {
		look.CustomNumFmt = &format
	}
	if s.ruled {
		look.Border = []excelize.Border{{Type: "bottom", Style: 1, Color: inkRule}}
	}
	if !s.kind.number() {
		look.Alignment.Horizontal, look.Alignment.Indent = "left", 1 // else texts touch the numbers to their left
	}
	switch s.kind {
	case kindProse:
		look.Alignment.WrapText = true
	case kindHeader:
		look.Font.Bold, look.Font.Color = true, "#FFFFFF"
		look.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inkHeader}}
		look.Alignment.Vertical, look.Alignment.WrapText = "center", true
		if s.right {
			look.Alignment.Horizontal, look.Alignment.Indent = "right", 0
		}
	case kindTitle:
		look.Font.Bold, look.Font.Size, look.Font.Color = true, 18, inkHeader
	case kindBig:
		look.Font.Bold, look.Font.Size, look.Alignment.Horizontal = true, 18, "right"
		look.Alignment.Indent = 0
	case kindLabel:
		look.Font.Color, look.Alignment.WrapText = "#444444", true
	}
	id, err := b.file.NewStyle(&look)
	b.styles[s], b.err = id, err
	return id
}

// set writes a cell; column and row count from 1.
func (b *book) set(sheet string, column, row int, value any, style sheetStyle) {
	value = sheetValue(value)
	if value == nil || b.err != nil {
		return
	}
	id := b.style(style)
	at, err := excelize.CoordinatesToCellName(column, row)
	b.do(
		func() error { return err },
		func() error {
			if value == (blank{}) {
				return nil
			}
			return b.file.SetCellValue(sheet, at, value)
		},
		func() error { return b.file.SetCellStyle(sheet, at, at, id) },
	)
}

// blank is the value of a cell that has a style only.
type blank struct{}

// sheetValue turns a figure of a report into one that excelize writes as a number, and makes texts fit for a cell.
func sheetValue(value any) any {
	switch v := value.(type) {
	case insight.Number:
		return sheetValue(float64(v))
	case *insight.Number:
		if v != nil {
			return sheetValue(float64(*v))
		}
		return nil
	case insight.PValue:
		return sheetValue(float64(v))
	case *insight.PValue:
		if v != nil {
			return sheetValue(float64(*v))
		}
		return nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
		return cellText(v)
	}
	return value
}

// mostCellText is how many UTF-16 units a cell holds.
const mostCellText = 32767

// cellText drops what XML cannot hold, and the end of what is too long for a cell. Nothing is defused: a cell of a
// workbook knows that it is a text.
func cellText(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	if len(text) <= mostCellText {
		return text
	}
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > mostCellText-1 && len(utf16.Encode([]rune(text))) > mostCellText {
			return text[:i] + "…"
		}
	}
	return text
}

// table fills a sheet with a table: titles that stay in view and repeat in print, a filter, columns as wide as they need.
func (b *book) table(sheet string, columns []sheetColumn, rows []sheetRow) {
	b.sheet(sheet)
	for i, column := range columns {
		b.set(sheet, i+1, 1, column.title, sheetStyle{kind: kindHeader, right: column.kind.number()})
	}
	for i, row := range rows {
		for j, value := range row.cells {
			style := sheetStyle{kind: columns[j].kind, muted: row.muted, ink: row.ink[j], ruled: true}
			if sheetValue(value) == nil {
				value = blank{}
			}
			b.set(sheet, j+1, i+2, value, style)
		}
	}
	b.fit(sheet, columns, rows)
	end, err := excelize.CoordinatesToCellName(len(columns), max(1, len(rows))+1)
	b.do(
		func() error { return err },
		func() error { return b.file.SetPanes(sheet, &headerPane) },
		func() error { return b.file.SetRowHeight(sheet, 1, 32) },
		func() error { return b.file.AutoFilter(sheet, "A1:"+end, nil) },
		func() error {
			return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + sheet + "'!$1:$1", Scope: sheet})
		},
	)
	b.layout(sheet)
}

// headerPane keeps the first row in view.
var headerPane = excelize.Panes{
	Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
	Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
}

const (
	narrowest, widest = 9, 64 // characters
	lineHeight        = 15.0  // points
)

// fit makes columns as wide as their content and rows as high as their longest text.
func (b *book) fit(sheet string, columns []sheetColumn, rows []sheetRow) {
	widths := make([]int, len(columns))
	for j, column := range columns {
		widths[j] = titleWidth(column.title)
		for _, row := range rows {
			if text, ok := row.cells[j].(string); ok {
				widths[j] = max(widths[j], cells(text)+3)
			}
		}
		if column.kind == kindProse && len(rows) > 0 {
			widths[j] = widest
		}
		widths[j] = min(max(widths[j], narrowest), widest)
		b.width(sheet, j+1, float64(widths[j]))
	}
	for i, row := range rows {
		lines := 1
		for j, column := range columns {
			if text, ok := row.cells[j].(string); ok && column.kind == kindProse {
				lines = max(lines, cells(text)/(widths[j]-4)+1+strings.Count(text, "\n"))
			}
		}
		if lines > 1 {
			b.do(func() error { return b.file.SetRowHeight(sheet, i+2, min(lineHeight*float64(lines), 400)) })
		}
	}
}

// titleWidth is how wide a title is that may break into two lines, with room for the arrow of the filter.
func titleWidth(title string) int {
	longest := (cells(title) + 1) / 2
	for word := range strings.FieldsSeq(title) {
		longest = max(longest, cells(word))
	}
	return longest + 4
}

func (b *book) width(sheet string, column int, characters float64) {
	name, err := excelize.ColumnNumberToName(column)
	b.do(
		func() error { return err },
		func() error { return b.file.SetColWidth(sheet, name, name, characters) },
	)
}

// writeTo ends the workbook and removes its temporary files. No clock is in it: the same content gives the same bytes.
func (b *book) writeTo(w io.Writer, title string, level int) error {
	const noTime = "2000-01-01T00:00:00Z"
	b.do(
		func() error {
			return b.file.SetDocProps(&excelize.DocProperties{Title: title, Creator: "Verbatim", LastModifiedBy: "Verbatim", Created: noTime, Modified: noTime})
		},
		func() error {
			// Excelize collects the archive in memory unless its zip writer writes elsewhere.
			b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter {
				archive := zip.NewWriter(w)
				archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, level) })
				return archive
			})
			// Excelize adds the types of pictures, which come with charts, in no fixed order.
			types := b.file.ContentTypes.Defaults
			sort.SliceStable(types, func(i, j int) bool { return types[i].Extension < types[j].Extension })
			return b.file.Write(&bytes.Buffer{})
		},
	)
	return errors.Join(b.err, b.file.Close())
}

// day is a time without its clock, as cells show it.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// reference is an absolute range of one column of a sheet.
func reference(sheet string, column, from, to int) string {
	name, _ := excelize.ColumnNumberToName(column) // columns of ours are in range
	return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", sheet, name, from, name, to)
}
