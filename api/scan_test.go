package api

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzSplitObject splits whatever is valid JSON as encoding/json does.
func FuzzSplitObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { } `, `{"a":1}`, "{\n\t\"a\" : -1.5e3 ,\r\n \"b\":[1,{\"c\":\"]}\"},\"\\\"\"] , \"c\" :null}", `{"a\"b":"\\","\\":"\\\"","":"x"}`,
		`{"a":true,"b":false,"a":{}}`, `{"ä":"😀\ud83d","\u0041":"\u0000"}`, `{"a":{"b":{"c":[[[]]]}}}`, `[1]`, `x`, `{"a":"\\\\"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want map[string]json.RawMessage
		if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &want) != nil || want == nil {
			return
		}
		got := map[string]string{}
		for _, m := range splitObject([]byte(text), 1<<20) {
			got[m.name] = string(m.raw)
			var whole string
			isString := json.Unmarshal(m.raw, &whole) == nil && string(m.raw) != "null"
			if text, ok := unquote(m.raw); ok != isString || text != whole {
				t.Errorf("%q: %q is %q, want %q", text, m.raw, text, whole)
			}
		}
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		for name, raw := range want {
			if got[name] != string(raw) {
				t.Errorf("%q: %s is %q, want %q", text, name, got[name], raw)
			}
		}
	})
}

func TestSplitObjectStops(t *testing.T) {
	if got := splitObject([]byte(`{"a":1,"b":2,"c":3,"d":4}`), 2); len(got) != 3 {
		t.Errorf("%v", got)
	}
}
