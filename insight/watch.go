package insight

import (
	"math"
	"slices"

	"verbatim/feedback"
)

// CeasedQ is the q value above which a driver that was significant is no longer. It lies above [MaxQ], so that one whose q
// value wavers around that does not come and go.
const CeasedQ = 0.10

// firstLook is how many new responses of the base the first comparison of impacts waits for.
const firstLook = 50

// Watched is what is remembered of a ranking in order to tell later what changed: which drivers were significant, and the
// counts that later responses are compared with.
type Watched struct {
	Model       string               `json:"model"`
	Taxonomy    string               `json:"taxonomy"`
	Base        Counts               `json:"base"`
	Themes      []WatchedTheme       `json:"themes"`
	Significant []feedback.DriverKey `json:"significant"`
	Looks       int                  `json:"looks"`  // comparisons with these counts so far
	Looked      int                  `json:"looked"` // new responses of the base at the last of them
}

// WatchedTheme is a driver's part of the counts.
type WatchedTheme struct {
	feedback.DriverKey
	Counts Counts `json:"counts"`
}

// DriverEvent says how a driver changed.
type DriverEvent string

// How a driver can change.
const (
	BecameSignificant DriverEvent = "became_significant"
	CeasedSignificant DriverEvent = "ceased_to_be_significant"
	ImpactChanged     DriverEvent = "impact_changed"
)

// DriverEvents lists them in the order of the contracts.
var DriverEvents = []DriverEvent{BecameSignificant, CeasedSignificant, ImpactChanged}

// DriverAlert is a change of a driver. Impact, Mentions, QValue and Base are those of all responses now. Earlier and Recent are
// there for [ImpactChanged] alone: the impact in the responses that were known at the last state, and in those that came
// since, with the p and q values of no difference between them.
type DriverAlert struct {
	Theme     string             `json:"theme"`
	Sentiment feedback.Sentiment `json:"sentiment"`
	Change    DriverEvent        `json:"change"`
	Mentions  int                `json:"mentions"`
	Base      int                `json:"base"`
	Impact    Interval           `json:"nps_impact"`
	QValue    *PValue            `json:"q_value"`
	Earlier   *Interval          `json:"earlier_impact,omitempty"`
	Recent    *Interval          `json:"recent_impact,omitempty"`
	ChangeP   *PValue            `json:"change_p_value,omitempty"`
	ChangeQ   *PValue            `json:"change_q_value,omitempty"`
}

// Watch compares the counts of now with what is remembered, and returns what changed and what to remember next.
//
// A driver became significant when its q value is at most [MaxQ] and it was not significant before; it ceased to be when
// its q value is above [CeasedQ], or it has none. Both come from the ranking of all responses, with its false discovery
// control (BH).
//
// An impact changed when the responses that came since the remembered counts tell another impact than those before, which
// are other responses: Z = (recent − earlier) / √(SE² + SE²), two-sided, tested for the drivers with at least 30 responses
// with and without the driver on both sides, with BH over all of them. Looking again and again finds changes that are not there, so looks
// are rare and share the level: the first waits for 50 new responses of the base, each next one for twice as many as
// the one before, and look k has the level 0.05/(k(k+1)), which adds up to 0.05 over all looks. When some impact changed, or
// no driver had enough responses for the test, the counts of now are remembered in place of the old ones, and looks begin
// anew.
//
// The first call (before is nil), a new model or taxonomy, and counts that shrank only set what is remembered: there is
// nothing comparable.
func Watch(before *Watched, now feedback.Crosstab) (alerts []DriverAlert, after Watched) {
	alerts = []DriverAlert{}
	ranking, _ := rank(now.Base, now.Themes, feedback.Patterns{}, Options{})
	current := watchedOf(&now)
	since, ok := current.since(before)
	if !ok {
		current.Significant = significant(&ranking, nil)
		return alerts, current
	}
	after = *before
	after.Model, after.Taxonomy = current.Model, current.Taxonomy // it had none when there were no responses
	after.Significant = significant(&ranking, before.Significant)
	drivers := map[feedback.DriverKey]*Driver{}
	for i := range ranking.Drivers {
		drivers[ranking.Drivers[i].Key()] = &ranking.Drivers[i]
	}
	alert := func(key feedback.DriverKey, change DriverEvent) DriverAlert {
		a := DriverAlert{Theme: key.Theme, Sentiment: key.Sentiment, Change: change, Base: ranking.Base.N}
		if d := drivers[key]; d != nil {
			a.Mentions, a.Impact, a.QValue = d.Mentions, d.NPSImpact, d.QValue
		}
		return a
	}
	for _, key := range missing(after.Significant, before.Significant) {
		alerts = append(alerts, alert(key, BecameSignificant))
	}
	for _, key := range missing(before.Significant, after.Significant) {
		alerts = append(alerts, alert(key, CeasedSignificant))
	}
	n := since.Base.N()
	if n < max(firstLook, 2*before.Looked) {
		return alerts, after
	}
	after.Looks, after.Looked = before.Looks+1, n
	changed, tested := after.changes(&since, alert)
	if len(changed) > 0 || tested == 0 {
		current.Significant = after.Significant
		after = current
	}
	return append(alerts, changed...), after
}

