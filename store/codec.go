package store

import (
	"encoding/json"
	"strings"

	"verbatim/feedback"
)

// encodeAnalysis writes an analysis as JSON. The texts of spans are left out where the text itself holds them.
func encodeAnalysis(of string, a *feedback.Analysis) (string, error) {
	if a == nil {
		return "", nil
	}
	out := *a
	if a.Themes != nil {
		out.Themes = make([]feedback.ThemeTag, len(a.Themes))
	}
	for i, tag := range a.Themes {
		out.Themes[i] = tag
		if tag.Evidence != nil {
			out.Themes[i].Evidence = make([]feedback.Span, len(tag.Evidence))
		}
		for j, span := range tag.Evidence {
			out.Themes[i].Evidence[j] = withoutText(of, span)
		}
	}
	if a.Statements != nil {
		out.Statements = make([]feedback.Statement, len(a.Statements))
	}
	for i, statement := range a.Statements {
		out.Statements[i] = statement
		out.Statements[i].Span = withoutText(of, statement.Span)
	}
	body, err := json.Marshal(&out)
	return string(body), err
}

func withoutText(of string, span feedback.Span) feedback.Span {
	if 0 <= span.Start && span.Start < span.End && span.End <= len(of) && of[span.Start:span.End] == span.Text {
		span.Text = ""
	}
	return span
}

// restoreTexts is the reverse for a whole analysis.
func restoreTexts(of string, a *feedback.Analysis) {
	for i := range a.Themes {
		for j := range a.Themes[i].Evidence {
			restoreText(of, &a.Themes[i].Evidence[j])
		}
	}
	for i := range a.Statements {
		restoreText(of, &a.Statements[i].Span)
	}
}

func restoreText(of string, span *feedback.Span) {
	if span.Text == "" && 0 <= span.Start && span.Start < span.End && span.End <= len(of) {
		span.Text = of[span.Start:span.End]
	}
}

// decoder reads what one query returns. It knows the names it has met, so that responses share them.
type decoder struct {
	names map[string]string
}

func newDecoder() *decoder { return &decoder{names: map[string]string{}} }

// name returns a string that does not keep the JSON it was cut from in memory.
func (d *decoder) name(s string) string {
	known, ok := d.names[s]
	if !ok {
		known = strings.Clone(s)
		d.names[known] = known
	}
	return known
}

// analysis is the reverse of encodeAnalysis; "" is no analysis.
func (d *decoder) analysis(of, body string) (*feedback.Analysis, error) {
	if body == "" {
		return nil, nil
	}
	a, ok := d.plainAnalysis(body)
	if !ok {
		a = &feedback.Analysis{}
		if err := json.Unmarshal([]byte(body), a); err != nil {
			return nil, damaged("analysis", err)
		}
	}
	restoreTexts(of, a)
	return a, nil
}

// attributes reads a JSON object of strings.
func (d *decoder) attributes(body string) (attributes map[string]string, err error) {
	if attributes, ok := d.plainAttributes(body); ok {
		return attributes, nil
	}
	if err := json.Unmarshal([]byte(body), &attributes); err != nil {
		return nil, damaged("attributes", err)
	}
	return attributes, nil
}
