package analysis

import (
	"cmp"
	"slices"

	"verbatim/corpora"
	"verbatim/feedback"
	"verbatim/models"
)

// Version is the version of the models and of what surrounds them; every analysis carries it.
const Version = "2026.11"

// Thresholds and weights of the decision, tuned on the training part of the corpora and on the public sets.
const (
	themeThreshold      = 0.2
	secondTheme         = 0.5 // of the likeliest theme's probability, what another theme of the statement needs
	sure                = 0.7 // how likely praise and complaint are when a comma may part them
	suggestionThreshold = 0.45
	confidenceFrom      = 0.18 // a tag that passed is right more often than its probability alone says,
	confidencePer       = 0.8  // most of all the likeliest theme of a statement
	contextWeight       = 0.2  // of the whole comment's outputs in those of a statement's sentiment
	questionThreshold   = 0.45
	evidenceShare       = 0.35 // of the strongest token: what counts as evidence
	mostEvidence        = 3    // spans for each theme
)

// scratch is what one analysis needs and the next uses again.
type scratch struct {
	text      folded
	found     []match
	clauses   []clause
	features  features
	extracted clause // whose features they are
	tagged    []tagged
	weights   []float32
	balance   float32            // of the whole comment: how much likelier praise is than complaint
	taxonomy  *feedback.Taxonomy // whose phrases book holds
	book      *phrasebook
	own       []ownMatch // the phrases of the taxonomy that stand in the text
}

// tagged is a statement with the outputs of the models.
type tagged struct {
	clause
	sums                        sums
	out                         logits
	themes                      [20]float32 // probabilities, as the following
	positive, neutral, negative float32
	suggestion, question        float32
	sentiment                   feedback.Sentiment
}

// tag cuts the folded text into statements and scores each.
func (s *scratch) tag(t *tagger) {
	s.found = t.lexicon.find(&s.text, s.found[:0])
	s.text.negate(s.found)
	s.clauses = clauses(&s.text, s.found, s.clauses)
	s.tagged = s.tagged[:0]
	for _, c := range s.clauses {
		s.tagged = append(s.tagged, s.weigh(t, c))
	}
	s.rejoin(t)
	whole := s.whole(t)
	praise, _, complaint := softmax3(whole[outPositive], whole[outNeutral], whole[outNegative])
	s.balance = praise - complaint
	for i := range s.tagged {
		s.tagged[i].decide(&whole, len(s.tagged) > 1)
	}
}

// weigh scores a clause.
func (s *scratch) weigh(t *tagger, c clause) tagged {
	st := tagged{clause: c}
	s.extract(c)
	st.sums.add(t, &s.features)
	st.out = t.score(&st.sums)
	return st
}

// extract fills the features of a clause, and remembers of which.
func (s *scratch) extract(c clause) {
	s.features.extract(&s.text, c.from, c.to, s.found)
	s.extracted = c
}

// rejoin makes one statement of clauses that only a comma parts, unless the one praises and the other complains.
func (s *scratch) rejoin(t *tagger) {
	kept := s.tagged[:0]
	for i := 0; i < len(s.tagged); i++ {
		st := s.tagged[i]
		joined := false
		for i+1 < len(s.tagged) && s.joins(&st, &s.tagged[i+1]) {
			i++
			st.to = s.tagged[i].to
			st.sums.addGrams(&s.tagged[i].sums)
			joined = true
		}
		if joined { // n-grams end at commas, signs count once
			s.features.extractSigns(&s.text, st.from, st.to, s.found)
			s.extracted = clause{}
			st.sums.signs = [models.Outputs]int32{}
			addRows(&st.sums.signs, t.signs, s.features.signs)
			st.out = t.score(&st.sums)
		}
		kept = append(kept, st)
	}
	s.tagged = kept
}

// joins reports whether only a comma parts a statement from the next: no word of contrast, and no surely other polarity.
func (s *scratch) joins(st, next *tagged) bool {
	return s.text.tokens[st.to-1].kind == comma && !s.contrasts(next.from) && !st.contradicts(next)
}

