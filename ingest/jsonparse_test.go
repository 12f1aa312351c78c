package ingest

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

// flat gives what the parser makes of an object.
func flat(text string) (map[string]string, *problem) {
	p := jsonParser{names: &nameSet{}}
	var rec record
	p.parse([]byte(text), &rec)
	if rec.problem != nil {
		return nil, rec.problem
	}
	out := map[string]string{}
	for i, v := range rec.values {
		out[p.names.list[i]] = string(v)
	}
	return out, nil
}

func TestObjects(t *testing.T) {
	tests := []struct {
		text string
		want map[string]string
	}{
		{`{}`, map[string]string{}},
		{`{ "a" : 1 , "b" : "x" }`, map[string]string{"a": "1", "b": "x"}},
		{`{"a":1.50,"b":-0,"c":1e3,"d":12345678901234567890}`, map[string]string{"a": "1.50", "b": "-0", "c": "1e3", "d": "12345678901234567890"}},
		{`{"a":true,"b":false,"c":null,"d":NaN}`, map[string]string{"a": "true", "b": "false", "c": "", "d": ""}},
		{`{"meta":{"airline":"X","seat":{"row":7}},"z":1}`, map[string]string{"meta.airline": "X", "meta.seat.row": "7", "z": "1"}},
		{`{"tags":["a",2,null,true],"none":[],"z":1}`, map[string]string{"tags": "a; 2; true", "none": "", "z": "1"}},
		{`{"aspects":[{"a":1}],"more":[[1]],"mixed":["a",{"b":[2]}],"z":1}`, map[string]string{"z": "1"}},
		{`{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}`, map[string]string{"a": "\"\\/\b\f\n\r\té😀"}},
		{`{"a":"\ud83d","b":"\ude00x","c":"\ud83d\u0041"}`, map[string]string{"a": "\ufffd", "b": "\ufffdx", "c": "\ufffdA"}},
		{`{"a":1,"a":2}`, map[string]string{"a": "2"}},
		{"{\"a\":\"tab\there\"}", map[string]string{"a": "tab\there"}},
		{`{"caf\u00e9":{"\n":1}}`, map[string]string{"café.\n": "1"}},
	}
	for _, test := range tests {
		got, bad := flat(test.text)
		if diff := cmp.Diff(test.want, got); diff != "" || bad != nil {
			t.Errorf("%s: %v %s", test.text, bad, diff)
		}
	}
}

func TestWhatIsNoObject(t *testing.T) {
	tests := []string{
		``, `x`, `[]`, `"a"`, `{`, `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{"a":1}}`, `{"a":1} {}`, `{a:1}`, `{'a':1}`, `{"a":01}`,
		`{"a":1.}`, `{"a":.5}`, `{"a":+1}`, `{"a":1e}`, `{"a":truth}`, `{"a":"x}`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\uzzzz"}`, `{"a":"\`,
		`{"a":[1,}`, `{"a":[1 2]}`, `{"a":{"b":1}`, `{"a":[{]}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":Infinity}`,
		strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70), `{"a":` + strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70) + `}`,
	}
	for _, text := range tests {
		got, bad := flat(text)
		if bad == nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestJSONLines(t *testing.T) {
	data := `{"id":1,"score":9,"text":"a"}
not json
{"id":2,"score":"8 - likely","comment":"b"}
["x"]

{"id":3,"score":7.5,"comment":"c"}
{"id":4,"score":null,"comment":"cut
{"id":5,"comment":"late","extra":{"deep":"yes"}}`
	rows, sum := readAll(t, "s.jsonl", data, Options{})
	want := []string{
		"1 9 ",
		"s.jsonl:2: this is not a valid JSON object (byte 1): write one object with its fields",
		"2 8 b",
		"s.jsonl:4: this is not a valid JSON object (byte 1): write one object with its fields",
		`s.jsonl:6: score: score "7.5" is not a whole number from 0 to 10: write 0 to 10, or leave it blank`,
		"s.jsonl:7: this is not a valid JSON object (byte 36): write one object with its fields",
		"5 -1 late",
	}
	if diff := cmp.Diff(want, texts(rows)); diff != "" {
		t.Error(diff)
	}
	if rows[6].Response.Attributes["extra.deep"] != "yes" || rows[0].Response.Attributes["text"] != "a" {
		t.Errorf("attributes %v %v", rows[6].Response.Attributes, rows[0].Response.Attributes)
	}
	if rows[4].Err.ID != "3" || sum.Unscored != 1 || sum.Rejected != 4 {
		t.Errorf("%+v %+v", rows[4].Err, sum)
	}
}

func TestJSONArrays(t *testing.T) {
	const first, second = `{"id":"1","score":9,"comment":"a ] , [ \" }"}`, `{"id":"2","score":8,"comment":"b","list":[1,[2]]}`
	tests := []struct {
		name, data string
		want       []string
	}{
		{"one line", "[" + first + "," + second + "]", []string{`1 9 a ] , [ " }`, "2 8 b"}},
		{"many lines", " [\n" + strings.ReplaceAll(first, ",\"", ",\n\"") + "\n,\n" + second + ",\n]\n", []string{`1 9 a ] , [ " }`, "2 8 b"}},
		{"a bad element", "[" + first + `, {"id":}, 5,` + second + "]", []string{
			`1 9 a ] , [ " }`, "s.json:2: this is not a valid JSON object (byte 7): write one object with its fields",
			"s.json:3: this is not a valid JSON object (byte 1): write one object with its fields", "2 8 b",
		}},
		{"cut off", "[" + first + "," + second[:20], []string{`1 9 a ] , [ " }`, "s.json:2: the array does not end: the file is cut off, get it again"}},
		{"two arrays", "[" + first + "]\n[" + second + "]", []string{
			`1 9 a ] , [ " }`, "s.json:2: there is more behind the end of the array: put all objects into one array, or one on each line",
		}},
	}
	for _, test := range tests {
		rows, _ := readAll(t, "s.json", test.data, Options{})
		if diff := cmp.Diff(test.want, texts(rows)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		small := &jsonArray{in: newWindow(iotest.OneByteReader(strings.NewReader(test.data))), parser: jsonParser{names: &nameSet{}}}
		var rec record
		n := 0
		for small.next(&rec) == nil {
			if !rec.blank() {
				n++
			}
		}
		if n != len(test.want) {
			t.Errorf("%s: %d elements byte by byte", test.name, n)
		}
	}
}

func TestTooManyNames(t *testing.T) {
	names := &nameSet{}
	for i := range maxColumns {
		names.number([]byte{byte(i), byte(i >> 8), 'x'})
	}
	p := jsonParser{names: names}
	var rec record
	p.parse([]byte(`{"one more":1}`), &rec)
	if rec.problem == nil || rec.problem.code != feedback.Invalid || !strings.Contains(rec.problem.message, "16384") {
		t.Errorf("%+v", rec.problem)
	}
}
