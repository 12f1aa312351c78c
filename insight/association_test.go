package insight

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestAssociation(t *testing.T) {
	table := Fourfold{40, 160, 6, 494} // statistics.md, section 4
	odds := table.OddsRatio()
	near(t, "odds ratio", odds.Value, 19.196981, 1e-6)
	near(t, "log", math.Log(odds.Value), 2.954753, 1e-6)
	near(t, "log SE", odds.LogSE, 0.432192, 1e-6)
	near(t, "low", odds.Low, 8.229057, 1e-6)
	near(t, "high", odds.High, 44.783268, 1e-6)
	near(t, "Fisher", table.fisher(), 1.508757e-17, 1e-23)
	difference := Newcombe(40, 200, 6, 500)
	near(t, "difference", float64(difference.Value), 0.188, 1e-12)
	near(t, "Newcombe low", float64(difference.Low), 0.136531, 5e-7)
	near(t, "Newcombe high", float64(difference.High), 0.249200, 5e-7)
}

func TestOddsRatioOfTheContract(t *testing.T) {
	odds := FourfoldOf(Counts{1279, 736, 935}, Counts{31, 70, 309}).OddsRatio()
	shown := interval(odds.Value, odds.Low, odds.High)
	if shown.Value.String() != "19.58022" || shown.Low.String() != "13.404785" || shown.High.String() != "28.600609" {
		t.Errorf("got %+v", shown)
	}
}

func TestFisher(t *testing.T) {
	tests := []struct {
		table Fourfold
		want  float64 // fisher.test(matrix(c(a, b, c, e), 2, byrow = TRUE))$p.value
	}{
		{Fourfold{40, 160, 6, 494}, 1.508756983e-17},
		{Fourfold{3, 1, 1, 3}, 0.4857142857},
		{Fourfold{0, 10, 5, 5}, 0.03250773994},
		{Fourfold{10, 2, 3, 15}, 0.0005367241191},
		{Fourfold{1, 9, 11, 3}, 0.002759456185},
		{Fourfold{7, 993, 1, 1999}, 0.002559863502},
		{Fourfold{0, 4, 0, 9}, 1},
		{Fourfold{2, 200, 0, 30}, 1},
		{Fourfold{12, 5, 29, 2}, 0.08026855207},
	}
	for _, test := range tests {
		sameRatio(t, "fisher", test.table.fisher(), test.want)
	}
}

func TestFisherCountsTies(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for range 200 {
		table := Fourfold{random.IntN(12), random.IntN(12), random.IntN(12), random.IntN(12)}
		sameRatio(t, "fisher", table.fisher(), exactFisher(table))
	}
}

// exactFisher counts the tables in whole numbers.
func exactFisher(t Fourfold) float64 {
	detractors, promoters, with := t.DetractorsWith+t.DetractorsWithout, t.PromotersWith+t.PromotersWithout, t.DetractorsWith+t.PromotersWith
	ways := func(x int) *big.Int {
		a := new(big.Int).Binomial(int64(detractors), int64(x))
		return a.Mul(a, new(big.Int).Binomial(int64(promoters), int64(with-x)))
	}
	observed, extreme := ways(t.DetractorsWith), new(big.Int)
	for x := max(0, with-promoters); x <= min(with, detractors); x++ {
		if w := ways(x); w.Cmp(observed) <= 0 {
			extreme.Add(extreme, w)
		}
	}
	all := new(big.Int).Binomial(int64(detractors+promoters), int64(with))
	p, _ := new(big.Rat).SetFrac(extreme, all).Float64()
	return p
}