// contrasts reports whether a word of contrast ("but") stands at the token.
func (s *scratch) contrasts(at int) bool {
	return slices.ContainsFunc(s.found, func(m match) bool { return int(m.from) == at && m.phrase.sign == signContrast })
}

// contradicts reports whether one of two statements surely praises and the other surely complains.
func (st *tagged) contradicts(other *tagged) bool {
	p, _, n := softmax3(st.out[outPositive], st.out[outNeutral], st.out[outNegative])
	q, _, m := softmax3(other.out[outPositive], other.out[outNeutral], other.out[outNegative])
	return p >= sure && m >= sure || n >= sure && q >= sure
}

// whole scores the comment as a whole: the features of all its statements.
func (s *scratch) whole(t *tagger) logits {
	var all sums
	for i := range s.tagged {
		all.addGrams(&s.tagged[i].sums)
		for o, x := range s.tagged[i].sums.signs {
			all.signs[o] += x
		}
	}
	for o := range all.signs { // a sign weighs as in one statement, however long the text is
		all.signs[o] /= int32(len(s.tagged))
	}
	return t.score(&all)
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
func (s *scratch) gather(t *tagger, out *feedback.Analysis) {
	seen := map[feedback.Sentiment]bool{}
	for i := range s.tagged {
		st := &s.tagged[i]
		out.Statements = append(out.Statements, s.statement(t, st, out))
		seen[st.sentiment] = true
	}
	score := &feedback.SentimentScore{Label: feedback.Neutral, Score: round(float64(s.balance), 4)}
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
	if len(s.own) > 0 {
		s.mergeEvidence(out.Themes)
	}
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
func (s *scratch) statement(t *tagger, st *tagged, out *feedback.Analysis) feedback.Statement {
	start, end := s.text.span(st.clause)
	result := feedback.Statement{
		Span:      feedback.Span{Start: int(start), End: int(end), Text: s.text.text[start:end]},
		Sentiment: feedback.SentimentScore{Label: st.sentiment, Score: round(float64(st.positive-st.negative), 4)},
		Kinds:     st.kinds(),
	}
	if st.clause != s.extracted {
		s.extract(st.clause)
	}
	switch st.sentiment {
	case feedback.Positive:
		result.Evidence = s.evidence(t, st, outPositive)
	case feedback.Negative:
		result.Evidence = s.evidence(t, st, outNegative)
	}
	least := max(themeThreshold, secondTheme*slices.Max(st.themes[:]))
	for o, p := range st.themes {
		if p < least || !s.book.reported[o] {
			continue
		}
		id := corpora.ThemeIDs[o]
		evidence := s.evidence(t, st, o)
		if len(evidence) == 0 { // no word says it, only the bias and the look of the whole
			continue
		}
		result.Themes = append(result.Themes, feedback.StatementTheme{Theme: id, Sentiment: st.sentiment})
		addTheme(out, feedback.ThemeTag{Theme: id, Sentiment: st.sentiment, Confidence: round(confidenceFrom+confidencePer*float64(p), 4), Evidence: evidence})
	}
	if len(s.own) > 0 {
		s.addOwn(st, &result, out)
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

// urgency gives the marks whose terms stand in the text, neither negated ("I will not cancel") nor in praise ("my lawyer
// is happy with it").
func (s *scratch) urgency() []feedback.Urgency {
	var marks []feedback.Urgency
	for i, u := range feedback.Urgencies {
		if slices.ContainsFunc(s.found, func(m match) bool {
			return m.phrase.sign == signUrgency+sign(i) && !s.text.tokens[m.from].negated && !s.inPraise(m)
		}) {
			marks = append(marks, u)
		}
	}
	return marks
}

// inPraise reports whether a term stands in a statement that praises.
func (s *scratch) inPraise(m match) bool {
	for i := range s.tagged {
		if st := &s.tagged[i]; st.from <= int(m.from) && int(m.from) < st.to {
			return st.sentiment == feedback.Positive
		}
	}
	return false
}
