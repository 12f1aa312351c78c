package report

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/insight"
)

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		report *insight.DriverReport
	}{{"drivers", realistic()}, {"empty", empty()}, {"toofew", onlyTooFew()}} {
		for _, format := range []Format{Table, JSON, CSV, SVG} { // the others have tests of their own
			t.Run(c.name+" "+string(format), func(t *testing.T) {
				golden(t, c.name+"."+string(format), render(t, format, c.report, taxonomy(t)))
			})
		}
	}
}

// The fixture has what the goldens are to show.
func TestTheFixtureIsRealistic(t *testing.T) {
	r := realistic()
	statuses := map[insight.Status]int{}
	signs := map[bool]int{}
	for i := range r.Drivers {
		statuses[r.Drivers[i].Status]++
		signs[r.Drivers[i].NPSImpact.Value < 0]++
	}
	if statuses[insight.Ranked] < 3 || statuses[insight.NotSignificant] < 1 || statuses[insight.TooFew] < 1 || len(signs) != 2 || r.Suggestions == nil {
		t.Errorf("%v %v", statuses, signs)
	}
}

// The same counts give the same bytes, in any order.
func TestOrderOfTheInputDoesNotShow(t *testing.T) {
	p := survey()
	tab := crosstab(p)
	slices.Reverse(tab.Themes)
	slices.Reverse(tab.SuggestionThemes)
	slices.Reverse(p.Patterns)
	other := insight.Drivers(tab, p, insight.Options{})
	other.Rejected = 3
	for _, format := range Formats {
		if diff := cmp.Diff(render(t, format, realistic(), taxonomy(t)), render(t, format, &other, taxonomy(t))); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
}

func TestNoFormatKnowsMinusZero(t *testing.T) {
	tiny := insight.Number(-1e-9)
	r := ranked(insight.Interval{Value: tiny, Low: -0.00004, High: 1e-9}, insight.Interval{Value: -0.04, Low: -0.049, High: 0.04})
	r.NPS.Exact, r.NPS.Low, r.NPS.High, r.Base.NPS, r.Method.R2 = tiny, -0.04, tiny, tiny, tiny
	r.Drivers[0].Importance, r.Suggestions.Base.NPS = &tiny, tiny
	for _, format := range Formats {
		out := render(t, format, r, taxonomy(t))
		for _, at := range minusZero.FindAllStringIndex(out, -1) {
			t.Errorf("%s has %q", format, out[max(0, at[0]-30):at[1]])
		}
	}
}

// minusZero is 0, 0.0 and so on with a hyphen or a minus sign before it.
var minusZero = regexp.MustCompile(`[-−]0(\.0+)?([^.0-9]|$)`)

func TestJSON(t *testing.T) {
	r := realistic()
	r.Drivers[0].Theme = `<b>&"delivery"`
	out := render(t, JSON, r, nil)
	if !strings.HasPrefix(out, "{\n  \"responses\": ") || !strings.HasSuffix(out, "\n}\n") || strings.HasSuffix(out, "\n\n") {
		t.Errorf("indentation or ends: %.40q … %q", out, out[len(out)-10:])
	}
	if !strings.Contains(out, `"theme": "<b>&\"delivery\""`) {
		t.Error("< and & are escaped as for HTML")
	}
	var back struct {
		Responses, Rejected int
		Drivers             []struct {
			Rank   *int
			Theme  string
			QValue *float64 `json:"q_value"`
			Impact struct{ Value, Low, High float64 }
		}
		Suggestions struct{ Drivers []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(out), &back); err != nil {
		t.Fatal(err)
	}
	if back.Responses != r.Responses || back.Rejected != 3 || len(back.Drivers) != len(r.Drivers) || back.Drivers[0].Theme != r.Drivers[0].Theme ||
		len(back.Suggestions.Drivers) != 2 {
		t.Errorf("%+v", back)
	}
	if last := back.Drivers[len(back.Drivers)-1]; last.Rank != nil || last.QValue != nil {
		t.Errorf("too few mentions have a rank or q: %+v", last)
	}
}

func TestJSONOfNothingHasNoNull(t *testing.T) {
	out := render(t, JSON, empty(), nil)
	if !strings.Contains(out, `"drivers": []`) || strings.Contains(out, "null") {
		t.Error(out)
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats {
		if got, err := ParseFormat(string(f), Formats); got != f || err != nil {
			t.Errorf("%s: %v, %v", f, got, err)
		}
	}
	for _, text := range []string{"", "JSON", "xlsx", "json "} {
		_, err := ParseFormat(text, []Format{JSON, CSV})
		if feedback.CodeOf(err) != feedback.Invalid || !strings.HasSuffix(err.Error(), "it is one of json, csv") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseFormat("table", []Format{JSON, CSV}); err == nil {
		t.Error("table is not allowed here")
	}
	if err := Drivers(io.Discard, JSONL, &Document{Drivers: realistic()}, CSVOptions{}); feedback.CodeOf(err) != feedback.Unsupported {
		t.Errorf("an unknown format: %v", err)
	}
}

var errGone = errors.New("broken pipe")

// closing takes some bytes and then fails, as a pipe does when its reader goes.
type closing struct{ room int }

func (c *closing) Write(p []byte) (int, error) {
	if c.room -= len(p); c.room < 0 {
		return 0, errGone
	}
	return len(p), nil
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	for _, format := range Formats {
		size := len(render(t, format, realistic(), taxonomy(t)))
		for _, room := range []int{0, size / 2, size - 1} {
			err := Drivers(&closing{room}, format, &Document{Drivers: realistic(), Taxonomy: taxonomy(t)}, CSVOptions{})
			if !errors.Is(err, errGone) || !strings.HasPrefix(err.Error(), "report: "+string(format)+": ") {
				t.Errorf("%s, %d of %d bytes: %v", format, room, size, err)
			}
		}
		if err := Drivers(&closing{size}, format, &Document{Drivers: realistic(), Taxonomy: taxonomy(t)}, CSVOptions{}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func BenchmarkDrivers(b *testing.B) {
	r := realistic()
	for _, format := range Formats {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				if err := Drivers(io.Discard, format, &Document{Drivers: r}, CSVOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
