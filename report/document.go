package report

import (
	"verbatim/feedback"
	"verbatim/insight"
)

// Document is everything that a report for readers shows: the ranking and what belongs around it. A page and a workbook
// are renderings of one Document.
type Document struct {
	// Title heads the report; empty stands for a title in the report's language.
	Title string
	// Language is that of the words around the figures, one of [Languages]; anything else is written in English. Quotes keep
	// their own.
	Language string
	// Drivers is the ranking; never nil.
	Drivers *insight.DriverReport
	// Scores counts all scored responses by score, 0–10.
	Scores feedback.Scores
	// Trend is the score by period; nil when there is none to show.
	Trend *insight.TrendReport
	// Segments are the score by the values of attributes, one report for each attribute.
	Segments []insight.SegmentsReport
	// Quotes are comments that mention a driver, for each driver that has some.
	Quotes []DriverQuotes
	// Filter is the choice of responses in words, one condition in each: --where region=EU. Empty means all of them.
	Filter []string
	// Dates are the first and the last time of the responses; zero when none has a time.
	Dates feedback.Dates
	// Taxonomy gives the themes their names; nil shows their ids.
	Taxonomy *feedback.Taxonomy
	// Version is that of the program that made the report.
	Version string
}

// DriverQuotes are comments that mention a driver, the best first.
type DriverQuotes struct {
	Theme     string             `json:"theme"`
	Sentiment feedback.Sentiment `json:"sentiment"`
	Quotes    []Quote            `json:"quotes"`
}

// Quote is a comment, or a part of one, with the words that tell its driver: from Start up to but without End, in code
// points of Text. When both are 0 no words are marked.
type Quote struct {
	Survey   string         `json:"survey"`
	ID       string         `json:"id"`
	Score    feedback.Score `json:"score"`
	Language string         `json:"language"` // ISO 639-1, or und
	Text     string         `json:"text"`
	Start    int            `json:"start"`
	End      int            `json:"end"`
}

// Languages lists the languages that reports are written in, by ISO 639-1 code.
var Languages = []string{"en", "zh", "ru", "fi"}

// quotesOf gives the quotes of a driver.
func (d *Document) quotesOf(driver *insight.Driver) []Quote {
	for i := range d.Quotes {
		if q := &d.Quotes[i]; q.Theme == driver.Theme && q.Sentiment == driver.Sentiment {
			return q.Quotes
		}
	}
	return nil
}
