package analysis

import (
	"cmp"
	"slices"

	"verbatim/corpora"
	"verbatim/feedback"
)

// Version is the version of the models and of what surrounds them; every analysis carries it.
const Version = "2026.11"

// Thresholds and weights of the decision, tuned on the training part of the corpora and on the public sets.
const (
	themeThreshold      = 0.25
	suggestionThreshold = 0.45
	questionThreshold   = 0.45
	contextWeight       = 0.35 // of the whole comment's outputs in those of a statement's sentiment
	evidenceShare       = 0.35 // of the strongest token: what counts as evidence
	mostEvidence        = 3    // spans for each theme
)

// scratch is what one analysis needs and the next uses again.
type scratch struct {
	text     folded
	found    []match
	clauses  []clause
	features features
	tagged   []tagged
	weights  []float32
}

// tagged is a statement with the outputs of the models.
type tagged struct {
	clause
	sums                        [2]sums // shared, own
	out                         logits
	themes                      [20]float32 // probabilities, as the following
	positive, neutral, negative float32
	suggestion, question        float32
	sentiment                   feedback.Sentiment
	words                       int
}

// tag cuts the folded text into statements and scores each.
func (s *scratch) tag(t *tagger) {
	s.found = t.lexicon.find(&s.text, s.found[:0])
	s.text.negate(s.found)
	s.clauses = clauses(&s.text, s.found, s.clauses)
	s.tagged = s.tagged[:0]
	for _, c := range s.clauses {
		s.tagged = append(s.tagged, tagged{clause: c})
		st := &s.tagged[len(s.tagged)-1]
		words, solids := s.text.count(c)
		st.words = words + solids/2
		s.features.extract(&s.text, c.from, c.to, s.found)
		st.sums[0].add(t.shared, &s.features)
		if t.own != nil {
			st.sums[1].add(t.own, &s.features)
		}
		t.score(&st.sums, &st.out)
	}
	whole := s.whole(t)
	for i := range s.tagged {
		s.tagged[i].decide(&whole, len(s.tagged) > 1)
	}
}

// score turns sums into outputs.
func (t *tagger) score(sums *[2]sums, out *logits) {
	sums[0].logits(t.shared, out)
	if t.own != nil {
		sums[1].logits(t.own, out)
	}
}

// whole scores the comment as a whole: the features of all its statements.
func (s *scratch) whole(t *tagger) logits {
	var all [2]sums
	for i := range s.tagged {
		for k := range all {
			p := &s.tagged[i].sums[k]
			all[k].nGrams += p.nGrams
			for o := range p.grams {
				all[k].grams[o] += p.grams[o]
				all[k].signs[o] += p.signs[o]
			}
		}
	}
	var out logits
	t.score(&all, &out)
	return out
}

// decide turns the outputs into probabilities and the sentiment; in a comment of several statements the whole has a say
// in the sentiment of each.
func (st *tagged) decide(whole *logits, several bool) {
	out := st.out
	if several {
		for o := outPositive; o <= outNegative; o++ {
			out[o] = (1-contextWeight)*out[o] + contextWeight*whole[o]
		}
	}
	for o := range st.themes {
		st.themes[o] = sigmoid(out[o])
	}
	st.suggestion, st.question = sigmoid(out[outSuggestion]), sigmoid(out[outQuestion])
	st.positive, st.neutral, st.negative = softmax3(out[outPositive], out[outNeutral], out[outNegative])
	switch max(st.positive, st.neutral, st.negative) {
	case st.positive:
		st.sentiment = feedback.Positive
	case st.negative:
		st.sentiment = feedback.Negative
	default:
		st.sentiment = feedback.Neutral
	}
}

// kinds says what the statement does.
func (st *tagged) kinds() []feedback.Kind {
	var kinds []feedback.Kind
	switch st.sentiment {
	case feedback.Positive:
		kinds = append(kinds, feedback.Praise)
	case feedback.Negative:
		kinds = append(kinds, feedback.Complaint)
	}
	if st.suggestion >= suggestionThreshold {
		kinds = append(kinds, feedback.Suggestion)
	}
	if st.question >= questionThreshold {
		kinds = append(kinds, feedback.Question)
	}
	if len(kinds) == 0 {
		kinds = append(kinds, feedback.Other)
	}
	return kinds
}

