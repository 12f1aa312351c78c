package ingest

import (
	"bytes"
	"strconv"
	"time"

	"verbatim/feedback"
)

// MaxCountable is the largest number of distinct values of an attribute that can be counted by.
const MaxCountable = 1000

// plan says how a record becomes a response.
type plan struct {
	fields     fieldColumns
	attributes []attribute
	dates      [fieldCount]dateReader // of submitted_at and updated_at
	names      []string               // of the columns
	survey     string
	digest     string // before the line in ids of rows without one
	mapping    Mapping
	format     string
	encoding   string
	platform   string
	repairs    int
}

// attribute is a column that becomes one. Its values, up to MaxCountable+1 of them, are counted, and kept once for all
// rows that share them.
type attribute struct {
	name   string
	column int
	values map[string]string
}

// makePlan decides what each column is.
func makePlan(name string, t *table, seen *sighting, opts *Options) (plan, error) {
	p := plan{
		survey: opts.Survey, digest: t.content.digest[:12] + "-", format: t.format, encoding: t.charset.name,
		platform: t.layout.platform, repairs: t.charset.repairs,
		mapping: Mapping{Fields: map[string]string{}, Attributes: []string{}, Dropped: []Dropped{}},
	}
	if seen.rows == 0 && len(t.layout.columns) == 0 { // an empty JSON array needs no columns
		withoutNeeds := *opts
		withoutNeeds.ScoreOptional, withoutNeeds.TextOptional, withoutNeeds.Map, withoutNeeds.Keep = true, true, nil, nil
		opts = &withoutNeeds
	}
	var err error
	if p.fields, err = mapFields(name, &t.layout, &seen.scores, opts); err != nil {
		return p, err
	}
	isField := map[int]bool{}
	for f, column := range p.fields {
		if column >= 0 {
			isField[column] = true
			p.mapping.Fields[knownColumns[f].name] = t.layout.columns[column].name
		}
	}
	m := mapper{file: name, layout: &t.layout}
	keep := map[int]bool{}
	for _, wanted := range opts.Keep {
		column, err := m.find(wanted)
		if err != nil {
			return p, err
		}
		keep[column] = true
	}
	for i, c := range t.layout.columns {
		p.names = append(p.names, c.name)
		if !isField[i] {
			p.place(i, &c, keep[i], seen)
		}
	}
	for _, f := range dateFields {
		p.dates[f].zone = opts.Location
	}
	return p, nil
}

// place makes a column that is no field an attribute, or drops it.
func (p *plan) place(i int, c *column, keep bool, seen *sighting) {
	switch {
	case c.name == "":
		p.mapping.Dropped = append(p.mapping.Dropped, Dropped{Reason: "no name"})
	case !keep && (namesContact(c.base) || seen.contact.most(i)):
		p.mapping.Dropped = append(p.mapping.Dropped, Dropped{Column: c.name, Reason: "contact data"})
	default:
		p.mapping.Attributes = append(p.mapping.Attributes, c.name)
		p.attributes = append(p.attributes, attribute{name: c.name, column: i, values: map[string]string{}})
	}
}

// dateFields are the fields that are times.
var dateFields = []field{fieldSubmittedAt, fieldUpdatedAt}

func (p *plan) columnName(f field) string {
	if p.fields[f] < 0 {
		return ""
	}
	return p.names[p.fields[f]]
}

// givenID gives the id that stands in the row.
func (p *plan) givenID(rec *record) string {
	id, _ := clean(rec.value(p.fields[fieldID]), false)
	return id
}

