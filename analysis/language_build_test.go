package analysis

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"verbatim/models"
)

// linguaModel counts series of letters in a text as lingua does and writes them in its format.
func linguaModel(tb testing.TB, text string, length int) []byte {
	tb.Helper()
	counts := [4]map[string]float64{{}, {}, {}, {}}
	runes := []rune(strings.ToLower(text))
	total := 0.0
	for i := range runes {
		for n := 1; n <= 3 && i+n <= len(runes); n++ {
			if series := runes[i : i+n]; !slices.ContainsFunc(series, func(r rune) bool { return !unicode.IsLetter(r) }) {
				counts[n][string(series)]++
				if n == 1 {
					total++
				}
			}
		}
	}
	var message []byte
	message = binary.AppendUvarint(message, 2<<3) // a varint field, which readers pass over
	message = binary.AppendUvarint(message, uint64(length))
	for series, n := range counts[length] {
		under := total
		if length > 1 {
			under = counts[length-1][string([]rune(series)[:length-1])]
		}
		set := binary.AppendUvarint(nil, 1<<3|1)
		set = binary.LittleEndian.AppendUint64(set, math.Float64bits(n/under))
		set = binary.AppendUvarint(set, 2<<3|2)
		set = binary.AppendUvarint(set, uint64(len(series)))
		set = append(set, series...)
		message = binary.AppendUvarint(message, 4<<3|2)
		message = binary.AppendUvarint(message, uint64(len(set)))
		message = append(message, set...)
	}
	return zipped(tb, message)
}

func zipped(tb testing.TB, content []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	file, err := w.Create("model.pb.bin")
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := file.Write(content); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// linguaFolder makes a folder of models from a few sentences for each language of the table.
func linguaFolder(tb testing.TB) fstest.MapFS {
	tb.Helper()
	texts := map[string]string{
		"zh": "很好的服務態度問題", "ja": "対応が早い日本の服",
		"ru": "доставка заняла три недели и никто не ответил", "uk": "доставка тривала три тижні і ніхто не відповів",
		"ar": "التوصيل استغرق ثلاثة أسابيع", "fa": "تحویل سه هفته طول کشید", "ur": "ڈیلیوری میں تین ہفتے لگے",
		"hi": "डिलीवरी में तीन हफ्ते लगे", "mr": "वितरणासाठी तीन आठवडे लागले",
		"fi": "toimitus kesti kolme viikkoa eikä kukaan vastannut", "en": "the delivery took three weeks and nobody answered",
	}
	folder := fstest.MapFS{}
	other := map[string]string{"Latn": "zzz zz", "Cyrl": "џџџ џџ"}
	add := func(script, language string) {
		text := texts[language]
		if text == "" {
			text = other[script]
		}
		for i, name := range []string{"unigrams", "bigrams", "trigrams"} {
			folder[language+"/"+name+".pb.bin.zip"] = &fstest.MapFile{Data: linguaModel(tb, text, i+1)}
		}
	}
	for _, script := range tableScripts {
		for language := range strings.FieldsSeq(script.folders) {
			add(script.name, language)
		}
	}
	add("", "zh")
	add("", "ja")
	return folder
}

func TestBuildLanguageTable(t *testing.T) {
	folder := linguaFolder(t)
	data, err := BuildLanguageTable(folder)
	if err != nil {
		t.Fatal(err)
	}
	again, err := BuildLanguageTable(folder)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("a second build differs (%v)", err)
	}
	d, err := NewDetector(models.Open(fstest.MapFS{"language.bin": {Data: data}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"nobody answered three weeks", "en"},
		{"kukaan vastannut kolme viikkoa", "fi"},
		{"никто не ответил три недели", "ru"},
		{"ніхто не відповів три тижні", "uk"},
		{"很好", "zh"},
		{"対応が早い", "ja"},
	} {
		if got := d.Detect(c.text, Hint{}); got.Code != c.want {
			t.Errorf("Detect(%q) = %+v, want %s", c.text, got, c.want)
		}
	}
}

func TestBuildLanguageTableRefuses(t *testing.T) {
	whole := linguaFolder(t)
	for name, content := range map[string][]byte{
		"no zip":         []byte("PK but no more"),
		"not a message":  zipped(t, []byte{0xFF}),
		"cut":            zipped(t, []byte{4<<3 | 2, 200, 1, 1}),
		"inner cut":      zipped(t, []byte{4<<3 | 2, 2, 2<<3 | 2, 9}),
		"strange fields": zipped(t, []byte{4<<3 | 5, 1, 2, 3, 4}),
	} {
		folder := maps.Clone(whole)
		folder["fi/bigrams.pb.bin.zip"] = &fstest.MapFile{Data: content}
		if _, err := BuildLanguageTable(folder); err == nil || !strings.Contains(err.Error(), "fi/bigrams") {
			t.Errorf("%s: %v", name, err)
		}
	}
	folder := maps.Clone(whole)
	delete(folder, "ja/unigrams.pb.bin.zip")
	if _, err := BuildLanguageTable(folder); err == nil || !strings.Contains(err.Error(), "ja/unigrams") {
		t.Errorf("a missing file: %v", err)
	}
}

// Lingua counts within words only; what is missing tells how often series begin and end words.
func TestReadCountsFindsBorders(t *testing.T) {
	folder := fstest.MapFS{}
	for i, name := range []string{"unigrams", "bigrams", "trigrams"} {
		folder["xx/"+name+".pb.bin.zip"] = &fstest.MapFile{Data: linguaModel(t, "abc ab a cab q", i+1)}
	}
	c, err := readCounts(folder, "xx")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		series [3]rune
		length int
		count  float64
	}{
		{[3]rune{border}, 1, 5},
		{[3]rune{'a'}, 1, 4},
		{[3]rune{border, 'a'}, 2, 3},
		{[3]rune{border, 'c'}, 2, 1},
		{[3]rune{border, 'b'}, 2, 0},
		{[3]rune{'b', border}, 2, 2},
		{[3]rune{'a', border}, 2, 1},
		{[3]rune{border, 'a', 'b'}, 3, 2},
		{[3]rune{border, 'c', 'a'}, 3, 1},
		{[3]rune{'a', 'b', border}, 3, 2},
		{[3]rune{'a', 'b', 'c'}, 3, 1},
		{[3]rune{border, 'a', border}, 3, 1},
		{[3]rune{border, 'q', border}, 3, 1},
	} {
		if got := c.n[want.length-1][want.series]; math.Abs(got-want.count) > 1e-9 {
			t.Errorf("%q: %v, want %v", string(want.series[:want.length]), got, want.count)
		}
	}
}

