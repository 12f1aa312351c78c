package ingest

import (
	"cmp"
	"slices"

	"verbatim/feedback"
)

// Summary counts what came of the rows that were read so far.
type Summary struct {
	File     string  `json:"file"`
	Format   string  `json:"format"`   // csv, tsv, xlsx, jsonl, json or text
	Encoding string  `json:"encoding"` // "" for xlsx
	Platform string  `json:"platform,omitempty"`
	Mapping  Mapping `json:"mapping"`
	// Read is Accepted + Rejected + Duplicates. Blank rows and Previews are not rows.
	Read     int `json:"read"`
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	// Reasons says why rows were rejected, most frequent first, then by column.
	Reasons []Reason `json:"reasons,omitempty"`
	// Duplicates counts rows that repeat an earlier one with the same id word by word.
	Duplicates int `json:"duplicates"`
	// Conflicts counts the rejected rows whose id is there several times with different content.
	Conflicts int `json:"conflicts"`
	// Unscored counts the accepted rows without a score.
	Unscored int `json:"unscored"`
	// Previews counts the trial answers that Qualtrics exports along.
	Previews int `json:"previews,omitempty"`
	// Cleaned counts the rows in which control characters became spaces.
	Cleaned int `json:"cleaned,omitempty"`
	// Repaired counts, over the whole file, the bytes that are not UTF-8 and became U+FFFD.
	Repaired int `json:"repaired,omitempty"`
	// Uncountable are the attributes with more than MaxCountable distinct values, in the order of the file.
	Uncountable []string `json:"uncountable,omitempty"`
}

// Reason is why rows were rejected: the column ("" for the whole row) and the code, how many rows, and the first of them.
type Reason struct {
	Column string        `json:"column"`
	Code   feedback.Code `json:"code"`
	Rows   int           `json:"rows"`
	Line   int           `json:"line"`
}

type reasonKey struct {
	column string
	code   feedback.Code
}

// count notes a rejected row.
func (r *Reader) count(e *RowError, clash bool) {
	r.summary.Rejected++
	if clash {
		r.summary.Conflicts++
	}
	key := reasonKey{e.Column, e.Code}
	if r.reasons[key] == nil {
		r.reasons[key] = &Reason{Column: e.Column, Code: e.Code, Line: e.Line}
	}
	r.reasons[key].Rows++
}

// Summary gives the counts so far; after io.EOF those of the file.
func (r *Reader) Summary() Summary {
	out := r.summary
	out.File, out.Mapping = r.name, r.plan.mapping
	out.Format, out.Encoding, out.Platform = r.plan.format, r.plan.encoding, r.plan.platform
	out.Repaired = r.plan.repairs
	if r.table != nil {
		out.Previews = r.table.previews
	}
	for _, reason := range r.reasons {
		out.Reasons = append(out.Reasons, *reason)
	}
	slices.SortFunc(out.Reasons, func(a, b Reason) int {
		return cmp.Or(b.Rows-a.Rows, cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
	for i := range r.plan.attributes {
		if a := &r.plan.attributes[i]; len(a.values) > MaxCountable {
			out.Uncountable = append(out.Uncountable, a.name)
		}
	}
	return out
}
