package insight

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update writes what tests print into docs/statistics.md, before they compare.
var update = flag.Bool("update", os.Getenv("VERBATIM_UPDATE") == "1", "write the tables of docs/statistics.md")

// figureKey names a figure: of which method, for which case of cases.json.
type figureKey struct{ Method, Case, Figure string }

// figures are what insight computes. A figure may be several numbers, such as the ends of an interval.
type figures map[figureKey][]float64

func (f figures) set(method, name, figure string, values ...float64) {
	f[figureKey{method, name, figure}] = values
}

// reference is a figure that R or SciPy computed; Tolerance is relative, or absolute where the figure is 0.
type reference struct {
	Method, Case, Figure string
	Tool                 string
	Value                []float64
	Tolerance            float64
}

func (r *reference) key() figureKey { return figureKey{r.Method, r.Case, r.Figure} }

func readReferences(t *testing.T) []reference {
	t.Helper()
	var all []reference
	for _, file := range []string{"R.json", "SciPy.json"} {
		var some []reference
		readReferenceFile(t, file, &some)
		all = append(all, some...)
	}
	return all
}

func readReferenceFile(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "reference", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// difference is the largest relative difference of the numbers; absolute where the reference is 0.
func (r *reference) difference(ours []float64) float64 {
	if len(ours) != len(r.Value) {
		return math.Inf(1)
	}
	most := 0.0
	for i, want := range r.Value {
		far := math.Abs(ours[i] - want)
		if want != 0 {
			far /= math.Abs(want)
		}
		if math.IsNaN(far) {
			return math.Inf(1)
		}
		most = math.Max(most, far)
	}
	return most
}

// TestReferences compares every figure of R and SciPy with ours. It fails for a figure of theirs that nothing here
// computes, and for one of ours that neither of them checks.
func TestReferences(t *testing.T) {
	ours, checked := ourFigures(t), map[figureKey]bool{}
	for _, r := range readReferences(t) {
		checked[r.key()] = true
		got, ok := ours[r.key()]
		if !ok {
			t.Errorf("%v: %s has it, we do not", r.key(), r.Tool)
			continue
		}
		if far := r.difference(got); far > r.Tolerance {
			t.Errorf("%v = %.12g, %s says %.12g: %.2g apart", r.key(), got, r.Tool, r.Value, far)
		}
	}
	for key := range ours {
		if !checked[key] {
			t.Errorf("%v: no reference (make fixtures)", key)
		}
	}
}

// TestReferenceTable keeps the table of docs/statistics.md: it fails when the document shows other figures.
func TestReferenceTable(t *testing.T) {
	ours := ourFigures(t)
	var table strings.Builder
	table.WriteString("| method | case | figure | ours | theirs | tool | apart |\n|---|---|---|---|---|---|---|\n")
	for _, r := range readReferences(t) {
		got := ours[r.key()]
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Method, r.Case, r.Figure,
			shownFigures(got), shownFigures(r.Value), r.Tool, shownDifference(r.difference(got)))
	}
	documented(t, "references", table.String())
}

// shownFigures shows the first numbers of a figure.
func shownFigures(values []float64) string {
	const most = 4
	var words []string
	for i, v := range values {
		if i == most {
			words = append(words, fmt.Sprintf("… (%d)", len(values)))
			break
		}
		words = append(words, fmt.Sprintf("%.8g", v))
	}
	return strings.Join(words, ", ")
}

// shownDifference rounds up, so that the last bits of a processor do not show.
func shownDifference(far float64) string {
	for _, step := range []float64{1e-9, 1e-6, 1e-3, 1e-2, 3e-2} {
		if far <= step {
			return fmt.Sprintf("≤ %g", step)
		}
	}
	return fmt.Sprintf("%.2g", far)
}

// documented compares text with the named section of docs/statistics.md; with -update it writes it there first.
func documented(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		writeSection(t, name, text)
	}
	if diff := cmp.Diff(strings.Split(text, "\n"), strings.Split(readSection(t, name), "\n")); diff != "" {
		t.Errorf("docs/statistics.md shows other figures in section %s; go test ./insight -update writes them (-ours +docs):\n%s", name, diff)
	}
}

const statisticsDoc = "../docs/statistics.md"

// cutSection gives what is before, in and after the section between its two markers.
func cutSection(t *testing.T, name string) (before, section, after string) {
	t.Helper()
	doc, err := os.ReadFile(statisticsDoc)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->\n"
	before, rest, found := strings.Cut(string(doc), begin)
	section, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no section %s", statisticsDoc, name)
	}
	return before + begin, section, end + after
}

func readSection(t *testing.T, name string) string {
	t.Helper()
	_, section, _ := cutSection(t, name)
	return section
}

func writeSection(t *testing.T, name, text string) {
	t.Helper()
	before, _, after := cutSection(t, name)
	if err := os.WriteFile(statisticsDoc, []byte(before+text+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
