package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"verbatim/feedback"
)

// keysOf lists the keys of a JSON object in their order.
func keysOf(t *testing.T, object string) []string {
	t.Helper()
	it := item{location: "test", raw: json.RawMessage(object)}
	in := json.NewDecoder(strings.NewReader(object))
	if _, err := in.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for in.More() {
		token, err := in.Token()
		var value json.RawMessage
		if err == nil {
			err = in.Decode(&value)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, it.raw)
		}
		keys = append(keys, token.(string))
	}
	return keys
}

func TestAnalyzeIsTheContract(t *testing.T) {
	w := newWorld(t)
	got := w.do(t, http.MethodPost, "/v1/analyze", `{"id":"r1","text":"The delivery was late and the box was broken."}`)
	if got.status != http.StatusOK {
		t.Fatal(got)
	}
	want := []string{"id", "language", "sentiment", "kinds", "themes", "statements", "urgency", "model", "taxonomy"}
	if keys := keysOf(t, got.body); !slices.Equal(keys, want) {
		t.Errorf("keys %v", keys)
	}
	if strings.Contains(got.body, "$schema") {
		t.Error("the body has a $schema")
	}
	tags := decode[AnalyzedText](t, got.body)
	if tags.ID != "r1" || tags.Language.Code != "en" || tags.Sentiment == nil || tags.Sentiment.Label != feedback.Negative {
		t.Errorf("%s", got.body)
	}
	if !tags.Has("delivery_logistics", feedback.Negative) {
		t.Errorf("no late delivery: %s", got.body)
	}
	again := w.do(t, http.MethodPost, "/v1/analyze", `{"id":"r1","comment":"The delivery was late and the box was broken."}`)
	if again.body != got.body {
		t.Error("comment and text differ")
	}
	if stored := decode[SearchPage](t, w.get(t, "/v1/search")); stored.Total != 0 {
		t.Error("it was stored")
	}
}

func TestAnalyzeCountsCodePoints(t *testing.T) {
	w := newWorld(t)
	text := "😀😀 The delivery was läte. Then the staff was rude."
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	got := decode[AnalyzedText](t, w.do(t, http.MethodPost, "/v1/analyze", string(body)).body)
	runes := []rune(text)
	spans := 0
	check := func(s feedback.Span) {
		spans++
		if s.Start < 0 || s.End > len(runes) || string(runes[s.Start:s.End]) != s.Text {
			t.Errorf("%+v is not there", s)
		}
	}
	for _, s := range got.Statements {
		check(s.Span)
	}
	for _, theme := range got.Themes {
		for _, e := range theme.Evidence {
			check(e)
		}
	}
	if spans < 3 || got.ID != "" {
		t.Errorf("%d spans in %+v", spans, got)
	}
}

func TestAnalyzeManyInOrder(t *testing.T) {
	w := newWorld(t)
	got := w.do(t, http.MethodPost, "/v1/analyze", `[
		{"id":7,"text":"Great staff"},
		{"id":"two","text":3},
		"text",
		{"id":"four"},
		{"id":"five","text":"a","comment":"b"},
		{"id":"six","text":"`+strings.Repeat("x", feedback.MaxComment+1)+`"},
		{"id":"seven","score":3,"text":"a"},
		{"text":"nul\u0000"},
		{"text":""}]`)
	var answers []json.RawMessage
	if err := json.Unmarshal([]byte(got.body), &answers); err != nil || got.status != http.StatusOK {
		t.Fatal(got.status, err, got.body)
	}
	for i, want := range []string{
		`"id":"7","language":`,
		`{"id":"two","line":2,"error":{"code":"invalid","message":"text must be a string"}}`,
		`{"line":3,"error":{"code":"invalid","message":"every item must be a JSON object"}}`,
		`{"id":"four","line":4,"error":{"code":"invalid","message":"text is missing: send the comment as text, or as comment"}}`,
		`{"id":"five","line":5,"error":{"code":"invalid","message":"comment and text are two names of one field: send one of them"}}`,
		`{"id":"six","line":6,"error":{"code":"too_large","message":"text is longer than 30000 characters"}}`,
		`{"id":"seven","line":7,"error":{"code":"invalid","message":"score is not a field here: there is id, text, comment, lang"}}`,
		`{"line":8,"error":{"code":"invalid","message":"text holds a control character"}}`,
		`"sentiment":{"label":"neutral","score":0},"kinds":["other"],"themes":[],"statements":[]`,
	} {
		if !strings.Contains(string(answers[i]), want) {
			t.Errorf("%d: %s, want %s", i, answers[i], want)
		}
	}
	if empty := w.do(t, http.MethodPost, "/v1/analyze", "[]"); empty.body != "[]\n" {
		t.Errorf("no texts: %s", empty.body)
	}
}

func TestAnalyzeOneRefused(t *testing.T) {
	w := newWorld(t)
	p := w.do(t, http.MethodPost, "/v1/analyze", `{"id":"one"}`).problem(t)
	if p.Status != http.StatusBadRequest || p.Errors[0].Location != "body.text" {
		t.Errorf("%+v", p)
	}
}
