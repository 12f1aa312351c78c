package analysis

import (
	"cmp"
	"math"
	"slices"

	"verbatim/feedback"
	"verbatim/models"
)

// evidence returns the words that decided for an output: every feature's weight is shared out to the tokens it comes
// from, and the tokens that reach evidenceShare of the strongest are evidence; neighbours make one span.
func (s *scratch) evidence(t *tagger, st *tagged, output int) []feedback.Span {
	s.weights = append(s.weights[:0], make([]float32, st.to-st.from)...)
	scale := gramScale(len(s.features.grams))
	for _, f := range s.features.grams {
		s.share(t.grams, f, st, output, scale)
	}
	for _, f := range s.features.signs {
		s.share(t.signs, f, st, output, t.grams.Header.Signs[output])
	}
	strongest := slices.Max(s.weights)
	if strongest <= 0 {
		return nil
	}
	var spans []feedback.Span
	var strengths []float32
	for i, w := range s.weights {
		tok := &s.text.tokens[st.from+i]
		if w < evidenceShare*strongest || tok.kind > symbol {
			continue
		}
		if n := len(spans); n > 0 && s.adjoin(spans[n-1].End, int(tok.start)) {
			spans[n-1].End = int(tok.end)
			strengths[n-1] = max(strengths[n-1], w)
			continue
		}
		spans = append(spans, feedback.Span{Start: int(tok.start), End: int(tok.end)})
		strengths = append(strengths, w)
	}
	spans = strongestSpans(spans, strengths)
	for i := range spans {
		spans[i].Text = s.text.text[spans[i].Start:spans[i].End]
	}
	return spans
}

// share adds a feature's weight to its tokens.
func (s *scratch) share(m *models.Linear, f feature, st *tagged, output int, scale float32) {
	n := int(f.to) - int(f.from)
	if n <= 0 {
		return
	}
	w := weight(m, f.hash, output) * scale / float32(n)
	for i := int(f.from); i < int(f.to); i++ {
		s.weights[i-st.from] += w
	}
}

// adjoin reports whether only white space lies between two offsets.
func (s *scratch) adjoin(end, start int) bool {
	for i := end; i < start; i++ {
		if s.text.text[i] > ' ' {
			return false
		}
	}
	return true
}

// strongestSpans keeps the mostEvidence strongest, in the order of the text.
func strongestSpans(spans []feedback.Span, strengths []float32) []feedback.Span {
	if len(spans) <= mostEvidence {
		return spans
	}
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(strengths[b], strengths[a]) })
	order = order[:mostEvidence]
	slices.Sort(order)
	kept := make([]feedback.Span, mostEvidence)
	for i, k := range order {
		kept[i] = spans[k]
	}
	return kept
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p)/p + 0 // + 0 makes −0 zero
}
