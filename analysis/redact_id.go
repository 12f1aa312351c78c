package analysis

import "strings"

// idScheme is a way of a country to number its people.
//
// Shapes are how it is written: the length of a run of digits, an A for a letter, and signs as they are. A scheme whose
// shape, date and check digits leave little to chance (TestRedactRandomNumbers) needs no more; the others need one of the words
// before the number, or one that names such a number in any country: every tenth or eleventh number would pass otherwise.
type idScheme struct {
	check  func(code []byte) bool // of digits and upper-case letters
	shapes string
	words  string
}

// idSchemes are the schemes by country, from their public descriptions. Left out are those without check digits, but for
// five whose form or word says enough: GB (National Insurance), US, KR since 2020, LV since 2017 and DK since 2007.
var idSchemes = []idScheme{
	{isAmka, "11", ""},        // Greece, health
	{isAHV, "3.4.4.2|13", ""}, // Switzerland
	{isAustrian, "4 6", ""},   // Austria, social insurance
	{isAustrian, "10", "svnr|sv-nummer|versicherungsnummer"},
	{isBelgian, "2.2.2-3.2|2.2.2 3.2|6-3-2|6 3 2|11", ""},
	{isEGN, "10", "егн"},                                                          // Bulgaria
	{isCPF, "3.3.3-2|9-2|11", ""},                                                 // Brazil
	{isSIN, "3-3-3|3 3 3|9", "my sin|sin number|sin no|social insurance|mon nas"}, // Canada
	{isRUT, "2.3.3-1|2.3.3-A|1.3.3-1|1.3.3-A", ""},                                // Chile
	{isRUT, "8-1|8-A|7-1|7-A|9|8A", "rut"},
	{isChinese, "18|17A", ""},
	{isCzech, "6/4", ""}, // the Czech Republic, Slovakia
	{isCzech, "10|6 4|6-4", "rodné čísl*|rodne cisl*|rč|rodné č|r.č"},
	{isSteuerID, "11|2 3 3 3", ""}, // Germany
	{isCPR, "6-4", ""},             // Denmark
	{isDMY, "6-4|6 4|10", "cpr*|cpr-nummer*"},
	{isBaltic, "11", ""},                                                  // Estonia, Lithuania
	{isDNI, "8A|8-A|8 A|2.3.3-A|2.3.3A|A7A|A-7-A|A7-A|A-7A", ""},          // Spain, foreigners too
	{isHetu, "6-4|6-3A|6+4|6+3A|6A4|6A3A", ""},                            // Finland
	{isNIR, "15|13 2|1 2 2 2 3 3 2|1 2 2 1A 3 3 2|6A8|1.2.2.2.3.3.2", ""}, // France
	{isNHS, "3 3 4|3-3-4|10", "nhs*|health service number"},               // England
	{isNINO, "AA6A|AA 6 A|AA 2 2 2 A|AA-2-2-2-A", ""},                     // the United Kingdom
	{isOIB, "11", "oib*|оиб"},                                             // Croatia
	{isHungarian, "11|1-6-4|1 6 4", ""},
	{isTAJ, "9|3 3 3|3-3-3", "taj*"},                                     // Hungary, health
	{isTeudatZehut, "9|8-1", "ת.ז|ת\"ז|תעודת זהות|תז|teudat*|מספר זהות"}, // Israel
	{isAadhaar, "12|4 4 4|4-4-4", "aadha*|adhaar|uidai|आधार*"},           // India
	{isIranian, "10|3-6-1", "کد ملی|کدملی|شماره ملی|کد ملی من"},
	{isKennitala, "6-4", ""}, // Iceland
	{isKennitala, "10", "kennital*"},
	{isCodiceFiscale, "AAAAAA2A2A3A|AAA AAA 2A2 A3A|AAAAAA 2A2 A3A", ""}, // Italy
	{isMyNumber, "12|4 4 4|4-4-4", "マイナンバー|個人番号|my number"},              // Japan
	{isYMD, "6-7", ""},                                                   // Korea, by date, and sex and century
	{isIIN, "12", ""},                                                    // Kazakhstan
	{isLatvian, "6-5", ""},
	{isNewLatvian, "6-5|11", "personas kod*|p.k"},
	{isCURP, "AAAA6AAAAAA2|AAAA6AAAAAAA1", ""},                    // Mexico
	{isBSN, "9|4.2.3|4 2 3|3 3 3|8", "bsn*|burgerservice*|sofi*"}, // the Netherlands
	{isFodselsnummer, "11|6 5", ""},                               // Norway
	{isPESEL, "11", ""},                                           // Poland
	{isNIF, "9|3 3 3", "nif*|contribuinte*|n.i.f"},                // Portugal
	{isCNP, "13", ""},                                             // Romania
	{isJMBG, "13", ""},                                            // Serbia, Slovenia, Bosnia, Montenegro, North Macedonia
	{isSNILS, "3-3-3 2|3-3-3-2|3 3 3 2", ""},                      // Russia, pensions
	{isSNILS, "11|9 2", "снилс*"},
	{isINN, "12", "инн*"},                  // Russia, tax
	{isPersonnummer, "6-4|6+4|8-4|12", ""}, // Sweden
	{isPersonnummer, "10|6 4", "personn*|pnr|person nr"},
	{isNRIC, "A7A", ""}, // Singapore
	{isThai, "1-4-5-2-1|1 4 5 2 1", ""},
	{isThai, "13", "บัตรประชาชน*|เลขประจำตัว*|เลขบัตร*"},
	{isTCKimlik, "11", ""}, // Türkiye
	{isTaiwanese, "A9", ""},
	{isRNOKPP, "10", "рнокпп*|іпн*|інн*|ідентифікаційн*|инн*"}, // Ukraine
	{isSSN, "3-2-4|3 2 4|9", "ssn*|social security*"},          // the United States
	{isSouthAfrican, "13", ""},
	{isEmirates, "3-4-7-1|15", ""},
	{isCUIT, "2-8-1", ""}, // Argentina
	{isCUIT, "11", "cuil*|cuit*"},
	{isPPS, "7A|7AA|7 A|7 AA", "pps*"}, // Ireland
}