// gather makes the comment's analysis of its statements.
func (s *scratch) gather(t *tagger, taxonomy *feedback.Taxonomy, out *feedback.Analysis) {
	var balance float32
	var words int
	seen := map[feedback.Sentiment]bool{}
	for i := range s.tagged {
		st := &s.tagged[i]
		out.Statements = append(out.Statements, s.statement(t, taxonomy, st, out))
		w := max(st.words, 1)
		balance += float32(w) * (st.positive - st.negative)
		words += w
		seen[st.sentiment] = true
	}
	score := &feedback.SentimentScore{Label: feedback.Neutral, Score: round(float64(balance)/float64(words), 4)}
	switch {
	case seen[feedback.Positive] && seen[feedback.Negative]:
		score.Label = feedback.Mixed
	case seen[feedback.Positive]:
		score.Label = feedback.Positive
	case seen[feedback.Negative]:
		score.Label = feedback.Negative
	}
	out.Sentiment = score
	out.Kinds = unite(out.Statements)
	out.Urgency = s.urgency()
	slices.SortStableFunc(out.Themes, func(a, b feedback.ThemeTag) int {
		return cmp.Or(cmp.Compare(firstEvidence(a), firstEvidence(b)), cmp.Compare(a.Theme, b.Theme), cmp.Compare(a.Sentiment, b.Sentiment))
	})
}

func firstEvidence(t feedback.ThemeTag) int {
	if len(t.Evidence) == 0 {
		return 1 << 30
	}
	return t.Evidence[0].Start
}

// statement makes one statement and adds its themes to the comment's.
func (s *scratch) statement(t *tagger, taxonomy *feedback.Taxonomy, st *tagged, out *feedback.Analysis) feedback.Statement {
	start, end := s.text.span(st.clause)
	result := feedback.Statement{
		Span:      feedback.Span{Start: int(start), End: int(end), Text: s.text.text[start:end]},
		Sentiment: feedback.SentimentScore{Label: st.sentiment, Score: round(float64(st.positive-st.negative), 4)},
		Kinds:     st.kinds(),
	}
	extracted := false
	for o, p := range st.themes {
		if p < themeThreshold {
			continue
		}
		id := corpora.ThemeIDs[o]
		if _, ok := taxonomy.Theme(id); !ok {
			continue
		}
		if !extracted {
			s.features.extract(&s.text, st.from, st.to, s.found)
			extracted = true
		}
		result.Themes = append(result.Themes, feedback.StatementTheme{Theme: id, Sentiment: st.sentiment})
		addTheme(out, feedback.ThemeTag{Theme: id, Sentiment: st.sentiment, Confidence: round(float64(p), 4), Evidence: s.evidence(t, st, o)})
	}
	return result
}

// addTheme adds a theme to the comment, or its evidence when the comment has it.
func addTheme(out *feedback.Analysis, tag feedback.ThemeTag) {
	for i := range out.Themes {
		if t := &out.Themes[i]; t.Theme == tag.Theme && t.Sentiment == tag.Sentiment {
			t.Confidence = max(t.Confidence, tag.Confidence)
			t.Evidence = append(t.Evidence, tag.Evidence...)
			return
		}
	}
	out.Themes = append(out.Themes, tag)
}

// unite gives the comment's kinds: those of its statements, other only when there is nothing else.
func unite(statements []feedback.Statement) []feedback.Kind {
	var kinds []feedback.Kind
	for _, k := range feedback.Kinds {
		for i := range statements {
			if slices.Contains(statements[i].Kinds, k) && (k != feedback.Other || len(kinds) == 0) {
				kinds = append(kinds, k)
				break
			}
		}
	}
	return kinds
}

// urgency gives the marks whose terms stand in the text, not negated ("I will not cancel").
func (s *scratch) urgency() []feedback.Urgency {
	var marks []feedback.Urgency
	for i, u := range feedback.Urgencies {
		for _, m := range s.found {
			if m.phrase.sign == signUrgency+sign(i) && !s.text.tokens[m.from].negated {
				marks = append(marks, u)
				break
			}
		}
	}
	return marks
}
