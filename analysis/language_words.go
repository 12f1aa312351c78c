package analysis

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"verbatim/corpora"
	"verbatim/models"
)

// wordTable says how often languages use words: what letters leave open between neighbours ("ikke" is Danish or
// Norwegian, "mycket" is Swedish), words tell. A word is the run of its letters' positions in the alphabet of its script.
type wordTable struct {
	languages []string  // the codes, a column each
	unknown   []float32 // log probability of one word that a language's list lacks
	first     []uint32  // by the upper half of a word's hash: where its words begin
	hashes    []uint32
	from      []uint32 // where a word's entries begin; they end where the next word's do
	column    []uint8
	cost      []uint8 // −log probability in tenths of a nat
}

const (
	wordsMagic   = "VBWORDS1\n"
	costsPerNat  = 10
	otherWords   = 300000 // words that a language has besides its list
	fewestUses   = 2      // of a word in a language, to be listed
	leastUnknown = 0.01   // share of words that no list holds
	mostWords    = 20000  // listed of a language
	maxWordBytes = 1 << 26
)

func wordHash(s script, positions []uint8) uint32 {
	h := mix(hashSeed, rune(s))
	for _, p := range positions {
		h = mix(h, rune(p))
	}
	return finish(h)
}

// eachWord calls what with the words among the positions of a script's letters, which have a border of 0 around each.
func eachWord(s script, positions []uint8, what func(hash uint32)) {
	from := 0
	for i, p := range positions {
		if p != 0 {
			continue
		}
		if i > from {
			what(wordHash(s, positions[from:i]))
		}
		from = i + 1
	}
}

// guests are languages that are also written in the letters of a script that is not theirs; only words tell them there.
var guests = map[script][]string{latin: {"hi", "ru"}}

// evidence is what the words of a text say: by column, how many are listed and the log probability of all.
type evidence struct {
	total  int
	listed [256]int
	log    [256]float64
}

func (t *wordTable) weigh(s script, positions []uint8, e *evidence) {
	*e = evidence{}
	eachWord(s, positions, func(hash uint32) {
		e.total++
		at, ok := t.find(hash)
		if !ok {
			return
		}
		for k := t.from[at]; k < t.from[at+1]; k++ {
			c := t.column[k]
			e.listed[c]++
			e.log[c] -= float64(t.unknown[c]) + float64(t.cost[k])/costsPerNat
		}
	})
	for c := range t.languages {
		e.log[c] += float64(e.total) * float64(t.unknown[c])
	}
}

// logs returns the log probability of the words in each of the columns. About a language without a list (−1) words say
// nothing: it is as likely as the likeliest neighbour.
func (e *evidence) logs(columns []int, out *[maxColumns]float64) (best float64) {
	best = math.Inf(-1)
	for i, c := range columns {
		if c >= 0 {
			out[i] = e.log[c]
			best = max(best, e.log[c])
		}
	}
	if math.IsInf(best, -1) { // no list at all
		best = 0
	}
	for i, c := range columns {
		if c < 0 {
			out[i] = best
		}
	}
	return best
}

// guest returns a language that is written in letters of another script than its own, and surely so: the words say it,
// and most of them are known.
func (t *wordTable) guest(s script, e *evidence, best float64) string {
	for _, code := range guests[s] {
		c := slices.Index(t.languages, code)
		if c >= 0 && e.listed[c] >= 2 && 2*e.listed[c] >= e.total && e.log[c] > best+guestLead {
			return code
		}
	}
	return ""
}

const guestLead = 2.0 // nats that a guest is ahead of the languages of the script

func (t *wordTable) find(hash uint32) (int, bool) {
	for i := t.first[hash>>16]; i < t.first[hash>>16+1]; i++ {
		if t.hashes[i] == hash {
			return int(i), true
		}
	}
	return 0, false
}

// columns returns the table's column of each code, −1 for a language without a list.
func (t *wordTable) columns(codes []string) []int {
	out := make([]int, len(codes))
	for i, code := range codes {
		out[i] = slices.Index(t.languages, code)
	}
	return out
}

// wordCounts counts the words of one language.
type wordCounts struct {
	uses  map[uint32]int
	total int
}

// wordLearner counts the words of texts whose language is known.
type wordLearner struct {
	letters *letterMap
	scratch letters
	byLang  map[string]*wordCounts
}

// learn counts a text's words, each times times.
func (l *wordLearner) learn(lang, text string, times int) {
	l.scratch.read(text, l.letters)
	s, _ := l.scratch.dominant()
	if s >= han { // the others have a script of their own
		return
	}
	c := l.byLang[lang]
	if c == nil {
		c = &wordCounts{uses: map[uint32]int{}}
		l.byLang[lang] = c
	}
	eachWord(s, l.scratch.of(s), func(hash uint32) {
		c.uses[hash] += times
		c.total += times
	})
}

// encode writes the table: magic, the compressed payload, and a SHA-256 of both.
func (l *wordLearner) encode() []byte {
	langs := sortedKeys(l.byLang)
	var entries []wordEntry
	payload := binary.AppendUvarint(nil, uint64(len(langs)))
	for column, lang := range langs {
		words, unknown := l.byLang[lang].list(uint8(column))
		entries = append(entries, words...)
		payload = binary.AppendUvarint(payload, uint64(len(lang)))
		payload = append(payload, lang...)
		payload = binary.AppendUvarint(payload, uint64(math.Round(-1000*math.Log(unknown/otherWords))))
	}
	slices.SortFunc(entries, func(a, b wordEntry) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.column, b.column))
	})
	payload = binary.AppendUvarint(payload, uint64(len(entries)))
	last := uint32(0)
	for _, e := range entries {
		payload = binary.AppendUvarint(payload, uint64(e.hash-last))
		last = e.hash
	}
	for _, e := range entries {
		payload = append(payload, e.column)
	}
	for _, e := range entries {
		payload = append(payload, e.cost)
	}
	return packed(payload)
}

