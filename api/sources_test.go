package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/feedback"
	"verbatim/ingest"
)

// runConnector works on payloads for as long as the test lasts.
func (w *world) runConnector(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.api.Connector.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
}

// connected puts a source and returns it.
func (w *world) connected(tb testing.TB, name, body string) ConnectedSource {
	tb.Helper()
	got := w.do(tb, http.MethodPut, "/v1/sources/"+name, body)
	if got.status != http.StatusOK {
		tb.Fatalf("%d %s", got.status, got.body)
	}
	return decode[ConnectedSource](tb, got.body)
}

// settled waits until no payload of a source is pending and returns the list, the oldest first.
func (w *world) settled(tb testing.TB, name string) []ReceivedPayload {
	tb.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		if page := decode[ReceivedPayloads](tb, w.get(tb, "/v1/sources/"+name+"/payloads?status=pending")); len(page.Payloads) == 0 {
			break
		}
		select {
		case <-tick.C:
		case <-limit:
			tb.Fatal("payloads are pending after a minute")
		}
	}
	return decode[ReceivedPayloads](tb, w.get(tb, "/v1/sources/"+name+"/payloads")).Payloads
}

const formbricksFinished = `{"event":"responseFinished","webhookId":"wh1","data":{"id":"resp42","surveyId":"sv7","createdAt":"2026-03-02T09:15:00.120Z",
	"updatedAt":"2026-03-02T09:16:10.500Z","finished":true,"language":"default","data":{"q1":2,"q2":"Delivery was late, write to aino@example.com"},"variables":{},"ttc":{},
	"meta":{"country":"FI"},"tags":[],"contact":null,"contactAttributes":null,"survey":{"title":"After checkout"}}}`

