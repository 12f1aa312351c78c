package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"verbatim/feedback"
)

// near compares sums of weights: their reference is added up in another order.
var near = cmpopts.EquateApprox(1e-12, 0)

// TestCountsAgreeWithReference writes, replaces and deletes random responses, and asks with random filters.
func TestCountsAgreeWithReference(t *testing.T) {
	all := dimensions(t)
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := cleanUp(t, OpenMemory(false))
		now := map[string]*feedback.Analysed{}
		var changes []feedback.Change
		for seq := int64(1); seq <= 600; seq++ {
			a := randomResponse(r, r.IntN(400))
			c := feedback.Change{Seq: seq, Kind: feedback.ChangePut, Key: a.Key(), Analysed: &a}
			now[a.Key().String()] = &a
			if r.IntN(5) == 0 {
				c.Kind, c.Analysed = feedback.ChangeDelete, nil
				delete(now, a.Key().String())
			}
			changes = append(changes, c)
		}
		for len(changes) > 0 { // in batches of any size, some of them twice
			n := min(1+r.IntN(100), len(changes))
			apply(t, x, ws, changes[:n])
			apply(t, x, ws, changes[:n])
			changes = changes[n:]
		}
		for i := range 60 {
			f := randomFilter(r)
			if i == 0 {
				f = feedback.Filter{}
			}
			compareCounts(t, x, f, now)
			if i%2 == 0 {
				var chosen []*feedback.Analysed
				for _, a := range now {
					if holds(&f, a) {
						chosen = append(chosen, a)
					}
				}
				compareSlices(t, x, f, all[i/2%len(all)], chosen)
			}
		}
	}
}

