package analysis

import (
	"testing"

	"verbatim/feedback"
)

func TestRussianInLatinLetters(t *testing.T) {
	for latin, want := range map[string]string{
		"dostavka": "доставка",
		"uzhasno":  "ужасно",
		"spasibo":  "спасибо",
		"4ek":      "чек",
	} {
		if got := cyrillicOf(latin); got != want {
			t.Errorf("%q: %q, want %q", latin, got, want)
		}
	}
	if got := romanized("Ужасно долгая доставка, щётка"); got != "uzhasno dolgaya dostavka, schetka" {
		t.Errorf("romanized: %q", got)
	}
}

// The tags of a Russian comment in Latin letters are those of its words, and the evidence points into the text as written.
func TestRussianInLatinLettersIsTagged(t *testing.T) {
	text := "ochen vkusno, no dolgo zhdali kuriera, dostavka uzhasnaya"
	a, err := analyzer().Analyze(text, Hint{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Language.Code != "ru" || !a.Has("food_drink", feedback.Positive) || !a.Has("delivery_logistics", feedback.Negative) {
		t.Errorf("%+v", a)
	}
	for _, tag := range a.Themes {
		for _, e := range tag.Evidence {
			if text[e.Start:e.End] != e.Text {
				t.Errorf("evidence %q is not at %d–%d", e.Text, e.Start, e.End)
			}
		}
	}
}
