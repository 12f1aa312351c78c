package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/store"
)

// desk is a connector over a real store, with a clock that is set by hand.
type desk struct {
	*Connector
	store *store.Store
	now   time.Time
	logs  *bytes.Buffer
}

func newDesk(tb testing.TB, allowed ...string) *desk {
	tb.Helper()
	i := newIngester(tb)
	i.Analyst = &Analyst{Analyzer: analyzer(), Redact: analysis.Redactor{Mode: analysis.RedactMark}}
	d := &desk{store: i.Store, now: time.Now().Add(time.Second), logs: &bytes.Buffer{}}
	d.Connector = NewConnector(i, ConnectorOptions{Allowed: allowed, Now: func() time.Time { return d.now }, Logger: slog.New(slog.NewTextHandler(d.logs, nil))})
	tb.Cleanup(d.fetcher.client.CloseIdleConnections)
	return d
}

// connect stores a source, whose address is its name.
func (d *desk) connect(tb testing.TB, src feedback.Source) {
	tb.Helper()
	src.Hook = src.Name
	if _, err := d.store.PutSource(tb.Context(), ws, src.Name, func(*feedback.Source) (feedback.Source, error) { return src, nil }); err != nil {
		tb.Fatal(err)
	}
}

// receive takes a payload without a signature.
func (d *desk) receive(tb testing.TB, hook string, body []byte) {
	tb.Helper()
	if _, err := d.Receive(tb.Context(), hook, http.Header{"Content-Type": {"application/json"}}, body); err != nil {
		tb.Fatal(err)
	}
}

// process works until nothing is due.
func (d *desk) process(tb testing.TB) {
	tb.Helper()
	for _, remote := range []bool{false, true} {
		for n := 1; n > 0; {
			var err error
			if n, err = d.Process(tb.Context(), remote); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// fates gives status and detail of the payloads, the oldest first.
func (d *desk) fates(tb testing.TB, source string) string {
	tb.Helper()
	list, err := d.store.Payloads(tb.Context(), ws, source, "", 1<<40, 100)
	if err != nil {
		tb.Fatal(err)
	}
	var out strings.Builder
	for _, p := range slices.Backward(list) {
		kept := ""
		if p.Body != nil {
			kept = " (kept)"
		}
		fmt.Fprintf(&out, "%s: %s%s\n", p.Status, p.Detail, kept)
	}
	return out.String()
}

func (d *desk) get(tb testing.TB, survey, id string) feedback.Analysed {
	tb.Helper()
	a, err := d.store.Get(tb.Context(), ws, feedback.Key{Survey: survey, ID: id})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// signedHeader signs a payload as Standard Webhooks has it.
func signedHeader(src *feedback.Source, id string, body []byte, now time.Time) http.Header {
	stamp := strconv.FormatInt(now.Unix(), 10)
	return http.Header{
		"Webhook-Id": {id}, "Webhook-Timestamp": {stamp},
		"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac(sha256.New, standardKey(src.Secret), []byte(id+"."+stamp+"."), body))},
	}
}

// Formbricks sends a response three times, in any order and more than once: it counts once, as it was finished.
func TestFormbricksSendsThreeTimes(t *testing.T) {
	created, finished := payload(t, "formbricks_created.json"), payload(t, "formbricks_finished.json")
	updated := bytes.Replace(bytes.Replace(finished, []byte("responseFinished"), []byte("responseUpdated"), 1), []byte("09:16:10.500"), []byte("09:15:40.000"), 1)
	updated = bytes.Replace(updated, []byte("and the parcel went back."), []byte("and"), 1)
	bodies := [][]byte{created, updated, finished}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1, 2}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			d := newDesk(t)
			src := feedback.Source{Name: "fb", Kind: feedback.Formbricks, Secret: "whsec_c2VjcmV0", Survey: "shop", Mapping: formbricksMapping}
			d.connect(t, src)
			for n, i := range order {
				id := "msg_" + strconv.Itoa(i)
				header := signedHeader(&src, id, bodies[i], d.now)
				repeated, err := d.Receive(t.Context(), "fb", header, bodies[i])
				if err != nil || repeated != (n == 3) {
					t.Fatal(repeated, err)
				}
				if n == 0 {
					d.process(t) // the others come in one batch
				}
			}
			d.process(t)
			a := d.get(t, "shop", "cm5resp00042")
			if a.Score != 4 || !strings.HasSuffix(a.Comment, "went back.") || a.Attributes["finished"] != "true" || a.Analysis == nil {
				t.Errorf("%+v", a)
			}
			if n := stored(t, d.store); n != 1 {
				t.Errorf("%d responses", n)
			}
			if strings.Contains(d.fates(t, "fb"), "kept") {
				t.Error("payloads are kept: " + d.fates(t, "fb"))
			}
		})
	}
}

// Delighted's comment comes in the update, which may overtake the rest.
func TestDelightedCommentComesLater(t *testing.T) {
	for _, order := range [][]string{{"delighted_created.json", "delighted_updated.json"}, {"delighted_updated.json", "delighted_created.json"}} {
		d := newDesk(t)
		d.connect(t, feedback.Source{Name: "dl", Kind: feedback.Delighted})
		for _, file := range append(order, order...) {
			d.receive(t, "dl", payload(t, file))
			d.process(t)
		}
		d.receive(t, "dl", payload(t, "delighted_unsubscribe.json"))
		d.process(t)
		if a := d.get(t, "dl", "5435"); a.Comment == "" || a.Score != 9 {
			t.Errorf("%v: %+v", order, a)
		}
		if got := d.fates(t, "dl"); strings.Count(got, "\n") != 3 || !strings.HasSuffix(got, "skipped: the event is not about a response\n") {
			t.Errorf("%v: %s", order, got)
		}
	}
}

