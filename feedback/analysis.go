package feedback

import (
	"slices"
	"unicode/utf8"
)

// Sentiment says whether a text praises or complains.
type Sentiment string

// The sentiments. A comment is mixed when it praises one thing and complains of another; a theme or a statement never is.
const (
	Positive Sentiment = "positive"
	Neutral  Sentiment = "neutral"
	Negative Sentiment = "negative"
	Mixed    Sentiment = "mixed"
)

// Sentiments lists the sentiments in the order of the contracts.
var Sentiments = []Sentiment{Positive, Neutral, Negative, Mixed}

// Kind says what a statement does.
type Kind string

// The kinds.
const (
	Praise     Kind = "praise"
	Complaint  Kind = "complaint"
	Suggestion Kind = "suggestion"
	Question   Kind = "question"
	Other      Kind = "other"
)

// Kinds lists the kinds in the order of the contracts.
var Kinds = []Kind{Praise, Complaint, Suggestion, Question, Other}

// Urgency marks a comment that somebody should read now.
type Urgency string

// The urgencies.
const (
	ChurnRisk      Urgency = "churn_risk"
	LegalThreat    Urgency = "legal_threat"
	Safety         Urgency = "safety"
	DataProtection Urgency = "data_protection"
	ReplyWanted    Urgency = "reply_wanted"
)

// Urgencies lists the urgencies in the order of the contracts.
var Urgencies = []Urgency{ChurnRisk, LegalThreat, Safety, DataProtection, ReplyWanted}

// Undetermined is the language code of a text whose language nothing tells.
const Undetermined = "und"

// Language is what a text is written in: an ISO 639-1 code or [Undetermined], a confidence from 0 to 1, and whether
// there is a model for it.
type Language struct {
	Code       string  `json:"code"`
	Confidence float64 `json:"confidence"`
	Supported  bool    `json:"supported"`
}

// Tagged reports whether the text got tags: its language is supported or undetermined (then the model shared by all
// languages decided).
func (l Language) Tagged() bool { return l.Supported || l.Code == Undetermined }

// SentimentScore is a sentiment with its balance in [−1, 1].
type SentimentScore struct {
	Label Sentiment `json:"label"`
	Score float64   `json:"score"`
}

// Span is a piece of a text, from Start up to but without End; in bytes inside Go, in code points in contracts.
type Span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// ThemeTag is a theme of a comment with its polarity: positive, neutral or negative. Confidence is from 0 to 1. Evidence
// holds the words that decided, in the order of the text.
type ThemeTag struct {
	Theme      string    `json:"theme"`
	Sentiment  Sentiment `json:"sentiment"`
	Confidence float64   `json:"confidence"`
	Evidence   []Span    `json:"evidence"`
}

// StatementTheme is a theme of a statement with its polarity.
type StatementTheme struct {
	Theme     string    `json:"theme"`
	Sentiment Sentiment `json:"sentiment"`
}

// Statement is one clause of a comment. Evidence holds the words that weighed most in its sentiment, in the order of the
// text; a neutral statement has none.
type Statement struct {
	Span
	Sentiment SentimentScore   `json:"sentiment"`
	Kinds     []Kind           `json:"kinds"`
	Themes    []StatementTheme `json:"themes"`
	Evidence  []Span           `json:"evidence"`
}

// Analysis is what one text says. Themes has one entry for each (theme, sentiment), ordered by first evidence, then id.
// For a language without models Supported is false, Sentiment nil and the lists are empty.
type Analysis struct {
	Language   Language        `json:"language"`
	Sentiment  *SentimentScore `json:"sentiment"`
	Kinds      []Kind          `json:"kinds"`
	Themes     []ThemeTag      `json:"themes"`
	Statements []Statement     `json:"statements"`
	Urgency    []Urgency       `json:"urgency"`
	Model      string          `json:"model"`
	Taxonomy   string          `json:"taxonomy"`
}

// Has reports whether the analysis has the theme with the sentiment ("" for any). A subtheme counts for its parent.
func (a *Analysis) Has(theme string, sentiment Sentiment) bool {
	for _, tag := range a.Themes {
		if (sentiment == "" || tag.Sentiment == sentiment) && (tag.Theme == theme || ParentTheme(tag.Theme) == theme) {
			return true
		}
	}
	return false
}

