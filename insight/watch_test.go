package insight

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func tabOf(base Counts, themes ...feedback.ThemeCounts) feedback.Crosstab {
	return feedback.Crosstab{Model: "m", Taxonomy: "t@1", Base: scoresOf(base), Themes: themes}
}

func described(alerts []DriverAlert) []string {
	list := []string{}
	for i := range alerts {
		list = append(list, string(alerts[i].Change)+" "+alerts[i].Theme+" "+string(alerts[i].Sentiment))
	}
	return list
}

func checkAlerts(t *testing.T, got []DriverAlert, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), described(got)); diff != "" {
		t.Error(diff)
	}
}

func TestWatchSignificance(t *testing.T) {
	rude := func(c Counts) feedback.ThemeCounts { return themeOf("service_staff", feedback.Negative, c) }
	calm := tabOf(Counts{400, 200, 200}, rude(Counts{20, 10, 10}))
	alerts, state := Watch(nil, calm)
	checkAlerts(t, alerts)
	alerts, state = Watch(&state, calm)
	checkAlerts(t, alerts)
	bad := tabOf(Counts{400, 200, 245}, rude(Counts{20, 10, 55}))
	alerts, state = Watch(&state, bad)
	checkAlerts(t, alerts, "became_significant service_staff negative")
	if a := alerts[0]; a.Mentions != 85 || a.Base != 845 || a.Impact.Value >= 0 || a.QValue == nil || a.Earlier != nil {
		t.Errorf("%+v", a)
	}
	alerts, state = Watch(&state, bad)
	checkAlerts(t, alerts)
	// Between the two levels it stays what it was.
	for _, q := range []struct {
		promoters int
		want      []string
	}{{46, nil}, {52, []string{"ceased_to_be_significant service_staff negative"}}} {
		tab := tabOf(Counts{400 + q.promoters, 200, 245}, rude(Counts{20 + q.promoters, 10, 55}))
		report := Drivers(tab, feedback.Patterns{}, Options{})
		alerts, state = Watch(&state, tab)
		if value := float64(*report.Drivers[0].QValue); value <= MaxQ || (value > CeasedQ) != (q.want != nil) {
			t.Fatalf("q is %v", value)
		}
		var ceased []DriverAlert
		for _, a := range alerts {
			if a.Change != ImpactChanged {
				ceased = append(ceased, a)
			}
		}
		checkAlerts(t, ceased, q.want...)
	}
}

func TestWatchImpactOfWhatIsNew(t *testing.T) {
	late := func(c Counts) feedback.ThemeCounts { return themeOf("delivery_logistics", feedback.Negative, c) }
	first := tabOf(Counts{500, 200, 300}, late(Counts{10, 20, 70}))
	_, state := Watch(nil, first)
	// 300 more of the same: nothing changed, but it was looked at.
	alerts, state := Watch(&state, tabOf(Counts{650, 260, 390}, late(Counts{13, 26, 91})))
	checkAlerts(t, alerts)
	if state.Looks != 1 || state.Looked != 300 || state.Base.N() != 1000 {
		t.Errorf("%+v", state)
	}
	// 599 are less than twice as many: no look.
	alerts, state = Watch(&state, tabOf(Counts{500, 200, 899}, late(Counts{10, 20, 400})))
	checkAlerts(t, alerts)
	if state.Looks != 1 {
		t.Errorf("%+v", state)
	}
	// Of the next half are late.
	alerts, state = Watch(&state, tabOf(Counts{700, 300, 800}, late(Counts{20, 40, 300})))
	checkAlerts(t, alerts, "impact_changed delivery_logistics negative")
	if a := alerts[0]; a.Earlier.Value <= a.Recent.Value || *a.ChangeQ > 0.05/6 || *a.ChangeP > *a.ChangeQ {
		t.Errorf("%+v", a)
	}
	if state.Looks != 0 || state.Looked != 0 || state.Base.N() != 1800 {
		t.Errorf("looks begin anew: %+v", state)
	}
}

