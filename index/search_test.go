package index

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// corpus is a comment in each of several languages and some English ones to choose from.
func corpus() []feedback.Analysed {
	return []feedback.Analysed{
		comment("en1", 3, "en", "The late delivery was awful, and I want a refund."),
		comment("en2", 9, "en", "Deliveries are never late. Not good, great!"),
		comment("en3", 10, "en", "Good service"),
		comment("en4", 5, "en", "Refunds take weeks; the wi-fi doesn’t work"),
		comment("ru1", 2, "ru", "Доставка опоздала на три недели, верните деньги"),
		comment("ru2", 8, "ru", "Быстрая доставкой довольны, ещё закажем"),
		comment("fi1", 1, "fi", "Toimitus kesti kolme viikkoa"),
		comment("fi2", 4, "fi", "Toimituksen kanssa oli ongelmia, käyttö on hankalaa"),
		comment("zh1", 3, "zh", "物流很慢，客服不好"),
		comment("zh2", 9, "zh", "客服态度好，物流快"),
		comment("de1", 6, "de", "Die Lieferung war verspätet, große Enttäuschung"),
		comment("de2", 9, "de", "Schöne Tische und gute Häuser"),
		comment("ar1", 2, "ar", "التوصيل متأخر جدا والخدمة سيئة"),
		comment("ar2", 9, "ar", "خدمات ممتازة"),
		comment("ko1", 9, "ko", "배송이 빨라요"),
		comment("und1", 9, feedback.Undetermined, "SUPER café 👍"),
		comment("pl1", 9, "pl", "Szybka dostawa, zażółć gęślą jaźń"),
		suggest(comment("sug1", 7, "en", ""), "en", "Add a refund button"),
		comment("none", 7, "", ""),
	}
}

func TestMatchFindsWords(t *testing.T) {
	tests := []struct{ match, want string }{
		{"refund", "en1 en4 sug1"},
		{"REFUNDS", "en1 en4 sug1"},
		{"delivery", "en1 en2"},
		{"delivery late", "en1 en2"},
		{"late delivery refund", "en1"},
		{`"late delivery"`, "en1"},
		{`"late deliveries"`, "en1"},
		{`"delivery late"`, ""},
		{`"not good"`, "en2"},
		{"not good", "en2"},
		{"deliver*", "en1 en2"},
		{"refund* -weeks", "en1 sug1"},
		{"refund -button -weeks", "en1"},
		{`refund -"late delivery"`, "en4 sug1"},
		{"weeks OR button", "en4 sug1"},
		{"refund weeks OR button", "en4 sug1"},
		{`"good service" OR button`, "en3 sug1"},
		{"delivry~", "en1"},
		{"late~ delivery", "en1 en2"},
		{"wi-fi", "en4"},
		{"wi-f*", "en4"},
		{"doesn't", "en4"},
		{"доставка", "ru1 ru2"},
		{"доставку", "ru1 ru2"},
		{"еще", "ru2"},
		{"ещё", "ru2"},
		{"достав*", "ru1 ru2"},
		{"toimitus", "fi1"},
		{"toimitu*", "fi1 fi2"},
		{"toimituksia", "fi2"},
		{"kaytto", "fi2"},
		{"käyttö", "fi2"},
		{"kayt*", "fi2"},
		{"物流", "zh1 zh2"},
		{"物流很慢", "zh1"},
		{"慢", "zh1"},
		{"好", "zh1 zh2"},
		{"客服 -不好", "zh2"},
		{"物*", "zh1 zh2"},
		{"lieferungen", "de1"},
		{"grosse", "de1"},
		{"haus", "de2"},
		{"tisch", "de2"},
		{"schon*", "de2"},
		{"خدمة", "ar1 ar2"},
		{"توصيل", "ar1"},
		{"배송", "ko1"},
		{"super", "und1"},
		{"cafe", "und1"},
		{"zazolc", "pl1"},
		{"nothing", ""},
	}
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0, corpus()...))
			for _, test := range tests {
				if got := matched(t, x, test.match); got != test.want {
					t.Errorf("match %q: got %q, want %q", test.match, got, test.want)
				}
			}
		})
	}
}

