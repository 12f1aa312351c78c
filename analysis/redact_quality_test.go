package analysis

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"verbatim/corpora"
)

// markedComment is a comment of testdata/personal and the personal data in it.
type markedComment struct {
	text   string
	pieces []Redaction
}

var markedPiece = regexp.MustCompile(`\{([a-z]+):([^}]*)\}`)

func readMarked(tb testing.TB, file string) []markedComment {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "personal", file))
	if err != nil {
		tb.Fatal(err)
	}
	var comments []markedComment
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "== ") {
			continue
		}
		comments = append(comments, parseMarked(line))
	}
	return comments
}

func parseMarked(line string) markedComment {
	var c markedComment
	last := 0
	for _, m := range markedPiece.FindAllStringSubmatchIndex(line, -1) {
		c.text += line[last:m[0]]
		start := len(c.text)
		c.text += line[m[4]:m[5]]
		c.pieces = append(c.pieces, Redaction{RedactionKind(line[m[2]:m[3]]), start, len(c.text)})
		last = m[1]
	}
	c.text += line[last:]
	return c
}

// redactionScore counts pieces that are there, that were found, and that are both: with the same kind and bytes.
type redactionScore struct{ gold, found, right int }

func (s redactionScore) recall() float64    { return float64(s.right) / float64(max(s.gold, 1)) }
func (s redactionScore) precision() float64 { return float64(s.right) / float64(max(s.found, 1)) }

// TestRedactionQuality measures recall and precision per kind on hand-marked comments; -v prints the table. Only a piece
// with the right kind and exactly the right bytes counts.
//
// Both halves were written before the finders, which were then tuned on dev.txt. When they first ran, untuned, held_out.txt
// had a recall of 0.970 and a precision of 0.994. Of its five misses two were of a sort that dev.txt has too, one was a
// number that cannot exist and was replaced, and two have been mended because they were seen: its figures since are
// no longer those of unseen text.
func TestRedactionQuality(t *testing.T) {
	for _, c := range []struct {
		file              string
		recall, precision float64 // the least of all kinds together
		kind              float64 // the least of each of both for a kind
	}{
		{"dev.txt", 0.97, 0.98, 0.9},
		{"held_out.txt", 0.97, 0.98, 0.9},
	} {
		t.Run(c.file, func(t *testing.T) {
			scores := map[RedactionKind]redactionScore{}
			for _, comment := range readMarked(t, c.file) {
				scoreComment(t, comment, scores)
			}
			kinds := make([]RedactionKind, 0, len(scores))
			for kind := range scores {
				kinds = append(kinds, kind)
			}
			slices.Sort(kinds)
			var table strings.Builder
			for _, kind := range kinds {
				s := scores[kind]
				name := string(kind)
				least, leastPrecise := c.kind, c.kind
				if kind == "" {
					name, least, leastPrecise = "all", c.recall, c.precision
				}
				fmt.Fprintf(&table, "%-6s %5d in the text %5d found  recall %.3f  precision %.3f\n", name, s.gold, s.found, s.recall(), s.precision())
				if s.recall() < least || s.precision() < leastPrecise {
					t.Errorf("%s: recall %.3f, precision %.3f, want at least %g and %g", name, s.recall(), s.precision(), least, leastPrecise)
				}
			}
			t.Logf("\n%s", table.String())
		})
	}
}

// scoreComment adds a comment to the scores of the kinds and of all, which has the kind "".
func scoreComment(t *testing.T, c markedComment, scores map[RedactionKind]redactionScore) {
	t.Helper()
	add := func(kind RedactionKind, s redactionScore) {
		for _, k := range []RedactionKind{kind, ""} {
			had := scores[k]
			scores[k] = redactionScore{had.gold + s.gold, had.found + s.found, had.right + s.right}
		}
	}
	redacted, found := Redact(c.text)
	for _, f := range found {
		s := redactionScore{found: 1}
		if slices.Contains(c.pieces, f) {
			s.right = 1
		}
		add(f.Kind, s)
	}
	for _, p := range c.pieces {
		add(p.Kind, redactionScore{gold: 1})
	}
	if !slices.Equal(found, c.pieces) {
		t.Logf("%s\n  → %s", c.text, redacted)
	}
}

func TestRedactionCorpusIsLargeEnough(t *testing.T) {
	personal, tricky := 0, 0
	for _, file := range []string{"dev.txt", "held_out.txt"} {
		for _, c := range readMarked(t, file) {
			if len(c.pieces) > 0 {
				personal++
			} else {
				tricky++
			}
		}
	}
	if personal < 300 || tricky < 300 {
		t.Errorf("%d comments with personal data and %d without, want 300 of each", personal, tricky)
	}
}

// The comments that the models learn from hold no personal data, so nothing may be found in them.
func TestRedactKeepsComments(t *testing.T) {
	for _, lang := range corpora.Languages() {
		comments, err := corpora.Comments(lang)
		if err != nil || len(comments) == 0 {
			t.Fatalf("%s: %d comments, %v", lang, len(comments), err)
		}
		for i := range comments {
			if got, found := Redact(comments[i].Text); found != nil {
				t.Errorf("%s: %q → %q", lang, comments[i].Text, got)
			}
		}
	}
}
