package analysis

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"

	"verbatim/models"
)

// languageTable holds what models/language.bin says: for each script that languages share, the costs of letters in
// context.
type languageTable struct {
	scripts []*scriptTable
	han     []byte // from firstHan, how far a character leans to Japanese
}

// scriptTable holds the costs of a script. A row has a byte for each language, eight to a word.
type scriptTable struct {
	name        string
	languages   []string  // as lingua's folders name them, a column each
	codes       []string  // as they are reported
	joins       []int     // the first column with the same code
	wordColumns []int     // the columns in the table of words
	priors      []float64 // nats
	alphabet    []rune    // from position 1; 0 is the border of a word
	size        int       // positions in the alphabet
	words       int       // uint64s of a row
	pairs       []uint64
	leave       []uint64 // the cost of leaving the context of two letters
	first       []uint32 // of two letters: where their third letters begin in thirds
	thirds      []byte
	triples     []uint64
}

// readLanguageTable reads what BuildLanguageTable returned; an error wraps models.ErrDamaged when it is anything else.
func readLanguageTable(data []byte) (*languageTable, error) {
	n := len(data) - sha256.Size
	if n < len(tableMagic) || string(data[:len(tableMagic)]) != tableMagic {
		return nil, fmt.Errorf("%w: it does not begin like a language table", models.ErrDamaged)
	}
	if sum := sha256.Sum256(data[:n]); !bytes.Equal(sum[:], data[n:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", models.ErrDamaged)
	}
	payload, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[len(tableMagic):n])))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", models.ErrDamaged, err)
	}
	r := tableReader{data: payload}
	t := &languageTable{}
	for range tableScripts {
		t.scripts = append(t.scripts, r.script())
	}
	t.han = r.bytes()
	if r.cut || len(r.data) > 0 || len(t.han) != lastHan-firstHan+1 {
		return nil, fmt.Errorf("%w: its parts do not fit together", models.ErrDamaged)
	}
	return t, nil
}

// tableReader reads what tableWriter wrote. Once something does not fit, cut is set and everything reads as empty.
type tableReader struct {
	data []byte
	cut  bool
}

func (r *tableReader) fail() {
	r.data, r.cut = nil, true
}

