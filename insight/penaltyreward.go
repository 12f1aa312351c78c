package insight

import (
	"math"
	"slices"
	"strings"

	"verbatim/feedback"
)

// PenaltyRewardCaution goes with every penalty–reward figure that is made from text.
const PenaltyRewardCaution = "Rewards and penalties compare with comments that do not mention the theme. " +
	"That a comment does not mention a theme does not say that it was average: people write about what stands out."

// Kano says what a theme does to the score when it is praised and when it is blamed.
type Kano string

// The classes, named after Kano's.
const (
	MustHave    Kano = "must_have"   // complaints cost more than praise brings
	Performance Kano = "performance" // both matter, and about as much
	Delighter   Kano = "delighter"   // praise brings more than complaints cost
	FewMentions Kano = "too_few"     // praise or complaints have fewer than 10 mentions
	Unclear     Kano = "unclear"     // none of these can be told
)

// PenaltyReward is what praise and blame of a theme go with, compared with not mentioning it, in NPS points per mention:
// the effects ([Effects]) of its positive and its negative driver. Reward and Penalty are nil for a driver with fewer than
// 10 mentions or without an effect of its own; Penalty is negative when complaints cost. Contrast is Reward + Penalty with
// the p value of 0 and its q over the themes that have a contrast; nil when one of the two is nil or undefined.
//
// Class is must_have when the contrast is below 0 with q ≤ 0.05 and the penalty is negative, delighter when it is above 0
// with q ≤ 0.05 and the reward is positive, performance when the contrast is not significant but the reward is positive
// and the penalty negative with p ≤ 0.05 each.
//
// Asymmetry is (r − c)/(r + c) with the reward r and the cost c = −Penalty, each at least 0; −1 to 1, nil when both are 0
// or there is no contrast. AsymmetryClass cuts it at ±0.2 and ±0.7 (Mikulić and Prebežac 2008): frustrator, dissatisfier, hybrid,
// satisfier, delighter.
type PenaltyReward struct {
	Theme            string    `json:"theme"`
	PositiveMentions int       `json:"positive_mentions"`
	NegativeMentions int       `json:"negative_mentions"`
	Reward           *Interval `json:"reward"`
	Penalty          *Interval `json:"penalty"`
	Contrast         *Contrast `json:"contrast"`
	Asymmetry        *Number   `json:"asymmetry"`
	AsymmetryClass   string    `json:"asymmetry_class,omitempty"`
	Class            Kano      `json:"class"`
}

// PenaltyRewards makes the penalty–reward contrast of every theme of the patterns, by theme id. The model holds the drivers
// with at least 10 mentions, and the stratum; q values are by the adjustment, [BH] when empty. Show
// [PenaltyRewardCaution] with it. With weights these must pass [CheckWeights].
func PenaltyRewards(patterns feedback.Patterns, fdr Adjustment, weighted bool) []PenaltyReward {
	whole := profilesOf(patterns, patterns.Keys, weighted)
	_, mentions := whole.counts()
	themes := map[string]*PenaltyReward{}
	var keys []feedback.DriverKey
	for i, key := range patterns.Keys {
		if key.Sentiment != feedback.Positive && key.Sentiment != feedback.Negative {
			continue
		}
		n := mentions[i].all().N
		if themes[key.Theme] == nil {
			themes[key.Theme] = &PenaltyReward{Theme: key.Theme, Class: FewMentions}
		}
		if key.Sentiment == feedback.Positive {
			themes[key.Theme].PositiveMentions = n
		} else {
			themes[key.Theme].NegativeMentions = n
		}
		if n >= MinMentions {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, compareKeys)
	ps := profilesOf(patterns, keys, weighted)
	f := ps.fit()
	effects := f.effects(keys)
	out := make([]PenaltyReward, 0, len(themes))
	for _, theme := range themes {
		theme.measure(f, effects)
		if theme.PositiveMentions+theme.NegativeMentions > 0 {
			out = append(out, *theme)
		}
	}
	slices.SortFunc(out, func(a, b PenaltyReward) int { return strings.Compare(a.Theme, b.Theme) })
	classify(out, effects, fdr)
	return out
}

// measure sets reward, penalty, their contrast and asymmetry.
func (t *PenaltyReward) measure(f *fit, effects []Effect) {
	positive, reward := effectOf(effects, feedback.DriverKey{Theme: t.Theme, Sentiment: feedback.Positive})
	negative, penalty := effectOf(effects, feedback.DriverKey{Theme: t.Theme, Sentiment: feedback.Negative})
	t.Reward, t.Penalty = effectInterval(reward), effectInterval(penalty)
	if min(t.PositiveMentions, t.NegativeMentions) >= MinMentions {
		t.Class = Unclear
	}
	if t.Reward == nil || t.Penalty == nil || reward.Undefined || penalty.Undefined {
		return
	}
	if gain, cost := math.Max(0, reward.Value), math.Max(0, -penalty.Value); gain+cost > 0 {
		asymmetry := number((gain - cost) / (gain + cost))
		t.Asymmetry, t.AsymmetryClass = &asymmetry, asymmetryClass(float64(asymmetry))
	}
	sum := estimate(f.coefficients[positive]+f.coefficients[negative], f.sumError(positive, negative), math.MaxFloat64)
	t.Contrast = &Contrast{Interval: interval(sum.Value, sum.Low, sum.High), P: PValue(normalP(sum.Value / sum.SE))}
}

// effectOf finds the effect of a driver; nil when the model does not hold it.
func effectOf(effects []Effect, key feedback.DriverKey) (int, *Effect) {
	i := slices.IndexFunc(effects, func(e Effect) bool { return e.Key == key })
	if i < 0 {
		return i, nil
	}
	return i, &effects[i]
}

// effectInterval is an effect as it is shown, nil without one.
func effectInterval(e *Effect) *Interval {
	if e == nil || e.Aliased {
		return nil
	}
	shown := interval(e.Value, e.Low, e.High)
	return &shown
}

// classify corrects the p values over the themes that have a contrast and says what they mean.
func classify(themes []PenaltyReward, effects []Effect, fdr Adjustment) {
	var p []float64
	var members []*PenaltyReward
	for i := range themes {
		if c := themes[i].Contrast; c != nil {
			p = append(p, float64(c.P))
			members = append(members, &themes[i])
		}
	}
	for i, q := range fdr.Adjust(p) {
		value := PValue(q)
		members[i].Contrast.Q = &value
		_, reward := effectOf(effects, feedback.DriverKey{Theme: members[i].Theme, Sentiment: feedback.Positive})
		_, penalty := effectOf(effects, feedback.DriverKey{Theme: members[i].Theme, Sentiment: feedback.Negative})
		members[i].Class = kanoOf(reward, penalty, float64(members[i].Contrast.Value), q)
	}
}

func kanoOf(reward, penalty *Effect, contrast, q float64) Kano {
	switch {
	case q <= MaxQ && contrast < 0 && penalty.Value < 0:
		return MustHave
	case q <= MaxQ && contrast > 0 && reward.Value > 0:
		return Delighter
	case q > MaxQ && reward.Value > 0 && reward.P <= MaxQ && penalty.Value < 0 && penalty.P <= MaxQ:
		return Performance
	default:
		return Unclear
	}
}

func asymmetryClass(asymmetry float64) string {
	switch {
	case asymmetry < -0.7:
		return "frustrator"
	case asymmetry < -0.2:
		return "dissatisfier"
	case asymmetry <= 0.2:
		return "hybrid"
	case asymmetry <= 0.7:
		return "satisfier"
	default:
		return "delighter"
	}
}
