package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"verbatim/feedback"
)

// TestBadFields posts a response with one field wrong: the problem names the field, and the same response in an array
// is rejected without a word of it stored.
func TestBadFields(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		fields, location string
		status           int
	}{
		{`"score":"eleven"`, "score", 400},
		{`"score":7.5`, "score", 400},
		{`"score":-1`, "score", 400},
		{`"score":11`, "score", 400},
		{`"score":""`, "score", 400},
		{`"score":" "`, "score", 400},
		{`"score":"11"`, "score", 400},
		{`"score":true`, "score", 400},
		{`"score":[7]`, "score", 400},
		{`"score":{}`, "score", 400},
		{`"score":1e400`, "score", 400},
		{`"score":1e30`, "score", 400},
		{`"comment":7`, "comment", 400},
		{`"comment":"a\u0000b"`, "comment", 400},
		{`"text":"a\u0001b"`, "text", 400},
		{`"comment":"a","text":"b"`, "text", 400},
		{`"comment":"` + strings.Repeat("ä", feedback.MaxComment+1) + `"`, "comment", 413},
		{`"suggestion":"` + strings.Repeat("ä", feedback.MaxComment+1) + `"`, "suggestion", 413},
		{`"suggestion":["a"]`, "suggestion", 400},
		{`"survey":"` + long + `"`, "survey", 413},
		{`"survey":"a\nb"`, "survey", 400},
		{`"lang":{}`, "lang", 400},
		{`"respondent":"` + long + `"`, "respondent", 413},
		{`"touchpoint":7`, "touchpoint", 400},
		{`"submitted_at":"yesterday"`, "submitted_at", 400},
		{`"submitted_at":46000`, "submitted_at", 400},
		{`"submitted_at":"1899-12-31"`, "submitted_at", 400},
		{`"updated_at":"2026-02-30"`, "updated_at", 400},
		{`"weight":0`, "weight", 400},
		{`"weight":-1`, "weight", 400},
		{`"weight":"heavy"`, "weight", 400},
		{`"weight":1e999`, "weight", 400},
		{`"attributes":[1]`, "attributes", 400},
		{`"attributes":{"a":[[1]]}`, "attributes", 400},
		{`"attributes":{"a":[{"b":1}]}`, "attributes", 400},
		{`"attributes":{"a.b":"1","a":{"b":"2"}}`, "attributes", 400},
		{`"attributes":{"":"1"}`, "attributes", 400},
		{`"attributes":{"a":"b\u0000"}`, "attributes", 400},
		{`"attributes":{"a":"` + strings.Repeat("x", 3000) + `"}`, "attributes", 413},
		{`"attributes":` + strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70), "attributes", 400},
		{`"attributes":{` + manyAttributes(300) + `}`, "attributes", 413},
		{`"region":"EU"`, "region", 400},
		{`"Score":7`, "Score", 400},
		{`"import":"x"`, "import", 400},
		{`"score":3,"score":9`, "score", 400},
	} {
		body := `{"id":"bad",` + c.fields + `}`
		got := w.do(t, http.MethodPost, "/v1/responses", body)
		p := got.problem(t)
		short := c.fields[:min(len(c.fields), 40)]
		if got.status != c.status || len(p.Errors) != 1 || p.Errors[0].Location != "body."+c.location || !strings.Contains(p.Detail, strings.TrimSuffix(c.location, "s")) {
			t.Errorf("%s: %d %s", short, got.status, got.body)
		}
		result := decode[[]ResponseResult](t, w.put(t, "["+body+"]"))[0]
		if result.Problem == nil || result.Problem.Errors[0].Location != "body[0]."+c.location || result.Problem.Status != c.status {
			t.Errorf("%s in an array: %+v", short, result.Problem)
		}
	}
	if page := decode[SearchPage](t, w.get(t, "/v1/search")); page.Total != 0 {
		t.Errorf("%d stored", page.Total)
	}
}

func manyAttributes(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf(`"a%d":%d`, i, i))
	}
	return strings.Join(parts, ",")
}

