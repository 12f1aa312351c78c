package insight

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var simulateAll = flag.Bool("simulate", false, "simulate coverage with 20,000 draws a case and write the table of docs/statistics.md")

const (
	drawsAll   = 20_000
	drawsShort = 500 // also the size of the pieces that cores work on, each with a seed of its own
)

// outcome is what one made-up survey shows: of our method and, for contrast, of the plain one. For an interval 1 when it
// covers the truth and 0 when not; for a ranking the share of its drivers that are none.
type outcome struct{ ours, plain float64 }

func (o *outcome) add(other outcome) { o.ours, o.plain = o.ours+other.ours, o.plain+other.plain }

// simulation is a case: a way to make up surveys whose truth is known. The figures of the document have to lie within
// AtLeast and AtMost, in per cent: what we promise.
type simulation struct {
	Method, Case    string
	AtLeast, AtMost float64
	// Contrast says that the plain method was computed as well.
	Contrast bool
	Draw     func(random *rand.Rand) outcome
}

func (s *simulation) key() string { return s.Method + " | " + s.Case }

// simulated are means over draws in per cent.
type simulated struct{ Ours, Plain float64 }

// run draws n surveys of every case on all cores. The result does not depend on how many there are.
func run(cases []simulation, n int, progress func(done int)) []simulated {
	pieces := n / drawsShort
	sums := make([]outcome, len(cases)*pieces)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				job := int(next.Add(1)) - 1
				if job >= len(sums) {
					return
				}
				sums[job] = piece(&cases[job/pieces], uint64(job%pieces))
				progress(int(done.Add(1)))
			}
		})
	}
	workers.Wait()
	out := make([]simulated, len(cases))
	for i := range out {
		var total outcome
		for _, s := range sums[i*pieces : (i+1)*pieces] {
			total.add(s)
		}
		out[i] = simulated{Ours: 100 * total.ours / float64(n), Plain: 100 * total.plain / float64(n)}
	}
	return out
}

// piece draws the numbered piece of a case. The seed is of its name, so that a new case does not move the others.
func piece(s *simulation, number uint64) (sum outcome) {
	seed := fnv.New64a()
	seed.Write([]byte(s.key()))
	random := rand.New(rand.NewPCG(seed.Sum64(), number))
	for range drawsShort {
		sum.add(s.Draw(random))
	}
	return sum
}

// TestSimulation runs the simulation: with -simulate the whole, into the document; else its first draws, which must agree
// with the document within what chance allows.
func TestSimulation(t *testing.T) {
	cases := simulations()
	if *simulateAll {
		documentSimulation(t, cases)
	}
	documentedFigures := simulationTable(t)
	if len(documentedFigures) != len(cases) {
		t.Errorf("docs/statistics.md has %d cases, the simulation %d (make simulate)", len(documentedFigures), len(cases))
	}
	got := run(cases, drawsShort, func(int) {})
	for i := range cases {
		c := &cases[i]
		want, ok := documentedFigures[c.key()]
		if !ok {
			t.Errorf("%s is not in docs/statistics.md (make simulate)", c.key())
			continue
		}
		// A draw or two of 500 may differ even where the document says 100 %.
		chance := math.Sqrt(math.Max(want*(100-want), 20) / drawsShort)
		if math.Abs(got[i].Ours-want) > 4*chance {
			t.Errorf("%s: %.1f %% of %d draws, the document says %.1f %%", c.key(), got[i].Ours, drawsShort, want)
		}
		if want < c.AtLeast || want > c.AtMost {
			t.Errorf("%s: %.1f %%, promised are %g to %g %%", c.key(), want, c.AtLeast, c.AtMost)
		}
	}
}

// documentSimulation writes the table, and says on the error stream how far it is.
func documentSimulation(t *testing.T, cases []simulation) {
	t.Helper()
	pieces := len(cases) * drawsAll / drawsShort
	results := run(cases, drawsAll, func(done int) {
		if done%40 == 0 {
			fmt.Fprintf(os.Stderr, "simulate: %d of %d\n", done, pieces)
		}
	})
	var table strings.Builder
	table.WriteString("| what | case | ours, % | plain, % | promised, % |\n|---|---|---|---|---|\n")
	for i, r := range results {
		plain := "–"
		if cases[i].Contrast {
			plain = fmt.Sprintf("%.1f", r.Plain)
		}
		fmt.Fprintf(&table, "| %s | %.1f | %s | %g–%g |\n", cases[i].key(), r.Ours, plain, cases[i].AtLeast, cases[i].AtMost)
	}
	writeSection(t, "simulation", table.String())
}

// simulationTable reads our figures from the document, by case.
func simulationTable(t *testing.T) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for line := range strings.Lines(readSection(t, "simulation")) {
		cells := strings.Split(strings.Trim(line, "|\n "), " | ")
		if len(cells) != 5 {
			continue
		}
		if figure, err := strconv.ParseFloat(cells[2], 64); err == nil {
			out[cells[0]+" | "+cells[1]] = figure
		}
	}
	return out
}

// TestRunIsTheSameOnAnyCores keeps the simulation reproducible.
func TestRunIsTheSameOnAnyCores(t *testing.T) {
	cases := simulations()[:3]
	many := run(cases, 4*drawsShort, func(int) {})
	before := runtime.GOMAXPROCS(1)
	one := run(cases, 4*drawsShort, func(int) {})
	runtime.GOMAXPROCS(before)
	for i := range cases {
		if many[i] != one[i] {
			t.Errorf("%s: %v on many cores, %v on one", cases[i].key(), many[i], one[i])
		}
	}
}