// What cannot be read is kept, and becomes a response when the mapping is right.
func TestReplayAfterTheMappingIsFixed(t *testing.T) {
	d := newDesk(t)
	src := feedback.Source{Name: "kiosk", Kind: feedback.Generic, KeepDays: 7, Mapping: feedback.SourceMapping{Score: "items.0.text"}}
	d.connect(t, src)
	body := []byte(`{"id":"k1","nps":2,"items":[{"text":"Call me on +358 40 123 4567 or write to aino@example.com, the staff were rude"}]}`)
	d.receive(t, "kiosk", body)
	d.receive(t, "kiosk", []byte(`{"id":"k2","other":1}`))
	d.process(t)
	want := "failed: the element of the score holds something else than a whole number from 0 to 10 (kept)\nskipped: neither score nor comment nor suggestion is answered (kept)\n"
	if got := d.fates(t, "kiosk"); got != want {
		t.Errorf("%s", got)
	}
	src.Mapping = feedback.SourceMapping{Score: "nps", Comment: "items.0.text"}
	d.connect(t, src)
	replay := func(want int64) {
		t.Helper()
		n, err := d.store.ReplayPayloads(t.Context(), ws, "kiosk", []feedback.PayloadStatus{feedback.PayloadFailed, feedback.PayloadStored}, 0)
		if n != want || err != nil {
			t.Errorf("%d are replayed, %v", n, err)
		}
		d.now = d.now.Add(time.Second)
		d.process(t)
	}
	replay(1)
	a := d.get(t, "kiosk", "k1")
	if a.Score != 2 || !strings.Contains(a.Comment, "rude") || strings.Contains(a.Comment, "example.com") || strings.Contains(a.Comment, "4567") {
		t.Errorf("%+v", a.Response)
	}
	// One that was stored with a mapping that was wrong is replaced.
	src.Mapping = feedback.SourceMapping{Score: "-", Comment: "items.0.text"}
	d.connect(t, src)
	replay(1)
	if a := d.get(t, "kiosk", "k1"); a.Score.Scored() {
		t.Errorf("%+v", a.Response)
	}
	// What was deleted does not come back, and its payload is gone.
	if err := d.store.Delete(t.Context(), ws, feedback.Key{Survey: "kiosk", ID: "k1"}); err != nil {
		t.Fatal(err)
	}
	replay(0)
	d.receive(t, "kiosk", body)
	d.process(t)
	if got := d.fates(t, "kiosk"); !strings.HasSuffix(got, "skipped: the response was deleted and does not come back\n") || stored(t, d.store) != 0 {
		t.Error(got)
	}
}

// What was taken is worked on after a restart.
func TestPayloadsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	for run := range 2 {
		s, err := store.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{store: s, now: time.Now().Add(time.Second)}
		d.Connector = NewConnector(&Ingester{Analyst: &Analyst{Analyzer: analyzer()}, Store: s}, ConnectorOptions{Now: func() time.Time { return d.now }})
		if run == 0 {
			d.connect(t, feedback.Source{Name: "kiosk", Kind: feedback.Generic})
			d.receive(t, "kiosk", []byte(`{"id":"k1","score":3,"comment":"late"}`))
		} else {
			d.process(t)
			d.get(t, "kiosk", "k1")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Run works on what comes without being asked, and ends with its context.
func TestRun(t *testing.T) {
	noLeak(t)
	d := newDesk(t)
	d.options.Now = time.Now
	d.connect(t, feedback.Source{Name: "kiosk", Kind: feedback.Generic})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	for i := range 200 {
		d.receive(t, "kiosk", fmt.Appendf(nil, `{"id":"k%d","score":%d,"comment":"late"}`, i, i%11))
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n < 200; n = stored(t, d.store) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d of 200 are stored: %s", n, d.logs)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// While a model is damaged payloads wait, and none is lost.
func TestPayloadsWaitForAModel(t *testing.T) {
	d := newDesk(t)
	d.ingester.Analyst = &Analyst{Analyzer: withoutFinnish()}
	d.connect(t, feedback.Source{Name: "kiosk", Kind: feedback.Generic})
	d.receive(t, "kiosk", []byte(`{"id":"k1","score":3,"lang":"fi","comment":"`+finnish+`"}`))
	if _, err := d.Process(t.Context(), false); feedback.CodeOf(err) != feedback.Corrupt {
		t.Fatal(err)
	}
	d.ingester.Analyst = &Analyst{Analyzer: analyzer()}
	d.process(t)
	d.get(t, "kiosk", "k1")
}

func BenchmarkProcess(b *testing.B) {
	d := newDesk(b)
	d.connect(b, feedback.Source{Name: "kiosk", Kind: feedback.Generic})
	for i := range b.N {
		d.receive(b, "kiosk", fmt.Appendf(nil, `{"id":"k%d","score":%d,"comment":"The delivery took three weeks"}`, i, i%11))
	}
	d.now = time.Now().Add(time.Minute)
	b.ResetTimer()
	d.process(b)
}