// HasKind reports whether the analysis has the kind.
func (a *Analysis) HasKind(kind Kind) bool {
	return slices.Contains(a.Kinds, kind)
}

// Mismatch reports whether a text contradicts its score: a promoter (9–10) with nothing but complaint, or a score of 0–4
// with nothing but praise.
func (a *Analysis) Mismatch(score Score) bool {
	if a == nil || !score.Scored() || a.Sentiment == nil {
		return false
	}
	praise, complaint := a.HasKind(Praise), a.HasKind(Complaint)
	switch {
	case score >= 9:
		return a.Sentiment.Label == Negative && complaint && !praise
	case score <= 4:
		return a.Sentiment.Label == Positive && praise && !complaint
	}
	return false
}

// CodePoints returns a copy of the analysis of text whose offsets count Unicode code points instead of bytes, with no nil
// lists: the form of the contracts.
func (a *Analysis) CodePoints(text string) *Analysis {
	if a == nil {
		return nil
	}
	out := *a
	c := counter{text: text}
	out.Kinds = append([]Kind{}, a.Kinds...)
	out.Urgency = append([]Urgency{}, a.Urgency...)
	out.Themes = append([]ThemeTag{}, a.Themes...)
	for i := range out.Themes {
		out.Themes[i].Evidence = append([]Span{}, out.Themes[i].Evidence...)
		for j := range out.Themes[i].Evidence {
			c.convert(&out.Themes[i].Evidence[j])
		}
	}
	out.Statements = append([]Statement{}, a.Statements...)
	for i := range out.Statements {
		s := &out.Statements[i]
		c.convert(&s.Span)
		s.Kinds = append([]Kind{}, s.Kinds...)
		s.Themes = append([]StatementTheme{}, s.Themes...)
		s.Evidence = append([]Span{}, s.Evidence...)
		for j := range s.Evidence {
			c.convert(&s.Evidence[j])
		}
	}
	return &out
}

// counter turns byte offsets into code points; offsets that grow are counted from the last one.
type counter struct {
	text         string
	bytes, runes int
}

func (c *counter) convert(s *Span) { s.Start, s.End = c.at(s.Start), c.at(s.End) }

func (c *counter) at(offset int) int {
	offset = max(0, min(offset, len(c.text)))
	if offset < c.bytes {
		c.bytes, c.runes = 0, 0
	}
	c.runes += utf8.RuneCountInString(c.text[c.bytes:offset])
	c.bytes = offset
	return c.runes
}

// Correction is what a person says an analysis should have been; it survives retagging. Themes, Sentiment and Kinds
// replace those of the comment where they are not nil.
type Correction struct {
	Key       Key               `json:"key"`
	By        string            `json:"by"`
	Themes    *[]StatementTheme `json:"themes,omitempty"`
	Sentiment *Sentiment        `json:"sentiment,omitempty"`
	Kinds     *[]Kind           `json:"kinds,omitempty"`
}

// Apply returns the analysis with the correction laid over it; the original stays as it was.
func (c *Correction) Apply(a *Analysis) *Analysis {
	if c == nil || a == nil {
		return a
	}
	out := *a
	if c.Themes != nil {
		out.Themes = nil
		for _, t := range *c.Themes {
			out.Themes = append(out.Themes, ThemeTag{Theme: t.Theme, Sentiment: t.Sentiment, Confidence: 1, Evidence: evidenceOf(a, t)})
		}
	}
	if c.Sentiment != nil {
		score := SentimentScore{Label: *c.Sentiment}
		if a.Sentiment != nil && a.Sentiment.Label == score.Label {
			score.Score = a.Sentiment.Score
		} else if score.Label == Positive {
			score.Score = 1
		} else if score.Label == Negative {
			score.Score = -1
		}
		out.Sentiment = &score
	}
	if c.Kinds != nil {
		out.Kinds = *c.Kinds
	}
	return &out
}

func evidenceOf(a *Analysis, t StatementTheme) []Span {
	for _, tag := range a.Themes {
		if tag.Theme == t.Theme {
			return tag.Evidence
		}
	}
	return nil
}

// CodePointSpan turns a span's offsets in text from bytes into code points.
func CodePointSpan(text string, s Span) (start, end int) {
	c := counter{text: text}
	c.convert(&s)
	return s.Start, s.End
}
