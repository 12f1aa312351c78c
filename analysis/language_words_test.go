package analysis

import (
	"bytes"
	"errors"
	"testing"

	"verbatim/models"
)

func wordsOf(t *testing.T, texts map[string]string) []byte {
	t.Helper()
	l := &wordLearner{letters: analyzer().language.letters, byLang: map[string]*wordCounts{}}
	for _, lang := range sortedKeys(texts) {
		l.learn(lang, texts[lang], 2)
	}
	return l.encode()
}

func TestWordTable(t *testing.T) {
	texts := map[string]string{"no": "ikke bra mye hva", "da": "ikke godt meget hvad"}
	data := wordsOf(t, texts)
	if !bytes.Equal(data, wordsOf(t, texts)) {
		t.Error("the same texts gave other bytes")
	}
	table, err := readWordTable(data)
	if err != nil {
		t.Fatal(err)
	}
	var x letters
	var e evidence
	columns := table.columns([]string{"da", "no", "sv"})
	for text, want := range map[string]int{"hvad meget": 0, "hva mye": 1} {
		x.read(text, analyzer().language.letters)
		table.weigh(latin, x.of(latin), &e)
		var logs [maxColumns]float64
		e.logs(columns, &logs)
		if logs[want] <= logs[1-want] || logs[2] != logs[want] {
			t.Errorf("%q: %v, want column %d ahead and the language without a list level with it", text, logs[:3], want)
		}
	}
	for _, damaged := range [][]byte{nil, data[:len(data)-1], append([]byte("X"), data[1:]...), flipped(data)} {
		if _, err := readWordTable(damaged); !errors.Is(err, models.ErrDamaged) {
			t.Errorf("a damaged table: %v", err)
		}
	}
}

func flipped(data []byte) []byte {
	out := bytes.Clone(data)
	out[len(out)/2] ^= 1
	return out
}
