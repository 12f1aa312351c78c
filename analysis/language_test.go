package analysis

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"verbatim/feedback"
	"verbatim/models"
)

var embeddedDetector = sync.OnceValues(func() (*Detector, error) { return NewDetector(models.Embedded()) })

func newTestDetector(tb testing.TB) *Detector {
	tb.Helper()
	d, err := embeddedDetector()
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// languageComments are short comments as customers write them; the pairs that are easily mistaken stand together.
var languageComments = []struct{ lang, comments string }{
	{"en", "The delivery took three weeks|good value for money|nobody answered my emails"},
	{"de", "Die Lieferung kam viel zu spät|Sehr freundliche Mitarbeiter|Preis ist zu hoch"},
	{"nl", "De levering duurde veel te lang|Vriendelijk personeel, goede prijs|niet tevreden over de klantenservice"},
	{"fr", "La livraison est arrivée trop tard|Personnel très aimable|prix trop eleve pour la qualite"},
	{"fi", "Toimitus kesti kolme viikkoa|Erittäin hyvä palvelu|sovellus kaatuu koko ajan"},
	{"pl", "Dostawa trwała trzy tygodnie|Bardzo miła obsługa|polecam, wszystko na czas"},
	{"tr", "Kargo çok geç geldi|Garsonlar çok ilgiliydi|fiyatı çok yüksek buldum"},
	{"vi", "Giao hàng quá chậm|Nhân viên rất thân thiện|giao hang nhanh"},
	{"ro", "Livrarea a durat trei săptămâni|Personal foarte amabil|nu sunt multumit de servicii"},
	{"hu", "A szállítás túl sokáig tartott|Nagyon kedves személyzet"},
	{"et", "Tarne võttis kolm nädalat aega|Väga meeldiv teenindus"},
	{"lt", "Pristatymas truko tris savaites|Labai malonus personalas"},
	{"lv", "Piegāde ilga trīs nedēļas|Ļoti laipns personāls"},
	{"sq", "Dërgesa zgjati tre javë|Stafi ishte shumë i sjellshëm"},
	{"ga", "Thóg sé trí seachtaine an seachadadh|Bhí an fhoireann an-chairdiúil"},
	{"is", "Sendingin tók þrjár vikur|Starfsfólkið var mjög vingjarnlegt"},
	{"eu", "Bidalketak hiru aste behar izan zituen|Langileak oso atseginak ziren"},
	{"sw", "Mzigo ulichukua wiki tatu kufika|Wafanyakazi walikuwa wakarimu sana"},
	{"tl", "Ang tagal dumating ng order ko|Mabait ang mga tauhan dito"},
	// Scandinavia.
	{"no", "Leveringen tok altfor lang tid|Veldig hyggelig betjening og gode priser|jeg er ikke fornøyd med kundeservicen|Eg er ikkje nøgd med maten dei serverte"},
	{"da", "Leveringen tog alt for lang tid, og ingen svarede|Meget venlig betjening og rimelige priser|jeg er ikke tilfreds med kundeservice, det er noget rod"},
	{"sv", "Leveransen tog alldeles för lång tid|Mycket trevlig personal|jag är inte nöjd med kundtjänsten"},
	// Czech and Slovak.
	{"cs", "Doručení trvalo tři týdny|Velmi milý personál, doporučuji|aplikace pořád padá"},
	{"sk", "Doručenie trvalo tri týždne|Veľmi milý personál, odporúčam|aplikácia stále padá"},
	{"sl", "Dostava je trajala predolgo, nisem zadovoljen|Zelo prijazno osebje"},
	{"hr", "Dostava je trajala tri tjedna|Vrlo ljubazno osoblje|Aplikacija se stalno ruši, nisam zadovoljan"},
	// Cyrillic.
	{"ru", "Доставка заняла три недели|Всё отлично, спасибо|приложение постоянно вылетает"},
	{"uk", "Доставка тривала три тижні|Дуже привітний персонал|додаток постійно вилітає, не рекомендую"},
	{"bg", "Доставката отне три седмици|Много любезен персонал и бързо обслужване|доста е скъпо за това, което предлагат"},
	{"be", "Дастаўка заняла тры тыдні|Вельмі ветлівы персанал"},
	{"mk", "Испораката траеше три недели|Многу љубезен персонал"},
	{"sr", "Испорука је трајала три недеље|Веома љубазно особље"},
	// Iberia and Italy.
	{"es", "La entrega tardó tres semanas|El personal fue muy amable|muy caro para lo que ofrecen"},
	{"pt", "A entrega demorou três semanas|O pessoal foi muito simpático|muito caro para o que oferecem"},
	{"ca", "El lliurament va trigar tres setmanes|El personal va ser molt amable"},
	{"it", "La consegna ha richiesto tre settimane|Il personale è stato molto gentile|troppo caro per quello che offrono"},
	// Indonesian and Malay.
	{"id", "Pengirimannya lama banget|Barangnya bagus, penjualnya ramah|aplikasinya sering error"},
	{"ms", "Penghantaran mengambil masa tiga minggu, sangat perlahan|Penghantaran lewat, saya amat kecewa dengan perkhidmatan yang diberikan"},
	// One language to a script, or nearly.
	{"ja", "配送に三週間かかりました|スタッフがとても親切|大変満足"},
	{"zh", "物流太慢了，等了三个星期|服务态度很好|服務態度很好，環境乾淨"},
	{"ko", "배송이 너무 느려요|직원들이 정말 친절합니다"},
	{"th", "ส่งของช้ามาก|พนักงานบริการดี"},
	{"el", "Η παράδοση άργησε πολύ|Πολύ ευγενικό προσωπικό"},
	{"he", "המשלוח לקח שלושה שבועות|צוות מאוד אדיב"},
	{"hi", "डिलीवरी में तीन हफ्ते लगे|कर्मचारी बहुत अच्छे थे"},
	{"mr", "वितरणासाठी तीन आठवडे लागले|कर्मचारी खूप चांगले होते आणि मदत केली"},
	{"bn", "ডেলিভারি অনেক দেরি হয়েছে|কর্মীরা খুব ভালো"},
	{"ta", "விநியோகம் மிகவும் தாமதம்|சேவை நன்றாக இருந்தது"},
	{"te", "డెలివరీ చాలా ఆలస్యం|సేవ బాగుంది"},
	{"ar", "التوصيل استغرق ثلاثة أسابيع|الموظفون لطفاء جدا"},
	{"fa", "تحویل سه هفته طول کشید|کارکنان بسیار مهربان بودند"},
	{"ur", "ڈیلیوری میں تین ہفتے لگے|عملہ بہت اچھا تھا"},
}

func TestDetect(t *testing.T) {
	d := newTestDetector(t)
	for _, c := range languageComments {
		for comment := range strings.SplitSeq(c.comments, "|") {
			got := d.Detect(comment, Hint{})
			if got.Code != c.lang || got.Confidence < undecided || got.Confidence > 1 || got.Supported {
				t.Errorf("Detect(%q) = %+v, want %s", comment, got, c.lang)
			}
		}
	}
}

func TestDetectWithHint(t *testing.T) {
	d := newTestDetector(t)
	for _, c := range []struct {
		text, lang, declared, want string
	}{
		// Nothing tells: undetermined, or the hint.
		{"ok", "", "", "und"},
		{"Excellent!!!", "", "", "und"},
		{"👍", "", "", "und"},
		{"10/10", "", "", "und"},
		{"", "", "", "und"},
		{"\x00\xff", "", "", "und"},
		{"gfdgdfg sdfkjh", "", "", "und"},
		{"https://example.com/the/best/delivery @johnsmith", "", "", "und"},
		{"asdf", "", "", "und"},
		{"ok", "de", "", "de"},
		{"Excellent!!!", "fr", "", "fr"},
		{"Excellent!!!", "en-GB", "", "en"},
		{"👍", "fi", "", "fi"},
		{"10/10", "EN", "", "en"},
		{"10/10", "default", "", "und"},
		{"gfdgdfg sdfkjh", "pl", "", "pl"},
		// The survey's languages.
		{"ok", "", "fi", "fi"},
		{"ok", "", "fi sv", "und"},
		{"Bra kundservice", "", "fi sv", "sv"},
		{"Excellent", "", "fr fi", "fr"},
		{"Det går bra", "", "nb", "no"},
		{"最高", "", "en ja", "ja"},
		// A clear text overrules both.
		{"Die Lieferung kam viel zu spät", "en", "en fr", "de"},
		{"Lieferung war zu spät", "en_US", "", "de"},
		{"Доставка заняла три недели", "fi", "fi", "ru"},
		{"服务态度很好", "ja", "ja", "zh"},
		{"The delivery took three weeks", "zh-CN", "zh", "en"},
		// A language that the table does not know.
		{"O persoal foi moi amable", "gl", "", "gl"},
		{"The delivery took three weeks", "gl", "", "en"},
		// What does not count.
		{"@John_Doe livraison parfaite http://example.com/en/order-status", "", "", "fr"},
		{"toimitus myöhässä, vastatkaa customer.service.department@example.com", "", "", "fi"},
		{"联系customerservice@example.com处理", "", "", "zh"},
		{"问题@客服，快点处理", "", "", "zh"},
		{"iPhone 15 Pro Max отличный", "", "", "ru"},
		{"ส่งช้า iPhone 15 Pro Max", "", "", "th"},
		{"Ｇｏｏｄ　ｓｅｒｖｉｃｅ，　ｔｈａｎｋ　ｙｏｕ", "", "", "en"},
		{"Tre\u0300s mauvaise expe\u0301rience", "", "", "fr"},
		{"ÇOK İYİ HİZMET", "", "", "tr"},
		{"soooooo gooooood service", "", "", "en"},
	} {
		got := d.Detect(c.text, Hint{Lang: c.lang, Declared: strings.Fields(c.declared)})
		if got.Code != c.want {
			t.Errorf("Detect(%q, %q, %q) = %+v, want %s", c.text, c.lang, c.declared, got, c.want)
		}
		if got.Code == feedback.Undetermined && got.Confidence != 0 {
			t.Errorf("Detect(%q): undetermined with confidence %v", c.text, got.Confidence)
		}
	}
}

func TestHintCode(t *testing.T) {
	for _, c := range []struct{ want, hints string }{
		{"en", "en|EN|en-US|en_GB.UTF-8|eng|English|English (US)| english "},
		{"zh", "zh|zh-CN|zh_Hant_TW|ZH-hans|chi|zho|Chinese|Chinese (Simplified)|cn|中文|简体中文|yue"},
		{"no", "no|nb|nn|nb-NO|NOR|Norwegian|Norsk bokmål"},
		{"pt", "pt|pt-br|Portuguese - Brazil|Português"},
		{"hr", "hr|bs|Bosnian"},
		{"ja", "jp|jpn|日本語"},
		{"cs", "cz|Čeština"},
		{"da", "dk|Dansk"},
		{"uk", "uk|ua|Українська|УКРАЇНСЬКА"},
		{"ru", "Русский|RU"},
		{"fi", "Suomi|fin|FI-FI"},
		{"tl", "fil|fil-PH"},
		{"id", "in|Bahasa Indonesia"},
		{"he", "iw|heb"},
		{"gl", "gl|glg|Galego"},
		{"zu", "zu"},
		{"", "|default|auto|none|null|unknown|und|mul|xx|e|q1|a z|-|12"},
	} {
		for hint := range strings.SplitSeq(c.hints, "|") {
			if got := hintCode(hint); got != c.want {
				t.Errorf("hintCode(%q) = %q, want %q", hint, got, c.want)
			}
		}
	}
}

// The same text gives the same answer, whoever asks at the same time: lingua alone does not promise that.
func TestDetectIsDeterministic(t *testing.T) {
	texts := []string{"Alle tiders", "Det stemmer", "no problem", "Super wifi top", "Добре", "viva porta", "Ta on imearmas laps", "bad service", "Bra service"}
	first := newTestDetector(t)
	var want []feedback.Language
	for _, text := range texts {
		want = append(want, first.Detect(text, Hint{}))
	}
	second, err := NewDetector(models.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				for i, text := range texts {
					if got := second.Detect(text, Hint{}); got != want[i] {
						t.Errorf("Detect(%q) = %+v, then %+v", text, want[i], got)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestDetectDoesNotAllocate(t *testing.T) {
	d := newTestDetector(t)
	hint := Hint{Lang: "en", Declared: []string{"en", "fi"}}
	var x detection // not from the pool, which forgets some under the race detector
	for _, text := range []string{"The delivery took three weeks", "Доставка заняла три недели", "物流太慢了", "Toimitus kesti kolme viikkoa"} {
		if n := testing.AllocsPerRun(50, func() { d.detect(&x, text, hint) }); n >= 1 {
			t.Errorf("Detect(%q) allocates %v times", text, n)
		}
	}
}

func TestNewDetectorRefuses(t *testing.T) {
	good, err := models.Embedded().File("language.bin")
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	resealed, err := sealTable([]byte("\x04Latn\x02\x02en\x02de\xff\xff\xff\x07"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "cut": good[:len(good)-1], "flipped": flipped, "other": []byte(strings.Repeat("not a table ", 20)),
		"resealed": resealed, "magic alone": []byte(tableMagic),
	} {
		_, err := NewDetector(models.Open(fstest.MapFS{"language.bin": {Data: data}}))
		if !errors.Is(err, models.ErrDamaged) || !strings.Contains(err.Error(), "language.bin") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewDetector(models.Open(fstest.MapFS{})); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// A payload that does not fit together is refused, never a panic, even when its checksum is right.
func FuzzReadLanguageTable(f *testing.F) {
	f.Add([]byte("\x04Latn\x01\x02en\x02a\x02\x01\x01\x02\x01\x01"))
	f.Add(bytes.Repeat([]byte{1}, 100))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, payload []byte) {
		data, err := sealTable(payload)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readLanguageTable(data); err != nil && !errors.Is(err, models.ErrDamaged) {
			t.Fatal(err)
		}
	})
}

func FuzzDetect(f *testing.F) {
	d := newTestDetector(f)
	for _, seed := range []string{"ok", "@@@a@b", "http://", "İıßẞ", "の日本", "\xff\xfeabc", "ａｂｃ", "e\u0301\u0301", "שלום abc 你好"} {
		f.Add(seed, "en")
	}
	f.Fuzz(func(t *testing.T, text, hint string) {
		got := d.Detect(text, Hint{Lang: hint, Declared: []string{hint, "fi"}})
		if len(got.Code) < 2 || len(got.Code) > 3 || !utf8.ValidString(got.Code) || got.Confidence < 0 || got.Confidence > 1 {
			t.Errorf("Detect(%q, %q) = %+v", text, hint, got)
		}
	})
}
