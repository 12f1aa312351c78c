package insight

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChange(t *testing.T) {
	got := ChangeBetween(Counts{500, 300, 200}, Counts{560, 280, 260}) // statistics.md, section 2
	nearEstimate(t, "plain", got.Plain.Estimate, Estimate{-2.727273, 3.492947, -9.573322, 4.118777}, 1e-6)
	near(t, "plain Z", got.Plain.Z, -0.780794, 1e-6)
	near(t, "plain p", got.Plain.P, 0.434924, 1e-6)
	near(t, "adjusted Δ", got.Adjusted.Value, -2.711720, 1e-6)
	near(t, "adjusted SE", got.Adjusted.SE, 3.487527, 1e-6)
	near(t, "adjusted Z", got.Adjusted.Z, -0.777548, 1e-6)
	near(t, "adjusted p", got.Adjusted.P, 0.436835, 1e-6)
	near(t, "detectable", got.Detectable, 3.487527*(z95+z80), 1e-5)
}

func TestNeededPerWave(t *testing.T) {
	tests := []struct {
		variance, points float64
		want             int
	}{
		{0.61, 3, 10640}, // the check values of section 2
		{0.61, 5, 3831},
		{0.61, 10, 958},
		{0.61, -10, 958},
		{0, 5, 0},
		{0.61, 0, 0},
	}
	for _, test := range tests {
		if got := NeededPerWave(test.variance, test.points); got != test.want {
			t.Errorf("NeededPerWave(%v, %v) = %d, want %d", test.variance, test.points, got, test.want)
		}
	}
	got := ChangeBetween(Counts{500, 300, 200}, Counts{500, 300, 200}).Needed
	if diff := cmp.Diff([]WaveSize{{3, 10640}, {5, 3831}, {10, 958}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestChangeWhenNothingIsKnown(t *testing.T) {
	none := Difference{Estimate: Estimate{Low: -200, High: 200}, P: 1}
	want := Change{Adjusted: none, Plain: none, Detectable: 200}
	for _, waves := range [][2]Counts{{{}, {}}, {{1, 2, 3}, {}}, {{}, {1, 2, 3}}} {
		if diff := cmp.Diff(want, ChangeBetween(waves[0], waves[1])); diff != "" {
			t.Error(diff)
		}
	}
}

func TestChangeWithoutVariance(t *testing.T) {
	same := ChangeBetween(Counts{Promoters: 9}, Counts{Promoters: 4})
	if same.Plain.Value != 0 || same.Plain.P != 1 || same.Plain.Z != 0 {
		t.Errorf("all promoters twice: %+v", same.Plain)
	}
	turned := ChangeBetween(Counts{Promoters: 90}, Counts{Detractors: 90})
	if turned.Plain.Value != -200 || turned.Plain.P > 1e-6 || math.IsInf(turned.Plain.Z, 0) || turned.Plain.Low < -200 {
		t.Errorf("from all promoters to all detractors: %+v", turned.Plain)
	}
}

func TestPairedChange(t *testing.T) {
	pairs := [3][3]int{{40, 5, 5}, {5, 20, 5}, {2, 3, 15}}
	before, after := Counts{50, 30, 20}, Counts{47, 28, 25}
	got := PairedChange(before, after, pairs)
	// When all answer twice the variance is that of the differences: var(d)/n, d = x₂ − x₁.
	sum, squares := 0.0, 0.0
	for i, row := range pairs {
		for j, n := range row {
			d := float64(i - j)
			sum += d * float64(n)
			squares += d * d * float64(n)
		}
	}
	want := 100 * math.Sqrt((squares/100-sum*sum/1e4)/100)
	near(t, "paired SE", got.Plain.SE, want, 1e-9)
	near(t, "paired change", got.Plain.Value, sum, 1e-9)
	if alone := ChangeBetween(before, after); got.Adjusted.SE >= alone.Adjusted.SE {
		t.Errorf("pairing did not help: %v against %v", got.Adjusted.SE, alone.Adjusted.SE)
	}
}

func TestPairedChangeWhenAllMoveAlike(t *testing.T) {
	got := PairedChange(Counts{Passives: 500, Detractors: 500}, Counts{Promoters: 500, Passives: 500},
		[3][3]int{1: {500, 0, 0}, 2: {0, 500, 0}})
	if got.Plain.Value != 100 || got.Plain.P > 1e-6 || got.Plain.SE <= 0 || got.Adjusted.SE <= 0 {
		t.Errorf("all one group up: %+v", got)
	}
}

func TestPairsThatAreNotAmongTheWaves(t *testing.T) {
	waves := []Counts{{5, 0, 5}, {6, 0, 4}}
	got := PairedChange(waves[0], waves[1], [3][3]int{{500, 0, 0}, {}, {0, 0, 500}})
	near(t, "adjusted SE", got.Adjusted.SE, ChangeBetween(waves[0], waves[1]).Adjusted.SE, 1e-12)
}
