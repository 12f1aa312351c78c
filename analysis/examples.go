package analysis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"verbatim/corpora"
	"verbatim/feedback"
)

// Weights of evidence: hand-written feedback is strong, what is machine translated or not feedback at all is weak.
const (
	weightHandWritten = 5
	weightWeak        = 0.3
)

// weakDatasets are public sets whose texts are no feedback (tweets, forum posts), or whose labels are noisy.
var weakDatasets = map[string]float32{
	"umsab_tweets": 0.3, "sb10k": 0.3, "sentirueval_banks": 0.3, "wisesight": 0.3, "germeval2017": 0.5,
	"xed": 0.15, "xed_projections": 0.1, "scandisent_mt": 0.4, "nsmc": 0.5,
}

// example is a text ready for training: hashes of its features and what is known of its outputs.
type example struct {
	grams, signs []uint32
	general      int           // the first signs, which mean the same in every dataset; the others are the dataset's own
	dataset      string        // empty for a hand-written comment
	industry     uint64        // hash of a hand-written comment's
	hand         bool          // hand-written in our own schema: every theme is labelled
	target       [outputs]int8 // 1, 0, or unknown
	weight       float32
	base         logits // what the signs say, by a model that has not seen the industry
}

const unknown = -1

// trainingData holds the examples of each language and a digest of the texts and labels they come from.
type trainingData struct {
	byLang map[string][]example
	digest string
}

// languages returns the languages, those with most examples first.
func (d *trainingData) languages() []string {
	var langs []string
	for lang := range d.byLang {
		langs = append(langs, lang)
	}
	slices.SortFunc(langs, func(a, b string) int {
		if n := len(d.byLang[b]) - len(d.byLang[a]); n != 0 {
			return n
		}
		if a < b {
			return -1
		}
		return 1
	})
	return langs
}

// readExamples reads the labelled texts and extracts their features.
func readExamples(paths []string, options TrainOptions) (*trainingData, error) {
	rows, digest, err := readRows(paths, options)
	if err != nil {
		return nil, err
	}
	data := &trainingData{byLang: map[string][]example{}, digest: digest}
	covered := coverage(rows)
	done := 0
	for _, lang := range sortedKeys(rows) {
		x, err := newExtractor(lang)
		if err != nil {
			return nil, err
		}
		for i := range rows[lang] {
			data.byLang[lang] = x.append(data.byLang[lang], &rows[lang][i], covered[rows[lang][i].Dataset])
			if done++; done%20000 == 0 {
				options.report("features", done, 0)
			}
		}
		hand, err := x.handWritten(lang)
		if err != nil {
			return nil, err
		}
		data.byLang[lang] = append(data.byLang[lang], hand...)
	}
	return data, nil
}

// readRows reads the rows of the wanted languages, and every wanted language without a row gets an empty list.
func readRows(paths []string, options TrainOptions) (map[string][]Labelled, string, error) {
	rows := map[string][]Labelled{}
	for _, lang := range corpora.Languages() {
		if len(options.Languages) == 0 || slices.Contains(options.Languages, lang) {
			rows[lang] = nil
		}
	}
	digest := sha256.New()
	err := ReadLabelled(paths, func(row Labelled) error {
		if _, wanted := rows[row.Lang]; !wanted || slices.Contains(options.LeaveOut, row.Dataset) {
			return nil
		}
		rows[row.Lang] = append(rows[row.Lang], row)
		fmt.Fprintf(digest, "%s\x00%s\x00%v\x00%v\x00%v\x00", row.Text, row.Sentiment, row.Themes, row.Kinds, row.Weak)
		return nil
	})
	for _, lang := range sortedKeys(rows) {
		hand, herr := HandWritten(lang, false)
		if herr != nil {
			return nil, "", herr
		}
		for _, row := range hand {
			fmt.Fprintf(digest, "%s\x00%s\x00%v\x00", row.Text, row.Sentiment, *row.Themes)
		}
	}
	return rows, hex.EncodeToString(digest.Sum(nil)), err
}