// A platform connects, posts, and its response is found by a search; the mapping is corrected on the way.
func TestConnectAPlatform(t *testing.T) {
	w := newWorld(t)
	w.runConnector(t)
	const secret = "whsec_c2VjcmV0LW9mLXRoZS1wbGF0Zm9ybQ=="
	src := w.connected(t, "checkout", `{"kind":"formbricks","survey":"shop","secret":"`+secret+`"}`)
	if !src.Signed || !strings.HasPrefix(src.Hook, hooksPath) || len(src.Hook) < len(hooksPath)+26 {
		t.Fatalf("%+v", src)
	}
	sign := func(id string, at time.Time, body string) []string {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		return []string{
			"Host", "hooks.example.com", // as a tunnel sends it
			"webhook-id", id, "webhook-timestamp", strconv.FormatInt(at.Unix(), 10), "webhook-signature", "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		}
	}
	post := func(want int, receipt string, body string, header ...string) {
		t.Helper()
		got := w.do(t, http.MethodPost, src.Hook, body, header...)
		if got.status != want || !strings.Contains(got.body, receipt) {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	post(http.StatusUnauthorized, "not signed", formbricksFinished)
	post(http.StatusUnauthorized, "5 minutes", formbricksFinished, sign("m1", time.Now().Add(-time.Hour), formbricksFinished)...)
	post(http.StatusUnauthorized, "signature is wrong", strings.Replace(formbricksFinished, "late", "fine", 1), sign("m1", time.Now(), formbricksFinished)...)
	post(http.StatusOK, "accepted", formbricksFinished, sign("m1", time.Now(), formbricksFinished)...)
	post(http.StatusOK, "repeated", formbricksFinished, sign("m1", time.Now(), formbricksFinished)...)
	list := w.settled(t, "checkout")
	if len(list) != 1 || list[0].Status != "failed" || !list[0].Kept || !strings.Contains(list[0].Detail, "mapping.score") {
		t.Fatalf("%+v", list)
	}
	preview := decode[Preview](t, w.do(t, http.MethodPost, "/v1/sources/checkout/preview", `{"payload":`+formbricksFinished+`,"mapping":{"score":"q1","comment":"q2"}}`).body)
	if preview.Response == nil || preview.Response.Score != 2 || preview.Response.Survey != "shop" {
		t.Errorf("%+v", preview)
	}
	again := w.connected(t, "checkout", `{"kind":"formbricks","survey":"shop","mapping":{"score":"q1","comment":"q2"}}`)
	if again.Hook != src.Hook || !again.Signed {
		t.Errorf("%+v", again)
	}
	if got := w.do(t, http.MethodPost, "/v1/sources/checkout/replay", `{}`); got.body != `{"payloads":1}`+"\n" {
		t.Error(got.body)
	}
	list = w.settled(t, "checkout")
	if len(list) != 1 || list[0].Status != "stored" || list[0].Kept || *list[0].Response != (feedback.Key{Survey: "shop", ID: "resp42"}) {
		t.Fatalf("%+v", list)
	}
	w.ready(t)
	page := decode[SearchPage](t, w.get(t, "/v1/search?match=delivery&survey=shop"))
	if len(page.Hits) != 1 || page.Hits[0].Response.ID != "resp42" || page.Hits[0].Response.Score != 2 || strings.Contains(page.Hits[0].Response.Comment, "example.com") {
		t.Errorf("%+v", page.Hits)
	}
	for _, hidden := range []string{secret, "aino", "late", strings.TrimPrefix(src.Hook, hooksPath)} {
		if strings.Contains(w.logs.String(), hidden) {
			t.Errorf("%s is in the log", hidden)
		}
	}
}

// Secrets and tokens go in and never come out.
func TestSourceSecretsAreWriteOnly(t *testing.T) {
	w := newWorld(t)
	const body = `{"kind":"surveymonkey","secret":"SECRET-1","client_id":"app1","token":"TOKEN-1","base_url":"https://api.eu.surveymonkey.com"}`
	src := w.connected(t, "sm", body)
	if !src.Signed || !src.HasToken || src.ClientID != "app1" {
		t.Errorf("%+v", src)
	}
	// What is not sent stays, but a token goes to the address alone that it was set for.
	if again := w.connected(t, "sm", `{"kind":"surveymonkey","client_id":"app1","base_url":"https://api.eu.surveymonkey.com","keep_days":2}`); !again.Signed || !again.HasToken || again.KeepDays != 2 {
		t.Errorf("%+v", again)
	}
	for _, changed := range []string{`{"kind":"surveymonkey","client_id":"app1"}`, `{"kind":"qualtrics","base_url":"https://fra1.qualtrics.com"}`} {
		if got := w.do(t, http.MethodPut, "/v1/sources/sm", changed); got.status != http.StatusBadRequest || !strings.Contains(got.problem(t).Detail, "token") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	for _, path := range []string{"/v1/sources", "/v1/sources/sm", "/v1/sources/sm/payloads"} {
		if got := w.get(t, path); strings.Contains(got, "SECRET-1") || strings.Contains(got, "TOKEN-1") {
			t.Errorf("%s: %s", path, got)
		}
	}
	if logs := w.logs.String(); strings.Contains(logs, "SECRET-1") || strings.Contains(logs, "TOKEN-1") {
		t.Error(logs)
	}
}

func TestSourcesRefuse(t *testing.T) {
	w := newWorld(t)
	src := w.connected(t, "kiosk", `{"kind":"generic","secret":"gen"}`)
	tests := map[string]struct {
		method, path, body string
		status             int
		location           string
	}{
		"no kind":             {"PUT", "/v1/sources/x", `{}`, 400, ""},
		"unknown kind":        {"PUT", "/v1/sources/x", `{"kind":"PRIVATE"}`, 400, ""},
		"unknown field":       {"PUT", "/v1/sources/x", `{"kind":"generic","hook":"mine"}`, 400, "body.hook"},
		"unknown mapping":     {"PUT", "/v1/sources/x", `{"kind":"generic","mapping":{"nps":"PRIVATE"}}`, 400, "body.mapping"},
		"mapping no object":   {"PUT", "/v1/sources/x", `{"kind":"generic","mapping":"PRIVATE"}`, 400, "body.mapping"},
		"keep for ever":       {"PUT", "/v1/sources/x", `{"kind":"generic","keep_days":99}`, 400, ""},
		"inner address":       {"PUT", "/v1/sources/x", `{"kind":"qualtrics","token":"t","base_url":"http://169.254.169.254"}`, 400, ""},
		"array":               {"PUT", "/v1/sources/x", `[]`, 400, "body"},
		"not there":           {"GET", "/v1/sources/x", ``, 404, ""},
		"payloads of none":    {"GET", "/v1/sources/x/payloads", ``, 404, ""},
		"replay of none":      {"POST", "/v1/sources/x/replay", `{}`, 404, ""},
		"preview of none":     {"POST", "/v1/sources/x/preview", `{"payload":{}}`, 404, ""},
		"preview of nothing":  {"POST", "/v1/sources/kiosk/preview", `{}`, 400, "body.payload"},
		"preview, bad score":  {"POST", "/v1/sources/kiosk/preview", `{"payload":{"score":"PRIVATE"}}`, 400, ""},
		"replay of pending":   {"POST", "/v1/sources/kiosk/replay", `{"status":["pending"]}`, 400, "body.status"},
		"no such status":      {"GET", "/v1/sources/kiosk/payloads?status=PRIVATE", ``, 400, "query.status"},
		"too many":            {"GET", "/v1/sources/kiosk/payloads?limit=501", ``, 400, "query.limit"},
		"no such payload":     {"GET", "/v1/sources/kiosk/payloads/7", ``, 404, ""},
		"no such hook":        {"POST", hooksPath + "AAAA", `{}`, 404, ""},
		"check no such hook":  {"GET", hooksPath + "AAAA", ``, 404, ""},
		"not signed":          {"POST", src.Hook, `{}`, 401, ""},
		"parameter of a hook": {"POST", src.Hook + "?x=1", `{}`, 400, "query.x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.do(t, test.method, test.path, test.body)
			if got.status != test.status {
				t.Fatalf("%d %s", got.status, got.body)
			}
			p := got.problem(t)
			if test.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != test.location) || strings.Contains(got.body, "PRIVATE") {
				t.Errorf("%s", got.body)
			}
		})
	}
	large := strings.Repeat("x", ingest.MaxPayload+1)
	if got := w.do(t, http.MethodPost, src.Hook, large); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", got.status)
	}
	if got := w.do(t, http.MethodPost, src.Hook, "{}", "Content-Encoding", "gzip"); got.status != http.StatusBadRequest { // it is not gzip
		t.Errorf("%d", got.status)
	}
	if got := w.do(t, http.MethodPost, "/v1/responses", sample, "Host", "hooks.example.com"); got.status != http.StatusMisdirectedRequest {
		t.Errorf("another route is open as well: %d", got.status)
	}
	if got := w.do(t, http.MethodHead, src.Hook, ""); got.status != http.StatusOK {
		t.Errorf("HEAD: %d", got.status)
	}
}

// The bytes that are signed are the bytes that came, spaces, order and all; they can be read again while they are kept.
func TestPayloadsAreKeptAsTheyCame(t *testing.T) {
	w := newWorld(t)
	w.runConnector(t)
	src := w.connected(t, "kiosk", `{"kind":"generic","secret":"gen","keep_days":7}`)
	const body = "\ufeff {\"score\" : 9,\r\n \"id\":\"a/1\", \"comment\":\"Great staff \xf0\x9f\x98\x80\"} "
	mac := hmac.New(sha256.New, []byte("gen"))
	mac.Write([]byte(body))
	if got := w.do(t, http.MethodPost, src.Hook, body, "X-Verbatim-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil))); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	list := w.settled(t, "kiosk")
	if len(list) != 1 || list[0].Status != "stored" || !list[0].Kept || list[0].Size != len(body) {
		t.Fatalf("%+v", list)
	}
	whole := decode[WholePayload](t, w.get(t, "/v1/sources/kiosk/payloads/1"))
	if whole.Body != body || whole.Number != 1 {
		t.Errorf("%q", whole.Body)
	}
	if got := w.do(t, http.MethodDelete, "/v1/responses/a%2F1?survey=kiosk", ""); got.status != http.StatusNoContent {
		t.Fatal(got.body)
	}
	if got := w.do(t, http.MethodGet, "/v1/sources/kiosk/payloads/1", ""); got.status != http.StatusNotFound {
		t.Errorf("the payload outlives its response: %s", got.body)
	}
}

// TestConnectorsDocument sends every command of the document.
func TestConnectorsDocument(t *testing.T) {
	w := newWorld(t)
	text, err := os.ReadFile("../docs/connectors.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`curl -X (\w+) http://127.0.0.1:8080(\S+) -H 'Content-Type: application/json' \\\n  -d '(.*)'\n`).FindAllStringSubmatch(string(text), -1)
	if len(commands) != 7 || strings.Count(string(text), "curl ") != len(commands) {
		t.Fatalf("%d commands", len(commands))
	}
	w.connected(t, "website", `{"kind":"generic"}`)
	for _, c := range commands {
		if got := w.do(t, c[1], c[2], c[3]); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", c[0], got.status, got.body)
		}
	}
}

func TestPayloadPages(t *testing.T) {
	w := newWorld(t)
	src := w.connected(t, "kiosk", `{"kind":"generic"}`)
	for i := range 5 {
		if got := w.do(t, http.MethodPost, src.Hook, fmt.Sprintf(`{"id":"k%d","score":1}`, i)); got.status != http.StatusOK {
			t.Fatal(got.body)
		}
	}
	var numbers []int64
	for next := "&before=1000"; next != ""; {
		page := decode[ReceivedPayloads](t, w.get(t, "/v1/sources/kiosk/payloads?limit=2&status=pending"+next))
		for _, p := range page.Payloads {
			numbers = append(numbers, p.Number)
		}
		if next = ""; page.Next != 0 {
			next = fmt.Sprintf("&before=%d", page.Next)
		}
	}
	if fmt.Sprint(numbers) != "[5 4 3 2 1]" {
		t.Error(numbers)
	}
}

func BenchmarkHook(b *testing.B) {
	w := newWorld(b)
	src := w.connected(b, "kiosk", `{"kind":"generic"}`)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := w.do(b, http.MethodPost, src.Hook, `{"id":"k","score":1,"comment":"The delivery took three weeks"}`); got.status != http.StatusOK {
				b.Error(got.body)
				return
			}
		}
	})
}
