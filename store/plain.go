package store

import (
	"strconv"
	"strings"

	"verbatim/feedback"
)

// Reading a store of 100,000 responses is mostly reading JSON, and encoding/json takes five times as long for it as what
// follows. This reads exactly what encoding/json writes for the types of today, in the order of their fields and without
// escapes in strings; whatever looks otherwise is left to encoding/json.

// plain reads JSON from the front of rest. Once something is not as expected, bad is set and what it returns means nothing.
type plain struct {
	rest string
	bad  bool
}

// skip passes over a text that must come next.
func (p *plain) skip(text string) {
	rest, ok := strings.CutPrefix(p.rest, text)
	p.rest = rest
	p.bad = p.bad || !ok
}

// next reports whether a text comes next, and passes over it.
func (p *plain) next(text string) bool {
	rest, ok := strings.CutPrefix(p.rest, text)
	p.rest = rest
	return ok
}

func (p *plain) string() string {
	p.skip(`"`)
	end := strings.IndexByte(p.rest, '"')
	if end < 0 || strings.IndexByte(p.rest[:end], '\\') >= 0 {
		p.bad = true
		return ""
	}
	s := p.rest[:end]
	p.rest = p.rest[end+1:]
	return s
}

// token cuts off a number or word.
func (p *plain) token() string {
	end := strings.IndexAny(p.rest, ",]}")
	if end < 0 {
		p.bad = true
		return ""
	}
	s := p.rest[:end]
	p.rest = p.rest[end:]
	return s
}

func (p *plain) int() int {
	n, err := strconv.Atoi(p.token())
	p.bad = p.bad || err != nil
	return n
}

func (p *plain) float() float64 {
	f, err := strconv.ParseFloat(p.token(), 64)
	p.bad = p.bad || err != nil
	return f
}

func (p *plain) bool() bool {
	word := p.token()
	p.bad = p.bad || word != "true" && word != "false"
	return word == "true"
}

// list reads an array, or null for no list.
func list[T any](p *plain, item func() T) []T {
	if p.next("null") {
		return nil
	}
	p.skip("[")
	items := []T{}
	if p.next("]") {
		return items
	}
	for !p.bad {
		items = append(items, item())
		if p.next("]") {
			break
		}
		p.skip(",")
	}
	return items
}

// plainAnalysis reports ok when body is as encoding/json writes it today.
func (d *decoder) plainAnalysis(body string) (a *feedback.Analysis, ok bool) {
	p := &plain{rest: body}
	a = &feedback.Analysis{}
	p.skip(`{"language":{"code":`)
	a.Language.Code = d.name(p.string())
	p.skip(`,"confidence":`)
	a.Language.Confidence = p.float()
	p.skip(`,"supported":`)
	a.Language.Supported = p.bool()
	p.skip(`},"sentiment":`)
	if !p.next("null") {
		score := d.sentiment(p)
		a.Sentiment = &score
	}
	p.skip(`,"kinds":`)
	a.Kinds = d.kinds(p)
	p.skip(`,"themes":`)
	a.Themes = list(p, func() feedback.ThemeTag { return d.themeTag(p) })
	p.skip(`,"statements":`)
	a.Statements = list(p, func() feedback.Statement { return d.statement(p) })
	p.skip(`,"urgency":`)
	a.Urgency = list(p, func() feedback.Urgency { return feedback.Urgency(d.name(p.string())) })
	p.skip(`,"model":`)
	a.Model = d.name(p.string())
	p.skip(`,"taxonomy":`)
	a.Taxonomy = d.name(p.string())
	p.skip("}")
	return a, !p.bad && p.rest == ""
}

func (d *decoder) sentiment(p *plain) feedback.SentimentScore {
	p.skip(`{"label":`)
	label := feedback.Sentiment(d.name(p.string()))
	p.skip(`,"score":`)
	score := p.float()
	p.skip("}")
	return feedback.SentimentScore{Label: label, Score: score}
}

func (d *decoder) kinds(p *plain) []feedback.Kind {
	return list(p, func() feedback.Kind { return feedback.Kind(d.name(p.string())) })
}

// theme reads the fields that themes of comments and of statements begin with.
func (d *decoder) theme(p *plain) feedback.StatementTheme {
	p.skip(`{"theme":`)
	theme := d.name(p.string())
	p.skip(`,"sentiment":`)
	return feedback.StatementTheme{Theme: theme, Sentiment: feedback.Sentiment(d.name(p.string()))}
}

func (d *decoder) themeTag(p *plain) feedback.ThemeTag {
	theme := d.theme(p)
	tag := feedback.ThemeTag{Theme: theme.Theme, Sentiment: theme.Sentiment}
	p.skip(`,"confidence":`)
	tag.Confidence = p.float()
	p.skip(`,"evidence":`)
	tag.Evidence = spans(p)
	p.skip("}")
	return tag
}

func spans(p *plain) []feedback.Span {
	return list(p, func() feedback.Span {
		s := span(p)
		p.skip("}")
		return s
	})
}

// span reads the fields of a span and leaves what follows.
func span(p *plain) (s feedback.Span) {
	p.skip(`{"start":`)
	s.Start = p.int()
	p.skip(`,"end":`)
	s.End = p.int()
	p.skip(`,"text":`)
	s.Text = strings.Clone(p.string())
	return s
}

func (d *decoder) statement(p *plain) feedback.Statement {
	s := feedback.Statement{Span: span(p)}
	p.skip(`,"sentiment":`)
	s.Sentiment = d.sentiment(p)
	p.skip(`,"kinds":`)
	s.Kinds = d.kinds(p)
	p.skip(`,"themes":`)
	s.Themes = list(p, func() feedback.StatementTheme {
		theme := d.theme(p)
		p.skip("}")
		return theme
	})
	p.skip(`,"evidence":`)
	s.Evidence = spans(p)
	p.skip("}")
	return s
}

// plainAttributes reads an object of strings; their names are shared, their values are parts of body.
func (d *decoder) plainAttributes(body string) (attributes map[string]string, ok bool) {
	p := &plain{rest: body}
	attributes = map[string]string{}
	p.skip("{")
	for !p.bad {
		name := d.name(p.string())
		p.skip(":")
		attributes[name] = p.string()
		if p.next("}") {
			break
		}
		p.skip(",")
	}
	return attributes, !p.bad && p.rest == ""
}
