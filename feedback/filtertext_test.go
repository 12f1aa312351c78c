package feedback

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFilterTextRoundTrip(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "all responses"},
		{"2026-Q1", "from=2026-01-01 to=2026-03-31"},
		{"2026", "from=2026-01-01 to=2026-12-31"},
		{"2026-02", "from=2026-02-01 to=2026-02-28"},
		{"2026-W01", "from=2025-12-29 to=2026-01-04"},
		{"2026-02-03", "from=2026-02-03 to=2026-02-03"},
		{"region=EU  region=US plan!=free age>=30 age<40", "region=EU region=US plan!=free age>=30 age<40"},
		{`store="New York" language=FI survey=a`, `survey=a language=fi store="New York"`},
		{
			"match=\"late OR lost\" theme=price_value:negative theme=support kind=complaint group=detractor sentiment=mixed mismatch=true",
			"theme=price_value:negative theme=support sentiment=mixed kind=complaint group=detractor mismatch=true match=\"late OR lost\"",
		},
		{"from=2026-01-01T10:00:00Z to=2026-01-01T12:00:00Z", "from=2026-01-01T10:00:00Z to=2026-01-01T12:00:00Z"},
		{`match="\"very late\" \\o/"`, `match="\"very late\" \\o/"`},
		{`empty=""`, `empty=""`},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			f, err := ParseFilter(test.text, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Describe(); got != test.want {
				t.Errorf("Describe = %s\nwant       %s", got, test.want)
			}
			again, err := ParseFilter(strings.Join(f.Conditions(), " "), time.UTC)
			if diff := cmp.Diff(f, again); diff != "" || err != nil {
				t.Errorf("read again: %v %s", err, diff)
			}
		})
	}
}

func TestFilterTextRefused(t *testing.T) {
	for _, text := range []string{
		"region", "2026-Q5", "2026-W60", "2026-13", `a="b`, "from=yesterday", "from=2026-02-01 to=2026-01-01", "age>old",
		"kind=rant", "group=fan", "sentiment=sad", "mismatch=maybe", "theme=x:mixed",
	} {
		if _, err := ParseFilter(text, time.UTC); CodeOf(err) != Invalid {
			t.Errorf("ParseFilter(%q): %v, want an invalid error", text, err)
		}
	}
}

func TestFilterAnd(t *testing.T) {
	tests := []struct {
		a, b, want string
		ok         bool
	}{
		{"", "", "all responses", true},
		{"region=EU", "2026-Q1", "from=2026-01-01 to=2026-03-31 region=EU", true},
		{"2026", "2026-Q2", "from=2026-04-01 to=2026-06-30", true},
		{"2026-Q2", "2026", "from=2026-04-01 to=2026-06-30", true},
		{"2025", "2026-Q2", "from=2026-04-01 to=2025-12-31", false},
		{"language=fi language=sv", "language=sv language=en", "language=sv", true},
		{"survey=a", "survey=b", "all responses", false},
		{"region=EU", "region=US", "region=EU region=US", true}, // two conditions, both must hold
		{"match=late", "match=lost", `match="late lost"`, true},
		{"mismatch=true", "mismatch=false", "mismatch=false", false},
	}
	for _, test := range tests {
		a, errA := ParseFilter(test.a, time.UTC)
		b, errB := ParseFilter(test.b, time.UTC)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		got, ok := a.And(b)
		if got.Describe() != test.want || ok != test.ok {
			t.Errorf("%q and %q = %q, %t; want %q, %t", test.a, test.b, got.Describe(), ok, test.want, test.ok)
		}
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, text := range []string{`region=EU match="a b"`, "2026-Q1 x!=y", `from=2026-01-01 to=2026-01-02 a>=1`, `"`, `\`, "mismatch=1", `match" ="`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := ParseFilter(text, time.UTC)
		if err != nil {
			return
		}
		again, err := ParseFilter(strings.Join(filter.Conditions(), " "), time.UTC)
		if err != nil {
			t.Fatalf("%q was read, %q is not: %v", text, filter.Describe(), err)
		}
		if got := again.Describe(); got != filter.Describe() {
			t.Errorf("%q becomes %q", filter.Describe(), got)
		}
	})
}
