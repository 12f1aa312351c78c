package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/feedback"
	"verbatim/report"
)

// exportChunk is how many responses are in memory at a time.
const exportChunk = 500

// The media types of files.
var mediaTypes = map[report.Format]string{
	report.JSON: jsonType, report.CSV: csvType, report.JSONL: "application/x-ndjson", report.SVG: "image/svg+xml",
	report.Page: "text/html; charset=utf-8", report.Parquet: "application/vnd.apache.parquet",
	report.Workbook: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

var (
	driverFormats = []report.Format{report.CSV, report.JSON, report.Workbook, report.Parquet, report.SVG, report.Page}

	driverFileParam = param{
		name: "format", words: wordsOf(driverFormats), example: "xlsx", want: oneOf(driverFormats),
		about: "The form of the file; `csv` by default. `xlsx` and `html` are whole reports.",
	}
	responseFileParam = param{
		name: "format", words: wordsOf(report.ResponseFormats), example: "parquet", want: oneOf(report.ResponseFormats),
		about: "The form of the file; `csv` by default.",
	}
	wordsParam = param{
		name: "words", words: report.Languages, example: "fi", want: "one of en, zh, ru, fi", about: "The language of the words in `xlsx` and `html`; English by default.",
	}
	respondentParam = param{
		name: "respondent", words: []string{"true", "false"}, example: "true", want: "true or false", about: "Whether the file says who answered; not by default.",
	}
)

// file is an answer that is written as it is made.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

// stream makes a file. When it fails in the middle the connection is cut, so that nobody takes it for whole.
func (s *server) stream(ctx context.Context, c *call, name string, format report.Format, write func(w io.Writer) error) *file {
	return &file{
		ContentType: mediaTypes[format],
		Disposition: fmt.Sprintf(`attachment; filename="%s.%s"`, name, format),
		Body: func(h huma.Context) {
			if err := write(h.BodyWriter()); err != nil {
				s.Logger.LogAttrs(ctx, slog.LevelWarn, "api: export ended early", slog.String("error", problemOf(err).Detail), slog.String("request_id", c.id))
				panic(http.ErrAbortHandler)
			}
		},
	}
}

// exportDrivers answers the ranking as a file.
func (s *server) exportDrivers(ctx context.Context, c *call, _ *noPath) (*file, error) {
	format, err := c.fileFormat(&driverFileParam)
	if err != nil {
		return nil, err
	}
	doc, err := s.document(ctx, c, func(o *DocumentOptions) (err error) {
		if o.Around = format == report.Workbook || format == report.Page; o.Around && c.one(quotesParam.name) == "" {
			o.Quotes = 3
		}
		o.Language, err = c.word(&wordsParam)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.stream(ctx, c, "drivers", format, func(w io.Writer) error { return report.Drivers(w, format, doc, report.CSVOptions{}) }), nil
}

func (c *call) fileFormat(p *param) (report.Format, error) {
	word, err := c.word(p)
	if word == "" {
		word = string(report.CSV)
	}
	return report.Format(word), err
}

// exportResponses answers the responses that the filter chooses, with their tags, as a file.
func (s *server) exportResponses(ctx context.Context, c *call, _ *noPath) (*file, error) {
	format, err := c.fileFormat(&responseFileParam)
	if err != nil {
		return nil, err
	}
	respondent, err := c.word(&respondentParam)
	if err != nil {
		return nil, err
	}
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	src := s.source()
	options, err := src.ResponseOptions(ctx, c.workspace, f)
	if err != nil {
		return nil, hideFilter(err, &f)
	}
	options.Respondent = respondent == "true"
	return s.stream(ctx, c, "responses", format, func(w io.Writer) error {
		return src.Responses(ctx, w, c.workspace, f, format, options)
	}), nil
}

// ResponseOptions are those of a file of the responses that the filter chooses: all attributes, and what it is a choice of.
func (src *Source) ResponseOptions(ctx context.Context, workspace string, f feedback.Filter) (report.ResponseOptions, error) {
	attributes, err := src.Index.Attributes(ctx, workspace)
	if err != nil {
		return report.ResponseOptions{}, err
	}
	tab, err := src.Index.Crosstab(ctx, workspace, f)
	o := report.ResponseOptions{Choice: report.Choice{Filter: f.Conditions(), Dates: tab.Dates}}
	for _, a := range attributes {
		if a.Name != "survey" { // it has a column of its own
			o.Attributes = append(o.Attributes, a.Name)
		}
	}
	return o, err
}

// Responses writes the responses that the filter chooses at this moment, in bounded memory.
func (src *Source) Responses(ctx context.Context, w io.Writer, workspace string, f feedback.Filter, format report.Format, o report.ResponseOptions) error {
	out, err := report.NewResponses(w, format, o)
	if err != nil {
		return err
	}
	err = src.Index.Each(ctx, workspace, f, exportChunk, func(keys []feedback.Key) error {
		responses, err := src.texts(ctx, workspace, &f, keys)
		for i := range responses {
			if err == nil {
				err = out.Write(&responses[i])
			}
		}
		return err
	})
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// AttributeList lists what responses can be filtered and cut by.
type AttributeList struct {
	Attributes []AttributeInfo `json:"attributes" doc:"By name."`
}

// AttributeInfo describes an attribute.
type AttributeInfo struct {
	Name      string `json:"name" doc:"Its name." example:"region"`
	Values    int    `json:"values" doc:"How many distinct values it has; 1,001 stands for more than 1,000." example:"5"`
	Countable bool   `json:"countable" doc:"Whether segments can be made of it."`
	Numeric   bool   `json:"numeric" doc:"Whether its values are numbers or dates, so that ranges can be chosen."`
}

type attributesAnswer struct{ Body AttributeList }

// attributes lists what responses can be filtered and cut by.
func (s *server) attributes(ctx context.Context, c *call, _ *noPath) (*attributesAnswer, error) {
	list, err := s.Index.Attributes(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	out := AttributeList{Attributes: make([]AttributeInfo, 0, len(list))}
	for _, a := range list {
		out.Attributes = append(out.Attributes, AttributeInfo(a))
	}
	return &attributesAnswer{out}, nil
}
