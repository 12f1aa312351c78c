package analysis

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestRedact(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// E-mail addresses.
		{"Write to jane.doe+nps@example.co.uk please", "Write to [email] please"},
		{"Mail an müller@beispiel-firma.de.", "Mail an [email]."},
		{"联系abc@example.com谢谢", "联系[email]谢谢"},
		{"ＪＡＮＥ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[email]"},
		{"(bob@example.com)", "([email])"},
		{"'bob@example.com'", "'[email]'"},
		{"почта: иван@почта.рф", "почта: [email]"},
		{"3 stars @ best", "3 stars @ best"},
		{"meet @3pm", "meet @3pm"},
		// @names.
		{"thanks @John_Doe, great job", "thanks [name], great job"},
		{"@Müller war nett.", "[name] war nett."},
		{"谢谢@小明 快点", "谢谢[name] 快点"},
		{"a@b.com@name", "[email][name]"},
		{"תודה ל@yossi_k", "תודה ל[name]"},
		{"@suzuki_taroさんに感謝", "[name]さんに感謝"},
		{"írjon a bela@pelda.hu-ra", "írjon a [email]-ra"},
		{"a@b.xn--p1ai", "[email]"},
		// URLs.
		{"see https://example.com/help for more", "see https://example.com/help for more"},
		{"https://example.com/reset?token=abc123.", "[url]."},
		{"(www.example.com/#/user/7)", "([url])"},
		{"HTTP://EXAMPLE.COM/orders/12345678", "[url]"},
		{"https://bob:secret@example.com/", "[url]"},
		{"http://ok.example/de/über", "http://ok.example/de/über"},
		{"链接https://e.com/?u=1很好", "链接[url]很好"},
		{"example.com/reset?token=abc123, please", "[url], please"},
		{"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N.", "token [token]."},
		// Payment cards.
		{"card 4111 1111 1111 1111 was charged", "card [card] was charged"},
		{"5500-0000-0000-0004", "[card]"},
		{"378282246310005", "[card]"},
		{"４１１１１１１１１１１１１１１１", "[card]"},
		{"٤١١١١١١١١١١١١١١١", "[card]"},
		{"𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏", "[card]"},
		{"४१११ ११११ ११११ ११११", "[card]"},
		{"4111 1111 1111 1111 12/27", "[card] 12/27"},
		{"4111 1111 1111 1112", "4111 1111 1111 1112"},
		{"order 9111111111111111", "order 9111111111111111"},
		// IBANs.
		{"IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN [iban] bitte"},
		{"gb29nwbk60161331926819", "[iban]"},
		{"FI21 1234 5600 0007 85", "[iban]"},
		{"gb28nwbk60161331926819", "gb28nwbk60161331926819"},
		// Telephone numbers.
		{"call me at +358 40 123 4567", "call me at [phone]"},
		{"+1 (415) 555-2671!", "[phone]!"},
		{"415-555-2671", "[phone]"},
		{"(415) 555-2671", "[phone]"},
		{"07911 123456", "[phone]"},
		{"06 12 34 56 78", "[phone]"},
		{"06.12.34.56.78", "[phone]"},
		{"0171/1234567", "[phone]"},
		{"8 (916) 123-45-67", "[phone]"},
		{"тел. 123-45-67", "тел. [phone]"},
		{"手机13912345678", "手机[phone]"},
		{"my phone number: 5551234", "my phone number: [phone]"},
		{"555-010-2234 ext. 12, or x9", "555-010-2234 ext. 12, or x9"},
		{"my number is 555-010-2234 ext. 12, or x9", "my number is [phone], or x9"},
		{"00420 604 913 909", "[phone]"},
		{"(+358) 9 1390996", "[phone]"},
		{"soita 1234 5678, kiitos", "soita [phone], kiitos"},
		{"代表は０３－１２３４－５６７８です", "代表は[phone]です"},
		{"＋８１　９０　１２３４　５６７８", "[phone]"},
		{"٠١٠١٢٣٤٥٦٧٨", "[phone]"},
	} {
		if got, _ := Redact(c.text); got != c.want {
			t.Errorf("Redact(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestRedactKeeps(t *testing.T) {
	for _, text := range []string{
		"", "great service", "@here and @channel", "safe @home", "[email] and [phone:3fa9c2d1b07e]", "IMEI 356938035643809",
		"visit example.com/cart or good.But/why?", "eyJust.saying.so", "ok 👍", "10/10", "waited 3 weeks and 2 days", "since 2019, not 2020",
		"order 0401234567 never came", "order #123456789012", "订单号13912345678", "Bestellnummer 0123456789", "tracking no. 0612345678",
		"on 12.10.2023 at 14:30", "2023-10-12 18:00:00", "01.02.2023 14.30", "from 01/02/2023 to 03/04/2023", "1.1.2024",
		"paid $1234567890", "0123456789 €", "1 234 567,89 kr", "costs 1,299.99", "0.123456789", "it was 99.95 then 149.95",
		"192.168.100.200", "version 10.0.19045.3693", "60.1699, 24.9384", "SKU-0123456789", "A0123456789", "100000000 people",
		"2020 2021 2022 2023", "EAN 6412345678901", "iPhone 15 Pro 256", "50-60-70 %", "the 7-8-9 rule", "१० में से १०",
	} {
		if got, found := Redact(text); got != text || found != nil {
			t.Errorf("Redact(%q) = %q, %v, want nothing", text, got, found)
		}
	}
}

func TestRedactSaysWhat(t *testing.T) {
	text := "é a@b.com, ＋８１　９０　１２３４　５６７８ and @bob"
	_, found := Redact(text)
	var kinds []RedactionKind
	var what []string
	for _, f := range found {
		kinds = append(kinds, f.Kind)
		what = append(what, text[f.Start:f.End])
	}
	if diff := cmp.Diff([]RedactionKind{RedactedEmail, RedactedPhone, RedactedName}, kinds); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a@b.com", "＋８１　９０　１２３４　５６７８", "@bob"}, what); diff != "" {
		t.Error(diff)
	}
}

func TestRedactInvalidUTF8(t *testing.T) {
	if got, _ := Redact("bad\xff\xfe text"); got != "bad\uFFFD text" {
		t.Errorf("got %q", got)
	}
	if got, _ := Redact("\xffa@b.com\xff"); got != "\uFFFD[email]\uFFFD" {
		t.Errorf("got %q", got)
	}
}

// Long texts that begin the same piece again and again must not take time that grows with the square of their length.
func TestRedactLongText(t *testing.T) {
	for _, unit := range []string{"www.", "a.", "1 ", "@a", "+1", "(", "GB29", "http://", "eyJ-", "=a.b/", "call 12345678 ", "eyJ131074-9517www.", "131074-9517 ", "AB 12 "} {
		text := strings.Repeat(unit, 100_000)
		if got, _ := Redact(text); !utf8.ValidString(got) {
			t.Errorf("%q: not UTF-8", unit)
		}
	}
}

func TestRedactHash(t *testing.T) {
	key := []byte("0123456789abcdef")
	hash := func(key []byte, text string) string {
		got, _ := Redactor{RedactHash, key}.Redact(text)
		return got
	}
	mail := hash(key, "Jane.Doe@Example.com")
	if !regexp.MustCompile(`^\[email:[0-9a-f]{12}\]$`).MatchString(mail) {
		t.Fatalf("the mark is %q", mail)
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Jane.Doe@Example.com", "jane.doe@example.com", true},
		{"tel 040 123 4567", "tel 040-1234567", true},
		{"tel ٠٤٠١٢٣٤٥٦٧", "tel 0401234567", true},
		{"tel 0401234567", "tel 0401234568", false},
		{"a@b.com", "c@b.com", false},
		{"4111 1111 1111 1111", "4111-1111-1111-1111", true},
		{"FI21 1234 5600 0007 85", "fi2112345600000785", true},
	} {
		if a, b := hash(key, c.a), hash(key, c.b); (a == b) != c.same {
			t.Errorf("%q → %q, %q → %q", c.a, a, c.b, b)
		}
	}
	if other := hash([]byte("another key of 16"), "jane.doe@example.com"); other == mail {
		t.Error("the hash does not depend on the key")
	}
	if got := hash(nil, "jane.doe@example.com"); got != "[email]" {
		t.Errorf("without a key: %q", got)
	}
	if got, found := (Redactor{}).Redact("a@b.com \xff"); got != "a@b.com \xff" || found != nil {
		t.Errorf("off: %q, %v", got, found)
	}
}

func TestParseRedactionMode(t *testing.T) {
	for name, want := range map[string]RedactionMode{"off": RedactOff, "mark": RedactMark, "hash": RedactHash} {
		if got, err := ParseRedactionMode(name); got != want || err != nil {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if _, err := ParseRedactionMode("Mark"); err == nil {
		t.Error("no error for an unknown mode")
	}
}

// What stands for personal data says nothing about the service, whichever mark it is.
func TestMarksAreNoWords(t *testing.T) {
	for _, text := range []string{"[email:3fa9c2d1b07e]", "[id]", "[token]", "[name:000000000000]"} {
		if n := strippedLength(text, 0); n != len(text) {
			t.Errorf("%q: %d bytes are stripped", text, n)
		}
	}
	for _, text := range []string{"[email", "[mail]", "[email:3fa9]", "[email:3FA9C2D1B07E]", "[emails]", "["} {
		if n := strippedLength(text, 0); n != 0 {
			t.Errorf("%q: %d bytes are stripped", text, n)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, seed := range []string{
		"a@b.com@name", "call +358 40 123 4567", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "https://e.com/?a=b",
		"\xff@x", "cpr 211062-5629 x4", "rut 12.531.909-2", "AB 12 34 56 C", "[id:0123456789ab]4111 1111 1111 1111", "e.co/?t=1", "call 12345678 or [phone]0401234567",
		"٠١٠١٢٣٤٥٦٧٨", "＠名前です", "www.[email]?x=1", "1(2)3(4", "+1+1+1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var kinds [2][]Redaction
		for k, redactor := range []Redactor{{Mode: RedactMark}, {RedactHash, []byte("0123456789abcdef")}} {
			once, found := redactor.Redact(text)
			checkRedacted(t, text, once, found)
			for _, again := range []Redactor{{Mode: RedactMark}, {RedactHash, []byte("another key of 16")}} {
				if twice, more := again.Redact(once); twice != once || more != nil {
					t.Fatalf("Redact(%q) = %q, and again %q", text, once, twice)
				}
			}
			kinds[k] = found
		}
		if !slices.Equal(kinds[0], kinds[1]) {
			t.Fatalf("%q: marks %v, hashes %v", text, kinds[0], kinds[1])
		}
	})
}

// checkRedacted checks that the result is UTF-8 and not too long, that the redactions are in order, and that each is of a
// part without marks, so that none is nested.
func checkRedacted(t *testing.T, text, redacted string, found []Redaction) {
	t.Helper()
	if !utf8.ValidString(redacted) {
		t.Fatalf("Redact(%q) = %q: not UTF-8", text, redacted)
	}
	if len(redacted) > 10*len(text) {
		t.Fatalf("Redact(%q): %d bytes", text, len(redacted))
	}
	last := 0
	for _, r := range found {
		if r.Start < last || r.End <= r.Start || r.End > len(text) {
			t.Fatalf("Redact(%q): %v out of order", text, found)
		}
		for i := r.Start; i < r.End; i++ {
			if markLength(text[i:r.End]) > 0 {
				t.Fatalf("Redact(%q): a mark within %v", text, r)
			}
		}
		last = r.End
	}
}

// BenchmarkRedact measures a comment of each sort; BenchmarkAnalyze is what to hold it against.
func BenchmarkRedact(b *testing.B) {
	comments, _, _ := benchmarkTexts(b)
	var personal, tricky []string
	for _, c := range readMarked(b, "dev.txt") {
		if len(c.pieces) > 0 {
			personal = append(personal, c.text)
		} else {
			tricky = append(tricky, c.text)
		}
	}
	for _, c := range []struct {
		name     string
		texts    []string
		redactor Redactor
	}{
		{"comments", comments, Redactor{Mode: RedactMark}},
		{"numbers", tricky, Redactor{Mode: RedactMark}},
		{"personal", personal, Redactor{Mode: RedactMark}},
		{"hashed", personal, Redactor{RedactHash, []byte("0123456789abcdef")}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.redactor.Redact(c.texts[i%len(c.texts)])
			}
		})
	}
}
