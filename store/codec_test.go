package store

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// TestPlainReadsWhatIsWritten keeps the fast way in step with the types: when a field is added there, this fails.
func TestPlainReadsWhatIsWritten(t *testing.T) {
	for n := range 30 {
		a := sample(n)
		body, err := encodeAnalysis(a.Comment, a.Analysis)
		if err != nil {
			t.Fatal(err)
		}
		var want feedback.Analysis
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		got, ok := newDecoder().plainAnalysis(body)
		if diff := cmp.Diff(&want, got); diff != "" || !ok {
			t.Errorf("%d: %v %s", n, ok, diff)
		}
	}
}

func TestEncodeLeavesTheOriginalAndNoTexts(t *testing.T) {
	a, untouched := sample(2), sample(2)
	body, err := encodeAnalysis(a.Comment, a.Analysis)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(untouched, a); diff != "" {
		t.Error(diff)
	}
	for _, s := range a.Analysis.Statements {
		if strings.Contains(body, s.Text) {
			t.Errorf("%q is stored twice", s.Text)
		}
	}
}

func TestDecodeOddForms(t *testing.T) {
	const text = `say "no" — <b>`
	odd := &feedback.Analysis{
		Language:   feedback.Language{Code: `e"n`, Confidence: 1e-21},
		Themes:     []feedback.ThemeTag{{Theme: `a\b`, Evidence: nil}, {Evidence: []feedback.Span{{Start: 4, End: 8, Text: `"no"`}, {Start: 5, End: 5}, {Start: 90, End: 99, Text: "beyond <"}}}},
		Statements: []feedback.Statement{{Span: feedback.Span{Start: -1, End: 3, Text: "before"}, Kinds: []feedback.Kind{}, Themes: nil}},
		Urgency:    []feedback.Urgency{feedback.ChurnRisk, feedback.Safety}, Model: "m", Taxonomy: "t@1",
	}
	body, err := encodeAnalysis(text, odd)
	if err != nil {
		t.Fatal(err)
	}
	got, err := newDecoder().analysis(text, body)
	if diff := cmp.Diff(odd, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestSharedNamesAreShared(t *testing.T) {
	d := newDecoder()
	body := `{"model":"x"}`
	first := d.name(body[2:7])
	if second := d.name("model"); second != first || len(d.names) != 1 {
		t.Errorf("%q, %d names", second, len(d.names))
	}
}

// FuzzPlainAnalysis: whatever the fast way accepts, encoding/json reads the same.
func FuzzPlainAnalysis(f *testing.F) {
	for n := range 6 {
		body, err := json.Marshal(sample(n).Analysis)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Add(`{"language":{"code":"","confidence":0,"supported":false},"sentiment":null,"kinds":null,"themes":null,"statements":null,"urgency":null,"model":"","taxonomy":""}`)
	f.Fuzz(func(t *testing.T, body string) {
		got, ok := newDecoder().plainAnalysis(body)
		if !ok {
			return
		}
		again, err := json.Marshal(got) // only what encoding/json writes is stored
		if err != nil || string(again) != body {
			return
		}
		var want feedback.Analysis
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatalf("accepted %q: %v", body, err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%q: %s", body, diff)
		}
	})
}

// FuzzAttributes: names and values come back as they were.
func FuzzAttributes(f *testing.F) {
	f.Add("region", "EU", "plan", `"quoted" \ <b>`)
	f.Add("", "", "价格", "\u2028")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		body, err := json.Marshal(map[string]string{k1: v1, k2: v2})
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]string
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatal(err)
		}
		got, err := newDecoder().attributes(string(body))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}
