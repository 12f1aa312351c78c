package ingest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"verbatim/feedback"
)

// Mapping says what became of each column of a file.
type Mapping struct {
	// Fields gives the column of each field that has one, under the names of --map: id, score, comment, suggestion,
	// lang, submitted_at, updated_at, respondent, survey, touchpoint, weight.
	Fields map[string]string `json:"fields"`
	// Attributes are the columns that became attributes, in the order of the file.
	Attributes []string `json:"attributes"`
	// Dropped are the columns that are not read, in the order of the file.
	Dropped []Dropped `json:"dropped"`
}

// Dropped is a column that is not read.
type Dropped struct {
	Column string `json:"column"` // "" for a column without a name
	Reason string `json:"reason"` // "contact data" or "no name"
}

// mapName is what a field can be called: a word before the first = in --map.
var mapName = regexp.MustCompile(`^\s*([a-zA-Z_]+)\s*=`)

// ParseMap reads "score=Q1,comment=Q2": field by field the column that holds it. Names of columns may contain commas and
// equals signs, as questions do. "weight=" leaves the field unread even if a column of that name is there. text stands
// for comment. An unknown field is a [feedback.Invalid] error that lists the fields; so are a field named twice and a
// part that is not field=column.
func ParseMap(text string) (map[string]string, error) {
	out := map[string]string{}
	if strings.TrimSpace(text) == "" {
		return out, nil
	}
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if mapName.MatchString(part) || len(parts) == 0 {
			parts = append(parts, part)
		} else {
			parts[len(parts)-1] += "," + part
		}
	}
	for _, part := range parts {
		name, columnName, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok {
			return nil, feedback.Errorf(feedback.Invalid, "map %q is not field=column: write --map score=Q1,comment=Q2", short(part))
		}
		f, known := fieldNamed(name)
		if !known {
			return nil, unknownField(name)
		}
		if _, twice := out[knownColumns[f].name]; twice {
			return nil, feedback.Errorf(feedback.Invalid, "map names the field %s twice", knownColumns[f].name)
		}
		out[knownColumns[f].name] = strings.TrimSpace(columnName)
	}
	return out, nil
}

func unknownField(name string) error {
	fields := make([]string, 0, fieldCount)
	for _, known := range knownColumns {
		fields = append(fields, known.name)
	}
	return feedback.Errorf(feedback.Invalid, "map names the field %q, which does not exist: the fields are %s", short(name), strings.Join(fields, ", "))
}

// fieldColumns gives the column of each field; −1 for none.
type fieldColumns [fieldCount]int

// mapper finds the columns of the fields.
type mapper struct {
	file    string
	layout  *layout
	options *Options
	scores  *scoreCensus
	taken   map[int]field
}

// mapFields finds the column of each field: the one that --map names, else by name. A field that is missing though it
// is needed and a choice between several columns are [feedback.Invalid] errors.
func mapFields(file string, l *layout, scores *scoreCensus, o *Options) (fieldColumns, error) {
	m := mapper{file: file, layout: l, options: o, scores: scores, taken: map[int]field{}}
	var out fieldColumns
	for _, name := range slices.Sorted(maps.Keys(o.Map)) {
		if _, ok := fieldNamed(name); !ok {
			return out, unknownField(name)
		}
	}
	var named [fieldCount]bool
	for f := range fieldCount { // first what was asked for, so that nothing else takes it
		out[f] = -1
		wanted, ok := m.wanted(f)
		if !ok {
			continue
		}
		named[f] = true
		if wanted == "" {
			continue
		}
		column, err := m.find(wanted)
		if err != nil {
			return out, err
		}
		if other, twice := m.taken[column]; twice {
			return out, feedback.Errorf(feedback.Invalid, "%s: map takes column %q for both %s and %s", file, short(wanted), knownColumns[other].name, knownColumns[f].name)
		}
		out[f], m.taken[column] = column, f
	}
	for f := range fieldCount {
		if named[f] {
			continue
		}
		column, err := m.guess(f)
		if err != nil {
			return out, err
		}
		if out[f] = column; column >= 0 {
			m.taken[column] = f
		}
	}
	return out, m.required(&out, &named)
}

// wanted gives the column that --map names for a field.
func (m *mapper) wanted(f field) (name string, ok bool) {
	name, ok = m.options.Map[knownColumns[f].name]
	if !ok && f == fieldComment {
		name, ok = m.options.Map["text"]
	}
	return strings.TrimSpace(name), ok
}

