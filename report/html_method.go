package report

import (
	"fmt"
	"strconv"
	"strings"

	"verbatim/insight"
)

// methodFacts say what the figures rest on and how they were made.
func methodFacts(w *words, d *Document) []fact {
	r, m := d.Drivers, &d.Drivers.Method
	filter := fact{Name: w.MethodFilter, Texts: []string{w.AllResponses}}
	if len(d.Filter) > 0 {
		filter = fact{Name: w.MethodFilter, Code: true}
		for _, f := range d.Filter {
			filter.Texts = append(filter.Texts, unmarked(f))
		}
	}
	dates := w.dates(d.Dates)
	if dates == "" {
		dates = w.Unknown
	}
	responses := fact{Name: w.MethodResponses, Texts: []string{
		fmt.Sprintf(w.ResponsesText, w.count(scored(r)), w.count(r.Commented), w.count(r.Unscored), w.count(r.Rejected), w.count(r.Mismatch)),
	}}
	if d.Trend != nil && d.Trend.Undated > 0 {
		responses.Texts = append(responses.Texts, fmt.Sprintf(w.Undated, w.count(d.Trend.Undated)))
	}
	test := w.TestText
	if strings.Contains(m.Test, "within language") {
		test = w.TestWithinText
	}
	facts := []fact{
		filter,
		{Name: w.MethodDates, Texts: []string{dates}},
		responses,
		{Name: w.MethodBase, Texts: []string{fmt.Sprintf(w.BaseText, w.count(r.Base.N), w.points(r.Base.NPS))}},
		{Name: w.MethodIntervals, Texts: []string{w.IntervalsText}},
		{Name: w.MethodImpact, Texts: []string{w.ImpactText}},
		{Name: w.MethodTest, Texts: []string{test}},
		{Name: w.MethodRanking, Texts: []string{fmt.Sprintf(w.RankingText, w.count(insight.MinMentions), w.decimal(insight.MaxQ, 2), string(m.FDR))}},
	}
	if anyImportance(r.Drivers) {
		facts = append(facts, importanceFact(w, m), fact{Name: w.MethodQuadrant, Texts: []string{w.QuadrantText}})
	}
	return append(facts,
		fact{Name: w.MethodSeed, Texts: []string{strconv.Itoa(m.Seed)}},
		fact{Name: w.MethodVersions, Texts: []string{
			fmt.Sprintf(w.VersionsText, w.known(d.Version), w.known(m.Model), w.known(m.Taxonomy)),
		}},
	)
}

func importanceFact(w *words, m *insight.Method) fact {
	f := fact{Name: w.MethodImportance, Texts: []string{fmt.Sprintf(w.ImportanceText, m.Importance, w.decimal(float64(m.R2), 3))}}
	var controls []string
	for _, c := range m.Controls {
		if c == "language" {
			c = w.Language
		}
		controls = append(controls, unmarked(c))
	}
	if len(controls) > 0 {
		f.Texts = append(f.Texts, fmt.Sprintf(w.ControlledText, strings.Join(controls, ", ")))
	}
	if m.ImportanceError != nil {
		f.Texts = append(f.Texts, fmt.Sprintf(w.SampledText, w.decimal(float64(*m.ImportanceError), 4)))
	}
	return f
}

// known gives the text, or says that it is not known.
func (w *words) known(text string) string {
	if text = unmarked(text); text == "" {
		return w.Unknown
	}
	return text
}
