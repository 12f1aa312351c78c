package insight

import (
	"math/rand/v2"
	"testing"
)

// paper holds the p values of Benjamini and Hochberg's example of 1995; unordered has ties and no order.
var (
	paper     = []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	unordered = []float64{.04, .01, .01, .5, 1, .03, .0005}
)

func TestAdjust(t *testing.T) {
	tests := []struct {
		p      []float64
		method Adjustment
		want   []float64 // p.adjust(p, method)
	}{
		{paper, BH, []float64{0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714286, 0.06385714286, 0.0645, 0.0765, 0.486, 0.5811818182, 0.714875, 0.7532307692, 0.8132142857, 1}},
		{paper, BY, []float64{0.00497734349, 0.00995468698, 0.03152317544, 0.1182119079, 0.2000892083, 0.2118926229, 0.2118926229, 0.2140257701, 0.253844518, 1, 1, 1, 1, 1, 1}},
		{paper, Holm, []float64{0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1}},
		{unordered, BH, []float64{0.056, 0.02333333333, 0.02333333333, 0.5833333333, 1, 0.0525, 0.0035}},
		{unordered, BY, []float64{0.1452, 0.0605, 0.0605, 1, 1, 0.136125, 0.009075}},
		{unordered, Holm, []float64{0.12, 0.06, 0.06, 1, 1, 0.12, 0.0035}},
		{unordered, "", []float64{0.056, 0.02333333333, 0.02333333333, 0.5833333333, 1, 0.0525, 0.0035}},
		{nil, BH, nil},
		{[]float64{0.03}, BY, []float64{0.03}},
	}
	for _, test := range tests {
		got := test.method.Adjust(test.p)
		if len(got) != len(test.want) {
			t.Fatalf("%s: %v", test.method, got)
		}
		for i, want := range test.want {
			sameRatio(t, string(test.method), got[i], want)
		}
	}
}

func TestAdjustedValuesKeepTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for range 100 {
		p := make([]float64, 1+random.IntN(20))
		for i := range p {
			p[i] = float64(random.IntN(20)) / 19
		}
		for _, method := range []Adjustment{BH, BY, Holm} {
			q := method.Adjust(p)
			for i := range p {
				if q[i] < p[i]-1e-15 || q[i] > 1 {
					t.Fatalf("%s: p %v, q %v", method, p[i], q[i])
				}
				for j := range p {
					if p[i] <= p[j] && q[i] > q[j] {
						t.Fatalf("%s: p %v ≤ %v but q %v > %v", method, p[i], p[j], q[i], q[j])
					}
				}
			}
		}
	}
}

func TestFCRLevel(t *testing.T) {
	near(t, "4 of 15", FCRLevel(4, 15, 0.05), 1-0.05*4/15, 1e-15)
	near(t, "all", FCRLevel(3, 3, 0.05), 0.95, 1e-15)
	near(t, "of none", FCRLevel(0, 0, 0.05), 0.95, 1e-15)
}
