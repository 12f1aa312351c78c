package index

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"verbatim/feedback"
)

// named is the slice that a response is in, worked out in the plainest way.
func named(a *feedback.Analysed, by feedback.Dimension) (name string, start time.Time) {
	switch {
	case by.Attribute == "language" && a.Analysis != nil:
		return a.Analysis.Language.Code, start
	case by.Attribute != "":
		name, _ = a.Attribute(by.Attribute)
		return name, start
	case by.Period == "" || a.SubmittedAt.IsZero():
		return "", start
	}
	loc := by.Location
	if loc == nil {
		loc = time.UTC
	}
	start = by.Period.Start(a.SubmittedAt, loc)
	return by.Period.Name(start), start
}

func referenceSlices(all []*feedback.Analysed, by feedback.Dimension) []feedback.Slice {
	groups := map[string][]*feedback.Analysed{}
	for _, a := range all {
		name, _ := named(a, by)
		groups[name] = append(groups[name], a)
	}
	var list []feedback.Slice
	for name, group := range groups {
		_, start := named(group[0], by)
		list = append(list, feedback.Slice{Name: name, Start: start, Crosstab: referenceCrosstab(group)})
	}
	slices.SortFunc(list, func(a, b feedback.Slice) int {
		if (a.Name == "") != (b.Name == "") {
			return cmp.Compare(len(b.Name), len(a.Name))
		}
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Name, b.Name))
	})
	return list
}

func location(tb testing.TB, name string) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return loc
}

// dimensions are all that the random responses can be divided by, in zones that are not whole hours from UTC, too.
func dimensions(tb testing.TB) []feedback.Dimension {
	tb.Helper()
	list := []feedback.Dimension{{}}
	for _, name := range []string{"region", "plan", "age", "touchpoint", "survey", "language"} {
		list = append(list, feedback.Dimension{Attribute: name})
	}
	for i, period := range feedback.Periods {
		zones := []*time.Location{nil, location(tb, "Asia/Kathmandu"), location(tb, "America/Los_Angeles"), location(tb, "Pacific/Apia"), location(tb, "Europe/Helsinki")}
		list = append(list, feedback.Dimension{Period: period, Location: zones[i]}, feedback.Dimension{Period: period, Location: zones[(i+1)%5]})
	}
	return list
}

