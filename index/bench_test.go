package index

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"

	"verbatim/feedback"
)

// million makes columns of n rows; a theme pool of 40 and an attribute with 16 values.
func million(n int) *columns {
	r := rand.New(rand.NewPCG(1, 1))
	c := newColumns()
	for row := range n {
		a := comment(strconv.Itoa(row), feedback.Score(r.IntN(11)), pick(r, "en", "fi", "zh", "ru"), "text")
		for range 1 + r.IntN(3) {
			a.Analysis.Themes = append(a.Analysis.Themes, tag(fmt.Sprintf("theme%02d", r.IntN(40)), feedback.Sentiments[r.IntN(3)]))
		}
		a.Attributes = map[string]string{"region": fmt.Sprintf("region%02d", r.IntN(16)), "plan": pick(r, "free", "team")}
		c.set(row, a.Key(), &a)
	}
	return c
}

func BenchmarkCrosstabOneMillion(b *testing.B) {
	c := million(1_000_000)
	filters := map[string]feedback.Filter{
		"all":    {},
		"region": {Where: []feedback.Condition{{Attribute: "region", Op: feedback.Equal, Values: []string{"region03"}}}},
		"plan":   {Where: []feedback.Condition{{Attribute: "plan", Op: feedback.Equal, Values: []string{"free"}}}},
		"theme":  {Themes: []feedback.ThemeCondition{{Theme: "theme03"}}},
	}
	for name, f := range filters {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rows, err := c.choose(&f)
				if err != nil {
					b.Fatal(err)
				}
				c.crosstab(rows)
			}
		})
	}
	b.Run("patterns/plan", func(b *testing.B) {
		f := filters["plan"]
		for b.Loop() {
			rows, _ := c.choose(&f)
			c.patterns(rows, c.divideByLanguage())
		}
	})
}

func BenchmarkColumnsPut(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	all := make([]feedback.Analysed, 10_000)
	for i := range all {
		all[i] = randomResponse(r, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		c := newColumns()
		operations, _ := c.plan(puts(0, all...))
		c.apply(operations, 1)
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSnapshot100k(b *testing.B) {
	c := million(100_000)
	path := filepath.Join(b.TempDir(), "columns")
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			if err := c.save(path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := loadColumns(path); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkOpen100k opens a folder of 100,000 responses: columns, Bleve, and the checksums of its files.
func BenchmarkOpen100k(b *testing.B) {
	dir := b.TempDir()
	x := openDisk(b, dir, nil)
	apply(b, x, ws, puts(0, prose(100_000)...))
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x, err := Open(b.Context(), dir, nil, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if seq := x.Seq(b.Context(), ws); seq != 100_000 {
			b.Fatal("holds", seq)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// prose makes n comments of twenty words from a vocabulary in which some words are far more common than others.
func prose(n int) []feedback.Analysed {
	r := rand.New(rand.NewPCG(2, 2))
	zipf := rand.NewZipf(r, 1.1, 4, 30_000)
	all := make([]feedback.Analysed, n)
	for i := range all {
		var text []byte
		for range 20 {
			text = fmt.Appendf(text, "word%d ", zipf.Uint64())
		}
		all[i] = comment(strconv.Itoa(i), feedback.Score(r.IntN(11)), "en", string(text))
	}
	return all
}

func BenchmarkText50k(b *testing.B) {
	const n = 50_000
	all := prose(n)
	x := openDisk(b, b.TempDir(), nil)
	apply(b, x, ws, puts(0, all...))
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			fresh := openDisk(b, b.TempDir(), nil)
			apply(b, fresh, ws, puts(0, all...))
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "docs/s")
	})
	for _, query := range []string{"word900", "word3", "word3 word900", `"word1 word2"`, "word9*", "w*", "word1234~"} {
		b.Run("search/"+query, func(b *testing.B) {
			var total int
			for b.Loop() {
				total = search(b, x, feedback.Filter{Match: query}, SearchOptions{}).Total
			}
			b.ReportMetric(float64(total), "hits")
		})
	}
	b.Run("terms", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Terms(b.Context(), ws, feedback.Filter{}, "en"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
