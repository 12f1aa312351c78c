package analysis

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
)

// tableMagic begins models/language.bin. After it come the compressed payload and a SHA-256 of everything before.
const tableMagic = "VBLANGUAGE1\n"

const (
	maxAlphabet = 255
	maxColumns  = 64
	costPerNat  = 20.0 // costs are −ln p in steps of 1/20, from 0 to 255
)

func sealTable(payload []byte) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(tableMagic)
	packer, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("analysis: language table: %w", err)
	}
	if _, err := packer.Write(payload); err != nil {
		return nil, fmt.Errorf("analysis: language table: %w", err)
	}
	if err := packer.Close(); err != nil {
		return nil, fmt.Errorf("analysis: language table: %w", err)
	}
	sum := sha256.Sum256(out.Bytes())
	out.Write(sum[:])
	return out.Bytes(), nil
}

// tableWriter appends to the payload of the table.
type tableWriter struct{ data []byte }

func (w *tableWriter) number(n int) { w.data = binary.AppendUvarint(w.data, uint64(n)) }

func (w *tableWriter) bytes(b []byte) {
	w.number(len(b))
	w.data = append(w.data, b...)
}

// script appends the table of a script: its languages and alphabet, the costs of single letters and of leaving a letter's
// context, then those of two and of three letters in a row that are cheaper than what shorter series say.
func (w *tableWriter) script(name string, languages []string, alphabet []rune, counted []*letterCounts) {
	w.bytes([]byte(name))
	w.number(len(languages))
	for _, lang := range languages {
		w.bytes([]byte(lang))
	}
	w.number(len(alphabet))
	for _, r := range alphabet[1:] {
		w.number(int(r))
	}
	s := newSmoothed(len(alphabet), len(languages))
	for column, c := range counted {
		s.add(column, c, alphabet)
	}
	w.bytes(s.single)
	w.bytes(s.leave1)
	w.rows(s.leave2, len(languages))
	w.rows(s.pairs, len(languages))
	w.rows(s.triples, len(languages))
}

// rows appends sparse rows: the gaps between their keys, masks of the columns that are there, and the costs of those.
func (w *tableWriter) rows(rows map[int][]byte, columns int) {
	var keys, masks, costs tableWriter
	last := 0
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		keys.number(key - last)
		last = key
		mask := make([]byte, (columns+7)/8)
		for column, cost := range rows[key] {
			if cost != 0 {
				mask[column/8] |= 1 << (column % 8)
				costs.data = append(costs.data, cost)
			}
		}
		masks.data = append(masks.data, mask...)
	}
	w.number(len(rows))
	w.bytes(keys.data)
	w.bytes(masks.data)
	w.bytes(costs.data)
}

// smoothed holds the costs of a script's languages, a column each. Keys of rows are positions in the alphabet, the first
// letter of a series counting most; a cost of 0 is one that shorter series tell well enough.
type smoothed struct {
	letters, columns       int
	single, leave1         []byte
	leave2, pairs, triples map[int][]byte
}

func newSmoothed(letters, columns int) *smoothed {
	return &smoothed{
		letters: letters, columns: columns,
		single: make([]byte, letters*columns), leave1: make([]byte, letters*columns),
		leave2: map[int][]byte{}, pairs: map[int][]byte{}, triples: map[int][]byte{},
	}
}

func cost(p float64) byte { return byte(max(1, min(255, math.Round(-math.Log(p)*costPerNat)))) }

