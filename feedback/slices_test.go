package feedback

import (
	"testing"
	"time"
)

func TestPeriodsFollowOneAnother(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Helsinki", "Asia/Kolkata",
		"America/Sao_Paulo", "America/Havana", "Africa/Cairo", // put their clocks forward at midnight
		"Pacific/Apia", // had no 30 December 2011
	}
	for _, name := range zones {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, period := range Periods {
			seen := map[string]bool{}
			start := period.Start(time.Date(2011, 11, 5, 12, 0, 0, 0, loc), loc)
			for start.Year() < 2020 {
				if again := period.Start(start, loc); !again.Equal(start) {
					t.Fatalf("%s of %s: %s begins at %s", period, name, start, again)
				}
				if before := period.Start(start.Add(-time.Minute), loc); !before.Before(start) {
					t.Fatalf("%s of %s: the minute before %s is in it", period, name, start)
				}
				if seen[period.Name(start)] {
					t.Fatalf("%s of %s: %s comes twice", period, name, period.Name(start))
				}
				seen[period.Name(start)] = true
				next := period.Next(start)
				if !next.After(start) || !period.Start(next.Add(-time.Minute), loc).Equal(start) {
					t.Fatalf("%s of %s: %s comes after %s", period, name, next, start)
				}
				start = next
			}
		}
	}
}

func TestPeriodNames(t *testing.T) {
	moment := time.Date(2027, 1, 2, 23, 30, 0, 0, time.UTC) // a Saturday
	helsinki := time.FixedZone("", 2*60*60)
	tests := []struct {
		period Period
		loc    *time.Location
		want   string
	}{
		{Day, time.UTC, "2027-01-02"},
		{Day, helsinki, "2027-01-03"},
		{Week, time.UTC, "2026-W53"},
		{Month, time.UTC, "2027-01"},
		{Quarter, time.UTC, "2027-Q1"},
		{Year, time.UTC, "2027"},
	}
	for _, test := range tests {
		if got := test.period.Name(test.period.Start(moment, test.loc)); got != test.want {
			t.Errorf("%s: %s, want %s", test.period, got, test.want)
		}
	}
}
