package index

import (
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestAttributes(t *testing.T) {
	var all []feedback.Analysed
	for i := range maxValues + 5 {
		a := comment("r"+strconv.Itoa(i), 5, "en", "x")
		a.Attributes = map[string]string{
			"amount": strconv.Itoa(i) + ".5", "order": "no. " + strconv.Itoa(i), "shop": "shop " + strconv.Itoa(i%maxValues), "age": strconv.Itoa(i % 7),
		}
		all = append(all, a)
	}
	all[0].Attributes["plan"], all[1].Attributes["plan"], all[2].Attributes["plan"] = "", "team", "gone"
	all[3].Attributes["once"] = "gone"
	all[4].Attributes["visit"], all[5].Attributes["visit"] = "2026-03-31", "2026-04-01"
	x := cleanUp(t, OpenMemory(false))
	if got, err := x.Attributes(t.Context(), ws); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
	apply(t, x, ws, puts(0, all...))
	all[2].Attributes = nil
	all[3].Touchpoint = "web"
	all[3].Attributes = map[string]string{"age": "old"}
	apply(t, x, ws, puts(int64(len(all)), all[2], all[3]))
	got, err := x.Attributes(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	want := []Attribute{
		{Name: "age", Values: 8, Countable: true},
		{Name: "amount", Values: maxValues + 1, Numeric: true},
		{Name: "order", Values: maxValues + 1},
		{Name: "plan", Values: 2, Countable: true},
		{Name: "shop", Values: maxValues, Countable: true},
		{Name: "survey", Values: 1, Countable: true},
		{Name: "touchpoint", Values: 1, Countable: true},
		{Name: "visit", Values: 2, Countable: true, Numeric: true},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