func watchedOf(tab *feedback.Crosstab) Watched {
	w := Watched{Model: tab.Model, Taxonomy: tab.Taxonomy, Base: CountsOf(tab.Base), Themes: []WatchedTheme{}, Significant: []feedback.DriverKey{}}
	for _, t := range tab.Themes {
		if t.Sentiment == feedback.Positive || t.Sentiment == feedback.Negative {
			key := feedback.DriverKey{Theme: t.Theme, Sentiment: t.Sentiment}
			w.Themes = append(w.Themes, WatchedTheme{key, CountsOf(t.Scores)})
		}
	}
	slices.SortFunc(w.Themes, func(a, b WatchedTheme) int { return compareKeys(a.DriverKey, b.DriverKey) })
	return w
}

// counts returns a driver's part, nothing when it has none.
func (w *Watched) counts(key feedback.DriverKey) Counts {
	i, found := slices.BinarySearchFunc(w.Themes, key, func(t WatchedTheme, key feedback.DriverKey) int { return compareKeys(t.DriverKey, key) })
	if !found {
		return Counts{}
	}
	return w.Themes[i].Counts
}

// since returns what w counts beyond an earlier one; ok is false when the two cannot be compared.
func (w *Watched) since(earlier *Watched) (fresh Watched, ok bool) {
	if earlier == nil || earlier.Base.N() > 0 && (w.Model != earlier.Model || w.Taxonomy != earlier.Taxonomy) {
		return Watched{}, false
	}
	fresh.Base, ok = w.Base.beyond(earlier.Base)
	for _, t := range earlier.Themes {
		_, grown := w.counts(t.DriverKey).beyond(t.Counts)
		ok = ok && grown
	}
	for _, t := range w.Themes {
		counts, _ := t.Counts.beyond(earlier.counts(t.DriverKey))
		fresh.Themes = append(fresh.Themes, WatchedTheme{t.DriverKey, counts})
		_, part := fresh.Base.beyond(counts)
		ok = ok && part
	}
	return fresh, ok
}

// beyond is the difference, group by group; ok is false when it is negative somewhere.
func (c Counts) beyond(o Counts) (d Counts, ok bool) {
	d = Counts{c.Promoters - o.Promoters, c.Passives - o.Passives, c.Detractors - o.Detractors}
	return d, min(d.Promoters, d.Passives, d.Detractors) >= 0
}

// changes tests which impacts differ between the remembered counts and those since, at the level of this look; family is
// how many it tested.
func (w *Watched) changes(since *Watched, alert func(feedback.DriverKey, DriverEvent) DriverAlert) (changed []DriverAlert, family int) {
	var tested []DriverAlert
	var p []float64
	for _, t := range since.Themes {
		before := w.counts(t.DriverKey)
		if min(before.N(), w.Base.N()-before.N(), t.Counts.N(), since.Base.N()-t.Counts.N()) < smallSide {
			continue
		}
		earlier, recent := ThemeImpact(w.Base, before), ThemeImpact(since.Base, t.Counts)
		se := math.Hypot(earlier.SE, recent.SE)
		if se == 0 {
			continue
		}
		a := alert(t.DriverKey, ImpactChanged)
		then, lately := interval(earlier.Value, earlier.Low, earlier.High), interval(recent.Value, recent.Low, recent.High)
		a.Earlier, a.Recent = &then, &lately
		tested, p = append(tested, a), append(p, normalP((recent.Value-earlier.Value)/se))
	}
	level := MaxQ / float64(w.Looks*(w.Looks+1))
	for i, q := range AdjustBH(p) {
		if q <= level {
			one, all := PValue(p[i]), PValue(q)
			tested[i].ChangeP, tested[i].ChangeQ = &one, &all
			changed = append(changed, tested[i])
		}
	}
	return changed, len(tested)
}

// significant lists the drivers that are significant, given those that were, in the order of their keys.
func significant(r *Ranking, before []feedback.DriverKey) []feedback.DriverKey {
	list := []feedback.DriverKey{}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		level := MaxQ
		if slices.Contains(before, d.Key()) {
			level = CeasedQ
		}
		if d.QValue != nil && float64(*d.QValue) <= level {
			list = append(list, d.Key())
		}
	}
	slices.SortFunc(list, compareKeys)
	return list
}

// missing lists what is in all and not in some.
func missing(all, some []feedback.DriverKey) []feedback.DriverKey {
	var list []feedback.DriverKey
	for _, key := range all {
		if !slices.Contains(some, key) {
			list = append(list, key)
		}
	}
	return list
}
