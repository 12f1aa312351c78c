package feedback

import (
	"testing"
	"time"
)

func TestFilterMatches(t *testing.T) {
	detractor := Analysed{
		Response: Response{
			Survey: "nps", ID: "r1", Score: 3, Comment: "Late again", Touchpoint: "checkout", Attributes: map[string]string{"region": "EU", "age": "34"},
			SubmittedAt: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC),
		},
		Analysis: &Analysis{
			Language: Language{Code: "en"}, Sentiment: &SentimentScore{Label: Negative}, Kinds: []Kind{Complaint},
			Themes: []ThemeTag{{Theme: "delivery_logistics/late", Sentiment: Negative}},
		},
	}
	silent := Analysed{Response: Response{Survey: "other", ID: "r2", Score: Unscored}}
	for _, c := range []struct {
		filter            string
		detractor, silent bool
	}{
		{"", true, true},
		{"survey=nps", true, false},
		{"survey=nps survey=other", true, true},
		{"group=detractor", true, false},
		{"group=promoter group=passive", false, false},
		{"theme=delivery_logistics", true, false},
		{"theme=delivery_logistics:negative", true, false},
		{"theme=delivery_logistics:positive", false, false},
		{"theme=delivery_logistics/late:negative", true, false},
		{"theme=price_value theme=delivery_logistics", true, false},
		{"language=en", true, false},
		{"language=fi", false, false},
		{"sentiment=negative", true, false},
		{"sentiment=mixed", false, false},
		{"kind=complaint", true, false},
		{"kind=praise", false, false},
		{"mismatch=true", false, false},
		{"mismatch=false", true, true},
		{"from=2026-03-31 to=2026-03-31", true, false},
		{"from=2026-04-01", false, false},
		{"to=2026-03-30", false, false},
		{"region=EU", true, false},
		{"region!=EU", false, true},
		{"age>=30", true, false},
		{"age<30", false, false},
		{"touchpoint=checkout", true, false},
		{"survey=nps group=detractor region=US", false, false},
	} {
		f, err := ParseFilter(c.filter, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.CheckSingle(); err != nil {
			t.Error(err)
		}
		if got := f.Matches(&detractor); got != c.detractor {
			t.Errorf("%q matches the detractor: %v", c.filter, got)
		}
		if got := f.Matches(&silent); got != c.silent {
			t.Errorf("%q matches the silent one: %v", c.filter, got)
		}
	}
}

func TestFilterThatNeedsTheIndex(t *testing.T) {
	for _, f := range []Filter{{Match: "late"}, {Taxonomy: "default@1"}} {
		if err := f.CheckSingle(); CodeOf(err) != Invalid {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
