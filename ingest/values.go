package ingest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"verbatim/feedback"
)

// clean turns a value into text. Control characters (NUL and its like, DEL and those between U+0080 and U+009F) become spaces in texts and go elsewhere.
// A return that stands alone becomes a line end; line ends and tabs stay in texts (lines), and become spaces elsewhere.
// Texts keep their blanks at both ends, since offsets count from the first character; other values are trimmed. removed
// reports whether there were such.
func clean(value []byte, lines bool) (text string, removed bool) {
	if !lines {
		value = bytes.TrimSpace(value)
	}
	if !needsCleaning(value, lines) {
		return string(value), false
	}
	out := make([]byte, 0, len(value))
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRune(value[i:])
		switch {
		case r == '\n' || r == '\t':
			if !lines {
				r = ' '
			}
			out = append(out, byte(r))
		case r == '\r' && lines && i+1 < len(value) && value[i+1] == '\n':
			out = append(out, '\r')
		case r == '\r':
			out = append(out, map[bool]byte{true: '\n', false: ' '}[lines])
		case r < 0x20 || r >= 0x7F && r < 0xA0:
			if lines {
				out = append(out, ' ') // one for one, so that offsets fit what was sent
			}
			removed = true
		default:
			out = utf8.AppendRune(out, r)
		}
		i += size
	}
	if !lines {
		out = bytes.TrimSpace(out)
	}
	return string(out), removed
}

// needsCleaning finds out cheaply that a value may stay as it is.
func needsCleaning(value []byte, lines bool) bool {
	for i, b := range value {
		switch {
		case b >= 0x20 && b < 0x7F || b > 0xC2:
		case b == '\n' || b == '\t':
			if !lines {
				return true
			}
		case b == 0xC2:
			if i+1 < len(value) && value[i+1] < 0xA0 {
				return true
			}
		case b < 0x20 || b == 0x7F:
			return true
		}
	}
	return false
}

// textValue reads a comment or suggestion: a problem when it is longer than feedback.MaxComment code points.
func textValue(value []byte) (text string, removed bool, bad *problem) {
	text, removed = clean(value, true)
	if len(text) > feedback.MaxComment {
		if n := utf8.RuneCountInString(text); n > feedback.MaxComment {
			return "", removed, tooLarge(RuleTextLong, fmt.Sprintf(
				"the text has %d characters, more than the %d that are allowed: shorten it", n, feedback.MaxComment), n, feedback.MaxComment)
		}
	}
	return text, removed, nil
}

// scoreValue reads a score.
func scoreValue(text string) (feedback.Score, *problem) {
	if len(text) == 1 && text[0] >= '0' && text[0] <= '9' {
		return feedback.Score(text[0] - '0'), nil
	}
	score, err := feedback.ParseScore(text)
	if err != nil {
		return feedback.Unscored, breaks(RuleScore, err.Error()+": write 0 to 10, or leave it blank", strconv.Quote(short(text)))
	}
	return score, nil
}

// scoreCensus notes which columns have values in the first rows, and which have scores among them.
type scoreCensus struct{ filled, scored []bool }

func (c *scoreCensus) add(rec *record) {
	for i, value := range rec.values {
		if i >= len(c.filled) {
			c.filled, c.scored = append(c.filled, false), append(c.scored, false)
		}
		if value = bytes.TrimSpace(value); c.scored[i] || len(value) == 0 || len(value) > maxWord {
			continue
		}
		_, bad := scoreValue(string(value))
		c.filled[i], c.scored[i] = true, bad == nil
	}
}

// some reports whether a column may be one of scores: it has some, or nothing.
func (c *scoreCensus) some(column int) bool {
	return column >= len(c.filled) || !c.filled[column] || c.scored[column]
}

// weightValue reads a weight: a number above 0 and up to maxWeight, with a decimal point or comma. Blank is 0, which stands for 1.
func weightValue(text string) (float64, *problem) {
	if text == "" {
		return 0, nil
	}
	w, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || !(w > 0) || w > maxWeight {
		return 0, breaks(RuleWeight,
			fmt.Sprintf("weight %q is not a number above 0 and up to a million: write 1 for a response that counts once", short(text)), strconv.Quote(short(text)))
	}
	return w, nil
}

// dayOrder says which comes first in dates like 03/04/2026.
type dayOrder int

const (
	orderUnknown dayOrder = iota
	dayFirst
	monthFirst
)

// slashCensus finds the order of a column's dates with slashes: a first number above 12 shows that days come first, a
// second one, or AM and PM, that months do.
type slashCensus struct{ day, month bool }

func (s *slashCensus) add(value []byte) {
	first, second, ok := slashDate(value)
	if !ok {
		return
	}
	s.day = s.day || first > 12
	s.month = s.month || second > 12 || bytes.HasSuffix(bytes.ToUpper(value), []byte("M"))
}

// order is unknown when nothing shows it, or both are shown.
func (s *slashCensus) order() dayOrder {
	switch {
	case s.day == s.month:
		return orderUnknown
	case s.day:
		return dayFirst
	}
	return monthFirst
}