// add fills the column of a language. A letter's probability is mixed from its share after the two letters before it,
// after the one before it, and anywhere, the longer context weighing more the better it is known (Witten-Bell).
func (s *smoothed) add(column int, c *letterCounts, alphabet []rune) {
	index := map[rune]int{}
	for i, r := range alphabet {
		index[r] = i
	}
	n := [3]map[int]float64{}
	for length := range n {
		n[length] = keyed(c, length, index, len(alphabet))
	}
	size := s.letters
	share := make([]float64, size) // of single letters
	sum := 0.0
	for i := range share {
		sum += n[0][i]
	}
	for i := range share {
		share[i] = (n[0][i]/sum + anyLetter) / (1 + anyLetter*float64(size))
		s.single[i*s.columns+column] = cost(share[i])
	}
	trust1, total1 := trust(n[1], size)
	for a, t := range trust1 {
		s.leave1[a*s.columns+column] = cost(1 - t)
	}
	after := make(map[int]float64, len(n[1])) // the share of the second letter after the first
	pair := func(key int) float64 {
		if p, ok := after[key]; ok {
			return p
		}
		return (1 - trust1[key/size]) * share[key%size]
	}
	for key, count := range n[1] {
		t := trust1[key/size]
		after[key] = t*count/total1[key/size] + (1-t)*share[key%size]
		s.set(s.pairs, key, column, cost(after[key]), s.leave1[key/size*s.columns+column], s.single[key%size*s.columns+column])
	}
	trust2, total2 := trust(n[2], size)
	for ab, t := range trust2 {
		s.set(s.leave2, ab, column, cost(1-t), 255, 255)
	}
	for key, count := range n[2] {
		ab, bc := key/size, key%(size*size)
		t := trust2[ab]
		s.set(s.triples, key, column, cost(t*count/total2[ab]+(1-t)*pair(bc)), cost(1-t), cost(pair(bc)))
	}
}

// set stores a cost unless leaving the context and then paying the shorter series' cost comes to the same.
func (s *smoothed) set(rows map[int][]byte, key, column int, own, leave, shorter byte) {
	if int(own)+1 >= int(leave)+int(shorter) {
		return
	}
	row := rows[key]
	if row == nil {
		row = make([]byte, s.columns)
		rows[key] = row
	}
	row[column] = own
}

// keyed returns the counts of series that are not rare, by their positions in the alphabet.
func keyed(c *letterCounts, length int, index map[rune]int, size int) map[int]float64 {
	out := map[int]float64{}
	for series, count := range c.n[length] {
		if count < rareSeries*c.total {
			continue
		}
		key, known := 0, true
		for _, r := range series[:length+1] {
			i, ok := index[r]
			key, known = key*size+i, known && ok
		}
		if known {
			out[key] = count
		}
	}
	return out
}

// trust returns how far each context (all letters of a series but the last) is to be trusted, and its count.
func trust(n map[int]float64, size int) (trusted, total map[int]float64) {
	trusted, total = map[int]float64{}, map[int]float64{}
	types := map[int]float64{}
	for _, key := range slices.Sorted(maps.Keys(n)) {
		total[key/size] += n[key]
		types[key/size]++
	}
	for context, count := range total {
		trusted[context] = min(mostTrusted, count/(count+newTypes*types[context]))
	}
	return trusted, total
}

// Han characters that the table knows: the block that nearly all texts use.
const firstHan, lastHan = 0x4E00, 0x9FFF

// hanLean returns for every Han character how far it leans to Japanese, in steps of 1/20 nat, biased by 128. Lingua's
// Chinese is written in traditional characters, so the simplified ones get the shares of those they stand for; a character
// that is missing nevertheless is more likely a simplified one than a Japanese one that Chinese lacks.
func hanLean(models fs.FS) ([]byte, error) {
	chinese, err := hanShares(models, "zh")
	if err != nil {
		return nil, err
	}
	japanese, err := hanShares(models, "ja")
	if err != nil {
		return nil, err
	}
	for r := rune(firstHan); r <= lastHan; r++ {
		if s := simplified(r); s != r {
			chinese[s-firstHan] += chinese[r-firstHan]
		}
	}
	lean := make([]byte, len(chinese))
	for r := range lean {
		nats := math.Log((japanese[r] + anyHan) / max(chinese[r]+anyHan, missingHan))
		lean[r] = byte(128 + max(-127, min(127, math.Round(nats*costPerNat))))
	}
	return lean, nil
}

// hanShares returns the share of each Han character among all, from firstHan.
func hanShares(models fs.FS, folder string) ([]float64, error) {
	shares := make([]float64, lastHan-firstHan+1)
	sum := 0.0
	err := readModel(models, folder, "unigrams", func(series string, p float64) {
		if key, n := seriesKey(series); n == 1 && key[0] >= firstHan && key[0] <= lastHan {
			shares[key[0]-firstHan] = p
			sum += p
		}
	})
	for r := range shares {
		shares[r] /= max(sum, math.SmallestNonzeroFloat64)
	}
	return shares, err
}
