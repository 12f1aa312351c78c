package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEmailAddresses(t *testing.T) {
	for value, want := range map[string]bool{
		"a@example.com": true, "a.b+c@mail.example.co.uk": true, "имя@пример.рф": true,
		"@example.com": false, "a@": false, "a@b": false, "a@.com": false, "a@b.": false, "a b@example.com": false, "a@example.com, b@example.com": false,
		"a@b@example.com": false, "": false, "@": false, "me at example.com": false,
	} {
		if isEmail([]byte(value)) != want {
			t.Errorf("%q is an e-mail address: %v", value, !want)
		}
	}
}

func TestMostValuesDecide(t *testing.T) {
	row := func(values ...string) *record {
		rec := &record{}
		for _, v := range values {
			rec.values = append(rec.values, []byte(v))
		}
		return rec
	}
	var c contactCensus
	if c.most(0) {
		t.Error("nothing was seen yet")
	}
	c.add(row("a@example.com", "x", "", "a@example.com"))
	c.add(row("+358 40 123 4567", "b@example.com", " ", "b"))
	c.add(row("none", "y", "+358401234567"))
	var got []bool
	for i := range 5 {
		got = append(got, c.most(i))
	}
	if diff := cmp.Diff([]bool{true, false, true, false, false}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheFirstValuesAreLookedAt(t *testing.T) {
	var c contactCensus
	for range contactSample {
		c.add(&record{values: [][]byte{[]byte("x")}})
	}
	for range 10 * contactSample {
		c.add(&record{values: [][]byte{[]byte("a@example.com")}})
	}
	if c.most(0) || c.seen[0] != contactSample {
		t.Errorf("%+v", c)
	}
}

func TestKeptColumns(t *testing.T) {
	const data = "score,comment,Email,E-Mail,phone\n9,a,x@example.com,y@example.com,1\n"
	for _, test := range []struct {
		keep       []string
		attributes []string
	}{
		{nil, []string{}},
		{[]string{"Email"}, []string{"Email"}},
		{[]string{"E-Mail", "PHONE"}, []string{"E-Mail", "phone"}},
	} {
		_, sum := readAll(t, "s.csv", data, Options{Keep: test.keep})
		if diff := cmp.Diff(test.attributes, sum.Mapping.Attributes); diff != "" || len(sum.Mapping.Dropped) != 3-len(test.attributes) {
			t.Errorf("%v: %s %v", test.keep, diff, sum.Mapping.Dropped)
		}
	}
}
