package ingest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"

	"verbatim/feedback"
)

func TestEncodingsOfOtherScripts(t *testing.T) {
	russian := "id;оценка;комментарий\n1;2;Доставка опоздала на три недели, и никто не позвонил\n2;10;ОТЛИЧНО!\n3;9;я\n"
	chinese := "编号,评分,评论\n1,2,送货晚了三个星期，没有人打电话\n2,10,很好！\n3,9,非常满意\n"
	finnish := "id;arvosana;kommentti\n1;2;Älä ikinä enää! Söin pöydässä yöllä\n2;10;hyvä\n3;9;ok\n"
	le := xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)
	tests := []struct {
		text, want string
		encoding   encoding.Encoding
	}{
		{russian, "Windows-1251", charmap.Windows1251},
		{chinese, "GB18030", simplifiedchinese.GBK},
		{finnish, "Windows-1252", charmap.Windows1252},
		{russian, "UTF-16LE", le},
		{chinese, "UTF-16LE", le},
		{russian, "UTF-8", encoding.Nop},
	}
	for _, test := range tests {
		rows, sum := readAll(t, "s.csv", encoded(t, test.encoding, test.text), Options{})
		if sum.Encoding != test.want {
			t.Errorf("encoding %q, want %q", sum.Encoding, test.want)
		}
		want, _ := readAll(t, "s.csv", test.text, Options{})
		if diff := cmp.Diff(texts(want), texts(rows)); diff != "" {
			t.Errorf("%s: %s", test.want, diff)
		}
	}
}

func TestBytesThatAreNotUTF8(t *testing.T) {
	tests := []struct {
		name, data string
		want       string
		repaired   int
	}{
		{"one byte in a UTF-8 file", "id,score,comment\n1,9,hyvä työ \xff ok\n", "1 9 hyvä työ \ufffd ok", 1},
		{"no letters in any encoding", "id,score,comment\n1,9,ok \x81\x8d\x9d\n", "1 9 ok \ufffd\ufffd\ufffd", 3},
		{"letters of Windows-1252", "id,score,comment\n1,9,caf\xe9\n", "1 9 café", 0},
		{"cut at the end of the file", "id,score,comment\n1,9,hyvä ty\xc3", "1 9 hyvä ty\ufffd", 1},
		{"after a mark", "\xef\xbb\xbfid,score,comment\n1,9,caf\xe9 au lait\n", "1 9 caf\ufffd au lait", 1},
	}
	for _, test := range tests {
		rows, sum := readAll(t, "s.csv", test.data, Options{})
		if diff := cmp.Diff([]string{test.want}, texts(rows)); diff != "" || sum.Repaired != test.repaired {
			t.Errorf("%s: repaired %d, %s", test.name, sum.Repaired, diff)
		}
	}
}

func TestInvalidBytesLateInAFile(t *testing.T) {
	data := "id,score,comment\n" + strings.Repeat("x,9,plain text that fills the head\n", 5000) + "y,1,na\xefve caf\xe9\n"
	rows, sum := readAll(t, "s.csv", strings.ReplaceAll(data, "x,9", ",9"), Options{})
	if got := rows[len(rows)-1].Response.Comment; got != "naïve café" || sum.Encoding != "Windows-1252" {
		t.Errorf("%q in %s", got, sum.Encoding)
	}
}

