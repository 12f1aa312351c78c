package analysis

import (
	"cmp"
	"slices"

	"verbatim/corpora"
	"verbatim/feedback"
)

// find appends the phrases that stand in the text to found, in order of their first token.
func (t *phraseTable) find(f *folded, lang string, found []ownMatch) []ownMatch {
	for i := range f.tokens {
		token := &f.tokens[i]
		if token.kind > symbol {
			continue
		}
		runes := f.runes[token.from:token.to]
		h := uint64(hashSeed)
		for _, r := range runes[:min(len(runes), longestStart)] {
			h = mix(h, r)
			found = t.try(f, i, t.starts[h], found)
		}
		if lang == "ar" && token.kind == word {
			if stem := t.stemStart(runes); stem != h {
				found = t.try(f, i, t.starts[stem], found)
			}
		}
	}
	return found
}

// try appends those of the phrases that stand at token i.
func (t *phraseTable) try(f *folded, i int, numbers []int32, found []ownMatch) []ownMatch {
	for _, number := range numbers {
		if m, ok := t.stands(f, i, &t.phrases[number]); ok {
			found = append(found, m)
		}
	}
	return found
}

// stands reports whether the phrase stands at token i, and where it ends.
func (t *phraseTable) stands(f *folded, i int, p *ownPhrase) (ownMatch, bool) {
	m := ownMatch{from: i, theme: p.theme, confidence: p.most}
	for k := range p.words {
		if k > 0 {
			i = f.nextWord(i)
		}
		if i >= len(f.tokens) {
			return m, false
		}
		written, same := t.same(f, &f.tokens[i], &p.words[k])
		if !same {
			return m, false
		}
		if !written {
			m.confidence = min(m.confidence, confidenceInflected)
		}
	}
	m.to = i + 1
	return m, true
}

// nextWord returns the next token of a phrase: marks such as a hyphen, and a dot with no space around, may lie between.
func (f *folded) nextWord(i int) int {
	for i++; i < len(f.tokens); i++ {
		t := &f.tokens[i]
		inside := t.start == f.tokens[i-1].end && i+1 < len(f.tokens) && t.end == f.tokens[i+1].start
		if t.kind == mark || inside && (t.kind == stop || t.kind == comma) {
			continue
		}
		break
	}
	return i
}

// same reports whether a token is the word of a phrase, and whether as it is written.
func (t *phraseTable) same(f *folded, token *token, w *ownWord) (written, same bool) {
	if token.kind > symbol {
		return false, false
	}
	if writtenHash(f, token) == w.hash {
		return true, true
	}
	if token.kind != word {
		return false, false
	}
	if w.prefix {
		return true, f.begins(token, w.hash)
	}
	return false, t.inflected(f.runes[token.from:token.to], w)
}

// inflected reports whether a word of the text is another form of a phrase's.
func (t *phraseTable) inflected(form []rune, w *ownWord) bool {
	if w.runes != nil && t.inflection.sameButEnding(w.runes, form) {
		return true
	}
	return w.stem != 0 && (!w.gerund || isGerund(form)) && hashOf(t.inflection.stemOf(string(form))) == w.stem
}

// addOwn adds what the phrases of the taxonomy say to a statement and to the comment. Evidence is the words found.
func (s *scratch) addOwn(st *tagged, statement *feedback.Statement, out *feedback.Analysis) {
	for i := range s.own {
		m := &s.own[i]
		if m.from < st.from || m.from >= st.to {
			continue
		}
		id := s.book.themes[m.theme].ID
		start, end := s.text.tokens[m.from].start, s.text.tokens[m.to-1].end
		theme := feedback.StatementTheme{Theme: id, Sentiment: st.sentiment}
		if !slices.Contains(statement.Themes, theme) {
			statement.Themes = append(statement.Themes, theme)
		}
		addTheme(out, feedback.ThemeTag{
			Theme: id, Sentiment: st.sentiment, Confidence: m.confidence,
			Evidence: []feedback.Span{{Start: int(start), End: int(end), Text: s.text.text[start:end]}},
		})
	}
}

// mergeEvidence puts the evidence of tags that phrases made in the order of the text, without overlaps.
func (s *scratch) mergeEvidence(tags []feedback.ThemeTag) {
	for i := range tags {
		list := tags[i].Evidence
		slices.SortFunc(list, func(a, b feedback.Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
		kept := list[:0]
		for _, e := range list {
			if n := len(kept); n > 0 && e.Start < kept[n-1].End {
				kept[n-1].End = max(kept[n-1].End, e.End)
				kept[n-1].Text = s.text.text[kept[n-1].Start:kept[n-1].End]
				continue
			}
			kept = append(kept, e)
		}
		tags[i].Evidence = kept
	}
}

// isTerm reports whether a phrase is one of the terms.
func isTerm(phrase string, terms []corpora.Term) bool {
	text, _, _ := readPhrase(phrase)
	var p, q folded
	p.fold(text)
	return len(p.tokens) > 0 && slices.ContainsFunc(terms, func(term corpora.Term) bool {
		q.fold(term.Text)
		if len(q.tokens) != len(p.tokens) {
			return false
		}
		last := len(p.tokens) - 1
		for i := range p.tokens {
			same := p.tokens[i].hash == q.tokens[i].hash || i == last && term.Prefix && p.begins(&p.tokens[i], q.tokens[i].hash)
			if !same {
				return false
			}
		}
		return true
	})
}
