package report

import (
	"io"

	"github.com/parquet-go/parquet-go"
)

// A group of rows is written when it has so many bytes of text or so many rows: it is what stays in memory.
const (
	rowGroupBytes = 16 << 20
	rowGroupRows  = 1 << 15
	rowsAtOnce    = 256
)

// responsesParquet writes responses as rows of leaf values. Single values are optional; lists have the three levels of the
// Parquet specification, and an empty list is one, not null.
type responsesParquet struct {
	out     *parquet.GenericWriter[any]
	columns []parquetColumn
	rows    []parquet.Row // waiting; their memory is used again
	waiting int
	bytes   int // of text in the present group of rows
	size    int // rows of it
}

// parquetColumn is a column of responses. Values appends those of a response to a row; first is the index of its first
// leaf.
type parquetColumn struct {
	name   string
	node   parquet.Node
	values func(row parquet.Row, r *taggedResponse, first int) parquet.Row
	first  int
}

func newResponsesParquet(w io.Writer, opts *ResponseOptions) (*responsesParquet, error) {
	columns := parquetColumns(opts)
	root := &orderedGroup{}
	first := 0
	for i := range columns {
		root.add(columns[i].name, columns[i].node)
		columns[i].first = first
		first += leaves(columns[i].node)
	}
	options, err := parquetMetadata([]namedValue{{"choice", choiceOf(opts.Choice)}})
	if err != nil {
		return nil, err
	}
	options = append(options, parquet.NewSchema("responses", root), parquet.Compression(&parquet.Zstd))
	return &responsesParquet{out: parquet.NewGenericWriter[any](w, options...), columns: columns, rows: make([]parquet.Row, rowsAtOnce)}, nil
}

func (p *responsesParquet) write(r *taggedResponse) error {
	row := p.rows[p.waiting][:0]
	for i := range p.columns {
		row = p.columns[i].values(row, r, p.columns[i].first)
	}
	p.rows[p.waiting] = row
	p.waiting++
	p.size++
	p.bytes += len(r.Comment) + len(r.Suggestion)
	if p.bytes >= rowGroupBytes || p.size >= rowGroupRows {
		if err := p.flush(); err != nil {
			return err
		}
		p.bytes, p.size = 0, 0
		return p.out.Flush()
	}
	if p.waiting == len(p.rows) {
		return p.flush()
	}
	return nil
}

// flush hands the waiting rows over.
func (p *responsesParquet) flush() error {
	_, err := p.out.WriteRows(p.rows[:p.waiting])
	p.waiting = 0
	return err
}