func TestWatchWithNothingToCompare(t *testing.T) {
	_, empty := Watch(nil, feedback.Crosstab{})
	some := tabOf(Counts{400, 200, 200}, themeOf("price_value", feedback.Negative, Counts{0, 0, 90}))
	alerts, state := Watch(&empty, some)
	checkAlerts(t, alerts, "became_significant price_value negative")
	if state.Base.N() != 800 || state.Looks != 0 {
		t.Errorf("nothing could be tested, and the counts stayed: %+v", state)
	}
	for name, tab := range map[string]feedback.Crosstab{
		"another model":    {Model: "m2", Taxonomy: "t@1", Base: some.Base},
		"another taxonomy": {Model: "m", Taxonomy: "t@2", Base: some.Base},
		"fewer":            tabOf(Counts{399, 200, 200}),
	} {
		alerts, after := Watch(&state, tab)
		checkAlerts(t, alerts)
		if after.Base != CountsOf(tab.Base) || len(after.Significant) != 0 {
			t.Errorf("%s: %+v", name, after)
		}
	}
}

// TestWatchIsQuietWithoutChange draws surveys that never change: hardly any may be said to.
func TestWatchIsQuietWithoutChange(t *testing.T) {
	const surveys, steps = 300, 40
	wrong := 0
	for seed := range uint64(surveys) {
		random := rand.New(rand.NewPCG(seed, 5))
		base, themes := Counts{}, [6]Counts{}
		var state *Watched
		changed := false
		for range steps {
			for range 60 {
				group := feedback.Groups[random.IntN(3)]
				base.add(group, 1)
				for i := range themes {
					if p := []float64{0.1, 0.2, 0.3}[i%3]; random.Float64() < p*float64(1+i/3*(1+len(group)%3))/2 {
						themes[i].add(group, 1)
					}
				}
			}
			tab := tabOf(base)
			for i, c := range themes {
				tab.Themes = append(tab.Themes, themeOf(string(rune('a'+i)), feedback.Negative, c))
			}
			alerts, after := Watch(state, tab)
			changed = changed || slices.ContainsFunc(alerts, func(a DriverAlert) bool { return a.Change == ImpactChanged })
			state = &after
		}
		if changed {
			wrong++
		}
	}
	t.Logf("%d of %d", wrong, surveys)
	if wrong > surveys/10 {
		t.Errorf("%d of %d surveys that do not change are said to", wrong, surveys)
	}
}

// TestWatchIsSafe feeds counts of any kind: nothing is NaN, and the state survives JSON.
func TestWatchIsSafe(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var state *Watched
	for range 2000 {
		base := randomCounts(random, 1+random.IntN(300))
		tab := tabOf(base)
		for i := range 5 {
			tab.Themes = append(tab.Themes, themeOf(string(rune('a'+i)), feedback.Sentiments[i%3], randomPart(random, base)))
		}
		alerts, after := Watch(state, tab)
		again, same := Watch(state, tab)
		if diff := cmp.Diff(alerts, again) + cmp.Diff(after, same); diff != "" {
			t.Fatal(diff)
		}
		data, err := json.Marshal(after)
		if err != nil {
			t.Fatal(err)
		}
		var back Watched
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(after, back); diff != "" {
			t.Fatal(diff)
		}
		text, err := json.Marshal(alerts)
		if err != nil || slices.Contains(text, 'N') {
			t.Fatalf("%s, %v", text, err)
		}
		if state = &back; random.IntN(3) == 0 {
			state = nil
		}
	}
}

func BenchmarkWatch(b *testing.B) {
	tab := crosstabOf(randomPatterns(1, 40, 3, 2000, 20))
	_, state := Watch(nil, tab)
	b.ReportAllocs()
	for b.Loop() {
		Watch(&state, tab)
	}
}
