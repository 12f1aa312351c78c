package analysis

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/feedback"
)

// Quotes of this many code points read well beside a figure; Chinese and Japanese say as much in a third of them.
const (
	shortestQuote = 20
	longestQuote  = 170
	denseScripts  = 3
)

// Quote is a comment that stands for a driver, with the words that decided on it.
type Quote struct {
	Response *feedback.Analysed
	Evidence []feedback.Span // bytes of the comment
}

// Typical picks at most n responses whose comments stand for a driver: whose tag is sure, whose deciding words many others
// use as well (in the same language), whose sentiment is near the middle of those who mention the driver rather than the
// loudest, that speak of little else and are neither a word nor a page. Languages with more mentions come first, and a
// language comes again only after the others. The order of the responses does not matter, equal texts are quoted once.
func Typical(responses []*feedback.Analysed, key feedback.DriverKey, n int) []Quote {
	candidates := candidatesOf(responses, key)
	weigh(candidates)
	slices.SortFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.worth, a.worth), strings.Compare(a.response.Comment, b.response.Comment),
			strings.Compare(a.response.Survey, b.response.Survey), strings.Compare(a.response.ID, b.response.ID))
	})
	candidates = slices.CompactFunc(candidates, func(a, b *candidate) bool { return a.response.Comment == b.response.Comment })
	byLanguage, languages := group(candidates)
	var quotes []Quote
	for round := 0; len(quotes) < min(n, len(candidates)); round++ {
		for _, lang := range languages {
			if list := byLanguage[lang]; round < len(list) && len(quotes) < n {
				quotes = append(quotes, Quote{list[round].response, list[round].tag.Evidence})
			}
		}
	}
	return quotes
}

// candidate is a response that mentions the driver.
type candidate struct {
	response *feedback.Analysed
	tag      *feedback.ThemeTag
	score    float64 // of the statements that mention the driver
	words    []string
	worth    float64
}

func (c *candidate) language() string { return c.response.Analysis.Language.Code }

func candidatesOf(responses []*feedback.Analysed, key feedback.DriverKey) []*candidate {
	var all []*candidate
	for _, r := range responses {
		if r.Analysis == nil {
			continue
		}
		for i := range r.Analysis.Themes {
			tag := &r.Analysis.Themes[i]
			if tag.Sentiment != key.Sentiment || tag.Theme != key.Theme && feedback.ParentTheme(tag.Theme) != key.Theme {
				continue
			}
			c := &candidate{response: r, tag: tag, score: statementScore(r.Analysis, tag)}
			for _, e := range tag.Evidence {
				c.words = append(c.words, strings.ToLower(strings.TrimFunc(e.Text, unicode.IsPunct)))
			}
			all = append(all, c)
			break
		}
	}
	return all
}

// statementScore is the mean sentiment of the statements with the tag.
func statementScore(a *feedback.Analysis, tag *feedback.ThemeTag) float64 {
	sum, n := 0.0, 0.0
	for i := range a.Statements {
		if slices.Contains(a.Statements[i].Themes, feedback.StatementTheme{Theme: tag.Theme, Sentiment: tag.Sentiment}) {
			sum += a.Statements[i].Sentiment.Score
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// weigh says how well each candidate stands for all of them.
func weigh(candidates []*candidate) {
	if len(candidates) == 0 {
		return
	}
	scores := make([]float64, len(candidates))
	users := map[[2]string]float64{} // of a word in a language
	most := map[string]float64{}     // users of a language's most used word
	for i, c := range candidates {
		scores[i] = c.score
		for _, w := range slices.Compact(slices.Sorted(slices.Values(c.words))) {
			word := [2]string{c.language(), w}
			users[word]++
			most[c.language()] = max(most[c.language()], users[word])
		}
	}
	slices.Sort(scores)
	middle := scores[len(scores)/2]
	for _, c := range candidates {
		common := 0.0
		for _, w := range c.words {
			common = max(common, users[[2]string{c.language(), w}]/most[c.language()])
		}
		quiet := 1 - math.Abs(c.score-middle)/2
		c.worth = c.tag.Confidence * (0.5 + 0.5*common) * quiet * length(c.response.Comment) / float64(len(c.response.Analysis.Themes))
	}
}

// length is 1 for a text that reads well as a quote, and less the shorter or longer it is.
func length(text string) float64 {
	n := utf8.RuneCountInString(text)
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			n *= denseScripts
			break
		}
	}
	switch {
	case n < shortestQuote:
		return float64(n) / shortestQuote / 2
	case n > longestQuote:
		return longestQuote / float64(n) / 2
	}
	return 1
}

// group lists the candidates by language, in their order, and the languages by how many they have.
func group(candidates []*candidate) (byLanguage map[string][]*candidate, languages []string) {
	byLanguage = map[string][]*candidate{}
	for _, c := range candidates {
		lang := c.language()
		if byLanguage[lang] == nil {
			languages = append(languages, lang)
		}
		byLanguage[lang] = append(byLanguage[lang], c)
	}
	slices.SortFunc(languages, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(byLanguage[b]), len(byLanguage[a])), strings.Compare(a, b))
	})
	return byLanguage, languages
}
