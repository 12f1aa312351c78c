package insight

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestDecompose(t *testing.T) {
	// Before: 20 of 100 mention it, gap −0.5 − 0.5 = −1; after: 40 of 100, gap −0.75 − 0.25 = −1.
	got := Decompose(Counts{65, 0, 35}, Counts{32, 21, 47}, Counts{5, 0, 15}, Counts{2, 6, 32})
	near(t, "rest", got.Rest, -25, 1e-9)
	near(t, "volume", got.Volume, -20, 1e-9)
	near(t, "severity", got.Severity, 0, 1e-9)
	// The same share, half the gap: −1 becomes −0.5.
	got = Decompose(Counts{65, 0, 35}, Counts{70, 0, 30}, Counts{5, 0, 15}, Counts{10, 0, 10})
	near(t, "rest", got.Rest, 0, 1e-9)
	near(t, "volume", got.Volume, 0, 1e-9)
	near(t, "severity", got.Severity, 10, 1e-9)
}

func TestDecomposeAtTheEdges(t *testing.T) {
	tests := []struct {
		name                             string
		before, after, theme, themeAfter Counts
		rest, volume, severity           float64
	}{
		{"nothing before", Counts{}, Counts{5, 0, 0}, Counts{}, Counts{1, 0, 0}, 0, 0, 0},
		{"nothing after", Counts{5, 0, 0}, Counts{}, Counts{1, 0, 0}, Counts{}, 0, 0, 0},
		{"not mentioned", Counts{5, 0, 5}, Counts{10, 0, 0}, Counts{}, Counts{}, 100, 0, 0},
		{"new", Counts{6, 0, 4}, Counts{9, 0, 11}, Counts{}, Counts{0, 0, 5}, 0, -30, 0},
		{"gone", Counts{9, 0, 11}, Counts{6, 0, 4}, Counts{0, 0, 5}, Counts{}, 0, 30, 0},
		{"then in every response", Counts{8, 0, 2}, Counts{0, 0, 10}, Counts{0, 0, 2}, Counts{0, 0, 10}, 0, -160, 0},
		{"from none to every response", Counts{10, 0, 0}, Counts{0, 0, 10}, Counts{}, Counts{0, 0, 10}, 0, -200, 0},
		{"always in every response", Counts{10, 0, 0}, Counts{5, 0, 5}, Counts{10, 0, 0}, Counts{5, 0, 5}, 0, 0, -100},
		{"one response each", Counts{1, 0, 0}, Counts{0, 0, 1}, Counts{1, 0, 0}, Counts{}, 0, -200, 0},
	}
	for _, test := range tests {
		got := Decompose(test.before, test.after, test.theme, test.themeAfter)
		near(t, test.name+": rest", got.Rest, test.rest, 1e-9)
		near(t, test.name+": volume", got.Volume, test.volume, 1e-9)
		near(t, test.name+": severity", got.Severity, test.severity, 1e-9)
	}
}

func TestDecompositionsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 1))
	for range 3000 {
		most := []int{1, 3, 50, 1000}[random.IntN(4)]
		before, after := randomCounts(random, most), randomCounts(random, most)
		themes := [2]Counts{randomPart(random, before), randomPart(random, after)}
		if random.IntN(3) == 0 {
			themes[random.IntN(2)] = Counts{}
		}
		if random.IntN(3) == 0 {
			themes[0] = before
		}
		if random.IntN(3) == 0 {
			themes[1] = after
		}
		got := Decompose(before, after, themes[0], themes[1])
		want := 0.0
		if before.N() > 0 && after.N() > 0 {
			want = after.NPS() - before.NPS()
		}
		near(t, "sum", got.Rest+got.Volume+got.Severity, want, 1e-9)
		back := Decompose(after, before, themes[1], themes[0])
		near(t, "volume the other way round", back.Volume, -got.Volume, 1e-9)
		near(t, "severity the other way round", back.Severity, -got.Severity, 1e-9)
	}
}

