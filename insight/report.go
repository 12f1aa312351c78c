package insight

import "verbatim/feedback"

// Status says where a driver stands in the ranking.
type Status string

// The statuses.
const (
	Ranked         Status = "ranked"          // q ≤ 0.05
	NotSignificant Status = "not_significant" // enough mentions, q > 0.05
	TooFew         Status = "too_few"         // fewer than 10 mentions: no q, no importance
)

// DriverReport is the value behind every rendering of `verbatim drivers`; its JSON is the contract of design.md.
// Responses, Commented, Unscored and Mismatch count responses, NPS covers every scored one, and the embedded Ranking is
// that of the comments. Rejected is for the caller to fill in: insight does not see rejected rows. Suggestions is nil
// when no scored response has a suggestion.
type DriverReport struct {
	Responses int      `json:"responses"`
	Commented int      `json:"commented"`
	Unscored  int      `json:"unscored"`
	Rejected  int      `json:"rejected"`
	Mismatch  int      `json:"mismatch"`
	NPS       NPSValue `json:"nps"`
	Ranking
	Suggestions *Ranking `json:"suggestions,omitempty"`
	// PenaltyReward is there only when asked for; show [PenaltyRewardCaution] with it.
	PenaltyReward []PenaltyReward `json:"penalty_reward,omitempty"`
	Method        Method          `json:"method"`
}

// Ranking ranks the drivers of one text, comment or suggestion. Drivers and Neutral are never nil.
type Ranking struct {
	Base    Base      `json:"base"`
	Drivers []Driver  `json:"drivers"`
	Neutral []Neutral `json:"neutral"`
	// Model is the importance behind the drivers, for R² and Monte-Carlo error; Method repeats that of the comments.
	Model ImportanceResult `json:"-"`
	// Bootstrap is what the draws tell of the drivers in the model, by theme id, then polarity; empty unless asked for.
	Bootstrap Bootstrapped `json:"-"`
	// Weights says what became of the wish for weights (see [WeightsUsed]), empty without that wish; EffectiveN is
	// (Σw)²/Σw² of the base when they are used, else 0.
	Weights    string  `json:"-"`
	EffectiveN float64 `json:"-"`
}

// isWeighted reports whether the figures of the base are weighted.
func (r *Ranking) isWeighted() bool { return r.Weights == WeightsUsed || r.Weights == WeightsBaseOnly }

// Base counts the responses that a ranking rests on: scored, with that text, in a language that was tagged.
type Base struct {
	N          int    `json:"n"`
	Promoters  int    `json:"promoters"`
	Passives   int    `json:"passives"`
	Detractors int    `json:"detractors"`
	NPS        Number `json:"nps"`
}

// Driver is a theme with a polarity, measured against the groups of the base. Rank counts from 1 and is nil unless Status
// is [Ranked]. Share is of the base, 0–1. NPSImpact is in NPS points (see [ThemeImpact]), OddsRatio compares detractors
// with promoters (see [OddsRatio]). PValue tests the impact, QValue corrects it over the family of drivers with at least 10
// mentions, AssociationP tests the odds ratio. Importance is in R² units. QValue and Importance are nil when there are too few mentions;
// Importance also when there are no patterns to compute it from. RelativeWeight is there only when asked for, and so are:
// ImportanceInterval and Top3 (see [Bootstrapped]); Effect, in NPS points per mention (see [Effect]; nil when it is
// aliased); these two nil whenever Importance is; PerHundred, the impact per 100 mentions in NPS points.
type Driver struct {
	Rank               *int               `json:"rank"`
	Status             Status             `json:"status"`
	Theme              string             `json:"theme"`
	Sentiment          feedback.Sentiment `json:"sentiment"`
	Mentions           int                `json:"mentions"`
	Share              Number             `json:"share"`
	Promoters          int                `json:"promoters"`
	Passives           int                `json:"passives"`
	Detractors         int                `json:"detractors"`
	NPSImpact          Interval           `json:"nps_impact"`
	OddsRatio          Interval           `json:"odds_ratio"`
	PValue             PValue             `json:"p_value"`
	QValue             *PValue            `json:"q_value"`
	AssociationP       PValue             `json:"association_p"`
	Importance         *Number            `json:"importance"`
	RelativeWeight     *Number            `json:"relative_weight,omitempty"`
	ImportanceInterval *Interval          `json:"importance_interval,omitempty"`
	Top3               *Number            `json:"top3,omitempty"`
	Effect             *Interval          `json:"effect,omitempty"`
	PerHundred         *Number            `json:"per_100_mentions,omitempty"`
	// Stratified is the association within strata (languages, or what the options say); nil when there are fewer than two or
	// none of them has both groups, with and without the driver.
	Stratified *Stratified `json:"stratified,omitempty"`
	// Corrected holds the figures without the tagger's errors, NotCorrected why there are none; both only when asked for.
	Corrected    *Corrected `json:"corrected,omitempty"`
	NotCorrected string     `json:"not_corrected,omitempty"`
	// Detail is for tables and pages; it is not part of the JSON.
	Detail Detail `json:"-"`
}

