package index

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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

// TestCodesWiden writes codes that need more and more bytes, in any order of rows, and asks in every way.
func TestCodesWiden(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 100 {
		var c codes
		want := make([]uint32, 300)
		most := []int{3, 256, 70_000}
		for i := range 400 {
			code := r.IntN(most[min(i/130, r.IntN(3))])
			row := r.IntN(280)
			want[row] = uint32(code)
			c.put(row, want[row])
		}
		values := int(slices.Max(want)) + 1
		if got := c.largest(); got != slices.Max(want) {
			t.Fatalf("largest: %d, want %d", got, slices.Max(want))
		}
		var set bitset
		pass, table := make([]uint64, values), make([]uint32, values)
		for code := range values {
			pass[code], table[code] = uint64(r.IntN(2)), r.Uint32()
		}
		for row := range 300 {
			if r.IntN(4) > 0 {
				set.add(row)
			}
		}
		kept, counts, to := set.clone(), make([]uint32, values), make([]uint32, blockSize)
		c.keep(kept, pass)
		for block := range set.blocks() {
			c.count(counts, block)
			c.translate(to, table, block)
			for i, row := range block {
				if to[i] != table[want[row]] {
					t.Fatalf("row %d: translated to %d, want %d", row, to[i], table[want[row]])
				}
				counts[want[row]]--
			}
		}
		for row := range 300 {
			if c.at(row) != want[row] || kept.has(row) != (set.has(row) && pass[want[row]] == 1) {
				t.Fatalf("row %d: code %d, want %d; kept %v", row, c.at(row), want[row], kept.has(row))
			}
		}
		if !slices.Equal(counts, make([]uint32, values)) {
			t.Fatalf("counts are off by %v", counts)
		}
	}
}

func TestBlocksAreTheRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, share := range []int{1, 2, 100} {
		var set bitset
		for row := range 3*blockSize + 77 {
			if r.IntN(share) == 0 {
				set.add(row)
			}
		}
		var got []int
		for block := range set.blocks() {
			if len(block) == 0 || len(block) > blockSize {
				t.Errorf("a block of %d", len(block))
			}
			for _, row := range block {
				got = append(got, int(row))
			}
		}
		if !slices.Equal(got, slices.Collect(set.rows())) {
			t.Errorf("one of %d: %d rows of %d", share, len(got), set.count())
		}
		for range set.blocks() {
			break
		}
	}
}

func TestThemeSets(t *testing.T) {
	sets := newThemeSets()
	a, b := memberOf(700, negative), memberOf(3, positive)
	tests := []struct {
		members []member
		want    uint32
	}{
		{nil, 0},
		{[]member{a, b}, 1},
		{[]member{b}, 2},
		{[]member{b, a, b}, 1},
		{[]member{a}, 3},
		{[]member{}, 0},
	}
	for _, test := range tests {
		if got := sets.code(slices.Clone(test.members)); got != test.want {
			t.Errorf("set %v: %d, want %d", test.members, got, test.want)
		}
	}
	if got := sets.set(1); !slices.Equal(got, []member{b, a}) || got[1].theme() != 700 || got[1].polarity() != negative {
		t.Errorf("set 1: %v", got)
	}
	if sets.size() != 4 || len(sets.set(0)) > 0 {
		t.Errorf("%d sets", sets.size())
	}
}

// TestKeysAreFound puts and deletes ids of all lengths in several surveys, and looks for each among all that were there.
func TestKeysAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	c, rows := newColumns(), map[feedback.Key]int{}
	key := func() feedback.Key {
		n := r.IntN(3000)
		return feedback.Key{Survey: pick(r, "", "a", "b"), ID: strings.Repeat(strconv.Itoa(n), 1+n%90)}
	}
	for range 20_000 {
		a := comment("", 5, "en", "x")
		k := key()
		a.Survey, a.ID = k.Survey, k.ID
		change := feedback.Change{Key: k, Analysed: &a}
		if r.IntN(2) == 0 {
			change.Analysed = nil
		}
		operations, _ := c.plan([]feedback.Change{change})
		c.apply(operations, 1)
		delete(rows, k)
		if change.Analysed != nil {
			rows[k] = operations[0].row
		}
		k = key()
		if row, ok := c.row(k); ok != hasKey(rows, k) || ok && (row != rows[k] || c.key(row) != k) {
			t.Fatalf("%v: row %d, %v; want %d", k, row, ok, rows[k])
		}
	}
	if most := 8 * 3 * 3000; len(c.byKey.slots) > most || c.live.count() != len(rows) {
		t.Errorf("%d slots for %d of %d", len(c.byKey.slots), c.live.count(), len(rows))
	}
}

func hasKey(rows map[feedback.Key]int, k feedback.Key) bool {
	_, ok := rows[k]
	return ok
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
	if _, found := c.row(a.Key()); found || bytes.Contains(c.ids.bytes, []byte("person")) || c.live.count() != 0 {
		t.Errorf("ids %q", c.ids.bytes)
	}
}
