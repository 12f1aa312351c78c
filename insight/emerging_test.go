package insight

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// sharing is a slice of n detractors with the mentions of theme_0, theme_1 and so on.
func sharing(name string, n int, mentions ...int) feedback.Slice {
	s := sliceOf(name, Counts{Detractors: n})
	s.Base = s.Scored
	for i, k := range mentions {
		s.Themes = append(s.Themes, themeOf(fmt.Sprintf("theme_%d", i), feedback.Negative, Counts{Detractors: k}))
	}
	return s
}

func TestEmerging(t *testing.T) {
	earlier := []feedback.Slice{
		sharing("EU", 1000, 20, 100, 60, 4), sharing("US", 1000, 20, 100, 10, 5),
		sharing("", 500, 0, 0, 0), sharing("gone", 100, 50),
	}
	recent := []feedback.Slice{
		sharing("EU", 1000, 20, 105, 5, 5), sharing("US", 1000, 80, 110, 10, 30),
		sharing("", 500, 60, 0, 0), sharing("new", 100, 90), sharing("tiny", 4, 4),
	}
	earlier[0].Dates = feedback.Dates{First: at("2026-01-01"), Last: at("2026-03-30")}
	recent[0].Dates = feedback.Dates{First: at("2026-04-02"), Last: at("2026-05-30")}
	recent[1].Dates = feedback.Dates{First: at("2026-04-01"), Last: at("2026-05-20")}
	got := EmergingDrivers(recent, earlier, "region")
	if got.Recent != "2026-04-01 to 2026-05-30" || got.Earlier != "2026-01-01 to 2026-03-30" {
		t.Errorf("%s, %s", got.Recent, got.Earlier)
	}
	var rising []string
	for _, e := range got.Drivers {
		rising = append(rising, e.Segment+" "+e.Theme)
		if *e.Rise.Q > MaxQ || e.Rise.Low <= 0 {
			t.Errorf("%+v", e)
		}
	}
	// Everywhere: theme_0 20+20+50 to 20+80+60+90+4 and theme_3 9 to 35; theme_1 is chance, theme_2 fell.
	if diff := cmp.Diff([]string{" theme_0", "US theme_0", "US theme_3", " theme_3"}, rising); diff != "" {
		t.Error(diff)
	}
	// Four drivers everywhere, three of EU (theme_3 has 9 mentions), four of US; new and gone have nothing to compare.
	if got.Family != 11 {
		t.Errorf("family of %d", got.Family)
	}
	us := got.Drivers[1]
	if us.RecentMentions != 80 || us.EarlierMentions != 20 || us.RecentShare != Wilson(80, 1000) || us.Rise.Interval != Newcombe(80, 1000, 20, 1000) {
		t.Errorf("%+v", us)
	}
	all := EmergingDrivers(recent, earlier, "")
	if all.Family != 4 || len(all.Drivers) != 2 {
		t.Errorf("without an attribute: %+v", all)
	}
}

func TestNothingEmerges(t *testing.T) {
	for name, sides := range map[string][2][]feedback.Slice{
		"no slices":      {},
		"no earlier":     {{sharing("a", 100, 90)}, nil},
		"no recent":      {nil, {sharing("a", 100, 90)}},
		"too few":        {{sharing("a", 9, 9)}, {sharing("a", 500, 1)}},
		"few mentions":   {{sharing("a", 500, 8)}, {sharing("a", 500, 1)}},
		"falls":          {{sharing("a", 500, 1)}, {sharing("a", 500, 90)}},
		"in all of them": {{sharing("a", 500, 500)}, {sharing("a", 500, 500)}},
	} {
		got := EmergingDrivers(sides[0], sides[1], "region")
		sane(t, name, got)
		if len(got.Drivers) != 0 || got.Drivers == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Without any true rise a report should list something in at most 5 % of cases; only rises are listed, so about half that.
func TestEmergingControlsFalseDiscoveries(t *testing.T) {
	random := rand.New(rand.NewPCG(26, 1))
	const surveys = 400
	wrong := 0
	for range surveys {
		times := [2][]feedback.Slice{}
		for i := range times {
			for segment := range 5 {
				mentions := make([]int, 6)
				for d := range mentions {
					for range 300 {
						if random.Float64() < 0.02+0.03*float64(d) {
							mentions[d]++
						}
					}
				}
				times[i] = append(times[i], sharing(string(rune('a'+segment)), 300, mentions...))
			}
		}
		if len(EmergingDrivers(times[0], times[1], "segment").Drivers) > 0 {
			wrong++
		}
	}
	if rate := float64(wrong) / surveys; rate > 0.05 || rate == 0 {
		t.Errorf("%.3f of surveys list something", rate)
	}
}

func TestEmergingOfRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(27, 1))
	for range 500 {
		recent, earlier := randomSlices(random), randomSlices(random)
		got := EmergingDrivers(recent, earlier, "region")
		sane(t, "emerging", got)
		for _, e := range got.Drivers {
			inOrder(t, "rise", e.Rise.Interval)
		}
		x, _ := json.Marshal(got)
		y, _ := json.Marshal(EmergingDrivers(shuffled(1, recent), shuffled(2, earlier), "region"))
		if diff := cmp.Diff(string(x), string(y)); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkEmergingDrivers(b *testing.B) {
	times := [2][]feedback.Slice{}
	for i := range times {
		for segment := range 200 {
			tab := crosstabOf(randomPatterns(uint64(100*i+segment), 40, 1, 500, 5))
			times[i] = append(times[i], feedback.Slice{Name: fmt.Sprintf("s%03d", segment), Crosstab: tab})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		EmergingDrivers(times[0], times[1], "segment")
	}
}
