package analysis

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"verbatim/feedback"
	"verbatim/models"
)

// Detector tells the language of a text. Script and a table of letter probabilities decide nearly all texts; lingua is
// asked about the unclear ones. Safe for concurrent use; a clear text costs no allocation.
type Detector struct {
	table   *languageTable
	words   *wordTable
	letters *letterMap
	second  secondOpinion
	scratch sync.Pool
}

// What evidence counts, in nats (natural logarithms of odds) and probabilities; tuned on the texts of 35 languages that
// the commit which changes them names.
const (
	wordWeight    = 0.8  // share of the words' evidence that counts beside it
	tempered      = 0.6  // share of the letters' evidence that counts: neighbours repeat each other
	hintBonus     = 4.0  // for the language that travels with the text
	declaredBonus = 4.0  // for the languages that the survey declares
	bothBonus     = 5.0  // for a hint that is declared
	englishBonus  = 0.5  // for English, which is written everywhere
	rareMalus     = 1.5  // for the languages without models, which few customers write
	certain       = 0.97 // probability from which a hint of a language that the table does not know is wrong
	clearText     = 0.6  // probability from which lingua is not asked
	likelyEnough  = 0.03 // probability from which lingua is asked about a language
	linguaWeight  = 0.3  // what lingua's evidence counts beside the table's, from which its models come
	undecided     = 0.4  // probability under which the language stays undetermined
	undecidedWord = 0.75 // the same for a single word: many are at home in several languages
	gibberish     = 3.6  // cost of a letter, in nats, above which a text is in no language
	fewestLetters = 3    // under which a text is in no language
	perKana       = 4.0  // for Japanese, for each kana
	withoutKana   = 2.0  // for Chinese
)

// NewDetector returns a Detector with the tables of the set, language.bin and words.bin. An error wraps models.ErrDamaged when the table
// is damaged, and fs.ErrNotExist when there is none.
func NewDetector(set *models.Set) (*Detector, error) {
	data, err := set.File("language.bin")
	if err != nil {
		return nil, err
	}
	d := &Detector{}
	if d.table, err = readLanguageTable(data); err != nil {
		return nil, fmt.Errorf("models: language.bin: %w", err)
	}
	if err := d.readWords(set); err != nil {
		return nil, err
	}
	d.letters = newLetterMap(d.table)
	d.scratch.New = func() any { return &detection{} }
	return d, nil
}

// readWords reads the table of words; a set without one tells languages by their letters alone.
func (d *Detector) readWords(set *models.Set) error {
	d.words = &wordTable{first: make([]uint32, 1<<16+1)}
	if set.Has("words") {
		data, err := set.File("words.bin")
		if err != nil {
			return err
		}
		if d.words, err = readWordTable(data); err != nil {
			return fmt.Errorf("models: words.bin: %w", err)
		}
	}
	for _, t := range d.table.scripts {
		t.wordColumns = d.words.columns(t.codes)
	}
	return nil
}

// detection is the scratch of one text.
type detection struct {
	letters
	costs [maxColumns]uint32
	p     [maxColumns]float64 // by column
	evidence
}

// Detect tells the language of a text: an ISO 639-1 code, or feedback.Undetermined. URLs, e-mail addresses, @names and
// emoji do not count. The hint and the declared languages decide when the text does not; a clear text overrules them.
// Confidence is the probability of being right, rounded to thousandths. Supported stays false.
func (d *Detector) Detect(text string, hint Hint) feedback.Language {
	x := d.scratch.Get().(*detection)
	defer d.scratch.Put(x)
	return d.detect(x, text, hint)
}

func (d *Detector) detect(x *detection, text string, hint Hint) feedback.Language {
	x.read(text, d.letters)
	if x.combined {
		x.read(composed(text), d.letters)
	}
	var e expectation
	e.set(hint)
	s, share := x.dominant()
	var code string
	var p float64
	switch {
	case s == noScript:
	case s == han || s == kana:
		code, p = d.chineseOrJapanese(x, &e)
	case s == hangul:
		code, p = "ko", 1
	case s >= firstSingle:
		code, p = singleScripts[s-firstSingle].lang, 1
	default:
		code, p = d.among(x, s, &e)
	}
	if code == "" || p < certain && e.lang != "" && !d.knows(e.lang) {
		return e.alone()
	}
	p = min(p, 0.3+share) // half of the text may be in another language
	return feedback.Language{Code: code, Confidence: math.Round(p*1000) / 1000}
}