// knownShape is what a shape may be, by scheme.
type knownShape struct {
	check func(code []byte) bool
	words *wordList // nil if none are needed
}

// idShapes holds the schemes by shape.
var idShapes = shapesOf(idSchemes)

func shapesOf(schemes []idScheme) map[string][]knownShape {
	shapes := map[string][]knownShape{}
	for _, s := range schemes {
		known := knownShape{check: s.check}
		if s.words != "" {
			known.words = wordListOf(s.words)
		}
		for shape := range strings.SplitSeq(s.shapes, "|") {
			shapes[shape] = append(shapes[shape], known)
		}
	}
	return shapes
}

// The longest code and shape of any scheme, in bytes.
const (
	longestCode  = 18
	longestShape = 24
)

// idReading is what is read of digits, letters and signs in a row: the code without signs, the shape, and where they may end.
type idReading struct {
	code  [longestCode]byte
	shape [longestShape]byte
	ends  [longestCode]idEnd
	n     int // of ends
}

type idEnd struct{ cell, code, shape int }

// id finds the numbers of people in national registers whose check digits are right.
func (f *finder) id(i int) int {
	if isASCIILetter(f.peek(i)) && !f.idBegins(i) || f.continues(i) || f.peek(i-1) == '-' && isWordRune(f.peek(i-2)) {
		return 0
	}
	var read idReading
	f.readID(i, &read)
	for n := read.n - 1; n >= 0; n-- {
		end := read.ends[n]
		known, ok := idShapes[string(read.shape[:end.shape])]
		if ok && !f.goesOn(end.cell) && f.isID(i, known, read.code[:end.code], read.shape[:end.shape]) {
			return end.cell
		}
	}
	return 0
}

// idBegins reports whether the letters at a cell are those of an id: a few, and digits after them.
func (f *finder) idBegins(i int) bool {
	const mostLetters = 6
	k := i
	for k-i <= mostLetters && isASCIILetter(f.peek(k)) {
		k++
	}
	if c := f.peek(k); k-i == 2 && c == ' ' || k-i == 1 && c == '-' || k-i == 2 && c == '-' {
		k++
	} else if k-i == 3 && c == ' ' && isASCIILetter(f.peek(k+1)) {
		return true
	}
	return isNumeral(f.peek(k))
}

// goesOn reports whether what ends before a cell is only the beginning of a longer number.
func (f *finder) goesOn(end int) bool {
	c := f.peek(end)
	return c != 0 && strings.ContainsRune("-/.,", c) && isNumeral(f.peek(end+1))
}

// isID reports whether a code is an id by one of the schemes of its shape.
func (f *finder) isID(i int, known []knownShape, code, shape []byte) bool {
	near, context := "", aboutNothing
	for _, k := range known {
		if !k.check(code) {
			continue
		}
		if near == "" {
			near, context = f.near(i)+" ", f.contextOf(i)
		}
		if k.words != nil {
			if k.words.within(near) || identityWords.within(near) {
				return true
			}
			continue
		}
		bare := strings.Trim(string(shape), "0123456789 ") == "" // without any sign of an id
		if !bare || context == aboutNothing || context == aboutNumber || identityWords.within(near) {
			return true
		}
	}
	return false
}

// readID reads the digits and letters at a cell with single signs between them.
func (f *finder) readID(i int, read *idReading) {
	codes, shapes := 0, 0
	for k := i; ; k++ {
		start := k
		for isNumeral(f.peek(k)) && codes < longestCode {
			read.code[codes] = byte(f.peek(k))
			codes++
			k++
		}
		if count := k - start; count > 0 {
			shapes += copy(read.shape[shapes:], digitCounts[count])
		}
		for isASCIILetter(f.peek(k)) && codes < longestCode && shapes < longestShape {
			read.code[codes], read.shape[shapes] = byte(f.peek(k))&^0x20, 'A'
			codes++
			shapes++
			k++
		}
		c := f.peek(k)
		if k == start {
			return
		}
		if !isWordRune(c) || isSolid(c) {
			read.ends[read.n] = idEnd{k, codes, shapes}
			read.n++
		}
		if codes == longestCode || shapes >= longestShape-3 {
			return
		}
		switch {
		case isNumeral(c): // more of the same run
			k--
			continue
		case c == ' ' || c == '-' || c == '.' || c == '/' || c == '+':
			read.shape[shapes] = byte(c)
			shapes++
		default:
			return
		}
	}
}

// digitCounts are the numbers up to longestCode as shapes hold them.
var digitCounts = [longestCode + 1]string{"", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18"}