func TestBadIDs(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{`""`, `" "`, `null`, `1.5`, `true`, `{}`, `[]`, `"a\tb"`, `1e3`, `"` + strings.Repeat("x", 300) + `"`} {
		p := w.do(t, http.MethodPost, "/v1/responses", `{"score":7,"id":`+id+`}`).problem(t)
		if p.Errors[0].Location != "body.id" {
			t.Errorf("%s: %+v", id, p)
		}
	}
	if p := w.do(t, http.MethodPost, "/v1/responses", `{"score":7}`).problem(t); p.Errors[0].Location != "body.id" {
		t.Errorf("%+v", p)
	}
}

func TestSeveralWrongFieldsAreAllNamed(t *testing.T) {
	w := newWorld(t)
	p := w.do(t, http.MethodPost, "/v1/responses", `{"id":{},"score":11,"weight":-1,"x":1}`).problem(t)
	if len(p.Errors) != 4 || !strings.Contains(p.Detail, "3 more") {
		t.Errorf("%+v", p)
	}
	var many []string
	for i := range maxMembers {
		many = append(many, fmt.Sprintf(`"x%d":1`, i))
	}
	if p := w.do(t, http.MethodPost, "/v1/responses", "{"+strings.Join(many, ",")+"}").problem(t); len(p.Errors) != maxWrong {
		t.Errorf("%d", len(p.Errors))
	}
	if p := w.do(t, http.MethodPost, "/v1/responses", `{"x":1,`+strings.Join(many, ",")+"}").problem(t); !strings.Contains(p.Detail, "more than 100 fields") {
		t.Errorf("%+v", p)
	}
}

func TestBadBodies(t *testing.T) {
	w := newWorld(t)
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(`{"id":"r","score":7}`)) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	for _, path := range []string{"/v1/responses", "/v1/analyze"} {
		for body, want := range map[string]string{
			" ":                                "must be a JSON object",
			`"text"`:                           "must be a JSON object",
			`null`:                             "must be a JSON object",
			`7`:                                "must be a JSON object",
			`{"id":"r"`:                        "not valid JSON",
			`[{"id":"r"}`:                      "not valid JSON",
			`[{"id":"r"},`:                     "not valid JSON",
			`{"id":"r",}`:                      "not valid JSON, at byte 11",
			`{'id':1}`:                         "not valid JSON",
			`{"id":"r"} {"id":"s"}`:            "more behind the end",
			`[] x`:                             "more behind the end",
			"{\"id\":\"r\",\"text\":\"\xff\"}": "not valid UTF-8, at byte 19",
			"{\"id\":\"r\",\"text\":\"\x00\"}": "not valid JSON",
			string(utf16le):                    "not valid UTF-8",
			strings.Repeat(`[`, 20000):         "not valid JSON",
			"id,score\nr1,7\n":                 "must be a JSON object",
		} {
			p := w.do(t, http.MethodPost, path, body).problem(t)
			if p.Status != http.StatusBadRequest || !strings.Contains(p.Detail, want) || p.Errors[0].Location != "body" {
				t.Errorf("%s %.20q: %+v", path, body, p)
			}
		}
		if got := w.do(t, http.MethodPost, path, "\ufeff[]"); got.status != http.StatusOK {
			t.Errorf("with a byte order mark: %+v", got)
		}
		if p := w.do(t, http.MethodPost, path, "", "Content-Type", "application/json").problem(t); p.Status != http.StatusBadRequest {
			t.Errorf("no body: %+v", p)
		}
	}
}

