package corpora

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
)

// Sections of a lexicon that are not themes.
const (
	Negators     = "negators"
	Contrast     = "contrast"
	Intensifiers = "intensifiers"
	Diminishers  = "diminishers"
	Suggestions  = "suggestion"
	Questions    = "question"
	Nothing      = "nothing"
	Praising     = "positive"
	Complaining  = "negative"
)

var sections = append([]string{
	Negators, Contrast, Intensifiers, Diminishers, Suggestions, Questions, Nothing, Praising, Complaining,
	string(feedback.ChurnRisk), string(feedback.LegalThreat), string(feedback.Safety), string(feedback.DataProtection),
	string(feedback.ReplyWanted),
}, ThemeIDs...)

// Term is a word or phrase of a lexicon. Prefix means that any ending may follow. Polarity is set where the term itself
// judges. Before and After are a negator's scope in words (in characters where the language has no spaces).
type Term struct {
	Text     string
	Prefix   bool
	Polarity feedback.Sentiment // Positive, Negative or ""
	Before   int
	After    int
}

// Lexicon holds what rules and features need to know of a language.
type Lexicon struct {
	Names    map[string]string // theme id → name
	Sections map[string][]Term // section or theme id → its terms, in the order of the file
}

// ParseLexicon reads the format that README.md describes. An error names file and line.
func ParseLexicon(name, text string) (*Lexicon, error) {
	lexicon := &Lexicon{Names: map[string]string{}, Sections: map[string][]Term{}}
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			section = line[1 : len(line)-1]
			if section != "names" && !slices.Contains(sections, section) {
				return nil, fmt.Errorf("%s:%d: unknown section [%s]", name, i+1, section)
			}
			continue
		}
		if err := lexicon.add(section, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	return lexicon, nil
}

func (l *Lexicon) add(section, line string) error {
	switch section {
	case "":
		return errors.New("a term before the first [section]")
	case "names":
		id, name, ok := strings.Cut(line, "=")
		id = strings.TrimSpace(id)
		if !ok || !slices.Contains(ThemeIDs, id) {
			return errors.New("write «theme = name»")
		}
		l.Names[id] = strings.TrimSpace(name)
		return nil
	}
	term, err := parseTerm(section, line)
	if err == nil {
		l.Sections[section] = append(l.Sections[section], term)
	}
	return err
}

func parseTerm(section, line string) (Term, error) {
	var t Term
	if section == Negators {
		word, scope, ok := cutLast(line, " ")
		n, err := strconv.Atoi(strings.TrimLeft(scope, "<>"))
		if !ok || err != nil || scope[0] != '<' && scope[0] != '>' {
			return t, fmt.Errorf("negator %q has no scope: write «not >3» or «kana <2»", line)
		}
		if scope[0] == '<' {
			t.Before = n
		} else {
			t.After = n
		}
		line = strings.TrimSpace(word)
	} else if slices.Contains(ThemeIDs, section) && len(line) > 1 && (line[0] == '+' || line[0] == '-') {
		t.Polarity = polarities[line[0]]
		line = strings.TrimSpace(line[1:])
	}
	t.Text, t.Prefix = strings.CutSuffix(line, "*")
	if t.Text == "" {
		return t, errors.New("an empty term")
	}
	return t, nil
}

func cutLast(text, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}
