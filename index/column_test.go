package index

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"verbatim/feedback"
)

func TestBitsetAgreesWithMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		a, b := randomSet(r), randomSet(r)
		var left, right bitset
		for row := range a {
			left.add(row)
		}
		for row := range b {
			right.add(row)
		}
		both, without, removed := left.clone(), left.clone(), left.clone()
		both.and(right)
		without.andNot(right)
		for row := range b {
			removed.remove(row)
		}
		for row := range 400 {
			if left.has(row) != a[row] || both.has(row) != (a[row] && b[row]) || without.has(row) != (a[row] && !b[row]) || removed.has(row) != without.has(row) {
				t.Fatalf("row %d of %v and %v", row, a, b)
			}
		}
		if got := slices.Collect(left.rows()); len(got) != len(a) || left.count() != len(a) || !slices.IsSorted(got) {
			t.Fatalf("rows %v of %v", got, a)
		}
	}
}

func randomSet(r *rand.Rand) map[int]bool {
	set := map[int]bool{}
	for range r.IntN(60) {
		set[r.IntN(1+r.IntN(300))] = true
	}
	return set
}

func TestRowsCanBeLeftEarly(t *testing.T) {
	b := bitset{1<<5 | 1<<9}
	for row := range b.rows() {
		if row != 5 {
			t.Errorf("row %d", row)
		}
		break
	}
}

func TestKeepAgreesWithOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for range 200 {
		rows := r.IntN(300)
		var set bitset
		for row := range rows {
			if r.IntN(3) > 0 {
				set.add(row)
			}
		}
		column := make([]uint16, r.IntN(rows+1)) // shorter than the rows
		for i := range column {
			column[i] = uint16(r.IntN(4))
		}
		pass := []uint64{uint64(r.IntN(2)), uint64(r.IntN(2)), uint64(r.IntN(2)), uint64(r.IntN(2))}
		got := set.clone()
		keep(got, column, pass)
		for row := range rows {
			value := 0
			if row < len(column) {
				value = int(column[row])
			}
			if want := set.has(row) && pass[value] == 1; got.has(row) != want {
				t.Fatalf("row %d of %d, column %v, pass %v: %v", row, rows, column, pass, got.has(row))
			}
		}
	}
}

func TestDictionary(t *testing.T) {
	d := newDictionary()
	tests := []struct {
		name  string
		limit int
		want  int
	}{
		{"a", 2, 1},
		{"b", 2, 2},
		{"a", 2, 1},
		{"c", 2, 0},
		{"b", 2, 2},
		{"c", 3, 3},
		{"", 4, 4},
	}
	for _, test := range tests {
		if got := d.code(test.name, test.limit); got != test.want {
			t.Errorf("code %q of at most %d: %d, want %d", test.name, test.limit, got, test.want)
		}
	}
	if got := d.passNames([]string{"b", "never"}); !slices.Equal(got, []uint64{0, 0, 1, 0, 0}) {
		t.Errorf("pass of b: %v", got)
	}
}

func TestColumnOfNames(t *testing.T) {
	c := newColumn[uint8]()
	c.name(3, "en")
	c.name(1, "fi")
	c.name(3, "")
	c.name(4, "fi")
	var got []string
	for row := range 6 {
		got = append(got, c.names[c.at(row)])
	}
	if want := []string{"", "fi", "", "", "fi", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 300 { // more names than a uint8 has numbers
		c.name(5, strconv.Itoa(i))
	}
	if at := c.at(5); at != 0 {
		t.Errorf("a name too many has the number %d", at)
	}
}

func TestAttributeLetsGoAtOneValueTooMany(t *testing.T) {
	a := newAttribute()
	for i := range maxValues {
		a.set(i, strconv.Itoa(i), true)
		a.set(i, strconv.Itoa(i), true)
	}
	a.set(5, "", false)
	a.set(maxValues+50, "", false) // nothing to forget there
	if a.over || a.at(5) != 0 || a.at(6) != 7 || len(a.rows) != maxValues {
		t.Fatalf("at the limit: over %v, codes %d and %d of %d", a.over, a.at(5), a.at(6), len(a.rows))
	}
	a.set(3, "one more", true)
	if !a.over || len(a.rows) > 0 || len(a.names) > 0 {
		t.Errorf("past the limit: over %v, %d rows", a.over, len(a.rows))
	}
	a.set(3, "1", true)
	if len(a.rows) > 0 {
		t.Error("it came back")
	}
}

func TestThemeSetsWiden(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var sets themeSets
	want := map[[3]int]bool{}
	for width := 1; width <= 5; width++ {
		sets.widen(width)
		sets.widen(width)
		for range 40 {
			at := [3]int{r.IntN(30), r.IntN(polarities), r.IntN(64 * width)}
			sets.add(at[0], at[1], at[2])
			want[at] = true
		}
		for row := range 35 {
			for p := range polarities {
				for theme := range 330 {
					if got := sets.has(row, p, theme); got != want[[3]int{row, p, theme}] {
						t.Fatalf("width %d, row %d, polarity %d, theme %d: %v", width, row, p, theme, got)
					}
				}
			}
		}
	}
}

func TestPlanGivesRowsInOrderOfTheLog(t *testing.T) {
	put := func(id string) feedback.Change {
		a := comment(id, 1, "en", "x")
		return feedback.Change{Key: a.Key(), Analysed: &a}
	}
	gone := func(id string) feedback.Change {
		return feedback.Change{Key: feedback.Key{Survey: "s", ID: id}}
	}
	c := newColumns()
	first, rows := c.plan([]feedback.Change{put("a"), put("b"), put("c")})
	c.apply(first, 3)
	if rows != 3 || c.size() != 3 {
		t.Fatalf("%d rows", rows)
	}
	type step struct {
		row  int
		gone bool
	}
	tests := []struct {
		name    string
		changes []feedback.Change
		want    []step
		rows    int
	}{
		{"nothing", nil, nil, 3},
		{"again", []feedback.Change{put("b")}, []step{{1, false}}, 3},
		{"new", []feedback.Change{put("d"), put("e"), put("d")}, []step{{3, false}, {4, false}, {3, false}}, 5},
		{"deleted", []feedback.Change{gone("a"), gone("a")}, []step{{0, true}}, 3},
		{"unknown deleted", []feedback.Change{gone("x")}, nil, 3},
		{"deleted and put", []feedback.Change{gone("a"), put("a")}, []step{{0, true}, {3, false}}, 4},
		{"new and deleted", []feedback.Change{put("d"), gone("d"), put("d")}, []step{{3, false}, {3, true}, {4, false}}, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // planning changes nothing
				operations, rows := c.plan(test.changes)
				var got []step
				for _, o := range operations {
					got = append(got, step{o.row, o.analysed == nil})
				}
				if !slices.Equal(got, test.want) || rows != test.rows {
					t.Errorf("got %v and %d rows, want %v and %d", got, rows, test.want, test.rows)
				}
			}
		})
	}
}

func TestDeletedIDDoesNotStayInMemory(t *testing.T) {
	c := newColumns()
	a := comment("person@example.com", 1, "en", "x")
	operations, _ := c.plan(puts(0, a))
	c.apply(operations, 1)
	c.remove(a.Key())
	c.remove(a.Key())
	if slices.Contains(c.ids, a.ID) || len(c.rowOf) != 0 || c.live.count() != 0 {
		t.Errorf("ids %q, keys %v", c.ids, c.rowOf)
	}
}