// knows reports whether the detector tells a language from others.
func (d *Detector) knows(code string) bool {
	for _, t := range d.table.scripts {
		if slices.Contains(t.codes, code) {
			return true
		}
	}
	return code == "zh" || code == "ja" || code == "ko"
}

// chineseOrJapanese decides by the kana, and by which characters each writes more often.
func (d *Detector) chineseOrJapanese(x *detection, e *expectation) (string, float64) {
	lean := 0
	for _, r := range x.han {
		lean += int(d.table.han[r-firstHan]) - 128
	}
	odds := float64(lean)/costPerNat*tempered + e.bonus("ja") - e.bonus("zh") - withoutKana
	odds += perKana * float64(x.counts[kana])
	if len(x.han) == 0 && x.counts[kana] > 0 {
		odds = max(odds, perKana)
	}
	p := 1 / (1 + math.Exp(-odds))
	if p > 0.5 {
		return "ja", p
	}
	return "zh", 1 - p
}

// among tells the languages of a shared script apart; "" is none.
func (d *Detector) among(x *detection, s script, e *expectation) (string, float64) {
	t := d.table.scripts[s]
	positions := x.of(s)
	if x.counts[s] < fewestLetters {
		return "", 0
	}
	x.costs = [maxColumns]uint32{}
	t.costs(positions, &x.costs)
	least := x.costs[0]
	for i, code := range t.codes {
		least = min(least, x.costs[i])
		x.p[i] = t.priors[i] + e.bonus(code) - tempered/costPerNat*float64(x.costs[i])
	}
	d.words.weigh(s, positions, &x.evidence)
	var logs [maxColumns]float64
	likeliest := x.logs(t.wordColumns, &logs)
	if guest := d.words.guest(s, &x.evidence, likeliest); guest != "" {
		return guest, certain
	}
	for i := range t.codes {
		x.p[i] += wordWeight * logs[i]
	}
	best := slices.Max(x.p[:len(t.codes)])
	if float64(least) > gibberish*costPerNat*float64(len(positions)) {
		return "", 0
	}
	for i := range t.codes {
		x.p[i] = math.Exp(x.p[i] - best)
	}
	code, p := t.likeliest(&x.p)
	if p < undecidedWord && x.words(s) == 1 {
		return "", 0
	}
	if p < clearText && d.second.weigh(x, s, t) {
		code, p = t.likeliest(&x.p)
	}
	if p < undecided {
		return "", 0
	}
	return code, p
}

// likeliest scales the columns' probabilities to a sum of 1 and returns the code that has most of it; of equal ones, the
// first in the alphabet.
func (t *scriptTable) likeliest(p *[maxColumns]float64) (string, float64) {
	sum := 0.0
	for i := range t.codes {
		sum += p[i]
	}
	var joined [maxColumns]float64
	best := 0
	for i := range t.codes {
		p[i] /= sum
		joined[t.joins[i]] += p[i]
	}
	for i := range t.codes {
		if joined[i] > joined[best] || joined[i] == joined[best] && t.codes[i] < t.codes[best] {
			best = i
		}
	}
	return t.codes[best], joined[best]
}

// codeOf returns the code under which a language of the table is reported: Bokmål and Nynorsk are one, and Bosnian is
// told from Croatian by nobody.
func codeOf(language string) string {
	switch language {
	case "nb", "nn":
		return "no"
	case "bs":
		return "hr"
	}
	return language
}

// commonLanguages are those that customers write most: the ones with models.
const commonLanguages = " ar ca cs da de en es et eu fa fi fr hi hr hu id it ja ko nb nl pl pt ro ru sk sv sw th tr uk vi zh "
