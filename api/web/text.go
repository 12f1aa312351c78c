package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/feedback"
)

// run is a piece of a text that is marked throughout in one way. Class has e0, e1, … for evidence of the tag with that
// number, and the colour of its polarity.
type run struct {
	Text, Class string
	Mark        bool
}

// excerptOf is how many bytes are shown of a long text in a list, and lead how many of these stand before the first mark.
const (
	excerptOf = 900
	lead      = 200
	mostTags  = 10 // tags whose evidence can be told apart
)

// runsOf cuts a text where its marks and the evidence of its tags begin and end. Spans count bytes; those that do not fit
// the text are left out.
func runsOf(text string, marks []feedback.Span, tags []feedback.ThemeTag) []run {
	cuts := []int{0, len(text)}
	fits := func(s feedback.Span) bool {
		return s.Start >= 0 && s.Start < s.End && s.End <= len(text) && boundary(text, s.Start) && boundary(text, s.End)
	}
	for _, s := range marks {
		if fits(s) {
			cuts = append(cuts, s.Start, s.End)
		}
	}
	tags = tags[:min(len(tags), mostTags)]
	for i := range tags {
		for _, s := range tags[i].Evidence {
			if fits(s) {
				cuts = append(cuts, s.Start, s.End)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var runs []run
	for i := 1; i < len(cuts); i++ {
		start, end := cuts[i-1], cuts[i]
		r := run{Text: text[start:end], Mark: covers(marks, start, end), Class: classOf(tags, start, end)}
		runs = append(runs, r)
	}
	return runs
}

// blankLines are more than a reader needs to see that a paragraph ends.
var blankLines = regexp.MustCompile(`(?:[\s\p{Z}]*\n){3,}[\s\p{Z}]*`)

// squeezed leaves one of several blank lines, so that a text of line ends fills no screens.
func squeezed(text string) string {
	if strings.Count(text, "\n") < 3 {
		return text
	}
	return blankLines.ReplaceAllLiteralString(text, "\n\n")
}

// squeeze squeezes the texts of runs.
func squeeze(runs []run) []run {
	for i := range runs {
		runs[i].Text = squeezed(runs[i].Text)
	}
	return runs
}

func boundary(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

func covers(spans []feedback.Span, start, end int) bool {
	return slices.ContainsFunc(spans, func(s feedback.Span) bool { return s.Start <= start && end <= s.End })
}

// classOf lists the tags that a piece is evidence of.
func classOf(tags []feedback.ThemeTag, start, end int) string {
	var classes []string
	for i := range tags {
		if covers(tags[i].Evidence, start, end) {
			if len(classes) == 0 {
				classes = append(classes, "ev", polarityClass(tags[i].Sentiment))
			}
			classes = append(classes, "e"+strconv.Itoa(i))
		}
	}
	return strings.Join(classes, " ")
}

// excerpt cuts what is far from the first mark, or from the start, out of a long text.
func excerpt(runs []run) (short []run, cut bool) {
	total, first := 0, -1
	for _, r := range runs {
		if r.Mark && first < 0 {
			first = total
		}
		total += len(r.Text)
	}
	if total <= excerptOf {
		return runs, false
	}
	from := max(0, min(first-lead, total-excerptOf))
	to := from + excerptOf
	at := 0
	for _, r := range runs {
		start, end := at, at+len(r.Text)
		at = end
		if end <= from || start >= to {
			continue
		}
		text := r.Text
		if end > to {
			text = text[:wordBefore(text, to-start)]
		}
		if start < from {
			text = text[min(len(text), wordAfter(text, from-start)):]
		}
		r.Text = text
		short = append(short, r)
	}
	if from > 0 {
		short = slices.Insert(short, 0, run{Text: "… "})
	}
	if to < total {
		short = append(short, run{Text: " …"})
	}
	return short, true
}

// wordBefore moves a cut back to a space, if one is near, and never into a letter or between it and its marks.
func wordBefore(text string, at int) int {
	if space := strings.LastIndexFunc(text[max(0, at-40):at], unicode.IsSpace); space >= 0 {
		return max(0, at-40) + space
	}
	return wholeRune(text, at)
}

// wordAfter moves a cut forward to behind a space, if one is near.
func wordAfter(text string, at int) int {
	if space := strings.IndexFunc(text[at:min(len(text), at+40)], unicode.IsSpace); space >= 0 {
		return at + space + 1
	}
	return wholeRune(text, at)
}

func wholeRune(text string, at int) int {
	for at < len(text) {
		r, _ := utf8.DecodeRuneInString(text[at:])
		if utf8.RuneStart(text[at]) && !unicode.In(r, unicode.M, unicode.Cf) {
			return at
		}
		at++
	}
	return at
}