func TestMix(t *testing.T) {
	// Both score as before, the better one grew: all of the change is mix.
	before := []feedback.Slice{sliceOf("EU", Counts{60, 40, 0}), sliceOf("US", Counts{100, 100, 100})}
	after := []feedback.Slice{sliceOf("EU", Counts{180, 120, 0}), sliceOf("US", Counts{100, 100, 100})}
	got := Mix("region", before, after)
	near(t, "mix", float64(got.Mix), 15, 1e-9)
	near(t, "within", float64(got.Within), 0, 1e-9)
	// EU grew by a quarter and US shrank by it; EU lies 60 − 22.5 above the middle, US 22.5 below.
	if got.Segments[0].Name != "EU" || got.Segments[1].Name != "US" {
		t.Fatalf("%+v", got.Segments)
	}
	near(t, "EU", float64(got.Segments[0].Mix), 0.25*37.5, 1e-9)
	near(t, "US", float64(got.Segments[1].Mix), 0.25*22.5, 1e-9)
	// The same sizes, both 20 better: all of it is within.
	got = Mix("region", []feedback.Slice{sliceOf("EU", Counts{40, 60, 0}), sliceOf("US", Counts{0, 300, 0})},
		[]feedback.Slice{sliceOf("US", Counts{60, 240, 0}), sliceOf("EU", Counts{60, 40, 0})})
	near(t, "mix", float64(got.Mix), 0, 1e-9)
	near(t, "within", float64(got.Within), 20, 1e-9)
}

func TestMixOfANewSegment(t *testing.T) {
	got := Mix("region", []feedback.Slice{sliceOf("EU", Counts{60, 40, 0}), sliceOf("", Counts{0, 20, 0})},
		[]feedback.Slice{sliceOf("EU", Counts{60, 40, 0}), sliceOf("US", Counts{0, 0, 100})})
	var names []string
	for _, s := range got.Segments {
		names = append(names, s.Name)
		if s.Within != 0 {
			t.Errorf("%+v did not change within", s)
		}
	}
	if diff := cmp.Diff([]string{"", "EU", "US"}, names); diff != "" {
		t.Error(diff)
	}
	near(t, "mix", float64(got.Mix), -20-50, 1e-9)
}

func TestMixPoolsSmallSegments(t *testing.T) {
	before := []feedback.Slice{sliceOf("a", Counts{4, 0, 0}), sliceOf("b", Counts{30, 0, 0}), sliceOf("c", Counts{50, 0, 50}), sliceOf("d", Counts{0, 0, 60})}
	after := []feedback.Slice{sliceOf("a", Counts{0, 0, 40}), sliceOf("b", Counts{0, 30, 0}), sliceOf("c", Counts{50, 50, 0}), sliceOf("d", Counts{0, 60, 0})}
	got := Mix("team", before, after)
	if len(got.Segments) != 3 || got.Segments[0].Name != "c" || got.Segments[1].Name != "d" {
		t.Fatalf("%+v", got.Segments)
	}
	pooled := got.Segments[2] // a with b, the smallest of the others
	if pooled.Pooled != 2 || pooled.Name != "" || pooled.BeforeNPS != 100 || pooled.AfterNPS != number(Counts{0, 30, 40}.NPS()) {
		t.Errorf("%+v", pooled)
	}
	alone := Mix("team", before[:1], after[:1]) // nothing to pool it with: it is all there is
	if len(alone.Segments) != 1 || alone.Segments[0].Name != "a" || alone.Segments[0].Pooled != 0 {
		t.Errorf("%+v", alone.Segments)
	}
}

func TestMixAndWithinAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 1))
	for range 1000 {
		before, after := randomSlices(random), randomSlices(random)
		got := Mix("region", before, after)
		sane(t, "mix", got)
		a, b := total(tallies(before)).scored, total(tallies(after)).scored
		want := 0.0
		if a.N() > 0 && b.N() > 0 {
			want = b.NPS() - a.NPS()
		}
		near(t, "mix + within", float64(got.Mix+got.Within), want, 1e-9)
		mix, shares := 0.0, 0.0
		for _, s := range got.Segments {
			mix += float64(s.Mix)
			shares += float64(s.AfterShare)
			for _, n := range []float64{float64(s.BeforeShare) * float64(a.N()), float64(s.AfterShare) * float64(b.N())} {
				if n = math.Round(n); n > 0 && n < MinSegment && len(got.Segments) > 1 {
					t.Errorf("%v responses are shown: %+v", n, s)
				}
			}
		}
		near(t, "sum of mix", mix, float64(got.Mix), 1e-9)
		if b.N() > 0 {
			near(t, "sum of shares", shares, 1, 1e-9)
		}
		x, _ := json.Marshal(got)
		y, _ := json.Marshal(Mix("region", shuffled(7, before), shuffled(8, after)))
		if diff := cmp.Diff(string(x), string(y)); diff != "" {
			t.Error(diff)
		}
	}
}
