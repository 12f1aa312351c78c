package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/models"
)

func TestRankingOptions(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	for query, keys := range map[string][]string{
		"effects=true":          {`"effect"`, `"per_100_mentions"`},
		"bootstrap=50":          {`"importance_interval"`, `"top3"`, `"bootstrap_draws": 50`},
		"penalty_reward=true":   {`"penalty_reward"`},
		"relative_weights=true": {`"relative_weight"`},
		"correct_tagger=true":   {`correct`},
		"quotes=1":              {`"quotes"`, "The delivery was late again."},
		"control=region":        {`"region"`},
		"fdr=BY":                {`"fdr": "BY"`},
		"weighted=true":         {`"weights"`},
	} {
		body := w.get(t, "/v1/drivers?"+query)
		for _, key := range keys {
			if !strings.Contains(body, key) || !json.Valid([]byte(body)) {
				t.Errorf("%s: there is no %s", query, key)
			}
		}
	}
	plain := w.get(t, "/v1/drivers")
	for _, key := range []string{`"effect"`, `"top3"`, `"quotes"`, `"corrected"`, `"penalty_reward"`} {
		if strings.Contains(plain, key) {
			t.Errorf("%s is there without being asked for", key)
		}
	}
	for _, query := range []string{"effects=yes", "bootstrap=-1", "bootstrap=1e3", "bootstrap=10001", "fdr=none", "control=shoe"} {
		if answer := w.do(t, http.MethodGet, "/v1/drivers?"+query, ""); answer.status != http.StatusBadRequest || strings.Contains(answer.body, "shoe") {
			t.Errorf("%s: %d %s", query, answer.status, answer.body)
		}
	}
}

func TestTaggersAreWeightedByLanguage(t *testing.T) {
	audits := []models.Audit{
		{Language: "en", Label: "support:negative", With: 100, Found: 80, Without: 400, Spared: 396},
		{Language: "fi", Label: "support:negative", With: 50, Found: 20, Without: 400, Spared: 400},
		{Language: "sv", Label: "support:negative", With: 50, Found: 0, Without: 400, Spared: 0}, // nobody writes Swedish here
	}
	key := feedback.DriverKey{Theme: "support", Sentiment: feedback.Negative}
	got := taggersOf(map[string]int{"en": 300, "fi": 100}, audits)[key]
	// Sensitivity .75·.8 + .25·.4 = .7 on 1/(.75²/100 + .25²/50) = 145 comments.
	if want := (insight.Audited{Right: 102, Of: 145}); got.Sensitivity != want {
		t.Errorf("sensitivity %+v, want %+v", got.Sensitivity, want)
	}
	if got.Specificity.Of != 640 || got.Specificity.Right != 635 {
		t.Errorf("specificity %+v", got.Specificity)
	}
	if len(taggersOf(map[string]int{"ja": 10}, audits)) != 0 {
		t.Error("a language that was not audited has a tagger")
	}
}
