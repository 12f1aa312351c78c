package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"verbatim/corpora"
	"verbatim/feedback"
)

// Tally counts for one label: how often it was there and found, found though not there, and there though not found.
type Tally struct{ Hit, False, Missed int }

// PrecisionRecallF1 returns the three figures, each from 0 to 1; 0 where nothing was there and nothing found.
func (t Tally) PrecisionRecallF1() (precision, recall, f1 float64) {
	precision = ratio(t.Hit, t.Hit+t.False)
	recall = ratio(t.Hit, t.Hit+t.Missed)
	return precision, recall, ratio(2*t.Hit, 2*t.Hit+t.False+t.Missed)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// LabelQuality is the quality of one label.
type LabelQuality struct {
	Label     string  `json:"label"`
	N         int     `json:"n"` // how often the label was given by people
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"` // or sensitivity
	F1        float64 `json:"f1"`
	// Specificity is of the texts that people did not give the label, how many did not get it.
	Specificity float64 `json:"specificity"`
}

// Quality is the quality of one task on the texts of one dataset in one language. F1 figures are from 0 to 1; the macro
// mean is over the labels that people gave.
type Quality struct {
	Language string         `json:"language"`
	Dataset  string         `json:"dataset"`
	Task     string         `json:"task"` // sentiment, sentiment4, themes, themes_polarity, kinds, language
	N        int            `json:"n"`
	MacroF1  float64        `json:"macro_f1"`
	MicroF1  float64        `json:"micro_f1"`
	Labels   []LabelQuality `json:"labels"`
	// CalibrationError is the expected calibration error of the themes' confidence, from 0 to 1: in ten bins of
	// confidence, how far its mean is from the share of tags that people agree with, weighted by tags (Naeini et al. 2015).
	CalibrationError float64 `json:"calibration_error,omitempty"`
}

// Evaluation gathers tallies while labelled texts are analysed.
type Evaluation struct {
	analyzer *Analyzer
	cells    map[cell]map[string]*Tally
	n        map[cell]int
	complete map[string]bool // datasets whose people looked for every theme
	bins     map[cell]*[bins]bin
}

// bin counts the tags of a range of confidence.
type bin struct {
	n, right int
	sum      float64 // of their confidence
}

const bins = 10

type cell struct{ language, dataset, task string }

// NewEvaluation returns an empty evaluation of the analyzer.
func NewEvaluation(a *Analyzer) *Evaluation {
	return &Evaluation{analyzer: a, cells: map[cell]map[string]*Tally{}, n: map[cell]int{}, complete: map[string]bool{}, bins: map[cell]*[bins]bin{}}
}

// Add analyses one labelled text and counts. The label's language is the hint where the text was labelled with one, since
// language has a task of its own.
func (e *Evaluation) Add(row *Labelled) error {
	found, err := e.analyzer.Analyze(row.Text, Hint{Lang: row.Lang}, nil)
	if err != nil {
		return err
	}
	if row.Lang != "" {
		e.count(row, "language", []string{row.Lang}, []string{e.analyzer.language.Detect(row.Text, Hint{}).Code})
	}
	if !found.Language.Tagged() || found.Sentiment == nil {
		return nil
	}
	e.addSentiment(row, found)
	e.addThemes(row, found)
	if row.Kinds != nil {
		e.count(row, "kinds", names(*row.Kinds), names(found.Kinds))
	}
	return nil
}

func names[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// addSentiment counts three labels, where mixed takes the sign of its score and texts that people call mixed are left
// out, and four.
func (e *Evaluation) addSentiment(row *Labelled, found *feedback.Analysis) {
	if row.Sentiment == "" {
		return
	}
	label := found.Sentiment.Label
	e.count(row, "sentiment4", []string{string(row.Sentiment)}, []string{string(label)})
	if row.Sentiment == feedback.Mixed {
		return
	}
	if label == feedback.Mixed {
		label = feedback.Negative
		if found.Sentiment.Score > 0 {
			label = feedback.Positive
		}
	}
	e.count(row, "sentiment", []string{string(row.Sentiment)}, []string{string(label)})
}

func (e *Evaluation) addThemes(row *Labelled, found *feedback.Analysis) {
	if row.Themes == nil {
		return
	}
	e.complete[row.Dataset] = row.Complete
	var gold, goldPolar, ours, oursPolar []string
	polar := true
	for _, t := range *row.Themes {
		gold = append(gold, t.Theme)
		goldPolar = append(goldPolar, t.Theme+":"+string(t.Sentiment))
		polar = polar && t.Sentiment != ""
	}
	for _, t := range found.Themes {
		ours = append(ours, t.Theme)
		oursPolar = append(oursPolar, t.Theme+":"+string(t.Sentiment))
	}
	e.count(row, "themes", gold, ours)
	e.calibrate(row, found)
	if polar {
		e.count(row, "themes_polarity", goldPolar, oursPolar)
	}
}

// calibrate counts a tag as right when people gave the theme.
func (e *Evaluation) calibrate(row *Labelled, found *feedback.Analysis) {
	c := cell{row.Lang, row.Dataset, "themes"}
	if e.bins[c] == nil {
		e.bins[c] = &[bins]bin{}
	}
	for _, tag := range found.Themes {
		b := &e.bins[c][min(bins-1, int(tag.Confidence*bins))]
		b.n++
		b.sum += tag.Confidence
		if slices.ContainsFunc(*row.Themes, func(t feedback.StatementTheme) bool { return t.Theme == tag.Theme }) {
			b.right++
		}
	}
}

func calibrationError(list *[bins]bin) float64 {
	total, off := 0, 0.0
	for _, b := range list {
		total += b.n
		off += math.Abs(b.sum - float64(b.right))
	}
	return off / float64(max(1, total))
}

// count compares two sets of labels.
func (e *Evaluation) count(row *Labelled, task string, gold, found []string) {
	c := cell{row.Lang, row.Dataset, task}
	if e.cells[c] == nil {
		e.cells[c] = map[string]*Tally{}
	}
	e.n[c]++
	tally := func(label string) *Tally {
		if e.cells[c][label] == nil {
			e.cells[c][label] = &Tally{}
		}
		return e.cells[c][label]
	}
	slices.Sort(gold)
	slices.Sort(found)
	gold, found = slices.Compact(gold), slices.Compact(found)
	for _, label := range gold {
		if slices.Contains(found, label) {
			tally(label).Hit++
		} else {
			tally(label).Missed++
		}
	}
	for _, label := range found {
		if !slices.Contains(gold, label) {
			tally(label).False++
		}
	}
}

// Results returns the quality of every task, ordered by language, dataset and task. Themes that the people behind a
// dataset never looked for (no row has them) do not count there.
func (e *Evaluation) Results() []Quality {
	var out []Quality
	for c, tallies := range e.cells {
		out = append(out, e.result(c, tallies))
	}
	sortQuality(out)
	return out
}

func sortQuality(list []Quality) {
	tasks := []string{"language", "sentiment", "sentiment4", "themes", "themes_polarity", "kinds"}
	slices.SortFunc(list, func(a, b Quality) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Dataset, b.Dataset),
			cmp.Compare(slices.Index(tasks, a.Task), slices.Index(tasks, b.Task)))
	})
}

