package api

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func packed(tb testing.TB, coding, text string) string {
	tb.Helper()
	var out bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&out)
	if coding == codingZstd {
		var err error
		if w, err = zstd.NewWriter(&out); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func unpacked(tb testing.TB, coding, text string) string {
	tb.Helper()
	var r io.Reader
	var err error
	if coding == codingZstd {
		r, err = zstd.NewReader(strings.NewReader(text))
	} else {
		r, err = gzip.NewReader(strings.NewReader(text))
	}
	if err != nil {
		tb.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

// TestPackedBothWays sends and gets every coding, whole and as a stream.
func TestPackedBothWays(t *testing.T) {
	w := newWorld(t)
	texts := manyTexts(20, "")
	plain := w.do(t, http.MethodPost, "/v1/analyze", texts, "Accept-Encoding", "identity")
	for _, coding := range []string{codingGzip, codingZstd} {
		got := w.do(t, http.MethodPost, "/v1/analyze", packed(t, coding, texts), "Content-Encoding", coding, "Accept-Encoding", coding)
		if got.status != http.StatusOK || got.header.Get("Content-Encoding") != coding || unpacked(t, coding, got.body) != plain.body {
			t.Errorf("%s: %d %v", coding, got.status, got.header)
		}
		lines := strings.Repeat(`{"id":"r1","comment":"The delivery was late."}`+"\n", 30)
		stream := w.do(t, http.MethodPost, "/v1/responses/bulk", packed(t, coding, lines), "Content-Type", linesType, "Content-Encoding", coding, "Accept-Encoding", coding)
		if got := strings.Count(unpacked(t, coding, stream.body), "\n"); got != 30 || stream.header.Get("Content-Encoding") != coding {
			t.Errorf("%s: %d lines %v", coding, got, stream.header)
		}
		if cut := w.do(t, http.MethodPost, "/v1/analyze", packed(t, coding, texts)[:200], "Content-Encoding", coding); cut.status != http.StatusBadRequest {
			t.Errorf("%s: cut off: %+v", coding, cut)
		}
		bomb := w.do(t, http.MethodPost, "/v1/analyze", packed(t, coding, `{"text":"`+strings.Repeat("a", maxBody)+`"}`), "Content-Encoding", coding)
		if bomb.problem(t).Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: bomb: %d", coding, bomb.status)
		}
	}
	if small := w.do(t, http.MethodGet, "/healthz", "", "Accept-Encoding", "gzip"); small.header.Get("Content-Encoding") != "" {
		t.Errorf("%v", small.header)
	}
}

func TestAcceptedCoding(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "gzip": "gzip", "zstd, gzip": "zstd", "gzip, zstd": "zstd", "gzip;q=1, zstd;q=0.5": "gzip", "br": "", "gzip;q=0": "",
		"GZIP": "gzip", "gzip;q=x": "", "*": "",
	} {
		if got := acceptedCoding(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestETag(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	for _, path := range []string{"/v1/nps", "/v1/search?match=delivery", "/v1/drivers", "/v1/responses/r1?survey=s", "/v1/nps/trend?by=month"} {
		got := w.do(t, http.MethodGet, path, "")
		tag := got.header.Get("ETag")
		if got.status != http.StatusOK || tag == "" {
			t.Fatalf("%s: %+v", path, got)
		}
		again := w.do(t, http.MethodGet, path, "", "If-None-Match", `W/"x", `+tag)
		if again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
			t.Errorf("%s: %+v", path, again)
		}
		w.put(t, `{"id":"r1","survey":"s","score":1,"comment":"The delivery was late, for `+path+`"}`)
		if changed := w.do(t, http.MethodGet, path, "", "If-None-Match", tag); changed.status != http.StatusOK {
			t.Errorf("%s: %+v", path, changed)
		}
	}
	if got := w.do(t, http.MethodGet, "/v1/nps?group=x", ""); got.header.Get("ETag") != "" {
		t.Errorf("%+v", got)
	}
}

func TestFields(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	if got, want := w.get(t, "/v1/responses/r1?survey=s&fields=score"), `{"survey":"s","id":"r1","score":1}`; strings.TrimSpace(got) != want {
		t.Errorf("%s", got)
	}
	found := w.get(t, "/v1/search?match=delivery&fields=score,comment&fields=attributes")
	if strings.Contains(found, `"analysis"`) || !strings.Contains(found, `"attributes"`) || !strings.Contains(found, `"comment"`) {
		t.Errorf("%s", found)
	}
	if got := w.do(t, http.MethodGet, "/v1/search?fields=secret", "").problem(t); got.Errors[0].Location != "query.fields" {
		t.Errorf("%+v", got)
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	const body = `[{"id":"a","score":3,"comment":"The delivery was late."},{"id":"b","score":11},{"id":"c"}]`
	post := func(body, key string) answered {
		return w.do(t, http.MethodPost, "/v1/responses", body, onceHeader, key)
	}
	first := post(body, "k1")
	for _, key := range []string{"k1", `"k1"`} {
		if again := post(body, key); again.status != http.StatusOK || again.body != first.body || again.header.Get(againHeader) != "true" {
			t.Errorf("%+v, before %+v", again, first)
		}
	}
	if other := post(`{"id":"d"}`, "k1").problem(t); other.Status != http.StatusUnprocessableEntity {
		t.Errorf("%+v", other)
	}
	if got := w.do(t, http.MethodGet, "/v1/responses/d", ""); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	if fresh := post(body, "k2"); fresh.header.Get(againHeader) != "" || !strings.Contains(fresh.body, "unchanged") {
		t.Errorf("%+v", fresh)
	}
	// What is refused as a whole may be sent again, corrected.
	if got := post(`{"id":"e","score":11}`, "k3"); got.status != http.StatusBadRequest {
		t.Errorf("%+v", got)
	}
	if got := post(`{"id":"e","score":10}`, "k3"); got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	if got := post(body, strings.Repeat("k", 256)).problem(t); got.Errors[0].Location != "header."+onceHeader {
		t.Errorf("%+v", got)
	}
}

// FuzzOnceKey reads headers: a key that is accepted can be sent again.
func FuzzOnceKey(f *testing.F) {
	f.Add("k1")
	f.Add(`"k1"`)
	f.Add("\x00 ")
	f.Fuzz(func(t *testing.T, value string) {
		key, err := onceKey(http.Header{onceHeader: {value}})
		if (key == "") == (err == nil) {
			t.Fatalf("%q: %q %v", value, key, err)
		}
		if again, err2 := onceKey(http.Header{onceHeader: {`"` + key + `"`}}); err == nil && (again != key || err2 != nil) && key[0] != '"' {
			t.Errorf("%q: %q, then %q %v", value, key, again, err2)
		}
	})
}