// slashDate gives the first two numbers of a date like 3/4/2026.
func slashDate(value []byte) (first, second int, ok bool) {
	value = bytes.TrimSpace(value)
	n := 0
	for _, part := range []*int{&first, &second} {
		start := n
		for n < len(value) && value[n] >= '0' && value[n] <= '9' {
			*part = *part*10 + int(value[n]-'0')
			n++
		}
		if n == start || n > start+2 || n == len(value) || value[n] != '/' {
			return 0, 0, false
		}
		n++
	}
	return first, second, true
}

// dateReader reads the times of a column.
type dateReader struct {
	zone  *time.Location // of times that name none
	order dayOrder
}

var excelEpoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// Layouts of dates, most frequent first. Go reads one-digit days and months with the layouts of two digits' numbers
// written as 1 and 2.
var (
	dateLayouts = []string{
		"2006-01-02", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05-0700",
		"2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", "2.1.2006 15.04", "2.1.2006 15.04.05",
		"2006/1/2", "2006/1/2 15:04", "2006/1/2 15:04:05", "2006/1/2 3:04:05 PM MST", "2006/1/2 3:04:05 PM", "2006/1/2 3:04 PM",
		"2006.1.2", "2006年1月2日", "2006年1月2日 15:04", "2006年1月2日 15:04:05", "Jan 2, 2006", "2 Jan 2006", "January 2, 2006", "2 January 2006",
		"Jan 2, 2006 3:04 PM", "Jan 2, 2006 15:04",
	}
	timeLayouts = []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM", " 3:04PM", " 3:04:05PM"}
)

// read reads a time: RFC 3339, a date, local forms, an Excel serial, or seconds or milliseconds since 1970. Blank is the
// zero time.
//
// A date like 03/04/2026 is read when its column shows which number is the day (slashCensus) or when it shows it itself;
// else it is refused: a guess would be wrong for a third of the days and never seen.
func (d *dateReader) read(text string) (time.Time, *problem) {
	if text == "" {
		return time.Time{}, nil
	}
	if len(text) >= 20 && text[4] == '-' && text[10] == 'T' {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t, nil
		}
	}
	if first, second, ok := slashDate([]byte(text)); ok {
		return d.readSlash(text, first, second)
	}
	if t, ok := dateNumber(text, d.zone); ok {
		return t, nil
	}
	tidy := tidyDate(text)
	for _, layout := range dateLayouts {
		t, err := time.ParseInLocation(layout, tidy, d.zone)
		if err != nil {
			continue
		}
		if strings.HasSuffix(layout, "MST") {
			name, offset := t.Zone()
			switch {
			case strings.HasPrefix(name, "GMT"): // Go reads GMT+2, but does not count its hours
				t = t.Add(-time.Duration(offset) * time.Second)
			case offset == 0 && name != "UTC": // it takes any letters for a zone, and those it does not know for UTC
				return time.Time{}, badDate(text)
			}
		}
		return t, inRange(t, text)
	}
	return time.Time{}, badDate(text)
}

// tidyDate writes AM and PM as Go reads them.
func tidyDate(text string) string {
	upper := strings.ToUpper(text)
	if i := strings.Index(upper, " AM"); i >= 0 {
		text = text[:i] + " AM" + text[i+3:]
	} else if i := strings.Index(upper, " PM"); i >= 0 {
		text = text[:i] + " PM" + text[i+3:]
	}
	return text
}

func badDate(text string) *problem {
	return breaks(RuleDate,
		fmt.Sprintf("%q is not a date that can be read: write 2026-03-31 or 2026-03-31T12:00:00Z", short(text)), strconv.Quote(short(text)))
}

// inRange refuses years that only a slip of the pen makes.
func inRange(t time.Time, text string) *problem {
	if t.Year() < 1900 || t.Year() > 2200 {
		return badDate(text)
	}
	return nil
}

func (d *dateReader) readSlash(text string, first, second int) (time.Time, *problem) {
	order := d.order
	switch {
	case first > 12:
		order = dayFirst
	case second > 12 || strings.HasSuffix(strings.ToUpper(text), "M"):
		order = monthFirst
	case first == second:
		order = dayFirst
	}
	date := map[dayOrder]string{dayFirst: "2/1/2006", monthFirst: "1/2/2006"}[order]
	if date == "" {
		return time.Time{}, breaks(RuleDateOrder, fmt.Sprintf(
			"%q may be day/month or month/day, and no other date of the column tells: write 2026-03-31", short(text)), strconv.Quote(short(text)))
	}
	tidy := strings.ToUpper(text)
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(date+layout, tidy, d.zone); err == nil {
			return t, inRange(t, text)
		}
	}
	return time.Time{}, badDate(text)
}

// dateNumber reads a number as a time: an Excel serial from 1954 to 2119, seconds since 1970 from 1973, milliseconds
// from 1973.
func dateNumber(text string, zone *time.Location) (time.Time, bool) {
	if strings.Trim(text, "0123456789.,") != "" || strings.Count(text, ".")+strings.Count(text, ",") > 1 {
		return time.Time{}, false
	}
	f, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	switch {
	case err != nil:
	case f >= 20000 && f <= 80000:
		t := fromSerial(excelEpoch, f)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone), true
	case f >= 1e8 && f < 7e9:
		return time.Unix(int64(f), 0).UTC(), true
	case f >= 1e11 && f < 7e12:
		return time.UnixMilli(int64(f)).UTC(), true
	}
	return time.Time{}, false
}