func (p *responsesParquet) close(complete bool) error {
	if !complete {
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	return p.out.Close()
}

func parquetColumns(opts *ResponseOptions) []parquetColumn {
	columns := []parquetColumn{
		textColumn("id", func(r *taggedResponse) *string { return &r.ID }),
		wordColumn("survey", func(r *taggedResponse) *string { return &r.Survey }),
	}
	if opts.Respondent {
		columns = append(columns, textColumn("respondent", func(r *taggedResponse) *string { return r.Respondent }))
	}
	columns = append(columns,
		optionalColumn("score", parquet.Int(32), func(r *taggedResponse) (parquet.Value, bool) {
			return parquet.Int32Value(int32(r.Score)), r.Score.Scored()
		}),
		wordColumn("group", func(r *taggedResponse) *string { return r.Group }),
		textColumn("comment", func(r *taggedResponse) *string { return &r.Comment }),
		textColumn("suggestion", func(r *taggedResponse) *string { return &r.Suggestion }),
		wordColumn("language", func(r *taggedResponse) *string { return r.Language }),
		wordColumn("sentiment", func(r *taggedResponse) *string { return r.Sentiment }),
		optionalColumn("sentiment_score", parquet.Leaf(parquet.DoubleType), func(r *taggedResponse) (parquet.Value, bool) {
			if r.SentimentScore == nil {
				return parquet.Value{}, false
			}
			return parquet.DoubleValue(*r.SentimentScore), true
		}),
		wordsColumn("kinds", func(r *taggedResponse) []string { return r.Kinds }),
		themesColumn(),
		wordsColumn("urgency", func(r *taggedResponse) []string { return r.Urgency }),
		optionalColumn("mismatch", parquet.Leaf(parquet.BooleanType), func(r *taggedResponse) (parquet.Value, bool) {
			return parquet.BooleanValue(r.Mismatch), true
		}),
		optionalColumn("submitted_at", parquet.Timestamp(parquet.Millisecond), func(r *taggedResponse) (parquet.Value, bool) {
			if r.SubmittedAt == nil {
				return parquet.Value{}, false
			}
			return parquet.Int64Value(r.SubmittedAt.UnixMilli()), true
		}),
		wordColumn("model", func(r *taggedResponse) *string { return r.Model }),
		wordColumn("taxonomy", func(r *taggedResponse) *string { return r.Taxonomy }),
	)
	for i, name := range attributeColumns(opts) {
		attribute := opts.Attributes[i]
		columns = append(columns, wordColumn(name, func(r *taggedResponse) *string { return r.Attributes[attribute] }))
	}
	return columns
}

// textColumn holds texts that differ, null for none.
func textColumn(name string, get func(r *taggedResponse) *string) parquetColumn {
	return stringColumn(name, parquet.String(), get)
}

// wordColumn holds texts that repeat.
func wordColumn(name string, get func(r *taggedResponse) *string) parquetColumn {
	return stringColumn(name, word(), get)
}

func word() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }

func stringColumn(name string, node parquet.Node, get func(r *taggedResponse) *string) parquetColumn {
	return optionalColumn(name, node, func(r *taggedResponse) (parquet.Value, bool) {
		if value := get(r); value != nil {
			return stringValue(*value), true
		}
		return parquet.Value{}, false
	})
}

// optionalColumn holds single values, null where get says that there is none.
func optionalColumn(name string, node parquet.Node, get func(r *taggedResponse) (parquet.Value, bool)) parquetColumn {
	values := func(row parquet.Row, r *taggedResponse, first int) parquet.Row {
		if value, ok := get(r); ok {
			return append(row, value.Level(0, 1, first))
		}
		return append(row, parquet.NullValue().Level(0, 0, first))
	}
	return parquetColumn{name: name, node: parquet.Optional(node), values: values}
}

func stringValue(text string) parquet.Value { return parquet.ByteArrayValue([]byte(text)) }

// wordsColumn holds lists of words.
func wordsColumn(name string, get func(r *taggedResponse) []string) parquetColumn {
	values := func(row parquet.Row, r *taggedResponse, first int) parquet.Row {
		words := get(r)
		if len(words) == 0 {
			return append(row, parquet.NullValue().Level(0, 0, first))
		}
		for i, w := range words {
			row = append(row, stringValue(w).Level(min(i, 1), 1, first))
		}
		return row
	}
	return parquetColumn{name: name, node: parquet.List(word()), values: values}
}

// themesColumn holds lists of {theme, sentiment, confidence}.
func themesColumn() parquetColumn {
	element := &orderedGroup{}
	element.add("theme", word())
	element.add("sentiment", word())
	element.add("confidence", parquet.Leaf(parquet.DoubleType))
	values := func(row parquet.Row, r *taggedResponse, first int) parquet.Row {
		if len(r.Themes) == 0 {
			for leaf := range element.fields {
				row = append(row, parquet.NullValue().Level(0, 0, first+leaf))
			}
			return row
		}
		for i, t := range r.Themes { // values of a leaf stand together
			row = append(row, stringValue(t.Theme).Level(min(i, 1), 1, first))
		}
		for i, t := range r.Themes {
			row = append(row, stringValue(t.Sentiment).Level(min(i, 1), 1, first+1))
		}
		for i, t := range r.Themes {
			row = append(row, parquet.DoubleValue(t.Confidence).Level(min(i, 1), 1, first+2))
		}
		return row
	}
	return parquetColumn{name: "themes", node: parquet.List(element), values: values}
}
