package insight

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumberIsWrittenWithSixDecimals(t *testing.T) {
	tests := []struct {
		in   float64
		want string
	}{
		{0, "0"},
		{math.Copysign(0, -1), "0"},
		{-0.0000004, "0"},
		{0.0000006, "0.000001"},
		{12, "12"},
		{100, "100"},
		{-100, "-100"},
		{19.58022, "19.58022"},
		{11.633333333333, "11.633333"},
		{-12.8271719999, "-12.827172"},
		{1e21, "1000000000000000000000"},
		{math.NaN(), "null"},
		{math.Inf(1), "null"},
		{math.Inf(-1), "null"},
	}
	for _, test := range tests {
		got, err := json.Marshal(Number(test.in))
		if err != nil || string(got) != test.want {
			t.Errorf("Number(%v) is %s, %v; want %s", test.in, got, err, test.want)
		}
	}
}

func TestPValueIsWrittenWithSixSignificantDigits(t *testing.T) {
	tests := []struct {
		in   float64
		want string
	}{
		{1, "1"},
		{0, "0"},
		{0.5, "0.5"},
		{0.01234567, "0.0123457"},
		{0.000123456789, "0.000123457"},
		{1.5087569834e-17, "1.50876e-17"},
		{1.2e-90, "1.2e-90"},
		{3e-5, "3e-5"},
		{1.2345678e-205, "1.23457e-205"},
		{math.NaN(), "null"},
	}
	for _, test := range tests {
		got, err := json.Marshal(PValue(test.in))
		if err != nil || string(got) != test.want {
			t.Errorf("PValue(%v) is %s, %v; want %s", test.in, got, err, test.want)
		}
		var back float64
		if err := json.Unmarshal(got, &back); err != nil {
			t.Errorf("PValue(%v) reads back as %v", test.in, err)
		}
	}
}

func TestChiSquaredP(t *testing.T) {
	tests := []struct {
		x    float64
		df   int
		want float64 // pchisq(x, df, lower.tail = FALSE)
	}{
		{3.84, 1, 0.05004352125},
		{5, 2, 0.08208499862},
		{7.5, 3, 0.05755845197},
		{12, 6, 0.06196880442},
		{30, 7, 9.495972508e-05},
		{100, 11, 1.785838245e-16},
		{0.5, 5, 0.9921232932},
		{0, 3, 1},
	}
	for _, test := range tests {
		sameRatio(t, "chiSquaredP", chiSquaredP(test.x, test.df), test.want)
	}
}

func TestNormal(t *testing.T) {
	near(t, "normalQuantile(.95)", normalQuantile(0.95), z95, 1e-12)
	near(t, "normalQuantile(.6)", normalQuantile(0.6), z80, 1e-12)
	near(t, "normalP(z95)", normalP(-z95), 0.05, 1e-12)
}

func TestNoNegativeZero(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1)} {
		if n := number(x); math.Signbit(float64(n)) {
			t.Errorf("number(%v) is %v", x, float64(n))
		}
	}
}
