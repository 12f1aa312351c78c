package index

import "encoding/binary"

// idBlock is how many rows share one entry of idList.starts.
const idBlock = 16

// idList holds the ids of all rows, one after the other in one piece of memory: for each row its length and its bytes. A
// slice of strings would take three times as much.
type idList struct {
	bytes  []byte
	starts []uint64 // where in bytes each block of rows begins
	rows   int
}

// append gives the next row an id.
func (d *idList) append(id string) {
	if d.rows%idBlock == 0 {
		d.starts = append(d.starts, uint64(len(d.bytes)))
	}
	d.bytes = binary.AppendUvarint(d.bytes, uint64(len(id)))
	d.bytes = append(d.bytes, id...)
	d.rows++
}

// at returns a row's id, as a part of bytes.
func (d *idList) at(row int) []byte {
	at := d.starts[row/idBlock]
	for range row % idBlock {
		length, width := d.length(at)
		at += width + length
	}
	length, width := d.length(at)
	return d.bytes[at+width : at+width+length]
}

// length reads the length of an id, and how many bytes it is written in: nearly always one.
func (d *idList) length(at uint64) (length, width uint64) {
	if b := d.bytes[at]; b < 0x80 {
		return uint64(b), 1
	}
	length, n := binary.Uvarint(d.bytes[at:])
	return length, uint64(n)
}

// wipe forgets a row's id.
func (d *idList) wipe(row int) { clear(d.at(row)) }

// whole finds the starts for the bytes of so many rows, and reports whether the bytes are just those.
func (d *idList) whole(rows int) bool {
	d.starts = make([]uint64, 0, (rows+idBlock-1)/idBlock)
	at := uint64(0)
	for d.rows = 0; d.rows < rows; d.rows++ {
		if d.rows%idBlock == 0 {
			d.starts = append(d.starts, at)
		}
		length, n := binary.Uvarint(d.bytes[at:])
		if left := uint64(len(d.bytes)) - at; n <= 0 || length > left-uint64(n) {
			return false
		}
		at += uint64(n) + length
	}
	return at == uint64(len(d.bytes))
}