// packed compresses the payload between magic and checksum.
func packed(payload []byte) []byte {
	var out bytes.Buffer
	out.WriteString(wordsMagic)
	packer, _ := flate.NewWriter(&out, flate.BestCompression) // cannot fail: the level is valid and the buffer takes all
	_, _ = packer.Write(payload)
	_ = packer.Close()
	sum := sha256.Sum256(out.Bytes())
	return append(out.Bytes(), sum[:]...)
}

// wordEntry is the cost of a word in a language.
type wordEntry struct {
	hash         uint32
	column, cost uint8
}

// list returns the language's words that are used often enough, the most used ones, and the share of words that are not
// among them.
func (c *wordCounts) list(column uint8) (entries []wordEntry, unknown float64) {
	var words []uint32
	for hash, n := range c.uses {
		if n >= fewestUses {
			words = append(words, hash)
		}
	}
	slices.SortFunc(words, func(a, b uint32) int { return cmp.Or(c.uses[b]-c.uses[a], cmp.Compare(a, b)) })
	words = words[:min(len(words), mostWords)]
	listed := 0
	for _, w := range words {
		listed += c.uses[w]
	}
	unknown = max(leastUnknown, 1-float64(listed)/float64(c.total))
	for _, w := range words {
		p := (1 - unknown) * float64(c.uses[w]) / float64(listed)
		entries = append(entries, wordEntry{w, column, uint8(min(255, math.Round(-costsPerNat*math.Log(p))))})
	}
	return entries, unknown
}

// readWordTable reads what encode returned; an error wraps models.ErrDamaged when it is anything else.
func readWordTable(data []byte) (*wordTable, error) {
	n := len(data) - sha256.Size
	if n < len(wordsMagic) || string(data[:len(wordsMagic)]) != wordsMagic {
		return nil, fmt.Errorf("%w: it does not begin like a table of words", models.ErrDamaged)
	}
	if sum := sha256.Sum256(data[:n]); !bytes.Equal(sum[:], data[n:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", models.ErrDamaged)
	}
	payload, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data[len(wordsMagic):n])), maxWordBytes))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", models.ErrDamaged, err)
	}
	r := tableReader{data: payload}
	t := &wordTable{}
	for range r.number(255) {
		t.languages = append(t.languages, string(r.bytes()))
		t.unknown = append(t.unknown, -float32(r.number(1<<20))/1000)
	}
	entries := r.number(1 << 24)
	hash := uint32(0)
	for i := range entries {
		gap := uint32(r.number(math.MaxUint32))
		if hash += gap; gap != 0 || i == 0 {
			t.hashes = append(t.hashes, hash)
			t.from = append(t.from, uint32(i))
		}
	}
	t.from = append(t.from, uint32(entries))
	if r.cut || len(r.data) != 2*entries {
		return nil, fmt.Errorf("%w: its parts do not fit together", models.ErrDamaged)
	}
	t.column, t.cost = r.data[:entries], r.data[entries:]
	if entries > 0 && int(slices.Max(t.column)) >= len(t.languages) {
		return nil, fmt.Errorf("%w: its parts do not fit together", models.ErrDamaged)
	}
	t.first = make([]uint32, 1<<16+1)
	for _, h := range t.hashes {
		t.first[h>>16+1]++
	}
	for i := range t.first[1:] {
		t.first[i+1] += t.first[i]
	}
	return t, nil
}

// LearnWords makes the table of words, words.bin, of the labelled texts below the paths and of the hand-written comments
// outside the test part, lexicons and concepts. letters are the models with the table of letters, language.bin.
func LearnWords(letters *models.Set, paths []string, options TrainOptions) ([]byte, error) {
	const handWritten = 3 // how often a comment of our own counts
	data, err := letters.File("language.bin")
	if err != nil {
		return nil, err
	}
	table, err := readLanguageTable(data)
	if err != nil {
		return nil, fmt.Errorf("models: language.bin: %w", err)
	}
	l := &wordLearner{letters: newLetterMap(table), byLang: map[string]*wordCounts{}}
	err = ReadLabelled(paths, func(row Labelled) error {
		if !slices.Contains(options.LeaveOut, row.Dataset) {
			l.learn(row.Lang, row.Text, 1)
			if row.Lang == "ru" {
				l.learn(row.Lang, romanized(row.Text), 1)
			}
		}
		return nil
	})
	for _, lang := range corpora.Languages() {
		rows, herr := HandWritten(lang, false)
		if herr != nil {
			return nil, herr
		}
		for i := range rows {
			l.learn(lang, rows[i].Text, handWritten)
			if lang == "ru" {
				l.learn(lang, romanized(rows[i].Text), handWritten)
			}
		}
		if herr := l.learnTerms(lang); herr != nil {
			return nil, herr
		}
	}
	return l.encode(), err
}

// learnTerms counts the whole words and phrases of a language's lexicon and concepts.
func (l *wordLearner) learnTerms(lang string) error {
	lexicon, err := corpora.LexiconOf(lang)
	if err != nil {
		return err
	}
	concepts, err := corpora.Concepts(lang)
	if err != nil {
		return err
	}
	var terms []corpora.Term
	for _, section := range sortedKeys(lexicon.Sections) {
		terms = append(terms, lexicon.Sections[section]...)
	}
	for i := range concepts {
		terms = append(terms, concepts[i].Terms...)
	}
	for _, term := range terms {
		if !term.Prefix {
			l.learn(lang, term.Text, fewestUses)
		}
	}
	return nil
}
