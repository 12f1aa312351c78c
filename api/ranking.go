package api

import (
	"verbatim/insight"
	"verbatim/models"
)

// rankingParams are what a ranking can hold beside the contract's.
var rankingParams = []param{fdrParam, effectsParam, bootstrapParam, penaltyParam, weightedParam, relativeParam, correctParam, controlParam, quotesParam}

var (
	fdrParam = param{
		name: "fdr", words: []string{string(insight.BH), string(insight.BY), string(insight.Holm)}, example: "BY", want: "BH, BY or holm",
		about: "How p values become q values: BH by default.",
	}
	effectsParam   = flagParam("effects", "Adds what a mention does when other drivers stay the same (regression with HC3 errors), and the impact per 100 mentions.")
	bootstrapParam = param{
		name: "bootstrap", number: true, most: 10_000, want: "a whole number from 0 to 10000",
		about: "Adds intervals of the importances, and how sure the top three are, from so many samples.",
	}
	penaltyParam  = flagParam("penalty_reward", "Adds reward and penalty of every theme, and what kind of theme it is.")
	weightedParam = flagParam("weighted", "Uses the weights of the responses.")
	relativeParam = flagParam("relative_weights", "Adds Johnson's relative weights beside the importances.")
	correctParam  = flagParam("correct_tagger", "Adds what the impacts would be without the tagger's errors.")
	controlParam  = param{
		name: "control", example: "region", want: "the name of an attribute, or survey, or language",
		about: "What associations and importances are controlled for: the language by default.",
	}
	quotesParam = param{
		name: "quotes", number: true, most: 20, want: "a whole number from 0 to 20", about: "Quotes for each ranked driver; 3 in `xlsx` and `html`, else none.",
	}
)

func flagParam(name, about string) param {
	return param{name: name, words: []string{"true", "false"}, example: "true", want: "true or false", about: about}
}

// ranking reads what the ranking is to hold.
func (c *call) ranking() (o DocumentOptions, err error) {
	flags := map[string]*bool{
		effectsParam.name: &o.Insight.Effects, penaltyParam.name: &o.Insight.PenaltyReward, weightedParam.name: &o.Insight.Weighted,
		relativeParam.name: &o.Insight.RelativeWeights,
	}
	correct := false
	flags[correctParam.name] = &correct
	for i := range rankingParams {
		p := &rankingParams[i]
		if p.words == nil {
			continue
		}
		word, err := c.word(p)
		if err != nil {
			return o, err
		}
		if flag := flags[p.name]; flag != nil {
			*flag = word == "true"
		} else {
			o.Insight.FDR = insight.Adjustment(word)
		}
	}
	o.Control = c.one(controlParam.name)
	bootstrap, err := c.number(&bootstrapParam, 0)
	if err != nil {
		return o, err
	}
	quotes, err := c.number(&quotesParam, 0)
	if err != nil {
		return o, err
	}
	o.Insight.Bootstrap, o.Quotes = int(bootstrap), int(quotes)
	if correct {
		o.Audits, err = models.Embedded().Audits()
	}
	return o, err
}