func TestHighlights(t *testing.T) {
	tests := []struct{ id, match, comment, suggestion string }{
		{"en1", "refund", "refund", ""},
		{"en1", `"late delivery" refund*`, "late delivery|refund", ""},
		{"en1", "deliveries", "delivery", ""},
		{"en4", "refund", "Refunds", ""},
		{"en4", "doesn't", "doesn’t", ""},
		{"en4", "wi-fi weaks~", "weeks|wi-fi", ""},
		{"ru1", "доставка", "Доставка", ""},
		{"ru2", "еще", "ещё", ""},
		{"fi2", "toimituksia kaytto", "Toimituksen|käyttö", ""},
		{"zh1", "物流很慢", "物流很慢", ""},
		{"zh1", "慢 客服", "慢|客服", ""},
		{"zh2", "好", "好", ""},
		{"de1", "gross", "große", ""},
		{"ar1", "خدمات", "والخدمة", ""},
		{"ko1", "배송", "배송", ""},
		{"und1", "cafe OR nothing", "café", ""},
		{"sug1", "refund -weeks", "", "refund"},
		{"fa1", "بسته", "بسته", ""},
		{"twice", "app", "app|App|app", "app"},
	}
	all := append(corpus(),
		comment("fa1", 2, "fa", "می\u200cخواهم بسته را"),
		suggest(comment("twice", 2, "en", "app App, my app"), "en", "a new app"),
	)
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0, all...))
			for _, test := range tests {
				result := search(t, x, feedback.Filter{Match: test.match}, SearchOptions{Limit: MaxLimit})
				i := slices.IndexFunc(result.Hits, func(h Hit) bool { return h.Key.ID == test.id })
				j := slices.IndexFunc(all, func(a feedback.Analysed) bool { return a.ID == test.id })
				if i < 0 {
					t.Errorf("match %q does not find %s", test.match, test.id)
					continue
				}
				got := [2]string{marked(all[j].Comment, result.Hits[i].Comment), marked(all[j].Suggestion, result.Hits[i].Suggestion)}
				if want := [2]string{test.comment, test.suggestion}; got != want {
					t.Errorf("match %q in %s: marked %q, want %q", test.match, test.id, got, want)
				}
			}
		})
	}
}

// marked lists the words that spans mark.
func marked(text string, spans []feedback.Span) string {
	var list []string
	for _, s := range spans {
		list = append(list, text[s.Start:s.End])
	}
	return strings.Join(list, "|")
}

func TestQueriesNeverFail(t *testing.T) {
	tests := []struct{ match, want string }{
		{`"`, ""},
		{`"late delivery`, "en1 en2"},
		{`late" delivery`, "en1 en2"},
		{"*", ""},
		{"~", ""},
		{"-", ""},
		{"- refund", "en1 en4 sug1"},
		{"--refund weeks", ""},
		{"OR", ""},
		{"OR refund", ""},
		{"refund OR", ""},
		{"refund OR" + " OR weeks", "en4"},
		{"refund !!! ,", "en1 en4 sug1"},
		{"!!! ,", ""},
		{"👍", ""},
		{"weeks OR -button", ""},
		{"refund -!!!", "en1 en4 sug1"},
		{`""`, ""},
		{`"" refund`, "en1 en4 sug1"},
		{"ref*und", ""},
		{"c:plain:refund", ""},
		{"“late delivery”", "en1"},
		{"\xff\xfe refund", "en1 en4 sug1"},
		{"refund\x00weeks", ""},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa~", ""},
	}
	x := cleanUp(t, OpenMemory(true))
	apply(t, x, ws, puts(0, corpus()...))
	for _, test := range tests {
		if got := matched(t, x, test.match); got != test.want {
			t.Errorf("match %q: got %q, want %q", test.match, got, test.want)
		}
	}
}

