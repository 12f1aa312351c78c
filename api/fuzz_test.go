package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"verbatim/analysis"
	"verbatim/feedback"
)

// FuzzQuery reads queries: a filter that is accepted survives being written, and what is refused is a problem that says where.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"survey=a\\,b,c&from=2026-01-01&to=2026-03-31T12:00:00Z&language=fi,SV&theme=price_value:negative", "where=age%3E%3D30&where=a%21%3Db&match=%22x",
		"sentiment=mixed&kind=praise&group=fan&mismatch=yes", "limit=9007199254740993&cursor=AA&sort=newest&fields=id", "before=2026-Q1&after=region%3DEU",
		"time_zone=..%2Fetc&by=week&quotes=21&bootstrap=-1&fdr=BY", "a=%ff&b=%00", "limit=1&limit=2", "%zz", "from=0000-01-01&to=9999-12-31",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		query, err := url.ParseQuery(text)
		c := &call{query: query, badQuery: err != nil}
		for _, params := range [][]param{filterParams, rankingParams, {sortParam, limitParam, cursorParam, fieldsParam}} {
			said(t, c.check(params), text)
		}
		_, err = c.ranking()
		said(t, err, text)
		_, err = c.searchOptions()
		said(t, err, text)
		_, err = c.fields()
		said(t, err, text)
		_, err = c.zone()
		said(t, err, text)
		_, _, err = c.sides(&beforeParam, &afterParam)
		said(t, err, text)
		_, err = c.number(&auditCursor, 0)
		said(t, err, text)
		filter, err := ReadFilter(query)
		if said(t, err, text); err != nil {
			return
		}
		again, err := ReadFilter(FilterQuery(&filter))
		if diff := cmp.Diff(filter, again); diff != "" || err != nil {
			t.Errorf("%q becomes %q: %v %s", text, FilterQuery(&filter).Encode(), err, diff)
		}
	})
}

// said checks that an error is a problem for people: it says something, and does not repeat what came.
func said(t *testing.T, err error, submitted string) {
	t.Helper()
	if err == nil {
		return
	}
	p := problemOf(err)
	if p.Detail == "" || !utf8.ValidString(p.Detail) || len(p.Detail) > 1000 || p.Code == feedback.Internal {
		t.Errorf("%+v", p)
	}
	if len(submitted) > 100 && strings.Contains(p.Detail, submitted) {
		t.Errorf("%q is repeated", submitted)
	}
}

// FuzzBody reads bodies of every sort: what is refused is a problem that does not repeat it, and what is accepted can be checked.
func FuzzBody(f *testing.F) {
	for _, seed := range []json.RawMessage{
		exampleText, exampleResponse, exampleBenchmark, exampleKey, exampleRotation, exampleSurvey, exampleTaxonomy, exampleRetention, exampleSource, examplePreview,
		exampleReplay, exampleWebhook, exampleSecretRotation,
		json.RawMessage(`{"id":5.0,"score":"9 - Very likely","weight":1e400,"attributes":{"a":{"b":[1,null,true]},"a.b":2},"submitted_at":"2026-02-30"}`),
		json.RawMessage(`{"themes":[{"id":"support","names":{"fi":"\ud800"}},{"id":"support"}]}`), json.RawMessage(`{"number":1e3,"status":[]}`), json.RawMessage(`[{},[],null,1]`),
	} {
		f.Add([]byte(seed))
	}
	analyzer, err := embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func() *call {
			return &call{header: http.Header{"Content-Type": {jsonType}}, body: bytes.NewReader(data), length: int64(len(data))}
		}
		_, err := read().retention()
		said(t, err, string(data))
		items, _, err := read().items()
		if said(t, err, string(data)); err != nil {
			return
		}
		for i := range items {
			checkItem(t, &items[i], analyzer)
		}
	})
}

// checkItem reads an object as everything that it may be.
func checkItem(t *testing.T, it *item, analyzer *analysis.Analyzer) {
	t.Helper()
	say := func(p *Problem) {
		if p != nil {
			said(t, p, string(it.raw))
		}
	}
	r, problem := it.response(nil)
	say(problem)
	if problem == nil && (r.Score < feedback.Unscored || r.Score > 10 || r.Weight < 0 || !utf8.ValidString(r.Comment)) {
		t.Errorf("%+v", r)
	}
	_, problem = it.benchmark()
	say(problem)
	var src feedback.Source
	var secret, token *string
	say(it.fields(sourceFields(&src, &secret, &token)))
	members, problem := it.members()
	say(problem)
	for _, m := range members {
		if themes, ok := readThemes(m.raw); ok {
			if taxonomy, err := analyzer.NewTaxonomy(themes); err == nil && (len(taxonomy.Themes) == 0 || len(taxonomy.Themes) > analysis.MaxThemes) {
				t.Errorf("%d themes", len(taxonomy.Themes))
			}
		}
		var statuses []feedback.PayloadStatus
		if readStatuses(m.raw, &statuses) && len(statuses) == 0 {
			t.Error("no statuses")
		}
	}
}

// FuzzPacked reads bodies that say that they are packed: nothing but what was packed comes out, or the request is refused.
func FuzzPacked(f *testing.F) {
	f.Add([]byte("plain"), "br")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(`{"id":"r1"}`))
	w.Close()
	f.Add(packed.Bytes(), "gzip")
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(enc.EncodeAll([]byte(`{"id":"r1"}`), nil), "zstd")
	gin.SetMode(gin.ReleaseMode)
	s := &server{}
	f.Fuzz(func(t *testing.T, data []byte, coding string) {
		engine := gin.New()
		engine.Use(s.decode)
		engine.POST("/", func(c *gin.Context) {
			n, err := io.Copy(io.Discard, io.LimitReader(c.Request.Body, maxBody))
			if coding == "" && (err != nil || n != int64(len(data))) {
				t.Errorf("%d of %d bytes: %v", n, len(data), err)
			}
			c.Status(http.StatusOK)
		})
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(data))
		r.Header.Set("Content-Encoding", coding)
		answer := httptest.NewRecorder()
		engine.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK && answer.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%d", answer.Code)
		}
	})
}
