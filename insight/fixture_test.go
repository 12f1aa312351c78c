package insight

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"verbatim/feedback"
)

// close to six decimals, the precision of statistics.md.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, tolerance)
	}
}

// sameRatio compares p values, whose digits count from the first.
func sameRatio(t *testing.T, what string, got, want float64) {
	t.Helper()
	near(t, what, got, want, 1e-8*want)
}

func scoresOf(c Counts) feedback.Scores {
	return feedback.Scores{9: c.Promoters, 7: c.Passives, 3: c.Detractors}
}

func themeOf(theme string, sentiment feedback.Sentiment, c Counts) feedback.ThemeCounts {
	return feedback.ThemeCounts{Theme: theme, Sentiment: sentiment, Scores: scoresOf(c)}
}

// crosstabOf counts patterns as an index does, so that both views of a survey agree.
func crosstabOf(p feedback.Patterns) feedback.Crosstab {
	tab := feedback.Crosstab{Model: "2026.11", Taxonomy: "default@1"}
	themes := make([]feedback.ThemeCounts, len(p.Keys))
	for i, key := range p.Keys {
		themes[i].Theme, themes[i].Sentiment = key.Theme, key.Sentiment
	}
	for _, pattern := range p.Patterns {
		tab.Base[pattern.Score] += pattern.N
		for _, d := range pattern.Drivers {
			themes[d].Scores[pattern.Score] += pattern.N
		}
	}
	tab.Themes = themes
	tab.Scored = tab.Base
	tab.Responses = tab.Base.Total()
	tab.Commented = tab.Responses
	return tab
}

// randomPatterns makes up a survey: rows patterns of up to n responses each over the drivers and strata. Drivers differ in
// how often they come and in which scores they go with.
func randomPatterns(seed uint64, drivers, strata, rows, n int) feedback.Patterns {
	random := rand.New(rand.NewPCG(seed, 7))
	var p feedback.Patterns
	for i := range drivers {
		sentiment := feedback.Positive
		if i%2 == 1 {
			sentiment = feedback.Negative
		}
		p.Keys = append(p.Keys, feedback.DriverKey{Theme: fmt.Sprintf("theme_%02d", i/2), Sentiment: sentiment})
	}
	for i := range strata {
		p.Strata = append(p.Strata, fmt.Sprintf("l%02d", i))
	}
	for range rows {
		pattern := feedback.Pattern{N: 1 + random.IntN(n), Stratum: random.IntN(strata)}
		latent := random.Float64() - 0.3*float64(pattern.Stratum)/float64(strata)
		for d := range drivers {
			tilt := 0.15 * (latent - 0.5) * float64(1-2*(d%2)) // positive themes with high scores
			if random.Float64() < 0.03+0.1/float64(1+d/2)+tilt {
				pattern.Drivers = append(pattern.Drivers, d)
			}
		}
		pattern.Score = feedback.Score(max(0, min(10, int(11.5*latent+random.Float64()*3))))
		pattern.W = float64(pattern.N)
		pattern.W2 = pattern.W
		p.Patterns = append(p.Patterns, pattern)
	}
	return p
}

func randomCounts(random *rand.Rand, most int) Counts {
	return Counts{random.IntN(most + 1), random.IntN(most + 1), random.IntN(most + 1)}
}

func randomPart(random *rand.Rand, c Counts) Counts {
	return Counts{random.IntN(c.Promoters + 1), random.IntN(c.Passives + 1), random.IntN(c.Detractors + 1)}
}

func shuffled[T any](seed uint64, in []T) []T {
	out := slices.Clone(in)
	random := rand.New(rand.NewPCG(seed, 3))
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// regressionOf takes a covariance (or correlation or cross-product) matrix whose last row and column are y.
func regressionOf(covariance [][]float64) regression {
	k := len(covariance) - 1
	r := regression{k: k, yy: covariance[k][k], total: covariance[k][k]}
	for _, row := range covariance[:k] {
		r.xx = append(r.xx, row[:k]...)
		r.xy = append(r.xy, row[k])
	}
	return r
}

// readGolden returns the file; VERBATIM_UPDATE=1 writes got into it first.
func readGolden(t *testing.T, path string, got []byte) []byte {
	t.Helper()
	if os.Getenv("VERBATIM_UPDATE") == "1" {
		if err := os.WriteFile(path, append(slices.Clone(got), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}
