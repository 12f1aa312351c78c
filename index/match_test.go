package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// walk collects the documents of a matcher, seeking ahead at random.
func walk(t *testing.T, m matcher, r *rand.Rand, skip int) []uint64 {
	t.Helper()
	var list []uint64
	for document := uint64(0); ; {
		found, err := m.seek(document)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := m.seek(document); again != found || err != nil {
			t.Fatalf("seek %d: %d, then %d, %v", document, found, again, err)
		}
		if found == noDocument {
			return list
		}
		list = append(list, found)
		document = found + 1 + uint64(r.IntN(skip))
	}
}

func TestMatchersAgreeWithSets(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for range 60 {
		sets := make([]map[int]bool, 1+r.IntN(4))
		for i := range sets {
			sets[i] = randomSet(r)
		}
		matchers := func() []matcher {
			var list []matcher
			for _, set := range sets {
				bitmap := roaring.New()
				for document := range set {
					bitmap.Add(uint32(document))
				}
				list = append(list, newSetMatcher(bitmap))
			}
			return list
		}
		var union, intersection []uint64
		for document := range 400 {
			n := 0
			for _, set := range sets {
				if set[document] {
					n++
				}
			}
			if n > 0 {
				union = append(union, uint64(document))
			}
			if n == len(sets) {
				intersection = append(intersection, uint64(document))
			}
		}
		if got := walk(t, newAnyMatcher(matchers()), r, 1); !slices.Equal(got, union) {
			t.Fatalf("any of %v: %v", sets, got)
		}
		if got := walk(t, newAllMatcher(matchers()), r, 1); !slices.Equal(got, intersection) {
			t.Fatalf("all of %v: %v", sets, got)
		}
		for _, document := range walk(t, newAnyMatcher(matchers()), r, 30) {
			if !slices.Contains(union, document) {
				t.Fatalf("skipping through any of %v: %d", sets, document)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	tests := []struct {
		name   string
		places []place
		want   []feedback.Span
	}{
		{"none", nil, nil},
		{"other field", []place{{"s:en", 0, 4}}, nil},
		{"same in two fields", []place{{"c:en", 3, 7}, {"c:plain", 3, 7}}, []feedback.Span{{Start: 3, End: 7}}},
		{"in order", []place{{"c:en", 8, 9}, {"c:en", 0, 2}}, []feedback.Span{{Start: 0, End: 2}, {Start: 8, End: 9}}},
		{"overlapping", []place{{"c:cjk", 3, 9}, {"c:cjk", 0, 6}}, []feedback.Span{{Start: 0, End: 9}}},
		{"inside", []place{{"c:en", 0, 9}, {"c:en", 2, 4}, {"c:en", 8, 10}}, []feedback.Span{{Start: 0, End: 10}}},
		{"touching", []place{{"c:cjk", 0, 3}, {"c:cjk", 3, 6}}, []feedback.Span{{Start: 0, End: 3}, {Start: 3, End: 6}}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, spansOf(test.places, commentPrefix)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestQueriesAgreeWithReading evaluates random queries over random texts of few words, and compares with reading the texts
// one by one. Texts come in several batches, with replacements and deletions, so that Bleve has several segments.
func TestQueriesAgreeWithReading(t *testing.T) {
	vocabulary := []string{"aa", "ab", "ba", "bb", "abc", "cab"}
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 4))
			x := open(t)
			texts := map[string]string{}
			for seq := int64(0); seq < 200; {
				var changes []feedback.Change
				for range 1 + r.IntN(25) {
					seq++
					id := strconv.Itoa(r.IntN(80))
					words := make([]string, 1+r.IntN(6))
					for i := range words {
						words[i] = vocabulary[r.IntN(len(vocabulary))]
					}
					texts[id] = strings.Join(words, " ")
					a := comment(id, 5, feedback.Undetermined, texts[id])
					change := feedback.Change{Seq: seq, Key: a.Key(), Analysed: &a}
					if r.IntN(6) == 0 {
						change.Analysed = nil
						delete(texts, id)
					}
					changes = append(changes, change)
				}
				apply(t, x, ws, changes)
				if seq < 60 {
					matched(t, x, "aa") // in memory, Bleve is made now and written to afterwards
				}
			}
			for range 150 {
				query := randomQuery(r, vocabulary)
				var want []string
				for _, id := range slices.Sorted(maps.Keys(texts)) {
					if reads(t, query, texts[id]) {
						want = append(want, id)
					}
				}
				if got := matched(t, x, query); got != strings.Join(want, " ") {
					t.Errorf("match %q: got %s, want %s", query, got, strings.Join(want, " "))
				}
			}
		})
	}
}

func randomQuery(r *rand.Rand, vocabulary []string) string {
	var list []string
	for range 1 + r.IntN(4) {
		word := pick(r, vocabulary...)
		switch r.IntN(8) {
		case 0:
			list = append(list, "-"+word)
		case 1:
			list = append(list, word[:1]+"*")
		case 2:
			list = append(list, `"`+word+" "+pick(r, vocabulary...)+`"`)
		case 3:
			list = append(list, word+" OR "+pick(r, vocabulary...))
		case 4:
			list = append(list, `-"`+word+" "+pick(r, vocabulary...)+`"`)
		case 5:
			list = append(list, word+"~")
		default:
			list = append(list, word)
		}
	}
	return strings.Join(list, " ")
}

// reads evaluates a query by reading.
func reads(t *testing.T, query, text string) bool {
	t.Helper()
	clauses, err := parseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(text)
	for _, c := range clauses {
		found := slices.ContainsFunc(c.any, func(a atom) bool {
			switch a.kind {
			case phraseAtom:
				return strings.Contains(" "+text+" ", " "+a.text+" ")
			case prefixAtom:
				return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, a.text) })
			case fuzzyAtom:
				return slices.ContainsFunc(words, func(w string) bool { return edits(w, a.text) <= 1 })
			default:
				return slices.Contains(words, a.text)
			}
		})
		if found == c.excluded {
			return false
		}
	}
	return true
}

