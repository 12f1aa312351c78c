package api

import (
	"maps"
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/models"
)

// taggersOf says how well each driver is tagged in responses of these languages: the rates of the audited languages,
// weighted by their responses. What they rest on is the effective number of audited comments, 1/Σ(w²/n), so that many
// comments of a rare language do not make up for few of a common one. Languages without an audit are left out.
func taggersOf(languages map[string]int, audits []models.Audit) map[feedback.DriverKey]insight.Tagger {
	byLabel := map[string][]models.Audit{}
	for _, a := range audits {
		if languages[a.Language] > 0 {
			byLabel[a.Label] = append(byLabel[a.Label], a)
		}
	}
	taggers := map[feedback.DriverKey]insight.Tagger{}
	for _, label := range slices.Sorted(maps.Keys(byLabel)) {
		var sensitivity, specificity pooled
		for _, a := range byLabel[label] {
			n := float64(languages[a.Language])
			sensitivity.add(a.Found, a.With, n)
			specificity.add(a.Spared, a.Without, n)
		}
		theme, sentiment, _ := strings.Cut(label, ":")
		key := feedback.DriverKey{Theme: theme, Sentiment: feedback.Sentiment(sentiment)}
		taggers[key] = insight.Tagger{Sensitivity: sensitivity.rate(), Specificity: specificity.rate()}
	}
	return taggers
}

// pooled is a weighted mean of audited rates.
type pooled struct{ weights, sum, squares float64 }

func (p *pooled) add(right, of int, weight float64) {
	if of == 0 {
		return
	}
	p.weights += weight
	p.sum += weight * float64(right) / float64(of)
	p.squares += weight * weight / float64(of)
}

func (p *pooled) rate() insight.Audited {
	if p.squares == 0 {
		return insight.Audited{}
	}
	of := math.Round(p.weights * p.weights / p.squares)
	return insight.Audited{Right: int(math.Round(p.sum / p.weights * of)), Of: int(of)}
}