func (e *Evaluation) result(c cell, tallies map[string]*Tally) Quality {
	q := Quality{Language: c.language, Dataset: c.dataset, Task: c.task, N: e.n[c]}
	var all Tally
	macro := 0.0
	for _, label := range sortedKeys(tallies) {
		t := *tallies[label]
		if t.Hit+t.Missed == 0 && (c.task == "themes" || c.task == "themes_polarity") && !e.lookedFor(c, label) {
			continue
		}
		all.Hit, all.False, all.Missed = all.Hit+t.Hit, all.False+t.False, all.Missed+t.Missed
		l := LabelQuality{Label: label, N: t.Hit + t.Missed}
		l.Precision, l.Recall, l.F1 = t.PrecisionRecallF1()
		l.Specificity = ratio(q.N-l.N-t.False, q.N-l.N)
		q.Labels = append(q.Labels, l)
		if l.N > 0 {
			macro += l.F1
		}
	}
	given := 0
	for _, l := range q.Labels {
		if l.N > 0 {
			given++
		}
	}
	if given > 0 {
		q.MacroF1 = macro / float64(given)
	}
	_, _, q.MicroF1 = all.PrecisionRecallF1()
	if list := e.bins[c]; list != nil {
		q.CalibrationError = calibrationError(list)
	}
	return q
}

// lookedFor reports whether a theme's absence means something in the dataset: texts in our own schema are labelled with
// all themes, a public set with those that occur in it.
func (e *Evaluation) lookedFor(c cell, label string) bool {
	if e.complete[c.dataset] {
		return true
	}
	theme := label
	for _, id := range corpora.ThemeIDs {
		if len(label) > len(id) && label[:len(id)+1] == id+":" {
			theme = id
		}
	}
	for other, t := range e.cells[cell{c.language, c.dataset, "themes"}] {
		if other == theme && t.Hit+t.Missed > 0 {
			return true
		}
	}
	return false
}

// String gives a line for a table.
func (q Quality) String() string {
	return fmt.Sprintf("%-4s %-28s %-16s %6d  macro %5.1f  micro %5.1f", q.Language, q.Dataset, q.Task, q.N, 100*q.MacroF1, 100*q.MicroF1)
}
