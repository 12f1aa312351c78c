package corpora

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Concept is an idea that every language has words for ("queue", "rude", "refund"), with the words of one language. What
// a model learns of a concept from comments in one language holds in all of them.
type Concept struct {
	ID    string
	Terms []Term
}

// Concepts returns the concepts that a language has words for, in the order of its file; none for a language without a
// file. An error names file and line.
func Concepts(lang string) ([]Concept, error) {
	name := path.Join("concepts", lang+".txt")
	data, err := files.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("corpora: concepts of %q: %w", lang, err)
	}
	return ParseConcepts(name, string(data))
}

// ParseConcepts reads the format that README.md describes. An error names file and line.
func ParseConcepts(name, text string) ([]Concept, error) {
	var concepts []Concept
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		id, list, ok := strings.Cut(line, "=")
		id = strings.TrimSpace(id)
		if !ok || id == "" || seen[id] {
			return nil, fmt.Errorf("%s:%d: write each concept once, «id = term, term*»", name, i+1)
		}
		seen[id] = true
		concept := Concept{ID: id}
		for term := range strings.SplitSeq(list, ",") {
			t := Term{}
			if t.Text, t.Prefix = strings.CutSuffix(strings.TrimSpace(term), "*"); t.Text == "" {
				return nil, fmt.Errorf("%s:%d: an empty term", name, i+1)
			}
			concept.Terms = append(concept.Terms, t)
		}
		concepts = append(concepts, concept)
	}
	return concepts, nil
}

// ConceptIDs returns the ids of the inventory with the sense of each where its name leaves it open.
func ConceptIDs() (map[string]string, error) {
	data, err := files.ReadFile("concepts/inventory.txt")
	if err != nil {
		return nil, fmt.Errorf("corpora: %w", err)
	}
	senses := map[string]string{}
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for entry := range strings.SplitSeq(line, ";") {
			id, sense, _ := strings.Cut(strings.TrimSpace(entry), "(")
			if id == "" {
				continue
			}
			if _, twice := senses[id]; twice {
				return nil, fmt.Errorf("concepts/inventory.txt:%d: %s is there twice", i+1, id)
			}
			senses[id] = strings.TrimSuffix(sense, ")")
		}
	}
	return senses, nil
}