// Stratified is the association of a driver with the groups within strata (Mantel and Haenszel): odds ratio with interval,
// the p value of none (without continuity correction), that of the strata having the same odds ratio (Breslow and Day), and
// whether the pooled odds ratio says the opposite (see [SignFlips]).
type Stratified struct {
	By             string   `json:"by"`
	OddsRatio      Interval `json:"odds_ratio"`
	PValue         PValue   `json:"p_value"`
	HeterogeneityP PValue   `json:"heterogeneity_p"`
	SignFlips      bool     `json:"sign_flips"`
}

func stratified(by string, m *MantelHaenszel, tables []Fourfold) *Stratified {
	return &Stratified{
		By: by, OddsRatio: interval(m.OddsRatio, m.Low, m.High),
		PValue: PValue(m.UncorrectedP), HeterogeneityP: PValue(m.HeterogeneityP), SignFlips: SignFlips(tables),
	}
}

// Key returns the theme and polarity.
func (d *Driver) Key() feedback.DriverKey {
	return feedback.DriverKey{Theme: d.Theme, Sentiment: d.Sentiment}
}

// Detail is what a table or page may say beside the contract.
type Detail struct {
	// Impact has the standard error, the gap, Z and the flags Exact, Undefined and Approximate.
	Impact Impact
	// ThemeNPS and RestNPS are the scores with and without the driver, in points; RestNPS is 0 when nothing is left.
	ThemeNPS, RestNPS float64
	// PerHundred is the impact per 100 mentions, in points.
	PerHundred float64
	// Selected is the impact with the wider interval that makes up for having been selected into the ranking (false
	// coverage rate 5 %); nil unless ranked.
	Selected *Interval
	// DetractorRate and PromoterRate are the shares of each group that have the driver (Wilson), RateDifference the former
	// minus the latter (Newcombe).
	DetractorRate, PromoterRate, RateDifference Interval
	// ImportanceError is the Monte-Carlo standard error of the importance; 0 when that is exact or nil.
	ImportanceError float64
	// ByLanguage is the association over the languages; nil with fewer than two of them or when no language has both
	// groups, with and without the driver.
	ByLanguage *MantelHaenszel
	// Effect has the standard error, p value and flags of the effect per mention; nil when there is no effect or it was
	// not asked for. It is there for an aliased driver.
	Effect *Effect
	// BootstrapImpact is the impact with its percentile interval; nil unless asked for.
	BootstrapImpact *Interval
}

// Neutral counts the responses that mention a theme without praise or complaint. They are never ranked.
type Neutral struct {
	Theme      string `json:"theme"`
	Mentions   int    `json:"mentions"`
	Share      Number `json:"share"`
	Promoters  int    `json:"promoters"`
	Passives   int    `json:"passives"`
	Detractors int    `json:"detractors"`
}

// Method says how the figures were made. R2 is what the drivers of the comments add to R², the sum of their importances;
// ImportanceError the largest Monte-Carlo standard error of these, nil when they are exact. Controls is what the
// importances are controlled for. RelativeWeights names their kind when they are there. Weights is there when weights were
// asked for, and EffectiveN, (Σw)²/Σw² of the base, when they are used. BootstrapDraws is how many draws of the comments
// were made, Effects how effects were estimated, PenaltyReward the caution that goes with them, each when asked for.
type Method struct {
	NPSInterval     string     `json:"nps_interval"`
	Impact          string     `json:"impact"`
	Interval        Number     `json:"interval"`
	Test            string     `json:"test"`
	FDR             Adjustment `json:"fdr"`
	Seed            int        `json:"seed"`
	Importance      string     `json:"importance"`
	R2              Number     `json:"r2"`
	ImportanceError *Number    `json:"importance_error,omitempty"`
	RelativeWeights string     `json:"relative_weights,omitempty"`
	Controls        []string   `json:"controls,omitempty"`
	Weights         string     `json:"weights,omitempty"`
	EffectiveN      *Number    `json:"effective_n,omitempty"`
	BootstrapDraws  int        `json:"bootstrap_draws,omitempty"`
	Effects         string     `json:"effects,omitempty"`
	PenaltyReward   string     `json:"penalty_reward,omitempty"`
	Model           string     `json:"model"`
	Taxonomy        string     `json:"taxonomy"`
	// Filter is the choice of responses as conditions, and Dates their first and last day, for the caller to fill in.
	Filter []string `json:"filter,omitempty"`
	Dates  string   `json:"dates,omitempty"`
}
