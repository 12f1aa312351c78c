package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

func TestAttributeLetsGoAtOneValueTooMany(t *testing.T) {
	a := newAttribute()
	for i := range maxValues {
		a.set(i, "order "+strconv.Itoa(i), true)
		a.set(i, "order "+strconv.Itoa(i), true)
	}
	a.set(5, "", false)
	a.set(maxValues+50, "", false) // nothing to forget there
	if a.over || a.at(5) != 0 || a.at(6) != 7 || a.size() != maxValues {
		t.Fatalf("at the limit: over %v, codes %d and %d of %d", a.over, a.at(5), a.at(6), a.size())
	}
	a.set(3, "one more", true)
	if !a.over || a.size() > 0 || len(a.names) > 0 {
		t.Errorf("past the limit: over %v, %d rows", a.over, a.size())
	}
	a.set(3, "1", true)
	if a.size() > 0 {
		t.Error("it came back")
	}
}

// TestAttributeBecomesNumbers goes past the limit with numbers and dates; a word later lets go of them all.
func TestAttributeBecomesNumbers(t *testing.T) {
	tests := []struct {
		name  string
		value func(i int) string
		want  func(i int) float64
		small bool
	}{
		{"whole", strconv.Itoa, func(i int) float64 { return float64(i) }, true},
		{"days", func(i int) string { return time.Unix(int64(i)*86400, 0).UTC().Format(time.DateOnly) }, func(i int) float64 { return float64(i) * 86400 }, true},
		{"cents", func(i int) string { return fmt.Sprintf("%d.%02d", i, i%100) }, func(i int) float64 { return float64(100*i+i%100) / 100 }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttribute()
			for i := range 2 * maxValues {
				a.set(3*i, test.value(i), true)
			}
			a.set(6, "", false)
			a.set(9, "", true)
			a.set(7000, "", false)
			if a.over || a.numbers == nil || a.size() > 0 || a.countable() || (a.numbers.wide == nil) != test.small {
				t.Fatalf("over %v, %d codes, numbers %v", a.over, a.size(), a.numbers != nil)
			}
			for row := range 7000 {
				got := a.numbers.at(row)
				if row%3 != 0 || row == 6 || row == 9 || row >= 6*maxValues {
					if !math.IsNaN(got) {
						t.Fatalf("row %d has no value, and holds %v", row, got)
					}
				} else if want := test.want(row / 3); got != want {
					t.Fatalf("row %d: %v, want %v", row, got, want)
				}
			}
			a.set(1, "many", true)
			if !a.over || a.numbers != nil {
				t.Error("a word among numbers is held")
			}
		})
	}
}

func TestMoments(t *testing.T) {
	tests := []struct {
		name  string
		draw  func(r *rand.Rand) int64
		bytes int
	}{
		{"seconds", func(r *rand.Rand) int64 { return 1000 * r.Int64N(1<<32-1) }, 4},
		{"milliseconds", func(r *rand.Rand) int64 { return r.Int64N(1000 * (1<<32 - 1)) }, 6},
		{"long ago", func(r *rand.Rand) int64 { return r.Int64N(1<<45) - 1<<44 }, 8},
		{"far", func(r *rand.Rand) int64 { return 1000*(1<<32-2) + 1000*r.Int64N(2) }, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 1))
			var m moments
			want := make([]int64, 500)
			for row := range want {
				want[row] = noTime
			}
			for range 400 {
				row := r.IntN(400)
				want[row] = test.draw(r)
				if r.IntN(4) == 0 {
					want[row] = noTime
				}
				m.put(row, want[row])
			}
			if got := 4*min(1, len(m.seconds)) + 2*min(1, len(m.millis)) + 8*min(1, len(m.wide)); got != test.bytes {
				t.Errorf("%d bytes a row, want %d", got, test.bytes)
			}
			var all bitset
			first, end, low, high := want[0], test.draw(r), int64(math.MaxInt64), int64(math.MinInt64)
			for row, at := range want {
				all.add(row)
				if m.at(row) != at {
					t.Fatalf("row %d: %d, want %d", row, m.at(row), at)
				}
				if at != noTime {
					low, high = min(low, at), max(high, at)
				}
			}
			for block := range all.blocks() {
				if a, b := m.span(block); a != low || b != high {
					t.Errorf("span %d to %d, want %d to %d", a, b, low, high)
				}
			}
			if a, b := m.span([]uint32{450, 451}); a <= b {
				t.Errorf("span of no times: %d to %d", a, b)
			}
			m.keep(all, first, end)
			for row, at := range want {
				if all.has(row) != (at != noTime && at >= first && at < end) {
					t.Fatalf("row %d at %d between %d and %d: %v", row, at, first, end, all.has(row))
				}
			}
		})
	}
}
