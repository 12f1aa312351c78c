package index

import (
	"strings"
	"testing"

	"verbatim/feedback"
)

// written shows a query as it was understood.
func (c clause) String() string {
	kinds := map[atomKind]string{wordAtom: "word", phraseAtom: "phrase", prefixAtom: "prefix", fuzzyAtom: "fuzzy"}
	var list []string
	for _, a := range c.any {
		list = append(list, kinds[a.kind]+"("+a.text+")")
	}
	sign := ""
	if c.excluded {
		sign = "-"
	}
	return sign + strings.Join(list, "|")
}

func TestParseQuery(t *testing.T) {
	tests := []struct{ query, want string }{
		{"", ""},
		{" \t\n ", ""},
		{"late delivery", "word(late) word(delivery)"},
		{`"late delivery" refund`, "phrase(late delivery) word(refund)"},
		{`x"late delivery"y`, "word(x) phrase(late delivery) word(y)"},
		{"refund* slwo~", "prefix(refund) fuzzy(slwo)"},
		{"* ~", "word(*) word(~)"},
		{"a*b a~b", "word(a*b) word(a~b)"},
		{`-late -"on time" -ref* -slwo~`, "-word(late) -phrase(on time) -prefix(ref) -fuzzy(slwo)"},
		{"--late wi-fi -", "-word(late) word(wi-fi) word()"},
		{"a OR b OR c d", "word(a)|word(b)|word(c) word(d)"},
		{`a OR "b c" OR d*`, "word(a)|phrase(b c)|prefix(d)"},
		{"OR a", "word(OR) word(a)"},
		{"a OR", "word(a) word(OR)"},
		{"a or b", "word(a) word(or) word(b)"},
		{"-a OR b", "-word(a) word(OR) word(b)"},
		{"a OR -b", "word(a) word(OR) -word(b)"},
		{`late "delivery`, "word(late) word(delivery)"},
		{`-"delivery`, "word() word(delivery)"},
		{"“late delivery” „viel zu spät“ «очень поздно» 「物流」", "phrase(late delivery) phrase(viel zu spät) phrase(очень поздно) phrase(物流)"},
		{`""`, "phrase()"},
	}
	for _, test := range tests {
		clauses, err := parseQuery(test.query)
		if err != nil {
			t.Errorf("%q: %v", test.query, err)
		}
		var list []string
		for _, c := range clauses {
			list = append(list, c.String())
		}
		if got := strings.Join(list, " "); got != test.want {
			t.Errorf("%q: got %s, want %s", test.query, got, test.want)
		}
	}
}

func TestLongQueryIsTooLarge(t *testing.T) {
	if _, err := parseQuery(strings.Repeat("ä", maxQuery)); err != nil {
		t.Errorf("of the longest: %v", err)
	}
	if _, err := parseQuery(strings.Repeat("ä", maxQuery+1)); feedback.CodeOf(err) != feedback.TooLarge {
		t.Errorf("of one more: %v", err)
	}
}

func TestFolderNames(t *testing.T) {
	tests := []struct{ ws, want string }{
		{"default", "default"},
		{"acme-2_eu", "acme-2_eu"},
		{"Acme", "%41cme"},
		{"..", "%2E%2E"},
		{"a/b", "a%2Fb"},
		{"ä", "%C3%A4"},
		{"%41cme", "%2541cme"},
	}
	seen := map[string]string{}
	for _, test := range tests {
		got, err := folderName(test.ws)
		if got != test.want || err != nil {
			t.Errorf("%q: got %q, %v; want %q", test.ws, got, err, test.want)
		}
		if other, ok := seen[strings.ToLower(got)]; ok {
			t.Errorf("%q and %q share a folder", test.ws, other)
		}
		seen[strings.ToLower(got)] = test.ws
	}
}