func TestAssociationP(t *testing.T) {
	tests := []struct {
		table Fourfold
		want  float64
	}{
		// chisq.test(matrix(c(a, b, c, e), 2, byrow = TRUE), correct = FALSE)$p.value
		{Fourfold{40, 160, 60, 440}, 0.006285181643},
		{Fourfold{30, 70, 30, 70}, 1},
		{Fourfold{309, 626, 31, 1248}, 9.5560228e-87},
		{Fourfold{15, 25, 20, 10}, 0.01572529975},
		// An expected cell under 5: fisher.test(…)$p.value
		{Fourfold{7, 993, 1, 1999}, 0.002559863502},
		{Fourfold{3, 1, 1, 3}, 0.4857142857},
		// An empty row or column.
		{Fourfold{}, 1},
		{Fourfold{0, 0, 5, 9}, 1},
		{Fourfold{5, 9, 0, 0}, 1},
		{Fourfold{0, 5, 0, 9}, 1},
		{Fourfold{5, 0, 9, 0}, 1},
	}
	for _, test := range tests {
		sameRatio(t, "AssociationP", test.table.AssociationP(), test.want)
	}
}

func TestAssociationChangesTestAtAnExpectedFive(t *testing.T) {
	five := Fourfold{3, 47, 7, 43} // 10 of 100 in two equal rows: 5 expected; a·e − b·c = −200
	pearson := normalP(math.Sqrt(100 * 200 * 200 / (50 * 50 * 10 * 90.0)))
	sameRatio(t, "expected 5", five.AssociationP(), pearson)
	under := Fourfold{3, 47, 6, 44} // 4.5 expected
	sameRatio(t, "expected 4.5", under.AssociationP(), under.fisher())
}

func TestOddsRatioIsFinite(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	tables := []Fourfold{{}, {1e7, 0, 0, 1e7}, {0, 1e7, 1e7, 0}, {1, 0, 0, 0}}
	for range 200 {
		tables = append(tables, Fourfold{random.IntN(4), random.IntN(4), random.IntN(4), random.IntN(4)})
	}
	for _, table := range tables {
		o, p := table.OddsRatio(), table.AssociationP()
		if !(o.Low > 0 && o.Low < o.Value && o.Value < o.High && o.High < math.MaxFloat64) || !(p >= 0 && p <= 1+1e-12) {
			t.Errorf("%+v: %+v, p %v", table, o, p)
		}
	}
}

func TestWilson(t *testing.T) {
	tests := []struct {
		k, n      int
		low, high float64 // prop.test(k, n, correct = FALSE)$conf.int
	}{
		{40, 200, 0.1504520093, 0.2608551866},
		{6, 500, 0.005510995174, 0.02593036112},
		{0, 10, 0, 0.2775327999},
		{10, 10, 0.7224672001, 1},
		{1, 3, 0.06149194472, 0.7923403992},
		{0, 0, 0, 1},
	}
	for _, test := range tests {
		got := Wilson(test.k, test.n)
		near(t, "low", float64(got.Low), test.low, 1e-10)
		near(t, "high", float64(got.High), test.high, 1e-10)
	}
}

