package index

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

func at(a feedback.Analysed, day int) feedback.Analysed {
	if day > 0 {
		a.SubmittedAt = time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	}
	return a
}

func TestSortOrders(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	apply(t, x, ws, puts(0,
		at(comment("long", 7, "en", "a refund would be fair after such a long time of waiting for the thing"), 2),
		at(comment("none", feedback.Unscored, "en", "no refund then, and nothing else either"), 0),
		at(comment("twice", 0, "en", "refund, refund"), 3),
		at(comment("old", 10, "en", "refund my money"), 1),
		at(comment("same", 7, "en", "a refund would be fair after such a long time of waiting for the thing"), 2),
	))
	tests := []struct {
		match string
		sort  Sort
		want  string
	}{
		{"refund", "", "twice old none long same"},
		{"refund", Relevance, "twice old none long same"},
		{"refund", Newest, "twice long same old none"},
		{"refund", Oldest, "old long same twice none"},
		{"refund", LowestScore, "twice long same old none"},
		{"", "", "twice long same old none"},
		{"", Relevance, "twice long same old none"},
		{"-money", Relevance, "long none twice same"},
		{"-money", Oldest, "long same twice none"},
	}
	for _, test := range tests {
		for limit := 1; limit <= 5; limit++ {
			if got := strings.Join(allPages(t, x, feedback.Filter{Match: test.match}, test.sort, limit, nil), " "); got != test.want {
				t.Errorf("match %q sort %q by %d: got %q, want %q", test.match, test.sort, limit, got, test.want)
			}
		}
	}
}

// allPages collects the ids of all pages; between pages it calls write.
func allPages(t *testing.T, x *Index, f feedback.Filter, sort Sort, limit int, write func()) []string {
	t.Helper()
	var list []string
	options := SearchOptions{Sort: sort, Limit: limit}
	for {
		page := search(t, x, f, options)
		for _, hit := range page.Hits {
			list = append(list, hit.Key.ID)
		}
		if options.Cursor = page.Next; options.Cursor == "" {
			return list
		}
		if write != nil {
			write()
		}
	}
}

// TestPagesStayWhileOthersWrite turns pages while responses come that change how common every word is: each response that
// was there at the start is seen once, in its order.
func TestPagesStayWhileOthersWrite(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			for _, sort := range []Sort{Relevance, Newest, Oldest, LowestScore} {
				x := open(t)
				var all []feedback.Analysed
				for i := range 60 {
					text := strings.Repeat("refund ", 1+r.IntN(3)) + "money " + strings.Repeat("word ", r.IntN(12))
					all = append(all, at(comment(fmt.Sprint("old", i), feedback.Score(r.IntN(11)), "en", text), r.IntN(9)))
				}
				apply(t, x, ws, puts(0, all...))
				f := feedback.Filter{Match: "refund mone* money OR other"}
				want := allPages(t, x, f, sort, 7, nil)
				if len(want) != len(all) {
					t.Fatalf("%d of %d", len(want), len(all))
				}
				seq := int64(len(all))
				got := allPages(t, x, f, sort, 7, func() {
					text := fmt.Sprint("refund money monet other ", seq)
					apply(t, x, ws, puts(seq, at(comment(fmt.Sprint("new", seq), 5, "en", text), 4), comment(fmt.Sprint("more", seq), 5, "en", "money")))
					seq += 2
				})
				got = slices.DeleteFunc(got, func(id string) bool { return !strings.HasPrefix(id, "old") })
				if !slices.Equal(got, want) {
					t.Errorf("sort %s: while writing\n%v\nbefore\n%v", sort, got, want)
				}
			}
		})
	}
}

func TestSearchOptionErrors(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	var all []feedback.Analysed
	for i := range 300 {
		all = append(all, comment(strconv.Itoa(i), 5, "en", "word"))
	}
	apply(t, x, ws, puts(0, all...))
	f := feedback.Filter{Match: "word"}
	first := search(t, x, f, SearchOptions{})
	if len(first.Hits) != DefaultLimit || first.Total != 300 || first.Next == "" {
		t.Fatalf("%d hits of %d, next %q", len(first.Hits), first.Total, first.Next)
	}
	if n := len(search(t, x, f, SearchOptions{Limit: MaxLimit}).Hits); n != MaxLimit {
		t.Errorf("%d hits at the most", n)
	}
	cursor, err := base64.RawURLEncoding.DecodeString(first.Next)
	if err != nil {
		t.Fatal(err)
	}
	cursor[15]++
	tests := []struct {
		name    string
		filter  feedback.Filter
		options SearchOptions
		message string
	}{
		{"limit too large", f, SearchOptions{Limit: MaxLimit + 1}, "between 1 and 200"},
		{"limit negative", f, SearchOptions{Limit: -1}, "between 1 and 200"},
		{"sort", f, SearchOptions{Sort: "best"}, "relevance, newest, oldest, score"},
		{"no cursor", f, SearchOptions{Cursor: "no cursor!"}, "start without one"},
		{"short cursor", f, SearchOptions{Cursor: first.Next[:20]}, "start without one"},
		{"changed cursor", f, SearchOptions{Cursor: base64.RawURLEncoding.EncodeToString(cursor)}, "start without one"},
		{"other filter", feedback.Filter{Match: "words"}, SearchOptions{Cursor: first.Next}, "another search"},
		{"other sort", f, SearchOptions{Cursor: first.Next, Sort: Newest}, "another search"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := x.Search(t.Context(), ws, test.filter, test.options)
			if feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want invalid with %q", err, test.message)
			}
		})
	}
	second := search(t, x, f, SearchOptions{Cursor: first.Next, Limit: 50})
	if len(second.Hits) != 50 || second.Hits[0].Key.ID != "20" {
		t.Errorf("second page with another limit: %d hits from %s", len(second.Hits), second.Hits[0].Key.ID)
	}
}
