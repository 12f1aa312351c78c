package webhooks

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// TestAWebhookChoosesAsTheIndexDoes holds random filters against random responses in both ways.
func TestAWebhookChoosesAsTheIndexDoes(t *testing.T) {
	h := newHouse(t)
	random := rand.New(rand.NewPCG(1, 9))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var all []feedback.Analysed
	for i := range 300 {
		a := answer(fmt.Sprintf("r%d", i), feedback.Score(random.IntN(12)-1))
		a.Survey = pick("nps", "other")
		a.Attributes = map[string]string{"region": pick("EU", "US"), "age": strconv.Itoa(20 + random.IntN(40))}
		if random.IntN(3) == 0 {
			delete(a.Attributes, "region")
		}
		if a.SubmittedAt = a.SubmittedAt.AddDate(0, 0, -random.IntN(9)); random.IntN(5) == 0 {
			a.SubmittedAt = time.Time{}
		}
		a.Analysis.Language.Code = pick("en", "fi", "und")
		a.Analysis.Sentiment.Label = feedback.Sentiments[random.IntN(4)]
		a.Analysis.Kinds = []feedback.Kind{feedback.Kinds[random.IntN(5)], feedback.Kinds[random.IntN(5)]}
		a.Analysis.Themes = []feedback.ThemeTag{{Theme: pick("price_value", "support", "support/phone"), Sentiment: feedback.Sentiments[random.IntN(3)]}}
		if random.IntN(6) == 0 {
			a.Comment, a.Analysis = "", nil
		}
		all = append(all, a)
	}
	h.put(t, ws, all...)
	last, err := h.store.LastSeq(t.Context(), ws)
	if err == nil {
		err = h.index.WaitFor(t.Context(), ws, last)
	}
	if err != nil {
		t.Fatal(err)
	}
	conditions := []string{
		"survey=nps", "survey=other", "group=detractor", "group=promoter", "language=fi", "language=und", "theme=support", "theme=support/phone:negative",
		"theme=price_value:positive", "sentiment=mixed", "sentiment=negative", "kind=praise", "kind=complaint", "mismatch=true", "mismatch=false", "from=2026-03-27",
		"to=2026-03-29", "region=EU", "region!=EU", "region=US", "age>=30", "age<50",
	}
	chosen := 0
	for range 400 {
		var parts []string
		for range 1 + random.IntN(3) {
			parts = append(parts, pick(conditions...))
		}
		text := strings.Join(parts, " ")
		f, err := feedback.ParseFilter(text, time.UTC)
		if err != nil {
			continue // from after to
		}
		var want, got []string
		for i := range all {
			if f.Matches(&all[i]) {
				want = append(want, all[i].Key().String())
			}
		}
		err = h.index.Each(t.Context(), ws, f, 1000, func(keys []feedback.Key) error {
			for _, key := range keys {
				got = append(got, key.String())
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: %d by itself, %d by the index", text, len(want), len(got))
		}
		chosen += len(got)
	}
	if chosen < 5000 {
		t.Errorf("only %d were chosen in all", chosen)
	}
}
