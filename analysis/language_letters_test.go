package analysis

import (
	"strings"
	"testing"
)

// spell reads a text and writes its letters in the table's alphabets; others are "?".
func spell(d *Detector, text string) string {
	var l letters
	l.read(text, d.letters)
	var b strings.Builder
	for _, f := range l.found {
		switch {
		case f.script == wordBorder:
			b.WriteByte(' ')
		case int(f.script) < len(d.table.scripts) && f.position > 0:
			b.WriteRune(d.table.scripts[f.script].alphabet[f.position-1])
		default:
			b.WriteByte('?')
		}
	}
	return strings.TrimSpace(b.String())
}

func TestLettersRead(t *testing.T) {
	d := newTestDetector(t)
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Good SERVICE, thanks!", "good service thanks"},
		{"don't  stop\n\n10 times", "don t stop times"},
		{"sooooo gooood", "soo good"},
		{"ÀÉÎ Ñandú", "àéî ñandú"},
		{"İYİ", "iyi"},
		{"Ｇｏｏｄ", "good"},
		{"so\u00ADft hyphen", "soft hyphen"},
		{"ДОСТАВКА", "доставка"},
		{"جدًّا ممتـــاز", "جدا ممتاز"},
		{"很好 good", "?? good"},
		{"see https://example.com/path?x=1 now", "see now"},
		{"www.example.com is slow", "is slow"},
		{"thanks @john_doe-smith.jr, bye", "thanks bye"},
		{"mail jane.doe+x@example.co.uk please", "mail please"},
		{"价格abc@example.com贵", "?? ?"},
		{"@用户名 slow", "slow"},
		{"how who what", "how who what"},
		{"😀great👍service", "great service"},
		{"\xffbad\xfe", "bad"},
	} {
		if got := spell(d, c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLettersStopEarly(t *testing.T) {
	d := newTestDetector(t)
	var l letters
	l.read(strings.Repeat("delivery ", 100_000), d.letters)
	if n := len(l.found); n < mostLetters || n > mostLetters+1 {
		t.Errorf("%d letters of a long text, want %d", n, mostLetters)
	}
	if got := d.Detect(strings.Repeat("Toimitus kesti kolme viikkoa. ", 10_000), Hint{}); got.Code != "fi" {
		t.Errorf("a long text: %+v", got)
	}
	if got := d.Detect(strings.Repeat("@", 1_000_000), Hint{}); got.Code != "und" {
		t.Errorf("a million @: %+v", got)
	}
}

func TestDominant(t *testing.T) {
	d := newTestDetector(t)
	thai := noScript
	for i, s := range singleScripts {
		if s.lang == "th" {
			thai = firstSingle + script(i)
		}
	}
	for _, c := range []struct {
		text string
		want script
	}{
		{"12:30 !!! 👍", noScript},
		{"great", latin},
		{"отлично", cyrillic},
		{"iPhone хороший телефон", cyrillic},
		{"ممتاز", arabic},
		{"अच्छा", devanagari},
		{"iPhone很好用", han},
		{"大変満足です", kana},
		{"カスタマーサポート", kana},
		{"배송이 느려요", hangul},
		{"ส่งช้า iPhone 15", thai},
		{"The driver said 你好 to us when we arrived", latin},
	} {
		var l letters
		l.read(c.text, d.letters)
		if got, share := l.dominant(); got != c.want || share < 0 || share > 1 {
			t.Errorf("%q: %d (%.2f), want %d", c.text, got, share, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	d := newTestDetector(t)
	for text, want := range map[string]int{"great": 1, " Great! ": 1, "very good": 2, "очень good": 1, "": 0, "a, b & c": 3} {
		var l letters
		l.read(text, d.letters)
		if got := l.words(latin); got != want {
			t.Errorf("%q: %d words, want %d", text, got, want)
		}
	}
}

// Lingua is asked about likely columns only, and the others are dropped.
func TestSecondOpinion(t *testing.T) {
	d := newTestDetector(t)
	table := d.table.scripts[latin]
	weights := map[string]float64{"cs": 0.3, "sk": 0.3, "pl": 0.2, "sl": 0.1, "hr": 0.05, "en": 0.01}
	fill := func(x *detection) {
		for i, language := range table.languages {
			x.p[i] = weights[language]
		}
	}
	var x detection
	x.read("doručenie trvalo tri týždne", d.letters)
	fill(&x)
	var o secondOpinion
	if !o.weigh(&x, latin, table) {
		t.Fatal("there was a choice")
	}
	if code, _ := table.likeliest(&x.p); code != "sk" {
		t.Errorf("got %s, want sk", code)
	}
	left := 0
	for i, p := range x.p {
		if p > 0 {
			left++
			if weights[table.languages[i]] < 0.1 {
				t.Errorf("%s is still there", table.languages[i])
			}
		}
	}
	if left != mostCandidates {
		t.Errorf("%d columns are left, want %d", left, mostCandidates)
	}
	fill(&x)
	if o.weigh(&x, latin, table); len(o.detectors) != 1 {
		t.Errorf("%d detectors for one set of candidates", len(o.detectors))
	}
	weights = map[string]float64{"fi": 0.99, "et": 0.01}
	fill(&x)
	if o.weigh(&x, latin, table) {
		t.Error("a single candidate is no choice")
	}
}

func TestLikeliestJoins(t *testing.T) {
	table := newTestDetector(t).table.scripts[latin]
	var p [maxColumns]float64
	for i, language := range table.languages {
		p[i] = map[string]float64{"nb": 0.25, "nn": 0.25, "da": 0.4, "sv": 0.1}[language]
	}
	if code, share := table.likeliest(&p); code != "no" || share < 0.499 || share > 0.501 {
		t.Errorf("got %s %.3f, want no 0.5", code, share)
	}
	p = [maxColumns]float64{}
	for i, language := range table.languages {
		p[i] = map[string]float64{"sv": 0.5, "da": 0.5}[language]
	}
	if code, _ := table.likeliest(&p); code != "da" {
		t.Errorf("of equal ones got %s, want da", code)
	}
}
