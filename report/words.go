package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/insight"
)

// words are all that a page says in one language. Fields with verbs hold a format for fmt; the verbs of a field are the
// same in every language.
type words struct {
	Lang, Decimal, Thousands, PercentSign, DateLayout, Colon, Comma string

	// The head, and the score.
	Title, Score, InShort, NPS, Group, Promoters, Passives, Detractors string
	Interval, Range, Period, AllResponses, Filtered                    string
	Raises, Lowers, FixFirst, LatestChange, ChangeAgainst, WithinNoise string
	Answers, Answer, ScoresCaption, ScoresChart, GroupsChart           string

	// Drivers.
	MakesPromoters, MakesPromotersNote, MakesDetractors, MakesDetractorsNote string
	Suggests, SuggestsNote, Driver, Praise, Complaints, Neutral, Chart       string
	Impact, ImpactOf, PerHundred, Mentions, Share, MoreDrivers, Approximate  string
	Voices, VoicesNote, OutOfTen, Unscored                                   string
	AllDrivers, AllDriversCaption, SuggestionDriversCaption                  string
	Rank, OddsRatio, QValue, Importance, TooFew                              string

	// The quadrant.
	Quadrant, QuadrantNote, QuadrantChart, Theme, Performance string
	KeepUp, Improve, Watch, Hold                              string

	// Time and segments.
	Trend, TrendNote, TrendChart, TrendCaption, ShareTrendChart, Change, Responses string
	DriverTrends, DriverTrendsNote, DriverTrendsCaption                            string
	Segments, SegmentsBy, SegmentsNote, SegmentsCaption, SegmentChart, Segment     string
	Gap, Beside, Suppressed, Strongest                                             string

	// The method.
	Figures, Method, MethodFilter, MethodDates, MethodResponses, MethodBase, MethodIntervals string
	MethodImpact, MethodTest, MethodRanking, MethodImportance, MethodQuadrant, MethodSeed    string
	MethodVersions                                                                           string
	ResponsesText, BaseText, IntervalsText, ImpactText, TestText, TestWithinText             string
	RankingText, ImportanceText, ControlledText, SampledText, QuadrantText, VersionsText     string
	Language, Undated, Absent                                                                string

	// What is not there.
	NoResponses, NoComments, NoDrivers, NothingRanked, NothingRaises, NothingLowers string
	NoSuggestions, NoDates, NoQuadrant, Unknown                                     string
}

// wordsOf gives the words of a language, English when there are none.
func wordsOf(language string) *words {
	switch language {
	case "zh":
		return &chinese
	case "ru":
		return &russian
	case "fi":
		return &finnish
	}
	return &english
}

// count writes a whole number with its thousands apart.
func (w *words) count(n int) string { return w.localized(strconv.Itoa(n)) }

// points writes NPS points with their sign and one decimal.
func (w *words) points(x insight.Number) string { return w.localized(signed(float64(x), 1)) }

// whole writes NPS points with their sign and without decimals.
func (w *words) whole(x int) string { return w.localized(signed(float64(x), 0)) }

// decimal writes a number with so many decimals.
func (w *words) decimal(x float64, decimals int) string { return w.localized(fixed(x, decimals)) }

// percent writes a share, 0–1, with so many decimals.
func (w *words) percent(share float64, decimals int) string {
	return w.decimal(100*share, decimals) + w.PercentSign
}

// probability writes a p or q value.
func (w *words) probability(p insight.PValue) string { return w.localized(probability(float64(p))) }

// span writes the interval of NPS points.
func (w *words) span(low, high insight.Number) string {
	return fmt.Sprintf(w.Range, w.points(low), w.points(high))
}

// shareSpan writes the interval of a share.
func (w *words) shareSpan(i insight.Interval) string {
	return fmt.Sprintf(w.Range, w.percent(float64(i.Low), 0), w.percent(float64(i.High), 0))
}

// dates writes the days of the first and the last response, in UTC; empty without times.
func (w *words) dates(d feedback.Dates) string {
	if d.First.IsZero() {
		return ""
	}
	first, last := w.day(d.First), w.day(d.Last)
	if first == last {
		return first
	}
	return first + "\u00a0– " + last
}

func (w *words) day(t time.Time) string {
	return strings.ReplaceAll(t.UTC().Format(w.DateLayout), " ", "\u00a0")
}

// polarity says whether a mention is praise, complaints, or neither.
func (w *words) polarity(s feedback.Sentiment) string {
	switch s {
	case feedback.Positive:
		return w.Praise
	case feedback.Negative:
		return w.Complaints
	}
	return w.Neutral
}

// localized gives a number, written with a point, the language's decimal sign and sets its thousands apart.
func (w *words) localized(number string) string {
	whole, fraction, broken := strings.Cut(number, ".")
	digits := strings.TrimLeft(whole, "+−<")
	sign := whole[:len(whole)-len(digits)]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.Thousands + digits[i:]
	}
	if broken {
		return sign + digits + w.Decimal + fraction
	}
	return sign + digits
}