// number reads a number of at most most.
func (r *tableReader) number(most int) int {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > uint64(most) {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return int(v)
}

func (r *tableReader) bytes() []byte {
	n := r.number(len(r.data))
	if n > len(r.data) {
		r.fail()
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

// sized reads bytes that must be size many.
func (r *tableReader) sized(size int) []byte {
	b := r.bytes()
	if len(b) != size {
		r.fail()
		return make([]byte, size)
	}
	return b
}

func (r *tableReader) script() *scriptTable {
	t := &scriptTable{name: string(r.bytes())}
	columns := r.number(maxColumns)
	for range columns {
		t.languages = append(t.languages, string(r.bytes()))
	}
	t.report()
	t.words = (columns + 7) / 8
	t.size = r.number(maxAlphabet)
	for range t.size - 1 {
		t.alphabet = append(t.alphabet, rune(r.number(lastLetter-1)))
	}
	single, leave1 := r.sized(t.size*columns), r.sized(t.size*columns)
	if r.cut || t.size == 0 || columns == 0 {
		r.fail()
		return t
	}
	pairs := t.size * t.size
	t.leave = make([]uint64, pairs*t.words)
	r.rows(pairs, columns, func(key int, own []byte) { pack(t.leave[key*t.words:], own) })
	t.pairs = make([]uint64, pairs*t.words)
	var row [maxColumns]byte
	for key := range pairs {
		add(row[:columns], leave1[key/t.size*columns:], single[key%t.size*columns:])
		pack(t.pairs[key*t.words:], row[:columns])
	}
	r.rows(pairs, columns, func(key int, own []byte) { overlay(t.pairs[key*t.words:][:t.words], own) })
	r.triples(t, columns)
	return t
}

// report fills in under which code each column is reported, and what is expected of it.
func (t *scriptTable) report() {
	for _, language := range t.languages {
		code := codeOf(language)
		t.joins = append(t.joins, slices.Index(append(t.codes, code), code))
		t.codes = append(t.codes, code)
		prior := 0.0
		if language == "en" {
			prior = englishBonus
		} else if !strings.Contains(commonLanguages, " "+language+" ") {
			prior = -rareMalus
		}
		t.priors = append(t.priors, prior)
	}
}

// triples reads the rows of three letters, and where those of each two begin.
func (r *tableReader) triples(t *scriptTable, columns int) {
	pairs := t.size * t.size
	t.first = make([]uint32, pairs+1)
	r.rows(pairs*t.size, columns, func(key int, own []byte) {
		ab, bc := key/t.size, key%pairs
		t.first[ab+1]++
		t.thirds = append(t.thirds, byte(key%t.size))
		for w := range t.words {
			t.triples = append(t.triples, addSaturated(t.leave[ab*t.words+w], t.pairs[bc*t.words+w]))
		}
		overlay(t.triples[len(t.triples)-t.words:], own)
	})
	for ab := range pairs {
		t.first[ab+1] += t.first[ab]
	}
}

// rows calls each with the key and the costs of every sparse row, keys below most and growing; a cost of 0 is none.
func (r *tableReader) rows(most, columns int, each func(key int, costs []byte)) {
	n := r.number(len(r.data))
	keys := tableReader{data: r.bytes()}
	size := (columns + 7) / 8
	masks := r.sized(n * size)
	costs := r.bytes()
	var row [maxColumns]byte
	key := 0
	for i := range n {
		gap := keys.number(most)
		key += gap
		if keys.cut || key >= most || i > 0 && gap == 0 {
			r.fail()
			return
		}
		clear(row[:])
		for m := range size {
			for mask := masks[i*size+m]; mask != 0; mask &= mask - 1 {
				column := m*8 + bits.TrailingZeros8(mask)
				if column >= columns || len(costs) == 0 {
					r.fail()
					return
				}
				row[column], costs = costs[0], costs[1:]
			}
		}
		each(key, row[:columns])
	}
}

// add sums costs, no sum above 255.
func add(sums, a, b []byte) {
	for i := range sums {
		sums[i] = byte(min(255, int(a[i])+int(b[i])))
	}
}

// pack writes costs into the words of a row, eight to a word.
func pack(row []uint64, costs []byte) {
	for i, c := range costs {
		row[i/8] = row[i/8]&^(0xFF<<(i%8*8)) | uint64(c)<<(i%8*8)
	}
}

// overlay writes those costs into a row that are not 0.
func overlay(row []uint64, costs []byte) {
	for i, c := range costs {
		if c != 0 {
			row[i/8] = row[i/8]&^(0xFF<<(i%8*8)) | uint64(c)<<(i%8*8)
		}
	}
}

// addSaturated adds the eight bytes of two words, no sum above 255.
func addSaturated(a, b uint64) uint64 {
	const low, ones = 0x00FF00FF00FF00FF, 0x0001000100010001
	even := a&low + b&low
	odd := a>>8&low + b>>8&low
	even |= (even >> 8 & ones) * 0xFF
	odd |= (odd >> 8 & ones) * 0xFF
	return even&low | odd&low<<8
}

// costs adds up what a text's letters (positions in the alphabet, a border before, between and after words) cost in each
// language. Even bytes of a row are added apart from odd ones, so that four sums of 16 bits fit a word.
func (t *scriptTable) costs(letters []uint8, sums *[maxColumns]uint32) {
	const low, most = 0x00FF00FF00FF00FF, 128 // letters until a sum of two bytes each might not fit 16 bits
	var even, odd [maxColumns / 8]uint64
	a, b := 0, 0
	for i, letter := range letters {
		c := int(letter)
		ab, bc := a*t.size+b, b*t.size+c
		word := b != 0
		a, b = b, c
		if bc == 0 {
			continue
		}
		row, leave := t.pairs[bc*t.words:], []uint64(nil)
		if word {
			first := int(t.first[ab])
			if k := bytes.IndexByte(t.thirds[first:t.first[ab+1]], letter); k >= 0 {
				row = t.triples[(first+k)*t.words:]
			} else {
				leave = t.leave[ab*t.words:]
			}
		}
		for w := range row[:t.words] {
			even[w] += row[w] & low
			odd[w] += row[w] >> 8 & low
		}
		if leave != nil {
			for w := range leave[:t.words] {
				even[w] += leave[w] & low
				odd[w] += leave[w] >> 8 & low
			}
		}
		if i%most == most-1 {
			t.flush(&even, &odd, sums)
		}
	}
	t.flush(&even, &odd, sums)
}

func (t *scriptTable) flush(even, odd *[maxColumns / 8]uint64, sums *[maxColumns]uint32) {
	for w := range t.words {
		for k := range 4 {
			sums[w*8+k*2] += uint32(even[w] >> (k * 16) & 0xFFFF)
			sums[w*8+k*2+1] += uint32(odd[w] >> (k * 16) & 0xFFFF)
		}
		even[w], odd[w] = 0, 0
	}
}
