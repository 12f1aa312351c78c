package corpora

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"verbatim/feedback"
)

// Comment is a hand-written comment with the labels of its statements. Offsets are bytes.
type Comment struct {
	Line       int // in its file, from 1
	Industry   string
	Test       bool // its industry is in the test part
	Score      feedback.Score
	Text       string
	Statements []feedback.Statement // Sentiment.Score is not filled
}

// Sentiment returns the comment's sentiment: mixed when it praises one thing and complains of another.
func (c *Comment) Sentiment() feedback.Sentiment {
	var praise, complaint bool
	for _, s := range c.Statements {
		praise = praise || s.Sentiment.Label == feedback.Positive
		complaint = complaint || s.Sentiment.Label == feedback.Negative
	}
	switch {
	case praise && complaint:
		return feedback.Mixed
	case praise:
		return feedback.Positive
	case complaint:
		return feedback.Negative
	}
	return feedback.Neutral
}

// Themes returns the distinct (theme, sentiment) pairs of the comment in the order of its statements.
func (c *Comment) Themes() []feedback.StatementTheme {
	var themes []feedback.StatementTheme
	for _, s := range c.Statements {
		for _, t := range s.Themes {
			if !slices.Contains(themes, t) {
				themes = append(themes, t)
			}
		}
	}
	return themes
}

// Kinds returns the kinds of the comment; other only when there is nothing else.
func (c *Comment) Kinds() []feedback.Kind {
	var kinds []feedback.Kind
	for _, k := range feedback.Kinds {
		for _, s := range c.Statements {
			if slices.Contains(s.Kinds, k) && (k != feedback.Other || len(kinds) == 0) {
				kinds = append(kinds, k)
				break
			}
		}
	}
	return kinds
}

// ParseComments reads the format that README.md describes. An error names file and line.
func ParseComments(name, text string) ([]Comment, error) {
	var comments []Comment
	var industry string
	var test bool
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "=="):
			words := strings.Fields(line)
			if len(words) < 2 || len(words) > 3 || len(words) == 3 && words[2] != "test" {
				return nil, fmt.Errorf("%s:%d: write «== industry» or «== industry test»", name, i+1)
			}
			industry, test = words[1], len(words) == 3
		default:
			c, err := parseComment(line)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
			c.Line, c.Industry, c.Test = i+1, industry, test
			comments = append(comments, c)
		}
	}
	return comments, nil
}

func parseComment(line string) (Comment, error) {
	score, rest, ok := strings.Cut(line, "\t")
	if !ok {
		return Comment{}, errors.New("no tab between score and comment")
	}
	c := Comment{}
	var err error
	if c.Score, err = feedback.ParseScore(score); err != nil {
		return Comment{}, err
	}
	var text strings.Builder
	for strings.TrimSpace(rest) != "" {
		open := strings.IndexByte(rest, '{')
		end := strings.IndexByte(rest, '}')
		if open < 0 || end < open {
			return Comment{}, errors.New("the line does not end in a label in braces")
		}
		statement := strings.TrimRightFunc(rest[:open], unicode.IsSpace)
		if text.Len() == 0 {
			statement = strings.TrimLeftFunc(statement, unicode.IsSpace)
		}
		start := text.Len() + len(statement) - len(strings.TrimLeftFunc(statement, unicode.IsSpace))
		text.WriteString(statement)
		s, err := parseLabel(rest[open+1 : end])
		if err != nil {
			return Comment{}, err
		}
		s.Start, s.End = start, text.Len()
		c.Statements = append(c.Statements, s)
		rest = rest[end+1:]
	}
	c.Text = text.String()
	for i := range c.Statements {
		s := &c.Statements[i]
		s.Text = c.Text[s.Start:s.End]
	}
	return c, nil
}

var polarities = map[byte]feedback.Sentiment{'+': feedback.Positive, '-': feedback.Negative, '0': feedback.Neutral}

func parseLabel(label string) (feedback.Statement, error) {
	var s feedback.Statement
	kinds := map[feedback.Kind]bool{}
	for word := range strings.FieldsSeq(label) {
		if slices.Contains(feedback.Kinds, feedback.Kind(word)) {
			kinds[feedback.Kind(word)] = true
			continue
		}
		polarity, ok := polarities[word[0]]
		if !ok || !slices.Contains(ThemeIDs, word[1:]) {
			return s, fmt.Errorf("label %q is neither a kind nor a theme with +, - or 0", word)
		}
		s.Themes = append(s.Themes, feedback.StatementTheme{Theme: word[1:], Sentiment: polarity})
		switch polarity {
		case feedback.Positive:
			kinds[feedback.Praise] = true
		case feedback.Negative:
			kinds[feedback.Complaint] = true
		}
	}
	if kinds[feedback.Praise] && kinds[feedback.Complaint] {
		return s, fmt.Errorf("label %q praises and complains: split the statement", label)
	}
	if len(kinds) == 0 {
		kinds[feedback.Other] = true
	}
	for _, k := range feedback.Kinds {
		if kinds[k] {
			s.Kinds = append(s.Kinds, k)
		}
	}
	s.Sentiment.Label = feedback.Neutral
	if kinds[feedback.Praise] {
		s.Sentiment.Label = feedback.Positive
	} else if kinds[feedback.Complaint] {
		s.Sentiment.Label = feedback.Negative
	}
	return s, nil
}
