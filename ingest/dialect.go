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
	if len(text) >= 5 && strings.EqualFold(string(text[:4]), "sep=") && bytes.IndexByte(text, d.newline) <= len("sep=;\r") {
		d.skipLines, d.delimiter = 1, text[4]
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

// countDelimiters counts the delimiters outside quotes in each of the first rows that are not blank.
func countDelimiters(text []byte, delimiter, newline byte, most int) []int {
	var counts []int
	n, content := 0, false
	for i := 0; i < len(text) && len(counts) < most; {
		length := valueLength(text[i:], delimiter, newline)
		content = content || len(bytes.TrimSpace(text[i:i+length])) > 0
		i += length
		if i < len(text) && text[i] == delimiter {
			n, content = n+1, true
		} else if content && (i < len(text) || len(counts) == 0) { // the last row may be cut off
			counts = append(counts, n)
			n, content = 0, false
		}
		i++
	}
	return counts
}

// valueLength is the length of a value that may be quoted, up to its delimiter or line end.
func valueLength(text []byte, delimiter, newline byte) int {
	i := len(text) - len(bytes.TrimLeft(text, " "))
	i += quotedLength(text[i:])
	for i < len(text) && text[i] != delimiter && text[i] != newline {
		i++
	}
	return i
}

// quotedLength is the length of the quoted text that text begins with, its quotes included; 0 when it begins with none.
func quotedLength(text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		return 0
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return i + 1
		}
		i++
	}
	return len(text)
}