func compareCounts(t *testing.T, x *Index, f feedback.Filter, now map[string]*feedback.Analysed) {
	t.Helper()
	var chosen []*feedback.Analysed
	var want []string
	for _, a := range now {
		if holds(&f, a) {
			chosen = append(chosen, a)
			want = append(want, a.Key().String())
		}
	}
	crosstab, err := x.Crosstab(t.Context(), ws, f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(referenceCrosstab(chosen), crosstab); diff != "" {
		t.Errorf("crosstab under %+v (-want +got):\n%s", f, diff)
	}
	patterns, err := x.Patterns(t.Context(), ws, f)
	if err != nil {
		t.Fatal(err)
	}
	sorted := cmpopts.SortSlices(func(a, b flat) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(referencePatterns(chosen, languageOf), flatten(patterns), sorted, near); diff != "" {
		t.Errorf("patterns under %+v (-want +got):\n%s", f, diff)
	}
	checkOrder(t, &patterns)
	var got []string
	options := SearchOptions{Limit: 37}
	for {
		page := search(t, x, f, options)
		for _, h := range page.Hits {
			got = append(got, h.Key.String())
		}
		if page.Total != len(want) {
			t.Errorf("total under %+v: %d, want %d", f, page.Total, len(want))
		}
		if options.Cursor = page.Next; options.Cursor == "" {
			break
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("hits under %+v (-want +got):\n%s", f, diff)
	}
}

func TestCountsDoNotDependOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([]feedback.Analysed, 500)
	for i := range all {
		all[i] = randomResponse(r, i)
	}
	var crosstabs []feedback.Crosstab
	var patterns []feedback.Patterns
	for range 3 {
		x := cleanUp(t, OpenMemory(false))
		apply(t, x, ws, puts(0, all...))
		c, err := x.Crosstab(t.Context(), ws, feedback.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.Patterns(t.Context(), ws, feedback.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		crosstabs, patterns = append(crosstabs, c), append(patterns, p)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	for i := 1; i < 3; i++ {
		if diff := cmp.Diff(crosstabs[0], crosstabs[i]); diff != "" {
			t.Errorf("crosstab in another order:\n%s", diff)
		}
		if diff := cmp.Diff(patterns[0], patterns[i]); diff != "" { // to the last bit
			t.Errorf("patterns in another order:\n%s", diff)
		}
	}
}

func TestCrosstabOfFewResponses(t *testing.T) {
	happy := comment("a", 9, "en", "Great", tag("support/hours", feedback.Positive), tag("support", feedback.Positive))
	unsupported := comment("b", 2, "xx", "???", tag("support", feedback.Negative))
	unsupported.Analysis.Language.Supported = false
	unscored := comment("c", feedback.Unscored, "en", "Great", tag("support", feedback.Positive))
	silent := comment("d", 0, "", "")
	undetermined := comment("e", 7, feedback.Undetermined, "ok", tag("support", feedback.Neutral))
	advice := suggest(comment("f", 10, "", ""), "en", "more staff", tag("service_staff", feedback.Negative))
	x := cleanUp(t, OpenMemory(false))
	apply(t, x, ws, puts(0, happy, unsupported, unscored, silent, undetermined, advice))
	got, err := x.Crosstab(t.Context(), ws, feedback.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := feedback.Crosstab{
		Responses: 5, Commented: 3, Unscored: 1,
		Scored: feedback.Scores{0: 1, 2: 1, 7: 1, 9: 1, 10: 1},
		Base:   feedback.Scores{7: 1, 9: 1},
		Themes: []feedback.ThemeCounts{
			{Theme: "support", Sentiment: feedback.Positive, Scores: feedback.Scores{9: 1}},
			{Theme: "support", Sentiment: feedback.Neutral, Scores: feedback.Scores{7: 1}},
		},
		SuggestionBase:   feedback.Scores{10: 1},
		SuggestionThemes: []feedback.ThemeCounts{{Theme: "service_staff", Sentiment: feedback.Negative, Scores: feedback.Scores{10: 1}}},
		Languages:        map[string]int{"en": 2, "xx": 1, "und": 1, "": 2},
		Model:            "m1", Taxonomy: "default@1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCooccurrence(t *testing.T) {
	x := cleanUp(t, OpenMemory(false))
	apply(t, x, ws, puts(0,
		comment("a", 1, "en", "x", tag("b", feedback.Negative), tag("a", feedback.Negative)),
		comment("b", 9, "en", "x", tag("a", feedback.Negative), tag("a", feedback.Positive)),
		comment("c", 9, "en", "x", tag("a", feedback.Neutral)),
	))
	got, err := x.Cooccurrence(t.Context(), ws, feedback.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := Cooccurrence{
		Keys:   []feedback.DriverKey{{Theme: "a", Sentiment: feedback.Positive}, {Theme: "a", Sentiment: feedback.Negative}, {Theme: "b", Sentiment: feedback.Negative}},
		Counts: [][]int{{1, 1, 0}, {1, 2, 1}, {0, 1, 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManyThemes uses more themes than a word has bits, arriving one by one so that the sets are widened in between.
func TestManyThemes(t *testing.T) {
	const n = 300
	x := cleanUp(t, OpenMemory(false))
	var all []feedback.Analysed
	for i := range n {
		id := fmt.Sprintf("theme%03d", i)
		all = append(all, comment(id, feedback.Score(i%11), "en", "x", tag(id, feedback.Sentiments[i%3]), tag("common", feedback.Negative)))
	}
	apply(t, x, ws, puts(0, all...))
	crosstab, err := x.Crosstab(t.Context(), ws, feedback.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(crosstab.Themes); got != n+1 {
		t.Fatalf("%d themes, want %d", got, n+1)
	}
	for i, theme := range crosstab.Themes[1:] {
		want := feedback.ThemeCounts{Theme: all[i].ID, Sentiment: feedback.Sentiments[i%3]}
		want.Scores[i%11] = 1
		if theme != want {
			t.Errorf("theme %d: got %+v, want %+v", i, theme, want)
		}
	}
	if common := crosstab.Themes[0]; common.Scores.Total() != n {
		t.Errorf("common theme: %+v", common)
	}
	result := search(t, x, feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "theme299"}, {Theme: "theme000"}}}, SearchOptions{Sort: LowestScore})
	if got := ids(result.Hits); got != "theme000 theme299" {
		t.Errorf("by theme: %q", got)
	}
}

func TestFilterErrors(t *testing.T) {
	x := cleanUp(t, OpenMemory(false))
	var all []feedback.Analysed
	for i := range maxValues + 1 {
		a := comment(fmt.Sprint("r", i), 5, "en", "x")
		a.Attributes = map[string]string{"order": "no. " + strconv.Itoa(i), "shop": strconv.Itoa(i % maxValues)}
		all = append(all, a)
	}
	apply(t, x, ws, puts(0, all...))
	where := func(name string) feedback.Filter {
		return feedback.Filter{Where: []feedback.Condition{{Attribute: name, Op: feedback.Equal, Values: []string{"7"}}}}
	}
	tests := []struct {
		name    string
		filter  feedback.Filter
		code    feedback.Code
		message string
	}{
		{"unknown attribute", where("shpo"), feedback.Invalid, "shop, survey, touchpoint"},
		{"too many values", where("order"), feedback.Invalid, "over 1000 distinct values"},
		{"a thousand values", where("shop"), "", ""},
		{"empty range", feedback.Filter{From: all[0].SubmittedAt.AddDate(2000, 0, 1), Until: all[0].SubmittedAt.AddDate(1999, 0, 0)}, feedback.Invalid, "from is after to"},
		{"other taxonomy", feedback.Filter{Taxonomy: "default@2"}, feedback.Unsupported, "default@1"},
		{"current taxonomy", feedback.Filter{Taxonomy: "default@1"}, "", ""},
		{"text without texts", feedback.Filter{Match: "x"}, feedback.Unsupported, "keeps no texts"},
		{"long text", feedback.Filter{Match: strings.Repeat("ä", maxQuery+1)}, feedback.TooLarge, "1000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := x.Crosstab(t.Context(), ws, test.filter)
			if feedback.CodeOf(err) != test.code || err != nil && !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %s with %q", err, test.code, test.message)
			}
		})
	}
	if got, err := x.Crosstab(t.Context(), ws, where("shop")); err != nil || got.Responses != 1 {
		t.Errorf("shop 7: %d responses, %v", got.Responses, err)
	}
}

// TestPutAgainReplacesEveryValue leaves nothing of the first in any column.
func TestPutAgainReplacesEveryValue(t *testing.T) {
	x := cleanUp(t, OpenMemory(false))
	a := randomResponse(rand.New(rand.NewPCG(3, 3)), 1)
	a.Attributes, a.Weight = map[string]string{"region": "EU"}, 3
	b := comment(a.ID, 4, "en", "y")
	b.Survey = a.Survey
	apply(t, x, ws, puts(0, a))
	apply(t, x, ws, puts(1, b))
	compareCounts(t, x, feedback.Filter{}, map[string]*feedback.Analysed{"b": &b})
	f := feedback.Filter{Where: []feedback.Condition{{Attribute: "region", Op: feedback.Equal, Values: []string{"EU"}}}}
	compareCounts(t, x, f, map[string]*feedback.Analysed{"b": &b})
}
