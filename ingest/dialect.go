package ingest

import (
	"bytes"
	"strings"
)

// dialectOf tells how a delimited file is written from the start of its text. prefer is the delimiter that the file's
// name promises (tab for .tsv), or 0.
func dialectOf(text []byte, prefer byte) dialect {
	d := dialect{newline: '\n', quotes: true}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 {
		d.newline = '\r'
	}
	if first, rest, ok := bytes.Cut(text, []byte{d.newline}); ok && len(first) >= 5 && strings.EqualFold(string(first[:4]), "sep=") {
		d.skipLines, d.delimiter = 1, first[4]
		text = rest
		return d
	}
	best := 0
	for _, delimiter := range []byte{',', ';', '\t'} {
		points := agreement(text, delimiter, d.newline)
		if points > 0 && delimiter == prefer {
			d.delimiter = delimiter
			return d
		}
		if points > best {
			best, d.delimiter = points, delimiter
		}
	}
	return d
}

// agreement says how well a delimiter explains the text: how many of the first rows have as many delimiters outside
// quotes as the first of them, and among equals how many these are. 0 when the first row has none.
func agreement(text []byte, delimiter, newline byte) int {
	counts := countDelimiters(text, delimiter, newline, 20)
	if len(counts) == 0 || counts[0] == 0 {
		return 0
	}
	same := 0
	for _, n := range counts {
		if n == counts[0] {
			same++
		}
	}
	return same*1000 + min(counts[0], 999)
}

// countDelimiters counts the delimiters outside quotes in each of the first rows that are not blank. A quote counts only
// at the start of a value and where it ends one.
func countDelimiters(text []byte, delimiter, newline byte, most int) []int {
	var counts []int
	n, quoted, content := 0, false, false
	start := true // at the start of a value
	for i := 0; i < len(text) && len(counts) < most; i++ {
		b := text[i]
		switch {
		case quoted:
			if b == '"' {
				if i+1 < len(text) && text[i+1] == '"' {
					i++
				} else {
					quoted = false
				}
			}
			continue
		case b == '"' && start:
			quoted, content = true, true
		case b == delimiter:
			n, content = n+1, true
		case b == newline:
			if content {
				counts = append(counts, n)
			}
			n, content = 0, false
		case b != ' ' && b != '\r':
			content = true
		}
		start = b == delimiter || b == newline || start && b == ' '
	}
	if content && len(counts) == 0 {
		counts = append(counts, n)
	}
	return counts
}
