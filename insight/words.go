package insight

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// PriorDocuments is the weight of the prior of [DistinctiveWords], in comments, unless the options say otherwise.
const PriorDocuments = 500

// LanguageWords counts in how many comments of one language every word stands, by group; a comment counts once. Documents
// counts the comments themselves.
type LanguageWords struct {
	Language  string
	Documents Counts
	Words     []WordCounts
}

// WordCounts counts the comments that a word stands in.
type WordCounts struct {
	Word string
	Counts
}

// WordOptions vary the search for distinctive words; the zero WordOptions give the defaults.
type WordOptions struct {
	// Prior is the weight of the prior in comments: [PriorDocuments] when 0 or not a positive number.
	Prior float64
	// Top is how many words of each group are returned at most: 20 when 0 or less.
	Top int
	// FDR is how p values become q values: [BH] when empty.
	FDR Adjustment
}

// WordsReport lists the words that tell detractors from promoters, by language. Languages is never nil.
type WordsReport struct {
	Languages []DistinctiveWordsOf `json:"languages"` // by code
	Method    WordsMethod          `json:"method"`
}

// DistinctiveWordsOf are the distinctive words of the comments in one language. Family is how many words were tested:
// those in at least [MinMentions] comments of promoters and detractors together. It is 0 when Status is [TooFew], since
// promoters or detractors wrote fewer comments than that; Status is otherwise [Ranked], or [NotSignificant] when no word
// is distinctive. The lists are never nil and begin with the most distinctive word.
type DistinctiveWordsOf struct {
	Language          string            `json:"language"`
	Status            Status            `json:"status"`
	PromoterComments  int               `json:"promoter_comments"`
	DetractorComments int               `json:"detractor_comments"`
	Family            int               `json:"family"`
	Promoters         []DistinctiveWord `json:"promoters"`
	Detractors        []DistinctiveWord `json:"detractors"`
}

// DistinctiveWord is a word that one group uses more. Promoters and Detractors count the comments that it stands in,
// LogOdds is the difference of the log-odds of detractors and promoters (above 0 it goes with detractors) with its 95 %
// interval, Z the ratio to its standard error.
type DistinctiveWord struct {
	Word       string   `json:"word"`
	Promoters  int      `json:"promoters"`
	Detractors int      `json:"detractors"`
	LogOdds    Interval `json:"log_odds"`
	Z          Number   `json:"z"`
	P          PValue   `json:"p_value"`
	Q          PValue   `json:"q_value"` // over the language's family
}

// WordsMethod says how the words were chosen.
type WordsMethod struct {
	Measure  string     `json:"measure"`
	Prior    Number     `json:"prior"` // in comments
	Interval Number     `json:"interval"`
	Test     string     `json:"test"`
	FDR      Adjustment `json:"fdr"`
	MinCount int        `json:"min_count"`
}

// DistinctiveWords finds, language by language, the words that detractors use more than promoters and the other way round:
// log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008) over comments. The prior gives every word
// the share of comments that it has in both groups together, so that rare words need more evidence; passives, whose share
// might lie to one side, are not part of it. Words with q ≤ [MaxQ] are returned, ordered by |z|, then by word. A language
// that comes twice is two entries; the order of words and languages does not matter otherwise.
func DistinctiveWords(languages []LanguageWords, opts WordOptions) WordsReport {
	if !(opts.Prior > 0) || math.IsInf(opts.Prior, 0) {
		opts.Prior = PriorDocuments
	}
	if opts.Top <= 0 {
		opts.Top = 20
	}
	if opts.FDR != BY && opts.FDR != Holm {
		opts.FDR = BH
	}
	report := WordsReport{Languages: make([]DistinctiveWordsOf, len(languages)), Method: WordsMethod{
		Measure: "log-odds, informative Dirichlet prior", Prior: number(opts.Prior), Interval: 0.95, Test: "z", FDR: opts.FDR,
		MinCount: MinMentions,
	}}
	for i, l := range languages {
		report.Languages[i] = l.distinctive(opts)
	}
	slices.SortStableFunc(report.Languages, func(a, b DistinctiveWordsOf) int { return strings.Compare(a.Language, b.Language) })
	return report
}

func (l *LanguageWords) distinctive(opts WordOptions) DistinctiveWordsOf {
	out := DistinctiveWordsOf{
		Language: l.Language, Status: TooFew,
		PromoterComments: l.Documents.Promoters, DetractorComments: l.Documents.Detractors,
		Promoters: []DistinctiveWord{}, Detractors: []DistinctiveWord{},
	}
	if min(l.Documents.Promoters, l.Documents.Detractors) < MinMentions {
		return out
	}
	var words []DistinctiveWord
	var p []float64
	for _, w := range l.Words {
		c := atMost(w.Counts, l.Documents)
		if c.Promoters+c.Detractors < MinMentions {
			continue
		}
		word := compareWord(w.Word, c, l.Documents, opts.Prior)
		words = append(words, word)
		p = append(p, float64(word.P))
	}
	out.Family = len(words)
	for i, q := range opts.FDR.Adjust(p) {
		words[i].Q = PValue(q)
	}
	slices.SortFunc(words, func(a, b DistinctiveWord) int {
		return cmp.Or(cmp.Compare(math.Abs(shown(b.Z)), math.Abs(shown(a.Z))), strings.Compare(a.Word, b.Word))
	})
	out.Status = NotSignificant
	for _, w := range words {
		if w.Q > MaxQ {
			continue
		}
		out.Status = Ranked
		if w.Z > 0 && len(out.Detractors) < opts.Top {
			out.Detractors = append(out.Detractors, w)
		}
		if w.Z < 0 && len(out.Promoters) < opts.Top {
			out.Promoters = append(out.Promoters, w)
		}
	}
	return out
}

// compareWord measures a word that some comments of either group have.
func compareWord(word string, c, documents Counts, prior float64) DistinctiveWord {
	out := DistinctiveWord{Word: word, Promoters: c.Promoters, Detractors: c.Detractors, P: 1}
	with, all := float64(c.Promoters+c.Detractors), float64(documents.Promoters+documents.Detractors)
	if with == all {
		return out // in every comment: it tells nothing
	}
	detractor := smoothed(c.Detractors, documents.Detractors, prior, with/all)
	promoter := smoothed(c.Promoters, documents.Promoters, prior, with/all)
	delta := detractor.logit() - promoter.logit()
	se := math.Sqrt(detractor.variance() + promoter.variance())
	out.LogOdds = interval(delta, delta-z95*se, delta+z95*se)
	out.Z, out.P = number(delta/se), PValue(normalP(delta/se))
	return out
}

// smoothedWord counts a group's comments with and without a word, the prior's among them; both are above 0.
type smoothedWord struct{ with, without float64 }

// smoothed adds prior comments of which the given share, between 0 and 1, has the word.
func smoothed(with, all int, prior, share float64) smoothedWord {
	return smoothedWord{with: float64(with) + prior*share, without: float64(all-with) + prior*(1-share)}
}

func (w smoothedWord) logit() float64 { return math.Log(w.with) - math.Log(w.without) }

func (w smoothedWord) variance() float64 { return 1/w.with + 1/w.without }
