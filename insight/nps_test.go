package insight

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestNPS(t *testing.T) {
	tests := []struct {
		promoters, passives, detractors int
		value                           int
		exact                           float64
		plain, adjusted                 Estimate // the check values of statistics.md, section 1
		tolerance                       float64
	}{
		{500, 300, 200, 30, 30, Estimate{30, 2.469818, 25.159246, 34.840754}, Estimate{29.910269, 2.465999, 25.077000, 34.743538}, 1e-6},
		{6, 3, 1, 50, 50, Estimate{50, 21.213203, 8.4229, 91.5771}, Estimate{38.461538, 19.72733, -0.2033, 77.1264}, 1e-4},
		{5, 0, 0, 100, 100, Estimate{100, 0, 100, 100}, Estimate{62.5, 22.96397, 17.4915, 100}, 1e-4},
	}
	for _, test := range tests {
		got := NPS(test.promoters, test.passives, test.detractors)
		if got.Value != test.value {
			t.Errorf("value %d, want %d", got.Value, test.value)
		}
		near(t, "exact", float64(got.Exact), test.exact, 1e-12)
		nearEstimate(t, "plain", got.Plain, test.plain, test.tolerance)
		nearEstimate(t, "adjusted", got.Adjusted, test.adjusted, test.tolerance)
		if float64(got.Low) != got.Adjusted.Low || float64(got.High) != got.Adjusted.High {
			t.Errorf("the interval shown is %v..%v, not the adjusted one", got.Low, got.High)
		}
	}
}

func nearEstimate(t *testing.T, what string, got, want Estimate, tolerance float64) {
	t.Helper()
	near(t, what+" value", got.Value, want.Value, tolerance)
	near(t, what+" SE", got.SE, want.SE, tolerance)
	near(t, what+" low", got.Low, want.Low, tolerance)
	near(t, what+" high", got.High, want.High, tolerance)
}

func TestNPSOfTheContract(t *testing.T) {
	got := NPS(1299, 751, 950)
	if got.Value != 12 || got.Exact.String() != "11.633333" || got.Low.String() != "8.553516" || got.High.String() != "14.689907" {
		t.Errorf("got %+v", got)
	}
}

func TestNPSRoundsHalfAwayFromZero(t *testing.T) {
	tests := []struct{ promoters, passives, detractors, want int }{
		{1, 7, 0, 13},     // 12.5
		{0, 7, 1, -13},    // −12.5
		{1, 199, 0, 1},    // 0.5
		{0, 199, 1, -1},   // −0.5
		{0, 200, 1, 0},    // −0.4975…, not −0
		{115, 85, 0, 58},  // 57.5, which as a float times 100 is 57.49999999999999
		{0, 85, 115, -58}, //
		{3, 4, 3, 0},
		{0, 0, 9, -100},
	}
	for _, test := range tests {
		if got := NPS(test.promoters, test.passives, test.detractors); got.Value != test.want {
			t.Errorf("NPS(%d, %d, %d) = %d, want %d", test.promoters, test.passives, test.detractors, got.Value, test.want)
		}
	}
}

func TestNPSWithoutResponses(t *testing.T) {
	none := Estimate{Low: -100, High: 100}
	want := NPSValue{Low: -100, High: 100, Adjusted: none, Plain: none}
	if diff := cmp.Diff(want, NPS(0, 0, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, WeightedNPS(WeightedCounts{})); diff != "" {
		t.Error(diff)
	}
}

func TestNPSStaysWithinItsRange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		c := randomCounts(random, 6)
		v := NPS(c.Promoters, c.Passives, c.Detractors)
		if v.Low < -100 || v.High > 100 || !(v.Low <= v.High) || v.Adjusted.SE < 0 || math.IsNaN(v.Plain.SE) {
			t.Fatalf("%+v: %+v", c, v)
		}
		mirror := NPS(c.Detractors, c.Passives, c.Promoters)
		if mirror.Value != -v.Value || mirror.Low != number(-float64(v.High)) {
			t.Fatalf("%+v: %+v, mirrored %+v", c, v, mirror)
		}
	}
}

func TestWeightedNPS(t *testing.T) {
	patterns := feedback.Patterns{Patterns: []feedback.Pattern{
		{Score: 10, N: 2, W: 3, W2: 5}, // weights 1 and 2
		{Score: 9, N: 1, W: 1, W2: 1},
		{Score: 8, N: 1, W: 2, W2: 4},
		{Score: 0, N: 2, W: 2, W2: 2},
		{Score: feedback.Unscored, N: 9, W: 9, W2: 9},
	}}
	got := WeightedNPS(WeightedCountsOf(patterns))
	// Σwx = 4 − 2, Σw = 8, n_eff = 64/12.
	near(t, "exact", float64(got.Exact), 25, 1e-12)
	near(t, "n_eff", got.EffectiveN, 64.0/12, 1e-12)
	near(t, "plain SE", got.Plain.SE, 100*math.Sqrt((0.5+0.25-0.0625)/(64.0/12)), 1e-9)
	if got.Promoters != 3 || got.Passives != 1 || got.Detractors != 2 || got.Value != 25 {
		t.Errorf("got %+v", got)
	}
}

func TestEqualWeightsChangeNothing(t *testing.T) {
	w := WeightedCounts{Promoters: Weight{6, 15, 37.5}, Passives: Weight{3, 7.5, 18.75}, Detractors: Weight{1, 2.5, 6.25}}
	got, want := WeightedNPS(w), NPS(6, 3, 1)
	nearEstimate(t, "adjusted", got.Adjusted, want.Adjusted, 1e-9)
	nearEstimate(t, "plain", got.Plain, want.Plain, 1e-9)
	near(t, "n_eff", got.EffectiveN, 10, 1e-9)
}

func TestCountsOfScores(t *testing.T) {
	got := CountsOf(feedback.Scores{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	if diff := cmp.Diff(Counts{Promoters: 2, Passives: 2, Detractors: 7}, got); diff != "" {
		t.Error(diff)
	}
	if got := (Counts{1, 1, 1}).without(Counts{2, 0, 1}); got != (Counts{0, 1, 0}) {
		t.Errorf("a part larger than the whole leaves %+v", got)
	}
}
