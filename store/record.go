package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"verbatim/feedback"
)

// Limits in bytes. ingest holds texts to feedback.MaxComment code points; redaction may lengthen them, so this is wider.
const (
	maxText = 1 << 20
	maxName = 1 << 10 // ids, surveys and other names
)

// record is a response as its row holds it, without its key; == compares what is stored.
type record struct {
	score                     sql.NullInt64
	comment, suggestion, lang string
	submitted, updated        sql.NullInt64 // Unix milliseconds
	respondent, touchpoint    string
	weight                    float64
	attributes                string // a JSON object with sorted names, "" for none
	imported                  string
	model, taxonomy           string // of the current analyses
}

// recordColumns are the columns of a record; {r} is the table's name.
const recordColumns = `{r}.score, {r}.comment, {r}.suggestion, {r}.lang, {r}.submitted_at, {r}.updated_at, {r}.respondent,
	{r}.touchpoint, {r}.weight, {r}.attributes, {r}.import_id, {r}.model, {r}.taxonomy`

// recordWidth is how many columns those are.
const recordWidth = 13

// newRecord checks a response and turns it into its row. The error says which field is wrong and how, without its content.
func newRecord(r *feedback.Response) (record, *feedback.Error) {
	if problem := checkResponse(r); problem != nil {
		return record{}, problem
	}
	row := record{
		score: sql.NullInt64{Int64: int64(r.Score), Valid: r.Score.Scored()}, comment: r.Comment, suggestion: r.Suggestion,
		lang: r.Lang, submitted: millis(r.SubmittedAt), updated: millis(r.UpdatedAt), respondent: r.Respondent,
		touchpoint: r.Touchpoint, weight: r.Weight, imported: r.Import,
	}
	if !row.score.Valid {
		row.score.Int64 = 0 // as it is read
	}
	if len(r.Attributes) > 0 {
		object, err := json.Marshal(r.Attributes)
		if err != nil {
			return record{}, feedback.Errorf(feedback.Invalid, "the attributes cannot be stored: %w", err)
		}
		row.attributes = string(object)
	}
	return row, nil
}

func checkResponse(r *feedback.Response) *feedback.Error {
	if r.Survey == "" || r.ID == "" {
		return feedback.Errorf(feedback.Invalid, "survey and id must not be empty")
	}
	if r.Score < feedback.Unscored || r.Score > 10 {
		return feedback.Errorf(feedback.Invalid, "score must be a whole number from 0 to 10")
	}
	if math.IsNaN(r.Weight) || math.IsInf(r.Weight, 0) || r.Weight < 0 {
		return feedback.Errorf(feedback.Invalid, "weight must be a number that is not negative")
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"survey", r.Survey, maxName},
		{"id", r.ID, maxName},
		{"comment", r.Comment, maxText},
		{"suggestion", r.Suggestion, maxText},
		{"lang", r.Lang, maxName},
		{"respondent", r.Respondent, maxName},
		{"touchpoint", r.Touchpoint, maxName},
		{"import", r.Import, maxName},
	} {
		if problem := checkText(f.name, f.value, f.most); problem != nil {
			return problem
		}
	}
	size := 0
	for name, value := range r.Attributes {
		size += len(name) + len(value)
		for _, s := range []string{name, value} {
			if problem := checkText("an attribute", s, maxText); problem != nil {
				return problem
			}
		}
	}
	if size > maxText {
		return feedback.Errorf(feedback.TooLarge, "the attributes are longer than %d bytes together", maxText)
	}
	return nil
}

// checkText refuses what not every database can hold.
func checkText(name, value string, most int) *feedback.Error {
	switch {
	case len(value) > most:
		return feedback.Errorf(feedback.TooLarge, "%s is longer than %d bytes", name, most)
	case !utf8.ValidString(value):
		return feedback.Errorf(feedback.Invalid, "%s is not valid UTF-8", name)
	case strings.IndexByte(value, 0) >= 0:
		return feedback.Errorf(feedback.Invalid, "%s holds a NUL byte", name)
	}
	return nil
}

// values are the columns in their order.
func (row *record) values() []any {
	return []any{
		row.score, row.comment, row.suggestion, row.lang, row.submitted, row.updated, row.respondent,
		row.touchpoint, row.weight, row.attributes, row.imported, row.model, row.taxonomy,
	}
}

// readRecord is the reverse of values.
func readRecord(values []any) record {
	weight, _ := values[8].(float64)
	return record{
		score: number(values[0]), comment: text(values[1]), suggestion: text(values[2]), lang: text(values[3]),
		submitted: number(values[4]), updated: number(values[5]), respondent: text(values[6]), touchpoint: text(values[7]),
		weight: weight, attributes: text(values[9]), imported: text(values[10]), model: text(values[11]), taxonomy: text(values[12]),
	}
}

// response is the reverse of newRecord.
func (d *decoder) response(key feedback.Key, row *record) (r feedback.Response, err error) {
	r = feedback.Response{
		Survey: key.Survey, ID: key.ID, Score: feedback.Unscored, Comment: row.comment, Suggestion: row.suggestion, Lang: row.lang,
		SubmittedAt: moment(row.submitted), UpdatedAt: moment(row.updated), Respondent: row.respondent,
		Touchpoint: row.touchpoint, Weight: row.weight, Import: row.imported,
	}
	if row.score.Valid {
		r.Score = feedback.Score(row.score.Int64) //nolint:gosec // 0 to 10, as checkResponse saw to
	}
	if row.attributes != "" {
		r.Attributes, err = d.attributes(row.attributes)
	}
	return r, err
}

// sameContent reports whether two rows say the same, wherever they came from and whatever analysed them.
func sameContent(a, b record) bool {
	a.imported, a.model, a.taxonomy = b.imported, b.model, b.taxonomy
	return a == b
}

// olderThan reports whether both rows have a time and this one's is before the other's.
func (row *record) olderThan(other *record) bool {
	a, b := row.time(), other.time()
	return a.Valid && b.Valid && a.Int64 < b.Int64
}

func (row *record) time() sql.NullInt64 {
	if row.updated.Valid {
		return row.updated
	}
	return row.submitted
}

// millis and moment turn times into Unix milliseconds and back; the zero time is NULL.
func millis(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

func moment(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

func damaged(what string, err error) error {
	return &feedback.Error{
		Code: feedback.Corrupt, Err: err,
		Message: fmt.Sprintf("store: the stored %s cannot be read: restore a backup", what), // err might quote the text
	}
}