// response makes the response of a record that could be read. cleaned reports whether control characters were removed.
func (p *plan) response(rec *record) (out feedback.Response, cleaned bool, bad *problem) {
	b := builder{plan: p, rec: rec}
	out = feedback.Response{
		ID:          b.word(fieldID),
		Survey:      b.word(fieldSurvey),
		Score:       b.score(),
		Comment:     b.text(fieldComment),
		Suggestion:  b.text(fieldSuggestion),
		Lang:        b.word(fieldLang),
		SubmittedAt: b.time(fieldSubmittedAt),
		UpdatedAt:   b.time(fieldUpdatedAt),
		Respondent:  b.word(fieldRespondent),
		Touchpoint:  b.word(fieldTouchpoint),
		Weight:      b.weight(),
		Attributes:  b.attributes(),
	}
	if out.ID == "" {
		out.ID = p.digest + strconv.Itoa(rec.line)
	}
	if out.Survey == "" {
		out.Survey = p.survey
	}
	return out, b.cleaned, b.bad
}

// builder reads the values of a record, and remembers the first that is wrong.
type builder struct {
	plan    *plan
	rec     *record
	cleaned bool
	bad     *problem
}

// raw gives the value of a field; blank once something is wrong.
func (b *builder) raw(f field) []byte {
	if b.bad != nil {
		return nil
	}
	return b.rec.value(b.plan.fields[f])
}

func (b *builder) fail(column string, bad *problem) {
	if bad != nil && b.bad == nil {
		b.bad = &problem{code: bad.code, rule: bad.rule, args: bad.args, column: column, message: bad.message}
	}
}

// maxWord is the longest value of a field that is no text, in bytes.
const maxWord = 1000

func (b *builder) word(f field) string {
	value := b.raw(f)
	if len(value) == 0 {
		return ""
	}
	out, removed := clean(value, false)
	b.cleaned = b.cleaned || removed
	if bytes.IndexByte(bytes.TrimRight(value, " \t\r\n"), '\n') >= 0 { // rows that a quote swallowed must not vanish in an id
		b.fail(b.plan.columnName(f), breaks(RuleValueLines, `the value has several lines: look for a quote (") that is missing or one too many`))
		return ""
	}
	if len(out) > maxWord {
		b.fail(b.plan.columnName(f), tooLarge(RuleValueLong,
			"the value is longer than 1000 bytes: is this the right column? --map "+knownColumns[f].name+"=COLUMN names another", maxWord))
		return ""
	}
	return out
}

func (b *builder) text(f field) string {
	value := b.raw(f)
	if len(value) == 0 {
		return ""
	}
	out, removed, bad := textValue(value)
	b.cleaned = b.cleaned || removed
	b.fail(b.plan.columnName(f), bad)
	return out
}

func (b *builder) score() feedback.Score {
	out, bad := scoreValue(b.word(fieldScore))
	b.fail(b.plan.columnName(fieldScore), bad)
	return out
}

func (b *builder) weight() float64 {
	out, bad := weightValue(b.word(fieldWeight))
	b.fail(b.plan.columnName(fieldWeight), bad)
	return out
}

func (b *builder) time(f field) time.Time {
	out, bad := b.plan.dates[f].read(b.word(f))
	b.fail(b.plan.columnName(f), bad)
	return out
}

// attributes gives the attributes that are not blank; nil when there is none.
func (b *builder) attributes() map[string]string {
	var out map[string]string
	for i := range b.plan.attributes {
		a := &b.plan.attributes[i]
		value := bytes.TrimSpace(b.rec.value(a.column))
		if len(value) == 0 || b.bad != nil {
			continue
		}
		text, known := a.values[string(value)]
		if !known {
			text = b.attribute(a, value)
		}
		if text == "" {
			continue
		}
		if out == nil {
			out = make(map[string]string, len(b.plan.attributes))
		}
		out[a.name] = text
	}
	return out
}

// attribute reads a value that is not known yet.
func (b *builder) attribute(a *attribute, value []byte) string {
	text, removed := clean(value, false)
	b.cleaned = b.cleaned || removed
	if len(text) > feedback.MaxComment {
		b.fail(a.name, tooLarge(RuleValueLong, "the value is longer than 30000 bytes: shorten it, or leave the column out", feedback.MaxComment))
		return ""
	}
	if !removed && len(a.values) <= MaxCountable {
		a.values[text] = text
	}
	return text
}
