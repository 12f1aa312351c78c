package ingest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
)

// TestVerify holds signatures that other programs made: the first is the example of Standard Webhooks, the others openssl's.
func TestVerify(t *testing.T) {
	signed := time.Unix(1614265330, 0)
	standard := func(id, stamp, signature string) http.Header {
		return http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
	}
	qualtrics := "Topic=t&MSG=%7B%22Status%22%3A%22Complete%22%2C%22SurveyID%22%3A%22SV_1%22%2C%22ResponseID%22%3A%22R_1%22%7D&HMAC=" +
		"cab49355c747b52fbea9a41dcff4901ebe6a08f522f24fdd926bae3fddafbea28fb7947980c4c6b1cd4ce5734090d4140a3698cb3f08ec6a3efa5c9b0ce58fd0"
	tests := map[string]struct {
		src    feedback.Source
		header http.Header
		body   string
	}{
		"standard": {
			feedback.Source{Kind: feedback.Formbricks, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
			standard("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), `{"test": 2432232314}`,
		},
		"generic standard": {
			feedback.Source{Kind: feedback.Generic, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
			standard("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), `{"test": 2432232314}`,
		},
		"typeform":     {feedback.Source{Kind: feedback.Typeform, Secret: "tf-secret"}, http.Header{"Typeform-Signature": {"sha256=xL5RMIt8NIUE9wUHxKBoyyve1D6FNZKEAGW6FiPbcmk="}}, `{"a":1}`},
		"delighted":    {feedback.Source{Kind: feedback.Delighted, Secret: "dl-key"}, http.Header{"X-Delighted-Webhook-Signature": {"sha256=202446fbd6d8a851d7512a69c5a9a2664500a24c9451b628c1a7a903f2caf4a3"}}, `{"a":1}`},
		"surveymonkey": {feedback.Source{Kind: feedback.SurveyMonkey, Secret: "s3cret", ClientID: "client1"}, http.Header{"Sm-Signature": {"0/M8oMQPpOOQ9hqHKMlnpWIHo8I="}}, `{"a":1}`},
		"qualtrics":    {feedback.Source{Kind: feedback.Qualtrics, Secret: "shared"}, http.Header{"Content-Type": {formMedia}}, qualtrics},
		"generic":      {feedback.Source{Kind: feedback.Generic, Secret: "gen"}, http.Header{"X-Verbatim-Signature": {"sha256=aa6220a1b0cf13215c877ca33b0e018c2b2685c25668165d51ac2d905281e095"}}, `{"a":1}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			refused := func(what string, src feedback.Source, header http.Header, body string, at time.Time) {
				t.Helper()
				if err := Verify(&src, header, []byte(body), at); feedback.CodeOf(err) != feedback.Forbidden {
					t.Errorf("%s passes: %v", what, err)
				}
			}
			if err := Verify(&test.src, test.header, []byte(test.body), signed); err != nil {
				t.Fatal(err)
			}
			refused("another body", test.src, test.header, strings.Replace(test.body, "1", "2", 1), signed)
			other := test.src
			other.Secret = "whsec_bm90IHRoaXM="
			refused("another secret", other, test.header, test.body, signed)
			if test.src.Kind == feedback.Qualtrics {
				refused("no HMAC", test.src, test.header, strings.Split(test.body, "&HMAC")[0], signed)
				refused("flat fields", test.src, test.header, "SurveyID=SV_1&ResponseID=R_1&Status=Complete", signed)
				return
			}
			refused("no header", test.src, http.Header{}, test.body, signed)
			for _, key := range slices.Sorted(maps.Keys(test.header)) {
				changed := test.header.Clone()
				changed.Set(key, changed.Get(key)+"0")
				refused("another "+key, test.src, changed, test.body, signed)
			}
			if test.header.Get("Webhook-Id") != "" {
				refused("an old one", test.src, test.header, test.body, signed.Add(signatureAge+time.Second))
				refused("one of tomorrow", test.src, test.header, test.body, signed.Add(-signatureAge-time.Second))
			}
			free := test.src
			if free.Secret = ""; Verify(&free, http.Header{}, nil, signed) != nil {
				t.Error("a source without a secret refuses")
			}
		})
	}
}

func TestDeliveryID(t *testing.T) {
	header := http.Header{"Webhook-Id": {"msg_1"}, "Idempotency-Key": {"key"}}
	tests := map[feedback.SourceKind]string{
		feedback.Formbricks: "msg_1", feedback.Generic: "msg_1", feedback.Typeform: "e1", feedback.Delighted: "e1", feedback.SurveyMonkey: "e1", feedback.Qualtrics: "",
	}
	for kind, want := range tests {
		if got := DeliveryID(&feedback.Source{Kind: kind}, header, []byte(`{"event_id":"e1"}`)); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
	if got := DeliveryID(&feedback.Source{Kind: feedback.Formbricks}, http.Header{"Webhook-Id": {strings.Repeat("x", 300)}}, nil); got != "" {
		t.Errorf("%q", got)
	}
}
