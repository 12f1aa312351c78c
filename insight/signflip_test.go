package insight

import "testing"

func TestSignFlips(t *testing.T) {
	// Detractors with and without the theme, promoters with and without it.
	berkeley := []Fourfold{ // the departments of UCBAdmissions: men look favoured only until they are told apart
		{512, 313, 89, 19}, {353, 207, 17, 8}, {120, 205, 202, 391}, {138, 279, 131, 244}, {53, 138, 94, 299}, {22, 351, 24, 317},
	}
	tests := []struct {
		name   string
		tables []Fourfold
		want   bool
	}{
		{"Berkeley", berkeley, true},
		{"the theme turned round", []Fourfold{{90, 10, 800, 200}, {200, 800, 10, 90}}, true},
		{"the same within and pooled", []Fourfold{{40, 160, 6, 494}, {12, 38, 9, 91}}, false},
		{"one stratum", berkeley[:1], false},
		{"only one stratum tells", []Fourfold{{90, 10, 800, 200}, {0, 0, 10, 90}}, false},
		{"no strata", nil, false},
		{"no association within", []Fourfold{{10, 90, 10, 90}, {90, 10, 9, 1}, {3, 27, 7, 63}}, false},
		{"both are chance", []Fourfold{{5, 4, 3, 3}, {1, 5, 2, 8}, {1, 2, 3, 7}, {4, 9, 9, 16}}, false},
	}
	for _, test := range tests {
		if got := SignFlips(test.tables); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
