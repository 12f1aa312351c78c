package analysis

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// tableScripts are the scripts that several languages share and the table tells apart, with the folders of lingua's
// models. A folder may stand for another language's code; see codeOf.
var tableScripts = []struct{ name, folders string }{
	{"Latn", "af az bs ca cs cy da de en es et eu fi fr ga hr hu id is it lt lv ms nb nl nn pl pt ro sk sl sq sv sw tl tr vi"},
	{"Cyrl", "be bg kk mk mn ru sr uk"},
	{"Arab", "ar fa ur"},
	{"Deva", "hi mr"},
}

// What is kept of lingua's counts, and how they are smoothed.
const (
	rareLetter  = 3e-6 // share of a language's letters under which one is left out
	rareSeries  = 1e-7 // the same for two or three letters in a row
	mostTrusted = 0.97 // share of the probability that a well known context keeps from the shorter one
	newTypes    = 2.0  // counts that a context reserves for every letter that was seen in it, for unseen ones
	anyLetter   = 1e-4 // probability of a letter that a language does not know
	anyHan      = 3e-6 // the same for a Han character: there are thousands
	missingHan  = 3e-5 // and for one that lingua's Chinese lacks
)

// BuildLanguageTable derives the table of the language detector from lingua-go's folder "language-models": for every
// language the smoothed probability of a letter after the two before it, word borders being letters too. The result is
// the content of models/language.bin; the same folder gives the same bytes.
func BuildLanguageTable(languageModels fs.FS) ([]byte, error) {
	var payload tableWriter
	for _, script := range tableScripts {
		counted := make([]*letterCounts, 0, 40)
		for folder := range strings.FieldsSeq(script.folders) {
			c, err := readCounts(languageModels, folder)
			if err != nil {
				return nil, err
			}
			counted = append(counted, c)
		}
		payload.script(script.name, strings.Fields(script.folders), alphabetOf(counted), counted)
	}
	han, err := hanLean(languageModels)
	if err != nil {
		return nil, err
	}
	payload.bytes(han)
	return sealTable(payload.data)
}

// letterCounts holds how often series of one to three letters occur in a language's texts; border stands for what is
// no letter.
type letterCounts struct {
	total float64
	n     [3]map[[3]rune]float64 // by length − 1; shorter series are filled up with 0
}

const border rune = -1

// readCounts turns lingua's conditional probabilities back into counts. Lingua does not count across word borders, so
// what a series lacks against its parts is how often it begins or ends a word.
func readCounts(models fs.FS, folder string) (*letterCounts, error) {
	c := &letterCounts{}
	for i, name := range []string{"unigrams", "bigrams", "trigrams"} {
		c.n[i] = map[[3]rune]float64{}
		err := readModel(models, folder, name, func(series string, p float64) {
			key, n := seriesKey(series)
			if n == i+1 {
				c.n[i][key] = p
			}
		})
		if err != nil {
			return nil, err
		}
	}
	least := 1.0
	for _, p := range c.n[0] {
		least = min(least, p)
	}
	c.total = math.Round(1 / least) // the rarest letter was seen once
	for key, p := range c.n[0] {
		c.n[0][key] = p * c.total
	}
	for key, p := range c.n[1] {
		c.n[1][key] = p * c.n[0][[3]rune{key[0]}]
	}
	for key, p := range c.n[2] {
		c.n[2][key] = p * c.n[1][[3]rune{key[0], key[1]}]
	}
	c.addBorders()
	return c, nil
}

func seriesKey(series string) (key [3]rune, n int) {
	for _, r := range series {
		if n == len(key) {
			return key, n + 1
		}
		key[n] = r
		n++
	}
	return key, n
}

// addBorders derives the counts of series that touch a word border: what is left of a series when all longer ones that
// begin or end with it are taken away.
func (c *letterCounts) addBorders() {
	starts1, ends1 := remainders(c.n[0], c.n[1], 1)
	starts2, ends2 := remainders(c.n[1], c.n[2], 2)
	words := 0.0
	for _, key := range sortedSeries(starts1) {
		words += starts1[key]
	}
	c.n[0][[3]rune{border}] = words
	begun := map[rune]float64{} // words that begin with a letter and have a second one
	for key, n := range starts2 {
		c.n[2][[3]rune{border, key[0], key[1]}] = n
	}
	for _, key := range sortedSeries(starts2) {
		begun[key[0]] += starts2[key]
	}
	for key, n := range starts1 {
		c.n[1][[3]rune{border, key[0]}] = n
		c.n[2][[3]rune{border, key[0], border}] = max(0, n-begun[key[0]])
	}
	for key, n := range ends1 {
		c.n[1][[3]rune{key[0], border}] = n
	}
	for key, n := range ends2 {
		c.n[2][[3]rune{key[0], key[1], border}] = n
	}
}

