package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"verbatim/insight"
)

// waves is a survey of two quarters in two regions: late deliveries come up in the second quarter, in the south.
func waves() string {
	var items []string
	add := func(id, date, region string, score int, comment string) {
		items = append(items, fmt.Sprintf(`{"id":%q,"score":%d,"submitted_at":%q,"comment":%q,"attributes":{"region":%q}}`, id, score, date, comment, region))
	}
	for i := range 60 {
		add(fmt.Sprintf("a%d", i), "2026-02-10", "north", 9, "The staff was very friendly.")
		add(fmt.Sprintf("b%d", i), "2026-03-10", "south", 8, "The staff was very friendly.")
		add(fmt.Sprintf("c%d", i), "2026-04-10", "north", 9, "The staff was very friendly.")
		if i < 40 {
			add(fmt.Sprintf("d%d", i), "2026-05-10", "south", 2, "The delivery was late again.")
		}
	}
	add("e", "2026-05-11", "island", 0, "The delivery was late again.")
	return "[" + strings.Join(items, ",") + "]"
}

func TestTrend(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	r := decode[insight.TrendReport](t, w.get(t, "/v1/nps/trend?by=quarter"))
	if len(r.Points) != 2 || r.Points[0].Name != "2026-Q1" || r.Points[0].Responses != 120 || r.Points[1].NPS.Detractors != 41 || r.TimeZone != "UTC" {
		t.Errorf("%+v", r)
	}
	if months := decode[insight.TrendReport](t, w.get(t, "/v1/nps/trend")); months.Period != "week" || len(months.Points) != 14 {
		t.Errorf("%s, %d points", months.Period, len(months.Points))
	}
	rows, err := csv.NewReader(strings.NewReader(w.get(t, "/v1/nps/trend?by=month&format=csv&where=region=south"))).ReadAll()
	if err != nil || rows[1][0] != "2026-03" || len(rows[1]) != len(rows[0]) {
		t.Errorf("%v %v", rows, err)
	}
}

func TestSegments(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	r := decode[insight.SegmentsReport](t, w.get(t, "/v1/nps/segments?by=region"))
	if len(r.Segments) != 3 || r.Segments[0].Name != "north" || r.Segments[0].NPS.Value != 100 || !r.Segments[2].Suppressed || r.Segments[2].NPS != nil {
		t.Errorf("%+v", r)
	}
	if *r.Segments[0].Gap.Q > 0.001 {
		t.Errorf("%+v", r.Segments[0].Gap)
	}
	beside := decode[insight.SegmentsReport](t, w.get(t, "/v1/nps/segments?by=region&from=2026-04-01&beside=2026-Q1"))
	if south := beside.Segments[1]; south.Name != "south" || south.Beside == nil || south.Beside.Value != 0 || south.BesideGap.Value != -100 {
		t.Errorf("%+v", south)
	}
}

func TestCompare(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	r := decode[insight.ComparisonReport](t, w.get(t, "/v1/compare?before=2026-Q1&after=2026-Q2&mix=region"))
	if r.Before.Responses != 120 || r.After.Responses != 101 || r.Before.Label != "from=2026-01-01 to=2026-03-31" || r.Mix == nil {
		t.Errorf("%+v", r)
	}
	sum := float64(r.Mix.Mix + r.Mix.Within)
	if diff := sum - float64(r.Change.Value); diff > 1e-6 || diff < -1e-6 {
		t.Errorf("mix and within are %f, the change is %f", sum, r.Change.Value)
	}
	e := decode[insight.EmergingReport](t, w.get(t, "/v1/emerging?recent=2026-Q2&earlier=2026-Q1&by=region"))
	if len(e.Drivers) < 2 || e.Drivers[0].Theme != "delivery_logistics" || e.Drivers[0].Segment != "south" {
		t.Errorf("%+v", e)
	}
}

func TestSlicesRefuse(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	for query, location := range map[string]string{
		"/v1/nps/trend?by=decade":                                  "query.by",
		"/v1/nps/trend?time_zone=Mars":                             "query.time_zone",
		"/v1/nps/trend?time_zone=Local":                            "query.time_zone",
		"/v1/nps/segments":                                         "query.by",
		"/v1/nps/segments?by=shoe":                                 "query.by",
		"/v1/nps/segments?by=region&beside=from=x":                 "query.beside",
		"/v1/compare?before=2026-Q1":                               "query.after",
		"/v1/compare?before=2026-Q9&after=2026-Q2":                 "query.before",
		"/v1/compare?before=2026-Q1&after=2026-Q2&mix=shoe":        "query.mix",
		"/v1/compare?before=2026-Q1&after=2026-Q2&from=2026-06-01": "query.before",
		"/v1/compare?before=2026-Q1&after=2026&format=csv":         "",
		"/v1/emerging?recent=region=south&earlier=2026-Q1&by=x":    "query.by",
	} {
		answer := w.do(t, http.MethodGet, query, "")
		p := decode[Problem](t, answer.body)
		if answer.status != http.StatusBadRequest || location != "" && (len(p.Errors) != 1 || p.Errors[0].Location != location) {
			t.Errorf("%s: %d %s", query, answer.status, answer.body)
		}
		if strings.Contains(answer.body, "shoe") || strings.Contains(answer.body, "Mars") {
			t.Errorf("%s repeats what was submitted: %s", query, answer.body)
		}
	}
}

func TestBenchmarks(t *testing.T) {
	w := newWorld(t)
	w.put(t, waves())
	name := "/v1/benchmarks/" + url.PathEscape("our industry/EU")
	if got := w.do(t, http.MethodPut, name, string(exampleBenchmark)); got.status != http.StatusOK || !strings.Contains(got.body, `"our industry/EU"`) {
		t.Fatalf("%d %s", got.status, got.body)
	}
	r := decode[insight.BenchmarkReport](t, w.get(t, "/v1/benchmarks?where=region=north"))
	if len(r.Benchmarks) != 1 || r.NPS.Value != 100 || r.Benchmarks[0].Gap.Value != 68 || r.Benchmarks[0].Source == "" {
		t.Errorf("%+v", r)
	}
	for body, location := range map[string]string{
		`{"nps":200,"source":"x","date":"2026-01-01"}`:          "",
		`{"nps":"many","source":"x","date":"2026-01-01"}`:       "body.nps",
		`{"source":"x","date":"2026-01-01"}`:                    "body.nps",
		`{"nps":1,"source":"x","date":"2026-01-01","colour":1}`: "body.colour",
		`[]`: "body",
	} {
		answer := w.do(t, http.MethodPut, name, body)
		p := decode[Problem](t, answer.body)
		if answer.status != http.StatusBadRequest || location != "" && p.Errors[0].Location != location {
			t.Errorf("%s: %d %s", body, answer.status, answer.body)
		}
	}
	if got := w.do(t, http.MethodDelete, name, ""); got.status != http.StatusNoContent {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := w.do(t, http.MethodDelete, name, ""); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.body)
	}
}