// edits is how many letters to add, drop, change or swap with their neighbour make one word of the other.
func edits(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	same := edits(a[1:], b[1:])
	if a[0] == b[0] {
		return same
	}
	least := min(same, edits(a[1:], b), edits(a, b[1:]))
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, edits(a[2:], b[2:]))
	}
	return 1 + least
}

// TestScoreDependsOnTheTextAlone finds the same text among few and among many others.
func TestScoreDependsOnTheTextAlone(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0, corpus()...))
			queries := []string{"refund", "late delivery refund", `"late delivery"`, "refund*", "delivery -nothing", "late OR awful refund"}
			before := map[string]float64{}
			for _, query := range queries {
				before[query] = scoreOf(t, x, query, "en1")
			}
			seq := int64(len(corpus()))
			for i := range 5 {
				apply(t, x, ws, puts(seq, comment(fmt.Sprint("x", i), 1, "en", "late refunding"), comment(fmt.Sprint("y", i), 1, "fr", "refund delivery, delivery")))
				seq += 2
			}
			for _, query := range queries {
				if after := scoreOf(t, x, query, "en1"); after != before[query] || after <= 0 {
					t.Errorf("%s: %v, then %v", query, before[query], after)
				}
			}
		})
	}
}

// TestScores works scores out by hand: the root of the mentions by the root of the words, the best field's; words add up.
func TestScores(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	apply(t, x, ws, puts(0,
		comment("alone", 1, "en", "refund"),
		comment("four", 1, "en", "refund was rather slow"), // "was" is no word of the English field
		comment("often", 1, "en", "slow refund, refund slow refund"),
		suggest(comment("both", 1, "und", "refund please quickly now"), "und", "refund"),
	))
	tests := []struct {
		query, id string
		want      float64
	}{
		{"refund", "alone", 1},
		{"refund", "four", math.Sqrt(1.0 / 3)},
		{"refund", "often", math.Sqrt(3.0 / 5)},
		{"refund", "both", 1},
		{"refund slow", "often", math.Sqrt(3.0/5) + math.Sqrt(2.0/5)},
		{"refund OR slow", "often", math.Sqrt(3.0 / 5)},
		{`"slow refund"`, "often", 2 * math.Sqrt2 * math.Sqrt(1.0/5)},
		{"ref*", "often", 0.1},
		{"refund ref*", "alone", 1.1},
		{"refund -slow", "alone", 1},
	}
	for _, test := range tests {
		if got := scoreOf(t, x, test.query, test.id); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("%s for %s: %v, want %v", test.query, test.id, got, test.want)
		}
	}
}

func scoreOf(t *testing.T, x *Index, query, id string) float64 {
	t.Helper()
	for _, hit := range search(t, x, feedback.Filter{Match: query}, SearchOptions{}).Hits {
		if hit.Key.ID == id {
			return hit.Score
		}
	}
	t.Fatalf("%s does not find %s", query, id)
	return 0
}

func TestSearchEndsWithContext(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	var all []feedback.Analysed
	for i := range 1100 {
		all = append(all, comment(fmt.Sprint("r", i), 1, "en", "word"))
	}
	apply(t, x, ws, puts(0, all...))
	search(t, x, feedback.Filter{Match: "word"}, SearchOptions{}) // makes Bleve
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, query := range []string{"word", "wor*"} {
		if _, err := x.Search(ctx, ws, feedback.Filter{Match: query}, SearchOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := x.Terms(ctx, ws, feedback.Filter{}, "en"); !errors.Is(err, context.Canceled) {
		t.Errorf("terms: %v", err)
	}
}

func TestGuardTurnsPanicsIntoErrors(t *testing.T) {
	var missing []int
	err := guard(func() error { return fmt.Errorf("%d", missing[3]) })
	if feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("out of bounds: %v", err)
	}
	wanted := errors.New("as it is")
	if err := guard(func() error { return wanted }); !errors.Is(err, wanted) {
		t.Errorf("an error: %v", err)
	}
}

// TestFileCutUnderItsReader maps a file, cuts it, and reads past its end: a fault that would end the program.
func TestFileCutUnderItsReader(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/segment")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 16); err != nil {
		t.Fatal(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, 1<<16, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Skip("no mapped files here:", err)
	}
	defer syscall.Munmap(b)
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	err = guard(func() error { return fmt.Errorf("read %d", b[1<<15]) })
	if feedback.CodeOf(err) != feedback.Corrupt {
		t.Errorf("got %v", err)
	}
}