// remainders returns what is left of the series when the longer ones that end (starts) or begin (ends) with them are
// subtracted. Sums are in sorted order, so that their rounding is always the same.
func remainders(series, longer map[[3]rune]float64, length int) (starts, ends map[[3]rune]float64) {
	starts, ends = map[[3]rune]float64{}, map[[3]rune]float64{}
	for key, n := range series {
		starts[key], ends[key] = n, n
	}
	for _, key := range sortedSeries(longer) {
		n := longer[key]
		head, tail := [3]rune{}, [3]rune{}
		copy(head[:], key[:length])
		copy(tail[:], key[1:length+1])
		if _, ok := starts[tail]; ok {
			starts[tail] -= n
		}
		if _, ok := ends[head]; ok {
			ends[head] -= n
		}
	}
	for key := range series {
		starts[key], ends[key] = max(0, starts[key]), max(0, ends[key])
	}
	return starts, ends
}

func sortedSeries(m map[[3]rune]float64) [][3]rune {
	keys := make([][3]rune, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [3]rune) int { return slices.Compare(a[:], b[:]) })
	return keys
}

// alphabetOf returns the letters that are not rare in at least one of the languages, the border first.
func alphabetOf(counted []*letterCounts) []rune {
	share := map[rune]float64{}
	for _, c := range counted {
		for key, n := range c.n[0] {
			if key[0] != border && key[0] < lastLetter && n/c.total >= rareLetter {
				share[key[0]] = max(share[key[0]], n/c.total)
			}
		}
	}
	letters := make([]rune, 0, len(share))
	for r := range share {
		letters = append(letters, r)
	}
	slices.Sort(letters)
	slices.SortStableFunc(letters, func(a, b rune) int {
		switch {
		case share[a] > share[b]:
			return -1
		case share[a] < share[b]:
			return 1
		}
		return 0
	})
	letters = letters[:min(len(letters), maxAlphabet-1)]
	slices.Sort(letters)
	return append([]rune{border}, letters...)
}

// readModel calls each with every series of a model of lingua: a zip file with one protocol buffer, whose field 4 repeats
// messages of a probability (field 1) and the series that have it (field 2).
func readModel(models fs.FS, folder, name string, each func(series string, p float64)) error {
	path := folder + "/" + name + ".pb.bin.zip"
	data, err := fs.ReadFile(models, path)
	if err != nil {
		return fmt.Errorf("analysis: language models: %w", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(archive.File) != 1 {
		return fmt.Errorf("analysis: language models: %s is not a zip file with one entry", path)
	}
	file, err := archive.File[0].Open()
	if err != nil {
		return fmt.Errorf("analysis: language models: %s: %w", path, err)
	}
	defer file.Close()
	message, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("analysis: language models: %s: %w", path, err)
	}
	ok := eachField(message, func(field int, value []byte) bool {
		if field != 4 {
			return true
		}
		p := 0.0
		return eachField(value, func(field int, value []byte) bool {
			switch {
			case field == 1 && len(value) == 8:
				p = math.Float64frombits(binary.LittleEndian.Uint64(value))
			case field == 2 && utf8.Valid(value):
				each(string(value), p)
			}
			return true
		})
	})
	if !ok {
		return fmt.Errorf("analysis: language models: %s is damaged", path)
	}
	return nil
}

// eachField calls each with the fields of a protocol buffer's message that are 8 bytes or a length and bytes; varints are
// passed over. It reports whether the message was whole.
func eachField(message []byte, each func(field int, value []byte) bool) bool {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return false
		}
		message = message[n:]
		size := uint64(8)
		if wire := tag & 7; wire != 1 {
			if size, n = binary.Uvarint(message); n <= 0 || wire != 0 && wire != 2 {
				return false
			}
			message = message[n:]
			if wire == 0 {
				continue
			}
		}
		if size > uint64(len(message)) || !each(int(tag>>3), message[:size]) {
			return false
		}
		message = message[size:]
	}
	return true
}