func TestLegacyEncodings(t *testing.T) {
	tests := []struct {
		name, text string
		encoding   encoding.Encoding
		want       string
	}{
		{"Russian", "Доставка опоздала, но курьер был вежлив", charmap.Windows1251, "Windows-1251"},
		{"Russian capitals", "ОЧЕНЬ ПЛОХО, БОЛЬШЕ НЕ ПРИДУ", charmap.Windows1251, "Windows-1251"},
		{"Russian with English", "App постоянно вылетает after update", charmap.Windows1251, "Windows-1251"},
		{"Ukrainian", "Доставка запізнилася, але підтримка чудова", charmap.Windows1251, "Windows-1251"},
		{"French", "Le café était déçu, çà et là, où est l’élève", charmap.Windows1252, "Windows-1252"},
		{"Finnish", "Yöllä hääyö ei onnistu, äänekäs, päällä", charmap.Windows1252, "Windows-1252"},
		{"German", "Größe paßt, Übergrößen fehlen – schön für 20 €", charmap.Windows1252, "Windows-1252"},
		{"Spanish", "¡Qué maravilla! Año tras año, señores", charmap.Windows1252, "Windows-1252"},
		{"quotes of Word", "It\u2019s \u201cfine\u201d \u2013 really\u2026", charmap.Windows1252, "Windows-1252"},
		{"Chinese", "物流太慢了，客服态度也不好。以后不会再来了！", simplifiedchinese.GBK, "GB18030"},
		{"Chinese with English", "APP卡顿，bug很多，update以后 crash", simplifiedchinese.GBK, "GB18030"},
	}
	for _, test := range tests {
		data := []byte(encoded(t, test.encoding, test.text))
		got, ok := legacyOf(data)
		if !ok || got.name != test.want {
			t.Errorf("%s: %q %v, want %q", test.name, got.name, ok, test.want)
			continue
		}
		in, err := got.open(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(in); err != nil || string(text) != test.text {
			t.Errorf("%s: %q %v", test.name, text, err)
		}
	}
	for _, rubbish := range []string{"", "plain", "a\x81b\x8dc", "\x90"} {
		if got, ok := legacyOf([]byte(rubbish)); ok {
			t.Errorf("%q is taken for %s", rubbish, got.name)
		}
	}
}

func TestUTF16WithoutMark(t *testing.T) {
	le, be := xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)
	texts := map[string]string{
		"English": "id,score,comment\r\n1,9,fine\r\n",
		"Russian": "оценка;комментарий\r\n9;Доставка опоздала, но курьер был вежлив\r\n",
		"Chinese": "评分,评论\n9,物流太慢了，客服态度也不好\n3,以后不会再来了\n",
		"emoji":   "score,comment\n9,😍😍 great\n",
	}
	for name, text := range texts {
		for _, test := range []struct {
			encoding encoding.Encoding
			want     xunicode.Endianness
		}{{le, xunicode.LittleEndian}, {be, xunicode.BigEndian}} {
			order, ok := looksUTF16([]byte(encoded(t, test.encoding, text)))
			if !ok || order != test.want {
				t.Errorf("%s: %v %v, want %v", name, order, ok, test.want)
			}
		}
		if _, ok := looksUTF16([]byte(text)); ok {
			t.Errorf("%s in UTF-8 is taken for UTF-16", name)
		}
	}
	for _, other := range []string{"", "a", "\x00", "id,score\n1,9\x00,a\n", "id,score\n1,9,\x00a\n", "评分,评论\n9,很好\x00\n", "a\x00\x00b\x00\x00c", "\x01\x00\x02\x00\x03\x00\x04\x00"} {
		if _, ok := looksUTF16([]byte(other)); ok {
			t.Errorf("%q is taken for UTF-16", other)
		}
	}
}

func TestMarksAreNoText(t *testing.T) {
	le := xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)
	for _, data := range []string{"\xef\xbb\xbfscore", "\xff\xfe" + encoded(t, le, "score"), "score"} {
		var c census
		_, _ = c.Write([]byte(data))
		c.finish()
		cs, err := charsetOf("s", []byte(data), &c)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(cs.text([]byte(data))); got != "score" {
			t.Errorf("%q: %q", data, got)
		}
	}
}

func TestBinaryFilesAreRefused(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x06\x00\x00\x00\x5c\x72\xa8\x66"
	for _, data := range []string{png, "PAR1\x15\x04\x15\x10\x15\x14\x4c\x15\x02\x15\x00\x12\x00\x00", "%PDF-1.7\n\x00\x01\x02\x03\x04\x05\x06"} {
		if _, err := NewReader(strings.NewReader(data), "s.csv", Options{}); feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), "not a text file") {
			t.Errorf("%.10q: %v", data, err)
		}
	}
}

// TestStrayNULsDoNotMakeUTF16 puts NULs anywhere into small files in several scripts.
func TestStrayNULsDoNotMakeUTF16(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	files := []string{
		"id,score,comment\n1,9,fine\n2,8,also fine\n", "id;score;comment\n1;9;Доставка опоздала, но курьер вежлив\n", "id,score,comment\n1,9,物流太慢了，客服态度也不好\n",
		"id\tscore\tcomment\n1\t9\tÄlä ikinä enää\n",
	}
	for _, file := range files {
		want, _ := readAll(t, "s.csv", file, Options{})
		for range 60 {
			data := file
			for range 1 + rnd.IntN(3) {
				at := rnd.IntN(len(data) + 1)
				for at < len(data) && !utf8.RuneStart(data[at]) {
					at++
				}
				data = data[:at] + "\x00" + data[at:]
			}
			got, sum := readAll(t, "s.csv", data, Options{})
			if diff := cmp.Diff(unspaced(texts(want)), unspaced(texts(got))); diff != "" || sum.Encoding != "UTF-8" {
				t.Fatalf("%q: %s %s", data, sum.Encoding, diff)
			}
		}
	}
}

// unspaced drops blanks: a stray NUL in a comment becomes one.
func unspaced(texts []string) []string {
	for i := range texts {
		texts[i] = strings.ReplaceAll(texts[i], " ", "")
	}
	return texts
}