func compareSlices(t *testing.T, x *Index, f feedback.Filter, by feedback.Dimension, chosen []*feedback.Analysed) {
	t.Helper()
	got, err := x.Slices(t.Context(), ws, f, by)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(referenceSlices(chosen, by), got); diff != "" {
		t.Errorf("slices by %s %v under %+v (-want +got):\n%s", by, by.Location, f, diff)
	}
	patterns, err := x.StratifiedPatterns(t.Context(), ws, f, by)
	if err != nil {
		t.Fatal(err)
	}
	sorted := cmpopts.SortSlices(func(a, b flat) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	stratum := func(a *feedback.Analysed) string {
		name, _ := named(a, by)
		return name
	}
	if diff := gocmp.Diff(referencePatterns(chosen, stratum), flatten(patterns), sorted, near, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("patterns by %s under %+v (-want +got):\n%s", by, f, diff)
	}
	checkOrder(t, &patterns)
}

// checkOrder checks what [feedback.Patterns] promises of the order, and that nothing is there twice or for nothing.
func checkOrder(t *testing.T, p *feedback.Patterns) {
	t.Helper()
	used := make([]bool, len(p.Strata))
	for i, pattern := range p.Patterns {
		used[pattern.Stratum] = true
		if !slices.IsSorted(pattern.Drivers) {
			t.Fatalf("drivers %v", pattern.Drivers)
		}
		if i == 0 {
			continue
		}
		last := p.Patterns[i-1]
		if cmp.Or(slices.Compare(last.Drivers, pattern.Drivers), cmp.Compare(last.Score, pattern.Score), last.Stratum-pattern.Stratum) >= 0 {
			t.Fatalf("pattern %+v before %+v", last, pattern)
		}
	}
	if slices.Contains(used, false) {
		t.Fatalf("strata %q, used %v", p.Strata, used)
	}
}

// numbered is a random response with attributes of more than maxValues distinct numbers and dates.
func numbered(r *rand.Rand, id int) feedback.Analysed {
	a := randomResponse(r, id)
	if r.IntN(5) > 0 {
		a.Attributes["amount"] = strconv.FormatFloat(float64(r.IntN(500_000)-9999)/100, 'f', -1, 64)
	}
	if r.IntN(5) > 0 {
		a.Attributes["visit"] = time.Date(2019, 1, 1+r.IntN(9000), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	return a
}

func rangeCondition(r *rand.Rand, like *feedback.Analysed) feedback.Condition {
	name := pick(r, "amount", "visit")
	value, ok := like.Attributes[name]
	if !ok {
		value = map[string]string{"amount": "1000.5", "visit": "2030-01-01"}[name]
	}
	ops := []feedback.Op{feedback.Equal, feedback.NotEqual, feedback.Less, feedback.LessOrEqual, feedback.Greater, feedback.GreaterOrEqual}
	c := feedback.Condition{Attribute: name, Op: ops[r.IntN(len(ops))], Values: []string{value}}
	if c.Op == feedback.Equal || c.Op == feedback.NotEqual {
		c.Values = append(c.Values, pick(r, "7", "word", "2030-01-01"))
	}
	return c
}

// TestRangesAgreeWithReference filters by attributes that are held as numbers, before and after a snapshot.
func TestRangesAgreeWithReference(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	dir := t.TempDir()
	x := openDisk(t, dir, nil)
	now := map[string]*feedback.Analysed{}
	var all []feedback.Analysed
	for range 3000 {
		all = append(all, numbered(r, r.IntN(2000)))
	}
	for i := range all {
		now[all[i].Key().String()] = &all[i]
	}
	apply(t, x, ws, puts(0, all...))
	for range 2 {
		for range 30 {
			f := feedback.Filter{Where: []feedback.Condition{rangeCondition(r, &all[r.IntN(len(all))])}}
			if r.IntN(2) == 0 {
				f.Where = append(f.Where, randomCondition(r), rangeCondition(r, &all[r.IntN(len(all))]))
			}
			compareCounts(t, x, f, now)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		x = openDisk(t, dir, nil)
	}
}

// TestTextComposes divides what a text query finds.
func TestTextComposes(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			var all []feedback.Analysed
			for i := range 300 {
				a := randomResponse(r, i)
				if a.Comment != "" {
					a.Comment = pick(r, "refund", "delivery", "refund delivery")
				}
				all = append(all, a)
			}
			apply(t, x, ws, puts(0, all...))
			for _, match := range []string{"refund", "-refund", "refund -delivery"} {
				f := feedback.Filter{Match: match, Groups: []feedback.Group{feedback.Detractor}}
				var chosen []*feedback.Analysed
				for i := range all {
					has := strings.Contains(all[i].Comment, "refund")
					wanted := has
					switch match {
					case "-refund":
						wanted = !has
					case "refund -delivery":
						wanted = all[i].Comment == "refund"
					}
					if wanted && all[i].Score.Group() == feedback.Detractor {
						chosen = append(chosen, &all[i])
					}
				}
				for _, by := range dimensions(t) {
					compareSlices(t, x, f, by, chosen)
				}
			}
		})
	}
}

// TestFarTimes divides times thousands of years apart.
func TestFarTimes(t *testing.T) {
	var all []feedback.Analysed
	var chosen []*feedback.Analysed
	for i, year := range []int{-290_000_000, -4000, 1, 1883, 1969, 1970, 2026, 9999, 290_000_000} {
		a := comment(strconv.Itoa(i), 5, "en", "x")
		a.Attributes = map[string]string{"region": "EU", "plan": "free", "age": "30"}
		a.SubmittedAt = time.Date(year, 3, 1, 0, 59, 59, 999_000_000, time.UTC)
		all = append(all, a, comment("none"+strconv.Itoa(i), 5, "en", "x"))
	}
	for i := range all {
		chosen = append(chosen, &all[i])
	}
	x := cleanUp(t, OpenMemory(false))
	apply(t, x, ws, puts(0, all...))
	for _, by := range dimensions(t) {
		compareSlices(t, x, feedback.Filter{}, by, chosen)
	}
}

func TestSliceErrors(t *testing.T) {
	x := cleanUp(t, OpenMemory(false))
	var all []feedback.Analysed
	for i := range maxValues + 1 {
		a := comment(fmt.Sprint("r", i), 5, "en", "x")
		a.Attributes = map[string]string{"order": "no. " + strconv.Itoa(i), "age": strconv.Itoa(i), "shop": strconv.Itoa(i % maxValues), "plan": "team"}
		all = append(all, a)
	}
	apply(t, x, ws, puts(0, all...))
	tests := []struct {
		name    string
		by      feedback.Dimension
		filter  feedback.Filter
		slices  int
		message string
	}{
		{"unknown attribute", feedback.Dimension{Attribute: "shpo"}, feedback.Filter{}, 0, "there is age, plan, shop, survey, touchpoint"},
		{"too many words", feedback.Dimension{Attribute: "order"}, feedback.Filter{}, 0, "over 1000 distinct values"},
		{"too many numbers", feedback.Dimension{Attribute: "age"}, feedback.Filter{}, 0, "not grouped by"},
		{"unknown period", feedback.Dimension{Period: "fortnight"}, feedback.Filter{}, 0, "day, week, month, quarter, year"},
		{"bad filter", feedback.Dimension{Attribute: "plan"}, feedback.Filter{Where: []feedback.Condition{{Attribute: "never"}}}, 0, "unknown"},
		{"a thousand values", feedback.Dimension{Attribute: "shop"}, feedback.Filter{}, maxValues, ""},
		{"nobody has it", feedback.Dimension{Attribute: "touchpoint"}, feedback.Filter{}, 1, ""},
		{"nothing chosen", feedback.Dimension{Attribute: "plan"}, feedback.Filter{Languages: []string{"fi"}}, 0, ""},
		{"no time", feedback.Dimension{Period: feedback.Week}, feedback.Filter{}, 1, ""},
		{"no dimension", feedback.Dimension{}, feedback.Filter{}, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := x.Slices(t.Context(), ws, test.filter, test.by)
			_, err2 := x.StratifiedPatterns(t.Context(), ws, test.filter, test.by)
			for _, err := range []error{err, err2} {
				if (err == nil) != (test.message == "") || err != nil && (feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), test.message)) {
					t.Errorf("got %v, want %q", err, test.message)
				}
			}
			if len(got) != test.slices {
				t.Errorf("%d slices, want %d", len(got), test.slices)
			}
		})
	}
}