// find gives the column with a name: letter by letter, else without regard to case, spaces and signs. The first of
// several columns "Score" is "Score (1)".
func (m *mapper) find(name string) (int, error) {
	same := m.sameBase(name)
	if len(same) == 0 {
		for i, c := range m.layout.columns {
			if c.name == name {
				return i, nil
			}
		}
		if first, ok := strings.CutSuffix(name, " (1)"); ok {
			if same = m.sameBase(first); len(same) > 0 {
				return same[0], nil
			}
		}
		for i, c := range m.layout.columns {
			if wanted := plain(name); wanted != "" && (wanted == c.plain || wanted == plain(c.text) || wanted == plain(c.base)) {
				same = append(same, i)
			}
		}
	}
	switch len(same) {
	case 0:
		return 0, feedback.Errorf(feedback.Invalid, "%s has no column %q: its columns are %s", m.file, short(name), m.list(nil))
	case 1:
		return same[0], nil
	}
	return 0, feedback.Errorf(feedback.Invalid, "%s: column %q could be any of %s: name one of these", m.file, short(name), m.list(same))
}

func (m *mapper) isRepeated(i int) bool { return len(m.sameBase(m.layout.columns[i].base)) > 1 }

func (m *mapper) sameBase(base string) []int {
	var out []int
	for i, c := range m.layout.columns {
		if c.base == base {
			out = append(out, i)
		}
	}
	return out
}

// guess finds the column of a field by the names it is known by; −1 when there is none. A column of scores has some among
// its first values, unless there is no other: "NPS rating" may be the word for the group.
func (m *mapper) guess(f field) (int, error) {
	found := m.named(f, func(i int) bool { return f != fieldScore || m.scores.some(i) })
	if len(found) == 0 {
		found = m.named(f, func(int) bool { return true })
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 || m.options.LeaveUnclear:
		return -1, nil
	}
	name := knownColumns[f].name
	return -1, feedback.Errorf(feedback.Invalid, "%s: the %s could be any of %s: choose one with --map %s=COLUMN", m.file, name, m.list(found), name)
}

// named lists the free columns whose names fit a field best, of those that may be it.
func (m *mapper) named(f field, may func(column int) bool) []int {
	best := len(knownColumns[f].ranks) + 1
	var found []int
	for i, c := range m.layout.columns {
		if _, ok := m.taken[i]; ok || c.base == "" || !may(i) {
			continue
		}
		rank, ok := m.rank(f, &c)
		if !ok || rank > best {
			continue
		}
		if rank < best {
			best, found = rank, nil
		}
		found = append(found, i)
	}
	return found
}

// rank says how well a column's name fits a field: the lower the better.
func (m *mapper) rank(f field, c *column) (rank int, ok bool) {
	known := &knownColumns[f]
	if m.layout.platform == "surveymonkey" && c.plain == "respondentid" {
		return 0, f == fieldID // one for each response; its API calls the same number the response's id
	}
	if rank, ok := known.rankIn(c.plain); ok {
		return rank, true
	}
	if known.question == nil || strings.HasSuffix(c.plain, "npsgroup") {
		return 0, false
	}
	for _, text := range []string{c.base, c.text} {
		if isQuestion(text) && known.question(plain(text)) {
			return len(known.ranks), true
		}
	}
	return 0, false
}

// required refuses a file without the columns that are needed.
func (m *mapper) required(columns *fieldColumns, named *[fieldCount]bool) error {
	optional := map[field]bool{fieldScore: m.options.ScoreOptional, fieldComment: m.options.TextOptional}
	for _, f := range []field{fieldScore, fieldComment} {
		if columns[f] < 0 && !optional[f] && !named[f] {
			name := knownColumns[f].name
			return feedback.Errorf(feedback.Invalid, "%s has no %s column: its columns are %s; name it with --map %s=COLUMN", m.file, name, m.list(nil), name)
		}
	}
	return nil
}

// list names columns for a message; nil for all.
func (m *mapper) list(which []int) string {
	const most = 30
	var names []string
	for i, c := range m.layout.columns {
		switch {
		case which != nil && !slices.Contains(which, i):
		case c.name == "":
		case which != nil && m.isRepeated(i) && c.name == c.base:
			names = append(names, fmt.Sprintf("%q (column %d)", short(c.name)+" (1)", i+1))
		case which != nil && m.isRepeated(i):
			names = append(names, fmt.Sprintf("%q (column %d)", short(c.name), i+1))
		default:
			names = append(names, fmt.Sprintf("%q", short(c.name)))
		}
	}
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}

// short cuts what a file or a person wrote to the length of a message.
func short(text string) string {
	const most = 60
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
