package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"verbatim/analysis"
	"verbatim/feedback"
)

// baseline is what other learners reached on one dataset: a line of the file that eval --beside reads. Figures are F1 in
// percent: macro over the labels present for sentiment, micro over the themes with at least fewestOfTheme rows.
type baseline struct {
	Task     string   `json:"task"`
	Language string   `json:"lang"`
	Dataset  string   `json:"dataset"`
	N        int      `json:"n"`
	FastText *float64 `json:"fasttext"`
	SVM      *float64 `json:"svm"`
}

const fewestOfTheme = 5

// readBaselines reads JSON Lines. An error names file and line.
func readBaselines(path string) ([]baseline, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, feedback.Errorf(feedback.NotFound, "eval --beside: %w", err)
	}
	defer file.Close()
	var list []baseline
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var b baseline
		if err := json.Unmarshal(lines.Bytes(), &b); err != nil {
			return nil, feedback.Errorf(feedback.Invalid, "eval --beside: %s:%d: %w", path, n, err)
		}
		list = append(list, b)
	}
	return list, lines.Err()
}

// writeBeside writes ours beside the baselines, and the means.
func writeBeside(w io.Writer, results []analysis.Quality, baselines []baseline) error {
	fmt.Fprintf(w, "%-4s %-24s %-10s %6s %9s %9s %9s\n", "lang", "dataset", "task", "n", "fasttext", "svm", "verbatim")
	for _, task := range []string{"sentiment", "themes"} {
		var fast, svm, ours mean
		for _, b := range baselines {
			q := sameAs(b, results)
			if b.Task != task || q == nil {
				continue
			}
			f1 := 100 * besideF1(q)
			fmt.Fprintf(w, "%-4s %-24s %-10s %6d %9s %9s %9.1f\n", b.Language, b.Dataset, task, q.N, fast.add(b.FastText), svm.add(b.SVM), f1)
			ours.add(&f1)
		}
		if _, err := fmt.Fprintf(w, "%-4s %-24s %-10s %6d %9s %9s %9s\n", "", "mean", task, ours.n, fast, svm, ours); err != nil {
			return fmt.Errorf("eval: %w", err)
		}
	}
	return nil
}

// sameAs returns our quality on what the baseline was measured on, or nil.
func sameAs(b baseline, results []analysis.Quality) *analysis.Quality {
	for i := range results {
		if q := &results[i]; q.Task == b.Task && q.Language == b.Language && q.Dataset == b.Dataset {
			return q
		}
	}
	return nil
}

// besideF1 is the figure that the baselines give for the task.
func besideF1(q *analysis.Quality) float64 {
	if q.Task != "themes" {
		return q.MacroF1
	}
	var hit, given, found float64
	for _, l := range q.Labels {
		if l.N < fewestOfTheme {
			continue
		}
		h := l.Recall * float64(l.N)
		hit, given = hit+h, given+float64(l.N)
		if l.Precision > 0 {
			found += h / l.Precision
		}
	}
	if given+found == 0 {
		return 0
	}
	return 2 * hit / (given + found)
}

// mean adds up figures, of which some may be missing.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x *float64) string {
	if x == nil {
		return "–"
	}
	m.sum, m.n = m.sum+*x, m.n+1
	return fmt.Sprintf("%.1f", *x)
}

func (m mean) String() string {
	if m.n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", m.sum/float64(m.n))
}
