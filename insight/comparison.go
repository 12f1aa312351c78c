package insight

import (
	"cmp"
	"math"
	"slices"

	"verbatim/feedback"
)

// CompareOptions vary a comparison; the zero CompareOptions compare different respondents without a mix.
type CompareOptions struct {
	// Before and After name the sides.
	Before, After string
	// FDR is how p values become q values: [BH] when empty.
	FDR Adjustment
	// Pairs counts those who answered on both sides, as for [PairedChange].
	Pairs [3][3]int
	// By asks for the mix over this attribute, whose slices of the two sides are in BeforeParts and AfterParts.
	By                      string
	BeforeParts, AfterParts []feedback.Slice
}

// Compare compares two choices of responses: what changed, whether chance explains it, and which drivers did it. The sides
// must not share responses. The q of the change of share is over the drivers listed; the parts of the decomposition come
// without a test of their own, since they describe a change and do not say whether there is one.
func Compare(before, after feedback.Crosstab, opts CompareOptions) ComparisonReport {
	a, b := tallyOf(&before), tallyOf(&after)
	change := PairedChange(a.scored, b.scored, opts.Pairs)
	report := ComparisonReport{
		Before: sideOf(opts.Before, a), After: sideOf(opts.After, b),
		Change:     contrastOf(change.Plain.Value, change.Adjusted),
		Detectable: number(change.Detectable),
		Needed:     []NeededForGap{},
		Drivers:    []DriverChange{},
		Method:     sliceMethod(npsTest+"; shares "+shareTest, []feedback.Slice{{Crosstab: before}, {Crosstab: after}}),
	}
	if opts.FDR == BY || opts.FDR == Holm {
		report.Method.FDR = opts.FDR
	}
	for _, wave := range change.Needed {
		report.Needed = append(report.Needed, NeededForGap{Points: number(wave.Points), Responses: wave.Responses})
	}
	for _, key := range driverKeys(a, b) {
		if max(a.mentions(key), b.mentions(key)) >= MinMentions {
			report.Drivers = append(report.Drivers, driverChange(key, a, b))
		}
	}
	slices.SortStableFunc(report.Drivers, compareChanges)
	family := make([]*Contrast, len(report.Drivers))
	for i := range report.Drivers {
		family[i] = &report.Drivers[i].ShareChange
	}
	setQ(family, opts.FDR)
	if opts.By != "" {
		mix := Mix(opts.By, opts.BeforeParts, opts.AfterParts)
		report.Mix = &mix
	}
	return report
}

func sideOf(label string, t *tally) Side {
	base := t.base
	return Side{
		Label: label, Responses: t.scored.N(), Commented: t.commented, NPS: npsOfCounts(t.scored),
		Base: Base{base.N(), base.Promoters, base.Passives, base.Detractors, number(base.NPS())},
	}
}

func driverChange(key feedback.DriverKey, a, b *tally) DriverChange {
	k1, n1, k2, n2 := a.mentions(key), a.base.N(), b.mentions(key), b.base.N()
	impact1, impact2 := ThemeImpact(a.base, a.drivers[key]), ThemeImpact(b.base, b.drivers[key])
	parts := Decompose(a.base, b.base, a.drivers[key], b.drivers[key])
	return DriverChange{
		Theme: key.Theme, Sentiment: key.Sentiment,
		BeforeMentions: k1, AfterMentions: k2,
		BeforeShare: Wilson(k1, n1), AfterShare: Wilson(k2, n2),
		ShareChange:  shareContrast(k2, n2, k1, n1),
		ImpactBefore: interval(impact1.Value, impact1.Low, impact1.High),
		ImpactAfter:  interval(impact2.Value, impact2.Low, impact2.High),
		Volume:       number(parts.Volume),
		Severity:     number(parts.Severity),
		Rest:         number(parts.Rest),
	}
}

// compareChanges puts the larger effects on the change first; the drivers are in the order of their keys already.
func compareChanges(a, b DriverChange) int {
	return cmp.Compare(math.Abs(shown(b.Volume+b.Severity)), math.Abs(shown(a.Volume+a.Severity)))
}
