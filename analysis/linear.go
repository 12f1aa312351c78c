package analysis

import (
	"encoding/binary"
	"math"

	"verbatim/corpora"
	"verbatim/models"
)

// Outputs of a model: the themes in the order of corpora.ThemeIDs, then these.
const (
	outPositive = 20 + iota
	outNeutral
	outNegative
	outSuggestion
	outQuestion
	outputs
)

// outputNames names the outputs in a model's header.
func outputNames() []string {
	return append(append([]string{}, corpora.ThemeIDs...), "positive", "neutral", "negative", "suggestion", "question")
}

// logits are the outputs of a model for one statement, before they become probabilities.
type logits [outputs]float32

// sums holds the weights of rows added up: n-grams and signs apart, since they scale differently.
type sums struct {
	grams, signs [models.Outputs]int32
	nGrams       int
}

// add adds the rows of the features.
func (s *sums) add(t *tagger, fs *features) {
	addRows(&s.grams, t.grams, fs.grams)
	addRows(&s.signs, t.signs, fs.signs)
	s.nGrams += len(fs.grams)
}

// addGrams adds the n-grams of another statement.
func (s *sums) addGrams(other *sums) {
	s.nGrams += other.nGrams
	for o := range s.grams {
		s.grams[o] += other.grams[o]
	}
}

// addRows adds rows of biased bytes, eight outputs at a time: even and odd bytes of a word in 16-bit lanes, emptied
// before they can overflow. Most n-grams were never seen, and their rows are not looked at.
func addRows(sum *[models.Outputs]int32, m *models.Linear, list []feature) {
	mask := uint32(1)<<m.Header.Bits - 1
	var even, odd [models.Outputs / 8]uint64
	n := 0
	for _, f := range list {
		row := m.Row(f.hash & mask)
		if row == nil {
			continue
		}
		for k := range even {
			x := binary.LittleEndian.Uint64(row[8*k:])
			even[k] += x & 0x00FF00FF00FF00FF
			odd[k] += x >> 8 & 0x00FF00FF00FF00FF
		}
		if n++; n == 256 {
			empty(sum, &even, &odd, n)
			n = 0
		}
	}
	empty(sum, &even, &odd, n)
}

// empty adds the lanes of n rows to the sums and clears them.
func empty(sum *[models.Outputs]int32, even, odd *[models.Outputs / 8]uint64, n int) {
	for k := range even {
		for lane := range 4 {
			sum[8*k+2*lane] += int32(even[k]>>(16*lane)&0xFFFF) - 128*int32(n)
			sum[8*k+2*lane+1] += int32(odd[k]>>(16*lane)&0xFFFF) - 128*int32(n)
		}
		even[k], odd[k] = 0, 0
	}
}

// score turns sums into outputs.
func (t *tagger) score(s *sums) (out logits) {
	scale := gramScale(s.nGrams)
	grams, signs := &t.grams.Header, &t.signs.Header
	for o := range out {
		out[o] = grams.Bias[o] + grams.Scale[o]*scale*float32(s.grams[o]) + grams.Signs[o]*(signs.Bias[o]+signs.Scale[o]*float32(s.signs[o]))
	}
	return out
}

// gramScale is what an n-gram counts when there are n of them.
func gramScale(n int) float32 {
	if n == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// weight is a single weight of a model.
func weight(m *models.Linear, hash uint32, output int) float32 {
	mask := uint32(1)<<m.Header.Bits - 1
	row := m.Row(hash & mask)
	if row == nil {
		return 0
	}
	return m.Header.Scale[output] * float32(int(row[output])-128)
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// softmax3 turns three logits into probabilities.
func softmax3(a, b, c float32) (pa, pb, pc float32) {
	most := max(a, b, c)
	ea, eb, ec := math.Exp(float64(a-most)), math.Exp(float64(b-most)), math.Exp(float64(c-most))
	sum := ea + eb + ec
	return float32(ea / sum), float32(eb / sum), float32(ec / sum)
}
