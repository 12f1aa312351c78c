package feedback

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseScore(t *testing.T) {
	for text, want := range map[string]Score{
		"7": 7, " 0 ": 0, "10": 10, "": Unscored, "  ": Unscored, "10/10": 10, "9 - Very likely": 9, "0 (not at all)": 0,
		"7.0": 7, "7,0": 7, "8/10": 8, "9 – sehr gern": 9, "10: yes": 10, "\u00a05": 5,
	} {
		if got, err := ParseScore(text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"11", "-1", "7.5", "7,5", "eleven", "9/5", "1e1", "NaN", "7 8", "9 - 10", "١٠٠"} {
		if got, err := ParseScore(text); CodeOf(err) != Invalid {
			t.Errorf("%q: %d, %v; want an invalid error", text, got, err)
		}
	}
}

func TestScoreJSON(t *testing.T) {
	var r Response
	if err := json.Unmarshal([]byte(`{"score":7}`), &r); err != nil || r.Score != 7 {
		t.Errorf("7: %d, %v", r.Score, err)
	}
	if err := json.Unmarshal([]byte(`{"score":null}`), &r); err != nil || r.Score != Unscored {
		t.Errorf("null: %d, %v", r.Score, err)
	}
	for _, bad := range []string{"7.5", "11", "-1", `"eleven"`, `""`, "[]"} {
		if err := json.Unmarshal([]byte(`{"score":`+bad+`}`), &r); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if data, err := json.Marshal(Unscored); err != nil || string(data) != "null" {
		t.Errorf("unscored: %s, %v", data, err)
	}
}

func TestGroup(t *testing.T) {
	for score, want := range map[Score]Group{Unscored: "", 0: Detractor, 6: Detractor, 7: Passive, 8: Passive, 9: Promoter, 10: Promoter} {
		if got := score.Group(); got != want {
			t.Errorf("%d: %q, want %q", score, got, want)
		}
	}
}

func TestCodePoints(t *testing.T) {
	text := "Тариф 😍 дорогой"
	a := &Analysis{
		Themes:     []ThemeTag{{Theme: "price_value", Evidence: []Span{{Start: 16, End: 30, Text: "дорогой"}, {Start: 0, End: 10, Text: "Тариф"}}}},
		Statements: []Statement{{Span: Span{Start: 0, End: len(text), Text: text}}},
	}
	got := a.CodePoints(text)
	runes := []rune(text)
	for _, s := range append(got.Themes[0].Evidence, got.Statements[0].Span) {
		if string(runes[s.Start:s.End]) != s.Text {
			t.Errorf("%d–%d is %q, want %q", s.Start, s.End, string(runes[s.Start:s.End]), s.Text)
		}
	}
	if a.Themes[0].Evidence[0].Start != 16 {
		t.Error("the original was changed")
	}
	data, err := json.Marshal((&Analysis{}).CodePoints(""))
	want := `{"language":{"code":"","confidence":0,"supported":false},"sentiment":null,"kinds":[],"themes":[],"statements":[],"urgency":[],"model":"","taxonomy":""}`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
}

func TestMismatch(t *testing.T) {
	praise := &Analysis{Sentiment: &SentimentScore{Label: Positive, Score: 0.9}, Kinds: []Kind{Praise}}
	complaint := &Analysis{Sentiment: &SentimentScore{Label: Negative, Score: -0.9}, Kinds: []Kind{Complaint}}
	both := &Analysis{Sentiment: &SentimentScore{Label: Mixed}, Kinds: []Kind{Praise, Complaint}}
	for _, c := range []struct {
		analysis *Analysis
		score    Score
		want     bool
	}{
		{complaint, 9, true},
		{complaint, 8, false},
		{complaint, 2, false},
		{praise, 2, true},
		{praise, 6, false},
		{praise, 10, false},
		{both, 10, false},
		{complaint, Unscored, false},
		{nil, 9, false},
		{&Analysis{}, 9, false},
	} {
		if got := c.analysis.Mismatch(c.score); got != c.want {
			t.Errorf("%+v at %d: %v", c.analysis, c.score, got)
		}
	}
}

func TestCorrection(t *testing.T) {
	a := &Analysis{
		Sentiment: &SentimentScore{Label: Positive, Score: 0.4},
		Themes:    []ThemeTag{{Theme: "features", Sentiment: Positive, Evidence: []Span{{Text: "app"}}}},
	}
	negative := Negative
	got := (&Correction{Themes: &[]StatementTheme{{"features", Negative}, {"support", Negative}}, Sentiment: &negative}).Apply(a)
	if got.Sentiment.Label != Negative || got.Sentiment.Score != -1 || len(got.Themes) != 2 || len(got.Themes[0].Evidence) != 1 {
		t.Errorf("%+v %+v", got.Sentiment, got.Themes)
	}
	if a.Sentiment.Label != Positive || len(a.Themes) != 1 {
		t.Error("the original was changed")
	}
	if (*Correction)(nil).Apply(a) != a {
		t.Error("no correction changed something")
	}
}

func TestAddWhere(t *testing.T) {
	var f Filter
	for _, text := range []string{"region=EU", "region=US", "plan!=Basic", "age>=30", "since<2026-01-01", "note= a=b "} {
		if err := f.AddWhere(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	want := []Condition{
		{"region", Equal, []string{"EU", "US"}},
		{"plan", NotEqual, []string{"Basic"}},
		{"age", GreaterOrEqual, []string{"30"}},
		{"since", Less, []string{"2026-01-01"}},
		{"note", Equal, []string{"a=b"}},
	}
	if diff := cmp.Diff(want, f.Where); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"region", "=EU", "age>=old", ""} {
		if err := f.AddWhere(bad); CodeOf(err) != Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestConditionHolds(t *testing.T) {
	for _, c := range []struct {
		where, value string
		present      bool
		want         bool
	}{
		{"a=x", "x", true, true},
		{"a=x", "y", true, false},
		{"a=", "", false, false},
		{"a!=x", "y", true, true},
		{"a!=x", "", false, true},
		{"a>=30", "30", true, true},
		{"a>30", "30", true, false},
		{"a<30", "9", true, true},
		{"a<30", "old", true, false},
		{"a<30", "", false, false},
		{"a>=2026-01-01", "2026-01-01", true, true},
		{"a<=2026-01-01", "2026-01-02", true, false},
	} {
		var f Filter
		if err := f.AddWhere(c.where); err != nil {
			t.Fatal(err)
		}
		if got := f.Where[0].Holds(c.value, c.present); got != c.want {
			t.Errorf("%s for %q (%v): %v", c.where, c.value, c.present, got)
		}
	}
}

func TestTimes(t *testing.T) {
	helsinki, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	var f Filter
	if err := errors.Join(f.SetFrom("2026-03-29", helsinki), f.SetTo("2026-03-29", helsinki)); err != nil {
		t.Fatal(err)
	}
	if day := f.Until.Sub(f.From); day != 23*time.Hour {
		t.Errorf("the day the clocks went forward lasts %v", day)
	}
	if err := f.Validate(); err != nil {
		t.Error(err)
	}
	if err := f.SetTo("2026-03-28", helsinki); err != nil || CodeOf(f.Validate()) != Invalid {
		t.Errorf("from after to: %v, %v", err, f.Validate())
	}
	if err := f.SetFrom("29.3.2026", time.UTC); CodeOf(err) != Invalid {
		t.Errorf("29.3.2026: %v", err)
	}
}

func TestWords(t *testing.T) {
	var f Filter
	if err := errors.Join(f.AddTheme("price_value:negative"), f.AddTheme("support"), f.AddKind("praise"), f.AddGroup("promoter"), f.AddSentiment("mixed")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ThemeCondition{{"price_value", Negative}, {"support", ""}}, f.Themes); diff != "" {
		t.Error(diff)
	}
	for _, err := range []error{f.AddTheme("x:mixed"), f.AddKind("rant"), f.AddGroup("fans"), f.AddSentiment("sad")} {
		if CodeOf(err) != Invalid || !strings.Contains(err.Error(), "one of") && !strings.Contains(err.Error(), "after the colon") {
			t.Errorf("%v", err)
		}
	}
}

func TestErrors(t *testing.T) {
	err := Errorf(Unavailable, "store: open: %w", io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) || CodeOf(err) != Unavailable || err.Error() != "store: open: unexpected EOF" {
		t.Errorf("%v %s", err, CodeOf(err))
	}
	if CodeOf(nil) != "" || CodeOf(io.EOF) != Internal {
		t.Error("codes of nil and of a foreign error")
	}
}

func TestScores(t *testing.T) {
	s := Scores{0: 2, 6: 1, 7: 3, 9: 4, 10: 5}
	p, pa, d := s.Groups()
	if s.Total() != 15 || p != 9 || pa != 3 || d != 3 {
		t.Errorf("%d: %d %d %d", s.Total(), p, pa, d)
	}
}
