package ingest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

const formMedia = "application/x-www-form-urlencoded"

func payload(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "platforms", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func tree(tb testing.TB, name string) map[string]any {
	tb.Helper()
	out, bad := parseTree(payload(tb, name))
	if bad != nil {
		tb.Fatal(bad)
	}
	return out
}

func moment(text string) time.Time {
	out, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return out
}

var formbricksMapping = feedback.SourceMapping{Score: "npsq1", Comment: "whyq2", Suggestion: "improveq3", Attributes: map[string]string{"plan": "planq4"}}

// TestDecode reads what the platforms send.
func TestDecode(t *testing.T) {
	tests := []struct {
		file string
		src  feedback.Source
		want Decoded
	}{
		{"formbricks_created.json", feedback.Source{Kind: feedback.Formbricks, Mapping: formbricksMapping}, Decoded{Response: &feedback.Response{
			Survey: "cm5survey0007", ID: "cm5resp00042", Score: 4, SubmittedAt: moment("2026-03-02T09:15:00.12Z"), UpdatedAt: moment("2026-03-02T09:15:00.12Z"),
			Attributes: map[string]string{"browser": "Firefox", "country": "FI", "device": "desktop", "finished": "false", "os": "Linux", "survey_title": "After checkout"},
		}}},
		{"formbricks_finished.json", feedback.Source{Kind: feedback.Formbricks, Survey: "shop", Mapping: formbricksMapping}, Decoded{Response: &feedback.Response{
			Survey: "shop", ID: "cm5resp00042", Score: 4, Comment: "The courier never rang the bell and the parcel went back.", Suggestion: "Text me before you arrive",
			SubmittedAt: moment("2026-03-02T09:15:00.12Z"), UpdatedAt: moment("2026-03-02T09:16:10.5Z"), Respondent: "u-901",
			Attributes: map[string]string{
				"browser": "Firefox", "cart": "large", "contact.region": "EU", "contact.userId": "u-901", "country": "FI", "device": "desktop", "finished": "true",
				"os": "Linux", "plan": "Pro; Team", "survey_title": "After checkout", "tags": "checkout; vip",
			},
		}}},
		// calculated.score is 9; the score is the answer, 6.
		{"typeform.json", feedback.Source{Kind: feedback.Typeform, Mapping: feedback.SourceMapping{Respondent: "user_id"}}, Decoded{Response: &feedback.Response{
			Survey: "lT4Z3j", ID: "a3a12ec67a1365927098a606107fac15", Score: 6, Comment: "Prices went up twice this year.\nThe staff is lovely though.",
			SubmittedAt: moment("2026-02-18T18:19:40Z"), Respondent: "u-77",
			Attributes: map[string]string{"How many stars?": "4", "Which shop did you visit?": "Turku", "plan": "Pro", "segment": "returning", "survey_title": "Spring survey", "user_id": "u-77"},
		}}},
		{"typeform_partial.json", feedback.Source{Kind: feedback.Typeform}, Decoded{Skipped: "the event is not a whole response"}},
		{"delighted_created.json", feedback.Source{Name: "nps", Kind: feedback.Delighted}, Decoded{Response: &feedback.Response{
			Survey: "nps", ID: "5435", Score: 9, SubmittedAt: time.Unix(1769853600, 0).UTC(), UpdatedAt: time.Unix(1769853600, 0).UTC(), Respondent: "77",
			Attributes: map[string]string{"Country": "CN", "Delighted Source": "Email", "Plan": "Pro"},
		}}},
		{"delighted_updated.json", feedback.Source{Name: "nps", Kind: feedback.Delighted}, Decoded{Response: &feedback.Response{
			Survey: "nps", ID: "5435", Score: 9, Comment: "送货很快，包装也好", SubmittedAt: time.Unix(1769853600, 0).UTC(), UpdatedAt: time.Unix(1769853655, 0).UTC(), Respondent: "77",
			Attributes: map[string]string{"Country": "CN", "Delighted Source": "Email", "Plan": "Pro", "tags": "fast", "How fast were we?": "5", "What did you like?": "Packaging"},
		}}},
		{"delighted_unsubscribe.json", feedback.Source{Kind: feedback.Delighted}, Decoded{Skipped: "the event is not about a response"}},
		{"surveymonkey_event.json", feedback.Source{Kind: feedback.SurveyMonkey}, Decoded{Fetch: &Fetch{"511000001", "118000000077"}}},
		{"qualtrics_event.form", feedback.Source{Kind: feedback.Qualtrics}, Decoded{Fetch: &Fetch{"SV_0abc", "R_1Ab2Cd3Ef4Gh5Ij"}}},
		{"qualtrics_flat.form", feedback.Source{Kind: feedback.Qualtrics}, Decoded{Fetch: &Fetch{"SV_0abc", "R_1Ab2Cd3Ef4Gh5Ij"}}},
		{"generic.json", feedback.Source{Name: "kiosk", Kind: feedback.Generic, Mapping: feedback.SourceMapping{
			ID: "answer.id", Score: "answer.nps", Comment: "items[0].text", Suggestion: "answer.reasons", SubmittedAt: "answer.when", Respondent: "$.user.id",
			Attributes: map[string]string{"plan": "user.plan", "mail": "user.email", "none": "user.none"},
		}}, Decoded{Response: &feedback.Response{
			Survey: "kiosk", ID: "a-17", Score: 9, Comment: "Loved the crew", Suggestion: "fast; friendly", SubmittedAt: moment("2026-03-04T10:00:00+02:00"), Respondent: "u5",
			Attributes: map[string]string{"plan": "pro", "mail": "x@example.com"},
		}}},
		{"generic.json", feedback.Source{Name: "kiosk", Kind: feedback.Generic}, Decoded{Skipped: "neither score nor comment nor suggestion is answered", Unmapped: true}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			media := "application/json"
			if strings.HasSuffix(test.file, ".form") {
				media = formMedia
			}
			got, err := Decode(&test.src, media, payload(t, test.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Elements with telling names need no mapping.
func TestDecodeByName(t *testing.T) {
	body := `{"event":"responseFinished","data":{"id":"r","surveyId":"s","data":{"nps":0,"reason":"late","color":"red"}}}`
	out, err := Decode(&feedback.Source{Name: "x", Kind: feedback.Formbricks}, "", []byte(body))
	if err != nil || out.Response == nil || out.Response.Score != 0 || out.Response.Comment != "late" || out.Response.Attributes != nil {
		t.Errorf("%+v, %v", out.Response, err)
	}
}

func TestDecodeFetched(t *testing.T) {
	src := &feedback.Source{Name: "x", Kind: feedback.SurveyMonkey}
	got, err := decodeMonkey(src, tree(t, "surveymonkey_response.json"), tree(t, "surveymonkey_survey.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := Decoded{Response: &feedback.Response{
		Survey: "511000001", ID: "118000000077", Score: 10, Comment: "Always in stock, and the app just works.", Lang: "en",
		SubmittedAt: moment("2026-02-20T10:29:12Z"), UpdatedAt: moment("2026-02-20T10:31:00Z"),
		Attributes: map[string]string{"Which service do you use?": "App", "collector_id": "42", "region": "EU"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	src.Kind = feedback.Qualtrics
	got, err = decodeQualtrics(src, "SV_0abc", tree(t, "qualtrics_response.json"))
	if err != nil {
		t.Fatal(err)
	}
	want = Decoded{Response: &feedback.Response{
		Survey: "SV_0abc", ID: "R_1Ab2Cd3Ef4Gh5Ij", Score: 8, Comment: "Setup took five minutes, billing took five weeks.", Lang: "EN",
		SubmittedAt: moment("2026-03-03T09:12:41.337Z"), Respondent: "C-1001",
		Attributes: map[string]string{"Plan": "Pro", "QID4": "Every week", "channel": "email", "duration": "98"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = decodeQualtrics(src, "SV_0abc", tree(t, "qualtrics_preview.json"))
	if diff := cmp.Diff(Decoded{Skipped: "the response is a preview"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// A scale that is shifted, as when its values are recoded from 1 to 11, is noticed by the group.
func TestQualtricsRecodedScale(t *testing.T) {
	for score := range 11 {
		for _, shift := range []int{0, 1} {
			a := answer{}
			group := qualtricsGroup(feedback.Score(score))
			err := a.qualtricsScore(tenOrMore(score+shift), group)
			noticed := score+shift > 10 || qualtricsGroup(feedback.Score(score+shift)) != group
			if shift == 0 && (err != nil || a.value != tenWords[score]) || noticed && err == nil {
				t.Errorf("score %d shifted by %d: %q, %v", score, shift, a.value, err)
			}
		}
	}
	a := answer{value: "0"} // the label is what the respondent saw
	if err := a.qualtricsScore("1", "1"); err != nil || a.value != "0" {
		t.Error(a.value, err)
	}
}

func tenOrMore(n int) string {
	if n > 10 {
		return "11"
	}
	return tenWords[n]
}

// A choice between elements is left to people, and the message names elements but no answers.
func TestDecodeAsksForAMapping(t *testing.T) {
	noTitles := func(text string) string {
		return strings.NewReplacer("How likely are you to recommend Northwind to a friend?", "First", "What is the main reason for your score?", "Second", "What should we improve first?", "Third").Replace(text)
	}
	tests := map[string]struct {
		kind    feedback.SourceKind
		body    string
		mapping feedback.SourceMapping
		want    string
	}{
		"formbricks":       {feedback.Formbricks, string(payload(t, "formbricks_finished.json")), feedback.SourceMapping{}, "mapping.score"},
		"two texts":        {feedback.Formbricks, string(payload(t, "formbricks_finished.json")), feedback.SourceMapping{Score: "npsq1"}, "improveq3, whyq2 under mapping.comment"},
		"no known title":   {feedback.Typeform, noTitles(string(payload(t, "typeform.json"))), feedback.SourceMapping{}, "mapping.score"},
		"wrong element":    {feedback.Typeform, string(payload(t, "typeform.json")), feedback.SourceMapping{Comment: "whyref"}, "mapping.comment names an element that is not in the survey"},
		"no number":        {feedback.Typeform, string(payload(t, "typeform.json")), feedback.SourceMapping{Score: "why_ref", Comment: "-"}, "whole number from 0 to 10"},
		"quiz, not score":  {feedback.Typeform, `{"event_type":"form_response","form_response":{"token":"x","submitted_at":"2026-01-01T00:00:00Z","calculated":{"score":9},"answers":[{"type":"text","text":"Secret","field":{"id":"a","type":"long_text"}}]}}`, feedback.SourceMapping{}, "mapping.score"},
		"no object":        {feedback.Generic, `[1]`, feedback.SourceMapping{}, "not one JSON object"},
		"two objects":      {feedback.Generic, `{} {}`, feedback.SourceMapping{}, "not one JSON object"},
		"no id":            {feedback.Delighted, `{"event_type":"survey_response.created","event_data":{}}`, feedback.SourceMapping{}, "event_data.id"},
		"path in an id":    {feedback.SurveyMonkey, `{"event_type":"response_completed","object_id":"../../me","resources":{"survey_id":"1"}}`, feedback.SourceMapping{}, "object_id"},
		"generic score":    {feedback.Generic, `{"score":11}`, feedback.SourceMapping{}, "whole number"},
		"generic time":     {feedback.Generic, `{"score":1,"submitted_at":"yesterday"}`, feedback.SourceMapping{}, "submitted_at"},
		"too long comment": {feedback.Generic, `{"comment":"` + strings.Repeat("a", feedback.MaxComment+1) + `"}`, feedback.SourceMapping{}, "longer than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(&feedback.Source{Name: "s", Kind: test.kind, Mapping: test.mapping}, "application/json", []byte(test.body))
			if code := feedback.CodeOf(err); code != feedback.Invalid && code != feedback.TooLarge {
				t.Fatalf("%+v, %v", got, err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q does not say %q", err, test.want)
			}
			for _, secret := range []string{"courier", "Prices", "Secret", "aino", "yesterday"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q repeats an answer", err)
				}
			}
		})
	}
}

// FuzzPayload feeds every decoder; what it makes of anything has to be something that can be stored or refused.
func FuzzPayload(f *testing.F) {
	files, err := filepath.Glob("testdata/platforms/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			for kind := range feedback.SourceKinds {
				f.Add(uint8(kind), data)
			}
		}
	}
	survey := tree(f, "surveymonkey_survey.json")
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		src := feedback.Source{Name: "s", Kind: feedback.SourceKinds[int(kind)%len(feedback.SourceKinds)], Secret: "x", ClientID: "y"}
		for _, media := range []string{"application/json", formMedia, ""} {
			if Verify(&src, http.Header{"Content-Type": {media}}, body, time.Unix(0, 0)) == nil {
				t.Fatal("signed by nobody")
			}
			out, err := Decode(&src, media, body)
			checkDecoded(t, out, err, body)
		}
		DeliveryID(&src, http.Header{}, body)
		if fetched, bad := parseTree(body); bad == nil {
			out, err := decodeQualtrics(&src, "SV", fetched)
			checkDecoded(t, out, err, body)
			out, err = decodeMonkey(&src, fetched, survey)
			checkDecoded(t, out, err, body)
			out, err = decodeMonkey(&src, fetched, fetched)
			checkDecoded(t, out, err, body)
		}
	})
}

func checkDecoded(t *testing.T, out Decoded, err error, body []byte) {
	t.Helper()
	if err != nil {
		if code := feedback.CodeOf(err); code != feedback.Invalid && code != feedback.TooLarge {
			t.Fatal(err)
		}
		return
	}
	set := 0
	for _, is := range []bool{out.Response != nil, out.Fetch != nil, out.Skipped != ""} {
		if is {
			set++
		}
	}
	if set != 1 || out.Fetch != nil && (!plainID(out.Fetch.Survey) || !plainID(out.Fetch.ID)) {
		t.Fatalf("%+v of %q", out, body)
	}
	if out.Response != nil {
		if _, err := json.Marshal(out.Response); err != nil || out.Response.Survey == "" {
			t.Fatal(err, out.Response)
		}
		if problem := validateAttributes(out.Response.Attributes); problem != nil {
			t.Fatal(problem)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := payload(b, "typeform.json")
	src := &feedback.Source{Kind: feedback.Typeform, Secret: "x"}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if out, err := Decode(src, "application/json", bytes.Clone(body)); err != nil || out.Response == nil {
			b.Fatal(out, err)
		}
	}
}