// The sums over rows in words must be those of adding up byte by byte, also of texts that overflow 16 bits.
func TestCosts(t *testing.T) {
	d := newTestDetector(t)
	for _, table := range d.table.scripts {
		var letters []uint8
		for i := range 3000 {
			letters = append(letters, uint8(i*i%7*i%table.size))
		}
		var got [maxColumns]uint32
		table.costs(letters, &got)
		for column, language := range table.languages {
			if want := slowCost(table, letters, column); got[column] != want {
				t.Errorf("%s %s: %d, want %d", table.name, language, got[column], want)
			}
		}
	}
}

func slowCost(t *scriptTable, letters []uint8, column int) uint32 {
	at := func(rows []uint64, key int) uint32 {
		return uint32(rows[key*t.words+column/8] >> (column % 8 * 8) & 0xFF)
	}
	var sum uint32
	a, b := 0, 0
	for _, letter := range letters {
		c := int(letter)
		if b != 0 || c != 0 {
			third := slices.Index(t.thirds[t.first[a*t.size+b]:t.first[a*t.size+b+1]], letter)
			switch {
			case b != 0 && third >= 0:
				sum += at(t.triples, int(t.first[a*t.size+b])+third)
			case b != 0:
				sum += at(t.leave, a*t.size+b) + at(t.pairs, b*t.size+c)
			default:
				sum += at(t.pairs, b*t.size+c)
			}
		}
		a, b = b, c
	}
	return sum
}

func TestAddSaturated(t *testing.T) {
	for _, c := range []struct{ a, b, want uint64 }{
		{0, 0, 0},
		{0x01020304FF807F00, 0x0102030401808001, 0x02040608FFFFFF01},
		{^uint64(0), ^uint64(0), ^uint64(0)},
		{0xFE00FE00FE00FE00, 0x0100020001000200, 0xFF00FF00FF00FF00},
	} {
		if got := addSaturated(c.a, c.b); got != c.want {
			t.Errorf("addSaturated(%016x, %016x) = %016x, want %016x", c.a, c.b, got, c.want)
		}
	}
}

// A language's probabilities must add up to about one in every context, or long words would favour some languages.
func TestTableIsAProbability(t *testing.T) {
	table := newTestDetector(t).table.scripts[latin]
	column := slices.Index(table.languages, "fi")
	a := slices.Index(table.alphabet, 'a') + 1
	sum := 0.0
	for c := range table.size {
		row := table.pairs[(a*table.size+c)*table.words:]
		sum += math.Exp(-float64(row[column/8]>>(column%8*8)&0xFF) / costPerNat)
	}
	if sum < 0.93 || sum > 1.07 {
		t.Errorf("after «a» the probabilities of Finnish add up to %.3f", sum)
	}
}
