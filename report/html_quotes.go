package report

import (
	"fmt"
	"strings"
	"unicode"

	"verbatim/feedback"
	"verbatim/insight"
)

// voice is a driver with comments that mention it.
type voice struct {
	Name, Tag, Class string
	Facts            []string
	Quotes           []quoteView
}

// quoteView is a quote in three pieces, the middle one marked.
type quoteView struct {
	Lang, Before, Marked, After, Source string
}

const (
	quotesMost = 3   // of a driver
	quoteMost  = 300 // code points that are shown of a text
	quoteLead  = 100 // of these, at least so many before the evidence
)

// newVoices gives the quotes in the order of the drivers.
func newVoices(w *words, d *Document) []voice {
	quotes := map[feedback.DriverKey][]Quote{}
	for _, q := range d.Quotes {
		key := feedback.DriverKey{Theme: q.Theme, Sentiment: q.Sentiment}
		quotes[key] = append(quotes[key], q.Quotes...)
	}
	var list []voice
	for i := range d.Drivers.Drivers {
		driver := &d.Drivers.Drivers[i]
		said := quotes[driver.Key()]
		if len(said) > 0 {
			list = append(list, newVoice(w, d, driver, said[:min(len(said), quotesMost)]))
		}
	}
	return list
}

func newVoice(w *words, d *Document, driver *insight.Driver, quotes []Quote) voice {
	v := voice{
		Name: w.theme(driver.Theme, d.Taxonomy), Tag: w.polarity(driver.Sentiment), Class: "up",
		Facts: []string{w.mentions(driver.Mentions, driver.Share), w.impact(driver), w.perHundred(driver)},
	}
	if driver.NPSImpact.Value < 0 {
		v.Class = "down"
	}
	for i := range quotes {
		v.Quotes = append(v.Quotes, newQuoteView(w, &quotes[i]))
	}
	return v
}

func newQuoteView(w *words, q *Quote) quoteView {
	v := quoteView{Source: w.Unscored}
	if q.Score.Scored() {
		v.Source = fmt.Sprintf(w.OutOfTen, w.count(int(q.Score)))
	}
	for _, name := range []string{q.Survey, q.ID} {
		if name = unmarked(name); name != "" {
			v.Source += " · " + name
		}
	}
	if q.Language != feedback.Undetermined && languageCode(q.Language) {
		v.Lang = q.Language
	}
	v.Before, v.Marked, v.After = excerpt(q.Text, q.Start, q.End)
	return v
}

// languageCode reports whether the text can stand as a language: letters, digits and hyphens.
func languageCode(text string) bool {
	return text != "" && strings.Trim(text, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// excerpt parts a text at its evidence, given in code points, and cuts what is far from it. Offsets that are not in the
// text mark nothing.
func excerpt(text string, start, end int) (before, marked, after string) {
	runes := []rune(text)
	if start < 0 || end > len(runes) || start >= end {
		start, end = 0, 0
	}
	end = min(end, start+quoteMost)
	from, to := 0, len(runes)
	if len(runes) > quoteMost {
		from = max(0, min(start-quoteLead, len(runes)-quoteMost))
		to = min(len(runes), max(end, from+quoteMost))
		from = wordStart(runes, from, start)
		to = wordEnd(runes, to, end)
	}
	before, marked, after = printable(string(runes[from:start])), printable(string(runes[start:end])), printable(string(runes[end:to]))
	if from > 0 {
		before = "… " + before
	}
	if to < len(runes) {
		after += " …"
	}
	return before, marked, after
}

// wordStart moves a cut forward to the start of a word, if there is one within reach.
func wordStart(runes []rune, from, most int) int {
	if from == 0 {
		return 0
	}
	for i := from; i < min(most, from+30); i++ {
		if unicode.IsSpace(runes[i-1]) {
			return i
		}
	}
	for from < most && unicode.In(runes[from], unicode.M, unicode.Cf) { // no letter without its base
		from++
	}
	return from
}

// wordEnd moves a cut back to the end of a word, if there is one within reach.
func wordEnd(runes []rune, to, least int) int {
	if to == len(runes) {
		return to
	}
	for i := to; i > max(least, to-30); i-- {
		if unicode.IsSpace(runes[i]) {
			return i
		}
	}
	for to > least && unicode.In(runes[to], unicode.M, unicode.Cf) {
		to--
	}
	return to
}