func TestEmptyQueryIsIgnoredAndExclusionAloneIsNot(t *testing.T) {
	x := cleanUp(t, OpenMemory(true))
	apply(t, x, ws, puts(0, corpus()...))
	all := len(corpus())
	for match, want := range map[string]int{"": all, "  \t": all, "-refund": all - 3, "-refund -delivery": all - 4, "-nothing": all} {
		result := search(t, x, feedback.Filter{Match: match}, SearchOptions{Sort: Relevance})
		if result.Total != want || len(result.Hits) != min(want, DefaultLimit) {
			t.Errorf("match %q: %d of %d hits, want %d", match, len(result.Hits), result.Total, want)
		}
	}
}

func TestTextFollowsWrites(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0, corpus()...))
			if got := matched(t, x, "refund"); got != "en1 en4 sug1" {
				t.Fatalf("before: %q", got)
			}
			n := int64(len(corpus()))
			apply(t, x, ws, []feedback.Change{{Seq: n + 1, Kind: feedback.ChangeDelete, Key: feedback.Key{Survey: "s", ID: "en1"}}})
			apply(t, x, ws, puts(n+1, comment("en4", 5, "en", "fine now"), comment("new", 5, "en", "no refund"), comment("sug1", 5, "", "")))
			if got := matched(t, x, "refund"); got != "new" {
				t.Errorf("after: %q", got)
			}
			crosstab, err := x.Crosstab(t.Context(), ws, feedback.Filter{Match: "refund OR fine", Groups: []feedback.Group{feedback.Detractor}})
			if err != nil || crosstab.Base != (feedback.Scores{5: 2}) {
				t.Errorf("crosstab: %+v, %v", crosstab.Base, err)
			}
			result := search(t, x, feedback.Filter{Match: "refund OR fine OR toimitus", Languages: []string{"en"}}, SearchOptions{})
			if got := ids(result.Hits); got != "new en4" {
				t.Errorf("in English: %q", got)
			}
		})
	}
}

