package ingest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
)

// repeat is an id that is there several times.
type repeat struct {
	content [sha256.Size]byte // of the first row
	lines   []int             // the first few
	clash   bool              // not all rows are equal
	seen    bool              // a row was handed out
	unit    string            // what the numbers of rows count: line, row, element
}

// maxLines is how many rows with the same id a message can name.
const maxLines = 4

// problem says where the other rows are.
func (r *repeat) problem(line int, column string) *problem {
	var others, numbers []string
	for _, other := range r.lines {
		if other != line && len(others) < maxLines-1 {
			others = append(others, fmt.Sprintf("%s %d", r.unit, other))
			numbers = append(numbers, strconv.Itoa(other))
		}
	}
	bad := breaks(RuleIDRepeated, "the same id is in "+strings.Join(others, ", ")+" with different content, so none of these rows counts: keep one of them",
		strings.Join(numbers, ", "))
	bad.code, bad.column = feedback.Conflict, column
	return bad
}

// secondLook reads all rows for what has to be known before the first is handed out: which ids are there several times,
// and whether dates like 3/4/2026 begin with the day. Files without ids and dates are not read.
func secondLook(t *table, p *plan) (map[string]*repeat, error) {
	hasID := p.fields[fieldID] >= 0
	if !hasID && p.fields[fieldSubmittedAt] < 0 && p.fields[fieldUpdatedAt] < 0 {
		return nil, nil
	}
	var ids []uint64
	var slashes [fieldCount]slashCensus
	err := pass(t, func(rec *record) {
		if key := p.key(rec); hasID && key != nil {
			ids = append(ids, hashOf(key))
		}
		for _, f := range dateFields {
			slashes[f].add(rec.value(p.fields[f]))
		}
	})
	if err != nil {
		return nil, err
	}
	for _, f := range dateFields {
		p.dates[f].order = slashes[f].order()
	}
	slices.Sort(ids)
	several := map[uint64]bool{}
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			several[ids[i]] = true
		}
	}
	if len(several) == 0 {
		return nil, nil
	}
	return compareRepeats(t, p, several)
}

// compareRepeats reads all rows again and compares those whose id is there several times.
func compareRepeats(t *table, p *plan, several map[uint64]bool) (map[string]*repeat, error) {
	unit := map[string]string{formatXLSX: "row", formatArray: "element"}[t.format]
	if unit == "" {
		unit = "line"
	}
	found := map[string]*repeat{}
	err := pass(t, func(rec *record) {
		key := p.key(rec)
		if key == nil || !several[hashOf(key)] {
			return
		}
		content := p.contentOf(rec)
		r, ok := found[string(key)]
		if !ok {
			found[string(key)] = &repeat{content: content, lines: []int{rec.line}, unit: unit}
			return
		}
		if len(r.lines) < maxLines {
			r.lines = append(r.lines, rec.line)
		}
		r.clash = r.clash || r.content != content
	})
	for key, r := range found {
		if len(r.lines) == 1 { // only its hash was there several times
			delete(found, key)
		}
	}
	return found, err
}

// pass calls each with the rows that can be read.
func pass(t *table, each func(rec *record)) error {
	in, err := t.rows()
	if err != nil {
		return err
	}
	var rec record
	for {
		err := t.next(in, &rec)
		if errors.Is(err, io.EOF) {
			return in.close()
		}
		if err != nil {
			return errors.Join(feedback.Errorf(feedback.Unavailable, "%s cannot be read: %w", t.content.name, err), in.close())
		}
		if rec.problem == nil {
			each(&rec)
		}
	}
}

func hashOf(key []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(key)
	return h.Sum64()
}

// key gives survey and id of a row; nil for a row without an id.
func (p *plan) key(rec *record) []byte {
	id, _ := clean(rec.value(p.fields[fieldID]), false)
	if id == "" {
		return nil
	}
	survey, _ := clean(rec.value(p.fields[fieldSurvey]), false)
	if survey == "" {
		survey = p.survey
	}
	return []byte(survey + "\x00" + id)
}

// contentOf stands for all that is read of a row besides its key.
func (p *plan) contentOf(rec *record) (sum [sha256.Size]byte) {
	h := sha256.New()
	add := func(column int) {
		value, _ := clean(rec.value(column), false)
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(value))))
		_, _ = io.WriteString(h, value)
	}
	for f, column := range p.fields {
		if field(f) != fieldID && field(f) != fieldSurvey {
			add(column)
		}
	}
	for i := range p.attributes {
		add(p.attributes[i].column)
	}
	h.Sum(sum[:0])
	return sum
}
