package feedback

import "slices"

// CheckSingle reports whether the filter can be evaluated on one response by itself: an [Invalid] error when it asks for
// words of the text, which needs the index, or for a taxonomy version, of which a response has only the current one.
func (f *Filter) CheckSingle() error {
	if f.Match != "" {
		return Errorf(Invalid, "match cannot be used here: words are found by the index, not in a single response")
	}
	if f.Taxonomy != "" {
		return Errorf(Invalid, "taxonomy cannot be used here: a response has the tags of the current one")
	}
	return nil
}

// Matches reports whether the filter chooses a response, as the index would. It ignores what [Filter.CheckSingle] refuses.
// An attribute that the response lacks is no error here: only != holds for it.
func (f *Filter) Matches(a *Analysed) bool {
	return (len(f.Surveys) == 0 || slices.Contains(f.Surveys, a.Survey)) &&
		(len(f.Groups) == 0 || a.Score.Scored() && slices.Contains(f.Groups, a.Score.Group())) &&
		(f.Mismatch == nil || a.Analysis.Mismatch(a.Score) == *f.Mismatch) &&
		f.matchesTime(a) && f.matchesAnalysis(a.Analysis) && f.matchesAttributes(a)
}

// matchesTime holds for no response without a time when the filter has a range.
func (f *Filter) matchesTime(a *Analysed) bool {
	if f.From.IsZero() && f.Until.IsZero() {
		return true
	}
	at := a.SubmittedAt
	return !at.IsZero() && !at.Before(f.From) && (f.Until.IsZero() || at.Before(f.Until))
}

// matchesAnalysis looks at what the comment says; nil says nothing.
func (f *Filter) matchesAnalysis(a *Analysis) bool {
	if len(f.Languages)+len(f.Themes)+len(f.Sentiments)+len(f.Kinds) == 0 {
		return true
	}
	if a == nil {
		return false
	}
	return (len(f.Languages) == 0 || slices.Contains(f.Languages, a.Language.Code)) &&
		(len(f.Themes) == 0 || slices.ContainsFunc(f.Themes, func(t ThemeCondition) bool { return a.Has(t.Theme, t.Sentiment) })) &&
		(len(f.Sentiments) == 0 || a.Sentiment != nil && slices.Contains(f.Sentiments, a.Sentiment.Label)) &&
		(len(f.Kinds) == 0 || slices.ContainsFunc(f.Kinds, a.HasKind))
}

func (f *Filter) matchesAttributes(a *Analysed) bool {
	for i := range f.Where {
		c := &f.Where[i]
		if value, present := a.Attribute(c.Attribute); !c.Holds(value, present) {
			return false
		}
	}
	return true
}
