package feedback

// Scores counts responses by score; the index is the score, 0–10.
type Scores [11]int

// Total returns the number of responses.
func (s *Scores) Total() int {
	n := 0
	for _, c := range s {
		n += c
	}
	return n
}

// Groups returns how many are promoters, passives and detractors.
func (s *Scores) Groups() (promoters, passives, detractors int) {
	for score, c := range s {
		switch Score(score).Group() {
		case Promoter:
			promoters += c
		case Passive:
			passives += c
		case Detractor:
			detractors += c
		}
	}
	return promoters, passives, detractors
}

// Add adds the counts of another.
func (s *Scores) Add(o *Scores) {
	for i, c := range o {
		s[i] += c
	}
}

// ThemeCounts counts the responses that mention a theme with a polarity, by score; a response counts once.
type ThemeCounts struct {
	Theme     string
	Sentiment Sentiment
	Scores    Scores
}

// Crosstab counts the responses under a filter: by score, and by theme × polarity × score. Top-level themes only, unless
// asked otherwise: a subtheme counts for its parent.
type Crosstab struct {
	Responses int    // scored
	Commented int    // of these: with a comment that is not blank
	Unscored  int    // beside them: stored and searchable, in no figure
	Mismatch  int    // scored, and the text contradicts the score
	Scored    Scores // all scored responses, commented or not
	Base      Scores // scored, commented, language supported or undetermined
	Themes    []ThemeCounts
	// SuggestionBase and SuggestionThemes are the same for the suggestion text.
	SuggestionBase   Scores
	SuggestionThemes []ThemeCounts
	Dates            Dates          // of the responses that have a time, scored or not
	Languages        map[string]int // all responses by language of the comment ("" without one)
	Model            string         // versions that made the analyses; joined by "," when several
	Taxonomy         string
}

// Pattern is a distinct combination of drivers, score and stratum among the base, with how many responses show it.
// Regression, bootstrap and weights come from these. Drivers holds indices into the DriverKeys of its [Patterns],
// ascending.
type Pattern struct {
	Drivers []int
	Score   Score
	Stratum int // index into Patterns.Strata
	N       int
	W, W2   float64 // Σw and Σw²
}

// Patterns are all patterns under a filter, in a fixed order.
type Patterns struct {
	Keys     []DriverKey // positive and negative drivers, ordered by theme, then polarity
	Strata   []string    // languages
	Patterns []Pattern
}
