package index

import (
	"slices"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// TestFilterFields asks for one field at a time.
func TestFilterFields(t *testing.T) {
	noon := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	first := comment("first", 9, "en", "x", tag("support/hours", feedback.Negative))
	first.SubmittedAt = noon
	first.Survey, first.Touchpoint = "spring", "web"
	first.Attributes = map[string]string{"age": "30", "joined": "2026-01-15", "plan": ""}
	first.Analysis.Sentiment = &feedback.SentimentScore{Label: feedback.Negative}
	first.Analysis.Kinds = []feedback.Kind{feedback.Complaint}
	second := comment("second", 7, "fi", "x", tag("support", feedback.Neutral))
	second.SubmittedAt = noon.Add(time.Millisecond)
	second.Attributes = map[string]string{"age": "9", "joined": "2026-02-01", "plan": "team"}
	second.Analysis.Sentiment = &feedback.SentimentScore{Label: feedback.Mixed}
	second.Analysis.Kinds = []feedback.Kind{feedback.Question, feedback.Other}
	third := comment("third", feedback.Unscored, "", "")
	third.Attributes = map[string]string{"age": "old"}

	where := func(conditions ...string) feedback.Filter {
		var f feedback.Filter
		for _, c := range conditions {
			if err := f.AddWhere(c); err != nil {
				t.Fatal(err)
			}
		}
		return f
	}
	to := func(text string) feedback.Filter {
		var f feedback.Filter
		if err := f.SetTo(text, time.UTC); err != nil {
			t.Fatal(err)
		}
		return f
	}
	tests := []struct {
		name   string
		filter feedback.Filter
		want   string
	}{
		{"all", feedback.Filter{}, "first second third"},
		{"survey", feedback.Filter{Surveys: []string{"spring", "never"}}, "first"},
		{"unknown survey", feedback.Filter{Surveys: []string{"never"}}, ""},
		{"survey as attribute", where("survey!=spring"), "second third"},
		{"touchpoint", where("touchpoint=web"), "first"},
		{"no touchpoint", where("touchpoint!=web"), "second third"},
		{"age from 10", where("age>=10"), "first"},
		{"age below 30", where("age<30"), "second"},
		{"ages", where("age=30", "age=9"), "first second"},
		{"not ages", where("age!=30", "age!=9"), "third"},
		{"joined", where("joined>2026-01-20"), "second"},
		{"empty plan", where("plan="), "first"},
		{"plan not empty", where("plan!="), "second third"},
		{"two attributes", where("age>=1", "plan=team"), "second"},
		{"from", feedback.Filter{From: noon}, "first second"},
		{"from a millisecond later", feedback.Filter{From: noon.Add(time.Millisecond)}, "second"},
		{"until", feedback.Filter{Until: noon}, ""},
		{"until a millisecond later", feedback.Filter{Until: noon.Add(time.Millisecond)}, "first"},
		{"to the moment", to("2026-03-31T12:00:00Z"), "first"},
		{"to the day", to("2026-03-31"), "first second"},
		{"to the day before", to("2026-03-30"), ""},
		{"language", feedback.Filter{Languages: []string{"fi", "sv"}}, "second"},
		{"no language", feedback.Filter{Languages: []string{""}}, "third"},
		{"theme", feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "support"}}}, "first second"},
		{"subtheme", feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "support/hours"}}}, "first"},
		{"theme with polarity", feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "support", Sentiment: feedback.Negative}}}, "first"},
		{"theme with polarities", feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "support", Sentiment: feedback.Positive}, {Theme: "support", Sentiment: feedback.Neutral}}}, "second"},
		{"unknown theme", feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "never"}}}, ""},
		{"sentiment", feedback.Filter{Sentiments: []feedback.Sentiment{feedback.Mixed, feedback.Positive}}, "second"},
		{"kinds", feedback.Filter{Kinds: []feedback.Kind{feedback.Complaint, feedback.Question}}, "first second"},
		{"kind", feedback.Filter{Kinds: []feedback.Kind{feedback.Other}}, "second"},
		{"group", feedback.Filter{Groups: []feedback.Group{feedback.Passive, feedback.Detractor}}, "second"},
		{"mismatch", feedback.Filter{Mismatch: new(true)}, "first"},
		{"no mismatch", feedback.Filter{Mismatch: new(false)}, "second third"},
		{"text and field", feedback.Filter{Match: "x", Groups: []feedback.Group{feedback.Promoter}}, "first"},
	}
	x := cleanUp(t, OpenMemory(true))
	apply(t, x, ws, puts(0, first, second, third))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list := strings.Fields(ids(search(t, x, test.filter, SearchOptions{}).Hits))
			slices.Sort(list)
			if got := strings.Join(list, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestThemeOfSuggestionsOnly(t *testing.T) {
	x := cleanUp(t, OpenMemory(false))
	apply(t, x, ws, puts(0, suggest(comment("a", 3, "", ""), "en", "x", tag("support", feedback.Negative))))
	f := feedback.Filter{Themes: []feedback.ThemeCondition{{Theme: "support"}}}
	if result := search(t, x, f, SearchOptions{}); result.Total != 0 {
		t.Errorf("a theme of the suggestion passes for the comment's")
	}
}
