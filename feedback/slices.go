package feedback

import (
	"fmt"
	"strings"
	"time"
)

// Period is a calendar unit of a trend.
type Period string

// The periods. Weeks are ISO weeks: they begin on Monday, and the first of a year has its first Thursday.
const (
	Day     Period = "day"
	Week    Period = "week"
	Month   Period = "month"
	Quarter Period = "quarter"
	Year    Period = "year"
)

// Periods lists the periods, the shortest first.
var Periods = []Period{Day, Week, Month, Quarter, Year}

// ParsePeriod reads a period's name; an [Invalid] error lists those there are.
func ParsePeriod(text string) (Period, error) {
	var list []Period
	if err := addWord(&list, "period", text, Periods); err != nil {
		return "", err
	}
	return list[0], nil
}

// Start is the first moment of the period that holds t, in loc.
func (p Period) Start(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	y, m, d := t.Date()
	switch p {
	case Week:
		d -= (int(t.Weekday()) + 6) % 7
	case Month:
		d = 1
	case Quarter:
		m, d = m-(m-1)%3, 1
	case Year:
		m, d = time.January, 1
	}
	return dayStart(y, m, d, loc)
}

// dayStart is the first moment of a day in loc. Where clocks are put forward at midnight, time.Date may answer with the
// evening before: the day then begins at the moment that they are put forward to.
func dayStart(y int, m time.Month, d int, loc *time.Location) time.Time {
	start := time.Date(y, m, d, 0, 0, 0, 0, loc)
	found, foundMonth, foundDay := start.Date()
	if time.Date(found, foundMonth, foundDay, 0, 0, 0, 0, time.UTC).Before(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) {
		_, start = start.ZoneBounds()
	}
	return start
}

// Next is the start of the period after the one that starts at start.
func (p Period) Next(start time.Time) time.Time {
	y, m, d := start.Date()
	switch p {
	case Week:
		d += 7
	case Month:
		m++
	case Quarter:
		m += 3
	case Year:
		y++
	default:
		d++
	}
	return dayStart(y, m, d, start.Location())
}

// Name names the period that starts at start: 2026-03-31, 2026-W14, 2026-03, 2026-Q1 or 2026.
func (p Period) Name(start time.Time) string {
	switch p {
	case Week:
		year, week := start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Month:
		return start.Format("2006-01")
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", start.Year(), (int(start.Month())+2)/3)
	case Year:
		return start.Format("2006")
	default:
		return start.Format(time.DateOnly)
	}
}

// Dimension is what responses are cut by: a period of their time, or a named value. The zero Dimension is no cut.
type Dimension struct {
	Attribute string         // an attribute's name, or survey, or language (of the comment)
	Period    Period         // used when Attribute is empty
	Location  *time.Location // of the periods; nil for UTC
}

// String names the dimension.
func (d Dimension) String() string {
	if d.Attribute != "" {
		return d.Attribute
	}
	return string(d.Period)
}

// Slice holds the counts of the responses that share a value of a dimension. Name is the value, or the period's name;
// empty for responses without one. Start is the period's first moment, zero without one.
type Slice struct {
	Name  string
	Start time.Time
	Crosstab
}

// Dates are the first and the last time of some responses, both zero when none has a time.
type Dates struct{ First, Last time.Time }

// String writes the days in UTC: 2026-01-03 to 2026-03-30; empty without times.
func (s Dates) String() string {
	if s.First.IsZero() {
		return ""
	}
	return strings.Join([]string{s.First.UTC().Format(time.DateOnly), s.Last.UTC().Format(time.DateOnly)}, " to ")
}

// ParsePeriodName reads what [Period.Name] writes: 2026, 2026-Q1, 2026-03, 2026-W14 or 2026-03-31, with its start in loc.
func ParsePeriodName(name string, loc *time.Location) (p Period, start time.Time, ok bool) {
	for _, form := range []struct {
		period Period
		layout string
	}{{Day, time.DateOnly}, {Month, "2006-01"}, {Year, "2006"}} {
		if t, err := time.ParseInLocation(form.layout, name, loc); err == nil {
			return form.period, t, true
		}
	}
	var year, number int
	if n, err := fmt.Sscanf(name, "%4d-Q%1d", &year, &number); n == 2 && err == nil && number >= 1 && number <= 4 {
		p, start = Quarter, time.Date(year, time.Month(3*number-2), 1, 0, 0, 0, 0, loc)
	} else if n, err := fmt.Sscanf(name, "%4d-W%2d", &year, &number); n == 2 && err == nil {
		p, start = Week, Week.Start(time.Date(year, time.January, 4+7*(number-1), 12, 0, 0, 0, loc), loc)
	}
	return p, start, p != "" && p.Name(start) == name
}