func TestSearchCounts(t *testing.T) {
	a := comment("a", 10, "en", "x", tag("support/hours", feedback.Positive))
	a.Analysis.Sentiment = &feedback.SentimentScore{Label: feedback.Positive}
	a.Analysis.Kinds = []feedback.Kind{feedback.Praise, feedback.Question}
	b := comment("b", 3, "fi", "x", tag("support", feedback.Positive), tag("price_value", feedback.Negative))
	b.Analysis.Sentiment = &feedback.SentimentScore{Label: feedback.Mixed}
	b.Analysis.Kinds = []feedback.Kind{feedback.Praise}
	x := cleanUp(t, OpenMemory(false))
	apply(t, x, ws, puts(0, a, b, comment("c", feedback.Unscored, "", ""), comment("d", 7, "fi", "y")))
	got := search(t, x, feedback.Filter{}, SearchOptions{}).Counts
	want := SearchCounts{
		Themes: []ThemeTotal{
			{"price_value", feedback.Negative, 1},
			{"support", feedback.Positive, 2},
			{"support/hours", feedback.Positive, 1},
		},
		Groups:     map[feedback.Group]int{feedback.Promoter: 1, feedback.Passive: 1, feedback.Detractor: 1},
		Languages:  map[string]int{"en": 1, "fi": 2, "": 1},
		Sentiments: map[feedback.Sentiment]int{feedback.Positive: 1, feedback.Mixed: 1},
		Kinds:      map[feedback.Kind]int{feedback.Praise: 2, feedback.Question: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTerms(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0,
				comment("a", 10, "fi", "Hyvä hyvä käyttö"),
				comment("b", 2, "fi", "HYVÄ, ei"),
				comment("c", 8, "fi", "käyttö"),
				comment("d", 8, "en", "käyttö"),
				comment("e", feedback.Unscored, "fi", "ei"),
				suggest(comment("f", 1, "", ""), "fi", "ei"),
				comment("g", 9, "zh", "物流快"),
			))
			got, err := x.Terms(t.Context(), ws, feedback.Filter{}, "fi")
			want := Terms{Language: "fi", Documents: GroupCounts{1, 1, 1}, Words: []TermCount{
				{"ei", GroupCounts{0, 0, 1}}, {"hyvä", GroupCounts{1, 0, 1}}, {"käyttö", GroupCounts{1, 1, 0}},
			}}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			got, err = x.Terms(t.Context(), ws, feedback.Filter{Match: "物流"}, "zh")
			want = Terms{Language: "zh", Documents: GroupCounts{1, 0, 0}, Words: []TermCount{{"流快", GroupCounts{1, 0, 0}}, {"物流", GroupCounts{1, 0, 0}}}}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWorkspacesDoNotMix(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			names := []string{"acme", "ACME", "a/../acme", "..", "acme ", "äcme"}
			for i, name := range names {
				same := comment("same", feedback.Score(i), "en", "refund word"+name)
				apply(t, x, name, puts(0, same))
			}
			for i, name := range names {
				crosstab, err := x.Crosstab(t.Context(), name, feedback.Filter{Match: "refund"})
				var want feedback.Scores
				want[i] = 1
				if err != nil || crosstab.Scored != want {
					t.Errorf("workspace %q: %v, %v", name, crosstab.Scored, err)
				}
			}
			for _, name := range []string{"", strings.Repeat("x", 201), strings.Repeat("ä", 100)} {
				if _, err := x.Crosstab(t.Context(), name, feedback.Filter{}); feedback.CodeOf(err) != feedback.Invalid {
					t.Errorf("workspace %.10q: %v", name, err)
				}
			}
			if crosstab, err := x.Crosstab(t.Context(), "unknown", feedback.Filter{Match: "refund"}); err != nil || crosstab.Responses != 0 {
				t.Errorf("an unknown workspace: %+v, %v", crosstab, err)
			}
		})
	}
}

// FuzzSearch asks anything of anything: no panic, no error, and spans on the boundaries of code points.
func FuzzSearch(f *testing.F) {
	for i, seed := range []string{"late delivery", "“x” ﬁ ǅ", "می\u200cخواهم", "ｶﾞｽ ﾊﾝ", "ȺȺȺȺ's fine", "İstanbul'da", "物流\u0301", "\xff\xfe", "e\u0301te\u0301", "ẞß", "a*", "ко́фе"} {
		f.Add(seed, seed[:len(seed)/2], uint8(i))
	}
	languages := []string{"ar", "ckb", "da", "de", "en", "es", "fa", "fi", "fr", "hi", "hr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr", "zh", "und"}
	f.Fuzz(func(t *testing.T, text, match string, language uint8) {
		if len(text) > 1000 || len(match) > 200 {
			return
		}
		x := OpenMemory(true)
		defer x.Close()
		lang := languages[int(language)%len(languages)]
		apply(t, x, ws, puts(0, comment("a", 1, lang, text), comment("b", 1, lang, match)))
		for _, query := range []string{match, text, match + "*", match + "~", `"` + match + `"`, "-" + match} {
			result, err := x.Search(t.Context(), ws, feedback.Filter{Match: query}, SearchOptions{})
			if err != nil && feedback.CodeOf(err) != feedback.TooLarge {
				t.Fatalf("match %q in %q: %v", query, text, err)
			}
			for _, hit := range result.Hits {
				if hit.Key.ID == "a" {
					checkSpans(t, text, hit.Comment)
				}
			}
		}
	})
}

func checkSpans(t *testing.T, text string, spans []feedback.Span) {
	t.Helper()
	last := 0
	for _, s := range spans {
		if s.Start < last || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("span %+v after %d in %q", s, last, text)
		}
		if utf8.ValidString(text) && (!utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End])) {
			t.Fatalf("span %+v cuts a character of %q", s, text)
		}
		last = s.End
	}
}
