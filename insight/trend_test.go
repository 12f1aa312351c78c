package insight

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func at(date string) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t
}

// dated is a slice of scored comments that begins on the date, with a driver.
func dated(date string, c, price Counts) feedback.Slice {
	s := sliceOf(date, c)
	s.Start, s.Commented, s.Base = at(date), c.N(), s.Scored
	s.Themes = []feedback.ThemeCounts{themeOf("price_value", feedback.Negative, price)}
	return s
}

func TestTrend(t *testing.T) {
	undated := sliceOf("", Counts{2, 1, 0})
	parts := []feedback.Slice{
		undated,
		dated("2026-04-01", Counts{560, 280, 260}, Counts{10, 20, 70}), // out of order
		dated("2026-01-01", Counts{500, 300, 200}, Counts{5, 5, 10}),
		dated("2025-12-01", Counts{}, Counts{}), // scores nothing: not the first
	}
	got, err := Trend(parts, feedback.Month, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names, starts []string
	for _, p := range got.Points {
		names, starts = append(names, p.Name), append(starts, p.Start)
	}
	if diff := cmp.Diff([]string{"2026-01", "2026-02", "2026-03", "2026-04"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"}, starts); diff != "" {
		t.Error(diff)
	}
	if got.Undated != 3 || got.TimeZone != "UTC" {
		t.Errorf("undated %d, zone %s", got.Undated, got.TimeZone)
	}
	first, gap, last := got.Points[0], got.Points[1], got.Points[3]
	if first.Change != nil || first.NPS.Value != 30 || gap.NPS != nil || gap.Change != nil || gap.Responses != 0 {
		t.Errorf("first %+v, gap %+v", first, gap)
	}
	want := npsContrast(Counts{500, 300, 200}, Counts{560, 280, 260})
	if last.Change.Interval != want.Interval || last.Change.P != want.P || *last.Change.Q != want.P {
		t.Errorf("change over the gap: %+v, want %+v", last.Change, want)
	}
	if len(got.Drivers) != 1 || got.Drivers[0].Mentions != 120 || len(got.Drivers[0].Points) != 4 {
		t.Fatalf("drivers %+v", got.Drivers)
	}
	share := Wilson(100, 1100)
	if diff := cmp.Diff([]SharePoint{{20, 1000, new(Wilson(20, 1000))}, {}, {}, {100, 1100, &share}}, got.Drivers[0].Points); diff != "" {
		t.Error(diff)
	}
}

func TestTrendJoinsSlicesOfOnePeriod(t *testing.T) {
	days := []feedback.Slice{dated("2026-03-30", Counts{5, 1, 0}, Counts{}), dated("2026-04-05", Counts{3, 0, 4}, Counts{})}
	got, err := Trend(days, feedback.Week, time.UTC)
	if err != nil || len(got.Points) != 1 || got.Points[0].Name != "2026-W14" || got.Points[0].Responses != 13 {
		t.Errorf("%+v, %v", got.Points, err)
	}
}

func TestTrendWhereClocksAreForwardedAtMidnight(t *testing.T) {
	loc, err := time.LoadLocation("America/Havana") // 10 March 2024 begins at 01:00
	if err != nil {
		t.Fatal(err)
	}
	var parts []feedback.Slice
	for _, day := range []int{8, 12} {
		s := sliceOf("", Counts{1, 0, 0})
		s.Start = feedback.Day.Start(time.Date(2024, 3, day, 12, 0, 0, 0, loc), loc)
		parts = append(parts, s)
	}
	got, err := Trend(parts, feedback.Day, loc)
	if err != nil || len(got.Points) != 5 || got.Points[2].Start != "2024-03-10" || got.Points[4].NPS == nil {
		t.Errorf("%+v, %v", got.Points, err)
	}
}

func TestTrendRefuses(t *testing.T) {
	wide := []feedback.Slice{dated("2010-01-01", Counts{1, 0, 0}, Counts{}), dated("2026-01-01", Counts{1, 0, 0}, Counts{})}
	_, err := Trend(wide, feedback.Day, time.UTC)
	if feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), "longer period") {
		t.Errorf("16 years by day: %v", err)
	}
	if _, err := Trend(wide, feedback.Month, time.UTC); err != nil {
		t.Errorf("16 years by month: %v", err)
	}
	if _, err := Trend(nil, "fortnight", time.UTC); feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), "fortnight") {
		t.Errorf("an unknown period: %v", err)
	}
	most := []feedback.Slice{dated("2018-01-01", Counts{1, 0, 0}, Counts{}), sliceOf("", Counts{1, 0, 0})}
	for points, ok := range map[int]bool{MaxPoints: true, MaxPoints + 1: false} {
		most[1].Start = at("2018-01-01").AddDate(0, 0, points-1)
		if got, err := Trend(most, feedback.Day, time.UTC); (err == nil) != ok || ok && len(got.Points) != points {
			t.Errorf("%d points: %d, %v", points, len(got.Points), err)
		}
	}
}

func TestTrendOfNothing(t *testing.T) {
	for _, parts := range [][]feedback.Slice{nil, {sliceOf("", Counts{})}, {dated("2026-01-01", Counts{}, Counts{})}} {
		got, err := Trend(parts, feedback.Day, time.UTC)
		if err != nil || got.Points == nil || got.Drivers == nil || len(got.Points) != 0 || got.Undated != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	got, err := Trend([]feedback.Slice{dated("2026-01-01", Counts{1, 0, 0}, Counts{1, 0, 0})}, feedback.Year, time.UTC)
	if err != nil || len(got.Points) != 1 || len(got.Drivers) != 0 {
		t.Errorf("one response: %+v, %v", got, err)
	}
}

func TestTrendOfRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 1))
	for range 200 {
		parts := randomSlices(random)
		for i := range parts {
			if parts[i].Name != "" {
				parts[i].Start = at("2026-01-01").AddDate(0, 0, random.IntN(90))
			}
		}
		got, err := Trend(parts, feedback.Week, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		sane(t, "trend", got)
		want := 0
		for i := range parts {
			want += parts[i].Scored.Total()
		}
		for _, p := range got.Points {
			want -= p.Responses
			if p.Change != nil {
				inOrder(t, "change", p.Change.Interval)
			}
		}
		if want != got.Undated {
			t.Errorf("%d responses are lost", want-got.Undated)
		}
		mixed, _ := Trend(shuffled(4, parts), feedback.Week, time.UTC)
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(mixed)
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkTrend(b *testing.B) {
	tab := crosstabOf(randomPatterns(61, 40, 1, 2000, 5))
	parts := make([]feedback.Slice, 1000)
	for i := range parts {
		parts[i] = feedback.Slice{Start: at("2024-01-01").AddDate(0, 0, i), Crosstab: tab}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Trend(parts, feedback.Day, time.UTC); err != nil {
			b.Fatal(err)
		}
	}
}