func TestMantelHaenszel(t *testing.T) {
	tests := []struct {
		tables []Fourfold
		// mantelhaen.test(x): estimate, conf.int, statistic, p.value; with correct = FALSE: p.value.
		// Breslow–Day by its definition with uniroot, since base R has none: statistic, df, p.
		want MantelHaenszel
	}{
		{
			[]Fourfold{{40, 160, 6, 494}, {12, 38, 9, 91}, {5, 45, 20, 180}},
			MantelHaenszel{5.39322301, 3.404319783, 8.544101698, 59.81647778, 1.041278987e-14, 3.920816311e-15, 23.39553159, 2, 8.312369988e-06},
		},
		{
			[]Fourfold{{3, 7, 1, 9}, {2, 8, 4, 6}},
			MantelHaenszel{1, 0.2457207963, 4.069659609, 0, 1, 1, 2.202380952, 1, 0.1377977523},
		},
		{
			[]Fourfold{{0, 10, 5, 5}, {1, 9, 6, 14}, {2, 18, 3, 7}, {4, 6, 5, 5}},
			MantelHaenszel{0.2543859649, 0.08963916689, 0.7219190159, 5.957192359, 0.01465736429, 0.007429876177, 3.379276363, 3, 0.3367603839},
		},
		{ // UCBAdmissions, whose tables R holds column by column
			[]Fourfold{{512, 89, 313, 19}, {353, 17, 207, 8}, {120, 202, 205, 391}, {138, 131, 279, 244}, {53, 94, 138, 299}, {22, 24, 351, 317}},
			MantelHaenszel{0.9046968283, 0.7719073618, 1.060329764, 1.426946229, 0.2322634628, 0.2169236971, 18.82551371, 5, 0.00207139035},
		},
	}
	for _, test := range tests {
		got, ok := MantelHaenszelOf(test.tables)
		if !ok || got.DF != test.want.DF {
			t.Fatalf("%+v: %+v, %v", test.tables, got, ok)
		}
		sameRatio(t, "odds ratio", got.OddsRatio, test.want.OddsRatio)
		sameRatio(t, "low", got.Low, test.want.Low)
		sameRatio(t, "high", got.High, test.want.High)
		sameRatio(t, "statistic", got.Statistic, test.want.Statistic)
		sameRatio(t, "p", got.P, test.want.P)
		sameRatio(t, "uncorrected p", got.UncorrectedP, test.want.UncorrectedP)
		sameRatio(t, "heterogeneity", got.Heterogeneity, test.want.Heterogeneity)
		sameRatio(t, "heterogeneity p", got.HeterogeneityP, test.want.HeterogeneityP)
	}
}

func TestMantelHaenszelAtTheEdges(t *testing.T) {
	if got, ok := MantelHaenszelOf(nil); ok || got != (MantelHaenszel{}) {
		t.Errorf("no strata: %+v, %v", got, ok)
	}
	if _, ok := MantelHaenszelOf([]Fourfold{{0, 0, 3, 4}, {3, 0, 4, 0}, {}}); ok {
		t.Error("strata with an empty row or column say something")
	}
	one, ok := MantelHaenszelOf([]Fourfold{{40, 160, 6, 494}, {0, 0, 3, 4}})
	if !ok || one.DF != 0 || one.HeterogeneityP != 1 {
		t.Errorf("one stratum that counts: %+v", one)
	}
	near(t, "sample odds ratio", one.OddsRatio, 20.583333, 1e-6)
	for _, tables := range [][]Fourfold{
		{{4, 0, 0, 9}, {3, 0, 0, 1}},
		{{0, 4, 9, 0}, {0, 3, 1, 0}},
		{{1e6, 0, 1, 1e6}, {0, 1, 1, 0}},
	} {
		got, ok := MantelHaenszelOf(tables)
		if !ok || !(got.Low > 0 && got.Low < got.OddsRatio && got.OddsRatio < got.High && got.High < math.MaxFloat64) ||
			math.IsNaN(got.Heterogeneity) || !(got.HeterogeneityP >= 0 && got.HeterogeneityP <= 1) {
			t.Errorf("%+v: %+v", tables, got)
		}
	}
}

func TestExpectedTableKeepsMarginsAndOddsRatio(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		cells := [4]float64{float64(1 + random.IntN(50)), float64(random.IntN(50)), float64(random.IntN(50)), float64(1 + random.IntN(50))}
		psi := math.Exp(40 * (random.Float64() - 0.5))
		if cells[1]+cells[0] == 0 || cells[2]+cells[3] == 0 || cells[1]+cells[3] == 0 || cells[0]+cells[2] == 0 {
			continue
		}
		got := expectedTable(cells, psi)
		near(t, "odds ratio of the expected table", got[0]*got[3]/(got[1]*got[2])/psi, 1, 1e-9)
		near(t, "row", got[0]+got[1], cells[0]+cells[1], 1e-9)
		near(t, "column", got[0]+got[2], cells[0]+cells[2], 1e-9)
		near(t, "other row", got[2]+got[3], cells[2]+cells[3], 1e-9)
	}
}
