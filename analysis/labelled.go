package analysis

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"verbatim/corpora"
	"verbatim/feedback"
)

// Labelled is a text with what people say about it. What is nil was not labelled.
type Labelled struct {
	Dataset   string
	ID        string
	Text      string
	Lang      string
	Score     feedback.Score // on the scale 0–10, or Unscored
	Sentiment feedback.Sentiment
	Themes    *[]feedback.StatementTheme // Sentiment is "" where only the theme was labelled
	Kinds     *[]feedback.Kind
	Complete  bool // Themes names every theme of the default taxonomy that the text is about
	Weak      bool // machine translated, or not feedback at all (subtitles)
}

// labelledRow is a line of a labelled file: the schema of the public sets (aspects, kind) and that of our own (themes,
// kinds).
type labelledRow struct {
	ID        string   `json:"id"`
	Text      *string  `json:"text"`
	Comment   *string  `json:"comment"`
	Lang      string   `json:"lang"`
	Score     *float64 `json:"score"`
	Rating    *float64 `json:"rating"`
	RatingMax float64  `json:"rating_max"`
	Sentiment string   `json:"sentiment"`
	Kind      string   `json:"kind"`
	Kinds     *[]feedback.Kind
	Aspects   *[]struct {
		Category  string `json:"category"`
		Sentiment string `json:"sentiment"`
	} `json:"aspects"`
	Themes *[]feedback.StatementTheme `json:"themes"`
	Meta   struct {
		Translated bool   `json:"machine_translated"`
		Domain     string `json:"domain"`
	} `json:"meta"`
}

// ReadLabelled reads labelled JSON Lines, plain or gzipped: files, or folders with everything below them, in the order of
// their paths. An error names file and line.
func ReadLabelled(paths []string, each func(Labelled) error) error {
	for _, path := range paths {
		files, err := labelledFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := readLabelledFile(file, each); err != nil {
				return err
			}
		}
	}
	return nil
}

func labelledFiles(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (p == path || strings.HasSuffix(p, ".jsonl") || strings.HasSuffix(p, ".jsonl.gz")) {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		return nil, feedback.Errorf(feedback.NotFound, "labelled data: %w", err)
	}
	if len(files) == 0 {
		return nil, feedback.Errorf(feedback.NotFound, "labelled data: no *.jsonl or *.jsonl.gz under %s", path)
	}
	sort.Strings(files)
	return files, nil
}

func readLabelledFile(path string, each func(Labelled) error) error {
	file, err := os.Open(path)
	if err != nil {
		return feedback.Errorf(feedback.NotFound, "labelled data: %w", err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return feedback.Errorf(feedback.Invalid, "labelled data: %s: %w", path, err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	dataset := datasetName(path)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		row, err := parseLabelled(lines.Bytes())
		if err != nil {
			return feedback.Errorf(feedback.Invalid, "%s:%d: %w", path, n, err)
		}
		row.Dataset = dataset
		if err := each(row); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return feedback.Errorf(feedback.Invalid, "labelled data: %s: %w", path, err)
	}
	return nil
}

// datasetName is the folder's name, or the file's up to its first dot where the folder says only train or test.
func datasetName(path string) string {
	parent := filepath.Base(filepath.Dir(path))
	if parent == "train" || parent == "test" || parent == "." {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		return name
	}
	return parent
}

func parseLabelled(line []byte) (Labelled, error) {
	var raw labelledRow
	if err := json.Unmarshal(line, &raw); err != nil {
		return Labelled{}, fmt.Errorf("not a JSON object: %w", err)
	}
	if raw.Text == nil {
		raw.Text = raw.Comment
	}
	if raw.Text == nil {
		return Labelled{}, errors.New("the field text is missing")
	}
	row := Labelled{
		ID: raw.ID, Text: *raw.Text, Lang: raw.Lang, Score: raw.score(), Sentiment: feedback.Sentiment(raw.Sentiment),
		Themes: raw.Themes, Kinds: raw.Kinds, Complete: raw.Themes != nil, Weak: raw.Meta.Translated || raw.Meta.Domain == "subtitle",
	}
	if row.Kinds == nil && raw.Kind != "" {
		row.Kinds = &[]feedback.Kind{feedback.Kind(raw.Kind)}
	}
	if row.Themes == nil && raw.Aspects != nil {
		row.Themes = raw.themes()
	}
	return row, nil
}

// score returns the author's score on the scale 0–10: the score itself, or a rating out of ten.
func (r *labelledRow) score() feedback.Score {
	for _, s := range []*float64{r.Score, r.Rating} {
		if s != nil && (r.RatingMax == 0 || r.RatingMax == 10) && *s >= 0 && *s <= 10 && *s == float64(int(*s)) {
			return feedback.Score(*s)
		}
	}
	return feedback.Unscored
}

// themes returns the aspects that are themes; nil when there are aspects but none of them fits a theme, since then
// nothing is known.
func (r *labelledRow) themes() *[]feedback.StatementTheme {
	themes := []feedback.StatementTheme{}
	fits := len(*r.Aspects) == 0
	for _, a := range *r.Aspects {
		if a.Category != "" {
			fits = true
		}
		if a.Category != "" && a.Category != "general" {
			themes = append(themes, feedback.StatementTheme{Theme: a.Category, Sentiment: feedback.Sentiment(a.Sentiment)})
		}
	}
	if !fits {
		return nil
	}
	return &themes
}

// HandWritten returns the hand-written comments of a language as labelled texts: those of the test industries, or the
// others.
func HandWritten(lang string, test bool) ([]Labelled, error) {
	comments, err := corpora.Comments(lang)
	if err != nil {
		return nil, err
	}
	var rows []Labelled
	for i := range comments {
		c := &comments[i]
		if c.Test != test {
			continue
		}
		themes, kinds := c.Themes(), c.Kinds()
		rows = append(rows, Labelled{
			Dataset: "corpora", ID: fmt.Sprintf("%s-%d", lang, c.Line), Text: c.Text, Lang: lang, Score: c.Score,
			Sentiment: c.Sentiment(), Themes: &themes, Kinds: &kinds, Complete: true,
		})
	}
	return rows, nil
}
