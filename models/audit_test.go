package models

import (
	"errors"
	"testing"
	"testing/fstest"
)

func TestAudits(t *testing.T) {
	audits, err := Embedded().Audits()
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]int{}
	for _, a := range audits {
		languages[a.Language]++
		if a.Found < 0 || a.Found > a.With || a.Spared < 0 || a.Spared > a.Without || a.With+a.Without < 10 {
			t.Errorf("%+v", a)
		}
	}
	if len(languages) != 36 || languages["en"] < 40 {
		t.Errorf("%v", languages)
	}
}

func TestDamagedAudits(t *testing.T) {
	const header = "en   corpora                themes_polarity                       533  macro-F1  52.4  micro-F1  57.1\n"
	for name, table := range map[string]string{
		"columns": header + "        price_value:negative    31   71.4   64.5\n",
		"count":   header + "        price_value:negative    many   71.4   64.5  60.0  99.0\n",
		"n":       "en   corpora                themes_polarity                       few  macro-F1  52.4  micro-F1  57.1\n",
	} {
		set := Open(fstest.MapFS{"quality.txt": &fstest.MapFile{Data: []byte("# Part A\n" + table)}})
		if _, err := set.Audits(); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
