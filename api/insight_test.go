package api

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"verbatim/feedback"
	"verbatim/insight"
	"verbatim/report"
)

// ranked is a survey in which late deliveries make detractors and friendly staff makes promoters.
func ranked() string {
	var items []string
	for i := range 40 {
		items = append(items,
			fmt.Sprintf(`{"id":"d%d","score":%d,"comment":"The delivery was late again."}`, i, i%5),
			fmt.Sprintf(`{"id":"p%d","score":%d,"comment":"The staff was very friendly."}`, i, 9+i%2),
			fmt.Sprintf(`{"id":"n%d","score":%d,"comment":"n/a"}`, i, i%11))
	}
	return "[" + strings.Join(append(items, `{"id":"u","comment":"Nice"}`), ",") + "]"
}

func TestDriversAreThoseOfTheCommandLine(t *testing.T) {
	w := newWorld(t)
	w.put(t, ranked())
	for query, filter := range map[string]feedback.Filter{
		"": {},
		"?group=detractor,promoter&theme=delivery_logistics": {
			Groups: []feedback.Group{feedback.Detractor, feedback.Promoter}, Themes: []feedback.ThemeCondition{{Theme: "delivery_logistics"}},
		},
	} {
		doc, err := Document(t.Context(), w.api.source(), "default", filter, DocumentOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := report.Drivers(&want, report.JSON, doc, report.CSVOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, "/v1/drivers"+query); got != want.String() {
			t.Errorf("%s: %s", query, got)
		}
	}
}

func TestDriversRank(t *testing.T) {
	w := newWorld(t)
	w.put(t, ranked())
	got := w.get(t, "/v1/drivers")
	if keys := keysOf(t, got); !slices.Equal(keys[:8], []string{"responses", "commented", "unscored", "rejected", "mismatch", "nps", "base", "drivers"}) {
		t.Errorf("keys %v", keys)
	}
	all := w.do(t, http.MethodGet, "/v1/drivers?format=csv", "")
	if all.header.Get("Content-Type") != csvType {
		t.Errorf("%v", all.header)
	}
	rows, err := csv.NewReader(strings.NewReader(all.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var ranks []string
	for _, row := range rows[1:] {
		if row[2] == "ranked" {
			ranks = append(ranks, row[3]+":"+row[4])
		}
	}
	if !slices.Contains(ranks, "delivery_logistics:negative") || !slices.Contains(ranks, "service_staff:positive") {
		t.Errorf("%v in %s", ranks, all.body)
	}
	if w.get(t, "/v1/drivers") != got {
		t.Error("the same data, other bytes")
	}
	if w.get(t, "/v1/drivers?format=json") != got {
		t.Error("format=json is not the default")
	}
}

func TestNPS(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	body := w.get(t, "/v1/nps")
	got := decode[NPSReport](t, body)
	if got.Responses != 4 || got.Commented != 3 || got.Unscored != 1 || got.NPS.Value != -25 || got.NPS.Promoters != 1 || got.NPS.Passives != 1 || got.NPS.Detractors != 2 {
		t.Errorf("%s", body)
	}
	if want := insight.NPS(1, 1, 2); got.NPS.Low.String() != want.Low.String() || got.NPS.High.String() != want.High.String() {
		t.Errorf("%s", body)
	}
	if got.Method.NPSInterval != "adjusted-wald" || got.Method.Model == "" || got.Method.Taxonomy != "default@1" {
		t.Errorf("%+v", got.Method)
	}
	if keys := keysOf(t, body); !slices.Equal(keys, []string{"responses", "commented", "unscored", "nps", "method"}) {
		t.Errorf("keys %v", keys)
	}
	if eu := decode[NPSReport](t, w.get(t, "/v1/nps?where=region=EU")); eu.Responses != 2 || eu.NPS.Value != -50 {
		t.Errorf("%+v", eu)
	}
	if none := decode[NPSReport](t, w.get(t, "/v1/nps?survey=none")); none.Responses != 0 || none.NPS.Low != -100 {
		t.Errorf("%+v", none)
	}
}
