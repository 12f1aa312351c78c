package ingest

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"verbatim/feedback"
)

func TestCheckBase(t *testing.T) {
	allowed := []string{"http://127.0.0.1:9000"}
	good := map[string]feedback.SourceKind{
		"": feedback.SurveyMonkey, "https://api.eu.surveymonkey.com": feedback.SurveyMonkey, "https://fra1.qualtrics.com": feedback.Qualtrics,
		"https://fra1.qualtrics.com/": feedback.Qualtrics, "http://127.0.0.1:9000": feedback.Qualtrics,
	}
	for base, kind := range good {
		if err := CheckBase(kind, base, allowed); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	for _, base := range []string{
		"http://fra1.qualtrics.com", "https://fra1.qualtrics.com.evil.example", "https://evilqualtrics.com", "https://qualtrics.com@evil.example",
		"https://u:p@fra1.qualtrics.com", "https://fra1.qualtrics.com:8443", "https://fra1.qualtrics.com/x", "https://fra1.qualtrics.com?x=1", "https://169.254.169.254",
		"https://api.surveymonkey.com", "http://127.0.0.1:9001", "file:///etc/passwd", "https://", ":",
	} {
		if err := CheckBase(feedback.Qualtrics, base, allowed); feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%s is allowed: %v", base, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]time.Duration{
		"": usualRetry, "30": 30 * time.Second, "0": leastRetry, "-5": leastRetry, "999999999999999999": mostRetry, "1e9": usualRetry, "99999999": mostRetry,
		"Sun, 01 Mar 2026 12:05:00 GMT": 5 * time.Minute, "Sun, 01 Mar 2020 12:05:00 GMT": leastRetry, "soon": usualRetry,
	}
	for text, want := range tests {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestBudget(t *testing.T) {
	f := newFetcher(nil)
	b := f.budget("x", feedback.SurveyMonkey)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	made, waits := 0, 0
	for end := now.Add(24 * time.Hour); now.Before(end); {
		wait := b.take(now)
		if wait < 0 {
			t.Fatal(wait)
		}
		if wait == 0 {
			made++
		} else {
			waits++
		}
		now = now.Add(wait)
	}
	if made != 500 || waits != 5 {
		t.Errorf("%d calls a day, %d waits", made, waits)
	}
	if b.take(now) != 0 {
		t.Error("the next day does not begin")
	}
}

// platform is a server that answers as SurveyMonkey and Qualtrics do, unless it is told to fail.
type platform struct {
	*httptest.Server
	calls atomic.Int64
	fail  func(w http.ResponseWriter, r *http.Request) bool
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{}
	files := map[string]string{
		"/v3/surveys/511000001/details": "surveymonkey_survey.json", "/v3/surveys/511000001/responses/118000000077/details": "surveymonkey_response.json",
		"/API/v3/surveys/SV_0abc/responses/R_1Ab2Cd3Ef4Gh5Ij": "qualtrics_response.json",
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		switch {
		case p.fail != nil && p.fail(w, r):
		case r.Header.Get("Authorization") != "Bearer tok" && r.Header.Get("X-API-TOKEN") != "tok":
			w.WriteHeader(http.StatusUnauthorized)
		case files[r.URL.Path] == "":
			w.WriteHeader(http.StatusNotFound)
		default:
			_, _ = w.Write(payload(t, files[r.URL.Path]))
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (d *desk) monkey(t *testing.T, p *platform) {
	t.Helper()
	d.connect(t, feedback.Source{Name: "sm", Kind: feedback.SurveyMonkey, Secret: "s", ClientID: "c", Token: "tok", BaseURL: p.URL})
	body := payload(t, "surveymonkey_event.json")
	header := http.Header{"Sm-Signature": {base64.StdEncoding.EncodeToString(mac(sha1.New, []byte("c&s"), body))}}
	if _, err := d.Receive(t.Context(), "sm", header, body); err != nil {
		t.Fatal(err)
	}
}

func TestFetch(t *testing.T) {
	p := newPlatform(t)
	d := newDesk(t, p.URL)
	d.monkey(t, p)
	d.connect(t, feedback.Source{Name: "qx", Kind: feedback.Qualtrics, Token: "tok", BaseURL: p.URL})
	if _, err := d.Receive(t.Context(), "qx", http.Header{"Content-Type": {formMedia}}, payload(t, "qualtrics_event.form")); err != nil {
		t.Fatal(err)
	}
	d.process(t)
	if a := d.get(t, "511000001", "118000000077"); a.Score != 10 || a.Comment == "" {
		t.Errorf("%+v", a)
	}
	if a := d.get(t, "SV_0abc", "R_1Ab2Cd3Ef4Gh5Ij"); a.Score != 8 || a.Comment == "" {
		t.Errorf("%+v", a)
	}
	if got := d.fates(t, "sm") + d.fates(t, "qx"); got != "stored: created\nstored: created\n" || p.calls.Load() != 3 {
		t.Errorf("%s with %d calls", got, p.calls.Load())
	}
}

// A platform that fails is asked again later, one that limits its calls when it says, and one that refuses not at all.
func TestFetchFails(t *testing.T) {
	status := func(code int, header ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			return true
		}
	}
	write := func(body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	tests := map[string]struct {
		fail func(http.ResponseWriter, *http.Request) bool
		want string
		wait time.Duration // 0 for one that is final
	}{
		"fails":        {status(503), "the platform fails (status 503)", 10 * time.Second},
		"limited":      {status(429, "Retry-After", "90"), "the platform's limit of calls is reached: it is asked later", 90 * time.Second},
		"not there":    {status(404), "the platform knows no such response", 10 * time.Second},
		"no JSON":      {write("<html>"), "the platform's answer is not a JSON object", 10 * time.Second},
		"hangs up":     {func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, "the platform cannot be reached", 10 * time.Second},
		"token":        {status(401), "the platform refuses the token (status 401): set another, then replay", 0},
		"redirect":     {status(302, "Location", "/v3/surveys/elsewhere"), "the platform answers with a redirect, which is not followed: correct base_url, then replay", 0},
		"refuses":      {status(400), "the platform refuses the request (status 400)", 0},
		"large answer": {write(`{"a":"` + strings.Repeat("x", maxFetched) + `"}`), "the platform's answer is larger than 8 MB", 0},
		"wrong shape":  {write(`{"pages":[]}`), "id is missing: this is not a response of SurveyMonkey", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			d := newDesk(t, p.URL)
			p.fail = test.fail
			d.monkey(t, p)
			d.process(t)
			prefix := "pending: "
			if test.wait == 0 {
				prefix = "failed: "
			}
			if got := d.fates(t, "sm"); got != prefix+test.want+" (kept)\n" {
				t.Fatal(got)
			}
			p.fail = nil
			calls := p.calls.Load()
			if test.wait > 0 {
				d.now = d.now.Add(test.wait - 20*time.Millisecond)
				if d.process(t); p.calls.Load() != calls {
					t.Error("it is asked too early")
				}
				d.now = d.now.Add(40 * time.Millisecond)
			} else {
				if _, err := d.store.ReplayPayloads(t.Context(), ws, "sm", []feedback.PayloadStatus{feedback.PayloadFailed}, 0); err != nil {
					t.Fatal(err)
				}
				d.now = d.now.Add(surveyFresh)
			}
			d.process(t)
			if got := d.fates(t, "sm"); got != "stored: created\n" {
				t.Error(got)
			}
			if logs := d.logs.String(); strings.Contains(logs, "tok") || strings.Contains(logs, p.URL) {
				t.Error(logs)
			}
		})
	}
}

// A platform that stays away is given up after three days, and not before.
func TestFetchGivesUp(t *testing.T) {
	p := newPlatform(t)
	d := newDesk(t, p.URL)
	p.fail = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		return true
	}
	d.monkey(t, p)
	began := d.now
	for strings.HasPrefix(d.fates(t, "sm"), "pending") {
		next, err := d.store.NextPayload(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		if next.After(d.now) {
			d.now = next
		}
		d.process(t)
	}
	if took := d.now.Sub(began); took < giveUpAfter || took > giveUpAfter+longestRetry+time.Hour || p.calls.Load() < 20 || p.calls.Load() > 40 {
		t.Errorf("given up after %v and %d calls", took, p.calls.Load())
	}
}

// An address that is no longer allowed gets no token.
func TestFetchAsksNobodyElse(t *testing.T) {
	p := newPlatform(t)
	d := newDesk(t)
	d.monkey(t, p)
	d.process(t)
	if got := d.fates(t, "sm"); !strings.HasPrefix(got, "failed: base_url") || p.calls.Load() != 0 {
		t.Errorf("%s with %d calls", got, p.calls.Load())
	}
}
