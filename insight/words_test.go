package insight

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// monroe holds the counts of statistics.md, section 5: tokens there, comments here.
var monroe = []WordCounts{
	{"price", Counts{30, 0, 80}},
	{"slow", Counts{5, 0, 50}},
	{"staff", Counts{120, 0, 20}},
	{"easy", Counts{145, 0, 10}},
	{"the", Counts{1700, 0, 840}},
}

func TestLogOddsWithTheShorterVariance(t *testing.T) {
	want := map[string]float64{"price": 7.225845, "slow": 6.676616, "staff": -4.125251, "easy": -5.973558, "the": -1.534552}
	for _, w := range monroe {
		pooled := float64(w.Promoters+w.Detractors) / 3000
		d, p := smoothed(w.Detractors, 1000, 500, pooled), smoothed(w.Promoters, 2000, 500, pooled)
		delta, variance := d.logit()-p.logit(), 1/d.with+1/p.with
		near(t, w.Word, delta/math.Sqrt(variance), want[w.Word], 1e-6)
		if w.Word == "price" {
			near(t, "δ", delta, 1.269348, 1e-6)
			near(t, "variance", variance, 0.030859, 1e-6)
		}
	}
}

func TestDistinctiveWords(t *testing.T) {
	got := DistinctiveWords([]LanguageWords{
		{Language: "fi", Documents: Counts{9, 50, 400}, Words: []WordCounts{{"hinta", Counts{1, 2, 300}}}},
		{Language: "en", Documents: Counts{2000, 700, 1000}, Words: append(shuffled(2, monroe), WordCounts{"rare", Counts{0, 300, 9}})},
	}, WordOptions{})
	if len(got.Languages) != 2 || got.Languages[0].Language != "en" || got.Method.Prior != 500 || got.Method.FDR != BH {
		t.Fatalf("%+v", got)
	}
	en, fi := got.Languages[0], got.Languages[1]
	if fi.Status != TooFew || fi.Family != 0 || fi.Detractors == nil || len(fi.Detractors) != 0 {
		t.Errorf("nine promoters are too few: %+v", fi)
	}
	if en.Status != Ranked || en.Family != 5 || en.PromoterComments != 2000 || en.DetractorComments != 1000 {
		t.Errorf("%+v", en)
	}
	var promoters, detractors []string
	for _, w := range en.Promoters {
		promoters = append(promoters, w.Word)
	}
	for _, w := range en.Detractors {
		detractors = append(detractors, w.Word)
	}
	if diff := cmp.Diff([]string{"price", "slow"}, detractors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"easy", "staff"}, promoters); diff != "" { // "the" is in 84 and 85 of 100
		t.Error(diff)
	}
	price := en.Detractors[0]
	a := 500 * 110.0 / 3000
	variance := 1/(80+a) + 1/(1000+500-80-a) + 1/(30+a) + 1/(2000+500-30-a)
	near(t, "δ", float64(price.LogOdds.Value), 1.269348, 1e-6)
	near(t, "z", float64(price.Z), 1.2693482/math.Sqrt(variance), 1e-5)
	near(t, "low", float64(price.LogOdds.Low), float64(price.LogOdds.Value)-1.959963984540054*math.Sqrt(variance), 1e-9)
	sameRatio(t, "p", float64(price.P), math.Erfc(float64(price.Z)/math.Sqrt2))
	if price.Q < price.P || price.Promoters != 30 || price.Detractors != 80 {
		t.Errorf("%+v", price)
	}
}

func TestWordOptions(t *testing.T) {
	words := []LanguageWords{{Language: "en", Documents: Counts{2000, 0, 1000}, Words: monroe}}
	got := DistinctiveWords(words, WordOptions{Prior: 5000, Top: 1, FDR: BY})
	usual := DistinctiveWords(words, WordOptions{Prior: math.NaN(), Top: -1})
	if len(got.Languages[0].Promoters) != 1 || got.Method.Prior != 5000 || got.Method.FDR != BY || usual.Method.Prior != 500 {
		t.Errorf("%+v", got)
	}
	if strong, weak := got.Languages[0].Detractors[0].LogOdds.Value, usual.Languages[0].Detractors[0].LogOdds.Value; strong >= weak {
		t.Errorf("a stronger prior shrinks: %v, %v", strong, weak)
	}
}

func TestWordsThatTellNothing(t *testing.T) {
	got := DistinctiveWords([]LanguageWords{{Language: "en", Documents: Counts{60, 5, 40}, Words: []WordCounts{
		{"everywhere", Counts{60, 5, 40}}, {"alike", Counts{30, 0, 20}}, {"passive", Counts{0, 5, 0}},
	}}}, WordOptions{}).Languages[0]
	if got.Status != NotSignificant || got.Family != 2 || len(got.Promoters)+len(got.Detractors) != 0 {
		t.Errorf("%+v", got)
	}
	if none := DistinctiveWords(nil, WordOptions{}); none.Languages == nil {
		t.Error("languages are nil")
	}
}

// Swapping the groups turns the signs, whatever the counts.
func TestWordsOfRandomCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(29, 1))
	for range 300 {
		documents := randomCounts(random, []int{0, 1, 15, 300}[random.IntN(4)])
		words := LanguageWords{Language: "en", Documents: documents}
		turned := LanguageWords{Language: "en", Documents: Counts{documents.Detractors, documents.Passives, documents.Promoters}}
		for i := range 20 {
			c := randomPart(random, documents)
			switch random.IntN(4) {
			case 0:
				c.Promoters = documents.Promoters
			case 1:
				c = together(c, Counts{1, 1, 1}) // perhaps more than there are
			}
			name := fmt.Sprintf("w%02d", i)
			words.Words = append(words.Words, WordCounts{name, c})
			turned.Words = append(turned.Words, WordCounts{name, Counts{c.Detractors, c.Passives, c.Promoters}})
		}
		got := DistinctiveWords([]LanguageWords{words}, WordOptions{})
		sane(t, "words", got)
		other := DistinctiveWords([]LanguageWords{turned}, WordOptions{}).Languages[0]
		var names [2][]string
		for i, w := range got.Languages[0].Promoters {
			inOrder(t, w.Word, w.LogOdds)
			names[0], names[1] = append(names[0], w.Word), append(names[1], other.Detractors[i].Word)
		}
		if diff := cmp.Diff(names[0], names[1]); diff != "" {
			t.Error(diff)
		}
		mixed := words
		mixed.Words = shuffled(5, words.Words)
		x, _ := json.Marshal(got)
		y, _ := json.Marshal(DistinctiveWords([]LanguageWords{mixed}, WordOptions{}))
		if diff := cmp.Diff(string(x), string(y)); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkDistinctiveWords(b *testing.B) {
	random := rand.New(rand.NewPCG(30, 1))
	documents := Counts{60_000, 20_000, 20_000}
	words := LanguageWords{Language: "en", Documents: documents}
	for i := range 50_000 {
		c := randomCounts(random, 40_000/(i+1)+3)
		words.Words = append(words.Words, WordCounts{fmt.Sprintf("w%05d", i), atMost(c, documents)})
	}
	b.ReportAllocs()
	for b.Loop() {
		DistinctiveWords([]LanguageWords{words}, WordOptions{})
	}
}