func TestBodiesThatAreTooLarge(t *testing.T) {
	w := newWorld(t)
	comment := strings.Repeat("a ", 5<<20) // 10 MB
	for _, path := range []string{"/v1/responses", "/v1/analyze"} {
		p := w.do(t, http.MethodPost, path, `{"id":"r","comment":"`+comment+`"}`).problem(t)
		if p.Status != http.StatusRequestEntityTooLarge || p.Detail != "comment is longer than 30000 characters" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	results := decode[[]ResponseResult](t, w.put(t, `[{"id":"r","comment":"`+comment+`"},{"id":"s","score":3}]`))
	if results[0].Problem.Code != feedback.TooLarge || results[1].Status != "created" {
		t.Errorf("%+v", results)
	}
	huge := `[` + strings.Repeat(" ", maxBody) + `]`
	for name, body := range map[string]io.Reader{"length": strings.NewReader(huge), "chunks": io.MultiReader(strings.NewReader(huge))} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/v1/analyze", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := w.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		p := answered{answer.StatusCode, answer.Header, string(read)}.problem(t)
		if p.Status != http.StatusRequestEntityTooLarge || !strings.Contains(p.Detail, "32 MB") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	w := newWorld(t)
	for header, want := range map[string]int{
		"application/json": 200, "application/json; charset=UTF-8": 200, "application/vnd.x+json": 200,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "text/csv": 415, "application/json; charset=utf-16": 415, ";": 415,
	} {
		if got := w.do(t, http.MethodPost, "/v1/analyze", `{"text":"a"}`, "Content-Type", header); got.status != want {
			t.Errorf("%s: %+v", header, got)
		}
	}
	p := w.do(t, http.MethodPost, "/v1/analyze", `{"text":"a"}`, "Content-Encoding", "br").problem(t)
	if p.Status != http.StatusUnsupportedMediaType {
		t.Errorf("%+v", p)
	}
}

func TestBadQueries(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	for query, location := range map[string]string{
		"from=soon": "from", "to=2026-13-01": "to", "from=2026-01-01&from=2026-01-02": "from", "language=english": "language",
		"language=12": "language", "theme=a:b": "theme", "theme=:negative": "theme", "theme=A B": "theme", "sentiment=happy": "sentiment",
		"kind=rant": "kind", "group=9": "group", "mismatch=1": "mismatch", "where=region": "where", "where==EU": "where", "where=age>=old": "where",
		"where=nope=1": "where", "limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "limit=1&limit=2": "limit", "sort=best": "sort",
		"themes=a": "themes", "match=%00": "match", "survey=%ff": "survey", "match=a&match=b": "match",
	} {
		p := w.do(t, http.MethodGet, "/v1/search?"+strings.ReplaceAll(query, " ", "%20"), "").problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != "query."+location || !strings.Contains(p.Detail, strings.TrimSuffix(location, "e")) {
			t.Errorf("%s: %+v", query, p)
		}
	}
	for _, query := range []string{"%zz=1", "match=%", "a=1;b=2"} {
		if p := w.do(t, http.MethodGet, "/v1/search?"+query, "").problem(t); !strings.Contains(p.Detail, "query string cannot be read") {
			t.Errorf("%s: %+v", query, p)
		}
	}
	for path, want := range map[string]string{
		"/v1/search?from=2026-02-01&to=2026-01-01": "swap", "/v1/search?cursor=x": "cursor", "/v1/nps?limit=3": "limit is not a parameter here",
		"/v1/drivers?format=xlsx": "json or csv", "/v1/drivers?cursor=x": "cursor", "/healthz?x=1": "there are none", "/v1/nps?where=nope=1": "unknown",
		"/v1/drivers?where=nope=1": "unknown", "/v1/responses/r1?id=3": "id is not a parameter", "/v1/search?match=" + strings.Repeat("x", 1001): "1000",
		"/v1/responses/%00": "id is not valid", "/v1/responses/%ff": "id is not valid", "/v1/drivers?group=x": "promoter", "/v1/nps?kind=x": "praise",
	} {
		if p := w.do(t, http.MethodGet, path, "").problem(t); !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := w.do(t, http.MethodPost, "/v1/responses?wait=forever", `{"id":"x"}`).problem(t); p.Errors[0].Location != "query.wait" {
		t.Errorf("%+v", p)
	}
	if p := w.do(t, http.MethodDelete, "/v1/responses/%00", "").problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("%+v", p)
	}
}

// TestNothingSubmittedComesBack puts a mark into everything that can be sent: no problem and no line of the log has it.
func TestNothingSubmittedComesBack(t *testing.T) {
	const mark = "SECRETMARK"
	w := newWorld(t)
	w.put(t, `{"id":"`+mark+`","survey":"`+mark+`","score":1,"comment":"`+mark+` was late","respondent":"`+mark+`","attributes":{"region":"`+mark+`"}}`)
	check := func(name string, got answered) {
		t.Helper()
		if got.status < 400 {
			t.Errorf("%s: %d", name, got.status)
			return
		}
		got.problem(t)
		for field, values := range got.header {
			if strings.Contains(strings.ToUpper(field+strings.Join(values, " ")), mark) {
				t.Errorf("%s: %s: %v", name, field, values)
			}
		}
		if strings.Contains(strings.ToUpper(got.body), mark) {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	values := []string{
		`"` + mark + `"`, `"` + mark + `\u0000"`, `{"a":"` + mark + `"}`, `["` + mark + `"]`, `{"` + mark + `":[[]]}`, `[{"` + mark + `":1}]`,
		`"` + strings.Repeat(mark, 4000) + `"`, `{"` + strings.Repeat(mark, 100) + `":1}`,
	}
	for _, f := range responseFields {
		for _, value := range values {
			body := `{"id":"` + mark + `","survey":"` + mark + `",` + `"` + f.name + `":` + value + `,"score":"` + mark + `"}`
			check(f.name, w.do(t, http.MethodPost, "/v1/responses", body))
			check(f.name, w.do(t, http.MethodPost, "/v1/analyze", body))
			results := decode[[]ResponseResult](t, w.put(t, "["+body+"]"))
			problem, err := json.Marshal(results[0].Problem)
			if err != nil || strings.Contains(string(problem), mark) || results[0].Problem == nil {
				t.Errorf("%s: %v %s", f.name, err, problem)
			}
		}
	}
	for _, body := range []string{mark, `"` + mark + `"`, `{"id":"` + mark + `"`, `{"id":"` + mark + "\xff\"}", `[` + mark + `]`, `{"id":"` + mark + `"} ` + mark, `{` + mark} {
		check(body, w.do(t, http.MethodPost, "/v1/responses", body))
		check(body, w.do(t, http.MethodPost, "/v1/analyze", body))
	}
	for _, p := range append(filterParams, sortParam, limitParam, cursorParam) {
		if p.name == "match" || p.name == "survey" { // whose every value is right
			p.name += "=a&" + p.name
		}
		wrong := mark + " :%" + mark
		if p.name == "where" {
			wrong = mark + "2=" + mark
		}
		check(p.name, w.do(t, http.MethodGet, "/v1/search?limit=0&"+p.name+"="+url.QueryEscape(wrong), ""))
	}
	for _, path := range []string{
		"/v1/search?where=" + mark + "3=1", "/v1/nps?where=" + mark + "%22%5c%22=1", "/v1/drivers?where=" + mark + "4%3E=1", "/v1/drivers?format=" + mark,
		"/v1/responses/" + mark, "/v1/responses/" + mark + "%00", "/v1/responses/x?survey=" + mark, "/" + mark, "/v1/" + mark + "?" + mark, "/v1/search?%" + mark,
	} {
		check(path, w.do(t, http.MethodGet, path, ""))
	}
	check("method", w.do(t, mark, "/v1/search", ""))
	check("host", w.do(t, http.MethodGet, "/healthz", "", "Host", mark+".example"))
	check("type", w.do(t, http.MethodPost, "/v1/analyze", "{}", "Content-Type", "x/"+mark))
	check("id", w.do(t, http.MethodGet, "/nothing", "", requestID, mark+"!"))
	if strings.Contains(strings.ToUpper(w.logs.String()), mark) {
		t.Errorf("the log has it: %s", w.logs.String())
	}
}
