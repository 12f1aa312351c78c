package index

import (
	"iter"
	"math/bits"
)

// bitset is a set of rows: bit r%64 of word r/64 is set when row r is in it.
type bitset []uint64

func (b bitset) has(row int) bool {
	return row>>6 < len(b) && b[row>>6]&(1<<(row&63)) != 0
}

func (b *bitset) add(row int) {
	for row>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[row>>6] |= 1 << (row & 63)
}

func (b bitset) remove(row int) {
	if row>>6 < len(b) {
		b[row>>6] &^= 1 << (row & 63)
	}
}

func (b bitset) clone() bitset { return append(bitset(nil), b...) }

// and keeps the rows that are in o, too.
func (b bitset) and(o bitset) {
	for i := range b {
		if i < len(o) {
			b[i] &= o[i]
		} else {
			b[i] = 0
		}
	}
}

// andNot drops the rows that are in o.
func (b bitset) andNot(o bitset) {
	for i := range min(len(b), len(o)) {
		b[i] &^= o[i]
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// rows gives the rows in ascending order.
func (b bitset) rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// keep drops the rows whose value in the column does not pass. pass holds 1 or 0 for every value; rows beyond the column
// have the value 0.
func keep[T uint8 | uint16 | uint32](set bitset, column []T, pass []uint64) {
	for w, word := range set {
		if word == 0 {
			continue
		}
		first := w << 6
		chunk := column[min(first, len(column)):min(first+64, len(column))]
		var bit, kept uint64
		for _, value := range chunk {
			kept |= pass[value] << bit
			bit++
		}
		if bit < 64 {
			kept |= -pass[0] << bit
		}
		set[w] = word & kept
	}
}
