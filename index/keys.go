package index

import (
	"hash/maphash"
	"math"
)

// rowTable finds rows by their response's key: a hash table of row numbers alone, which looks the keys up in the columns.
// A map with the keys in it would take ten times as much.
type rowTable struct {
	seed  maphash.Seed
	slots []uint32 // 0 for free, freed for one that was used, else row + 1; as many as a power of two
	used  int      // slots that are not free
}

// freed marks a slot whose row was taken out; the search for others goes on behind it.
const freed = math.MaxUint32

// minSlots is how many slots the smallest table has.
const minSlots = 16

func newRowTable() rowTable {
	return rowTable{seed: maphash.MakeSeed(), slots: make([]uint32, minSlots)}
}

// hash of a row's key.
func (t *rowTable) hash(survey uint32, id []byte) uint64 {
	return mixed(maphash.Bytes(t.seed, id), survey)
}

// mixed gives equal ids in different surveys different hashes.
func mixed(hash uint64, survey uint32) uint64 {
	hash += uint64(survey) * 0x9e3779b97f4a7c15
	return hash ^ hash>>32
}

// find returns the slot of a key, or of the first free one when it is not there.
func (c *columns) find(survey uint32, id string) (slot int, found bool) {
	t := &c.byKey
	mask := len(t.slots) - 1
	for slot = int(mixed(maphash.String(t.seed, id), survey)) & mask; t.slots[slot] != 0; slot = (slot + 1) & mask {
		if entry := t.slots[slot]; entry != freed && c.survey.at(int(entry-1)) == survey && string(c.ids.at(int(entry-1))) == id {
			return slot, true
		}
	}
	return slot, false
}

// enter puts a live row that is not there yet into the table. Its key is in the columns already.
func (c *columns) enter(row int) {
	if t := &c.byKey; (t.used+1)*4 > len(t.slots)*3 {
		c.rehash()
	} else {
		t.enter(row, t.hash(c.survey.at(row), c.ids.at(row)))
	}
}

// enter takes the first free slot from the hash on.
func (t *rowTable) enter(row int, hash uint64) {
	mask := len(t.slots) - 1
	slot := int(hash) & mask
	for t.slots[slot] != 0 {
		slot = (slot + 1) & mask
	}
	t.slots[slot] = uint32(row) + 1
	t.used++
}

// rehash makes the table anew of the live rows, at most five eighths full: the next time comes only after many more.
func (c *columns) rehash() {
	slots, live := minSlots, c.live.count()
	for live*8 > slots*5 {
		slots *= 2
	}
	c.byKey = rowTable{seed: c.byKey.seed, slots: make([]uint32, slots)}
	for row := range c.live.rows() {
		c.byKey.enter(row, c.byKey.hash(c.survey.at(row), c.ids.at(row)))
	}
}
