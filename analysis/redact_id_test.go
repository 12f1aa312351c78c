package analysis

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Made-up numbers with right check digits, in the ways that they are written.
func TestRedactIDs(t *testing.T) {
	for _, text := range []string{
		"AMKA 01013000268", "AHV 756.9217.0769.85", "7569217076985", "SVNR 1237 010180", "NN 85.07.30-033.28", "93051822361", "ЕГН 7523169263",
		"CPF 390.533.447-05", "cpf 39053344705", "my SIN is 123-456-782", "RUT 12.531.909-2", "rut 12531909-2", "身份证310105198904172013", "rč 710319/2745",
		"rodné číslo 7103192745", "Steuer-ID 36 574 261 809", "36574261809", "cpr 211062-5629", "CPR-nr. 010190-1234", "isikukood 37605030299", "DNI 54362315K",
		"54.362.315-K", "NIE X2482300W", "x-2482300-w", "hetu 131074-9517", "020290A917P", "NIR 2 95 10 99 126 111 93", "2 79 03 2A 118 032 43", "184057800608443",
		"NHS number 943 476 5870", "NI no AB 12 34 56 C", "AB123456C", "OIB: 33392005961", "TAJ 123 456 788", "ת.ז. 039337423", "Aadhaar 2341 2341 2346",
		"کد ملی 0499370899", "kennitala 120174-3399", "cod. fiscale RCCMNL83S18D969H", "マイナンバー1234 5678 9018", "971013-9019101", "personas kods 161175-19997",
		"personas kods 320000-12345", "CURP BOXW310820HNERXN09", "BSN 111222333", "burgerservicenummer: 111222333", "fødselsnummer 15108695592", "030375 41752",
		"PESEL 84051423452", "NIF 501964843", "CNP 1630615123457", "EMŠO 0101006500006", "СНИЛС 112-233-445 95", "ИНН 770783645150", "811218-9876", "19740203-2390",
		"personnummer 8112189876", "S1234567D", "1-2345-45678-78-1", "TC kimlik no 17620138952", "A123456789", "РНОКПП 1759013531", "SSN 219-09-9999", "8205194800089",
		"784-1985-1234567-3", "CUIT 20-26756539-3", "PPS 6433435F", "２１１０６２－５６２９", "۸۴۰۵۱۴۲۳۴۵۲",
	} {
		if got, found := Redact(text); len(found) != 1 || found[0].Kind != RedactedID || found[0].End != len(text) {
			t.Errorf("Redact(%q) = %q", text, got)
		}
	}
}

// Numbers of the same shapes that are none: a wrong check digit, a date that does not exist, no word that says so.
func TestRedactKeepsWhatIsNoID(t *testing.T) {
	for _, text := range []string{
		"131074-951Z", "320174-9517", "811218-9877", "211062-5620", "PESEL-like 84051423453", "54362315L", "X2482300V", "RCCMNL83S18D969I", "756.9217.0769.86",
		"111222333 visitors", "ordered 123456782 times", "310105198904172014", "CNP 1630615123458", "12.531.909-3", "20-26756539-4", "2341 2341 2346",
		"7523169263", "33392005961 items", "770783645150", "6433435F", "order 84051423452", "tracking number 36574261809", "Bestellnummer 17620138952", "注文番号7569217076985",
		"part-84051423452", "84051423452-01", "84051423452.5", "14 dni, 111222333", "AB1234567C", "BG123456A", "AB123456Z",
	} {
		if got, found := Redact(text); found != nil {
			t.Errorf("Redact(%q) = %q, want nothing", text, got)
		}
	}
}

// Of random numbers in a sentence that says nothing about them, few may pass for ids: the length with the most schemes,
// 11 digits, is the worst.
func TestRedactRandomNumbers(t *testing.T) {
	const numbers = 20_000
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		digits int
		most   float64 // share that is taken for an id
	}{{7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 0.04}, {12, 0.01}, {13, 0.01}, {14, 0}, {15, 0.01}, {18, 0.001}} {
		ids := 0
		for range numbers {
			var digits strings.Builder
			for range c.digits {
				fmt.Fprint(&digits, r.IntN(10))
			}
			if _, found := Redact("we saw " + digits.String() + " there"); len(found) > 0 && found[0].Kind == RedactedID {
				ids++
			}
		}
		if share := float64(ids) / numbers; share > c.most {
			t.Errorf("%d digits: %.4f of random numbers pass for ids, want at most %g", c.digits, share, c.most)
		} else {
			t.Logf("%d digits: %.4f of random numbers pass for ids", c.digits, share)
		}
	}
}