// coverage says for each dataset which themes its annotators looked for: those with at least 20 rows. Silence about any
// other means nothing.
func coverage(rows map[string][]Labelled) map[string]*[20]bool {
	const enough = 20
	counts := map[string]*[20]int{}
	for _, list := range rows {
		for i := range list {
			r := &list[i]
			if r.Themes == nil {
				continue
			}
			if counts[r.Dataset] == nil {
				counts[r.Dataset] = &[20]int{}
			}
			for _, t := range *r.Themes {
				if o := slices.Index(corpora.ThemeIDs, t.Theme); o >= 0 {
					counts[r.Dataset][o]++
				}
			}
		}
	}
	covered := map[string]*[20]bool{}
	for dataset, n := range counts {
		covered[dataset] = &[20]bool{}
		for o := range n {
			covered[dataset][o] = n[o] >= enough
		}
	}
	return covered
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// everyTheme is what people look for who label in our own schema.
var everyTheme = [20]bool{true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true}

// extractor turns labelled texts of one language into examples.
type extractor struct {
	s scratch
	t tagger
}

func newExtractor(lang string) (*extractor, error) {
	terms, err := openLexicon(lang)
	if err != nil {
		return nil, err
	}
	return &extractor{t: tagger{lexicon: terms}}, nil
}

// prepare folds a text and finds its terms and negations.
func (x *extractor) prepare(text string) {
	x.s.text.fold(text)
	x.s.found = x.t.lexicon.find(&x.s.text, x.s.found[:0])
	x.s.text.negate(x.s.found)
}

// features extracts the features of the tokens.
func (x *extractor) features(from, to int) example {
	x.s.features.extract(&x.s.text, from, to, x.s.found)
	e := example{grams: hashes(x.s.features.grams), signs: hashes(x.s.features.signs), weight: 1}
	e.general = len(e.signs)
	for o := range e.target {
		e.target[o] = unknown
	}
	return e
}

func hashes(fs []feature) []uint32 {
	out := make([]uint32, len(fs))
	for i, f := range fs {
		out[i] = f.hash
	}
	return out
}

// append adds the example of a row; a row that says nothing the models learn is left out.
func (x *extractor) append(list []example, row *Labelled, covered *[20]bool) []example {
	const longest = 4000 // bytes: the rest of a very long text teaches little
	text := row.Text
	if len(text) > longest {
		text = text[:longest]
	}
	x.prepare(text)
	if len(x.s.text.tokens) == 0 {
		return list
	}
	e := x.features(0, len(x.s.text.tokens))
	if w, ok := weakDatasets[row.Dataset]; ok {
		e.weight = w
	} else if row.Weak {
		e.weight = weightWeak
	}
	e.dataset = row.Dataset
	if row.Complete { // labelled as our own comments are
		e.weight, covered = weightHandWritten, &everyTheme
	} else {
		e.addDataset(row.Dataset)
	}
	e.setSentiment(row)
	e.setThemes(row, covered)
	e.setKinds(row)
	if e.target == (example{target: blank()}).target {
		return list
	}
	return append(list, e)
}

// addDataset lets a dataset have its own priors, which are dropped when the models are used.
func (e *example) addDataset(dataset string) {
	e.signs = append(e.signs, finish(hashOf(dataset)))
}

func blank() (t [outputs]int8) {
	for o := range t {
		t[o] = unknown
	}
	return t
}

func (e *example) setSentiment(row *Labelled) {
	s := row.Sentiment
	if s == "" && row.Kinds != nil && len(*row.Kinds) == 1 {
		switch (*row.Kinds)[0] {
		case feedback.Praise:
			s = feedback.Positive
		case feedback.Complaint:
			s = feedback.Negative
		}
	}
	for i, label := range []feedback.Sentiment{feedback.Positive, feedback.Neutral, feedback.Negative} {
		if s != "" && s != feedback.Mixed {
			e.target[outPositive+i] = 0
			if s == label {
				e.target[outPositive+i] = 1
			}
		}
	}
}

func (e *example) setThemes(row *Labelled, covered *[20]bool) {
	if row.Themes == nil || covered == nil {
		return
	}
	for o, c := range covered {
		if c {
			e.target[o] = 0
		}
	}
	for _, t := range *row.Themes {
		if o := slices.Index(corpora.ThemeIDs, t.Theme); o >= 0 {
			e.target[o] = 1
		}
	}
}

func (e *example) setKinds(row *Labelled) {
	if row.Kinds == nil || !slices.Contains(*row.Kinds, feedback.Suggestion) && !slices.Contains(*row.Kinds, feedback.Other) {
		return // praise or complaint alone does not say that nothing is suggested
	}
	e.target[outSuggestion] = 0
	if slices.Contains(*row.Kinds, feedback.Suggestion) {
		e.target[outSuggestion] = 1
	}
}

// handWritten makes an example of every statement of the hand-written comments outside the test part.
func (x *extractor) handWritten(lang string) ([]example, error) {
	comments, err := corpora.Comments(lang)
	if err != nil {
		return nil, err
	}
	var list []example
	for i := range comments {
		if c := &comments[i]; !c.Test {
			x.prepare(c.Text)
			for j := range c.Statements {
				if e, ok := x.statement(&c.Statements[j]); ok {
					e.industry = uint64(finish(hashOf(c.Industry)))
					list = append(list, e)
				}
			}
		}
	}
	return list, nil
}

func (x *extractor) statement(st *feedback.Statement) (example, bool) {
	tokens := x.s.text.tokens
	from, _ := slices.BinarySearchFunc(tokens, int32(st.Start), func(t token, at int32) int { return int(t.start - at) })
	to, _ := slices.BinarySearchFunc(tokens, int32(st.End), func(t token, at int32) int { return int(t.start - at) })
	if from >= to {
		return example{}, false
	}
	e := x.features(from, to)
	e.weight, e.hand = weightHandWritten, true
	e.target = [outputs]int8{}
	for _, t := range st.Themes {
		e.target[slices.Index(corpora.ThemeIDs, t.Theme)] = 1
	}
	switch st.Sentiment.Label {
	case feedback.Positive:
		e.target[outPositive] = 1
	case feedback.Negative:
		e.target[outNegative] = 1
	default:
		e.target[outNeutral] = 1
	}
	for _, k := range st.Kinds {
		switch k {
		case feedback.Suggestion:
			e.target[outSuggestion] = 1
		case feedback.Question:
			e.target[outQuestion] = 1
		}
	}
	return e, true
}
