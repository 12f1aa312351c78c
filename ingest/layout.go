package ingest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"verbatim/feedback"
)

// column is a column of the file.
type column struct {
	name  string // unique; the second "Name" is "Name (2)", a column without a name is ""
	base  string // the name as the file has it
	text  string // the question, where the export has it in a row of its own
	plain string // base, normalised
}

// layout is the columns of a file, and what its platform is known to do.
type layout struct {
	columns    []column
	headerRows int // rows before the data, blank ones not counted
	// platform is "qualtrics", "surveymonkey" or "limesurvey" when the header shows it, else "".
	platform string
	// status is Qualtrics' column that marks previews, or −1.
	status int
}

// The second header row of SurveyMonkey, in the four languages.
var (
	plainResponse  = []string{"Response", "Open-Ended Response", "答复", "开放式答复", "Ответ", "Открытый ответ", "Vastaus", "Avoin vastaus"}
	previewStatus  = []string{"1", "Survey Preview"}
	qualtricsThird = `{"ImportId":`
)

// readHeader reads the rows before the data. Without any there is nothing in the file: [feedback.Invalid].
func readHeader(name string, in rows) (layout, error) {
	var head [][]string
	var rec record
	for len(head) < 3 {
		err := in.next(&rec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return layout{}, fmt.Errorf("ingest: read header: %w", err)
		}
		if rec.problem != nil && len(head) == 0 {
			return layout{}, feedback.Errorf(feedback.Invalid, "%s:%d: the header cannot be read: %s", name, rec.line, rec.problem.message)
		}
		if rec.blank() {
			continue
		}
		cells := make([]string, len(rec.values))
		for i, v := range rec.values {
			cells[i], _ = clean(v, false)
		}
		head = append(head, cells)
	}
	if len(head) == 0 {
		return layout{}, feedback.Errorf(feedback.Invalid, "%s is empty: it needs a header and rows", name)
	}
	if len(head[0]) > maxColumns {
		return layout{}, feedback.Errorf(feedback.Invalid, "%s has more than %d columns", name, maxColumns)
	}
	return layoutOf(head), nil
}

// layoutOf tells the platform from the first rows.
func layoutOf(head [][]string) layout {
	out := layout{headerRows: 1, status: -1}
	var texts []string
	switch {
	case len(head) == 3 && isImportIDs(head[2]):
		out.platform, out.headerRows, texts = "qualtrics", 3, head[1]
	case len(head) >= 2 && isResponseRow(head[0], head[1]):
		out.platform, out.headerRows = "surveymonkey", 2
		head[0] = joinHeaders(head[0], head[1])
	}
	out.columns = makeColumns(head[0], texts)
	if out.platform == "" && splitCodes(out.columns) {
		out.platform = "limesurvey"
	}
	if out.platform == "qualtrics" {
		out.status = slices.IndexFunc(out.columns, func(c column) bool { return c.plain == "status" })
	}
	return out
}

// codedName is a header of LimeSurvey with code and text: "G01Q02. Why did you give this score?".
var codedName = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)\. (.+)$`)

// splitCodes takes the names apart when all of them have a code before their text.
func splitCodes(columns []column) bool {
	for _, c := range columns {
		if !codedName.MatchString(c.name) {
			return false
		}
	}
	for i := range columns {
		parts := codedName.FindStringSubmatch(columns[i].name)
		columns[i].plain, columns[i].text = plain(parts[1]), parts[2]
	}
	return len(columns) > 0
}

func isImportIDs(cells []string) bool {
	return slices.ContainsFunc(cells, func(cell string) bool {
		return strings.HasPrefix(strings.ReplaceAll(cell, " ", ""), qualtricsThird)
	})
}

// isResponseRow recognises the second header row of SurveyMonkey: blank under what describes the respondent, then
// "Response" or "Open-Ended Response" under the questions.
func isResponseRow(names, second []string) bool {
	return len(second) > 0 && second[0] == "" && names[0] != "" && slices.ContainsFunc(second, func(cell string) bool {
		return slices.Contains(plainResponse, cell)
	})
}

// joinHeaders gives the choices of a question, which SurveyMonkey names in the second row alone, the question's name.
func joinHeaders(names, second []string) []string {
	out := slices.Clone(names)
	question := ""
	for i, choice := range second {
		if i == len(out) {
			out = append(out, "")
		}
		if out[i] != "" {
			question = out[i]
		}
		if choice != "" && (out[i] == "" || !slices.Contains(plainResponse, choice)) {
			out[i] = question + ": " + choice
		}
	}
	return out
}

// makeColumns names the columns so that every name is there once.
func makeColumns(names, texts []string) []column {
	out := make([]column, len(names))
	seen := map[string]int{}
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = true
	}
	for i, name := range names {
		out[i] = column{name: name, base: name, plain: plain(name)}
		if i < len(texts) {
			out[i].text = texts[i]
		}
		if name == "" {
			continue
		}
		seen[name]++
		if seen[name] == 1 {
			continue
		}
		for n := seen[name]; ; n++ {
			if unique := fmt.Sprintf("%s (%d)", name, n); !taken[unique] {
				out[i].name, taken[unique], seen[name] = unique, true, n
				break
			}
		}
	}
	return out
}

// npsGroup is the end of the name of the group that Qualtrics writes beside the answer to an NPS question.
const npsGroup = "_NPS_GROUP"

// jsonLayout tells the platform from the names of the fields. Qualtrics and Formbricks write the answers into an object of
// their own, whose name is no part of theirs.
func jsonLayout(names []string) layout {
	out := layout{columns: makeColumns(names, nil), status: -1}
	prefix := ""
	switch {
	case slices.Contains(names, "values._recordId"):
		out.platform, prefix = "qualtrics", "values."
		out.status = slices.Index(names, "values.status")
	case slices.Contains(names, "surveyId") && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "data.") }):
		out.platform, prefix = "formbricks", "data."
	}
	for i := range out.columns {
		if c := &out.columns[i]; prefix != "" && strings.HasPrefix(c.name, prefix) {
			c.plain = plain(c.name[len(prefix):])
		}
	}
	if out.platform == "qualtrics" {
		nameAnswers(out.columns)
	}
	return out
}

// nameAnswers knows the score of Qualtrics by the group beside it, and the comment when there is one text alone.
func nameAnswers(columns []column) {
	var texts []int
	for i := range columns {
		question, ok := strings.CutSuffix(columns[i].name, npsGroup)
		if score := slices.IndexFunc(columns, func(c column) bool { return c.name == question }); ok && score >= 0 {
			columns[score].plain = "score"
		}
		if strings.HasPrefix(columns[i].name, "values.QID") && strings.HasSuffix(columns[i].name, "_TEXT") {
			texts = append(texts, i)
		}
	}
	if len(texts) == 1 {
		columns[texts[0]].plain = "comment"
	}
}
