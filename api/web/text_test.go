package web

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"verbatim/feedback"
)

func textOf(runs []run) string {
	var out strings.Builder
	for _, r := range runs {
		out.WriteString(r.Text)
	}
	return out.String()
}

func TestRuns(t *testing.T) {
	t.Parallel()
	text := "late delivery, rude staff"
	tags := []feedback.ThemeTag{
		{Theme: "delivery_logistics", Sentiment: feedback.Negative, Evidence: []feedback.Span{{Start: 0, End: 13}}},
		{Theme: "service_staff", Sentiment: feedback.Negative, Evidence: []feedback.Span{{Start: 15, End: 25}, {Start: 90, End: 95}}},
	}
	got := runsOf(text, []feedback.Span{{Start: 5, End: 13}}, tags)
	want := []run{{"late ", "ev down e0", false}, {"delivery", "ev down e0", true}, {", ", "", false}, {"rude staff", "ev down e1", false}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// Whatever the spans, the pieces are the text, and an excerpt is a piece of it in whole characters.
func TestRunsKeepTheText(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	alphabet := []rune("ab ä的é\u0301\u202e🙂\n")
	for range 3000 {
		var b strings.Builder
		for range random.IntN(700) {
			b.WriteRune(alphabet[random.IntN(len(alphabet))])
		}
		text := b.String()
		spans := func() []feedback.Span {
			var list []feedback.Span
			for range random.IntN(4) {
				list = append(list, feedback.Span{Start: random.IntN(len(text)+3) - 1, End: random.IntN(len(text) + 3)})
			}
			return list
		}
		var tags []feedback.ThemeTag
		for range random.IntN(13) {
			tags = append(tags, feedback.ThemeTag{Sentiment: feedback.Positive, Evidence: spans()})
		}
		runs := runsOf(text, spans(), tags)
		if textOf(runs) != text {
			t.Fatalf("%q became %q", text, textOf(runs))
		}
		short, cut := excerpt(runs)
		shown := strings.TrimSuffix(strings.TrimPrefix(textOf(short), "… "), " …")
		if !utf8.ValidString(shown) || !strings.Contains(text, shown) || cut != (len(text) > excerptOf) || len(shown) > excerptOf+40 {
			t.Fatalf("%q was cut to %q (%v)", text, shown, cut)
		}
	}
}

func TestExcerptShowsTheMark(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("nothing to see here, ", 500) + "needle" + strings.Repeat(" and more hay", 500)
	at := strings.Index(text, "needle")
	short, cut := excerpt(runsOf(text, []feedback.Span{{Start: at, End: at + 6}}, nil))
	if !cut || !slices.ContainsFunc(short, func(r run) bool { return r.Mark && r.Text == "needle" }) || len(textOf(short)) > excerptOf+20 {
		t.Errorf("%v", short)
	}
}

func TestSqueezed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\nb\n\nc": "a\nb\n\nc", "a\n\n\nb": "a\n\nb", "a" + strings.Repeat(" \n\t\u00a0\u3000", 500) + "b": "a\n\nb", "": "", "a b": "a b",
	} {
		if got := squeezed(text); got != want {
			t.Errorf("%.20q: %q", text, got)
		}
	}
}
